/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protobuf encoder. A sample is a TimeSeries of its own: its labels, sorted by name, and one value.
 *
 * Labels of the device and labels of the series interleave when sorted, so both are kept in segments: labels
 * are divided at the names in `cuts`, and segment k of the series goes before segment k of the device. A
 * reading then costs ten short copies and a number, and the bytes of a device's labels are kept once and not
 * once per series.
 *
 * Messages: WriteRequest{timeseries=1}, TimeSeries{labels=1, samples=2}, Label{name=1, value=2},
 * Sample{value=1 (double), timestamp=2 (int64, ms)}.
 */
#include "publish/encode_remote_write.h"

#include <math.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "publish/view_cache.h"

enum {
    TAG_TIMESERIES = 1 << 3 | 2,
    TAG_LABELS = 1 << 3 | 2,
    TAG_SAMPLES = 2 << 3 | 2,
    TAG_NAME = 1 << 3 | 2,
    TAG_TEXT = 2 << 3 | 2,
    TAG_VALUE = 1 << 3 | 1,
    TAG_TIMESTAMP = 2 << 3 | 0,
    VARINT_MOST = 10,
    SAMPLE_MOST = 2 + 1 + 8 + 1 + VARINT_MOST,
    INFO_EVERY_MS = 60 * 1000, /* well below the 5 minutes for which a query sees a sample */
    INFO_LABELS_MOST = LABELS_MOST + 7,
    SEGMENTS = 5,
};

/* class | component.. | device feed hall | phase point | rack | reason | row | side | site */
static const char *const cuts[SEGMENTS - 1] = {"component", "phase", "reason", "side"};

/* In front of the bytes of a head or a piece: how many of them belong to each segment. */
struct segments {
    uint32_t sizes[SEGMENTS];
};

struct encode_remote_write {
    struct view_cache *cache;
    struct text request, body;
};

static size_t varint_size(uint64_t number) {
    size_t size = 1;
    for (; number >= 0x80; number >>= 7)
        size++;
    return size;
}

static char *put_varint(char *at, uint64_t number) {
    for (; number >= 0x80; number >>= 7)
        *at++ = (char)(number | 0x80);
    *at++ = (char)number;
    return at;
}

static void add_varint(struct text *text, uint64_t number) {
    char bytes[VARINT_MOST];
    text_add(text, bytes, (size_t)(put_varint(bytes, number) - bytes));
}

static void add_label(struct text *text, const char *name, const char *value) {
    size_t name_size = strlen(name), value_size = strlen(value);
    size_t size = 2 + varint_size(name_size) + name_size + varint_size(value_size) + value_size;
    text_add_char(text, TAG_LABELS);
    add_varint(text, size);
    text_add_char(text, TAG_NAME);
    add_varint(text, name_size);
    text_add(text, name, name_size);
    text_add_char(text, TAG_TEXT);
    add_varint(text, value_size);
    text_add(text, value, value_size);
}

/* In place, by name; few and nearly sorted. */
static void sort_labels(struct label *labels, size_t n) {
    for (size_t i = 1; i < n; i++) {
        struct label label = labels[i];
        size_t at = i;
        for (; at > 0 && strcmp(labels[at - 1].name, label.name) > 0; at--)
            labels[at] = labels[at - 1];
        labels[at] = label;
    }
}

static size_t segment_of(const char *name) {
    size_t segment = 0;
    while (segment < SEGMENTS - 1 && strcmp(cuts[segment], name) <= 0)
        segment++;
    return segment;
}

/*
 * The metric's name, where there is one, and the labels as segments; labels that `without` holds are left
 * out.
 */
static void add_segments(struct text *text, const char *metric, struct labels *labels,
                         const struct labels *without) {
    struct segments segments = {0};
    size_t start = text->size;
    text_add(text, &segments, sizeof(segments));
    if (metric)
        add_label(text, "__name__", metric); /* an underscore sorts before every lower-case letter */
    segments.sizes[0] = (uint32_t)(text->size - start - sizeof(segments));
    sort_labels(labels->label, labels->n);
    for (size_t i = 0; i < labels->n; i++) {
        const struct label *label = &labels->label[i];
        if (without && view_has_label(without, label->name))
            continue;
        size_t before = text->size;
        add_label(text, label->name, label->value);
        segments.sizes[segment_of(label->name)] += (uint32_t)(text->size - before);
    }
    if (!text->failed)
        memcpy(text->data + start, &segments, sizeof(segments));
}

static void render_head(const struct device_view *view, struct text *text) {
    struct labels labels;
    view_write_labels(view, &labels);
    add_segments(text, NULL, &labels, NULL);
}

static void render_piece(const struct device_view *view, const struct series *series, struct text *text) {
    struct labels own, labels;
    view_write_labels(view, &own);
    series_write_labels(view, series, &labels);
    add_segments(text, catalog_quantity(series->quantity)->name, &labels, &own);
}

static const struct view_form form = {render_head, render_piece};

struct encode_remote_write *encode_remote_write_new(void) {
    struct encode_remote_write *encoder = calloc(1, sizeof(*encoder));
    if (!encoder)
        return NULL;
    encoder->cache = view_cache_new(&form);
    if (!encoder->cache) {
        free(encoder);
        return NULL;
    }
    return encoder;
}

void encode_remote_write_free(struct encode_remote_write *encoder) {
    if (!encoder)
        return;
    view_cache_free(encoder->cache);
    text_done(&encoder->request);
    text_done(&encoder->body);
    free(encoder);
}

void encode_remote_write_begin(struct encode_remote_write *encoder) {
    text_clear(&encoder->request);
}

/* A Sample message with its tag and size; returns its end. */
static char *put_sample(char *at, double value, int64_t time_ms) {
    *at++ = TAG_SAMPLES;
    *at++ = (char)(1 + sizeof(value) + 1 + varint_size((uint64_t)time_ms));
    *at++ = TAG_VALUE;
    memcpy(at, &value, sizeof(value)); /* little-endian, like the wire */
    at += sizeof(value);
    *at++ = TAG_TIMESTAMP;
    return put_varint(at, (uint64_t)time_ms);
}

/* One info series, value 1. */
static void add_info(struct text *request, const char *metric, struct label *labels, size_t n,
                     int64_t time_ms) {
    struct text series = {0};
    char sample[SAMPLE_MOST];
    add_label(&series, "__name__", metric);
    sort_labels(labels, n);
    for (size_t i = 0; i < n; i++)
        if (labels[i].value[0] != '\0')
            add_label(&series, labels[i].name, labels[i].value);
    text_add(&series, sample, (size_t)(put_sample(sample, 1, time_ms) - sample));
    text_add_char(request, TAG_TIMESERIES);
    add_varint(request, series.size);
    text_add(request, series.data, series.size);
    request->failed |= series.failed;
    text_done(&series);
}

static void add_device_info(struct text *request, const struct device_view *view, int64_t time_ms) {
    const struct label facts[] = {
        {"driver", view->driver},     {"feed", view->feed},
        {"firmware", view->firmware}, {"manufacturer", view->manufacturer},
        {"model", view->model},       {"name", view->given_name},
        {"serial", view->serial},
    };
    struct labels own;
    struct label labels[INFO_LABELS_MOST];
    view_write_labels(view, &own);
    size_t n = own.n;
    memcpy(labels, own.label, n * sizeof(struct label));
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        if (!view_has_label(&own, facts[i].name))
            labels[n++] = facts[i];
    add_info(request, "facility_device_info", labels, n, time_ms);
}

static void add_component_info(struct text *request, const struct device_view *view,
                               const struct part_name *name, int64_t time_ms) {
    struct labels own;
    struct label labels[INFO_LABELS_MOST];
    series_write_labels(view, &(const struct series){.place = name->place}, &own);
    memcpy(labels, own.label, own.n * sizeof(struct label));
    labels[own.n] = (struct label){"name", name->name};
    add_info(request, "facility_component_info", labels, own.n + 1, time_ms);
}

static void announce(struct text *request, struct view_entry *entry, int64_t time_ms) {
    /* The row that announced last comes again when its request has failed: then it must say it again. */
    bool again = time_ms == entry->announced_ms;
    if (entry->announced_ms != 0 && !again && llabs(time_ms - entry->announced_ms) < INFO_EVERY_MS)
        return;
    entry->announced_ms = time_ms;
    if (entry->view->gateway)
        return;
    add_device_info(request, entry->view, time_ms);
    for (size_t i = 0; i < entry->view->n_names; i++)
        add_component_info(request, entry->view, &entry->view->names[i], time_ms);
}

/* Copies a constant number of bytes where that is enough: both sides have the slack. */
static inline char *put_bytes(char *at, const char *bytes, size_t size) {
    if (size <= VIEW_CACHE_SLACK)
        memcpy(at, bytes, VIEW_CACHE_SLACK);
    else
        memcpy(at, bytes, size);
    return at + size;
}

static size_t sum_of(const struct segments *segments) {
    size_t sum = 0;
    for (size_t i = 0; i < SEGMENTS; i++)
        sum += segments->sizes[i];
    return sum;
}

/* What all samples of a row share. */
struct row_parts {
    struct segments head;
    const char *head_bytes;
    size_t head_size;
    char sample[SAMPLE_MOST]; /* with value 0 */
    size_t sample_size;
};

static void add_sample(struct text *request, const struct row_parts *parts, const char *piece, double value) {
    struct segments segments;
    memcpy(&segments, piece, sizeof(segments));
    const char *bytes = piece + sizeof(segments), *head = parts->head_bytes;
    size_t size = parts->head_size + sum_of(&segments) + parts->sample_size;
    char *start = text_reserve(request, 1 + VARINT_MOST + size + VIEW_CACHE_SLACK);
    if (!start)
        return;
    char *at = start;
    *at++ = TAG_TIMESERIES;
    at = put_varint(at, size);
    for (size_t i = 0; i < SEGMENTS; i++) {
        at = put_bytes(at, bytes, segments.sizes[i]);
        bytes += segments.sizes[i];
        at = put_bytes(at, head, parts->head.sizes[i]);
        head += parts->head.sizes[i];
    }
    memcpy(at, parts->sample, sizeof(parts->sample));
    memcpy(at + 3, &value, sizeof(value));
    at += parts->sample_size;
    request->size += (size_t)(at - start);
}

int encode_remote_write_add(struct encode_remote_write *encoder, const struct spool_row *row) {
    struct view_entry *entry = view_cache_get(encoder->cache, row->view);
    if (!entry)
        return ERROR_MEMORY;
    announce(&encoder->request, entry, row->time_ms);
    struct row_parts parts;
    memcpy(&parts.head, entry->head.data, sizeof(parts.head));
    parts.head_bytes = entry->head.data + sizeof(parts.head);
    parts.head_size = sum_of(&parts.head);
    parts.sample_size = (size_t)(put_sample(parts.sample, 0, row->time_ms) - parts.sample);
    for (uint32_t i = 0; i < row->n; i++) {
        bool is_sent = row->qualities[i] == QUALITY_GOOD || row->qualities[i] == QUALITY_SUBSTITUTED;
        if (!is_sent || !isfinite(row->values[i]))
            continue;
        size_t size;
        add_sample(&encoder->request, &parts, view_cache_piece(encoder->cache, entry, row->first + i, &size),
                   row->values[i]);
    }
    return encoder->request.failed ? ERROR_MEMORY : 0;
}

bool encode_remote_write_is_empty(const struct encode_remote_write *encoder) {
    return encoder->request.size == 0;
}

int encode_remote_write_finish(struct encode_remote_write *encoder, const char **body, size_t *size) {
    const struct text *request = &encoder->request;
    text_clear(&encoder->body);
    size_t compressed = snappy_max_compressed_length(request->size);
    char *end = text_reserve(&encoder->body, compressed);
    if (!end || request->failed)
        return ERROR_MEMORY;
    if (snappy_compress(request->data ? request->data : "", request->size, end, &compressed) != SNAPPY_OK)
        return ERROR_MEMORY;
    encoder->body.size = compressed;
    *body = encoder->body.data;
    *size = compressed;
    return 0;
}
