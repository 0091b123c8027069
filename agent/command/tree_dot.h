/* SPDX-License-Identifier: Apache-2.0 */
/* The topology as a graph for graphviz: open edges dashed, what is dead grey. Only `hallwatch tree` uses it.
 */
#ifndef HALLWATCH_COMMAND_TREE_DOT_H
#define HALLWATCH_COMMAND_TREE_DOT_H

#include <stdio.h>

#include "command/tree_text.h"

/* What is below `root`, it included, at most `depth` edges away; POWER_NO_NODE: all. 0 or ERROR_MEMORY. */
int tree_write_dot(const struct tree_look *look, const struct topology *topology, uint32_t root,
                   uint16_t depth, FILE *out);

#endif
