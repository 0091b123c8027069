/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spool while its disk takes nothing: what is on it still comes, and so does what memory has; what
 * neither has is a gap, and all of it is counted once. A limit on the size of files stands for a full disk.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "publish/bell.h"
#include "publish/spool/spool.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 10, LIMIT_MS = 10000, WRITTEN = 100, ROWS = 2000 };

struct fixture {
    char folder[64];
    struct spool_options options;
    struct spool *spool;
    struct spool_cursor *cursor;
    struct device_view *view;
    struct bell bell;
};

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/hallwatch-spool-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    signal(SIGXFSZ, SIG_IGN);
    fixture->options = (struct spool_options){.kind = SPOOL_READINGS,
                                              .most_bytes = 100000,
                                              .folder = fixture->folder,
                                              .quota_bytes = 1 << 30,
                                              .quota_age_ms = 100 * 365 * 86400000LL};
    fixture->view = specimen_view(7, "pdu-1", READINGS);
    assert_int_equal(bell_init(&fixture->bell), 0);
    assert_int_equal(spool_open(&fixture->options, &fixture->spool), 0);
    fixture->cursor = spool_cursor_open(fixture->spool, "a", ORDER_STRICT, bell_ring, &fixture->bell);
    *state = fixture;
    return 0;
}

/* Files may become no larger; RLIM_INFINITY: as large as they will. */
static void limit_files(rlim_t bytes) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    char command[128];
    limit_files(RLIM_INFINITY);
    spool_cursor_close(fixture->cursor);
    spool_close(fixture->spool);
    device_view_release(fixture->view);
    bell_done(&fixture->bell);
    snprintf(command, sizeof(command), "rm -r %s", fixture->folder);
    assert_int_equal(system(command), 0);
    test_free(fixture);
    return 0;
}

static void append(struct fixture *fixture, uint32_t first, uint32_t last) {
    for (uint32_t round = first; round <= last; round++) {
        struct batch *batch = specimen_batch(fixture->view, 1000 + round, round);
        assert_int_equal(spool_append(fixture->spool, batch), 0);
        specimen_batch_free(batch);
    }
}

static struct spool_state state_of(struct fixture *fixture) {
    struct spool_state said;
    assert_int_equal(spool_states(fixture->spool, &said, 1), 1);
    return said;
}

static bool is_stuck(struct fixture *fixture) {
    struct spool_figures figures;
    spool_figures(fixture->spool, &figures);
    return figures.is_stuck;
}

static void wait_until_written(struct fixture *fixture) {
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    while (!state_of(fixture).is_written) {
        assert_true(clock_monotonic_ms() < until_ms);
        usleep(1000);
    }
}

static void wait_until_stuck(struct fixture *fixture) {
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    while (!is_stuck(fixture)) {
        assert_true(clock_monotonic_ms() < until_ms);
        usleep(1000);
    }
}

static struct spool_row *take(struct fixture *fixture, uint64_t after) {
    int64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
    struct spool_row *row;
    while (spool_read(fixture->cursor, LANE_LIVE, after, &row, 1) == 0) {
        assert_true(clock_monotonic_ms() < until_ms);
        bell_wait(&fixture->bell, until_ms);
    }
    return row;
}

/* Takes and acknowledges up to row `last`. Returns how many rows that were and no gaps. */
static uint64_t drain(struct fixture *fixture, uint64_t last) {
    uint64_t rows = 0;
    for (uint64_t id = 0; id < last;) {
        struct spool_row *row = take(fixture, id);
        assert_true(row->first_id == id + 1 || id == 0);
        id = row->id;
        rows += row->view != NULL;
        spool_acknowledge(fixture->cursor, LANE_LIVE, row);
        spool_release(row);
    }
    return rows;
}

static void what_there_is_comes_while_the_disk_is_full(void **state) {
    struct fixture *fixture = *state;
    append(fixture, 1, WRITTEN);
    wait_until_written(fixture);
    limit_files(0);
    append(fixture, WRITTEN + 1, ROWS);
    wait_until_stuck(fixture);
    struct spool_state said = state_of(fixture);
    assert_true(said.dropped_readings > 0);
    uint64_t rows = drain(fixture, ROWS);
    assert_true(is_stuck(fixture));
    assert_true(rows > WRITTEN && rows < ROWS);
    said = state_of(fixture);
    assert_int_equal(said.waiting_rows, 0);
    assert_int_equal(said.waiting_readings, 0);
    assert_int_equal(said.sent_readings, rows * READINGS);
    assert_int_equal(said.dropped_readings, (ROWS - rows) * READINGS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_there_is_comes_while_the_disk_is_full, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
