/* SPDX-License-Identifier: Apache-2.0 */
/* The registry's look-ups. The table itself is made by the build (registry.c.in). */
#include "driver.h"

#include <string.h>

static const char *const classes[N_CLASSES] = {
    "", "pdu", "ups", "dc", "chiller", "air", "liquid", "meter", "shelf", "switch", "genset", "sensor", "io"};

const char *catalog_class(enum device_class class) {
    return classes[class];
}

const struct driver *driver_find(const char *name) {
    for (size_t i = 0; i < n_drivers; i++)
        if (strcmp(all_drivers[i]->name, name) == 0)
            return all_drivers[i];
    return NULL;
}

uint16_t source_width(const struct source *source) {
    switch (source->wire) {
    case U32:
    case S32:
    case F32:
        return 2;
    case U64:
    case S64:
    case F64:
        return 4;
    case TEXT:
        return source->words;
    case WIRE_NONE:
    case U16:
    case S16:
    case LOW_BYTE:
    case HIGH_BYTE:
    case BIT:
        break;
    }
    return 1;
}
