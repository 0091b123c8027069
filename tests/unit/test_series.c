/* SPDX-License-Identifier: Apache-2.0 */
/* model/series.h: the order of labels, and views freed with their last holder. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "model/series.h"

static struct device_view *make_view(void) {
    struct device_view *view = calloc(1, sizeof(*view));
    assert_non_null(view);
    atomic_init(&view->references, 1);
    char **texts[] = {&view->site,   &view->hall,     &view->row,          &view->rack,
                      &view->feed,   &view->device,   &view->model,        &view->driver,
                      &view->serial, &view->firmware, &view->manufacturer, &view->given_name};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = strdup(i == 2 || i == 4 ? "" : "text");
    view->class = "pdu";
    view->list = series_list_new(1);
    assert_non_null(view->list);
    view->series = view->list->series;
    view->n_series = view->list->n;
    view->names = calloc(1, sizeof(*view->names));
    view->names[0].name = strdup("outlet");
    view->n_names = 1;
    return view;
}

static void labels_come_in_one_order(void **state) {
    (void)state;
    struct device_view *view = make_view();
    struct series full = {.quantity = ACTIVE_POWER,
                          .place = {.part = PART_OUTLET,
                                    .depth = 2,
                                    .id = {2, 17},
                                    .phase = PHASE_L1,
                                    .side = SIDE_PRIMARY,
                                    .point = "supply"},
                          .reason = "timeout"};
    static const char *const names[] = {"site",         "hall",  "rack", "device", "class", "component",
                                        "component_id", "phase", "side", "point",  "reason"};
    struct labels labels;
    series_write_labels(view, &full, &labels);
    assert_int_equal(labels.n, 11);
    for (size_t i = 0; i < labels.n; i++)
        assert_string_equal(labels.label[i].name, names[i]);
    assert_string_equal(labels.label[5].value, "outlet");
    assert_string_equal(labels.label[6].value, "2/17");
    assert_string_equal(labels.label[7].value, "L1");
    assert_string_equal(labels.label[10].value, "timeout");
    struct series bare = {.quantity = DEVICE_UP};
    series_write_labels(view, &bare, &labels);
    assert_int_equal(labels.n, 5);
    device_view_release(view);
}

static void all_labels_fit(void **state) {
    (void)state;
    struct device_view *view = make_view();
    free(view->row);
    free(view->feed);
    view->row = strdup("row");
    view->feed = strdup("A");
    view->gateway = strdup("gw");
    view->node = strdup("ups-a");
    view->alarm = strdup("leak_detected-1");
    struct series series = {.quantity = ACTIVE_POWER,
                            .place = {.part = PART_OUTLET,
                                      .depth = 3,
                                      .id = {UINT32_MAX, UINT32_MAX, UINT32_MAX},
                                      .phase = PHASE_L1,
                                      .side = SIDE_PRIMARY,
                                      .point = "supply"},
                            .reason = "timeout"};
    struct labels labels;
    series_write_labels(view, &series, &labels);
    assert_int_equal(labels.n, LABELS_MOST);
    assert_string_equal(labels.id, "4294967295/4294967295/4294967295");
    device_view_release(view);
}

static void views_live_while_held(void **state) {
    (void)state;
    struct device_view *view = make_view();
    assert_ptr_equal(device_view_hold(view), view);
    device_view_release(view);
    assert_string_equal(view->device, "text");
    device_view_release(view);
    device_view_release(NULL);
}

static void qualities_have_words(void **state) {
    (void)state;
    assert_string_equal(quality_word(QUALITY_ABSENT), "absent");
    assert_string_equal(quality_word(QUALITY_GOOD), "good");
    assert_string_equal(quality_word(QUALITY_STALE), "stale");
    assert_string_equal(quality_word(QUALITY_BAD), "bad");
    assert_string_equal(quality_word(QUALITY_SUBSTITUTED), "substituted");
    assert_string_equal(quality_word(N_QUALITIES), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_come_in_one_order),
        cmocka_unit_test(all_labels_fit),
        cmocka_unit_test(views_live_while_held),
        cmocka_unit_test(qualities_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
