/* SPDX-License-Identifier: Apache-2.0 */
/* Modbus: nested loops over the parts that are fitted. The loop counters give the place. */
#include "acquire/decode.h"
#include "acquire/plan_scope.h"
#include "acquire/raw_text.h"

/* How many of a repeat the device says it has. */
static uint16_t repeat_count(const struct scope *scope, const struct repeat *repeat) {
    uint8_t room[ROOM_BYTES];
    double fitted;
    if (repeat->fitted.kind == SOURCE_NONE)
        return repeat->most;
    const struct row_at first = {.counters = NULL};
    struct raw raw = scope_raw(scope, &repeat->fitted, &first, room);
    if (raw_number(&raw, &fitted) != 0)
        return repeat->most;
    return fitted < 0 ? 0 : fitted < repeat->most ? (uint16_t)fitted : repeat->most;
}

/* What the loops number, then what the matches, the group and the point add. False where the point is not
 * there. */
static bool loop_place(const struct scope *scope, const struct point *point, const struct row_at *at,
                       struct place *place) {
    for (unsigned i = 0; i < scope->group->depth; i++) {
        const struct repeat *repeat = &scope->group->over[i];
        uint32_t first = repeat->first == 0 ? 1 : repeat->first;
        if (repeat->part != PART_NONE && !place_add_number(place, repeat->part, first + at->counters[i]))
            return false;
    }
    return scope_matches(scope, &scope->group->only, at, place) &&
           (point == NULL || scope_matches(scope, &point->only, at, place)) &&
           place_add(place, &scope->group->at) && (point == NULL || place_add(place, &point->at));
}

static int add_register(const struct scope *scope, const struct point *point, const uint16_t *counters) {
    const struct source *source = point->source.kind != SOURCE_NONE ? &point->source : &scope->group->value;
    const struct row_at at = {.counters = counters};
    uint32_t address = scope_address(scope, source, counters);
    struct place place = {.part = PART_NONE};
    struct plan_row *row;
    if (address == UINT32_MAX || !loop_place(scope, point, &at, &place))
        return 0;
    int error = scope_add_row(scope, &row);
    if (error != 0)
        return error;
    row->point = point;
    row->source = source;
    row->place = place;
    row->address = (uint16_t)address;
    if (!scope_convert(scope, &at, row))
        scope_drop_row(scope);
    return 0;
}

/* The loop counters of the group's parts, one after the other. Begin with all 0; false behind the last. */
static bool loop_next(const struct scope *scope, const uint16_t *count, uint16_t *at) {
    int level = scope->group->depth - 1;
    while (level >= 0 && ++at[level] == count[level])
        at[level--] = 0;
    return level >= 0;
}

/* False where one of the loops has nothing to go over. */
static bool loop_begin(const struct scope *scope, uint16_t *count) {
    for (unsigned i = 0; i < scope->group->depth; i++) {
        count[i] = repeat_count(scope, &scope->group->over[i]);
        if (count[i] == 0)
            return false;
    }
    return true;
}

int plan_registers_collect(const struct scope *scope) {
    uint16_t count[REPEAT_DEPTH] = {0}, at[REPEAT_DEPTH] = {0};
    if (!loop_begin(scope, count))
        return 0;
    do {
        for (size_t i = 0; i < scope->group->n_points; i++) {
            int error = add_register(scope, &scope->group->points[i], at);
            if (error != 0)
                return error;
        }
    } while (loop_next(scope, count, at));
    return 0;
}

void plan_registers_names(const struct scope *scope, plan_name_found found, void *context) {
    uint16_t count[REPEAT_DEPTH] = {0}, counters[REPEAT_DEPTH] = {0};
    uint8_t room[ROOM_BYTES];
    if (!loop_begin(scope, count))
        return;
    do {
        const struct row_at at = {.counters = counters};
        struct place place = {.part = PART_NONE};
        struct raw raw = scope_raw(scope, &scope->group->label, &at, room);
        if (raw.kind != RAW_NONE && loop_place(scope, NULL, &at, &place))
            found(context, &place, &raw);
    } while (loop_next(scope, count, counters));
}
