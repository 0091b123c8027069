/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inventories: devices, the wiring of remote I/O, or the nodes of a topology, in a CSV file as spreadsheets
 * write it (RFC 4180: UTF-8 with or without a byte order mark, CRLF or LF, quotes doubled inside quotes). The
 * first row names the columns, in any order; they are the keys of the same things in the configuration, but
 * for those that hold lists of maps; of several texts in one cell `;` stands between them.
 */
#ifndef HALLWATCH_MODEL_INVENTORY_H
#define HALLWATCH_MODEL_INVENTORY_H

#include "model/mistakes.h"
#include "model/power_settings.h"
#include "model/settings.h"

enum { INVENTORY_FILE_MOST = 32 << 20 };

/* Rows of one schema: devices, the inputs of remote I/O, or nodes. Starts zeroed but for the schema. */
struct inventory {
    const struct schema *schema; /* NULL: of devices */
    union {
        void *rows;
        struct device_settings *devices;
        struct point_settings *inputs;
        struct power_node_settings *nodes;
    };
    size_t n, room;
};

/*
 * Reads the rows in data[0] .. data[size - 1]; data[size] is NUL. The data is unquoted in place and
 * borrowed by the settings, as is `file`. Mistakes are only written; what is right is there. Freed with
 * inventory_done.
 */
void inventory_parse(const char *file, char *data, size_t size, struct inventory *inventory,
                     struct mistakes *mistakes);
void inventory_done(struct inventory *inventory);

#endif
