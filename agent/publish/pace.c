/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of the bucket. At a rate of one a second it is exact to the millisecond. */
#include "publish/pace.h"

enum { BURST_MS = 250 };

void pace_init(struct pace *pace, int64_t rate, int64_t now_ms) {
    *pace = (struct pace){.rate = rate, .credit = rate * BURST_MS, .filled_ms = now_ms};
}

uint32_t pace_allowance(struct pace *pace, int64_t now_ms) {
    if (pace->rate == 0)
        return UINT32_MAX;
    int64_t most = pace->rate * BURST_MS, missing = most - pace->credit;
    int64_t passed_ms = now_ms - pace->filled_ms;
    if (passed_ms >= missing / pace->rate + 1)
        pace->credit = most;
    else
        pace->credit += passed_ms * pace->rate;
    pace->filled_ms = now_ms;
    if (pace->credit <= 0)
        return 0;
    return (uint32_t)((pace->credit + 999) / 1000);
}

void pace_spend(struct pace *pace, uint64_t readings) {
    if (pace->rate > 0)
        pace->credit -= (int64_t)readings * 1000;
}

int64_t pace_next_ms(const struct pace *pace) {
    if (pace->rate == 0 || pace->credit > 0)
        return pace->filled_ms;
    return pace->filled_ms + -pace->credit / pace->rate + 1;
}
