/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with their units as people write them. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "model/quantity.h"

static void units_are_those_of_the_catalogue_and_what_people_write(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
        enum dimension dimension;
    } cases[] = {
        {"630 A", 630, DIMENSION_CURRENT},
        {"630A", 630, DIMENSION_CURRENT},
        {"2.5 MVA", 2.5e6, DIMENSION_APPARENT_POWER},
        {"154 kV", 154e3, DIMENSION_VOLTAGE},
        {"80 %", 0.8, DIMENSION_RATIO},
        {"80%", 0.8, DIMENSION_RATIO},
        {"-5 Cel", -5, DIMENSION_TEMPERATURE},
        {"32 °C", 32, DIMENSION_TEMPERATURE},
        {"90 degF", 290.0 / 9, DIMENSION_TEMPERATURE},
        {"1 K", 1, DIMENSION_TEMPERATURE_DIFFERENCE},
        {"36 m³/h", 0.01, DIMENSION_FLOW},
        {"10 min", 600, DIMENSION_TIME},
        {"1e3 kW", 0, DIMENSION_NONE}, /* no number that people write */
        {"1,5 kW", 0, DIMENSION_NONE},
        {"5 1", 0, DIMENSION_NONE},
        {"kW", 0, DIMENSION_NONE},
        {"0x10 kW", 0, DIMENSION_NONE},
        {"nan kW", 0, DIMENSION_NONE},
        {"1.2.3 kW", 0, DIMENSION_NONE},
        {"00000000000000000000000000000001 kW", 0, DIMENSION_NONE},
        {"", 0, DIMENSION_NONE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = 0;
        enum dimension dimension = DIMENSION_NONE;
        char why[256] = "";
        int error = quantity_read(cases[i].text, NULL, &value, &dimension, why, sizeof(why));
        assert_int_equal(error, cases[i].dimension == DIMENSION_NONE ? ERROR_ARGUMENT : 0);
        assert_int_equal(dimension, cases[i].dimension);
        assert_true(fabs(value - cases[i].value) <= 1e-9 * fabs(value));
        assert_int_equal(*why != '\0', error != 0);
    }
}

static void a_ratio_may_go_without_a_unit_where_nothing_else_is_possible(void **state) {
    (void)state;
    static const enum dimension ratio[] = {DIMENSION_RATIO, DIMENSION_NONE};
    static const enum dimension either[] = {DIMENSION_RATIO, DIMENSION_CURRENT, DIMENSION_NONE};
    double value = 0;
    enum dimension dimension;
    char why[256];
    assert_int_equal(quantity_read("0.8", ratio, &value, &dimension, why, sizeof(why)), 0);
    assert_true(value == 0.8);
    assert_int_equal(quantity_read("0.8", either, &value, &dimension, why, sizeof(why)), ERROR_ARGUMENT);
    assert_string_equal(why, "\"0.8\" lacks its unit: write 0.8 % or 0.8 A");
    assert_int_equal(quantity_read("8 kW", either, &value, &dimension, why, sizeof(why)), ERROR_ARGUMENT);
    assert_string_equal(why, "\"8 kW\" is a power: write one like 8 % or 8 A");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_those_of_the_catalogue_and_what_people_write),
        cmocka_unit_test(a_ratio_may_go_without_a_unit_where_nothing_else_is_possible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
