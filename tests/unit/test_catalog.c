/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue against what textbooks say: a wrong factor here would be wrong in every driver. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/catalog.h"

/* What one thousand of a unit are in the published unit of its dimension. */
static const struct {
    const char *symbol;
    double published;
} thousands[] = {
    {"1", 1000},
    {"%", 10},
    {"W", 1000},
    {"kW", 1e6},
    {"MW", 1e9},
    {"mW", 1},
    {"ton", 3516852.842067},
    {"VA", 1000},
    {"kVA", 1e6},
    {"MVA", 1e9},
    {"var", 1000},
    {"kvar", 1e6},
    {"J", 1000},
    {"Wh", 3.6e6},
    {"kWh", 3.6e9},
    {"MWh", 3.6e12},
    {"VAh", 3.6e6},
    {"kVAh", 3.6e9},
    {"varh", 3.6e6},
    {"kvarh", 3.6e9},
    {"V", 1000},
    {"mV", 1},
    {"kV", 1e6},
    {"A", 1000},
    {"mA", 1},
    {"Ah", 3.6e6},
    {"Hz", 1000},
    {"rpm", 16.6666666666667},
    {"s", 1000},
    {"ms", 1},
    {"min", 60000},
    {"h", 3.6e6},
    {"d", 8.64e7},
    {"degC", 1000},
    {"degF", 537.777777777778},
    {"K abs", 726.85},
    {"K", 1000},
    {"degF diff", 555.555555555556},
    {"m3/s", 1000},
    {"m3/h", 0.277777777777778},
    {"L/s", 1},
    {"L/h", 1e-3 / 3.6},
    {"L/min", 0.0166666666666667},
    {"gpm", 0.0630901964},
    {"cfm", 0.4719474432},
    {"Pa", 1000},
    {"hPa", 1e5},
    {"kPa", 1e6},
    {"bar", 1e8},
    {"mbar", 1e5},
    {"inH2O", 249088.91},
    {"psi", 6894757.293168},
    {"m", 1000},
    {"ft", 304.8},
    {"m/s", 1000},
    {"S/m", 1000},
    {"uS/cm", 0.1},
    {"g/m3", 1000},
};
enum { N_THOUSANDS = sizeof(thousands) / sizeof(thousands[0]) };

static void units_convert_as_defined(void **state) {
    (void)state;
    assert_int_equal(N_THOUSANDS, N_UNITS - 1); /* all but the unstated */
    for (size_t i = 0; i < N_THOUSANDS; i++) {
        enum unit unit = catalog_find_unit(thousands[i].symbol);
        const struct unit_info *info = catalog_unit(unit);
        double published = (1000 * (double)info->numerator + (double)info->shift) / (double)info->denominator;
        if (unit == UNIT_UNSTATED || fabs(published / thousands[i].published - 1) > 1e-12)
            fail_msg("1000 %s are %.15g", thousands[i].symbol, published);
    }
    assert_int_equal(catalog_find_unit("furlong"), UNIT_UNSTATED);
}

static void metrics_are_named_after_what_they_publish(void **state) {
    (void)state;
    for (int i = QUANTITY_NONE + 1; i < N_QUANTITIES; i++) {
        enum quantity quantity = (enum quantity)i;
        const struct quantity_info *info = catalog_quantity(quantity);
        if (info->kind == KIND_TEXT)
            continue;
        assert_int_equal(catalog_find_quantity(info->name), quantity); /* so no name stands twice */
        bool total = strlen(info->name) > 6 && strcmp(info->name + strlen(info->name) - 6, "_total") == 0;
        if (total != (info->kind == KIND_COUNTER) || strncmp(info->name, "facility_", 9) != 0)
            fail_msg("%s is no name for its kind", info->name);
        if (info->kind == KIND_STATE ? catalog_states(quantity) == NULL : !(info->least < info->most))
            fail_msg("%s has neither words nor a range", info->name);
    }
    assert_int_equal(catalog_find_quantity("facility_happiness"), QUANTITY_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_convert_as_defined),
        cmocka_unit_test(metrics_are_named_after_what_they_publish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
