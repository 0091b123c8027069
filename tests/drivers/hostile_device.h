/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorded device whose answers can be changed, and what the agent makes of them: through the real image,
 * plan and decode, value by value.
 */
#ifndef HALLWATCH_TESTS_HOSTILE_DEVICE_H
#define HALLWATCH_TESTS_HOSTILE_DEVICE_H

#include "acquire/decode.h"
#include "acquire/plan.h"
#include "base/text.h"

/* One object or register: "1.3.6.1.2.1.1.3.0" and "67|100", or "holding 7" and "0x1234". */
struct hostile_cell {
    char *key, *value;
};

struct hostile_device {
    const struct driver *driver;
    uint32_t variant; /* as image_set_variant takes it */
    struct hostile_cell *cells;
    size_t n, room;
    const char **now;  /* by cell: its value in this variation; NULL = it is not there */
    struct text extra; /* lines that the recording has not */
};

/* What one value came to. */
struct hostile_item {
    uint64_t key; /* of quantity and source */
    const struct plan_item *item;
    const struct series *series;
    struct raw raw; /* its text is gone */
    size_t cell;    /* the first that it is read from; the number of cells where it has none of its own */
    double value;
    enum quality quality;
    bool alarm; /* from a table of alarms */
};

struct hostile_result {
    struct plan *plan; /* NULL: there is nothing to read */
    struct hostile_item *items;
    size_t n;
    double *values; /* by series */
    uint8_t *qualities, *ranks;
    uint32_t bad[N_BAD_REASONS];
};

/* The recording in that folder; false where there is none. The caller frees with hostile_device_done. */
bool hostile_device_load(const char *folder, const struct driver *driver, struct hostile_device *device);
void hostile_device_done(struct hostile_device *device);
/* As recorded again. */
void hostile_device_reset(struct hostile_device *device);
/* The cell of that key; the number of cells where there is none. */
size_t hostile_device_find(const struct hostile_device *device, const char *key);

/* Discovers and polls the device as it is now. The caller frees with hostile_result_done. */
void hostile_device_read(const struct hostile_device *device, struct hostile_result *result);
void hostile_result_done(struct hostile_result *result);

#endif
