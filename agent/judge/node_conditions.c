/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of nodes against the rules of their kind. */
#include "judge/node_conditions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "judge/rule_figures.h"

enum { SWEEP_MS = 1000, PLANNED_PRIORITY = 4, SUBJECT_MOST = 300 };

/* A figure of a node held to a rule. */
struct held {
    const struct rule *rule;
    uint32_t node, condition;
    struct node_past past;
};

struct node_conditions {
    struct held *held; /* by node */
    size_t n_held;
    uint32_t *first; /* of a node's; one more than there are nodes */
    uint32_t n_nodes;
    int64_t swept_ms;
    uint64_t passes; /* of the contingency, when it was looked at last */
};

static bool same_gateway(const struct power_node *a, const struct power_node *b) {
    return strcmp(a->gateway != NULL ? a->gateway : "", b->gateway != NULL ? b->gateway : "") == 0;
}

/* Whether it feeds what another gateway measures: no gateway sees all that its loss does. */
static bool spans_gateways(const struct alarms *alarms, uint32_t node) {
    const struct topology *topology = alarms->topology;
    const struct power_node *nodes = alarms->power->nodes;
    const struct edge_run *run = &topology->fed[node];
    for (uint32_t i = run->first; i < run->first + run->n; i++)
        if (!same_gateway(&nodes[node], &nodes[topology->edges[topology->by_source[i]].to]))
            return true;
    return false;
}

/* A node of another gateway is that one's to judge; the site sees whether it is heard, and what spans both.
 */
static bool is_judged_here(const struct alarms *alarms, const struct rule *rule, uint32_t node) {
    if (!alarms->power->nodes[node].elsewhere)
        return true;
    if (alarms->config->intake == NULL)
        return false;
    return rule->special == FIGURE_UNSEEN ||
           (rule->special == FIGURE_FAILOVER && spans_gateways(alarms, node));
}

static bool holds(const struct alarms *alarms, const struct rule *rule, uint32_t node) {
    uint32_t kind = OF_KIND(alarms->power->nodes[node].kind);
    return rule->on == ON_NODE && !rule->is_disabled && (rule->kinds == 0 || (rule->kinds & kind) != 0) &&
           (rule->not_kinds & kind) == 0 && is_judged_here(alarms, rule, node) &&
           node_has_figure(alarms->topology, node, (enum rule_figure)rule->special);
}

static size_t count_held(const struct alarms *alarms) {
    size_t n = 0;
    for (uint32_t node = 0; node < alarms->topology->n_nodes; node++)
        for (size_t i = 0; i < alarms->set.n; i++)
            n += holds(alarms, &alarms->set.rules[i], node);
    return n;
}

static int add(struct alarms *alarms, struct node_conditions *conditions, const struct rule *rule,
               uint32_t node) {
    const struct power_node *of = &alarms->power->nodes[node];
    bool is_budget = rule->special == FIGURE_WARNING || rule->special == FIGURE_CRITICAL;
    char subject[SUBJECT_MOST]; /* another one than its own gateway's */
    snprintf(subject, sizeof(subject), "%s%s", of->elsewhere ? "site " : "", of->name);
    struct about about = {.rule = rule,
                          .node = node,
                          .device = NO_DEVICE,
                          .series = NO_SERIES,
                          .group = NO_GROUP,
                          .key = alarm_key(rule->life.name, subject, NULL)};
    uint32_t condition =
        alarms_add(alarms, &about, is_budget ? of->budget->on_delay_ms : rule->life.on_delay_ms,
                   is_budget ? of->budget->off_delay_ms : rule->life.off_delay_ms, NULL);
    if (condition == ALARM_NO_CONDITION)
        return ERROR_MEMORY;
    conditions->held[conditions->n_held++] =
        (struct held){.rule = rule, .node = node, .condition = condition};
    return 0;
}

int node_conditions_new(struct alarms *alarms, struct node_conditions **conditions) {
    struct node_conditions *new = calloc(1, sizeof(*new));
    *conditions = new;
    if (new == NULL)
        return ERROR_MEMORY;
    new->swept_ms = INT64_MIN;
    new->n_nodes = alarms->topology != NULL ? alarms->topology->n_nodes : 0;
    new->first = calloc(new->n_nodes + 1, sizeof(uint32_t));
    if (new->first == NULL)
        return ERROR_MEMORY;
    if (new->n_nodes == 0)
        return 0;
    new->held = calloc(count_held(alarms) + 1, sizeof(struct held));
    if (new->held == NULL)
        return ERROR_MEMORY;
    int error = 0;
    for (uint32_t node = 0; node < new->n_nodes &&error == 0; node++) {
        new->first[node] = (uint32_t) new->n_held;
        for (size_t i = 0; i < alarms->set.n && error == 0; i++)
            if (holds(alarms, &alarms->set.rules[i], node))
                error = add(alarms, new, &alarms->set.rules[i], node);
    }
    new->first[new->n_nodes] = (uint32_t) new->n_held;
    return error;
}

void node_conditions_free(struct node_conditions *conditions) {
    if (conditions == NULL)
        return;
    free(conditions->held);
    free(conditions->first);
    free(conditions);
}

/* What maintenance takes is planned: to be known, not to be acted on. */
static void set_planned(struct alarms *alarms, const struct held *held, bool is_planned) {
    struct alarm *alarm = alarm_engine_look(alarms->engine, held->condition);
    uint8_t priority = is_planned ? PLANNED_PRIORITY : held->rule->life.priority;
    if (alarm == NULL || alarm->priority == priority)
        return;
    alarm->priority = priority;
    alarm->is_to_say = alarm->is_up;
}

static void judge(struct alarms *alarms, const struct judged *judged, struct held *held, int64_t now_ms) {
    const struct rule *rule = held->rule;
    enum rule_figure kind = (enum rule_figure)rule->special;
    struct node_figure figure = node_figure(judged, held->node, kind, &held->past);
    bool is_budget = kind == FIGURE_WARNING || kind == FIGURE_CRITICAL;
    double deadband = is_budget ? alarms->power->nodes[held->node].budget->deadband : rule->deadband;
    enum finding finding = rule_find_within(rule, figure.value, deadband);
    if (figure.is_lower_bound && (finding == FINDING_CLEAR || finding == FINDING_BETWEEN))
        finding = FINDING_AT_LEAST;
    if (figure.is_old || (figure.is_kept && finding == FINDING_CLEAR))
        finding = FINDING_BETWEEN;
    alarm_engine_offer(alarms->engine, held->condition, finding, figure.value, rule->limit, now_ms);
    if (kind == FIGURE_REDUNDANCY && !isnan(figure.value))
        set_planned(alarms, held, figure.value == REDUNDANCY_PLANNED);
}

static bool is_of_contingency(const struct rule *rule) {
    return rule->special == FIGURE_FAILOVER || rule->special == FIGURE_REDUNDANCY;
}

/* --- which are looked at --- */

static void sweep(struct alarms *alarms, const struct judged *judged, int64_t now_ms) {
    struct node_conditions *conditions = alarms->nodes;
    for (size_t i = 0; i < conditions->n_held; i++)
        judge(alarms, judged, &conditions->held[i], now_ms);
}

static void look_at_changed(struct alarms *alarms, const struct judged *judged, int64_t now_ms) {
    struct node_conditions *conditions = alarms->nodes;
    for (size_t i = 0; i < judged->n_changed; i++) {
        uint32_t node = judged->changed[i];
        for (uint32_t k = conditions->first[node]; k < conditions->first[node + 1]; k++)
            if (!is_of_contingency(conditions->held[k].rule))
                judge(alarms, judged, &conditions->held[k], now_ms);
    }
}

static void look_at_losses(struct alarms *alarms, const struct judged *judged, int64_t now_ms) {
    struct node_conditions *conditions = alarms->nodes;
    for (size_t i = 0; i < conditions->n_held; i++)
        if (is_of_contingency(conditions->held[i].rule))
            judge(alarms, judged, &conditions->held[i], now_ms);
}

void node_conditions_judge(struct alarms *alarms, const struct judged *judged,
                           const struct judge_time *time) {
    struct node_conditions *conditions = alarms->nodes;
    int64_t now_ms = time->monotonic_ms;
    if (conditions->n_held == 0)
        return;
    if (conditions->swept_ms == INT64_MIN || now_ms - conditions->swept_ms >= SWEEP_MS) {
        sweep(alarms, judged, now_ms);
        conditions->swept_ms = now_ms;
        conditions->passes = judged->passes;
        return;
    }
    look_at_changed(alarms, judged, now_ms);
    if (judged->passes != conditions->passes)
        look_at_losses(alarms, judged, now_ms);
    conditions->passes = judged->passes;
}
