/* SPDX-License-Identifier: Apache-2.0 */
/* The sum of a node's own meters. Pure. */
#ifndef HALLWATCH_JUDGE_SUM_METERS_H
#define HALLWATCH_JUDGE_SUM_METERS_H

#include "judge/inputs.h"
#include "judge/sums.h"

/*
 * Sums the meters. `weight` gets the node's expected load, NAN: not known; `draws_ms` when they were last
 * seen to take power (the inputs' own clock), 0: they are not now, or nothing fresh says so. Returns whether
 * anything is known.
 */
bool sum_meters(const struct power_node *node, const struct meter *meters, uint32_t n, struct node_sum *sum,
                double *weight, int64_t *draws_ms);

#endif
