/* SPDX-License-Identifier: Apache-2.0 */
/* Topologies and devices that are made up. */
#include "tests/sim/plant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t n, size_t size) {
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        abort();
    return memory;
}

static char *copy(const char *text, size_t size) {
    char *copied = strndup(text, size);
    if (!copied)
        abort();
    return copied;
}

void plant_begin(struct plant *plant) {
    memset(plant, 0, sizeof(*plant));
    plant->power.nodes = plant->nodes;
    plant->power.fresh_ms = 15000;
    plant->power.held_ms = 60000;
}

uint32_t plant_number(const struct plant *plant, const char *name) {
    for (uint32_t i = 0; i < plant->power.n_nodes; i++)
        if (strcmp(plant->nodes[i].name, name) == 0)
            return i;
    abort();
}

static size_t count(const char *cell) {
    size_t n = *cell != 0;
    for (; *cell; cell++)
        n += *cell == ';';
    return n;
}

static void read_link(struct plant *plant, const char *text, size_t size, struct power_link *link) {
    char *name = copy(text, size), *map = strchr(name, ':');
    for (uint8_t i = 0; i < PHASES; i++)
        link->phase[i] = i;
    if (map) {
        *map++ = 0;
        for (size_t i = 0; i < PHASES; i++)
            link->phase[i] = (uint8_t)(map[strlen(map) > 2 ? 3 * i + 1 : 1] - '1');
    }
    link->node = plant_number(plant, name);
    free(name);
}

static void read_point(const char *text, size_t size, struct power_point *point) {
    char *name = copy(text, size), *part = strchr(name, ':');
    char *start = name;
    *point = (struct power_point){.sign = 1};
    if (*name == '-') {
        point->sign = -1;
        start++;
    }
    if (part)
        *part++ = 0;
    point->device = copy(start, strlen(start));
    char *id = part ? strchr(part, '/') : NULL;
    if (id)
        *id++ = 0;
    for (int i = PART_UNIT; part && i < N_PARTS; i++)
        if (strcmp(catalog_part((enum part)i), part) == 0)
            point->part = (enum part)i;
    if (id && (*id < '0' || *id > '9'))
        point->name = copy(id, strlen(id));
    while (id && !point->name && *id)
        point->id[point->depth++] = (uint32_t)strtoul(id + (*id == '/'), &id, 10);
    free(name);
}

struct power_node *plant_node(struct plant *plant, enum power_kind kind, const char *name,
                              const char *sources, const char *meters) {
    struct power_node *node = &plant->nodes[plant->power.n_nodes];
    *node = (struct power_node){.name = copy(name, strlen(name)),
                                .kind = kind,
                                .continuous_ratio = 1,
                                .derating = 1,
                                .units = 1,
                                .phases = 3,
                                .n_sources = count(sources),
                                .n_meters = count(meters)};
    node->behaviour = kind == POWER_STS || kind == POWER_ATS   ? POWER_PREFERS
                      : kind == POWER_BUS || kind == POWER_TIE ? POWER_PARALLEL
                                                               : POWER_SHARES;
    node->sources = allocate(node->n_sources, sizeof(*node->sources));
    node->meters = allocate(node->n_meters, sizeof(*node->meters));
    for (size_t i = 0; i < node->n_sources; i++, sources += strcspn(sources, ";") + 1)
        read_link(plant, sources, strcspn(sources, ";"), &node->sources[i]);
    for (size_t i = 0; i < node->n_meters; i++, meters += strcspn(meters, ";") + 1)
        read_point(meters, strcspn(meters, ";"), &node->meters[i]);
    plant->power.n_nodes++;
    return node;
}

void plant_breaker(struct power_node *node, const char *point) {
    node->breaker = allocate(1, sizeof(*node->breaker));
    read_point(point, strlen(point), node->breaker);
}

void plant_tells(struct power_node *node, const char *point) {
    node->device = allocate(1, sizeof(*node->device));
    read_point(point, strlen(point), node->device);
}

void plant_settle(struct plant *plant) {
    if (topology_new(&plant->power, &plant->topology) != 0)
        abort();
    plant->sums = sums_new(plant->topology);
    if (!plant->sums)
        abort();
}

static void free_point(struct power_point *point) {
    if (!point)
        return;
    free(point->device);
    free(point->name);
}

void plant_end(struct plant *plant) {
    sums_free(plant->sums);
    topology_free(plant->topology);
    for (size_t i = 0; i < plant->power.n_nodes; i++) {
        struct power_node *node = &plant->nodes[i];
        for (size_t k = 0; k < node->n_meters; k++)
            free_point(&node->meters[k]);
        free_point(node->device);
        free_point(node->breaker);
        free(node->device);
        free(node->breaker);
        free(node->meters);
        free(node->sources);
        free(node->name);
    }
    for (size_t i = 0; i < plant->n_devices; i++)
        device_view_release(plant->devices[i].view);
}

const struct node_sum *plant_sum(const struct plant *plant, const char *name) {
    return &sums_of(plant->sums)[plant_number(plant, name)];
}

uint8_t plant_supply(const struct plant *plant, const char *name) {
    return sums_supply(plant->sums)[plant_number(plant, name)];
}

double plant_carries(const struct plant *plant, const char *from, const char *to) {
    const struct topology *topology = plant->topology;
    for (uint32_t i = 0; i < topology->n_edges; i++)
        if (topology->edges[i].from == plant_number(plant, from) &&
            topology->edges[i].to == plant_number(plant, to))
            return (double)sums_carries(plant->sums)[i];
    abort();
}

/* --- devices --- */

static uint32_t add_view(struct plant *plant, const char *device, const char *node,
                         const struct series *series, size_t n) {
    const char *name = node ? node : device;
    uint32_t number = 0;
    while (number < plant->n_devices && strcmp(device_view_name(plant->devices[number].view), name) != 0)
        number++;
    struct plant_device *slot = &plant->devices[number];
    struct series_list *list = series_list_new(n);
    if (!list || n > sizeof(slot->qualities))
        abort();
    memcpy(list->series, series, n * sizeof(*series));
    struct device_view *view = device_view_new((node ? NODE_NUMBERS : 0) + number, list);
    series_list_release(list);
    if (!view || (node && !device_view_set(&view->node, node)) ||
        (device && !device_view_set(&view->device, device)))
        abort();
    if (number < plant->n_devices) {
        view->generation = slot->view->generation + 1;
        device_view_release(slot->view);
    } else {
        plant->n_devices++;
    }
    slot->view = view;
    slot->batch =
        (struct batch){.view = view, .n = (uint32_t)n, .values = slot->values, .qualities = slot->qualities};
    return number;
}

uint32_t plant_device(struct plant *plant, const char *name, const struct series *series, size_t n) {
    return add_view(plant, name, NULL, series, n);
}

uint32_t plant_elsewhere(struct plant *plant, const char *node, const struct series *series, size_t n) {
    return add_view(plant, NULL, node, series, n);
}

bool plant_say(struct plant *plant, uint32_t device, const double *values, int64_t time_ms, int64_t now_ms) {
    struct plant_device *slot = &plant->devices[device];
    for (uint32_t i = 0; i < slot->batch.n; i++) {
        slot->values[i] = values[i];
        slot->qualities[i] = (uint8_t)(isnan(values[i]) ? QUALITY_ABSENT : QUALITY_GOOD);
    }
    slot->batch.time_ms = time_ms;
    return sums_take(plant->sums, &slot->batch, now_ms);
}

bool plant_say_badly(struct plant *plant, uint32_t device, enum quality quality, int64_t now_ms) {
    struct plant_device *slot = &plant->devices[device];
    memset(slot->qualities, (int)quality, slot->batch.n);
    slot->batch.time_ms = now_ms;
    return sums_take(plant->sums, &slot->batch, now_ms);
}

void plant_farewell(struct plant *plant, uint32_t device, int64_t now_ms) {
    struct batch batch = plant->devices[device].batch;
    batch.farewell = true;
    batch.n = 0;
    sums_take(plant->sums, &batch, now_ms);
}
