/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the driver language that say which rows, parts, models and variants a device has, and what its
 * texts mean; each with a small driver of its own that fails when the word is not honoured.
 */
#include "acquire/chain_walk.h"
#include "acquire/discovery.h"
#include "acquire/pattern.h"
#include "plan_fixture.h"

static void assert_no_series(const struct plan *plan, enum quantity quantity, size_t expected) {
    size_t n = 0;
    for (size_t i = 0; i < plan->n_series; i++)
        n += plan->list->series[i].quantity == quantity;
    assert_int_equal(n, expected);
}

static void put_oid(struct image *image, const char *at, const char *value) {
    uint32_t part[OID_MOST];
    int n = oid_parse(value, part, OID_MOST);
    put_raw(image, at, (struct raw){.kind = RAW_OID, .oid = {part, (size_t)n}});
}

static const struct point descr_points[] = {
    {AIR_TEMPERATURE, OID("1.3"), CELSIUS, .only = {OID("1.2"), .oid = "1.3.6.1.4.1.476.7"},
     .at = {.point = "return"}},
    {AIR_TEMPERATURE, OID("1.3"), CELSIUS, .only = {OID("1.2"), .oid = "1.3.6.1.4.1.476.8"},
     .at = {.point = "supply"}},
};
static const struct group descr_groups[] = {{OVER({PART_NONE}), POINTS(descr_points)}};
static const struct driver descr_driver = DRIVER(descr_groups, .protocol = PROTOCOL_SNMP);

static void test_an_oid_in_a_column_chooses_the_point(void **state) {
    (void)state;
    struct fixture f = {.image = image_new()};
    put_oid(f.image, "1.2.1", "1.3.6.1.4.1.476.8");
    put_oid(f.image, "1.2.2", "1.3.6.1.4.1.476.7");
    put_oid(f.image, "1.2.3", "1.3.6.1.4.1.476.7.1");
    put(f.image, "1.3.1", 18);
    put(f.image, "1.3.2", 25);
    put(f.image, "1.3.3", 99);
    build(&f, &descr_driver);
    assert_reading(&f, AIR_TEMPERATURE, "|||supply", 18);
    assert_reading(&f, AIR_TEMPERATURE, "|||return", 25);
    assert_no_series(f.plan, AIR_TEMPERATURE, 2);
    done(&f);
}

static const struct point named_points[] = {
    {FAN_SPEED_RATIO, OID("1.3"), PERCENT,
     .only = {OID("1.2"), .pattern = "Fans.*.Fan#.Value", .captures = {PART_FAN}}},
    {CURRENT, OID("1.3"), AMPERE,
     .only = {OID("1.2"), .pattern = "Unit# Phase L#", .captures = {PART_UNIT, PART_PHASE_LINE}}},
};
static const struct group named_groups[] = {{OVER({PART_NONE}), POINTS(named_points)}};
static const struct driver named_driver = DRIVER(named_groups, .protocol = PROTOCOL_SNMP);

static void test_a_name_numbers_the_part(void **state) {
    (void)state;
    struct fixture f = {.image = image_new()};
    put_text(f.image, "1.2.9", "Fans.Current Speed.Fan12.Value");
    put_text(f.image, "1.2.10", "Unit4 Phase L2");
    put_text(f.image, "1.2.11", "Unit4 Phase L4"); /* there is no fourth */
    put_text(f.image, "1.2.12", "Fans.Current Speed.Fan4294967296.Value");
    for (int i = 9; i <= 12; i++) {
        char oid[20];
        snprintf(oid, sizeof(oid), "1.3.%d", i);
        put(f.image, oid, i);
    }
    build(&f, &named_driver);
    assert_reading(&f, FAN_SPEED_RATIO, "fan|12||", 0.09);
    assert_reading(&f, CURRENT, "unit|4|L2|", 10);
    assert_int_equal(f.plan->n_series, 2);
    done(&f);
}

static const struct unit_name indexed_units[] = {
    {0, .unit = CELSIUS}, {1, .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};
static const struct point indexed_sensors[] = {
    {AIR_TEMPERATURE, OID("1.1"), CELSIUS, .unit_from = OID_WHOLE("9.0"), .units = indexed_units}};
static const struct point indexed_lines[] = {{LINE_VOLTAGE, OID("2.1"), VOLT}};
static const struct group indexed_groups[] = {
    {OVER({PART_UNIT}, {.fixed = true, .first = 7}, {PART_SENSOR}), POINTS(indexed_sensors)},
    {OVER({PART_UNIT}, {PART_PHASE_PAIR}), POINTS(indexed_lines), .only = {OID_OF("3.1", 1), ANY_OF(2)}},
};
static const struct driver indexed_driver = {
    .name = "test", .oid_base = BASE, .groups = indexed_groups, .n_groups = 2, .protocol = PROTOCOL_SNMP};

static void test_pieces_of_the_index(void **state) {
    (void)state;
    struct fixture f = {.image = image_new()};
    put(f.image, "9.0", 1);
    put(f.image, "1.1.1.7.4", 77);
    put(f.image, "1.1.1.8.5", 77); /* another kind of row */
    put(f.image, "2.1.1.3", 400);
    put(f.image, "2.1.2.3", 230); /* unit 2 says that it has no pairs */
    put(f.image, "3.1.1", 2);
    put(f.image, "3.1.2", 1);
    build(&f, &indexed_driver);
    assert_reading(&f, AIR_TEMPERATURE, "sensor|1/4||", 25);
    assert_reading(&f, LINE_VOLTAGE, "unit|1|L3-L1|", 400);
    assert_int_equal(f.plan->n_series, 2);
    done(&f);
}

static const struct point bits_points[] = {
    {ALARM_STATE, OID_BIT("1.0", 0), ONE, .at = {.point = "fan"}},
    {ALARM_STATE, OID_BIT("1.0", 9), ONE, .at = {.point = "filter"}},
};
static const struct group bits_groups[] = {{POINTS(bits_points)}};
static const struct driver bits_driver = DRIVER(bits_groups, .protocol = PROTOCOL_SNMP);

static void test_bits_of_an_object_are_asked_for_once(void **state) {
    (void)state;
    struct fixture f = {.image = image_new()};
    put_text(f.image, "1.0", "512");
    build(&f, &bits_driver);
    assert_int_equal(f.plan->n_oids, 1);
    assert_reading(&f, ALARM_STATE, "|||fan", 0);
    assert_reading(&f, ALARM_STATE, "|||filter", 1);
    done(&f);
}

static const struct text_meaning texts_outlets[] = {{"on", OUTLET_ON}, {"OFF", OUTLET_OFF}};
static const struct unit_name texts_units[] = {{.text = "ddegC", .unit = CELSIUS, .div = 10},
                                               {.text = "degC", .unit = CELSIUS},
                                               {.unit = UNIT_UNSTATED}};
static const struct point texts_points[] = {
    {OUTLET_STATE, OID("1.0"), ONE, STATE_TEXTS(texts_outlets), .at = {.point = "a"}},
    {OUTLET_STATE, OID("2.0"), ONE, STATE_TEXTS(texts_outlets), .at = {.point = "b"}},
    {VOLTAGE, OID("3.0"), VOLT, .leading = true},
    {FREQUENCY, OID("4.0"), HERTZ, .leading = true},
    {AIR_TEMPERATURE, OID("5.0"), CELSIUS, .unit_from = OID("6.0"), .units = texts_units, .div = 10},
};
static const struct group texts_groups[] = {{POINTS(texts_points)}};
static const struct driver texts_driver = DRIVER(texts_groups, .protocol = PROTOCOL_SNMP);

static void test_texts_that_are_states_numbers_and_units(void **state) {
    (void)state;
    double values[8];
    uint8_t qualities[8];
    uint32_t bad[N_BAD_REASONS];
    struct fixture f = {.image = image_new()};
    put_text(f.image, "1.0", " on\r\n");
    put_text(f.image, "2.0", "off");
    put_text(f.image, "3.0", "-53.9 V");
    put_text(f.image, "4.0", "1,234 Hz"); /* 1 it is not */
    put(f.image, "5.0", 2345);
    put_text(f.image, "6.0", "ddegC ");
    build(&f, &texts_driver);
    assert_reading(&f, OUTLET_STATE, "|||a", OUTLET_ON);
    assert_reading(&f, VOLTAGE, "|||", -53.9);
    assert_reading(&f, AIR_TEMPERATURE, "|||", 23.45);
    poll(&f, values, qualities, bad);
    assert_int_equal(qualities[find(f.plan, OUTLET_STATE, "|||b")], QUALITY_BAD);
    assert_int_not_equal(qualities[find(f.plan, FREQUENCY, "|||")], QUALITY_GOOD);
    assert_int_equal(bad[BAD_STATE], 1);
    done(&f);
}

static const struct point absent_points[] = {
    {VOLTAGE, HOLDING(0, U16), VOLT, .at = {.phase = PHASE_L1}},
    {VOLTAGE, HOLDING(1, S16), VOLT, .at = {.phase = PHASE_L2}},
    {VOLTAGE, HOLDING(2, U16), VOLT, .at = {.phase = PHASE_L3}, .absent = ABSENT(0)},
    {ACTIVE_ENERGY, HOLDING(3, U64), WATT_HOUR},
};
static const struct group absent_groups[] = {{POINTS(absent_points)}};
static const struct driver absent_driver =
    DRIVER(absent_groups, .protocol = PROTOCOL_MODBUS,
           .absent = ABSENT_OF({U16, ABSENT(0xfffe)}, {S16, ABSENT(0x7fff)}, {U64, ABSENT(-1)}));

static void test_absent_codes_of_a_wire_type(void **state) {
    (void)state;
    static const uint16_t words[] = {0xfffe, 0x7fff, 0xfffe, 0xffff, 0xffff, 0xffff, 0xffff};
    double values[8];
    uint8_t qualities[8];
    uint32_t bad[N_BAD_REASONS];
    struct fixture f = {.image = image_new()};
    put_words(f.image, 0, words, 7);
    build(&f, &absent_driver);
    poll(&f, values, qualities, bad);
    assert_int_equal(qualities[find(f.plan, VOLTAGE, "||L1|")], QUALITY_ABSENT);
    assert_int_equal(qualities[find(f.plan, VOLTAGE, "||L2|")], QUALITY_ABSENT);
    assert_int_equal(qualities[find(f.plan, VOLTAGE, "||L3|")], QUALITY_GOOD); /* names codes of its own */
    assert_int_equal(qualities[find(f.plan, ACTIVE_ENERGY, "|||")], QUALITY_ABSENT);
    assert_int_equal(bad[BAD_RANGE] + bad[BAD_NUMBER], 0);
    done(&f);
}

static const struct unit_name selfsaid_units[] = {
    {0, .unit = CELSIUS}, {1, .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};
static const struct point selfsaid_circuits[] = {
    {CURRENT, HOLDING(10, S16), AMPERE, .scale = {SCALE_EXPONENT, HOLDING(0, S16)}},
    {BREAKER_STATE, HOLDING(20, U16), UNIT_UNSTATED, .only = {HOLDING(20, U16), ANY_OF(7)}},
    {VOLTAGE, HOLDING(10, S16), VOLT, .only = {HOLDING_WHOLE(32, U16), ANY_OF(9)}},
};
static const struct point selfsaid_air[] = {
    {AIR_TEMPERATURE, HOLDING(30, S16), CELSIUS, .unit_from = HOLDING_BIT(31, 2), .units = selfsaid_units}};
static const struct group selfsaid_groups[] = {
    {OVER({PART_CIRCUIT, .most = 3}), POINTS(selfsaid_circuits)},
    {POINTS(selfsaid_air), .only = {HOLDING(32, U16), ANY_OF(9)}},
    {POINTS(selfsaid_air), .at = {.point = "none"}, .only = {HOLDING(32, U16), ANY_OF(8)}},
};
static const struct driver selfsaid_driver = {
    .name = "test", .groups = selfsaid_groups, .n_groups = 3, .protocol = PROTOCOL_MODBUS};

static void test_registers_say_scale_unit_and_what_there_is(void **state) {
    (void)state;
    static const uint16_t scales[] = {0xfffe, 0, 1}, currents[] = {1234, 0xfffb, 7};
    static const uint16_t rest[] = {77, 4, 9};
    struct wanted_list list;
    struct fixture f = {.image = image_new()};
    assert_int_equal(wanted_collect(&selfsaid_driver, f.image, &list), 0);
    assert_int_equal(list.item[0].count, 3); /* the scale of every circuit, in one run */
    wanted_done(&list);
    put_words(f.image, 0, scales, 3);
    put_words(f.image, 10, currents, 3);
    put_words(f.image, 30, rest, 3);
    build(&f, &selfsaid_driver);
    assert_reading(&f, CURRENT, "circuit|1||", 12.34);
    assert_reading(&f, CURRENT, "circuit|2||", -5);
    assert_reading(&f, CURRENT, "circuit|3||", 70);
    assert_reading(&f, AIR_TEMPERATURE, "|||", 25);
    assert_reading(&f, VOLTAGE, "circuit|3||", 7); /* by a register that is not repeated */
    assert_int_equal(f.plan->n_series, 7);
    done(&f);
}

static const struct point unscaled_points[] = {
    {CURRENT, HOLDING(10, S16), AMPERE, .scale = {SCALE_EXPONENT, HOLDING(0, S16)}},
    {FREQUENCY, HOLDING(11, U16), HERTZ},
};
static const struct group unscaled_groups[] = {{POINTS(unscaled_points)}};
static const struct driver unscaled_driver = DRIVER(unscaled_groups, .protocol = PROTOCOL_MODBUS);

static void test_a_scale_that_is_not_there_leaves_the_value_out(void **state) {
    (void)state;
    static const uint16_t words[] = {5, 50};
    struct fixture f = {.image = image_new()};
    put_words(f.image, 10, words, 2);
    build(&f, &unscaled_driver);
    assert_no_series(f.plan, CURRENT, 0);
    assert_reading(&f, FREQUENCY, "|||", 50);
    done(&f);
}

static const struct point factored_points[] = {
    {CURRENT, OID("2"), AMPERE, .scale = {SCALE_FACTOR, OID("3")}}};
static const struct group factored_groups[] = {{OVER({PART_CIRCUIT}), POINTS(factored_points)}};
static const struct driver factored_driver = DRIVER(factored_groups, .protocol = PROTOCOL_SNMP);

static void test_half_a_factor_is_not_taken_for_none(void **state) {
    (void)state;
    struct fixture f = {.image = image_new()};
    put(f.image, "2.1", 230);
    put_text(f.image, "3.1", "0.1");
    put(f.image, "2.2", 230);
    put_text(f.image, "3.2", "-10");
    build(&f, &factored_driver);
    assert_no_series(f.plan, CURRENT, 1);
    assert_reading(&f, CURRENT, "circuit|2||", 23);
    done(&f);
}

static const char *const variant_variants[] = {"small", "variant_large", NULL};
static const struct point variant_all[] = {{FREQUENCY, HOLDING(0, U16), HERTZ}};
static const struct point variant_large[] = {{VOLTAGE, HOLDING(1, U16), VOLT}};
static const struct group variant_groups[] = {{POINTS(variant_all)},
                                              {POINTS(variant_large), .variants = 1u << 1}};
static const struct driver variant_driver = {.name = "test",
                                             .groups = variant_groups,
                                             .n_groups = 2,
                                             .protocol = PROTOCOL_MODBUS,
                                             .variants = variant_variants};

static void test_variants_that_the_site_names(void **state) {
    (void)state;
    static const uint16_t words[] = {50, 230};
    for (uint32_t named = 0; named < 3; named++) {
        struct fixture f = {.image = image_new()};
        put_words(f.image, 0, words, 2);
        image_set_variant(f.image, named);
        build(&f, &variant_driver);
        assert_no_series(f.plan, FREQUENCY, 1);
        assert_no_series(f.plan, VOLTAGE, named == 2);
        done(&f);
    }
}

/* Walks the chain that a device of these registers, from `base` on, shows. */
static void walk_chain(struct image *image, const struct driver *driver, uint16_t base, const uint16_t *words,
                       uint32_t n) {
    struct chain_walk walk = chain_walk_begin(driver);
    uint16_t at;
    for (int steps = 0; chain_walk_next(&walk, &at); steps++) {
        assert_true(steps < 80);
        bool there = at >= base && at + 2u <= base + n;
        uint8_t data[4] = {0};
        for (unsigned i = 0; there && i < 2; i++) {
            data[2 * i] = (uint8_t)(words[at - base + i] >> 8);
            data[2 * i + 1] = (uint8_t)words[at - base + i];
        }
        chain_walk_take(&walk, there ? data : NULL, image);
    }
}

static const struct point chained_meter[] = {
    {FREQUENCY, HOLDING(2, S16), HERTZ, .scale = {SCALE_EXPONENT, HOLDING(3, S16)}}};
static const struct point chained_other[] = {{VOLTAGE, HOLDING(2, S16), VOLT}};
static const struct group chained_groups[] = {
    {POINTS(chained_meter), .models = {ANY_OF(201, 203)}},
    {POINTS(chained_other), .models = {ANY_OF(213)}},
};
static const struct driver chained_driver = {.name = "test",
                                             .groups = chained_groups,
                                             .n_groups = 2,
                                             .protocol = PROTOCOL_MODBUS,
                                             .chain = {ANY_OF(40000, 100), .mark = 0x53756e53}};

static void test_a_chain_of_models(void **state) {
    (void)state;
    static const uint16_t words[] = {0x5375, 0x6e53, 1, 1, 0xabcd, 203, 2, 4999, 0xfffe, 0xffff, 0};
    struct wanted_list list;
    struct fixture f = {.image = image_new()};
    uint32_t address = 0, behind = 0;
    walk_chain(f.image, &chained_driver, 100, words, 11);
    assert_true(image_model(f.image, 203, &address, &behind));
    assert_int_equal(address, 105);
    assert_false(image_model(f.image, 0xffff, &address, &behind));
    assert_int_equal(wanted_collect(&chained_driver, f.image, &list), 0);
    assert_int_equal(list.n, 1);
    assert_int_equal(list.item[0].address, 108); /* the scale */
    wanted_done(&list);
    put_words(f.image, 100, words, 11);
    build(&f, &chained_driver);
    assert_reading(&f, FREQUENCY, "|||", 49.99);
    assert_int_equal(f.plan->n_series, 1);
    done(&f);
}

static void test_a_model_that_is_short_lends_nothing_from_the_next(void **state) {
    (void)state;
    /* Model 203 of one register, so without a scale; 213 behind it. */
    static const uint16_t words[] = {0x5375, 0x6e53, 203, 1, 4999, 213, 1, 230, 0xffff, 0};
    struct fixture f = {.image = image_new()};
    struct wanted_list list;
    walk_chain(f.image, &chained_driver, 100, words, 10);
    assert_int_equal(wanted_collect(&chained_driver, f.image, &list), 0);
    assert_int_equal(list.n, 0);
    wanted_done(&list);
    put_words(f.image, 100, words, 10);
    build(&f, &chained_driver);
    assert_reading(&f, VOLTAGE, "|||", 230);
    assert_int_equal(f.plan->n_series, 1);
    done(&f);
}

static const struct driver hostile_driver = {.chain = {ANY_OF(0, 65534), .mark = 0x53756e53}};

static void test_hostile_chains_end(void **state) {
    (void)state;
    static uint16_t ones[65536];
    for (size_t i = 0; i < 65536; i++)
        ones[i] = 1;
    ones[0] = 0x5375;
    ones[1] = 0x6e53;
    struct image *image = image_new();
    walk_chain(image, &hostile_driver, 0, ones, 65536); /* models of one register for ever */
    image_free(image);
    static const uint16_t zero[] = {0x5375, 0x6e53, 7, 0, 8, 1};
    uint32_t address, behind;
    image = image_new();
    walk_chain(image, &hostile_driver, 0, zero, 6);
    assert_false(image_model(image, 7, &address, &behind)); /* a model of no registers is none */
    walk_chain(image, &hostile_driver, 65534, zero, 2);
    image_free(image);
}

static const struct point alarm_points[] = {
    {ALARM_STATE, .unit = ONE, .only = {.oid = "1.3.6.1.2.1.33.1.6.3.1"}, .at = {.point = "battery_bad"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = "1.3.6.1.2.1.33.1.6.3.2"}, .at = {.point = "on_battery"}},
};
static const struct group alarm_groups[] = {
    {.alarms = true, .value = OID("6.2.1.2"), .only = {OID_WHOLE("6.1.0")}, POINTS(alarm_points)}};
static const struct driver alarm_driver = DRIVER(alarm_groups, .protocol = PROTOCOL_SNMP);

enum { ROWS = 4 };

/* A walk along the column that found these alarms, by their last number (0: what follows the table), beside a
 * counter that says `counted`. */
static void poll_alarms(const struct fixture *f, const uint32_t *rows, size_t n, int64_t counted,
                        uint8_t *qualities, double *values) {
    const struct plan_request *request = &f->plan->requests[0];
    const struct oid *asked = &f->plan->oids[request->first_oid];
    uint8_t ranks[2];
    struct readings readings = {0, 2, values, qualities, {0}, ranks};
    uint32_t names[2 * ROWS][OID_MOST], alarms[ROWS][11];
    struct varbind varbinds[2 * ROWS];
    assert_int_equal(request->n_oids, 2);
    for (size_t i = 0; i < 2 * n; i++) {
        const struct oid *column = &asked[i % 2];
        memcpy(names[i], column->part, column->n * sizeof(uint32_t));
        names[i][column->n - 1] += i % 2 == 0 ? rows[i / 2] == 0 : i > 1;
        names[i][column->n] = (uint32_t)i / 2;
        varbinds[i] = (struct varbind){.name = {names[i], column->n + 1},
                                       .raw = {.kind = RAW_INTEGER, .integer = i == 1 ? counted : 77}};
        if (i % 2 == 1)
            continue;
        memcpy(alarms[i / 2], (uint32_t[]){1, 3, 6, 1, 2, 1, 33, 1, 6, 3, rows[i / 2]}, sizeof(alarms[0]));
        varbinds[i].raw = (struct raw){.kind = RAW_OID, .oid = {alarms[i / 2], 11}};
    }
    const struct link_answer answer = {.varbinds = varbinds, .n_varbinds = 2 * n};
    memset(qualities, QUALITY_ABSENT, 2);
    decode_answer(f->plan, request, &answer, &readings);
}

static void test_rows_that_are_alarms(void **state) {
    (void)state;
    double values[2];
    uint8_t qualities[2];
    struct fixture f = {.image = image_new()};
    put(f.image, "6.1.0", 0);
    build(&f, &alarm_driver);
    size_t bad = find(f.plan, ALARM_STATE, "|||battery_bad"), on = find(f.plan, ALARM_STATE, "|||on_battery");
    assert_int_equal(f.plan->n_requests, 1);
    assert_true(f.plan->requests[0].rows > 1);
    poll_alarms(&f, (const uint32_t[]){5, 2, 0}, 3, 2, qualities, values);
    assert_true(qualities[bad] == QUALITY_GOOD && values[bad] == 0);
    assert_true(qualities[on] == QUALITY_GOOD && values[on] == 1);
    /* The table is empty; what follows is not of it. */
    poll_alarms(&f, (const uint32_t[]){0, 1}, 2, 0, qualities, values);
    assert_true(qualities[bad] == QUALITY_GOOD && values[bad] == 0 && values[on] == 0);
    /* There may be more rows, or the counter says that there are. */
    poll_alarms(&f, (const uint32_t[]){5, 2}, 2, 2, qualities, values);
    assert_int_equal(qualities[bad], QUALITY_ABSENT);
    assert_true(qualities[on] == QUALITY_GOOD && values[on] == 1);
    poll_alarms(&f, (const uint32_t[]){0}, 1, 2, qualities, values);
    assert_true(qualities[bad] == QUALITY_ABSENT && qualities[on] == QUALITY_ABSENT);
    done(&f);
    f.image = image_new();
    put(f.image, "1.0", 1); /* without the counter there is no such table */
    image_seal(f.image);
    assert_int_equal(plan_build(&alarm_driver, f.image, false, &f.plan), ERROR_NOT_FOUND);
    image_free(f.image);
}

static const struct point ranked_points[] = {
    {FREQUENCY, HOLDING(3, U16), HERTZ, .div = 100, .absent = ABSENT(0)},
    {FREQUENCY, HOLDING(2, U16), HERTZ, .div = 10, .absent = ABSENT(0)},
    {FREQUENCY, HOLDING(1, U16), HERTZ, .absent = ABSENT(0)},
};
static const struct group ranked_groups[] = {{POINTS(ranked_points)}};
static const struct driver ranked_driver = DRIVER(ranked_groups, .protocol = PROTOCOL_MODBUS);

/* Registers are read in the order of their addresses, which says nothing of which source is the best. */
static void test_the_best_of_three_sources_wins_wherever_it_stands(void **state) {
    static const uint16_t words[][3] = {{48, 495, 5001}, {48, 495, 0}, {48, 0, 0}, {48, 0, 5001}};
    static const double expected[] = {50.01, 49.5, 48, 50.01};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct fixture f = {.image = image_new()};
        put_words(f.image, 1, words[i], 3);
        build(&f, &ranked_driver);
        assert_reading(&f, FREQUENCY, "|||", expected[i]);
        done(&f);
    }
}

static const struct point moving_points[] = {
    {CURRENT, HOLDING(0, S16), AMPERE, .scale = {SCALE_EXPONENT, HOLDING(2, S16)}},
    {FREQUENCY, HOLDING(1, U16), HERTZ},
};
static const struct group moving_groups[] = {{POINTS(moving_points)}};
static const struct driver moving_driver = DRIVER(moving_groups, .protocol = PROTOCOL_MODBUS);

/* Decodes these registers as the answer to the plan's only request. */
static enum quality poll_words(const struct fixture *f, const uint16_t *words, size_t at, double *value) {
    uint8_t data[6], qualities[2], ranks[2];
    double values[2];
    struct readings readings = {0, 2, values, qualities, {0}, ranks};
    for (size_t i = 0; i < 3; i++) {
        data[2 * i] = (uint8_t)(words[i] >> 8);
        data[2 * i + 1] = (uint8_t)words[i];
    }
    const struct link_answer answer = {.data = data, .size = sizeof(data)};
    memset(qualities, QUALITY_ABSENT, 2);
    decode_answer(f->plan, &f->plan->requests[0], &answer, &readings);
    *value = values[at];
    return (enum quality)qualities[at];
}

/* Some meters change their scales while they run: the one that stands beside the value counts. */
static void test_a_scale_beside_the_value_is_polled_with_it(void **state) {
    static const uint16_t first[] = {1234, 50, 0xfffe}, later[] = {1234, 50, 0xffff},
                          none[] = {1234, 50, 0x8000};
    double value;
    (void)state;
    struct fixture f = {.image = image_new()};
    struct plan *split;
    put_words(f.image, 0, first, 3);
    build(&f, &moving_driver);
    assert_int_equal(f.plan->n_requests, 1);
    assert_int_equal(f.plan->requests[0].count, 3);
    size_t at = find(f.plan, CURRENT, "|||");
    assert_int_equal(poll_words(&f, first, at, &value), QUALITY_GOOD);
    assert_true(value == 12.34);
    assert_int_equal(poll_words(&f, later, at, &value), QUALITY_GOOD);
    assert_true(value == 123.4);
    assert_int_equal(poll_words(&f, none, at, &value), QUALITY_ABSENT);
    assert_int_equal(plan_split(f.plan, 0, &split), 0);
    assert_int_equal(split->requests[0].count, 3); /* the scale goes with its value */
    assert_int_equal(split->requests[1].count, 1);
    plan_release(split);
    done(&f);
}

static void test_captures(void **state) {
    (void)state;
    uint32_t numbers[2] = {0};
    assert_true(pattern_capture("a#b*#", "a12bxx3", 7, numbers, 2));
    assert_int_equal(numbers[0], 12);
    assert_int_equal(numbers[1], 3);
    assert_true(pattern_capture("*#", "99999999999", 11, numbers, 0));
    assert_false(pattern_capture("#", "99999999999", 11, numbers, 1));
    assert_false(pattern_capture("#", "", 0, numbers, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_oid_in_a_column_chooses_the_point),
        cmocka_unit_test(test_a_name_numbers_the_part),
        cmocka_unit_test(test_pieces_of_the_index),
        cmocka_unit_test(test_bits_of_an_object_are_asked_for_once),
        cmocka_unit_test(test_texts_that_are_states_numbers_and_units),
        cmocka_unit_test(test_absent_codes_of_a_wire_type),
        cmocka_unit_test(test_registers_say_scale_unit_and_what_there_is),
        cmocka_unit_test(test_a_scale_that_is_not_there_leaves_the_value_out),
        cmocka_unit_test(test_half_a_factor_is_not_taken_for_none),
        cmocka_unit_test(test_variants_that_the_site_names),
        cmocka_unit_test(test_a_chain_of_models),
        cmocka_unit_test(test_a_model_that_is_short_lends_nothing_from_the_next),
        cmocka_unit_test(test_hostile_chains_end),
        cmocka_unit_test(test_rows_that_are_alarms),
        cmocka_unit_test(test_the_best_of_three_sources_wins_wherever_it_stands),
        cmocka_unit_test(test_a_scale_beside_the_value_is_polled_with_it),
        cmocka_unit_test(test_captures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
