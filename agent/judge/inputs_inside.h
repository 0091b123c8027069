/* SPDX-License-Identifier: Apache-2.0 */
/* What inputs are inside, for the files that make them up: inputs.c, input_views.c, input_readings.c. */
#ifndef HALLWATCH_JUDGE_INPUTS_INSIDE_H
#define HALLWATCH_JUDGE_INPUTS_INSIDE_H

#include "judge/inputs.h"

/* Which meters and nodes ask for a device, or for a node of another gateway. */
enum use_kind { USE_METER, USE_DEVICE, USE_BREAKER, USE_ELSEWHERE };
struct use {
    char *name; /* normalized; elsewhere: behind a slash, which no device's name begins with */
    enum use_kind kind;
    uint32_t target; /* a meter, else a node */
};

/* Nodes, each at most once, in the order in which they came. */
struct node_queue {
    uint32_t *nodes;
    size_t n, next;
    uint8_t *is_in;
};

struct inputs {
    const struct power_config *power;
    struct meter *meters; /* by node */
    uint32_t n_meters;
    uint32_t *first_meter; /* n_nodes + 1 */
    struct node_tells *tells;
    struct use *uses; /* by name */
    size_t n_uses;
    struct binding **bindings; /* by the view's number */
    size_t n_bindings;
    struct node_queue metered, told;
    int64_t fresh_ms, held_ms;
    int64_t wall_ms, own_ms; /* of the last call */
    int64_t monotonic_ms;    /* of the last call that told it; 0: none did */
    int64_t age_due_ms;
    bool has_begun;
};

void inputs_note(struct node_queue *queue, uint32_t node);
/* What tells a node's state: its device, else its first meter's as a whole, for which `whole` is the room.
 * NULL: nothing. */
const struct power_point *inputs_device(const struct power_node *node, struct power_point *whole);
void inputs_free_binding(struct binding *binding); /* NULL is fine */

/* The binding for a batch of this view, made anew for a new one; NULL: the view is an old one, or of no
 * interest, or memory is short. */
struct binding *inputs_bind(struct inputs *inputs, struct device_view *view);
/* The view's device is there no more: nothing it said counts. */
void inputs_unbind(struct inputs *inputs, const struct device_view *view);
/* The node's tells have changed, or one of its meters' readings: whoever is behind `bound` is looked at. */
void inputs_note_bound(struct inputs *inputs, const struct binding *binding, size_t number);

#endif
