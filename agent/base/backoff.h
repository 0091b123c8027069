/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait before trying again: doubling from 1 s to 60 s, with jitter so that forty gateways do not
 * return as one.
 */
#ifndef HALLWATCH_BASE_BACKOFF_H
#define HALLWATCH_BASE_BACKOFF_H

#include <stdint.h>

/* Zeroed = nothing has failed. */
struct backoff {
    uint32_t failures;
};

/* One more failure: the pause until the next attempt, between half of and the whole doubled interval. */
int64_t backoff_next_ms(struct backoff *backoff, uint32_t random);

/* Success: the next failure waits 1 s again. */
void backoff_reset(struct backoff *backoff);

/* A number for backoff_next_ms. */
uint32_t backoff_random(void);

#endif
