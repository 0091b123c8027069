/* SPDX-License-Identifier: Apache-2.0 */
/* What discovery has to read for a driver: every column, instance and register that its tables name, once
 * each. Pure. */
#include <stdlib.h>
#include <string.h>

#include "acquire/discovery.h"
#include "acquire/plan_rows.h"

void wanted_done(struct wanted_list *list) {
    free(list->item);
    *list = (struct wanted_list){0};
}

static bool wanted_same(const struct wanted *a, const struct wanted *b) {
    return a->n == b->n && a->function == b->function && a->address == b->address && a->count == b->count &&
           memcmp(a->part, b->part, a->n * sizeof(a->part[0])) == 0;
}

static int wanted_add(struct wanted_list *list, const struct driver *driver, const struct source *source,
                      bool column) {
    struct wanted wanted = {.column = column};
    if (source->kind == SOURCE_NONE)
        return 0;
    if (source->kind == SOURCE_OID) {
        wanted.n = plan_source_name(driver, source, NULL, wanted.part);
    } else {
        wanted.function = source_function(source);
        wanted.address = (uint16_t)(source->address - driver->first_register);
        wanted.count = source_width(source);
    }
    for (size_t i = 0; i < list->n; i++)
        if (wanted_same(&list->item[i], &wanted))
            return 0;
    if (list->n == list->room) {
        size_t room = list->room == 0 ? 32 : list->room * 2;
        struct wanted *larger = reallocarray(list->item, room, sizeof(*larger));
        if (larger == NULL)
            return ERROR_MEMORY;
        list->item = larger;
        list->room = room;
    }
    list->item[list->n++] = wanted;
    return 0;
}

/* Columns that say what a group's rows are; over Modbus only how many there are. */
static int wanted_add_group(struct wanted_list *list, const struct driver *driver,
                            const struct group *group) {
    bool rows = group->depth > 0;
    int error = 0;
    for (unsigned i = 0; error == 0 && i < group->depth; i++) {
        error = wanted_add(list, driver, &group->over[i].number, rows);
        if (error == 0)
            error = wanted_add(list, driver, &group->over[i].fitted, false);
    }
    if (driver->protocol != PROTOCOL_SNMP)
        return error;
    const struct source *shared[] = {&group->label, &group->value, &group->valid.source, &group->scale.source,
                                     &group->unit_from};
    for (size_t i = 0; error == 0 && i < sizeof(shared) / sizeof(shared[0]); i++)
        error = wanted_add(list, driver, shared[i], rows);
    for (size_t i = 0; error == 0 && i < group->n_points; i++) {
        const struct point *point = &group->points[i];
        const struct source *own[] = {&point->source, &point->valid.source, &point->only.source,
                                      &point->scale.source, &point->unit_from};
        for (size_t j = 0; error == 0 && j < sizeof(own) / sizeof(own[0]); j++)
            error = wanted_add(list, driver, own[j], rows);
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
    const struct source *source = &driver->groups[0].points[0].source;
    *wanted = (struct wanted){.function = source_function(source),
                              .address = (uint16_t)(source->address - driver->first_register),
                              .count = source_width(source)};
}

int wanted_collect(const struct driver *driver, struct wanted_list *list) {
    int error = 0;
    *list = (struct wanted_list){0};
    for (size_t i = 0; error == 0 && i < driver->n_facts; i++)
        error = wanted_add(list, driver, &driver->facts[i].source, false);
    for (size_t i = 0; error == 0 && i < driver->n_groups; i++)
        error = wanted_add_group(list, driver, &driver->groups[i]);
    if (error != 0)
        wanted_done(list);
    return error;
}
