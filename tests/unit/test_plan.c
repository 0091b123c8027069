/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the driver language, each with a small driver of its own that fails when the word is not
 * honoured: from an image to a plan, and from an answer to readings.
 */
#include <stdio.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/health.h"
#include "acquire/oid.h"
#include "acquire/pattern.h"
#include "plan_fixture.h"

/* Scale and unit */

static double converted(const struct point *point, enum unit unit, enum scale_kind kind, int64_t factor,
                        int64_t raw) {
    struct conversion conversion;
    struct plan_item item = {
        .scale_at = PLAN_NONE, .point = point, .source = &point->source, .absent = &point->absent};
    struct raw number = {.kind = RAW_INTEGER, .integer = raw};
    const struct driver driver = {.name = "test"};
    enum bad_reason reason;
    double value;
    assert_int_equal(conversion_make(point, unit, kind, factor, &conversion), 0);
    item.conversion = conversion;
    assert_int_equal(decode_value(&driver, &item, &number, &value, &reason), QUALITY_GOOD);
    return value;
}

static void test_scale_rounds_once(void **state) {
    (void)state;
    const struct point tenths = {.quantity = AIR_TEMPERATURE, .unit = CELSIUS, .div = 10};
    const struct point fahrenheit = {.quantity = AIR_TEMPERATURE, .unit = FAHRENHEIT, .div = 10};
    const struct point kelvin = {
        .quantity = AIR_TEMPERATURE, .unit = CELSIUS, .mul = 10, .add = -27315, .div = 100};
    const struct point trane = {.quantity = COOLANT_TEMPERATURE, .unit = CELSIUS, .add = -450, .div = 10};
    const struct point flow = {.quantity = COOLANT_FLOW, .unit = LITER_PER_MINUTE, .div = 10};
    const struct point percent = {.quantity = LOAD, .unit = PERCENT};
    const struct point energy = {.quantity = ACTIVE_ENERGY, .unit = WATT_HOUR};
    assert_true(converted(&tenths, CELSIUS, SCALE_FIXED, 0, 234) == 23.4);
    assert_true(converted(&tenths, CELSIUS, SCALE_FIXED, 0, -5) == -0.5);
    assert_true(converted(&fahrenheit, FAHRENHEIT, SCALE_FIXED, 0, 716) == 22);
    assert_true(converted(&kelvin, CELSIUS, SCALE_FIXED, 0, 2982) == 25.05);
    assert_true(converted(&trane, CELSIUS, SCALE_FIXED, 0, 522) == 7.2);
    assert_true(converted(&flow, LITER_PER_MINUTE, SCALE_FIXED, 0, 600) == 0.001);
    assert_true(converted(&percent, PERCENT, SCALE_FIXED, 0, 28) == 0.28);
    assert_true(converted(&energy, WATT_HOUR, SCALE_FIXED, 0, 4294967294) == 4294967294.0 * 3600);
}

static enum quality quality_of(enum wire wire, int64_t raw) {
    const struct point point = {.quantity = ACTIVE_ENERGY, .unit = WATT_HOUR, .source = {.wire = wire}};
    struct plan_item item = {.scale_at = PLAN_NONE,
                             .point = &point,
                             .source = &point.source,
                             .absent = &point.absent,
                             .conversion = {.numerator = 1, .denominator = 1}};
    const struct raw number = {.kind = RAW_INTEGER, .integer = raw};
    const struct driver driver = {.name = "test"};
    enum bad_reason reason = N_BAD_REASONS;
    double value;
    enum quality quality = decode_value(&driver, &item, &number, &value, &reason);
    assert_true(quality == QUALITY_GOOD || reason == BAD_RANGE);
    return quality;
}

static void test_ends_of_a_type_are_no_numbers(void **state) {
    (void)state;
    static const struct {
        enum wire wire;
        int64_t end;
    } ends[] = {{U16, UINT16_MAX},       {S16, INT16_MAX},       {U32, UINT32_MAX}, {S32, INT32_MAX},
                {WIRE_NONE, UINT32_MAX}, {WIRE_NONE, INT32_MAX}, {U64, INT64_MAX}};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        assert_int_equal(quality_of(ends[i].wire, ends[i].end), QUALITY_BAD);
        assert_int_equal(quality_of(ends[i].wire, ends[i].end - 1), QUALITY_GOOD);
    }
    assert_int_equal(quality_of(U32, UINT16_MAX), QUALITY_GOOD);
    assert_int_equal(quality_of(WIRE_NONE, UINT16_MAX), QUALITY_GOOD);
}

static void test_scale_of_the_device(void **state) {
    (void)state;
    const struct point current = {.quantity = CURRENT, .unit = AMPERE};
    assert_true(converted(&current, AMPERE, SCALE_DIGITS, 3, 7467) == 7.467);
    assert_true(converted(&current, AMPERE, SCALE_EXPONENT, -2, 1428) == 14.28);
    assert_true(converted(&current, AMPERE, SCALE_EXPONENT, 2, 14) == 1400);
    assert_true(converted(&current, AMPERE, SCALE_DIVISOR, 10, 14) == 1.4);
    assert_true(converted(&current, AMPERE, SCALE_FACTOR, -100, 2360) == 23.6);
    assert_true(converted(&current, AMPERE, SCALE_FACTOR, 5, 3) == 15);
    assert_true(converted(&current, AMPERE, SCALE_FACTOR, 0, 3) == 3);
    struct conversion conversion;
    assert_int_equal(conversion_make(&current, AMPERE, SCALE_DIGITS, 40, &conversion), ERROR_TOO_BIG);
    assert_int_equal(conversion_make(&current, AMPERE, SCALE_DIVISOR, 0, &conversion), ERROR_TOO_BIG);
}

/* SNMP tables */

static void test_number_columns_give_the_place(void **state) {
    (void)state;
    const struct point points[] = {{CURRENT, OID("1.4"), AMPERE, .div = 10}};
    const struct group groups[] = {
        {OVER({PART_NONE}, {PART_UNIT, .number = OID("1.2")}, {PART_OUTLET, .number = OID("1.3")}),
         POINTS(points)}};
    const struct driver driver = DRIVER(groups, .recorded = true);
    struct fixture fixture = {.image = image_new()};
    put(fixture.image, "1.2.7", 2);
    put(fixture.image, "1.3.7", 17);
    put(fixture.image, "1.4.7", 9);
    put(fixture.image, "1.4.8", 5); /* a row without numbers has no place */
    build(&fixture, &driver);
    assert_int_equal(fixture.plan->n_series, 1);
    assert_reading(&fixture, CURRENT, "outlet|2/17||", 0.9);
    done(&fixture);
}

static void test_key_chooses_the_point_and_columns_describe_it(void **state) {
    (void)state;
    const struct unit_name units[] = {
        {2, .unit = AMPERE}, {3, .unit = WATT}, {7, .unit = MILLIAMPERE}, {.unit = UNIT_UNSTATED}};
    const struct point points[] = {{CURRENT, .key = 1, .unit = AMPERE, .wraps = true},
                                   {ACTIVE_POWER, .key = 5, .unit = WATT, .at = {.phase = PHASE_TOTAL}}};
    const struct group groups[] = {{OVER({PART_UNIT}, {PART_INLET}, {.key = true}), POINTS(points),
                                    .value = OID("5.4"), .valid = {OID("5.2"), ANY_OF(1)},
                                    .scale = {SCALE_DIGITS, OID("3.7")}, .unit_from = OID("3.6"),
                                    .units = units}};
    const struct driver driver = DRIVER(groups, .recorded = true);
    struct fixture fixture = {.image = image_new()};
    put(fixture.image, "5.4.1.1.1", 7467);
    put(fixture.image, "3.7.1.1.1", 3);
    put(fixture.image, "3.6.1.1.1", 2);
    put(fixture.image, "5.4.1.2.1", 250);
    put(fixture.image, "3.7.1.2.1", 0);
    put(fixture.image, "3.6.1.2.1", 7); /* this inlet speaks milliamperes */
    put(fixture.image, "5.4.1.1.5", 1665);
    put(fixture.image, "3.7.1.1.5", 0); /* no unit column: the point's own */
    put(fixture.image, "5.2.1.1.5", 1);
    put(fixture.image, "5.4.1.3.1", 5);
    put(fixture.image, "3.7.1.3.1", 0);
    put(fixture.image, "3.6.1.3.1", 3);  /* a current in watts is refused */
    put(fixture.image, "5.4.1.4.1", 5);  /* and one without its digits */
    put(fixture.image, "5.4.1.1.77", 1); /* and a type that no point names */
    put(fixture.image, "5.2.1.5.1", 2);
    put(fixture.image, "5.4.1.5.1", 4); /* and one that the device calls unavailable */
    put(fixture.image, "3.7.1.5.1", 0);
    put_raw(fixture.image, "5.4.1.6.1",
            (struct raw){.kind = RAW_INTEGER, .integer = 4294967291, .unsigned32 = true});
    put(fixture.image, "3.7.1.6.1", 0);
    build(&fixture, &driver);
    assert_int_equal(fixture.plan->n_series, 5);
    assert_reading(&fixture, CURRENT, "inlet|1/1||", 7.467);
    assert_reading(&fixture, CURRENT, "inlet|1/2||", 0.25);
    assert_reading(&fixture, ACTIVE_POWER, "inlet|1/1|total|", 1665);
    assert_reading(&fixture, CURRENT, "inlet|1/6||", -5);
    double values[8];
    uint8_t qualities[8];
    poll(&fixture, values, qualities, NULL);
    assert_int_equal(qualities[find(fixture.plan, CURRENT, "inlet|1/5||")], QUALITY_ABSENT);
    done(&fixture);
}

static void test_only_takes_rows_by_another_column(void **state) {
    (void)state;
    const struct point points[] = {
        {AIR_TEMPERATURE, OID("1.1"), CELSIUS, .only = {OID("1.2"), ANY_OF(10)}},
        {AIR_PRESSURE, OID("1.1"), PASCAL, .only = {OID("1.3"), .pattern = "Press# *"}}};
    const struct group groups[] = {{OVER({PART_SENSOR}), POINTS(points)}};
    const struct driver driver = DRIVER(groups, .recorded = true);
    struct fixture fixture = {.image = image_new()};
    put(fixture.image, "1.1.1", 21);
    put(fixture.image, "1.2.1", 10);
    put(fixture.image, "1.1.2", 22);
    put(fixture.image, "1.2.2", 11);
    put_text(fixture.image, "1.3.2", "Press12 front");
    put(fixture.image, "1.1.3", 23); /* no type at all */
    build(&fixture, &driver);
    assert_int_equal(fixture.plan->n_series, 2);
    assert_reading(&fixture, AIR_TEMPERATURE, "sensor|1||", 21);
    assert_reading(&fixture, AIR_PRESSURE, "sensor|2||", 22);
    done(&fixture);
}

static void test_first_source_that_answers_wins(void **state) {
    (void)state;
    const struct point points[] = {{VOLTAGE, OID("1.0"), VOLT, .div = 100, .absent = ABSENT(-1)},
                                   {VOLTAGE, OID("2.0"), VOLT}};
    const struct group groups[] = {{POINTS(points)}};
    const struct driver driver = DRIVER(groups, .recorded = true);
    struct fixture fixture = {.image = image_new()};
    put(fixture.image, "1.0", 23012);
    put(fixture.image, "2.0", 230);
    build(&fixture, &driver);
    assert_int_equal(fixture.plan->n_series, 1);
    assert_int_equal(fixture.plan->n_items, 2);
    assert_reading(&fixture, VOLTAGE,
                   "||"
                   "|",
                   230.12);
    done(&fixture);
    fixture = (struct fixture){.image = image_new()};
    put(fixture.image, "1.0", -1);
    put(fixture.image, "2.0", 230);
    build(&fixture, &driver);
    assert_reading(&fixture, VOLTAGE,
                   "||"
                   "|",
                   230);
    done(&fixture);
}

static void test_numbers_as_text_states_and_ranges(void **state) {
    (void)state;
    const struct meaning states[] = {{1, OUTLET_OFF}, {2, OUTLET_ON}};
    const struct point points[] = {{FREQUENCY, OID("1.0"), HERTZ, .div = 10},
                                   {VOLTAGE, OID("2.0"), VOLT},
                                   {OUTLET_STATE, OID("3.0"), ONE, STATES(states)},
                                   {LOAD, OID("4.0"), PERCENT},
                                   {CURRENT, OID("5.0"), AMPERE},
                                   {POWER_FACTOR, OID("6.0"), ONE, .div = 100}};
    const struct group groups[] = {{POINTS(points)}};
    const struct driver driver = DRIVER(groups, .recorded = true);
    struct fixture fixture = {.image = image_new()};
    put_text(fixture.image, "1.0", " 501 ");
    put_text(fixture.image, "2.0", "230.5");
    put(fixture.image, "3.0", 3);      /* no such state */
    put(fixture.image, "4.0", 100000); /* 1000 times the rating */
    put_text(fixture.image, "5.0", "n/a");
    put(fixture.image, "6.0", -98);
    build(&fixture, &driver);
    double values[8];
    uint8_t qualities[8];
    uint32_t bad[N_BAD_REASONS];
    poll(&fixture, values, qualities, bad);
    assert_reading(&fixture, FREQUENCY,
                   "||"
                   "|",
                   50.1);
    assert_reading(&fixture, VOLTAGE,
                   "||"
                   "|",
                   230.5);
    assert_reading(&fixture, POWER_FACTOR,
                   "||"
                   "|",
                   0.98);
    assert_int_equal(qualities[find(fixture.plan, OUTLET_STATE,
                                    "||"
                                    "|")],
                     QUALITY_BAD);
    assert_int_equal(qualities[find(fixture.plan, LOAD,
                                    "||"
                                    "|")],
                     QUALITY_BAD);
    assert_int_equal(qualities[find(fixture.plan, CURRENT,
                                    "||"
                                    "|")],
                     QUALITY_BAD);
    assert_int_equal(bad[BAD_STATE], 1);
    assert_int_equal(bad[BAD_RANGE], 1);
    assert_int_equal(bad[BAD_NUMBER], 1);
    done(&fixture);
}

static void test_unstated_unit_is_never_published(void **state) {
    (void)state;
    const struct point points[] = {{RUNTIME, OID("1.0"), UNIT_UNSTATED}, {VOLTAGE, OID("2.0"), VOLT}};
    const struct group groups[] = {{POINTS(points)}};
    const struct driver driver = DRIVER(groups, .recorded = true);
    struct fixture fixture = {.image = image_new()};
    put(fixture.image, "1.0", 5);
    put(fixture.image, "2.0", 230);
    build(&fixture, &driver);
    assert_int_equal(fixture.plan->n_series, 1);
    plan_release(fixture.plan);
    assert_int_equal(plan_build(&driver, fixture.image, true, &fixture.plan), 0);
    assert_int_equal(fixture.plan->n_series, 2);
    double values[2];
    uint8_t qualities[2];
    poll(&fixture, values, qualities, NULL);
    assert_int_equal(qualities[find(fixture.plan, RUNTIME,
                                    "||"
                                    "|")],
                     QUALITY_ABSENT);
    done(&fixture);
}

static void test_another_device_is_not_found(void **state) {
    (void)state;
    const struct point points[] = {{VOLTAGE, OID("2.0"), VOLT}};
    const struct group groups[] = {{POINTS(points)}};
    const struct driver driver = DRIVER(groups, .recorded = true);
    struct plan *plan;
    struct image *image = image_new();
    put(image, "3.0", 1);
    image_seal(image);
    assert_int_equal(plan_build(&driver, image, false, &plan), ERROR_NOT_FOUND);
    image_free(image);
}

/* Modbus */

#define MODBUS(groups_table, ...)                                                                            \
    {                                                                                                        \
        .name = "test", .protocol = PROTOCOL_MODBUS, .groups = (groups_table),                               \
        .n_groups = sizeof(groups_table) / sizeof((groups_table)[0]), __VA_ARGS__                            \
    }

static void test_bits_are_asked_for_by_their_function(void **state) {
    (void)state;
    const struct point points[] = {{ALARM_STATE, COIL(11), ONE, .at = {.point = "first"}},
                                   {ALARM_STATE, COIL(20), ONE, .at = {.point = "last"}},
                                   {DOOR_STATE, DISCRETE(11), ONE}};
    const struct group groups[] = {{POINTS(points)}};
    const struct driver driver = MODBUS(groups, .first_register = 1, .manners = {.widest_gap = 8});
    struct fixture fixture = {.image = image_new()};
    build(&fixture, &driver);
    const struct plan *plan = fixture.plan;
    assert_int_equal(plan->n_requests, 2);
    double values[3];
    uint8_t qualities[3] = {QUALITY_ABSENT, QUALITY_ABSENT, QUALITY_ABSENT};
    uint8_t ranks[3];
    struct readings readings = {0, 3, values, qualities, {0}, ranks};
    for (size_t i = 0; i < 2; i++) {
        const struct plan_request *request = &plan->requests[i];
        static const uint8_t coils[] = {0x01, 0x02}, inputs[] = {0x01};
        bool is_coil = request->function == 1;
        assert_true(is_coil || request->function == 2);
        assert_int_equal(request->address, 10);
        assert_int_equal(request->count, is_coil ? 10 : 1);
        struct link_answer answer = {.data = is_coil ? coils : inputs, .size = is_coil ? 2 : 1};
        decode_answer(plan, request, &answer, &readings);
    }
    assert_true(values[find(plan, ALARM_STATE, "|||first")] == 1);
    assert_true(values[find(plan, ALARM_STATE, "|||last")] == 1);
    assert_true(values[find(plan, DOOR_STATE, "|||")] == 1);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(qualities[i], QUALITY_GOOD);
    done(&fixture);
}

static void test_wire_types(void **state) {
    (void)state;
    const struct point points[] = {
        {ACTIVE_POWER, HOLDING(1, U16), WATT, .at = {.point = "u16"}},
        {ACTIVE_POWER, HOLDING(1, S16), WATT, .at = {.point = "s16"}},
        {ACTIVE_POWER, HOLDING(1, U32), WATT, .at = {.point = "u32"}, .div = 1000},
        {ACTIVE_POWER, HOLDING(1, S32), WATT, .at = {.point = "s32"}},
        {ACTIVE_POWER,
         {.kind = SOURCE_HOLDING, .address = 1, .wire = U32, .low_word_first = true},
         WATT,
         .at = {.point = "swapped"},
         .div = 1000},
        {ACTIVE_POWER, HOLDING(1, LOW_BYTE), WATT, .at = {.point = "low"}},
        {ACTIVE_POWER, HOLDING(1, HIGH_BYTE), WATT, .at = {.point = "high"}},
        {ALARM_STATE, HOLDING_BIT(1, 15), ONE, .at = {.point = "bit15"}},
        {ALARM_STATE, HOLDING_BIT(1, 14), ONE, .at = {.point = "bit14"}},
        {VOLTAGE, HOLDING(3, F32), VOLT},
        {CURRENT, HOLDING(5, F32), AMPERE},
        {ACTIVE_ENERGY, HOLDING(7, U64), WATT_HOUR},
        {VOLTAGE, HOLDING(11, F64), VOLT, .at = {.point = "f64"}},
        {ACTIVE_POWER, HOLDING(15, S64), WATT, .at = {.point = "s64"}},
    };
    const struct group groups[] = {{POINTS(points)}};
    const struct driver driver = MODBUS(groups, .first_register = 1);
    static const uint16_t words[] = {0xFFF6, 0x0002, 0x4366, 0x8000, 0xFFC0, 0x0000, 0,      0,      0x0001,
                                     0x0002, 0x406C, 0xD000, 0,      0,      0xFFFF, 0xFFFF, 0xFFFF, 0xFFF6};
    struct fixture fixture = {.image = image_new()};
    put_words(fixture.image, 0, words, 18);
    build(&fixture, &driver);
    assert_int_equal(fixture.plan->n_requests, 1);
    assert_int_equal(fixture.plan->requests[0].address, 0);
    assert_int_equal(fixture.plan->requests[0].count, 18);
    assert_reading(&fixture, ACTIVE_POWER, "|||u16", 65526);
    assert_reading(&fixture, ACTIVE_POWER, "|||s16", -10);
    assert_reading(&fixture, ACTIVE_POWER, "|||u32", 4294311.938);
    assert_reading(&fixture, ACTIVE_POWER, "|||s32", -655358);
    assert_reading(&fixture, ACTIVE_POWER, "|||swapped", 196.598);
    assert_reading(&fixture, ACTIVE_POWER, "|||low", 246);
    assert_reading(&fixture, ACTIVE_POWER, "|||high", 255);
    assert_reading(&fixture, ALARM_STATE, "|||bit15", 1);
    assert_reading(&fixture, VOLTAGE, "|||", 230.5);
    assert_reading(&fixture, ACTIVE_ENERGY, "|||", 65538.0 * 3600);
    assert_reading(&fixture, VOLTAGE, "|||f64", 230.5);
    assert_reading(&fixture, ACTIVE_POWER, "|||s64", -10);
    double values[16];
    uint8_t qualities[16];
    poll(&fixture, values, qualities, NULL);
    assert_int_equal(qualities[find(fixture.plan, CURRENT, "|||")], QUALITY_ABSENT); /* NaN: not fitted */
    done(&fixture);
}

static void test_repeats_strides_and_what_is_fitted(void **state) {
    (void)state;
    const struct point points[] = {
        {CURRENT, HOLDING(100, U16), AMPERE},
        {RUNTIME, {.kind = SOURCE_HOLDING, .address = 200, .wire = U32, .stride = {20}}, SECOND},
    };
    const struct group groups[] = {{OVER({PART_BANK, .most = 4, .stride = 10, .fitted = HOLDING(1, U16)},
                                         {PART_OUTLET, .most = 3, .first = 5}),
                                    POINTS(points)}};
    const struct driver driver = MODBUS(groups, .recorded = true);
    static const uint16_t fitted = 2, current[] = {11, 12, 13};
    static const uint16_t runtime[] = {0, 1, 0, 2, 0, 3};
    struct fixture fixture = {.image = image_new()};
    put_words(fixture.image, 1, &fitted, 1);
    put_words(fixture.image, 100, current, 3);
    put_words(fixture.image, 110, current, 3);
    put_words(fixture.image, 200, runtime, 6);
    put_words(fixture.image, 220, runtime, 6);
    build(&fixture, &driver);
    assert_int_equal(fixture.plan->n_series, 2 * 3 * 2);
    assert_int_equal(fixture.plan->n_requests, 4); /* no gap is bridged unasked */
    assert_reading(&fixture, CURRENT, "outlet|2/7||", 13);
    assert_reading(&fixture, RUNTIME, "outlet|2/6||", 2);
    done(&fixture);
}

static void test_manners_bound_the_blocks(void **state) {
    (void)state;
    const struct point points[] = {{CURRENT, HOLDING(0, U16), AMPERE}};
    const struct point far[] = {{VOLTAGE, HOLDING(50, U16), VOLT}, {FREQUENCY, HOLDING(53, U16), HERTZ}};
    const struct group groups[] = {{OVER({PART_CIRCUIT, .most = 40}), POINTS(points)}, {POINTS(far)}};
    const struct driver strict = MODBUS(groups, .manners = {.most_registers = 16});
    const struct driver lax = MODBUS(groups, .manners = {.widest_gap = 10});
    struct fixture fixture = {.image = image_new()};
    build(&fixture, &strict);
    assert_int_equal(fixture.plan->n_requests, 5); /* 16 + 16 + 8, 50, 53 */
    for (size_t i = 0; i < fixture.plan->n_requests; i++)
        assert_true(fixture.plan->requests[i].count <= 16);
    plan_release(fixture.plan);
    assert_int_equal(plan_build(&lax, fixture.image, false, &fixture.plan), 0);
    assert_int_equal(fixture.plan->n_requests, 1);
    assert_int_equal(fixture.plan->requests[0].count, 54);
    done(&fixture);
}

/* A value and its validity column stay in one request. */
static void test_manners_bound_the_varbinds(void **state) {
    (void)state;
    const struct point points[] = {{CURRENT, OID("1.1"), AMPERE, .valid = {OID("1.2"), ANY_OF(1)}}};
    const struct group groups[] = {{OVER({PART_OUTLET}), POINTS(points)}};
    const struct driver strict = DRIVER(groups, .manners = {.most_varbinds = 5});
    const struct driver lax = DRIVER(groups, .manners = {0});
    struct fixture fixture = {.image = image_new()};
    for (int outlet = 1; outlet <= 4; outlet++) {
        char oid[32];
        snprintf(oid, sizeof(oid), "1.1.%d", outlet);
        put(fixture.image, oid, outlet);
        snprintf(oid, sizeof(oid), "1.2.%d", outlet);
        put(fixture.image, oid, 1);
    }
    build(&fixture, &strict);
    assert_int_equal(fixture.plan->n_requests, 2);
    assert_int_equal(fixture.plan->requests[0].n_oids, 4);
    assert_int_equal(fixture.plan->requests[1].n_oids, 4);
    plan_release(fixture.plan);
    assert_int_equal(plan_build(&lax, fixture.image, false, &fixture.plan), 0);
    assert_int_equal(fixture.plan->n_requests, 1);
    done(&fixture);
}

static enum verdict halve_or_drop(const struct point *point, double *number) {
    if (point->quantity == VOLTAGE)
        return DROP;
    *number /= 2;
    return KEEP;
}

static void test_adjust_sees_marked_points_only(void **state) {
    (void)state;
    const struct point points[] = {{CURRENT, HOLDING(0, U16), AMPERE, .adjusted = true},
                                   {FREQUENCY, HOLDING(1, U16), HERTZ},
                                   {VOLTAGE, HOLDING(2, U16), VOLT, .adjusted = true}};
    const struct group groups[] = {{POINTS(points)}};
    const struct driver driver = MODBUS(groups, .adjust = halve_or_drop);
    static const uint16_t words[] = {10, 50, 230};
    double values[4];
    uint8_t qualities[4];
    struct fixture fixture = {.image = image_new()};
    put_words(fixture.image, 0, words, 3);
    build(&fixture, &driver);
    assert_reading(&fixture, CURRENT, "|||", 5);
    assert_reading(&fixture, FREQUENCY, "|||", 50);
    poll(&fixture, values, qualities, NULL);
    assert_int_equal(qualities[find(fixture.plan, VOLTAGE, "|||")], QUALITY_ABSENT);
    done(&fixture);
}

static void test_series_are_ordered_by_rate(void **state) {
    (void)state;
    const struct point points[] = {{CURRENT, HOLDING(0, U16), AMPERE, .rate = RATE_SLOW},
                                   {FREQUENCY, HOLDING(1, U16), HERTZ, .rate = RATE_FAST},
                                   {VOLTAGE, HOLDING(2, U16), VOLT}};
    const struct group groups[] = {{POINTS(points)}};
    const struct driver driver = MODBUS(groups, .recorded = true);
    struct fixture fixture = {.image = image_new()};
    build(&fixture, &driver);
    for (int rate = 0; rate < RATE_ONCE; rate++) {
        assert_int_equal(fixture.plan->series_of[rate].n, 1);
        assert_int_equal(fixture.plan->requests_of[rate].n, 1);
        const struct plan_request *request = &fixture.plan->requests[fixture.plan->requests_of[rate].first];
        assert_int_equal(request->rate, rate);
        assert_int_equal(fixture.plan->items[request->first_item].series,
                         fixture.plan->series_of[rate].first);
    }
    assert_int_equal(fixture.plan->series_of[RATE_ONCE].n, 0);
    assert_int_equal(fixture.plan->health.n, N_HEALTH_SERIES);
    done(&fixture);
}

/* A refused block */

static void test_split_narrows_down_to_one(void **state) {
    (void)state;
    const struct point points[] = {{CURRENT, HOLDING(0, U16), AMPERE}};
    const struct point bits[] = {{ALARM_STATE, HOLDING_BIT(40, 0), ONE, .at = {.point = "a"}},
                                 {ALARM_STATE, HOLDING_BIT(40, 1), ONE, .at = {.point = "b"}}};
    const struct group groups[] = {{OVER({PART_CIRCUIT, .most = 40}), POINTS(points)}, {POINTS(bits)}};
    const struct driver driver = MODBUS(groups, .recorded = true);
    struct fixture fixture = {.image = image_new()};
    uint16_t words[41];
    for (uint16_t i = 0; i < 41; i++)
        words[i] = i;
    put_words(fixture.image, 0, words, 41);
    build(&fixture, &driver);
    assert_int_equal(fixture.plan->n_requests, 1);
    for (int round = 0; round < 8; round++) {
        size_t at = fixture.plan->n_requests - 1;
        struct plan *split;
        int error = plan_split(fixture.plan, at, &split);
        if (error != 0)
            break;
        assert_false(plan_equal(fixture.plan, split));
        plan_release(fixture.plan);
        fixture.plan = split;
    }
    /* What is left alone at the end is one register, with both its bits. */
    const struct plan_request *last = &fixture.plan->requests[fixture.plan->n_requests - 1];
    assert_int_equal(last->address, 40);
    assert_int_equal(last->count, 1);
    assert_int_equal(last->n_items, 2);
    assert_int_equal(fixture.plan->requests_of[RATE_NORMAL].n, fixture.plan->n_requests);
    assert_reading(&fixture, CURRENT, "circuit|40||", 39);
    assert_reading(&fixture, CURRENT, "circuit|1||", 0);
    done(&fixture);
}

static void test_split_of_objects_keeps_names_and_validity(void **state) {
    (void)state;
    const struct point points[] = {{CURRENT, OID("1.1"), AMPERE, .valid = {OID("1.2"), ANY_OF(1)}}};
    const struct group groups[] = {{OVER({PART_OUTLET}), POINTS(points)}};
    const struct driver driver = DRIVER(groups, .recorded = true);
    struct fixture fixture = {.image = image_new()};
    char oid[40];
    for (int i = 1; i <= 10; i++) {
        snprintf(oid, sizeof(oid), "1.1.%d", i);
        put(fixture.image, oid, 100 + i);
        snprintf(oid, sizeof(oid), "1.2.%d", i);
        put(fixture.image, oid, i == 7 ? 2 : 1);
    }
    build(&fixture, &driver);
    struct plan *split;
    assert_int_equal(plan_split(fixture.plan, 0, &split), 0);
    plan_release(fixture.plan);
    fixture.plan = split;
    assert_int_equal(split->n_requests, 2);
    assert_reading(&fixture, CURRENT, "outlet|3||", 103);
    assert_reading(&fixture, CURRENT, "outlet|10||", 110);
    double values[10];
    uint8_t qualities[10];
    poll(&fixture, values, qualities, NULL);
    assert_int_equal(qualities[find(split, CURRENT, "outlet|7||")], QUALITY_ABSENT);
    done(&fixture);
}

static void test_pattern(void **state) {
    (void)state;
    assert_true(pattern_match("*PM5*", "PM5560", 6));
    assert_true(pattern_match("Fan#.Value", "Fan12.Value", 11));
    assert_false(pattern_match("Fan#.Value", "Fan.Value", 9));
    assert_false(pattern_match("Fan", "Fans", 4));
    assert_true(pattern_match("*", "", 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scale_rounds_once),
        cmocka_unit_test(test_ends_of_a_type_are_no_numbers),
        cmocka_unit_test(test_scale_of_the_device),
        cmocka_unit_test(test_number_columns_give_the_place),
        cmocka_unit_test(test_key_chooses_the_point_and_columns_describe_it),
        cmocka_unit_test(test_only_takes_rows_by_another_column),
        cmocka_unit_test(test_first_source_that_answers_wins),
        cmocka_unit_test(test_numbers_as_text_states_and_ranges),
        cmocka_unit_test(test_unstated_unit_is_never_published),
        cmocka_unit_test(test_another_device_is_not_found),
        cmocka_unit_test(test_bits_are_asked_for_by_their_function),
        cmocka_unit_test(test_wire_types),
        cmocka_unit_test(test_repeats_strides_and_what_is_fitted),
        cmocka_unit_test(test_manners_bound_the_blocks),
        cmocka_unit_test(test_manners_bound_the_varbinds),
        cmocka_unit_test(test_adjust_sees_marked_points_only),
        cmocka_unit_test(test_series_are_ordered_by_rate),
        cmocka_unit_test(test_split_narrows_down_to_one),
        cmocka_unit_test(test_split_of_objects_keeps_names_and_validity),
        cmocka_unit_test(test_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
