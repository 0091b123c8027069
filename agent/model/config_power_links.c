/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who feeds whom: the links of a node, circles among them, and the order in which sources come before what
 * they feed. Walks take no recursion and a time in proportion to nodes and links.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/power_build.h"

/* --- links --- */

static void refuse_source(struct power_build *build, uint32_t number, const char *key,
                          const struct setting *setting, const char *name) {
    power_refuse_unknown(build, number, key, setting, "node", name, build->node_names, build->n_written);
}

/* "L2", or "L2-L3-L1", into numbers; false for anything else. */
static bool read_phases(const char *text, uint8_t phase[PHASES]) {
    size_t n = 0;
    for (; n < PHASES; n++, text += 3) {
        if (text[0] != 'L' || text[1] < '1' || text[1] > '3' || (text[2] && text[2] != '-'))
            return false;
        phase[n] = (uint8_t)(text[1] - '1');
        if (!text[2])
            break;
    }
    if (n == 0)
        phase[1] = phase[2] = phase[0];
    return n == 0 || (n == 2 && phase[0] != phase[1] && phase[1] != phase[2] && phase[2] != phase[0]);
}

static void add_source(struct power_build *build, uint32_t number, const struct setting *setting) {
    struct power_node *node = &build->power->nodes[number];
    struct power_link link = {.phase = {POWER_PHASE_UNSAID, POWER_PHASE_UNSAID, POWER_PHASE_UNSAID}};
    char *name = config_copy(build->build, setting->text);
    char *colon = name ? strrchr(name, ':') : NULL;
    link.node = name ? power_find_name(&build->nodes, name) : POWER_NO_NODE;
    bool has_map = link.node == POWER_NO_NODE && colon;
    if (has_map) {
        *colon = '\0';
        link.node = power_find_name(&build->nodes, name);
    }
    link.at = power_keep_spot(build, &setting->at);
    bool right = false;
    if (!name)
        ;
    else if (link.node == POWER_NO_NODE)
        refuse_source(build, number, "sources", setting, name);
    else if (has_map && !read_phases(colon + 1, link.phase))
        power_refuse(build, number, "sources", setting,
                     "\"%.60s\" must be the phase of %.100s that feeds it, L2, or those that feed its L1, L2 "
                     "and L3: L2-L3-L1",
                     colon + 1, name);
    else
        right = true;
    for (size_t i = 0; right && i < node->n_sources; i++) {
        if (node->sources[i].node != link.node)
            continue;
        power_refuse(build, number, "sources", setting, "\"%.100s\" is there twice", name);
        right = false;
    }
    if (right)
        node->sources[node->n_sources++] = link;
    free(name);
}

static void add_cooler(struct power_build *build, uint32_t number, const struct setting *setting) {
    struct power_node *node = &build->power->nodes[number];
    uint32_t cooler = power_find_name(&build->nodes, setting->text);
    if (cooler == POWER_NO_NODE) {
        refuse_source(build, number, "cooled_by", setting, setting->text);
        return;
    }
    for (size_t i = 0; i < node->n_cooled_by; i++) {
        if (node->cooled_by[i] != cooler)
            continue;
        power_refuse(build, number, "cooled_by", setting, "\"%.100s\" is there twice", setting->text);
        return;
    }
    node->cooled_by[node->n_cooled_by++] = cooler;
}

void power_build_links(struct power_build *build, uint32_t number) {
    const struct power_node_settings *settings = build->written[number];
    struct power_node *node = &build->power->nodes[number];
    const struct setting *sources = settings->sources.items, *coolers = settings->cooled_by.items;
    if (settings->sources.n)
        node->sources = power_take(build, settings->sources.n, sizeof(*node->sources));
    if (settings->cooled_by.n)
        node->cooled_by = power_take(build, settings->cooled_by.n, sizeof(*node->cooled_by));
    for (size_t i = 0; node->sources && i < settings->sources.n; i++)
        add_source(build, number, &sources[i]);
    for (size_t i = 0; node->cooled_by && i < settings->cooled_by.n; i++)
        add_cooler(build, number, &coolers[i]);
}
