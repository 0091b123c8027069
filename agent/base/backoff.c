/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of trying again. Who tries what, and when it counts as a success, is the sinks' affair. */
#include "base/backoff.h"

#include <sys/random.h>

#include "base/clock.h"

enum { FIRST_MS = 2000, LONGEST_MS = 60000 }; /* halved by the jitter: the first pause is 1 s at least */

int64_t backoff_next_ms(struct backoff *backoff, uint32_t random) {
    int64_t longest_ms = FIRST_MS;
    for (uint32_t i = 0; i < backoff->failures && longest_ms < LONGEST_MS; i++)
        longest_ms *= 2;
    if (longest_ms > LONGEST_MS)
        longest_ms = LONGEST_MS;
    backoff->failures++;
    return longest_ms / 2 + random % (longest_ms / 2 + 1);
}

void backoff_reset(struct backoff *backoff) {
    backoff->failures = 0;
}

uint32_t backoff_random(void) {
    uint32_t random;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
        random = (uint32_t)clock_monotonic_us();
    return random;
}
