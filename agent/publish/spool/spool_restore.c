/* SPDX-License-Identifier: Apache-2.0 */
/* A spool as its file has it when the agent starts. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "publish/spool/spool_disk.h"

/* What was restored of a file that turns out to be corrupt. */
static void forget(struct spool *spool) {
    while (spool->cursors) {
        struct spool_cursor *next = spool->cursors->next;
        free(spool->cursors);
        spool->cursors = next;
    }
}

/*
 * The stream ends with the newest row in the file. Readings behind it were lost with an agent that was
 * killed: they are counted, and then as if they had never been.
 */
static void end_place(struct spool_place *place, const struct spool_identity *end) {
    struct spool_span *open = &place->spans.at[place->spans.n - 1];
    uint64_t from = end->newest >= open->first ? end->total : open->before;
    uint64_t lost = open->until > from ? open->until - from : 0, waiting = spool_span_readings(open);
    place->dropped += lost < waiting ? lost : waiting;
    open->until = end->total;
    if (open->before > open->until || end->newest < open->first)
        open->before = open->until;
    if (open->dropped_readings > open->until - open->before)
        open->dropped_readings = open->until - open->before;
}

/* Ids that may have been used and are not in the file are no more. */
static void count_rows(struct spool_store *store, struct spool_place *place, uint64_t used) {
    struct spool_spans *spans = &place->spans;
    if (spans->at[spans->n - 1].last < used)
        spans->at[spans->n - 1].last = used;
    for (size_t i = 0; i < spans->n; i++) {
        struct spool_span *span = &spans->at[i];
        span->dropped_rows =
            span->last + 1 - span->first - spool_store_count_rows(store, span->first, span->last);
    }
}

/* Whatever is known of the stream's end where no row is in the file: nobody may have acknowledged more. */
static int find_end(struct spool_store *store, struct spool_identity *end) {
    struct spool_place place;
    int error = spool_store_get_newest(store, &end->newest, &end->total);
    if (error != ERROR_NOT_FOUND)
        return error;
    for (size_t i = 0; (error = spool_store_get_place(store, i, &place)) == 0; i++)
        if (place.spans.at[place.spans.n - 1].before > end->total)
            end->total = place.spans.at[place.spans.n - 1].before;
    return error == ERROR_NOT_FOUND ? 0 : error;
}

int spool_disk_restore(struct spool_disk *disk, struct spool *spool, const struct spool_identity *identity) {
    struct spool_place place;
    struct spool_identity end = {.stream = ""};
    struct spool_cursor **last = &spool->cursors;
    int error = find_end(disk->store, &end);
    if (error)
        return error;
    for (size_t i = 0; (error = spool_store_get_place(disk->store, i, &place)) == 0; i++) {
        struct spool_cursor *cursor = calloc(1, sizeof(*cursor));
        if (!cursor)
            return ERROR_MEMORY;
        cursor->spool = spool;
        cursor->is_closed = true;
        cursor->place = place;
        end_place(&cursor->place, &end);
        count_rows(disk->store, &cursor->place, identity->newest);
        *last = cursor;
        last = &cursor->next;
    }
    if (error != ERROR_NOT_FOUND) {
        forget(spool);
        return error;
    }
    spool_ring_done(&spool->ring);
    memcpy(spool->stream, identity->stream, sizeof(spool->stream));
    spool->total = end.total;
    disk->written = identity->newest;
    disk->has_rows = true;
    return spool_ring_init(&spool->ring, identity->newest);
}
