/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protobuf of remote write: labels, samples and info series. What goes into a request is
 * encode_remote_write's.
 */
#include "publish/remote_write_message.h"

#include <string.h>

#include "model/series.h"
#include "publish/view_info.h"

enum {
    TAG_TIMESERIES = 1 << 3 | 2,
    TAG_LABELS = 1 << 3 | 2,
    TAG_SAMPLES = 2 << 3 | 2,
    TAG_NAME = 1 << 3 | 2,
    TAG_TEXT = 2 << 3 | 2,
    TAG_VALUE = 1 << 3 | 1,
    TAG_TIMESTAMP = 2 << 3 | 0,
};

/* class | component.. | device feed hall | phase point | rack | reason | row | side | site */
static const char *const cuts[MESSAGE_SEGMENTS - 1] = {"component", "phase", "reason", "side"};

size_t message_varint_size(uint64_t number) {
    size_t size = 1;
    for (; number >= 0x80; number >>= 7)
        size++;
    return size;
}

char *message_put_varint(char *at, uint64_t number) {
    for (; number >= 0x80; number >>= 7)
        *at++ = (char)(number | 0x80);
    *at++ = (char)number;
    return at;
}

static void add_varint(struct text *text, uint64_t number) {
    char bytes[MESSAGE_VARINT_MOST];
    text_add(text, bytes, (size_t)(message_put_varint(bytes, number) - bytes));
}

static void add_label(struct text *text, const char *name, const char *value) {
    size_t name_size = strlen(name), value_size = strlen(value);
    size_t size =
        2 + message_varint_size(name_size) + name_size + message_varint_size(value_size) + value_size;
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
    while (segment < MESSAGE_SEGMENTS - 1 && strcmp(cuts[segment], name) <= 0)
        segment++;
    return segment;
}

/*
 * The metric's name, where there is one, and the labels as segments; labels that `without` holds are left
 * out.
 */
static void add_segments(struct text *text, const char *metric, struct labels *labels,
                         const struct labels *without) {
    struct message_segments segments = {0};
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

const struct view_form message_form = {render_head, render_piece};

static char *put_sample(char *at, double value, int64_t time_ms) {
    *at++ = TAG_SAMPLES;
    *at++ = (char)(1 + sizeof(value) + 1 + message_varint_size((uint64_t)time_ms));
    *at++ = TAG_VALUE;
    memcpy(at, &value, sizeof(value)); /* little-endian, like the wire */
    at += sizeof(value);
    *at++ = TAG_TIMESTAMP;
    return message_put_varint(at, (uint64_t)time_ms);
}

static void add_info(struct text *request, const char *metric, struct view_info *info, double value,
                     int64_t time_ms) {
    struct text series = {0};
    char sample[MESSAGE_SAMPLE_MOST];
    add_label(&series, "__name__", metric);
    sort_labels(info->label, info->n);
    for (size_t i = 0; i < info->n; i++)
        if (info->label[i].value[0] != '\0')
            add_label(&series, info->label[i].name, info->label[i].value);
    text_add(&series, sample, (size_t)(put_sample(sample, value, time_ms) - sample));
    text_add_char(request, TAG_TIMESERIES);
    add_varint(request, series.size);
    text_add(request, series.data, series.size);
    request->failed |= series.failed;
    text_done(&series);
}

void message_add_info(struct text *request, const struct device_view *view, double value, int64_t time_ms) {
    struct view_info info;
    view_write_device_info(view, &info);
    add_info(request, VIEW_DEVICE_INFO, &info, value, time_ms);
    for (size_t i = 0; i < view->n_names; i++) {
        view_write_component_info(view, &view->names[i], &info);
        add_info(request, VIEW_COMPONENT_INFO, &info, value, time_ms);
    }
}

/* --- proof --- */

enum { PART_SEGMENT = 2 /* of the head: what stands before it sorts before the label `part` */ };

size_t message_number_head_size(const struct message_parts *parts) {
    size_t size = 0;
    for (size_t i = 0; i < PART_SEGMENT; i++)
        size += parts->head.sizes[i];
    return size;
}

void message_add_number(struct text *request, const struct message_parts *parts, const char *stream,
                        const char *part, double number, size_t head_at[2]) {
    struct text name = {0}, middle = {0}, end = {0};
    add_label(&name, "__name__", PROOF_ROW);
    add_label(&middle, "part", part);
    add_label(&end, "stream", stream);
    size_t before = message_number_head_size(parts);
    text_add_char(request, TAG_TIMESERIES);
    add_varint(request, name.size + middle.size + end.size + parts->head_size + parts->sample_size);
    text_add(request, name.data, name.size);
    head_at[0] = request->size;
    text_add(request, parts->head_bytes, before);
    text_add(request, middle.data, middle.size);
    head_at[1] = request->size;
    text_add(request, parts->head_bytes + before, parts->head_size - before);
    text_add(request, end.data, end.size);
    text_add(request, parts->sample, parts->sample_size);
    request->failed |= name.failed || middle.failed || end.failed;
    if (!request->failed)
        memcpy(request->data + request->size - parts->sample_size + MESSAGE_VALUE_AT, &number,
               sizeof(number));
    text_done(&name);
    text_done(&middle);
    text_done(&end);
}

void message_add_marker(struct text *request, const struct proof_source *source, enum spool_kind kind,
                        const struct proof_marker *marker) {
    struct view_info labels = {.n = 4,
                               .label = {{"gateway", source->gateway},
                                         {"reason", marker->reason},
                                         {"site", source->site},
                                         {"stream", source->streams[kind]}}};
    add_info(request, PROOF_GAP_FIRST, &labels, (double)marker->first, marker->time_ms);
    add_info(request, PROOF_GAP_LAST, &labels, (double)marker->last, marker->time_ms);
}

/* --- samples --- */

/* Copies a constant number of bytes where that is enough: both sides have the slack. */
static inline char *put_bytes(char *at, const char *bytes, size_t size) {
    if (size <= VIEW_CACHE_SLACK)
        memcpy(at, bytes, VIEW_CACHE_SLACK);
    else
        memcpy(at, bytes, size);
    return at + size;
}

size_t message_segments_sum(const struct message_segments *segments) {
    size_t sum = 0;
    for (size_t i = 0; i < MESSAGE_SEGMENTS; i++)
        sum += segments->sizes[i];
    return sum;
}

void message_parts_init(struct message_parts *parts, const struct view_entry *entry, int64_t time_ms) {
    memcpy(&parts->head, entry->head.data, sizeof(parts->head));
    parts->head_bytes = entry->head.data + sizeof(parts->head);
    parts->head_size = message_segments_sum(&parts->head);
    parts->sample_size = (size_t)(put_sample(parts->sample, 0, time_ms) - parts->sample);
}

void message_add_sample(struct text *request, const struct message_parts *parts, const char *piece,
                        double value) {
    struct message_segments segments;
    memcpy(&segments, piece, sizeof(segments));
    const char *bytes = piece + sizeof(segments), *head = parts->head_bytes;
    size_t size = parts->head_size + message_segments_sum(&segments) + parts->sample_size;
    char *start = text_reserve(request, 1 + MESSAGE_VARINT_MOST + size + VIEW_CACHE_SLACK);
    if (!start)
        return;
    char *at = start;
    *at++ = TAG_TIMESERIES;
    at = message_put_varint(at, size);
    for (size_t i = 0; i < MESSAGE_SEGMENTS; i++) {
        at = put_bytes(at, bytes, segments.sizes[i]);
        bytes += segments.sizes[i];
        at = put_bytes(at, head, parts->head.sizes[i]);
        head += parts->head.sizes[i];
    }
    memcpy(at, parts->sample, sizeof(parts->sample));
    memcpy(at + MESSAGE_VALUE_AT, &value, sizeof(value));
    at += parts->sample_size;
    request->size += (size_t)(at - start);
}
