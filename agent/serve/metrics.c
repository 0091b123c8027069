/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First the values are collected, device by device, each at the end of its metric's list; then the page is
 * written, metric by metric, for the format wants all lines of a metric together. Labels are rendered once
 * per view (view_cache.h), so that a line is two copies and a number.
 */
#include "serve/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "publish/view_cache.h"
#include "publish/view_info.h"
#include "serve/metrics_text.h"

enum {
    INTERVALS_MOST = 3,
    SLACK_MS = 5000,             /* a poll's turn, its time-out and the way here */
    LOOKBACK_MS = 5 * 60 * 1000, /* Prometheus: --query.lookback-delta */
    DEVICES_BELOW = JUDGE_NUMBER,
};
#define NONE UINT32_MAX /* no sample */

struct sample {
    double value;
    uint32_t view, series; /* metrics.views[view]->series[series] */
    uint32_t next;         /* of the same metric */
};

struct metrics {
    struct latest *latest;
    struct view_cache *cache;
    struct device_view **views; /* held while a page is made */
    size_t n_views, room_views;
    struct sample *samples;
    size_t n_samples, room_samples;
    uint32_t first[N_QUANTITIES], last[N_QUANTITIES];
    bool failed;
    /* While values are collected: */
    size_t n_missing;                     /* series for which there was no room */
    const struct device_config **devices; /* by number */
    int64_t now_ms;
};

struct metrics *metrics_new(struct latest *latest) {
    struct metrics *metrics = calloc(1, sizeof(*metrics));
    if (!metrics)
        return NULL;
    metrics->latest = latest;
    metrics->cache = view_cache_new(&metrics_form);
    metrics->devices = calloc(DEVICES_BELOW, sizeof(struct device_config *));
    if (metrics->cache && metrics->devices)
        return metrics;
    metrics_free(metrics);
    return NULL;
}

void metrics_free(struct metrics *metrics) {
    if (!metrics)
        return;
    view_cache_free(metrics->cache);
    free(metrics->views);
    free(metrics->samples);
    free(metrics->devices);
    free(metrics);
}

/* Makes room for `n` more, doubling; NULL when out of memory. */
static void *grow(void *items, size_t n_wanted, size_t *room, size_t size) {
    if (n_wanted <= *room)
        return items;
    size_t more = *room * 2 > n_wanted ? *room * 2 : n_wanted;
    void *grown = reallocarray(items, more, size);
    if (grown)
        *room = more;
    return grown;
}

/* --- collecting --- */

static bool make_room(struct metrics *metrics, size_t n_series) {
    void *views = grow(metrics->views, metrics->n_views + 1, &metrics->room_views, sizeof(*metrics->views));
    if (views)
        metrics->views = views;
    void *samples = grow(metrics->samples, metrics->n_samples + n_series, &metrics->room_samples,
                         sizeof(*metrics->samples));
    if (samples)
        metrics->samples = samples;
    return views && samples;
}

/*
 * The oldest that counts as a reading of now, by how often it is asked. What is asked late is older; what is
 * asked once, at discovery, holds as long as the device is up.
 */
static void find_oldest(const struct metrics *metrics, const struct latest_device *latest,
                        int64_t oldest_ms[N_RATES]) {
    uint32_t number = latest->view->number;
    const struct device_config *device = number < DEVICES_BELOW ? metrics->devices[number] : NULL;
    double up = 1, late_s = 0;
    bool is_up = !latest_find(latest, DEVICE_UP, &up) || up > 0;
    latest_find(latest, POLL_LATENESS, &late_s);
    for (int rate = 0; rate < N_RATES; rate++) {
        bool as_normal = !is_up && (rate == RATE_SLOW || rate == RATE_ONCE);
        int64_t interval_ms = device ? device->interval_ms[as_normal ? RATE_NORMAL : rate] : 0;
        oldest_ms[rate] =
            metrics->now_ms - INTERVALS_MOST * (interval_ms + (int64_t)(late_s * 1000)) - SLACK_MS;
    }
    if (is_up)
        oldest_ms[RATE_ONCE] = INT64_MIN;
}

static void add_sample(struct metrics *metrics, enum quantity quantity, uint32_t series, double value) {
    uint32_t at = (uint32_t)metrics->n_samples++;
    metrics->samples[at] =
        (struct sample){.value = value, .view = (uint32_t)metrics->n_views, .series = series, .next = NONE};
    if (metrics->first[quantity] == NONE)
        metrics->first[quantity] = at;
    else
        metrics->samples[metrics->last[quantity]].next = at;
    metrics->last[quantity] = at;
}

/* Under the lock of `latest`: copies, and nothing that takes its time. */
static void collect(void *context, const struct latest_device *latest) {
    struct metrics *metrics = context;
    const struct device_view *view = latest->view;
    if (latest->is_told)
        return;
    bool has_room = metrics->n_samples + view->n_series <= metrics->room_samples &&
                    metrics->n_views < metrics->room_views;
    metrics->n_missing = has_room ? 0 : view->n_series + 1;
    if (!has_room)
        return;
    size_t before = metrics->n_samples;
    bool is_device = device_view_is_device(view);
    int64_t oldest_ms[N_RATES], oldest_else_ms = metrics->now_ms - LOOKBACK_MS;
    find_oldest(metrics, latest, oldest_ms);
    for (size_t i = 0; i < view->n_series; i++) {
        enum quantity quantity = view->series[i].quantity;
        bool is_point = is_device && !latest_is_health(quantity);
        bool is_good = latest->qualities[i] == QUALITY_GOOD || latest->qualities[i] == QUALITY_SUBSTITUTED;
        bool is_recent = latest->times_ms[i] >= (is_point ? oldest_ms[view->series[i].rate] : oldest_else_ms);
        if (is_good && is_recent && isfinite(latest->values[i]))
            add_sample(metrics, quantity, (uint32_t)i, latest->values[i]);
    }
    if (metrics->n_samples > before)
        metrics->views[metrics->n_views++] = device_view_hold((struct device_view *)view);
}

/* After the clock was set back, readings are stamped from the last time on for a while. */
static void note_time(void *context, const struct latest_device *latest) {
    int64_t *now_ms = context;
    if (latest->newest_ms > *now_ms)
        *now_ms = latest->newest_ms;
}

static void collect_all(struct metrics *metrics, const struct site_config *config, int64_t now_ms) {
    metrics->n_samples = metrics->n_views = 0;
    metrics->failed = false;
    metrics->now_ms = now_ms;
    latest_show(metrics->latest, GATEWAY_NUMBER, note_time, &metrics->now_ms);
    for (size_t i = 0; i < N_QUANTITIES; i++)
        metrics->first[i] = NONE;
    memset(metrics->devices, 0, DEVICES_BELOW * sizeof(struct device_config *));
    for (size_t i = 0; i < config->n_devices; i++)
        if (config->devices[i].number < DEVICES_BELOW)
            metrics->devices[config->devices[i].number] = &config->devices[i];
    for (uint32_t number = 0; latest_next(metrics->latest, &number) && !metrics->failed; number++) {
        do {
            metrics->n_missing = 0;
            latest_show(metrics->latest, number, collect, metrics);
            if (metrics->n_missing > 0) /* memory is asked for without the lock */
                metrics->failed = !make_room(metrics, metrics->n_missing);
        } while (metrics->n_missing > 0 && !metrics->failed);
    }
}

/* --- writing --- */

static void write_quantity(struct metrics *metrics, enum quantity quantity, struct text *page) {
    const struct quantity_info *info = catalog_quantity(quantity);
    const struct metrics_bytes metric = {info->name, strlen(info->name)};
    metrics_add_head(page, info->name, info->meaning, info->kind == KIND_COUNTER ? "counter" : "gauge");
    for (uint32_t at = metrics->first[quantity]; at != NONE; at = metrics->samples[at].next) {
        const struct sample *sample = &metrics->samples[at];
        /* Asked for each line: a cache that is full begins anew, and forgets what it gave before. */
        const struct view_entry *entry = view_cache_get(metrics->cache, metrics->views[sample->view]);
        if (!entry) {
            metrics->failed = true;
            return;
        }
        struct metrics_bytes head = {entry->head.data, entry->head.size}, piece;
        piece.data = view_cache_piece(metrics->cache, entry, sample->series, &piece.size);
        metrics_add_line(page, metric, head, piece, sample->value);
    }
}

static void write_device_infos(const struct metrics *metrics, struct text *page) {
    struct view_info info;
    metrics_add_head(page, VIEW_DEVICE_INFO, "what a device is, as it and people call it", "gauge");
    for (size_t i = 0; i < metrics->n_views; i++) {
        if (!device_view_is_device(metrics->views[i]))
            continue;
        view_write_device_info(metrics->views[i], &info);
        metrics_add_info(page, VIEW_DEVICE_INFO, &info);
    }
}

static void write_component_infos(const struct metrics *metrics, struct text *page) {
    struct view_info info;
    metrics_add_head(page, VIEW_COMPONENT_INFO, "what people call a part of a device", "gauge");
    for (size_t i = 0; i < metrics->n_views; i++) {
        const struct device_view *view = metrics->views[i];
        for (size_t k = 0; k < view->n_names && device_view_is_device(view); k++) {
            view_write_component_info(view, &view->names[k], &info);
            metrics_add_info(page, VIEW_COMPONENT_INFO, &info);
        }
    }
}

int metrics_write(struct metrics *metrics, const struct site_config *config, int64_t now_ms,
                  struct text *page) {
    collect_all(metrics, config, now_ms);
    for (int quantity = 0; quantity < N_QUANTITIES && !metrics->failed; quantity++)
        if (metrics->first[quantity] != NONE)
            write_quantity(metrics, (enum quantity)quantity, page);
    if (!metrics->failed) {
        write_device_infos(metrics, page);
        write_component_infos(metrics, page);
    }
    for (size_t i = 0; i < metrics->n_views; i++)
        device_view_release(metrics->views[i]);
    return metrics->failed || page->failed ? ERROR_MEMORY : 0;
}
