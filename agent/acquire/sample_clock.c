/* SPDX-License-Identifier: Apache-2.0 */
/* Half the pace: slower takes no less than the step itself, faster takes longer to be right again. */
#include "acquire/sample_clock.h"

enum { AHEAD_MOST_MS = 86400 * 1000 };

int64_t sample_clock_ms(struct sample_clock *clock, int64_t wall_ms, int64_t monotonic_ms) {
    int64_t asked_ms = clock->asked_ms;
    clock->asked_ms = monotonic_ms;
    if (wall_ms >= clock->last_ms || clock->last_ms - wall_ms > AHEAD_MOST_MS) {
        clock->is_ahead = false;
        clock->last_ms = wall_ms;
        return wall_ms;
    }
    if (!clock->is_ahead) {
        clock->is_ahead = true;
        clock->from_ms = clock->last_ms;
        clock->since_ms = asked_ms; /* when it was set back is not known: at once, so that time goes on */
    }
    int64_t slowed_ms = clock->from_ms + (monotonic_ms - clock->since_ms) / 2;
    if (slowed_ms > clock->last_ms)
        clock->last_ms = slowed_ms;
    return clock->last_ms;
}
