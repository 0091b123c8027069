/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes of the topology name which devices, as their meters, their breakers or what tells their state.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "judge/alarms_inside.h"

/* Which node names which device: sorted by device. */
struct naming {
    const char *device;
    uint32_t node;
};

static int compare_namings(const void *left, const void *right) {
    const struct naming *a = left, *b = right;
    int order = strcmp(a->device, b->device);
    return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

static size_t count_points(const struct power_node *node) {
    return node->n_meters + (node->device != NULL) + (node->breaker != NULL);
}

static size_t list_namings(const struct power_config *power, struct naming *namings) {
    size_t n = 0;
    for (uint32_t i = 0; i < power->n_nodes; i++) {
        const struct power_node *node = &power->nodes[i];
        for (size_t k = 0; k < node->n_meters; k++)
            namings[n++] = (struct naming){node->meters[k].device, i};
        if (node->device != NULL)
            namings[n++] = (struct naming){node->device->device, i};
        if (node->breaker != NULL)
            namings[n++] = (struct naming){node->breaker->device, i};
    }
    return n;
}

static const struct naming *first_naming(const struct naming *namings, size_t n, const char *device) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(namings[middle].device, device) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return namings + low;
}

static void name_nodes(struct alarms *alarms, const struct naming *namings, size_t n) {
    uint32_t *next = alarms->device_nodes;
    for (size_t i = 0; i < alarms->n_devices; i++) {
        struct device_watch *watch = &alarms->devices[i];
        const struct naming *at = first_naming(namings, n, watch->config->name);
        watch->nodes = next;
        for (; at < namings + n && strcmp(at->device, watch->config->name) == 0; at++)
            if (watch->n_nodes == 0 || next[-1] != at->node) {
                *next++ = at->node;
                watch->n_nodes++;
            }
    }
}

/* A point that stands for all of a device: without a part, or its way in or out. */
static bool is_whole(const struct power_point *point, const char *device) {
    return point != NULL && strcmp(point->device, device) == 0 &&
           (point->part == PART_NONE || point->part == PART_INLET || point->part == PART_INPUT ||
            point->part == PART_OUTPUT);
}

/* The node with the fewest meters beside it: a PDU's own rather than its rack, which has two. */
static void find_home(const struct alarms *alarms, struct device_watch *watch) {
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < watch->n_nodes; i++) {
        const struct power_node *node = &alarms->power->nodes[watch->nodes[i]];
        bool is_home = is_whole(node->device, watch->config->name);
        for (size_t k = 0; k < node->n_meters; k++)
            is_home = is_home || is_whole(&node->meters[k], watch->config->name);
        if (is_home && node->n_meters < fewest) {
            fewest = node->n_meters;
            watch->home = watch->nodes[i];
        }
    }
}

int alarms_name_nodes(struct alarms *alarms) {
    size_t n = 0;
    const struct power_config *power = alarms->power;
    for (size_t i = 0; power != NULL && i < power->n_nodes; i++)
        n += count_points(&power->nodes[i]);
    alarms->device_nodes = calloc(n + 1, sizeof(uint32_t));
    struct naming *namings = calloc(n + 1, sizeof(*namings));
    if (alarms->device_nodes == NULL || namings == NULL) {
        free(namings);
        return ERROR_MEMORY;
    }
    if (n > 0) {
        n = list_namings(power, namings);
        qsort(namings, n, sizeof(*namings), compare_namings);
    }
    name_nodes(alarms, namings, n);
    free(namings);
    for (size_t i = 0; i < alarms->n_devices; i++)
        find_home(alarms, &alarms->devices[i]);
    return 0;
}

/* --- places --- */

static bool is_at(const struct power_point *point, const char *device, const struct place *place) {
    if (point == NULL || point->part == PART_NONE || point->part != place->part ||
        strcmp(point->device, device) != 0)
        return false;
    if (point->name != NULL)
        return place->point != NULL && strcmp(point->name, place->point) == 0;
    return point->depth == place->depth && memcmp(point->id, place->id, point->depth * sizeof(uint32_t)) == 0;
}

static bool has_place(const struct power_node *node, const char *device, const struct place *place) {
    for (size_t i = 0; i < node->n_meters; i++)
        if (is_at(&node->meters[i], device, place))
            return true;
    return is_at(node->breaker, device, place) || is_at(node->device, device, place);
}

uint32_t alarms_node_of(const struct alarms *alarms, const struct device_watch *watch,
                        const struct place *place) {
    for (size_t i = 0; i < watch->n_nodes; i++)
        if (has_place(&alarms->power->nodes[watch->nodes[i]], watch->config->name, place))
            return watch->nodes[i];
    return watch->home;
}
