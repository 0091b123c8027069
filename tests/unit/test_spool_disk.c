/* SPDX-License-Identifier: Apache-2.0 */
/* The spool with a file: what comes back from it, after a stop, a crash, trouble with the disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "publish/bell.h"
#include "publish/spool/spool.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 10, LIMIT_MS = 10000 };

struct fixture {
    char folder[64];
    struct spool_options options;
    struct spool *spool;
    struct device_view *view;
    struct bell bell;
};

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/hallwatch-spool-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->options = (struct spool_options){.kind = SPOOL_READINGS,
                                              .most_bytes = 1 << 20,
                                              .folder = fixture->folder,
                                              .quota_bytes = 1 << 30,
                                              .quota_age_ms = 100 * 365 * 86400000LL};
    fixture->view = specimen_view(7, "pdu-1", READINGS);
    assert_int_equal(bell_init(&fixture->bell), 0);
    assert_int_equal(spool_open(&fixture->options, &fixture->spool), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    char command[128];
    spool_close(fixture->spool);
    assert_int_equal(atomic_load(&fixture->view->references), 1);
    device_view_release(fixture->view);
    bell_done(&fixture->bell);
    snprintf(command, sizeof(command), "rm -r %s", fixture->folder);
    assert_int_equal(system(command), 0);
    test_free(fixture);
    return 0;
}

static void reopen(struct fixture *fixture) {
    spool_close(fixture->spool);
    fixture->spool = NULL;
    assert_int_equal(spool_open(&fixture->options, &fixture->spool), 0);
}

static struct spool_cursor *open_cursor(struct fixture *fixture, const char *name) {
    return spool_cursor_open(fixture->spool, name, ORDER_STRICT, bell_ring, &fixture->bell);
}

static void append(struct fixture *fixture, uint32_t round) {
    struct batch *batch = specimen_batch(fixture->view, 1000 + round, round);
    assert_int_equal(spool_append(fixture->spool, batch), 0);
    specimen_batch_free(batch);
}

/* The next row after one, waited for; a reference. */
static struct spool_row *take(struct fixture *fixture, struct spool_cursor *cursor, uint64_t after) {
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    struct spool_row *row;
    while (spool_read(cursor, LANE_LIVE, after, &row, 1) == 0) {
        assert_true(clock_monotonic_ms() < until_ms);
        bell_wait(&fixture->bell, until_ms);
    }
    return row;
}

static void check_row(const struct fixture *fixture, const struct spool_row *row, uint32_t round) {
    assert_non_null(row->view);
    assert_string_equal(row->view->device, "pdu-1");
    assert_string_equal(row->view->rack, "A07");
    assert_int_equal(row->time_ms, 1000 + round);
    assert_int_equal(row->n, READINGS);
    for (size_t i = 0; i < READINGS; i++)
        assert_true(row->values[i] == specimen_value(fixture->view, i, round));
}

/* Rows first .. last come, in order, and are acknowledged. */
static void drain(struct fixture *fixture, struct spool_cursor *cursor, uint32_t first, uint32_t last) {
    for (uint64_t id = first; id <= last; id++) {
        struct spool_row *row = take(fixture, cursor, id - 1);
        assert_int_equal(row->id, id);
        check_row(fixture, row, (uint32_t)id);
        spool_acknowledge(cursor, LANE_LIVE, row);
        spool_release(row);
    }
}

static struct spool_state state_of(struct fixture *fixture) {
    struct spool_state states[4];
    assert_true(spool_states(fixture->spool, states, 4) >= 1);
    return states[0];
}

static void what_waits_outlives_a_stop(void **state) {
    struct fixture *fixture = *state;
    char stream[32];
    strcpy(stream, spool_stream(fixture->spool));
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    for (uint32_t round = 1; round <= 1000; round++)
        append(fixture, round);
    drain(fixture, cursor, 1, 400);
    spool_cursor_close(cursor);
    reopen(fixture);
    assert_string_equal(spool_stream(fixture->spool), stream);
    cursor = open_cursor(fixture, "a");
    struct spool_state said = state_of(fixture);
    assert_int_equal(said.waiting_readings, 600 * READINGS);
    assert_int_equal(said.sent_readings, 400 * READINGS);
    append(fixture, 1001);
    drain(fixture, cursor, 401, 1001);
    assert_int_equal(state_of(fixture).waiting_rows, 0);
    assert_int_equal(state_of(fixture).sent_readings, 1001 * READINGS);
    spool_cursor_close(cursor);
    reopen(fixture);
    cursor = open_cursor(fixture, "a");
    struct spool_row *row;
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &row, 1), 0);
    append(fixture, 1002);
    drain(fixture, cursor, 1002, 1002);
    spool_cursor_close(cursor);
}

static void rows_that_left_memory_come_back(void **state) {
    struct fixture *fixture = *state;
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    spool_set_most_bytes(fixture->spool, 100000);
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    for (uint32_t round = 1; round <= 5000; round++) {
        append(fixture, round);
        while (round % 100 == 0 && !state_of(fixture).is_written) {
            assert_true(clock_monotonic_ms() < until_ms);
            usleep(1000);
        }
    }
    struct spool_state said = state_of(fixture);
    assert_int_equal(said.dropped_readings, 0);
    assert_true(said.memory_bytes <= 100000);
    struct spool_row *none;
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &none, 1), 0);
    assert_true(spool_is_loading(cursor, LANE_LIVE));
    /* Read, not acknowledged, and read again, as after a lost connection. */
    for (uint32_t id = 1; id <= 1000; id++)
        spool_release(take(fixture, cursor, id - 1));
    drain(fixture, cursor, 1, 5000);
    assert_int_equal(state_of(fixture).sent_readings, 5000 * READINGS);
    assert_int_equal(spool_read(cursor, LANE_LIVE, 0, &none, 1), 0);
    assert_false(spool_is_loading(cursor, LANE_LIVE));
    spool_cursor_close(cursor);
}

/* In a process of its own, which is killed when rows 1 to `rounds` are on the disk. */
static void die_with_rows(struct fixture *fixture, uint32_t rounds) {
    spool_close(fixture->spool);
    fixture->spool = NULL;
    pid_t child = fork();
    if (child == 0) {
        struct spool *spool;
        if (spool_open(&fixture->options, &spool) != 0)
            _exit(2);
        fixture->spool = spool;
        spool_cursor_open(spool, "a", ORDER_STRICT, bell_ring, &fixture->bell);
        for (uint32_t round = 1; round <= rounds; round++) {
            struct batch *batch = specimen_batch(fixture->view, 1000 + round, round);
            spool_append(spool, batch);
        }
        struct spool_state said;
        do
            spool_states(spool, &said, 1);
        while (!said.is_written);
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void a_crash_leaves_what_was_written_and_a_gap(void **state) {
    struct fixture *fixture = *state;
    die_with_rows(fixture, 100);
    assert_int_equal(spool_open(&fixture->options, &fixture->spool), 0);
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    drain(fixture, cursor, 1, 100);
    struct spool_row *row = take(fixture, cursor, 100);
    assert_null(row->view);
    assert_int_equal(row->first_id, 101);
    uint64_t last = row->id;
    spool_acknowledge(cursor, LANE_LIVE, row);
    spool_release(row);
    append(fixture, 5);
    row = take(fixture, cursor, last);
    assert_int_equal(row->id, last + 1);
    check_row(fixture, row, 5);
    spool_release(row);
    assert_int_equal(state_of(fixture).sent_readings, 100 * READINGS);
    assert_int_equal(state_of(fixture).waiting_readings, READINGS);
    spool_cursor_close(cursor);
}

/* Dies when rows 1 and 2 are on the disk, of which the second is news, but not row 3. */
static void die_after_news(struct fixture *fixture) {
    struct spool *spool;
    struct spool_state said;
    struct spool_row *row;
    if (spool_open(&fixture->options, &spool) != 0)
        _exit(2);
    struct spool_cursor *cursor = spool_cursor_open(spool, "a", ORDER_STRICT, bell_ring, &fixture->bell);
    for (uint32_t round = 1; round <= 2; round++) {
        struct batch *batch = specimen_batch(fixture->view, 1000 + round, round);
        batch->is_news = round == 2;
        spool_append(spool, batch);
    }
    do
        spool_states(spool, &said, 1);
    while (!said.is_written);
    uint64_t bytes = said.written_bytes;
    spool_append(spool, specimen_batch(fixture->view, 1003, 3));
    if (spool_read(cursor, LANE_LIVE, 0, &row, 1) != 1)
        _exit(3);
    spool_reject(cursor, LANE_LIVE, row, 1, "no"); /* has something else committed */
    do
        spool_states(spool, &said, 1);
    while (said.written_bytes == bytes);
    kill(getpid(), SIGKILL);
}

static void news_are_written_at_once_and_the_rest_when_it_has_waited(void **state) {
    struct fixture *fixture = *state;
    int status;
    fixture->options.spill_after_ms = 3600000;
    spool_close(fixture->spool);
    fixture->spool = NULL;
    pid_t child = fork();
    if (child == 0)
        die_after_news(fixture);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(spool_open(&fixture->options, &fixture->spool), 0);
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    drain(fixture, cursor, 2, 2);
    struct spool_row *row = take(fixture, cursor, 2);
    assert_null(row->view);
    assert_int_equal(row->first_id, 3);
    spool_release(row);
    spool_cursor_close(cursor);
}

/* One that would be due half a second later goes with the first: flash wears by commits. */
static void rows_are_written_together(void **state) {
    struct fixture *fixture = *state;
    fixture->options.spill_after_ms = 2000;
    reopen(fixture);
    struct spool_cursor *cursor = open_cursor(fixture, "broker");
    append(fixture, 1);
    int64_t until_ms = clock_monotonic_ms() + 500;
    while (clock_monotonic_ms() < until_ms)
        bell_wait(&fixture->bell, until_ms);
    append(fixture, 2);
    int64_t appended_ms = clock_monotonic_ms();
    while (!state_of(fixture).is_written)
        assert_true(clock_monotonic_ms() < appended_ms + 1900);
    spool_cursor_close(cursor);
}

static void a_second_one_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct spool *other;
    assert_int_equal(spool_open(&fixture->options, &other), ERROR_BUSY);
}

static bool has_aside(const struct fixture *fixture) {
    char command[128];
    snprintf(command, sizeof(command), "ls %s/readings.db.corrupt-* >/dev/null 2>&1", fixture->folder);
    return system(command) == 0;
}

static void a_corrupt_file_is_set_aside(void **state) {
    struct fixture *fixture = *state;
    char path[128];
    spool_close(fixture->spool);
    fixture->spool = NULL;
    snprintf(path, sizeof(path), "%s/readings.db", fixture->folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < 10000; i++)
        fputc('x', file);
    fclose(file);
    assert_int_equal(spool_open(&fixture->options, &fixture->spool), 0);
    assert_true(has_aside(fixture));
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    append(fixture, 1);
    drain(fixture, cursor, 1, 1);
    spool_cursor_close(cursor);
}

static void overwrite(const struct fixture *fixture, const char *name) {
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    for (size_t i = 0; i < 10 << 20; i++)
        fputc('x', file);
    fclose(file);
}

/* Noticed when pages are read that SQLite has not in memory. */
static void a_file_that_becomes_corrupt_is_begun_anew(void **state) {
    enum { ROUNDS = 60000 };
    struct fixture *fixture = *state;
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        append(fixture, round);
        while (round % 1000 == 0 && !state_of(fixture).is_written)
            assert_true(clock_monotonic_ms() < until_ms);
    }
    overwrite(fixture, "readings.db");
    overwrite(fixture, "readings.db-wal");
    uint64_t after = 0, gaps = 0;
    while (after < ROUNDS) {
        struct spool_row *row = take(fixture, cursor, after);
        after = row->id;
        gaps += row->view == NULL;
        spool_acknowledge(cursor, LANE_LIVE, row);
        spool_release(row);
    }
    assert_true(gaps > 0 && has_aside(fixture));
    append(fixture, ROUNDS + 1);
    drain(fixture, cursor, ROUNDS + 1, ROUNDS + 1);
    spool_cursor_close(cursor);
}

static void a_folder_that_cannot_be_used_leaves_memory(void **state) {
    struct fixture *fixture = *state;
    struct spool_options options = fixture->options;
    struct spool *spool = fixture->spool;
    options.folder = "/proc/none";
    assert_int_equal(spool_open(&options, &fixture->spool), 0);
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    append(fixture, 1);
    drain(fixture, cursor, 1, 1);
    spool_cursor_close(cursor);
    spool_close(fixture->spool);
    fixture->spool = spool;
}

static void old_rows_make_no_room_for_holes(void **state) {
    enum { OLD = 20, NEW = 1000 };
    struct fixture *fixture = *state;
    struct spool_cursor *cursor =
        spool_cursor_open(fixture->spool, "a", ORDER_LIVE_FIRST, bell_ring, &fixture->bell);
    for (uint32_t round = 1; round <= OLD; round++)
        append(fixture, round);
    while (!state_of(fixture).is_written)
        usleep(1000);
    spool_cursor_jump(cursor);
    assert_true(state_of(fixture).memory_bytes > 0);
    for (uint32_t round = OLD + 1; round <= OLD + NEW; round++) {
        append(fixture, round);
        struct spool_row *row = take(fixture, cursor, 0);
        assert_int_equal(row->id, round);
        spool_acknowledge(cursor, LANE_LIVE, row);
        spool_release(row);
    }
    assert_int_equal(state_of(fixture).memory_bytes, 0);
    assert_int_equal(state_of(fixture).dropped_readings, 0);
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    for (uint64_t id = 1; id <= OLD; id++) {
        struct spool_row *row;
        while (spool_read(cursor, LANE_BACKLOG, id - 1, &row, 1) == 0) {
            assert_true(clock_monotonic_ms() < until_ms);
            bell_wait(&fixture->bell, until_ms);
        }
        assert_int_equal(row->id, id);
        check_row(fixture, row, (uint32_t)id);
        spool_acknowledge(cursor, LANE_BACKLOG, row);
        spool_release(row);
    }
    assert_int_equal(state_of(fixture).waiting_rows, 0);
    spool_cursor_close(cursor);
}

static int64_t size_of_file(const struct fixture *fixture) {
    char path[128];
    struct stat status;
    snprintf(path, sizeof(path), "%s/readings.db", fixture->folder);
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

static void the_file_shrinks_when_it_was_read(void **state) {
    enum { ROUNDS = 120000, MOST = 5 << 20 };
    struct fixture *fixture = *state;
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    struct batch *batch = specimen_batch(fixture->view, 1000, 1);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        assert_int_equal(spool_append(fixture->spool, batch), 0);
        while (round % 1000 == 0 && !state_of(fixture).is_written)
            usleep(1000);
    }
    specimen_batch_free(batch);
    spool_cursor_close(cursor);
    reopen(fixture); /* all of it is in the file itself */
    assert_true(size_of_file(fixture) > MOST);
    cursor = open_cursor(fixture, "a");
    for (uint64_t id = 0; id < ROUNDS;) {
        struct spool_row *row = take(fixture, cursor, id);
        id = row->id;
        if (id % 1000 == 0)
            spool_acknowledge(cursor, LANE_LIVE, row);
        spool_release(row);
    }
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    while (size_of_file(fixture) > MOST) {
        assert_true(clock_monotonic_ms() < until_ms);
        usleep(1000);
    }
    spool_cursor_close(cursor);
}

static void the_quota_drops_the_oldest(void **state) {
    struct fixture *fixture = *state;
    fixture->options.quota_bytes = 200 << 10;
    fixture->options.most_bytes = 16 << 20;
    reopen(fixture);
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    for (uint32_t round = 1; round <= 20000; round++)
        append(fixture, round);
    spool_cursor_close(cursor);
    reopen(fixture);
    cursor = open_cursor(fixture, "a");
    struct spool_state said = state_of(fixture);
    assert_true(said.dropped_readings > 0);
    assert_int_equal(said.dropped_readings + said.waiting_readings, 20000 * READINGS);
    struct spool_row *row = take(fixture, cursor, 0);
    assert_null(row->view);
    uint64_t gone = row->id;
    spool_acknowledge(cursor, LANE_LIVE, row);
    spool_release(row);
    assert_true(gone > 1000 && gone < 20000);
    drain(fixture, cursor, (uint32_t)gone + 1, 20000);
    assert_int_equal(state_of(fixture).sent_readings + said.dropped_readings, 20000 * READINGS);
    spool_cursor_close(cursor);
}

static void the_quota_thins_before_it_drops(void **state) {
    struct fixture *fixture = *state;
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    spool_set_most_bytes(fixture->spool, 16 << 20);
    for (uint32_t round = 1; round <= 20000; round++)
        append(fixture, round);
    spool_cursor_close(cursor);
    fixture->options.quota_bytes = 200 << 10;
    reopen(fixture); /* nothing is in memory any more, so that everything may be thinned */
    cursor = open_cursor(fixture, "a");
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    while (state_of(fixture).thinned_readings == 0)
        assert_true(clock_monotonic_ms() < until_ms);
    spool_cursor_close(cursor);
    reopen(fixture);
    cursor = open_cursor(fixture, "a");
    struct spool_state said = state_of(fixture);
    assert_int_equal(said.dropped_readings, 0);
    assert_int_equal(said.thinned_readings + said.waiting_readings, 20000 * READINGS);
    uint64_t after = 0, readings = 0;
    int64_t time_ms = 0;
    while (after < 20000) {
        struct spool_row *row = take(fixture, cursor, after);
        assert_non_null(row->view);
        assert_int_equal(row->first_id, after + 1);
        assert_true(row->time_ms >= time_ms);
        after = row->id;
        time_ms = row->time_ms;
        readings += row->readings;
        spool_acknowledge(cursor, LANE_LIVE, row);
        spool_release(row);
    }
    assert_int_equal(time_ms, 1000 + 20000);
    assert_int_equal(readings, said.waiting_readings);
    assert_int_equal(state_of(fixture).sent_readings, readings);
    assert_int_equal(state_of(fixture).waiting_rows, 0);
    spool_cursor_close(cursor);
}

static void a_sink_that_is_gone_is_forgotten(void **state) {
    struct fixture *fixture = *state;
    struct spool_cursor *cursor = open_cursor(fixture, "a");
    append(fixture, 1);
    spool_cursor_close(cursor);
    reopen(fixture);
    cursor = open_cursor(fixture, "b");
    spool_forget_closed(fixture->spool);
    append(fixture, 2);
    struct spool_row *row = take(fixture, cursor, 0);
    assert_int_equal(row->id, 2);
    spool_release(row);
    spool_cursor_close(cursor);
    reopen(fixture);
    cursor = open_cursor(fixture, "a"); /* anew */
    assert_int_equal(state_of(fixture).waiting_rows, 0);
    spool_cursor_close(cursor);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_waits_outlives_a_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_that_left_memory_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_crash_leaves_what_was_written_and_a_gap, setup, teardown),
        cmocka_unit_test_setup_teardown(news_are_written_at_once_and_the_rest_when_it_has_waited, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(rows_are_written_together, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_one_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_corrupt_file_is_set_aside, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_becomes_corrupt_is_begun_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_used_leaves_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(old_rows_make_no_room_for_holes, setup, teardown),
        cmocka_unit_test_setup_teardown(the_file_shrinks_when_it_was_read, setup, teardown),
        cmocka_unit_test_setup_teardown(the_quota_drops_the_oldest, setup, teardown),
        cmocka_unit_test_setup_teardown(the_quota_thins_before_it_drops, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sink_that_is_gone_is_forgotten, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
