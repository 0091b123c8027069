/* SPDX-License-Identifier: Apache-2.0 */
/* Puts nodes in order and links by both ends, and carries flows over links. */
#include "judge/network.h"

#include <stdlib.h>

#include "base/error.h"

static const double third = 1.0 / 3, root_3 = 1.7320508075688772;

static bool allocate(struct network *network, const struct topology *topology, uint32_t n_links) {
    size_t n = topology->n_nodes + (size_t)1, links = n_links + (size_t)1;
    network->node = calloc(n, sizeof(*network->node));
    network->place = calloc(n, sizeof(*network->place));
    network->sources = calloc(n, sizeof(*network->sources));
    network->fed = calloc(n, sizeof(*network->fed));
    network->links = calloc(links, sizeof(*network->links));
    network->by_source = calloc(links, sizeof(*network->by_source));
    if (network->node && network->place && network->sources && network->fed && network->links &&
        network->by_source)
        return true;
    network_done(network);
    return false;
}

void network_done(struct network *network) {
    free(network->node);
    free(network->place);
    free(network->sources);
    free(network->fed);
    free(network->links);
    free(network->by_source);
    *network = (struct network){0};
}

static enum link_kind kind_of(const struct power_node *source, const struct power_node *fed) {
    if (source->phases != 3)
        return fed->phases == 3 ? LINK_TO_ONE : LINK_PHASE;
    if (fed->phases == 3)
        return LINK_PHASES;
    if (fed->phases == 0)
        return LINK_EQUALLY;
    return fed->line_to_line ? LINK_BETWEEN : LINK_PHASE;
}

/* A node of one phase stands on that of its link, or where that says nothing (straight) on its own. */
static uint8_t phase_of(const struct power_node *source, const struct power_node *fed,
                        const struct edge *edge) {
    bool is_straight = edge->phase[0] == 0 && edge->phase[1] == 1 && edge->phase[2] == 2;
    if (source->phases != 3)
        return 0;
    return (is_straight ? fed->phase : edge->phase[0]) % PHASES;
}

static void add_link(struct network *network, const struct topology *topology, const struct edge *edge) {
    const struct power_node *source = &topology->power->nodes[edge->from];
    const struct power_node *fed = &topology->power->nodes[edge->to];
    struct network_link *link = &network->links[network->n_links];
    *link = (struct network_link){.from = network->place[edge->from],
                                  .to = network->place[edge->to],
                                  .kind = (uint8_t)kind_of(source, fed)};
    for (int i = 0; i < PHASES; i++)
        link->phase[i] = edge->phase[i] % PHASES;
    if (link->kind == LINK_PHASE || link->kind == LINK_BETWEEN)
        link->phase[0] = phase_of(source, fed, edge);
    link->rank = (uint8_t)network->sources[link->to].n++;
    network->n_links++;
}

/* What stands by `to` in the list of links is known; the same by `from`. */
static void sort_by_source(struct network *network) {
    for (uint32_t i = 0; i < network->n_links; i++)
        network->fed[network->links[i].from].n++;
    for (uint32_t i = 0, first = 0; i < network->n; i++) {
        network->fed[i].first = first;
        first += network->fed[i].n;
        network->fed[i].n = 0;
    }
    for (uint32_t i = 0; i < network->n_links; i++) {
        struct edge_run *fed = &network->fed[network->links[i].from];
        network->by_source[fed->first + fed->n++] = i;
    }
}

int network_init_power(struct network *network, const struct topology *topology) {
    *network = (struct network){.n = topology->n_nodes};
    if (!allocate(network, topology, topology->n_edges))
        return ERROR_MEMORY;
    for (uint32_t i = 0; i < network->n; i++)
        network->node[i] = network->place[i] = i;
    for (uint32_t i = 0; i < network->n; i++) {
        const struct edge_run *sources = &topology->sources[i];
        network->sources[i].first = network->n_links;
        for (uint32_t k = 0; k < sources->n; k++)
            add_link(network, topology, &topology->edges[sources->first + k]);
    }
    sort_by_source(network);
    return 0;
}

/* Gives places to what has pipes, each behind all that cool it; `open` and `ready` are n_nodes. */
static void order_heat(struct network *network, const struct topology *topology, uint32_t *open,
                       uint32_t *ready) {
    uint32_t n_ready = 0;
    for (uint32_t i = 0; i < topology->n_nodes; i++) {
        network->place[i] = POWER_NO_NODE;
        open[i] = topology->coolers[i].n;
        if (open[i] == 0 && topology->cooled[i].n > 0)
            ready[n_ready++] = i;
    }
    for (uint32_t i = 0; i < n_ready; i++) {
        const struct edge_run *cooled = &topology->cooled[ready[i]];
        network->place[ready[i]] = network->n;
        network->node[network->n++] = ready[i];
        for (uint32_t k = 0; k < cooled->n; k++) {
            uint32_t to = topology->pipes[topology->pipes_by_source[cooled->first + k]].to;
            if (--open[to] == 0)
                ready[n_ready++] = to;
        }
    }
}

int network_init_heat(struct network *network, const struct topology *topology) {
    *network = (struct network){.is_heat = true};
    if (!allocate(network, topology, topology->n_pipes))
        return ERROR_MEMORY;
    uint32_t *work = calloc(2 * (topology->n_nodes + (size_t)1), sizeof(*work));
    if (!work) {
        network_done(network);
        return ERROR_MEMORY;
    }
    order_heat(network, topology, work, work + topology->n_nodes + 1);
    free(work);
    for (uint32_t i = 0; i < network->n; i++) {
        const struct edge_run *coolers = &topology->coolers[network->node[i]];
        network->sources[i].first = network->n_links;
        for (uint32_t k = 0; k < coolers->n && k < NETWORK_SOURCES_MOST; k++)
            add_link(network, topology, &topology->pipes[coolers->first + k]);
    }
    sort_by_source(network);
    return 0;
}

void network_add_flow(const struct network_link *link, const struct flow *of_fed, struct flow *of_source) {
    const double *from = of_fed->of + FLOW_PHASE;
    double *to = of_source->of + FLOW_PHASE;
    of_source->of[FLOW_W] += of_fed->of[FLOW_W];
    of_source->of[FLOW_VA] += of_fed->of[FLOW_VA];
    switch ((enum link_kind)link->kind) {
    case LINK_PHASES:
        for (int i = 0; i < PHASES; i++)
            to[link->phase[i]] += from[i];
        break;
    case LINK_PHASE:
        to[link->phase[0]] += from[0];
        break;
    case LINK_BETWEEN: /* its current is in both lines: U = root 3 of the phase voltage, I = S / U */
        to[link->phase[0]] += from[0] / root_3;
        to[(link->phase[0] + 1) % PHASES] += from[0] / root_3;
        break;
    case LINK_EQUALLY:
        for (int i = 0; i < PHASES; i++)
            to[i] += from[0] * third;
        break;
    case LINK_TO_ONE:
        to[0] += from[0] + from[1] + from[2];
        break;
    }
}

struct flow network_flow_of_source(const struct network_link *link, const struct flow *of_source) {
    struct flow flow = {.of = {[FLOW_W] = of_source->of[FLOW_W], [FLOW_VA] = of_source->of[FLOW_VA]}};
    const double *from = of_source->of + FLOW_PHASE;
    double *to = flow.of + FLOW_PHASE;
    switch ((enum link_kind)link->kind) {
    case LINK_PHASES:
        for (int i = 0; i < PHASES; i++)
            to[i] = from[link->phase[i]];
        break;
    case LINK_PHASE:
        to[0] = from[link->phase[0]];
        break;
    case LINK_BETWEEN:
        to[0] = from[link->phase[0]] * root_3;
        break;
    case LINK_EQUALLY:
        to[0] = from[0] + from[1] + from[2];
        break;
    case LINK_TO_ONE:
        for (int i = 0; i < PHASES; i++)
            to[i] = from[0] * third;
        break;
    }
    return flow;
}
