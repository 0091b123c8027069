/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest rows of a spool, in memory: a ring that grows by doubling, so that a row's place follows from
 * its id. Rows may be taken out anywhere. Not locked; the spool's lock guards it.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_RING_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_RING_H

#include "publish/spool/spool.h"

struct spool_ring {
    struct spool_row **rows; /* by id; NULL: taken out */
    size_t room;             /* a power of two */
    size_t n, bytes;         /* of the rows that are in it */
    uint64_t oldest, newest; /* the oldest is there; empty: oldest = newest + 1 */
};

/* Begins after row `newest`. 0 or ERROR_MEMORY. */
int spool_ring_init(struct spool_ring *ring, uint64_t newest);
void spool_ring_done(struct spool_ring *ring);

/* The row follows the newest; its id is set and its reference taken over. 0 or ERROR_MEMORY. */
int spool_ring_push(struct spool_ring *ring, struct spool_row *row);

/* Whether the next row needs more room though most places are empty: what is new left it before what is old.
 */
bool spool_ring_is_sparse(const struct spool_ring *ring);

/* NULL where it is not, or not any more. */
struct spool_row *spool_ring_get(const struct spool_ring *ring, uint64_t id);

/* Takes a row that is there out, and gives up its reference. */
void spool_ring_remove(struct spool_ring *ring, uint64_t id);

#endif
