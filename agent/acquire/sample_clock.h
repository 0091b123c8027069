/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time that readings are stamped with: the wall clock, but for a while after that was set back. Then it
 * goes on from where it was at half the pace, until the wall clock has caught up. So no series gets a second
 * reading at an earlier time, which receivers refuse or mix with the first, and what a counter's increase
 * gives per second is wrong by two at most. A wall clock that is set forward is followed at once, and so is
 * one that is set back by more than a day: it had been wrong, and readings of a future that is years away are
 * refused longer than anybody waits. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_SAMPLE_CLOCK_H
#define HALLWATCH_ACQUIRE_SAMPLE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed = no time was asked for yet. */
struct sample_clock {
    int64_t last_ms, asked_ms; /* what was told last, and when: monotonic */
    bool is_ahead;             /* of the wall clock, since: */
    int64_t from_ms, since_ms;
};

/* The time now; the clocks' readings are handed in. Never less than before, but for such a step. */
int64_t sample_clock_ms(struct sample_clock *clock, int64_t wall_ms, int64_t monotonic_ms);

#endif
