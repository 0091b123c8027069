/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is computed anew, and in which order: metered nodes whose meters spoke; who feeds whom, where a state
 * changed; then, from the highest number down, the nodes that add up what they feed and have seen any of that
 * change.
 */
#include "judge/sums_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/node_state.h"
#include "judge/sum_children.h"
#include "judge/sum_meters.h"
#include "judge/sum_tally.h"

/* --- life --- */

static bool make_room(struct sums *sums) {
    size_t n = sums->topology->n_nodes + 1, n_edges = sums->topology->n_edges + 1;
    return (sums->sums = calloc(n, sizeof(*sums->sums))) &&
           (sums->present = calloc(n, sizeof(*sums->present))) &&
           (sums->supply = calloc(n, sizeof(*sums->supply))) &&
           (sums->supply_before = calloc(n, sizeof(*sums->supply_before))) &&
           (sums->supply_said = calloc(n, sizeof(*sums->supply_said))) &&
           (sums->capacity = calloc(n, sizeof(*sums->capacity))) &&
           (sums->weights = calloc(n, sizeof(*sums->weights))) &&
           (sums->joules = calloc(n, sizeof(*sums->joules))) &&
           (sums->joules_before = calloc(n, sizeof(*sums->joules_before))) &&
           (sums->windows = calloc(n, sizeof(*sums->windows))) &&
           (sums->draws_ms = calloc(n, sizeof(*sums->draws_ms))) &&
           (sums->evidence = calloc(n, sizeof(*sums->evidence))) &&
           (sums->is_out = calloc(n, sizeof(*sums->is_out))) &&
           (sums->is_behind_meters = calloc(n, sizeof(*sums->is_behind_meters))) &&
           (sums->is_blind = calloc(n, sizeof(*sums->is_blind))) &&
           (sums->is_rerouted = calloc(n, sizeof(*sums->is_rerouted))) &&
           (sums->carries = calloc(n_edges, sizeof(*sums->carries))) &&
           (sums->carries_before = calloc(n_edges, sizeof(*sums->carries_before))) &&
           (sums->due = calloc(n / 64 + 1, sizeof(*sums->due))) &&
           (sums->changed = calloc(n, sizeof(*sums->changed))) &&
           (sums->stamps = calloc(n, sizeof(*sums->stamps)));
}

/* UPSes and generators are judged on the maximum of 1 s, all else on the mean of 60 s. */
static bool is_judged_by_peak(enum power_kind kind) {
    return kind == POWER_UPS || kind == POWER_UPS_MODULE || kind == POWER_STATIC_BYPASS ||
           kind == POWER_BBU || kind == POWER_GENERATOR;
}

/* For the share of sources in parallel: W, else VA. */
static double capacity_of(const struct power_node *node, const struct node_present *present) {
    struct usable usable = usable_of(node, present);
    return isfinite(usable.watts) ? usable.watts : usable.voltamperes;
}

static void set_due(struct sums *sums, uint32_t node) {
    sums->due[node / 64] |= UINT64_C(1) << (node % 64);
}

static void init_node(struct sums *sums, uint32_t node) {
    const struct power_node *power = &sums->topology->power->nodes[node];
    sum_unknown(&sums->sums[node]);
    sums->weights[node] = sums->joules[node] = (double)NAN;
    sums->capacity[node] = capacity_of(power, &sums->present[node]);
    sums->is_behind_meters[node] = sum_is_behind_meters(sums->topology, node);
    sums->is_blind[node] = inputs_is_metered(sums->inputs, node);
    node_window_init(&sums->windows[node], is_judged_by_peak(power->kind));
    set_due(sums, node);
}

struct sums *sums_new(const struct topology *topology) {
    struct sums *sums = calloc(1, sizeof(*sums));
    if (!sums)
        return NULL;
    sums->topology = topology;
    sums->inputs = inputs_new(topology->power);
    if (!sums->inputs || !make_room(sums)) {
        sums_free(sums);
        return NULL;
    }
    for (uint32_t i = 0; i < topology->n_nodes; i++)
        init_node(sums, i);
    topology_settle(topology, sums->present, sums->capacity, sums->supply, sums->carries);
    sums->is_topology_due = true;
    return sums;
}

void sums_free(struct sums *sums) {
    if (!sums)
        return;
    inputs_free(sums->inputs);
    void *parts[] = {sums->sums,       sums->present,     sums->supply,  sums->capacity,
                     sums->weights,    sums->joules,      sums->windows, sums->joules_before,
                     sums->draws_ms,   sums->evidence,    sums->is_out,  sums->is_behind_meters,
                     sums->is_blind,   sums->is_rerouted, sums->carries, sums->carries_before,
                     sums->due,        sums->changed,     sums->stamps,  sums->supply_before,
                     sums->supply_said};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        free(parts[i]);
    free(sums);
}

/* --- states --- */

static bool note_state(struct sums *sums, uint32_t node) {
    const struct power_node *power = &sums->topology->power->nodes[node];
    if (!node_state_note(power, inputs_tells(sums->inputs, node), sums->is_out[node],
                         sums->draws_ms[node] > 0, sums->now_ms, &sums->present[node]))
        return false;
    sums->capacity[node] = capacity_of(power, &sums->present[node]);
    sums->is_topology_due = true;
    return true;
}

static bool note_states(struct sums *sums, int64_t now_ms) {
    bool has_changed = false;
    sums->now_ms = inputs_advance(sums->inputs, now_ms);
    for (uint32_t node = inputs_next_told(sums->inputs); node != POWER_NO_NODE;
         node = inputs_next_told(sums->inputs))
        has_changed |= note_state(sums, node);
    return has_changed;
}

void sums_synchronize(struct sums *sums, int64_t now_ms, int64_t monotonic_ms) {
    inputs_synchronize(sums->inputs, now_ms, monotonic_ms);
}

bool sums_take(struct sums *sums, const struct batch *batch, int64_t now_ms) {
    inputs_take(sums->inputs, batch, now_ms);
    return note_states(sums, now_ms);
}

bool sums_age(struct sums *sums, int64_t now_ms) {
    inputs_age(sums->inputs, now_ms);
    return note_states(sums, now_ms);
}

void sums_set_out(struct sums *sums, uint32_t node, bool out) {
    sums->is_out[node] = out;
    note_state(sums, node);
}

/* --- one node --- */

static void note_changed(struct sums *sums, uint32_t node) {
    if (sums->stamps[node] == sums->stamp)
        return;
    sums->stamps[node] = sums->stamp;
    sums->changed[sums->n_changed++] = node;
}

/* Who adds this node up has to do so anew. */
static void set_dependents_due(struct sums *sums, uint32_t node) {
    const struct topology *topology = sums->topology;
    /* What stands behind meters is known by those only: nobody adds it up. */
    for (uint32_t i = 0; !sums->is_behind_meters[node] && i < topology->sources[node].n; i++) {
        uint32_t source = topology->edges[topology->sources[node].first + i].from;
        if (sums->is_blind[source] || !inputs_is_metered(sums->inputs, source))
            set_due(sums, source);
    }
    for (uint32_t i = 0; i < topology->fed[node].n; i++) {
        uint32_t fed = topology->edges[topology->by_source[topology->fed[node].first + i]].to;
        if (sums->is_behind_meters[fed])
            set_due(sums, fed);
    }
}

static void put(struct sums *sums, uint32_t node, const struct node_sum *sum) {
    const double values[WINDOW_CHANNELS] = {sum->watts, sum->voltamperes, sum->phase_amperes[0],
                                            sum->phase_amperes[1], sum->phase_amperes[2]};
    sums->sums[node] = *sum;
    node_window_note(&sums->windows[node], sums->now_ms, values);
    note_changed(sums, node);
    set_dependents_due(sums, node);
}

/* Power seen, or no longer seen, where states say there is none: a contradiction may begin or end. */
static void note_draw(struct sums *sums, uint32_t node, int64_t draws_ms) {
    bool drew = sums->draws_ms[node] > 0, draws = draws_ms > 0;
    sums->draws_ms[node] = draws_ms;
    if ((drew || draws) && sums->supply_said[node] == SUPPLY_DEAD)
        sums->is_topology_due = true;
    if (drew != draws && sums->topology->power->nodes[node].kind == POWER_GENERATOR)
        note_state(sums, node);
}

/* What it feeds is known by this node's own meters only. */
static bool feeds_who_is_behind(const struct sums *sums, uint32_t node) {
    const struct edge_run run = sums->topology->fed[node];
    return run.n == 1 &&
           sums->is_behind_meters[sums->topology->edges[sums->topology->by_source[run.first]].to];
}

static void add_meters(struct sums *sums, uint32_t node) {
    struct node_sum sum;
    uint32_t n;
    int64_t draws_ms;
    const struct meter *meters = inputs_meters(sums->inputs, node, &n);
    bool is_known =
        sum_meters(&sums->topology->power->nodes[node], meters, n, &sum, &sums->weights[node], &draws_ms);
    note_draw(sums, node, draws_ms);
    if (sums->supply[node] == SUPPLY_DEAD) {
        sum_dead(&sum);
        is_known = true;
    }
    sums->is_blind[node] = !is_known;
    if (is_known || feeds_who_is_behind(sums, node))
        put(sums, node, &sum);
    else
        set_due(sums, node);
}

/*
 * The counter of a node that adds up goes on where shares change, and while it cannot be said: what it was
 * then is taken along.
 */
static void carry_energy(struct sums *sums, uint32_t node, struct node_sum *sum) {
    double *said = &sums->joules[node], *before = &sums->joules_before[node];
    if (!(sum->flags & SUM_HAS_ENERGY)) {
        sums->is_rerouted[node] |= !isnan(*said);
        return;
    }
    if (sums->is_rerouted[node] && !isnan(*said))
        *before = *said - sum->joules;
    sums->is_rerouted[node] = false;
    sum->joules += *before;
    *said = sum->joules;
}

/* Its meters say nothing. What it feeds is known: so much it takes at least, losses come on top. */
static void add_up_blind(struct sums *sums, uint32_t node, struct node_sum *sum) {
    uint32_t n;
    int64_t draws_ms;
    const struct meter *meters = inputs_meters(sums->inputs, node, &n);
    double weight = sums->weights[node];
    struct node_sum own;
    sum_children(sums->topology, sums->carries, sums->sums, sums->weights, node, sum);
    sum_meters(&sums->topology->power->nodes[node], meters, n, &own, &weight, &draws_ms);
    sums->weights[node] = weight;
    if (isnan(sum->watts) || sum->newest_ms == 0) {
        *sum = own;
        return;
    }
    sum->flags = (sum->flags & ~(uint32_t)SUM_HAS_ENERGY) | (own.flags & SUM_HAS_ENERGY) | SUM_LOWER_BOUND;
    sum->joules = own.joules;
    sum->energy_resets = own.energy_resets;
}

static void add_up(struct sums *sums, uint32_t node) {
    struct node_sum sum;
    if (inputs_is_metered(sums->inputs, node)) {
        if (sums->is_blind[node] && sums->supply[node] == SUPPLY_DEAD) { /* from the beginning */
            add_meters(sums, node);
            return;
        }
        if (!sums->is_blind[node] || feeds_who_is_behind(sums, node))
            return; /* what its meters say is all there is */
        add_up_blind(sums, node, &sum);
    } else if (sums->is_behind_meters[node]) {
        sum_sources(sums->topology, sums->sums, sums->weights, node, &sum);
    } else {
        sum_children(sums->topology, sums->carries, sums->sums, sums->weights, node, &sum);
        carry_energy(sums, node, &sum);
    }
    put(sums, node, &sum);
}

/* --- all --- */

static void note_rerouted(struct sums *sums) {
    const struct topology *topology = sums->topology;
    for (uint32_t i = 0; i < topology->n_edges; i++) {
        const struct edge *edge = &topology->edges[i];
        if (sums->carries[i] == sums->carries_before[i])
            continue;
        sums->is_rerouted[edge->from] = true;
        if (sums->is_blind[edge->from] || !inputs_is_metered(sums->inputs, edge->from))
            set_due(sums, edge->from);
        note_changed(sums, edge->from);
        note_changed(sums, edge->to);
    }
}

static void settle_topology(struct sums *sums) {
    const struct topology *topology = sums->topology;
    memcpy(sums->carries_before, sums->carries, topology->n_edges * sizeof(*sums->carries));
    memcpy(sums->supply_before, sums->supply, topology->n_nodes * sizeof(*sums->supply));
    for (uint32_t i = 0; i < topology->n_nodes; i++)
        sums->present[i].is_contradicted = false;
    sums->is_topology_due = false;
    topology_settle(topology, sums->present, sums->capacity, sums->supply, sums->carries);
    memcpy(sums->supply_said, sums->supply, topology->n_nodes * sizeof(*sums->supply));
    size_t n_contradicted =
        topology_contradict(topology, sums->present, sums->supply, sums->draws_ms, sums->evidence);
    if (n_contradicted > 0)
        topology_settle(topology, sums->present, sums->capacity, sums->supply, sums->carries);
    for (uint32_t i = 0; i < topology->n_nodes; i++) {
        if (sums->supply[i] == sums->supply_before[i])
            continue;
        note_changed(sums, i);
        if (inputs_is_metered(sums->inputs, i) &&
            (sums->supply[i] == SUPPLY_DEAD || sums->supply_before[i] == SUPPLY_DEAD))
            add_meters(sums, i);
    }
    note_rerouted(sums);
}

/* What a node adds up has higher numbers than it, so that one way down is enough. What stands behind metered
 * nodes has higher ones than those, and takes another way down; nobody adds it up. */
static void add_up_due(struct sums *sums) {
    uint32_t n_words = sums->topology->n_nodes / 64 + 1;
    bool is_done = false;
    while (!is_done) {
        for (uint32_t word = n_words; word-- > 0;) {
            while (sums->due[word] != 0) {
                uint32_t bit = 63 - (uint32_t)__builtin_clzll(sums->due[word]);
                sums->due[word] &= ~(UINT64_C(1) << bit);
                add_up(sums, word * 64 + bit);
            }
        }
        is_done = true;
        for (uint32_t word = 0; word < n_words; word++)
            is_done = is_done && sums->due[word] == 0;
    }
}

size_t sums_settle(struct sums *sums, int64_t now_ms) {
    sums->stamp++;
    sums->n_changed = 0;
    note_states(sums, now_ms);
    for (uint32_t node = inputs_next_metered(sums->inputs); node != POWER_NO_NODE;
         node = inputs_next_metered(sums->inputs))
        add_meters(sums, node);
    if (sums->is_topology_due)
        settle_topology(sums);
    add_up_due(sums);
    return sums->n_changed;
}
