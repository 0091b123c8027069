/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from what: a table of cause and consequence on the live path (power.md section 5). An alarm
 * with a cause that stands is suppressed and listed under it; it is judged again when the cause is gone.
 */
#ifndef HALLWATCH_JUDGE_CAUSE_H
#define HALLWATCH_JUDGE_CAUSE_H

#include "judge/alarms_inside.h"

/* Borrows the alarms, whose rules and nodes are there. 0 or ERROR_MEMORY. */
int causes_new(const struct alarms *alarms, struct causes **causes);
void causes_free(struct causes *causes); /* NULL is fine */

/* After alarms went up or down: each gets its cause, and each cause its number of consequences. */
void causes_settle(struct alarms *alarms, const struct judged *judged, int64_t now_ms);

/* Of a chain of causes the first, which is the one that is shown; NULL: it follows from none. */
struct alarm *cause_root(const struct alarms *alarms, const struct alarm *alarm);

/* "40 PDUs silent, 3 racks on one feed"; "" where it takes nothing along. */
void cause_write_consequences(const struct alarms *alarms, const struct judged *judged,
                              const struct alarm *alarm, char *text, size_t size);

#endif
