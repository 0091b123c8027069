/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of timing.h. */
#include "acquire/timing.h"

#include "acquire/codec_modbus.h"

enum {
    BEAT_BITS = 11, /* of a character, where silence is counted in them */
    FAST_BAUD = 19200,
    FAST_SILENCE_US = 1750,
    TICK_US = 50 * 1000, /* a time-out is noticed at the next tick of the schedule */
    STEPS_MOST = 1000,
    ROUNDS_MOST = 100,
};

/* --- one request */

static int64_t bits_us(const struct line_settings *line, int64_t bits) {
    return (bits * 1000000 + line->baud - 1) / line->baud;
}

static int64_t line_us(const struct line_settings *line, const struct plan_request *request) {
    const struct modbus_request asked = {.function = request->function, .count = request->count};
    int64_t bits = 1 + 8 + (line->parity != 'N') + line->stop_bits;
    int64_t characters = MODBUS_RTU_REQUEST_SIZE + (int64_t)modbus_rtu_reply_size(&asked);
    int64_t silence_us = line->baud > FAST_BAUD ? FAST_SILENCE_US : bits_us(line, 7 * BEAT_BITS) / 2;
    return silence_us + bits_us(line, characters * bits);
}

int64_t timing_request_us(const struct line_settings *line, const struct plan_request *request) {
    return TIMING_TURNAROUND_US + (line != NULL ? line_us(line, request) : 0);
}

void timing_add_request(struct timing_unit *unit, const struct line_settings *line,
                        const struct plan_request *request, int64_t pause_us) {
    if (request->rate == RATE_ONCE)
        return;
    struct timing_poll *poll = &unit->polls[request->rate];
    int64_t us = timing_request_us(line, request) + pause_us;
    poll->n++;
    poll->all_us += us;
    if (us > poll->longest_us)
        poll->longest_us = us;
}

/* --- the bus */

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/*
 * Polls of a rate that can be under way within a time: each is from its turn until it is done. One that takes
 * longer than its interval lets turns pass, so that there is never more than one beside those that begin.
 */
static int64_t polls_in(const struct timing_poll *poll, int64_t window_us) {
    if (poll->n == 0)
        return 0;
    return least((window_us + poll->done_us) / poll->interval_us + 1, window_us / poll->interval_us + 2);
}

/* The most that `n` requests in a row of one rate can take within a time: they come one poll after the other.
 */
static int64_t in_a_row_us(const struct timing_poll *poll, int64_t n, int64_t window_us) {
    if (poll->n == 0)
        return 0;
    n = least(n, polls_in(poll, window_us) * poll->n);
    return n / poll->n * poll->all_us + least(n % poll->n * poll->longest_us, poll->all_us);
}

/* What one device's routine requests can put before `n` of another within a time. */
static int64_t routine_before(const struct timing_unit *unit, int64_t n, int64_t window_us) {
    int64_t longest_us = 0;
    for (int64_t slow = 0; slow <= n && (slow == 0 || unit->polls[RATE_SLOW].n > 0); slow++)
        longest_us = most(longest_us, in_a_row_us(&unit->polls[RATE_NORMAL], n - slow, window_us) +
                                          in_a_row_us(&unit->polls[RATE_SLOW], slow, window_us));
    return longest_us;
}

/* A device does one poll after the other, so all its routine requests can come before the last of this one.
 */
static int64_t routine_step(const struct timing_bus *bus, const struct timing_unit *self, int64_t window_us) {
    int64_t own = 0, sum_us = 0;
    for (int rate = 0; rate < RATE_ONCE; rate++) {
        own += rate != RATE_FAST ? self->polls[rate].n : 0;
        sum_us += rate != RATE_FAST ? self->polls[rate].all_us : 0;
    }
    sum_us += own * self->rest_us;
    for (size_t i = 0; i < bus->n_units; i++) {
        const struct timing_unit *unit = &bus->units[i];
        const struct timing_poll *fast = &unit->polls[RATE_FAST];
        int64_t others = (int64_t)unit->n - (unit == self);
        sum_us += others * routine_before(unit, own, window_us);
        sum_us += unit->n * polls_in(fast, window_us) * fast->all_us;
    }
    return sum_us;
}

static int64_t longest_routine_us(const struct timing_unit *unit) {
    return most(unit->polls[RATE_NORMAL].longest_us, unit->polls[RATE_SLOW].longest_us);
}

/* While an answer is taken and the next fast request comes, the bus has gone on to somebody else's routine.
 */
static int64_t fast_step(const struct timing_bus *bus, const struct timing_unit *self, int64_t window_us) {
    const struct timing_poll *own = &self->polls[RATE_FAST];
    int64_t sum_us = own->all_us + own->n * self->rest_us, under_way_us = 0;
    for (size_t i = 0; i < bus->n_units; i++) {
        const struct timing_unit *unit = &bus->units[i];
        int64_t others = (int64_t)unit->n - (unit == self);
        sum_us += others * in_a_row_us(&unit->polls[RATE_FAST], own->n, window_us);
        if (others > 0)
            under_way_us = most(under_way_us, longest_routine_us(unit));
    }
    return sum_us + most(under_way_us, longest_routine_us(self)) + (own->n - 1) * under_way_us;
}

/* The least R: each step grows, for a longer time lets more come before. */
static int64_t find_done(const struct timing_bus *bus, const struct timing_unit *self, int rate) {
    int64_t done_us = 0;
    for (int step = 0; step < STEPS_MOST; step++) {
        int64_t next_us =
            rate == RATE_FAST ? fast_step(bus, self, done_us) : routine_step(bus, self, done_us);
        if (next_us == done_us)
            return done_us;
        done_us = next_us;
        if (done_us > TIMING_NEVER_US)
            break;
    }
    return TIMING_NEVER_US;
}

/* What one dead device costs another of its bus: a request that is waited for in vain. */
static int64_t dead_us(const struct timing_bus *bus, const struct timing_unit *self) {
    int64_t longest_us = 0;
    for (size_t i = 0; i < bus->n_units; i++) {
        const struct timing_unit *unit = &bus->units[i];
        if (unit != self || unit->n > 1)
            longest_us = most(longest_us, unit->timeout_us + TICK_US);
    }
    return longest_us;
}

/* How often values come that take `done_us`. */
static int64_t every_us(const struct timing_poll *poll, int64_t done_us) {
    int64_t turns = (done_us + poll->interval_us - 1) / poll->interval_us;
    return (turns < 1 ? 1 : turns) * poll->interval_us;
}

static int64_t age_us(const struct timing_poll *poll, int64_t done_us) {
    return least(every_us(poll, done_us) + done_us, TIMING_NEVER_US);
}

static void judge_poll(const struct timing_bus *bus, const struct timing_unit *unit,
                       struct timing_poll *poll) {
    poll->every_us = least(every_us(poll, poll->done_us), TIMING_NEVER_US);
    poll->age_us = age_us(poll, poll->done_us);
    poll->age_dead_us = age_us(poll, least(poll->done_us + dead_us(bus, unit), TIMING_NEVER_US));
    poll->kept = poll->done_us <= poll->interval_us;
}

/* How long each poll takes depends on how long the others do: begun with none, until nothing grows any more.
 */
static void find_all_done(struct timing_bus *bus) {
    bool grown = true;
    for (size_t i = 0; i < bus->n_units; i++)
        for (int rate = 0; rate < RATE_ONCE; rate++)
            bus->units[i].polls[rate].done_us = 0;
    for (int round = 0; round < ROUNDS_MOST && grown; round++) {
        grown = false;
        for (size_t i = 0; i < bus->n_units; i++)
            for (int rate = 0; rate < RATE_ONCE; rate++) {
                struct timing_poll *poll = &bus->units[i].polls[rate];
                int64_t done_us = poll->n > 0 ? find_done(bus, &bus->units[i], rate) : 0;
                grown |= done_us > poll->done_us;
                poll->done_us = most(poll->done_us, done_us);
            }
    }
}

void timing_judge(struct timing_bus *bus) {
    bus->cycle_us = 0;
    bus->shortest_us = INT64_MAX;
    bus->share = 0;
    bus->worst = 0;
    find_all_done(bus);
    for (size_t i = 0; i < bus->n_units; i++) {
        struct timing_unit *unit = &bus->units[i];
        for (int rate = 0; rate < RATE_ONCE && unit->n > 0; rate++) {
            struct timing_poll *poll = &unit->polls[rate];
            if (poll->n == 0)
                continue;
            judge_poll(bus, unit, poll);
            bus->cycle_us += unit->n * poll->all_us;
            bus->shortest_us = least(bus->shortest_us, poll->interval_us);
            bus->share += unit->n * (double)poll->all_us / (double)poll->interval_us;
            double whole = (double)poll->done_us / (double)poll->interval_us;
            bus->worst = whole > bus->worst ? whole : bus->worst;
        }
    }
}
