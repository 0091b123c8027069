/* SPDX-License-Identifier: Apache-2.0 */
/* From a driver's groups and an image to the values a device really has: one row each, before they are
 * packed. */
#ifndef HALLWATCH_ACQUIRE_PLAN_ROWS_H
#define HALLWATCH_ACQUIRE_PLAN_ROWS_H

#include "acquire/plan.h"

/* One value: what it is, where it stands in the device, and where it is read. */
struct plan_row {
    const struct point *point;
    const struct source *source;
    const struct match *valid;
    const struct absent *absent;
    struct place place;
    struct conversion conversion;
    const struct scale *scale;
    int32_t factor;
    enum unit unit;
    uint16_t scale_address; /* Modbus */
    bool raw_only;
    bool alarm;       /* name is the column of a table of alarms, valid_name the object that counts them */
    uint16_t address; /* Modbus, on the wire */
    uint8_t name_n, valid_n; /* SNMP; valid_n = 0: nothing says whether it counts */
    uint32_t name[OID_MOST], valid_name[OID_MOST];
    /* Settled when packed. */
    uint32_t series, order;
    enum rate rate;
    uint8_t rank;
};

struct plan_rows {
    struct plan_row *row;
    size_t n, room;
};

/* Rows in the order of the tables. Values whose scale or unit the device should state and does not are left
 * out. ERROR_MEMORY, or ERROR_TOO_BIG past 16,384 rows. */
int plan_rows_collect(const struct driver *driver, const struct image *image, bool with_raw,
                      struct plan_rows *rows);
void plan_rows_done(struct plan_rows *rows);

/* The name of a source below the driver's base, with what belongs to it of a row's index behind it. Returns
 * the length, 0 where it does not fit. */
size_t plan_source_name(const struct driver *driver, const struct source *source, const struct oid *tail,
                        uint32_t *part);

/* Called with every name that people gave a part of the device; texts are borrowed for the call. */
typedef void (*plan_name_found)(void *context, const struct place *place, const struct raw *raw);
void plan_names_find(const struct driver *driver, const struct image *image, plan_name_found found,
                     void *context);

/* Whether a raw value is one that the match asks for. */
bool match_raw(const struct match *match, const struct raw *raw);

#endif
