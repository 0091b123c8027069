/* SPDX-License-Identifier: Apache-2.0 */
/* The one device that a command is about: named by its URL, or out of a configuration. */
#ifndef HALLWATCH_COMMAND_ONE_DEVICE_H
#define HALLWATCH_COMMAND_ONE_DEVICE_H

#include "model/config.h"

/* What the arguments say; NULL = not given. */
struct one_device {
    const char *target, *driver, *map, *variant, *community, *config, *gateway;
};

/* Returns the command's exit status. The device lives during the call only. */
typedef int (*one_device_use)(void *context, const char *site, struct device_config *device);

/* Finds the device and calls `use`; or says on stderr, as `command`, what is wrong: STATUS_USAGE. */
int one_device_find(const struct one_device *options, const char *command, one_device_use use, void *context);

/* The exit status for how asking a device ended. */
int one_device_status(int error);

#endif
