/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latest reading of every series of every device, health included. Filled from batches on the
 * publisher's thread, looked at from others; a lock of its own is held for one batch or one device at a
 * time. Bounded by what the views list.
 */
#ifndef HALLWATCH_MODEL_LATEST_H
#define HALLWATCH_MODEL_LATEST_H

#include "model/series.h"

struct latest;

struct latest *latest_new(void);         /* NULL when out of memory */
void latest_free(struct latest *latest); /* NULL is fine */

/*
 * Takes what the batch says; the batch stays the caller's. A point of a device that is absent in it keeps its
 * last reading: it may not have been asked. All else that is absent has no reading any more. A farewell makes
 * the device forgotten; its number may then be another's.
 */
void latest_update(struct latest *latest, const struct batch *batch);

/*
 * One device as last read. Arrays are over the view's series; all is valid during the call that shows it
 * only.
 */
struct latest_device {
    const struct device_view *view;
    const double *values;
    const int64_t *times_ms;  /* wall clock */
    const uint8_t *qualities; /* QUALITY_ABSENT: never read */
    int64_t newest_ms;        /* when the device itself said something last; 0 = nothing yet */
    bool is_told;             /* by another gateway, which publishes it itself */
    const char *trouble;      /* which of its faults was counted last ("timeout"); NULL = none was */
};
typedef void latest_look(void *context, const struct latest_device *device);

/* Shows the device of that number (device_view.number) to `look`; false where it has said nothing yet. */
bool latest_show(struct latest *latest, uint32_t number, latest_look *look, void *context);

/* The lowest number from *number on that has said something; false where there is none. */
bool latest_next(struct latest *latest, uint32_t *number);

/* Whether a quantity is of what is said of a device, rather than by it. */
bool latest_is_health(enum quantity quantity);

/* The latest value of the first series of that quantity; false where there is none. */
bool latest_find(const struct latest_device *device, enum quantity quantity, double *value);

#endif
