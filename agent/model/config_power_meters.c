/* SPDX-License-Identifier: Apache-2.0 */
/* Meters: none that counts twice in one line, and nodes that nothing meters. */
#include <stdlib.h>
#include <string.h>

#include "model/power_build.h"

/* --- one meter of two nodes in line --- */

struct use {
    const struct power_point *point;
    uint32_t node;
};

static int compare_points(const struct power_point *a, const struct power_point *b) {
    int order = strcmp(a->device ? a->device : "", b->device ? b->device : "");
    if (!order && a->part != b->part)
        order = a->part < b->part ? -1 : 1;
    if (!order)
        order = (a->depth > b->depth) - (a->depth < b->depth);
    for (size_t i = 0; i < a->depth && !order; i++)
        order = (a->id[i] > b->id[i]) - (a->id[i] < b->id[i]);
    return order ? order : strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

static int compare_uses(const void *a, const void *b) {
    const struct use *x = a, *y = b;
    int order = compare_points(x->point, y->point);
    return order ? order : (x->node > y->node) - (x->node < y->node);
}

/* A walk up from nodes: what was met in it, by its number, and from which of them. */
struct climb {
    struct power_build *build;
    uint32_t *met, *from, *stack;
    uint32_t number, n;
};

static void climb_from(struct climb *climb, uint32_t node, uint32_t from) {
    const struct power_node *at = &climb->build->power->nodes[node];
    for (size_t k = 0; k < at->n_sources; k++) {
        uint32_t source = at->sources[k].node;
        if (climb->met[source] == climb->number)
            continue;
        climb->met[source] = climb->number;
        climb->from[source] = from;
        climb->stack[climb->n++] = source;
    }
}

/* Nodes of one meter: whether one stands above another. What is above several is walked once. */
static void check_uses(struct climb *climb, const struct use *uses, size_t n) {
    const struct power_node *nodes = climb->build->power->nodes;
    climb->number++;
    climb->n = 0;
    for (size_t i = 0; i < n; i++)
        climb_from(climb, uses[i].node, uses[i].node);
    while (climb->n > 0) {
        uint32_t node = climb->stack[--climb->n];
        climb_from(climb, node, climb->from[node]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct setting at = {.at = uses[i].point->at, .text = ""};
        uint32_t node = uses[i].node;
        if (climb->met[node] == climb->number)
            power_refuse(
                climb->build, node, "meters", &at,
                "\"%.100s\" measures \"%.100s\", too, which stands below \"%.100s\": it would count twice",
                uses[i].point->device, nodes[climb->from[node]].name, nodes[node].name);
    }
}

static void check_lines(struct power_build *build) {
    const struct power_config *power = build->power;
    size_t n = 0, n_uses = 0;
    for (size_t i = 0; i < power->n_nodes; i++)
        n += power->nodes[i].n_meters;
    struct use *uses = power_take(build, n, sizeof(*uses));
    struct climb climb = {.build = build,
                          .met = power_take(build, power->n_nodes, sizeof(*climb.met)),
                          .from = power_take(build, power->n_nodes, sizeof(*climb.from)),
                          .stack = power_take(build, power->n_nodes, sizeof(*climb.stack))};
    for (uint32_t i = 0; uses && i < power->n_nodes; i++)
        for (size_t k = 0; k < power->nodes[i].n_meters; k++)
            uses[n_uses++] = (struct use){&power->nodes[i].meters[k], i};
    if (n_uses > 0)
        qsort(uses, n_uses, sizeof(*uses), compare_uses);
    for (size_t first = 0, i = 1; climb.met && climb.from && climb.stack && i <= n_uses; i++) {
        if (i < n_uses && compare_points(uses[first].point, uses[i].point) == 0)
            continue;
        if (i - first > 1)
            check_uses(&climb, &uses[first], i - first);
        first = i;
    }
    free(uses);
    free(climb.met);
    free(climb.from);
    free(climb.stack);
}

/* --- what nothing meters --- */

/* What is fed by metered nodes that feed nothing else is known from them. */
static bool is_known_from_sources(const struct power_config *power, const struct power_node *node,
                                  const uint32_t *n_fed) {
    for (size_t i = 0; i < node->n_sources; i++) {
        const struct power_node *source = &power->nodes[node->sources[i].node];
        if (source->n_meters == 0 || n_fed[node->sources[i].node] > 1)
            return false;
    }
    return node->n_sources > 0;
}

/* Only the topmost ones: what stands below is not metered either. */
static bool stands_on_blind(const struct power_node *node, const bool *metered) {
    for (size_t i = 0; i < node->n_sources; i++)
        if (!metered[node->sources[i].node])
            return true;
    return false;
}

static void check_blind(struct power_build *build) {
    const struct power_config *power = build->power;
    bool *metered = power_take(build, power->n_nodes, sizeof(*metered));
    uint32_t *n_fed = power_take(build, power->n_nodes, sizeof(*n_fed));
    for (size_t i = power->n_nodes; metered && n_fed && i-- > 0;) {
        const struct power_node *node = &power->nodes[i];
        bool is_pipe = node->kind == POWER_HEADER && node->n_sources == 0; /* it takes no power */
        metered[i] |= node->n_meters > 0 || build->written[i]->meters.n > 0 || is_pipe;
        for (size_t k = 0; k < node->n_sources; k++) {
            metered[node->sources[k].node] |= metered[i];
            n_fed[node->sources[k].node]++;
        }
    }
    for (uint32_t i = 0; metered && n_fed && i < power->n_nodes; i++)
        if (!metered[i] && !stands_on_blind(&power->nodes[i], metered) &&
            !is_known_from_sources(power, &power->nodes[i], n_fed))
            power_warn(build, i, "meters", &(struct setting){.text = ""},
                       "\"%.100s\" is not metered, and nothing below it is: its power will not be known",
                       power->nodes[i].name);
    free(metered);
    free(n_fed);
}

void power_check_meters(struct power_build *build) {
    check_lines(build);
    check_blind(build);
}
