/* SPDX-License-Identifier: Apache-2.0 */
/* Places by id, and the two ends. Which rows go, and when, is the spool's affair. */
#include "publish/spool/spool_ring.h"

#include <stdlib.h>

#include "base/error.h"
#include "publish/spool/spool_row.h"

enum { FIRST_ROOM = 256 };

static struct spool_row **place_of(const struct spool_ring *ring, uint64_t id) {
    return &ring->rows[id & (ring->room - 1)];
}

int spool_ring_init(struct spool_ring *ring, uint64_t newest) {
    *ring = (struct spool_ring){.room = FIRST_ROOM, .oldest = newest + 1, .newest = newest};
    ring->rows = calloc(ring->room, sizeof(struct spool_row *));
    return ring->rows ? 0 : ERROR_MEMORY;
}

void spool_ring_done(struct spool_ring *ring) {
    while (ring->oldest <= ring->newest)
        spool_ring_remove(ring, ring->oldest);
    free(ring->rows);
}

static int grow(struct spool_ring *ring) {
    if (ring->newest + 1 - ring->oldest < ring->room)
        return 0;
    struct spool_ring larger = *ring;
    larger.room *= 2;
    larger.rows = calloc(larger.room, sizeof(struct spool_row *));
    if (!larger.rows)
        return ERROR_MEMORY;
    for (uint64_t id = ring->oldest; id <= ring->newest; id++)
        *place_of(&larger, id) = *place_of(ring, id);
    free(ring->rows);
    *ring = larger;
    return 0;
}

int spool_ring_push(struct spool_ring *ring, struct spool_row *row) {
    int error = grow(ring);
    if (error)
        return error;
    row->id = row->first_id = ++ring->newest;
    *place_of(ring, row->id) = row;
    ring->n++;
    ring->bytes += spool_row_bytes(row);
    return 0;
}

bool spool_ring_is_sparse(const struct spool_ring *ring) {
    return ring->newest + 1 - ring->oldest == ring->room && ring->n < ring->room / 4;
}

struct spool_row *spool_ring_get(const struct spool_ring *ring, uint64_t id) {
    return id >= ring->oldest && id <= ring->newest ? *place_of(ring, id) : NULL;
}

void spool_ring_remove(struct spool_ring *ring, uint64_t id) {
    struct spool_row *row = *place_of(ring, id);
    *place_of(ring, id) = NULL;
    ring->n--;
    ring->bytes -= spool_row_bytes(row);
    spool_release(row);
    while (ring->oldest <= ring->newest && !*place_of(ring, ring->oldest))
        ring->oldest++;
}
