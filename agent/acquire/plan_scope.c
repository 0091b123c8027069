/* SPDX-License-Identifier: Apache-2.0 */
/* One row of a group: what the image says in it. */
#include "acquire/plan_scope.h"

#include <math.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/oid.h"
#include "acquire/pattern.h"
#include "acquire/raw_text.h"

enum { REGISTERS = 65536 };

struct raw scope_raw(const struct scope *scope, const struct source *source, const struct row_at *at,
                     uint8_t *room) {
    struct raw nothing = {.kind = RAW_NONE};
    if (source->kind == SOURCE_OID) {
        uint32_t part[OID_MOST];
        struct oid name = {part, plan_source_name(scope->driver, source, &at->tail, part)};
        struct raw raw = name.n == 0 ? nothing : image_object(scope->image, &name);
        return decode_object(source, &raw);
    }
    uint32_t address = scope_address(scope, source, at->counters);
    uint8_t function = source_function(source);
    if (address == UINT32_MAX ||
        !image_registers(scope->image, function, (uint16_t)address, source_width(source), room))
        return nothing;
    return function <= 2 ? (struct raw){.kind = RAW_INTEGER, .integer = room[0]}
                         : decode_registers(source, room);
}

static uint32_t registers_apart(const struct group *group, unsigned level, const struct source *source) {
    if (source->stride[level] != 0)
        return source->stride[level];
    return group->over[level].stride != 0 ? group->over[level].stride : source_width(source);
}

uint32_t scope_address(const struct scope *scope, const struct source *source, const uint16_t *counters) {
    uint32_t address = scope->base + (uint32_t)(source->address - scope->driver->first_register);
    for (unsigned i = 0; counters != NULL && !source->whole && i < scope->group->depth; i++)
        address += counters[i] * registers_apart(scope->group, i, source);
    uint32_t behind = scope->behind > 0 ? scope->behind : REGISTERS;
    return address + source_width(source) > behind ? UINT32_MAX : address;
}

/* --- place --- */

bool place_add_number(struct place *place, enum part part, uint32_t number) {
    if (part == PART_PHASE_LINE || part == PART_PHASE_PAIR) {
        if (number < 1 || number > 3)
            return false;
        place->phase = (enum phase)((part == PART_PHASE_LINE ? PHASE_L1 : PHASE_L1_L2) + (int)number - 1);
        return true;
    }
    /* With the ends of its type a device says "none" here, too. */
    if (place->depth >= PLACE_DEPTH || number == INT32_MAX || number == UINT32_MAX)
        return false;
    place->part = part;
    place->id[place->depth++] = number;
    return true;
}

bool place_add(struct place *place, const struct place *more) {
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

/* --- matches --- */

static bool match_oid(const char *wanted, const struct raw *raw) {
    uint32_t part[OID_MOST];
    int n = oid_parse(wanted, part, OID_MOST);
    struct oid oid = {part, n > 0 ? (size_t)n : 0};
    return raw->kind == RAW_OID && n > 0 && oid_compare(&oid, &raw->oid) == 0;
}

bool match_raw(const struct match *match, const struct raw *raw) {
    double number;
    if (match->n == 0 && match->pattern == NULL && match->oid == NULL)
        return raw->kind != RAW_NONE;
    if (match->oid != NULL)
        return match_oid(match->oid, raw);
    if (match->pattern != NULL)
        return raw->kind == RAW_TEXT && pattern_match(match->pattern, raw->text, raw->size);
    if (raw_number(raw, &number) != 0)
        return false;
    for (unsigned i = 0; i < match->n; i++)
        if ((double)match->values[i] == number)
            return true;
    return false;
}

bool scope_matches(const struct scope *scope, const struct match *match, const struct row_at *at,
                   struct place *place) {
    uint8_t room[ROOM_BYTES];
    uint32_t numbers[MATCH_CAPTURES] = {0};
    if (match->source.kind == SOURCE_NONE)
        return true;
    struct raw raw = scope_raw(scope, &match->source, at, room);
    if (match->pattern == NULL || match->captures[0] == PART_NONE)
        return match_raw(match, &raw);
    if (raw.kind != RAW_TEXT || !pattern_capture(match->pattern, raw.text, raw.size, numbers, MATCH_CAPTURES))
        return false;
    for (unsigned i = 0; i < MATCH_CAPTURES; i++)
        if (match->captures[i] != PART_NONE && !place_add_number(place, match->captures[i], numbers[i]))
            return false;
    return true;
}

/* --- scale and unit --- */

static const struct unit_name *find_unit(const struct unit_name *names, const struct raw *raw) {
    for (; names->unit != UNIT_UNSTATED; names++)
        if (names->text != NULL ? raw_is_text(raw, names->text)
                                : raw->kind == RAW_INTEGER && raw->integer == names->code)
            break;
    return names;
}

/* The unit that the device names, checked against the quantity, and what part of it; the point's own where it
 * names none. */
static enum unit scope_unit(const struct scope *scope, const struct point *point, const struct row_at *at,
                            int32_t *div) {
    const struct source *source =
        point->unit_from.kind != SOURCE_NONE ? &point->unit_from : &scope->group->unit_from;
    const struct quantity_info *info = catalog_quantity(point->quantity);
    uint8_t room[ROOM_BYTES];
    *div = 1;
    if (source->kind == SOURCE_NONE || info->kind == KIND_STATE)
        return point->unit;
    struct raw raw = scope_raw(scope, source, at, room);
    if (raw.kind == RAW_NONE)
        return point->unit;
    const struct unit_name *name = find_unit(point->units != NULL ? point->units : scope->group->units, &raw);
    bool fits = catalog_unit(name->unit)->dimension == info->dimension ||
                (name->unit == ONE && info->dimension == DIMENSION_RATIO);
    if (fits && name->div > 0)
        *div = name->div;
    return fits ? name->unit : UNIT_UNSTATED;
}

/* The codes that mean "not fitted" for this point: its own, else the driver's for its wire type. */
static const struct absent *scope_absent(const struct scope *scope, const struct plan_row *row) {
    const struct driver *driver = scope->driver;
    for (unsigned i = 0; row->point->absent.n == 0 && i < driver->absent.n; i++)
        if (driver->absent.of[i].wire == WIRE_NONE || driver->absent.of[i].wire == row->source->wire)
            return &driver->absent.of[i].absent;
    return &row->point->absent;
}

bool scope_convert(const struct scope *scope, const struct row_at *at, struct plan_row *row) {
    struct point point = *row->point;
    const struct scale *own = &row->point->scale;
    const struct scale *scale = own->kind != SCALE_FIXED ? own : &scope->group->scale;
    uint8_t room[ROOM_BYTES];
    int32_t part;
    double factor = 0;
    enum unit unit = scope_unit(scope, row->point, at, &part);
    if (catalog_quantity(point.quantity)->kind == KIND_STATE)
        scale = own;
    if (scale->kind != SCALE_FIXED) {
        struct raw raw = scope_raw(scope, &scale->source, at, room);
        if (raw_number(&raw, &factor) != 0 || factor < -1e9 || factor > 1e9 || factor != floor(factor))
            return false;
    }
    row->scale = scale->kind != SCALE_FIXED ? scale : NULL;
    row->factor = (int32_t)factor;
    row->unit = part == 1 ? unit : UNIT_UNSTATED;
    if (row->scale != NULL && scale->source.kind != SOURCE_OID)
        row->scale_address = (uint16_t)scope_address(scope, &scale->source, at->counters);
    point.div = (point.div == 0 ? 1 : point.div) * part;
    row->raw_only = unit == UNIT_UNSTATED;
    row->absent = scope_absent(scope, row);
    return conversion_make(&point, unit, scale->kind, (int64_t)factor, &row->conversion) == 0 &&
           (!row->raw_only || scope->with_raw);
}

/* --- groups --- */

bool scope_has_group(struct scope *scope) {
    const struct group *group = scope->group;
    scope->base = scope->behind = 0;
    if (group->variants != 0 && (group->variants & image_variant(scope->image)) == 0)
        return false;
    for (unsigned i = 0; i < group->models.n; i++)
        if (image_model(scope->image, (uint16_t)group->models.values[i], &scope->base, &scope->behind))
            return true;
    return group->models.n == 0;
}
