/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of buckets; the oldest counts for the part of it that is still within the window. */
#include "judge/node_window.h"

#include <math.h>
#include <string.h>

enum {
    MEAN_BUCKET_MS = 5000, /* twelve make the 60 s for which breakers and transformers are judged */
    PEAK_BUCKET_MS = 100,  /* twelve hold the 1 s for which UPSes and generators are, and what is in part */
    PEAK_MS = 1000
};

void node_window_init(struct node_window *window, bool is_peak) {
    memset(window, 0, sizeof(*window));
    window->is_peak = is_peak;
    for (unsigned i = 0; i < WINDOW_CHANNELS; i++)
        window->value[i] = (double)NAN;
}

static int64_t width_of(const struct node_window *window) {
    return window->is_peak ? PEAK_BUCKET_MS : MEAN_BUCKET_MS;
}

static void clear(struct node_window *window, int64_t bucket) {
    unsigned at = (unsigned)(bucket % WINDOW_BUCKETS);
    for (unsigned i = 0; i < WINDOW_CHANNELS; i++) {
        window->sum[at][i] = window->is_peak ? (double)NAN : 0;
        window->known_s[at][i] = 0;
    }
}

/* The values held so long in the bucket that is filled now. */
static void hold(struct node_window *window, double seconds) {
    unsigned at = (unsigned)(window->bucket % WINDOW_BUCKETS);
    for (unsigned i = 0; i < WINDOW_CHANNELS; i++) {
        if (isnan(window->value[i]))
            continue;
        if (window->is_peak) {
            window->sum[at][i] = fmaxf(window->sum[at][i], (float)window->value[i]);
        } else {
            window->sum[at][i] += (float)(window->value[i] * seconds);
            window->known_s[at][i] += (float)seconds;
        }
    }
}

/* Fills buckets with what holds, up to `now_ms`. */
static void advance(struct node_window *window, int64_t now_ms) {
    int64_t width_ms = width_of(window), target = now_ms / width_ms;
    if (target - window->bucket > WINDOW_BUCKETS) { /* longer than the window: only the end of it counts */
        window->bucket = target - WINDOW_BUCKETS;
        window->at_ms = window->bucket * width_ms;
        clear(window, window->bucket);
    }
    while (window->bucket < target) {
        int64_t end_ms = (window->bucket + 1) * width_ms;
        hold(window, (double)(end_ms - window->at_ms) / 1000);
        window->at_ms = end_ms;
        clear(window, ++window->bucket);
    }
    if (now_ms > window->at_ms || window->is_peak)
        hold(window, (double)(now_ms - window->at_ms) / 1000);
    window->at_ms = now_ms;
}

void node_window_note(struct node_window *window, int64_t now_ms, const double *values) {
    if (!window->has_begun) {
        window->has_begun = true;
        for (int64_t i = 0; i < WINDOW_BUCKETS; i++)
            clear(window, i);
        window->bucket = now_ms / width_of(window);
        window->at_ms = now_ms;
    }
    advance(window, now_ms);
    memcpy(window->value, values, sizeof(window->value));
}

static double peak(const struct node_window *window, int64_t now_ms, unsigned channel) {
    double most = window->value[channel];
    for (int64_t bucket = window->bucket; bucket > window->bucket - WINDOW_BUCKETS; bucket--)
        if ((bucket + 1) * PEAK_BUCKET_MS > now_ms - PEAK_MS)
            most = fmax(most, (double)window->sum[bucket % WINDOW_BUCKETS][channel]);
    return most;
}

static double mean(const struct node_window *window, int64_t now_ms, unsigned channel) {
    const int64_t from_ms = now_ms - (int64_t)WINDOW_BUCKETS * MEAN_BUCKET_MS;
    double held_s = (double)(now_ms - (window->at_ms > from_ms ? window->at_ms : from_ms)) / 1000;
    double sum = window->value[channel] * held_s, known_s = held_s;
    for (int64_t bucket = window->bucket; bucket > window->bucket - WINDOW_BUCKETS && bucket >= 0; bucket--) {
        int64_t left_ms = (bucket + 1) * MEAN_BUCKET_MS - from_ms;
        if (left_ms <= 0)
            break;
        double part = left_ms < MEAN_BUCKET_MS ? (double)left_ms / MEAN_BUCKET_MS : 1;
        unsigned at = (unsigned)(bucket % WINDOW_BUCKETS);
        sum += part * (double)window->sum[at][channel];
        known_s += part * (double)window->known_s[at][channel];
    }
    return known_s > 0 ? sum / known_s : window->value[channel];
}

void node_window_read(const struct node_window *window, int64_t now_ms, double *values) {
    for (unsigned i = 0; i < WINDOW_CHANNELS; i++) {
        values[i] = window->value[i];
        if (window->has_begun && !isnan(values[i]))
            values[i] = window->is_peak ? peak(window, now_ms, i) : mean(window, now_ms, i);
    }
}
