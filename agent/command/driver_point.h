/* SPDX-License-Identifier: Apache-2.0 */
/* One point of a driver in words: its place, what the manual prints, where it is read and which rows are its
 * own. */
#ifndef HALLWATCH_COMMAND_DRIVER_POINT_H
#define HALLWATCH_COMMAND_DRIVER_POINT_H

#include "base/text.h"
#include "drivers/driver.h"

/* A point with its group: what either leaves open, the other says. */
struct described {
    const struct driver *driver;
    bool whole_oids; /* else below the driver's base */
    const struct group *group;
    const struct point *point;
};

/* "outlet #/#": # stands for the numbers that the device's rows, blocks or names bring. */
void driver_point_place(struct text *text, const struct described *item);
/* "kW x 10 / 100", "A, digits from ...", "unit from ...": how a raw number is to be read. */
void driver_point_manual(struct text *text, const struct described *item);
/* Where the value is read. */
void driver_point_source(struct text *text, const struct described *item);
/* Which rows or devices have it: "where 1.2 is "Fan#"", "of model 203", "variant rthd". "" where all have. */
void driver_point_choice(struct text *text, const struct described *item);
/* The published unit's symbol, "state" or "not published". */
const char *driver_point_unit(const struct described *item);

/* "holding 3000 f32", or an OID below `base`. */
void driver_source_write(struct text *text, const struct source *source, const char *base);
/* What a match asks for, with its source. */
void driver_match_write(struct text *text, const struct match *match, const char *base);

#endif
