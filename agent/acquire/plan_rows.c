/* SPDX-License-Identifier: Apache-2.0 */
/* From a driver's groups and an image to the values a device really has, group by group. */
#include "acquire/plan_rows.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/oid.h"
#include "acquire/plan_scope.h"

/* Above what the largest devices have, several thousand; below what could hold up the loop. */
enum { ROWS_MOST = 16384 };

void plan_rows_done(struct plan_rows *rows) {
    free(rows->row);
    *rows = (struct plan_rows){0};
}

int scope_add_row(const struct scope *scope, struct plan_row **added) {
    struct plan_rows *rows = scope->rows;
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

void scope_drop_row(const struct scope *scope) {
    scope->rows->n--;
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
    if (tail == NULL || source->whole)
        return n;
    size_t pieces = source->pieces > 0 && source->pieces < tail->n ? source->pieces : tail->n;
    if (n + pieces > OID_MOST)
        return 0;
    memcpy(part + n, tail->part, pieces * sizeof(uint32_t));
    return n + pieces;
}

int plan_rows_collect(const struct driver *driver, const struct image *image, bool with_raw,
                      struct plan_rows *rows) {
    for (size_t i = 0; i < driver->n_groups; i++) {
        struct scope scope = {.driver = driver,
                              .image = image,
                              .group = &driver->groups[i],
                              .with_raw = with_raw,
                              .rows = rows};
        if (!scope_has_group(&scope))
            continue;
        int error =
            driver->protocol == PROTOCOL_SNMP ? plan_objects_collect(&scope) : plan_registers_collect(&scope);
        if (error != 0)
            return error;
    }
    return 0;
}

void plan_names_find(const struct driver *driver, const struct image *image, plan_name_found found,
                     void *context) {
    for (size_t i = 0; i < driver->n_groups; i++) {
        struct scope scope = {.driver = driver, .image = image, .group = &driver->groups[i]};
        if (scope.group->label.kind == SOURCE_NONE || !scope_has_group(&scope))
            continue;
        if (driver->protocol == PROTOCOL_SNMP)
            plan_objects_names(&scope, found, context);
        else
            plan_registers_names(&scope, found, context);
    }
}
