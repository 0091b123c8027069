/* SPDX-License-Identifier: Apache-2.0 */
/* What discovery has to read for a driver: every column, instance and register that its tables name, once
 * each. Pure. */
#include <stdlib.h>
#include <string.h>

#include "acquire/discovery.h"
#include "acquire/plan_scope.h"

enum { REGISTERS_MOST = 125 }; /* Modbus application protocol V1.1b3, 6.3 */

void wanted_done(struct wanted_list *list) {
    free(list->item);
    *list = (struct wanted_list){0};
}

static bool wanted_same(const struct wanted *a, const struct wanted *b) {
    return a->n == b->n && a->function == b->function && a->address == b->address && a->count == b->count &&
           memcmp(a->part, b->part, a->n * sizeof(a->part[0])) == 0;
}

static int wanted_make_room(struct wanted_list *list) {
    if (list->n < list->room)
        return 0;
    size_t room = list->room == 0 ? 32 : list->room * 2;
    struct wanted *larger = reallocarray(list->item, room, sizeof(*larger));
    if (larger == NULL)
        return ERROR_MEMORY;
    list->item = larger;
    list->room = room;
    return 0;
}

static int wanted_add(struct wanted_list *list, const struct wanted *wanted) {
    for (size_t i = 0; i < list->n; i++)
        if (wanted_same(&list->item[i], wanted))
            return 0;
    int error = wanted_make_room(list);
    if (error != 0)
        return error;
    list->item[list->n++] = *wanted;
    return 0;
}

/* Registers from the first of a repeated value to the end of its last, over all repeats of the group. */
static uint32_t repeated_width(const struct scope *scope, const struct source *source) {
    uint16_t last[REPEAT_DEPTH] = {0};
    unsigned depth = scope->group != NULL && !source->whole ? scope->group->depth : 0;
    for (unsigned i = 0; i < depth; i++)
        last[i] = (uint16_t)(scope->group->over[i].most - 1);
    uint32_t first = scope_address(scope, source, NULL);
    uint32_t end = scope_address(scope, source, depth > 0 ? last : NULL);
    return end == UINT32_MAX ? 0 : end - first + source_width(source);
}

/* A run of registers that a source takes, in pieces that the device gives at once. */
static int wanted_add_registers(struct wanted_list *list, const struct scope *scope,
                                const struct source *source) {
    const struct manners *manners = &scope->driver->manners;
    uint32_t width = repeated_width(scope, source), address = scope_address(scope, source, NULL);
    uint32_t most = manners->most_registers > 0 ? manners->most_registers : REGISTERS_MOST;
    uint16_t step = source_width(source);
    if (step <= most)
        most -= most % step; /* no value is cut in two, unless the device gives none at once */
    for (int error = 0; width > 0;) {
        uint32_t count = width < most ? width : most;
        struct wanted wanted = {.function = source_function(source),
                                .address = (uint16_t)address,
                                .count = (uint16_t)count,
                                .step = step};
        error = wanted_add(list, &wanted);
        if (error != 0)
            return error;
        address += count;
        width -= count;
    }
    return 0;
}

int wanted_halve(struct wanted_list *list, size_t at) {
    struct wanted rest = list->item[at];
    uint16_t half = (uint16_t)(rest.count / 2 / rest.step * rest.step);
    if (half == 0)
        half = rest.step;
    if (half >= rest.count)
        return ERROR_NOT_FOUND;
    int error = wanted_make_room(list);
    if (error != 0)
        return error;
    memmove(&list->item[at + 2], &list->item[at + 1], (list->n - at - 1) * sizeof(rest));
    list->n++;
    list->item[at].count = half;
    rest.address = (uint16_t)(rest.address + half);
    rest.count = (uint16_t)(rest.count - half);
    list->item[at + 1] = rest;
    return 0;
}

/* One source, in every row of the scope's group where it has one. */
static int wanted_add_source(struct wanted_list *list, const struct scope *scope,
                             const struct source *source) {
    if (source->kind == SOURCE_NONE)
        return 0;
    if (source->kind != SOURCE_OID)
        return wanted_add_registers(list, scope, source);
    struct wanted wanted = {.column = scope->group != NULL && scope->group->depth > 0 && !source->whole};
    wanted.n = plan_source_name(scope->driver, source, NULL, wanted.part);
    return wanted_add(list, &wanted);
}

static int wanted_add_sources(struct wanted_list *list, const struct scope *scope,
                              const struct source *const *sources, size_t n) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < n; i++)
        error = wanted_add_source(list, scope, sources[i]);
    return error;
}

/* How many parts there are, and the columns that say what a group's rows are. Registers are polled without a
 * look at them before, tables are not. */
static int wanted_add_group(struct wanted_list *list, const struct scope *scope) {
    const struct group *group = scope->group;
    bool tables = scope->driver->protocol == PROTOCOL_SNMP;
    const struct scope once = {
        .driver = scope->driver, .image = scope->image, .base = scope->base, .behind = scope->behind};
    int error = 0;
    for (unsigned i = 0; error == 0 && i < group->depth; i++) {
        error = wanted_add_source(list, scope, &group->over[i].number);
        if (error == 0)
            error = wanted_add_source(list, &once, &group->over[i].fitted);
    }
    const struct source *shared[] = {&group->label,     &group->only.source, &group->scale.source,
                                     &group->unit_from, &group->value,       &group->valid.source};
    if (group->alarms)
        return wanted_add_source(list, scope, &group->only.source);
    if (error == 0)
        error = wanted_add_sources(list, scope, shared, tables ? 6 : 4);
    for (size_t i = 0; error == 0 && i < group->n_points; i++) {
        const struct point *point = &group->points[i];
        const struct source *own[] = {&point->only.source, &point->scale.source, &point->unit_from,
                                      &point->source, &point->valid.source};
        error = wanted_add_sources(list, scope, own, tables ? 5 : 3);
    }
    return error;
}

void wanted_probe(const struct driver *driver, struct wanted *wanted) {
    static const uint32_t uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
    if (driver == NULL || driver->protocol == PROTOCOL_SNMP) {
        *wanted = (struct wanted){.n = sizeof(uptime) / sizeof(uptime[0])};
        memcpy(wanted->part, uptime, sizeof(uptime));
        return;
    }
    if (driver->chain.n > 0) {
        *wanted = (struct wanted){.function = 3, .address = (uint16_t)driver->chain.values[0], .count = 2};
        return;
    }
    const struct group *group = &driver->groups[0];
    const struct source *source =
        group->points[0].source.kind != SOURCE_NONE ? &group->points[0].source : &group->value;
    *wanted = (struct wanted){.function = source_function(source),
                              .address = (uint16_t)(source->address - driver->first_register),
                              .count = source_width(source)};
}

int wanted_collect(const struct driver *driver, const struct image *image, struct wanted_list *list) {
    struct scope scope = {.driver = driver, .image = image};
    int error = 0;
    *list = (struct wanted_list){0};
    for (size_t i = 0; error == 0 && i < driver->n_facts; i++) {
        scope.base = scope.behind = 0;
        if (driver->facts[i].model == 0 ||
            image_model(image, driver->facts[i].model, &scope.base, &scope.behind))
            error = wanted_add_source(list, &scope, &driver->facts[i].source);
    }
    for (size_t i = 0; error == 0 && i < driver->n_groups; i++) {
        scope.group = &driver->groups[i];
        if (scope_has_group(&scope))
            error = wanted_add_group(list, &scope);
    }
    if (error != 0)
        wanted_done(list);
    return error;
}
