/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deadlines of thousands of owners, checked by tick at the cost of those that are due: a wheel of lists.
 * Setting a later time costs a store, since what stands too early in the wheel is filed anew when its
 * turn comes. Pure: it is handed the time. A deadline comes out at the first tick at least its time, up
 * to DEADLINE_SLOT_MS late.
 */
#ifndef HALLWATCH_ACQUIRE_DEADLINE_H
#define HALLWATCH_ACQUIRE_DEADLINE_H

#include <stdint.h>

enum { DEADLINE_SLOT_MS = 8, DEADLINE_SLOTS = 1024 };

#define DEADLINE_NEVER INT64_MAX

/* Embedded in its owner; begins zeroed but for `owner`. Stays where it is while it is filed. */
struct deadline {
    void *owner;
    int64_t at_ms;
    struct deadline *next, **place; /* in the slot's list; place NULL = not filed */
    int64_t slot;
};

struct deadline_wheel {
    int64_t slot; /* the first not yet worked off */
    struct deadline *slots[DEADLINE_SLOTS];
};

void deadline_wheel_init(struct deadline_wheel *wheel, int64_t now_ms);
/* Replaces what was set; DEADLINE_NEVER = none. */
void deadline_set(struct deadline_wheel *wheel, struct deadline *deadline, int64_t at_ms);
/* Takes it out of the wheel, for instance before its owner is freed. */
void deadline_remove(struct deadline *deadline);
/*
 * Takes out the next that is due and returns its owner; NULL when no more are due. Deadlines may be set
 * in between.
 */
void *deadline_due(struct deadline_wheel *wheel, int64_t now_ms);

#endif
