/* SPDX-License-Identifier: Apache-2.0 */
/* The spool in memory: ids, cursors, the bound and what is counted when it is reached. */
#include "publish/spool/spool.h"

#include <string.h>

#include "base/error.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 10 };

struct fixture {
    struct spool *spool;
    struct device_view *view;
    unsigned wakes;
};

static void count_wake(void *context) {
    ++*(unsigned *)context;
}

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    fixture->spool = specimen_spool(SPOOL_READINGS, 1 << 20);
    fixture->view = specimen_view(0, "pdu-1", READINGS);
    *state = fixture;
    return fixture->spool ? 0 : -1;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    spool_close(fixture->spool);
    assert_int_equal(atomic_load(&fixture->view->references), 1);
    device_view_release(fixture->view);
    test_free(fixture);
    return 0;
}

static void append(struct fixture *fixture, uint32_t round) {
    struct batch *batch = specimen_batch(fixture->view, 1000 + round, round);
    assert_int_equal(spool_append(fixture->spool, batch), 0);
    specimen_batch_free(batch);
}

static struct spool_state state_of(struct fixture *fixture, size_t cursor) {
    struct spool_state states[4];
    assert_true(spool_states(fixture->spool, states, 4) > cursor);
    return states[cursor];
}

/* The row, read; a reference. */
static struct spool_row *take(struct spool_cursor *cursor, enum spool_lane lane, uint64_t id) {
    struct spool_row *row;
    assert_int_equal(spool_read(cursor, lane, id - 1, &row, 1), 1);
    assert_int_equal(row->id, id);
    return row;
}

static void pass(struct spool_cursor *cursor, enum spool_lane lane, uint64_t id) {
    struct spool_row *row = take(cursor, lane, id);
    spool_acknowledge(cursor, lane, row);
    spool_release(row);
}

static void rows_come_in_order_and_stay_until_acknowledged(void **state) {
    struct fixture *fixture = *state;
    struct spool_cursor *cursor =
        spool_cursor_open(fixture->spool, "a", ORDER_STRICT, count_wake, &fixture->wakes);
    for (uint32_t round = 1; round <= 1000; round++)
        append(fixture, round);
    struct spool_row *rows[1000];
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, rows, 1000), 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(rows[i]->id, i + 1);
        assert_int_equal(rows[i]->time_ms, 1001 + i);
        assert_int_equal(rows[i]->n, READINGS);
        for (size_t k = 0; k < READINGS; k++) {
            assert_true(rows[i]->values[k] == specimen_value(fixture->view, k, i + 1));
            assert_int_equal(rows[i]->qualities[k], QUALITY_GOOD);
        }
        spool_release(rows[i]);
    }
    assert_int_equal(spool_read(cursor, LANE_LIVE, 990, rows, 1000), 10);
    assert_int_equal(rows[0]->id, 991);
    for (size_t i = 0; i < 10; i++)
        spool_release(rows[i]);
    pass(cursor, LANE_LIVE, 400);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, rows, 1), 1);
    assert_int_equal(rows[0]->id, 401);
    spool_release(rows[0]);
    struct spool_state said = state_of(fixture, 0);
    assert_int_equal(said.acknowledged_row, 400);
    assert_int_equal(said.newest_row, 1000);
    assert_int_equal(said.waiting_rows, 600);
    assert_int_equal(said.waiting_readings, 600 * READINGS);
    assert_int_equal(said.sent_readings, 400 * READINGS);
    spool_cursor_close(cursor);
}

static void the_oldest_rows_go_when_it_is_full(void **state) {
    struct fixture *fixture = *state;
    spool_close(fixture->spool);
    fixture->spool = specimen_spool(SPOOL_READINGS, 4096);
    struct spool_cursor *quick =
        spool_cursor_open(fixture->spool, "quick", ORDER_STRICT, count_wake, &fixture->wakes);
    struct spool_cursor *stuck =
        spool_cursor_open(fixture->spool, "stuck", ORDER_STRICT, count_wake, &fixture->wakes);
    append(fixture, 1);
    struct spool_row *held, *row;
    assert_int_equal(spool_read(stuck, LANE_LIVE, 0, &held, 1), 1);
    for (uint32_t round = 2; round <= 100; round++) {
        append(fixture, round);
        assert_int_equal(spool_read(quick, LANE_LIVE, round - 1, &row, 1), 1);
        spool_acknowledge(quick, LANE_LIVE, row);
        spool_release(row);
    }
    struct spool_state said = state_of(fixture, 0);
    assert_int_equal(said.dropped_readings, 0);
    assert_int_equal(said.sent_readings, 100 * READINGS);
    said = state_of(fixture, 1);
    assert_true(said.dropped_readings > 50 * READINGS);
    assert_int_equal(said.sent_readings, 0);
    assert_int_equal(said.dropped_readings + said.waiting_readings, 100 * READINGS);
    assert_int_equal(said.waiting_rows * READINGS, said.waiting_readings);
    /* The row that a sink holds outlives its place in the spool. */
    assert_int_equal(held->id, 1);
    assert_true(held->values[0] == specimen_value(fixture->view, 0, 1));
    spool_release(held);
    /* Reading on from a row that is gone begins with a gap up to the oldest that is left. */
    assert_int_equal(spool_read(stuck, LANE_LIVE, 1, &row, 1), 1);
    assert_null(row->view);
    assert_int_equal(row->readings, 0);
    assert_int_equal(row->first_id, 2);
    assert_int_equal(row->id, 100 - said.waiting_rows);
    uint64_t last = row->id;
    spool_acknowledge(stuck, LANE_LIVE, row);
    spool_release(row);
    assert_int_equal(state_of(fixture, 1).sent_readings, 0);
    assert_int_equal(state_of(fixture, 1).waiting_rows, said.waiting_rows);
    spool_release(take(stuck, LANE_LIVE, last + 1));
    pass(stuck, LANE_LIVE, 100);
    assert_int_equal(state_of(fixture, 1).sent_readings, said.waiting_readings);
    spool_cursor_close(quick);
    spool_cursor_close(stuck);
}

static void a_row_beyond_the_bound_is_refused_and_counted(void **state) {
    struct fixture *fixture = *state;
    spool_close(fixture->spool);
    fixture->spool = specimen_spool(SPOOL_READINGS, 100);
    struct spool_cursor *cursor =
        spool_cursor_open(fixture->spool, "a", ORDER_STRICT, count_wake, &fixture->wakes);
    struct batch *batch = specimen_batch(fixture->view, 1, 1);
    assert_int_equal(spool_append(fixture->spool, batch), ERROR_TOO_BIG);
    specimen_batch_free(batch);
    assert_int_equal(state_of(fixture, 0).dropped_readings, READINGS);
    spool_cursor_close(cursor);
}

static void nothing_is_kept_that_nobody_wants(void **state) {
    struct fixture *fixture = *state;
    append(fixture, 1);
    struct spool_cursor *cursor =
        spool_cursor_open(fixture->spool, "a", ORDER_STRICT, count_wake, &fixture->wakes);
    struct spool_row *row;
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &row, 1), 0);
    struct batch *batch = specimen_batch(fixture->view, 2, 2);
    for (size_t i = 0; i < READINGS; i++)
        batch->qualities[i] = QUALITY_ABSENT;
    assert_int_equal(spool_append(fixture->spool, batch), 0);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &row, 1), 0);
    batch->qualities[3] = QUALITY_BAD;
    assert_int_equal(spool_append(fixture->spool, batch), 0);
    specimen_batch_free(batch);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &row, 1), 1);
    assert_int_equal(row->id, 1); /* the row that nobody wanted took no number */
    spool_release(row);
    assert_int_equal(state_of(fixture, 0).waiting_readings, 1);
    spool_cursor_close(cursor);
}

static void a_reader_is_woken_once_until_it_has_read_all(void **state) {
    struct fixture *fixture = *state;
    struct spool_cursor *cursor =
        spool_cursor_open(fixture->spool, "a", ORDER_STRICT, count_wake, &fixture->wakes);
    append(fixture, 1);
    append(fixture, 2);
    append(fixture, 3);
    assert_int_equal(fixture->wakes, 1);
    struct spool_row *rows[3];
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, rows, 2), 2);
    append(fixture, 4);
    assert_int_equal(fixture->wakes, 1); /* it knows that there is more */
    spool_release(rows[0]);
    spool_release(rows[1]);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 2, rows, 3), 2);
    append(fixture, 5);
    assert_int_equal(fixture->wakes, 2);
    spool_release(rows[0]);
    spool_release(rows[1]);
    spool_cursor_close(cursor);
}

static void refused_readings_are_counted_apart(void **state) {
    struct fixture *fixture = *state;
    struct spool_cursor *cursor =
        spool_cursor_open(fixture->spool, "a", ORDER_STRICT, count_wake, &fixture->wakes);
    for (uint32_t round = 1; round <= 3; round++)
        append(fixture, round);
    pass(cursor, LANE_LIVE, 1);
    struct spool_row *row = take(cursor, LANE_LIVE, 2);
    spool_reject(cursor, LANE_LIVE, row, READINGS, "no");
    pass(cursor, LANE_LIVE, 3);
    struct spool_state said = state_of(fixture, 0);
    assert_int_equal(said.sent_readings, 2 * READINGS);
    assert_int_equal(said.rejected_readings, READINGS);
    assert_int_equal(said.waiting_readings, 0);
    spool_acknowledge(cursor, LANE_LIVE, row); /* again: harmless */
    assert_int_equal(state_of(fixture, 0).acknowledged_row, 3);
    spool_release(row);
    spool_cursor_close(cursor);
}

static void a_cursor_takes_another_ones_place(void **state) {
    struct fixture *fixture = *state;
    unsigned wakes = 0;
    struct spool_row *row;
    struct spool_cursor *old =
        spool_cursor_open(fixture->spool, "a", ORDER_STRICT, count_wake, &fixture->wakes);
    struct spool_cursor *other =
        spool_cursor_open(fixture->spool, "b", ORDER_STRICT, count_wake, &fixture->wakes);
    for (uint32_t round = 1; round <= 3; round++)
        append(fixture, round);
    pass(old, LANE_LIVE, 1);
    struct spool_row *late = take(old, LANE_LIVE, 3);
    struct spool_cursor *cursor = spool_cursor_replace(old, ORDER_STRICT, count_wake, &wakes);
    assert_int_equal(spool_read(old, LANE_LIVE, 0, &row, 1), 0);
    spool_acknowledge(old, LANE_LIVE, late); /* too late: it counts for nothing */
    spool_release(late);
    spool_cursor_close(old);
    assert_int_equal(spool_states(fixture->spool, NULL, 0), 2);
    struct spool_state said = state_of(fixture, 0);
    assert_string_equal(said.sink, "a"); /* its place among the others, too */
    assert_int_equal(said.sent_readings, READINGS);
    assert_int_equal(said.waiting_readings, 2 * READINGS);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &row, 1), 1);
    assert_int_equal(row->id, 2);
    spool_release(row);
    pass(cursor, LANE_LIVE, 3);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &row, 1), 0);
    fixture->wakes = 0;
    append(fixture, 4);
    assert_int_equal(wakes, 1);
    spool_cursor_close(cursor);
    spool_cursor_close(other);
}

static void another_bound_counts_from_the_next_row_on(void **state) {
    struct fixture *fixture = *state;
    struct spool_cursor *cursor =
        spool_cursor_open(fixture->spool, "a", ORDER_STRICT, count_wake, &fixture->wakes);
    for (uint32_t round = 1; round <= 100; round++)
        append(fixture, round);
    spool_set_most_bytes(fixture->spool, 2000);
    assert_int_equal(state_of(fixture, 0).waiting_rows, 100);
    append(fixture, 101);
    struct spool_state said = state_of(fixture, 0);
    assert_true(said.waiting_rows < 20 && said.waiting_rows > 0);
    assert_int_equal(said.dropped_readings + said.waiting_readings, 101 * READINGS);
    spool_set_most_bytes(fixture->spool, 1 << 20);
    for (uint32_t round = 1; round <= 100; round++)
        append(fixture, round);
    assert_int_equal(state_of(fixture, 0).dropped_readings, said.dropped_readings);
    spool_cursor_close(cursor);
}

static void live_rows_do_not_wait_for_the_backlog(void **state) {
    struct fixture *fixture = *state;
    struct spool_cursor *cursor =
        spool_cursor_open(fixture->spool, "a", ORDER_LIVE_FIRST, count_wake, &fixture->wakes);
    struct spool_row *row;
    for (uint32_t round = 1; round <= 10; round++)
        append(fixture, round);
    assert_int_equal(spool_waiting_since_ms(cursor, LANE_LIVE), 1001);
    struct spool_row *late = take(cursor, LANE_LIVE, 5);
    spool_cursor_jump(cursor);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &row, 1), 0);
    assert_int_equal(spool_waiting(cursor, LANE_BACKLOG), 10 * READINGS);
    assert_int_equal(spool_waiting_since_ms(cursor, LANE_LIVE), INT64_MAX);
    spool_acknowledge(cursor, LANE_LIVE, late); /* of a lane that it is in no more */
    spool_release(late);
    assert_int_equal(spool_waiting(cursor, LANE_BACKLOG), 10 * READINGS);
    for (uint32_t round = 11; round <= 20; round++)
        append(fixture, round);
    pass(cursor, LANE_LIVE, 15);
    spool_cursor_jump(cursor);
    append(fixture, 21);
    pass(cursor, LANE_LIVE, 21);
    assert_int_equal(spool_waiting(cursor, LANE_BACKLOG), 15 * READINGS);
    struct spool_row *rows[20];
    assert_int_equal(spool_read(cursor, LANE_BACKLOG, 0, rows, 20), 15);
    for (size_t i = 0; i < 15; i++) {
        assert_int_equal(rows[i]->id, i < 10 ? i + 1 : i + 6);
        assert_non_null(rows[i]->view);
    }
    spool_acknowledge(cursor, LANE_BACKLOG, rows[12]);
    for (size_t i = 0; i < 15; i++)
        spool_release(rows[i]);
    struct spool_state said = state_of(fixture, 0);
    assert_int_equal(said.waiting_rows, 2);
    assert_int_equal(said.backlog_readings, 2 * READINGS);
    assert_int_equal(said.acknowledged_row, 18);
    assert_int_equal(said.waiting_since_ms, 1018);
    /* As a strict one it begins with the oldest. */
    struct spool_cursor *strict = spool_cursor_replace(cursor, ORDER_STRICT, count_wake, &fixture->wakes);
    spool_cursor_close(cursor);
    append(fixture, 22);
    assert_int_equal(spool_read(strict, LANE_BACKLOG, 0, rows, 20), 0);
    assert_int_equal(spool_read(strict, LANE_LIVE, 0, rows, 20), 3);
    assert_int_equal(rows[0]->id, 19);
    assert_int_equal(rows[2]->id, 22);
    spool_acknowledge(strict, LANE_LIVE, rows[2]);
    for (size_t i = 0; i < 3; i++)
        spool_release(rows[i]);
    assert_int_equal(state_of(fixture, 0).waiting_rows, 0);
    assert_int_equal(state_of(fixture, 0).sent_readings, 22 * READINGS);
    spool_cursor_close(strict);
}

static void jumps_without_a_row_passed_between_them_are_one(void **state) {
    struct fixture *fixture = *state;
    struct spool_cursor *cursor =
        spool_cursor_open(fixture->spool, "a", ORDER_LIVE_FIRST, count_wake, &fixture->wakes);
    struct spool_row *row;
    for (uint32_t round = 1; round <= 100; round++) { /* a receiver that is away for long */
        append(fixture, round);
        spool_cursor_jump(cursor);
        assert_int_equal(spool_waiting(cursor, LANE_LIVE), 0);
    }
    assert_int_equal(spool_waiting(cursor, LANE_BACKLOG), 100 * READINGS);
    append(fixture, 101);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &row, 1), 1);
    assert_int_equal(row->id, 101);
    spool_acknowledge(cursor, LANE_LIVE, row);
    spool_release(row);
    pass(cursor, LANE_BACKLOG, 60);
    append(fixture, 102);
    spool_cursor_jump(cursor);
    assert_int_equal(spool_waiting(cursor, LANE_BACKLOG), 41 * READINGS);
    pass(cursor, LANE_BACKLOG, 102);
    assert_int_equal(state_of(fixture, 0).sent_readings, 102 * READINGS);
    assert_int_equal(state_of(fixture, 0).waiting_rows, 0);
    spool_cursor_close(cursor);
}

static void streams_differ(void **state) {
    struct fixture *fixture = *state;
    struct spool *other = specimen_spool(SPOOL_READINGS, 1);
    assert_int_equal(strlen(spool_stream(other)), 16);
    assert_string_not_equal(spool_stream(other), spool_stream(fixture->spool));
    spool_close(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_come_in_order_and_stay_until_acknowledged, setup, teardown),
        cmocka_unit_test_setup_teardown(the_oldest_rows_go_when_it_is_full, setup, teardown),
        cmocka_unit_test_setup_teardown(a_row_beyond_the_bound_is_refused_and_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_kept_that_nobody_wants, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reader_is_woken_once_until_it_has_read_all, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_readings_are_counted_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cursor_takes_another_ones_place, setup, teardown),
        cmocka_unit_test_setup_teardown(another_bound_counts_from_the_next_row_on, setup, teardown),
        cmocka_unit_test_setup_teardown(live_rows_do_not_wait_for_the_backlog, setup, teardown),
        cmocka_unit_test_setup_teardown(jumps_without_a_row_passed_between_them_are_one, setup, teardown),
        cmocka_unit_test_setup_teardown(streams_differ, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
