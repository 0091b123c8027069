/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON by hand: the invariant bytes come from the view cache, only numbers and qualities are written per
 * reading. The escaping of texts is base/text's affair, sending the sink's.
 */
#include "publish/encode_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mqtt_rules.h"
#include "model/alarm_json.h"
#include "publish/view_cache.h"

struct encode_json {
    struct view_cache *cache;
};

static void add_member(struct text *text, const char *name, const char *value) {
    if (value[0] == '\0')
        return;
    text_add_string(text, ",\"");
    text_add_string(text, name);
    text_add_string(text, "\":");
    text_add_json(text, value);
}

static void render_head(const struct device_view *view, struct text *text) {
    add_member(text, "site", view->site);
    if (view->gateway)
        add_member(text, "gateway", view->gateway);
    if (view->node)
        add_member(text, "node", view->node);
    add_member(text, "device", view->device);
    add_member(text, "driver", view->driver);
    add_member(text, "class", view->class);
    add_member(text, "hall", view->hall);
    add_member(text, "row", view->row);
    add_member(text, "rack", view->rack);
    add_member(text, "feed", view->feed);
    if (view->alarm)
        add_member(text, "alarm", view->alarm);
}

static void render_piece(const struct device_view *view, const struct series *series, struct text *text) {
    struct labels own, labels;
    view_write_labels(view, &own);
    series_write_labels(view, series, &labels);
    text_add_string(text, "{\"metric\":");
    text_add_json(text, catalog_quantity(series->quantity)->name);
    for (size_t i = 0; i < labels.n; i++)
        if (!view_has_label(&own, labels.label[i].name))
            add_member(text, labels.label[i].name, labels.label[i].value);
    text_add_string(text, ",\"value\":");
}

static const struct view_form form = {render_head, render_piece};

struct encode_json *encode_json_new(void) {
    struct encode_json *encoder = calloc(1, sizeof(*encoder));
    if (!encoder)
        return NULL;
    encoder->cache = view_cache_new(&form);
    if (!encoder->cache) {
        free(encoder);
        return NULL;
    }
    return encoder;
}

void encode_json_free(struct encode_json *encoder) {
    if (!encoder)
        return;
    view_cache_free(encoder->cache);
    free(encoder);
}

static void add_reading(struct text *message, double value, enum quality quality) {
    if (isfinite(value))
        text_add_number(message, value);
    else
        text_add(message, "null", 4);
    if (quality == QUALITY_GOOD) {
        text_add(message, ",\"quality\":\"good\"},", 19);
        return;
    }
    text_add_string(message, ",\"quality\":\"");
    text_add_string(message, quality_word(quality));
    text_add_string(message, "\"},");
}

static void add_identity(const struct json_source *source, const struct spool_row *row,
                         struct text *message) {
    text_add_string(message, "{\"schema\":1,\"stream\":\"");
    text_add_string(message, source->streams[row->kind]);
    text_add_string(message, "\",\"sequence\":");
    text_add_integer(message, (int64_t)row->id);
    if (row->first_id == row->id)
        return;
    text_add_string(message, ",\"first_sequence\":");
    text_add_integer(message, (int64_t)row->first_id);
}

static void add_gap(const struct json_source *source, const struct spool_row *row, struct text *message) {
    add_identity(source, row, message);
    add_member(message, "site", source->site);
    add_member(message, "gateway", source->gateway);
    text_add_string(message, ",\"time\":");
    text_add_integer(message, row->time_ms);
    text_add_string(message, ",\"gap\":true}");
}

/*
 * Who judged it, which is no part of the node's identity, and how well it knows the time; what is repeated
 * goes with rows of devices, for which nobody asks that.
 */
static void add_judge(const struct json_source *source, const struct device_view *view,
                      struct text *message) {
    bool is_repeated = view->alarm && !device_view_is_event(view);
    add_member(message, "gateway", source->gateway);
    if (isnan(source->clock_error_s) || is_repeated)
        return;
    text_add_string(message, ",\"clock_error\":");
    text_add_number(message, source->clock_error_s);
}

static int add_row(struct encode_json *encoder, const struct json_source *source, const struct spool_row *row,
                   struct text *message) {
    if (!row->view) {
        add_gap(source, row, message);
        return 0;
    }
    const struct view_entry *entry = view_cache_get(encoder->cache, row->view);
    if (!entry)
        return ERROR_MEMORY;
    add_identity(source, row, message);
    text_add(message, entry->head.data, entry->head.size);
    if (row->view->node || row->view->alarm)
        add_judge(source, row->view, message);
    text_add_string(message, ",\"time\":");
    text_add_integer(message, row->time_ms);
    if (device_view_is_event(row->view)) {
        text_add_string(message, ",\"event\":{");
        text_add_string(message, row->view->detail);
        text_add_char(message, '}');
    }
    text_add_string(message, ",\"readings\":[");
    for (uint32_t i = 0; i < row->n; i++) {
        if (row->qualities[i] == QUALITY_ABSENT || row->qualities[i] == QUALITY_ENDED)
            continue;
        size_t size;
        const char *piece = view_cache_piece(encoder->cache, entry, row->first + i, &size);
        text_add(message, piece, size);
        add_reading(message, row->values[i], row->qualities[i]);
    }
    if (!message->failed && message->data[message->size - 1] == ',')
        message->size--;
    text_add(message, "]}", 2);
    return 0;
}

int encode_json_row(struct encode_json *encoder, const struct json_source *source,
                    const struct spool_row *row, struct text *message) {
    text_clear(message);
    int error = add_row(encoder, source, row, message);
    return error || message->failed ? ERROR_MEMORY : 0;
}

int encode_json_rows(struct encode_json *encoder, const struct json_source *source,
                     struct spool_row *const *rows, size_t n, struct text *message) {
    int error = 0;
    text_clear(message);
    text_add_string(message, "{\"schema\":1");
    add_member(message, "site", source->site);
    add_member(message, "gateway", source->gateway);
    for (size_t i = 0; i < n && !error; i++) {
        text_add_string(message, i == 0 ? ",\"messages\":[" : ",");
        error = add_row(encoder, source, rows[i], message);
    }
    text_add(message, "]}", 2);
    return error || message->failed ? ERROR_MEMORY : 0;
}

void encode_json_presence(const struct json_source *source, const char *status, struct text *message) {
    text_clear(message);
    text_add_string(message, "{\"schema\":1");
    add_member(message, "site", source->site);
    add_member(message, "gateway", source->gateway);
    add_member(message, "stream", source->streams[SPOOL_READINGS]);
    add_member(message, "status", status);
    text_add_char(message, '}');
}

static void begin_topic(const char *site, const char *below, struct text *topic) {
    text_clear(topic);
    text_add_string(topic, "hallwatch/");
    mqtt_add_topic_level(topic, site);
    text_add_string(topic, below);
}

void encode_json_status_topic(const struct json_source *source, struct text *topic) {
    begin_topic(source->site, "/status/", topic);
    mqtt_add_topic_level(topic, source->gateway);
}

void encode_json_batch_topic(const struct json_source *source, struct text *topic) {
    begin_topic(source->site, "/batch/", topic);
    mqtt_add_topic_level(topic, source->gateway);
}

void encode_json_nodes_topic(const struct json_source *source, struct text *topic) {
    begin_topic(source->site, "/nodes/", topic);
    mqtt_add_topic_level(topic, source->gateway);
}

void encode_json_gap_topic(const struct json_source *source, struct text *topic) {
    encode_json_status_topic(source, topic);
    text_add_string(topic, "/gaps");
}

void encode_json_topic(const struct json_source *source, const struct device_view *view, struct text *topic) {
    const struct {
        const char *below, *name;
    } ways[] = {{"/event/", device_view_is_event(view) ? source->gateway : NULL},
                {"/status/", view->alarm ? source->gateway : NULL},
                {"/node/", view->node},
                {"/status/", view->gateway},
                {"/", view->device}};
    size_t i = 0;
    while (!ways[i].name)
        i++;
    begin_topic(view->site, ways[i].below, topic);
    mqtt_add_topic_level(topic, ways[i].name);
    if (view->gateway)
        text_add_format(topic, "/%s", device_view_gateway_part(view));
    else if (view->alarm && !device_view_is_event(view))
        text_add_string(topic, "/alarms");
}

void encode_json_alarm_topic(const struct json_source *source, const char *id, struct text *topic) {
    begin_topic(source->site, "/alarm/", topic);
    mqtt_add_topic_level(topic, id);
}

void encode_json_alarm(const struct json_source *source, const struct alarm_record *record,
                       struct text *message) {
    text_clear(message);
    text_add_string(message, "{\"schema\":1");
    add_member(message, "gateway", source->gateway);
    text_add_char(message, ',');
    alarm_json_write(record, message);
    text_add_char(message, '}');
}
