/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of a device and the functions that change them:
 *
 *   1 NEW      never answered                  health_succeed -> 2; health_fail -> 1, asked later
 *   2 ALIVE    the last poll brought values    health_fail -> 3
 *   3 FAILING  some polls in a row failed      health_succeed -> 2; health_fail, the third in a row -> 4
 *   4 SILENT   asked with growing pauses       health_succeed -> 2; health_fail -> 4, asked later
 *   5 HELD     another master has it           health_succeed -> 2; health_fail -> 5 or 4, asked later
 *
 *   1,2,3,4 -> 5  health_fail with ERROR_HELD
 *
 * What holds:
 *   a. It is up in 2 and 3. In these it is polled at its intervals, in the others probed with one small
 *      request, and attached anew when that is answered: what comes back may be another model.
 *   b. Pauses double from 1 s to 6 s and are spread by a quarter, so that a hall that comes back is not asked
 *      all at once, and yet within 10 s. They count from the failure, whatever the poll interval.
 *   c. Where nothing can be reached (ERROR_UNREACHABLE) the pause does not grow: the gateway has a back-off
 * of its own, and asking it costs nothing meanwhile. d. In 5 it is asked every 30 s: it takes one master at a
 * time, and this one does not fight for it.
 */
#include "acquire/health.h"

#include <string.h>

enum { FAILURES_MOST = 3, PAUSE_LEAST_MS = 1000, PAUSE_MOST_MS = 6000, PAUSE_HELD_MS = 30000 };

const char *health_error_word(enum health_error error) {
    static const char *const words[N_HEALTH_ERRORS] = {"timeout", "unreachable", "refused", "garbled",
                                                       "held",    "missed",      "dropped"};
    return words[error];
}

void health_begin_anew(struct health *health) {
    struct health counted = *health;
    *health = (struct health){.last_success_ms = counted.last_success_ms, .duration_us = counted.duration_us};
    memcpy(health->errors, counted.errors, sizeof(health->errors));
    memcpy(health->bad, counted.bad, sizeof(health->bad));
}

bool health_is_up(const struct health *health) {
    return health->state == HEALTH_ALIVE || health->state == HEALTH_FAILING;
}

bool health_may_ask(const struct health *health, int64_t now_ms) {
    return health_is_up(health) || now_ms >= health->next_ms;
}

bool health_succeed(struct health *health, int64_t wall_ms) {
    bool again = !health_is_up(health);
    health->state = HEALTH_ALIVE;
    health->failures = 0;
    health->last_success_ms = wall_ms;
    return again;
}

static int64_t pause_after(const struct health *health, int error) {
    int64_t pause_ms = PAUSE_LEAST_MS;
    if (error == ERROR_HELD)
        return PAUSE_HELD_MS;
    if (error == ERROR_UNREACHABLE)
        return pause_ms;
    for (uint32_t i = FAILURES_MOST; i < health->failures && pause_ms < PAUSE_MOST_MS; i++)
        pause_ms *= 2;
    return pause_ms < PAUSE_MOST_MS ? pause_ms : PAUSE_MOST_MS;
}

bool health_fail(struct health *health, int error, int64_t now_ms, uint32_t random) {
    enum health_state before = health->state;
    bool was_up = health_is_up(health);
    health->failures++;
    if (error == ERROR_HELD)
        health->state = HEALTH_HELD;
    else if (before == HEALTH_HELD)
        health->state = HEALTH_SILENT;
    else if (before == HEALTH_ALIVE)
        health->state = HEALTH_FAILING;
    if (health->state == HEALTH_FAILING && health->failures >= FAILURES_MOST)
        health->state = HEALTH_SILENT;
    int64_t pause_ms = pause_after(health, error);
    health->next_ms = now_ms + pause_ms - pause_ms / 4 * (int64_t)(random % 256) / 256;
    return (was_up && !health_is_up(health)) || (health->state == HEALTH_HELD && before != HEALTH_HELD);
}

void health_count(struct health *health, int error) {
    enum health_error kind = HEALTH_GARBLED;
    if (error == ERROR_TIMEOUT)
        kind = HEALTH_TIMEOUT;
    else if (error == ERROR_UNREACHABLE || error == ERROR_CLOSED)
        kind = HEALTH_UNREACHABLE;
    else if (error == ERROR_REFUSED || error == ERROR_TOO_BIG || error == ERROR_NOT_FOUND ||
             error == ERROR_DENIED)
        kind = HEALTH_REFUSED;
    else if (error == ERROR_HELD)
        kind = HEALTH_TAKEN;
    else if (error == ERROR_BUSY)
        kind = HEALTH_MISSED;
    health->errors[kind]++;
}

void health_write(const struct health *health, double values[N_HEALTH_SERIES]) {
    values[HEALTH_SERIES_UP] = health_is_up(health);
    values[HEALTH_SERIES_STATE] = DEVICE_NEW + (int)health->state;
    values[HEALTH_SERIES_LAST_SUCCESS] = (double)health->last_success_ms / 1000;
    values[HEALTH_SERIES_DURATION] = (double)health->duration_us / 1e6;
    values[HEALTH_SERIES_INTERVAL] = health->punctuality.interval_s;
    values[HEALTH_SERIES_LATENESS] = health->punctuality.lateness_s;
    values[HEALTH_SERIES_BUS_TIME] = health->punctuality.bus_time;
    values[HEALTH_SERIES_SKEW] = (double)health->skew_ms / 1000;
    values[HEALTH_SERIES_PARKED] = health->parked;
    for (int i = 0; i < N_HEALTH_ERRORS; i++)
        values[HEALTH_SERIES_ERRORS + i] = (double)health->errors[i];
    for (int i = 0; i < N_BAD_REASONS; i++)
        values[HEALTH_SERIES_BAD + i] = (double)health->bad[i];
}
