/* SPDX-License-Identifier: Apache-2.0 */
/* The same as JSON: base units, null where nothing is known. */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "command/whatif_write.h"

static const double high_ratio = 0.8;

static void add_name(struct text *text, const char *name) {
    char last = text->size > 0 ? text->data[text->size - 1] : '{';
    text_add_format(text, "%s\"%s\":", last == '{' ? "" : ",", name);
}

static void add_number(struct text *text, const char *name, double number) {
    add_name(text, name);
    if (isfinite(number))
        text_add_number(text, number);
    else
        text_add_string(text, "null");
}

static void add_bool(struct text *text, const char *name, bool is) {
    add_name(text, name);
    text_add_string(text, is ? "true" : "false");
}

static void add_node(struct text *text, const char *name, const struct judged *judged, uint32_t node) {
    if (node == POWER_NO_NODE)
        return;
    add_name(text, name);
    text_add_json(text, judged->power->nodes[node].name);
}

static void add_result(struct text *text, const struct judged *judged,
                       const struct contingency_result *result) {
    add_bool(text, "known", result->is_known);
    add_bool(text, "lower_bound", result->is_lower_bound);
    add_number(text, "exceeded", result->n_exceeded);
    add_node(text, "first", judged, result->first);
    if (result->first != POWER_NO_NODE)
        add_number(text, "first_ratio", result->first_ratio);
    add_node(text, "worst", judged, result->worst);
    if (result->worst != POWER_NO_NODE) {
        add_number(text, "worst_headroom_ratio", result->worst_headroom);
        add_number(text, "worst_headroom_watts", result->worst_watts);
    }
    add_number(text, "dropped", result->n_dropped);
    add_number(text, "dropped_watts", result->dropped_watts);
    add_number(text, "uncooled", result->n_uncooled);
    add_number(text, "uncooled_watts", result->uncooled_watts);
    add_number(text, "on_battery", result->n_on_battery);
    add_number(text, "battery_seconds", result->battery_s);
    add_number(text, "generators_start_seconds", result->start_s);
    add_number(text, "interrupted", result->n_interrupted);
}

static void add_list(struct text *text, const char *name, const struct whatif_answer *answer,
                     enum whatif_list list) {
    const char *separator = "[";
    add_name(text, name);
    for (uint32_t i = 0; i < answer->judged->topology->n_nodes; i++) {
        if (!whatif_is_in(answer, list, i))
            continue;
        text_add_string(text, separator);
        text_add_json(text, answer->judged->power->nodes[i].name);
        separator = ",";
    }
    text_add_string(text, *separator == '[' ? "[]" : "]");
}

static void add_nodes(struct text *text, const struct whatif_answer *answer) {
    static const char *const units[] = {
        [LIMIT_NONE] = "", [LIMIT_WATTS] = "W", [LIMIT_VOLTAMPERES] = "VA", [LIMIT_L1] = "A",
        [LIMIT_L2] = "A",  [LIMIT_L3] = "A",    [LIMIT_HEAT] = "W"};
    static const char *const phases[] = {[LIMIT_L1] = "L1", [LIMIT_L2] = "L2", [LIMIT_L3] = "L3"};
    uint32_t *nodes = calloc(answer->judged->topology->n_nodes + (size_t)1, sizeof(*nodes));
    size_t n = nodes ? whatif_sort(answer, high_ratio, nodes) : 0;
    text->failed |= !nodes;
    add_name(text, "nodes");
    text_add_char(text, '[');
    for (size_t i = 0; i < n; i++) {
        struct contingency_node look = whatif_look(answer, nodes[i]);
        text_add_string(text, i ? ",\n {" : "\n {");
        add_node(text, "node", answer->judged, nodes[i]);
        add_number(text, "ratio", answer->ratio[nodes[i]]);
        add_number(text, "before", look.before);
        add_number(text, "after", look.after);
        add_number(text, "usable", look.usable);
        add_name(text, "unit");
        text_add_json(text, units[look.limit]);
        if (look.limit >= LIMIT_L1 && look.limit <= LIMIT_L3) {
            add_name(text, "phase");
            text_add_json(text, phases[look.limit]);
        }
        add_bool(text, "heat", look.limit == LIMIT_HEAT);
        add_bool(text, "lower_bound", look.is_lower_bound);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
    free(nodes);
}

static void add_lost(struct text *text, const struct judged *judged, uint32_t lost) {
    text_add_char(text, '{');
    add_node(text, "node", judged, lost & ~CONTINGENCY_ONE_UNIT);
    add_bool(text, "unit", lost & CONTINGENCY_ONE_UNIT);
}

void whatif_add_json(const struct whatif_answer *answer, struct text *text) {
    add_name(text, "lost");
    for (size_t i = 0; i < answer->n_lost; i++) {
        text_add_char(text, i ? ',' : '[');
        add_lost(text, answer->judged, answer->lost[i]);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
    add_result(text, answer->judged, &answer->result);
    add_number(text, "trip_earliest_seconds", answer->trips.earliest_s);
    add_number(text, "trip_latest_seconds", answer->trips.latest_s);
    add_list(text, "dropped_nodes", answer, WHATIF_DROPPED);
    add_list(text, "on_battery_nodes", answer, WHATIF_ON_BATTERY);
    add_list(text, "redundancy_lost_nodes", answer, WHATIF_REDUNDANCY);
    add_list(text, "unknown_nodes", answer, WHATIF_UNKNOWN);
    add_list(text, "partly_known_nodes", answer, WHATIF_IN_PART);
    add_nodes(text, answer);
}

int whatif_add_json_all(const struct judged *judged, size_t most, struct text *text) {
    const struct contingency_result **results;
    size_t n;
    if (whatif_rank(judged, &results, &n) != 0)
        return ERROR_MEMORY;
    add_number(text, "total", (double)n);
    add_name(text, "losses");
    text_add_char(text, '[');
    for (size_t i = 0; i < n && i < most; i++) {
        text_add_string(text, i ? ",\n " : "\n ");
        add_lost(text, judged, results[i]->lost | (results[i]->is_unit ? CONTINGENCY_ONE_UNIT : 0));
        add_result(text, judged, results[i]);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
    free(results);
    return 0;
}
