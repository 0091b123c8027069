/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file: rows, places, what was refused. Views are in spool_views.c. Which rows are kept and for how long
 * is the disk thread's affair.
 */
#include "publish/spool/spool_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "publish/spool/place_codec.h"
#include "publish/spool/row_codec.h"
#include "publish/spool/spool_file.h"
#include "publish/spool/spool_row.h"
#include "publish/spool/spool_schema.h"
#include "publish/spool/spool_sql.h"
#include "publish/spool/spool_views.h"
#include "publish/spool/view_codec.h"

enum {
    REJECTS_MOST = 1000, /* rows that are kept */
    REJECT_BYTES_MOST = 16 << 20,
    SHRINK_LEAST = 1024, /* unused pages: fewer are soon of use again */
};

struct spool_store {
    char *path;
    enum spool_kind kind;
    int lock; /* a descriptor that is locked as long as the store is open */
    struct spool_identity identity;
    struct spool_sql *sql;
    struct spool_views *views;
    struct text bytes; /* for what is encoded */
    bool is_shrinking;
};

const char *spool_store_why(const struct spool_store *store) {
    return spool_sql_why(store->sql);
}

/* --- opening and closing --- */

static void close_file(struct spool_store *store) {
    spool_sql_close(store->sql);
    spool_views_free(store->views);
    store->views = NULL;
}

/* Receivers take numbers up to 2^53 exactly. */
static const uint64_t number_most = UINT64_C(1) << 53;

/* A time that may come from anywhere, so that sums of times are none beyond all times. */
static int64_t read_time_ms(const struct spool_store *store, size_t at, int column) {
    int64_t time_ms = (int64_t)spool_sql_number(store->sql, at, column);
    return time_ms < 0 || time_ms > (int64_t)number_most ? 0 : time_ms;
}

static int read_identity(struct spool_store *store) {
    struct spool_identity *identity = &store->identity;
    int error = spool_sql_next(store->sql, GET_STREAM);
    if (!error && (spool_sql_number(store->sql, GET_STREAM, 2) > number_most ||
                   spool_sql_number(store->sql, GET_STREAM, 3) > number_most)) {
        spool_sql_set_why(store->sql, "its rows have numbers that cannot be");
        error = ERROR_GARBLED;
    } else if (!error) {
        const char *name = spool_sql_text(store->sql, GET_STREAM, 0);
        bool same = name && (!*identity->stream || strcmp(name, identity->stream) == 0);
        if (same && !*identity->stream) {
            snprintf(identity->stream, sizeof(identity->stream), "%s", name);
            identity->total = spool_sql_number(store->sql, GET_STREAM, 2);
            identity->newest = spool_sql_number(store->sql, GET_STREAM, 3);
        }
        if (!same) {
            spool_sql_set_why(store->sql, "its rows are of another stream");
            error = ERROR_GARBLED;
        }
    } else if (error == ERROR_NOT_FOUND) {
        uint64_t number;
        if (!*identity->stream && getrandom(&number, sizeof(number), 0) == sizeof(number))
            snprintf(identity->stream, sizeof(identity->stream), "%016" PRIx64, number);
        spool_sql_bind_text(store->sql, PUT_STREAM, 1, identity->stream);
        spool_sql_bind(store->sql, PUT_STREAM, 2, identity->newest);
        spool_sql_bind(store->sql, PUT_STREAM, 3, identity->total);
        error = spool_sql_run(store->sql, PUT_STREAM);
    }
    spool_sql_reset(store->sql, GET_STREAM);
    return error;
}

static int open_file(struct spool_store *store) {
    store->views = spool_views_new(store->sql);
    int error = store->views ? spool_sql_open(store->sql) : ERROR_MEMORY;
    if (!error)
        error = read_identity(store);
    if (error)
        return error;
    error = spool_views_tidy(store->views);
    return error == ERROR_SYSTEM ? 0 : error; /* a full disk: they stay a while longer */
}

static int open_or_set_aside(struct spool_store *store, bool is_corrupt) {
    const char *fault = is_corrupt ? spool_store_why(store) : spool_file_fault(store->path);
    int error = fault ? ERROR_GARBLED : open_file(store);
    if (error == ERROR_GARBLED) {
        close_file(store);
        error = spool_file_set_aside(store->path, fault ? fault : spool_store_why(store));
        if (!error)
            error = open_file(store);
    }
    if (error)
        close_file(store);
    return error;
}

int spool_store_open(const struct spool_store_options *options, struct spool_identity *identity,
                     struct spool_store **opened) {
    struct spool_store *store = calloc(1, sizeof(*store));
    if (!store)
        return ERROR_MEMORY;
    store->lock = -1;
    store->kind = options->kind;
    store->identity = *identity;
    if (asprintf(&store->path, "%s/%s.db", options->folder, options->name) < 0)
        store->path = NULL;
    const struct spool_sql_options sql = {.path = store->path,
                                          .schema = spool_schema,
                                          .version = SPOOL_VERSION,
                                          .durable = options->durable,
                                          .statements = spool_statements,
                                          .n_statements = N_STATEMENTS};
    store->sql = spool_sql_new(&sql);
    int error = ERROR_MEMORY;
    if (store->path && store->sql)
        error = spool_file_lock(options->folder, options->name, &store->lock);
    if (error == ERROR_SYSTEM)
        spool_sql_set_why(store->sql, strerror(errno));
    else if (!error)
        error = open_or_set_aside(store, false);
    if (error == ERROR_BUSY)
        log_write(LOG_ERROR, "spool", "another agent has the folder %s", options->folder);
    else if (error)
        log_write(LOG_ERROR, "spool", "%s cannot be used: %s", options->folder,
                  store->sql ? spool_store_why(store) : error_word(error));
    if (error) {
        spool_store_close(store);
        return error;
    }
    *identity = store->identity;
    *opened = store;
    return 0;
}

void spool_store_close(struct spool_store *store) {
    if (!store)
        return;
    spool_views_free(store->views);
    spool_sql_free(store->sql);
    if (store->lock >= 0)
        close(store->lock);
    text_done(&store->bytes);
    free(store->path);
    free(store);
}

bool spool_store_is_open(const struct spool_store *store) {
    return spool_sql_is_open(store->sql);
}

int spool_store_reopen(struct spool_store *store, bool is_corrupt) {
    close_file(store);
    return open_or_set_aside(store, is_corrupt);
}

int spool_store_begin_anew(struct spool_store *store) {
    close_file(store);
    int error = spool_file_remove(store->path);
    if (error)
        spool_sql_set_why(store->sql, strerror(errno));
    return error ? error : open_or_set_aside(store, false);
}

bool spool_store_is_full(const struct spool_store *store) {
    return spool_sql_is_full(store->sql);
}

/* --- transactions --- */

int spool_store_begin(struct spool_store *store) {
    return spool_sql_is_open(store->sql) ? spool_sql_run(store->sql, BEGIN) : ERROR_SYSTEM;
}

int spool_store_commit(struct spool_store *store) {
    return spool_sql_run(store->sql, COMMIT);
}

void spool_store_rollback(struct spool_store *store) {
    char why[160];
    snprintf(why, sizeof(why), "%s", spool_store_why(store)); /* of what failed, not of this */
    if (spool_sql_is_within(store->sql))
        spool_sql_run(store->sql, ROLLBACK);
    spool_views_clear(store->views); /* it may know views that are not in the file now */
    spool_sql_set_why(store->sql, why);
}

int spool_store_put_newest(struct spool_store *store, uint64_t newest, uint64_t total, uint64_t reserved) {
    store->identity.newest = newest;
    store->identity.total = total;
    spool_sql_bind(store->sql, SET_NEWEST, 1, newest);
    spool_sql_bind(store->sql, SET_NEWEST, 2, total);
    spool_sql_bind(store->sql, SET_NEWEST, 3, reserved);
    return spool_sql_run(store->sql, SET_NEWEST);
}

/* --- rows --- */

int spool_store_put_row(struct spool_store *store, const struct spool_row *row) {
    uint64_t view;
    int error = spool_views_find(store->views, row->view, &view);
    if (error)
        return error;
    text_clear(&store->bytes);
    error = row_encode(row, &store->bytes);
    if (error)
        return error;
    spool_sql_bind(store->sql, PUT_ROW, 1, row->id);
    spool_sql_bind(store->sql, PUT_ROW, 2, row->first_id);
    spool_sql_bind(store->sql, PUT_ROW, 3, row->total);
    spool_sql_bind(store->sql, PUT_ROW, 4, (uint64_t)row->time_ms);
    spool_sql_bind(store->sql, PUT_ROW, 5, view);
    spool_sql_bind_bytes(store->sql, PUT_ROW, 6, store->bytes.data, store->bytes.size);
    return spool_sql_run(store->sql, PUT_ROW);
}

int spool_store_delete(struct spool_store *store, uint64_t from, uint64_t to) {
    spool_sql_bind(store->sql, DELETE_ROWS, 1, from);
    spool_sql_bind(store->sql, DELETE_ROWS, 2, to);
    return spool_sql_run(store->sql, DELETE_ROWS);
}

/* The row that the statement stands at, a gap where it cannot be read. NULL when out of memory. */
static struct spool_row *read_row(struct spool_store *store) {
    size_t size;
    struct device_view *view = spool_views_get(store->views, spool_sql_number(store->sql, GET_ROWS, 4));
    const void *bytes = spool_sql_bytes(store->sql, GET_ROWS, 5, &size);
    struct spool_row *row = NULL;
    if (!view || !bytes || row_decode(bytes, size, view, &row) != 0)
        row = spool_row_new(NULL, 0, 0);
    if (!row)
        return NULL;
    row->kind = store->kind;
    row->id = spool_sql_number(store->sql, GET_ROWS, 0);
    row->first_id = spool_sql_number(store->sql, GET_ROWS, 1);
    row->total = spool_sql_number(store->sql, GET_ROWS, 2);
    row->time_ms = read_time_ms(store, GET_ROWS, 3);
    if (row->first_id == 0 || row->first_id > row->id)
        row->first_id = row->id;
    return row;
}

int spool_store_get_rows(struct spool_store *store, uint64_t from, uint64_t to, struct spool_row **rows,
                         size_t most) {
    if (!spool_sql_is_open(store->sql))
        return ERROR_SYSTEM;
    int n = 0, error;
    spool_sql_bind(store->sql, GET_ROWS, 1, from);
    spool_sql_bind(store->sql, GET_ROWS, 2, to);
    spool_sql_bind(store->sql, GET_ROWS, 3, most);
    while ((error = spool_sql_next(store->sql, GET_ROWS)) == 0 && (rows[n] = read_row(store)))
        n++;
    spool_sql_reset(store->sql, GET_ROWS);
    error = error ? error : ERROR_MEMORY;
    for (int i = 0; i < n && error != ERROR_NOT_FOUND; i++)
        spool_release(rows[i]);
    return error == ERROR_NOT_FOUND ? n : error;
}

int spool_store_get_oldest(struct spool_store *store, uint64_t *id, int64_t *time_ms) {
    if (!spool_sql_is_open(store->sql))
        return ERROR_SYSTEM;
    int error = spool_sql_next(store->sql, GET_OLDEST);
    if (!error) {
        *id = spool_sql_number(store->sql, GET_OLDEST, 0);
        *time_ms = read_time_ms(store, GET_OLDEST, 1);
    }
    spool_sql_reset(store->sql, GET_OLDEST);
    return error;
}

int spool_store_get_newest(struct spool_store *store, uint64_t *id, uint64_t *total) {
    int error = spool_sql_next(store->sql, GET_NEWEST);
    if (!error) {
        *id = spool_sql_number(store->sql, GET_NEWEST, 0);
        *total = spool_sql_number(store->sql, GET_NEWEST, 1);
    }
    spool_sql_reset(store->sql, GET_NEWEST);
    return error;
}

uint64_t spool_store_count_rows(struct spool_store *store, uint64_t from, uint64_t to) {
    spool_sql_bind(store->sql, COUNT_ROWS, 1, from);
    spool_sql_bind(store->sql, COUNT_ROWS, 2, to);
    return spool_sql_ask(store->sql, COUNT_ROWS);
}

/* --- places and rejects --- */

int spool_store_put_place(struct spool_store *store, const struct spool_place *place) {
    text_clear(&store->bytes);
    int error = place_encode(place, &store->bytes);
    if (error)
        return error;
    spool_sql_bind_text(store->sql, PUT_PLACE, 1, place->sink);
    spool_sql_bind_bytes(store->sql, PUT_PLACE, 2, store->bytes.data, store->bytes.size);
    return spool_sql_run(store->sql, PUT_PLACE);
}

int spool_store_delete_place(struct spool_store *store, const char *sink) {
    spool_sql_bind_text(store->sql, DELETE_PLACE, 1, sink);
    return spool_sql_run(store->sql, DELETE_PLACE);
}

int spool_store_get_place(struct spool_store *store, size_t n, struct spool_place *place) {
    spool_sql_bind(store->sql, GET_PLACE, 1, n);
    int error = spool_sql_next(store->sql, GET_PLACE);
    if (!error) {
        size_t size;
        const char *sink = spool_sql_text(store->sql, GET_PLACE, 0);
        const void *bytes = spool_sql_bytes(store->sql, GET_PLACE, 1, &size);
        error = sink && bytes ? place_decode(bytes, size, place) : ERROR_GARBLED;
        if (error)
            spool_sql_set_why(store->sql, "the place of a sink cannot be read");
        else
            snprintf(place->sink, sizeof(place->sink), "%s", sink);
    }
    spool_sql_reset(store->sql, GET_PLACE);
    return error;
}

int spool_store_put_reject(struct spool_store *store, const char *sink, const struct spool_row *row,
                           uint64_t readings, const char *words) {
    struct text list = {0}, view = {0};
    int error = view_encode_list(row->view, &list);
    if (!error)
        error = view_encode(row->view, &view);
    text_clear(&store->bytes);
    if (!error)
        error = row_encode(row, &store->bytes);
    if (!error) {
        spool_sql_bind_text(store->sql, PUT_REJECT, 1, sink);
        spool_sql_bind(store->sql, PUT_REJECT, 2, row->id);
        spool_sql_bind(store->sql, PUT_REJECT, 3, (uint64_t)row->time_ms);
        spool_sql_bind(store->sql, PUT_REJECT, 4, readings);
        spool_sql_bind_text(store->sql, PUT_REJECT, 5, words);
        spool_sql_bind_bytes(store->sql, PUT_REJECT, 6, list.data, list.size);
        spool_sql_bind_bytes(store->sql, PUT_REJECT, 7, view.data, view.size);
        spool_sql_bind_bytes(store->sql, PUT_REJECT, 8, store->bytes.data, store->bytes.size);
        error = spool_sql_run(store->sql, PUT_REJECT);
    }
    text_done(&list);
    text_done(&view);
    return error;
}

int spool_store_trim_rejects(struct spool_store *store, uint64_t most_bytes) {
    most_bytes = most_bytes < REJECT_BYTES_MOST ? most_bytes : REJECT_BYTES_MOST;
    spool_sql_bind(store->sql, TRIM_REJECTS, 1, REJECTS_MOST);
    spool_sql_bind(store->sql, TRIM_REJECTS, 2, most_bytes);
    return spool_sql_run(store->sql, TRIM_REJECTS);
}

/* --- space --- */

int spool_store_shrink(struct spool_store *store, int pages) {
    char command[64];
    uint64_t all = spool_sql_ask(store->sql, GET_PAGES), unused = spool_sql_ask(store->sql, GET_FREE_PAGES);
    bool was_shrinking = store->is_shrinking;
    store->is_shrinking = unused >= SHRINK_LEAST && unused * 4 > all * 3;
    if (!store->is_shrinking) /* the file itself becomes shorter only now */
        return was_shrinking ? spool_sql_execute(store->sql, "PRAGMA wal_checkpoint(TRUNCATE)") : 0;
    snprintf(command, sizeof(command), "PRAGMA incremental_vacuum(%d)", pages);
    return spool_sql_execute(store->sql, command);
}

bool spool_store_is_shrinking(const struct spool_store *store) {
    return store->is_shrinking;
}

uint64_t spool_store_written(struct spool_store *store) {
    return spool_sql_pages_written(store->sql) * spool_sql_page_bytes();
}

uint64_t spool_store_bytes(struct spool_store *store) {
    if (!spool_sql_is_open(store->sql))
        return 0;
    uint64_t pages = spool_sql_ask(store->sql, GET_PAGES),
             free_pages = spool_sql_ask(store->sql, GET_FREE_PAGES);
    return (pages - free_pages) * spool_sql_page_bytes();
}
