/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the status document as tables. */
#include "command/status_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "command/status_buses.h"
#include "command/status_power.h"
#include "command/status_sinks.h"
#include "command/table.h"
#include "model/human.h"

static int compare_lines(const void *a, const void *b) {
    const struct status_line *x = a, *y = b;
    if (x->digest.rank != y->digest.rank)
        return x->digest.rank < y->digest.rank ? -1 : 1;
    return x->number < y->number ? -1 : 1; /* as configured */
}

static void add_headings(struct table *table, const char *const *headings) {
    for (size_t i = 0; i < table->n_columns; i++)
        table_add(table, "%s", headings[i]);
}

static void add_rounded(struct table *table, enum quantity quantity, double value, int decimals) {
    char text[64] = "";
    if (!isnan(value))
        human_write_rounded(quantity, value, decimals, text, sizeof(text));
    table_add(table, "%s", text);
}

static void add_span(struct table *table, double seconds) {
    char text[32];
    status_write_span(seconds, text, sizeof(text));
    table_add(table, "%s", text);
}

static void add_duration(struct table *table, double seconds) {
    char text[32];
    human_write_duration(seconds, text, sizeof(text));
    table_add(table, "%s", text);
}

static void print_devices(const struct status_line *lines, size_t n, FILE *out) {
    static const char *const headings[] = {"DEVICE", "CLASS", "DRIVER", "STATE",
                                           "POWER",  "TEMP",  "AGE",    "LATENCY"};
    struct table table;
    table_init(&table, "llllrrrr");
    add_headings(&table, headings);
    for (size_t i = 0; i < n; i++) {
        const struct digest *digest = &lines[i].digest;
        table_add(&table, "%s", status_text(lines[i].device, "name"));
        table_add(&table, "%s", status_text(lines[i].device, "class"));
        table_add(&table, "%s", status_text(lines[i].device, "driver"));
        table_add(&table, "%s", digest->state);
        add_rounded(&table, digest->power, digest->power_w, 2);
        add_rounded(&table, AIR_TEMPERATURE, digest->temperature_c, 1);
        add_span(&table, digest->age_s);
        add_duration(&table, digest->latency_s);
    }
    table_print(&table, out);
    table_done(&table);
}

/* Only where there is something to say: it was loaded again, or refused. */
static void add_configuration(struct text *line, const json_t *document, const json_t *configuration) {
    enum { SLACK_MS = 1000 };
    char span[32];
    double now_ms = status_number(document, "time"), loaded_ms = status_number(configuration, "loaded");
    double refused_ms = status_number(configuration, "refused");
    double mistakes = status_number(configuration, "mistakes");
    if (isnan(refused_ms) && !(loaded_ms - status_number(document, "started") > SLACK_MS))
        return;
    status_write_span((now_ms - loaded_ms) / 1000, span, sizeof(span));
    text_add_format(line, "configuration: loaded %s ago", span);
    if (!isnan(refused_ms)) {
        status_write_span((now_ms - refused_ms) / 1000, span, sizeof(span));
        text_add_format(line, "; another one was refused %s ago for %.0f mistake%s, which the log tells",
                        span, mistakes, mistakes > 1 ? "s" : "");
    }
    text_add_char(line, '\n');
}

static void print_heading(const json_t *document, const struct status_line *lines, size_t n, FILE *out) {
    size_t up = 0;
    for (size_t i = 0; i < n; i++)
        up += json_is_true(json_object_get(lines[i].device, "up"));
    char span[32];
    const json_t *configuration = json_object_get(document, "configuration");
    struct text line = {0};
    status_write_span((status_number(document, "time") - status_number(document, "started")) / 1000, span,
                      sizeof(span));
    text_add_string(&line, "site ");
    text_add_printable(&line, status_text(document, "site"));
    text_add_string(&line, ", gateway ");
    text_add_printable(&line, status_text(document, "gateway"));
    text_add_format(&line, ": %zu of %zu devices up; hallwatch ", up, n);
    text_add_printable(&line, status_text(document, "version"));
    text_add_format(&line, ", running for %s\n", span);
    add_configuration(&line, document, configuration);
    text_add_char(&line, '\n');
    if (!line.failed)
        fputs(line.data, out);
    text_done(&line);
}

void status_table_print(const json_t *document, FILE *out) {
    const json_t *devices = json_object_get(document, "devices");
    size_t n = json_array_size(devices);
    struct status_line *lines = calloc(n + 1, sizeof(*lines));
    if (!lines)
        return;
    for (size_t i = 0; i < n; i++) {
        lines[i] = (struct status_line){.device = json_array_get(devices, i), .number = i};
        status_digest(lines[i].device, &lines[i].digest);
    }
    qsort(lines, n, sizeof(*lines), compare_lines);
    print_heading(document, lines, n, out);
    status_print_power(document, out);
    status_print_sink_trouble(document, out);
    status_print_late(lines, n, out);
    print_devices(lines, n, out);
    status_print_errors(lines, n, out);
    status_print_buses(lines, n, out);
    status_print_links(document, out);
    status_print_sinks(document, out);
    free(lines);
}

/* One device */

static void add_place(struct table *table, const json_t *reading) {
    static const char *const keys[] = {"component", "component_id", "phase", "point", "side", "reason"};
    struct text place = {0};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *word = status_text(reading, keys[i]);
        if (*word)
            text_add_format(&place, "%s%s", place.size ? " " : "", word);
    }
    table_add(table, "%s", place.data ? place.data : "-");
    text_done(&place);
}

static void add_reading(struct table *table, const json_t *reading, double now_ms) {
    const char *metric = status_text(reading, "metric"), *quality = status_text(reading, "quality");
    enum quantity quantity = catalog_find_quantity(metric);
    double value = status_number(reading, "value");
    char title[80], text[64] = "";
    if (quantity == QUANTITY_NONE)
        return;
    if (!isnan(value))
        human_write_value(quantity, value, text, sizeof(text));
    human_write_title(quantity, title, sizeof(title));
    table_add(table, "%s", title);
    add_place(table, reading);
    table_add(table, "%s", status_text(reading, "name"));
    table_add(table, "%s", text);
    table_add(table, "%s", human_unit(quantity));
    table_add(table, "%s", strcmp(quality, "good") == 0 ? "" : quality);
    add_span(table, (now_ms - status_number(reading, "time")) / 1000);
}

static void print_device(const json_t *device, double now_ms, FILE *out) {
    static const char *const headings[] = {"READING", "PLACE", "NAME", "VALUE", "UNIT", "QUALITY", "AGE"};
    static const char *const facts[] = {"class",  "driver",   "manufacturer", "model",
                                        "serial", "firmware", "url",          "bus"};
    const json_t *readings = json_object_get(device, "readings");
    struct digest digest;
    struct table table;
    status_digest(device, &digest);
    table_init(&table, "ll");
    table_add(&table, "%s", status_text(device, "name"));
    table_add(&table, "%s", digest.state);
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        if (!*status_text(device, facts[i]))
            continue;
        table_add(&table, "%s", facts[i]);
        table_add(&table, "%s", status_text(device, facts[i]));
    }
    table_print(&table, out);
    table_done(&table);
    fputc('\n', out);
    table_init(&table, "lllrllr");
    add_headings(&table, headings);
    for (size_t i = 0; i < json_array_size(readings); i++)
        add_reading(&table, json_array_get(readings, i), now_ms);
    table_print(&table, out);
    table_done(&table);
}

bool status_table_print_device(const json_t *document, const char *name, FILE *out) {
    const json_t *devices = json_object_get(document, "devices");
    size_t n = json_array_size(devices);
    const char **names = calloc(n + 1, sizeof(*names));
    for (size_t i = 0; names && i < n; i++) {
        const json_t *device = json_array_get(devices, i);
        names[i] = status_text(device, "name");
        if (text_same_name(name, names[i])) {
            print_device(device, status_number(document, "time"), out);
            free(names);
            return true;
        }
    }
    const char *nearest = names ? text_nearest(name, names, n) : NULL;
    if (nearest)
        fprintf(stderr, "hallwatch status: no device \"%s\"; did you mean \"%s\"?\n", name, nearest);
    else
        fprintf(stderr, "hallwatch status: no device \"%s\"; hallwatch status lists them\n", name);
    free(names);
    return false;
}
