/* SPDX-License-Identifier: Apache-2.0 */
/* Messages under way: settled in any order, they leave in theirs. */
#include "publish/window.h"

#include <stdlib.h>

#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { ROOM = 4 };

static void add(struct window *window, int token) {
    window_add(window, &(struct flight){.token = token, .sent_ms = token * 10});
}

static void they_leave_in_order(void **state) {
    (void)state;
    struct window window;
    struct flight flight;
    assert_int_equal(window_init(&window, ROOM), 0);
    assert_true(window_oldest_ms(&window) == INT64_MAX);
    for (int round = 0; round < 10; round++) { /* the ring goes round */
        for (int token = 1; token <= 3; token++)
            add(&window, round * 3 + token);
        assert_int_equal(window_oldest_ms(&window), (round * 3 + 1) * 10);
        assert_int_equal(window_settle(&window, round * 3 + 3, NULL), 1);
        assert_int_equal(window_settle(&window, round * 3 + 2, "no"), 1);
        assert_false(window_pop(&window, &flight));
        assert_int_equal(window_settle(&window, round * 3 + 1, NULL), 1);
        for (int token = 1; token <= 3; token++) {
            assert_true(window_pop(&window, &flight));
            assert_int_equal(flight.token, round * 3 + token);
            assert_int_equal(flight.is_rejected, token == 2);
            if (token == 2)
                assert_string_equal(flight.words, "no");
            else
                assert_null(flight.words);
            free(flight.words);
        }
        assert_false(window_pop(&window, &flight));
    }
    window_done(&window);
}

static void unknown_and_repeated_answers_settle_nothing(void **state) {
    (void)state;
    struct window window;
    assert_int_equal(window_init(&window, ROOM), 0);
    assert_int_equal(window_settle(&window, 1, NULL), 0);
    add(&window, 1);
    add(&window, 2);
    assert_int_equal(window_settle(&window, 3, NULL), 0);
    assert_int_equal(window_settle(&window, 2, NULL), 1);
    assert_int_equal(window_settle(&window, 2, "no"), 0);
    window_done(&window);
}

static void bytes_are_those_not_settled(void **state) {
    (void)state;
    struct window window;
    struct flight flight;
    assert_int_equal(window_init(&window, ROOM), 0);
    window_add(&window, &(struct flight){.token = 1, .bytes = 1000});
    window_add(&window, &(struct flight){.token = 1});
    window_add(&window, &(struct flight){.token = 2, .bytes = 500});
    assert_int_equal(window.bytes, 1500);
    window_settle(&window, 2, NULL);
    window_settle(&window, 2, NULL);
    assert_int_equal(window.bytes, 1000);
    window_settle(&window, 1, "no");
    assert_int_equal(window.bytes, 0);
    while (window_pop(&window, &flight))
        free(flight.words);
    assert_int_equal(window.bytes, 0);
    window_add(&window, &(struct flight){.token = 3, .bytes = 700});
    window_clear(&window);
    assert_int_equal(window.bytes, 0);
    window_done(&window);
}

static void rows_of_one_message_settle_together(void **state) {
    (void)state;
    struct window window;
    struct flight flight;
    const struct flight *first;
    assert_int_equal(window_init(&window, ROOM), 0);
    for (int token = 1; token <= 2; token++) /* so that the second message goes round the ring's end */
        add(&window, token);
    for (int token = 1; token <= 2; token++)
        assert_int_equal(window_settle(&window, token, NULL), 1);
    while (window_pop(&window, &flight))
        continue;
    add(&window, 3);
    for (int i = 0; i < 3; i++)
        add(&window, 4);
    assert_int_equal(window_find(&window, 5, &first), 0);
    assert_null(first);
    assert_int_equal(window_find(&window, 4, &first), 3);
    assert_int_equal(window_settle(&window, 4, "too much"), 3);
    assert_false(window_pop(&window, &flight));
    assert_int_equal(window_settle(&window, 3, NULL), 1);
    assert_true(window_pop(&window, &flight));
    for (int i = 0; i < 2; i++) {
        assert_true(window_pop(&window, &flight));
        assert_true(flight.is_rejected);
        assert_string_equal(flight.words, "too much");
        free(flight.words);
    }
    assert_int_equal(window.n, 1);
    window_done(&window); /* with the words of the last */
}

static void what_is_denied_is_told_from_what_is_rejected(void **state) {
    (void)state;
    struct window window;
    struct flight flight;
    assert_int_equal(window_init(&window, ROOM), 0);
    add(&window, 1);
    add(&window, 1);
    add(&window, 2);
    assert_false(window_is_denied(&window));
    assert_int_equal(window_settle(&window, 2, "no"), 1);
    window_deny(&window, 1, "not yours");
    window_deny(&window, 7, "unknown");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(window_is_denied(&window), i < 2);
        assert_true(window_pop(&window, &flight));
        assert_true(flight.is_rejected);
        assert_string_equal(flight.words, i < 2 ? "not yours" : "no");
        free(flight.words);
    }
    assert_false(window_is_denied(&window));
    window_done(&window);
}

static void ignore_wake(void *context) {
    (void)context;
}

static void clearing_gives_the_rows_back(void **state) {
    (void)state;
    struct device_view *view = specimen_view(0, "pdu-1", 5);
    struct batch *batch = specimen_batch(view, 1, 1);
    struct spool *spool = specimen_spool(SPOOL_READINGS, 1 << 20);
    struct spool_cursor *cursor = spool_cursor_open(spool, "a", ORDER_STRICT, ignore_wake, NULL);
    struct window window;
    struct spool_row *row;
    assert_int_equal(window_init(&window, ROOM), 0);
    assert_int_equal(spool_append(spool, batch), 0);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &row, 1), 1);
    window_add(&window, &(struct flight){.token = 1, .row = row});
    assert_int_equal(atomic_load(&row->references), 2);
    assert_int_equal(window.rows[READINGS_LIVE], 1);
    assert_int_equal(window.rows[READINGS_BACKLOG], 0);
    window_clear(&window);
    assert_int_equal(atomic_load(&row->references), 1);
    assert_int_equal(window.rows[READINGS_LIVE], 0);
    assert_int_equal(window.n, 0);
    window_done(&window);
    specimen_batch_free(batch);
    spool_cursor_close(cursor);
    spool_close(spool);
    device_view_release(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_leave_in_order),
        cmocka_unit_test(unknown_and_repeated_answers_settle_nothing),
        cmocka_unit_test(bytes_are_those_not_settled),
        cmocka_unit_test(rows_of_one_message_settle_together),
        cmocka_unit_test(what_is_denied_is_told_from_what_is_rejected),
        cmocka_unit_test(clearing_gives_the_rows_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
