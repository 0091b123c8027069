/* SPDX-License-Identifier: Apache-2.0 */
/* The sum of what a node feeds, and of what feeds it. Pure. */
#ifndef HALLWATCH_JUDGE_SUM_CHILDREN_H
#define HALLWATCH_JUDGE_SUM_CHILDREN_H

#include "judge/sums.h"

/* Adds up what the node feeds, by the share that goes its way. `weights`: per node, the expected load; that
 * of the node itself is set. A node that feeds nothing at all is unknown. */
void sum_children(const struct topology *topology, const float *carries, const struct node_sum *sums,
                  double *weights, uint32_t node, struct node_sum *sum);

/* Whether the node has no meters and feeds nothing, while all that feeds it is metered and feeds nothing
 * else: a rack behind its two PDUs. */
bool sum_is_behind_meters(const struct topology *topology, uint32_t node);
/* Adds up the sources of such a node. */
void sum_sources(const struct topology *topology, const struct node_sum *sums, double *weights, uint32_t node,
                 struct node_sum *sum);

#endif
