/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What if: from the present state, what one loss, or a set of them, does to every other node. Load moves to
 * the partners that are left, by phase and by each load's behaviour, at constant voltamperes (power.md
 * sections 2 and 6). Pure. What follows is meant to be enough to calculate the same independently.
 *
 * PRESENT STATE
 *
 * 1.  Load of a node: W, VA and VA of each phase. VA of a phase: its amperes x its voltage; where any of
 *     its phases' amperes or the voltage is missing, VA / number of phases. VA missing: the sum of the
 *     phases, else W. W missing: VA. A node of one phase, or of direct current, has one phase, the first.
 *     Magnitudes count.
 * 2.  Voltage of a phase: measured (SUM_HAS_VOLTS), if it is at least half of the nominal one and 1 V; else
 *     the nominal: rating.volts, over root 3 of three-phase nodes; where that is not given, that of the
 *     first source that has one, not from a transformer and not between AC and DC (a one-phase node on a
 *     three-phase source: over root 3, unless it is line_to_line; the other way: times root 3). None: VA /
 *     sum of amperes; without a voltage amperes are not judged. Of one-phase line_to_line nodes always the
 *     nominal one.
 * 3.  Usable: W, VA and A as given (struct usable); a node's ratio is the greatest of load over usable over
 *     W, VA and its phases' A. VA count where the node's rating names VA, or has no A that can be judged.
 *     Of chillers, headers, CDUs and air units W are of heat, and judged there only (see HEAT).
 * 4.  What flows over a link (edge) that carries (carries > 0), in the fed node's phases, for each fed
 *     node:
 *     a. one source carries, and the node's load is known: the node's load;
 *     b. else from a source that carries for nothing else and whose load is known not only by 5 (a side that
 *        is measured): that load, in the fed node's phases;
 *     c. else, if the node's load is known: that less all of b (at least 0), by `carries` among the rest;
 *     d. else, for each source of known or (by 5) found load: its load less what is known of its links (at
 *        least 0), equally to all its links without; such flows are estimates.
 * 5.  A node without a load of its own has that of its links: what it feeds, where all links that carry to
 *     what it feeds are known by a to c (nothing, where none carries); else what it takes. Where a part of
 *     that is estimated or missing it is a lower bound.
 * 6.  Phases over a link: three to three as mapped; a one-phase node's is one of the source's; line_to_line
 *     stands on two phases of the source, each with VA / root 3; direct current: a third each; three phases
 *     on a source of one: all on it.
 *
 * A LOSS: who is still fed. Sources before what they feed:
 *
 * 7.  Dead: what is lost, and what does not conduct at present (topology_conducts): open, out of service (of
 *     which the input is to be without_out.h's, where it is told to be on).
 *     What stands by is dead until it starts (11).
 * 8.  A node takes from its sources that are not dead; from batteries (topology_is_storage) only where
 *     there is no other; on bypass a UPS only from its bypass. A UPS that has no module among its sources,
 *     what prefers and what selects takes from one: that from which it takes at present, if it is not dead,
 *     else the first. Nothing to take from: on its battery (a UPS, UPS module or BBU that is not on bypass
 *     and has no battery among its sources), else dead. What says that it is on battery now stays so.
 * 9.  On battery: what stands on its own or takes from batteries, or from what is on battery only.
 * 10. n_on_battery: nodes that go to battery; battery_s: the least autonomy_ms among those of them that
 *     hold themselves, and their batteries'. These are at once, before generators start.
 * 11. Then what stands by (CONDITION_STANDBY) starts where it is missed: upwards from each node that died
 *     or went to its own battery, through sources that are dead, but neither lost nor open or out; all is
 *     settled anew. start_s: the longest start_ms. n_interrupted: nodes dead at once and not any more.
 * 12. n_dropped: nodes that feed nothing, were not dead, are now and were not lost themselves; with their
 *     W. A switch that selects (CONDITION_SELECTS) and takes nothing at present does not go over.
 *
 * How much each carries. What is fed before its sources:
 *
 * 13. A node's load is what it was, plus what its links to what it feeds take more (or less). Negative
 *     components of the sum are 0. What is dead carries 0.
 * 14. A node that takes from nothing (dead, or on its own battery) takes 0 over each link.
 * 15. A node that takes from the same sources as before: what more it takes goes over its links by their
 *     present shares (VA of the flow over the sum of VA; no flow: `carries`).
 * 16. A node that takes from others than before: all it takes (the sum of what flowed to it, or its load if
 *     nothing did, plus what more it takes) is shared out: equally; in parallel: by the sources' usable W,
 *     else VA, if all of them have such, else equally. UPSes with modules: in parallel.
 * 17. What steps down (POWER_STEPS_DOWN) goes on with step_down of its own load (load less what it feeds) if
 *     it takes from fewer sources than it needs and did not before. It needs all it has, less the spare of
 *     its rule: N+k: k, 2N: half of them, rounded down; at least one.
 * 18. A UPS that held and is fed again takes, beside its load, CONTINGENCY_RECHARGE x its usable W (else
 *     VA, else load) in W and VA, equally by phase. Modelled is the state after walk-in, with all that was
 *     interrupted back as it was: block loading, inrush and the order of restarts are not.
 * 19. Lost unit (CONTINGENCY_ONE_UNIT): usable x (units in service - 1) / units in service; what takes from
 *     the node in parallel shares out anew (16) by capacity. Units in service: units - units_out.
 *
 * The result. Judged is each rated node that is not dead and that takes more than before (in any component,
 * by more than 1e-9 of it and 1e-6), or has lost a unit:
 *
 * 20. It exceeds where its ratio is above 1 (+ 1e-9). `first`: the greatest ratio of those; `worst`: the
 *     greatest of all judged. worst_watts: its W x (1 / ratio - 1), what could be added like what is there;
 *     without W, usable less load of what binds.
 * 21. is_lower_bound: a load that moved to other sources, was dropped, or of a judged node is not known or
 *     a lower bound. is_known is false where something rated was judged and no load of these was known,
 *     unless it exceeds by what came alone; and where a lost node's supply is undetermined.
 * 22. Failover ratio of a node of known load: the greatest of its present one and of those after each
 *     single loss of the pass for which it was judged.
 *
 * HEAT goes along `cooled_by` in the same way, in W, with these differences: a cooler is dead where its
 * electricity is; all coolers that are not dead are taken, in parallel (16, usable W). The heat of what
 * cools nothing is its W of electricity, as at present while it is fed; what cools carries what is led to
 *     it. Where a cooler from which a
 * node took dies, those of its coolers that stand by, and have something to run on, take over. n_uncooled:
 * nodes that cool nothing, go on, and have lost all coolers. The electricity of coolers stays as it is.
 *
 * REDUNDANCY of nodes with a rule is of their sources; of headers, and of nodes without sources, of their
 * coolers; of N+k with several units of its own, of these. Lost, if
 *     - the node is dead (unless all that feeds it stands by);
 *     - units: ratio x units / (units - k) is above 1, or units <= k;
 *     - fewer than k + 1 of its sources (2N: 2) are live or stand by; battery does not count;
 *     - k > 1: its load is above the sum of usable W (else VA) of those sources without the k greatest;
 *     - a single loss, of its sources themselves (N+k) or of anything (2N), kills it, or takes a source
 *       away and one that is left, from which it then takes, exceeds.
 * Planned: lost, and it or a source of it is out of service, or dead behind what is. Unknown: not lost, and
 * a load that was to be judged is not known or a lower bound, or a source is undetermined.
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
    double worst_watts;                           /* the same in W, at the load's power factor */
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
