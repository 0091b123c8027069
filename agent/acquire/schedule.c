/* SPDX-License-Identifier: Apache-2.0 */
/* The wheel: slot n holds turns due at ticks of n modulo its size, this time round or a later one. */
#include "acquire/schedule.h"

enum {
    GRAIN_TICKS = SCHEDULE_GRAIN_MS / SCHEDULE_TICK_MS,
    PHASES_LEAST = 10, /* fewer grains than that in an interval: its polls would stand in heaps */
    SLEW_LEAST_MS = 2, /* both clocks are read in whole milliseconds */
    STEP_MS = 500,     /* a wall clock that differs by that much from what it was has been set */
};

static void list_add(struct turn **list, struct turn *turn) {
    turn->next = *list;
    turn->place = list;
    if (turn->next != NULL)
        turn->next->place = &turn->next;
    *list = turn;
}

static void wheel_add(struct schedule *schedule, struct turn *turn) {
    list_add(&schedule->slots[turn->due_tick % SCHEDULE_SLOTS], turn);
}

void schedule_remove(struct turn *turn) {
    if (turn->place == NULL)
        return;
    *turn->place = turn->next;
    if (turn->next != NULL)
        turn->next->place = turn->place;
    turn->place = NULL;
}

void schedule_init(struct schedule *schedule, bool aligned, int64_t now_ms, int64_t wall_ms) {
    *schedule = (struct schedule){.aligned = aligned, .origin_tick = wall_ms / SCHEDULE_TICK_MS};
    schedule->started_ms = now_ms - (aligned ? wall_ms % SCHEDULE_TICK_MS : 0);
}

/* --- phases --- */

/* Never below the interval: a driver may have asked for no less. */
static uint32_t ticks_of(int64_t ms) {
    int64_t ticks = (ms + SCHEDULE_TICK_MS - 1) / SCHEDULE_TICK_MS;
    return ticks < 1 ? 1 : ticks > INT32_MAX ? INT32_MAX : (uint32_t)ticks;
}

/* Golden-ratio steps spread neighbours far apart, whatever their number. */
static int64_t spread_over(uint32_t number, uint32_t n) {
    return (int64_t)((uint64_t)(number * 2654435761U) * n >> 32);
}

/* What the phases of such intervals are multiples of. */
static uint32_t grain_of(const int64_t *intervals_ms, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (intervals_ms[i] % SCHEDULE_GRAIN_MS != 0 || intervals_ms[i] < PHASES_LEAST * SCHEDULE_GRAIN_MS)
            return 1;
    return GRAIN_TICKS;
}

/* The first tick behind the present one at which the wall clock is at a multiple of the interval. */
static int64_t next_multiple(const struct schedule *schedule, uint32_t interval_ticks) {
    int64_t wall_tick = schedule->origin_tick + schedule->now_tick;
    return schedule->now_tick + interval_ticks - wall_tick % interval_ticks;
}

/* Behind the present tick, at a multiple of the grain. */
static int64_t first_grain(const struct schedule *schedule, uint32_t grain) {
    return (schedule->now_tick / grain + 1) * grain;
}

void schedule_add(struct schedule *schedule, struct turn *const *turns, const int64_t *intervals_ms, size_t n,
                  uint32_t number) {
    uint32_t grain = grain_of(intervals_ms, n), base = UINT32_MAX;
    bool taken = false;
    for (size_t i = 0; i < n; i++) {
        turns[i]->interval_ticks = ticks_of(intervals_ms[i]);
        turns[i]->attached = schedule->aligned;
        if (turns[i]->interval_ticks < base)
            base = turns[i]->interval_ticks;
    }
    int64_t phase = spread_over(number, base / grain) * grain;
    for (size_t i = 0; i < n; i++) {
        struct turn *turn = turns[i];
        bool behind = taken || turn->interval_ticks != base;
        taken |= !behind;
        /* Of a longer interval, how many of the shortest it waits. */
        int64_t later = spread_over(number, turn->interval_ticks / base) * base;
        turn->due_tick = first_grain(schedule, grain) + later + phase + (behind ? grain : 0);
        if (turn->attached)
            turn->due_tick = next_multiple(schedule, turn->interval_ticks);
        wheel_add(schedule, turn);
    }
}

void schedule_add_spread(struct schedule *schedule, struct turn *turn, int64_t interval_ms, uint32_t number,
                         bool at_once) {
    uint32_t grain = grain_of(&interval_ms, 1);
    turn->interval_ticks = ticks_of(interval_ms);
    turn->attached = false;
    turn->due_tick =
        at_once ? schedule->now_tick + 1
                : first_grain(schedule, grain) + spread_over(number, turn->interval_ticks / grain) * grain;
    wheel_add(schedule, turn);
}

/* --- time --- */

/* Every turn that belongs to the wall clock gets its place anew. */
static void realign(struct schedule *schedule) {
    struct turn *all = NULL;
    for (size_t slot = 0; slot < SCHEDULE_SLOTS; slot++) {
        struct turn *turn = schedule->slots[slot], *next;
        for (; turn != NULL; turn = next) {
            next = turn->next;
            if (!turn->attached)
                continue;
            schedule_remove(turn);
            list_add(&all, turn);
        }
    }
    while (all != NULL) {
        struct turn *turn = all;
        schedule_remove(turn);
        turn->due_tick = next_multiple(schedule, turn->interval_ticks);
        wheel_add(schedule, turn);
    }
}

/* Ticks follow a wall clock that is slewed; one that was set changes what they stand for. */
static void follow_wall_clock(struct schedule *schedule, int64_t now_ms, int64_t wall_ms) {
    int64_t expected_ms = schedule->origin_tick * SCHEDULE_TICK_MS + (now_ms - schedule->started_ms);
    int64_t ahead_ms = wall_ms - expected_ms;
    if (ahead_ms > -SLEW_LEAST_MS && ahead_ms < SLEW_LEAST_MS)
        return;
    if (ahead_ms > -STEP_MS && ahead_ms < STEP_MS) {
        schedule->started_ms -= ahead_ms;
        return;
    }
    int64_t tick = (now_ms - schedule->started_ms) / SCHEDULE_TICK_MS;
    schedule->now_tick = tick > schedule->now_tick ? tick : schedule->now_tick;
    schedule->origin_tick = wall_ms / SCHEDULE_TICK_MS - schedule->now_tick;
    schedule->started_ms = now_ms - schedule->now_tick * SCHEDULE_TICK_MS - wall_ms % SCHEDULE_TICK_MS;
    realign(schedule);
}

void schedule_advance(struct schedule *schedule, int64_t now_ms, int64_t wall_ms) {
    if (schedule->aligned)
        follow_wall_clock(schedule, now_ms, wall_ms);
    int64_t tick = (now_ms - schedule->started_ms) / SCHEDULE_TICK_MS;
    if (tick > schedule->now_tick)
        schedule->now_tick = tick;
    /* After a stall longer than the wheel every slot is looked at once. */
    if (schedule->now_tick - schedule->tick > SCHEDULE_SLOTS)
        schedule->tick = schedule->now_tick - SCHEDULE_SLOTS;
}

/* The next turn of the tick worked off, or of a later one up to the present; NULL = none. */
static struct turn *take_due(struct schedule *schedule) {
    for (;;) {
        struct turn *turn = schedule->due;
        if (turn != NULL) {
            schedule_remove(turn);
            if (turn->due_tick <= schedule->tick)
                return turn;
            wheel_add(schedule, turn);
            continue;
        }
        if (schedule->tick >= schedule->now_tick)
            return NULL;
        struct turn **slot = &schedule->slots[++schedule->tick % SCHEDULE_SLOTS];
        while (*slot != NULL) {
            struct turn *each = *slot;
            schedule_remove(each);
            list_add(&schedule->due, each);
        }
    }
}

bool schedule_next(struct schedule *schedule, struct occurrence *occurrence) {
    struct turn *turn = take_due(schedule);
    if (turn == NULL)
        return false;
    *occurrence = (struct occurrence){.turn = turn};
    occurrence->late = 2 * (schedule->now_tick - turn->due_tick) > turn->interval_ticks;
    occurrence->skipped = occurrence->late;
    if (turn->attached)
        occurrence->instant_ms = (schedule->origin_tick + turn->due_tick) * SCHEDULE_TICK_MS;
    for (turn->due_tick += turn->interval_ticks; turn->due_tick <= schedule->now_tick; occurrence->skipped++)
        turn->due_tick += turn->interval_ticks;
    wheel_add(schedule, turn);
    return true;
}

int64_t schedule_wait_ms(const struct schedule *schedule, int64_t now_ms) {
    int64_t tick = schedule->tick + 1;
    while (tick % GRAIN_TICKS != 0 && schedule->slots[tick % SCHEDULE_SLOTS] == NULL)
        tick++;
    int64_t wait_ms = schedule->started_ms + tick * SCHEDULE_TICK_MS - now_ms;
    return wait_ms > 0 ? wait_ms : 0;
}
