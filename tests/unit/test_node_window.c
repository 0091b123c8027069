/* SPDX-License-Identifier: Apache-2.0 */
/* judge/node_window.h, and what is usable of a rating (judge/sums.h). */
#include "check.h"

#include <math.h>

#include "judge/node_window.h"
#include "judge/sums.h"

static const double unknown = (double)NAN;

static const int64_t start_ms = 1764000000000;

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-5 * fmax(1, fabs(expected))))
        fail_msg("%.9g instead of %.9g", value, expected);
}

static void note(struct node_window *window, int64_t at_ms, double value) {
    node_window_note(window, start_ms + at_ms,
                     (const double[WINDOW_CHANNELS]){value, unknown, value, 0, unknown});
}

static double read(const struct node_window *window, int64_t at_ms) {
    double values[WINDOW_CHANNELS];
    node_window_read(window, start_ms + at_ms, values);
    assert_true(isnan(values[1]));
    return values[0];
}

/* Each value counts by how long it held. */
static void a_mean_by_time(void **state) {
    (void)state;
    struct node_window window;
    node_window_init(&window, false);
    note(&window, 0, 100);
    assert_near(read(&window, 0), 100);
    note(&window, 45000, 400);
    assert_near(read(&window, 60000), (45 * 100 + 15 * 400) / 60.);
    assert_near(read(&window, 90000), (15 * 100 + 45 * 400) / 60.);
    note(&window, 90001, 0);
    assert_near(read(&window, 105000), 400 * (45.001) / 60 + 0);
    note(&window, 4000000, 7); /* an hour later: only the last minute counts */
    assert_near(read(&window, 4000000), 0);
    assert_near(read(&window, 4060000), 7);
}

/* What is not known counts as little as what was not yet: not at all. */
static void gaps_count_not_at_all(void **state) {
    (void)state;
    struct node_window window;
    node_window_init(&window, false);
    note(&window, 0, 100);
    note(&window, 10000, unknown);
    assert_true(isnan(read(&window, 20000)));
    note(&window, 30000, 200);
    assert_near(read(&window, 40000), (10 * 100 + 10 * 200) / 20.);
}

static void a_peak_of_a_second(void **state) {
    (void)state;
    struct node_window window;
    node_window_init(&window, true);
    note(&window, 0, 100);
    note(&window, 500, 900);
    note(&window, 520, 300);
    assert_near(read(&window, 520), 900);
    assert_near(read(&window, 1500), 900);
    assert_near(read(&window, 1700), 300);
    note(&window, 60000, 50);
    assert_near(read(&window, 60900), 300);
    assert_near(read(&window, 61200), 50);
}

static void usable_is_what_is_given(void **state) {
    (void)state;
    const struct node_present all = {0}, one_out = {.units_out = 1}, none = {.units_out = 4};
    const struct power_node breaker = {.phases = 3,
                                       .units = 1,
                                       .continuous_ratio = 0.8,
                                       .derating = 1,
                                       .rating = {.amperes = 100, .volts = 400}};
    struct usable usable = usable_of(&breaker, &all);
    assert_near(usable.amperes, 80);
    assert_near(usable.voltamperes, 80 * 400 * sqrt(3));
    assert_true(isinf(usable.watts));
    struct node_load load = {.watts = unknown, .voltamperes = unknown, .phase_amperes = {40, 60, unknown}};
    assert_near(usable_ratio(&usable, &load), 0.75);
    const struct power_node ups = {.kind = POWER_UPS,
                                   .phases = 3,
                                   .units = 4,
                                   .continuous_ratio = 1,
                                   .derating = 0.9,
                                   .rating = {.watts = 250e3, .voltamperes = 300e3}};
    usable = usable_of(&ups, &one_out);
    assert_near(usable.watts, 3 * 225e3);
    load = (struct node_load){.watts = 450e3, .voltamperes = 810e3};
    assert_near(usable_ratio(&usable, &load), 1);
    usable = usable_of(&ups, &none); /* nothing left, and a load */
    assert_true(isinf(usable_ratio(&usable, &load)));
    load = (struct node_load){
        .watts = unknown, .voltamperes = unknown, .phase_amperes = {unknown, unknown, unknown}};
    assert_true(isnan(usable_ratio(&usable, &load)));
    usable = usable_of(&(const struct power_node){.phases = 3}, &all);
    assert_near(usable_ratio(&usable, &load), 0); /* not rated */
}

static void what_cools_is_rated_in_heat(void **unused) {
    (void)unused;
    const struct node_present all = {.units_out = 0};
    const struct node_load load = {.watts = 3e5, .voltamperes = 3.3e5, .phase_amperes = {500, 500, 500}};
    struct power_node chiller = {
        .kind = POWER_CHILLER, .phases = 3, .rating = {.watts = 1.2e6, .amperes = 1000}};
    struct usable usable = usable_of(&chiller, &all), electric = usable_electric(&chiller, &usable);
    assert_near(usable.watts, 1.2e6);
    assert_true(isinf(electric.watts));
    assert_near(usable_ratio(&electric, &load), 0.5);
    chiller.kind = POWER_TRANSFORMER;
    electric = usable_electric(&chiller, &usable);
    assert_near(electric.watts, 1.2e6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mean_by_time),
        cmocka_unit_test(gaps_count_not_at_all),
        cmocka_unit_test(a_peak_of_a_second),
        cmocka_unit_test(usable_is_what_is_given),
        cmocka_unit_test(what_cools_is_rated_in_heat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
