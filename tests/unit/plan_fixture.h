/* SPDX-License-Identifier: Apache-2.0 */
/* From an image that a test fills to a plan and its readings. */
#ifndef HALLWATCH_TESTS_UNIT_PLAN_FIXTURE_H
#define HALLWATCH_TESTS_UNIT_PLAN_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/oid.h"
#include "check.h"

#define BASE "1.3.6.1.4.1.99999"

struct fixture {
    struct image *image;
    struct plan *plan;
};

static inline void put_raw(struct image *image, const char *oid, struct raw raw) {
    uint32_t part[OID_MOST];
    char text[200];
    snprintf(text, sizeof(text), BASE ".%s", oid);
    int n = oid_parse(text, part, OID_MOST);
    assert_true(n > 0);
    struct varbind varbind = {.name = {part, (size_t)n}, .raw = raw};
    assert_int_equal(image_put_varbind(image, &varbind), 0);
}

static inline void put(struct image *image, const char *oid, int64_t integer) {
    put_raw(image, oid, (struct raw){.kind = RAW_INTEGER, .integer = integer});
}

static inline void put_text(struct image *image, const char *oid, const char *text) {
    put_raw(image, oid, (struct raw){.kind = RAW_TEXT, .text = text, .size = strlen(text)});
}

static inline void build(struct fixture *fixture, const struct driver *driver) {
    image_seal(fixture->image);
    assert_int_equal(plan_build(driver, fixture->image, false, &fixture->plan), 0);
}

/* Answers every request from the image itself and decodes it. */
static inline void poll(const struct fixture *fixture, double *values, uint8_t *qualities, uint32_t *bad) {
    const struct plan *plan = fixture->plan;
    uint8_t ranks[64];
    assert_true(plan->n_series <= sizeof(ranks));
    struct readings readings = {0, (uint32_t)plan->n_series, values, qualities, {0}, ranks};
    memset(qualities, QUALITY_ABSENT, plan->n_series);
    for (size_t i = 0; i < plan->n_requests; i++) {
        const struct plan_request *request = &plan->requests[i];
        struct varbind varbinds[64];
        uint8_t data[250];
        struct link_answer answer = {.varbinds = varbinds, .n_varbinds = request->n_oids, .data = data};
        for (uint32_t j = 0; j < request->n_oids; j++) {
            varbinds[j].name = plan->oids[request->first_oid + j];
            varbinds[j].raw = image_object(fixture->image, &varbinds[j].name);
        }
        if (request->function != 0) {
            answer.size = 2u * request->count;
            assert_true(
                image_registers(fixture->image, request->function, request->address, request->count, data));
        }
        decode_answer(plan, request, &answer, &readings);
    }
    if (bad != NULL)
        memcpy(bad, readings.bad, sizeof(readings.bad));
}

/* The series of that quantity and place, "component/id/phase/point"; fails the test where there is none. */
static inline size_t find(const struct plan *plan, enum quantity quantity, const char *place) {
    char have[120], id[40];
    for (size_t i = 0; i < plan->n_series; i++) {
        const struct place *at = &plan->list->series[i].place;
        place_write_id(at, id, sizeof(id));
        snprintf(have, sizeof(have), "%s|%s|%s|%s", catalog_part(at->part), id, catalog_phase(at->phase),
                 at->point != NULL ? at->point : "");
        if (plan->list->series[i].quantity == quantity && strcmp(have, place) == 0)
            return i;
    }
    fail_msg("no series at %s", place);
    return 0;
}

static inline void done(struct fixture *fixture) {
    plan_release(fixture->plan);
    image_free(fixture->image);
}

static inline void assert_reading(const struct fixture *fixture, enum quantity quantity, const char *place,
                                  double expected) {
    double values[64];
    uint8_t qualities[64];
    size_t at = find(fixture->plan, quantity, place);
    poll(fixture, values, qualities, NULL);
    assert_int_equal(qualities[at], QUALITY_GOOD);
    assert_true(values[at] == expected);
}

#define DRIVER(groups_table, ...)                                                                            \
    { .name = "test", .oid_base = BASE, .groups = (groups_table), .n_groups = 1, __VA_ARGS__ }

static inline void put_words(struct image *image, uint16_t address, const uint16_t *words, uint16_t n) {
    for (uint16_t i = 0; i < n; i++) {
        uint8_t bytes[2] = {(uint8_t)(words[i] >> 8), (uint8_t)words[i]};
        assert_int_equal(image_put_registers(image, 3, (uint16_t)(address + i), bytes, 1), 0);
    }
}

/* One bit of a packed answer, coils and discrete inputs each in requests of their own. */

#endif
