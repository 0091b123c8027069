/* SPDX-License-Identifier: Apache-2.0 */
/* What successes and failures make of a device, and when it is asked again. */
#include "acquire/health.h"
#include "base/error.h"
#include "check.h"

static void test_three_failures_make_it_silent(void **state) {
    (void)state;
    struct health health = {0};
    assert_false(health_is_up(&health));
    assert_true(health_succeed(&health, 1000));
    assert_true(health_is_up(&health));
    assert_false(health_succeed(&health, 2000));
    assert_false(health_fail(&health, ERROR_TIMEOUT, 0, 0));
    assert_false(health_fail(&health, ERROR_TIMEOUT, 0, 0));
    assert_true(health_is_up(&health) && health.state == HEALTH_FAILING);
    assert_true(health_fail(&health, ERROR_TIMEOUT, 0, 0));
    assert_false(health_is_up(&health));
    assert_false(health_fail(&health, ERROR_TIMEOUT, 0, 0)); /* that is no news */
    assert_true(health_succeed(&health, 3000));
    assert_int_equal(health.last_success_ms, 3000);
    assert_int_equal(health.failures, 0);
}

static void test_one_that_never_answered_stays_new(void **state) {
    (void)state;
    struct health health = {0};
    for (int i = 0; i < 10; i++)
        assert_false(health_fail(&health, ERROR_TIMEOUT, 0, 0));
    assert_int_equal(health.state, HEALTH_NEW);
}

static void test_pauses_grow_to_six_seconds_and_are_spread(void **state) {
    (void)state;
    static const int64_t seconds[] = {1, 1, 1, 2, 4, 6, 6};
    struct health health = {0};
    for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
        health_fail(&health, ERROR_TIMEOUT, 5000, 0);
        assert_int_equal(health.next_ms, 5000 + 1000 * seconds[i]);
        assert_false(health_may_ask(&health, health.next_ms - 1));
        assert_true(health_may_ask(&health, health.next_ms));
    }
    int64_t latest_ms = health.next_ms;
    health_fail(&health, ERROR_TIMEOUT, 5000, 255);
    assert_true(health.next_ms < latest_ms && health.next_ms >= 5000 + 4500);
}

static void test_pauses_do_not_grow_where_the_gateway_has_its_own(void **state) {
    (void)state;
    struct health health = {0};
    for (int i = 0; i < 20; i++)
        health_fail(&health, ERROR_UNREACHABLE, 5000, 0);
    assert_int_equal(health.next_ms, 6000);
}

static void test_what_another_master_holds_is_left_alone(void **state) {
    (void)state;
    struct health health = {0};
    health_succeed(&health, 1000);
    assert_true(health_fail(&health, ERROR_HELD, 5000, 0));
    assert_int_equal(health.state, HEALTH_HELD);
    assert_false(health_is_up(&health));
    assert_false(health_may_ask(&health, 5000 + 29999));
    assert_true(health_may_ask(&health, 5000 + 30000));
    assert_false(health_fail(&health, ERROR_HELD, 5000, 0)); /* that is no news */
    assert_false(health_fail(&health, ERROR_TIMEOUT, 5000, 0));
    assert_int_equal(health.state, HEALTH_SILENT);
    assert_true(health_succeed(&health, 2000));
    assert_true(health.state == HEALTH_ALIVE);
}

static void test_one_that_is_up_may_always_be_asked(void **state) {
    (void)state;
    struct health health = {0};
    health_succeed(&health, 1);
    health_fail(&health, ERROR_TIMEOUT, 0, 0);
    assert_true(health_may_ask(&health, 0));
}

static void test_failures_are_counted_by_kind(void **state) {
    (void)state;
    static const struct {
        int error;
        enum health_error kind;
    } cases[] = {
        {ERROR_TIMEOUT, HEALTH_TIMEOUT},    {ERROR_UNREACHABLE, HEALTH_UNREACHABLE},
        {ERROR_CLOSED, HEALTH_UNREACHABLE}, {ERROR_REFUSED, HEALTH_REFUSED},
        {ERROR_TOO_BIG, HEALTH_REFUSED},    {ERROR_NOT_FOUND, HEALTH_REFUSED},
        {ERROR_GARBLED, HEALTH_GARBLED},    {ERROR_BUSY, HEALTH_MISSED},
        {ERROR_HELD, HEALTH_TAKEN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct health health = {0};
        double values[N_HEALTH_SERIES];
        health_count(&health, cases[i].error);
        health_write(&health, values);
        for (int kind = 0; kind < N_HEALTH_ERRORS; kind++)
            assert_true(values[HEALTH_SERIES_ERRORS + kind] == (kind == (int)cases[i].kind));
    }
}

static void test_one_that_begins_anew_keeps_its_counters(void **state) {
    (void)state;
    struct health health = {0};
    health_succeed(&health, 1000);
    health_count(&health, ERROR_TIMEOUT);
    health.bad[0] = 3;
    health.parked = 2;
    while (health_is_up(&health))
        health_fail(&health, ERROR_TIMEOUT, 5000, 0);
    health_begin_anew(&health);
    assert_int_equal(health.state, HEALTH_NEW);
    assert_true(health_may_ask(&health, 5000));
    assert_int_equal(health.errors[HEALTH_TIMEOUT], 1);
    assert_int_equal(health.bad[0], 3);
    assert_int_equal(health.parked, 0);
    assert_int_equal(health.last_success_ms, 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_failures_make_it_silent),
        cmocka_unit_test(test_one_that_never_answered_stays_new),
        cmocka_unit_test(test_pauses_grow_to_six_seconds_and_are_spread),
        cmocka_unit_test(test_pauses_do_not_grow_where_the_gateway_has_its_own),
        cmocka_unit_test(test_what_another_master_holds_is_left_alone),
        cmocka_unit_test(test_one_that_is_up_may_always_be_asked),
        cmocka_unit_test(test_failures_are_counted_by_kind),
        cmocka_unit_test(test_one_that_begins_anew_keeps_its_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
