/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flag under a lock and a condition to wait for it. Owns nothing but these; what a ring means is the
 * waiter's affair.
 */
#include "publish/bell.h"

#include "base/clock.h"
#include "base/error.h"

int bell_init(struct bell *bell) {
    bell->has_rung = false;
    if (uv_mutex_init(&bell->lock) != 0)
        return ERROR_SYSTEM;
    if (uv_cond_init(&bell->rings) != 0) {
        uv_mutex_destroy(&bell->lock);
        return ERROR_SYSTEM;
    }
    return 0;
}

void bell_done(struct bell *bell) {
    uv_cond_destroy(&bell->rings);
    uv_mutex_destroy(&bell->lock);
}

void bell_ring(void *context) {
    struct bell *bell = context;
    uv_mutex_lock(&bell->lock);
    bell->has_rung = true;
    uv_cond_signal(&bell->rings);
    uv_mutex_unlock(&bell->lock);
}

void bell_wait(struct bell *bell, int64_t until_ms) {
    uv_mutex_lock(&bell->lock);
    while (!bell->has_rung) {
        if (until_ms == INT64_MAX) {
            uv_cond_wait(&bell->rings, &bell->lock);
            continue;
        }
        int64_t left_ms = until_ms - clock_monotonic_ms();
        if (left_ms <= 0)
            break;
        uv_cond_timedwait(&bell->rings, &bell->lock, (uint64_t)left_ms * 1000000);
    }
    bell->has_rung = false;
    uv_mutex_unlock(&bell->lock);
}
