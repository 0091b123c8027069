/* SPDX-License-Identifier: Apache-2.0 */
/* The words of kinds, the search by name, and the end of what config_power made. */
#include "model/power.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/power_settings.h"

const char *power_kind_word(enum power_kind kind) {
    return power_kind_words[kind];
}

bool power_kind_cools(enum power_kind kind) {
    return kind == POWER_CHILLER || kind == POWER_HEADER || kind == POWER_CDU || kind == POWER_AIR_UNIT;
}

static bool is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

uint32_t power_find(const struct power_config *power, const char *name) {
    bool is_plain = is_ascii(name);
    for (size_t i = 0; i < power->n_nodes; i++)
        if (strcmp(power->nodes[i].name, name) == 0)
            return (uint32_t)i;
    for (size_t i = 0; i < power->n_nodes; i++)
        if (!(is_plain && is_ascii(power->nodes[i].name)) && text_same_name(power->nodes[i].name, name))
            return (uint32_t)i;
    return POWER_NO_NODE;
}

void power_point_done(struct power_point *point) {
    free(point->device);
    free(point->name);
}

void power_point_free(struct power_point *point) {
    if (point)
        power_point_done(point);
    free(point);
}

void power_node_done(struct power_node *node) {
    free(node->name);
    free(node->hall);
    free(node->row);
    free(node->rack);
    free(node->feed);
    free(node->gateway);
    free(node->sources);
    free(node->cooled_by);
    for (size_t i = 0; i < node->n_meters; i++)
        power_point_done(&node->meters[i]);
    free(node->meters);
    power_point_free(node->device);
    power_point_free(node->breaker);
}

static void free_rule(struct power_rule *rule) {
    free(rule->name);
    free(rule->device);
    free(rule->hall);
    free(rule->row);
    free(rule->rack);
    free(rule->feed);
    free(rule->phase);
    free(rule->side);
    free(rule->point);
    free(rule->response);
}

void power_free(struct power_config *power) {
    if (!power)
        return;
    for (size_t i = 0; i < power->n_nodes; i++)
        power_node_done(&power->nodes[i]);
    for (size_t i = 0; i < power->n_budgets; i++) {
        free(power->budgets[i].name);
        free(power->budgets[i].periods);
    }
    for (size_t i = 0; i < power->n_rules; i++)
        free_rule(&power->rules[i]);
    for (size_t i = 0; i < power->n_files; i++)
        free(power->files[i]);
    free(power->nodes);
    free(power->budgets);
    free(power->rules);
    free(power->files);
    free(power->time_zone);
    free(power);
}
