/* SPDX-License-Identifier: Apache-2.0 */
/* Times of readings when the wall clock is set. */
#include "acquire/sample_clock.h"

#include "check.h"

enum { HOUR_MS = 3600 * 1000, SECOND_MS = 1000 };
static const int64_t wall_ms = 1764000000000, monotonic_ms = 5000000;

static void it_is_the_wall_clock_s_and_follows_it_forward(void **state) {
    (void)state;
    struct sample_clock clock = {0};
    assert_int_equal(sample_clock_ms(&clock, wall_ms, monotonic_ms), wall_ms);
    assert_int_equal(sample_clock_ms(&clock, wall_ms + 7, monotonic_ms + 7), wall_ms + 7);
    assert_int_equal(sample_clock_ms(&clock, wall_ms + HOUR_MS, monotonic_ms + 8), wall_ms + HOUR_MS);
}

static void after_a_step_back_it_goes_on_slowly_until_the_wall_clock_is_there(void **state) {
    (void)state;
    struct sample_clock clock = {0};
    int64_t before_ms = sample_clock_ms(&clock, wall_ms, monotonic_ms);
    for (int64_t at_ms = SECOND_MS; at_ms < 3 * HOUR_MS; at_ms += SECOND_MS) {
        int64_t now_ms = wall_ms - HOUR_MS + at_ms;
        int64_t time_ms = sample_clock_ms(&clock, now_ms, monotonic_ms + at_ms);
        assert_true(time_ms >= before_ms && time_ms >= now_ms);
        if (at_ms < 2 * HOUR_MS - 2 * SECOND_MS) /* from the first on: none has the time of one before */
            assert_int_equal(time_ms - before_ms, SECOND_MS / 2);
        else if (at_ms > 2 * HOUR_MS)
            assert_int_equal(time_ms, now_ms);
        before_ms = time_ms;
    }
}

static void a_second_step_back_changes_nothing_and_one_forward_ends_it(void **state) {
    (void)state;
    struct sample_clock clock = {0};
    sample_clock_ms(&clock, wall_ms, monotonic_ms);
    assert_int_equal(sample_clock_ms(&clock, wall_ms - HOUR_MS, monotonic_ms), wall_ms);
    assert_int_equal(sample_clock_ms(&clock, wall_ms - 9 * HOUR_MS, monotonic_ms + 2000), wall_ms + 1000);
    assert_int_equal(sample_clock_ms(&clock, wall_ms + 4000, monotonic_ms + 4000), wall_ms + 4000);
    assert_int_equal(sample_clock_ms(&clock, wall_ms - HOUR_MS, monotonic_ms + 6000), wall_ms + 5000);
    assert_int_equal(sample_clock_ms(&clock, wall_ms - HOUR_MS, monotonic_ms + 8000), wall_ms + 6000);
}

/* As of a clock that was years ahead until it was synchronized. */
static void a_step_back_of_more_than_a_day_is_followed(void **state) {
    (void)state;
    struct sample_clock clock = {0};
    const int64_t year_ms = INT64_C(365) * 24 * HOUR_MS;
    assert_int_equal(sample_clock_ms(&clock, wall_ms + 9 * year_ms, monotonic_ms), wall_ms + 9 * year_ms);
    assert_int_equal(sample_clock_ms(&clock, wall_ms, monotonic_ms + 5), wall_ms);
    assert_false(clock.is_ahead);
    assert_int_equal(sample_clock_ms(&clock, wall_ms - HOUR_MS, monotonic_ms + 10), wall_ms + 2);
    assert_true(clock.is_ahead);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_wall_clock_s_and_follows_it_forward),
        cmocka_unit_test(after_a_step_back_it_goes_on_slowly_until_the_wall_clock_is_there),
        cmocka_unit_test(a_second_step_back_changes_nothing_and_one_forward_ends_it),
        cmocka_unit_test(a_step_back_of_more_than_a_day_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
