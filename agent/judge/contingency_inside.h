/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of contingency share: the present state of a network, and what one loss makes of it. */
#ifndef HALLWATCH_JUDGE_CONTINGENCY_INSIDE_H
#define HALLWATCH_JUDGE_CONTINGENCY_INSIDE_H

#include <assert.h>

#include "judge/contingency.h"
#include "judge/network.h"
#include "judge/order_queue.h"

enum present_flag {
    PRESENT_KNOWN = 1 << 0,      /* its load is a reading, or a sum of such */
    PRESENT_LOWER = 1 << 1,      /* at least so much, or an estimate */
    PRESENT_BLOCKED = 1 << 2,    /* open, off, failed, out of service */
    PRESENT_HOLDS = 1 << 3,      /* it has a battery of its own */
    PRESENT_IS_BATTERY = 1 << 4, /* it is one: feeds where nothing else does */
    PRESENT_ON_BATTERY = 1 << 5, /* its machine says so: it takes nothing */
    PRESENT_STANDBY = 1 << 6,    /* it can start */
    PRESENT_STEPS_DOWN = 1 << 7,
    PRESENT_RATED = 1 << 8,
    PRESENT_PREFERS = 1 << 9,
    PRESENT_PARALLEL = 1 << 10,
    PRESENT_HAS_RULE = 1 << 11, /* of redundancy, about its sources in this network */
    PRESENT_OF_PATH = 1 << 13,  /* that rule: 2N, whatever is lost */
    PRESENT_PLANNED = 1 << 12,  /* out of service, or dead behind what is */
};

/* In the order of use: what decides who is fed stands in the first line of the cache (64 bytes), what every
 * loss looks at in the first two. */
struct present_node {
    uint32_t flags;      /* enum present_flag */
    uint8_t supply;      /* enum node_supply */
    uint8_t n_needed;    /* sources, below which it steps down */
    uint64_t carrying;   /* which of its sources, by rank */
    uint64_t allowed;    /* sources that it may take from */
    struct flow load;    /* 0 where nothing is known */
    struct flow inverse; /* 1 / usable; 0: not rated */
    double ratio;        /* load over usable; NAN: rated and not known; 0: not rated */
    double capacity;     /* for shares in proportion; INFINITY: not given */
    double volts[PHASES];
    uint32_t units; /* of it, in service */
    char rest[28];
};

enum after_flag {
    AFTER_LOST = 1 << 0,
    AFTER_STARTED = 1 << 1,  /* a generator */
    AFTER_RESHARES = 1 << 2, /* its sources are the same, and can carry less */
    AFTER_FEWER_UNITS = 1 << 3,
    AFTER_SOUGHT = 1 << 5,   /* a generator was looked for above it */
    AFTER_WAS_DEAD = 1 << 6, /* before generators started */
    AFTER_WAS_HELD = 1 << 7, /* the same: by its own battery */
    AFTER_MOVED = 1 << 9,    /* it is in that list */
    AFTER_DIED = 1 << 8,     /* of heat: it has no electricity any more */
};

/* One line. */
struct after_node {
    uint32_t epoch; /* of the loss that touched it */
    uint8_t supply;
    uint16_t flags;
    uint64_t carrying;
    struct flow more; /* than at present, of what it feeds */
};

enum { CACHE_LINE = 64 };
static_assert(sizeof(struct present_node) % CACHE_LINE == 0, "whole lines");
static_assert(sizeof(struct after_node) == CACHE_LINE, "one line");

/* One network, at present and after the loss at hand. */
struct grid {
    struct network network;
    struct present_node *present;
    struct flow *flows; /* per link, in the fed node's phases: what it carries at present */
    double *shares;     /* per link: of the fed node's */
    struct after_node *after;
    uint64_t *roots; /* per place: what it takes from in the end, a bit for each (or for several together) */
    uint64_t grown_roots; /* of the loss: of all that is to carry more */
    uint32_t n_unsettled; /* of `moved`, while it is found how much each carries */
    uint32_t *moved; /* places: they take from others than at present, died, or are otherwise to be judged */
    uint32_t n_moved, n_battery, epoch; /* n_battery: that have gone to battery */
    uint32_t *stack;                    /* of places, while one leads to others; each is on it once */
    struct order_queue queue;
};

/* Its greatest ratio after any single loss. */
struct failover {
    double ratio;
    uint32_t lost;
};

struct contingency {
    const struct topology *topology;
    const struct contingency_input *input; /* during a call */
    struct grid power, heat;
    double *volts;   /* per node, nominal: of the circuit, between phases of three; 0: not known */
    uint64_t *known; /* per place of electricity, for the present state: links, by rank */
    uint32_t *n_out; /* per place of electricity, for the present state: how many links carry */
    struct failover *failovers;
    uint8_t *broken;                    /* per node: enum broken */
    struct contingency_result *results; /* n_nodes, then those of units */
    size_t n_results;
    const struct contingency_result *worst;
    bool has_pass, in_pass;
    /* The loss at hand. */
    struct contingency_result *result;
    bool had_rated, had_ratio; /* something rated was touched; and could be judged */
};

/* What single losses say of a node's redundancy. */
enum broken { BROKEN_NOT, BROKEN_UNSURE, BROKEN_YES };

/* --- one node of the present state (contingency_node.c) --- */

/* Nominal voltages. */
void contingency_find_volts(const struct topology *topology, double *volts);
/* All but what its sources say, and what follows from that. */
void contingency_prepare_node(const struct contingency *contingency, uint32_t number,
                              struct present_node *present);
void contingency_prepare_cooler(const struct contingency *contingency, uint32_t number,
                                struct present_node *present);
static inline double contingency_ratio(const struct present_node *node, const struct flow *load) {
    double ratio = 0;
    for (int i = 0; i < FLOWS; i++) {
        double of = load->of[i] * node->inverse.of[i];
        ratio = of > ratio ? of : ratio;
    }
    return ratio;
}

/* --- the present state (contingency_present.c) --- */

void contingency_prepare(struct contingency *contingency);

/* A ratio above this exceeds. */
#define CONTINGENCY_FULL (1 + 1e-9)

/* --- what a loss leaves of a node (contingency.c) --- */

/* A rated node that carries more than at present, or has fewer units. */
void contingency_judge(struct contingency *contingency, const struct grid *grid, uint32_t place);

/* NAN where either is. */
double contingency_greater(double a, double b);

/* --- one node after a loss (contingency_look.c) --- */

/* Which of the flows comes nearest to its limit; FLOWS: none has one. */
int grid_find_binding(const struct grid *grid, uint32_t place, const struct flow *load);
/* The share of its units that is left to the node; 1 where it is not one of these that is lost. */
double grid_units_left(const struct grid *grid, uint32_t place);
struct flow grid_load_after(const struct grid *grid, uint32_t place);
double grid_ratio_after(const struct grid *grid, uint32_t place);

/* --- who is fed after a loss (contingency_supply.c) --- */

/* Here, to be taken in, for they are called for every node of every loss. */
static inline struct after_node *grid_touch(struct grid *grid, uint32_t place) {
    struct after_node *after = &grid->after[place];
    if (after->epoch == grid->epoch)
        return after;
    after->epoch = grid->epoch;
    after->supply = grid->present[place].supply;
    after->carrying = grid->present[place].carrying;
    after->flags = 0;
    after->more = (struct flow){0};
    return after;
}

static inline bool grid_is_touched(const struct grid *grid, uint32_t place) {
    return grid->after[place].epoch == grid->epoch;
}

static inline uint8_t grid_supply(const struct grid *grid, uint32_t place) {
    return grid_is_touched(grid, place) ? grid->after[place].supply : grid->present[place].supply;
}

static inline uint64_t grid_carrying(const struct grid *grid, uint32_t place) {
    return grid_is_touched(grid, place) ? grid->after[place].carrying : grid->present[place].carrying;
}

static inline bool grid_has_flag(const struct grid *grid, uint32_t place, unsigned flag) {
    return grid_is_touched(grid, place) && (grid->after[place].flags & flag);
}

static inline void grid_note_moved(struct grid *grid, uint32_t place) {
    struct after_node *after = grid_touch(grid, place);
    if (!(after->flags & AFTER_MOVED))
        grid->moved[grid->n_moved++] = place;
    after->flags |= AFTER_MOVED;
}

/* Of the next loss nothing is touched yet. */
static inline void grid_begin(struct grid *grid) {
    grid->epoch++;
    grid->n_moved = grid->n_battery = 0;
}

void grid_mark(struct grid *grid, uint32_t place, enum after_flag flag); /* touches and queues it */
/* Settles the queue's nodes and what follows from them. */
void grid_spread(struct grid *grid);
/* Notes what is dead, or stands on batteries, at once, and lets generators take over. */
void contingency_start_generators(struct contingency *contingency);
/* What stands by beside a cooler that is lost takes over. */
void contingency_start_coolers(struct contingency *contingency);

/* --- one loss (contingency_loss.c) --- */

/* Goes through both networks and fills *result. `lost`: nodes, or'ed with CONTINGENCY_ONE_UNIT. */
void contingency_settle(struct contingency *contingency, const uint32_t *lost, size_t n_lost,
                        struct contingency_result *result);
/* Shares of its carrying sources, by its behaviour; 0 of the others. `shares`: one per source. */
void grid_find_shares(const struct grid *grid, uint32_t place, uint64_t carrying, double *shares);

/* --- what a loss says of redundancy (contingency_redundancy.c) --- */

void contingency_note_redundancy(struct contingency *contingency);
/* What is out of service, or dead behind what is. */
void contingency_find_planned(struct contingency *contingency, struct grid *grid);

#endif
