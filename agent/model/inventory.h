/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inventory: devices in a CSV file as spreadsheets write it (RFC 4180: UTF-8 with or without a byte
 * order mark, CRLF or LF, quotes doubled inside quotes). The first row names the columns, in any order;
 * they are the keys of `devices`.
 */
#ifndef HALLWATCH_MODEL_INVENTORY_H
#define HALLWATCH_MODEL_INVENTORY_H

#include "model/mistakes.h"
#include "model/settings.h"

enum { INVENTORY_FILE_MOST = 16 << 20 };

struct inventory {
    struct device_settings *devices;
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
