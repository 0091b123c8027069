/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One loss, or a set. When it is known who is fed from where (contingency_supply.c): how much each carries,
 * what is fed before its sources. Only what the loss reaches is touched. Rules: contingency.h.
 */
#include <math.h>

#include "judge/contingency_inside.h"

/* More load than rounding makes. */
static const double grows_by = 1e-9, grows_least = 1e-6;

/* --- upwards: how much each carries --- */

static double capacity_after(const struct grid *grid, uint32_t place) {
    return grid->present[place].capacity * grid_units_left(grid, place);
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

/* The greatest and the least of its components. */
struct extent {
    double most, least;
};

static inline struct extent extent_of(const struct flow *flow) {
    struct extent extent = {flow->of[0], flow->of[0]};
    for (int i = 1; i < FLOWS; i++) {
        extent.most = flow->of[i] > extent.most ? flow->of[i] : extent.most;
        extent.least = flow->of[i] < extent.least ? flow->of[i] : extent.least;
    }
    return extent;
}

static inline bool is_nothing(const struct flow *flow) {
    struct extent extent = extent_of(flow);
    return extent.most == 0 && extent.least == 0;
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
    const double *load = grid->present[place].load.of, *more = grid->after[place].more.of;
    double most = -1;
    for (int i = 0; i < FLOWS; i++) {
        double by = more[i] - grows_by * load[i];
        most = by > most ? by : most;
    }
    return most > grows_least;
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
    struct extent extent = extent_of(more);
    if (extent.most == 0 && extent.least == 0)
        return;
    struct after_node *source = grid_touch(grid, at->from);
    if (extent.most > 0)
        grid->grown_roots |= grid->roots[at->from];
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
        if (grid->after[place].carrying >> k & 1)
            grid->grown_roots |= grid->roots[grid->network.links[sources->first + k].from];
        add(&more, taken, shares[k]);
        add(&more, &grid->flows[sources->first + k], -1);
        push_up(grid, sources->first + k, &more);
    }
}

static void take_more(struct grid *grid, uint32_t place, const struct flow *taken) {
    const struct edge_run *sources = &grid->network.sources[place];
    if (sources->n == 1) {
        push_up(grid, sources->first, taken);
        return;
    }
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

/* What it takes more; at most all that it took less. */
static struct flow find_taken(const struct present_node *present, const struct after_node *after) {
    struct flow taken = after->more;
    if (!(present->flags & PRESENT_KNOWN))
        return taken;
    for (int i = 0; i < FLOWS; i++)
        taken.of[i] = taken.of[i] > -present->load.of[i] ? taken.of[i] : -present->load.of[i];
    return taken;
}

/*
 * Whether nobody asks how much less it carries: neither it nor what it takes from is judged, for all that
 * carries more goes to others, in the end. What takes from others than before would lead load elsewhere;
 * hence not while such is left.
 */
static bool is_spared(const struct contingency *contingency, const struct grid *grid, uint32_t place) {
    return contingency->in_pass && grid->n_unsettled == 0 && (grid->roots[place] & grid->grown_roots) == 0 &&
           !(extent_of(&grid->after[place].more).most > 0);
}

/* What takes from others than before, or otherwise in another way. */
static void settle_moved(struct contingency *contingency, struct grid *grid, uint32_t place) {
    struct after_node *after = &grid->after[place];
    const struct present_node *present = &grid->present[place];
    step_down(contingency, grid, place);
    judge(contingency, grid, place);
    struct flow taken = find_taken(present, after);
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

static bool takes_from_one(uint64_t carrying) {
    return carrying != 0 && (carrying & (carrying - 1)) == 0;
}

/* What takes as before, and all above it that takes from one, for as long as nothing else waits: it cannot
 * be met by another, then. */
static void pass_on(struct contingency *contingency, struct grid *grid, uint32_t place) {
    const struct network *network = &grid->network;
    judge(contingency, grid, place);
    struct flow taken = find_taken(&grid->present[place], &grid->after[place]);
    while (takes_from_one(grid->after[place].carrying) && order_queue_is_empty(&grid->queue)) {
        uint32_t rank = (uint32_t)__builtin_ctzll(grid->after[place].carrying);
        const struct network_link *link = &network->links[network->sources[place].first + rank];
        network_add_flow(link, &taken, &grid_touch(grid, link->from)->more);
        place = link->from;
        judge(contingency, grid, place);
        taken = find_taken(&grid->present[place], &grid->after[place]);
    }
    if (grid->after[place].carrying != 0 && !is_nothing(&taken))
        take_more(grid, place, &taken);
}

static void settle_flows(struct contingency *contingency, struct grid *grid) {
    uint32_t place, n = grid->n_moved;
    grid->n_unsettled = n;
    grid->grown_roots = 0;
    for (uint32_t i = 0; i < n; i++)
        order_queue_add(&grid->queue, grid->moved[i]);
    while (order_queue_take_greatest(&grid->queue, &place)) {
        if (is_spared(contingency, grid, place))
            continue;
        if (!(grid->after[place].flags & AFTER_MOVED)) {
            pass_on(contingency, grid, place);
            continue;
        }
        grid->n_unsettled--;
        settle_moved(contingency, grid, place);
    }
}

/* --- the whole of it --- */

static void mark_lost(struct grid *grid, uint32_t place) {
    grid_mark(grid, place, AFTER_LOST);
}

/* It carries on with one unit less; what it feeds in proportion is shared out anew. */
static void mark_unit(struct grid *grid, uint32_t place) {
    const struct edge_run *fed = &grid->network.fed[place];
    grid_touch(grid, place)->flags |= AFTER_FEWER_UNITS;
    grid_note_moved(grid, place);
    for (uint32_t k = 0; k < fed->n; k++) {
        const struct network_link *link = &grid->network.links[grid->network.by_source[fed->first + k]];
        uint32_t to = link->to;
        if (!(grid->present[to].flags & PRESENT_PARALLEL) || !(grid->present[to].carrying >> link->rank & 1))
            continue;
        grid_touch(grid, to)->flags |= AFTER_RESHARES;
        grid_note_moved(grid, to);
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

/* What dies, and what of that carries heat away. */
static void count_dead(struct contingency *contingency) {
    struct grid *grid = &contingency->power;
    struct contingency_result *result = contingency->result;
    for (uint32_t i = 0; i < grid->n_moved; i++) {
        uint32_t place = grid->moved[i], cooler = contingency->heat.network.place[place];
        const struct after_node *after = &grid->after[place];
        const struct present_node *present = &grid->present[place];
        bool is_dead = after->supply == SUPPLY_DEAD && present->supply != SUPPLY_DEAD;
        if ((after->flags & AFTER_WAS_DEAD) && !is_dead)
            result->n_interrupted++;
        if (!is_dead || (after->flags & AFTER_LOST))
            continue;
        if (cooler != POWER_NO_NODE)
            grid_mark(&contingency->heat, cooler, AFTER_DIED);
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
    for (uint32_t i = 0; i < grid->n_moved; i++) {
        uint32_t place = grid->moved[i];
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
    grid_begin(&contingency->power);
    grid_begin(&contingency->heat);
    for (size_t i = 0; i < n_lost; i++)
        mark_loss(contingency, lost[i]);
    grid_spread(&contingency->power);
    contingency_start_generators(contingency);
    count_dead(contingency);
    settle_flows(contingency, &contingency->power);
    grid_spread(&contingency->heat);
    contingency_start_coolers(contingency);
    count_uncooled(contingency);
    settle_flows(contingency, &contingency->heat);
    if (contingency->had_rated && !contingency->had_ratio)
        result->is_known = false;
}
