/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands fixed while the rows of one group are collected, and what the image says in one of its rows:
 * values, matches, scale and unit, place. Of one row alone; which rows there are is for plan_objects.c and
 * plan_registers.c. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_PLAN_SCOPE_H
#define HALLWATCH_ACQUIRE_PLAN_SCOPE_H

#include "acquire/plan_rows.h"

enum { ROOM_BYTES = 2 * UINT8_MAX }; /* of the longest text in registers */

struct scope {
    const struct driver *driver;
    const struct image *image;
    const struct group *group;
    uint32_t base;   /* Modbus: what the group's addresses count from, beyond the driver's first register */
    uint32_t behind; /* the first register that is no longer its model's; 0: it is of none */
    bool with_raw;
    struct plan_rows *rows;
};

/* One row: of a table by the rest of its objects' names, of registers by the loop counters, from 0. */
struct row_at {
    struct oid tail;
    const uint16_t *counters;
};

/* A new row, cleared. ERROR_MEMORY, or ERROR_TOO_BIG past the most rows that any device has. */
int scope_add_row(const struct scope *scope, struct plan_row **row);

/* Takes the row that was added last away again. */
void scope_drop_row(const struct scope *scope);

/* What the image holds at a source in that row; a text of registers lies in `room` of ROOM_BYTES. */
struct raw scope_raw(const struct scope *scope, const struct source *source, const struct row_at *at,
                     uint8_t *room);

/* The wire address of a source at these loop counters; UINT32_MAX where the value would not fit behind it. */
uint32_t scope_address(const struct scope *scope, const struct source *source, const uint16_t *counters);

/* Whether a match holds in that row (an empty one does); what it captures is added to the place. */
bool scope_matches(const struct scope *scope, const struct match *match, const struct row_at *at,
                   struct place *place);

/*
 * Fills scale, unit and absent codes of the row. False where the device should state a scale and does not, or
 * where the row's unit is unstated and raw values are not wanted.
 */
bool scope_convert(const struct scope *scope, const struct row_at *at, struct plan_row *row);

/* The group is there: of the variant that the site named, and of a model that the device has. */
bool scope_has_group(struct scope *scope);

/* What is numbered inside of the place so far; false where the number has no place. */
bool place_add_number(struct place *place, enum part part, uint32_t number);
/* What a group or point adds to its place; false where it has too many numbers. */
bool place_add(struct place *place, const struct place *more);

/* The rows of one group. The same errors as plan_rows_collect. */
int plan_objects_collect(const struct scope *scope);
int plan_registers_collect(const struct scope *scope);
/* The names of the group's parts. */
void plan_objects_names(const struct scope *scope, plan_name_found found, void *context);
void plan_registers_names(const struct scope *scope, plan_name_found found, void *context);

#endif
