/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faces: how a part of the modelled hall looks through a maker's registers or objects. One file per make;
 * each fills in what its device holds from the model's state of a moment, rounded as the maker rounds.
 */
#ifndef HALLSIM_FACE_H
#define HALLSIM_FACE_H

#include <stdbool.h>
#include <stddef.h>

#include "device.h"

/* Makes a Modbus device: its registers, its refresh. False: out of memory. */
bool face_pm5000_attach(struct device *device);
bool face_rpu_attach(struct device *device);
bool face_chiller_attach(struct device *device);
bool face_contacts_attach(struct device *device);

/* The contacts of a row, by the number of their input: names and meanings as in hallwatch's wiring. */
enum { N_CONTACTS = 5 };
extern const struct contact_name { const char *name, *means; } face_contact_names[N_CONTACTS];

/* Objects that every SNMP agent has; the faces' own fields begin after them. */
enum {
    FIELD_SYSTEM_DESCRIPTION,
    FIELD_SYSTEM_OBJECT,
    FIELD_SYSTEM_UPTIME,
    FIELD_SYSTEM_CONTACT,
    FIELD_SYSTEM_NAME,
    FIELD_SYSTEM_LOCATION,
    FIELDS_OF_SYSTEM
};

/* One SNMP make: its objects (shared by its devices), its texts and numbers. */
struct face {
    const char *driver;
    const char *description, *object; /* sysDescr, sysObjectID */
    bool (*fill)(struct object_table *table, unsigned outlets);
    /* The text of an object of tag OCTETS that is no system object. */
    void (*text)(const struct device *device, struct meaning meaning, char *text, size_t size);
    device_refresh refresh;
};
extern const struct face face_apc_rpdu2, face_raritan_px, face_rfc1628_ups;

/* Makes the table of a face: the system objects and its own. False: out of memory. */
bool face_make_table(const struct face *face, unsigned outlets, struct object_table *table);
/* Makes an SNMP device that answers from this table, which must outlive it. */
bool face_attach(struct device *device, const struct face *face, const struct object_table *table);

/* One column of a table: its number, its values' tag and what they mean. */
struct column_of_face {
    unsigned number;
    unsigned char tag;
    unsigned short field;
};
/* Adds columns x rows: `entry`.column.row, rows 1 to n; the meaning's `which` is the row, from 0. */
bool face_add_columns(struct object_table *table, const char *entry, const struct column_of_face *columns,
                      size_t n_columns, unsigned n_rows);

/* What an object of number means in a state of the model. */
typedef int64_t (*face_number)(const void *state, struct meaning meaning);
/* Gives every number of the device its value at this state and time. */
void face_put_numbers(struct device *device, face_number number, const void *state, double time);

/* Rounds to the nearest whole number of `unit`. */
int64_t face_round(double value, double unit);

#endif
