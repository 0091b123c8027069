/* SPDX-License-Identifier: Apache-2.0 */
/* The two clocks: monotonic for scheduling, wall for stamping. Pure code is handed times and never asks. */
#ifndef HALLWATCH_BASE_CLOCK_H
#define HALLWATCH_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);
int64_t clock_wall_ms(void); /* since 1970, UTC */

#endif
