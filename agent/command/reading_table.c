/* SPDX-License-Identifier: Apache-2.0 */
/* What one device said in one reading, gathered from batches and answers, and printed for people or as JSON
 * lines. */
#include "command/reading_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/describe.h"
#include "acquire/oid.h"
#include "acquire/raw_text.h"
#include "base/text.h"
#include "command/table.h"
#include "model/human.h"

void reading_table_done(struct reading_table *table) {
    plan_release(table->plan);
    device_view_release(table->view);
    for (size_t i = 0; i < table->n_raws; i++) {
        free(table->raws[i].source);
        free(table->raws[i].value);
    }
    free(table->raws);
    free(table->choice);
    free(table->values);
    free(table->qualities);
    *table = (struct reading_table){0};
}

static bool table_reserve(struct reading_table *table, size_t n_series) {
    if (table->values != NULL)
        return true;
    table->values = calloc(n_series + 1, sizeof(*table->values));
    table->qualities = calloc(n_series + 1, sizeof(*table->qualities));
    return table->values != NULL && table->qualities != NULL;
}

void reading_table_add(struct reading_table *table, const struct batch *batch) {
    if (!table_reserve(table, batch->view->n_series))
        return;
    memcpy(table->values + batch->first, batch->values, batch->n * sizeof(*batch->values));
    memcpy(table->qualities + batch->first, batch->qualities, batch->n);
    table->time_ms = batch->time_ms;
}

/* Raw */

static char *raw_text(const struct raw *raw) {
    struct text text = {0};
    char part[300];
    if (raw->kind == RAW_INTEGER)
        text_add_integer(&text, raw->integer);
    else if (raw->kind == RAW_REAL)
        text_add_number(&text, raw->real);
    else if (raw->kind == RAW_OID)
        oid_write(&raw->oid, part, sizeof(part));
    else if (raw->kind == RAW_TEXT)
        raw_write_text(raw, part, sizeof(part));
    if (raw->kind == RAW_OID || raw->kind == RAW_TEXT)
        text_add_string(&text, part);
    return text.data != NULL ? text.data : strdup("nothing");
}

void reading_table_add_raw(struct reading_table *table, const struct plan *plan,
                           const struct plan_request *request, const struct link_answer *answer) {
    if (table->raws == NULL) {
        table->raws = calloc(plan->n_items, sizeof(*table->raws));
        table->n_raws = table->raws != NULL ? plan->n_items : 0;
    }
    for (uint32_t i = request->first_item; i < request->first_item + request->n_items && i < table->n_raws;
         i++) {
        struct raw_row *row = &table->raws[i];
        const struct plan_item *item = &plan->items[i];
        free(row->source);
        free(row->value);
        row->source = describe_source(plan, request, item);
        row->value = NULL;
        if (answer->error != 0) {
            row->value = strdup(error_word(answer->error));
        } else {
            struct raw raw = decode_raw(plan, item, request, answer);
            enum bad_reason reason;
            double value;
            row->value = raw_text(&raw);
            row->number = raw.kind == RAW_INTEGER || (raw.kind == RAW_REAL && isfinite(raw.real));
            row->counts = decode_value(plan->driver, item, &raw, &value, &reason) != QUALITY_ABSENT;
        }
    }
}

void reading_table_describe(struct reading_table *table, const struct plan *plan,
                            const struct device_view *view, const char *choice) {
    if (plan == NULL || view == NULL)
        return;
    table->plan = plan_hold((struct plan *)(uintptr_t)plan);
    table->view = device_view_hold((struct device_view *)(uintptr_t)view);
    table->choice = strdup(choice);
}

/* Printing */

/* The next item of the plan that serves this series, from item `from` on; n_items where there is none. */
static size_t item_of(const struct reading_table *table, size_t series, size_t from) {
    while (from < table->plan->n_items && table->plan->items[from].series != series)
        from++;
    return from;
}

static const struct raw_row *raw_of(const struct reading_table *table, size_t item) {
    return item < table->n_raws && table->raws[item].source != NULL ? &table->raws[item] : NULL;
}

static enum quality quality_of(const struct reading_table *table, size_t series) {
    return table->qualities != NULL ? (enum quality)table->qualities[series] : QUALITY_ABSENT;
}

static void print_head(const struct reading_table *table, FILE *to) {
    const struct device_view *view = table->view;
    const char *facts[][2] = {{", ", view->manufacturer},
                              {view->manufacturer[0] != 0 ? " " : ", ", view->model},
                              {", serial ", view->serial},
                              {", firmware ", view->firmware}};
    fprintf(to, "%s: driver %s", view->device, view->driver);
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        if (facts[i][1][0] != 0)
            fprintf(to, "%s%s", facts[i][0], facts[i][1]);
    if (table->choice != NULL && table->choice[0] != 0)
        fprintf(to, " (%s)", table->choice);
    fprintf(to, "\n\n");
}

/* The source that gave the reading: of those that count the preferred one; the first where none did. */
static const struct raw_row *raw_that_counts(const struct reading_table *table, size_t series) {
    size_t n = table->plan->n_items, first = item_of(table, series, 0), best = n;
    for (size_t item = first; item < n; item = item_of(table, series, item + 1)) {
        const struct raw_row *raw = raw_of(table, item);
        bool preferred = best == n || table->plan->items[item].rank < table->plan->items[best].rank;
        if (raw != NULL && raw->counts && preferred)
            best = item;
    }
    return raw_of(table, best < n ? best : first);
}

static void add_row(const struct reading_table *table, size_t series, struct table *rows) {
    char title[80], place[80], value[80] = "-";
    const struct series *what = &table->view->series[series];
    enum quality quality = quality_of(table, series);
    human_write_title(what->quantity, title, sizeof(title));
    human_write_place(&what->place, place, sizeof(place));
    if (quality != QUALITY_ABSENT)
        human_write_value(what->quantity, table->values[series], value, sizeof(value));
    table_add(rows, "%s", title);
    table_add(rows, "%s", place);
    table_add(rows, "%s", value);
    table_add(rows, "%s", quality != QUALITY_ABSENT ? human_unit(what->quantity) : "");
    table_add(rows, "%s", quality == QUALITY_GOOD ? "" : quality_word(quality));
    if (table->with_raw) {
        const struct raw_row *raw = raw_that_counts(table, series);
        const struct plan_item *item = &table->plan->items[item_of(table, series, 0)];
        bool is_state = catalog_quantity(what->quantity)->kind == KIND_STATE;
        table_add(rows, "%s", raw != NULL ? raw->source : "");
        table_add(rows, "%s%s", raw != NULL ? raw->value : "",
                  !item->raw_only ? ""
                  : is_state      ? " (meaning not stated, not published)"
                                  : " (unit not stated, not published)");
    }
}

bool reading_table_is_empty(const struct reading_table *table) {
    for (size_t i = 0; table->plan != NULL && i < table->plan->n_series; i++)
        if (quality_of(table, i) != QUALITY_ABSENT)
            return false;
    return true;
}

bool reading_table_print(const struct reading_table *table, FILE *to) {
    struct table rows;
    size_t shown = 0;
    static const char *const heads[] = {"READING", "PLACE", "VALUE", "UNIT", "QUALITY", "SOURCE", "RAW"};
    print_head(table, to);
    table_init(&rows, table->with_raw ? "llrllll" : "llrll");
    for (size_t i = 0; i < rows.n_columns; i++)
        table_add(&rows, "%s", heads[i]);
    for (size_t i = 0; i < table->plan->n_series; i++) {
        if (quality_of(table, i) == QUALITY_ABSENT && !table->with_raw)
            continue;
        add_row(table, i, &rows);
        shown += quality_of(table, i) != QUALITY_ABSENT;
    }
    table_print(&rows, to);
    table_done(&rows);
    fprintf(to, "\n%zu readings\n", shown);
    return fflush(to) == 0 && !ferror(to);
}

/* JSON has no word for what is no number; what overflowed in scaling is none. */
static void add_json_number(struct text *line, double value) {
    if (isfinite(value))
        text_add_number(line, value);
    else
        text_add_string(line, "null");
}

static void add_json_row(const struct reading_table *table, size_t series, struct text *line) {
    const struct series *what = &table->view->series[series];
    const struct quantity_info *info = catalog_quantity(what->quantity);
    enum quality quality = quality_of(table, series);
    const struct raw_row *raw = raw_that_counts(table, series);
    struct labels labels;
    series_write_labels(table->view, what, &labels);
    text_add_string(line, "{\"device\":");
    text_add_json(line, table->view->device);
    text_add_format(line, ",\"driver\":\"%s\",\"metric\":\"%s\",\"labels\":{", table->view->driver,
                    info->name);
    for (size_t i = 0; i < labels.n; i++) {
        text_add_format(line, "%s\"%s\":", i > 0 ? "," : "", labels.label[i].name);
        text_add_json(line, labels.label[i].value);
    }
    text_add_string(line, "},\"value\":");
    if (quality == QUALITY_ABSENT)
        text_add_string(line, "null");
    else
        add_json_number(line, table->values[series]);
    text_add_format(line, ",\"unit\":\"%s\",\"time\":%" PRId64 ",\"quality\":\"%s\"", info->unit,
                    table->time_ms, quality_word(quality));
    if (table->with_raw && raw != NULL) {
        text_add_string(line, ",\"source\":");
        text_add_json(line, raw->source);
        text_add_string(line, ",\"raw\":");
        if (raw->number)
            text_add_string(line, raw->value);
        else
            text_add_json(line, raw->value);
    }
    text_add_string(line, "}\n");
}

bool reading_table_print_json(const struct reading_table *table, FILE *to) {
    struct text line = {0};
    bool whole = true;
    for (size_t i = 0; i < table->plan->n_series; i++) {
        if (quality_of(table, i) == QUALITY_ABSENT && !table->with_raw)
            continue;
        text_clear(&line);
        add_json_row(table, i, &line);
        whole = whole && !line.failed && fwrite(line.data, 1, line.size, to) == line.size;
    }
    text_done(&line);
    return fflush(to) == 0 && whole;
}
