/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of nodes, in which sources come before what they feed, and the circles that forbid one; and what
 * a gateway keeps. Walks take no recursion, and a time in proportion to nodes and links.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/power_build.h"

/* Which links count. */
enum network { ELECTRICITY = 1, HEAT = 2 };

struct order {
    struct power_build *build;
    unsigned networks;
    uint32_t n;
    uint32_t *first_fed,
        *fed;          /* fed[first_fed[i]] .. fed[first_fed[i + 1] - 1]: what node i feeds or cools */
    uint32_t *missing; /* how many of its sources are not yet in the order */
    uint32_t *at;      /* the order: numbers of nodes */
    uint32_t n_at;
};

static uint32_t count_sources(const struct order *order, const struct power_node *node) {
    return (order->networks & ELECTRICITY ? (uint32_t)node->n_sources : 0) +
           (order->networks & HEAT ? (uint32_t)node->n_cooled_by : 0);
}

/* Source `i` of a node: those of electricity come first. */
static uint32_t source_of(const struct order *order, const struct power_node *node, uint32_t i) {
    uint32_t n_sources = order->networks & ELECTRICITY ? (uint32_t)node->n_sources : 0;
    return i < n_sources ? node->sources[i].node : node->cooled_by[i - n_sources];
}

static void list_fed(struct order *order) {
    const struct power_node *nodes = order->build->power->nodes;
    for (uint32_t i = 0; i < order->n; i++)
        for (uint32_t k = 0; k < count_sources(order, &nodes[i]); k++)
            order->first_fed[source_of(order, &nodes[i], k) + 1]++;
    for (uint32_t i = 0; i < order->n; i++)
        order->first_fed[i + 1] += order->first_fed[i];
    for (uint32_t i = 0; i < order->n; i++)
        order->missing[i] = order->first_fed[i + 1]; /* for now: the end of what is free of its part */
    for (uint32_t i = order->n; i-- > 0;)
        for (uint32_t k = count_sources(order, &nodes[i]); k-- > 0;)
            order->fed[--order->missing[source_of(order, &nodes[i], k)]] = i;
}

/* Kahn: nodes whose sources all have their place get the next ones, in the order in which they are written.
 */
static void sort_nodes(struct order *order) {
    const struct power_node *nodes = order->build->power->nodes;
    for (uint32_t i = 0; i < order->n; i++) {
        order->missing[i] = count_sources(order, &nodes[i]);
        if (order->missing[i] == 0)
            order->at[order->n_at++] = i;
    }
    for (uint32_t done = 0; done < order->n_at; done++) {
        uint32_t node = order->at[done];
        for (uint32_t k = order->first_fed[node]; k < order->first_fed[node + 1]; k++)
            if (--order->missing[order->fed[k]] == 0)
                order->at[order->n_at++] = order->fed[k];
    }
}

static void free_order(struct order *order) {
    free(order->first_fed);
    free(order->fed);
    free(order->missing);
    free(order->at);
}

static bool make_order(struct power_build *build, unsigned networks, struct order *order) {
    uint32_t n = (uint32_t)build->power->n_nodes;
    size_t n_links = 0;
    *order = (struct order){.build = build, .networks = networks, .n = n};
    for (uint32_t i = 0; i < n; i++)
        n_links += count_sources(order, &build->power->nodes[i]);
    order->first_fed = power_take(build, n + 1, sizeof(uint32_t));
    order->fed = power_take(build, n_links, sizeof(uint32_t));
    order->missing = power_take(build, n, sizeof(uint32_t));
    order->at = power_take(build, n, sizeof(uint32_t));
    if (!order->first_fed || !order->fed || !order->missing || !order->at)
        return false;
    list_fed(order);
    sort_nodes(order);
    return true;
}

/* --- circles --- */

static uint32_t unplaced_source(const struct order *order, uint32_t number) {
    const struct power_node *node = &order->build->power->nodes[number];
    uint32_t k = 0;
    while (order->missing[source_of(order, node, k)] == 0)
        k++;
    return source_of(order, node, k);
}

/* All of its names, from one node up to the same again. */
static void refuse_circle(const struct order *order, uint32_t first) {
    enum { NAMED_MOST = 24 };
    struct power_build *build = order->build;
    const struct power_node *nodes = build->power->nodes;
    struct text names = {0};
    uint32_t node = first;
    size_t n = 0;
    bool has_tie = false;
    do {
        if (n++ < NAMED_MOST)
            text_add_format(&names, "%.60s <- ", nodes[node].name);
        has_tie |= nodes[node].kind == POWER_TIE;
        node = unplaced_source(order, node);
    } while (node != first);
    if (n > NAMED_MOST)
        text_add_format(&names, "%zu more <- ", n - NAMED_MOST);
    bool is_heat = order->networks == HEAT;
    power_refuse(build, first, is_heat ? "cooled_by" : "sources", &build->written[first]->name,
                 "%s: %s%.60s%s", is_heat ? "cools itself" : "feeds itself", names.data ? names.data : "",
                 nodes[first].name,
                 has_tie ? "; a tie takes from the incomers of both buses, and both buses take from it" : "");
    text_done(&names);
}

/* Each circle that is met on a walk upstream from what has no place. */
static void refuse_circles(const struct order *order) {
    uint32_t *walk = power_take(order->build, order->n, sizeof(*walk)); /* which walk was there; 0: none */
    for (uint32_t i = 0; walk && i < order->n; i++) {
        if (order->missing[i] == 0 || walk[i])
            continue;
        uint32_t node = i;
        for (; !walk[node]; node = unplaced_source(order, node))
            walk[node] = i + 1;
        if (walk[node] == i + 1)
            refuse_circle(order, node);
    }
    free(walk);
}

/* False after the circles were said. */
static bool has_no_circle(struct power_build *build, unsigned network) {
    struct order order;
    bool right = make_order(build, network, &order) && order.n_at == order.n;
    if (!right && order.n_at < order.n && order.at)
        refuse_circles(&order);
    free_order(&order);
    return right;
}

/* --- nodes in another order --- */

/* Node `at[i]` becomes node `i`; those that are not there go. */
static void move_nodes(struct power_build *build, const uint32_t *at, uint32_t n) {
    struct power_config *power = build->power;
    struct power_node *nodes = power_take(build, n, sizeof(*nodes));
    const struct power_node_settings **written = power_take(build, n, sizeof(*written));
    uint32_t *now = power_take(build, power->n_nodes, sizeof(*now));
    if (nodes && written && now) {
        for (uint32_t i = 0; i < n; i++)
            now[at[i]] = i;
        for (uint32_t i = 0; i < n; i++) {
            nodes[i] = power->nodes[at[i]];
            written[i] = build->written[at[i]];
            for (size_t k = 0; k < nodes[i].n_sources; k++)
                nodes[i].sources[k].node = now[nodes[i].sources[k].node];
            for (size_t k = 0; k < nodes[i].n_cooled_by; k++)
                nodes[i].cooled_by[k] = now[nodes[i].cooled_by[k]];
        }
        free(power->nodes);
        free(build->written);
        power->nodes = nodes;
        power->n_nodes = n;
        build->written = written;
    } else {
        free(nodes);
        free(written);
    }
    free(now);
}

/* Coolers stand before what they cool, too, unless they are fed by it. */
bool power_order(struct power_build *build) {
    struct order order;
    bool right = has_no_circle(build, ELECTRICITY);
    right &= has_no_circle(build, HEAT);
    if (!right)
        return false;
    right = make_order(build, ELECTRICITY | HEAT, &order);
    if (right && order.n_at < order.n) {
        free_order(&order);
        right = make_order(build, ELECTRICITY, &order);
    }
    if (right)
        move_nodes(build, order.at, order.n_at);
    free_order(&order);
    return right;
}

/* --- what a gateway keeps --- */

static void forget_points(struct power_node *node) {
    for (size_t i = 0; i < node->n_meters; i++)
        power_point_done(&node->meters[i]);
    free(node->meters);
    node->meters = NULL;
    node->n_meters = 0;
    power_point_free(node->device);
    power_point_free(node->breaker);
    node->device = node->breaker = NULL;
}

static void keep_node(uint32_t node, bool *keep, uint32_t *stack, uint32_t *n) {
    if (keep[node])
        return;
    keep[node] = true;
    stack[(*n)++] = node;
}

/* Whether it is part of the sum of a node that this gateway judges: without it the sum would seem whole. */
static bool is_summed_here(const struct power_config *power, const struct power_node *node) {
    for (size_t k = 0; k < node->n_sources; k++) {
        const struct power_node *source = &power->nodes[node->sources[k].node];
        if (!source->elsewhere && source->n_meters == 0)
            return true;
    }
    return false;
}

/* Nodes of this gateway, what their sums need, and all that these stand on. */
static void choose_kept(const struct power_build *build, bool *keep, uint32_t *stack) {
    const struct power_config *power = build->power;
    uint32_t n = 0;
    for (uint32_t i = 0; i < power->n_nodes; i++)
        if (!power->nodes[i].elsewhere || build->build->is_site || is_summed_here(power, &power->nodes[i]))
            keep_node(i, keep, stack, &n);
    while (n > 0) {
        const struct power_node *node = &power->nodes[stack[--n]];
        for (size_t k = 0; k < node->n_sources; k++)
            keep_node(node->sources[k].node, keep, stack, &n);
        for (size_t k = 0; k < node->n_cooled_by; k++)
            keep_node(node->cooled_by[k], keep, stack, &n);
    }
}

void power_prune(struct power_build *build) {
    struct power_config *power = build->power;
    bool *keep = power_take(build, power->n_nodes, sizeof(*keep));
    uint32_t *at = power_take(build, power->n_nodes, sizeof(*at)), n = 0;
    if (keep && at)
        choose_kept(build, keep, at);
    for (uint32_t i = 0; keep && at && i < power->n_nodes; i++) {
        if (power->nodes[i].elsewhere)
            forget_points(&power->nodes[i]);
        if (keep[i])
            at[n++] = i;
        else
            power_node_done(&power->nodes[i]);
    }
    if (keep && at && n < power->n_nodes)
        move_nodes(build, at, n);
    free(keep);
    free(at);
}
