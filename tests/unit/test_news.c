/* SPDX-License-Identifier: Apache-2.0 */
/* What is news among urgent batches: states that change, and nothing else. */
#include "publish/news.h"

#include <stdlib.h>

#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 10, POWER = 0, ENERGY = 3, STATE = 4 }; /* of the specimen's series */

struct fixture {
    struct news *news;
    struct device_view *view;
    struct batch *batch;
};

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    fixture->news = news_new();
    fixture->view = specimen_view(3, "pdu-1", READINGS);
    fixture->batch = specimen_batch(fixture->view, 1000, 0);
    fixture->batch->urgent = true;
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    specimen_batch_free(fixture->batch);
    news_free(fixture->news);
    assert_int_equal(atomic_load(&fixture->view->references), 1);
    device_view_release(fixture->view);
    test_free(fixture);
    return 0;
}

static bool note(struct fixture *fixture) {
    fixture->batch->time_ms += 1000;
    return news_note(fixture->news, fixture->batch);
}

static void a_state_that_changes_is_news_once(void **state) {
    struct fixture *fixture = *state;
    assert_true(note(fixture)); /* the first */
    assert_false(note(fixture));
    fixture->batch->values[STATE] += 1;
    assert_true(note(fixture));
    assert_false(note(fixture));
    fixture->batch->values[STATE] -= 1;
    assert_true(note(fixture));
    fixture->batch->qualities[STATE] = QUALITY_BAD;
    assert_true(note(fixture));
    fixture->batch->qualities[STATE] = QUALITY_ABSENT;
    assert_true(note(fixture));
    fixture->batch->values[STATE] += 1; /* of no reading */
    assert_false(note(fixture));
}

static void gauges_and_counters_are_no_news(void **state) {
    struct fixture *fixture = *state;
    assert_true(note(fixture));
    fixture->batch->values[POWER] += 100;
    fixture->batch->values[ENERGY] += 100;
    fixture->batch->qualities[POWER] = QUALITY_BAD;
    assert_false(note(fixture));
}

static void what_is_not_urgent_is_no_news(void **state) {
    struct fixture *fixture = *state;
    fixture->batch->urgent = false;
    assert_false(note(fixture));
    fixture->batch->urgent = true;
    assert_true(note(fixture));
    fixture->batch->urgent = false;
    fixture->batch->values[STATE] += 1;
    assert_false(note(fixture));
    fixture->batch->urgent = true;
    fixture->batch->values[STATE] -= 1;
    assert_false(note(fixture));
}

static void a_device_begins_anew(void **state) {
    struct fixture *fixture = *state;
    assert_true(note(fixture));
    struct device_view *view = specimen_view(3, "pdu-1", READINGS);
    specimen_refill(fixture->batch, view, 5000, 0);
    assert_true(note(fixture));
    assert_false(note(fixture));
    fixture->batch->farewell = true;
    assert_false(note(fixture));
    fixture->batch->farewell = false;
    assert_true(note(fixture));
    specimen_refill(fixture->batch, fixture->view, 6000, 0);
    assert_true(note(fixture));
    assert_int_equal(atomic_load(&view->references), 1);
    device_view_release(view);
}

static void a_number_beyond_all_is_always_news(void **state) {
    struct fixture *fixture = *state;
    fixture->view->number = 1 << 20;
    assert_true(note(fixture));
    assert_true(note(fixture));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_state_that_changes_is_news_once, setup, teardown),
        cmocka_unit_test_setup_teardown(gauges_and_counters_are_no_news, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_urgent_is_no_news, setup, teardown),
        cmocka_unit_test_setup_teardown(a_device_begins_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(a_number_beyond_all_is_always_news, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
