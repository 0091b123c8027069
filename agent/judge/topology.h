/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who feeds whom: the configured nodes as a graph, and which of its edges are live now. Sources have smaller
 * numbers than what they feed. Pure; no clock, no readings: the present state of breakers, transfer switches
 * and UPSes is handed in. Two networks on the same nodes: electricity along `sources`, heat along
 * `cooled_by`.
 */
#ifndef HALLWATCH_JUDGE_TOPOLOGY_H
#define HALLWATCH_JUDGE_TOPOLOGY_H

#include "model/power.h"

struct edge {
    uint32_t from, to;     /* source, fed node */
    uint8_t phase[PHASES]; /* which phase of `from` feeds L1, L2, L3 of `to` */
    uint8_t rank;          /* in the fed node's list */
};

/* A run of edge numbers. */
struct edge_run {
    uint32_t first, n;
};

struct topology {
    const struct power_config *power; /* borrowed */
    uint32_t n_nodes, n_edges;
    struct edge *edges;       /* by `to`, in order of preference: a node's sources stand together */
    struct edge_run *sources; /* per node, of `edges` */
    uint32_t *by_source;      /* edge numbers by `from` */
    struct edge_run *fed;     /* per node, of `by_source` */
    /* The same of heat: `from` carries the heat of `to` away. */
    uint32_t n_pipes;
    struct edge *pipes;
    struct edge_run *coolers;
    uint32_t *pipes_by_source;
    struct edge_run *cooled;
};

/* Borrows the configuration. 0 or ERROR_MEMORY. */
int topology_new(const struct power_config *power, struct topology **topology);
void topology_free(struct topology *topology); /* NULL is fine */

/* What is known of a node's own switch or machine. */
enum node_condition {
    CONDITION_UNKNOWN, /* nothing tells, or what tells is silent: taken as it was last known, else as normal
                        */
    CONDITION_NORMAL,  /* closed, running, on line */
    CONDITION_OPEN,    /* a breaker or tie that is open, a machine that is off or has failed */
    CONDITION_ON_BATTERY, /* a UPS, BBU: feeds on, from its battery */
    CONDITION_BYPASS,     /* a UPS: feeds on, without its protection */
    CONDITION_SELECTS,    /* an STS or ATS: feeds from the source of `selected` */
    CONDITION_OUT,        /* out of service: hallwatch maintain */
    CONDITION_STANDBY,    /* a generator, a pump: feeds nothing now, and starts by itself when it is needed */
};
struct node_present {
    uint8_t condition; /* enum node_condition */
    uint8_t selected;  /* rank of the source, of CONDITION_SELECTS */
    /* Of CONDITION_UNKNOWN: the condition last known; of CONDITION_OUT: what it is told to be all the same,
     * or CONDITION_OUT; else the same as the condition. */
    uint8_t was_known;
    bool is_contradicted; /* said to feed nothing, yet what is behind it takes power */
    uint32_t units_out;   /* of its units that have failed or are out of service */
    int64_t since_ms;     /* when the condition became this one; the caller's clock */
};
/*
 * The condition to reckon with: where it is unknown the one last known, else the node's normal one: open for
 * what is normally open, standing by for a generator. What is out of service and yet told to be on is on, for
 * as long as it is told so; how much it may be relied on is contingency's.
 */
enum node_condition topology_condition(const struct power_node *node, const struct node_present *present);
/* Whether power goes through the node, or comes from it, in that condition. What cools is fed whether it runs
 * or not. */
bool topology_conducts(const struct power_node *node, enum node_condition condition);
/* A battery or its like: gives power only where nothing else does. */
bool topology_is_storage(enum power_kind kind);

/* What follows for a node. */
enum node_supply {
    SUPPLY_LIVE,
    SUPPLY_BATTERY, /* itself or a source upstream stands on a battery, and nothing else feeds it */
    SUPPLY_DEAD,
    SUPPLY_UNDETERMINED /* a contradiction: said to be open, yet what it feeds takes power; or nothing known
                         */
};
/*
 * Which edges carry now, and what that makes of each node. `present`, `supply`: n_nodes; `carries`: n_edges,
 * 0..1 the share of the fed node's load that goes this way (equally, by preference, or in proportion to
 * `capacity`, the usable capacity of each node, W or VA; INFINITY: not known). A dead node's edges carry
 * nothing. Sources of which a node takes one: of a UPS, unless they are its modules, the first that is there,
 * on bypass the static bypass or else the last; of what prefers, the one selected, else the first that is
 * there. Batteries carry where nothing else does.
 */
void topology_settle(const struct topology *topology, const struct node_present *present,
                     const double *capacity, uint8_t *supply, float *carries);

/*
 * Contradictions: nodes said to feed nothing (open, out, standing by) although something behind them, which
 * nothing else feeds, was seen to take power after they were said so. Sets is_contradicted of each node;
 * topology_settle then takes those as feeding, and calls them undetermined. `supply`: as it is without
 * contradictions. `draws_ms`: when each node was last seen to take power, 0: it does not; `evidence`: n_nodes
 * for the working. Returns how many there are.
 */
size_t topology_contradict(const struct topology *topology, struct node_present *present,
                           const uint8_t *supply, const int64_t *draws_ms, int64_t *evidence);

#endif
