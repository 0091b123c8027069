/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the spool's own files share; nobody else includes it. Everything in it is guarded by the spool's lock,
 * but for what never changes.
 *
 * Invariants: a row of the ring is wanted by some cursor; the spans of every cursor end with the newest row.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_INSIDE_H
#define HALLWATCH_PUBLISH_SPOOL_INSIDE_H

#include <uv.h>

#include "base/log.h"
#include "publish/spool.h"
#include "publish/spool_ring.h"
#include "publish/spool_span.h"

struct spool_cursor {
    struct spool *spool;
    struct spool_cursor *next;
    char sink[64];
    enum spool_order order;
    void (*wake)(void *context);
    void *context;
    bool is_replaced;         /* by another cursor: it is in the list no more */
    bool is_drained[N_LANES]; /* its reader has found nothing more: the next row is news */
    struct spool_spans spans;
    uint64_t sent, dropped, rejected;
    struct complaint complaint;
};

struct spool {
    uv_mutex_t lock;
    enum spool_kind kind;
    char stream[17];
    struct spool_ring ring;
    size_t most_bytes;
    uint64_t total; /* readings up to the newest row */
    struct spool_cursor *cursors;
};

/* Rows from one to another that no cursor wants any more leave memory. */
void spool_trim(struct spool *spool, uint64_t from, uint64_t to);

#endif
