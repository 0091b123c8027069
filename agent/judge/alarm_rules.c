/* SPDX-License-Identifier: Apache-2.0 */
/* The default rules with what the site has changed, and its own beside them. */
#include "judge/alarm_rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { SITE_ON_DELAY_MS = 10 * 1000, SITE_OFF_DELAY_MS = 30 * 1000, SITE_PRIORITY = 3 };

/* A UPS must last until the slowest generator has had two tries (power.md section 5). */
enum { GENERATOR_STARTS = 2 };

static void copy_table(const struct rule_table *tables, struct rule_set *set) {
    for (size_t i = 0; i < RULE_TABLES && tables[i].n > 0; i++) {
        memcpy(set->rules + set->n, tables[i].rules, tables[i].n * sizeof(struct rule));
        set->n += tables[i].n;
    }
}

static size_t count_defaults(void) {
    size_t n = 0;
    for (size_t i = 0; i < RULE_TABLES; i++)
        n += rules_of_power[i].n + rules_of_machines[i].n;
    return n;
}

static struct rule *find(const struct rule_set *set, const char *name) {
    for (size_t i = 0; i < set->n; i++)
        if (strcmp(set->rules[i].life.name, name) == 0)
            return &set->rules[i];
    return NULL;
}

const struct rule *rule_set_find(const struct rule_set *set, const char *name) {
    return find(set, name);
}

static void set_limit(const struct power_rule *site, struct rule *rule) {
    if (isnan(site->limit))
        return;
    rule->limit = site->limit;
    rule->test = site->test;
    rule->states = 0;
    bool is_state = rule->quantity != QUANTITY_NONE && catalog_quantity(rule->quantity)->kind == KIND_STATE;
    if (!is_state || site->limit < 0 || site->limit > 31)
        return;
    uint32_t state = OF_STATE((unsigned)site->limit);
    if (site->test == TEST_IS)
        rule->states = state;
    if (site->test == TEST_IS_NOT)
        rule->states = ~state;
}

static void apply(const struct power_rule *site, struct rule *rule) {
    rule->site = site;
    rule->is_disabled = site->disabled;
    if (site->quantity != QUANTITY_NONE) {
        struct alarm_rule life = rule->life;
        *rule = (struct rule){.life = life, .site = site, .says = rule->says, .quantity = site->quantity};
        rule->is_disabled = site->disabled;
    }
    if (site->has_class)
        rule->classes = OF_CLASS(site->class);
    if (site->part != PART_NONE)
        rule->part = site->part;
    set_limit(site, rule);
    if (!isnan(site->deadband))
        rule->deadband = site->deadband;
    if (site->on_delay_ms >= 0) {
        rule->life.on_delay_ms = site->on_delay_ms;
        rule->life.on_reads = 0;
    }
    if (site->off_delay_ms >= 0) {
        rule->life.off_delay_ms = site->off_delay_ms;
        rule->life.off_reads = 0;
    }
    if (site->priority > 0)
        rule->life.priority = site->priority;
    if (site->latches_given)
        rule->life.latches = site->latches;
    if (site->response != NULL)
        rule->life.response = site->response;
}

static void set_runtime(const struct power_config *power, struct rule *rule) {
    int64_t start_ms = 0;
    for (size_t i = 0; i < power->n_nodes; i++)
        if (power->nodes[i].kind == POWER_GENERATOR && power->nodes[i].start_ms > start_ms)
            start_ms = power->nodes[i].start_ms;
    double needed_s = GENERATOR_STARTS * (double)start_ms / 1000;
    if (rule != NULL && needed_s > rule->limit) {
        rule->limit = needed_s;
        rule->deadband = 0.2 * needed_s;
    }
}

int rule_set_make(const struct power_config *power, struct rule_set *set) {
    size_t room = count_defaults() + (power != NULL ? power->n_rules : 0);
    *set = (struct rule_set){.rules = calloc(room, sizeof(struct rule))};
    if (set->rules == NULL)
        return ERROR_MEMORY;
    copy_table(rules_of_power, set);
    copy_table(rules_of_machines, set);
    if (power == NULL)
        return 0;
    set_runtime(power, find(set, "ups_runtime_low"));
    for (size_t i = 0; i < power->n_rules; i++) {
        const struct power_rule *site = &power->rules[i];
        struct rule *rule = find(set, site->name);
        if (rule == NULL && site->of_default)
            continue; /* of no rule that there is */
        if (rule == NULL) {
            rule = &set->rules[set->n++];
            *rule = (struct rule){
                .life = {site->name, SITE_PRIORITY, SITE_ON_DELAY_MS, SITE_OFF_DELAY_MS, .latches = false}};
        }
        apply(site, rule);
    }
    return 0;
}

void rule_set_done(struct rule_set *set) {
    free(set->rules);
    *set = (struct rule_set){0};
}

static enum finding find_state(const struct rule *rule, double value) {
    unsigned code = value >= 0 && value <= 31 ? (unsigned)lround(value) : 0;
    if ((rule->silent_states & OF_STATE(code)) != 0 && (rule->states & OF_STATE(code)) == 0)
        return FINDING_UNKNOWN;
    return (rule->states & OF_STATE(code)) != 0 ? FINDING_BREACHED : FINDING_CLEAR;
}

enum finding rule_find(const struct rule *rule, double value) {
    return rule_find_within(rule, value, rule->deadband);
}

enum finding rule_find_within(const struct rule *rule, double value, double deadband) {
    if (isnan(value))
        return FINDING_UNKNOWN;
    if (rule->states != 0)
        return find_state(rule, value);
    switch (rule->test) {
    case TEST_ABOVE:
        return value > rule->limit               ? FINDING_BREACHED
               : value <= rule->limit - deadband ? FINDING_CLEAR
                                                 : FINDING_BETWEEN;
    case TEST_BELOW:
        return value < rule->limit               ? FINDING_BREACHED
               : value >= rule->limit + deadband ? FINDING_CLEAR
                                                 : FINDING_BETWEEN;
    case TEST_IS:
        return value == rule->limit ? FINDING_BREACHED : FINDING_CLEAR;
    case TEST_IS_NOT:
        return value != rule->limit ? FINDING_BREACHED : FINDING_CLEAR;
    }
    return FINDING_UNKNOWN;
}

bool rule_has_point(const char *points, const char *point) {
    size_t size = strlen(point);
    for (const char *at = points; size > 0 && (at = strstr(at, point)) != NULL; at += size)
        if (at > points && at[-1] == '|' && at[size] == '|')
            return true;
    return false;
}
