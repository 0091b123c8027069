/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an SNMP agent offers: its objects in walking order, with their names ready encoded. One table serves
 * every device of a make; the values are each device's own, found by the object's slot, which is the order in
 * which it was added.
 */
#ifndef HALLSIM_OBJECT_TABLE_H
#define HALLSIM_OBJECT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct object {
    uint32_t *parts;
    uint8_t *encoded; /* the name as a whole BER element */
    uint16_t n_parts, encoded_size;
    uint32_t slot;
    uint8_t tag; /* the value's */
};

/* What an object means to the face that made it; by slot. A recording needs none. */
struct meaning {
    uint16_t field, which;
};

/* Numbers by their tag; octets, addresses and (already encoded) OIDs as bytes. */
struct object_value {
    int64_t number;
    const uint8_t *bytes; /* borrowed */
    uint32_t size;
};

/* Zeroed = empty. */
struct object_table {
    struct object *objects;
    struct meaning *meanings;
    size_t n, n_slots, room; /* fewer objects than slots where a name was added twice */
};

void object_table_done(struct object_table *table);
/* Adds the object named `oid` ("1.3.6.1.2.1.1.1.0"). False: no OID, or out of memory. */
bool object_table_add(struct object_table *table, const char *oid, uint8_t tag, struct meaning meaning);
/*
 * Puts the objects into walking order; of a name that was added twice the first stays. Called once, at the
 * end.
 */
void object_table_seal(struct object_table *table);

/*
 * The object of exactly this name, or NULL; the index of the first object after this name, n where there is
 * none.
 */
const struct object *object_table_find(const struct object_table *table, const uint32_t *parts, size_t n);
size_t object_table_after(const struct object_table *table, const uint32_t *parts, size_t n);

#endif
