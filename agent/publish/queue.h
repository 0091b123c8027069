/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hand-over of batches between threads: any number of producers, one consumer, no lock and no wait on
 * either side. Batches are linked through their own `next`, so that the queue needs no memory; it is bounded
 * because the batches are (they come from a pool). Handing over gives away. What the consumer does when it is
 * woken is its own affair.
 */
#ifndef HALLWATCH_PUBLISH_QUEUE_H
#define HALLWATCH_PUBLISH_QUEUE_H

#include <stdatomic.h>

#include "model/series.h"

struct queue {
    _Atomic(struct batch *) newest;
    void (*wake)(void *context); /* must not block */
    void *context;
};

/*
 * An empty queue. `wake` (NULL: nobody waits) is called on the producer's thread by the batch that ends the
 * emptiness.
 */
void queue_init(struct queue *queue, void (*wake)(void *context), void *context);

/* Any thread. The batch is the consumer's from here on. */
void queue_push(struct queue *queue, struct batch *batch);

/* The consumer's thread: everything that has come, oldest first, linked by `next`; NULL where nothing has. */
struct batch *queue_take(struct queue *queue);

#endif
