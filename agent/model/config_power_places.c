/* SPDX-License-Identifier: Apache-2.0 */
/* Whether each node has its place: something feeds it, it feeds something, and its rule of redundancy can be
 * kept. */
#include <stdlib.h>
#include <string.h>

#include "model/power_build.h"

/* Energy comes from outside, or from a store. */
static bool is_root(enum power_kind kind) {
    return kind == POWER_INTAKE || kind == POWER_GENERATOR || kind == POWER_BATTERY || kind == POWER_BESS ||
           kind == POWER_BBU;
}

/* They carry heat; whether their electricity is described, too, is the site's choice. */
static bool is_cooler(enum power_kind kind) {
    return kind == POWER_CHILLER || kind == POWER_HEADER || kind == POWER_CDU || kind == POWER_AIR_UNIT;
}

static void check_place(struct power_build *build, uint32_t number, bool feeds) {
    const struct power_node_settings *settings = build->written[number];
    const struct power_node *node = &build->power->nodes[number];
    const char *kind = power_kind_word(node->kind);
    const struct setting *name = &settings->name;
    bool is_fed = settings->sources.n > 0, is_cooled = settings->cooled_by.n > 0;
    if (is_root(node->kind) && !feeds && !is_fed)
        power_refuse(build, number, "name", name, "an orphan: nothing names this %s as a source", kind);
    else if (is_cooler(node->kind) && !feeds && !is_fed && !is_cooled)
        power_refuse(build, number, "name", name,
                     "an orphan: nothing is cooled by this %s, and it has neither sources nor cooled_by",
                     kind);
    else if (!is_root(node->kind) && !is_cooler(node->kind) && !is_fed)
        power_refuse(build, number, "sources", &(struct setting){.text = ""},
                     "is missing: what feeds this %s; only an intake, a generator or a store goes without",
                     kind);
}

/* 2N asks for two ways, N+k for more than k, or for as many units of its own. */
static void check_redundancy(struct power_build *build, uint32_t number) {
    const struct power_node_settings *settings = build->written[number];
    const struct power_node *node = &build->power->nodes[number];
    size_t ways = settings->sources.n > settings->cooled_by.n ? settings->sources.n : settings->cooled_by.n;
    uint32_t spare = node->redundancy.spare;
    if (node->redundancy.rule == REDUNDANCY_2N && ways < 2)
        power_refuse(build, number, "redundancy", &settings->redundancy,
                     "2N takes two sources, this node has %zu", ways);
    else if (node->redundancy.rule == REDUNDANCY_N_PLUS && ways <= spare && node->units <= spare)
        power_refuse(build, number, "redundancy", &settings->redundancy,
                     "N+%u takes %u sources or units, this node has %zu source%s and %u unit%s", spare,
                     spare + 1, ways, ways == 1 ? "" : "s", node->units, node->units == 1 ? "" : "s");
}

/* Walks that recurse, and drawings, may rely on a bound. */
static void check_depth(struct power_build *build) {
    const struct power_config *power = build->power;
    uint32_t *depth = power_take(build, power->n_nodes, sizeof(*depth));
    for (uint32_t i = 0; depth && i < power->n_nodes; i++) {
        const struct power_node *node = &power->nodes[i];
        for (size_t k = 0; k < node->n_sources; k++)
            if (depth[i] <= depth[node->sources[k].node])
                depth[i] = depth[node->sources[k].node] + 1;
        if (depth[i] != POWER_DEPTH_MOST)
            continue;
        power_refuse(build, i, "sources", &build->written[i]->name,
                     "%d sources stand above each other here: a path may have %d", POWER_DEPTH_MOST,
                     POWER_DEPTH_MOST - 1);
        break;
    }
    free(depth);
}

/* The contract is held at the intake. */
static void check_intake(struct power_build *build) {
    const struct setting *contract = &build->settings->contract;
    bool found = !setting_given(contract);
    for (size_t i = 0; i < build->power->n_nodes && !found; i++)
        found = build->power->nodes[i].kind == POWER_INTAKE;
    if (!found)
        mistakes_add(&build->build->mistakes, &contract->at, "power.contract",
                     "no node is of kind intake, where the contract's demand is measured");
}

void power_check_places(struct power_build *build) {
    const struct power_config *power = build->power;
    bool *feeds = power_take(build, power->n_nodes, sizeof(*feeds));
    for (size_t i = 0; feeds && i < power->n_nodes; i++) {
        for (size_t k = 0; k < power->nodes[i].n_sources; k++)
            feeds[power->nodes[i].sources[k].node] = true;
        for (size_t k = 0; k < power->nodes[i].n_cooled_by; k++)
            feeds[power->nodes[i].cooled_by[k]] = true;
    }
    check_depth(build);
    check_intake(build);
    for (uint32_t i = 0; feeds && i < power->n_nodes; i++) {
        if (build->has_all_links)
            check_place(build, i, feeds[i]);
        check_redundancy(build, i);
    }
    free(feeds);
}
