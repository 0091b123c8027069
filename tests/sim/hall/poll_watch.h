/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How evenly the devices are polled, seen from their side: the time from the first request of one poll to the
 * first of the next, against the interval that was agreed. A request begins a poll when more than half an
 * interval has passed since the last poll began.
 */
#ifndef HALLSIM_POLL_WATCH_H
#define HALLSIM_POLL_WATCH_H

#include <stdint.h>

enum { DEVIATION_BIN_US = 100, DEVIATION_BINS = 20000 };

/* Of all devices together; zeroed but for the interval. */
struct poll_watch {
    int64_t interval_us;
    uint64_t polls, missed;
    int64_t largest_us; /* deviation, either way */
    uint32_t bins[DEVIATION_BINS];
};

/* Of one device. Zeroed = not yet polled. */
struct poll_mark {
    int64_t begin_us;
    uint64_t polls;
};

/* A request came in at this time (monotonic). */
void poll_watch_request(struct poll_watch *watch, struct poll_mark *mark, int64_t now_us);
/* Forgets what was counted; the marks stay. */
void poll_watch_reset(struct poll_watch *watch);
/* The deviation that this share (0..1) of the intervals stayed below. */
double poll_watch_percentile_ms(const struct poll_watch *watch, double share);

#endif
