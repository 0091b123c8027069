/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts a driver's tables into words: recognition, manners, and each point with its place, units and
 * source.
 */
#include "command/driver_page.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "command/table.h"

static const char *const rate_words[N_RATES] = {
    [RATE_NORMAL] = "normal", [RATE_FAST] = "fast", [RATE_SLOW] = "slow", [RATE_ONCE] = "once"};

const char *driver_protocol_text(const struct driver *driver) {
    return driver->protocol == PROTOCOL_SNMP ? "SNMP" : "Modbus";
}

const char *driver_evidence_text(const struct driver *driver) {
    return driver->recorded ? "recording" : "manual";
}

/* A point with its group: what either leaves open, the other says. */
struct described {
    const struct driver *driver;
    bool whole_oids; /* else below the driver's base */
    const struct group *group;
    const struct point *point;
};

static void add_word(struct text *text, const char *separator, const char *word) {
    if (*word)
        text_add_format(text, "%s%s", text->size ? separator : "", word);
}

static bool is_phase_part(enum part part) {
    return part == PART_PHASE_LINE || part == PART_PHASE_PAIR;
}

/* "outlet #/#": # stands for the numbers that the device's rows or blocks bring. */
static void add_place(struct text *text, const struct described *item) {
    const struct place *places[] = {&item->group->at, &item->point->at};
    enum part part = PART_NONE;
    const char *phase = "", *side = "", *point = "";
    struct text id = {0};
    for (size_t i = 0; i < item->group->depth; i++) {
        enum part numbered = item->group->over[i].part;
        if (is_phase_part(numbered))
            phase = numbered == PART_PHASE_LINE ? "L#" : "L#-L#";
        else if (numbered != PART_NONE)
            add_word(&id, "/", "#");
        if (numbered != PART_NONE && !is_phase_part(numbered))
            part = numbered;
    }
    for (size_t i = 0; i < 2; i++) {
        char numbers[48];
        const struct place *at = places[i];
        place_write_id(at, numbers, sizeof(numbers));
        add_word(&id, "/", numbers);
        part = at->part != PART_NONE ? at->part : part;
        phase = at->phase != PHASE_NONE ? catalog_phase(at->phase) : phase;
        side = at->side != SIDE_NONE ? catalog_side(at->side) : side;
        point = at->point ? at->point : point;
    }
    add_word(text, " ", catalog_part(part));
    add_word(text, " ", id.data ? id.data : "");
    add_word(text, " ", phase);
    add_word(text, " ", point);
    add_word(text, " ", side);
    text_done(&id);
}

static void add_source(struct text *text, const struct source *source, const char *base) {
    static const char *const kinds[] = {
        [SOURCE_NONE] = "",     [SOURCE_HOLDING] = "holding",   [SOURCE_INPUT] = "input",
        [SOURCE_COIL] = "coil", [SOURCE_DISCRETE] = "discrete", [SOURCE_OID] = ""};
    static const char *const wires[] = {[WIRE_NONE] = "",
                                        [U16] = "u16",
                                        [S16] = "s16",
                                        [U32] = "u32",
                                        [S32] = "s32",
                                        [U64] = "u64",
                                        [S64] = "s64",
                                        [F32] = "f32",
                                        [F64] = "f64",
                                        [LOW_BYTE] = "low byte",
                                        [HIGH_BYTE] = "high byte",
                                        [BIT] = "bit",
                                        [TEXT] = "text"};
    if (source->kind == SOURCE_NONE)
        return;
    if (source->kind == SOURCE_OID) {
        text_add_format(text, "%s%s%s", base ? base : "", base ? "." : "", source->oid);
        return;
    }
    text_add_format(text, "%s %u", kinds[source->kind], source->address);
    if (source->kind == SOURCE_HOLDING || source->kind == SOURCE_INPUT)
        text_add_format(text, " %s", wires[source->wire]);
    if (source->wire == BIT && source->kind != SOURCE_COIL && source->kind != SOURCE_DISCRETE)
        text_add_format(text, " %u", source->bit);
}

static const struct source *source_of(const struct described *item) {
    return item->point->source.kind != SOURCE_NONE ? &item->point->source : &item->group->value;
}

static const char *base_of(const struct described *item) {
    return item->whole_oids ? item->driver->oid_base : NULL;
}

/* "kW x 10 / 100", "A, digits from ...", "unit from ...": how a raw number is to be read. */
static void add_manual_unit(struct text *text, const struct described *item) {
    const struct point *point = item->point;
    const struct group *group = item->group;
    const struct scale *scale = point->scale.kind != SCALE_FIXED ? &point->scale : &group->scale;
    const struct source *unit_from =
        point->unit_from.kind != SOURCE_NONE ? &point->unit_from : &group->unit_from;
    static const char *const scales[] = {[SCALE_FIXED] = "",
                                         [SCALE_DIGITS] = ", digits from ",
                                         [SCALE_EXPONENT] = ", exponent from ",
                                         [SCALE_DIVISOR] = ", divisor from ",
                                         [SCALE_FACTOR] = ", factor from "};
    if (unit_from->kind != SOURCE_NONE) {
        text_add_string(text, "unit from ");
        add_source(text, unit_from, base_of(item));
    } else if (catalog_quantity(point->quantity)->kind == KIND_STATE) {
        text_add_string(text, "a code");
    } else {
        text_add_string(text, point->unit == UNIT_UNSTATED ? "unstated" : catalog_unit(point->unit)->symbol);
    }
    if (point->mul > 1 || point->mul < 0)
        text_add_format(text, " x %" PRId64, point->mul);
    if (point->add)
        text_add_format(text, " %c %" PRId64, point->add < 0 ? '-' : '+',
                        point->add < 0 ? -point->add : point->add);
    if (point->div > 1)
        text_add_format(text, " / %" PRId64, point->div);
    text_add_string(text, scales[scale->kind]);
    if (scale->kind != SCALE_FIXED)
        add_source(text, &scale->source, base_of(item));
}

static const char *published_unit(const struct described *item) {
    const struct quantity_info *info = catalog_quantity(item->point->quantity);
    if (info->kind == KIND_STATE)
        return "state";
    if (item->point->unit == UNIT_UNSTATED && item->point->unit_from.kind == SOURCE_NONE &&
        item->group->unit_from.kind == SOURCE_NONE)
        return "not published";
    return info->unit;
}

struct columns {
    struct text place, manual, source;
};

static void describe(const struct described *item, struct columns *columns) {
    text_clear(&columns->place);
    text_clear(&columns->manual);
    text_clear(&columns->source);
    add_place(&columns->place, item);
    add_manual_unit(&columns->manual, item);
    add_source(&columns->source, source_of(item), base_of(item));
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
    table_add(&page->table, "%s", published_unit(item));
    table_add(&page->table, "%s", string(&page->columns.manual));
    if (item->point->key)
        text_add_format(&page->columns.source, " (index %" PRId64 ")", item->point->key);
    table_add(&page->table, "%s", string(&page->columns.source));
    table_add(&page->table, "%s", rate_words[item->point->rate]);
}

static void columns_done(struct columns *columns) {
    text_done(&columns->place);
    text_done(&columns->manual);
    text_done(&columns->source);
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
            add_source(&text, &way->says.source, driver->oid_base);
            if (way->says.pattern)
                text_add_format(&text, " \"%s\"", way->says.pattern);
            for (unsigned k = 0; k < way->says.n; k++)
                text_add_format(&text, "%s %lld", k == 0 ? "" : " or", (long long)way->says.values[k]);
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
    fprintf(out, "  %-12s %s\n", "confirmed by",
            driver->recorded ? "a recording of a real device" : "the manual only, no real device yet");
    if (driver->sources)
        fprintf(out, "  %-12s %s\n", "sources", driver->sources);
    print_recognition(driver, out);
    if (driver->manners.shortest_ms)
        fprintf(out, "  %-12s its values every %u ms\n", "refreshes", driver->manners.shortest_ms);
    if (driver->protocol == PROTOCOL_MODBUS)
        fprintf(out, "  %-12s counted from %u\n", "registers", driver->first_register);
    else if (driver->oid_base)
        fprintf(out, "  %-12s below %s\n", "sources are", driver->oid_base);
    fputc('\n', out);
    struct page page = {0};
    table_init(&page.table, "llllll");
    static const char *const headings[] = {"metric", "place", "unit", "in the manual", "source", "rate"};
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
    add_member(line, "unit", published_unit(item));
    add_member(line, "manual", string(&lines->columns.manual));
    add_member(line, "source", string(&lines->columns.source));
    add_member(line, "rate", rate_words[item->point->rate]);
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
