/* SPDX-License-Identifier: Apache-2.0 */
/* What a device can say to make a plan large, slow or wrong. */
#include <stdlib.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/discovery.h"
#include "acquire/health.h"
#include "acquire/pattern.h"
#include "base/clock.h"
#include "check.h"

static const uint32_t base[] = {1, 3, 6, 1, 4, 1, 99999, 1, 1, 0};
enum { BASE_PARTS = 10, ROWS_ALLOWED = 16384, QUICK_MS = 2000 };

static const struct point points[] = {{ACTIVE_POWER, OID("1.1"), WATT}, {ACTIVE_POWER, OID("1.2"), WATT}};
static const struct group groups[] = {{OVER({.part = PART_OUTLET}), POINTS(points)}};
static const struct driver driver = {.name = "test", .oid_base = "1.3.6.1.4.1.99999", GROUPS(groups)};

/* An agent with so many rows in each of two columns, which are two sources of the same readings. */
static struct image *image_of(uint32_t rows, uint32_t columns) {
    struct image *image = image_new();
    uint32_t name[BASE_PARTS];
    memcpy(name, base, sizeof(base));
    for (uint32_t column = 1; column <= columns; column++) {
        for (uint32_t row = 1; row <= rows; row++) {
            name[BASE_PARTS - 2] = column;
            name[BASE_PARTS - 1] = row;
            const struct varbind varbind = {.name = {name, BASE_PARTS},
                                            .raw = {.kind = RAW_INTEGER, .integer = row}};
            assert_int_equal(image_put_varbind(image, &varbind), 0);
        }
    }
    image_seal(image);
    return image;
}

static void test_thousands_of_rows_are_quick(void **state) {
    (void)state;
    struct image *image = image_of(ROWS_ALLOWED / 2, 2);
    struct plan *plan;
    int64_t start_ms = clock_monotonic_ms();
    assert_int_equal(plan_build(&driver, image, false, &plan), 0);
    assert_in_range(clock_monotonic_ms() - start_ms, 0, QUICK_MS);
    assert_int_equal(plan->n_series, ROWS_ALLOWED / 2);
    assert_int_equal(plan->n_items, ROWS_ALLOWED);
    for (size_t i = 0; i < plan->n_items; i++) {
        bool first = i < ROWS_ALLOWED / 2; /* in table order: the first column's rows, then the second's */
        assert_int_equal(plan->items[i].rank, first ? 0 : 1);
        assert_int_equal(plan->items[i].series, first ? i : i - ROWS_ALLOWED / 2);
        assert_int_equal(plan->list->series[plan->items[i].series].place.id[0], i % (ROWS_ALLOWED / 2) + 1);
    }
    plan_release(plan);
    image_free(image);
}

static void test_more_rows_than_any_device_has_are_refused(void **state) {
    (void)state;
    struct image *image = image_of(ROWS_ALLOWED + 1, 1);
    struct plan *plan;
    assert_int_equal(plan_build(&driver, image, false, &plan), ERROR_TOO_BIG);
    image_free(image);
}

static void test_health_alone_is_a_plan(void **state) {
    (void)state;
    struct plan *plan;
    assert_int_equal(plan_of_health(&driver, &plan), 0);
    assert_int_equal(plan->n_series, 0);
    assert_int_equal(plan->health.n, N_HEALTH_SERIES);
    assert_int_equal(plan->list->n, N_HEALTH_SERIES);
    assert_int_equal(plan->list->series[HEALTH_SERIES_UP].quantity, DEVICE_UP);
    plan_release(plan);
}

static enum verdict keep(const struct point *point, double *number) {
    (void)point;
    (void)number;
    return KEEP;
}

static void test_what_is_no_number_is_no_zero(void **state) {
    (void)state;
    const struct point point = {ACTIVE_POWER, OID("1.1"), WATT, .adjusted = true};
    const struct driver adjusting = {.name = "test", .adjust = keep};
    const struct raw raws[] = {{.kind = RAW_OID, .oid = {base, BASE_PARTS}},
                               {.kind = RAW_TEXT, .text = "n/a", .size = 3}};
    struct plan_item item = {
        .scale_at = PLAN_NONE, .point = &point, .absent = &point.absent, .conversion = {1, 0, 1}};
    for (size_t i = 0; i < 2; i++) {
        double value;
        enum bad_reason reason;
        assert_int_equal(decode_value(&adjusting, &item, &raws[i], &value, &reason), QUALITY_BAD);
        assert_int_equal(reason, BAD_NUMBER);
    }
}

static const struct point judged_points[] = {
    {CURRENT, OID("1.1"), AMPERE, .valid = {OID("1.2"), ANY_OF(1)}},
    {ALARMS_ACTIVE, OID("1.2"), ONE},
};
static const struct group judged_groups[] = {{OVER({.part = PART_OUTLET}), POINTS(judged_points)}};
static const struct driver judged = {.name = "test", .oid_base = "1.3.6.1.4.1.99999", GROUPS(judged_groups)};

/* The validity of one value is a value itself, the next that is asked for. */
static void test_a_request_cut_in_two_keeps_its_validity(void **state) {
    (void)state;
    struct image *image = image_of(1, 2);
    struct plan *plan, *split;
    assert_int_equal(plan_build(&judged, image, false, &plan), 0);
    assert_int_equal(plan->n_requests, 1);
    assert_int_equal(plan_split(plan, 0, &split), 0);
    assert_int_equal(split->n_requests, 2);
    assert_int_equal(split->items[0].valid_at, 1);
    assert_int_equal(split->requests[0].n_oids, 2);
    assert_int_equal(split->requests[1].n_oids, 1);
    plan_release(split);
    plan_release(plan);
    image_free(image);
}

/* --- what a driver or a site's map can say -------------------------------------------------------------- */

static const struct fact wide_facts[] = {{FACT_MODEL, HOLDING_TEXT(100, 20)},
                                         {FACT_SERIAL, HOLDING(130, U32)}};
static const struct point wide_points[] = {{ACTIVE_POWER, HOLDING(0, U16), WATT}};
static const struct group wide_groups[] = {{POINTS(wide_points)}};
static const struct driver wide = {.name = "test",
                                   .protocol = PROTOCOL_MODBUS,
                                   .manners = {.most_registers = 8},
                                   .absent = ABSENT_OF({U32, ABSENT(0xffffffff)}),
                                   FACTS(wide_facts),
                                   GROUPS(wide_groups)};

static void test_a_text_longer_than_a_request_is_read_in_pieces(void **state) {
    (void)state;
    static const uint16_t counts[] = {8, 8, 4, 2};
    static const uint8_t words[40] = "a model that is long";
    struct image *image = image_new();
    struct wanted_list list;
    char text[50];
    assert_int_equal(wanted_collect(&wide, image, &list), 0);
    assert_int_equal(list.n, 4);
    for (size_t i = 0; i < list.n; i++) {
        const struct wanted *one = &list.item[i];
        assert_int_equal(one->count, counts[i]);
        if (i < 3)
            image_put_registers(image, 3, one->address, words + 2 * (one->address - 100), one->count);
    }
    wanted_done(&list);
    image_seal(image);
    assert_true(decode_image_text(&wide, image, 0, &wide_facts[0].source, text, sizeof(text)));
    assert_string_equal(text, "a model that is long");
    image_free(image);
}

static void test_a_code_for_nothing_is_no_serial_number(void **state) {
    (void)state;
    static const uint8_t ones[] = {0xff, 0xff, 0xff, 0xff}, number[] = {0, 1, 0, 0};
    char text[50];
    for (int there = 0; there < 2; there++) {
        struct image *image = image_new();
        image_put_registers(image, 3, 130, there ? number : ones, 2);
        image_seal(image);
        assert_int_equal(decode_image_text(&wide, image, 0, &wide_facts[1].source, text, sizeof(text)),
                         there);
        image_free(image);
    }
}

static void test_hostile_texts_cost_no_time(void **state) {
    (void)state;
    char text[1024];
    int64_t start_ms = clock_monotonic_ms();
    memset(text, 'a', sizeof(text));
    assert_false(pattern_match("*a*a*a*a*a*a*a*a*b", text, sizeof(text)));
    assert_true(pattern_match("*a*a*a*a*a*a*a*a*", text, sizeof(text)));
    assert_in_range(clock_monotonic_ms() - start_ms, 0, QUICK_MS);
    assert_true(pattern_match("*1#x*2y", "12 11x 2 2y", 11));
    assert_false(pattern_match("*1#x*2y", "12 11x 2 2", 10));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thousands_of_rows_are_quick),
        cmocka_unit_test(test_more_rows_than_any_device_has_are_refused),
        cmocka_unit_test(test_health_alone_is_a_plan),
        cmocka_unit_test(test_what_is_no_number_is_no_zero),
        cmocka_unit_test(test_a_request_cut_in_two_keeps_its_validity),
        cmocka_unit_test(test_a_text_longer_than_a_request_is_read_in_pieces),
        cmocka_unit_test(test_a_code_for_nothing_is_no_serial_number),
        cmocka_unit_test(test_hostile_texts_cost_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
