/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who feeds whom at present: from the sources on, for sources have the smaller numbers; and which nodes are
 * said to feed nothing although power flows behind them.
 */
#include <math.h>

#include "judge/topology.h"

/* A meter's figure may be a mean over so long: what it says sooner after a breaker opened proves nothing. */
enum { CONTRADICTION_MS = 3000 };

enum node_condition topology_condition(const struct power_node *node, const struct node_present *present) {
    if (present->condition == CONDITION_OUT)
        return present->was_known != CONDITION_UNKNOWN ? present->was_known : CONDITION_OUT;
    if (present->condition != CONDITION_UNKNOWN)
        return present->condition;
    if (present->was_known != CONDITION_UNKNOWN)
        return present->was_known;
    if (node->normally_open)
        return CONDITION_OPEN;
    return node->kind == POWER_GENERATOR ? CONDITION_STANDBY : CONDITION_NORMAL;
}

bool topology_conducts(const struct power_node *node, enum node_condition condition) {
    bool cools = node->kind == POWER_CHILLER || node->kind == POWER_HEADER || node->kind == POWER_CDU ||
                 node->kind == POWER_AIR_UNIT;
    return cools ||
           (condition != CONDITION_OPEN && condition != CONDITION_OUT && condition != CONDITION_STANDBY);
}

bool topology_is_storage(enum power_kind kind) {
    return kind == POWER_BATTERY || kind == POWER_BBU || kind == POWER_BESS;
}

/* What the choice among a node's sources needs. */
struct choice {
    const struct topology *topology;
    const double *capacity;
    const uint8_t *supply;
    float *carries;
    const struct power_node *node;
    struct edge_run run;
};

static const struct power_node *source_of(const struct choice *choice, uint32_t i) {
    return &choice->topology->power->nodes[choice->topology->edges[choice->run.first + i].from];
}

static uint8_t supply_of(const struct choice *choice, uint32_t i) {
    return choice->supply[choice->topology->edges[choice->run.first + i].from];
}

/* There, and not a battery that only stands by. */
static bool is_there(const struct choice *choice, uint32_t i, bool storage) {
    return supply_of(choice, i) != SUPPLY_DEAD && topology_is_storage(source_of(choice, i)->kind) == storage;
}

static double capacity_of(const struct choice *choice, uint32_t i) {
    return choice->capacity[choice->topology->edges[choice->run.first + i].from];
}

/* All that are there: equally, or by capacity where every one's is known. Returns how many. */
static uint32_t take_all(const struct choice *choice, bool storage, bool by_capacity) {
    uint32_t n = 0;
    double sum = 0;
    for (uint32_t i = 0; i < choice->run.n; i++) {
        if (!is_there(choice, i, storage))
            continue;
        n++;
        sum += capacity_of(choice, i);
    }
    bool is_known = by_capacity && isfinite(sum) && sum > 0;
    for (uint32_t i = 0; i < choice->run.n; i++)
        if (is_there(choice, i, storage))
            choice->carries[choice->run.first + i] =
                (float)(is_known ? capacity_of(choice, i) / sum : 1.0 / n);
    return n;
}

static uint32_t take_one(const struct choice *choice, uint32_t i) {
    if (i >= choice->run.n || supply_of(choice, i) == SUPPLY_DEAD)
        return 0;
    choice->carries[choice->run.first + i] = 1;
    return 1;
}

static uint32_t take_first(const struct choice *choice) {
    for (uint32_t i = 0; i < choice->run.n; i++)
        if (is_there(choice, i, false))
            return take_one(choice, i);
    return 0;
}

/* Of a UPS on bypass: the static bypass, else the last source that is no battery. */
static uint32_t take_bypass(const struct choice *choice) {
    uint32_t bypass = choice->run.n;
    for (uint32_t i = 0; i < choice->run.n; i++) {
        enum power_kind kind = source_of(choice, i)->kind;
        if (kind == POWER_STATIC_BYPASS)
            return take_one(choice, i);
        if (!topology_is_storage(kind))
            bypass = i;
    }
    return take_one(choice, bypass);
}

static bool has_modules(const struct choice *choice) {
    for (uint32_t i = 0; i < choice->run.n; i++)
        if (source_of(choice, i)->kind == POWER_UPS_MODULE)
            return true;
    return false;
}

/* What a machine with a battery of its own takes from elsewhere. */
static uint32_t take_as_ups(const struct choice *choice, enum node_condition condition) {
    if (condition == CONDITION_BYPASS)
        return take_bypass(choice);
    return has_modules(choice) ? take_all(choice, false, true) : take_first(choice);
}

static uint32_t take(const struct choice *choice, const struct node_present *present,
                     enum node_condition condition) {
    if (choice->node->kind == POWER_UPS)
        return take_as_ups(choice, condition);
    if (condition == CONDITION_SELECTS) {
        uint32_t n = take_one(choice, present->selected);
        /* What it selects now is what it takes. Last known only: it has gone to another since, if need be. */
        return n > 0 || present->condition == CONDITION_SELECTS ? n : take_first(choice);
    }
    if (choice->node->behaviour == POWER_PREFERS)
        return take_first(choice);
    return take_all(choice, false, choice->node->behaviour == POWER_PARALLEL);
}

/* Where its battery is a node of its own, there is none beside. */
static bool has_own_battery(const struct choice *choice) {
    enum power_kind kind = choice->node->kind;
    bool has = kind == POWER_UPS || kind == POWER_UPS_MODULE || kind == POWER_BBU;
    for (uint32_t i = 0; i < choice->run.n; i++)
        has = has && !topology_is_storage(source_of(choice, i)->kind);
    return has;
}

/* What the sources that carry make of the node: the best of them. */
static uint8_t supply_through(const struct choice *choice) {
    bool any_live = false, any_battery = false;
    for (uint32_t i = 0; i < choice->run.n; i++) {
        if (!(choice->carries[choice->run.first + i] > 0))
            continue;
        any_live |= supply_of(choice, i) == SUPPLY_LIVE && !topology_is_storage(source_of(choice, i)->kind);
        any_battery |=
            supply_of(choice, i) == SUPPLY_BATTERY || topology_is_storage(source_of(choice, i)->kind);
    }
    return any_live ? SUPPLY_LIVE : any_battery ? SUPPLY_BATTERY : SUPPLY_UNDETERMINED;
}

/* A source of last resort: what stands on its own. */
static uint8_t supply_alone(const struct choice *choice, enum node_condition condition) {
    if (choice->run.n == 0)
        return SUPPLY_LIVE;
    if (choice->node->kind == POWER_UPS && condition == CONDITION_BYPASS) /* its battery is out of the way */
        return SUPPLY_DEAD;
    if (take_all(choice, true, true) > 0)
        return SUPPLY_BATTERY;
    return has_own_battery(choice) ? SUPPLY_BATTERY : SUPPLY_DEAD;
}

static uint8_t settle_node(const struct choice *choice, const struct node_present *present) {
    enum node_condition condition = topology_condition(choice->node, present);
    for (uint32_t i = 0; i < choice->run.n; i++)
        choice->carries[choice->run.first + i] = 0;
    if (!topology_conducts(choice->node, condition) && !present->is_contradicted)
        return SUPPLY_DEAD;
    if (condition == CONDITION_ON_BATTERY) {
        take_all(choice, true, true);
        return SUPPLY_BATTERY;
    }
    uint8_t supply =
        take(choice, present, condition) > 0 ? supply_through(choice) : supply_alone(choice, condition);
    return present->is_contradicted ? SUPPLY_UNDETERMINED : supply;
}

void topology_settle(const struct topology *topology, const struct node_present *present,
                     const double *capacity, uint8_t *supply, float *carries) {
    for (uint32_t i = 0; i < topology->n_nodes; i++) {
        const struct choice choice = {.topology = topology,
                                      .capacity = capacity,
                                      .supply = supply,
                                      .carries = carries,
                                      .node = &topology->power->nodes[i],
                                      .run = topology->sources[i]};
        supply[i] = settle_node(&choice, &present[i]);
    }
}

/* The latest power seen at the node or behind it, where that can only have come through it. */
static void hand_up(const struct topology *topology, const struct node_present *present,
                    const uint8_t *supply, uint32_t node, int64_t *evidence) {
    struct edge_run run = topology->sources[node];
    bool selects = present[node].condition == CONDITION_SELECTS;
    for (uint32_t i = 0; i < run.n; i++) {
        const struct edge *edge = &topology->edges[run.first + i];
        bool may_feed = !selects || edge->rank == present[node].selected;
        if (may_feed && supply[edge->from] == SUPPLY_DEAD && evidence[edge->from] < evidence[node])
            evidence[edge->from] = evidence[node];
    }
}

size_t topology_contradict(const struct topology *topology, struct node_present *present,
                           const uint8_t *supply, const int64_t *draws_ms, int64_t *evidence) {
    size_t n = 0;
    for (uint32_t i = 0; i < topology->n_nodes; i++)
        evidence[i] = supply[i] == SUPPLY_DEAD ? draws_ms[i] : 0;
    for (uint32_t i = topology->n_nodes; i-- > 0;) {
        const struct power_node *node = &topology->power->nodes[i];
        present[i].is_contradicted = evidence[i] > 0 &&
                                     !topology_conducts(node, topology_condition(node, &present[i])) &&
                                     evidence[i] >= present[i].since_ms + CONTRADICTION_MS;
        n += present[i].is_contradicted;
        if (evidence[i] > 0)
            hand_up(topology, present, supply, i, evidence);
    }
    return n;
}
