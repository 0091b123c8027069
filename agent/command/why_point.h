/* SPDX-License-Identifier: Apache-2.0 */
/* Where a reading comes from: the register or object that its driver reads, by quantity and place. Pure. */
#ifndef HALLWATCH_COMMAND_WHY_POINT_H
#define HALLWATCH_COMMAND_WHY_POINT_H

#include "base/text.h"
#include "model/config.h"

/* The device of that name; NULL: this gateway reads none such. */
const struct device_config *why_find_device(const struct site_config *config, const char *name);

/*
 * "holding 3060 f32, in kW", "1.3.6.1.4.1.13742.6.5.2.3.1.4 by row, in W"; several where the driver tries one
 * after another. Nothing where no driver is known. `driver_name`: as the agent recognised it, or "".
 */
void why_add_source(const struct device_config *device, const char *driver_name, enum quantity quantity,
                    const struct place *place, struct text *text);

#endif
