/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each node carries: its meters' readings, or the sum of what it feeds, at one instant, with how much of
 * it is known. Changed nodes are computed anew bottom-up, never by adding differences. Pure: readings are
 * handed in as inputs, time too.
 *
 * Only W, var, J and varseconds add. Amperes and voltamperes of different nodes add as an upper bound only,
 * said so (BOUND_...), and never across a transformer or a UPS. A double-fed load counts once: a node that
 * sums takes of each fed node the share that goes its way. Rules: power.md sections 1, 2 and 6.
 */
#ifndef HALLWATCH_JUDGE_SUMS_H
#define HALLWATCH_JUDGE_SUMS_H

#include "drivers/catalog.h"
#include "judge/topology.h"

enum sum_flag {
    SUM_LOWER_BOUND = 1 << 0, /* part is unknown: at least this much. May raise an alarm, never clears one */
    SUM_VA_IS_BOUND = 1 << 1, /* voltamperes: an upper bound, because some var is not known */
    SUM_A_IS_BOUND = 1 << 2,  /* amperes: the same */
    SUM_HAS_PHASES = 1 << 3,  /* watts per phase are there */
    SUM_HAS_VARS = 1 << 4,
    SUM_HAS_AMPERES = 1 << 5,
    SUM_HAS_VOLTS = 1 << 6,
    SUM_HAS_ENERGY = 1 << 7,
    SUM_MEASURED = 1 << 8, /* by meters of its own, not by adding what it feeds */
};

/* Base units. What is not there (flags) is NAN. Nodes with one conductor, of one phase or of direct current,
 * have their figures at index 0. */
struct node_sum {
    double watts, vars, voltamperes, joules; /* of all phases */
    double phase_watts[PHASES], phase_vars[PHASES], phase_amperes[PHASES], phase_volts[PHASES];
    double amperes; /* of the highest phase */
    /* Shares of the inputs by weight (expected load): 0..1, together 1. Held: the last good value, not yet
     * too old. */
    float measured, held, unknown;
    int64_t oldest_ms, newest_ms; /* wall clock of its inputs; 0: none. Their distance is the skew */
    uint32_t energy_resets; /* times that one of its counters ran backwards or leapt: that step is lost */
    uint32_t flags;         /* enum sum_flag */
};

struct sums;

/* Borrows the topology. NULL when out of memory. */
struct sums *sums_new(const struct topology *topology);
void sums_free(struct sums *sums);

/* --- inputs: readings of the meters of nodes, and states of nodes --- */

struct batch;
/*
 * Takes what a batch says of the nodes' meters and state points, by device name and place; the batch stays
 * the caller's. `now_ms`: wall clock. Returns whether a state (breaker, transfer switch, UPS mode,
 * availability) has changed.
 */
bool sums_take(struct sums *sums, const struct batch *batch, int64_t now_ms);
/*
 * One instant on both clocks, before what is said of it: a wall clock that is set then makes no input old. A
 * clock that steps back does not, even without this.
 */
void sums_synchronize(struct sums *sums, int64_t now_ms, int64_t monotonic_ms);
/* Inputs grow old: looked at with each tick. True where a state was last known too long ago now. */
bool sums_age(struct sums *sums, int64_t now_ms);
/* Node `node` is out of service, or back. */
void sums_set_out(struct sums *sums, uint32_t node, bool out);

/* Computes what has changed since the last call. Returns how many nodes were computed. */
size_t sums_settle(struct sums *sums, int64_t now_ms);

/* The nodes that the last settling computed: those whose sum, state or supply may be another than before. */
const uint32_t *sums_changed(const struct sums *sums, size_t *n);

/* Of all nodes, valid until the next call of anything above. */
const struct node_sum *sums_of(const struct sums *sums);
const struct node_present *sums_present(const struct sums *sums);
const uint8_t *sums_supply(const struct sums *sums); /* enum node_supply */
const float *sums_carries(const struct sums *sums);  /* per edge of the topology */

/*
 * The means and peaks that ratings are judged by (power.md section 2): the mean of the last 60 s for breakers
 * and transformers, the maximum of the last second for UPSes and generators, in the terms of the node's
 * rating.
 */
struct node_load {
    double watts, voltamperes, phase_amperes[PHASES];
    bool is_lower_bound;
};
void sums_load(const struct sums *sums, uint32_t node, struct node_load *load);

/*
 * What each node feeds, added up as it goes its way: for holding a node's own meters against it. NAN where it
 * feeds nothing, or not all of that is measured now.
 */
double sums_children_watts(const struct sums *sums, uint32_t node);

/*
 * What a node can carry lastingly: rating x continuous ratio x derating x units in service; a rating is of
 * one unit. INFINITY where nothing was given; voltamperes also follow from amperes and volts. Amperes per
 * phase.
 */
struct usable {
    double watts, voltamperes, amperes;
};
struct usable usable_of(const struct power_node *node, const struct node_present *present);
/* The same of the electricity that it takes: the W of what cools are of heat, and limit no electricity. */
struct usable usable_electric(const struct power_node *node, const struct usable *usable);
/* The greatest of load over usable, over W, VA and the phases; 0 where nothing is rated; NAN: load unknown.
 */
double usable_ratio(const struct usable *usable, const struct node_load *load);

/* One input as `hallwatch why` shows it. */
struct sum_input {
    const char *device;
    enum quantity quantity;
    const struct place *place;
    double value;
    int64_t time_ms;
    uint8_t quality; /* enum quality */
    bool is_held;
};
typedef void sums_show(void *context, const struct sum_input *input);
/* Shows the inputs of a node's own meters and states. */
void sums_explain(const struct sums *sums, uint32_t node, sums_show *show, void *context);

#endif
