/* SPDX-License-Identifier: Apache-2.0 */
/* model/alarm_board.h: what is on the board, in which order it is shown, and who is told. */
#include "check.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "model/alarm_board.h"

static void put(struct alarm_board *board, const char *id, enum alarm_state state, uint8_t priority,
                int64_t since_ms, const char *summary) {
    struct alarm_record record = {.rule = "rule",
                                  .summary = summary,
                                  .state = (uint8_t)state,
                                  .priority = priority,
                                  .since_ms = since_ms,
                                  .changed_ms = since_ms,
                                  .value = (double)NAN};
    snprintf(record.id, sizeof(record.id), "%s", id);
    assert_int_equal(alarm_board_put(board, &record), 0);
}

/* The ids as they are shown, with a blank after each. */
static void add_id(void *context, const struct alarm_record *record) {
    char *ids = context;
    assert_string_equal(record->rule, "rule");
    assert_string_equal(record->cause, "");
    strcat(strcat(ids, record->id), " ");
}

static void assert_shown(struct alarm_board *board, uint64_t after, const char *ids) {
    char shown[200] = "";
    alarm_board_show(board, after, add_id, shown);
    assert_string_equal(shown, ids);
}

static void urgent_and_old_ones_come_first(void **state) {
    (void)state;
    struct alarm_board *board = alarm_board_new();
    assert_int_equal(alarm_board_change(board), 0);
    assert_shown(board, 0, "");
    put(board, "c", ALARM_ACTIVE, 3, 100, "");
    put(board, "b", ALARM_ACTIVE, 1, 300, "");
    put(board, "a", ALARM_RETURNED, 1, 200, "");
    put(board, "d", ALARM_SUPPRESSED, 1, 200, "");
    assert_shown(board, 0, "a d b c ");
    assert_int_equal(alarm_board_change(board), 4);
    assert_shown(board, 2, "a d ");
    put(board, "c", ALARM_ACTIVE, 1, 100, "another priority");
    assert_shown(board, 0, "c a d b ");
    assert_shown(board, 4, "c ");
    put(board, "a", ALARM_NORMAL, 1, 200, "");
    assert_shown(board, 0, "c d b a ");
    alarm_board_free(board);
}

static void resolved_ones_stay_for_a_while(void **state) {
    (void)state;
    struct alarm_board *board = alarm_board_new();
    put(board, "a", ALARM_ACTIVE, 2, 0, "");
    put(board, "b", ALARM_NORMAL, 2, 0, "");
    put(board, "c", ALARM_NORMAL, 1, 1000, "");
    alarm_board_forget(board, ALARM_RESOLVED_MS - 1);
    assert_shown(board, 0, "a c b ");
    alarm_board_forget(board, ALARM_RESOLVED_MS);
    assert_shown(board, 0, "a c ");
    alarm_board_forget(board, INT64_MAX / 2);
    assert_shown(board, 0, "a ");
    put(board, "b", ALARM_ACTIVE, 1, 0, "again");
    assert_shown(board, 0, "b a ");
    alarm_board_free(board);
}

static void look_at_copy(void *context, const struct alarm_record *record) {
    (void)context;
    assert_string_equal(record->summary, "short-lived");
    assert_string_equal(record->metric, "");
    assert_string_equal(alarm_text_get(record, 0), "rule");
    assert_true(isnan(record->value));
}

static void texts_are_copied(void **state) {
    (void)state;
    struct alarm_board *board = alarm_board_new();
    char summary[] = "short-lived";
    put(board, "a", ALARM_ACTIVE, 1, 0, summary);
    memset(summary, 'x', sizeof(summary) - 1);
    alarm_board_show(board, 0, look_at_copy, NULL);
    alarm_board_free(board);
}

static void look_at_plain(void *context, const struct alarm_record *record) {
    assert_string_equal(record->summary, context);
}

static void texts_are_plain_and_bounded(void **state) {
    (void)state;
    struct alarm_board *board = alarm_board_new();
    static char longest[ALARM_TEXT_MOST + 100];
    put(board, "a", ALARM_ACTIVE, 1, 0, "two\nlines \xff \xea\xb0\x80");
    alarm_board_show(board, 0, look_at_plain, "two lines   \xea\xb0\x80");
    memset(longest, 'x', ALARM_TEXT_MOST - 1);
    strcpy(longest + ALARM_TEXT_MOST - 1, "\xea\xb0\x80 and more");
    put(board, "a", ALARM_ACTIVE, 1, 0, longest);
    longest[ALARM_TEXT_MOST - 1] = '\0';
    alarm_board_show(board, 0, look_at_plain, longest);
    alarm_board_free(board);
}

static void words_and_states_agree(void **state) {
    (void)state;
    for (int i = ALARM_NORMAL; i <= ALARM_OUT_OF_SERVICE; i++)
        assert_int_equal(alarm_state_find(alarm_state_word((enum alarm_state)i)), i);
    assert_int_equal(alarm_state_find("merry"), -1);
}

static void count(void *context) {
    ++*(int *)context;
}

static void listeners_hear_of_changes(void **state) {
    (void)state;
    struct alarm_board *board = alarm_board_new();
    int first = 0, second = 0;
    assert_int_equal(alarm_board_listen(board, count, &first), 0);
    assert_int_equal(alarm_board_listen(board, count, &second), 0);
    put(board, "a", ALARM_ACTIVE, 1, 0, "");
    alarm_board_unlisten(board, &first);
    put(board, "a", ALARM_NORMAL, 1, 0, "");
    assert_int_equal(first, 1);
    assert_int_equal(second, 2);
    alarm_board_free(board);
}

/* Changes the board while it is looked at: what did not change is shown once. */
struct walk {
    struct alarm_board *board;
    int seen[100];
    int turn;
};

static void change_others(void *context, const struct alarm_record *record) {
    struct walk *walk = context;
    int number = 0;
    assert_int_equal(sscanf(record->id, "a%d", &number), 1);
    walk->seen[number]++;
    char id[16];
    snprintf(id, sizeof(id), "a%d", walk->turn * 2 + 1);
    put(walk->board, id, walk->turn % 3 ? ALARM_NORMAL : ALARM_ACTIVE, (uint8_t)(1 + walk->turn % 4),
        walk->turn, "");
    walk->turn = (walk->turn + 1) % 50;
}

static void a_look_survives_changes(void **state) {
    (void)state;
    struct walk walk = {.board = alarm_board_new()};
    for (int i = 0; i < 100; i++) {
        char id[16];
        snprintf(id, sizeof(id), "a%d", i);
        put(walk.board, id, ALARM_ACTIVE, (uint8_t)(1 + i % 4), i, "");
    }
    alarm_board_show(walk.board, 0, change_others, &walk);
    for (int i = 0; i < 100; i += 2)
        assert_int_equal(walk.seen[i], 1);
    alarm_board_free(walk.board);
}

static void *keep_changing(void *context) {
    for (int i = 0; i < 20000; i++) {
        char id[16];
        snprintf(id, sizeof(id), "a%d", i % 37);
        put(context, id, i % 5 ? ALARM_ACTIVE : ALARM_NORMAL, (uint8_t)(1 + i % 4), i, "of one thread");
        if (i % 100 == 0)
            alarm_board_forget(context, i + ALARM_RESOLVED_MS / 2);
    }
    return NULL;
}

static void look_closely(void *context, const struct alarm_record *record) {
    uint64_t *latest = context;
    assert_string_equal(record->summary, "of one thread");
    *latest = record->change > *latest ? record->change : *latest;
}

static void threads_may_share_it(void **state) {
    (void)state;
    struct alarm_board *board = alarm_board_new();
    pthread_t thread;
    uint64_t latest = 0;
    assert_int_equal(pthread_create(&thread, NULL, keep_changing, board), 0);
    while (latest < 20000)
        alarm_board_show(board, 0, look_closely, &latest);
    pthread_join(thread, NULL);
    alarm_board_free(board);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urgent_and_old_ones_come_first),
        cmocka_unit_test(resolved_ones_stay_for_a_while),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(texts_are_plain_and_bounded),
        cmocka_unit_test(words_and_states_agree),
        cmocka_unit_test(listeners_hear_of_changes),
        cmocka_unit_test(a_look_survives_changes),
        cmocka_unit_test(threads_may_share_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
