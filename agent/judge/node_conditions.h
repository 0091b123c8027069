/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conditions of nodes of the topology: their figures, as they were judged, against the rules of their
 * kind. Looks at nodes that changed; figures that change by themselves are looked at now and then.
 */
#ifndef HALLWATCH_JUDGE_NODE_CONDITIONS_H
#define HALLWATCH_JUDGE_NODE_CONDITIONS_H

#include "judge/alarms_inside.h"

/* Which nodes are held to which rules. 0 or ERROR_MEMORY. */
int node_conditions_new(struct alarms *alarms, struct node_conditions **conditions);
void node_conditions_free(struct node_conditions *conditions); /* NULL is fine */
void node_conditions_judge(struct alarms *alarms, const struct judged *judged, const struct judge_time *time);

#endif
