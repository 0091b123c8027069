/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of its budget a node uses: the levels in force at this time of the week, what is left, and for how
 * long it was over. Pure. Levels in percent are of the node's usable capacity.
 */
#ifndef HALLWATCH_JUDGE_BUDGET_H
#define HALLWATCH_JUDGE_BUDGET_H

#include "judge/sums.h"

struct budget_state {
    enum budget_unit unit; /* BUDGET_NONE: no budget, or no level can be judged */
    double value;          /* what the node uses, in `unit` (W, A of the highest phase, VA); NAN: not known */
    double warning, critical;               /* levels in force, in the same unit; INFINITY: none */
    double headroom;                        /* critical (else warning) minus value; in `unit` */
    double headroom_watts;                  /* the same in W; NAN where it cannot be said */
    double over_warning_s, over_critical_s; /* accumulated since the start, or since they were restored */
    bool is_lower_bound;
};

/* The period of the week that holds, NULL: none does. `week_min` as below. */
const struct budget_period *budget_period_at(const struct power_budget *budget, unsigned week_min);

/* The state of one node. `week_min`: minutes since Monday 00:00 in the site's time zone. Keeps the
 * accumulators. */
void budget_judge(const struct power_node *node, const struct node_sum *sum, const struct usable *usable,
                  unsigned week_min, double elapsed_s, struct budget_state *state);

#endif
