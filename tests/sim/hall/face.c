/* SPDX-License-Identifier: Apache-2.0 */
/* What the faces of SNMP devices share; see the header. */
#include "face.h"

#include "ber.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t system_tags[FIELDS_OF_SYSTEM] = {BER_OCTETS, BER_OID,    BER_TICKS,
                                                      BER_OCTETS, BER_OCTETS, BER_OCTETS};

bool face_make_table(const struct face *face, unsigned outlets, struct object_table *table) {
    char oid[64];
    for (unsigned i = 0; i < FIELDS_OF_SYSTEM; i++) {
        snprintf(oid, sizeof oid, "1.3.6.1.2.1.1.%u.0", i + 1);
        if (!object_table_add(table, oid, system_tags[i], (struct meaning){.field = (uint16_t)i}))
            return false;
    }
    if (!face->fill(table, outlets))
        return false;
    object_table_seal(table);
    return true;
}

bool face_add_columns(struct object_table *table, const char *entry, const struct column_of_face *columns,
                      size_t n_columns, unsigned n_rows) {
    char oid[128];
    for (size_t i = 0; i < n_columns; i++)
        for (unsigned row = 0; row < n_rows; row++) {
            snprintf(oid, sizeof oid, "%s.%u.%u", entry, columns[i].number, row + 1);
            struct meaning meaning = {.field = columns[i].field, .which = (uint16_t)row};
            if (!object_table_add(table, oid, columns[i].tag, meaning))
                return false;
        }
    return true;
}

static void write_text(const struct device *device, const struct face *face, struct meaning meaning,
                       char *text, size_t size) {
    if (meaning.field == FIELD_SYSTEM_DESCRIPTION)
        snprintf(text, size, "%s", face->description);
    else if (meaning.field == FIELD_SYSTEM_CONTACT)
        snprintf(text, size, "facility engineering");
    else if (meaning.field == FIELD_SYSTEM_NAME)
        snprintf(text, size, "%s", device->name);
    else if (meaning.field == FIELD_SYSTEM_LOCATION)
        snprintf(text, size, "row %s rack %s", device->row, device->rack);
    else
        face->text(device, meaning, text, size);
}

/* The bytes of an object that is no number, into `bytes`; how many. */
static size_t write_bytes(const struct device *device, const struct face *face, const struct object *object,
                          uint8_t bytes[OID_BYTES_MOST]) {
    uint32_t parts[OID_PARTS_MOST];
    if (object->tag == BER_OID)
        return ber_encode_oid(parts, oid_parse(face->object, parts), bytes);
    write_text(device, face, device->objects->meanings[object->slot], (char *)bytes, OID_BYTES_MOST);
    return strlen((char *)bytes);
}

bool face_attach(struct device *device, const struct face *face, const struct object_table *table) {
    uint8_t bytes[OID_BYTES_MOST];
    size_t room = 0, used = 0;
    device->protocol = SNMP;
    device->driver = face->driver;
    device->refresh = face->refresh;
    device->objects = table;
    device->values = calloc(table->n_slots, sizeof *device->values);
    for (size_t i = 0; i < table->n; i++)
        if (table->objects[i].tag == BER_OCTETS || table->objects[i].tag == BER_OID)
            room += write_bytes(device, face, &table->objects[i], bytes);
    device->texts = malloc(room + 1);
    if (device->values == NULL || device->texts == NULL)
        return false;
    for (size_t i = 0; i < table->n; i++) {
        const struct object *object = &table->objects[i];
        if (object->tag != BER_OCTETS && object->tag != BER_OID)
            continue;
        size_t size = write_bytes(device, face, object, bytes);
        memcpy(device->texts + used, bytes, size);
        device->values[object->slot] =
            (struct object_value){.bytes = (const uint8_t *)device->texts + used, .size = (uint32_t)size};
        used += size;
    }
    return true;
}

void face_put_numbers(struct device *device, face_number number, const void *state, double time) {
    device->values[FIELD_SYSTEM_UPTIME].number = (int64_t)(time * 100) & UINT32_MAX;
    for (size_t slot = FIELDS_OF_SYSTEM; slot < device->objects->n_slots; slot++)
        if (device->values[slot].bytes == NULL)
            device->values[slot].number = number(state, device->objects->meanings[slot]);
}

int64_t face_round(double value, double unit) {
    return llround(value / unit);
}
