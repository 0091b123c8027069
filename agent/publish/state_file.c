/* SPDX-License-Identifier: Apache-2.0 */
/* Figures are found by halves: there are some for each node. */
#include "publish/state_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Content */

void state_content_done(struct state_content *content) {
    for (size_t i = 0; i < content->n_alarms; i++)
        alarm_draft_done(&content->alarms[i]);
    for (size_t i = 0; i < content->n_figures; i++)
        free(content->figures[i].key);
    free(content->alarms);
    free(content->figures);
    *content = (struct state_content){0};
}

/* Room for one more of an array; false when out of memory. */
static bool make_room(void **items, size_t n, size_t *room, size_t size) {
    if (n < *room)
        return true;
    size_t more = *room ? *room * 2 : 64;
    void *larger = reallocarray(*items, more, size);
    if (!larger)
        return false;
    *items = larger;
    *room = more;
    return true;
}

/* Where the key is, or belongs. */
static size_t place_of(const struct state_content *content, const char *key) {
    size_t low = 0, high = content->n_figures;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(content->figures[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool state_content_set(struct state_content *content, const char *key, double value) {
    size_t i = place_of(content, key);
    if (!isfinite(value) || strlen(key) > STATE_KEY_MOST)
        return false;
    if (i < content->n_figures && strcmp(content->figures[i].key, key) == 0) {
        content->figures[i].value = value;
        return true;
    }
    void *figures = content->figures;
    bool has_room =
        content->n_figures < STATE_FIGURES_MOST &&
        make_room(&figures, content->n_figures, &content->figures_room, sizeof(struct state_figure));
    content->figures = figures;
    char *copy = has_room ? strdup(key) : NULL;
    if (!copy)
        return false;
    memmove(&content->figures[i + 1], &content->figures[i],
            (content->n_figures++ - i) * sizeof(struct state_figure));
    content->figures[i] = (struct state_figure){copy, value};
    return true;
}

/* Writing */

static void add_alarm(void *context, const struct alarm_record *record) {
    struct text *text = context;
    bool is_first = !text->failed && text->size > 0 && text->data[text->size - 1] == '[';
    text_add_string(text, is_first ? "\n{" : ",\n{");
    alarm_json_write(record, text);
    text_add_char(text, '}');
}

void state_file_write_figures(const struct state_content *content, int64_t now_ms, struct text *text) {
    text_clear(text);
    text_add_format(text, "{\"schema\":%d,\"written\":%" PRId64 ",\"journal\":%" PRIu64 ",\"figures\":{",
                    STATE_FILE_SCHEMA, now_ms, content->journal_size);
    for (size_t i = 0; i < content->n_figures; i++) {
        text_add_string(text, i > 0 ? ",\n" : "\n");
        text_add_json(text, content->figures[i].key);
        text_add_char(text, ':');
        text_add_number(text, content->figures[i].value);
    }
    text_add_string(text, "}");
}

void state_file_write_alarms(struct alarm_board *board, struct text *text) {
    text_add_string(text, ",\"alarms\":[");
    alarm_board_show(board, 0, add_alarm, text);
    text_add_string(text, "]}\n");
}

/* Reading */

enum section { TOP, ALARMS, FIGURES };

struct reading {
    struct json_stream stream;
    struct state_content *content;
    enum section section;
    unsigned depth;
    char key[STATE_KEY_MOST + 1];
    bool has_schema;
    const char *why;
};

static void begin_alarm(struct reading *reading) {
    struct state_content *content = reading->content;
    void *alarms = content->alarms;
    if (content->n_alarms == STATE_ALARMS_MOST)
        reading->why = "it holds too many alarms";
    else if (!make_room(&alarms, content->n_alarms, &content->alarms_room, sizeof(struct alarm_draft)))
        reading->why = "out of memory";
    content->alarms = alarms;
    if (!reading->why)
        alarm_draft_begin(&content->alarms[content->n_alarms++]);
}

static void end_alarm(struct reading *reading) {
    struct state_content *content = reading->content;
    if (!alarm_draft_is_whole(&content->alarms[content->n_alarms - 1]))
        reading->why = "one of its alarms is none";
}

static void take_key(struct reading *reading, const char *text, size_t size) {
    if (size > STATE_KEY_MOST || strlen(text) != size || !text_is_utf8(text, size)) {
        reading->why = "one of its keys is none";
        return;
    }
    memcpy(reading->key, text, size + 1);
    if (reading->depth != 1)
        return;
    reading->section = strcmp(text, "alarms") == 0 ? ALARMS : strcmp(text, "figures") == 0 ? FIGURES : TOP;
}

static void take_top(struct reading *reading, enum json_event event, const char *text) {
    double number;
    if (event != JSON_NUMBER || text_to_number(text, &number) != 0) {
        reading->why = "it is none of ours";
    } else if (strcmp(reading->key, "schema") == 0) {
        reading->has_schema = true;
        if (number != STATE_FILE_SCHEMA)
            reading->why = "a newer version of hallwatch has written it";
    } else if (strcmp(reading->key, "journal") == 0) {
        if (number < 0 || number > 1e15 || number != floor(number))
            reading->why = "what it says of the journal cannot be";
        else
            reading->content->journal_size = (uint64_t)number;
    }
}

static void take_figure(struct reading *reading, enum json_event event, const char *text) {
    double number;
    bool is_number = event == JSON_NUMBER && text_to_number(text, &number) == 0;
    if (!is_number || !state_content_set(reading->content, reading->key, number))
        reading->why = "one of its figures is none";
}

static void take_value(struct reading *reading, enum json_event event, const char *text, size_t size) {
    struct state_content *content = reading->content;
    if (reading->section == ALARMS && reading->depth == 3)
        alarm_draft_take(&content->alarms[content->n_alarms - 1], reading->key, event, text, size);
    else if (reading->section == FIGURES && reading->depth == 2)
        take_figure(reading, event, text);
    else if (reading->section == TOP && reading->depth == 1)
        take_top(reading, event, text);
    else
        reading->why = "it is none of ours";
}

/* Which of these may begin at which depth: the whole, the two sections, and alarms. */
static bool may_begin(const struct reading *reading, enum json_event event) {
    if (reading->depth == 0)
        return event == JSON_OBJECT;
    if (reading->depth == 1)
        return (reading->section == ALARMS && event == JSON_ARRAY) ||
               (reading->section == FIGURES && event == JSON_OBJECT);
    return reading->depth == 2 && reading->section == ALARMS && event == JSON_OBJECT;
}

static void take(void *context, enum json_event event, const char *text, size_t size) {
    struct reading *reading = context;
    if (reading->why)
        return;
    switch (event) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        if (!may_begin(reading, event))
            reading->why = "it is none of ours";
        else if (++reading->depth == 3)
            begin_alarm(reading);
        break;
    case JSON_OBJECT_END:
    case JSON_ARRAY_END:
        if (reading->depth-- == 3)
            end_alarm(reading);
        break;
    case JSON_KEY:
        take_key(reading, text, size);
        break;
    case JSON_STRING:
    case JSON_NUMBER:
    case JSON_WORD:
        take_value(reading, event, text, size);
        break;
    }
}

const char *state_file_read(const char *bytes, size_t size, struct state_content *content) {
    struct reading reading = {.stream = {.tell = take, .context = &reading, .longest = ALARM_TEXT_MOST},
                              .content = content};
    json_stream_begin(&reading.stream);
    json_stream_feed(&reading.stream, bytes, size);
    const char *why = reading.why ? reading.why : json_stream_why_broken(&reading.stream);
    if (!why && !json_stream_has_ended(&reading.stream))
        why = "it breaks off";
    if (!why && !reading.has_schema)
        why = "it is none of ours";
    json_stream_done(&reading.stream);
    if (why)
        state_content_done(content);
    return why;
}
