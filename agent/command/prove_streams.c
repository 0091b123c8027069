/* SPDX-License-Identifier: Apache-2.0 */
/* What is missing is what is left between the rows that were seen and those that are accounted for. */
#include "command/prove_streams.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum {
    STREAMS_MOST = 4096,
    RANGES_MOST = 1 << 22,
    EDGE_MS = 60000, /* between a time asked for and the nearest row: no reason for doubt */
};

const char *prove_reason_word(enum prove_reason reason) {
    static const char *const words[N_PROVE_REASONS] = {
        [PROVE_DROPPED] = "dropped",
        [PROVE_THINNED] = "thinned",
        [PROVE_SET_ASIDE] = "set_aside",
        [PROVE_WAITING] = "waiting",
    };
    return words[reason];
}

void prove_streams_done(struct prove_streams *streams) {
    for (size_t i = 0; i < streams->n; i++) {
        struct prove_stream *stream = streams->at[i];
        prove_ids_done(&stream->ids);
        for (size_t k = 0; k < N_PROVE_REASONS; k++)
            free(stream->accounted[k].at);
        free(stream->site);
        free(stream->gateway);
        free(stream);
    }
    free(streams->at);
    *streams = (struct prove_streams){0};
}

int prove_streams_find(struct prove_streams *streams, const char *name, struct prove_stream **found) {
    for (size_t i = 0; i < streams->n; i++)
        if (strcmp(streams->at[i]->name, name) == 0) {
            *found = streams->at[i];
            return 0;
        }
    if (streams->n == STREAMS_MOST || strlen(name) >= sizeof((*found)->name))
        return ERROR_TOO_BIG;
    if (streams->n == streams->room) {
        size_t room = streams->room ? streams->room * 2 : 16;
        struct prove_stream **at = reallocarray(streams->at, room, sizeof(*at));
        if (!at)
            return ERROR_MEMORY;
        streams->at = at;
        streams->room = room;
    }
    struct prove_stream *stream = calloc(1, sizeof(*stream));
    if (!stream)
        return ERROR_MEMORY;
    snprintf(stream->name, sizeof(stream->name), "%s", name);
    stream->least_ms = stream->most_ms = PROVE_NO_TIME;
    streams->at[streams->n++] = stream;
    *found = stream;
    return 0;
}

int prove_stream_name(struct prove_stream *stream, const char *site, const char *gateway) {
    if (!stream->site && *site && !(stream->site = strdup(site)))
        return ERROR_MEMORY;
    if (!stream->gateway && *gateway && !(stream->gateway = strdup(gateway)))
        return ERROR_MEMORY;
    return 0;
}

/* --- what was seen --- */

static bool is_within(const struct prove_streams *streams, int64_t time_ms) {
    if (time_ms == PROVE_NO_TIME)
        return streams->from_ms == INT64_MIN && streams->to_ms == INT64_MAX;
    return time_ms >= streams->from_ms && time_ms <= streams->to_ms;
}

static void widen(struct prove_stream *stream, uint64_t first, uint64_t last, int64_t time_ms) {
    if (stream->lowest == 0 || first < stream->lowest)
        stream->lowest = first;
    if (last > stream->highest)
        stream->highest = last;
    if (time_ms == PROVE_NO_TIME)
        return;
    if (stream->least_ms == PROVE_NO_TIME || time_ms < stream->least_ms)
        stream->least_ms = time_ms;
    if (time_ms > stream->most_ms)
        stream->most_ms = time_ms;
}

/* Rows on either side of the window say which belong into it. */
static void note_outside(const struct prove_streams *streams, struct prove_stream *stream, uint64_t id,
                         int64_t time_ms) {
    if (time_ms == PROVE_NO_TIME)
        return;
    if (time_ms < streams->from_ms && id > stream->before)
        stream->before = id;
    if (time_ms > streams->to_ms && (stream->after == 0 || id < stream->after))
        stream->after = id;
}

int prove_stream_see(const struct prove_streams *streams, struct prove_stream *stream, uint64_t id,
                     int64_t time_ms) {
    uint64_t again = stream->ids.n_again;
    int error = prove_ids_add(&stream->ids, id, time_ms);
    if (!error && !is_within(streams, time_ms))
        note_outside(streams, stream, id, time_ms);
    if (error || !is_within(streams, time_ms))
        return error;
    stream->again += stream->ids.n_again - again;
    widen(stream, id, id, time_ms);
    return 0;
}

int prove_stream_account(const struct prove_streams *streams, struct prove_stream *stream,
                         enum prove_reason reason, uint64_t first, uint64_t last, int64_t time_ms) {
    struct prove_ranges *ranges = &stream->accounted[reason];
    if (ranges->n == ranges->room) {
        size_t room = ranges->room ? ranges->room * 2 : 64;
        struct prove_range *at =
            room > RANGES_MOST ? NULL : reallocarray(ranges->at, room, sizeof(*ranges->at));
        if (!at)
            return room > RANGES_MOST ? ERROR_TOO_BIG : ERROR_MEMORY;
        ranges->at = at;
        ranges->room = room;
    }
    ranges->at[ranges->n++] = (struct prove_range){first, last, time_ms, time_ms};
    if (is_within(streams, time_ms) && reason != PROVE_SET_ASIDE && reason != PROVE_WAITING)
        widen(stream, first ? first : last, last ? last : first, time_ms);
    return 0;
}

/* --- what follows --- */

/* Halves of one time by their number, first halves before last ones. */
static int order_halves(const void *a, const void *b) {
    const struct prove_range *x = a, *y = b;
    uint64_t x_id = x->first ? x->first : x->last, y_id = y->first ? y->first : y->last;
    if (x->first_ms != y->first_ms)
        return x->first_ms < y->first_ms ? -1 : 1;
    if (x_id != y_id)
        return x_id < y_id ? -1 : 1;
    return (x->first == 0) - (y->first == 0);
}

static int order_rows(const void *a, const void *b) {
    const struct prove_range *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/*
 * Joins the halves of markers. A half whose other one is missing says that its own row is no more, and
 * nothing else. Where several have one time, as when two sinks write into one database, the nearest go
 * together: rows between two markers are in neither.
 */
static void join_halves(struct prove_ranges *ranges) {
    struct prove_range *open = NULL;
    if (ranges->n > 0)
        qsort(ranges->at, ranges->n, sizeof(ranges->at[0]), order_halves);
    for (size_t i = 0; i < ranges->n; i++) {
        struct prove_range *half = &ranges->at[i];
        if (open && open->first_ms != half->first_ms)
            open = NULL;
        if (half->first == 0) {
            half->first = open ? open->first : half->last;
            if (open)
                open->last = half->last;
            open = NULL;
        } else if (half->last == 0) {
            half->last = half->first;
            open = half;
        }
    }
}

/* Into their order, and without overlaps. */
static void merge(struct prove_ranges *ranges) {
    size_t n = 0;
    join_halves(ranges);
    if (ranges->n > 0)
        qsort(ranges->at, ranges->n, sizeof(ranges->at[0]), order_rows);
    for (size_t i = 0; i < ranges->n; i++) {
        struct prove_range *before = n > 0 ? &ranges->at[n - 1] : NULL;
        if (!before || ranges->at[i].first > before->last + 1) {
            ranges->at[n++] = ranges->at[i];
        } else if (ranges->at[i].last > before->last) {
            before->last = ranges->at[i].last;
            before->last_ms = ranges->at[i].last_ms;
        }
    }
    ranges->n = n;
}

struct judge {
    const struct prove_stream *stream;
    struct prove_verdict *verdict;
    size_t next[N_PROVE_REASONS]; /* the range that ends at the present row or later */
    struct prove_walk walk;
    struct prove_range run; /* the same, of rows seen */
    bool has_run;
    int64_t before_ms; /* of what was accounted for last */
};

/* Times are those of 64 rows around: where both sides are among them, they say from when to when. */
static void add_missing(struct judge *judge, uint64_t first, uint64_t last, int64_t after_ms) {
    struct prove_verdict *verdict = judge->verdict;
    int64_t before_ms = judge->before_ms;
    bool is_same = after_ms != PROVE_NO_TIME && before_ms > after_ms;
    verdict->missing += last - first + 1;
    if (judge->stream->until && first > judge->stream->highest)
        verdict->newest_missing += last - first + 1;
    if (verdict->n_missing < PROVE_MISSING_MOST)
        verdict->ranges[verdict->n_missing] =
            (struct prove_range){first, last, is_same ? after_ms : before_ms, is_same ? before_ms : after_ms};
    verdict->n_missing++;
}

/* What is there to say of row `at`: up to where, and into *reason; N_PROVE_REASONS where nothing is. */
static uint64_t look(struct judge *judge, uint64_t at, enum prove_reason *reason, int64_t *after_ms) {
    uint64_t end = judge->has_run ? judge->run.first - 1 : judge->verdict->highest;
    *reason = N_PROVE_REASONS;
    *after_ms = judge->has_run ? judge->run.first_ms : PROVE_NO_TIME;
    for (enum prove_reason i = 0; i < N_PROVE_REASONS; i++) {
        const struct prove_ranges *ranges = &judge->stream->accounted[i];
        size_t *next = &judge->next[i];
        while (*next < ranges->n && ranges->at[*next].last < at)
            ++*next;
        if (*next == ranges->n)
            continue;
        const struct prove_range *range = &ranges->at[*next];
        if (range->first <= at && *reason == N_PROVE_REASONS) {
            *reason = i;
            end = range->last < end ? range->last : end;
        } else if (range->first > at && range->first <= end) {
            end = range->first - 1;
            *after_ms = range->first_ms;
        }
    }
    return end < judge->verdict->highest ? end : judge->verdict->highest;
}

static void judge_rows(struct judge *judge) {
    struct prove_verdict *verdict = judge->verdict;
    for (uint64_t at = verdict->lowest; at && at <= verdict->highest;) {
        if (!judge->has_run || judge->run.last < at)
            judge->has_run = prove_ids_next(&judge->stream->ids, &judge->walk, at, &judge->run);
        if (judge->has_run && judge->run.first <= at) {
            uint64_t end = judge->run.last < verdict->highest ? judge->run.last : verdict->highest;
            verdict->received += end - at + 1;
            judge->before_ms = judge->run.last_ms;
            at = end + 1;
            continue;
        }
        enum prove_reason reason;
        int64_t after_ms;
        uint64_t end = look(judge, at, &reason, &after_ms);
        if (reason == N_PROVE_REASONS)
            add_missing(judge, at, end, after_ms);
        else
            verdict->accounted[reason] += end - at + 1;
        at = end + 1;
    }
}

/*
 * The window's first and last row are the neighbours of the rows around it: a receiver that was away when it
 * began or ended, or all the time, has none at its edges.
 */
static void find_edges(const struct prove_streams *streams, const struct prove_stream *stream,
                       struct prove_verdict *verdict) {
    uint64_t before = stream->before, after = stream->after;
    if (verdict->lowest == 0 && before > 0 && before + 1 < after) {
        verdict->lowest = before + 1;
        verdict->highest = after - 1;
    } else if (verdict->lowest > 0) {
        if (before > 0 && before < verdict->lowest)
            verdict->lowest = before + 1;
        if (after > verdict->highest)
            verdict->highest = after - 1;
    }
    bool has_times = verdict->least_ms != PROVE_NO_TIME;
    bool has_begin = before > 0 || stream->lowest == 1 || after == 1; /* its first row is known */
    verdict->begins_late = streams->from_ms != INT64_MIN && !has_begin &&
                           (!has_times || verdict->least_ms - EDGE_MS > streams->from_ms);
    verdict->ends_early = streams->to_ms != INT64_MAX && after == 0 &&
                          (!has_times || verdict->most_ms + EDGE_MS < streams->to_ms);
}

void prove_stream_judge(const struct prove_streams *streams, struct prove_stream *stream,
                        struct prove_verdict *verdict) {
    prove_ids_sort(&stream->ids);
    for (size_t i = 0; i < N_PROVE_REASONS; i++)
        merge(&stream->accounted[i]);
    *verdict = (struct prove_verdict){.lowest = stream->lowest,
                                      .highest = stream->highest,
                                      .least_ms = stream->least_ms,
                                      .most_ms = stream->most_ms,
                                      .again = stream->again};
    if (stream->until && !verdict->lowest)
        verdict->lowest = 1;
    if (stream->until > stream->highest)
        verdict->highest = stream->until;
    find_edges(streams, stream, verdict);
    if (stream->accounted[PROVE_THINNED].n == 0) /* a row that others were thinned into has their time */
        verdict->other = stream->ids.n_other;
    struct judge judge = {.stream = stream, .verdict = verdict, .before_ms = PROVE_NO_TIME};
    judge_rows(&judge);
}

bool prove_verdict_is_complete(const struct prove_verdict *verdict) {
    return verdict->missing == 0 && verdict->other == 0 && !verdict->begins_late && !verdict->ends_early;
}
