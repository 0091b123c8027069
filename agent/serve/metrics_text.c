/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of labels may come from devices: what the format has a meaning for is escaped, and bytes that are no
 * UTF-8 become U+FFFD, since one such byte makes a scraper refuse the whole page.
 */
#include "serve/metrics_text.h"

#include <string.h>

/* The value with a backslash before itself and, where `quoted`, before the quote; a line end becomes `\n`. */
static void add_escaped(struct text *text, const char *value, bool quoted) {
    const char *end = value + strlen(value), *plain = value;
    while (value < end) {
        uint32_t character;
        size_t size = text_take_character(value, (size_t)(end - value), &character);
        const char *instead = size == 0                 ? "\xef\xbf\xbd"
                              : *value == '\\'          ? "\\\\"
                              : *value == '\n'          ? "\\n"
                              : *value == '"' && quoted ? "\\\""
                                                        : NULL;
        if (instead) {
            text_add(text, plain, (size_t)(value - plain));
            text_add_string(text, instead);
            plain = value + (size ? size : 1);
        }
        value += size ? size : 1;
    }
    text_add(text, plain, (size_t)(end - plain));
}

static void add_label(struct text *text, const struct label *label) {
    text_add_string(text, label->name);
    text_add(text, "=\"", 2);
    add_escaped(text, label->value, true);
    text_add_char(text, '"');
}

static void write_head(const struct device_view *view, struct text *text) {
    struct labels labels;
    view_write_labels(view, &labels);
    for (size_t i = 0; i < labels.n; i++) {
        if (i > 0)
            text_add_char(text, ',');
        add_label(text, &labels.label[i]);
    }
}

static void write_piece(const struct device_view *view, const struct series *series, struct text *text) {
    struct labels own, labels;
    view_write_labels(view, &own);
    series_write_labels(view, series, &labels);
    for (size_t i = 0; i < labels.n; i++) {
        if (view_has_label(&own, labels.label[i].name))
            continue;
        text_add_char(text, ',');
        add_label(text, &labels.label[i]);
    }
}

const struct view_form metrics_form = {write_head, write_piece};

void metrics_add_head(struct text *text, const char *metric, const char *help, const char *type) {
    text_add_format(text, "# HELP %s ", metric);
    add_escaped(text, help, false);
    text_add_format(text, "\n# TYPE %s %s\n", metric, type);
}

void metrics_add_line(struct text *text, struct metrics_bytes metric, struct metrics_bytes head,
                      struct metrics_bytes piece, double value) {
    char *at = text_reserve(text, metric.size + head.size + piece.size + 4);
    if (!at)
        return;
    at = mempcpy(at, metric.data, metric.size);
    *at++ = '{';
    at = mempcpy(at, head.data, head.size);
    at = mempcpy(at, piece.data, piece.size);
    *at++ = '}';
    *at = ' ';
    text->size += metric.size + head.size + piece.size + 3;
    text_add_number(text, value);
    text_add_char(text, '\n');
}

void metrics_add_info(struct text *text, const char *metric, const struct view_info *info) {
    char separator = '{';
    text_add_string(text, metric);
    for (size_t i = 0; i < info->n; i++) {
        if (info->label[i].value[0] == '\0')
            continue;
        text_add_char(text, separator);
        add_label(text, &info->label[i]);
        separator = ',';
    }
    text_add_string(text, separator == ',' ? "} 1\n" : " 1\n");
}
