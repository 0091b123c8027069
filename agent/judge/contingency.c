/* SPDX-License-Identifier: Apache-2.0 */
/* Every single loss, or a set of them, and what is kept of it. The losses themselves: contingency_loss.c. */
#include "judge/contingency.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/contingency_inside.h"

static void *make_lines(size_t n, size_t size) {
    void *lines = aligned_alloc(CACHE_LINE, n * size);
    if (lines)
        memset(lines, 0, n * size);
    return lines;
}

static bool grid_init(struct grid *grid) {
    size_t n = grid->network.n + (size_t)1, links = grid->network.n_links + (size_t)1;
    grid->present = make_lines(n, sizeof(*grid->present));
    grid->after = make_lines(n, sizeof(*grid->after));
    grid->roots = calloc(n, sizeof(*grid->roots));
    grid->moved = calloc(n, sizeof(*grid->moved));
    grid->stack = calloc(n, sizeof(*grid->stack));
    grid->flows = calloc(links, sizeof(*grid->flows));
    grid->shares = calloc(links, sizeof(*grid->shares));
    return grid->present && grid->after && grid->roots && grid->moved && grid->stack && grid->flows &&
           grid->shares && order_queue_init(&grid->queue, n) == 0;
}

static void grid_done(struct grid *grid) {
    network_done(&grid->network);
    order_queue_done(&grid->queue);
    free(grid->present);
    free(grid->after);
    free(grid->roots);
    free(grid->moved);
    free(grid->stack);
    free(grid->flows);
    free(grid->shares);
}

struct contingency *contingency_new(const struct topology *topology) {
    size_t n = topology->n_nodes + (size_t)1;
    struct contingency *contingency = calloc(1, sizeof(*contingency));
    if (!contingency)
        return NULL;
    contingency->topology = topology;
    contingency->volts = calloc(n, sizeof(*contingency->volts));
    contingency->known = calloc(n, sizeof(*contingency->known));
    contingency->n_out = calloc(n, sizeof(*contingency->n_out));
    contingency->failovers = calloc(n, sizeof(*contingency->failovers));
    contingency->broken = calloc(n, sizeof(*contingency->broken));
    contingency->results = calloc(2 * n, sizeof(*contingency->results));
    if (contingency->volts && contingency->known && contingency->n_out && contingency->failovers &&
        contingency->broken && contingency->results &&
        network_init_power(&contingency->power.network, topology) == 0 &&
        network_init_heat(&contingency->heat.network, topology) == 0 && grid_init(&contingency->power) &&
        grid_init(&contingency->heat)) {
        contingency_find_volts(topology, contingency->volts);
        return contingency;
    }
    contingency_free(contingency);
    return NULL;
}

void contingency_free(struct contingency *contingency) {
    if (!contingency)
        return;
    grid_done(&contingency->power);
    grid_done(&contingency->heat);
    free(contingency->volts);
    free(contingency->known);
    free(contingency->n_out);
    free(contingency->failovers);
    free(contingency->broken);
    free(contingency->results);
    free(contingency);
}

/* --- what a loss leaves of one node --- */

/* What could be added (or is too much) in W, if it were as what is there: in power factor and by phase. */
static double watts_left(const struct grid *grid, uint32_t place, double ratio) {
    struct flow load = grid_load_after(grid, place);
    if (ratio > 0 && load.of[FLOW_W] > 1e-6) /* more than rounding leaves */
        return load.of[FLOW_W] * (1 / ratio - 1);
    int i = grid_find_binding(grid, place, &load);
    return grid_units_left(grid, place) / grid->present[place].inverse.of[i] - load.of[i];
}

void contingency_judge(struct contingency *contingency, const struct grid *grid, uint32_t place) {
    struct contingency_result *result = contingency->result;
    const struct present_node *present = &grid->present[place];
    uint32_t node = grid->network.node[place];
    const struct after_node *after = &grid->after[place];
    struct flow load;
    for (int i = 0; i < FLOWS; i++)
        load.of[i] = present->load.of[i] + after->more.of[i];
    double ratio = contingency_ratio(present, &load);
    if (after->flags & AFTER_FEWER_UNITS)
        ratio /= grid_units_left(grid, place);
    struct failover *failover = &contingency->failovers[node];
    contingency->had_rated = true;
    contingency->had_ratio |= (present->flags & PRESENT_KNOWN) || ratio > CONTINGENCY_FULL;
    if (!(present->flags & PRESENT_KNOWN) || (present->flags & PRESENT_LOWER))
        result->is_lower_bound = true;
    if (ratio > CONTINGENCY_FULL) {
        result->n_exceeded++;
        if (result->first == POWER_NO_NODE || ratio > result->first_ratio) {
            result->first = node;
            result->first_ratio = ratio;
        }
    }
    if (result->worst == POWER_NO_NODE || 1 - ratio < result->worst_headroom) {
        result->worst = node;
        result->worst_headroom = 1 - ratio;
        result->worst_watts = watts_left(grid, place, ratio);
    }
    if (contingency->in_pass && (present->flags & PRESENT_KNOWN) && !(ratio <= failover->ratio))
        *failover = (struct failover){ratio, result->lost};
}

/* --- the pass --- */

double contingency_greater(double a, double b) {
    return isnan(a) || isnan(b) ? (double)NAN : a > b ? a : b;
}

static void begin_pass(struct contingency *contingency, const struct contingency_input *input) {
    contingency->input = input;
    contingency_prepare(contingency);
    for (uint32_t i = 0; i < contingency->topology->n_nodes; i++) {
        uint32_t place = contingency->heat.network.place[i];
        double heat = place != POWER_NO_NODE ? contingency->heat.present[place].ratio : 0;
        contingency->failovers[i] =
            (struct failover){contingency_greater(contingency->power.present[i].ratio, heat), POWER_NO_NODE};
        contingency->broken[i] = BROKEN_NOT;
    }
    contingency->n_results = contingency->topology->n_nodes;
    contingency->worst = NULL;
}

static bool matters(const struct contingency *contingency, uint32_t node) {
    uint32_t place = contingency->heat.network.place[node];
    bool feeds = contingency->power.network.fed[node].n > 0 ||
                 (place != POWER_NO_NODE && contingency->heat.network.fed[place].n > 0);
    return feeds && contingency->power.present[node].supply != SUPPLY_DEAD;
}

static void lose_one(struct contingency *contingency, uint32_t lost, struct contingency_result *result) {
    contingency_settle(contingency, &lost, 1, result);
    contingency_note_redundancy(contingency);
    if (result->worst != POWER_NO_NODE && result->is_known &&
        (!contingency->worst || result->worst_headroom < contingency->worst->worst_headroom))
        contingency->worst = result;
}

void contingency_pass(struct contingency *contingency, const struct contingency_input *input) {
    begin_pass(contingency, input);
    contingency->in_pass = true;
    for (uint32_t i = 0; i < contingency->topology->n_nodes; i++) {
        struct contingency_result *result = &contingency->results[i];
        if (!matters(contingency, i)) {
            *result = (struct contingency_result){.lost = i,
                                                  .first = POWER_NO_NODE,
                                                  .worst = POWER_NO_NODE,
                                                  .battery_s = (double)NAN,
                                                  .start_s = (double)NAN,
                                                  .is_known = true};
            continue;
        }
        lose_one(contingency, i, result);
        if (contingency->power.present[i].units > 1)
            lose_one(contingency, i | CONTINGENCY_ONE_UNIT, &contingency->results[contingency->n_results++]);
    }
    contingency->in_pass = false;
    contingency->has_pass = true;
    contingency->input = NULL;
}

const struct contingency_result *contingency_results(const struct contingency *contingency) {
    return contingency->results;
}

const struct contingency_result *contingency_unit_results(const struct contingency *contingency, size_t *n) {
    *n = contingency->has_pass ? contingency->n_results - contingency->topology->n_nodes : 0;
    return contingency->results + contingency->topology->n_nodes;
}

const struct contingency_result *contingency_worst(const struct contingency *contingency) {
    return contingency->has_pass ? contingency->worst : NULL;
}

double contingency_failover_ratio(const struct contingency *contingency, uint32_t node, uint32_t *lost) {
    *lost = contingency->has_pass ? contingency->failovers[node].lost : POWER_NO_NODE;
    return contingency->has_pass ? contingency->failovers[node].ratio : (double)NAN;
}
