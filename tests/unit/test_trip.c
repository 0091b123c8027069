/* SPDX-License-Identifier: Apache-2.0 */
/* Times to trip at the points of the standards, and what heat and an unknown past do to them. */
#include "check.h"

#include <math.h>

#include "judge/trip.h"

static struct power_node breaker(enum breaker_standard standard, double amperes) {
    return (struct power_node){
        .phases = 3, .standard = standard, .rating.amperes = amperes, .trip.curve = CURVE_THERMAL_MAGNETIC};
}

static struct node_sum amperes(double l1, double l2, double l3) {
    return (struct node_sum){.flags = SUM_HAS_AMPERES, .phase_amperes = {l1, l2, l3}};
}

/* Of a breaker that is known to be cold. */
static struct trip_time cold(const struct power_node *node, double current) {
    struct trip_heat heat = {.begun = true};
    struct trip_time time;
    struct node_sum sum = amperes(current, 0, 0);
    trip_advance(node, &sum, 0, &heat, &time);
    return time;
}

static void assert_near(double is, double be) {
    if (!(fabs(is - be) <= 0.005 * be))
        fail_msg("%g, not %g", is, be);
}

static void points_of_ul_489(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_UL_489, 20);
    assert_true(isinf(cold(&node, 20).earliest_s)); /* holds 100 % */
    assert_true(isinf(cold(&node, 26.9).latest_s) && isfinite(cold(&node, 26.9).earliest_s));
    assert_true(cold(&node, 27).latest_s == 3600 && cold(&node, 27.1).latest_s < 3600); /* 135 %: 1 h */
    assert_near(cold(&node, 40).latest_s, 120); /* 200 % within 2 min */
    /* tau = 120 / ln(4 / (4 - 1.8225)) = 197.3 s; earliest: 197.3 ln(4 / 3) */
    assert_near(cold(&node, 40).earliest_s, 56.77);
    node = breaker(STANDARD_UL_489, 100);
    assert_true(cold(&node, 135).latest_s == 7200);
    assert_near(cold(&node, 200).latest_s, 360);
    node = breaker(STANDARD_UL_489, 6000);
    assert_near(cold(&node, 12000).latest_s, 1800);
}

static void points_of_iec_60898(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_IEC_60898, 16);
    assert_true(isinf(cold(&node, 1.13 * 16).earliest_s));
    assert_true(isfinite(cold(&node, 1.14 * 16).earliest_s) && isinf(cold(&node, 1.44 * 16).latest_s));
    assert_true(cold(&node, 1.4501 * 16).latest_s <= 3600);
    assert_near(cold(&node, 2.55 * 16).latest_s, 60);
    assert_true(cold(&node, 2.55 * 16).earliest_s >= 1);
    node = breaker(STANDARD_IEC_60898, 40);
    assert_near(cold(&node, 2.55 * 40).latest_s, 120);
    node = breaker(STANDARD_IEC_60898, 80);
    assert_true(cold(&node, 1.4501 * 80).latest_s <= 7200);
}

static void points_of_iec_60947_2(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_IEC_60947_2, 100);
    assert_true(isinf(cold(&node, 105).earliest_s) && isfinite(cold(&node, 106).earliest_s));
    assert_true(isinf(cold(&node, 129).latest_s));
    assert_true(cold(&node, 130.01).latest_s <= 7200);
    node.trip.time_constant_s = 100; /* the maker's: 100 ln(4 / (4 - 1.1025)), 100 ln(4 / (4 - 1.69)) */
    assert_near(cold(&node, 200).earliest_s, 32.25);
    assert_near(cold(&node, 200).latest_s, 54.91);
}

static void electronic_is_i_squared_t(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_IEC_60947_2, 1000);
    struct trip_heat heat = {0};
    struct trip_time time;
    struct node_sum sum = amperes(100, 1000, 0);
    node.trip = (struct power_trip){
        .curve = CURVE_ELECTRONIC, .setting_amperes = 500, .delay_seconds = 10, .time_constant_s = 100};
    assert_near(cold(&node, 3000).latest_s, 10); /* tr at 6 Ir */
    assert_near(cold(&node, 1000).latest_s, 90); /* (6 / 2)^2 tr */
    trip_advance(&node, &sum, 0, &heat, &time);
    assert_true(time.pole == 1);
    assert_near(time.earliest_s, 90);
    trip_advance(&node, &sum, 45, &heat, &time); /* half of it is used */
    assert_near(time.earliest_s, 45);
    sum = amperes(100, 100, 100);
    trip_advance(&node, &sum, 100, &heat, &time); /* and forgotten to 1/e */
    assert_true(isinf(time.earliest_s) && isinf(time.latest_s));
    assert_near(heat.high[1], 0.5 / 2.718282);
    node.trip.no_thermal_memory = true;
    trip_advance(&node, &sum, 1, &heat, &time);
    assert_true(heat.high[1] == 0);
}

static void hydraulic_has_no_memory(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_UL_489, 20);
    struct trip_heat heat = {0};
    struct trip_time time;
    struct node_sum sum = amperes(40, 0, 0), rest = amperes(15, 0, 0);
    node.trip.curve = CURVE_HYDRAULIC_MAGNETIC;
    trip_advance(&node, &sum, 0, &heat, &time);
    assert_near(time.earliest_s, 56.77);
    trip_advance(&node, &sum, 30, &heat, &time);
    assert_near(time.earliest_s, 26.77);
    trip_advance(&node, &rest, 1, &heat, &time);
    trip_advance(&node, &sum, 0, &heat, &time);
    assert_near(time.earliest_s, 56.77);
}

static void heat_is_remembered(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_UL_489, 20);
    struct trip_heat heat = {.begun = true};
    struct trip_time time;
    struct node_sum sum = amperes(0, 16, 40);
    trip_advance(&node, &sum, 30, &heat, &time);
    assert_int_equal(time.pole, 2);
    assert_near(time.earliest_s, 26.77);
    assert_near(time.latest_s, 90);
    sum = amperes(0, 16, 16);
    trip_advance(&node, &sum, 197.3, &heat, &time);
    assert_true(isinf(time.earliest_s));
    /* 4 (1 - e^-0.152) = 0.5643, then to 0.64 by one tau */
    assert_near(heat.low[2], 0.64 + (0.5643 - 0.64) / 2.718282);
}

static void an_unknown_past_widens_the_band(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_IEC_60898, 16);
    struct trip_heat heat = {0};
    struct trip_time time;
    struct node_sum sum = amperes(2.55 * 16, 0, 0), silent = {0};
    trip_advance(&node, &sum, 0, &heat, &time); /* it may have been at 16 A for long */
    assert_near(time.earliest_s, 153.6 * log((6.5025 - 1) / (6.5025 - 1.2769)));
    assert_near(time.latest_s, 60);
    sum = amperes(8, 8, 8);
    for (int i = 0; i < 100; i++) /* long enough that the past no longer matters */
        trip_advance(&node, &sum, 60, &heat, &time);
    assert_near(heat.low[0], 0.25);
    assert_near(heat.high[0], 0.25);
    trip_advance(&node, &silent, 100, &heat, &time);
    assert_true(isnan(time.earliest_s) && isnan(time.latest_s));
    assert_true(heat.low[0] < 0.2 && heat.high[0] > 0.5);
    sum = amperes(8, (double)NAN, 8);
    trip_advance(&node, &sum, 1, &heat, &time);
    assert_true(isnan(time.earliest_s));
}

static void bounds_say_nothing_of_the_latest(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_IEC_60898, 16);
    struct trip_heat heat = {0};
    struct trip_time time;
    struct node_sum sum = amperes(40, 0, 0);
    sum.flags |= SUM_A_IS_BOUND;
    trip_advance(&node, &sum, 0, &heat, &time);
    assert_true(isfinite(time.earliest_s) && isinf(time.latest_s));
    node.trip.curve = CURVE_NONE;
    trip_advance(&node, &sum, 0, &heat, &time);
    assert_true(isnan(time.earliest_s) && isnan(time.latest_s));
    node = breaker(STANDARD_IEC_60898, 0);
    trip_advance(&node, &sum, 0, &heat, &time);
    assert_true(isnan(time.earliest_s));
}

static void what_should_have_tripped_is_about_to(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_UL_489, 20);
    struct trip_heat heat = {0};
    struct trip_time time;
    struct node_sum sum = amperes(40, 0, 0);
    for (int i = 0; i < 10; i++)
        trip_advance(&node, &sum, 100, &heat, &time);
    assert_true(time.earliest_s == 0 && time.latest_s == 0);
}

/* Of a lower bound only part is known: it may have been at its setting for hours. */
static void a_lower_bound_widens_the_past(void **unused) {
    (void)unused;
    struct power_node node = breaker(STANDARD_IEC_60947_2, 100);
    struct trip_heat heat = {.begun = true};
    struct trip_time time;
    struct node_sum sum = amperes(10, 10, 10);
    sum.flags |= SUM_LOWER_BOUND;
    trip_advance(&node, &sum, 36000, &heat, &time);
    sum = amperes(130, 130, 130);
    trip_advance(&node, &sum, 0, &heat, &time);
    struct trip_heat hot = {.begun = true, .high = {1, 1, 1}};
    struct trip_time expected;
    trip_advance(&node, &sum, 0, &hot, &expected);
    assert_near(time.earliest_s, expected.earliest_s);
    assert_true(time.earliest_s < cold(&node, 130).earliest_s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_of_ul_489),
        cmocka_unit_test(points_of_iec_60898),
        cmocka_unit_test(points_of_iec_60947_2),
        cmocka_unit_test(electronic_is_i_squared_t),
        cmocka_unit_test(hydraulic_has_no_memory),
        cmocka_unit_test(heat_is_remembered),
        cmocka_unit_test(an_unknown_past_widens_the_band),
        cmocka_unit_test(bounds_say_nothing_of_the_latest),
        cmocka_unit_test(what_should_have_tripped_is_about_to),
        cmocka_unit_test(a_lower_bound_widens_the_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
