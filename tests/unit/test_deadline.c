/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acquire/deadline.h: nothing comes out early, nothing is forgotten, and a tick looks only at what may be
 * due.
 */
#include "check.h"

#include <stdlib.h>

#include "acquire/deadline.h"

static struct deadline_wheel wheel;

static int due_at(int64_t now_ms) {
    int n = 0;
    while (deadline_due(&wheel, now_ms))
        n++;
    return n;
}

static void comes_out_once_and_not_early(void **state) {
    (void)state;
    deadline_wheel_init(&wheel, 1000);
    struct deadline deadline = {.owner = &deadline};
    deadline_set(&wheel, &deadline, 1500);
    assert_null(deadline_due(&wheel, 1000));
    assert_null(deadline_due(&wheel, 1499));
    assert_ptr_equal(deadline_due(&wheel, 1500 + DEADLINE_SLOT_MS), &deadline);
    assert_null(deadline_due(&wheel, 100000));
}

static void later_time_replaces_earlier_one(void **state) {
    (void)state;
    deadline_wheel_init(&wheel, 0);
    struct deadline deadline = {.owner = &deadline};
    for (int64_t now = 0; now < 20000; now += 50) {
        deadline_set(&wheel, &deadline, now + 1000);
        assert_int_equal(due_at(now), 0);
    }
    assert_int_equal(due_at(19950 + 999), 0);
    assert_int_equal(due_at(19950 + 1000 + DEADLINE_SLOT_MS), 1);
}

static void earlier_time_replaces_later_one(void **state) {
    (void)state;
    deadline_wheel_init(&wheel, 0);
    struct deadline deadline = {.owner = &deadline};
    deadline_set(&wheel, &deadline, 5000);
    deadline_set(&wheel, &deadline, 100);
    assert_int_equal(due_at(100 + DEADLINE_SLOT_MS), 1);
    assert_int_equal(due_at(10000), 0);
}

static void never_and_removed_do_not_come_out(void **state) {
    (void)state;
    deadline_wheel_init(&wheel, 0);
    struct deadline never = {.owner = &never}, removed = {.owner = &removed}, kept = {.owner = &kept};
    deadline_set(&wheel, &never, 100);
    deadline_set(&wheel, &removed, 100);
    deadline_set(&wheel, &kept, 100);
    deadline_set(&wheel, &never, DEADLINE_NEVER);
    deadline_remove(&removed);
    assert_ptr_equal(deadline_due(&wheel, 1000), &kept);
    assert_null(deadline_due(&wheel, 1000));
    deadline_set(&wheel, &never, 2000);
    assert_ptr_equal(deadline_due(&wheel, 3000), &never);
}

static void more_than_a_turn_ahead_is_kept(void **state) {
    (void)state;
    deadline_wheel_init(&wheel, 0);
    struct deadline deadline = {.owner = &deadline};
    deadline_set(&wheel, &deadline, 30000);
    for (int64_t now = 0; now < 30000; now += 20)
        assert_int_equal(due_at(now), 0);
    assert_int_equal(due_at(30000 + DEADLINE_SLOT_MS), 1);
}

static void stall_loses_nothing(void **state) {
    (void)state;
    deadline_wheel_init(&wheel, 0);
    struct deadline deadlines[100] = {0};
    for (int i = 0; i < 100; i++) {
        deadlines[i].owner = &deadlines[i];
        deadline_set(&wheel, &deadlines[i], i * 100);
    }
    assert_int_equal(due_at(86400000), 100);
    deadline_set(&wheel, &deadlines[0], 50); /* long past: comes out at once */
    assert_int_equal(due_at(86400000 + DEADLINE_SLOT_MS), 1);
}

/* Against the obvious: thousands of deadlines set at random, each due within a slot of its time. */
static void agrees_with_a_list(void **state) {
    (void)state;
    enum { MANY = 3000 };
    static struct deadline deadlines[MANY];
    srand(7);
    deadline_wheel_init(&wheel, 0);
    for (int i = 0; i < MANY; i++) {
        deadlines[i] = (struct deadline){.owner = &deadlines[i]};
        deadline_set(&wheel, &deadlines[i], rand() % 20000);
    }
    int out = 0;
    for (int64_t now = 0; now <= 20000 + DEADLINE_SLOT_MS; now += 1 + rand() % 40) {
        struct deadline *deadline;
        while ((deadline = deadline_due(&wheel, now))) {
            assert_true(deadline->at_ms <= now && deadline->at_ms > now - 40 - DEADLINE_SLOT_MS);
            out++;
        }
        struct deadline *moved = &deadlines[rand() % MANY];
        if (moved->place)
            deadline_set(&wheel, moved, now + rand() % (20000 - (int)(now < 20000 ? now : 19999)));
    }
    out += due_at(40000);
    assert_int_equal(out, MANY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_out_once_and_not_early),
        cmocka_unit_test(later_time_replaces_earlier_one),
        cmocka_unit_test(earlier_time_replaces_later_one),
        cmocka_unit_test(never_and_removed_do_not_come_out),
        cmocka_unit_test(more_than_a_turn_ahead_is_kept),
        cmocka_unit_test(stall_loses_nothing),
        cmocka_unit_test(agrees_with_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
