/* SPDX-License-Identifier: Apache-2.0 */
/* The two clocks: monotonic for scheduling, wall for stamping. Pure code is handed times and never asks. */
#ifndef HALLWATCH_BASE_CLOCK_H
#define HALLWATCH_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);
int64_t clock_wall_ms(void); /* since 1970, UTC */
/*
 * By how much the wall clock may be wrong, in seconds, as the kernel knows it: the bound that the time
 * service has given it, which the kernel widens by 0.5 ms a second until it is given anew; at least 16 s
 * while the clock is not synchronized (adjtimex(2): maxerror, STA_UNSYNC, NTP_PHASE_LIMIT). NAN where the
 * agent may not ask.
 */
double clock_error_s(void);

#endif
