/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How evenly the devices are polled, seen from their side: the time from the first request of one poll to the
 * first of the next, against the interval that was agreed. A request begins a poll when more than half an
 * interval has passed since the last poll began. Also how soon a device that returned is asked again, and how
 * many connections are made in a second.
 */
#ifndef HALLSIM_POLL_WATCH_H
#define HALLSIM_POLL_WATCH_H

#include <stdint.h>

enum { TIME_BINS = 20000, DEVIATION_BIN_US = 100, RETURN_BIN_US = 10000 };

/* Durations, counted in bins of `bin_us`; what is longer than they reach is counted in the last. */
struct times {
    int64_t bin_us, largest_us;
    uint64_t n;
    uint32_t bins[TIME_BINS];
};

/* Of all devices of one interval. */
struct poll_watch {
    int64_t interval_us;
    uint64_t missed;
    struct times deviation; /* either way; one for every poll but a device's first */
    struct times *returns;  /* from a device's return to its next request; borrowed */
};

/* Of one device. Zeroed = not yet polled. */
struct poll_mark {
    int64_t begin_us;
    int64_t returned_us; /* 0 = did not, or was polled since */
    uint64_t polls;
};

void poll_watch_init(struct poll_watch *watch, int64_t interval_us, struct times *returns);
void times_init(struct times *times, int64_t bin_us);
/* A request came in at this time (monotonic). */
void poll_watch_request(struct poll_watch *watch, struct poll_mark *mark, int64_t now_us);
/* How many polls of the device are overdue: none within one and a half intervals. */
uint64_t poll_watch_overdue(const struct poll_watch *watch, const struct poll_mark *mark, int64_t now_us);
/* The duration that this share (0..1) of the durations stayed below. */
double times_percentile_ms(const struct times *times, double share);

/* How often something happens; zeroed = never yet. */
enum { RATE_SLICES = 10, RATE_SLICE_US = 100000 };
struct rate_watch {
    int64_t slice; /* the present one of 100 ms */
    uint32_t counts[RATE_SLICES];
    uint32_t largest; /* in any second, in steps of a slice */
    uint64_t n;
};
void rate_watch_event(struct rate_watch *watch, int64_t now_us);

#endif
