/* SPDX-License-Identifier: Apache-2.0 */
/* Finds incidents: alarms that are no other's consequence. */
#include "command/status_incidents.h"

#include <math.h>
#include <string.h>

#include "command/node_alarms.h"
#include "command/status_digest.h"

enum { INDENT = 13, NAMED_MOST = 5, ALIKE_LEAST = 4 /* of one rule: a line for all of them */ };

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
    text_add_string(text, "  [");
    text_add_printable(text, status_text(alarm, "id"));
    text_add_string(text, "]\n");
    add_below(text, "takes along: ", status_text(alarm, "consequences"));
    add_below(text, "do: ", status_text(alarm, "response"));
}

/* How many incidents are of the rule, and the first of them. */
static size_t count_alike(const json_t *alarms, const json_t *alarm, const json_t **first) {
    const char *rule = status_text(alarm, "rule");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        const json_t *other = json_array_get(alarms, i);
        if (!is_incident(other) || strcmp(status_text(other, "rule"), rule) != 0 ||
            priority_of(other) != priority_of(alarm))
            continue;
        *first = n++ ? *first : other;
    }
    return n;
}

/* Many of one rule in a line: who they are, and the oldest's age. */
static void add_alike(const json_t *alarms, const json_t *alarm, size_t n, double now_ms, struct text *text) {
    char span[32];
    double since_ms = now_ms;
    size_t named = 0;
    text_add_format(text, "  P%zu%*s%zu of ", priority_of(alarm), INDENT - 4, "", n);
    text_add_printable(text, status_text(alarm, "rule"));
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        const json_t *other = json_array_get(alarms, i);
        const char *node = status_text(other, "node"), *device = status_text(other, "device");
        if (!is_incident(other) || strcmp(status_text(other, "rule"), status_text(alarm, "rule")) != 0 ||
            priority_of(other) != priority_of(alarm))
            continue;
        since_ms = fmin(since_ms, status_number(other, "since"));
        if (named++ >= NAMED_MOST)
            continue;
        text_add_string(text, named == 1 ? ": " : ", ");
        text_add_printable(text, *node ? node : device);
    }
    if (n > NAMED_MOST)
        text_add_format(text, " and %zu more", n - NAMED_MOST);
    status_write_span((now_ms - since_ms) / 1000, span, sizeof(span));
    text_add_format(text, ", for %s\n", span);
    add_below(text, "do: ", status_text(alarm, "response"));
}

void status_add_incidents(const json_t *document, struct text *text) {
    const json_t *alarms = json_object_get(document, "alarms");
    struct counts counts = count(alarms);
    double now_ms = status_number(document, "time");
    size_t shown = 0, lines = 0;
    add_counts(&counts, text);
    for (size_t i = 0; i < json_array_size(alarms) && lines < INCIDENTS_MOST; i++) {
        const json_t *alarm = json_array_get(alarms, i), *first = NULL;
        size_t n = is_incident(alarm) ? count_alike(alarms, alarm, &first) : 0;
        if (n == 0 || (n >= ALIKE_LEAST && first != alarm))
            continue;
        if (n >= ALIKE_LEAST)
            add_alike(alarms, alarm, n, now_ms, text);
        else
            add_incident(alarm, now_ms, text);
        shown += n >= ALIKE_LEAST ? n : 1;
        lines++;
    }
    if (counts.incidents > shown)
        text_add_format(text, "%*sand %zu more: hallwatch status --json\n", INDENT, "",
                        counts.incidents - shown);
}
