/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The streams of a capture: rows that were seen, markers of rows that are no more, and what follows from
 * both. Pure; where the rows come from is the readers' affair.
 */
#ifndef HALLWATCH_COMMAND_PROVE_STREAMS_H
#define HALLWATCH_COMMAND_PROVE_STREAMS_H

#include "command/prove_ids.h"

#define PROVE_NO_TIME INT64_MIN

/* Why a row that was not seen is accounted for. */
enum prove_reason {
    PROVE_DROPPED,   /* a marker says so: it is no more */
    PROVE_THINNED,   /* the same: another row stands for it */
    PROVE_SET_ASIDE, /* the spool says so: the receiver has refused it */
    PROVE_WAITING,   /* the spool says so: it is not yet sent */
    N_PROVE_REASONS
};
const char *prove_reason_word(enum prove_reason reason);

struct prove_ranges {
    struct prove_range *at; /* of a marker whose other half has not come, that one is 0 */
    size_t n, room;
};

struct prove_stream {
    char name[68];
    char *site, *gateway; /* NULL where nothing told them */
    struct prove_ids ids;
    struct prove_ranges accounted[N_PROVE_REASONS];
    uint64_t lowest, highest, again; /* within the window; 0: nothing was */
    uint64_t before, after;          /* the newest row before the window, the oldest after it; 0: none */
    int64_t least_ms, most_ms;
    uint64_t until; /* the newest row there is, where that is known; else 0 */
};

/* Zeroed but for the window: empty. */
struct prove_streams {
    struct prove_stream **at;
    size_t n, room;
    int64_t from_ms, to_ms; /* only rows between the lowest and the highest of this time count */
};

void prove_streams_done(struct prove_streams *streams);

/* Errors, of all calls: ERROR_MEMORY, or ERROR_TOO_BIG for more than a capture can have. */
int prove_streams_find(struct prove_streams *streams, const char *name, struct prove_stream **stream);
/* The texts are copied; what is known stays. */
int prove_stream_name(struct prove_stream *stream, const char *site, const char *gateway);

int prove_stream_see(const struct prove_streams *streams, struct prove_stream *stream, uint64_t id,
                     int64_t time_ms);
/* One half may be 0: it comes by itself, with the same time. */
int prove_stream_account(const struct prove_streams *streams, struct prove_stream *stream,
                         enum prove_reason reason, uint64_t first, uint64_t last, int64_t time_ms);

enum { PROVE_MISSING_MOST = 1000 };
struct prove_verdict {
    uint64_t lowest, highest; /* 0: nothing is between them */
    int64_t least_ms, most_ms;
    uint64_t received, again, missing;
    uint64_t newest_missing; /* of `missing`: newer than all that was seen, so that it may yet be shown */
    uint64_t other;          /* that came again with another time, which is another row of that number */
    /* Long after the window begins, or before it ends, with no row beyond: whether there were more is
     * unknown. */
    bool begins_late, ends_early;
    uint64_t accounted[N_PROVE_REASONS];           /* that were not received */
    size_t n_missing;                              /* ranges; the first are in `ranges` */
    struct prove_range ranges[PROVE_MISSING_MOST]; /* times: of the rows around */
};

/* After everything was seen; once. */
void prove_stream_judge(const struct prove_streams *streams, struct prove_stream *stream,
                        struct prove_verdict *verdict);

/* Nothing is missing, and nothing else lets one doubt that. */
bool prove_verdict_is_complete(const struct prove_verdict *verdict);

#endif
