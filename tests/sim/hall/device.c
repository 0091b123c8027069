/* SPDX-License-Identifier: Apache-2.0 */
/* The list of simulated devices; see the header. */
#include "device.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static void device_free(struct device *device) {
    register_image_done(&device->registers);
    free(device->values);
    free(device->texts);
    fault_done(&device->fault);
    usm_engine_done(&device->engine);
    free(device);
}

void devices_done(struct devices *devices) {
    for (size_t i = 0; i < devices->n; i++)
        device_free(devices->list[i]);
    free(devices->list);
    free(devices->by_address);
    *devices = (struct devices){0};
}

struct device *devices_add(struct devices *devices) {
    if (devices->n == devices->room) {
        size_t room = devices->room ? 2 * devices->room : 64;
        struct device **list = realloc(devices->list, room * sizeof(struct device *));
        if (list == NULL)
            return NULL;
        devices->list = list;
        devices->room = room;
    }
    struct device *device = calloc(1, sizeof *device);
    if (device != NULL) {
        device->step = -1;
        devices->list[devices->n++] = device;
    }
    return device;
}

bool device_is_named(const struct device *device, const char *pattern) {
    return fnmatch(pattern, device->name, 0) == 0 || strcmp(pattern, device->driver) == 0 ||
           strcmp(pattern, device->protocol == MODBUS ? "modbus" : "snmp") == 0;
}

static uint8_t key_unit(const struct device *device) {
    return device->protocol == SNMP ? 0 : device->unit;
}

/* Where the device of this key is, or the empty place where it would be. */
static struct device **slot_of(const struct devices *devices, uint32_t address, uint8_t unit) {
    size_t at = ((address ^ (uint32_t)unit << 24) * 2654435761u) & (devices->hash_room - 1);
    for (;; at = (at + 1) & (devices->hash_room - 1)) {
        const struct device *device = devices->by_address[at];
        if (device == NULL || (device->address == address && key_unit(device) == unit))
            return &devices->by_address[at];
    }
}

bool devices_index(struct devices *devices, const struct device **twice) {
    devices->hash_room = 64;
    while (devices->hash_room < 2 * devices->n)
        devices->hash_room *= 2;
    free(devices->by_address);
    devices->by_address = calloc(devices->hash_room, sizeof(struct device *));
    *twice = NULL;
    if (devices->by_address == NULL)
        return false;
    for (size_t i = 0; i < devices->n; i++) {
        struct device *device = devices->list[i];
        struct device **slot = slot_of(devices, device->address, key_unit(device));
        if (*slot != NULL) {
            *twice = device;
            return false;
        }
        *slot = device;
    }
    return true;
}

struct device *devices_find(const struct devices *devices, uint32_t address, uint8_t unit) {
    return *slot_of(devices, address, unit);
}

struct device *devices_find_gateway(const struct devices *devices, uint32_t address) {
    for (unsigned unit = 1; unit <= UINT8_MAX; unit++) {
        struct device *device = devices_find(devices, address, (uint8_t)unit);
        if (device != NULL)
            return device;
    }
    return NULL;
}
