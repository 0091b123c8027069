/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the default alarms are called and what a site may hold them to, for the check of its own settings.
 * What they are is the judge's (alarm_rules*.c); a test holds both against each other.
 */
#ifndef HALLWATCH_MODEL_ALARM_NAMES_H
#define HALLWATCH_MODEL_ALARM_NAMES_H

#include <stddef.h>

#include "drivers/catalog.h"

struct alarm_name {
    const char *name;
    enum quantity state;  /* whose words its `is` takes; QUANTITY_NONE: it is of no state */
    enum dimension limit; /* of its `above` or `below`; DIMENSION_NONE: it has no limit */
};
extern const struct alarm_name alarm_names[];
extern const size_t n_alarm_names;

/* NULL where no default alarm is called so. */
const struct alarm_name *alarm_name_find(const char *name);

#endif
