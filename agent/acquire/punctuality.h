/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a device's values come when they were promised, and how much of its bus's time it needs: measured,
 * where timing.h computes. Pure: it is handed times and never asks for them.
 *
 * A poll is in time when it ends well within an interval and a half after the last good one of its rate.
 * Where that took longer, a turn was missed or brought nothing.
 */
#ifndef HALLWATCH_ACQUIRE_PUNCTUALITY_H
#define HALLWATCH_ACQUIRE_PUNCTUALITY_H

#include "acquire/link.h"
#include "drivers/driver.h"

/* Zeroed: nothing is known yet. */
struct punctuality {
    struct punctuality_rate {
        int64_t good_us;    /* when the last good poll ended; 0 = there was none */
        int64_t latest_us;  /* between the last two good ones */
        int64_t longest_us; /* the longest such time since it was said last */
        int64_t held_us;    /* for how long the last poll held its bus */
    } rates[N_RATES];
};

struct punctuality_report {
    double interval_s; /* the longest time between two good polls, of the rate that is furthest behind */
    double lateness_s; /* by how much that is longer than it should be; 0 while in time */
    double bus_time;   /* share of its bus's time that the device needs at its intervals */
};

/* How long a request held its bus, by its answer. */
int64_t punctuality_held_us(const struct link_answer *answer, uint32_t timeout_ms);

/* A poll has ended; `good`: it brought values. */
void punctuality_polled(struct punctuality *punctuality, enum rate rate, bool good, int64_t held_us,
                        int64_t now_us);

/* What was measured since it was asked last, and what is going on: a poll may be overdue. */
void punctuality_report(struct punctuality *punctuality, const int64_t interval_ms[N_RATES], int64_t now_us,
                        struct punctuality_report *report);

#endif
