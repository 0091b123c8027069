/* SPDX-License-Identifier: Apache-2.0 */
/* The evenness of polls; see the header. */
#include "poll_watch.h"

#include <stdlib.h>
#include <string.h>

void poll_watch_request(struct poll_watch *watch, struct poll_mark *mark, int64_t now_us) {
    int64_t since_us = now_us - mark->begin_us;
    if (mark->polls > 0 && since_us <= watch->interval_us / 2)
        return;
    mark->begin_us = now_us;
    if (mark->polls++ == 0)
        return;
    int64_t intervals = (since_us + watch->interval_us / 2) / watch->interval_us;
    watch->missed += intervals > 1 ? (uint64_t)intervals - 1 : 0;
    int64_t deviation_us = llabs(since_us - watch->interval_us);
    if (deviation_us > watch->largest_us)
        watch->largest_us = deviation_us;
    int64_t bin = deviation_us / DEVIATION_BIN_US;
    watch->bins[bin < DEVIATION_BINS ? bin : DEVIATION_BINS - 1]++;
    watch->polls++;
}

void poll_watch_reset(struct poll_watch *watch) {
    int64_t interval_us = watch->interval_us;
    memset(watch, 0, sizeof *watch);
    watch->interval_us = interval_us;
}

double poll_watch_percentile_ms(const struct poll_watch *watch, double share) {
    uint64_t below = 0;
    for (uint32_t i = 0; i < DEVIATION_BINS; i++) {
        below += watch->bins[i];
        if (below > 0 && (double)below >= share * (double)watch->polls)
            return (i + 1) * DEVIATION_BIN_US * 1e-3;
    }
    return 0;
}
