/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the devices of one bus ask of it, and how old their values can become. A bus is whatever takes one
 * request at a time: a serial line, a gateway, an SNMP agent. Pure arithmetic: which devices a site has on
 * which bus is forecast's.
 *
 * What holds a bus for one request on a serial line, in characters of 10 bits (8N1) or 11 (8E1, 8O1, 8N2):
 *
 *   silence      3.5 characters of 11 bits, above 19200 baud 1.75 ms   Modbus over serial line V1.02, 2.5.1.1
 *   request      8 characters                                          the same, 2.5.1
 *   turnaround   until the unit answers: TIMING_TURNAROUND_US          5 to 50 ms are usual; the slowest
 * counts answer       5 characters and the values                           the same, 2.5.1
 *
 * Elsewhere it is the turnaround alone, and behind a gateway its pause: the network's share is small, and the
 * speed of a line behind a gateway is not known here.
 *
 * How long a poll takes from its turn to its last answer, at worst, is the least R that satisfies
 *
 *   routine   all requests of its device and its rests; before each of them at most one request of each other
 *             device, and no more than these ask in R; and every fast request that can come in R
 *   fast      its own fast requests and rests; before each of them the longest routine request of another
 *             device, for what is under way is not broken off (before the first it may be an own one), and at
 *             most one fast request of each other device
 *
 * A poll that ends before the next is due leaves no value older than the interval and R. One that does not
 * lets turns pass, and its values come every so many intervals. That is the promise: R <= the interval.
 */
#ifndef HALLWATCH_ACQUIRE_TIMING_H
#define HALLWATCH_ACQUIRE_TIMING_H

#include "acquire/plan.h"
#include "model/config.h"

enum { TIMING_TURNAROUND_US = 50 * 1000 };
/* Longer than this is no figure any more: the bus never gets to it. */
#define TIMING_NEVER_US (INT64_C(3600) * 1000 * 1000)

/* A device's requests of one rate. */
struct timing_poll {
    int64_t interval_us;
    uint32_t n;         /* requests; 0: it has no values of this rate */
    int64_t all_us;     /* that they hold the bus together */
    int64_t longest_us; /* that one of them does */
    /* Found by timing_judge. */
    int64_t done_us;     /* R */
    int64_t every_us;    /* how often values come: the interval, or as many of them as R takes */
    int64_t age_us;      /* of the oldest value */
    int64_t age_dead_us; /* the same while another device of the bus is dead: it costs one time-out */
    bool kept;           /* the promise */
};

/* Devices that are alike: as far as their bus is concerned, one and a number. */
struct timing_unit {
    uint32_t n;
    int64_t timeout_us;
    int64_t rest_us; /* the device's own between two of its requests, while others are asked */
    struct timing_poll polls[RATE_ONCE];
};

struct timing_bus {
    struct timing_unit *units;
    size_t n_units;
    /* Found by timing_judge. */
    int64_t cycle_us;    /* to ask for everything once */
    int64_t shortest_us; /* interval of those asked for */
    double share;        /* of its time that is asked for; above 1 it cannot be */
    double worst;        /* the largest R over its interval: the promises are kept up to 1 */
};

/* The time for which one request holds the bus. `line` is NULL where it is no serial line. */
int64_t timing_request_us(const struct line_settings *line, const struct plan_request *request);
/* Adds a request to its rate's poll; `pause_us` is what the bus rests behind it. */
void timing_add_request(struct timing_unit *unit, const struct line_settings *line,
                        const struct plan_request *request, int64_t pause_us);

/* Fills in what is found. */
void timing_judge(struct timing_bus *bus);

#endif
