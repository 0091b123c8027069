/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A spool's file as power losses, copies, dying disks and hanging processes leave it: cut off, of two times,
 * overwritten. Whatever it is, the spool opens, hands out rows in order without a hole, and takes new ones.
 */
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "publish/bell.h"
#include "publish/spool/spool.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 500, ROWS = 300, LIMIT_MS = 10000, OVERWRITTEN = 512 };

struct image {
    char *bytes;
    size_t size;
};

/* What two killed agents left, the second in the folder of the first after one that ended well. */
struct fixture {
    char folder[64];
    struct spool_options options;
    struct device_view *view;
    struct bell bell;
    struct image db[2], wal[2];
};

static void write_path(const struct fixture *fixture, const char *end, char path[128]) {
    snprintf(path, 128, "%s/readings.db%s", fixture->folder, end);
}

static struct image read_image(const struct fixture *fixture, const char *end) {
    struct image image = {0};
    char path[128];
    write_path(fixture, end, path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    image.size = (size_t)ftell(file);
    rewind(file);
    image.bytes = test_malloc(image.size);
    assert_int_equal(fread(image.bytes, 1, image.size, file), image.size);
    fclose(file);
    return image;
}

static void write_image(const struct fixture *fixture, const char *end, const char *bytes, size_t size) {
    char path[128];
    write_path(fixture, end, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void append(struct fixture *fixture, struct spool *spool, uint32_t round) {
    struct batch *batch = specimen_batch(fixture->view, 1000 + round, round);
    assert_int_equal(spool_append(spool, batch), 0);
    specimen_batch_free(batch);
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

static void run_until_killed(struct fixture *fixture, uint32_t first) {
    struct spool *spool;
    struct spool_state said;
    if (spool_open(&fixture->options, &spool) != 0)
        _exit(2);
    struct spool_cursor *cursor = spool_cursor_open(spool, "a", ORDER_STRICT, bell_ring, &fixture->bell);
    spool_cursor_open(spool, "b", ORDER_STRICT, bell_ring, &fixture->bell);
    for (uint32_t round = first; round < first + ROWS; round++)
        append(fixture, spool, round);
    struct spool_row *row = NULL;
    for (uint64_t id = 0, i = 0; i < ROWS / 4; i++) {
        row = take(fixture, cursor, id);
        id = row->id;
        spool_acknowledge(cursor, LANE_LIVE, row);
        spool_release(row);
    }
    do
        spool_states(spool, &said, 1);
    while (!said.is_written);
    kill(getpid(), SIGKILL);
}

static void die(struct fixture *fixture, uint32_t first) {
    pid_t child = fork();
    if (child == 0)
        run_until_killed(fixture, first);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

/* SQLite moves its log into the file then. */
static void end_well(const struct fixture *fixture) {
    struct spool *spool;
    assert_int_equal(spool_open(&fixture->options, &spool), 0);
    spool_close(spool);
}

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/hallwatch-spool-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->options = (struct spool_options){.kind = SPOOL_READINGS,
                                              .most_bytes = 64 << 20,
                                              .folder = fixture->folder,
                                              .quota_bytes = 1 << 30,
                                              .quota_age_ms = 100 * 365 * 86400000LL};
    fixture->view = specimen_view(7, "pdu-1", READINGS);
    assert_int_equal(bell_init(&fixture->bell), 0);
    for (size_t i = 0; i < 2; i++) {
        die(fixture, (uint32_t)i * ROWS + 1);
        fixture->db[i] = read_image(fixture, "");
        fixture->wal[i] = read_image(fixture, "-wal");
        end_well(fixture);
    }
    *state = fixture;
    return 0;
}

static void empty_folder(const struct fixture *fixture) {
    char pattern[128];
    glob_t found;
    snprintf(pattern, sizeof(pattern), "%s/*", fixture->folder);
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            unlink(found.gl_pathv[i]);
    globfree(&found);
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    empty_folder(fixture);
    assert_int_equal(rmdir(fixture->folder), 0);
    for (size_t i = 0; i < 2; i++) {
        test_free(fixture->db[i].bytes);
        test_free(fixture->wal[i].bytes);
    }
    device_view_release(fixture->view);
    bell_done(&fixture->bell);
    test_free(fixture);
    return 0;
}

/* Of what was not overwritten, values are what they were. */
static void check_values(const struct fixture *fixture, const struct spool_row *row) {
    uint32_t round = (uint32_t)(row->time_ms - 1000);
    assert_int_equal(row->n, READINGS);
    for (size_t i = 0; i < READINGS; i++)
        assert_true(row->values[i] == specimen_value(fixture->view, i, round));
}

/* Opens what is in the folder, and reads a new row and all before it. Returns how many rows it still had. */
static size_t go_on(struct fixture *fixture, bool exactly) {
    struct spool *spool;
    size_t n = 0;
    assert_int_equal(spool_open(&fixture->options, &spool), 0);
    struct spool_cursor *cursor = spool_cursor_open(spool, "b", ORDER_STRICT, bell_ring, &fixture->bell);
    struct spool_state said;
    spool_states(spool, &said, 1);
    uint64_t after = said.acknowledged_row;
    append(fixture, spool, 2 * ROWS + 1);
    for (bool is_new = false; !is_new;) {
        struct spool_row *row = take(fixture, cursor, after);
        assert_true(row->first_id == after + 1 && row->id >= row->first_id);
        after = row->id;
        is_new = row->view && row->time_ms == 1000 + 2 * ROWS + 1;
        n += row->view && !is_new;
        if (row->view && exactly)
            check_values(fixture, row);
        spool_acknowledge(cursor, LANE_LIVE, row);
        spool_release(row);
    }
    spool_cursor_close(cursor);
    spool_close(spool);
    return n;
}

static void a_log_that_was_cut_off_loses_its_end(void **state) {
    struct fixture *fixture = *state;
    const struct image *db = &fixture->db[1], *wal = &fixture->wal[1];
    size_t step = wal->size / 100 | 1, had = 0;
    for (size_t size = 0; size < wal->size + step; size += step) {
        empty_folder(fixture);
        write_image(fixture, "", db->bytes, db->size);
        write_image(fixture, "-wal", wal->bytes, size < wal->size ? size : wal->size);
        size_t has = go_on(fixture, true);
        assert_true(has >= had);
        had = has;
    }
    assert_int_equal(had, 2 * ROWS); /* and a gap */
}

static void a_file_that_was_cut_off_is_no_obstacle(void **state) {
    struct fixture *fixture = *state;
    const struct image *db = &fixture->db[1], *wal = &fixture->wal[1];
    size_t step = db->size / 40 | 1;
    for (size_t size = 0; size < db->size; size += step)
        for (int with_log = 0; with_log < 2; with_log++) {
            empty_folder(fixture);
            write_image(fixture, "", db->bytes, size);
            if (with_log)
                write_image(fixture, "-wal", wal->bytes, wal->size);
            go_on(fixture, true);
        }
}

static void files_of_two_times_are_no_obstacle(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < 2; i++) {
        empty_folder(fixture);
        write_image(fixture, "", fixture->db[i].bytes, fixture->db[i].size);
        write_image(fixture, "-wal", fixture->wal[1 - i].bytes, fixture->wal[1 - i].size);
        go_on(fixture, false);
    }
}

/* With zeros, as a lost block is read, and with noise. */
static void overwrite(char *bytes, size_t size, size_t at, bool with_noise) {
    for (size_t i = at; i < at + OVERWRITTEN && i < size; i++)
        bytes[i] = with_noise ? (char)(i * 2654435761U >> 13) : 0;
}

static void overwritten_files_are_no_obstacle(void **state) {
    struct fixture *fixture = *state;
    for (size_t which = 0; which < 2; which++) {
        const struct image *image = which ? &fixture->wal[1] : &fixture->db[1];
        size_t step = image->size / 60 / OVERWRITTEN * OVERWRITTEN + OVERWRITTEN;
        for (size_t at = 0; at < image->size; at += step) {
            struct image torn = {test_malloc(image->size), image->size};
            memcpy(torn.bytes, image->bytes, image->size);
            overwrite(torn.bytes, torn.size, at, at / step % 2);
            empty_folder(fixture);
            write_image(fixture, "", which ? fixture->db[1].bytes : torn.bytes, fixture->db[1].size);
            write_image(fixture, "-wal", which ? torn.bytes : fixture->wal[1].bytes, fixture->wal[1].size);
            go_on(fixture, false);
            test_free(torn.bytes);
        }
    }
}

/* A process that ends while a thread of it hangs. */
static void what_waits_is_written_where_nothing_can_be_freed(void **state) {
    struct fixture *fixture = *state;
    struct spool_options options = fixture->options;
    options.spill_after_ms = 3600000;
    empty_folder(fixture);
    pid_t child = fork();
    if (child == 0) {
        struct spool *spool;
        if (spool_open(&options, &spool) != 0)
            _exit(2);
        struct spool_cursor *cursor = spool_cursor_open(spool, "b", ORDER_STRICT, bell_ring, &fixture->bell);
        for (uint32_t round = 1; round <= ROWS; round++)
            append(fixture, spool, round);
        spool_finish(spool);
        _exit(take(fixture, cursor, ROWS - 1)->id == ROWS ? 0 : 1); /* the thread reads on */
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(go_on(fixture, true), ROWS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_that_was_cut_off_loses_its_end),
        cmocka_unit_test(a_file_that_was_cut_off_is_no_obstacle),
        cmocka_unit_test(files_of_two_times_are_no_obstacle),
        cmocka_unit_test(overwritten_files_are_no_obstacle),
        cmocka_unit_test(what_waits_is_written_where_nothing_can_be_freed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
