/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the kernel's clocks; nothing else in the agent does. */
#include "base/clock.h"

#include <time.h>

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
