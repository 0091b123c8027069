/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a driver's tables: where it is, how breaches are said, and what every source obeys. */
#ifndef HALLWATCH_MODEL_DRIVER_WALK_H
#define HALLWATCH_MODEL_DRIVER_WALK_H

#include "model/driver_rules.h"

/* `group` and `point` are NULL outside of one. */
struct walk {
    driver_breach_found found;
    void *context;
    const struct driver *driver;
    const struct group *group;
    const struct point *point;
    unsigned breaches;
};

/* Counts a breach and tells it. */
void walk_breach(struct walk *walk, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool walk_is_blank(const char *text);
/* Lower-case letters, digits and underscores, at least one. */
bool walk_is_slug(const char *text);
/* How many numbers a dotted OID has; 0 when it is none. */
size_t walk_oid_length(const char *text);

/* A source that must be there, or may; `what` names it in the breach. */
void walk_check_source(struct walk *walk, const char *what, const struct source *source);
void walk_check_optional(struct walk *walk, const char *what, const struct source *source);
/* One that may be there, and that the agent does not honour for Modbus. */
void walk_check_column(struct walk *walk, const char *what, const struct source *source);
void walk_check_match(struct walk *walk, const char *what, const struct match *match);
void walk_check_scale(struct walk *walk, const struct scale *scale);

#endif
