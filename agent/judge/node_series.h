/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is published of nodes: a view per node, with its states at once when they change and its figures every
 * power.publish_ms, spread over that time. A sum that is only a lower bound has the point "at_least", and an
 * upper bound of VA or A the point "bound", so that neither is taken for the figure itself. Nodes of other
 * gateways are published by those. Pure.
 */
#ifndef HALLWATCH_JUDGE_NODE_SERIES_H
#define HALLWATCH_JUDGE_NODE_SERIES_H

#include "judge/judge.h"

struct node_series;

/*
 * Borrows configuration and topology. `generation` of the views: above that of any other node_series before
 * in this process. NULL when out of memory.
 */
struct node_series *node_series_new(const struct site_config *config, const struct topology *topology,
                                    uint32_t generation);
void node_series_free(struct node_series *series); /* NULL is fine */

/* Once per tick: notes which states have changed. */
void node_series_note(struct node_series *series, const struct judged *judged);
/* The next batch that is due, NULL where none is; valid until the next call of anything here. */
struct batch *node_series_next(struct node_series *series, const struct judged *judged,
                               const struct judge_time *time);
/* Instead of these, when the nodes are configured no more: the farewell of each node that was published. */
struct batch *node_series_farewell(struct node_series *series, const struct judge_time *time);

#endif
