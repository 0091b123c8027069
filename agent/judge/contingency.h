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

/* What one loss, or one set, does. */
struct contingency_result {
    uint32_t lost;      /* of a pass: the node */
    uint32_t first;     /* the node that exceeds its usable capacity by most, POWER_NO_NODE: none does */
    double first_ratio; /* its load over usable then */
    uint32_t worst;     /* the node with the least headroom then; POWER_NO_NODE: nothing rated is touched */
    double worst_headroom;                        /* 1 - load / usable; negative: exceeds */
    double worst_watts;                           /* the same in W (or VA, where that binds) */
    uint32_t n_exceeded, n_dropped, n_on_battery; /* nodes; dropped: loads that lose all supply */
    double dropped_watts;
    bool is_lower_bound; /* loads were not all known: it may be worse */
    bool is_known;       /* false: nothing can be said */
};

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

/* Of the last pass. `results`: one per node, of its loss. */
const struct contingency_result *contingency_results(const struct contingency *contingency);
/* The loss that leaves the least headroom anywhere; NULL before a pass and where nothing is rated. */
const struct contingency_result *contingency_worst(const struct contingency *contingency);
/* Per node: its greatest load over usable after any single loss, and which loss that is; NAN: not known. */
double contingency_failover_ratio(const struct contingency *contingency, uint32_t node, uint32_t *lost);
/* Per node with a rule: whether a single loss can still be borne. */
enum redundancy_state contingency_redundancy(const struct contingency *contingency, uint32_t node);

/* One set of losses, node by node: `ratio` (n_nodes) gets load over usable (NAN: not rated or unknown),
 * `after` the supply. */
void contingency_lose(struct contingency *contingency, const struct contingency_input *input,
                      const uint32_t *lost, size_t n_lost, struct contingency_result *result, double *ratio,
                      uint8_t *after);

#endif
