/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of an agent; see the header. */
#include "object_table.h"

#include "ber.h"

#include <stdlib.h>
#include <string.h>

static void object_done(struct object *object) {
    free(object->parts);
    free(object->encoded);
}

void object_table_done(struct object_table *table) {
    for (size_t i = 0; i < table->n; i++)
        object_done(&table->objects[i]);
    free(table->objects);
    free(table->meanings);
    *table = (struct object_table){0};
}

static bool make_room(struct object_table *table) {
    if (table->n < table->room)
        return true;
    size_t room = table->room ? 2 * table->room : 64;
    struct object *objects = realloc(table->objects, room * sizeof *objects);
    if (objects == NULL)
        return false;
    table->objects = objects;
    struct meaning *meanings = realloc(table->meanings, room * sizeof *meanings);
    if (meanings == NULL)
        return false;
    table->meanings = meanings;
    table->room = room;
    return true;
}

bool object_table_add(struct object_table *table, const char *oid, uint8_t tag, struct meaning meaning) {
    uint32_t parts[OID_PARTS_MOST];
    uint8_t name[OID_BYTES_MOST], element[OID_BYTES_MOST + 4];
    size_t n_parts = oid_parse(oid, parts);
    size_t name_size = ber_encode_oid(parts, n_parts, name);
    struct ber_writer writer = {.at = element, .end = element + sizeof element};
    if (name_size == 0 || !ber_write_element(&writer, BER_OID, name, name_size) || !make_room(table))
        return false;
    size_t size = (size_t)(writer.at - element);
    struct object object = {.parts = malloc(n_parts * sizeof *parts),
                            .encoded = malloc(size),
                            .n_parts = (uint16_t)n_parts,
                            .encoded_size = (uint16_t)size,
                            .slot = (uint32_t)table->n_slots,
                            .tag = tag};
    if (object.parts == NULL || object.encoded == NULL) {
        object_done(&object);
        return false;
    }
    memcpy(object.parts, parts, n_parts * sizeof *parts);
    memcpy(object.encoded, element, size);
    table->meanings[table->n_slots++] = meaning;
    table->objects[table->n++] = object;
    return true;
}

static int compare_objects(const void *a, const void *b) {
    const struct object *one = a, *other = b;
    int order = oid_compare(one->parts, one->n_parts, other->parts, other->n_parts);
    return order ? order : (one->slot > other->slot) - (one->slot < other->slot);
}

void object_table_seal(struct object_table *table) {
    if (table->n == 0)
        return;
    qsort(table->objects, table->n, sizeof table->objects[0], compare_objects);
    size_t kept = 0;
    for (size_t i = 1; i < table->n; i++) {
        struct object *last = &table->objects[kept], *next = &table->objects[i];
        if (oid_compare(last->parts, last->n_parts, next->parts, next->n_parts) == 0)
            object_done(next);
        else
            table->objects[++kept] = *next;
    }
    table->n = kept + 1;
}

size_t object_table_after(const struct object_table *table, const uint32_t *parts, size_t n) {
    size_t low = 0, high = table->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct object *object = &table->objects[middle];
        if (oid_compare(object->parts, object->n_parts, parts, n) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct object *object_table_find(const struct object_table *table, const uint32_t *parts, size_t n) {
    size_t after = object_table_after(table, parts, n);
    if (after == 0)
        return NULL;
    const struct object *object = &table->objects[after - 1];
    return oid_compare(object->parts, object->n_parts, parts, n) == 0 ? object : NULL;
}
