/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches of a source that is no device: made when they are first needed, then used again, and never more
 * than so many (none before that was said), so that a publisher that stands still costs readings and not
 * memory without end.
 */
#ifndef HALLWATCH_ACQUIRE_BATCH_POOL_H
#define HALLWATCH_ACQUIRE_BATCH_POOL_H

#include "model/series.h"

struct batch_pool;

struct batch_pool *batch_pool_new(void); /* NULL when out of memory */
/* How many there may be; of what there is nothing is taken away. */
void batch_pool_set_most(struct batch_pool *pool, size_t most);
/* After all batches have come back. NULL is fine. */
void batch_pool_free(struct batch_pool *pool);

/*
 * One thread: a batch of all series of the view, each without a reading, and with a reference to it. It comes
 * back by its give_back, from any thread. NULL where all are under way, or without memory.
 */
struct batch *batch_pool_take(struct batch_pool *pool, struct device_view *view);

#endif
