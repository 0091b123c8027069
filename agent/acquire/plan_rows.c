/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a driver's groups and an image to the values a device really has. Modbus: nested loops over what is
 * fitted. SNMP: the rows found below each value's column; the row index, left to right, and the columns named
 * in the repeats give the place.
 */
#include "acquire/plan_rows.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/oid.h"

/* Above what the largest devices have, several thousand; below what could hold up the loop. */
enum { ROWS_MOST = 16384 };

/* What stands fixed while one group's rows are collected. */
struct scope {
    const struct driver *driver;
    const struct image *image;
    const struct group *group;
    bool with_raw;
    struct plan_rows *rows;
};

void plan_rows_done(struct plan_rows *rows) {
    free(rows->row);
    *rows = (struct plan_rows){0};
}

static int rows_add(struct plan_rows *rows, struct plan_row **added) {
    if (rows->n == ROWS_MOST)
        return ERROR_TOO_BIG;
    if (rows->n == rows->room) {
        size_t room = rows->room == 0 ? 64 : rows->room * 2;
        struct plan_row *larger = reallocarray(rows->row, room, sizeof(*larger));
        if (larger == NULL)
            return ERROR_MEMORY;
        rows->row = larger;
        rows->room = room;
    }
    *added = &rows->row[rows->n++];
    memset(*added, 0, sizeof(**added));
    return 0;
}

size_t plan_source_name(const struct driver *driver, const struct source *source, const struct oid *tail,
                        uint32_t *part) {
    int base = oid_parse(driver->oid_base, part, OID_MOST);
    if (base < 0)
        return 0;
    int own = oid_parse(source->oid, part + base, (size_t)(OID_MOST - base));
    if (own < 0)
        return 0;
    size_t n = (size_t)(base + own);
    if (tail != NULL) {
        if (n + tail->n > OID_MOST)
            return 0;
        memcpy(part + n, tail->part, tail->n * sizeof(uint32_t));
        n += tail->n;
    }
    return n;
}

/* What the image holds at a source, in the row with that index. */
static struct raw scope_object(const struct scope *scope, const struct source *source,
                               const struct oid *tail) {
    uint32_t part[OID_MOST];
    struct oid name = {part, plan_source_name(scope->driver, source, tail, part)};
    return name.n == 0 ? (struct raw){.kind = RAW_NONE} : image_object(scope->image, &name);
}

bool match_raw(const struct match *match, const struct raw *raw) {
    double number;
    if (match->pattern != NULL)
        return raw->kind == RAW_TEXT && pattern_match(match->pattern, raw->text, raw->size);
    if (decode_number(raw, &number) != 0)
        return false;
    for (unsigned i = 0; i < match->n; i++)
        if ((double)match->values[i] == number)
            return true;
    return false;
}

/* The group's place, what the repeats numbered, and what the point adds. False where a number has no place.
 */
static bool place_add_number(struct place *place, enum part part, uint32_t number) {
    if (part == PART_PHASE_LINE || part == PART_PHASE_PAIR) {
        if (number < 1 || number > 3)
            return false;
        place->phase = (enum phase)((part == PART_PHASE_LINE ? PHASE_L1 : PHASE_L1_L2) + (int)number - 1);
        return true;
    }
    if (place->depth >= PLACE_DEPTH)
        return false;
    place->part = part;
    place->id[place->depth++] = number;
    return true;
}

static bool place_add(struct place *place, const struct place *more) {
    for (unsigned i = 0; i < more->depth; i++) {
        if (place->depth >= PLACE_DEPTH)
            return false;
        place->id[place->depth++] = more->id[i];
    }
    if (more->part != PART_NONE)
        place->part = more->part;
    if (more->phase != PHASE_NONE)
        place->phase = more->phase;
    if (more->side != SIDE_NONE)
        place->side = more->side;
    if (more->point != NULL)
        place->point = more->point;
    return true;
}

/* The unit that the device names, checked against the quantity; the point's own where it names none. */
static enum unit scope_unit(const struct scope *scope, const struct point *point, const struct oid *tail) {
    const struct source *source =
        point->unit_from.kind != SOURCE_NONE ? &point->unit_from : &scope->group->unit_from;
    const struct unit_name *names = point->units != NULL ? point->units : scope->group->units;
    if (source->kind == SOURCE_NONE)
        return point->unit;
    struct raw raw = scope_object(scope, source, tail);
    if (raw.kind == RAW_NONE)
        return point->unit;
    for (; names->unit != UNIT_UNSTATED; names++) {
        bool same = names->text != NULL ? raw.kind == RAW_TEXT && strlen(names->text) == raw.size &&
                                              memcmp(names->text, raw.text, raw.size) == 0
                                        : raw.kind == RAW_INTEGER && raw.integer == names->code;
        if (same)
            break;
    }
    enum dimension dimension = catalog_quantity(point->quantity)->dimension;
    bool fits = catalog_unit(names->unit)->dimension == dimension ||
                (names->unit == ONE && dimension == DIMENSION_RATIO);
    return fits ? names->unit : UNIT_UNSTATED;
}

/* Fills scale and unit. False where the device should state a scale and does not. */
static bool scope_convert(const struct scope *scope, const struct oid *tail, struct plan_row *row) {
    const struct point *point = row->point;
    const struct scale *scale = point->scale.kind != SCALE_FIXED ? &point->scale : &scope->group->scale;
    enum unit unit = scope_unit(scope, point, tail);
    double factor = 0;
    if (catalog_quantity(point->quantity)->kind == KIND_STATE)
        scale = &point->scale;
    if (scale->kind != SCALE_FIXED) {
        struct raw raw = scope_object(scope, &scale->source, tail);
        if (decode_number(&raw, &factor) != 0 || factor < -1e9 || factor > 1e9)
            return false;
    }
    row->raw_only = unit == UNIT_UNSTATED;
    return conversion_make(point, unit, scale->kind, (int64_t)factor, &row->conversion) == 0;
}

/* --- SNMP --- */

/* Reads the row index. False where the row is not this point's (NULL: any, without the piece that chooses) or
 * has no place. */
static bool row_place(const struct scope *scope, const struct oid *tail, const struct point *point,
                      struct place *place) {
    size_t piece = 0;
    for (unsigned i = 0; i < scope->group->depth; i++) {
        const struct repeat *repeat = &scope->group->over[i];
        double number;
        if (repeat->key && point == NULL)
            continue;
        if (repeat->number.kind != SOURCE_NONE) {
            struct raw raw = scope_object(scope, &repeat->number, tail);
            if (decode_number(&raw, &number) != 0 || number < 0 || number > UINT32_MAX)
                return false;
        } else if (piece < tail->n) {
            number = tail->part[piece++];
        } else {
            return false;
        }
        if (repeat->key) {
            if ((double)point->key != number)
                return false;
        } else if (repeat->part != PART_NONE && !place_add_number(place, repeat->part, (uint32_t)number)) {
            return false;
        }
    }
    return piece == tail->n && place_add(place, &scope->group->at) &&
           (point == NULL || place_add(place, &point->at));
}

bool plan_part_place(const struct driver *driver, const struct image *image, const struct group *group,
                     const struct oid *tail, struct place *place) {
    struct scope scope = {.driver = driver, .image = image, .group = group};
    return row_place(&scope, tail, NULL, place);
}

static int scope_add_object(const struct scope *scope, const struct point *point, const struct source *source,
                            const struct oid *name, const struct oid *tail) {
    struct place place = {.part = PART_NONE};
    if (scope->group->depth > 0 ? !row_place(scope, tail, point, &place)
                                : !place_add(&place, &scope->group->at) || !place_add(&place, &point->at))
        return 0;
    if (point->only.source.kind != SOURCE_NONE) {
        struct raw raw = scope_object(scope, &point->only.source, tail);
        if (!match_raw(&point->only, &raw))
            return 0;
    }
    struct plan_row *row;
    int error = rows_add(scope->rows, &row);
    if (error != 0)
        return error;
    row->point = point;
    row->source = source;
    row->place = place;
    row->name_n = (uint8_t)name->n;
    memcpy(row->name, name->part, name->n * sizeof(uint32_t));
    if (!scope_convert(scope, tail, row) || (row->raw_only && !scope->with_raw)) {
        scope->rows->n--;
        return 0;
    }
    row->valid = point->valid.source.kind != SOURCE_NONE ? &point->valid : &scope->group->valid;
    struct raw says = {.kind = RAW_NONE};
    if (row->valid->source.kind != SOURCE_NONE)
        says = scope_object(scope, &row->valid->source, tail);
    if (says.kind != RAW_NONE)
        row->valid_n = (uint8_t)plan_source_name(scope->driver, &row->valid->source, tail, row->valid_name);
    return 0;
}

static int scope_collect_objects(const struct scope *scope) {
    for (size_t i = 0; i < scope->group->n_points; i++) {
        const struct point *point = &scope->group->points[i];
        const struct source *source =
            point->source.kind != SOURCE_NONE ? &point->source : &scope->group->value;
        uint32_t part[OID_MOST];
        struct oid column = {part, plan_source_name(scope->driver, source, NULL, part)}, name;
        struct raw raw;
        int error = 0;
        if (column.n == 0)
            continue;
        for (size_t at = image_below(scope->image, &column);
             image_row(scope->image, at, &column, &name, &raw); at++) {
            struct oid tail = {name.part + column.n, name.n - column.n};
            if ((scope->group->depth > 0) != (tail.n > 0))
                continue;
            error = scope_add_object(scope, point, source, &name, &tail);
            if (error != 0)
                return error;
        }
    }
    return 0;
}

/* --- Modbus --- */

/* How many of a repeat the device says it has. */
static uint16_t repeat_count(const struct scope *scope, const struct repeat *repeat) {
    double fitted;
    if (repeat->fitted.kind == SOURCE_NONE ||
        decode_image_number(scope->driver, scope->image, &repeat->fitted, &fitted) != 0)
        return repeat->most;
    return fitted < 0 ? 0 : fitted < repeat->most ? (uint16_t)fitted : repeat->most;
}

static uint32_t registers_apart(const struct group *group, unsigned level, const struct source *source) {
    if (source->stride[level] != 0)
        return source->stride[level];
    return group->over[level].stride != 0 ? group->over[level].stride : source_width(source);
}

/* Adds one point at the loop counters `at` (from 0). */
static int scope_add_register(const struct scope *scope, const struct point *point, const uint16_t *at) {
    const struct source *source = point->source.kind != SOURCE_NONE ? &point->source : &scope->group->value;
    uint32_t address = (uint32_t)(source->address - scope->driver->first_register);
    struct place place = {.part = PART_NONE};
    for (unsigned i = 0; i < scope->group->depth; i++) {
        const struct repeat *repeat = &scope->group->over[i];
        address += at[i] * registers_apart(scope->group, i, source);
        uint32_t first = repeat->first == 0 ? 1 : repeat->first;
        if (repeat->part != PART_NONE && !place_add_number(&place, repeat->part, first + at[i]))
            return 0;
    }
    if (address + source_width(source) > 65536 || !place_add(&place, &scope->group->at) ||
        !place_add(&place, &point->at))
        return 0;
    struct plan_row *row;
    int error = rows_add(scope->rows, &row);
    if (error != 0)
        return error;
    row->point = point;
    row->source = source;
    row->place = place;
    row->address = (uint16_t)address;
    row->raw_only = point->unit == UNIT_UNSTATED;
    if (conversion_make(point, point->unit, SCALE_FIXED, 0, &row->conversion) != 0 ||
        (row->raw_only && !scope->with_raw))
        scope->rows->n--;
    return 0;
}

static int scope_collect_registers(const struct scope *scope) {
    uint16_t count[REPEAT_DEPTH] = {0}, at[REPEAT_DEPTH] = {0};
    for (unsigned i = 0; i < scope->group->depth; i++) {
        count[i] = repeat_count(scope, &scope->group->over[i]);
        if (count[i] == 0)
            return 0;
    }
    for (;;) {
        for (size_t i = 0; i < scope->group->n_points; i++) {
            int error = scope_add_register(scope, &scope->group->points[i], at);
            if (error != 0)
                return error;
        }
        int level = scope->group->depth - 1;
        while (level >= 0 && ++at[level] == count[level])
            at[level--] = 0;
        if (level < 0)
            return 0;
    }
}

int plan_rows_collect(const struct driver *driver, const struct image *image, bool with_raw,
                      struct plan_rows *rows) {
    for (size_t i = 0; i < driver->n_groups; i++) {
        struct scope scope = {driver, image, &driver->groups[i], with_raw, rows};
        int error = driver->protocol == PROTOCOL_SNMP ? scope_collect_objects(&scope)
                                                      : scope_collect_registers(&scope);
        if (error != 0)
            return error;
    }
    return 0;
}
