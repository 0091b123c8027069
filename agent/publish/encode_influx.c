/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines by hand: the bytes that never change come from the view cache, only numbers and times are written per
 * reading.
 *
 *   facility,<tags of the device>,<tags of the series> <field>=<value>[,<field>=<value>...] <time>
 */
#include "publish/encode_influx.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/gzip.h"
#include "publish/view_info.h"

struct encode_influx {
    const struct proof_source *source;
    struct proof_times times;
    struct view_cache *cache;
    struct gzip *gzip;
    struct text lines, body;
    struct text left_out; /* a device, or another that has views */
};

/* --- what is special in tags --- */

static bool is_special(char c) {
    return c == ',' || c == ' ' || c == '=';
}

/* Servers do not agree on what the backslashes mean that this refuses. */
static bool can_say(const char *value) {
    for (const char *at = value; *at; at++) {
        if ((unsigned char)*at < 0x20)
            return false;
        if (*at == '\\' && (at[1] == '\0' || at[1] == '\\' || is_special(at[1])))
            return false;
    }
    return true;
}

static void add_tag(struct text *text, const struct label *label) {
    text_add_char(text, ',');
    text_add_string(text, label->name);
    text_add_char(text, '=');
    for (const char *at = label->value, *end; *at; at = end) {
        end = at + strcspn(at, ", =");
        text_add(text, at, (size_t)(end - at));
        if (*end) {
            text_add_char(text, '\\');
            text_add_char(text, *end++);
        }
    }
}

static void add_field_name(struct text *text, const char *metric) {
    static const char prefix[] = "facility_";
    text_add_string(text, metric + sizeof(prefix) - 1);
    text_add_char(text, '=');
}

/* --- what the cache keeps --- */

/* Nothing at all where a label cannot be said. */
static void render_head(const struct device_view *view, struct text *text) {
    struct labels labels;
    view_write_labels(view, &labels);
    for (size_t i = 0; i < labels.n; i++)
        if (!can_say(labels.label[i].value))
            return;
    text_add_string(text, "facility");
    for (size_t i = 0; i < labels.n; i++)
        add_tag(text, &labels.label[i]);
}

/* How many bytes of tags there are, these, and the name of the field. */
static void render_piece(const struct device_view *view, const struct series *series, struct text *text) {
    struct labels own, labels;
    size_t start = text->size;
    uint32_t size = 0;
    view_write_labels(view, &own);
    series_write_labels(view, series, &labels);
    text_add(text, &size, sizeof(size));
    for (size_t i = 0; i < labels.n; i++)
        if (!view_has_label(&own, labels.label[i].name))
            add_tag(text, &labels.label[i]);
    size = (uint32_t)(text->size - start - sizeof(size));
    if (!text->failed)
        memcpy(text->data + start, &size, sizeof(size));
    add_field_name(text, catalog_quantity(series->quantity)->name);
}

static const struct view_form form = {render_head, render_piece};

struct encode_influx *encode_influx_new(const struct proof_source *source) {
    struct encode_influx *encoder = calloc(1, sizeof(*encoder));
    if (!encoder)
        return NULL;
    encoder->source = source;
    encoder->cache = view_cache_new(&form);
    encoder->gzip = gzip_new();
    if (encoder->cache && encoder->gzip)
        return encoder;
    encode_influx_free(encoder);
    return NULL;
}

void encode_influx_free(struct encode_influx *encoder) {
    if (!encoder)
        return;
    view_cache_free(encoder->cache);
    gzip_free(encoder->gzip);
    text_done(&encoder->lines);
    text_done(&encoder->body);
    text_done(&encoder->left_out);
    free(encoder);
}

/* --- lines --- */

static void end_line(struct text *lines, int64_t time_ms) {
    text_add_char(lines, ' ');
    text_add_integer(lines, time_ms);
    text_add_char(lines, '\n');
}

static void leave_out(struct encode_influx *encoder, const struct device_view *view) {
    text_clear(&encoder->left_out);
    text_add_string(&encoder->left_out, device_view_name(view));
}

static void add_info(struct encode_influx *encoder, const struct device_view *view,
                     const struct view_info *info, const char *metric, int64_t time_ms) {
    struct text *lines = &encoder->lines;
    text_add_string(lines, "facility");
    for (size_t i = 0; i < info->n; i++) {
        if (!can_say(info->label[i].value))
            leave_out(encoder, view);
        else if (info->label[i].value[0] != '\0')
            add_tag(lines, &info->label[i]);
    }
    text_add_char(lines, ' ');
    add_field_name(lines, metric);
    text_add_char(lines, '1');
    end_line(lines, time_ms);
}

static void announce(struct encode_influx *encoder, const struct device_view *view, int64_t time_ms) {
    struct view_info info;
    view_write_device_info(view, &info);
    add_info(encoder, view, &info, VIEW_DEVICE_INFO, time_ms);
    for (size_t i = 0; i < view->n_names; i++) {
        if (!can_say(view->names[i].name)) { /* which is all that it would say */
            leave_out(encoder, view);
            continue;
        }
        view_write_component_info(view, &view->names[i], &info);
        add_info(encoder, view, &info, VIEW_COMPONENT_INFO, time_ms);
    }
}

static bool is_sent(const struct spool_row *row, uint32_t i) {
    return (row->qualities[i] == QUALITY_GOOD || row->qualities[i] == QUALITY_SUBSTITUTED) &&
           isfinite(row->values[i]);
}

static void add_readings(struct encode_influx *encoder, const struct view_entry *entry,
                         const struct spool_row *row) {
    struct text *lines = &encoder->lines;
    const char *tags = NULL; /* of the line that is not yet ended */
    uint32_t tags_size = 0;
    for (uint32_t i = 0; i < row->n; i++) {
        if (!is_sent(row, i))
            continue;
        size_t size;
        uint32_t own_size;
        const char *piece = view_cache_piece(encoder->cache, entry, row->first + i, &size);
        memcpy(&own_size, piece, sizeof(own_size));
        const char *own = piece + sizeof(own_size), *field = own + own_size;
        bool goes_on = tags && own_size == tags_size && memcmp(own, tags, own_size) == 0;
        if (!goes_on) {
            if (tags)
                end_line(lines, row->time_ms);
            text_add(lines, entry->head.data, entry->head.size);
            text_add(lines, own, own_size);
            tags = own;
            tags_size = own_size;
        }
        text_add_char(lines, goes_on ? ',' : ' ');
        text_add(lines, field, size - sizeof(own_size) - own_size);
        text_add_number(lines, row->values[i]);
    }
    if (tags)
        end_line(lines, row->time_ms);
}

/* --- proof --- */

static void add_number(struct encode_influx *encoder, const struct view_entry *entry,
                       const struct spool_row *row) {
    struct text *lines = &encoder->lines;
    text_add(lines, entry->head.data, entry->head.size);
    char part[PROOF_PART_SIZE];
    proof_write_part(row->view, row->first, part);
    add_tag(lines, &(const struct label){"part", part});
    add_tag(lines, &(const struct label){"stream", encoder->source->streams[row->kind]});
    text_add_char(lines, ' ');
    add_field_name(lines, PROOF_ROW);
    text_add_integer(lines, (int64_t)row->id); /* without an i it is a float like all others */
    end_line(lines, row->time_ms);
}

static void add_marker(struct encode_influx *encoder, const struct spool_row *row,
                       const struct proof_marker *marker) {
    const struct proof_source *source = encoder->source;
    struct text *lines = &encoder->lines;
    const struct label labels[] = {{"site", source->site},
                                   {"gateway", source->gateway},
                                   {"reason", marker->reason},
                                   {"stream", source->streams[row->kind]}};
    text_add_string(lines, "facility");
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (can_say(labels[i].value))
            add_tag(lines, &labels[i]);
    text_add_char(lines, ' ');
    add_field_name(lines, PROOF_GAP_FIRST);
    text_add_integer(lines, (int64_t)marker->first);
    text_add_char(lines, ',');
    add_field_name(lines, PROOF_GAP_LAST);
    text_add_integer(lines, (int64_t)marker->last);
    end_line(lines, marker->time_ms);
}

/* --- the request --- */

void encode_influx_begin(struct encode_influx *encoder) {
    text_clear(&encoder->lines);
    text_clear(&encoder->left_out);
}

const char *encode_influx_left_out(const struct encode_influx *encoder) {
    return encoder->left_out.size > 0 ? encoder->left_out.data : NULL;
}

const char *encode_influx_why_not(struct encode_influx *encoder, const struct spool_row *row) {
    const struct view_entry *entry = view_cache_get(encoder->cache, row->view);
    if (!entry || entry->head.size > 0)
        return NULL;
    return "line protocol cannot say the device's name or place: no control character may be in it, and no "
           "backslash at its end or before a backslash, comma, space or equals sign";
}

int encode_influx_add(struct encode_influx *encoder, const struct spool_row *row) {
    struct proof_marker marker;
    if (proof_make_marker(&encoder->times, row, &marker))
        add_marker(encoder, row, &marker);
    struct view_entry *entry = row->view ? view_cache_get(encoder->cache, row->view) : NULL;
    if (!entry)
        return row->view || encoder->lines.failed ? ERROR_MEMORY : 0;
    if (row->n > 0 && view_info_is_due(entry, row))
        announce(encoder, entry->view, row->time_ms);
    add_readings(encoder, entry, row);
    if (proof_is_given(row))
        add_number(encoder, entry, row);
    return encoder->lines.failed ? ERROR_MEMORY : 0;
}

bool encode_influx_is_empty(const struct encode_influx *encoder) {
    return encoder->lines.size == 0;
}

int encode_influx_finish(struct encode_influx *encoder, const char **body, size_t *size) {
    if (encode_influx_is_empty(encoder))
        text_add_string(&encoder->lines, "#\n"); /* a comment: InfluxDB 2 refuses an empty body */
    if (encoder->lines.failed)
        return ERROR_MEMORY;
    int error = gzip_pack(encoder->gzip, encoder->lines.data, encoder->lines.size, &encoder->body);
    *body = encoder->body.data;
    *size = encoder->body.size;
    return error;
}

/* --- where to --- */

static void add_parameter(struct text *url, const char *key, const char *value) {
    text_add_string(url, key);
    for (const char *at = value; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (c < 0x80 && (isalnum(c) || strchr("-._~", c)))
            text_add_char(url, *at);
        else
            text_add_format(url, "%%%02X", c);
    }
}

void encode_influx_url(const struct sink_config *config, const char *endpoint, struct text *url) {
    size_t size = strlen(endpoint);
    while (size > 0 && endpoint[size - 1] == '/')
        size--;
    text_add(url, endpoint, size);
    if (config->bucket) {
        add_parameter(url, "/api/v2/write?org=", config->org);
        add_parameter(url, "&bucket=", config->bucket);
    } else {
        add_parameter(url, "/write?db=", config->database);
    }
    text_add_string(url, "&precision=ms");
}
