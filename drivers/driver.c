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
