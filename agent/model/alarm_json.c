/* SPDX-License-Identifier: Apache-2.0 */
/* One table of numbers and the board's of texts serve both ways. */
#include "model/alarm_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum kind { REAL, COUNT, TIME, FLAG };

struct number {
    const char *name;
    enum kind kind;
    size_t offset;
};
static const struct number numbers[] = {
    {"value", REAL, offsetof(struct alarm_record, value)},
    {"limit", REAL, offsetof(struct alarm_record, limit)},
    {"headroom_watts", REAL, offsetof(struct alarm_record, headroom_watts)},
    {"seconds_left", REAL, offsetof(struct alarm_record, seconds_left)},
    {"n_consequences", COUNT, offsetof(struct alarm_record, n_consequences)},
    {"since", TIME, offsetof(struct alarm_record, since_ms)},
    {"changed", TIME, offsetof(struct alarm_record, changed_ms)},
    {"latches", FLAG, offsetof(struct alarm_record, latches)},
    {"chattering", FLAG, offsetof(struct alarm_record, is_chattering)},
};
enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };
static const double TIME_MOST = 1e14; /* the year 5138 */

/* Writing */

static void begin_member(struct text *text, const char *name) {
    text_add_format(text, ",\"%s\":", name);
}

static void write_text(struct text *text, const char *name, const char *value) {
    if (!*value)
        return;
    begin_member(text, name);
    text_add_json(text, value);
}

static void write_number(const struct alarm_record *record, const struct number *number, struct text *text) {
    const void *at = (const char *)record + number->offset;
    switch (number->kind) {
    case REAL:
        if (!isfinite(*(const double *)at))
            return;
        begin_member(text, number->name);
        text_add_number(text, *(const double *)at);
        break;
    case COUNT:
        if (*(const uint32_t *)at == 0)
            return;
        begin_member(text, number->name);
        text_add_integer(text, *(const uint32_t *)at);
        break;
    case TIME:
        begin_member(text, number->name);
        text_add_integer(text, *(const int64_t *)at);
        break;
    case FLAG:
        if (!*(const bool *)at)
            return;
        begin_member(text, number->name);
        text_add_string(text, "true");
        break;
    }
}

void alarm_json_write(const struct alarm_record *record, struct text *text) {
    text_add_string(text, "\"alarm\":");
    text_add_json(text, record->id);
    write_text(text, "state", alarm_state_word((enum alarm_state)record->state));
    begin_member(text, "priority");
    text_add_integer(text, record->priority);
    for (size_t i = 0; i < ALARM_TEXTS; i++)
        write_text(text, alarm_texts[i].name, alarm_text_get(record, i));
    write_text(text, "metric", record->metric ? record->metric : "");
    for (size_t i = 0; i < NUMBERS; i++)
        write_number(record, &numbers[i], text);
}

/* Reading */

void alarm_draft_begin(struct alarm_draft *draft) {
    *draft = (struct alarm_draft){.record = {.value = (double)NAN,
                                             .limit = (double)NAN,
                                             .headroom_watts = (double)NAN,
                                             .seconds_left = (double)NAN,
                                             .metric = "",
                                             .since_ms = -1,
                                             .changed_ms = -1}};
    for (size_t i = 0; i < ALARM_TEXTS; i++)
        alarm_text_set(&draft->record, i, "");
}

void alarm_draft_done(struct alarm_draft *draft) {
    for (size_t i = 0; i <= ALARM_TEXTS; i++)
        free(draft->texts[i]);
    *draft = (struct alarm_draft){0};
}

/* As names are everywhere: UTF-8 without control characters. */
static bool is_plain(const char *text, size_t size) {
    uint32_t character;
    for (size_t at = 0, taken; at < size; at += taken) {
        taken = text_take_character(text + at, size - at, &character);
        if (taken == 0 || text_is_control(character))
            return false;
    }
    return true;
}

static void take_text(struct alarm_draft *draft, size_t i, const char *text, size_t size) {
    free(draft->texts[i]);
    draft->texts[i] = size <= ALARM_TEXT_MOST && is_plain(text, size) ? strndup(text, size) : NULL;
    if (!draft->texts[i])
        draft->failed = true;
    else if (i < ALARM_TEXTS)
        alarm_text_set(&draft->record, i, draft->texts[i]);
    else
        draft->record.metric = draft->texts[i];
}

static void take_id(struct alarm_draft *draft, const char *text, size_t size) {
    if (size == 0 || size >= sizeof(draft->record.id) || !is_plain(text, size)) {
        draft->failed = true;
        return;
    }
    memcpy(draft->record.id, text, size);
    draft->record.id[size] = '\0';
}

static void take_state(struct alarm_draft *draft, const char *text, size_t size) {
    int state = strlen(text) == size ? alarm_state_find(text) : -1;
    draft->failed |= state < 0;
    draft->record.state = (uint8_t)(state < 0 ? 0 : state);
}

static void take_string(struct alarm_draft *draft, const char *key, const char *text, size_t size) {
    for (size_t i = 0; i <= ALARM_TEXTS; i++)
        if (strcmp(key, i < ALARM_TEXTS ? alarm_texts[i].name : "metric") == 0)
            take_text(draft, i, text, size);
    if (strcmp(key, "alarm") == 0)
        take_id(draft, text, size);
    else if (strcmp(key, "state") == 0)
        take_state(draft, text, size);
}

static bool is_whole_number(double value, double least, double most) {
    return value >= least && value <= most && value == floor(value);
}

static bool set_number(struct alarm_draft *draft, const struct number *number, double value) {
    void *at = (char *)&draft->record + number->offset;
    bool is_good = number->kind == REAL    ? isfinite(value)
                   : number->kind == COUNT ? is_whole_number(value, 0, UINT32_MAX)
                                           : is_whole_number(value, 0, TIME_MOST);
    if (is_good && number->kind == REAL)
        *(double *)at = value;
    else if (is_good && number->kind == COUNT)
        *(uint32_t *)at = (uint32_t)value;
    else if (is_good)
        *(int64_t *)at = (int64_t)value;
    return is_good;
}

static void take_number(struct alarm_draft *draft, const char *key, const char *text) {
    double value;
    if (text_to_number(text, &value) != 0) {
        draft->failed = true;
        return;
    }
    if (strcmp(key, "priority") == 0) {
        draft->failed |= !is_whole_number(value, 1, 4);
        draft->record.priority = draft->failed ? 0 : (uint8_t)value;
        return;
    }
    for (size_t i = 0; i < NUMBERS; i++)
        if (strcmp(key, numbers[i].name) == 0)
            draft->failed |= !set_number(draft, &numbers[i], value);
}

static void take_word(struct alarm_draft *draft, const char *key, const char *text) {
    for (size_t i = 0; i < NUMBERS; i++)
        if (strcmp(key, numbers[i].name) == 0)
            *(bool *)((char *)&draft->record + numbers[i].offset) = strcmp(text, "true") == 0;
}

/* How the value of a member of ours is told; JSON_KEY: it is none of ours. */
static enum json_event event_of(const char *key) {
    if (strcmp(key, "priority") == 0)
        return JSON_NUMBER;
    for (size_t i = 0; i < NUMBERS; i++)
        if (strcmp(key, numbers[i].name) == 0)
            return numbers[i].kind == FLAG ? JSON_WORD : JSON_NUMBER;
    for (size_t i = 0; i < ALARM_TEXTS; i++)
        if (strcmp(key, alarm_texts[i].name) == 0)
            return JSON_STRING;
    static const char *const others[] = {"alarm", "state", "metric"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(key, others[i]) == 0)
            return JSON_STRING;
    return JSON_KEY;
}

void alarm_draft_take(struct alarm_draft *draft, const char *key, enum json_event event, const char *text,
                      size_t size) {
    enum json_event expected = event_of(key);
    if (expected == JSON_KEY)
        return;
    if (event != expected)
        draft->failed = true;
    else if (event == JSON_STRING)
        take_string(draft, key, text, size);
    else if (event == JSON_NUMBER)
        take_number(draft, key, text);
    else
        take_word(draft, key, text);
}

bool alarm_draft_is_whole(const struct alarm_draft *draft) {
    const struct alarm_record *record = &draft->record;
    return !draft->failed && record->id[0] && record->rule && record->rule[0] && record->priority > 0 &&
           record->since_ms >= 0 && record->changed_ms >= 0;
}
