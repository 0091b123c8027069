/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the members that matter on a stack of places, and skips the values of all others. What an object
 * said of a row is used at its end, since members come in any order.
 */
#include "command/prove_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "command/prove_series.h"
#include "command/prove_time.h"

enum { TEXT_MOST = 64 << 20 /* of a message that comes as a text */ };

enum place {
    IN_LIST, /* of objects */
    IN_OBJECT,
    IN_LABELS,
    IN_VALUES,  /* numbers, or rows of them */
    IN_TIMES,   /* numbers */
    IN_ROW,     /* a time and values */
    IN_COLUMNS, /* their names */
};

enum member {
    OTHER,
    STREAM,
    SEQUENCE,
    FIRST_SEQUENCE,
    TIME,
    GAP,
    SITE,
    GATEWAY,
    STATUS,
    ERROR,
    PARTIAL, /* true: it is not all */
    PAYLOAD, /* an object, or a text that holds one */
    DATA,    /* an object that is looked into */
    OBJECTS, /* a list of them */
    LABELS,
    VALUES,
    TIMES,
    ONE_VALUE,
    COLUMNS,
    N_MEMBERS
};

static const struct {
    const char *name;
    enum member member;
} members[] = {
    {"stream", STREAM},   {"sequence", SEQUENCE}, {"first_sequence", FIRST_SEQUENCE},
    {"time", TIME},       {"gap", GAP},           {"site", SITE},
    {"gateway", GATEWAY}, {"status", STATUS},     {"error", ERROR},
    {"payload", PAYLOAD}, {"data", DATA},         {"messages", OBJECTS},
    {"result", OBJECTS},  {"results", OBJECTS},   {"series", OBJECTS},
    {"metric", LABELS},   {"tags", LABELS},       {"values", VALUES},
    {"value", ONE_VALUE}, {"timestamps", TIMES},  {"columns", COLUMNS},
    {"partial", PARTIAL}, {"isPartial", PARTIAL},
};

struct frame {
    enum place place;
    enum member member; /* whose value comes */
    size_t object;      /* the frame of the nearest object */
    char label[32];     /* the same, of labels */
    /* What is known of an object: */
    struct prove_labels labels;
    uint64_t sequence, first_sequence;
    int64_t time_ms;
    bool is_gap, has_series;
};

struct prove_reader {
    struct prove_streams *streams;
    struct json_stream json;
    struct prove_reader *inner; /* of messages that come as texts; it has none itself */
    struct prove_series *series;
    struct frame frames[JSON_DEPTH_MOST];
    size_t n;
    const char *why;
    int error;
    uint64_t found;
    bool is_answer, is_partial; /* the present document; any of them */
};

static void complain(struct prove_reader *reader, const char *why) {
    if (!reader->why)
        reader->why = why;
}

static void doubt(struct prove_reader *reader, const char *why) {
    complain(reader, why);
    reader->is_partial = true;
}

static void note_error(struct prove_reader *reader, int error) {
    if (error && !reader->error)
        reader->error = error;
}

/* --- the end of an object --- */

static void end_message(struct prove_reader *reader, const struct frame *frame) {
    struct prove_stream *stream;
    uint64_t first = frame->first_sequence, last = frame->sequence;
    if (!first)
        first = last;
    if (first > last) {
        complain(reader, "first_sequence is beyond sequence");
        return;
    }
    int error = prove_streams_find(reader->streams, frame->labels.stream, &stream);
    if (!error)
        error = prove_stream_name(stream, frame->labels.site, frame->labels.gateway);
    if (!error && frame->is_gap)
        error = prove_stream_account(reader->streams, stream, PROVE_DROPPED, first, last, frame->time_ms);
    else if (!error)
        error = prove_stream_see(reader->streams, stream, last, frame->time_ms);
    if (!error && !frame->is_gap && first < last)
        error = prove_stream_account(reader->streams, stream, PROVE_THINNED, first, last - 1, frame->time_ms);
    note_error(reader, error);
    reader->found++;
}

static void end_object(struct prove_reader *reader, const struct frame *frame) {
    if (frame->sequence && *frame->labels.stream)
        end_message(reader, frame);
    else if (frame->has_series)
        note_error(reader, prove_series_end(reader->series, &frame->labels));
}

/* --- the beginning of objects and arrays --- */

static enum place place_of(const struct frame *parent, bool is_object) {
    static const enum place arrays[N_MEMBERS] = {
        [VALUES] = IN_VALUES, [ONE_VALUE] = IN_ROW, [TIMES] = IN_TIMES, [COLUMNS] = IN_COLUMNS};
    if (is_object)
        return parent && parent->place == IN_OBJECT && parent->member == LABELS ? IN_LABELS : IN_OBJECT;
    if (parent && parent->place == IN_VALUES)
        return IN_ROW;
    return parent && parent->place == IN_OBJECT ? arrays[parent->member] : IN_LIST;
}

static void begin_nested(struct prove_reader *reader, bool is_object) {
    struct frame *frame = &reader->frames[reader->n], *parent = reader->n > 0 ? frame - 1 : NULL;
    frame->place = place_of(parent, is_object);
    frame->object = parent ? parent->object : 0;
    frame->member = OTHER;
    if (frame->place == IN_OBJECT) {
        const struct frame *around = parent ? &reader->frames[parent->object] : NULL;
        frame->object = reader->n;
        frame->labels = (struct prove_labels){.stream = ""};
        if (around && around->place == IN_OBJECT) { /* of a batch */
            memcpy(frame->labels.site, around->labels.site, sizeof(frame->labels.site));
            memcpy(frame->labels.gateway, around->labels.gateway, sizeof(frame->labels.gateway));
        }
        frame->sequence = frame->first_sequence = 0;
        frame->time_ms = PROVE_NO_TIME;
        frame->is_gap = frame->has_series = false;
    } else if (frame->place == IN_LABELS || frame->place == IN_COLUMNS) {
        reader->frames[frame->object].has_series = reader->is_answer = true;
        prove_series_begin(reader->series);
    } else if (frame->place == IN_VALUES) {
        prove_series_begin_values(reader->series);
    } else if (frame->place == IN_TIMES) {
        prove_series_begin_times(reader->series);
    } else if (frame->place == IN_ROW) {
        prove_series_begin_row(reader->series);
    }
    reader->n++;
}

static void end_nested(struct prove_reader *reader) {
    struct frame *frame = &reader->frames[--reader->n];
    if (frame->place == IN_OBJECT)
        end_object(reader, frame);
    else if (frame->place == IN_ROW)
        note_error(reader, prove_series_end_row(reader->series, &reader->frames[frame->object].labels));
}

/* --- members --- */

static void note_key(struct prove_reader *reader, const char *key) {
    struct frame *frame = &reader->frames[reader->n - 1];
    if (frame->place == IN_LABELS) {
        snprintf(frame->label, sizeof(frame->label), "%s", key);
        return;
    }
    frame->member = OTHER;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (strcmp(members[i].name, key) == 0)
            frame->member = members[i].member;
    bool is_useless = (frame->member == VALUES || frame->member == TIMES) && frame->has_series &&
                      !prove_series_is_wanted(reader->series, &frame->labels);
    if (frame->member == OTHER || is_useless)
        json_stream_skip(&reader->json);
}

/* A message that comes as a text; other texts are no business of ours. */
static void read_payload(struct prove_reader *reader, const char *text, size_t size) {
    struct prove_reader *inner = reader->inner;
    if (!inner || size == 0 || text[0] != '{')
        return;
    struct json_stream *json = prove_reader_begin(inner);
    size_t used = json_stream_feed(json, text, size);
    if (json_stream_why_broken(json))
        complain(reader, json_stream_why_broken(json));
    else if (!json_stream_has_ended(json) || used < size)
        complain(reader, "the payload breaks off");
    const char *why = prove_reader_why(inner);
    if (why)
        complain(reader, why);
    note_error(reader, inner->error);
}

static uint64_t to_sequence(struct prove_reader *reader, const char *text) {
    uint64_t sequence = prove_sequence_of(text);
    if (!sequence)
        complain(reader, "a sequence is no whole number from 1 to 2^53");
    return sequence;
}

static void note_text(struct prove_reader *reader, struct frame *frame, const char *text, size_t size) {
    const char *name = frame->member == STREAM    ? "stream"
                       : frame->member == SITE    ? "site"
                       : frame->member == GATEWAY ? "gateway"
                                                  : "";
    if (!prove_labels_set(&frame->labels, name, text))
        complain(reader, "the name of a stream is too long");
    if (frame->member == PAYLOAD)
        read_payload(reader, text, size);
    if (frame->member == ERROR || (frame->member == STATUS && strcmp(text, "error") == 0))
        doubt(reader, "the answer is an error");
}

static void note_member(struct prove_reader *reader, struct frame *frame, enum json_event event,
                        const char *text, size_t size) {
    if (event == JSON_STRING)
        note_text(reader, frame, text, size);
    if (frame->member == SEQUENCE)
        frame->sequence = to_sequence(reader, text);
    else if (frame->member == FIRST_SEQUENCE)
        frame->first_sequence = to_sequence(reader, text);
    else if (frame->member == TIME)
        frame->time_ms = prove_time_of(text);
    else if (frame->member == GAP)
        frame->is_gap = event == JSON_WORD && text[0] == 't';
    else if (frame->member == PARTIAL && event == JSON_WORD && text[0] == 't')
        doubt(reader, "the answer says that it is not all");
}

static void tell(void *context, enum json_event event, const char *text, size_t size) {
    struct prove_reader *reader = context;
    struct frame *frame = reader->n > 0 ? &reader->frames[reader->n - 1] : NULL;
    if (event == JSON_OBJECT || event == JSON_ARRAY) {
        begin_nested(reader, event == JSON_OBJECT);
        return;
    }
    if (!frame)
        return;
    struct prove_labels *labels = &reader->frames[frame->object].labels;
    if (event == JSON_OBJECT_END || event == JSON_ARRAY_END)
        end_nested(reader);
    else if (event == JSON_KEY)
        note_key(reader, text);
    else if (frame->place == IN_OBJECT)
        note_member(reader, frame, event, text, size);
    else if (frame->place == IN_LABELS && event == JSON_STRING &&
             !prove_labels_set(labels, frame->label, text))
        complain(reader, "the name of a stream is too long");
    else if (frame->place == IN_COLUMNS)
        prove_series_add_column(reader->series, text);
    else if (frame->place == IN_VALUES)
        note_error(reader, prove_series_add_value(reader->series, text));
    else if (frame->place == IN_TIMES)
        note_error(reader, prove_series_add_time(reader->series, text));
    else if (frame->place == IN_ROW)
        prove_series_add_cell(reader->series, event == JSON_WORD ? "" : text);
}

/* --- the whole --- */

static struct prove_reader *make(struct prove_streams *streams) {
    struct prove_reader *reader = calloc(1, sizeof(*reader));
    if (!reader)
        return NULL;
    reader->streams = streams;
    reader->json = (struct json_stream){.tell = tell, .context = reader, .longest = TEXT_MOST};
    reader->series = prove_series_new(streams);
    if (reader->series)
        return reader;
    prove_reader_free(reader);
    return NULL;
}

struct prove_reader *prove_reader_new(struct prove_streams *streams) {
    struct prove_reader *reader = make(streams);
    if (!reader)
        return NULL;
    reader->inner = make(streams);
    if (reader->inner)
        return reader;
    prove_reader_free(reader);
    return NULL;
}

void prove_reader_free(struct prove_reader *reader) {
    if (!reader)
        return;
    prove_reader_free(reader->inner);
    prove_series_free(reader->series);
    json_stream_done(&reader->json);
    free(reader);
}

struct json_stream *prove_reader_begin(struct prove_reader *reader) {
    reader->n = 0;
    reader->is_answer = false;
    json_stream_begin(&reader->json);
    return &reader->json;
}

const char *prove_reader_why(struct prove_reader *reader) {
    const char *why = reader->why, *of_series = prove_series_why(reader->series);
    reader->why = NULL;
    return why ? why : of_series;
}

void prove_reader_break_off(struct prove_reader *reader) {
    reader->is_partial = reader->is_partial || reader->is_answer;
}

bool prove_reader_is_partial(const struct prove_reader *reader) {
    return reader->is_partial;
}

int prove_reader_error(const struct prove_reader *reader) {
    return reader->error;
}

uint64_t prove_reader_found(const struct prove_reader *reader) {
    return reader->found + prove_series_found(reader->series) +
           (reader->inner ? prove_reader_found(reader->inner) : 0);
}
