/* SPDX-License-Identifier: Apache-2.0 */
/* Finds incidents: alarms that are no other's consequence. */
#include "command/status_incidents.h"

#include <math.h>
#include <string.h>

#include "command/node_alarms.h"
#include "command/status_digest.h"

enum { INDENT = 13 };

struct counts {
    size_t incidents, of_priority[ALARM_PRIORITIES + 1], consequences, out;
};

static bool is_incident(const json_t *alarm) {
    return alarm_stands(alarm) && !*status_text(alarm, "cause");
}

static size_t priority_of(const json_t *alarm) {
    double priority = status_number(alarm, "priority");
    return priority >= 1 && priority <= ALARM_PRIORITIES ? (size_t)priority : ALARM_PRIORITIES;
}

static struct counts count(const json_t *alarms) {
    struct counts counts = {0};
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        const json_t *alarm = json_array_get(alarms, i);
        bool is_first = is_incident(alarm);
        bool is_out = strcmp(status_text(alarm, "state"), alarm_state_word(ALARM_OUT_OF_SERVICE)) == 0;
        counts.incidents += is_first;
        counts.of_priority[priority_of(alarm)] += is_first;
        counts.consequences += !is_first && !is_out;
        counts.out += is_out;
    }
    return counts;
}

static void add_counts(const struct counts *counts, struct text *text) {
    if (counts->incidents == 0)
        text_add_string(text, "none");
    else
        text_add_format(text, "%zu incident%s:", counts->incidents, counts->incidents > 1 ? "s" : "");
    for (size_t i = 1; i <= ALARM_PRIORITIES; i++)
        if (counts->of_priority[i] > 0)
            text_add_format(text, " %zu P%zu", counts->of_priority[i], i);
    if (counts->consequences > 0)
        text_add_format(text, "; %zu alarm%s follow%s from %s", counts->consequences,
                        counts->consequences > 1 ? "s" : "", counts->consequences > 1 ? "" : "s",
                        counts->incidents > 1 ? "these" : "it");
    if (counts->out > 0)
        text_add_format(text, "; %zu of what is out of service", counts->out);
    text_add_char(text, '\n');
}

static void add_below(struct text *text, const char *label, const char *words) {
    if (!*words)
        return;
    text_add_format(text, "%*s%s", INDENT + 3, "", label);
    text_add_printable(text, words);
    text_add_char(text, '\n');
}

static void add_incident(const json_t *alarm, double now_ms, struct text *text) {
    char span[32];
    double time_left = status_number(alarm, "time_left");
    const char *summary = status_text(alarm, "summary");
    status_write_span((now_ms - status_number(alarm, "since")) / 1000, span, sizeof(span));
    text_add_format(text, "  P%zu%*s", priority_of(alarm), INDENT - 4, "");
    text_add_printable(text, *summary ? summary : status_text(alarm, "rule"));
    text_add_format(text, ", for %s", span);
    if (isfinite(time_left)) {
        status_write_span(time_left, span, sizeof(span));
        text_add_format(text, ", %s LEFT", span);
    }
    if (strcmp(status_text(alarm, "state"), alarm_state_word(ALARM_RETURNED)) == 0)
        text_add_string(text, ", gone and latched");
    if (json_is_true(json_object_get(alarm, "chattering")))
        text_add_string(text, ", chattering");
    text_add_string(text, "  [");
    text_add_printable(text, status_text(alarm, "id"));
    text_add_string(text, "]\n");
    add_below(text, "takes along: ", status_text(alarm, "consequences"));
    add_below(text, "do: ", status_text(alarm, "response"));
}

void status_add_incidents(const json_t *document, struct text *text) {
    const json_t *alarms = json_object_get(document, "alarms");
    struct counts counts = count(alarms);
    size_t shown = 0;
    add_counts(&counts, text);
    for (size_t i = 0; i < json_array_size(alarms) && shown < INCIDENTS_MOST; i++) {
        const json_t *alarm = json_array_get(alarms, i);
        if (!is_incident(alarm))
            continue;
        add_incident(alarm, status_number(document, "time"), text);
        shown++;
    }
    if (counts.incidents > shown)
        text_add_format(text, "%*sand %zu more: hallwatch status --json\n", INDENT, "",
                        counts.incidents - shown);
}
