/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The present state of both networks, as losses start from it: which of its sources each node takes how much
 * from. Rules: contingency.h.
 */
#include <math.h>

#include "judge/contingency_inside.h"

/* --- electricity --- */

static void prepare_power_node(struct contingency *contingency, uint32_t place) {
    struct grid *grid = &contingency->power;
    struct present_node *present = &grid->present[place];
    const struct edge_run *sources = &grid->network.sources[place];
    contingency_prepare_node(contingency, place, present);
    for (uint32_t k = 0; k < sources->n; k++) {
        if (!(contingency->input->carries[sources->first + k] > 0))
            continue;
        present->carrying |= UINT64_C(1) << k;
        contingency->n_out[grid->network.links[sources->first + k].from]++;
    }
    const struct node_present *told = &contingency->input->present[place];
    if (present->carrying == 0 &&
        told->condition == CONDITION_SELECTS) /* it has not gone over, and will not */
        present->allowed = UINT64_C(1) << told->selected;
    if (present->carrying == 0 && (present->flags & PRESENT_ON_BATTERY)) /* on none of those that are nodes */
        present->flags |= PRESENT_HOLDS;
}

static void scale(struct flow *flow, double by) {
    for (int i = 0; i < FLOWS; i++)
        flow->of[i] *= by;
}

static void add(struct flow *to, const struct flow *flow, double times) {
    for (int i = 0; i < FLOWS; i++)
        to->of[i] += flow->of[i] * times;
}

static void clamp(struct flow *flow) {
    for (int i = 0; i < FLOWS; i++)
        flow->of[i] = flow->of[i] > 0 ? flow->of[i] : 0;
}

static bool carries(const struct grid *grid, uint32_t number) {
    const struct network_link *link = &grid->network.links[number];
    return grid->present[link->to].carrying >> link->rank & 1;
}

static bool is_known(const struct grid *grid, uint32_t place) {
    return grid->present[place].flags & PRESENT_KNOWN;
}

/* The links of a node that has several carrying sources. What a source carries for it alone is taken from
 * there; what is left of the node's own load is the others', by their shares. */
static uint64_t measure_links(struct contingency *contingency, uint32_t place) {
    struct grid *grid = &contingency->power;
    const struct edge_run *sources = &grid->network.sources[place];
    struct flow rest = grid->present[place].load;
    double shares = 0;
    uint64_t measured = 0;
    for (uint32_t k = 0; k < sources->n; k++) {
        uint32_t link = sources->first + k, from = grid->network.links[link].from;
        if (!carries(grid, link))
            continue;
        if (contingency->n_out[from] == 1 && is_known(grid, from)) {
            grid->flows[link] = network_flow_of_source(&grid->network.links[link], &grid->present[from].load);
            add(&rest, &grid->flows[link], -1);
            measured |= UINT64_C(1) << k;
        } else
            shares += (double)contingency->input->carries[link];
    }
    if (!is_known(grid, place))
        return measured;
    clamp(&rest);
    for (uint32_t k = 0; k < sources->n; k++) {
        uint32_t link = sources->first + k;
        if (!carries(grid, link) || measured >> k & 1)
            continue;
        grid->flows[link] = rest;
        scale(&grid->flows[link], (double)contingency->input->carries[link] / shares);
    }
    return grid->present[place].carrying;
}

/* Links whose flow is known by themselves; returns by rank which. */
static uint64_t find_flows(struct contingency *contingency, uint32_t place) {
    struct grid *grid = &contingency->power;
    const struct present_node *present = &grid->present[place];
    const struct edge_run *sources = &grid->network.sources[place];
    for (uint32_t k = 0; k < sources->n; k++)
        grid->flows[sources->first + k] = (struct flow){0};
    if (present->carrying == 0)
        return 0;
    bool is_only = (present->carrying & (present->carrying - 1)) == 0;
    if (!is_only || !is_known(grid, place))
        return measure_links(contingency, place);
    grid->flows[sources->first + (uint32_t)__builtin_ctzll(present->carrying)] = present->load;
    return present->carrying;
}

/* A node without a reading carries what it feeds, if all of that is known. */
static void add_up(struct grid *grid, uint32_t place, const uint64_t *known) {
    struct present_node *present = &grid->present[place];
    const struct edge_run *fed = &grid->network.fed[place];
    struct flow sum = {0};
    uint32_t lower = 0;
    if ((present->flags & PRESENT_KNOWN) || fed->n == 0)
        return;
    for (uint32_t k = 0; k < fed->n; k++) {
        uint32_t number = grid->network.by_source[fed->first + k];
        const struct network_link *link = &grid->network.links[number];
        if (!carries(grid, number))
            continue;
        if (!(known[link->to] >> link->rank & 1))
            return;
        network_add_flow(link, &grid->flows[number], &sum);
        lower |= grid->present[link->to].flags & PRESENT_LOWER;
    }
    present->load = sum;
    present->flags |= PRESENT_KNOWN | lower;
}

/* What a source carries beyond what is known of its links is the unknown ones', equally. */
static void estimate_flows(struct contingency *contingency, uint32_t place, const uint64_t *known) {
    struct grid *grid = &contingency->power;
    const struct edge_run *fed = &grid->network.fed[place];
    struct flow rest = grid->present[place].load, part;
    uint32_t n = 0;
    for (uint32_t k = 0; k < fed->n; k++) {
        uint32_t number = grid->network.by_source[fed->first + k];
        const struct network_link *link = &grid->network.links[number];
        if (!carries(grid, number))
            continue;
        if (!(known[link->to] >> link->rank & 1)) {
            n++;
            continue;
        }
        part = (struct flow){0};
        network_add_flow(link, &grid->flows[number], &part);
        add(&rest, &part, -1);
    }
    if (n == 0 || grid->present[place].load.of[FLOW_VA] <= 0)
        return;
    clamp(&rest);
    scale(&rest, 1.0 / n);
    for (uint32_t k = 0; k < fed->n; k++) {
        uint32_t number = grid->network.by_source[fed->first + k];
        const struct network_link *link = &grid->network.links[number];
        if (carries(grid, number) && !(known[link->to] >> link->rank & 1))
            grid->flows[number] = network_flow_of_source(link, &rest);
    }
}

/* What flows in stands for the load of a node that has no reading. */
static void take_inflow(struct grid *grid, uint32_t place, uint64_t known) {
    struct present_node *present = &grid->present[place];
    const struct edge_run *sources = &grid->network.sources[place];
    if (is_known(grid, place))
        return;
    bool is_all = present->carrying != 0 && known == present->carrying;
    for (uint32_t k = 0; k < sources->n; k++) {
        add(&present->load, &grid->flows[sources->first + k], 1);
        if (known >> k & 1) /* measured at the source: as sure as that is */
            present->flags |=
                grid->present[grid->network.links[sources->first + k].from].flags & PRESENT_LOWER;
    }
    present->flags |= PRESENT_KNOWN | (is_all ? 0 : PRESENT_LOWER);
    if (present->load.of[FLOW_VA] > 0 || is_all)
        return;
    present->flags &= ~(uint32_t)PRESENT_KNOWN;
    present->load = (struct flow){0};
}

static void find_shares(struct grid *grid, uint32_t place, const float *configured) {
    const struct edge_run *sources = &grid->network.sources[place];
    double sum = 0;
    for (uint32_t k = 0; k < sources->n; k++)
        sum += grid->flows[sources->first + k].of[FLOW_VA];
    for (uint32_t k = 0; k < sources->n; k++) {
        uint32_t link = sources->first + k;
        grid->shares[link] = sum > 0 ? grid->flows[link].of[FLOW_VA] / sum : (double)configured[k];
    }
}

static void find_ratio(struct present_node *present) {
    present->ratio = contingency_ratio(present, &present->load);
    if ((present->flags & PRESENT_RATED) && !(present->flags & PRESENT_KNOWN))
        present->ratio = (double)NAN;
}

static void prepare_power(struct contingency *contingency) {
    struct grid *grid = &contingency->power;
    uint64_t *known = contingency->known;
    for (uint32_t i = 0; i < grid->network.n; i++)
        contingency->n_out[i] = 0;
    for (uint32_t i = 0; i < grid->network.n; i++)
        prepare_power_node(contingency, i);
    for (uint32_t i = grid->network.n; i-- > 0;) {
        add_up(grid, i, known);
        known[i] = find_flows(contingency, i);
    }
    for (uint32_t i = 0; i < grid->network.n; i++) {
        take_inflow(grid, i, known[i]);
        estimate_flows(contingency, i, known);
        find_shares(grid, i, contingency->input->carries + grid->network.sources[i].first);
        find_ratio(&grid->present[i]);
    }
    contingency_find_planned(contingency, grid);
}

/* --- heat --- */

/* What a load turns into heat; of what cools, what is led to it. */
static void find_heat(struct contingency *contingency, uint32_t place) {
    struct grid *grid = &contingency->heat;
    struct present_node *present = &grid->present[place];
    const struct present_node *power = &contingency->power.present[grid->network.node[place]];
    if (grid->network.fed[place].n > 0 || (present->flags & PRESENT_BLOCKED))
        return;
    present->load.of[FLOW_W] = power->load.of[FLOW_W];
    present->flags |= power->flags & (PRESENT_KNOWN | PRESENT_LOWER);
}

static void lead_heat_away(struct grid *grid, uint32_t place) {
    struct present_node *present = &grid->present[place];
    const struct edge_run *sources = &grid->network.sources[place];
    if (grid->network.fed[place].n > 0 && !(present->flags & PRESENT_LOWER))
        present->flags |= PRESENT_KNOWN; /* nothing is led to it, too */
    bool is_sure = (present->flags & (PRESENT_KNOWN | PRESENT_LOWER)) == PRESENT_KNOWN;
    grid_find_shares(grid, place, present->carrying, grid->shares + sources->first);
    for (uint32_t k = 0; k < sources->n; k++) {
        uint32_t link = sources->first + k;
        struct present_node *cooler = &grid->present[grid->network.links[link].from];
        grid->flows[link] = present->load;
        scale(&grid->flows[link], grid->shares[link]);
        if (!carries(grid, link))
            continue;
        add(&cooler->load, &grid->flows[link], 1);
        cooler->flags |= (present->flags & PRESENT_KNOWN) | (is_sure ? 0 : PRESENT_LOWER);
    }
}

static void prepare_heat(struct contingency *contingency) {
    struct grid *grid = &contingency->heat;
    grid_begin(grid);
    for (uint32_t i = 0; i < grid->network.n; i++) {
        contingency_prepare_cooler(contingency, grid->network.node[i], &grid->present[i]);
        order_queue_add(&grid->queue, i);
    }
    grid_spread(grid);
    for (uint32_t i = 0; i < grid->network.n; i++) {
        grid->present[i].supply = grid_supply(grid, i);
        grid->present[i].carrying = grid_carrying(grid, i);
        find_heat(contingency, i);
    }
    for (uint32_t i = grid->network.n; i-- > 0;) {
        lead_heat_away(grid, i);
        find_ratio(&grid->present[i]);
    }
    contingency_find_planned(contingency, grid);
}

/* --- of both --- */

static void find_roots(struct grid *grid) {
    uint32_t n_roots = 0;
    for (uint32_t i = 0; i < grid->network.n; i++) {
        const struct edge_run *sources = &grid->network.sources[i];
        uint64_t carrying = grid->present[i].carrying;
        grid->roots[i] = carrying ? 0 : UINT64_C(1) << (n_roots++ & 63);
        for (; carrying; carrying &= carrying - 1)
            grid->roots[i] |=
                grid->roots[grid->network.links[sources->first + (uint32_t)__builtin_ctzll(carrying)].from];
    }
}

void contingency_prepare(struct contingency *contingency) {
    prepare_power(contingency);
    prepare_heat(contingency);
    find_roots(&contingency->power);
    find_roots(&contingency->heat);
}
