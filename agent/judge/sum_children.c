/* SPDX-License-Identifier: Apache-2.0 */
/* Which phase of a node what it feeds stands on, and what of it counts there. */
#include "judge/sum_children.h"

#include <math.h>

#include "judge/sum_tally.h"

/* Voltage and phases on its other side are others: amperes and voltamperes do not go through. */
static bool stands_apart(const struct power_node *source, const struct power_node *fed) {
    bool is_converter = fed->kind == POWER_TRANSFORMER || fed->kind == POWER_UPS ||
                        fed->kind == POWER_UPS_MODULE || fed->kind == POWER_SHELF;
    return is_converter || (source->phases == 0) != (fed->phases == 0) ||
           (source->phases != PHASES && fed->phases == PHASES);
}

static struct sum_part part_of(const struct topology *topology, const struct edge *edge, double share,
                               const struct node_sum *sums, const double *weights) {
    const struct power_node *source = &topology->power->nodes[edge->from];
    const struct power_node *fed = &topology->power->nodes[edge->to];
    struct sum_part part = {.sum = &sums[edge->to],
                            .share = share,
                            .weight = weights[edge->to],
                            .kind = ADDS_STRAIGHT,
                            .phases = fed->phases};
    for (unsigned i = 0; i < PHASES; i++)
        part.map[i] = source->phases == PHASES ? edge->phase[i] % PHASES : 0;
    if (stands_apart(source, fed))
        part.kind = ADDS_APART;
    else if (fed->line_to_line && fed->phases == 1 && source->phases == PHASES)
        part.kind = ADDS_AS_PAIR;
    return part;
}

/* A transformer or converter that sums has its own voltage behind it: what it feeds is straight there. */
void sum_children(const struct topology *topology, const float *carries, const struct node_sum *sums,
                  double *weights, uint32_t node, struct node_sum *sum) {
    const struct edge_run run = topology->fed[node];
    struct tally tally;
    if (run.n == 0) {
        const struct power_rating *rating = &topology->power->nodes[node].rating;
        double rated = rating->watts > 0 ? rating->watts : rating->voltamperes;
        sum_unknown(sum);
        weights[node] = rated > 0 ? rated : (double)NAN;
        return;
    }
    tally_begin(&tally);
    for (uint32_t i = 0; i < run.n; i++) {
        uint32_t number = topology->by_source[run.first + i];
        if (!(carries[number] > 0))
            continue;
        const struct sum_part part =
            part_of(topology, &topology->edges[number], (double)carries[number], sums, weights);
        tally_add(&tally, &part);
    }
    tally_end(&tally, &topology->power->nodes[node], sum, &weights[node]);
}

static bool is_metered(const struct power_node *node) {
    return node->n_meters > 0 || node->elsewhere;
}

bool sum_is_behind_meters(const struct topology *topology, uint32_t node) {
    const struct edge_run run = topology->sources[node];
    if (topology->fed[node].n > 0 || run.n == 0 || is_metered(&topology->power->nodes[node]))
        return false;
    for (uint32_t i = 0; i < run.n; i++) {
        uint32_t source = topology->edges[run.first + i].from;
        if (topology->fed[source].n != 1 || !is_metered(&topology->power->nodes[source]))
            return false;
    }
    return true;
}

void sum_sources(const struct topology *topology, const struct node_sum *sums, double *weights, uint32_t node,
                 struct node_sum *sum) {
    const struct edge_run run = topology->sources[node];
    const struct power_node *fed = &topology->power->nodes[node];
    struct tally tally;
    tally_begin(&tally);
    for (uint32_t i = 0; i < run.n; i++) {
        const struct edge *edge = &topology->edges[run.first + i];
        const struct power_node *source = &topology->power->nodes[edge->from];
        struct sum_part part = {.sum = &sums[edge->from],
                                .share = 1,
                                .weight = weights[edge->from],
                                .kind = source->phases == fed->phases ? ADDS_STRAIGHT : ADDS_APART,
                                .phases = source->phases};
        for (uint8_t k = 0; k < PHASES; k++)
            if (fed->phases == PHASES)
                part.map[edge->phase[k] % PHASES] = k;
        tally_add(&tally, &part);
    }
    tally_end(&tally, fed, sum, &weights[node]);
}
