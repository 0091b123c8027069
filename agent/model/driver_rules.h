/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of the driver language: what a test holds every driver of the program to, and the agent every
 * device map before it uses it. Pure.
 */
#ifndef HALLWATCH_MODEL_DRIVER_RULES_H
#define HALLWATCH_MODEL_DRIVER_RULES_H

#include "drivers/driver.h"

/* One breach; group and point are NULL where it is of neither. `what` is a phrase for people. */
struct driver_breach {
    const struct driver *driver;
    const struct group *group;
    const struct point *point;
    const char *what;
};
typedef void (*driver_breach_found)(void *context, const struct driver_breach *breach);

/* Tells every breach and returns how many there are. */
unsigned driver_rules_check(const struct driver *driver, driver_breach_found found, void *context);

/* Whether a number in that unit can be published as that quantity. */
bool driver_rules_unit_fits(enum unit unit, enum quantity quantity);
/* Whether a device can tell it: neither a text nor what the agent says of itself. */
bool driver_rules_may_tell(enum quantity quantity);

#endif
