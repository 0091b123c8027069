/* SPDX-License-Identifier: Apache-2.0 */
/* model/latest.h: what is kept of batches, and what is said of a device. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "model/latest.h"
#include "tests/sim/specimen.h"

enum { N_SERIES = 10 };

struct seen {
    double values[N_SERIES];
    int64_t times_ms[N_SERIES], newest_ms;
    uint8_t qualities[N_SERIES];
    const char *trouble;
    const struct device_view *view;
};

static void look(void *context, const struct latest_device *device) {
    struct seen *seen = context;
    size_t n = device->view->n_series < N_SERIES ? device->view->n_series : N_SERIES;
    memcpy(seen->values, device->values, n * sizeof(double));
    memcpy(seen->times_ms, device->times_ms, n * sizeof(int64_t));
    memcpy(seen->qualities, device->qualities, n);
    seen->newest_ms = device->newest_ms;
    seen->trouble = device->trouble;
    seen->view = device->view;
}

static void readings_are_kept_until_newer_come(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct device_view *view = specimen_view(3, "pdu", N_SERIES);
    struct batch *batch = specimen_batch(view, 1000, 1);
    struct seen seen;
    assert_false(latest_show(latest, 3, look, &seen));
    latest_update(latest, batch);
    assert_true(latest_show(latest, 3, look, &seen));
    assert_false(latest_show(latest, 2, look, &seen));
    assert_false(latest_show(latest, 4000, look, &seen));
    assert_ptr_equal(seen.view, view);
    for (size_t i = 0; i < N_SERIES; i++)
        assert_true(seen.values[i] == specimen_value(view, i, 1) && seen.times_ms[i] == 1000);

    specimen_refill(batch, view, 2000, 2);
    batch->qualities[4] = QUALITY_ABSENT;
    batch->qualities[5] = QUALITY_BAD;
    latest_update(latest, batch);
    assert_true(latest_show(latest, 3, look, &seen));
    assert_true(seen.values[3] == specimen_value(view, 3, 2) && seen.times_ms[3] == 2000);
    assert_true(seen.values[4] == specimen_value(view, 4, 1) && seen.times_ms[4] == 1000);
    assert_int_equal(seen.qualities[4], QUALITY_GOOD);
    assert_int_equal(seen.qualities[5], QUALITY_BAD);
    assert_int_equal(seen.newest_ms, 2000);
    specimen_batch_free(batch);
    device_view_release(view);
    latest_free(latest);
}

static void parts_of_a_view_are_placed(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct device_view *view = specimen_view(0, "pdu", N_SERIES);
    struct batch *batch = specimen_batch(view, 1000, 1);
    struct seen seen;
    batch->first = 8;
    batch->n = 5; /* three more than the view has */
    latest_update(latest, batch);
    assert_true(latest_show(latest, 0, look, &seen));
    assert_int_equal(seen.qualities[7], QUALITY_ABSENT);
    assert_true(seen.values[8] == batch->values[0] && seen.values[9] == batch->values[1]);
    specimen_batch_free(batch);
    device_view_release(view);
    latest_free(latest);
}

static void a_new_view_begins_anew(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct device_view *old = specimen_view(1, "pdu", N_SERIES), *fresh = specimen_view(1, "pdu", 5);
    old->generation = 1;
    fresh->generation = 2;
    struct batch *of_old = specimen_batch(old, 1000, 1), *of_fresh = specimen_batch(fresh, 2000, 1);
    struct seen seen;
    of_fresh->first = 0;
    of_fresh->n = 1;
    latest_update(latest, of_old);
    latest_update(latest, of_fresh);
    latest_update(latest, of_old); /* late: not believed */
    assert_true(latest_show(latest, 1, look, &seen));
    assert_ptr_equal(seen.view, fresh);
    assert_int_equal(seen.qualities[0], QUALITY_GOOD);
    assert_int_equal(seen.qualities[1], QUALITY_ABSENT);
    assert_int_equal(seen.newest_ms, 2000);
    specimen_batch_free(of_old);
    specimen_batch_free(of_fresh);
    device_view_release(old);
    device_view_release(fresh);
    latest_free(latest);
}

static void other_labels_keep_the_readings(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct device_view *old = specimen_view(1, "pdu", N_SERIES), *moved = specimen_view(1, "pdu", N_SERIES);
    series_list_release(moved->list);
    moved->list = series_list_hold(old->list); /* the same series */
    moved->series = old->series;
    moved->generation = old->generation + 1;
    struct batch *before = specimen_batch(old, 1000, 1), *after = specimen_batch(moved, 2000, 2);
    struct seen seen;
    after->n = 1;
    latest_update(latest, before);
    latest_update(latest, after);
    latest_update(latest, before); /* late: not believed */
    assert_true(latest_show(latest, 1, look, &seen));
    assert_ptr_equal(seen.view, moved);
    assert_true(seen.times_ms[0] == 2000 && seen.values[0] == specimen_value(moved, 0, 2));
    assert_true(seen.times_ms[1] == 1000 && seen.values[1] == specimen_value(old, 1, 1));
    specimen_batch_free(before);
    specimen_batch_free(after);
    device_view_release(old);
    device_view_release(moved);
    latest_free(latest);
}

static void a_farewell_frees_the_number_for_another_device(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct device_view *old = specimen_view(1, "pdu", N_SERIES), *next = specimen_view(1, "ups", 5);
    old->generation = 7;
    next->generation = 1;
    struct batch *batch = specimen_batch(old, 1000, 1), *farewell = specimen_batch(old, 0, 0);
    struct batch *fresh = specimen_batch(next, 2000, 1);
    struct seen seen;
    farewell->n = 0;
    farewell->farewell = true;
    latest_update(latest, farewell); /* of one that never said anything */
    latest_update(latest, batch);
    latest_update(latest, farewell);
    assert_false(latest_show(latest, 1, look, &seen));
    assert_int_equal(atomic_load(&old->references), 3); /* ours and the batches' */
    latest_update(latest, fresh);
    assert_true(latest_show(latest, 1, look, &seen));
    assert_ptr_equal(seen.view, next);
    specimen_batch_free(batch);
    specimen_batch_free(farewell);
    specimen_batch_free(fresh);
    device_view_release(old);
    device_view_release(next);
    latest_free(latest);
}

static void numbers_are_bounded(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct device_view *view = specimen_view(UINT32_MAX, "pdu", N_SERIES);
    struct batch *batch = specimen_batch(view, 1000, 1);
    struct seen seen;
    latest_update(latest, batch);
    assert_false(latest_show(latest, UINT32_MAX, look, &seen));
    specimen_batch_free(batch);
    device_view_release(view);
    latest_free(latest);
}

static void check_up(void *context, const struct latest_device *device) {
    double value = 0;
    *(bool *)context = latest_find(device, DEVICE_UP, &value) && value > 0;
    assert_false(latest_find(device, DEVICE_LAST_SUCCESS, &value));
}

/* Health as the poller publishes it: up, then errors by reason. */
static void health_says_the_trouble(void **state) {
    (void)state;
    struct latest *latest = latest_new();
    struct device_view *view = specimen_view(0, "pdu", 4);
    struct series *series = view->list->series;
    series[0] = (struct series){.quantity = DEVICE_UP};
    series[1] = (struct series){.quantity = POLL_ERRORS, .reason = "timeout"};
    series[2] = (struct series){.quantity = POLL_ERRORS, .reason = "refused"};
    series[3] = (struct series){.quantity = POLL_ERRORS, .reason = "missed"};
    struct batch *batch = specimen_batch(view, 1000, 1);
    struct seen seen;
    memcpy(batch->values, (double[]){1, 0, 0, 0}, 4 * sizeof(double));
    latest_update(latest, batch);
    assert_true(latest_show(latest, 0, look, &seen));
    assert_null(seen.trouble);
    assert_int_equal(seen.newest_ms, 0); /* the device itself said nothing */
    bool up = false;
    assert_true(latest_show(latest, 0, check_up, &up));
    assert_true(up);

    memcpy(batch->values, (double[]){1, 0, 2, 0}, 4 * sizeof(double));
    latest_update(latest, batch);
    assert_true(latest_show(latest, 0, look, &seen));
    assert_string_equal(seen.trouble, "refused");
    memcpy(batch->values, (double[]){0, 1, 2, 9}, 4 * sizeof(double));
    latest_update(latest, batch);
    assert_true(latest_show(latest, 0, look, &seen));
    assert_string_equal(seen.trouble, "timeout");
    specimen_batch_free(batch);
    device_view_release(view);
    latest_free(latest);
}

static void nodes_and_alarms_have_numbers_far_above(void **state) {
    (void)state;
    static const uint32_t numbers[] = {0, GATEWAY_NUMBER, NODE_NUMBERS, NODE_NUMBERS + 99999,
                                       ALARM_NUMBERS + 700};
    enum { N = sizeof(numbers) / sizeof(numbers[0]) };
    struct latest *latest = latest_new();
    struct device_view *views[N];
    struct seen seen;
    for (size_t i = 0; i < N; i++) {
        views[i] = specimen_view(numbers[i], "x", N_SERIES);
        struct batch *batch = specimen_batch(views[i], 1000, (uint32_t)i);
        latest_update(latest, batch);
        specimen_batch_free(batch);
    }
    for (size_t i = 0; i < N; i++) {
        assert_true(latest_show(latest, numbers[i], look, &seen));
        assert_ptr_equal(seen.view, views[i]);
        assert_true(seen.values[1] == specimen_value(views[i], 1, (uint32_t)i));
        assert_false(latest_show(latest, numbers[i] + 1, look, &seen));
    }
    latest_free(latest);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(atomic_load(&views[i]->references), 1);
        device_view_release(views[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_and_alarms_have_numbers_far_above),
        cmocka_unit_test(readings_are_kept_until_newer_come),
        cmocka_unit_test(parts_of_a_view_are_placed),
        cmocka_unit_test(a_new_view_begins_anew),
        cmocka_unit_test(other_labels_keep_the_readings),
        cmocka_unit_test(a_farewell_frees_the_number_for_another_device),
        cmocka_unit_test(numbers_are_bounded),
        cmocka_unit_test(health_says_the_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
