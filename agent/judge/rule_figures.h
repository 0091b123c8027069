/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a node that rules are held against. Pure; what cannot be said is NAN. */
#ifndef HALLWATCH_JUDGE_RULE_FIGURES_H
#define HALLWATCH_JUDGE_RULE_FIGURES_H

#include "judge/alarm_rules.h"
#include "judge/judge.h"

/* What a node was seen with before, for what needs a past. Starts zeroed. */
struct node_past {
    double watts;
    int64_t newest_ms;
};

struct node_figure {
    double value;
    bool is_lower_bound; /* at least so much */
    bool is_kept;        /* below its limit it stays as it was: until the block ends */
    bool is_old;         /* nothing new since it was looked at: as it was */
};

/* Whether a node of that kind and with what it was given can have it at all. */
bool node_has_figure(const struct topology *topology, uint32_t node, enum rule_figure figure);
struct node_figure node_figure(const struct judged *judged, uint32_t node, enum rule_figure figure,
                               struct node_past *past);

#endif
