/* SPDX-License-Identifier: Apache-2.0 */
/* The views in a spool's file: one stays as long as a row needs it, and no longer. */
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "publish/spool/spool_row.h"
#include "publish/spool/spool_schema.h"
#include "publish/spool/spool_sql.h"
#include "publish/spool/spool_store.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { DEVICES = 50, OTHERS = 1200, N_SERIES = 5 };

struct fixture {
    char folder[64];
    struct spool_store_options options;
    struct spool_store *store;
    uint64_t newest;
};

static void open_store(struct fixture *fixture) {
    struct spool_identity identity = {.stream = ""};
    assert_int_equal(spool_store_open(&fixture->options, &identity, &fixture->store), 0);
}

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/hallwatch-spool-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->options = (struct spool_store_options){.folder = fixture->folder, .name = "readings"};
    open_store(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    char command[128];
    spool_store_close(fixture->store);
    snprintf(command, sizeof(command), "rm -r %s", fixture->folder);
    assert_int_equal(system(command), 0);
    test_free(fixture);
    return 0;
}

static struct device_view *make_view(uint32_t number) {
    char name[16];
    snprintf(name, sizeof(name), "pdu-%u", number);
    return specimen_view(number, name, N_SERIES);
}

/* The next row, of nothing but absent readings. */
static void put_row(struct fixture *fixture, struct device_view *view) {
    struct spool_row *row = spool_row_new(view, 0, N_SERIES);
    assert_non_null(row);
    for (size_t i = 0; i < N_SERIES; i++)
        spool_row_qualities(row)[i] = QUALITY_ABSENT;
    row->id = row->first_id = ++fixture->newest;
    assert_int_equal(spool_store_put_row(fixture->store, row), 0);
    spool_release(row);
}

/* A row of each of so many devices, the first of that number; nobody knows their views afterwards. */
static void put_rows(struct fixture *fixture, uint32_t first, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        struct device_view *view = make_view(first + i);
        put_row(fixture, view);
        device_view_release(view);
    }
}

static void check_rows(struct fixture *fixture, uint64_t from, uint64_t to) {
    for (uint64_t id = from; id <= to; id++) {
        struct spool_row *row;
        assert_int_equal(spool_store_get_rows(fixture->store, id, id, &row, 1), 1);
        assert_non_null(row->view);
        spool_release(row);
    }
}

static uint64_t count_views(const struct fixture *fixture) {
    static const char *const statements[] = {"SELECT count(*) FROM views"};
    char path[128];
    snprintf(path, sizeof(path), "%s/readings.db", fixture->folder);
    const struct spool_sql_options options = {.path = path,
                                              .version = SPOOL_VERSION,
                                              .read_only = true,
                                              .statements = statements,
                                              .n_statements = 1};
    struct spool_sql *sql = spool_sql_new(&options);
    assert_non_null(sql);
    assert_int_equal(spool_sql_open(sql), 0);
    uint64_t n = spool_sql_ask(sql, 0);
    spool_sql_free(sql);
    return n;
}

/* A reload makes a device's view anew, though it says the same. */
static void a_view_stays_for_rows_of_its_like(void **state) {
    struct fixture *fixture = *state;
    struct device_view *views[2 * DEVICES];
    for (uint32_t i = 0; i < 2 * DEVICES; i++) {
        views[i] = make_view(i % DEVICES);
        put_row(fixture, views[i]);
    }
    for (uint32_t i = 0; i < 2 * DEVICES; i++)
        device_view_release(views[i]);
    assert_int_equal(spool_store_delete(fixture->store, 1, DEVICES), 0);
    put_rows(fixture, DEVICES, OTHERS);
    check_rows(fixture, DEVICES + 1, 2 * DEVICES);
}

/* As thinning does it. */
static void a_view_stays_for_rows_after_one_that_was_written_again(void **state) {
    struct fixture *fixture = *state;
    struct spool_row *rows[DEVICES];
    put_rows(fixture, 0, DEVICES);
    put_rows(fixture, 0, DEVICES);
    spool_store_close(fixture->store);
    open_store(fixture);
    assert_int_equal(spool_store_get_rows(fixture->store, 1, DEVICES, rows, DEVICES), DEVICES);
    for (size_t i = 0; i < DEVICES; i++) {
        assert_int_equal(spool_store_put_row(fixture->store, rows[i]), 0);
        spool_release(rows[i]);
    }
    assert_int_equal(spool_store_delete(fixture->store, 1, DEVICES), 0);
    put_rows(fixture, DEVICES, OTHERS);
    check_rows(fixture, DEVICES + 1, 2 * DEVICES);
    /* And no longer: all of them can go now, but what is looked at only then. */
    assert_int_equal(spool_store_delete(fixture->store, 1, fixture->newest), 0);
    put_rows(fixture, DEVICES + OTHERS, 4 * OTHERS);
    spool_store_close(fixture->store);
    fixture->store = NULL;
    assert_true(count_views(fixture) <= 4 * OTHERS + 1024);
    open_store(fixture);
}

/* Most agents never see enough views to look for old ones while they run. */
static void views_without_rows_go_when_the_file_is_opened(void **state) {
    struct fixture *fixture = *state;
    put_rows(fixture, 0, DEVICES);
    spool_store_close(fixture->store);
    open_store(fixture);
    put_rows(fixture, DEVICES - 1, 2); /* one of them is known */
    assert_int_equal(spool_store_delete(fixture->store, 1, DEVICES), 0);
    spool_store_close(fixture->store);
    open_store(fixture);
    assert_int_equal(count_views(fixture), 2);
    check_rows(fixture, DEVICES + 1, DEVICES + 2);
}

/* As with the alarms' spool and that of the readings, which write rows of the same views. */
static void two_files_do_not_keep_a_view_for_each_other(void **state) {
    struct fixture *fixture = *state, other = {.options = fixture->options};
    snprintf(other.folder, sizeof(other.folder), "%s", fixture->folder);
    other.options.name = "alarms";
    open_store(&other);
    struct device_view *view = make_view(1);
    struct series_list *list = series_list_hold(view->list);
    put_row(fixture, view);
    put_row(&other, view);
    device_view_release(view);
    for (uint32_t first = 2; first < 3 * OTHERS; first += OTHERS) {
        put_rows(fixture, first, OTHERS);
        put_rows(&other, first, OTHERS);
    }
    /* The view held it, too. */
    assert_int_equal(atomic_load(&list->references) - atomic_load(&list->shelved), 1);
    series_list_release(list);
    spool_store_close(other.store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_view_stays_for_rows_of_its_like, setup, teardown),
        cmocka_unit_test_setup_teardown(a_view_stays_for_rows_after_one_that_was_written_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(views_without_rows_go_when_the_file_is_opened, setup, teardown),
        cmocka_unit_test_setup_teardown(two_files_do_not_keep_a_view_for_each_other, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
