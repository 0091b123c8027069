/* SPDX-License-Identifier: Apache-2.0 */
/* acquire/trap_pace.h: once a second each, and so many together; the last of a burst is not lost. */
#include "acquire/trap_pace.h"
#include "check.h"

enum { START_MS = 1000000, TICK_MS = 10 };

static void a_burst_is_two_polls(void **state) {
    (void)state;
    struct trap_pace pace;
    struct trap_turn turn = {0};
    trap_pace_init(&pace, START_MS);
    assert_true(trap_pace_ask(&pace, &turn, START_MS));
    for (int i = 1; i <= 50; i++)
        assert_false(trap_pace_ask(&pace, &turn, START_MS + i));
    int64_t came_ms = 0;
    unsigned polls = 0;
    for (int64_t now_ms = START_MS; now_ms < START_MS + 5000; now_ms += TICK_MS)
        while (trap_pace_due(&pace, now_ms) == &turn) {
            polls++;
            came_ms = now_ms;
        }
    assert_int_equal(polls, 1);
    assert_in_range(came_ms - START_MS, TRAP_PAUSE_MS, TRAP_PAUSE_MS + 2 * TICK_MS);
    assert_true(trap_pace_ask(&pace, &turn, START_MS + 5000));
}

/* A device that sends for ever is polled once a second. */
static void one_a_second(void **state) {
    (void)state;
    struct trap_pace pace;
    struct trap_turn turn = {0};
    unsigned polls = 0;
    trap_pace_init(&pace, START_MS);
    for (int64_t now_ms = START_MS; now_ms < START_MS + 10000; now_ms += TICK_MS) {
        while (trap_pace_due(&pace, now_ms))
            polls++;
        polls += trap_pace_ask(&pace, &turn, now_ms);
    }
    assert_in_range(polls, 9, 11);
}

static void all_together(void **state) {
    (void)state;
    enum { SENDERS = 1000, SECONDS = 4 };
    static struct trap_turn turns[SENDERS];
    static unsigned polls_of[SENDERS];
    struct trap_pace pace;
    unsigned at_once = 0, later = 0;
    trap_pace_init(&pace, START_MS);
    for (size_t i = 0; i < SENDERS; i++)
        if (trap_pace_ask(&pace, &turns[i], START_MS)) {
            at_once++;
            polls_of[i]++;
        }
    assert_int_equal(at_once, TRAP_POLLS_PER_SECOND);
    struct trap_turn *turn;
    for (int64_t now_ms = START_MS + TICK_MS; now_ms <= START_MS + 1000 * SECONDS; now_ms += TICK_MS)
        while ((turn = trap_pace_due(&pace, now_ms)) != NULL) {
            later++;
            polls_of[turn - turns]++;
        }
    assert_int_equal(at_once + later, SENDERS);
    for (size_t i = 0; i < SENDERS; i++)
        assert_int_equal(polls_of[i], 1); /* none is lost, and none comes twice */
}

/* Whoever comes while others wait for the common share waits behind them. */
static void nobody_overtakes(void **state) {
    (void)state;
    enum { SENDERS = TRAP_POLLS_PER_SECOND + 2 };
    static struct trap_turn turns[SENDERS];
    struct trap_pace pace;
    trap_pace_init(&pace, START_MS);
    for (size_t i = 0; i < SENDERS; i++)
        trap_pace_ask(&pace, &turns[i], START_MS);
    assert_ptr_equal(trap_pace_due(&pace, START_MS + 10), &turns[SENDERS - 2]);
    assert_ptr_equal(trap_pace_due(&pace, START_MS + 10), &turns[SENDERS - 1]);
    assert_null(trap_pace_due(&pace, START_MS + 10));
}

static void who_goes_is_forgotten(void **state) {
    (void)state;
    static struct trap_turn turns[TRAP_POLLS_PER_SECOND + 3];
    struct trap_turn waiting = {0};
    struct trap_pace pace;
    trap_pace_init(&pace, START_MS);
    assert_true(trap_pace_ask(&pace, &waiting, START_MS));
    assert_false(trap_pace_ask(&pace, &waiting, START_MS + 1));
    trap_pace_forget(&pace, &waiting);
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++)
        trap_pace_ask(&pace, &turns[i], START_MS + 1);
    /* The last and one in the middle of those that stand in line: 199, then 200 to 202 wait. */
    trap_pace_forget(&pace, &turns[TRAP_POLLS_PER_SECOND + 2]);
    trap_pace_forget(&pace, &turns[TRAP_POLLS_PER_SECOND]);
    struct trap_turn *turn;
    unsigned polls = 0;
    for (int64_t now_ms = START_MS; now_ms < START_MS + 5000; now_ms += TICK_MS)
        while ((turn = trap_pace_due(&pace, now_ms)) != NULL) {
            assert_ptr_not_equal(turn, &waiting);
            polls++;
        }
    assert_int_equal(polls, 2);
    assert_true(trap_pace_ask(&pace, &waiting, START_MS + 5000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_two_polls),  cmocka_unit_test(one_a_second),
        cmocka_unit_test(all_together),          cmocka_unit_test(nobody_overtakes),
        cmocka_unit_test(who_goes_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
