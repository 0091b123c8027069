/* SPDX-License-Identifier: Apache-2.0 */
/* What sums are inside, for the two files that make them up: sums.c and sums_look.c. */
#ifndef HALLWATCH_JUDGE_SUMS_INSIDE_H
#define HALLWATCH_JUDGE_SUMS_INSIDE_H

#include "judge/inputs.h"
#include "judge/node_window.h"
#include "judge/sums.h"

struct sums {
    const struct topology *topology;
    struct inputs *inputs;
    /* Per node. */
    struct node_sum *sums;
    struct node_present *present;
    uint8_t *supply, *supply_before, *supply_said; /* said: as states have it, contradictions left out */
    double *capacity, *weights;
    double *joules, *joules_before; /* of nodes that add up: as said last, and what came before it */
    struct node_window *windows;
    int64_t *draws_ms, *evidence;
    bool *is_out, *is_behind_meters, *is_blind; /* blind: its own meters say nothing; it adds up instead */
    bool *is_rerouted;                          /* what it feeds, it feeds by other shares than before */
    float *carries, *carries_before;            /* per edge */
    uint64_t *due;                              /* a bit a node: to be added up anew */
    uint32_t *changed, *stamps;
    size_t n_changed;
    uint32_t stamp;
    int64_t now_ms; /* the inputs' own time */
    bool is_topology_due;
};

#endif
