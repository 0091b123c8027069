/* SPDX-License-Identifier: Apache-2.0 */
/* What comes back is piled up without a lock; the taker takes the whole pile and sorts it by size. */
#include "acquire/batch_pool.h"

#include <stdlib.h>
#include <string.h>

enum { STEP = 32, SIZES = 8 /* the last one takes what is larger, too */ };

struct batch_pool {
    _Atomic(struct batch *) returned;
    struct batch *free[SIZES]; /* of STEP, 2 STEP ... series */
    size_t n, most;
};

struct batch_pool *batch_pool_new(void) {
    return calloc(1, sizeof(struct batch_pool));
}

void batch_pool_set_most(struct batch_pool *pool, size_t most) {
    pool->most = most;
}

static void give_back(struct batch *batch) {
    struct batch_pool *pool = batch->owner;
    struct batch *top = atomic_load_explicit(&pool->returned, memory_order_relaxed);
    do
        batch->next = top;
    while (!atomic_compare_exchange_weak_explicit(&pool->returned, &top, batch, memory_order_release,
                                                  memory_order_relaxed));
}

static struct batch **shelf_of(struct batch_pool *pool, size_t room) {
    size_t i = room > 0 ? (room - 1) / STEP : 0;
    return &pool->free[i < SIZES ? i : SIZES - 1];
}

static void sort_returned(struct batch_pool *pool) {
    struct batch *batch = atomic_exchange_explicit(&pool->returned, NULL, memory_order_acquire);
    while (batch) {
        struct batch *next = batch->next, **shelf = shelf_of(pool, batch->room);
        batch->next = *shelf;
        *shelf = batch;
        batch = next;
    }
}

void batch_pool_free(struct batch_pool *pool) {
    if (!pool)
        return;
    sort_returned(pool);
    for (size_t i = 0; i < SIZES; i++) {
        for (struct batch *batch = pool->free[i], *next; batch; batch = next) {
            next = batch->next;
            free(batch);
        }
    }
    free(pool);
}

static struct batch *batch_new(struct batch_pool *pool, size_t n) {
    size_t room = (n + STEP - 1) / STEP * STEP;
    struct batch *batch = calloc(1, sizeof(*batch) + room * (sizeof(double) + 1));
    if (!batch)
        return NULL;
    batch->owner = pool;
    batch->give_back = give_back;
    batch->room = (uint32_t)room;
    batch->values = (double *)(batch + 1);
    batch->qualities = (uint8_t *)(batch->values + room);
    pool->n++;
    return batch;
}

struct batch *batch_pool_take(struct batch_pool *pool, struct device_view *view) {
    sort_returned(pool);
    struct batch **shelf = shelf_of(pool, view->n_series), *batch = *shelf;
    if (batch && batch->room >= view->n_series)
        *shelf = batch->next;
    else
        batch = pool->n < pool->most ? batch_new(pool, view->n_series) : NULL;
    if (!batch)
        return NULL;
    batch->next = NULL;
    batch->view = device_view_hold(view);
    batch->first = 0;
    batch->n = (uint32_t)view->n_series;
    memset(batch->qualities, QUALITY_ABSENT, batch->n);
    return batch;
}
