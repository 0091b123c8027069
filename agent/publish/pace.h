/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast what has waited may be sent: a bucket that fills at a rate and holds a quarter of a second of it.
 * Pure; owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_PACE_H
#define HALLWATCH_PUBLISH_PACE_H

#include <stdint.h>

/* Zeroed = as fast as it goes. */
struct pace {
    int64_t rate;   /* readings a second; 0: no bound */
    int64_t credit; /* thousandths of a reading; negative after more was sent than there was */
    int64_t filled_ms;
};

/* A full bucket. */
void pace_init(struct pace *pace, int64_t rate, int64_t now_ms);

/* How many readings may be sent now: UINT32_MAX where there is no bound, 0 where it is to wait. */
uint32_t pace_allowance(struct pace *pace, int64_t now_ms);

/* So many were sent; more than were allowed, where a row has more. */
void pace_spend(struct pace *pace, uint64_t readings);

/* When the next one may be sent. */
int64_t pace_next_ms(const struct pace *pace);

#endif
