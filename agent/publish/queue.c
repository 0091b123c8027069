/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stack of batches that the consumer takes whole and turns over. Because it never takes a single one off,
 * the stack knows no ABA problem. Owns nothing: whoever empties it last has the batches.
 */
#include "publish/queue.h"

#include <stddef.h>

void queue_init(struct queue *queue, void (*wake)(void *context), void *context) {
    atomic_init(&queue->newest, NULL);
    queue->wake = wake;
    queue->context = context;
}

void queue_push(struct queue *queue, struct batch *batch) {
    struct batch *below = atomic_load_explicit(&queue->newest, memory_order_relaxed);
    do
        batch->next = below;
    while (!atomic_compare_exchange_weak_explicit(&queue->newest, &below, batch, memory_order_release,
                                                  memory_order_relaxed));
    /* Below another one it needs no call: that one's is still to be answered. */
    if (!below && queue->wake)
        queue->wake(queue->context);
}

struct batch *queue_take(struct queue *queue) {
    struct batch *newest = atomic_exchange_explicit(&queue->newest, NULL, memory_order_acquire);
    struct batch *oldest = NULL;
    while (newest) {
        struct batch *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}
