/* SPDX-License-Identifier: Apache-2.0 */
/* Which series of a view a meter or a state point means: the rules of inputs.h, once per view. */
#ifndef HALLWATCH_JUDGE_INPUT_BIND_H
#define HALLWATCH_JUDGE_INPUT_BIND_H

#include "judge/inputs.h"

/* Gathers what is bound of one view; zeroed = empty. */
struct bounds {
    struct bound *bounds;
    size_t n, room;
    bool failed; /* out of memory */
};

void input_bind_add(struct bounds *bounds, struct bound bound);

/*
 * Adds what `view` says for the meter `number`. Gives the meter new sets, whose counters go on where the old
 * ones had the same places; at[] is filled by who sorts the bounds.
 */
void input_bind_meter(const struct device_view *view, const struct power_node *node, uint32_t number,
                      struct meter *meter, struct bounds *bounds);
/* Adds what tells the state of the node `number`: `point` is its device, or its breaker. */
void input_bind_device(const struct device_view *view, const struct power_node *node, uint32_t number,
                       const struct power_point *point, struct bounds *bounds);
void input_bind_breaker(const struct device_view *view, uint32_t number, const struct power_point *point,
                        struct bounds *bounds);
/* What another gateway's view says of its node's state. */
void input_bind_elsewhere(const struct device_view *view, uint32_t number, struct bounds *bounds);
/* Whether the device answers: tells of all that is bound. */
void input_bind_up(const struct device_view *view, struct bounds *bounds);

#endif
