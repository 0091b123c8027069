/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes and varbinds to readings: absent codes, validity, states, scale and unit, range. Pure. Every raw
 * value ends as a good reading, a bad one with a reason, or no reading.
 */
#ifndef HALLWATCH_ACQUIRE_DECODE_H
#define HALLWATCH_ACQUIRE_DECODE_H

#include "acquire/plan.h"
#include "acquire/plan_rows.h"

enum bad_reason { BAD_RANGE, BAD_STATE, BAD_NUMBER, N_BAD_REASONS };
const char *bad_reason_word(enum bad_reason reason);

/* Where one poll's readings gather: arrays over the series of the rate being polled, beginning at series
 * `first`. */
struct readings {
    uint32_t first, n;
    double *values;
    uint8_t *qualities;
    uint32_t bad[N_BAD_REASONS]; /* counted up */
    uint8_t *ranks; /* which source gave a good value; registers come in any order of preference */
};

/* Decodes the answer to one request of the plan. A value that an earlier source gave is not replaced by a
 * later one. */
void decode_answer(const struct plan *plan, const struct plan_request *request,
                   const struct link_answer *answer, struct readings *readings);

/* One item's raw value, as the answer holds it; text borrowed from the answer. */
struct raw decode_raw(const struct plan *plan, const struct plan_item *item,
                      const struct plan_request *request, const struct link_answer *answer);

/* The value of a raw number; quality ABSENT, GOOD or BAD (then with *reason). */
enum quality decode_value(const struct driver *driver, const struct plan_item *item, const struct raw *raw,
                          double *value, enum bad_reason *reason);

/* A text of the device (raw_write_text), registers counted from `base`; false where there is none. */
bool decode_image_text(const struct driver *driver, const struct image *image, uint32_t base,
                       const struct source *source, char *text, size_t size);

/* What an object holds at a source: one bit of its number, or all of it. */
struct raw decode_object(const struct source *source, const struct raw *raw);

/* One value of functions 3 and 4 from its big-endian registers. */
struct raw decode_registers(const struct source *source, const uint8_t *data);

#endif
