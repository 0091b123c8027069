/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is judged of a node, taken apart: each figure with its formula, its inputs and where it was
 * configured. Pure.
 */
#ifndef HALLWATCH_COMMAND_WHY_NODE_H
#define HALLWATCH_COMMAND_WHY_NODE_H

#include <jansson.h>

#include "base/text.h"
#include "judge/judge.h"

struct why {
    const struct site_config *config;
    const struct judge *judge;
    const struct judged *judged;
    struct judge_time time;
    const json_t *document; /* of the agent: its devices, its alarms */
    struct text *text;
};

enum { WHY_LABEL = 12 };
/* "power       ": what a paragraph is about. */
void why_begin(const struct why *why, const char *label);
/* "conf/power.csv:57"; nothing where it is not known. */
void why_add_spot(const struct why *why, const struct spot *at);

/* "1.05 MW"; "not known" */
void why_add_watts(const struct why *why, double watts);
/* The same in the unit of a budget or rating; "none" where it is infinite. */
void why_add_quantity(const struct why *why, enum budget_unit unit, double value);
void why_add_span(const struct why *why, double seconds);
void why_add_name(const struct why *why, uint32_t node);

void why_add_node(const struct why *why, uint32_t node);
/* Its parts: what feeds it now; what losses do. */
void why_add_supply(const struct why *why, uint32_t node);
void why_add_losses(const struct why *why, uint32_t node);

/* Its inputs: device, place, value, age, quality, and the register or object each comes from. */
void why_add_inputs(const struct why *why, uint32_t node);

#endif
