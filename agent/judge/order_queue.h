/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of small numbers from which the least or the greatest is taken, in constant time: what is to be
 * looked at in the order of the graph. Words of bits, and words that say which of those are not empty. What
 * is called for every node of every loss stands here, to be taken in.
 */
#ifndef HALLWATCH_JUDGE_ORDER_QUEUE_H
#define HALLWATCH_JUDGE_ORDER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORDER_QUEUE_LEVELS = 3, ORDER_QUEUE_MOST = 64 * 64 * 64 };

struct order_queue {
    uint64_t *words[ORDER_QUEUE_LEVELS]; /* the last level is one word */
};

/* For numbers below `n`, at most ORDER_QUEUE_MOST. 0 or ERROR_MEMORY. */
int order_queue_init(struct order_queue *queue, size_t n);
void order_queue_done(struct order_queue *queue); /* zeroed is fine */

/* Once or more is the same. */
static inline void order_queue_add(struct order_queue *queue, uint32_t number) {
    queue->words[0][number >> 6] |= UINT64_C(1) << (number & 63);
    queue->words[1][number >> 12] |= UINT64_C(1) << (number >> 6 & 63);
    queue->words[2][0] |= UINT64_C(1) << (number >> 12);
}

static inline void order_queue_remove(struct order_queue *queue, uint32_t number) {
    if ((queue->words[0][number >> 6] &= ~(UINT64_C(1) << (number & 63))) != 0)
        return;
    if ((queue->words[1][number >> 12] &= ~(UINT64_C(1) << (number >> 6 & 63))) == 0)
        queue->words[2][0] &= ~(UINT64_C(1) << (number >> 12));
}

static inline bool order_queue_is_empty(const struct order_queue *queue) {
    return queue->words[2][0] == 0;
}

/* False where it is empty. */
static inline bool order_queue_take_least(struct order_queue *queue, uint32_t *number) {
    if (!queue->words[2][0])
        return false;
    uint32_t at = (uint32_t)__builtin_ctzll(queue->words[2][0]);
    at = at << 6 | (uint32_t)__builtin_ctzll(queue->words[1][at]);
    *number = at << 6 | (uint32_t)__builtin_ctzll(queue->words[0][at]);
    order_queue_remove(queue, *number);
    return true;
}

static inline bool order_queue_take_greatest(struct order_queue *queue, uint32_t *number) {
    if (!queue->words[2][0])
        return false;
    uint32_t at = 63 - (uint32_t)__builtin_clzll(queue->words[2][0]);
    at = at << 6 | (63 - (uint32_t)__builtin_clzll(queue->words[1][at]));
    *number = at << 6 | (63 - (uint32_t)__builtin_clzll(queue->words[0][at]));
    order_queue_remove(queue, *number);
    return true;
}

#endif
