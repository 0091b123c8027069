/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of what breakers, switches and machines tell: the present condition of a node. Pure. */
#ifndef HALLWATCH_JUDGE_NODE_STATE_H
#define HALLWATCH_JUDGE_NODE_STATE_H

#include "judge/inputs.h"

/*
 * The condition that the tells make, with units out; `present` holds what it was before and is changed.
 * `draws`: its own meter sees power now, which proves a generator to run that tells nothing. Returns whether
 * anything of it has changed.
 */
bool node_state_note(const struct power_node *node, const struct node_tells *tells, bool is_out, bool draws,
                     int64_t now_ms, struct node_present *present);

#endif
