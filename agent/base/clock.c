/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the kernel's clocks; nothing else in the agent does. */
#include "base/clock.h"

#include <math.h>
#include <stdbool.h>
#include <sys/timex.h>
#include <time.h>

enum { UNSYNCHRONIZED_US = 16000000 };

static int64_t read_us(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void) {
    return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_monotonic_us(void) {
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void) {
    return read_us(CLOCK_REALTIME) / 1000;
}

double clock_error_s(void) {
    struct timex state = {.modes = 0};
    int answer = adjtimex(&state);
    bool is_synchronized = answer != TIME_ERROR && !(state.status & STA_UNSYNC);
    double error_us = (double)state.maxerror;
    if (answer < 0)
        return (double)NAN;
    return (is_synchronized || error_us > UNSYNCHRONIZED_US ? error_us : UNSYNCHRONIZED_US) / 1e6;
}
