/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drivers that the site makes: device maps (equipment that only this site has, described in YAML) and remote
 * I/O (whose inputs the configuration gives their meaning). They are the very structures of drivers/driver.h
 * and obey the same rules (driver_rules.h); `driver.of_site` marks them.
 *
 * Plans and series borrow from their driver and may outlive the configuration it came with, so these are
 * shared by reference count. The drivers of the program are constant: holding and releasing them does
 * nothing.
 */
#ifndef HALLWATCH_MODEL_DEVICE_MAP_H
#define HALLWATCH_MODEL_DEVICE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "drivers/driver.h"
#include "model/map_settings.h"
#include "model/mistakes.h"

enum { MAP_FILE_MOST = 1 << 20 };

/* Reads the map in a file; `file` is copied. NULL after a mistake was written; else one reference. */
const struct driver *device_map_load(const char *file, struct mistakes *mistakes);
/* The same of `size` bytes. */
const struct driver *device_map_parse(const char *file, const char *data, size_t size,
                                      struct mistakes *mistakes);

/*
 * A driver for one remote I/O device of driver `io`, of its `n` inputs. `first_register` as in struct driver.
 * NULL after a mistake was written; else one reference.
 */
const struct driver *device_map_wire(const struct driver *io, uint16_t first_register,
                                     const struct point_settings *const *inputs, size_t n,
                                     struct mistakes *mistakes);

/* What a contact tells: the published code in the position that it is wired for, and in the other. */
struct contact {
    enum quantity quantity;
    enum part part;
    int32_t active, inactive;
};
struct contact device_map_contact(enum map_meaning meaning);

/* The file that a map came from; NULL of drivers of the program and of remote I/O. */
const char *device_map_file(const struct driver *driver);

/* Whether two drivers of the site say the same: comments, layout and order of keys do not count. */
bool device_map_same(const struct driver *a, const struct driver *b);

/* One reference more, one less; NULL is fine. From any thread. */
const struct driver *driver_hold(const struct driver *driver);
void driver_release(const struct driver *driver);

#endif
