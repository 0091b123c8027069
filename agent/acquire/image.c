/* SPDX-License-Identifier: Apache-2.0 */
/* The image of a device: objects sorted by name, and registers by function and address. Pure memory. */
#include "acquire/image.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/oid.h"

enum { OBJECTS_MOST = 50000, TEXT_MOST = 1024, BYTES_MOST = 8 << 20, MODELS_MOST = 64 };

struct object {
    struct oid name; /* own memory */
    struct raw raw;  /* text and oid: own memory */
    uint32_t order;  /* as it came, so that the first of equal names stays */
};

struct reg {
    uint32_t key; /* function << 16 | address */
    uint16_t word;
};

struct model {
    uint16_t id, address;
    uint32_t behind;
};

struct image {
    struct object *objects;
    size_t n_objects, room_objects;
    size_t bytes; /* of names and values */
    struct reg *regs;
    size_t n_regs, room_regs;
    struct model models[MODELS_MOST];
    size_t n_models;
    uint32_t variants;
};

struct image *image_new(void) {
    return calloc(1, sizeof(struct image));
}

static void object_done(struct object *object) {
    free((void *)object->name.part);
    free((void *)object->raw.text);
    free((void *)object->raw.oid.part);
}

void image_free(struct image *image) {
    if (image == NULL)
        return;
    for (size_t i = 0; i < image->n_objects; i++)
        object_done(&image->objects[i]);
    free(image->objects);
    free(image->regs);
    free(image);
}

/* Room for one more of `size` bytes in an array; false when out of memory. */
static bool grow(void **array, size_t n, size_t *room, size_t size) {
    if (n < *room)
        return true;
    size_t more = *room == 0 ? 64 : *room * 2;
    void *larger = reallocarray(*array, more, size);
    if (larger == NULL)
        return false;
    *array = larger;
    *room = more;
    return true;
}

static void *copy(const void *data, size_t size) {
    void *memory = malloc(size > 0 ? size : 1);
    if (memory != NULL && size > 0)
        memcpy(memory, data, size);
    return memory;
}

int image_put_varbind(struct image *image, const struct varbind *varbind) {
    if (varbind->raw.kind == RAW_NONE)
        return 0;
    size_t size = varbind->raw.size < TEXT_MOST ? varbind->raw.size : TEXT_MOST;
    size_t bytes = (varbind->name.n + varbind->raw.oid.n) * sizeof(uint32_t) + size;
    if (image->n_objects >= OBJECTS_MOST || image->bytes + bytes > BYTES_MOST)
        return ERROR_TOO_BIG;
    if (!grow((void **)&image->objects, image->n_objects, &image->room_objects, sizeof(struct object)))
        return ERROR_MEMORY;
    struct object object = {.raw = varbind->raw, .order = (uint32_t)image->n_objects};
    object.raw.text = NULL;
    object.raw.oid.part = NULL;
    object.raw.size = size;
    object.name.n = varbind->name.n;
    object.name.part = copy(varbind->name.part, varbind->name.n * sizeof(uint32_t));
    if (varbind->raw.kind == RAW_TEXT)
        object.raw.text = copy(varbind->raw.text, size);
    if (varbind->raw.kind == RAW_OID)
        object.raw.oid.part = copy(varbind->raw.oid.part, varbind->raw.oid.n * sizeof(uint32_t));
    if (object.name.part == NULL || (varbind->raw.kind == RAW_TEXT && object.raw.text == NULL) ||
        (varbind->raw.kind == RAW_OID && object.raw.oid.part == NULL)) {
        object_done(&object);
        return ERROR_MEMORY;
    }
    image->objects[image->n_objects++] = object;
    image->bytes += bytes;
    return 0;
}

int image_put_registers(struct image *image, uint8_t function, uint16_t address, const uint8_t *data,
                        uint16_t n) {
    for (uint16_t i = 0; i < n; i++) {
        if (!grow((void **)&image->regs, image->n_regs, &image->room_regs, sizeof(struct reg)))
            return ERROR_MEMORY;
        uint16_t word = function <= 2 ? data[i / 8] >> (i % 8) & 1
                                      : (uint16_t)((unsigned)data[2 * i] << 8 | data[2 * i + 1]);
        image->regs[image->n_regs++] = (struct reg){(uint32_t)function << 16 | (uint32_t)(address + i), word};
    }
    return 0;
}

int image_put_model(struct image *image, uint16_t model, uint16_t address, uint32_t behind) {
    if (image->n_models == MODELS_MOST)
        return ERROR_TOO_BIG;
    image->models[image->n_models++] = (struct model){model, address, behind};
    return 0;
}

bool image_model(const struct image *image, uint16_t model, uint32_t *address, uint32_t *behind) {
    for (size_t i = 0; i < image->n_models; i++) {
        if (image->models[i].id == model) {
            *address = image->models[i].address;
            *behind = image->models[i].behind;
            return true;
        }
    }
    return false;
}

void image_set_variant(struct image *image, uint32_t variants) {
    image->variants = variants;
}

uint32_t image_variant(const struct image *image) {
    return image->variants;
}

static int compare_objects(const void *left, const void *right) {
    const struct object *a = left, *b = right;
    int order = oid_compare(&a->name, &b->name);
    return order != 0 ? order : a->order < b->order ? -1 : 1;
}

static int compare_regs(const void *left, const void *right) {
    const struct reg *a = left, *b = right;
    return a->key < b->key ? -1 : a->key > b->key;
}

void image_seal(struct image *image) {
    if (image->n_objects > 0)
        qsort(image->objects, image->n_objects, sizeof(struct object), compare_objects);
    if (image->n_regs > 0)
        qsort(image->regs, image->n_regs, sizeof(struct reg), compare_regs);
    size_t kept = 0;
    for (size_t i = 0; i < image->n_objects; i++) {
        if (kept > 0 && oid_compare(&image->objects[kept - 1].name, &image->objects[i].name) == 0)
            object_done(&image->objects[i]);
        else
            image->objects[kept++] = image->objects[i];
    }
    image->n_objects = kept;
}

size_t image_below(const struct image *image, const struct oid *prefix) {
    size_t low = 0, high = image->n_objects;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (oid_compare(&image->objects[middle].name, prefix) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool image_row(const struct image *image, size_t at, const struct oid *prefix, struct oid *name,
               struct raw *raw) {
    if (at >= image->n_objects || !oid_has_prefix(&image->objects[at].name, prefix))
        return false;
    *name = image->objects[at].name;
    *raw = image->objects[at].raw;
    return true;
}

struct raw image_object(const struct image *image, const struct oid *name) {
    size_t at = image_below(image, name);
    if (at < image->n_objects && oid_compare(&image->objects[at].name, name) == 0)
        return image->objects[at].raw;
    return (struct raw){.kind = RAW_NONE};
}

bool image_registers(const struct image *image, uint8_t function, uint16_t address, uint16_t n,
                     uint8_t *data) {
    for (uint16_t i = 0; i < n; i++) {
        struct reg key = {.key = (uint32_t)function << 16 | (uint32_t)(address + i)};
        const struct reg *found =
            image->n_regs == 0 ? NULL : bsearch(&key, image->regs, image->n_regs, sizeof(key), compare_regs);
        if (found == NULL)
            return false;
        if (function <= 2) {
            data[i] = (uint8_t)found->word;
        } else {
            data[2 * i] = (uint8_t)(found->word >> 8);
            data[2 * i + 1] = (uint8_t)found->word;
        }
    }
    return true;
}
