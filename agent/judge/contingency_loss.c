/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One loss, or a set. First downwards, sources before what they feed: who is still fed, and from where. Then
 * generators that stand by start where they are missed. Then upwards, what is fed before its sources: how
 * much each carries now. Only what the loss reaches is touched. Rules: contingency.h.
 */
#include <math.h>

#include "judge/contingency_inside.h"

/* More load than rounding makes. */
static const double grows_by = 1e-9, grows_least = 1e-6;

/* --- what the loss touches --- */

struct after_node *grid_touch(struct grid *grid, uint32_t place) {
    struct after_node *after = &grid->after[place];
    if (after->epoch == grid->epoch)
        return after;
    after->epoch = grid->epoch;
    after->supply = grid->present[place].supply;
    after->carrying = grid->present[place].carrying;
    after->flags = 0;
    after->more = (struct flow){0};
    grid->touched[grid->n_touched++] = place;
    return after;
}

static bool is_touched(const struct grid *grid, uint32_t place) {
    return grid->after[place].epoch == grid->epoch;
}

uint8_t grid_supply(const struct grid *grid, uint32_t place) {
    return is_touched(grid, place) ? grid->after[place].supply : grid->present[place].supply;
}

uint64_t grid_carrying(const struct grid *grid, uint32_t place) {
    return is_touched(grid, place) ? grid->after[place].carrying : grid->present[place].carrying;
}

static bool has_flag(const struct grid *grid, uint32_t place, unsigned flag) {
    return is_touched(grid, place) && (grid->after[place].flags & flag);
}

static void mark(struct grid *grid, uint32_t place, enum after_flag flag) {
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
    if (!(present->flags & PRESENT_PREFERS) || all == 0)
        return all;
    uint64_t kept = all & present->carrying;
    kept = kept ? kept : all;
    return kept & (~kept + 1); /* the first */
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
    if ((present->flags & PRESENT_BLOCKED) || has_flag(grid, place, AFTER_LOST | AFTER_DIED))
        return SUPPLY_DEAD;
    if ((present->flags & PRESENT_STANDBY) && !has_flag(grid, place, AFTER_STARTED))
        return SUPPLY_DEAD;
    if (present->flags & PRESENT_ON_BATTERY)
        return find_storage(grid, place, carrying);
    if (grid->network.sources[place].n == 0)
        return SUPPLY_LIVE;
    *carrying = choose_sources(grid, place);
    if (*carrying == 0)
        return present->flags & PRESENT_HOLDS ? SUPPLY_BATTERY : SUPPLY_DEAD;
    return supply_from(grid, place, *carrying);
}

static void queue_fed(struct grid *grid, uint32_t place) {
    const struct edge_run *fed = &grid->network.fed[place];
    const uint32_t *links = grid->network.by_source + fed->first;
    for (uint32_t k = 0; k < fed->n; k++)
        order_queue_add(&grid->queue, grid->network.links[links[k]].to);
}

void grid_spread(struct grid *grid) {
    uint32_t place;
    while (order_queue_take_least(&grid->queue, &place)) {
        struct after_node *after = grid_touch(grid, place);
        uint64_t carrying;
        enum node_supply supply = find_supply(grid, place, &carrying);
        after->carrying = carrying;
        if (after->supply == supply)
            continue;
        after->supply = (uint8_t)supply;
        queue_fed(grid, place);
    }
}

/* --- what stands by: generators --- */

/* Whether a node stands on its own battery, or those that are nodes for it. */
static bool is_held(const struct grid *grid, uint32_t place) {
    const struct edge_run *sources = &grid->network.sources[place];
    uint64_t carrying = grid_carrying(grid, place);
    if (grid_supply(grid, place) != SUPPLY_BATTERY || carrying == 0)
        return grid_supply(grid, place) == SUPPLY_BATTERY;
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
    contingency->power.after[place].flags |= AFTER_WAS_HELD;
    note_autonomy(contingency, place);
    for (; carrying; carrying &= carrying - 1)
        note_autonomy(
            contingency,
            network->links[network->sources[place].first + (uint32_t)__builtin_ctzll(carrying)].from);
}

/* Through what is dead, yet not lost, up to the generators that can start; these are queued. */
static bool seek_generators(struct grid *grid, uint32_t place) {
    bool found = false;
    order_queue_add(&grid->queue, place);
    while (order_queue_take_greatest(&grid->queue, &place)) {
        struct after_node *after = grid_touch(grid, place);
        const struct edge_run *sources = &grid->network.sources[place];
        if (after->flags & (AFTER_SOUGHT | AFTER_LOST))
            continue;
        after->flags |= AFTER_SOUGHT;
        if (grid->present[place].flags & PRESENT_STANDBY) {
            after->flags |= AFTER_STARTED;
            found = true;
        }
        for (uint32_t k = 0; k < sources->n; k++) {
            uint32_t from = grid->network.links[sources->first + k].from;
            if (grid_supply(grid, from) == SUPPLY_DEAD && !(grid->present[from].flags & PRESENT_BLOCKED))
                order_queue_add(&grid->queue, from);
        }
    }
    return found;
}

/* Remembers how it stood before generators took over. */
static void note_at_once(struct contingency *contingency) {
    struct grid *grid = &contingency->power;
    struct contingency_result *result = contingency->result;
    for (uint32_t i = 0; i < grid->n_touched; i++) {
        uint32_t place = grid->touched[i];
        struct after_node *after = &grid->after[place];
        if (after->supply == SUPPLY_DEAD && grid->present[place].supply != SUPPLY_DEAD)
            after->flags |= AFTER_WAS_DEAD;
        if (after->supply != SUPPLY_BATTERY || grid->present[place].supply == SUPPLY_BATTERY)
            continue;
        result->n_on_battery++;
        if (is_held(grid, place))
            note_held(contingency, place);
    }
}

static void start_generators(struct contingency *contingency) {
    struct grid *grid = &contingency->power;
    uint32_t n = grid->n_touched;
    bool found = false;
    for (uint32_t i = 0; i < n; i++) {
        const struct after_node *after = &grid->after[grid->touched[i]];
        if ((after->flags & (AFTER_WAS_DEAD | AFTER_WAS_HELD)) && !(after->flags & AFTER_LOST))
            found |= seek_generators(grid, grid->touched[i]);
    }
    if (!found)
        return;
    for (uint32_t i = 0; i < grid->n_touched; i++) {
        uint32_t place = grid->touched[i];
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
    return can && !has_flag(power, node, AFTER_LOST);
}

/* What stands by beside a cooler that is lost takes over. */
static void start_coolers(struct contingency *contingency) {
    struct grid *grid = &contingency->heat;
    for (uint32_t i = 0, n = grid->n_touched; i < n; i++) {
        uint32_t place = grid->touched[i];
        const struct edge_run *coolers = &grid->network.sources[place];
        if (!(grid->present[place].carrying & ~grid->after[place].carrying))
            continue;
        for (uint32_t k = 0; k < coolers->n; k++) {
            uint32_t from = grid->network.links[coolers->first + k].from;
            if ((grid->present[from].flags & PRESENT_STANDBY) &&
                can_start(&contingency->power, grid->network.node[from]))
                mark(grid, from, AFTER_STARTED);
        }
    }
    grid_spread(grid);
}

/* --- upwards: how much each carries --- */

static double capacity_after(const struct grid *grid, uint32_t place) {
    double capacity = grid->present[place].capacity;
    return has_flag(grid, place, AFTER_FEWER_UNITS) ? capacity * grid->units_left : capacity;
}

void grid_find_shares(const struct grid *grid, uint32_t place, uint64_t carrying, double *shares) {
    const struct edge_run *sources = &grid->network.sources[place];
    bool by_capacity = grid->present[place].flags & PRESENT_PARALLEL;
    double sum = 0;
    for (uint32_t k = 0; k < sources->n; k++) {
        shares[k] = carrying >> k & 1 ? 1 : 0;
        if (by_capacity && shares[k] > 0)
            shares[k] = capacity_after(grid, grid->network.links[sources->first + k].from);
        sum += shares[k];
    }
    bool is_equal = !isfinite(sum) || !(sum > 0);
    double n = (double)__builtin_popcountll(carrying);
    for (uint32_t k = 0; k < sources->n; k++)
        if (is_equal)
            shares[k] = carrying >> k & 1 ? 1 / n : 0;
        else
            shares[k] /= sum;
}

static void add(struct flow *to, const struct flow *flow, double times) {
    for (int i = 0; i < FLOWS; i++)
        to->of[i] += flow->of[i] * times;
}

static bool is_nothing(const struct flow *flow) {
    for (int i = 0; i < FLOWS; i++)
        if (flow->of[i] != 0)
            return false;
    return true;
}

/* What a node uses itself, beside what it feeds. */
static struct flow own_load(const struct grid *grid, uint32_t place) {
    const struct edge_run *fed = &grid->network.fed[place];
    struct flow own = grid->present[place].load, fed_flow = {0};
    for (uint32_t k = 0; k < fed->n; k++) {
        uint32_t link = grid->network.by_source[fed->first + k];
        network_add_flow(&grid->network.links[link], &grid->flows[link], &fed_flow);
    }
    for (int i = 0; i < FLOWS; i++)
        own.of[i] = own.of[i] > fed_flow.of[i] ? own.of[i] - fed_flow.of[i] : 0;
    return own;
}

static bool is_below(uint64_t carrying, uint8_t needed) {
    return __builtin_popcountll(carrying) < needed;
}

/* A load that steps down takes less, if it has not stepped down already. */
static void step_down(struct contingency *contingency, struct grid *grid, uint32_t place) {
    const struct present_node *present = &grid->present[place];
    struct after_node *after = &grid->after[place];
    if (!(present->flags & PRESENT_STEPS_DOWN) || after->supply == SUPPLY_DEAD || after->carrying == 0 ||
        !is_below(after->carrying, present->n_needed) || is_below(present->carrying, present->n_needed))
        return;
    struct flow own = own_load(grid, place);
    add(&after->more, &own, contingency->topology->power->nodes[grid->network.node[place]].step_down - 1);
}

static bool grows(const struct grid *grid, uint32_t place) {
    const struct flow *load = &grid->present[place].load, *more = &grid->after[place].more;
    bool any = false;
    for (int i = 0; i < FLOWS; i++)
        any |= more->of[i] > grows_by * load->of[i] + grows_least;
    return any;
}

static void judge(struct contingency *contingency, struct grid *grid, uint32_t place) {
    const struct after_node *after = &grid->after[place];
    if (after->supply != SUPPLY_DEAD && (grid->present[place].flags & PRESENT_RATED) &&
        ((after->flags & AFTER_FEWER_UNITS) || grows(grid, place)))
        contingency_judge(contingency, grid, place);
}

/* What its link takes more, or less, than at present. */
static void push_up(struct grid *grid, uint32_t link, const struct flow *more) {
    const struct network_link *at = &grid->network.links[link];
    if (is_nothing(more))
        return;
    struct after_node *source = grid_touch(grid, at->from);
    network_add_flow(at, more, &source->more);
    order_queue_add(&grid->queue, at->from);
}

static void stop_taking(struct grid *grid, uint32_t place) {
    const struct edge_run *sources = &grid->network.sources[place];
    for (uint32_t k = 0; k < sources->n; k++) {
        struct flow less = {0};
        add(&less, &grid->flows[sources->first + k], -1);
        push_up(grid, sources->first + k, &less);
    }
}

/* All that it takes is shared out anew. */
static void share_anew(struct grid *grid, uint32_t place, struct flow *taken) {
    const struct edge_run *sources = &grid->network.sources[place];
    double shares[NETWORK_SOURCES_MOST];
    if (grid->present[place].carrying == 0)
        add(taken, &grid->present[place].load, 1);
    for (uint32_t k = 0; k < sources->n; k++)
        add(taken, &grid->flows[sources->first + k], 1);
    for (int i = 0; i < FLOWS; i++)
        taken->of[i] = taken->of[i] > 0 ? taken->of[i] : 0;
    grid_find_shares(grid, place, grid->after[place].carrying, shares);
    for (uint32_t k = 0; k < sources->n; k++) {
        struct flow more = {0};
        add(&more, taken, shares[k]);
        add(&more, &grid->flows[sources->first + k], -1);
        push_up(grid, sources->first + k, &more);
    }
}

static void take_more(struct grid *grid, uint32_t place, const struct flow *taken) {
    const struct edge_run *sources = &grid->network.sources[place];
    for (uint32_t k = 0; k < sources->n; k++) {
        struct flow more = {0};
        add(&more, taken, grid->shares[sources->first + k]);
        push_up(grid, sources->first + k, &more);
    }
}

/* A battery that was used is charged beside its load. */
static void recharge(struct contingency *contingency, uint32_t place, struct flow *taken) {
    const struct grid *grid = &contingency->power;
    const struct after_node *after = &grid->after[place];
    if (!(after->flags & AFTER_WAS_HELD) || after->supply != SUPPLY_LIVE)
        return;
    double capacity = grid->present[place].capacity;
    if (!isfinite(capacity))
        capacity = grid->present[place].load.of[FLOW_VA];
    capacity *= CONTINGENCY_RECHARGE;
    int n = contingency->topology->power->nodes[place].phases == 3 ? PHASES : 1;
    taken->of[FLOW_W] += capacity;
    taken->of[FLOW_VA] += capacity;
    for (int i = 0; i < n; i++)
        taken->of[FLOW_PHASE + i] += capacity / n;
}

/* Whether anything of it may change beside its supply. */
static bool takes_otherwise(const struct grid *grid, uint32_t place) {
    const struct after_node *after = &grid->after[place];
    enum { ABOUT_LOAD = AFTER_RESHARES | AFTER_FEWER_UNITS | AFTER_WAS_HELD };
    return after->carrying != grid->present[place].carrying || (after->flags & ABOUT_LOAD);
}

static void settle_flows(struct contingency *contingency, struct grid *grid) {
    uint32_t place, n = grid->n_touched;
    for (uint32_t i = 0; i < n; i++)
        if (takes_otherwise(grid, grid->touched[i]))
            order_queue_add(&grid->queue, grid->touched[i]);
    while (order_queue_take_greatest(&grid->queue, &place)) {
        struct after_node *after = &grid->after[place];
        const struct present_node *present = &grid->present[place];
        step_down(contingency, grid, place);
        judge(contingency, grid, place);
        struct flow taken = after->more;
        bool reshares = after->carrying != present->carrying || (after->flags & AFTER_RESHARES);
        if (!grid->network.is_heat)
            recharge(contingency, place, &taken);
        if (reshares && !(present->flags & PRESENT_KNOWN))
            contingency->result->is_lower_bound = true;
        if (after->carrying == 0)
            stop_taking(grid, place);
        else if (reshares)
            share_anew(grid, place, &taken);
        else if (!is_nothing(&taken))
            take_more(grid, place, &taken);
    }
}

/* --- the whole of it --- */

static void mark_lost(struct grid *grid, uint32_t place) {
    mark(grid, place, AFTER_LOST);
}

/* It carries on with one unit less; what it feeds in proportion is shared out anew. */
static void mark_unit(struct grid *grid, uint32_t place) {
    const struct edge_run *fed = &grid->network.fed[place];
    uint32_t units = grid->present[place].units;
    grid->units_left = (double)(units - 1) / units;
    grid_touch(grid, place)->flags |= AFTER_FEWER_UNITS;
    for (uint32_t k = 0; k < fed->n; k++) {
        uint32_t to = grid->network.links[grid->network.by_source[fed->first + k]].to;
        if (grid->present[to].flags & PRESENT_PARALLEL)
            grid_touch(grid, to)->flags |= AFTER_RESHARES;
    }
}

static void mark_loss(struct contingency *contingency, uint32_t lost) {
    uint32_t node = lost & ~CONTINGENCY_ONE_UNIT, place = contingency->heat.network.place[node];
    bool is_unit = (lost & CONTINGENCY_ONE_UNIT) && contingency->power.present[node].units > 1;
    void (*mark_in)(struct grid *, uint32_t) = is_unit ? mark_unit : mark_lost;
    if (contingency->power.present[node].supply == SUPPLY_UNDETERMINED)
        contingency->result->is_known = false;
    mark_in(&contingency->power, node);
    if (place != POWER_NO_NODE)
        mark_in(&contingency->heat, place);
}

static void begin(struct grid *grid) {
    grid->epoch++;
    grid->n_touched = 0;
}

/* What dies, and what of that carries heat away. */
static void count_dead(struct contingency *contingency) {
    struct grid *grid = &contingency->power;
    struct contingency_result *result = contingency->result;
    for (uint32_t i = 0; i < grid->n_touched; i++) {
        uint32_t place = grid->touched[i], cooler = contingency->heat.network.place[place];
        const struct after_node *after = &grid->after[place];
        const struct present_node *present = &grid->present[place];
        bool is_dead = after->supply == SUPPLY_DEAD && present->supply != SUPPLY_DEAD;
        if ((after->flags & AFTER_WAS_DEAD) && !is_dead)
            result->n_interrupted++;
        if (!is_dead || (after->flags & AFTER_LOST))
            continue;
        if (cooler != POWER_NO_NODE)
            mark(&contingency->heat, cooler, AFTER_DIED);
        if (grid->network.fed[place].n > 0)
            continue;
        result->n_dropped++;
        result->dropped_watts += present->load.of[FLOW_W];
        if (!(present->flags & PRESENT_KNOWN) || (present->flags & PRESENT_LOWER))
            result->is_lower_bound = true;
    }
}

static void count_uncooled(struct contingency *contingency) {
    const struct grid *grid = &contingency->heat;
    struct contingency_result *result = contingency->result;
    for (uint32_t i = 0; i < grid->n_touched; i++) {
        uint32_t place = grid->touched[i];
        const struct after_node *after = &grid->after[place];
        const struct present_node *present = &grid->present[place];
        if (after->supply != SUPPLY_DEAD || present->supply == SUPPLY_DEAD ||
            (after->flags & (AFTER_LOST | AFTER_DIED)) || grid->network.fed[place].n > 0)
            continue;
        result->n_uncooled++;
        result->uncooled_watts += present->load.of[FLOW_W];
    }
}

void contingency_settle(struct contingency *contingency, const uint32_t *lost, size_t n_lost,
                        struct contingency_result *result) {
    *result = (struct contingency_result){.lost = n_lost ? lost[0] & ~CONTINGENCY_ONE_UNIT : POWER_NO_NODE,
                                          .is_unit = n_lost && (lost[0] & CONTINGENCY_ONE_UNIT),
                                          .first = POWER_NO_NODE,
                                          .worst = POWER_NO_NODE,
                                          .battery_s = (double)NAN,
                                          .start_s = (double)NAN,
                                          .is_known = true};
    contingency->result = result;
    contingency->had_rated = contingency->had_ratio = false;
    begin(&contingency->power);
    begin(&contingency->heat);
    for (size_t i = 0; i < n_lost; i++)
        mark_loss(contingency, lost[i]);
    grid_spread(&contingency->power);
    note_at_once(contingency);
    start_generators(contingency);
    count_dead(contingency);
    settle_flows(contingency, &contingency->power);
    grid_spread(&contingency->heat);
    start_coolers(contingency);
    count_uncooled(contingency);
    settle_flows(contingency, &contingency->heat);
    if (contingency->had_rated && !contingency->had_ratio)
        result->is_known = false;
}
