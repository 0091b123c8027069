/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which gateway judges a node: the one that it names, else the one that reads its meters; without either,
 * that of all that it feeds, else of its first source. What has no meter and feeds nodes of several gateways
 * is the site's, and what hangs on that alone: no gateway knows its sum. Where no gateway is named at all,
 * every one judges all; where some are, a device without one is this file's gateway's, as far as nodes go.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/power_build.h"

/* The gateways of what a node feeds. */
struct fed {
    const char *gateway; /* NULL: of nothing yet */
    bool differ;
};

static void add_fed(struct fed *fed, const char *gateway) {
    if (!*gateway) /* whoever judges its sources */
        return;
    if (!fed->gateway)
        fed->gateway = gateway;
    else if (strcmp(fed->gateway, gateway) != 0 && !text_same_name(fed->gateway, gateway))
        fed->differ = true;
}

static bool is_free(const struct power_build *build, uint32_t number) {
    return !*build->power->nodes[number].gateway && build->written[number]->meters.n == 0;
}

static void set_gateway(struct power_build *build, struct power_node *node, const char *gateway) {
    char *copy = config_copy(build->build, gateway);
    if (!copy)
        return;
    free(node->gateway);
    node->gateway = copy;
}

static bool any_is_named(const struct power_config *power) {
    for (size_t i = 0; i < power->n_nodes; i++)
        if (*power->nodes[i].gateway)
            return true;
    return false;
}

/* Those that stand on devices without a gateway: only one may publish each. */
static void name_own(struct power_build *build) {
    const struct setting *own = &build->build->settings.gateway;
    for (uint32_t i = 0; i < build->power->n_nodes; i++) {
        struct power_node *node = &build->power->nodes[i];
        bool is_read = node->n_meters > 0 || node->device || node->breaker;
        if (*node->gateway || !is_read)
            continue;
        if (setting_given(own))
            set_gateway(build, node, own->text);
        else
            power_warn(build, i, "gateway", &build->written[i]->gateway,
                       "is missing: every gateway with this file reads its devices, and publishes it");
    }
}

static void take_from_below(struct power_build *build, struct fed *fed) {
    for (uint32_t i = (uint32_t)build->power->n_nodes; i-- > 0;) {
        struct power_node *node = &build->power->nodes[i];
        bool is_open = is_free(build, i);
        if (is_open && fed[i].gateway && !fed[i].differ)
            set_gateway(build, node, fed[i].gateway);
        for (size_t k = 0; k < node->n_sources; k++) {
            struct fed *source = &fed[node->sources[k].node];
            add_fed(source, node->gateway);
            source->differ |= is_open && fed[i].differ;
        }
    }
}

static void take_from_above(struct power_build *build, const struct fed *fed) {
    const struct power_node *nodes = build->power->nodes;
    for (uint32_t i = 0; i < build->power->n_nodes; i++) {
        struct power_node *node = &build->power->nodes[i];
        if (!is_free(build, i) || fed[i].differ)
            continue;
        if (node->n_sources > 0)
            set_gateway(build, node, nodes[node->sources[0].node].gateway);
        else if (node->n_cooled_by > 0)
            set_gateway(build, node, nodes[node->cooled_by[0]].gateway);
    }
}

void power_choose_gateways(struct power_build *build) {
    const char *here = build->build->config->gateway;
    struct power_config *power = build->power;
    struct fed *fed = power_take(build, power->n_nodes, sizeof(*fed));
    if (!fed)
        return;
    bool is_shared = any_is_named(power);
    if (is_shared)
        name_own(build);
    take_from_below(build, fed);
    take_from_above(build, fed);
    for (uint32_t i = 0; i < power->n_nodes; i++) {
        struct power_node *node = &power->nodes[i];
        bool is_named_other = *node->gateway && here && !text_same_name(node->gateway, here);
        bool is_of_site = is_free(build, i) && (is_shared || fed[i].differ);
        node->elsewhere = is_named_other || (is_of_site && !build->build->is_site);
    }
    free(fed);
}
