/* SPDX-License-Identifier: Apache-2.0 */
/* How much is sent, how fast and in which order: what sinks decide about a backlog. */
#include "publish/pace.h"
#include "publish/portion.h"
#include "publish/rounds.h"
#include "tests/unit/check.h"

/* Rows of 30 readings for ten seconds, looked at every `step_ms`; how many readings went. */
static uint64_t go_on(struct pace *pace, int64_t from_ms, int64_t step_ms) {
    uint64_t sent = 0;
    for (int64_t now_ms = from_ms; now_ms < from_ms + 10000; now_ms += step_ms) {
        uint32_t allowed = pace_allowance(pace, now_ms), taken = 0;
        while (taken < allowed)
            taken += 30;
        pace_spend(pace, taken);
        sent += taken;
    }
    return sent;
}

static void a_backlog_keeps_to_its_rate(void **state) {
    (void)state;
    static const int64_t rates[] = {1, 7, 100, 1000, 50000, 100000000}, steps_ms[] = {1, 10, 100};
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        for (size_t k = 0; k < sizeof(steps_ms) / sizeof(steps_ms[0]); k++) {
            struct pace pace;
            pace_init(&pace, rates[i], 5000);
            uint64_t sent = go_on(&pace, 5000, steps_ms[k]), ten_seconds = (uint64_t)rates[i] * 10;
            assert_in_range(sent, ten_seconds * 98 / 100, ten_seconds + (uint64_t)rates[i] / 4 + 30);
        }
    }
}

static void without_a_rate_nothing_is_held_back(void **state) {
    (void)state;
    struct pace pace = {0};
    pace_spend(&pace, 1000000000);
    assert_int_equal(pace_allowance(&pace, 1), UINT32_MAX);
}

static void the_next_time_is_when_it_is_allowed(void **state) {
    (void)state;
    struct pace pace;
    pace_init(&pace, 100, 1000);
    assert_int_equal(pace_allowance(&pace, 1000), 25);
    pace_spend(&pace, 125);
    assert_int_equal(pace_allowance(&pace, 1000), 0);
    int64_t next_ms = pace_next_ms(&pace);
    assert_int_equal(next_ms, 2001);
    assert_int_equal(pace_allowance(&pace, next_ms - 1), 0);
    assert_int_equal(pace_allowance(&pace, next_ms), 1);
    assert_int_equal(pace_allowance(&pace, next_ms + 3600000), 25); /* what is not used is not kept */
}

static void a_portion_follows_what_the_receiver_can_do(void **state) {
    (void)state;
    struct portion portion;
    int64_t now_ms = 0;
    portion_init(&portion, 1000, 20000);
    for (int i = 0; i < 30; i++, now_ms += 100) /* 100 ms each, 250 allowed */
        portion_taken(&portion, portion.now, now_ms, now_ms + 100, 250);
    assert_int_equal(portion.now, 20000);
    portion_taken(&portion, 20000, now_ms, now_ms + 200, 250); /* quick enough, no more */
    assert_int_equal(portion.now, 20000);
    portion_taken(&portion, 20000, now_ms, now_ms + 251, 250);
    assert_int_equal(portion.now, 10000);
    portion_taken(&portion, 20000, now_ms, now_ms + 300, 250); /* it was under way before */
    assert_int_equal(portion.now, 10000);
    portion_taken(&portion, 100, now_ms + 400, now_ms + 410, 250); /* too little to say anything */
    assert_int_equal(portion.now, 10000);
    for (int i = 0; i < 20; i++)
        portion_too_slow(&portion, portion.now, now_ms);
    assert_int_equal(portion.now, 20000 / 64 + 1);
}

static void what_is_too_large_is_not_tried_again_soon(void **state) {
    (void)state;
    struct portion portion;
    portion_init(&portion, 20000, 20000);
    portion_too_large(&portion, 20000);
    portion_too_large(&portion, 10000);
    assert_int_equal(portion.now, 5000);
    int n = 0;
    for (; portion.now <= 5000; n++)
        portion_taken(&portion, portion.now, n, n, 250);
    assert_in_range(n, 60, 70);
    for (; portion.now < 20000; n++)
        portion_taken(&portion, portion.now, n, n, 250);
    portion_too_large(&portion, 1); /* one row alone: there is no less */
    assert_int_equal(portion.now, 1);
    portion_too_large(&portion, 20);
    assert_int_equal(portion.now, 1);
}

static void urgent_rows_come_first_and_the_backlog_last(void **state) {
    (void)state;
    for (size_t source = 0; source < N_ROUND_SOURCES; source++) {
        enum spool_kind kind = round_kind((enum round_source)source);
        enum spool_lane lane = round_lane((enum round_source)source);
        assert_int_equal(round_source_of(kind, lane), source);
        assert_int_equal(kind, source < 2 ? SPOOL_URGENT : SPOOL_READINGS);
        assert_int_equal(lane, source % 2 ? LANE_BACKLOG : LANE_LIVE);
    }
}

static void rows_that_waited_are_no_news(void **state) {
    (void)state;
    const struct spool_row fresh = {.kept_ms = 5000}, from_file = {.kept_ms = 0};
    assert_false(round_is_behind(&fresh, 5000, 0));
    assert_false(round_is_behind(&fresh, 6500, 0));
    assert_true(round_is_behind(&fresh, 7000, 0));     /* 2 s */
    assert_false(round_is_behind(&fresh, 7000, 1000)); /* of which it was meant to gather for one */
    assert_true(round_is_behind(&from_file, 1, 60000));
    assert_int_equal(round_order(SINK_STRICT), ORDER_STRICT);
    assert_int_equal(round_order(SINK_LIVE_FIRST), ORDER_LIVE_FIRST);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backlog_keeps_to_its_rate),
        cmocka_unit_test(without_a_rate_nothing_is_held_back),
        cmocka_unit_test(the_next_time_is_when_it_is_allowed),
        cmocka_unit_test(a_portion_follows_what_the_receiver_can_do),
        cmocka_unit_test(what_is_too_large_is_not_tried_again_soon),
        cmocka_unit_test(urgent_rows_come_first_and_the_backlog_last),
        cmocka_unit_test(rows_that_waited_are_no_news),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
