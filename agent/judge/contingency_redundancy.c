/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what a node's rule asks for is there, and would be after any single loss. Rules: contingency.h. */
#include <math.h>

#include "judge/contingency_inside.h"

static bool is_unsure(const struct present_node *present) {
    return !(present->flags & PRESENT_KNOWN) || (present->flags & PRESENT_LOWER);
}

/* --- after one loss --- */

/* What is left of a node's sources, after one of them was lost. */
static enum broken judge_sources(const struct grid *grid, uint32_t place) {
    const struct edge_run *sources = &grid->network.sources[place];
    uint64_t carrying = grid_carrying(grid, place);
    enum broken broken = BROKEN_NOT;
    for (uint32_t k = 0; k < sources->n; k++) {
        uint32_t from = grid->network.links[sources->first + k].from;
        const struct present_node *present = &grid->present[from];
        if (!(carrying >> k & 1) || !(present->flags & PRESENT_RATED))
            continue;
        double ratio = grid_ratio_after(grid, from);
        if (ratio > CONTINGENCY_FULL)
            return BROKEN_YES;
        if (is_unsure(present) || isnan(ratio))
            broken = BROKEN_UNSURE;
    }
    return broken;
}

/* 2N is of the whole path, N+1 of a node's sources: one of these is what is lost. */
static bool is_about(const struct grid *grid, uint32_t place) {
    const struct edge_run *sources = &grid->network.sources[place];
    if (grid->present[place].flags & PRESENT_OF_PATH)
        return true;
    for (uint32_t k = 0; k < sources->n; k++) {
        const struct after_node *from = &grid->after[grid->network.links[sources->first + k].from];
        if (from->epoch == grid->epoch && (from->flags & AFTER_LOST))
            return true;
    }
    return false;
}

static void note(struct contingency *contingency, const struct grid *grid) {
    for (uint32_t i = 0; i < grid->n_moved; i++) {
        uint32_t place = grid->moved[i];
        const struct present_node *present = &grid->present[place];
        const struct after_node *after = &grid->after[place];
        uint8_t *broken = &contingency->broken[grid->network.node[place]];
        if (!(present->flags & PRESENT_HAS_RULE) || (after->flags & (AFTER_LOST | AFTER_DIED)) ||
            present->supply == SUPPLY_DEAD || *broken == BROKEN_YES || !is_about(grid, place))
            continue;
        enum broken now = BROKEN_NOT;
        if (after->supply == SUPPLY_DEAD)
            now = BROKEN_YES;
        else if (present->carrying & ~after->carrying)
            now = judge_sources(grid, place);
        *broken = now > *broken ? (uint8_t)now : *broken;
    }
}

void contingency_note_redundancy(struct contingency *contingency) {
    note(contingency, &contingency->power);
    note(contingency, &contingency->heat);
}

/* --- at present --- */

void contingency_find_planned(struct contingency *contingency, struct grid *grid) {
    for (uint32_t i = 0; i < grid->network.n; i++) {
        struct present_node *present = &grid->present[i];
        const struct edge_run *sources = &grid->network.sources[i];
        uint32_t node = grid->network.node[i];
        bool is_planned = contingency->input->present[node].condition == CONDITION_OUT;
        if (grid->network.is_heat && contingency->power.present[node].supply == SUPPLY_DEAD)
            is_planned |= (contingency->power.present[node].flags & PRESENT_PLANNED) != 0;
        for (uint32_t k = 0; present->supply == SUPPLY_DEAD && k < sources->n; k++)
            is_planned |=
                (grid->present[grid->network.links[sources->first + k].from].flags & PRESENT_PLANNED) != 0;
        present->flags |= is_planned ? PRESENT_PLANNED : 0;
    }
}

static bool is_planned(const struct grid *grid, uint32_t place) {
    const struct edge_run *sources = &grid->network.sources[place];
    bool planned = grid->present[place].flags & PRESENT_PLANNED;
    for (uint32_t k = 0; k < sources->n; k++)
        planned |= (grid->present[grid->network.links[sources->first + k].from].flags & PRESENT_PLANNED) != 0;
    return planned;
}

/* Of its units, `spare` are not needed. */
static enum broken judge_units(const struct present_node *present, uint32_t spare) {
    if (present->units <= spare)
        return BROKEN_YES;
    double ratio = present->ratio * present->units / (present->units - spare);
    if (ratio > CONTINGENCY_FULL)
        return BROKEN_YES;
    return (present->flags & PRESENT_RATED) && (is_unsure(present) || isnan(ratio)) ? BROKEN_UNSURE
                                                                                    : BROKEN_NOT;
}

/* Whether the load is above what is left without the `spare` greatest of the live sources. */
static bool is_above_rest(const struct grid *grid, uint32_t place, uint64_t live, uint32_t spare) {
    const struct edge_run *sources = &grid->network.sources[place];
    double rest = 0;
    for (uint32_t taken = 0; taken < spare; taken++) {
        uint32_t greatest = 0;
        double most = -1;
        for (uint32_t k = 0; k < sources->n; k++) {
            double capacity = grid->present[grid->network.links[sources->first + k].from].capacity;
            if ((live >> k & 1) && capacity > most) {
                most = capacity;
                greatest = k;
            }
        }
        live &= ~(UINT64_C(1) << greatest);
    }
    for (uint32_t k = 0; k < sources->n; k++)
        if (live >> k & 1)
            rest += grid->present[grid->network.links[sources->first + k].from].capacity;
    const struct flow *load = &grid->present[place].load;
    return load->of[grid->network.is_heat ? FLOW_W : FLOW_VA] > rest * CONTINGENCY_FULL;
}

static bool stands_by(const struct present_node *present) {
    return (present->flags & (PRESENT_STANDBY | PRESENT_BLOCKED)) == PRESENT_STANDBY;
}

/* Dead for good, not because all that feeds it stands by. */
static bool is_dead(const struct grid *grid, uint32_t place) {
    const struct edge_run *sources = &grid->network.sources[place];
    const struct present_node *present = &grid->present[place];
    bool all_stand_by = sources->n > 0 && !(present->flags & PRESENT_BLOCKED);
    for (uint32_t k = 0; all_stand_by && k < sources->n; k++)
        all_stand_by = stands_by(&grid->present[grid->network.links[sources->first + k].from]);
    return present->supply == SUPPLY_DEAD && !all_stand_by;
}

static enum broken judge_rule(const struct contingency *contingency, const struct grid *grid, uint32_t place,
                              const struct power_redundancy *rule) {
    const struct edge_run *sources = &grid->network.sources[place];
    const struct present_node *present = &grid->present[place];
    uint32_t spare = rule->rule == REDUNDANCY_2N ? 1 : rule->spare, n_live = 0;
    uint64_t live = 0;
    enum broken unsure = BROKEN_NOT;
    for (uint32_t k = 0; k < sources->n; k++) {
        const struct present_node *from = &grid->present[grid->network.links[sources->first + k].from];
        if (from->supply == SUPPLY_UNDETERMINED)
            unsure = BROKEN_UNSURE;
        if ((from->flags & PRESENT_IS_BATTERY) || from->supply == SUPPLY_BATTERY ||
            (from->supply == SUPPLY_DEAD && !stands_by(from)))
            continue;
        live |= UINT64_C(1) << k;
        n_live++;
    }
    if (n_live < spare + 1 || (spare > 1 && is_above_rest(grid, place, live, spare)))
        return BROKEN_YES;
    if (spare > 1 && is_unsure(present))
        unsure = BROKEN_UNSURE;
    enum broken broken = (enum broken)contingency->broken[grid->network.node[place]];
    return broken > unsure ? broken : unsure;
}

/* Its units carry electricity, and heat. */
static enum broken judge_units_of(const struct contingency *contingency, uint32_t node, uint32_t spare) {
    uint32_t place = contingency->heat.network.place[node];
    enum broken power = judge_units(&contingency->power.present[node], spare);
    enum broken heat =
        place == POWER_NO_NODE ? BROKEN_NOT : judge_units(&contingency->heat.present[place], spare);
    return heat > power ? heat : power;
}

enum redundancy_state contingency_redundancy(const struct contingency *contingency, uint32_t node) {
    const struct power_redundancy *rule = &contingency->topology->power->nodes[node].redundancy;
    const struct grid *grid = &contingency->power;
    uint32_t place = contingency->heat.network.place[node];
    if (rule->rule == REDUNDANCY_NONE)
        return REDUNDANCY_NOT_ASKED;
    if (!contingency->has_pass)
        return REDUNDANCY_UNKNOWN;
    bool is_heat = place != POWER_NO_NODE && (contingency->heat.present[place].flags & PRESENT_HAS_RULE);
    grid = is_heat ? &contingency->heat : grid;
    place = is_heat ? place : node;
    enum broken broken = BROKEN_YES;
    if (!is_dead(grid, place))
        broken = rule->rule == REDUNDANCY_N_PLUS && contingency->topology->power->nodes[node].units > 1
                     ? judge_units_of(contingency, node, rule->spare)
                     : judge_rule(contingency, grid, place, rule);
    if (broken == BROKEN_YES)
        return is_planned(grid, place) ? REDUNDANCY_PLANNED : REDUNDANCY_LOST;
    return broken == BROKEN_UNSURE ? REDUNDANCY_UNKNOWN : REDUNDANCY_KEPT;
}
