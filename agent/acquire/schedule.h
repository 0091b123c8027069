/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When each device's turn comes. Time advances in ticks; a turn sits in a wheel of them and comes at the same
 * phase of its interval for ever, so that polls are spread over the interval, or stand together at one
 * instant of the wall clock where a site wants samples of one instant. Turns that a stall has made late are
 * left out and counted, never caught up.
 *
 * Pure: it is handed the time. What is done in a turn is poller.c's.
 */
#ifndef HALLWATCH_ACQUIRE_SCHEDULE_H
#define HALLWATCH_ACQUIRE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCHEDULE_TICK_MS = 10,
    SCHEDULE_GRAIN_MS = 50, /* polls of longer intervals are grouped: wake-ups are the cost at low rates */
    SCHEDULE_SLOTS = 1024,
};

/* Embedded in its owner; begins zeroed but for `owner`. Stays where it is while it is scheduled. */
struct turn {
    void *owner;
    uint32_t interval_ticks;
    bool attached; /* to the wall clock, where the schedule is */
    int64_t due_tick;
    struct turn *next, **place; /* in its list; place NULL = not scheduled */
};

struct schedule {
    bool aligned;
    int64_t started_ms;     /* the monotonic time of tick 0 */
    int64_t origin_tick;    /* of the wall clock's, counted from 1970, at tick 0 */
    int64_t tick, now_tick; /* the one worked off last; the one that the clock says */
    struct turn *due;       /* of that tick, still to come */
    struct turn *slots[SCHEDULE_SLOTS];
};

/* A turn that has come. */
struct occurrence {
    struct turn *turn;
    bool late;          /* by more than half its interval: the next one would follow on its heels */
    uint32_t skipped;   /* turns that are left out, this one included where it is late */
    int64_t instant_ms; /* of the wall clock, that it stands for; 0 = none */
};

/* `aligned`: turns come when the wall clock is at whole multiples of their interval since 1970, UTC. */
void schedule_init(struct schedule *schedule, bool aligned, int64_t now_ms, int64_t wall_ms);

/*
 * Adds the turns of one owner, whose intervals in milliseconds are given. They keep apart: the shortest has a
 * phase of its own and the longer ones follow it. `number` tells owners apart and spreads neighbours.
 */
void schedule_add(struct schedule *schedule, struct turn *const *turns, const int64_t *intervals_ms, size_t n,
                  uint32_t number);
/* Adds a turn that comes at once, then at its interval, wherever the wall clock is. */
void schedule_add_spread(struct schedule *schedule, struct turn *turn, int64_t interval_ms, uint32_t number,
                         bool at_once);
/* Takes it out; nothing happens to one that is not scheduled. */
void schedule_remove(struct turn *turn);

/* Tells the time. A wall clock that was set makes aligned turns come at its new multiples. */
void schedule_advance(struct schedule *schedule, int64_t now_ms, int64_t wall_ms);
/* The next turn that has come, scheduled for its next time already; false = no more. */
bool schedule_next(struct schedule *schedule, struct occurrence *occurrence);
/* How long until there can be something to do: a turn, or the end of a grain. At least 0. */
int64_t schedule_wait_ms(const struct schedule *schedule, int64_t now_ms);

#endif
