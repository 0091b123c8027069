/* SPDX-License-Identifier: Apache-2.0 */
/* A set of losses, and what is seen of each node after it. */
#include <math.h>

#include "judge/contingency_inside.h"

int grid_find_binding(const struct grid *grid, uint32_t place, const struct flow *load) {
    const struct flow *inverse = &grid->present[place].inverse;
    int binding = FLOWS;
    double most = -1;
    for (int i = 0; i < FLOWS; i++)
        if (inverse->of[i] > 0 && load->of[i] * inverse->of[i] > most) {
            most = load->of[i] * inverse->of[i];
            binding = i;
        }
    return binding;
}

double grid_units_left(const struct grid *grid, uint32_t place) {
    double units = grid->present[place].units;
    return grid_has_flag(grid, place, AFTER_FEWER_UNITS) ? (units - 1) / units : 1;
}

struct flow grid_load_after(const struct grid *grid, uint32_t place) {
    struct flow load = grid->present[place].load;
    if (grid_supply(grid, place) == SUPPLY_DEAD)
        return (struct flow){0};
    if (!grid_is_touched(grid, place))
        return load;
    for (int i = 0; i < FLOWS; i++) {
        load.of[i] += grid->after[place].more.of[i];
        load.of[i] = load.of[i] > 0 ? load.of[i] : 0;
    }
    return load;
}

/* What is not known stays so, unless it exceeds by what has come alone. */
double grid_ratio_after(const struct grid *grid, uint32_t place) {
    const struct present_node *present = &grid->present[place];
    if (grid_supply(grid, place) == SUPPLY_DEAD)
        return 0;
    if (!grid_is_touched(grid, place))
        return present->ratio;
    struct flow load = grid_load_after(grid, place);
    double ratio = contingency_ratio(present, &load) / grid_units_left(grid, place);
    return !isnan(present->ratio) || ratio > CONTINGENCY_FULL ? ratio : (double)NAN;
}

void contingency_lose(struct contingency *contingency, const struct contingency_input *input,
                      const uint32_t *lost, size_t n_lost, struct contingency_result *result, double *ratio,
                      uint8_t *after) {
    contingency->input = input;
    contingency_prepare(contingency);
    contingency_settle(contingency, lost, n_lost, result);
    for (uint32_t i = 0; i < contingency->topology->n_nodes; i++) {
        uint32_t place = contingency->heat.network.place[i];
        double heat = place != POWER_NO_NODE ? grid_ratio_after(&contingency->heat, place) : 0;
        ratio[i] = contingency_greater(grid_ratio_after(&contingency->power, i), heat);
        after[i] = grid_supply(&contingency->power, i);
    }
    contingency->input = NULL;
}

void contingency_look(const struct contingency *contingency, uint32_t node, struct contingency_node *look) {
    static const enum contingency_limit limits[FLOWS + 1] = {
        LIMIT_WATTS, LIMIT_VOLTAMPERES, LIMIT_L1, LIMIT_L2, LIMIT_L3, LIMIT_NONE, LIMIT_NONE};
    const struct grid *grid = &contingency->power;
    uint32_t place = node, cooler = contingency->heat.network.place[node];
    if (cooler != POWER_NO_NODE &&
        grid_ratio_after(&contingency->heat, cooler) > grid_ratio_after(grid, node)) {
        grid = &contingency->heat;
        place = cooler;
    }
    const struct present_node *present = &grid->present[place];
    struct flow load = grid_load_after(grid, place), power = grid_load_after(&contingency->power, node);
    const double *volts = contingency->power.present[node].volts;
    int binding = grid_find_binding(grid, place, &load), i = binding == FLOWS ? FLOW_W : binding;
    double per = i >= FLOW_PHASE ? volts[i - FLOW_PHASE] : 1;
    *look = (struct contingency_node){
        .limit = grid->network.is_heat && binding != FLOWS ? LIMIT_HEAT : limits[binding],
        .before = present->flags & PRESENT_KNOWN ? present->load.of[i] / per : (double)NAN,
        .after = load.of[i] / per,
        .usable = grid_units_left(grid, place) / present->inverse.of[i] / per,
        .is_lower_bound = (present->flags & (PRESENT_KNOWN | PRESENT_LOWER)) != PRESENT_KNOWN};
    for (int phase = 0; phase < PHASES; phase++)
        look->amperes[phase] = volts[phase] > 0 ? power.of[FLOW_PHASE + phase] / volts[phase] : (double)NAN;
}

static void write_load(const struct grid *grid, uint32_t place, struct node_load *load) {
    const struct present_node *present = &grid->present[place];
    struct flow after = grid_load_after(grid, place);
    if (!grid_is_touched(grid, place))
        return;
    bool is_lower = (present->flags & (PRESENT_KNOWN | PRESENT_LOWER)) != PRESENT_KNOWN;
    *load = (struct node_load){.watts = after.of[FLOW_W],
                               .voltamperes = after.of[FLOW_VA],
                               .is_lower_bound = is_lower && grid->after[place].supply != SUPPLY_DEAD};
    for (int i = 0; i < PHASES; i++)
        load->phase_amperes[i] =
            present->volts[i] > 0 ? after.of[FLOW_PHASE + i] / present->volts[i] : (double)NAN;
}

static void write_condition(const struct grid *grid, uint32_t place, struct node_present *present) {
    if (!grid_is_touched(grid, place))
        return;
    unsigned flags = grid->after[place].flags;
    if (flags & (AFTER_LOST | AFTER_STARTED))
        present->condition = flags & AFTER_LOST ? CONDITION_OPEN : CONDITION_NORMAL;
    else if (flags & AFTER_FEWER_UNITS)
        present->units_out++;
    else if (present->condition == CONDITION_SELECTS)
        present->condition = CONDITION_NORMAL; /* it has gone over, or would have */
}

void contingency_write_after(const struct contingency *contingency, struct node_present *present,
                             struct node_load *loads, uint8_t *supply, float *carries) {
    const struct grid *grid = &contingency->power;
    double shares[NETWORK_SOURCES_MOST];
    for (uint32_t i = 0; i < grid->network.n; i++) {
        const struct edge_run *sources = &grid->network.sources[i];
        uint64_t carrying = grid_carrying(grid, i);
        bool is_same = carrying == grid->present[i].carrying;
        supply[i] = grid_supply(grid, i);
        write_load(grid, i, &loads[i]);
        write_condition(grid, i, &present[i]);
        grid_find_shares(grid, i, carrying, shares);
        for (uint32_t k = 0; k < sources->n; k++)
            carries[sources->first + k] = (float)(is_same ? grid->shares[sources->first + k] : shares[k]);
    }
}
