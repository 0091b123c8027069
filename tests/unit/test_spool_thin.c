/* SPDX-License-Identifier: Apache-2.0 */
/* Thinning: what stays of many rows. */
#include "publish/spool/spool_thin.h"

#include <stdlib.h>

#include "publish/spool/spool_row.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 5 }; /* power, current, voltage: gauges; energy: a counter; outlet state */

static uint64_t total;

static void add(struct spool_thin *thin, struct device_view *view, uint64_t id, uint32_t round) {
    struct spool_row *row = spool_row_new(view, 0, READINGS);
    assert_non_null(row);
    for (size_t i = 0; i < READINGS; i++) {
        spool_row_values(row)[i] = specimen_value(view, i, round);
        spool_row_qualities(row)[i] = QUALITY_GOOD;
    }
    row->id = id;
    row->first_id = id == 101 ? 99 : id; /* one that was thinned before */
    row->time_ms = 1000 * round;
    row->readings = READINGS;
    row->total = total += READINGS;
    assert_int_equal(spool_thin_add(thin, row), 0);
    spool_release(row);
}

/* Two devices: one with ten rows, one with two. Ids 101 to 112. */
static void fill(struct spool_thin *thin, struct device_view *often, struct device_view *seldom) {
    total = 500;
    for (uint32_t i = 0; i < 12; i++)
        add(thin, i == 3 || i == 7 ? seldom : often, 101 + i, i);
}

static void finish(struct spool_thin *thin, enum spool_thinning thinning, struct spool_row ***rows,
                   size_t expected) {
    size_t n;
    assert_int_equal(spool_thin_finish(thin, thinning, rows, &n), 0);
    assert_int_equal(n, expected);
    for (size_t i = 0; i < n; i++) {
        const struct spool_row *row = (*rows)[i];
        assert_int_equal(row->first_id, 99 + i);
        assert_int_equal(row->id, i + 1 < n ? 99 + i : 112);
        assert_true(i == 0 || row->time_ms >= (*rows)[i - 1]->time_ms);
        assert_true(row->total > (i == 0 ? 500 : (*rows)[i - 1]->total));
    }
    assert_int_equal((*rows)[n - 1]->total, 500 + 12 * READINGS);
    spool_thin_free(thin);
}

static void release(struct spool_row **rows, size_t n) {
    for (size_t i = 0; i < n; i++)
        spool_release(rows[i]);
    free(rows);
}

static void gauges_leave_their_range_and_totals_their_last(void **state) {
    (void)state;
    struct device_view *often = specimen_view(0, "often", READINGS),
                       *seldom = specimen_view(1, "seldom", READINGS);
    struct spool_thin *thin = spool_thin_new();
    struct spool_row **rows;
    fill(thin, often, seldom);
    finish(thin, THIN_DETAIL, &rows, 5);
    const double values[] = {specimen_value(often, 0, 0), 0, specimen_value(often, 0, 11)};
    for (size_t i = 0, part = 0; i < 5; i++) {
        const struct spool_row *row = rows[i];
        if (row->view == seldom) { /* as it was */
            assert_int_equal(row->readings, READINGS);
            assert_int_equal(row->qualities[0], QUALITY_GOOD);
            continue;
        }
        assert_int_equal(row->qualities[0], QUALITY_SUBSTITUTED);
        if (part != 1)
            assert_true(row->values[0] == values[part]);
        else
            assert_true(row->values[0] > values[0] && row->values[0] < values[2]);
        assert_int_equal(row->qualities[3], part == 2 ? QUALITY_GOOD : QUALITY_ABSENT);
        assert_int_equal(row->qualities[4], part == 2 ? QUALITY_GOOD : QUALITY_ABSENT);
        assert_int_equal(row->readings, part == 2 ? 5 : 3);
        if (part == 2)
            assert_true(row->values[3] == specimen_value(often, 3, 11));
        part++;
    }
    assert_int_equal(rows[4]->time_ms, 11000);
    release(rows, 5);
    device_view_release(often);
    device_view_release(seldom);
}

static void then_only_totals_stay(void **state) {
    (void)state;
    struct device_view *often = specimen_view(0, "often", READINGS),
                       *seldom = specimen_view(1, "seldom", READINGS);
    struct spool_thin *thin = spool_thin_new();
    struct spool_row **rows;
    fill(thin, often, seldom);
    finish(thin, THIN_GAUGES, &rows, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(rows[i]->readings, 2);
        assert_int_equal(rows[i]->qualities[0], QUALITY_ABSENT);
        assert_int_equal(rows[i]->qualities[3], QUALITY_GOOD);
    }
    assert_true(rows[0]->values[3] == specimen_value(seldom, 3, 7));
    assert_true(rows[1]->values[3] == specimen_value(often, 3, 11));
    release(rows, 2);
    device_view_release(often);
    device_view_release(seldom);
}

/* Rows 0 to 9 a second apart; the outlet trips in row 4 and is back in row 5. */
static void a_state_that_comes_and_goes_stays(void **state) {
    (void)state;
    struct device_view *view = specimen_view(0, "tripped", READINGS);
    for (enum spool_thinning thinning = THIN_DETAIL; thinning < N_THINNINGS; thinning++) {
        struct spool_thin *thin = spool_thin_new();
        struct spool_row **rows;
        double states[4] = {0};
        int64_t times_ms[4] = {0};
        size_t n, found = 0;
        for (uint32_t i = 0; i < 10; i++) {
            struct spool_row *row = spool_row_new(view, 0, READINGS);
            for (size_t k = 0; k < READINGS; k++) {
                spool_row_values(row)[k] = k == 4 ? i == 4 : specimen_value(view, k, i);
                spool_row_qualities(row)[k] = QUALITY_GOOD;
            }
            row->id = row->first_id = 1 + i;
            row->time_ms = 1000 * i;
            row->readings = READINGS;
            assert_int_equal(spool_thin_add(thin, row), 0);
            spool_release(row);
        }
        assert_int_equal(spool_thin_finish(thin, thinning, &rows, &n), 0);
        for (size_t i = 0; i < n; i++) {
            if (rows[i]->qualities[4] == QUALITY_ABSENT)
                continue;
            assert_true(found < 4);
            states[found] = rows[i]->values[4];
            times_ms[found++] = rows[i]->time_ms;
        }
        assert_int_equal(found, 4);
        assert_true(states[0] == 0 && states[1] == 1 && states[2] == 0 && states[3] == 0);
        assert_true(times_ms[0] == 0 && times_ms[1] == 4000 && times_ms[2] == 5000 && times_ms[3] == 9000);
        release(rows, n);
        spool_thin_free(thin);
    }
    device_view_release(view);
}

/* Never more rows than there were. */
static void a_state_that_always_changes_stays(void **state) {
    (void)state;
    struct device_view *view = specimen_view(0, "flapping", READINGS);
    struct spool_thin *thin = spool_thin_new();
    struct spool_row **rows;
    size_t n;
    for (uint32_t i = 0; i < 20; i++) {
        struct spool_row *row = spool_row_new(view, 0, READINGS);
        for (size_t k = 0; k < READINGS; k++) {
            spool_row_values(row)[k] = i % 2;
            spool_row_qualities(row)[k] = QUALITY_GOOD;
        }
        row->id = row->first_id = 1 + i;
        row->time_ms = 1000 * i;
        row->readings = READINGS;
        assert_int_equal(spool_thin_add(thin, row), 0);
        spool_release(row);
    }
    assert_int_equal(spool_thin_finish(thin, THIN_DETAIL, &rows, &n), 0);
    assert_int_equal(n, 20);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(rows[i]->id, 1 + i);
        assert_true(rows[i]->values[4] == (double)(i % 2));
        assert_int_equal(rows[i]->qualities[4], QUALITY_GOOD);
    }
    release(rows, n);
    spool_thin_free(thin);
    device_view_release(view);
}

static void an_ending_stays(void **state) {
    (void)state;
    struct device_view *view = specimen_view(0, "gone", READINGS);
    struct spool_thin *thin = spool_thin_new();
    struct spool_row **rows, *row = spool_row_new(view, 0, READINGS);
    for (uint32_t i = 0; i < READINGS; i++) {
        spool_row_values(row)[i] = 0;
        spool_row_qualities(row)[i] = QUALITY_ENDED;
    }
    row->id = row->first_id = 7;
    size_t n;
    assert_int_equal(spool_thin_add(thin, row), 0);
    assert_int_equal(spool_thin_finish(thin, THIN_DETAIL, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0]->id, 7);
    assert_true(spool_row_has_ending(rows[0]->qualities, READINGS));
    release(rows, n);
    spool_release(row);
    spool_thin_free(thin);
    device_view_release(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gauges_leave_their_range_and_totals_their_last),
        cmocka_unit_test(then_only_totals_stay),
        cmocka_unit_test(a_state_that_comes_and_goes_stays),
        cmocka_unit_test(a_state_that_always_changes_stays),
        cmocka_unit_test(an_ending_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
