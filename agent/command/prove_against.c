/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that a sink has passed are expected at its receiver; those that wait for it are not yet. */
#include "command/prove_against.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "command/command.h"
#include "publish/spool/spool_file.h"
#include "publish/spool/spool_look.h"

static int fail(const char *folder, enum spool_kind kind, const char *what) {
    fprintf(stderr, "hallwatch prove: %s/%s.db: %s\n", folder, spool_file_name(kind), what);
    return STATUS_USAGE;
}

/* The sink's place, or that of the only one. NULL, or what is wrong. */
static const char *find_place(struct spool_look *look, const char *sink, struct spool_place *found) {
    struct spool_place place;
    size_t n = 0;
    for (size_t i = 0; spool_look_place(look, i, &place); i++) {
        if (sink && strcmp(place.sink, sink) != 0)
            continue;
        *found = place;
        n++;
    }
    if (n == 1)
        return NULL;
    if (sink)
        return "it knows no sink of that name";
    return n == 0 ? "it knows no sink"
                  : "it is of several sinks: say whose receiver this is with --sink NAME";
}

static int add_refused(const struct prove_streams *streams, struct prove_stream *stream,
                       struct spool_look *look, const char *sink) {
    struct spool_refusal refusal;
    int error = 0, end;
    while ((end = spool_look_next_refusal(look, &refusal)) == 0) {
        if (!error && strcmp(refusal.sink, sink) == 0 && refusal.row > 0)
            error = prove_stream_account(streams, stream, PROVE_SET_ASIDE, refusal.row, refusal.row,
                                         refusal.time_ms);
        if (refusal.columns)
            spool_release(refusal.columns);
    }
    if (end != ERROR_NOT_FOUND && !error)
        error = end;
    return error;
}

/* A stream of which the receiver has nothing begins with its first row. */
static int add_stream(struct prove_streams *streams, struct spool_look *look,
                      const struct spool_place *place) {
    const struct spool_identity *identity = spool_look_identity(look);
    struct prove_stream *stream;
    if (identity->newest == 0)
        return 0;
    int error = prove_streams_find(streams, identity->stream, &stream);
    if (error)
        return error;
    stream->until = identity->newest;
    for (size_t i = 0; i < place->spans.n && !error; i++) {
        const struct spool_span *span = &place->spans.at[i];
        if (span->first <= span->last)
            error =
                prove_stream_account(streams, stream, PROVE_WAITING, span->first, span->last, span->since_ms);
    }
    return error ? error : add_refused(streams, stream, look, place->sink);
}

int prove_against(struct prove_streams *streams, const char *folder, const char *sink) {
    for (enum spool_kind kind = SPOOL_URGENT; kind < N_SPOOLS; kind++) {
        struct spool_look *look;
        struct spool_place place = {.sink = ""};
        char why[200];
        int error = spool_look_open(folder, kind, &look, why, sizeof(why));
        if (error)
            return fail(folder, kind, why);
        const char *what = find_place(look, sink, &place);
        if (!what && add_stream(streams, look, &place) != 0)
            what = "it cannot be read";
        spool_look_close(look);
        if (what)
            return fail(folder, kind, what);
    }
    return STATUS_OK;
}
