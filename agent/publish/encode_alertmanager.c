/* SPDX-License-Identifier: Apache-2.0 */
/* Empty labels are left out: Alertmanager drops them, and they would be another identity elsewhere. */
#include "publish/encode_alertmanager.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

static void add_member(struct text *text, const char *name, const char *value) {
    if (!value || !*value)
        return;
    if (text->size > 0 && !text->failed && text->data[text->size - 1] != '{')
        text_add_char(text, ',');
    text_add_json(text, name);
    text_add_char(text, ':');
    text_add_json(text, value);
}

void encode_alert_labels(const struct alarm_record *record, struct text *text) {
    static const char *const severities[] = {"none", "critical", "high", "warning", "info"};
    char priority[4];
    uint8_t number = record->priority < sizeof(severities) / sizeof(severities[0]) ? record->priority : 0;
    snprintf(priority, sizeof(priority), "%u", number);
    const struct {
        const char *name, *value;
    } labels[] = {
        {"alertname", record->rule}, {"alarm", record->id},    {"site", record->site},
        {"hall", record->hall},      {"row", record->row},     {"rack", record->rack},
        {"feed", record->feed},      {"node", record->node},   {"device", record->device},
        {"class", record->class},    {"place", record->place}, {"severity", severities[number]},
        {"priority", priority},
    };
    text_add_char(text, '{');
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        add_member(text, labels[i].name, labels[i].value);
    text_add_char(text, '}');
}

static void add_time(struct text *text, const char *name, int64_t time_ms) {
    char day[32] = "";
    struct tm tm;
    time_t seconds = (time_t)(time_ms / 1000);
    if (gmtime_r(&seconds, &tm))
        strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
    text_add_format(text, ",\"%s\":\"%s.%03dZ\"", name, day, (int)(time_ms % 1000));
}

static void add_number(struct text *text, const char *name, double value) {
    struct text number = {0};
    if (!isfinite(value))
        return;
    text_add_number(&number, value);
    add_member(text, name, number.data);
    text_done(&number);
}

static void add_annotations(struct text *text, const struct alarm_record *record) {
    text_add_string(text, ",\"annotations\":{");
    add_member(text, "summary", record->summary);
    add_member(text, "cause", record->cause);
    add_member(text, "consequences", record->consequences);
    add_member(text, "response", record->response);
    add_member(text, "state", alarm_state_word((enum alarm_state)record->state));
    add_member(text, "metric", record->metric);
    add_number(text, "value", record->value);
    add_number(text, "limit", record->limit);
    add_number(text, "seconds_left", record->seconds_left);
    add_number(text, "headroom_watts", record->headroom_watts);
    text_add_char(text, '}');
}

void encode_alert(const char *labels, const struct alarm_record *record, int64_t starts_ms, int64_t ends_ms,
                  struct text *body) {
    text_add_string(body, body->size == 0 ? "[{\"labels\":" : ",{\"labels\":");
    text_add_string(body, labels);
    if (record)
        add_annotations(body, record);
    /* Where the clock was set back, it began in the future. */
    add_time(body, "startsAt", starts_ms < ends_ms ? starts_ms : ends_ms);
    add_time(body, "endsAt", ends_ms);
    text_add_char(body, '}');
}

void encode_alert_end(struct text *body) {
    text_add_char(body, ']');
}
