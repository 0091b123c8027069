/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What spans several nodes, in the order in which sources come first. Mistakes are what the judge could not
 * work with; warnings are what a site may live with: a breaker rated above its source, a node that nothing
 * meters.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/power_build.h"

/* --- phases --- */

static bool is_direct(enum power_kind kind) {
    return kind == POWER_DC_BUS || kind == POWER_BATTERY || kind == POWER_BBU;
}

/* Those of its first source, unless it says so itself. */
static void choose_phases(struct power_build *build, uint32_t number) {
    static const uint8_t phases[] = {1, 3, 0};
    const struct power_node_settings *settings = build->written[number];
    struct power_node *nodes = build->power->nodes, *node = &nodes[number];
    if (setting_given(&settings->phases))
        node->phases = phases[settings->phases.number];
    else if (is_direct(node->kind))
        node->phases = 0;
    else
        node->phases = node->n_sources > 0 ? nodes[node->sources[0].node].phases : 3;
    node->phase = (uint8_t)settings->phase.number;
    if (setting_given(&settings->phase) && node->phases != 1)
        power_refuse(build, number, "phase", &settings->phase,
                     "is for nodes of one phase: write \"phases: 1\"");
    if (node->line_to_line && node->phases != 3)
        power_refuse(build, number, "connection", &settings->connection,
                     "only loads of a node of three phases stand between phases");
}

static void set_all_phases(struct power_link *link, uint8_t phase) {
    for (size_t i = 0; i < PHASES; i++)
        link->phase[i] = phase;
}

/* A node of one phase on a source of three. */
static void settle_single(struct power_build *build, uint32_t number, struct power_link *link) {
    const struct power_node_settings *settings = build->written[number];
    struct power_node *node = &build->power->nodes[number];
    const struct setting at = {.at = link->at, .text = ""};
    if (link->phase[0] != POWER_PHASE_UNSAID && link->phase[0] != link->phase[1])
        power_refuse(build, number, "sources", &at,
                     "a node of one phase has no map of three: write the one, L2");
    else if (link->phase[0] != POWER_PHASE_UNSAID && !setting_given(&settings->phase) &&
             link == node->sources)
        node->phase = link->phase[0];
    else if (link->phase[0] == POWER_PHASE_UNSAID && setting_given(&settings->phase))
        set_all_phases(link, node->phase);
    else if (link->phase[0] == POWER_PHASE_UNSAID)
        power_refuse(build, number, "phase", &settings->phase,
                     "is missing: which phase of \"%.100s\" feeds it, L1, L2 or L3",
                     build->power->nodes[link->node].name);
}

static void settle_link(struct power_build *build, uint32_t number, struct power_link *link) {
    const struct power_node *node = &build->power->nodes[number], *source = &build->power->nodes[link->node];
    const struct setting at = {.at = link->at, .text = ""};
    bool is_said = link->phase[0] != POWER_PHASE_UNSAID;
    if (node->phases == 1 && source->phases == 3) {
        settle_single(build, number, link);
    } else if (node->phases == 3 && source->phases == 1) {
        power_refuse(build, number, "sources", &at, "\"%.100s\" has one phase, this node three",
                     source->name);
    } else if (node->phases == 3 && source->phases == 3) {
        if (is_said && link->phase[0] == link->phase[1])
            power_refuse(
                build, number, "sources", &at,
                "which phases of \"%.100s\" feed its L1, L2 and L3? Write all three, such as L2-L3-L1",
                source->name);
        for (uint8_t i = 0; i < PHASES && !is_said; i++)
            link->phase[i] = i;
    } else {
        if (is_said)
            power_refuse(build, number, "sources", &at,
                         "there are no phases to choose between \"%.100s\" and it", source->name);
        set_all_phases(link, 0);
    }
}

static void settle_phases(struct power_build *build) {
    for (uint32_t i = 0; i < build->power->n_nodes; i++) {
        struct power_node *node = &build->power->nodes[i];
        choose_phases(build, i);
        for (size_t k = 0; k < node->n_sources; k++)
            settle_link(build, i, &node->sources[k]);
    }
}

/* --- all of it --- */

void power_check(struct power_build *build) {
    settle_phases(build);
    power_check_ratings(build);
    power_check_meters(build);
    power_check_places(build);
}
