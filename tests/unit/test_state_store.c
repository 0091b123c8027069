/* SPDX-License-Identifier: Apache-2.0 */
/* publish/state_store.h: what survives a restart, what does not fool it, and how orders come. */
#include "check.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/file.h"
#include "publish/state_file.h"
#include "publish/state_store.h"

enum { PATIENCE_MS = 10000 };

struct place {
    char folder[64], state[96], journal[96];
};

static int make_place(void **state) {
    struct place *place = calloc(1, sizeof(*place));
    snprintf(place->folder, sizeof(place->folder), "/tmp/hallwatch-state-XXXXXX");
    if (!place || !mkdtemp(place->folder))
        return 1;
    snprintf(place->state, sizeof(place->state), "%s/" STATE_FILE, place->folder);
    snprintf(place->journal, sizeof(place->journal), "%s/" JOURNAL_FILE, place->folder);
    *state = place;
    return 0;
}

static int remove_place(void **state) {
    struct place *place = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s", place->folder);
    int status = system(command);
    free(place);
    return status;
}

static void put(struct alarm_board *board, const char *id, enum alarm_state state) {
    struct alarm_record record = {.rule = "leak_detected",
                                  .node = "한글",
                                  .summary = "water under \"row\" 3",
                                  .state = (uint8_t)state,
                                  .priority = 1,
                                  .latches = true,
                                  .value = 1.25,
                                  .limit = (double)NAN,
                                  .headroom_watts = (double)NAN,
                                  .seconds_left = (double)NAN,
                                  .n_consequences = 3,
                                  .since_ms = 1764000000000,
                                  .changed_ms = clock_wall_ms()};
    snprintf(record.id, sizeof(record.id), "%s", id);
    assert_int_equal(alarm_board_put(board, &record), 0);
}

/* "a=active " and so on. */
static void add_state(void *context, const struct alarm_record *record) {
    char *all = context;
    assert_string_equal(record->rule, "leak_detected");
    assert_string_equal(record->node, "한글");
    assert_string_equal(record->device, "");
    assert_string_equal(record->summary, "water under \"row\" 3");
    assert_true(record->value == 1.25 && isnan(record->limit) && record->latches);
    assert_int_equal(record->n_consequences, 3);
    assert_int_equal(record->since_ms, 1764000000000);
    sprintf(all + strlen(all), "%s=%s ", record->id, alarm_state_word((enum alarm_state)record->state));
}

static void assert_kept(const struct state_store *store, const char *all) {
    char kept[200] = "";
    state_store_list_alarms(store, add_state, kept);
    assert_string_equal(kept, all);
}

static void assert_board(struct alarm_board *board, const char *all) {
    char shown[200] = "";
    alarm_board_show(board, 0, add_state, shown);
    assert_string_equal(shown, all);
}

static void note_figure(void *context, const char *key, double value) {
    sprintf((char *)context + strlen(context), "%s=%g ", key, value);
}

static void open_store(const struct place *place, struct alarm_board **board, struct state_store **store) {
    *board = alarm_board_new();
    assert_int_equal(state_store_open(place->folder, *board, store), 0);
}

static void close_store(struct alarm_board *board, struct state_store *store) {
    state_store_stop(store);
    state_store_free(store);
    alarm_board_free(board);
}

static bool holds(const char *path, const char *words) {
    struct text text = {0};
    bool has = file_read(path, 1 << 20, &text, NULL) == 0 && text.data && strstr(text.data, words);
    text_done(&text);
    return has;
}

static void wait_for(const char *path, const char *words) {
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
    while (!holds(path, words)) {
        if (clock_monotonic_ms() > until_ms)
            fail_msg("%s does not hold %s", path, words);
        uv_sleep(1);
    }
}

static void alarms_and_figures_are_kept(void **state) {
    struct alarm_board *board;
    struct state_store *store;
    char figures[100] = "";
    open_store(*state, &board, &store);
    assert_int_equal(state_store_start(store), 0);
    state_store_put_figure(store, "over/b", 2);
    state_store_put_figure(store, "over/a", 0.5);
    state_store_put_figure(store, "over/b", 2.5);
    state_store_put_figure(store, "none", (double)NAN);
    int64_t began_ms = clock_monotonic_ms();
    put(board, "a", ALARM_ACTIVE);
    wait_for(((struct place *)*state)->state, "\"alarm\":\"a\"");
    assert_true(clock_monotonic_ms() - began_ms < 1000); /* meant: 100; this machine may be busy */
    put(board, "b", ALARM_RETURNED);
    put(board, "c", ALARM_NORMAL);
    close_store(board, store);

    open_store(*state, &board, &store);
    assert_kept(store, "a=active b=returned c=normal ");
    state_store_list_figures(store, note_figure, figures);
    assert_string_equal(figures, "over/a=0.5 over/b=2.5 ");
    assert_board(board, "c=normal "); /* before anybody judges: it is no news */
    put(board, "a", ALARM_ACTIVE);
    assert_int_equal(state_store_start(store), 0);
    assert_board(board, "a=active b=normal c=normal ");
    close_store(board, store);
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void what_is_none_is_set_aside(void **state) {
    struct place *place = *state;
    static const char alarm[] = "{\"alarm\":\"a\",\"state\":\"active\",\"priority\":1,\"rule\":\"r\","
                                "\"since\":1,\"changed\":1";
    static const char *const forms[] = {
        "",
        "{}",
        "[]",
        "{\"schema\":1",
        "{\"schema\":2,\"alarms\":{}}",
        "{\"schema\":1,\"journal\":-1}",
        "{\"schema\":1,\"figures\":{\"a\":\"b\"}}",
        "{\"schema\":1,\"figures\":{\"a\":{}}}",
        "{\"schema\":1,\"figures\":{\"\xff\":1}}",
        "{\"schema\":1,\"alarms\":[[]]}",
        "{\"schema\":1,\"alarms\":[{}]}",
        "{\"schema\":1,\"alarms\":[%s,\"priority\":5}]}",
        "{\"schema\":1,\"alarms\":[%s,\"state\":\"merry\"}]}",
        "{\"schema\":1,\"alarms\":[%s,\"value\":\"1\"}]}",
        "{\"schema\":1,\"alarms\":[%s,\"since\":1e17}]}",
        "{\"schema\":1,\"alarms\":[%s,\"alarm\":\"0123456789012345678901234567890123456789012345678\"}]}",
        "{\"schema\":1,\"alarms\":[%s,\"summary\":\"\\u0007\"}]}",
        "{\"schema\":1,\"alarms\":[%s,\"value\":{}}]}",
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char text[400];
        struct alarm_board *board;
        struct state_store *store;
        const char *hole = strstr(forms[i], "%s");
        snprintf(text, sizeof(text), "%.*s%s%s", hole ? (int)(hole - forms[i]) : 400, forms[i],
                 hole ? alarm : "", hole ? hole + 2 : "");
        write_file(place->state, text);
        open_store(place, &board, &store);
        assert_kept(store, "");
        if (access(place->state, F_OK) == 0)
            fail_msg("still there: %s", text);
        close_store(board, store);
    }
}

static bool next_order(struct state_store *store, struct journal_order *order) {
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
    while (!state_store_next_order(store, order)) {
        if (clock_monotonic_ms() > until_ms)
            return false;
        uv_sleep(1);
    }
    return true;
}

static void order(struct place *place, enum order_kind kind, const char *of, int64_t from_now_ms) {
    struct text text = {0};
    struct journal_order order = {
        .kind = kind, .time_ms = clock_wall_ms(), .until_ms = clock_wall_ms() + from_now_ms, .by = "kim"};
    snprintf(order.of, sizeof(order.of), "%s", of);
    journal_write(&order, &text);
    write_file(place->journal, text.data);
    text_done(&text);
}

static void assert_next(struct state_store *store, enum order_kind kind, const char *of) {
    struct journal_order order;
    assert_true(next_order(store, &order));
    assert_int_equal(order.kind, kind);
    assert_string_equal(order.of, of);
}

static void orders_come_while_it_runs_and_once(void **state) {
    struct place *place = *state;
    struct alarm_board *board;
    struct state_store *store;
    struct journal_order none;
    open_store(place, &board, &store);
    assert_int_equal(state_store_start(store), 0);
    assert_false(state_store_next_order(store, &none));
    order(place, ORDER_MAINTAIN, "ups-a", 3600000);
    assert_next(store, ORDER_MAINTAIN, "ups-a");
    write_file(place->journal, "{\"time\":1,\"uid\"\n"); /* broken off */
    order(place, ORDER_RESET, "leak-1", 0);
    order(place, ORDER_MAINTAIN, "ups-b", 3600000);
    order(place, ORDER_END, "ups-b", 0);
    order(place, ORDER_MAINTAIN, "ups-c", 1);
    assert_next(store, ORDER_RESET, "leak-1");
    assert_next(store, ORDER_MAINTAIN, "ups-b");
    assert_next(store, ORDER_END, "ups-b");
    assert_next(store, ORDER_MAINTAIN, "ups-c");
    close_store(board, store);

    /* What was done is not done again; who is out of service stays so. */
    order(place, ORDER_RESET, "leak-2", 0);
    open_store(place, &board, &store);
    assert_int_equal(state_store_start(store), 0);
    assert_true(state_store_next_order(store, &none)); /* before anything is judged */
    assert_string_equal(none.of, "ups-a");
    assert_next(store, ORDER_RESET, "leak-2");

    /* Cut, it is another journal. */
    assert_int_equal(truncate(place->journal, 0), 0);
    order(place, ORDER_END, "ups-a", 0);
    assert_next(store, ORDER_END, "ups-a");
    close_store(board, store);
}

static void a_disk_that_takes_nothing_costs_only_what_is_kept(void **state) {
    struct place *place = *state;
    struct alarm_board *board;
    struct state_store *store;
    char obstacle[128];
    snprintf(obstacle, sizeof(obstacle), "%s.next", place->state);
    assert_int_equal(mkdir(obstacle, 0700), 0); /* whoever runs the tests: nothing can be written there */
    open_store(place, &board, &store);
    assert_int_equal(state_store_start(store), 0);
    put(board, "a", ALARM_ACTIVE);
    order(place, ORDER_RESET, "leak", 0);
    assert_next(store, ORDER_RESET, "leak");
    close_store(board, store);
    assert_int_not_equal(access(place->state, F_OK), 0);
    assert_int_equal(rmdir(obstacle), 0);
}

static void without_a_folder_nothing_is_kept(void **state) {
    (void)state;
    struct alarm_board *board = alarm_board_new();
    struct state_store *store;
    struct journal_order none;
    assert_int_equal(state_store_open(NULL, board, &store), 0);
    assert_int_equal(state_store_start(store), 0);
    put(board, "a", ALARM_ACTIVE);
    state_store_put_figure(store, "a", 1);
    assert_false(state_store_next_order(store, &none));
    close_store(board, store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(alarms_and_figures_are_kept, make_place, remove_place),
        cmocka_unit_test_setup_teardown(what_is_none_is_set_aside, make_place, remove_place),
        cmocka_unit_test_setup_teardown(orders_come_while_it_runs_and_once, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_disk_that_takes_nothing_costs_only_what_is_kept, make_place,
                                        remove_place),
        cmocka_unit_test(without_a_folder_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
