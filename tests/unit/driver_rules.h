/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a driver's tables sane, whatever device they describe. Pure; knows the language, no driver. */
#ifndef HALLWATCH_TESTS_UNIT_DRIVER_RULES_H
#define HALLWATCH_TESTS_UNIT_DRIVER_RULES_H

#include <stdio.h>

#include "drivers/driver.h"

/* How many rules the driver breaks; each breach is written to `out`, with driver, group and point. */
unsigned driver_rules_check(const struct driver *driver, FILE *out);

#endif
