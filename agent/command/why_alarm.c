/* SPDX-License-Identifier: Apache-2.0 */
/* Puts an alarm and its rule into words. */
#include "command/why_alarm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command/node_alarms.h"
#include "command/status_digest.h"
#include "judge/alarm_rules.h"
#include "model/human.h"

enum { CAUSES_MOST = 16, CONSEQUENCES_MOST = 20 };

const json_t *why_find_alarm(const json_t *document, const char *id) {
    const json_t *alarms = json_object_get(document, "alarms");
    for (size_t i = 0; i < json_array_size(alarms); i++)
        if (strcmp(status_text(json_array_get(alarms, i), "id"), id) == 0)
            return json_array_get(alarms, i);
    return NULL;
}

static void add_text(const struct why *why, const char *label, const char *text) {
    if (!*text)
        return;
    why_begin(why, label);
    text_add_printable(why->text, text);
    text_add_char(why->text, '\n');
}

static void add_since(const struct why *why, const json_t *alarm) {
    char span[32];
    status_write_span((status_number(why->document, "time") - status_number(alarm, "since")) / 1000, span,
                      sizeof(span));
    text_add_format(why->text, ", for %s", span);
}

/* "P2 ups_on_battery-1a2b3c4d, active for 62 s: h1-a2-ups: on battery" */
static void add_in_short(const struct why *why, const json_t *alarm) {
    const char *summary = status_text(alarm, "summary");
    text_add_format(why->text, "P%.0f ", status_number(alarm, "priority"));
    text_add_printable(why->text, status_text(alarm, "id"));
    text_add_string(why->text, ", ");
    text_add_printable(why->text, status_text(alarm, "state"));
    add_since(why, alarm);
    text_add_string(why->text, *summary ? ": " : "");
    text_add_printable(why->text, summary);
    text_add_char(why->text, '\n');
}

/* --- the rule --- */

static void add_number(const struct why *why, const struct rule *rule, double value) {
    char words[64];
    if (rule->quantity == QUANTITY_NONE || rule->value == VALUE_OF_REFERENCE) {
        text_add_format(why->text, "%.4g", value);
        return;
    }
    human_write_value(rule->quantity, value, words, sizeof(words));
    text_add_format(why->text, "%s %s", words, human_unit(rule->quantity));
}

/* A condition of a node that is there or not: its number says nothing to people. */
static bool is_yes_or_no(const struct rule *rule) {
    return rule->quantity == QUANTITY_NONE && rule->limit == 0.5; /* alarm_rules.h */
}

/* Whether there is more to say of the condition than its words. */
static bool has_test(const struct rule *rule) {
    return rule->quantity != QUANTITY_NONE || rule->states || (!isnan(rule->limit) && !is_yes_or_no(rule));
}

static void add_test(const struct why *why, const struct rule *rule) {
    static const char *const tests[] = {
        [TEST_ABOVE] = "above ", [TEST_BELOW] = "below ", [TEST_IS] = "is ", [TEST_IS_NOT] = "is not "};
    const char *separator = "is ";
    if (rule->quantity != QUANTITY_NONE) {
        char title[80];
        human_write_title(rule->quantity, title, sizeof(title));
        text_add_format(why->text, "%s ", title);
    }
    for (unsigned code = 0; code < 32 && rule->states; code++) {
        const char *word = catalog_state_word(rule->quantity, code);
        if (!(rule->states & OF_STATE(code)))
            continue;
        text_add_format(why->text, "%s%s", separator, word ? word : "?");
        separator = " or ";
    }
    if (rule->states || isnan(rule->limit) || is_yes_or_no(rule))
        return;
    text_add_string(why->text, tests[rule->test]);
    add_number(why, rule, rule->limit);
    if (isfinite(rule->deadband) && rule->deadband > 0) {
        text_add_string(why->text, ", deadband ");
        add_number(why, rule, rule->deadband);
    }
}

/* "after 60 s", "after 2 readings" */
static void add_delay(const struct why *why, const char *what, int64_t delay_ms, unsigned reads) {
    text_add_format(why->text, "%s", what);
    if (reads > 0)
        text_add_format(why->text, " after %u reading%s in a row", reads, reads > 1 ? "s" : "");
    if (delay_ms > 0) {
        text_add_string(why->text, reads ? " and " : " after ");
        why_add_span(why, (double)delay_ms / 1000);
    } else if (reads == 0) {
        text_add_string(why->text, " at once");
    }
}

/* The site's own word on the rule, if it has one. */
static const struct power_rule *site_rule(const struct power_config *power, const char *name) {
    for (size_t i = 0; i < power->n_rules; i++)
        if (strcmp(power->rules[i].name, name) == 0)
            return &power->rules[i];
    return NULL;
}

static void add_rule(const struct why *why, const struct rule *rule, const char *name) {
    const struct power_rule *site = site_rule(why->config->power, name);
    why_begin(why, "rule");
    text_add_printable(why->text, name);
    if (site) {
        text_add_string(why->text, site->of_default ? ", a default as changed at " : ", configured at ");
        why_add_spot(why, &site->at);
    } else {
        text_add_string(why->text, rule ? ", a default" : ", which this configuration does not know");
    }
    text_add_char(why->text, '\n');
    if (!rule)
        return;
    text_add_format(why->text, "%*sP%u when: ", WHY_LABEL, "", (unsigned)rule->life.priority);
    text_add_format(why->text, "%s%s", rule->says ? rule->says : "",
                    rule->says && has_test(rule) ? "; " : "");
    add_test(why, rule);
    text_add_format(why->text, "\n%*s", WHY_LABEL, "");
    add_delay(why, "raised", rule->life.on_delay_ms, rule->life.on_reads);
    add_delay(why, ", ended", rule->life.off_delay_ms, rule->life.off_reads);
    text_add_string(why->text, rule->life.latches ? "; latches until hallwatch reset" : "");
    text_add_string(why->text, rule->life.is_never_suppressed ? "; never suppressed" : "");
    text_add_string(why->text, rule->life.ignores_maintenance ? "; in maintenance, too" : "");
    text_add_char(why->text, '\n');
}

/* --- the record --- */

static void add_value(const struct why *why, const json_t *alarm, const struct rule *rule) {
    enum quantity quantity = catalog_find_quantity(status_text(alarm, "metric"));
    quantity = quantity == QUANTITY_NONE && rule ? rule->quantity : quantity;
    const char *const names[] = {"value", "limit"};
    const char *separator = "";
    if (isnan(status_number(alarm, "value")) || (rule && is_yes_or_no(rule)))
        return;
    why_begin(why, "value");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        double value = status_number(alarm, names[i]);
        char words[64], title[80];
        if (isnan(value))
            continue;
        if (quantity == QUANTITY_NONE) {
            text_add_format(why->text, "%s%.6g", separator, value);
        } else {
            human_write_title(quantity, title, sizeof(title));
            human_write_value(quantity, value, words, sizeof(words));
            const char *unit = human_unit(quantity);
            text_add_format(why->text, "%s%s%s%s%s%s", separator, i ? "" : title, i ? "" : " ", words,
                            *unit ? " " : "", unit);
        }
        separator = ", limit ";
    }
    text_add_char(why->text, '\n');
}

static void add_causes(const struct why *why, const json_t *alarm) {
    const char *cause = status_text(alarm, "cause");
    for (int i = 0; *cause && i < CAUSES_MOST; i++) {
        const json_t *next = why_find_alarm(why->document, cause);
        why_begin(why, i ? "" : "cause");
        text_add_string(why->text, i ? "which follows from " : "");
        if (next) {
            add_in_short(why, next);
        } else {
            text_add_printable(why->text, cause);
            text_add_string(why->text, ", which has ended\n");
        }
        cause = next ? status_text(next, "cause") : "";
    }
}

static void add_consequences(const struct why *why, const json_t *alarm) {
    const json_t *alarms = json_object_get(why->document, "alarms");
    const char *id = status_text(alarm, "id");
    size_t n = 0;
    add_text(why, "takes along", status_text(alarm, "consequences"));
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        const json_t *other = json_array_get(alarms, i);
        if (!*id || strcmp(status_text(other, "cause"), id) != 0 || n++ >= CONSEQUENCES_MOST)
            continue;
        text_add_format(why->text, "%*s", WHY_LABEL, "");
        add_in_short(why, other);
    }
    if (n > CONSEQUENCES_MOST)
        text_add_format(why->text, "%*sand %zu more\n", WHY_LABEL, "", n - CONSEQUENCES_MOST);
}

bool why_add_alarm(const struct why *why, const json_t *alarm) {
    double left_s = status_number(alarm, "time_left"), headroom = status_number(alarm, "headroom");
    text_add_string(why->text, "alarm ");
    add_in_short(why, alarm);
    text_add_char(why->text, '\n');
    add_text(why, "node", status_text(alarm, "node"));
    add_text(why, "device", status_text(alarm, "device"));
    add_text(why, "place", status_text(alarm, "place"));
    struct rule_set rules = {0};
    const char *name = status_text(alarm, "rule");
    if (rule_set_make(why->config->power, &rules) != 0)
        return false;
    const struct rule *rule = rule_set_find(&rules, name);
    add_value(why, alarm, rule);
    if (isfinite(left_s)) {
        why_begin(why, "time left");
        why_add_span(why, left_s);
        text_add_char(why->text, '\n');
    }
    if (isfinite(headroom)) {
        why_begin(why, "headroom");
        why_add_watts(why, headroom);
        text_add_char(why->text, '\n');
    }
    add_rule(why, rule, name);
    rule_set_done(&rules);
    if (strcmp(status_text(alarm, "state"), alarm_state_word(ALARM_RETURNED)) == 0) {
        why_begin(why, "latched");
        text_add_string(why->text, "the condition is gone: hallwatch reset ");
        text_add_printable(why->text, status_text(alarm, "id"));
        text_add_char(why->text, '\n');
    }
    if (json_is_true(json_object_get(alarm, "chattering")))
        add_text(why, "chattering", "it comes and goes: its deadband or delays are too small");
    add_causes(why, alarm);
    add_consequences(why, alarm);
    add_text(why, "do", status_text(alarm, "response"));
    return true;
}

void why_add_alarms_of(const struct why *why, uint32_t node) {
    const json_t *alarms = json_object_get(why->document, "alarms");
    const char *label = "alarms";
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        const json_t *alarm = json_array_get(alarms, i);
        if (!alarm_is_about(alarm, &why->judged->power->nodes[node]))
            continue;
        why_begin(why, label);
        add_in_short(why, alarm);
        label = "";
    }
}
