/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the floors share. A floor reads the same devices at the same pace as the agent, but neither decodes
 * nor publishes: what it costs is what sockets and the kernel cost. This part knows the devices, the pace
 * and the clock.
 */
#ifndef HALLWATCH_BENCH_FLOOR_H
#define HALLWATCH_BENCH_FLOOR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { TICK_MS = 10, INTERVAL_MS = 1000, WARM_UP_MS = 2000 };

/* One device: where it is, and how its poll stands. */
struct target {
    struct sockaddr_in address;
    uint8_t unit;     /* Modbus */
    int64_t due_ms;   /* of the next poll */
    unsigned awaited; /* answers still to come in the poll under way */
};

struct floor {
    struct target *targets;
    unsigned n;
    int64_t begin_ms, end_ms; /* of what is measured, after the warm-up */
    uint64_t polls, missed;
    double begin_cpu_us;
};

/*
 * Takes the devices of this scheme ("modbus", "snmp") from an inventory. Ends the program when there are
 * none.
 */
void floor_open(struct floor *floor, const char *inventory, const char *scheme);
/* Spreads the polls over the interval, beginning now. */
void floor_begin(struct floor *floor, int seconds);
/* Milliseconds until the next tick; negative once the time is over. */
int floor_wait_ms(const struct floor *floor);
/*
 * The next target whose poll is due, from *at on; NULL when the tick has no more. Counts a poll that never
 * ended.
 */
struct target *floor_next_due(struct floor *floor, unsigned *at);
/* A poll has all its answers. */
void floor_polled(struct floor *floor);
/* Prints what was measured as one line of JSON. */
void floor_report(const struct floor *floor, const char *name);
/* Ends the program. */
void floor_fail(const char *what) __attribute__((noreturn));

#endif
