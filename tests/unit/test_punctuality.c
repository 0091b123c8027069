/* SPDX-License-Identifier: Apache-2.0 */
/* When a device counts as late, by how much, and what it needs of its bus. */
#include "acquire/punctuality.h"
#include "check.h"

static const int64_t intervals_ms[N_RATES] = {[RATE_NORMAL] = 1000, [RATE_FAST] = 100, [RATE_SLOW] = 60000};

static void polls(struct punctuality *punctuality, enum rate rate, const int64_t *at_ms, size_t n) {
    for (size_t i = 0; i < n; i++)
        punctuality_polled(punctuality, rate, true, 100000, at_ms[i] * 1000);
}

static struct punctuality_report report_at(struct punctuality *punctuality, int64_t at_ms) {
    struct punctuality_report report;
    punctuality_report(punctuality, intervals_ms, at_ms * 1000, &report);
    return report;
}

static void nothing_is_late_before_it_came(void **state) {
    (void)state;
    struct punctuality punctuality = {0};
    struct punctuality_report report = report_at(&punctuality, 100000);
    assert_true(report.interval_s == 0 && report.lateness_s == 0 && report.bus_time == 0);
}

static void even_polls_are_in_time(void **state) {
    (void)state;
    struct punctuality punctuality = {0};
    polls(&punctuality, RATE_NORMAL, (const int64_t[]){1000, 2000, 3400, 4000}, 4);
    struct punctuality_report report = report_at(&punctuality, 4900);
    assert_true(report.interval_s == 1.4 && report.lateness_s == 0);
    assert_true(report.bus_time == 0.1);
}

static void a_missed_turn_is_late_until_it_was_said(void **state) {
    (void)state;
    struct punctuality punctuality = {0};
    polls(&punctuality, RATE_NORMAL, (const int64_t[]){1000, 3500, 4500}, 3);
    struct punctuality_report report = report_at(&punctuality, 5000);
    assert_true(report.interval_s == 2.5 && report.lateness_s == 1.5);
    polls(&punctuality, RATE_NORMAL, (const int64_t[]){5500}, 1);
    assert_true(report_at(&punctuality, 6000).lateness_s == 0);
}

static void what_is_overdue_is_late_already(void **state) {
    (void)state;
    struct punctuality punctuality = {0};
    polls(&punctuality, RATE_NORMAL, (const int64_t[]){1000, 2000}, 2);
    punctuality_polled(&punctuality, RATE_NORMAL, false, 1000000, 4000 * 1000);
    struct punctuality_report report = report_at(&punctuality, 5000);
    assert_true(report.interval_s == 3 && report.lateness_s == 2);
    assert_true(report.bus_time == 1); /* a time-out holds it as well */
    assert_true(report_at(&punctuality, 6000).lateness_s == 3);
}

static void the_rate_that_is_furthest_behind_counts(void **state) {
    (void)state;
    struct punctuality punctuality = {0};
    polls(&punctuality, RATE_NORMAL, (const int64_t[]){1000, 2600}, 2);
    polls(&punctuality, RATE_FAST, (const int64_t[]){2000, 2300, 2400, 2500, 2600}, 5);
    struct punctuality_report report = report_at(&punctuality, 2600);
    assert_true(report.interval_s == 0.3);
    assert_true(report.lateness_s > 0.1999 && report.lateness_s < 0.2001);
    assert_true(report.bus_time == 0.1 + 1);
}

static void a_request_holds_its_bus_as_long_as_the_link_says(void **state) {
    (void)state;
    const struct link_answer line = {.held_us = 150000, .latency_us = 90000};
    const struct link_answer network = {.latency_us = 90000}, silence = {.error = ERROR_TIMEOUT};
    assert_int_equal(punctuality_held_us(&line, 1000), 150000);
    assert_int_equal(punctuality_held_us(&network, 1000), 90000);
    assert_int_equal(punctuality_held_us(&silence, 1000), 1000000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_late_before_it_came),
        cmocka_unit_test(even_polls_are_in_time),
        cmocka_unit_test(a_missed_turn_is_late_until_it_was_said),
        cmocka_unit_test(what_is_overdue_is_late_already),
        cmocka_unit_test(the_rate_that_is_furthest_behind_counts),
        cmocka_unit_test(a_request_holds_its_bus_as_long_as_the_link_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
