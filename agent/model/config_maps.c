/* SPDX-License-Identifier: Apache-2.0 */
/* What the site adds to the program's drivers: its device maps, and the wiring of its remote I/O. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/config_build.h"
#include "model/device_map.h"

/* --- maps --- */

const struct driver *config_find_map(const struct site_config *config, const char *name) {
    for (size_t i = 0; i < config->n_maps; i++)
        if (strcmp(config->maps[i]->name, name) == 0)
            return config->maps[i];
    return NULL;
}

static void add_map(struct build *build, const struct setting *setting) {
    char *path = config_resolve_path(build, setting->text);
    const struct driver *map = path ? device_map_load(path, &build->mistakes) : NULL;
    const struct driver *other = map ? config_find_map(build->config, map->name) : NULL;
    if (other)
        mistakes_add(&build->mistakes, &setting->at, "maps", "%s is named \"%s\" like %s", path, map->name,
                     device_map_file(other));
    if (map)
        build->config->maps[build->config->n_maps++] = map;
    free(path);
}

void config_build_maps(struct build *build) {
    const struct setting *settings = build->settings.maps.items;
    build->config->maps = calloc(build->settings.maps.n + 1, sizeof(const struct driver *));
    for (size_t i = 0; build->config->maps && i < build->settings.maps.n; i++)
        add_map(build, &settings[i]);
    if (!build->config->maps)
        mistakes_add(&build->mistakes, &(struct spot){build->path, 0, 0}, "", "out of memory");
}

/* --- wiring --- */

/* One row of wiring, by its device's name in NFKC. */
struct wired {
    char *device;
    const struct point_settings *input;
    size_t order;
    bool used;
};

static int compare_wired(const void *left, const void *right) {
    const struct wired *a = left, *b = right;
    int order = strcmp(a->device, b->device);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

void config_sort_wiring(struct build *build) {
    size_t most = 0;
    for (size_t i = 0; i < build->n_wirings; i++)
        most += build->wirings[i].n;
    build->wired = calloc(most + 1, sizeof(*build->wired));
    for (size_t i = 0; build->wired && i < build->n_wirings; i++) {
        for (size_t k = 0; k < build->wirings[i].n; k++) {
            const struct point_settings *input = &build->wirings[i].inputs[k];
            char *device = setting_given(&input->device) ? text_normalize(input->device.text) : NULL;
            if (device)
                build->wired[build->n_wired++] = (struct wired){device, input, build->n_wired, false};
        }
    }
    if (build->n_wired > 0)
        qsort(build->wired, build->n_wired, sizeof(*build->wired), compare_wired);
}

/* The first row of that device or behind; n_wired where there is none. */
static size_t find_wired(const struct build *build, const char *device) {
    size_t low = 0, high = build->n_wired;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(build->wired[middle].device, device) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct driver *config_wire(struct build *build, const struct device_settings *device,
                                 const struct driver *io) {
    const struct point_settings *listed = device->inputs.items;
    const struct point_settings **inputs =
        calloc(device->inputs.n + INPUTS_MOST, sizeof(const struct point_settings *));
    char *name = text_normalize(device->name.text);
    const struct driver *driver = NULL;
    size_t n = 0, n_more = 0;
    for (size_t i = 0; inputs && i < device->inputs.n; i++)
        inputs[n++] = &listed[i];
    for (size_t i = inputs && name ? find_wired(build, name) : build->n_wired;
         i < build->n_wired && strcmp(build->wired[i].device, name) == 0; i++) {
        build->wired[i].used = true;
        if (n_more++ < INPUTS_MOST)
            inputs[n++] = build->wired[i].input;
    }
    if (n + (n_more > INPUTS_MOST) > INPUTS_MOST)
        entry_add_mistake(&device->entry, "inputs", &device->name, &build->mistakes,
                          "more inputs than a device can have (%d)", INPUTS_MOST);
    else if (n > 0 && build->read_whole) /* what was refused would be said to be missing */
        driver = device_map_wire(io, (uint16_t)device->first_register.number, inputs, n, &build->mistakes);
    else if (build->read_whole)
        entry_add_mistake(&device->entry, "inputs", &device->driver, &build->mistakes,
                          "is missing: what is wired to it, here or in a file of \"wiring\"");
    free(inputs);
    free(name);
    return driver;
}

void config_finish_wiring(struct build *build) {
    for (size_t i = 0; i < build->n_wired; i++) {
        const struct wired *wired = &build->wired[i];
        if (!wired->used && build->read_whole)
            entry_add_mistake(&wired->input->entry, "device", &wired->input->device, &build->mistakes,
                              "\"%.100s\" is no device with driver remote_io", wired->input->device.text);
        free(wired->device);
    }
    free(build->wired);
    build->wired = NULL;
    build->n_wired = 0;
}
