/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and values of every kind in every format, read back: JSON by jansson, protobuf and line protocol by
 * small readers here, which know nothing of the encoders. Each reading must come once, in its order, under
 * exactly the labels that it has, with its value to the last bit and its time; or its row must be refused for
 * a reason.
 *
 * The input is six texts, each ended by NUL, and nine bytes per reading: its quality and its value.
 */
#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "publish/encode_influx.h"
#include "publish/encode_json.h"
#include "publish/encode_remote_write.h"

enum { TEXTS = 6, READINGS_MOST = 40, PLAIN_MOST = 4 << 20, ROUNDS = 3, TEXT_MOST = 64 << 10 };
static const int64_t time_ms = 1764000000123;
static const struct proof_source source = {"dc1", "gw-1", {"0123456789abcdef", "fedcba9876543210"}};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct specimen {
    struct device_view *view;
    char *point; /* of every other series */
    double values[READINGS_MOST];
    uint8_t qualities[READINGS_MOST];
    struct spool_row row;
};

/* --- what is encoded --- */

static char *take_text(const uint8_t **bytes, size_t *size) {
    size_t length = strnlen((const char *)*bytes, *size);
    char *text = strndup((const char *)*bytes, length < TEXT_MOST ? length : TEXT_MOST);
    assert(text);
    length += length < *size;
    *bytes += length;
    *size -= length;
    return text;
}

static void fill_series(struct specimen *specimen, struct series_list *list) {
    for (size_t i = 0; i < list->n; i++)
        list->series[i] = (struct series){
            .quantity = (enum quantity)(ACTIVE_POWER + i % 3),
            .place = {.part = PART_OUTLET,
                      .depth = 1,
                      .id = {(uint32_t)(i / 3) + 1},
                      .point = i % 2 && specimen->point[0] ? specimen->point : NULL},
        };
}

static void make(struct specimen *specimen, const uint8_t *bytes, size_t size) {
    struct device_view *view = calloc(1, sizeof(*view));
    assert(view && (view->names = calloc(1, sizeof(*view->names))));
    char **texts[TEXTS] = {&view->device,    &view->hall,       &view->rack,
                           &specimen->point, &view->given_name, &view->names[0].name};
    for (size_t i = 0; i < TEXTS; i++)
        *texts[i] = take_text(&bytes, &size);
    char **constants[] = {&view->site,  &view->row,    &view->feed,     &view->driver,
                          &view->model, &view->serial, &view->firmware, &view->manufacturer};
    for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
        *constants[i] = strdup(i == 0 ? "dc1" : "");
    view->names[0].place = (struct place){.part = PART_OUTLET, .depth = 1, .id = {7}};
    view->n_names = 1;
    view->class = "pdu";
    atomic_init(&view->references, 1);
    size_t n = size / 9 < READINGS_MOST ? size / 9 : READINGS_MOST;
    view->list = series_list_new(n);
    fill_series(specimen, view->list);
    view->series = view->list->series;
    view->n_series = n;
    for (size_t i = 0; i < n; i++) {
        specimen->qualities[i] = (uint8_t)(bytes[i * 9] % QUALITY_ENDED);
        memcpy(&specimen->values[i], bytes + i * 9 + 1, sizeof(double));
    }
    specimen->view = view;
    specimen->row = (struct spool_row){.kind = SPOOL_READINGS,
                                       .id = 1,
                                       .first_id = 1,
                                       .view = view,
                                       .time_ms = time_ms,
                                       .n = (uint32_t)n,
                                       .values = specimen->values,
                                       .qualities = specimen->qualities};
}

/* --- what is read back --- */

struct span {
    const char *at, *end;
};

/* Which reading comes next. */
struct expected {
    const struct specimen *specimen;
    size_t next;
};

static bool is_sent(const struct specimen *specimen, size_t i) {
    return (specimen->qualities[i] == QUALITY_GOOD || specimen->qualities[i] == QUALITY_SUBSTITUTED) &&
           isfinite(specimen->values[i]);
}

/* What is not sent. */
static void skip(struct expected *expected) {
    while (expected->next < expected->specimen->row.n && !is_sent(expected->specimen, expected->next))
        expected->next++;
}

static size_t take_next(struct expected *expected) {
    skip(expected);
    assert(expected->next < expected->specimen->row.n);
    return expected->next++;
}

static void check_all_came(struct expected *expected) {
    skip(expected);
    assert(expected->next == expected->specimen->row.n);
}

static bool is_text(struct span span, const char *text) {
    return (size_t)(span.end - span.at) == strlen(text) && strncmp(span.at, text, strlen(text)) == 0;
}

/* Beside readings, of value 1; the row's number is 1 here. */
static bool is_beside(struct span metric) {
    return is_text(metric, "device_info") || is_text(metric, "component_info") ||
           is_text(metric, "row_sequence");
}

/* A label of a reading, which has these, or of what comes beside it. */
static void check(const struct specimen *specimen, const struct labels *labels, struct span name,
                  struct span value) {
    const struct device_view *view = specimen->view;
    for (size_t i = 0; labels && i < labels->n; i++)
        if (is_text(name, labels->label[i].name)) {
            assert(is_text(value, labels->label[i].value));
            return;
        }
    assert(!labels);
    assert(!is_text(name, "device") || is_text(value, view->device));
    assert(!is_text(name, "name") || is_text(value, view->given_name) || is_text(value, view->names[0].name));
}

/* --- remote write --- */

static uint64_t read_varint(struct span *span) {
    uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        assert(span->at < span->end && shift < 64);
        unsigned char byte = (unsigned char)*span->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
}

static struct span read_part(struct span *span, uint64_t field) {
    assert(read_varint(span) == (field << 3 | 2));
    uint64_t size = read_varint(span);
    assert(size <= (uint64_t)(span->end - span->at));
    struct span part = {span->at, span->at + size};
    span->at += size;
    return part;
}

static void read_sample(struct span sample, double value) {
    assert(read_varint(&sample) == (1 << 3 | 1) && sample.end - sample.at > 8);
    assert(memcmp(sample.at, &value, sizeof(value)) == 0);
    sample.at += sizeof(value);
    assert(read_varint(&sample) == 2 << 3);
    assert(read_varint(&sample) == (uint64_t)time_ms && sample.at == sample.end);
}

static void read_timeseries(struct span series, struct expected *expected) {
    const struct specimen *specimen = expected->specimen;
    struct span label = read_part(&series, 1), last = read_part(&label, 1), metric = read_part(&label, 2);
    assert(is_text(last, "__name__"));
    assert(metric.end - metric.at > 9 && memcmp(metric.at, "facility_", 9) == 0);
    bool is_info = is_beside((struct span){metric.at + 9, metric.end});
    size_t n = 0, i = is_info ? 0 : take_next(expected);
    struct labels labels = {0};
    if (!is_info)
        series_write_labels(specimen->view, &specimen->view->series[i], &labels);
    for (; *series.at == (1 << 3 | 2); n++) {
        label = read_part(&series, 1);
        struct span name = read_part(&label, 1), value = read_part(&label, 2);
        size_t common =
            (size_t)(name.end - name.at < last.end - last.at ? name.end - name.at : last.end - last.at);
        int order = memcmp(last.at, name.at, common);
        assert(order < 0 || (order == 0 && last.end - last.at < name.end - name.at)); /* sorted, each once */
        assert(value.at < value.end && label.at == label.end);
        check(specimen, is_info ? NULL : &labels, name, value);
        last = name;
    }
    assert(is_info ||
           (n == labels.n && is_text(metric, catalog_quantity(specimen->view->series[i].quantity)->name)));
    read_sample(read_part(&series, 2), is_info ? 1 : specimen->values[i]);
    assert(series.at == series.end);
}

static void check_remote_write(struct specimen *specimen, char *plain) {
    struct encode_remote_write *encoder = encode_remote_write_new(&source);
    assert(encoder);
    for (int round = 0; round < ROUNDS; round++) { /* the later ones are packed */
        struct expected expected = {specimen, 0}, again = {specimen, 0};
        const char *body;
        size_t size, plain_size = PLAIN_MOST;
        encode_remote_write_begin(encoder);
        assert(encode_remote_write_add(encoder, &specimen->row) == 0);
        assert(encode_remote_write_add(encoder, &specimen->row) == 0);
        assert(encode_remote_write_finish(encoder, &body, &size) == 0);
        assert(snappy_uncompress(body, size, plain, &plain_size) == SNAPPY_OK);
        struct span request = {plain, plain + plain_size};
        while (request.at < request.end) {
            skip(&expected);
            read_timeseries(read_part(&request, 1), expected.next < specimen->row.n ? &expected : &again);
        }
        check_all_came(&expected);
        check_all_came(&again);
    }
    encode_remote_write_free(encoder);
}

/* --- line protocol --- */

static struct span read_until(struct span *line, const char *ends, char *out) {
    char *begin = out;
    while (line->at < line->end && !strchr(ends, *line->at)) {
        if (*line->at == '\\' && line->at + 1 < line->end && strchr(", =", line->at[1]))
            line->at++;
        *out++ = *line->at++;
    }
    assert(line->at < line->end && *line->at != '\0');
    return (struct span){begin, out};
}

static void check_tags(const struct specimen *specimen, const struct labels *labels, const char *tags,
                       size_t n) {
    assert(!labels || labels->n == n);
    for (; n > 0; n--) {
        struct span name = {tags, tags + strlen(tags)};
        struct span value = {name.end + 1, name.end + 1 + strlen(name.end + 1)};
        check(specimen, labels, name, value);
        tags = value.end + 1;
    }
}

static void read_fields(struct span line, struct expected *expected, const char *tags, size_t n_tags,
                        char *out) {
    const struct specimen *specimen = expected->specimen;
    for (;; line.at++) {
        struct span field = read_until(&line, "=", out);
        char *end, text[64] = "facility_";
        line.at++;
        double value = strtod(line.at, &end);
        line.at = end;
        assert((size_t)(field.end - field.at) < sizeof(text) - 9);
        memcpy(text + 9, field.at, (size_t)(field.end - field.at));
        bool is_info = is_beside(field);
        assert(!is_info || value == 1);
        size_t i = is_info ? 0 : take_next(expected);
        struct labels labels;
        if (!is_info) {
            series_write_labels(specimen->view, &specimen->view->series[i], &labels);
            assert(strcmp(text, catalog_quantity(specimen->view->series[i].quantity)->name) == 0);
            assert(memcmp(&value, &specimen->values[i], sizeof(value)) == 0);
        }
        check_tags(specimen, is_info ? NULL : &labels, tags, n_tags);
        if (*line.at != ',')
            break;
    }
    assert(*line.at == ' ' && strtoll(line.at, NULL, 10) == time_ms);
}

static void read_line(struct span line, struct expected *expected, char *out) {
    char *tags = out;
    size_t n = 0;
    struct span measurement = read_until(&line, ",", out);
    assert(is_text(measurement, "facility"));
    while (*line.at == ',') {
        line.at++;
        struct span name = read_until(&line, "=", out);
        line.at++;
        struct span value = read_until(&line, ", =", out + (name.end - name.at) + 1);
        assert(*line.at != '='); /* it must not stand for itself */
        out[name.end - name.at] = '\0';
        out = (char *)value.end;
        *out++ = '\0';
        n++;
    }
    assert(*line.at++ == ' ');
    read_fields(line, expected, tags, n, out);
}

/* What line protocol cannot say, in the words of its specification. */
static bool is_odd(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || (*text == '\\' && (!text[1] || strchr("\\, =", text[1]))))
            return true;
    return false;
}

static void unzip(const char *body, size_t size, char *plain, size_t *plain_size) {
    z_stream stream = {.next_in = (Bytef *)body,
                       .avail_in = (uInt)size,
                       .next_out = (Bytef *)plain,
                       .avail_out = PLAIN_MOST - 1};
    assert(inflateInit2(&stream, 15 + 16) == Z_OK && inflate(&stream, Z_FINISH) == Z_STREAM_END);
    *plain_size = stream.total_out;
    plain[stream.total_out] = '\0';
    inflateEnd(&stream);
}

static void check_influx(struct specimen *specimen, char *plain, char *out) {
    struct encode_influx *encoder = encode_influx_new(&source);
    struct expected expected = {specimen, 0};
    const char *body;
    size_t size;
    assert(encoder);
    encode_influx_begin(encoder);
    bool is_refused = encode_influx_why_not(encoder, &specimen->row) != NULL;
    const struct device_view *view = specimen->view;
    assert(is_refused == (is_odd(view->device) || is_odd(view->hall) || is_odd(view->rack)));
    if (!is_refused && !is_odd(specimen->point)) {
        assert(encode_influx_add(encoder, &specimen->row) == 0);
        bool is_left_out = view->n_series > 0 && (is_odd(view->given_name) || is_odd(view->names[0].name));
        assert((encode_influx_left_out(encoder) != NULL) == is_left_out);
        assert(encode_influx_finish(encoder, &body, &size) == 0);
        unzip(body, size, plain, &size);
        for (char *line = plain, *end; *line; line = end + 1) {
            assert((end = strchr(line, '\n')));
            read_line((struct span){line, end}, &expected, out);
        }
        check_all_came(&expected);
    }
    encode_influx_free(encoder);
}

/* --- JSON --- */

static void check_member(const json_t *object, const char *name, const char *text) {
    const char *found = json_string_value(json_object_get(object, name));
    if (text[0] == '\0')
        assert(!found);
    else if (text_is_utf8(text, strlen(text)))
        assert(found && strcmp(found, text) == 0);
    else
        assert(found && strstr(found, "\xef\xbf\xbd"));
}

static void check_json_reading(const struct specimen *specimen, size_t i, const json_t *reading) {
    const struct series *series = &specimen->view->series[i];
    check_member(reading, "metric", catalog_quantity(series->quantity)->name);
    check_member(reading, "point", series->place.point ? series->place.point : "");
    check_member(reading, "quality", quality_word(specimen->qualities[i]));
    const json_t *value = json_object_get(reading, "value");
    assert(isfinite(specimen->values[i]) ? json_number_value(value) == specimen->values[i]
                                         : json_is_null(value));
}

static void check_json(struct specimen *specimen) {
    const struct json_source publisher = {
        .site = "dc1", .gateway = "gw-1", .streams = {"0123456789abcdef", "fedcba9876543210"}};
    struct encode_json *encoder = encode_json_new();
    struct text message = {0};
    assert(encoder && encode_json_row(encoder, &publisher, &specimen->row, &message) == 0);
    json_t *json = json_loadb(message.data, message.size, JSON_REJECT_DUPLICATES, NULL);
    assert(json);
    check_member(json, "device", specimen->view->device);
    check_member(json, "rack", specimen->view->rack);
    const json_t *readings = json_object_get(json, "readings");
    size_t n = 0;
    for (size_t i = 0; i < specimen->row.n; i++)
        if (specimen->qualities[i] != QUALITY_ABSENT)
            check_json_reading(specimen, i, json_array_get(readings, n++));
    assert(json_array_size(readings) == n);
    json_decref(json);
    encode_json_topic(&(struct json_source){.gateway = "gw"}, specimen->view, &message);
    assert(text_is_utf8(message.data, message.size) && !strpbrk(message.data, "+#"));
    text_done(&message);
    encode_json_free(encoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static char plain[PLAIN_MOST], out[PLAIN_MOST];
    struct specimen specimen = {0};
    make(&specimen, bytes, size);
    if (specimen.view->device[0] != '\0') { /* no device is without a name */
        check_remote_write(&specimen, plain);
        check_influx(&specimen, plain, out);
        check_json(&specimen);
    }
    assert(atomic_load(&specimen.view->references) == 1);
    device_view_release(specimen.view);
    free(specimen.point);
    return 0;
}
