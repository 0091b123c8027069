/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last minute of a node, as its rating is judged: the mean of 60 s, or the maximum of 1 s. A value holds
 * until the next one, so that samples at any times count by how long they held; what was not known counts not
 * at all. Pure.
 */
#ifndef HALLWATCH_JUDGE_NODE_WINDOW_H
#define HALLWATCH_JUDGE_NODE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { WINDOW_CHANNELS = 5, WINDOW_BUCKETS = 12 };

struct node_window {
    int64_t bucket;                /* the number since 1970 of the one that is filled now */
    int64_t at_ms;                 /* up to here all is in the buckets */
    double value[WINDOW_CHANNELS]; /* holds since then; NAN: not known */
    /* Of a mean: the integral, and for how long it was known; of a maximum: the highest. */
    float sum[WINDOW_BUCKETS][WINDOW_CHANNELS], known_s[WINDOW_BUCKETS][WINDOW_CHANNELS];
    bool is_peak, has_begun;
};

void node_window_init(struct node_window *window, bool is_peak);
/* From `now_ms` on these values hold; NAN: not known. Time never goes back. */
void node_window_note(struct node_window *window, int64_t now_ms, const double *values);
/* The mean or maximum up to `now_ms`. NAN where the value is not known now. */
void node_window_read(const struct node_window *window, int64_t now_ms, double *values);

#endif
