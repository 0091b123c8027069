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

/* A row that may have been used and is not in the file is no more. */
static void restore_place(struct spool_place *place, const struct spool_identity *identity) {
    struct spool_span *open = &place->spans.at[place->spans.n - 1];
    if (open->last < identity->newest) {
        open->dropped_rows += identity->newest - open->last;
        open->last = identity->newest;
    }
    if (open->until < identity->total)
        open->until = identity->total;
}

int spool_disk_restore(struct spool_disk *disk, struct spool *spool, const struct spool_identity *identity) {
    struct spool_place place;
    struct spool_cursor **last = &spool->cursors;
    int error = 0;
    for (size_t i = 0; (error = spool_store_get_place(disk->store, i, &place)) == 0; i++) {
        struct spool_cursor *cursor = calloc(1, sizeof(*cursor));
        if (!cursor)
            return ERROR_MEMORY;
        cursor->spool = spool;
        cursor->is_closed = true;
        cursor->place = place;
        restore_place(&cursor->place, identity);
        *last = cursor;
        last = &cursor->next;
    }
    if (error != ERROR_NOT_FOUND) {
        forget(spool);
        return error;
    }
    spool_ring_done(&spool->ring);
    memcpy(spool->stream, identity->stream, sizeof(spool->stream));
    spool->total = identity->total;
    disk->written = identity->newest;
    disk->has_rows = true;
    return spool_ring_init(&spool->ring, identity->newest);
}
