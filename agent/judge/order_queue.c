/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of the three levels. */
#include "judge/order_queue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/error.h"

enum { BITS = 64 };

int order_queue_init(struct order_queue *queue, size_t n) {
    assert(n <= ORDER_QUEUE_MOST);
    *queue = (struct order_queue){0};
    for (int level = 0; level < ORDER_QUEUE_LEVELS; level++) {
        n = (n + BITS - 1) / BITS;
        queue->words[level] = calloc(n + 1, sizeof(uint64_t));
        if (!queue->words[level]) {
            order_queue_done(queue);
            return ERROR_MEMORY;
        }
    }
    return 0;
}

void order_queue_done(struct order_queue *queue) {
    for (int level = 0; level < ORDER_QUEUE_LEVELS; level++)
        free(queue->words[level]);
    *queue = (struct order_queue){0};
}
