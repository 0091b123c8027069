/* SPDX-License-Identifier: Apache-2.0 */
/* Which series end when a device goes, and when its view changes. */
#include "publish/endings.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 10 };
static const int64_t time_ms = 1764000000123;

struct fixture {
    struct endings *endings;
    struct device_view *view;
    struct batch *batch;
    struct batch ended[N_SPOOLS];
};

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    fixture->endings = endings_new();
    fixture->view = specimen_view(3, "pdu-1", READINGS);
    fixture->batch = specimen_batch(fixture->view, time_ms, 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    specimen_batch_free(fixture->batch);
    endings_free(fixture->endings);
    assert_int_equal(atomic_load(&fixture->view->references), 1);
    device_view_release(fixture->view);
    test_free(fixture);
    return 0;
}

static size_t note(struct fixture *fixture) {
    return endings_note(fixture->endings, fixture->batch, fixture->ended);
}

static size_t say_farewell(struct fixture *fixture) {
    fixture->batch->n = 0;
    fixture->batch->farewell = true;
    return note(fixture);
}

static void check_ended(const struct batch *ended, const char *series) {
    assert_int_equal(ended->n, strlen(series));
    for (uint32_t i = 0; i < ended->n; i++)
        assert_int_equal(ended->qualities[i], series[i] == 'x' ? QUALITY_ENDED : QUALITY_ABSENT);
}

/* Under a view of the same device, which differs in what the caller changes. */
static struct device_view *renew(struct fixture *fixture, size_t readings, int64_t after_ms) {
    struct device_view *view = specimen_view(3, "pdu-1", readings);
    view->generation = 2;
    specimen_batch_free(fixture->batch);
    fixture->batch = specimen_batch(view, time_ms + after_ms, 1);
    return view;
}

static void a_device_that_goes_ends_what_it_published(void **state) {
    struct fixture *fixture = *state;
    fixture->batch->qualities[1] = QUALITY_BAD;
    fixture->batch->qualities[2] = QUALITY_ABSENT;
    fixture->batch->qualities[3] = QUALITY_SUBSTITUTED;
    assert_int_equal(note(fixture), 0);
    assert_int_equal(say_farewell(fixture), 1);
    const struct batch *ended = &fixture->ended[0];
    assert_ptr_equal(ended->view, fixture->view);
    assert_int_equal(ended->time_ms, time_ms + 1);
    assert_false(ended->urgent);
    check_ended(ended, "x..xxxxxxx");
    assert_int_equal(note(fixture), 0); /* once */
}

static void a_series_ends_in_the_spool_of_its_values(void **state) {
    struct fixture *fixture = *state;
    fixture->batch->n = 4;
    note(fixture);
    fixture->batch->urgent = true;
    fixture->batch->first = 3;
    fixture->batch->time_ms = time_ms - 5;
    note(fixture);
    assert_int_equal(say_farewell(fixture), 2);
    for (size_t i = 0; i < 2; i++) {
        check_ended(&fixture->ended[i], fixture->ended[i].urgent ? "....xxx..." : "xxxx......");
        assert_int_equal(fixture->ended[i].time_ms, time_ms + 1);
    }
    assert_true(fixture->ended[0].urgent != fixture->ended[1].urgent);
}

static void a_device_that_was_never_heard_of_ends_nothing(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(say_farewell(fixture), 0);
    fixture->batch->farewell = false;
    fixture->view->number = UINT32_MAX;
    assert_int_equal(note(fixture), 0);
}

static void series_that_leave_the_plan_end(void **state) {
    struct fixture *fixture = *state;
    note(fixture);
    struct device_view *view = renew(fixture, 5, 1000);
    assert_int_equal(note(fixture), 1);
    assert_ptr_equal(fixture->ended[0].view, fixture->view);
    check_ended(&fixture->ended[0], ".....xxxxx");
    assert_int_equal(note(fixture), 0);
    /* What went on is still known to have been published. */
    fixture->batch->n = 0;
    assert_int_equal(say_farewell(fixture), 1);
    check_ended(&fixture->ended[0], "xxxxx");
    device_view_release(view);
}

static void an_alarm_ends_by_itself(void **state) {
    struct fixture *fixture = *state;
    fixture->view->alarm = strdup("leak-1");
    note(fixture);
    struct device_view *view = renew(fixture, READINGS, 1000); /* its number is another's, after a reload */
    view->alarm = strdup("leak-2");
    assert_int_equal(note(fixture), 0);
    assert_int_equal(say_farewell(fixture), 0);
    device_view_release(view);
}

static void what_goes_on_is_remembered_before_it_comes_again(void **state) {
    struct fixture *fixture = *state;
    note(fixture);
    struct device_view *view = renew(fixture, READINGS, 1000);
    struct series first = view->series[0]; /* the same in another order */
    memmove(view->list->series, view->list->series + 1, (READINGS - 1) * sizeof(first));
    view->list->series[READINGS - 1] = first;
    fixture->batch->n = 1;
    assert_int_equal(note(fixture), 0);
    assert_int_equal(say_farewell(fixture), 1);
    check_ended(&fixture->ended[0], "xxxxxxxxxx");
    device_view_release(view);
}

static void other_labels_end_every_series(void **state) {
    struct fixture *fixture = *state;
    note(fixture);
    struct device_view *view = renew(fixture, READINGS, 1000);
    free(view->rack);
    view->rack = strdup("B01");
    assert_int_equal(note(fixture), 1);
    assert_string_equal(fixture->ended[0].view->rack, "A07");
    check_ended(&fixture->ended[0], "xxxxxxxxxx");
    device_view_release(view);
}

/* The end would not come before what goes on. */
static void nothing_ends_within_a_millisecond(void **state) {
    struct fixture *fixture = *state;
    note(fixture);
    struct device_view *view = renew(fixture, 5, 1);
    assert_int_equal(note(fixture), 0);
    device_view_release(view);
}

static void another_device_of_the_number_ends_the_one_before(void **state) {
    struct fixture *fixture = *state;
    note(fixture);
    struct device_view *view = renew(fixture, 2, 1000);
    free(view->device);
    view->device = strdup("pdu-2");
    assert_int_equal(note(fixture), 1);
    check_ended(&fixture->ended[0], "xxxxxxxxxx");
    device_view_release(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_device_that_goes_ends_what_it_published, setup, teardown),
        cmocka_unit_test_setup_teardown(a_series_ends_in_the_spool_of_its_values, setup, teardown),
        cmocka_unit_test_setup_teardown(a_device_that_was_never_heard_of_ends_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(series_that_leave_the_plan_end, setup, teardown),
        cmocka_unit_test_setup_teardown(what_goes_on_is_remembered_before_it_comes_again, setup, teardown),
        cmocka_unit_test_setup_teardown(other_labels_end_every_series, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_ends_within_a_millisecond, setup, teardown),
        cmocka_unit_test_setup_teardown(an_alarm_ends_by_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(another_device_of_the_number_ends_the_one_before, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
