/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One of the two networks on the topology's nodes, as contingency goes through it: electricity along
 * `sources`, heat along `cooled_by`. Its nodes have places of their own, in which each stands behind what it
 * takes from. Links say how the phases of a fed node lie on those of its source. Constant once made.
 */
#ifndef HALLWATCH_JUDGE_NETWORK_H
#define HALLWATCH_JUDGE_NETWORK_H

#include "judge/topology.h"

/* What flows, in the order of `struct flow`: W, VA, and VA of each phase. Of heat only W. One is never used:
 * an even number lets compilers take two at once. */
enum { FLOW_W, FLOW_VA, FLOW_PHASE, FLOWS = FLOW_PHASE + PHASES + 1 };
struct flow {
    double of[FLOWS];
};

enum link_kind {
    LINK_PHASES,  /* three phases to three, as mapped */
    LINK_PHASE,   /* the only phase of the fed node is one of the source */
    LINK_BETWEEN, /* the fed node stands between two phases of the source */
    LINK_EQUALLY, /* direct current of three phases */
    LINK_TO_ONE   /* all phases of the fed node are the source's only one */
};
struct network_link {
    uint32_t from, to; /* places */
    uint8_t kind;      /* enum link_kind */
    uint8_t phase[PHASES];
    uint8_t rank; /* among the fed node's */
};

struct network {
    bool is_heat;
    uint32_t n, n_links;
    uint32_t *node;             /* per place: of the topology */
    uint32_t *place;            /* per node of the topology; POWER_NO_NODE: not in this network */
    struct network_link *links; /* by `to` and rank; of electricity in the order of the topology's edges */
    struct edge_run *sources;   /* per place, of `links` */
    uint32_t *by_source;        /* links by `from` */
    struct edge_run *fed;       /* per place, of `by_source` */
};

/* Of a node, at most so many sources are looked at: a mask has so many bits. */
enum { NETWORK_SOURCES_MOST = 64 };

/* Of electricity: all nodes, in the topology's order. 0 or ERROR_MEMORY. */
int network_init_power(struct network *network, const struct topology *topology);
/* Of heat: the nodes that cool or are cooled. Those in a circle are left out. 0 or ERROR_MEMORY. */
int network_init_heat(struct network *network, const struct topology *topology);
void network_done(struct network *network); /* zeroed is fine */

/* Adds the flow of the fed node, in its phases, to that of its source, in the source's. */
void network_add_flow(const struct network_link *link, const struct flow *of_fed, struct flow *of_source);
/* What the source carries, in its phases, as the fed node takes it, in its own. */
struct flow network_flow_of_source(const struct network_link *link, const struct flow *of_source);

#endif
