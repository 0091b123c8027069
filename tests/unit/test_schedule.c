/* SPDX-License-Identifier: Apache-2.0 */
/* When turns come: spread, aligned to the wall clock, after stalls and when the wall clock is set. */
#include <stdlib.h>

#include "acquire/schedule.h"
#include "check.h"

enum { START_MS = 5000, WALL_MS = 1795465200123 % 1000000000, MOST = 4000 };

/* One owner whose turns are counted. */
struct owner {
    struct turn turns[2];
    int64_t at_ms[MOST]; /* of the first turn */
    size_t n[2];
};

static void add(struct schedule *schedule, struct owner *owner, uint32_t number, int64_t first_ms,
                int64_t second_ms) {
    struct turn *turns[2] = {&owner->turns[0], &owner->turns[1]};
    const int64_t intervals_ms[2] = {first_ms, second_ms};
    *owner = (struct owner){0};
    owner->turns[0].owner = owner->turns[1].owner = owner;
    schedule_add(schedule, turns, intervals_ms, second_ms > 0 ? 2 : 1, number);
}

static void take(struct schedule *schedule, int64_t now_ms) {
    struct occurrence occurrence;
    while (schedule_next(schedule, &occurrence)) {
        struct owner *owner = occurrence.turn->owner;
        size_t which = (size_t)(occurrence.turn - owner->turns);
        if (which == 0 && owner->n[0] < MOST)
            owner->at_ms[owner->n[0]] = now_ms;
        owner->n[which]++;
    }
}

/* As the poller does it: sleeps as long as it is told. Returns how often it woke up. */
static size_t run(struct schedule *schedule, int64_t from_ms, int64_t to_ms, int64_t wall_less_now_ms) {
    size_t n = 0;
    for (int64_t now_ms = from_ms; now_ms < to_ms; n++) {
        schedule_advance(schedule, now_ms, now_ms + wall_less_now_ms);
        take(schedule, now_ms);
        int64_t wait_ms = schedule_wait_ms(schedule, now_ms);
        assert_in_range(wait_ms, 1, SCHEDULE_GRAIN_MS);
        now_ms += wait_ms;
    }
    return n;
}

static void check_even(const struct owner *owner, int64_t interval_ms) {
    for (size_t i = 1; i < owner->n[0]; i++)
        assert_int_equal(owner->at_ms[i] - owner->at_ms[i - 1], interval_ms);
}

static void test_polls_are_spread_and_even(void **state) {
    (void)state;
    enum { OWNERS = 200 };
    struct schedule *schedule = calloc(1, sizeof(*schedule));
    struct owner *owners = calloc(OWNERS, sizeof(*owners));
    size_t per_grain[1000 / SCHEDULE_GRAIN_MS] = {0};
    schedule_init(schedule, false, START_MS, WALL_MS);
    for (uint32_t i = 0; i < OWNERS; i++)
        add(schedule, &owners[i], i, 1000, 0);
    size_t wakes = run(schedule, START_MS, START_MS + 10000, WALL_MS);
    assert_in_range(wakes, 190, 201); /* the grain, and no more */
    for (size_t i = 0; i < OWNERS; i++) {
        assert_in_range(owners[i].n[0], 9, 10);
        check_even(&owners[i], 1000);
        per_grain[owners[i].at_ms[0] % 1000 / SCHEDULE_GRAIN_MS]++;
    }
    for (size_t i = 0; i < sizeof(per_grain) / sizeof(per_grain[0]); i++)
        assert_in_range(per_grain[i], 7, 13); /* ten each, were it perfect */
    free(owners);
    free(schedule);
}

static void test_short_intervals_have_finer_phases(void **state) {
    (void)state;
    enum { OWNERS = 100 };
    struct schedule *schedule = calloc(1, sizeof(*schedule));
    struct owner *owners = calloc(OWNERS, sizeof(*owners));
    size_t per_tick[10] = {0};
    schedule_init(schedule, false, START_MS, WALL_MS);
    for (uint32_t i = 0; i < OWNERS; i++)
        add(schedule, &owners[i], i, 100, 0);
    run(schedule, START_MS, START_MS + 5000, WALL_MS);
    for (size_t i = 0; i < OWNERS; i++) {
        assert_in_range(owners[i].n[0], 49, 50);
        check_even(&owners[i], 100);
        per_tick[owners[i].at_ms[0] % 100 / SCHEDULE_TICK_MS]++;
    }
    for (size_t i = 0; i < 10; i++)
        assert_in_range(per_tick[i], 6, 14);
    free(owners);
    free(schedule);
}

static void test_turns_of_one_owner_keep_apart(void **state) {
    (void)state;
    struct schedule *schedule = calloc(1, sizeof(*schedule));
    struct owner *owner = calloc(1, sizeof(*owner));
    for (uint32_t number = 0; number < 50; number++) {
        schedule_init(schedule, false, START_MS, WALL_MS);
        add(schedule, owner, number, 1000, 5000);
        run(schedule, START_MS, START_MS + 60000, WALL_MS);
        assert_in_range(owner->n[0], 59, 60);
        assert_in_range(owner->n[1], 11, 12);
        /* One grain behind the shorter one, whenever both come. */
        assert_int_equal((owner->turns[1].due_tick - owner->turns[0].due_tick) % 100,
                         owner->turns[1].due_tick > owner->turns[0].due_tick ? 5 : 5 - 100);
    }
    free(owner);
    free(schedule);
}

static void test_a_stall_is_counted_and_not_caught_up(void **state) {
    (void)state;
    struct schedule *schedule = calloc(1, sizeof(*schedule));
    struct owner *owner = calloc(1, sizeof(*owner));
    schedule_init(schedule, false, START_MS, WALL_MS);
    add(schedule, owner, 0, 100, 0);
    run(schedule, START_MS, START_MS + 1000, WALL_MS);
    int64_t due_ms = START_MS + owner->turns[0].due_tick * SCHEDULE_TICK_MS;
    struct occurrence occurrence;
    schedule_advance(schedule, due_ms + 440, WALL_MS); /* four whole intervals later */
    assert_true(schedule_next(schedule, &occurrence));
    assert_true(occurrence.late);
    assert_int_equal(occurrence.skipped, 5);
    assert_false(schedule_next(schedule, &occurrence));
    assert_int_equal(START_MS + owner->turns[0].due_tick * SCHEDULE_TICK_MS, due_ms + 500); /* its phase */
    schedule_advance(schedule, due_ms + 500 + 60 * 1000 + 10, WALL_MS); /* longer than the wheel */
    assert_true(schedule_next(schedule, &occurrence));
    assert_int_equal(occurrence.skipped,
                     601); /* all of them: even the latest is late by more than half an interval */
    assert_true(occurrence.late);
    assert_false(schedule_next(schedule, &occurrence));
    free(owner);
    free(schedule);
}

static void test_aligned_turns_come_at_multiples_of_the_wall_clock(void **state) {
    (void)state;
    struct schedule *schedule = calloc(1, sizeof(*schedule));
    struct owner *owners = calloc(3, sizeof(*owners));
    schedule_init(schedule, true, START_MS, START_MS + WALL_MS);
    for (uint32_t i = 0; i < 3; i++)
        add(schedule, &owners[i], i, 1000, 60000);
    struct occurrence occurrence;
    size_t n = 0;
    for (int64_t now_ms = START_MS; now_ms < START_MS + 130000; n++) {
        schedule_advance(schedule, now_ms, now_ms + WALL_MS);
        while (schedule_next(schedule, &occurrence)) {
            int64_t interval_ms = (int64_t)occurrence.turn->interval_ticks * SCHEDULE_TICK_MS;
            assert_int_equal(occurrence.instant_ms % interval_ms, 0);
            assert_in_range(now_ms + WALL_MS - occurrence.instant_ms, 0, 1);
            struct owner *owner = occurrence.turn->owner;
            owner->n[occurrence.turn - owner->turns]++;
        }
        now_ms += schedule_wait_ms(schedule, now_ms);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(owners[i].n[0], 130);
        assert_in_range(owners[i].n[1], 2, 3);
    }
    free(owners);
    free(schedule);
}

/* What the wall clock does to an aligned turn of one second, over ten seconds. */
static size_t turns_while(struct schedule *schedule, struct owner *owner, int64_t from_ms, int64_t wall_ms,
                          double slew) {
    struct occurrence occurrence;
    size_t n = 0;
    (void)owner;
    for (int64_t passed_ms = 0; passed_ms < 10000;) {
        int64_t wall_now_ms = wall_ms + passed_ms + (int64_t)((double)passed_ms * slew);
        schedule_advance(schedule, from_ms + passed_ms, wall_now_ms);
        for (; schedule_next(schedule, &occurrence); n++) {
            assert_int_equal(occurrence.instant_ms % 1000, 0);
            assert_in_range(wall_now_ms - occurrence.instant_ms + 5, 0, 15);
        }
        passed_ms += schedule_wait_ms(schedule, from_ms + passed_ms);
    }
    return n;
}

static void test_aligned_turns_follow_the_wall_clock(void **state) {
    (void)state;
    static const int64_t steps_ms[] = {3600 * 1000, -3600 * 1000, 777, -1234567};
    struct schedule *schedule = calloc(1, sizeof(*schedule));
    struct owner *owner = calloc(1, sizeof(*owner));
    int64_t now_ms = START_MS, wall_ms = WALL_MS + START_MS + 1000000000;
    schedule_init(schedule, true, now_ms, wall_ms);
    add(schedule, owner, 0, 1000, 0);
    assert_in_range(turns_while(schedule, owner, now_ms, wall_ms, 0.0005), 9, 11);
    now_ms += 10000;
    wall_ms += 10005;
    for (size_t i = 0; i < sizeof(steps_ms) / sizeof(steps_ms[0]); i++) {
        wall_ms += steps_ms[i];
        assert_in_range(turns_while(schedule, owner, now_ms, wall_ms, 0), 9, 11);
        now_ms += 10000;
        wall_ms += 10000;
    }
    free(owner);
    free(schedule);
}

static void test_turns_can_be_taken_out(void **state) {
    (void)state;
    struct schedule *schedule = calloc(1, sizeof(*schedule));
    struct owner *owners = calloc(20, sizeof(*owners));
    schedule_init(schedule, false, START_MS, WALL_MS);
    for (uint32_t i = 0; i < 20; i++)
        add(schedule, &owners[i], 0, 1000, 0); /* all in one slot */
    struct occurrence occurrence;
    schedule_advance(schedule, START_MS + 1100, WALL_MS);
    assert_true(schedule_next(schedule, &occurrence)); /* the rest are about to come */
    for (size_t i = 0; i < 20; i++)
        if (&owners[i].turns[0] != occurrence.turn)
            schedule_remove(&owners[i].turns[0]);
    assert_false(schedule_next(schedule, &occurrence));
    schedule_remove(occurrence.turn);
    schedule_remove(occurrence.turn); /* nothing more happens */
    schedule_advance(schedule, START_MS + 10000, WALL_MS);
    assert_false(schedule_next(schedule, &occurrence));
    free(owners);
    free(schedule);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polls_are_spread_and_even),
        cmocka_unit_test(test_short_intervals_have_finer_phases),
        cmocka_unit_test(test_turns_of_one_owner_keep_apart),
        cmocka_unit_test(test_a_stall_is_counted_and_not_caught_up),
        cmocka_unit_test(test_aligned_turns_come_at_multiples_of_the_wall_clock),
        cmocka_unit_test(test_aligned_turns_follow_the_wall_clock),
        cmocka_unit_test(test_turns_can_be_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
