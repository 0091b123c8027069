/* SPDX-License-Identifier: Apache-2.0 */
/* What feeds a node now, and what losses do: its own to others, others' to it. */
#include <math.h>

#include "command/why_node.h"

static void add_condition(const struct why *why, uint32_t number) {
    static const char *const words[] = {[CONDITION_UNKNOWN] = "not known, taken as it was last or as normal",
                                        [CONDITION_NORMAL] = "normal",
                                        [CONDITION_OPEN] = "open, off or failed",
                                        [CONDITION_ON_BATTERY] = "on battery",
                                        [CONDITION_BYPASS] = "on bypass, unprotected",
                                        [CONDITION_SELECTS] = "has selected",
                                        [CONDITION_OUT] = "out of service (hallwatch maintain)"};
    const struct power_node *node = &why->judged->power->nodes[number];
    const struct node_present *present = &why->judged->present[number];
    const struct power_point *tells = node->breaker ? node->breaker : node->device;
    bool is_unknown = present->condition == CONDITION_UNKNOWN;
    if (!tells && is_unknown)
        return;
    why_begin(why, "state");
    text_add_string(why->text, words[present->condition]);
    if (present->condition == CONDITION_SELECTS && present->selected < node->n_sources) {
        text_add_char(why->text, ' ');
        why_add_name(why, node->sources[present->selected].node);
    }
    if (tells && present->condition != CONDITION_OUT) { /* which the operator says */
        text_add_string(why->text, is_unknown ? ": nothing is heard of it from " : ", as ");
        text_add_printable(why->text, tells->device);
        text_add_string(why->text, is_unknown ? "" : " tells");
    }
    text_add_char(why->text, '\n');
}

static void add_sources(const struct why *why, uint32_t number) {
    static const char *const words[] = {[SUPPLY_LIVE] = "live",
                                        [SUPPLY_BATTERY] = "on battery",
                                        [SUPPLY_DEAD] = "DEAD",
                                        [SUPPLY_UNDETERMINED] =
                                            "undetermined: what is said contradicts itself"};
    const struct topology *topology = why->judged->topology;
    const struct edge_run *run = &topology->sources[number];
    why_begin(why, "supply");
    text_add_string(why->text, words[why->judged->supply[number]]);
    for (uint32_t i = 0; i < run->n; i++) {
        const struct edge *edge = &topology->edges[run->first + i];
        text_add_string(why->text, i ? ", " : ": ");
        text_add_format(why->text, "%.0f %% from ", (double)why->judged->carries[run->first + i] * 100);
        why_add_name(why, edge->from);
    }
    text_add_char(why->text, '\n');
}

/* What its own loss does, and what the loss of another does to it. */
static void add_losses(const struct why *why, uint32_t number) {
    const struct contingency *contingency = why->judged->contingency;
    if (why->judged->passes == 0)
        return;
    const struct contingency_result *result = &contingency_results(contingency)[number];
    uint32_t lost = POWER_NO_NODE;
    double ratio = contingency_failover_ratio(contingency, number, &lost);
    if (isfinite(ratio) && lost != POWER_NO_NODE) {
        why_begin(why, "worst loss");
        text_add_format(why->text, "%.0f %% used after the loss of ", ratio * 100);
        why_add_name(why, lost);
        text_add_char(why->text, '\n');
    }
    if (!result->is_known)
        return;
    why_begin(why, "if lost");
    if (result->worst == POWER_NO_NODE) {
        text_add_string(why->text, "no load moves to anything that is rated");
    } else {
        why_add_name(why, result->worst);
        text_add_format(why->text,
                        result->worst_headroom < 0 ? " EXCEEDS what is usable by %.0f %%" : " keeps %.0f %%",
                        fabs(result->worst_headroom) * 100);
    }
    if (result->n_exceeded > 0)
        text_add_format(why->text, ", %u node%s exceeded", result->n_exceeded,
                        result->n_exceeded > 1 ? "s" : "");
    if (result->n_dropped > 0) {
        text_add_format(why->text, ", %u load%s without power, ", result->n_dropped,
                        result->n_dropped > 1 ? "s" : "");
        why_add_watts(why, result->dropped_watts);
    }
    if (result->n_uncooled > 0) {
        text_add_format(why->text, ", %u load%s without cooling, ", result->n_uncooled,
                        result->n_uncooled > 1 ? "s" : "");
        why_add_watts(why, result->uncooled_watts);
    }
    if (result->n_on_battery > 0)
        text_add_format(why->text, ", %u node%s on battery", result->n_on_battery,
                        result->n_on_battery > 1 ? "s" : "");
    text_add_string(why->text,
                    result->is_lower_bound ? "; it may be worse, for loads are not all known\n" : "\n");
}

static void add_redundancy(const struct why *why, uint32_t number) {
    const struct power_redundancy *rule = &why->judged->power->nodes[number].redundancy;
    static const char *const words[] = {[REDUNDANCY_UNKNOWN] = "not known",
                                        [REDUNDANCY_KEPT] = "kept: every single loss is borne",
                                        [REDUNDANCY_LOST] = "LOST: a further loss is not borne",
                                        [REDUNDANCY_PLANNED] = "given up for maintenance",
                                        [REDUNDANCY_NOT_ASKED] = "not asked"};
    if (rule->rule == REDUNDANCY_NONE || why->judged->passes == 0)
        return;
    why_begin(why, "redundancy");
    if (rule->rule == REDUNDANCY_2N)
        text_add_string(why->text, "2N ");
    else
        text_add_format(why->text, "N+%u ", rule->spare);
    text_add_format(why->text, "%s\n", words[contingency_redundancy(why->judged->contingency, number)]);
}

void why_add_supply(const struct why *why, uint32_t number) {
    add_sources(why, number);
    add_condition(why, number);
}

void why_add_losses(const struct why *why, uint32_t number) {
    add_losses(why, number);
    add_redundancy(why, number);
}
