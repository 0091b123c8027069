/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adding up what goes to one node: readings of its meters, or shares of what it feeds. Keeps to what may be
 * added (power.md section 1): W, var and J add; VA is the root of the sums' squares, or a bound; amperes are
 * what W and var of a phase make at its voltage, or a bound. Pure.
 */
#ifndef HALLWATCH_JUDGE_SUM_TALLY_H
#define HALLWATCH_JUDGE_SUM_TALLY_H

#include "judge/sums.h"

enum adds {
    ADDS_STRAIGHT, /* on the same conductors: phases and amperes count as they are */
    ADDS_AS_PAIR,  /* a one-phase load between two phases: map[0] is the first of them */
    ADDS_APART     /* behind a transformer or converter: its power counts, evenly on all phases */
};
struct sum_part {
    const struct node_sum *sum;
    double share;   /* 0..1; negative: to be taken off */
    double weight;  /* expected load; NAN: not known */
    uint8_t kind;   /* enum adds */
    uint8_t phases; /* 3, else it has one conductor, whose figures stand at 0 */
    uint8_t map[PHASES];
};

struct tally {
    double watts, vars, voltamperes, joules;
    double phase_watts[PHASES], phase_vars[PHASES], phase_amperes[PHASES], pair_amperes[PHASES];
    double volts[PHASES];
    double apart_voltamperes; /* of what stands apart: amperes only at this node's voltage */
    unsigned n, n_straight, n_pair[PHASES], n_apart;
    double weight, measured, held;                         /* of parts whose weight is known */
    double n_weighed, n_plain, plain_measured, plain_held; /* of the others: counts */
    int64_t oldest_ms, newest_ms;
    uint32_t resets, flags;
    bool lacks_vars, lacks_voltamperes, lacks_phases, lacks_phase_vars, lacks_amperes, lacks_joules;
    bool is_unbounded; /* something to be taken off is not known */
    bool is_known;     /* some part is */
    bool is_single;    /* one part, whole and straight: it counts as it was measured */
};

void tally_begin(struct tally *tally);
void tally_add(struct tally *tally, const struct sum_part *part);
/* What it comes to for `node`; `weight` gets its expected load, NAN: not known. */
void tally_end(const struct tally *tally, const struct power_node *node, struct node_sum *sum,
               double *weight);

/* Nothing known at all. */
void sum_unknown(struct node_sum *sum);
/* Nothing comes here: what its meters said before, and silent ones went on saying, is over. Counters and
 * volts stay as they were told. */
void sum_dead(struct node_sum *sum);
/* The share that is left for what is not known; what rounding leaves is none. */
float sum_rest(double measured, double held);
/* The highest phase's; NAN: none known. */
double sum_highest(const double *phase_amperes);

#endif
