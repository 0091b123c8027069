/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMP: the rows found below each value's column. The row index, left to right, the columns named in the
 * repeats and what the matches capture give the place.
 */
#include <string.h>

#include "acquire/decode.h"
#include "acquire/oid.h"
#include "acquire/plan_scope.h"
#include "acquire/raw_text.h"

/* One piece of the row index, or the column that stands for it. False where the row has none or another. */
static bool repeat_number(const struct scope *scope, const struct repeat *repeat, const struct row_at *at,
                          size_t *piece, double *number) {
    uint8_t room[ROOM_BYTES];
    if (repeat->number.kind != SOURCE_NONE) {
        struct raw raw = scope_raw(scope, &repeat->number, at, room);
        return raw_number(&raw, number) == 0 && *number >= 0 && *number <= UINT32_MAX;
    }
    if (*piece >= at->tail.n)
        return false;
    *number = at->tail.part[(*piece)++];
    return !repeat->fixed || *number == repeat->first;
}

/* Reads the row index. False where the row is not this point's (NULL: any, without the piece that chooses) or
 * has no place. */
static bool row_place(const struct scope *scope, const struct row_at *at, const struct point *point,
                      struct place *place) {
    size_t piece = 0;
    for (unsigned i = 0; i < scope->group->depth; i++) {
        const struct repeat *repeat = &scope->group->over[i];
        double number;
        if (repeat->key && point == NULL)
            continue;
        if (!repeat_number(scope, repeat, at, &piece, &number))
            return false;
        if (repeat->key && (double)point->key != number)
            return false;
        if (!repeat->key && !repeat->fixed && repeat->part != PART_NONE &&
            !place_add_number(place, repeat->part, (uint32_t)number))
            return false;
    }
    return piece == at->tail.n && scope_matches(scope, &scope->group->only, at, place) &&
           (point == NULL || scope_matches(scope, &point->only, at, place)) &&
           place_add(place, &scope->group->at) && (point == NULL || place_add(place, &point->at));
}

/* The object that says whether the value counts, where the device has it. */
static void add_validity(const struct scope *scope, const struct row_at *at, struct plan_row *row) {
    uint8_t room[ROOM_BYTES];
    row->valid = row->point->valid.source.kind != SOURCE_NONE ? &row->point->valid : &scope->group->valid;
    if (row->valid->source.kind == SOURCE_NONE)
        return;
    struct raw says = scope_raw(scope, &row->valid->source, at, room);
    if (says.kind != RAW_NONE)
        row->valid_n =
            (uint8_t)plan_source_name(scope->driver, &row->valid->source, &at->tail, row->valid_name);
}

static int add_object(const struct scope *scope, const struct point *point, const struct source *source,
                      const struct oid *name, const struct row_at *at) {
    struct place place = {.part = PART_NONE};
    struct plan_row *row;
    if (!row_place(scope, at, point, &place))
        return 0;
    int error = scope_add_row(scope, &row);
    if (error != 0)
        return error;
    row->point = point;
    row->source = source;
    row->place = place;
    row->name_n = (uint8_t)name->n;
    memcpy(row->name, name->part, name->n * sizeof(uint32_t));
    if (scope_convert(scope, at, row))
        add_validity(scope, at, row);
    else
        scope_drop_row(scope);
    return 0;
}

/* The alarms that a table may hold, whether it does so now or not. */
static int collect_alarms(const struct scope *scope) {
    const struct group *group = scope->group;
    const struct row_at nowhere = {.counters = NULL};
    struct place place = {.part = PART_NONE};
    if (!scope_matches(scope, &group->only, &nowhere, &place))
        return 0;
    for (size_t i = 0; i < group->n_points; i++) {
        const struct point *point = &group->points[i];
        struct plan_row *row;
        int error = scope_add_row(scope, &row);
        if (error != 0)
            return error;
        row->point = point;
        row->source = &group->value;
        row->alarm = true;
        row->name_n = (uint8_t)plan_source_name(scope->driver, &group->value, NULL, row->name);
        /* Walked beside the column, so without the instance's 0. */
        row->valid_n =
            (uint8_t)(plan_source_name(scope->driver, &group->only.source, NULL, row->valid_name) - 1);
        if (!scope_convert(scope, &nowhere, row) || !place_add(&row->place, &group->at) ||
            !place_add(&row->place, &point->at))
            scope_drop_row(scope);
    }
    return 0;
}

int plan_objects_collect(const struct scope *scope) {
    if (scope->group->alarms)
        return collect_alarms(scope);
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
            struct row_at row = {.tail = {name.part + column.n, name.n - column.n}};
            if ((scope->group->depth > 0) != (row.tail.n > 0))
                continue;
            error = add_object(scope, point, source, &name, &row);
            if (error != 0)
                return error;
        }
    }
    return 0;
}

void plan_objects_names(const struct scope *scope, plan_name_found found, void *context) {
    uint32_t part[OID_MOST];
    struct oid column = {part, plan_source_name(scope->driver, &scope->group->label, NULL, part)}, name;
    struct raw raw;
    for (size_t at = image_below(scope->image, &column); image_row(scope->image, at, &column, &name, &raw);
         at++) {
        struct row_at row = {.tail = {name.part + column.n, name.n - column.n}};
        struct place place = {.part = PART_NONE};
        if (row_place(scope, &row, NULL, &place))
            found(context, &place, &raw);
    }
}
