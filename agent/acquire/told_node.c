/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Series are few and mostly in one order, so that they are found where the one before was. Nodes of one shape
 * share their list.
 */
#include "acquire/told_node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_MOST = 96 /* of one node */ };

void told_site_done(struct told_site *site) {
    for (size_t i = 0; i < TOLD_SHAPES; i++)
        series_list_release(site->shapes[i]);
    *site = (struct told_site){0};
}

void told_node_done(struct told_node *node) {
    device_view_release(node->view);
    free(node->values);
    *node = (struct told_node){0};
}

static bool is_same_series(const struct series *a, const struct series *b) {
    return a->quantity == b->quantity && a->place.phase == b->place.phase && a->place.point == b->place.point;
}

/* Where a series is in the list, looked for from `from` on: mostly there. n: it is not. */
static size_t find_series(const struct series *series, size_t n, const struct series *wanted, size_t from) {
    for (size_t tries = 0; tries < n; tries++) {
        size_t at = (from + tries) % n;
        if (is_same_series(&series[at], wanted))
            return at;
    }
    return n;
}

/* A list of these, shared with other nodes of the same. A reference; NULL when out of memory. */
static struct series_list *share_list(struct told_site *site, const struct series *series, size_t n) {
    for (size_t i = 0; i < TOLD_SHAPES && site->shapes[i]; i++) {
        struct series_list *list = site->shapes[i];
        size_t same = 0;
        while (list->n == n && same < n && is_same_series(&list->series[same], &series[same]))
            same++;
        if (list->n == n && same == n)
            return series_list_hold(list);
    }
    struct series_list *list = series_list_new(n), **place = &site->shapes[site->n_shapes++ % TOLD_SHAPES];
    if (!list)
        return NULL;
    memcpy(list->series, series, n * sizeof(*series));
    series_list_release(*place);
    *place = series_list_hold(list);
    return list;
}

static struct device_view *make_view(struct told_site *site, const struct power_node *configured,
                                     uint32_t number, struct series_list *list) {
    struct device_view *view = list ? device_view_new(NODE_NUMBERS + number, list) : NULL;
    series_list_release(list);
    if (!view)
        return NULL;
    view->generation = ++*site->generations;
    view->class = power_kind_word(configured->kind);
    if (device_view_set(&view->node, configured->name) && device_view_set(&view->site, site->site) &&
        device_view_set(&view->hall, configured->hall[0] ? configured->hall : site->hall) &&
        device_view_set(&view->row, configured->row) && device_view_set(&view->rack, configured->rack) &&
        device_view_set(&view->feed, configured->feed))
        return view;
    device_view_release(view);
    return NULL;
}

bool told_node_extend(struct told_node *node, struct told_site *site, const struct power_node *configured,
                      uint32_t number, const struct node_message *message) {
    struct series series[SERIES_MOST] = {{.quantity = CLOCK_ERROR}};
    size_t n_before = node->view ? node->view->n_series : 0, n = n_before ? n_before : 1, at = 1;
    if (node->view)
        memcpy(series, node->view->series, n * sizeof(series[0]));
    for (uint32_t i = 0; i < message->n && n < SERIES_MOST; i++) {
        at = find_series(series, n, &message->readings[i].series, at);
        if (at == n)
            series[n++] = message->readings[i].series;
        at++;
    }
    if (n == n_before)
        return true;
    struct device_view *view = make_view(site, configured, number, share_list(site, series, n));
    double *values = calloc(n, sizeof(double) + 1);
    if (!view || !values) {
        device_view_release(view);
        free(values);
        return false;
    }
    uint8_t *streams_of = (uint8_t *)(values + n);
    memset(streams_of, TOLD_STREAMS, n);
    if (node->view) {
        memcpy(values, node->values, n_before * sizeof(double));
        memcpy(streams_of, node->streams_of, n_before);
    }
    told_node_done(node);
    *node = (struct told_node){view, values, streams_of};
    return true;
}

/* What was told in one stream, or with TOLD_STREAMS in any, and is told no more. */
static void write_ended(const struct told_node *node, size_t stream, struct batch *batch) {
    for (uint32_t i = 1; i < batch->n; i++) {
        if (batch->qualities[i] != QUALITY_ABSENT || node->streams_of[i] == TOLD_STREAMS ||
            (stream < TOLD_STREAMS && node->streams_of[i] != stream))
            continue;
        batch->values[i] = node->values[i];
        batch->qualities[i] = QUALITY_ENDED;
    }
}

void told_node_write(struct told_node *node, size_t stream, const struct node_message *message,
                     struct batch *batch) {
    size_t at = 1, n = node->view->n_series;
    batch->values[0] = message->clock_error_s;
    batch->qualities[0] = (uint8_t)(isnan(message->clock_error_s) ? QUALITY_ABSENT : QUALITY_GOOD);
    for (uint32_t i = 0; i < message->n; i++) {
        const struct node_reading *reading = &message->readings[i];
        size_t found = find_series(node->view->series, n, &reading->series, at);
        if (found == n || found == 0)
            continue;
        batch->values[found] = node->values[found] = reading->value;
        batch->qualities[found] = reading->quality;
        node->streams_of[found] = (uint8_t)stream;
        at = found + 1;
    }
    write_ended(node, stream, batch);
}

void told_node_write_unknown(const struct told_node *node, struct batch *batch) {
    static const struct {
        enum quantity quantity;
        double value;
    } unknown[] = {{SUM_STATE, SUM_IS_UNKNOWN},
                   {SUPPLY_STATE, SUPPLY_IS_UNDETERMINED},
                   {MEASURED_RATIO, 0},
                   {HELD_RATIO, 0},
                   {UNKNOWN_RATIO, 1}};
    write_ended(node, TOLD_STREAMS, batch);
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        const struct series series = {.quantity = unknown[i].quantity};
        size_t at = find_series(node->view->series, batch->n, &series, 0);
        if (at == batch->n)
            continue;
        batch->values[at] = unknown[i].value;
        batch->qualities[at] = QUALITY_GOOD;
    }
}
