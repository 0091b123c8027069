/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts a driver's tables into words: recognition, manners, and each point with its place, units and
 * source.
 */
#include "command/driver_page.h"

#include <string.h>

#include "base/text.h"
#include "command/driver_point.h"
#include "command/table.h"
#include "model/device_map.h"

static const char *const rate_words[N_RATES] = {
    [RATE_NORMAL] = "normal", [RATE_FAST] = "fast", [RATE_SLOW] = "slow", [RATE_ONCE] = "once"};

const char *driver_protocol_text(const struct driver *driver) {
    return driver->protocol == PROTOCOL_SNMP ? "SNMP" : "Modbus";
}

const char *driver_evidence_text(const struct driver *driver) {
    if (driver->of_site || driver->wired)
        return "site";
    return driver->recorded ? "recording" : "manual";
}

static const char *evidence_words(const struct driver *driver) {
    if (driver->of_site || driver->wired)
        return "nobody but the site that describes it";
    return driver->recorded ? "a recording of a real device" : "the manual only, no real device yet";
}

/* What the words of `means` publish, in the position that is named and in the other. */
static void print_meanings(FILE *out) {
    static const char *const headings[] = {"means", "metric", "component", "in that position",
                                           "in the other"};
    struct table table;
    table_init(&table, "lllll");
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
        table_add(&table, "%s", headings[i]);
    for (int meaning = 0; map_meaning_words[meaning]; meaning++) {
        struct contact contact = device_map_contact((enum map_meaning)meaning);
        table_add(&table, "%s", map_meaning_words[meaning]);
        table_add(&table, "%s", catalog_quantity(contact.quantity)->name);
        table_add(&table, "%s", catalog_part(contact.part));
        table_add(&table, "%s", catalog_state_word(contact.quantity, contact.active));
        table_add(&table, "%s", catalog_state_word(contact.quantity, contact.inactive));
    }
    table_print(&table, out);
    table_done(&table);
}

struct columns {
    struct text place, manual, source, choice;
};

static void describe(const struct described *item, struct columns *columns) {
    text_clear(&columns->place);
    text_clear(&columns->manual);
    text_clear(&columns->source);
    text_clear(&columns->choice);
    driver_point_place(&columns->place, item);
    driver_point_manual(&columns->manual, item);
    driver_point_source(&columns->source, item);
    driver_point_choice(&columns->choice, item);
}

static const char *string(const struct text *text) {
    return text->data ? text->data : "";
}

static void for_each_point(const struct driver *driver, bool whole_oids,
                           void (*visit)(const struct described *, void *), void *context) {
    for (size_t i = 0; i < driver->n_groups; i++) {
        for (size_t k = 0; k < driver->groups[i].n_points; k++) {
            struct described item = {driver, whole_oids, &driver->groups[i], &driver->groups[i].points[k]};
            visit(&item, context);
        }
    }
}

struct page {
    struct table table;
    struct columns columns;
};

static void add_row(const struct described *item, void *context) {
    struct page *page = context;
    describe(item, &page->columns);
    table_add(&page->table, "%s", catalog_quantity(item->point->quantity)->name);
    table_add(&page->table, "%s", string(&page->columns.place));
    table_add(&page->table, "%s", driver_point_unit(item));
    table_add(&page->table, "%s", string(&page->columns.manual));
    table_add(&page->table, "%s", string(&page->columns.source));
    table_add(&page->table, "%s", rate_words[item->point->rate]);
    table_add(&page->table, "%s", string(&page->columns.choice));
}

static void columns_done(struct columns *columns) {
    text_done(&columns->place);
    text_done(&columns->manual);
    text_done(&columns->source);
    text_done(&columns->choice);
}

static void print_recognition(const struct driver *driver, FILE *out) {
    bool any = false;
    for (size_t i = 0; i < sizeof(driver->recognition) / sizeof(driver->recognition[0]); i++) {
        const struct recognition *way = &driver->recognition[i];
        struct text text = {0};
        if (way->sys_object_id)
            text_add_format(&text, "sysObjectID %s", way->sys_object_id);
        if (way->sys_descr)
            text_add_format(&text, "%ssysDescr \"%s\"", text.size ? ", " : "", way->sys_descr);
        if (way->probe)
            text_add_format(&text, "%san answer at %s", text.size ? ", " : "", way->probe);
        if (way->product)
            text_add_format(&text, "function 43/14 \"%s\"", way->product);
        if (way->says.source.kind != SOURCE_NONE) {
            text_add_format(&text, "%s", text.size ? ", " : "");
            driver_match_write(&text, &way->says, driver->oid_base);
        }
        if (text.size)
            fprintf(out, "  %-12s %s\n", any ? "or" : "recognised", text.data);
        any |= text.size > 0;
        text_done(&text);
    }
    if (!any)
        fprintf(out, "  %-12s by its name in the configuration only\n", "recognised");
}

void driver_page_print(const struct driver *driver, FILE *out) {
    fprintf(out, "%s: %s\n\n", driver->name, driver->title);
    fprintf(out, "  %-12s %s\n", "class", catalog_class(driver->class));
    fprintf(out, "  %-12s %s, read only\n", "protocol", driver_protocol_text(driver));
    fprintf(out, "  %-12s %s\n", "confirmed by", evidence_words(driver));
    if (device_map_file(driver))
        fprintf(out, "  %-12s %s\n", "device map", device_map_file(driver));
    if (driver->sources)
        fprintf(out, "  %-12s %s\n", "sources", driver->sources);
    for (unsigned i = 0; driver->variants != NULL && driver->variants[i] != NULL; i++)
        fprintf(out, "  %-12s %s\n", i == 0 ? "variants" : "", driver->variants[i]);
    print_recognition(driver, out);
    if (driver->manners.shortest_ms)
        fprintf(out, "  %-12s its values every %u ms\n", "refreshes", driver->manners.shortest_ms);
    if (driver->protocol == PROTOCOL_MODBUS && !driver->wired)
        fprintf(out, "  %-12s counted from %u\n", "registers", driver->first_register);
    else if (driver->oid_base)
        fprintf(out, "  %-12s below %s\n", "sources are", driver->oid_base);
    fputc('\n', out);
    if (driver->wired) {
        print_meanings(out);
        return;
    }
    struct page page = {0};
    table_init(&page.table, "lllllll");
    static const char *const headings[] = {"metric", "place", "unit",      "in the manual",
                                           "source", "rate",  "only where"};
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
        table_add(&page.table, "%s", headings[i]);
    for_each_point(driver, false, add_row, &page);
    table_print(&page.table, out);
    table_done(&page.table);
    columns_done(&page.columns);
}

struct lines {
    struct text line;
    struct columns columns;
    FILE *out;
};

static void add_member(struct text *line, const char *name, const char *value) {
    text_add_format(line, "%s\"%s\":", line->size > 1 ? "," : "", name);
    text_add_json(line, value);
}

static void print_json_line(const struct described *item, void *context) {
    struct lines *lines = context;
    struct text *line = &lines->line;
    describe(item, &lines->columns);
    text_clear(line);
    text_add_char(line, '{');
    add_member(line, "driver", item->driver->name);
    add_member(line, "metric", catalog_quantity(item->point->quantity)->name);
    add_member(line, "place", string(&lines->columns.place));
    add_member(line, "unit", driver_point_unit(item));
    add_member(line, "manual", string(&lines->columns.manual));
    add_member(line, "source", string(&lines->columns.source));
    add_member(line, "rate", rate_words[item->point->rate]);
    add_member(line, "only", string(&lines->columns.choice));
    text_add_string(line, "}\n");
    if (!line->failed)
        fwrite(line->data, 1, line->size, lines->out);
}

void driver_page_print_json(const struct driver *driver, FILE *out) {
    struct lines lines = {.out = out};
    for_each_point(driver, true, print_json_line, &lines);
    text_done(&lines.line);
    columns_done(&lines.columns);
}
