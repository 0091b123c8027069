/* SPDX-License-Identifier: Apache-2.0 */
/* The variants of a driver: models of one family that only the site can tell apart. */
#ifndef HALLWATCH_COMMAND_VARIANTS_H
#define HALLWATCH_COMMAND_VARIANTS_H

#include "model/config.h"

/* Warns of devices of a driver with variants of which none is named: the first few, and how many more. */
void variants_warn(const struct device_config *devices, size_t n);

/* The variant of that name as a bit. False, after saying so, where the driver has none such. */
bool variants_find(const struct driver *driver, const char *name, uint32_t *variant);

#endif
