/* SPDX-License-Identifier: Apache-2.0 */
/* Readings in the words and units of people: what a display beside the device would show. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/human.h"

static void assert_value(enum quantity quantity, double value, const char *expected) {
    char text[80], whole[96];
    human_write_value(quantity, value, text, sizeof(text));
    snprintf(whole, sizeof(whole), "%s|%s", text, human_unit(quantity));
    assert_string_equal(whole, expected);
}

static void values_are_in_units_of_people(void **state) {
    (void)state;
    assert_value(ACTIVE_POWER, 270, "0.27|kW");
    assert_value(ACTIVE_POWER, -12345, "-12.345|kW");
    assert_value(AIR_TEMPERATURE, -3.5, "-3.5|°C");
    assert_value(BATTERY_CHARGE, 0.07, "7|%");
    assert_value(PUMP_SPEED, 90, "5400|rpm");
    assert_value(POWER_FACTOR, 0.984375, "0.98438|");
    assert_value(OUTLET_STATE, OUTLET_ON, "on|");
    assert_value(OUTLET_STATE, 77, "77|");
}

static void no_digit_before_the_point_is_lost(void **state) {
    (void)state;
    assert_value(LINE_VOLTAGE, 154000, "154000|V");
    assert_value(ACTIVE_POWER, 123456789, "123457|kW");
    assert_value(ACTIVE_ENERGY, 3.6e6 * 1234567.5, "1234567.5|kWh");
    assert_value(ACTIVE_ENERGY, 3.6e6 * 123456789012, "123456789012|kWh");
    assert_value(COOLANT_CONDUCTIVITY, 0.000125, "0.000125|S/m");
    assert_value(CURRENT, 0, "0|A");
    assert_value(VOLTAGE, 99999.96, "100000|V");
    assert_value(VOLTAGE, 3.4028e38, "3.4028e+38|V");
    assert_value(VOLTAGE, (double)NAN, "nan|V");
    char text[3] = "x";
    human_write_value(VOLTAGE, 0.5, text + 1, 2);
    assert_string_equal(text, "x0");
}

static void columns_are_in_line(void **state) {
    (void)state;
    char text[80];
    human_write_rounded(ACTIVE_POWER, 1500, 2, text, sizeof(text));
    assert_string_equal(text, "1.50 kW");
    human_write_rounded(ACTIVE_POWER, 81625, 2, text, sizeof(text));
    assert_string_equal(text, "81.62 kW");
    human_write_rounded(AIR_TEMPERATURE, 23, 1, text, sizeof(text));
    assert_string_equal(text, "23.0 °C");
}

static void titles_have_no_unit(void **state) {
    (void)state;
    char text[80];
    human_write_title(ACTIVE_POWER, text, sizeof(text));
    assert_string_equal(text, "active power");
    human_write_title(ACTIVE_ENERGY, text, sizeof(text));
    assert_string_equal(text, "active energy");
    human_write_title(COOLANT_FLOW, text, sizeof(text));
    assert_string_equal(text, "coolant flow");
}

static void places_read_from_the_outside_in(void **state) {
    (void)state;
    char text[80];
    struct place place = {.part = PART_OUTLET, .depth = 2, .id = {1, 3}, .phase = PHASE_L1};
    human_write_place(&place, text, sizeof(text));
    assert_string_equal(text, "outlet 1/3 L1");
    human_write_place(&(struct place){.point = "supply", .side = SIDE_SECONDARY}, text, sizeof(text));
    assert_string_equal(text, "supply secondary");
    human_write_place(&(struct place){0}, text, sizeof(text));
    assert_string_equal(text, "-");
    human_write_place(&place, text, 8);
    assert_string_equal(text, "outlet ");
}

static void durations_have_three_digits(void **state) {
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{0, "0 ms"},        {0.0001, "<1 ms"}, {0.0842, "84.2 ms"},
                 {0.9994, "999 ms"}, {0.9996, "1 s"},   {1.0525, "1.05 s"},
                 {119.4, "119 s"},   {150, "2.5 min"},  {7200, "2 h"}};
    char text[32];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        human_write_duration(cases[i].seconds, text, sizeof(text));
        assert_string_equal(text, cases[i].text);
    }
    human_write_duration((double)NAN, text, sizeof(text));
    assert_string_equal(text, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_in_units_of_people),
        cmocka_unit_test(no_digit_before_the_point_is_lost),
        cmocka_unit_test(columns_are_in_line),
        cmocka_unit_test(titles_have_no_unit),
        cmocka_unit_test(places_read_from_the_outside_in),
        cmocka_unit_test(durations_have_three_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
