/* SPDX-License-Identifier: Apache-2.0 */
/* Which level of a budget holds, in which unit, what is left and for how long it was exceeded. */
#include "judge/budget.h"

#include <math.h>

#include "tests/unit/check.h"

static const double unknown = (double)NAN;

enum { MONDAY = 0, TUESDAY = 24 * 60, SATURDAY = 5 * 24 * 60, SUNDAY = 6 * 24 * 60 };

static struct node_sum three_phases(double watts, double voltamperes, double amperes) {
    struct node_sum sum = {.watts = watts, .voltamperes = voltamperes, .amperes = amperes};
    for (unsigned i = 0; i < PHASES; i++)
        sum.phase_amperes[i] = amperes;
    return sum;
}

static struct budget_state judge(const struct power_budget *budget, const struct node_sum *sum,
                                 const struct usable *usable, unsigned week_min) {
    const struct power_node node = {.budget = budget, .phases = 3};
    struct budget_state state = {0};
    budget_judge(&node, sum, usable, week_min, 1, &state);
    return state;
}

static const struct usable unrated = {(double)INFINITY, (double)INFINITY, (double)INFINITY};

static void a_level_in_watts_leaves_watts(void **unused) {
    (void)unused;
    const struct power_budget budget = {.warning = {BUDGET_WATTS, 80e3}, .critical = {BUDGET_WATTS, 95e3}};
    struct node_sum sum = three_phases(90e3, 95e3, 140);
    struct budget_state state = judge(&budget, &sum, &unrated, MONDAY);
    assert_int_equal(state.unit, BUDGET_WATTS);
    assert_true(state.value == 90e3 && state.warning == 80e3 && state.critical == 95e3);
    assert_true(state.headroom == 5e3 && state.headroom_watts == 5e3);
    assert_true(state.over_warning_s == 1 && state.over_critical_s == 0);
}

static void percent_are_of_what_binds(void **unused) {
    (void)unused;
    const struct power_budget budget = {.warning = {BUDGET_RATIO, 0.8}, .critical = {BUDGET_RATIO, 0.95}};
    struct node_sum sum = three_phases(60e3, 66e3, 100);
    /* 100 of 200 A are 50 %, 66 of 100 kVA 66 %, 60 of 80 kW 75 %. */
    const struct usable usable = {.watts = 80e3, .voltamperes = 100e3, .amperes = 200};
    struct budget_state state = judge(&budget, &sum, &usable, MONDAY);
    assert_int_equal(state.unit, BUDGET_WATTS);
    assert_true(fabs(state.warning - 64e3) < 1e-6 && fabs(state.critical - 76e3) < 1e-6);
    const struct usable small = {.watts = 80e3, .voltamperes = 100e3, .amperes = 110};
    state = judge(&budget, &sum, &small, MONDAY);
    assert_int_equal(state.unit, BUDGET_AMPERES);
    assert_true(fabs(state.critical - 104.5) < 1e-9 && fabs(state.headroom - 4.5) < 1e-9);
    /* 4.5 A more on each of three phases, at 600 W an ampere of all together / 3. */
    assert_true(fabs(state.headroom_watts - 4.5 * 3 * 60e3 / 300) < 1e-6);
}

static void percent_of_nothing_are_not_judged(void **unused) {
    (void)unused;
    const struct power_budget budget = {.warning = {BUDGET_RATIO, 0.8}};
    struct node_sum sum = three_phases(60e3, 66e3, 100);
    struct budget_state state = judge(&budget, &sum, &unrated, MONDAY);
    assert_int_equal(state.unit, BUDGET_NONE);
    assert_true(isinf(state.warning) && isnan(state.headroom));
}

static void what_is_not_known_uses_no_time(void **unused) {
    (void)unused;
    const struct power_budget budget = {.critical = {BUDGET_WATTS, 1000}};
    struct node_sum sum = three_phases(unknown, unknown, unknown);
    struct budget_state state = judge(&budget, &sum, &unrated, MONDAY);
    assert_true(isnan(state.value) && isnan(state.headroom) && state.over_critical_s == 0);
    sum.watts = 2000;
    sum.flags = SUM_LOWER_BOUND;
    state = judge(&budget, &sum, &unrated, MONDAY);
    assert_true(state.is_lower_bound && state.over_critical_s == 1 && state.headroom == -1000);
}

static void time_over_a_level_adds_up(void **unused) {
    (void)unused;
    const struct power_budget budget = {.warning = {BUDGET_WATTS, 100}, .critical = {BUDGET_WATTS, 200}};
    const struct power_node node = {.budget = &budget};
    struct budget_state state = {.over_warning_s = 10, .over_critical_s = 3};
    const double watts[] = {150, 250, 50, 100, unknown};
    for (size_t i = 0; i < sizeof(watts) / sizeof(watts[0]); i++) {
        struct node_sum sum = three_phases(watts[i], unknown, unknown);
        budget_judge(&node, &sum, &unrated, MONDAY, 2, &state);
    }
    assert_true(state.over_warning_s == 14 && state.over_critical_s == 5);
}

static double level_at(unsigned week_min) {
    static struct budget_period periods[] = {
        {.days = 0x1f, .from_min = 540, .to_min = 1080, .critical = {BUDGET_WATTS, 1}},   /* working hours */
        {.days = 1 << 5, .from_min = 1320, .to_min = 360, .critical = {BUDGET_WATTS, 2}}, /* Saturday night */
        {.days = 1 << 6, .from_min = 0, .to_min = 1440, .critical = {BUDGET_WATTS, 3}},
        {.days = 1 << 6, .from_min = 1320, .to_min = 120, .critical = {BUDGET_WATTS, 4}},
    };
    const struct power_budget budget = {.critical = {BUDGET_WATTS, 0.5}, .periods = periods, .n_periods = 4};
    struct node_sum sum = three_phases(0, 0, 0);
    return judge(&budget, &sum, &unrated, week_min).critical;
}

static void levels_go_by_the_time_of_the_week(void **unused) {
    (void)unused;
    assert_true(level_at(MONDAY + 539) == 0.5);
    assert_true(level_at(MONDAY + 540) == 1);
    assert_true(level_at(MONDAY + 1079) == 1);
    assert_true(level_at(MONDAY + 1080) == 0.5);
    assert_true(level_at(SATURDAY + 600) == 0.5);
    assert_true(level_at(SATURDAY + 1320) == 2);
    assert_true(level_at(SUNDAY + 359) == 2); /* still Saturday's night; the first period that holds */
    assert_true(level_at(SUNDAY + 360) == 3);
    assert_true(level_at(SUNDAY + 1439) == 3);
    assert_true(level_at(MONDAY + 119) == 4); /* Sunday's, over the end of the week */
    assert_true(level_at(MONDAY + 120) == 0.5);
    assert_true(level_at(TUESDAY + 60) == 0.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_in_watts_leaves_watts),
        cmocka_unit_test(percent_are_of_what_binds),
        cmocka_unit_test(percent_of_nothing_are_not_judged),
        cmocka_unit_test(what_is_not_known_uses_no_time),
        cmocka_unit_test(time_over_a_level_adds_up),
        cmocka_unit_test(levels_go_by_the_time_of_the_week),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
