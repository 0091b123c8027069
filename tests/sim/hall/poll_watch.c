/* SPDX-License-Identifier: Apache-2.0 */
/* The evenness of polls; see the header. */
#include "poll_watch.h"

#include <stdlib.h>
#include <string.h>

void times_init(struct times *times, int64_t bin_us) {
    memset(times, 0, sizeof *times);
    times->bin_us = bin_us;
}

void poll_watch_init(struct poll_watch *watch, int64_t interval_us, struct times *returns) {
    watch->interval_us = interval_us;
    watch->missed = 0;
    watch->returns = returns;
    times_init(&watch->deviation, DEVIATION_BIN_US);
}

static void count_time(struct times *times, int64_t duration_us) {
    int64_t bin = duration_us / times->bin_us;
    times->bins[bin < TIME_BINS ? bin : TIME_BINS - 1]++;
    times->n++;
    if (duration_us > times->largest_us)
        times->largest_us = duration_us;
}

void poll_watch_request(struct poll_watch *watch, struct poll_mark *mark, int64_t now_us) {
    int64_t since_us = now_us - mark->begin_us;
    if (mark->polls > 0 && since_us <= watch->interval_us / 2)
        return;
    if (mark->returned_us > 0)
        count_time(watch->returns, now_us - mark->returned_us);
    mark->returned_us = 0;
    mark->begin_us = now_us;
    if (mark->polls++ == 0)
        return;
    int64_t intervals = (since_us + watch->interval_us / 2) / watch->interval_us;
    watch->missed += intervals > 1 ? (uint64_t)intervals - 1 : 0;
    count_time(&watch->deviation, llabs(since_us - watch->interval_us));
}

uint64_t poll_watch_overdue(const struct poll_watch *watch, const struct poll_mark *mark, int64_t now_us) {
    int64_t late_us = now_us - mark->begin_us - watch->interval_us / 2;
    return mark->polls > 0 && late_us > 0 ? (uint64_t)(late_us / watch->interval_us) : 0;
}

double times_percentile_ms(const struct times *times, double share) {
    uint64_t below = 0;
    for (uint32_t i = 0; i < TIME_BINS; i++) {
        below += times->bins[i];
        if (below > 0 && (double)below >= share * (double)times->n)
            return (double)(i + 1) * (double)times->bin_us * 1e-3;
    }
    return 0;
}

void rate_watch_event(struct rate_watch *watch, int64_t now_us) {
    int64_t slice = now_us / RATE_SLICE_US;
    for (unsigned i = 0; watch->slice < slice && i < RATE_SLICES; i++)
        watch->counts[++watch->slice % RATE_SLICES] = 0;
    watch->slice = slice;
    watch->counts[slice % RATE_SLICES]++;
    watch->n++;
    uint32_t sum = 0;
    for (unsigned i = 0; i < RATE_SLICES; i++)
        sum += watch->counts[i];
    if (sum > watch->largest)
        watch->largest = sum;
}
