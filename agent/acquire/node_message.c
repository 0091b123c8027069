/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the members that matter: where in the document it is says what a text belongs to. Members come in
 * any order; a message is complete at its end.
 */
#include "acquire/node_message.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_stream.h"

enum where { NOWHERE, IN_MESSAGE, IN_MESSAGES, IN_READINGS, IN_READING };

enum member {
    OTHER,
    MESSAGES,
    READINGS,
    SITE,
    NODE,
    GATEWAY,
    STREAM,
    SEQUENCE,
    TIME,
    CLOCK_ERROR_OF_GATEWAY,
    METRIC,
    PHASE,
    POINT,
    VALUE,
    QUALITY,
};

/* What is of one place, and how it is called there. */
static const struct {
    const char *name;
    enum where in;
    enum member member;
} members[] = {
    {"messages", IN_MESSAGE, MESSAGES},
    {"readings", IN_MESSAGE, READINGS},
    {"site", IN_MESSAGE, SITE},
    {"node", IN_MESSAGE, NODE},
    {"gateway", IN_MESSAGE, GATEWAY},
    {"stream", IN_MESSAGE, STREAM},
    {"sequence", IN_MESSAGE, SEQUENCE},
    {"time", IN_MESSAGE, TIME},
    {"clock_error", IN_MESSAGE, CLOCK_ERROR_OF_GATEWAY},
    {"metric", IN_READING, METRIC},
    {"phase", IN_READING, PHASE},
    {"point", IN_READING, POINT},
    {"value", IN_READING, VALUE},
    {"quality", IN_READING, QUALITY},
};

enum { METRICS = 256 /* a power of two, well above how many nodes have */ };

struct node_reader {
    node_reader_take *take;
    void *context;
    struct json_stream json;
    enum where places[JSON_DEPTH_MOST];
    size_t depth;
    enum member member; /* whose value comes */
    struct node_message message;
    struct node_reading reading;
    bool is_usable;               /* the reading: all that it says of itself is known here */
    enum quantity known[METRICS]; /* by a hash of their names */
    const char *why;
};

static void complain(struct node_reader *reader, const char *why) {
    if (!reader->why)
        reader->why = why;
}

/* --- one reading --- */

static void begin_reading(struct node_reader *reader) {
    reader->reading = (struct node_reading){.value = (double)NAN, .quality = QUALITY_ABSENT};
    reader->is_usable = true;
}

/* The catalogue is long, and the same few metrics come thousands of times a second. */
static enum quantity find_quantity(struct node_reader *reader, const char *name) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *at = name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    enum quantity *known = &reader->known[(hash ^ hash >> 16) & (METRICS - 1)];
    if (*known == QUANTITY_NONE || strcmp(catalog_quantity(*known)->name, name) != 0)
        *known = catalog_find_quantity(name);
    return *known;
}

static void set_phase(struct node_reader *reader, const char *text) {
    enum phase phase = PHASE_NONE + 1;
    while (phase < N_PHASES && strcmp(catalog_phase(phase), text) != 0)
        phase++;
    reader->is_usable &= phase < N_PHASES;
    reader->reading.series.place.phase = phase;
}

/* The points that figures of nodes have; places borrow them. */
static void set_point(struct node_reader *reader, const char *text) {
    static const char *const points[] = {"at_least", "bound",    "highest", "warning",
                                         "critical", "earliest", "latest"};
    size_t i = 0, n = sizeof(points) / sizeof(points[0]);
    while (i < n && strcmp(points[i], text) != 0)
        i++;
    reader->is_usable &= i < n;
    reader->reading.series.place.point = i < n ? points[i] : NULL;
}

static void set_quality(struct node_reader *reader, const char *text) {
    static const enum quality told[] = {QUALITY_GOOD, QUALITY_STALE, QUALITY_BAD, QUALITY_SUBSTITUTED};
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        if (strcmp(quality_word(told[i]), text) == 0)
            reader->reading.quality = (uint8_t)told[i];
}

/* What is out of its physical range is bad, as it is of a device. */
static void end_reading(struct node_reader *reader) {
    struct node_reading *reading = &reader->reading;
    if (!reader->is_usable || reading->series.quantity == QUANTITY_NONE || reading->quality == QUALITY_ABSENT)
        return;
    const struct quantity_info *info = catalog_quantity(reading->series.quantity);
    if (info->kind == KIND_TEXT)
        return;
    if (!(reading->value >= info->least && reading->value <= info->most))
        reading->quality = QUALITY_BAD;
    if (reader->message.n == NODE_READINGS_MOST) {
        complain(reader, "it holds too many readings");
        return;
    }
    reader->message.readings[reader->message.n++] = *reading;
}

/* --- one message --- */

static void begin_message(struct node_reader *reader) {
    struct node_message *message = &reader->message;
    message->site[0] = message->node[0] = message->gateway[0] = message->stream[0] = '\0';
    message->sequence = 0;
    message->time_ms = 0;
    message->clock_error_s = (double)NAN;
    message->n = 0;
}

static void end_message(struct node_reader *reader) {
    const struct node_message *message = &reader->message;
    if (message->node[0] && message->stream[0] && message->sequence > 0 && message->time_ms > 0)
        reader->take(reader->context, message);
    begin_message(reader);
}

/* A text that is cut would be another. */
static void set_text(struct node_reader *reader, char *to, size_t most, const char *text, size_t size) {
    if (size > most || memchr(text, '\0', size)) {
        complain(reader, "a name in it is too long, or holds a NUL");
        return;
    }
    memcpy(to, text, size);
    to[size] = '\0';
}

/* --- the walk --- */

static void take_string(struct node_reader *reader, const char *text, size_t size) {
    struct node_message *message = &reader->message;
    const struct {
        enum member member;
        char *to;
        size_t most;
    } texts[] = {{SITE, message->site, NODE_TEXT_MOST},
                 {NODE, message->node, NODE_TEXT_MOST},
                 {GATEWAY, message->gateway, NODE_TEXT_MOST},
                 {STREAM, message->stream, NODE_STREAM_MOST}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].member == reader->member)
            set_text(reader, texts[i].to, texts[i].most, text, size);
    if (reader->member == METRIC)
        reader->reading.series.quantity = find_quantity(reader, text);
    else if (reader->member == PHASE)
        set_phase(reader, text);
    else if (reader->member == POINT)
        set_point(reader, text);
    else if (reader->member == QUALITY)
        set_quality(reader, text);
}

static void take_number(struct node_reader *reader, const char *text) {
    struct node_message *message = &reader->message;
    int64_t integer = 0;
    double number = (double)NAN;
    if (reader->member == VALUE && text_to_number(text, &number) == 0)
        reader->reading.value = number;
    else if (reader->member == CLOCK_ERROR_OF_GATEWAY && text_to_number(text, &number) == 0 && number >= 0)
        message->clock_error_s = number;
    else if (reader->member == SEQUENCE && text_to_integer(text, &integer) == 0 && integer > 0)
        message->sequence = (uint64_t)integer;
    else if (reader->member == TIME && text_to_integer(text, &integer) == 0 && integer > 0)
        message->time_ms = integer;
}

static void take_key(struct node_reader *reader, const char *text) {
    enum where place = reader->depth > 0 ? reader->places[reader->depth - 1] : NOWHERE;
    size_t i = 0, n = sizeof(members) / sizeof(members[0]);
    while (i < n && (members[i].in != place || strcmp(members[i].name, text) != 0))
        i++;
    reader->member = i < n ? members[i].member : OTHER;
    /* A label that is not known here makes the reading another's: of a part, of a reason. */
    if (i == n && place == IN_READING)
        reader->is_usable = false;
    if (i == n)
        json_stream_skip(&reader->json);
}

static void enter(struct node_reader *reader, bool is_array) {
    enum where outer = reader->depth > 0 ? reader->places[reader->depth - 1] : NOWHERE, place = NOWHERE;
    if (is_array && outer == IN_MESSAGE && reader->member == READINGS)
        place = IN_READINGS;
    else if (is_array && outer == IN_MESSAGE && reader->member == MESSAGES && reader->depth == 1)
        place = IN_MESSAGES;
    else if (!is_array && (reader->depth == 0 || outer == IN_MESSAGES))
        place = IN_MESSAGE;
    else if (!is_array && outer == IN_READINGS)
        place = IN_READING;
    else
        complain(reader, "it has not the form of a message about nodes");
    if (place == IN_MESSAGE || place == IN_MESSAGES)
        begin_message(reader);
    if (place == IN_READING)
        begin_reading(reader);
    reader->places[reader->depth++] = place;
    reader->member = OTHER;
}

static void leave(struct node_reader *reader) {
    enum where place = reader->places[--reader->depth];
    if (place == IN_READING)
        end_reading(reader);
    if (place == IN_MESSAGE)
        end_message(reader);
    reader->member = OTHER;
}

static void tell(void *context, enum json_event event, const char *text, size_t size) {
    struct node_reader *reader = context;
    if (reader->why && event != JSON_OBJECT_END && event != JSON_ARRAY_END)
        return;
    switch (event) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        enter(reader, event == JSON_ARRAY);
        break;
    case JSON_OBJECT_END:
    case JSON_ARRAY_END:
        if (!reader->why)
            leave(reader);
        break;
    case JSON_KEY:
        take_key(reader, text);
        break;
    case JSON_STRING:
        take_string(reader, text, size);
        break;
    case JSON_NUMBER:
        take_number(reader, text);
        break;
    case JSON_WORD:
        break;
    }
}

struct node_reader *node_reader_new(node_reader_take *take, void *context) {
    struct node_reader *reader = calloc(1, sizeof(*reader));
    if (!reader)
        return NULL;
    reader->take = take;
    reader->context = context;
    reader->json =
        (struct json_stream){.tell = tell, .context = reader, .longest = 4 * (size_t)NODE_TEXT_MOST};
    return reader;
}

void node_reader_free(struct node_reader *reader) {
    if (!reader)
        return;
    json_stream_done(&reader->json);
    free(reader);
}

const char *node_reader_read(struct node_reader *reader, const char *bytes, size_t n) {
    reader->depth = 0;
    reader->member = OTHER;
    reader->why = NULL;
    begin_message(reader);
    json_stream_begin(&reader->json);
    size_t used = json_stream_feed(&reader->json, bytes, n);
    if (json_stream_why_broken(&reader->json))
        return json_stream_why_broken(&reader->json);
    if (reader->why)
        return reader->why;
    return json_stream_has_ended(&reader->json) && used == n ? NULL
                                                             : "it does not end, or goes on behind its end";
}
