/* SPDX-License-Identifier: Apache-2.0 */
/* The life of drivers that the site makes: their memory, which goes at once, and who still uses them. */
#include "model/device_map.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "model/map_build.h"

struct block {
    struct block *next;
    _Alignas(max_align_t) char bytes[];
};

struct device_map {
    atomic_uint references;
    char *file; /* NULL: wired inputs */
    char *text; /* what it says, to be compared */
    struct block *blocks;
    struct driver driver;
};

static struct device_map *map_of(const struct driver *driver) {
    return (struct device_map *)((char *)driver - offsetof(struct device_map, driver));
}

struct driver *map_new(const char *file) {
    struct device_map *map = calloc(1, sizeof(*map));
    if (!map)
        return NULL;
    atomic_init(&map->references, 1);
    map->driver.of_site = true;
    map->file = file ? strdup(file) : NULL;
    if (!file || map->file)
        return &map->driver;
    free(map);
    return NULL;
}

void map_set_text(struct driver *driver, char *text) {
    map_of(driver)->text = text;
}

static void *out_of_memory(const struct map_build *build) {
    mistakes_add(build->mistakes, &(struct spot){build->file, 0, 0}, "", "out of memory");
    return NULL;
}

void *map_take(const struct map_build *build, size_t n, size_t size) {
    struct device_map *map = map_of(build->driver);
    size_t bytes;
    struct block *block = NULL;
    if (!__builtin_mul_overflow(n, size, &bytes) && bytes < SIZE_MAX / 2)
        block = calloc(1, sizeof(*block) + bytes);
    if (!block)
        return out_of_memory(build);
    block->next = map->blocks;
    map->blocks = block;
    return block->bytes;
}

const char *map_copy(const struct map_build *build, const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = map_take(build, size, 1);
    return copy ? memcpy(copy, text, size) : NULL;
}

const struct driver *device_map_load(const char *file, struct mistakes *mistakes) {
    struct text text = {0};
    int error = file_read(file, MAP_FILE_MOST, &text, NULL);
    const struct driver *driver = NULL;
    if (error)
        mistakes_add(mistakes, &(struct spot){file, 0, 0}, "", "cannot read it: %s", file_error_text(error));
    else
        driver = device_map_parse(file, text.data, text.size, mistakes);
    text_done(&text);
    return driver;
}

const char *device_map_file(const struct driver *driver) {
    return driver->of_site ? map_of(driver)->file : NULL;
}

bool device_map_same(const struct driver *a, const struct driver *b) {
    if (a == b || !a->of_site || !b->of_site)
        return a == b;
    const char *left = map_of(a)->text, *right = map_of(b)->text;
    return left && right && strcmp(left, right) == 0;
}

const struct driver *driver_hold(const struct driver *driver) {
    if (driver && driver->of_site)
        atomic_fetch_add_explicit(&map_of(driver)->references, 1, memory_order_relaxed);
    return driver;
}

void driver_release(const struct driver *driver) {
    if (!driver || !driver->of_site)
        return;
    struct device_map *map = map_of(driver);
    if (atomic_fetch_sub_explicit(&map->references, 1, memory_order_acq_rel) > 1)
        return;
    while (map->blocks) {
        struct block *block = map->blocks;
        map->blocks = block->next;
        free(block);
    }
    free(map->file);
    free(map->text);
    free(map);
}
