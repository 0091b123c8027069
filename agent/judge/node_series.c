/* SPDX-License-Identifier: Apache-2.0 */
/* The views of nodes, and when their batches are due. */
#include "judge/node_series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/node_figures.h"

enum { STATES_AGAIN_MS = 15000 /* unchanged ones: databases look back five minutes */ };

/* Which figures the nodes of one shape have. */
struct shape {
    struct series_list *list;
    uint8_t of[N_FIGURES]; /* the figure of each series */
    uint32_t n_states;
};

struct published {
    struct device_view *view; /* NULL: another gateway's */
    const struct shape *shape;
    int64_t figures_due_ms, states_due_ms; /* monotonic */
    double states[N_STATE_FIGURES];        /* as they were published last */
    bool is_pending, was_published;
};

struct node_series {
    const struct topology *topology;
    struct shape *shapes[FIGURE_SHAPES];
    struct published *nodes;
    uint32_t *pending; /* nodes whose states have changed */
    size_t n_pending;
    uint32_t cursor, said_farewell;
    uint64_t passes;
    int64_t publish_ms;
    bool has_begun;
    struct batch batch;
    double values[N_FIGURES];
    uint8_t qualities[N_FIGURES];
};

/* --- views --- */

static struct shape *shape_new(unsigned has) {
    struct shape *shape = calloc(1, sizeof(*shape));
    if (!shape)
        return NULL;
    size_t n = 0;
    for (unsigned i = 0; i < N_FIGURES; i++) {
        if (!figures_series(i, has))
            continue;
        shape->of[n++] = (uint8_t)i;
        shape->n_states += i < N_STATE_FIGURES;
    }
    shape->list = series_list_new(n);
    if (!shape->list) {
        free(shape);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        shape->list->series[i] = *figures_series(shape->of[i], has);
    return shape;
}

static struct device_view *view_new(const struct site_config *config, const struct power_node *node,
                                    struct series_list *list) {
    struct device_view *view = device_view_new(0, list);
    if (view && device_view_set(&view->node, node->name) && device_view_set(&view->site, config->site) &&
        device_view_set(&view->hall, node->hall[0] ? node->hall : config->hall) &&
        device_view_set(&view->row, node->row) && device_view_set(&view->rack, node->rack) &&
        device_view_set(&view->feed, node->feed)) {
        view->class = power_kind_word(node->kind);
        return view;
    }
    device_view_release(view);
    return NULL;
}

static bool make_node(struct node_series *series, const struct site_config *config, uint32_t number,
                      uint32_t generation) {
    const struct power_node *node = &series->topology->power->nodes[number];
    struct published *published = &series->nodes[number];
    if (node->elsewhere)
        return true;
    unsigned has = figures_needed(series->topology->power, node);
    if (!series->shapes[has])
        series->shapes[has] = shape_new(has);
    published->shape = series->shapes[has];
    published->view = published->shape ? view_new(config, node, published->shape->list) : NULL;
    if (!published->view)
        return false;
    published->view->number = NODE_NUMBERS + number;
    published->view->generation = generation;
    return true;
}

struct node_series *node_series_new(const struct site_config *config, const struct topology *topology,
                                    uint32_t generation) {
    struct node_series *series = calloc(1, sizeof(*series));
    if (!series)
        return NULL;
    series->topology = topology;
    series->publish_ms = topology->power->publish_ms;
    series->nodes = calloc(topology->n_nodes + 1, sizeof(*series->nodes));
    series->pending = calloc(topology->n_nodes + 1, sizeof(*series->pending));
    bool all = series->nodes && series->pending;
    for (uint32_t i = 0; all && i < topology->n_nodes; i++)
        all = make_node(series, config, i, generation);
    if (all)
        return series;
    node_series_free(series);
    return NULL;
}

void node_series_free(struct node_series *series) {
    if (!series)
        return;
    for (uint32_t i = 0; series->nodes && i < series->topology->n_nodes; i++)
        device_view_release(series->nodes[i].view);
    for (unsigned i = 0; i < FIGURE_SHAPES; i++) {
        if (series->shapes[i])
            series_list_release(series->shapes[i]->list);
        free(series->shapes[i]);
    }
    free(series->nodes);
    free(series->pending);
    free(series);
}

/* --- batches of one node --- */

/* A batch of the series first .. first + n - 1 of the node. */
static struct batch *write_batch(struct node_series *series, const struct published *published,
                                 const double *values, uint32_t first, uint32_t n, enum quality quality,
                                 const struct judge_time *time) {
    for (uint32_t i = 0; i < n; i++) {
        double value = values[published->shape->of[first + i]];
        series->values[i] = value;
        series->qualities[i] = isfinite(value) ? (uint8_t)quality : QUALITY_ABSENT;
    }
    series->batch = (struct batch){.view = published->view,
                                   .time_ms = time->wall_ms,
                                   .first = first,
                                   .n = n,
                                   .urgent = first < published->shape->n_states,
                                   .values = series->values,
                                   .qualities = series->qualities};
    return &series->batch;
}

static struct batch *states_of(struct node_series *series, const struct judged *judged, uint32_t node,
                               const struct judge_time *time) {
    struct published *published = &series->nodes[node];
    figures_write_states(judged, node, published->states);
    published->is_pending = false;
    published->was_published = true;
    published->states_due_ms = time->monotonic_ms + STATES_AGAIN_MS;
    return write_batch(series, published, published->states, 0, published->shape->n_states, QUALITY_GOOD,
                       time);
}

static struct batch *figures_of(struct node_series *series, const struct judged *judged, uint32_t node,
                                const struct judge_time *time) {
    struct published *published = &series->nodes[node];
    double values[N_FIGURES];
    for (unsigned i = 0; i < N_FIGURES; i++)
        values[i] = (double)NAN;
    figures_write(judged, node, values);
    published->figures_due_ms += series->publish_ms;
    if (published->figures_due_ms <= time->monotonic_ms) /* nothing is caught up */
        published->figures_due_ms = time->monotonic_ms + series->publish_ms;
    uint32_t first = published->shape->n_states, n = (uint32_t)published->shape->list->n - first;
    enum quality quality = judged->sums[node].held > 0 ? QUALITY_SUBSTITUTED : QUALITY_GOOD;
    return write_batch(series, published, values, first, n, quality, time);
}

/* --- what is due --- */

static void note_node(struct node_series *series, const struct judged *judged, uint32_t node) {
    struct published *published = &series->nodes[node];
    if (!published->view || published->is_pending || !published->was_published)
        return;
    double states[N_STATE_FIGURES];
    figures_write_states(judged, node, states);
    if (memcmp(states, published->states, sizeof(states)) == 0)
        return;
    published->is_pending = true;
    series->pending[series->n_pending++] = node;
}

void node_series_note(struct node_series *series, const struct judged *judged) {
    bool is_new_pass = judged->passes != series->passes;
    series->passes = judged->passes;
    for (size_t i = 0; i < judged->n_changed && !is_new_pass; i++)
        note_node(series, judged, judged->changed[i]);
    for (uint32_t i = 0; is_new_pass && i < series->topology->n_nodes; i++)
        note_node(series, judged, i);
}

/* The nodes' turns are spread over the interval. */
static void begin(struct node_series *series, int64_t now_ms) {
    uint32_t n = series->topology->n_nodes;
    for (uint32_t i = 0; i < n; i++)
        series->nodes[i].figures_due_ms = now_ms + series->publish_ms * i / n;
    series->has_begun = true;
}

struct batch *node_series_next(struct node_series *series, const struct judged *judged,
                               const struct judge_time *time) {
    if (!series->has_begun)
        begin(series, time->monotonic_ms);
    if (series->n_pending > 0)
        return states_of(series, judged, series->pending[--series->n_pending], time);
    for (uint32_t looked = 0; looked < series->topology->n_nodes; looked++) {
        uint32_t node = series->cursor;
        struct published *published = &series->nodes[node];
        if (published->view && published->figures_due_ms > time->monotonic_ms)
            return NULL; /* those behind it are due later still */
        if (published->view && published->states_due_ms <= time->monotonic_ms)
            return states_of(series, judged, node, time);
        series->cursor = (node + 1) % series->topology->n_nodes;
        if (published->view)
            return figures_of(series, judged, node, time);
    }
    return NULL;
}

struct batch *node_series_farewell(struct node_series *series, const struct judge_time *time) {
    while (series->said_farewell < series->topology->n_nodes) {
        const struct published *published = &series->nodes[series->said_farewell++];
        if (!published->was_published)
            continue;
        series->batch = (struct batch){.view = published->view, .time_ms = time->wall_ms, .farewell = true};
        return &series->batch;
    }
    return NULL;
}
