/* SPDX-License-Identifier: Apache-2.0 */
/* Rows and views as bytes: exact, small, and safe against bytes of any origin. */
#include "publish/spool/row_codec.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "publish/spool/spool_row.h"
#include "publish/spool/view_codec.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

static void check_columns(const double *values, const uint8_t *qualities, uint32_t n, size_t most_bytes) {
    struct device_view *view = specimen_view(1, "pdu-1", n + 3);
    struct text text = {0};
    const struct spool_row row = {.first = 3, .n = n, .values = values, .qualities = qualities};
    assert_int_equal(row_encode(&row, &text), 0);
    assert_in_range(text.size, 1, most_bytes);
    struct spool_row *back;
    assert_int_equal(row_decode(text.data, text.size, view, &back), 0);
    assert_int_equal(back->first, 3);
    assert_int_equal(back->n, n);
    assert_memory_equal(back->qualities, qualities, n);
    for (uint32_t i = 0; i < n; i++)
        if (qualities[i] != QUALITY_ABSENT)
            assert_memory_equal(&back->values[i], &values[i], sizeof(double));
    spool_release(back);
    /* Whatever is cut off is noticed. */
    for (size_t size = 0; size < text.size; size++)
        assert_int_equal(row_decode(text.data, size, view, &back), ERROR_GARBLED);
    text_done(&text);
    device_view_release(view);
}

static void values_come_back_bit_by_bit(void **state) {
    (void)state;
    static const double values[] = {0,
                                    -0.0,
                                    1,
                                    -1,
                                    230.1,
                                    0.1,
                                    -0.000001,
                                    1e-7,
                                    M_PI,
                                    (double)NAN,
                                    (double)INFINITY,
                                    (double)-INFINITY,
                                    DBL_MAX,
                                    DBL_MIN,
                                    4.9e-324,
                                    1e15,
                                    999999999999999,
                                    1e16,
                                    0.3,
                                    0.1 + 0.2,
                                    123456.789,
                                    3.6e12,
                                    -40.25,
                                    9007199254740992,
                                    100,
                                    1e3};
    enum { N = sizeof(values) / sizeof(values[0]) };
    uint8_t qualities[N];
    for (size_t i = 0; i < N; i++)
        qualities[i] = (uint8_t)(i % N_QUALITIES);
    check_columns(values, qualities, N, 300);
    memset(qualities, QUALITY_BAD, N);
    check_columns(values, qualities, N, 300);
    check_columns(values, qualities, 1, 8);
}

static void decimals_of_any_length_come_back(void **state) {
    (void)state;
    enum { N = 1000 };
    double values[N];
    uint8_t qualities[N];
    srand(1);
    for (uint32_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < N; i++) {
            values[i] = (rand() % 2000000 - 1000000) / pow(10, rand() % 9);
            qualities[i] = QUALITY_GOOD;
        }
        check_columns(values, qualities, N / 20, 8 * N / 20);
    }
}

static void readings_of_meters_are_small(void **state) {
    (void)state;
    struct device_view *view = specimen_view(1, "pdu-1", 50);
    struct batch *batch = specimen_batch(view, 1, 7);
    check_columns(batch->values, batch->qualities, 50, 160);
    specimen_batch_free(batch);
    device_view_release(view);
}

static void single_precision_stays_so(void **state) {
    (void)state;
    enum { N = 100 };
    double values[N];
    uint8_t qualities[N] = {0};
    memset(qualities, QUALITY_GOOD, sizeof(qualities));
    for (size_t i = 0; i < N; i++)
        values[i] = (double)((float)(i * i + 1) / 333);
    values[1] = (double)FLT_MAX;
    values[2] = (double)FLT_TRUE_MIN;
    values[3] = 17.25;
    values[4] = (double)-231.4F;
    check_columns(values, qualities, N, 5 * N + 20);
}

static void a_row_must_fit_its_view(void **state) {
    (void)state;
    struct device_view *view = specimen_view(1, "pdu-1", 5), *less = specimen_view(1, "pdu-1", 4);
    struct batch *batch = specimen_batch(view, 1, 1);
    const struct spool_row row = {.n = 5, .values = batch->values, .qualities = batch->qualities};
    struct text text = {0};
    struct spool_row *back;
    assert_int_equal(row_encode(&row, &text), 0);
    assert_int_equal(row_decode(text.data, text.size, less, &back), ERROR_GARBLED);
    text_done(&text);
    specimen_batch_free(batch);
    device_view_release(view);
    device_view_release(less);
}

static struct device_view *odd_view(void) {
    struct device_view *view = specimen_view(9, "랙 \"1\"", 40);
    view->list->series[0].place.point = "supply";
    view->list->series[1].place.point =
        "a point of some length, longer than a series takes in memory, as it happens";
    view->list->series[2].reason = "time-out";
    view->list->series[3].place =
        (struct place){.part = PART_PHASE_LINE, .phase = PHASE_L3_L1, .side = SIDE_SECONDARY};
    view->names = calloc(2, sizeof(*view->names));
    view->n_names = 2;
    for (uint32_t i = 0; i < 2; i++)
        view->names[i] =
            (struct part_name){{.part = PART_OUTLET, .depth = 2, .id = {1, i}}, strdup("web\n1")};
    return view;
}

static void check_same_view(const struct device_view *a, const struct device_view *b) {
    assert_int_equal(a->n_series, b->n_series);
    assert_string_equal(a->driver, b->driver);
    assert_string_equal(a->given_name, b->given_name);
    for (size_t i = 0; i < a->n_series; i++) {
        struct labels of_a, of_b;
        series_write_labels(a, &a->series[i], &of_a);
        series_write_labels(b, &b->series[i], &of_b);
        assert_int_equal(a->series[i].quantity, b->series[i].quantity);
        assert_int_equal(of_a.n, of_b.n);
        for (size_t k = 0; k < of_a.n; k++) {
            assert_string_equal(of_a.label[k].name, of_b.label[k].name);
            assert_string_equal(of_a.label[k].value, of_b.label[k].value);
        }
    }
    assert_int_equal(a->n_names, b->n_names);
    for (size_t i = 0; i < a->n_names; i++) {
        assert_true(place_equal(&a->names[i].place, &b->names[i].place));
        assert_string_equal(a->names[i].name, b->names[i].name);
    }
}

static void views_keep_their_names(void **state) {
    (void)state;
    struct device_view *view = odd_view(), *back;
    struct text text = {0}, series = {0};
    struct view_list list, other;
    assert_int_equal(view_encode(view, &text), 0);
    assert_int_equal(view_encode_list(view, &series), 0);
    assert_int_equal(view_decode_list(series.data, series.size, &list), 0);
    assert_int_equal(view_decode(text.data, text.size, 77, &list, &back), 0);
    assert_int_equal(back->number, 77);
    assert_null(back->gateway);
    check_same_view(view, back);
    device_view_release(back);
    for (size_t size = 0; size < text.size; size++)
        assert_int_equal(view_decode(text.data, size, 1, &list, &back), ERROR_GARBLED);
    for (size_t size = 0; size < series.size; size++)
        assert_int_equal(view_decode_list(series.data, size, &other), ERROR_GARBLED);
    series_list_release(list.list);
    text_done(&series);
    text_done(&text);
    device_view_release(view);
}

static void views_of_no_device_say_what_they_are_of(void **state) {
    (void)state;
    struct device_view *view = odd_view(), *back;
    struct text text = {0}, series = {0}, before = {0};
    struct view_list list;
    assert_int_equal(view_encode(view, &before), 0);
    view->node = strdup("랙 \"1\"");
    view->alarm = strdup("leak-1");
    view->detail = strdup("\"state\":\"active\"");
    assert_int_equal(view_encode(view, &text), 0);
    assert_int_equal(view_encode_list(view, &series), 0);
    assert_memory_equal(text.data, before.data, before.size); /* others are as they always were */
    assert_int_equal(view_decode_list(series.data, series.size, &list), 0);
    assert_int_equal(view_decode(text.data, text.size, 1, &list, &back), 0);
    check_same_view(view, back);
    assert_string_equal(back->node, view->node);
    assert_string_equal(back->alarm, "leak-1");
    assert_string_equal(back->detail, view->detail);
    device_view_release(back);
    for (size_t size = before.size + 1; size < text.size; size++)
        assert_int_equal(view_decode(text.data, size, 1, &list, &back), ERROR_GARBLED);
    free(view->alarm);
    free(view->detail);
    view->alarm = view->detail = NULL;
    text_clear(&text);
    assert_int_equal(view_encode(view, &text), 0);
    assert_int_equal(view_decode(text.data, text.size, 1, &list, &back), 0);
    assert_string_equal(back->node, view->node);
    assert_null(back->alarm);
    assert_null(back->detail);
    device_view_release(back);
    series_list_release(list.list);
    text_done(&series);
    text_done(&before);
    text_done(&text);
    device_view_release(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back_bit_by_bit),
        cmocka_unit_test(decimals_of_any_length_come_back),
        cmocka_unit_test(readings_of_meters_are_small),
        cmocka_unit_test(single_precision_stays_so),
        cmocka_unit_test(a_row_must_fit_its_view),
        cmocka_unit_test(views_keep_their_names),
        cmocka_unit_test(views_of_no_device_say_what_they_are_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
