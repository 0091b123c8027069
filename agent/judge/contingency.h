/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What if: from the present state, what one loss, or a set of them, does to every other node. Load moves to
 * the partners that are left, by phase and by each load's behaviour, at constant voltamperes (power.md
 * sections 2 and 6). Pure.
 */
#ifndef HALLWATCH_JUDGE_CONTINGENCY_H
#define HALLWATCH_JUDGE_CONTINGENCY_H

#include "judge/sums.h"

/* The present state; all borrowed, n_nodes of each but `carries` (n_edges). */
struct contingency_input {
    const struct topology *topology;
    const struct node_present *present;
    const uint8_t *supply;
    const float *carries;
    const struct node_sum *sums;
    const struct node_load *loads; /* as ratings are judged */
    const struct usable *usable;
};

/* Of a loss: one of the node's units, not the whole. */
#define CONTINGENCY_ONE_UNIT 0x80000000u

/* What binds first. */
enum contingency_limit {
    LIMIT_NONE,
    LIMIT_WATTS,
    LIMIT_VOLTAMPERES,
    LIMIT_L1,
    LIMIT_L2,
    LIMIT_L3,
    LIMIT_HEAT
};

/* What one loss, or one set, does. */
struct contingency_result {
    uint32_t lost;      /* of a pass: the node */
    bool is_unit;       /* of a pass: one of its units only */
    uint32_t first;     /* the node that exceeds its usable capacity by most, POWER_NO_NODE: none does */
    double first_ratio; /* its load over usable then */
    uint32_t worst;     /* the node with the least headroom then; POWER_NO_NODE: nothing rated is touched */
    double worst_headroom;                        /* 1 - load / usable; negative: exceeds */
    double worst_watts;                           /* the same in W (or VA, where that binds) */
    uint32_t n_exceeded, n_dropped, n_on_battery; /* nodes; dropped: loads that lose all supply */
    uint32_t n_interrupted;                       /* nodes that are dead until generators have started */
    uint32_t n_uncooled;                          /* loads that go on and lose all cooling */
    double dropped_watts, uncooled_watts;
    double battery_s;    /* the shortest autonomy of what goes to battery; NAN: none does, or not known */
    double start_s;      /* until the last generator that starts takes load; NAN: none starts */
    bool is_lower_bound; /* loads were not all known: it may be worse */
    bool is_known;       /* false: nothing can be said */
};

/* How often its capacity a UPS takes to recharge, when generators have taken over. 10..25 % are usual. */
#define CONTINGENCY_RECHARGE 0.1

/* Redundancy of a node's supply, of power or of cooling. */
enum redundancy_state {
    REDUNDANCY_UNKNOWN,
    REDUNDANCY_KEPT,
    REDUNDANCY_LOST,
    REDUNDANCY_PLANNED,
    REDUNDANCY_NOT_ASKED
};

struct contingency;

/* Borrows the topology. NULL when out of memory. */
struct contingency *contingency_new(const struct topology *topology);
void contingency_free(struct contingency *contingency);

/* Every single loss. Touches only what each loss reaches. */
void contingency_pass(struct contingency *contingency, const struct contingency_input *input);

/* Of the last pass, one per node: of its loss. Of what feeds and cools nothing, or is dead already, nothing
 * follows. */
const struct contingency_result *contingency_results(const struct contingency *contingency);
/* The same of the loss of one unit, of nodes that have several: `*n` of them, each says of which node. */
const struct contingency_result *contingency_unit_results(const struct contingency *contingency, size_t *n);
/* The loss that leaves the least headroom anywhere; NULL before a pass and where nothing is rated. */
const struct contingency_result *contingency_worst(const struct contingency *contingency);
/* Per node: its greatest load over usable after any single loss, and which loss that is; NAN: not known. */
double contingency_failover_ratio(const struct contingency *contingency, uint32_t node, uint32_t *lost);
/* Per node with a rule: whether a single loss can still be borne. */
enum redundancy_state contingency_redundancy(const struct contingency *contingency, uint32_t node);

/*
 * One set of losses, node by node (or one unit: CONTINGENCY_ONE_UNIT | node): `ratio` (n_nodes) gets load
 * over usable (NAN: unknown; 0: not rated), `after` the supply. What the last pass found stays.
 */
void contingency_lose(struct contingency *contingency, const struct contingency_input *input,
                      const uint32_t *lost, size_t n_lost, struct contingency_result *result, double *ratio,
                      uint8_t *after);

/* One node after the last contingency_lose, by the limit that binds: W, VA, A of one phase, W of heat. */
struct contingency_node {
    enum contingency_limit limit; /* LIMIT_NONE: not rated */
    double before, after, usable; /* before: NAN where it is not known */
    double amperes[PHASES];       /* after it; NAN: no voltage is known */
    bool is_lower_bound;
};
void contingency_look(const struct contingency *contingency, uint32_t node, struct contingency_node *look);

/*
 * The state that the last contingency_lose leaves, so that one can ask what a further loss would do: lost
 * nodes are open, generators that started run, loads are as they have become. `present` and `loads` (n_nodes)
 * hold the state before it, and are changed; `supply` and `carries` are written.
 */
void contingency_write_after(const struct contingency *contingency, struct node_present *present,
                             struct node_load *loads, uint8_t *supply, float *carries);

#endif
