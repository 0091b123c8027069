/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a node: one table of figures, each with its series and what a node must have for it. Pure.
 */
#ifndef HALLWATCH_JUDGE_NODE_FIGURES_H
#define HALLWATCH_JUDGE_NODE_FIGURES_H

#include "judge/judge.h"
#include "model/series.h"

/* Figures by number; those below N_STATE_FIGURES are states, which are urgent. */
enum { N_STATE_FIGURES = 2, N_FIGURES = 37, FIGURE_SHAPES = 64 };

/* What the node has, as bits below FIGURE_SHAPES: nodes of the same have the same figures. */
unsigned figures_needed(const struct power_config *power, const struct power_node *node);
/* The series of a figure; NULL where a node that has this does not tell it. */
const struct series *figures_series(unsigned figure, unsigned has);

/* The values of the states, and of the rest, into values[N_FIGURES]; NAN: not known, not to be told. */
void figures_write_states(const struct judged *judged, uint32_t node, double *values);
void figures_write(const struct judged *judged, uint32_t node, double *values);

#endif
