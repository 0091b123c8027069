/* SPDX-License-Identifier: Apache-2.0 */
/* The two graphs, made of the configuration once: edges by fed node, and their numbers by source. */
#include "judge/topology.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* One network: edges by `to`, runs per fed node and per source. */
struct network {
    uint32_t n;
    struct edge *edges;
    struct edge_run *sources;
    uint32_t *by_source;
    struct edge_run *fed;
};

static bool network_make_room(struct network *network, uint32_t n_nodes, uint32_t n_edges) {
    network->n = n_edges;
    network->edges = calloc(n_edges + 1, sizeof(*network->edges));
    network->sources = calloc(n_nodes + 1, sizeof(*network->sources));
    network->by_source = calloc(n_edges + 1, sizeof(*network->by_source));
    network->fed = calloc(n_nodes + 1, sizeof(*network->fed));
    return network->edges && network->sources && network->by_source && network->fed;
}

/* The edges stand by fed node; sorts their numbers by source, which keeps that order within a source. */
static void network_index(struct network *network, uint32_t n_nodes) {
    for (uint32_t i = 0; i < network->n; i++)
        network->fed[network->edges[i].from].n++;
    for (uint32_t i = 1; i < n_nodes; i++)
        network->fed[i].first = network->fed[i - 1].first + network->fed[i - 1].n;
    for (uint32_t i = 0; i < n_nodes; i++)
        network->fed[i].n = 0;
    for (uint32_t i = 0; i < network->n; i++) {
        struct edge_run *run = &network->fed[network->edges[i].from];
        network->by_source[run->first + run->n++] = i;
    }
}

static bool power_network(const struct power_config *power, struct network *network) {
    uint32_t n_nodes = (uint32_t)power->n_nodes, n = 0;
    for (uint32_t i = 0; i < n_nodes; i++)
        n += (uint32_t)power->nodes[i].n_sources;
    if (!network_make_room(network, n_nodes, n))
        return false;
    n = 0;
    for (uint32_t i = 0; i < n_nodes; i++) {
        const struct power_node *node = &power->nodes[i];
        network->sources[i] = (struct edge_run){n, (uint32_t)node->n_sources};
        for (size_t k = 0; k < node->n_sources; k++) {
            struct edge *edge = &network->edges[n++];
            *edge = (struct edge){.from = node->sources[k].node, .to = i, .rank = (uint8_t)k};
            memcpy(edge->phase, node->sources[k].phase, sizeof(edge->phase));
        }
    }
    network_index(network, n_nodes);
    return true;
}

static bool heat_network(const struct power_config *power, struct network *network) {
    uint32_t n_nodes = (uint32_t)power->n_nodes, n = 0;
    for (uint32_t i = 0; i < n_nodes; i++)
        n += (uint32_t)power->nodes[i].n_cooled_by;
    if (!network_make_room(network, n_nodes, n))
        return false;
    n = 0;
    for (uint32_t i = 0; i < n_nodes; i++) {
        const struct power_node *node = &power->nodes[i];
        network->sources[i] = (struct edge_run){n, (uint32_t)node->n_cooled_by};
        for (size_t k = 0; k < node->n_cooled_by; k++)
            network->edges[n++] =
                (struct edge){.from = node->cooled_by[k], .to = i, .phase = {0, 1, 2}, .rank = (uint8_t)k};
    }
    network_index(network, n_nodes);
    return true;
}

int topology_new(const struct power_config *power, struct topology **topology) {
    struct network current = {0}, heat = {0};
    struct topology *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    bool is_made = power_network(power, &current) && heat_network(power, &heat);
    *new = (struct topology){.power = power,
                             .n_nodes = (uint32_t)power->n_nodes,
                             .n_edges = current.n,
                             .edges = current.edges,
                             .sources = current.sources,
                             .by_source = current.by_source,
                             .fed = current.fed,
                             .n_pipes = heat.n,
                             .pipes = heat.edges,
                             .coolers = heat.sources,
                             .pipes_by_source = heat.by_source,
                             .cooled = heat.fed};
    if (!is_made) {
        topology_free(new);
        return ERROR_MEMORY;
    }
    *topology = new;
    return 0;
}

void topology_free(struct topology *topology) {
    if (!topology)
        return;
    free(topology->edges);
    free(topology->sources);
    free(topology->by_source);
    free(topology->fed);
    free(topology->pipes);
    free(topology->coolers);
    free(topology->pipes_by_source);
    free(topology->cooled);
    free(topology);
}
