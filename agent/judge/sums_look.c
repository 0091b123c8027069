/* SPDX-License-Identifier: Apache-2.0 */
/* What others may see of the sums. */
#include <math.h>

#include "judge/sums_inside.h"

const struct node_sum *sums_of(const struct sums *sums) {
    return sums->sums;
}

const struct node_present *sums_present(const struct sums *sums) {
    return sums->present;
}

const uint8_t *sums_supply(const struct sums *sums) {
    return sums->supply;
}

const float *sums_carries(const struct sums *sums) {
    return sums->carries;
}

const uint32_t *sums_changed(const struct sums *sums, size_t *n) {
    *n = sums->n_changed;
    return sums->changed;
}

void sums_load(const struct sums *sums, uint32_t node, struct node_load *load) {
    double values[WINDOW_CHANNELS];
    node_window_read(&sums->windows[node], sums->now_ms, values);
    *load = (struct node_load){.watts = values[0],
                               .voltamperes = values[1],
                               .phase_amperes = {values[2], values[3], values[4]},
                               .is_lower_bound = (sums->sums[node].flags & SUM_LOWER_BOUND) != 0};
}

double sums_children_watts(const struct sums *sums, uint32_t node) {
    const struct topology *topology = sums->topology;
    const struct edge_run run = topology->fed[node];
    double watts = run.n > 0 ? 0 : (double)NAN;
    for (uint32_t i = 0; i < run.n; i++) {
        uint32_t edge = topology->by_source[run.first + i];
        const struct node_sum *fed = &sums->sums[topology->edges[edge].to];
        if (!(sums->carries[edge] > 0))
            continue;
        bool is_whole = !(fed->flags & SUM_LOWER_BOUND) && fed->held <= 0;
        watts += is_whole ? (double)sums->carries[edge] * fed->watts : (double)NAN;
    }
    return watts;
}

struct show {
    sums_show *show;
    void *context;
};

static void show_input(void *context, const struct device_view *view, const struct series *series,
                       const struct reading *reading) {
    const struct show *show = context;
    const struct sum_input input = {.device = view->node ? view->node : view->device,
                                    .quantity = series->quantity,
                                    .place = &series->place,
                                    .value = reading->value,
                                    .time_ms = reading->time_ms,
                                    .quality = reading->quality,
                                    .is_held = reading->state == READING_HELD};
    show->show(show->context, &input);
}

void sums_explain(const struct sums *sums, uint32_t node, sums_show *show, void *context) {
    struct show inner = {show, context};
    inputs_explain(sums->inputs, node, show_input, &inner);
}
