/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agents that are killed while their spool is at its quota and being thinned: what the next one reads is
 * whole, in order, and every reading of it is counted once as what became of it. And copies
 * that are made of such a spool.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "publish/bell.h"
#include "publish/spool/spool.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 10, LIVES = 12, COPIES = 50, UNWRITTEN_MOST = 100, LIMIT_MS = 10000, IN_MEMORY = 100000 };

struct fixture {
    char folder[64];
    struct spool_options options;
    struct device_view *view;
    struct bell bell;
};

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/hallwatch-spool-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->options = (struct spool_options){.kind = SPOOL_READINGS,
                                              .most_bytes = IN_MEMORY,
                                              .folder = fixture->folder,
                                              .quota_bytes = 200 << 10,
                                              .quota_age_ms = 100 * 365 * 86400000LL};
    fixture->view = specimen_view(7, "pdu-1", READINGS);
    assert_int_equal(bell_init(&fixture->bell), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    char command[128];
    device_view_release(fixture->view);
    bell_done(&fixture->bell);
    snprintf(command, sizeof(command), "rm -r %s", fixture->folder);
    assert_int_equal(system(command), 0);
    test_free(fixture);
    return 0;
}

static struct spool_state state_of(struct spool *spool, const char *sink) {
    struct spool_state states[4];
    size_t n = spool_states(spool, states, 4);
    for (size_t i = 0; i < n; i++)
        if (strcmp(states[i].sink, sink) == 0)
            return states[i];
    return (struct spool_state){.sink = ""};
}

static struct spool_cursor *open_cursor(struct fixture *fixture, struct spool *spool, const char *sink) {
    return spool_cursor_open(spool, sink, ORDER_STRICT, bell_ring, &fixture->bell);
}

/* Appends as fast as the disk takes it, for a sink that takes nothing and one that takes some of it. */
static void live(struct fixture *fixture) {
    struct spool *spool;
    if (spool_open(&fixture->options, &spool) != 0)
        _exit(2);
    open_cursor(fixture, spool, "idle");
    struct spool_cursor *busy = open_cursor(fixture, spool, "busy");
    for (uint32_t round = 1;; round++) {
        struct batch *batch = specimen_batch(fixture->view, clock_wall_ms(), round);
        spool_append(spool, batch);
        specimen_batch_free(batch);
        struct spool_row *row;
        if (round % 4 == 0 && spool_read(busy, LANE_LIVE, 0, &row, 1) == 1) {
            spool_acknowledge(busy, LANE_LIVE, row);
            spool_release(row);
        }
        while (round % UNWRITTEN_MOST == 0 && !state_of(spool, "idle").is_written)
            usleep(100);
    }
}

static void live_and_die(struct fixture *fixture, useconds_t after_us) {
    pid_t child = fork();
    if (child == 0)
        live(fixture);
    usleep(after_us);
    kill(child, SIGKILL);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static struct spool_row *take(struct fixture *fixture, struct spool_cursor *cursor, uint64_t after) {
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    struct spool_row *row;
    while (spool_read(cursor, LANE_LIVE, after, &row, 1) == 0) {
        assert_true(clock_monotonic_ms() < until_ms);
        bell_wait(&fixture->bell, until_ms);
    }
    return row;
}

/* All of it, without a hole; returns the readings. Also the stream's total at its end, and the state then. */
static uint64_t drain(struct fixture *fixture, struct spool *spool, const char *sink, uint64_t *total,
                      struct spool_state *drained) {
    struct spool_cursor *cursor = open_cursor(fixture, spool, sink);
    struct spool_state said = state_of(spool, sink);
    uint64_t after = said.acknowledged_row, readings = 0;
    while (after < said.newest_row) {
        struct spool_row *row = take(fixture, cursor, after);
        assert_true(row->first_id == after + 1 && row->id >= row->first_id);
        after = row->id;
        readings += row->readings;
        *total = row->total;
        spool_acknowledge(cursor, LANE_LIVE, row);
        spool_release(row);
    }
    *drained = state_of(spool, sink);
    spool_cursor_close(cursor);
    return readings;
}

static void what_becomes_of_a_reading_is_counted_once(void **state) {
    struct fixture *fixture = *state;
    for (useconds_t i = 0; i < LIVES; i++)
        live_and_die(fixture, 50000 + i * 7919 % 12 * 20000);
    struct spool *spool;
    fixture->options.quota_bytes = 1 << 30;
    assert_int_equal(spool_open(&fixture->options, &spool), 0);
    struct spool_state said;
    uint64_t total = 0, readings = drain(fixture, spool, "idle", &total, &said);
    assert_true(said.thinned_readings > 0 && readings > 0);
    assert_int_equal(said.sent_readings, readings);
    /* What was lost with an agent is dropped, and in no total. */
    uint64_t all = said.sent_readings + said.thinned_readings + said.dropped_readings;
    assert_in_range(all, total, total + LIVES * UNWRITTEN_MOST * READINGS);
    assert_int_equal(said.waiting_rows, 0);
    drain(fixture, spool, "busy", &total, &said);
    assert_int_equal(said.waiting_rows, 0);
    spool_close(spool);
}

/* Killed when the file knows that all rows but the last `left` are acknowledged. */
static void live_well(struct fixture *fixture, uint64_t left) {
    struct spool *spool;
    struct spool_row *row;
    if (spool_open(&fixture->options, &spool) != 0)
        _exit(2);
    struct spool_cursor *cursor = open_cursor(fixture, spool, "idle");
    for (uint64_t i = 0; i <= left; i++)
        spool_append(spool, specimen_batch(fixture->view, 1000, 1));
    while (!state_of(spool, "idle").is_written)
        usleep(1000);
    uint64_t written = state_of(spool, "idle").written_bytes;
    if (spool_read(cursor, LANE_LIVE, 0, &row, 1) != 1)
        _exit(3);
    spool_acknowledge(cursor, LANE_LIVE, row);
    while (state_of(spool, "idle").written_bytes == written)
        usleep(1000);
    kill(getpid(), SIGKILL);
}

static void check_gap(struct fixture *fixture, uint64_t left) {
    int64_t now_ms = clock_wall_ms();
    pid_t child = fork();
    if (child == 0)
        live_well(fixture, left);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    struct spool *spool;
    assert_int_equal(spool_open(&fixture->options, &spool), 0);
    struct spool_cursor *cursor = open_cursor(fixture, spool, "idle");
    for (uint64_t id = 2; id < 2 + left; id++)
        spool_release(take(fixture, cursor, id - 1));
    struct spool_row *gap = take(fixture, cursor, 1 + left);
    assert_null(gap->view);
    assert_int_equal(gap->first_id, 2 + left);
    assert_true(gap->time_ms >= now_ms);
    spool_release(gap);
    spool_cursor_close(cursor);
    spool_close(spool);
}

/* A receiver may refuse what is older than what it has. */
static void a_gap_behind_everything_is_of_now(void **state) {
    check_gap(*state, 0);
}

static void a_gap_behind_what_waits_is_of_now(void **state) {
    check_gap(*state, 5);
}

/* Files are copied one after the other while they are written: what the copies hold may contradict itself. */
static void a_copy_made_meanwhile_is_no_obstacle(void **state) {
    struct fixture *fixture = *state;
    char command[512];
    pid_t child = fork();
    if (child == 0)
        live(fixture);
    struct spool_options options = fixture->options;
    char folder[96];
    snprintf(folder, sizeof(folder), "%s/copy", fixture->folder);
    options.folder = folder;
    snprintf(command, sizeof(command), "rm -rf %s && mkdir %s && cp %s/readings.db* %s/ 2>/dev/null", folder,
             folder, fixture->folder, folder);
    for (int i = 0; i < COPIES; i++) {
        usleep(20000);
        if (system(command) != 0)
            continue; /* a file that is made or goes just now */
        struct spool *spool;
        struct spool_state said;
        uint64_t total;
        assert_int_equal(spool_open(&options, &spool), 0);
        drain(fixture, spool, "idle", &total, &said);
        assert_int_equal(said.waiting_rows, 0);
        spool_close(spool);
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_becomes_of_a_reading_is_counted_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_gap_behind_everything_is_of_now, setup, teardown),
        cmocka_unit_test_setup_teardown(a_gap_behind_what_waits_is_of_now, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_made_meanwhile_is_no_obstacle, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
