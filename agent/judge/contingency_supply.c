/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is still fed after a loss, and from where: sources before what they feed. Then what stands by starts
 * where it is missed. Only what the loss reaches is touched. Rules: contingency.h.
 */
#include "judge/contingency_inside.h"

void grid_mark(struct grid *grid, uint32_t place, enum after_flag flag) {
    grid_touch(grid, place)->flags |= (uint16_t)flag;
    order_queue_add(&grid->queue, place);
}

/* --- downwards: who is fed, and from where --- */

/* Which of its sources it takes from. */
static uint64_t choose_sources(const struct grid *grid, uint32_t place) {
    const struct present_node *present = &grid->present[place];
    const struct edge_run *sources = &grid->network.sources[place];
    uint64_t live = 0, batteries = 0;
    for (uint32_t k = 0; k < sources->n; k++) {
        uint32_t from = grid->network.links[sources->first + k].from;
        bool is_battery = grid->present[from].flags & PRESENT_IS_BATTERY;
        if (grid_supply(grid, from) != SUPPLY_DEAD && (present->allowed >> k & 1))
            *(is_battery ? &batteries : &live) |= UINT64_C(1) << k;
    }
    uint64_t all = live ? live : batteries;
    if (!(present->flags & PRESENT_PREFERS) || live == 0) /* of batteries all */
        return all;
    uint64_t kept = all & present->carrying;
    kept = kept ? kept : all;
    return kept & (~kept + 1); /* the first */
}

/* Most have one source: the rest of the questions does not arise. */
static enum node_supply supply_from_only(const struct grid *grid, uint32_t place, uint64_t *carrying) {
    const struct present_node *present = &grid->present[place];
    uint32_t from = grid->network.links[grid->network.sources[place].first].from;
    enum node_supply supply = (enum node_supply)grid_supply(grid, from);
    bool is_battery = grid->present[from].flags & PRESENT_IS_BATTERY;
    if (supply == SUPPLY_DEAD || !(present->allowed & 1))
        return present->flags & PRESENT_HOLDS ? SUPPLY_BATTERY : SUPPLY_DEAD;
    *carrying = 1;
    return is_battery ? SUPPLY_BATTERY : supply;
}

/* LIVE where any of them is. */
static enum node_supply supply_from(const struct grid *grid, uint32_t place, uint64_t carrying) {
    const struct edge_run *sources = &grid->network.sources[place];
    enum node_supply supply = SUPPLY_UNDETERMINED;
    for (; carrying; carrying &= carrying - 1) {
        uint32_t k = (uint32_t)__builtin_ctzll(carrying);
        uint32_t source = grid->network.links[sources->first + k].from;
        enum node_supply from = (enum node_supply)grid_supply(grid, source);
        bool is_battery = grid->present[source].flags & PRESENT_IS_BATTERY;
        if (from == SUPPLY_LIVE && !is_battery)
            return SUPPLY_LIVE;
        if (from == SUPPLY_BATTERY || is_battery)
            supply = SUPPLY_BATTERY;
    }
    return supply;
}

/* Its machine says that it stands on its battery: its own, or those that are nodes. */
static enum node_supply find_storage(const struct grid *grid, uint32_t place, uint64_t *carrying) {
    const struct edge_run *sources = &grid->network.sources[place];
    for (uint32_t k = 0; k < sources->n; k++) {
        uint32_t from = grid->network.links[sources->first + k].from;
        if ((grid->present[from].flags & PRESENT_IS_BATTERY) && grid_supply(grid, from) != SUPPLY_DEAD)
            *carrying |= UINT64_C(1) << k;
    }
    return *carrying || (grid->present[place].flags & PRESENT_HOLDS) ? SUPPLY_BATTERY : SUPPLY_DEAD;
}

static enum node_supply find_supply(const struct grid *grid, uint32_t place, uint64_t *carrying) {
    const struct present_node *present = &grid->present[place];
    *carrying = 0;
    if ((present->flags & PRESENT_BLOCKED) || grid_has_flag(grid, place, AFTER_LOST | AFTER_DIED))
        return SUPPLY_DEAD;
    if ((present->flags & PRESENT_STANDBY) && !grid_has_flag(grid, place, AFTER_STARTED))
        return SUPPLY_DEAD;
    if (present->flags & PRESENT_ON_BATTERY)
        return find_storage(grid, place, carrying);
    if (grid->network.sources[place].n == 0)
        return SUPPLY_LIVE;
    if (grid->network.sources[place].n == 1)
        return supply_from_only(grid, place, carrying);
    *carrying = choose_sources(grid, place);
    if (*carrying == 0)
        return present->flags & PRESENT_HOLDS ? SUPPLY_BATTERY : SUPPLY_DEAD;
    return supply_from(grid, place, *carrying);
}

/* Whether its supply is another now. */
static bool settle_supply(struct grid *grid, uint32_t place) {
    struct after_node *after = grid_touch(grid, place);
    const struct present_node *present = &grid->present[place];
    uint64_t carrying;
    enum node_supply supply = find_supply(grid, place, &carrying);
    after->carrying = carrying;
    if (carrying != present->carrying || (supply == SUPPLY_DEAD) != (present->supply == SUPPLY_DEAD))
        grid_note_moved(grid, place);
    if (after->supply == supply)
        return false;
    if (present->supply != SUPPLY_BATTERY) {
        grid->n_battery += supply == SUPPLY_BATTERY;
        grid->n_battery -= after->supply == SUPPLY_BATTERY;
    }
    after->supply = (uint8_t)supply;
    return true;
}

/* What has this one source only follows at once, for it asks nobody else; the rest waits in the queue. */
static void spread_from(struct grid *grid, uint32_t place) {
    const struct network *network = &grid->network;
    uint32_t n = 0;
    grid->stack[n++] = place;
    while (n > 0) {
        place = grid->stack[--n];
        if (!settle_supply(grid, place))
            continue;
        const struct edge_run *fed = &network->fed[place];
        for (uint32_t k = 0; k < fed->n; k++) {
            uint32_t to = network->links[network->by_source[fed->first + k]].to;
            if (network->sources[to].n == 1)
                grid->stack[n++] = to;
            else
                order_queue_add(&grid->queue, to);
        }
    }
}

void grid_spread(struct grid *grid) {
    uint32_t place;
    while (order_queue_take_least(&grid->queue, &place))
        spread_from(grid, place);
}

/* --- what stands by: generators --- */

/* Whether a node stands on its own battery, or those that are nodes for it. */
static bool is_held(const struct grid *grid, uint32_t place, uint8_t supply, uint64_t carrying) {
    const struct edge_run *sources = &grid->network.sources[place];
    if (supply != SUPPLY_BATTERY || carrying == 0)
        return supply == SUPPLY_BATTERY;
    uint32_t link = sources->first + (uint32_t)__builtin_ctzll(carrying);
    return grid->present[grid->network.links[link].from].flags & PRESENT_IS_BATTERY;
}

static void note_autonomy(struct contingency *contingency, uint32_t node) {
    double held_s = (double)contingency->topology->power->nodes[node].autonomy_ms / 1000;
    if (held_s > 0 && !(held_s >= contingency->result->battery_s))
        contingency->result->battery_s = held_s;
}

/* By design: the node's own, and its batteries'. */
static void note_held(struct contingency *contingency, uint32_t place) {
    const struct network *network = &contingency->power.network;
    uint64_t carrying = grid_carrying(&contingency->power, place);
    note_autonomy(contingency, place);
    for (; carrying; carrying &= carrying - 1)
        note_autonomy(
            contingency,
            network->links[network->sources[place].first + (uint32_t)__builtin_ctzll(carrying)].from);
}

/* Once each. */
static void seek_at(struct grid *grid, uint32_t place, uint32_t *n) {
    struct after_node *after = grid_touch(grid, place);
    if (after->flags & (AFTER_SOUGHT | AFTER_LOST))
        return;
    after->flags |= AFTER_SOUGHT;
    grid->stack[(*n)++] = place;
}

/* Through what is dead, yet not lost, up to the generators that can start. */
static bool seek_generators(struct grid *grid, uint32_t place) {
    bool found = false;
    uint32_t n = 0;
    seek_at(grid, place, &n);
    while (n > 0) {
        place = grid->stack[--n];
        const struct edge_run *sources = &grid->network.sources[place];
        if (grid->present[place].flags & PRESENT_STANDBY) {
            grid->after[place].flags |= AFTER_STARTED;
            grid_note_moved(grid, place);
            found = true;
        }
        for (uint32_t k = 0; k < sources->n; k++) {
            uint32_t from = grid->network.links[sources->first + k].from;
            if (grid_supply(grid, from) == SUPPLY_DEAD && !(grid->present[from].flags & PRESENT_BLOCKED))
                seek_at(grid, from, &n);
        }
    }
    return found;
}

/* Remembers how it stood before generators took over. */
static void note_at_once(struct contingency *contingency) {
    struct grid *grid = &contingency->power;
    contingency->result->n_on_battery = grid->n_battery;
    for (uint32_t i = 0; i < grid->n_moved; i++) {
        uint32_t place = grid->moved[i];
        struct after_node *after = &grid->after[place];
        if (after->supply == SUPPLY_DEAD && grid->present[place].supply != SUPPLY_DEAD)
            after->flags |= AFTER_WAS_DEAD;
        const struct present_node *present = &grid->present[place];
        if (!is_held(grid, place, after->supply, after->carrying) ||
            is_held(grid, place, present->supply, present->carrying))
            continue;
        after->flags |= AFTER_WAS_HELD;
        if (present->supply != SUPPLY_BATTERY)
            note_held(contingency, place);
    }
}

void contingency_start_generators(struct contingency *contingency) {
    struct grid *grid = &contingency->power;
    bool found = false;
    note_at_once(contingency);
    uint32_t n = grid->n_moved;
    for (uint32_t i = 0; i < n; i++) {
        const struct after_node *after = &grid->after[grid->moved[i]];
        if ((after->flags & (AFTER_WAS_DEAD | AFTER_WAS_HELD)) && !(after->flags & AFTER_LOST))
            found |= seek_generators(grid, grid->moved[i]);
    }
    if (!found)
        return;
    for (uint32_t i = 0; i < grid->n_moved; i++) {
        uint32_t place = grid->moved[i];
        double start_s = (double)contingency->topology->power->nodes[place].start_ms / 1000;
        if (!(grid->after[place].flags & AFTER_STARTED))
            continue;
        order_queue_add(&grid->queue, place);
        if (!(start_s <= contingency->result->start_s))
            contingency->result->start_s = start_s;
    }
    grid_spread(grid);
}

/* Whether a machine that stands by has something to run on. */
static bool can_start(const struct grid *power, uint32_t node) {
    const struct edge_run *sources = &power->network.sources[node];
    bool can = sources->n == 0;
    for (uint32_t k = 0; k < sources->n; k++)
        can |= grid_supply(power, power->network.links[sources->first + k].from) != SUPPLY_DEAD;
    return can && !grid_has_flag(power, node, AFTER_LOST);
}

/* What stands by beside a cooler that is lost takes over. */
void contingency_start_coolers(struct contingency *contingency) {
    struct grid *grid = &contingency->heat;
    for (uint32_t i = 0, n = grid->n_moved; i < n; i++) {
        uint32_t place = grid->moved[i];
        const struct edge_run *coolers = &grid->network.sources[place];
        if (!(grid->present[place].carrying & ~grid->after[place].carrying) ||
            grid_has_flag(grid, place, AFTER_LOST | AFTER_DIED)) /* it needs no cooling any more */
            continue;
        for (uint32_t k = 0; k < coolers->n; k++) {
            uint32_t from = grid->network.links[coolers->first + k].from;
            if ((grid->present[from].flags & PRESENT_STANDBY) &&
                can_start(&contingency->power, grid->network.node[from]))
                grid_mark(grid, from, AFTER_STARTED);
        }
    }
    grid_spread(grid);
}
