/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file. Views are in it once each, found by a hash of their bytes; one that no row needs any more goes
 * when the cache of views is swept. Which rows are kept and for how long is the disk thread's affair.
 */
#include "publish/spool_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "publish/byte_codec.h"
#include "publish/row_codec.h"
#include "publish/spool_row.h"
#include "publish/view_codec.h"
#include "publish/view_shelf.h"

enum {
    VERSION = 1,
    REJECTS_MOST = 1000, /* rows that are kept */
    BUSY_MS = 2000,      /* somebody looks into the file */
    PAGE = 4096,
};

static const char schema[] =
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
    "BEGIN;"
    "CREATE TABLE stream(name TEXT, newest INTEGER, total INTEGER, reserved INTEGER);"
    "CREATE TABLE views(id INTEGER PRIMARY KEY, hash INTEGER, last_row INTEGER, data BLOB);"
    "CREATE INDEX views_hash ON views(hash);"
    "CREATE TABLE rows(id INTEGER PRIMARY KEY, first_id INTEGER, total INTEGER, time INTEGER, view INTEGER,"
    " data BLOB);"
    "CREATE TABLE places(sink TEXT PRIMARY KEY, data BLOB) WITHOUT ROWID;"
    "CREATE TABLE rejects(id INTEGER PRIMARY KEY, sink TEXT, row INTEGER, time INTEGER, readings INTEGER,"
    " words TEXT, view BLOB, data BLOB);"
    "PRAGMA user_version=1;"
    "COMMIT;";

enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    GET_STREAM,
    PUT_STREAM,
    SET_NEWEST,
    PUT_ROW,
    DELETE_ROWS,
    GET_ROWS,
    GET_OLDEST,
    PUT_PLACE,
    DELETE_PLACE,
    GET_PLACE,
    PUT_REJECT,
    TRIM_REJECTS,
    FIND_VIEW,
    PUT_VIEW,
    GET_VIEW,
    USE_VIEW,
    LEAVE_VIEW,
    LEAVE_VIEWS,
    DELETE_VIEWS,
    GET_PAGES,
    GET_FREE_PAGES,
    N_STATEMENTS
};

static const char *const sql[N_STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [GET_STREAM] = "SELECT name, newest, total, reserved FROM stream",
    [PUT_STREAM] = "INSERT INTO stream VALUES (?1, ?2, ?3, ?2)",
    [SET_NEWEST] = "UPDATE stream SET newest=?1, total=?2, reserved=?3",
    [PUT_ROW] = "INSERT OR REPLACE INTO rows VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [DELETE_ROWS] = "DELETE FROM rows WHERE id BETWEEN ?1 AND ?2",
    [GET_ROWS] = "SELECT id, first_id, total, time, view, data FROM rows WHERE id BETWEEN ?1 AND ?2"
                 " ORDER BY id LIMIT ?3",
    [GET_OLDEST] = "SELECT id, time FROM rows ORDER BY id LIMIT 1",
    [PUT_PLACE] = "INSERT OR REPLACE INTO places VALUES (?1, ?2)",
    [DELETE_PLACE] = "DELETE FROM places WHERE sink=?1",
    [GET_PLACE] = "SELECT sink, data FROM places ORDER BY sink LIMIT 1 OFFSET ?1",
    [PUT_REJECT] = "INSERT INTO rejects VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [TRIM_REJECTS] = "DELETE FROM rejects WHERE id <= (SELECT max(id) FROM rejects) - ?1",
    [FIND_VIEW] = "SELECT id FROM views WHERE hash=?1 AND data=?2",
    [PUT_VIEW] = "INSERT INTO views VALUES (NULL, ?1, NULL, ?2)",
    [GET_VIEW] = "SELECT data FROM views WHERE id=?1",
    [USE_VIEW] = "UPDATE views SET last_row=NULL WHERE id=?1",
    [LEAVE_VIEW] = "UPDATE views SET last_row=?2 WHERE id=?1 AND ifnull(last_row, 0) < ?2",
    [LEAVE_VIEWS] = "UPDATE views SET last_row=?1 WHERE last_row IS NULL",
    [DELETE_VIEWS] = "DELETE FROM views WHERE last_row < ifnull((SELECT min(id) FROM rows), ?1)",
    [GET_PAGES] = "PRAGMA page_count",
    [GET_FREE_PAGES] = "PRAGMA freelist_count",
};

struct spool_store {
    char *folder, *name, *path;
    enum spool_kind kind;
    bool durable;
    int lock; /* a descriptor that is locked as long as the store is open */
    struct spool_identity identity;
    sqlite3 *db;
    sqlite3_stmt *statements[N_STATEMENTS];
    struct view_shelf *shelf;
    struct text bytes; /* for what is encoded */
    char why[160];
};

const char *spool_store_why(const struct spool_store *store) {
    return store->why;
}

/* What SQLite says becomes one of ours, with its words kept. */
static int translate(struct spool_store *store, int code) {
    int kind = code & 0xff;
    if (kind == SQLITE_OK || kind == SQLITE_ROW || kind == SQLITE_DONE)
        return 0;
    snprintf(store->why, sizeof(store->why), "%s",
             store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code));
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_SCHEMA || kind == SQLITE_ERROR)
        return ERROR_GARBLED;
    return kind == SQLITE_NOMEM ? ERROR_MEMORY : ERROR_SYSTEM;
}

/* --- statements --- */

static void bind_number(struct spool_store *store, enum statement at, int place, uint64_t number) {
    sqlite3_bind_int64(store->statements[at], place, (int64_t)number);
}

static void bind_text(struct spool_store *store, enum statement at, int place, const char *text) {
    sqlite3_bind_text(store->statements[at], place, text, -1, SQLITE_STATIC);
}

static void bind_bytes(struct spool_store *store, enum statement at, int place, const void *bytes,
                       size_t size) {
    sqlite3_bind_blob64(store->statements[at], place, bytes, size, SQLITE_STATIC);
}

static uint64_t number_of(struct spool_store *store, enum statement at, int column) {
    return (uint64_t)sqlite3_column_int64(store->statements[at], column);
}

static void reset(struct spool_store *store, enum statement at) {
    sqlite3_reset(store->statements[at]);
    sqlite3_clear_bindings(store->statements[at]);
}

/* A statement without an answer. */
static int run(struct spool_store *store, enum statement at) {
    int error = translate(store, sqlite3_step(store->statements[at]));
    reset(store, at);
    return error;
}

/* The next row of the answer: 0, ERROR_NOT_FOUND after the last, or an error. The caller resets. */
static int next(struct spool_store *store, enum statement at) {
    int code = sqlite3_step(store->statements[at]);
    return code == SQLITE_DONE ? ERROR_NOT_FOUND : translate(store, code);
}

static uint64_t ask_number(struct spool_store *store, enum statement at) {
    uint64_t number = next(store, at) == 0 ? number_of(store, at, 0) : 0;
    reset(store, at);
    return number;
}

/* --- opening and closing --- */

static void close_file(struct spool_store *store) {
    for (size_t i = 0; i < N_STATEMENTS; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
    sqlite3_close(store->db);
    store->db = NULL;
    view_shelf_free(store->shelf);
    store->shelf = NULL;
}

static int make_schema(struct spool_store *store) {
    sqlite3_stmt *ask;
    int code = sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &ask, NULL);
    if (code != SQLITE_OK)
        return translate(store, code);
    code = sqlite3_step(ask);
    int version = sqlite3_column_int(ask, 0);
    sqlite3_finalize(ask);
    if (code == SQLITE_ROW && version == 0)
        code = sqlite3_exec(store->db, schema, NULL, NULL, NULL);
    else if (code == SQLITE_ROW && version != VERSION) {
        snprintf(store->why, sizeof(store->why), "it is of version %d, this agent's is %d", version, VERSION);
        return ERROR_GARBLED;
    }
    return translate(store, code);
}

static int read_identity(struct spool_store *store) {
    struct spool_identity *identity = &store->identity;
    int error = next(store, GET_STREAM);
    if (!error) {
        const char *name = (const char *)sqlite3_column_text(store->statements[GET_STREAM], 0);
        bool same = name && (!*identity->stream || strcmp(name, identity->stream) == 0);
        if (same && !*identity->stream) {
            snprintf(identity->stream, sizeof(identity->stream), "%s", name);
            identity->total = number_of(store, GET_STREAM, 2);
            identity->newest = number_of(store, GET_STREAM, 3);
        }
        if (!same) {
            snprintf(store->why, sizeof(store->why), "its rows are of another stream");
            error = ERROR_GARBLED;
        }
    } else if (error == ERROR_NOT_FOUND) {
        uint64_t number;
        if (!*identity->stream && getrandom(&number, sizeof(number), 0) == sizeof(number))
            snprintf(identity->stream, sizeof(identity->stream), "%016" PRIx64, number);
        bind_text(store, PUT_STREAM, 1, identity->stream);
        bind_number(store, PUT_STREAM, 2, identity->newest);
        bind_number(store, PUT_STREAM, 3, identity->total);
        error = run(store, PUT_STREAM);
    }
    reset(store, GET_STREAM);
    return error;
}

static int open_file(struct spool_store *store) {
    store->shelf = view_shelf_new();
    int code = sqlite3_open_v2(store->path, &store->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    int error = store->shelf ? translate(store, code) : ERROR_MEMORY;
    if (error)
        return error;
    sqlite3_busy_timeout(store->db, BUSY_MS);
    error = make_schema(store);
    if (!error)
        error = translate(
            store,
            sqlite3_exec(store->db, store->durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
                         NULL, NULL, NULL));
    for (size_t i = 0; i < N_STATEMENTS && !error; i++)
        error = translate(store, sqlite3_prepare_v3(store->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                                    &store->statements[i], NULL));
    if (!error)
        error = read_identity(store);
    if (!error) {
        bind_number(store, LEAVE_VIEWS, 1, store->identity.newest);
        error = run(store, LEAVE_VIEWS);
    }
    return error;
}

/* The file and what belongs to it, under another name. */
static int set_aside(struct spool_store *store) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    char from[4200], to[4300];
    int64_t now_ms = clock_wall_ms();
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(from, sizeof(from), "%s%s", store->path, ends[i]);
        snprintf(to, sizeof(to), "%s.corrupt-%" PRId64 "%s", store->path, now_ms, ends[i]);
        if (rename(from, to) != 0 && (i == 0 || errno != ENOENT))
            return ERROR_SYSTEM;
    }
    log_write(LOG_ERROR, "spool", "%s cannot be used (%s); it is kept as %s.corrupt-%" PRId64, store->path,
              store->why, store->path, now_ms);
    return 0;
}

static int open_or_set_aside(struct spool_store *store) {
    int error = open_file(store);
    if (error == ERROR_GARBLED) {
        close_file(store);
        error = set_aside(store);
        if (!error)
            error = open_file(store);
    }
    if (error)
        close_file(store);
    return error;
}

static int lock_folder(struct spool_store *store) {
    char path[4200];
    snprintf(path, sizeof(path), "%s/%s.lock", store->folder, store->name);
    if (mkdir(store->folder, 0750) != 0 && errno != EEXIST) {
        snprintf(store->why, sizeof(store->why), "%s", strerror(errno));
        return ERROR_SYSTEM;
    }
    store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (store->lock < 0) {
        snprintf(store->why, sizeof(store->why), "%s", strerror(errno));
        return ERROR_SYSTEM;
    }
    return flock(store->lock, LOCK_EX | LOCK_NB) == 0 ? 0 : ERROR_BUSY;
}

int spool_store_open(const struct spool_store_options *options, struct spool_identity *identity,
                     struct spool_store **opened) {
    struct spool_store *store = calloc(1, sizeof(*store));
    if (!store)
        return ERROR_MEMORY;
    store->lock = -1;
    store->kind = options->kind;
    store->durable = options->durable;
    store->identity = *identity;
    store->folder = strdup(options->folder);
    store->name = strdup(options->name);
    if (asprintf(&store->path, "%s/%s.db", options->folder, options->name) < 0)
        store->path = NULL;
    int error = store->folder && store->name && store->path ? lock_folder(store) : ERROR_MEMORY;
    if (!error)
        error = open_or_set_aside(store);
    if (error == ERROR_BUSY)
        log_write(LOG_ERROR, "spool", "another agent has the folder %s", options->folder);
    else if (error)
        log_write(LOG_ERROR, "spool", "%s cannot be used: %s", options->folder, store->why);
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
    close_file(store);
    if (store->lock >= 0)
        close(store->lock);
    text_done(&store->bytes);
    free(store->folder);
    free(store->name);
    free(store->path);
    free(store);
}

bool spool_store_is_open(const struct spool_store *store) {
    return store->db != NULL;
}

int spool_store_reopen(struct spool_store *store) {
    close_file(store);
    return open_or_set_aside(store);
}

/* --- transactions --- */

int spool_store_begin(struct spool_store *store) {
    return store->db ? run(store, BEGIN) : ERROR_SYSTEM;
}

int spool_store_commit(struct spool_store *store) {
    return run(store, COMMIT);
}

void spool_store_rollback(struct spool_store *store) {
    char why[sizeof(store->why)];
    memcpy(why, store->why, sizeof(why)); /* of what failed, not of this */
    if (store->db && !sqlite3_get_autocommit(store->db))
        run(store, ROLLBACK);
    view_shelf_clear(store->shelf); /* it may know views that are not in the file now */
    memcpy(store->why, why, sizeof(why));
}

int spool_store_put_newest(struct spool_store *store, uint64_t newest, uint64_t total, uint64_t reserved) {
    store->identity.newest = newest;
    store->identity.total = total;
    bind_number(store, SET_NEWEST, 1, newest);
    bind_number(store, SET_NEWEST, 2, total);
    bind_number(store, SET_NEWEST, 3, reserved);
    return run(store, SET_NEWEST);
}

/* --- views --- */

static uint64_t hash_of(const void *bytes, size_t size) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3;
    return hash;
}

/* Views that nobody holds any more are forgotten, and those go that no row needs. */
static int sweep_views(struct spool_store *store) {
    uint64_t id, last_row;
    while (view_shelf_take_idle(store->shelf, &id, &last_row)) {
        bind_number(store, LEAVE_VIEW, 1, id);
        bind_number(store, LEAVE_VIEW, 2, last_row);
        int error = run(store, LEAVE_VIEW);
        if (error)
            return error;
    }
    bind_number(store, DELETE_VIEWS, 1, INT64_MAX);
    return run(store, DELETE_VIEWS);
}

/* The view's number in the file, where it is put if it is new. */
static int find_view(struct spool_store *store, struct device_view *view, uint64_t row, uint64_t *id) {
    *id = view_shelf_find(store->shelf, view, row);
    if (*id)
        return 0;
    int error = view_shelf_is_full(store->shelf) ? sweep_views(store) : 0;
    text_clear(&store->bytes);
    if (!error)
        error = view_encode(view, &store->bytes);
    if (error)
        return error;
    uint64_t hash = hash_of(store->bytes.data, store->bytes.size);
    bind_number(store, FIND_VIEW, 1, hash);
    bind_bytes(store, FIND_VIEW, 2, store->bytes.data, store->bytes.size);
    *id = ask_number(store, FIND_VIEW);
    if (*id) {
        bind_number(store, USE_VIEW, 1, *id);
        error = run(store, USE_VIEW);
    } else {
        bind_number(store, PUT_VIEW, 1, hash);
        bind_bytes(store, PUT_VIEW, 2, store->bytes.data, store->bytes.size);
        error = run(store, PUT_VIEW);
        *id = (uint64_t)sqlite3_last_insert_rowid(store->db);
    }
    return error ? error : view_shelf_add(store->shelf, view, *id, row);
}

/* The view of a number; borrowed from the shelf. NULL where it cannot be had. */
static struct device_view *get_view(struct spool_store *store, uint64_t id) {
    enum { FIRST_NUMBER = GATEWAY_NUMBER + 1, NUMBERS = 16384 }; /* beside those of living devices */
    struct device_view *view = view_shelf_get(store->shelf, id);
    if (view)
        return view;
    bind_number(store, GET_VIEW, 1, id);
    if (next(store, GET_VIEW) == 0) {
        sqlite3_stmt *statement = store->statements[GET_VIEW];
        const void *bytes = sqlite3_column_blob(statement, 0);
        size_t size = (size_t)sqlite3_column_bytes(statement, 0);
        if (bytes && view_decode(bytes, size, FIRST_NUMBER + (uint32_t)(id % NUMBERS), &view) == 0) {
            bool is_kept = view_shelf_add(store->shelf, view, id, 0) == 0;
            device_view_release(view);
            view = is_kept ? view : NULL;
        }
    }
    reset(store, GET_VIEW);
    return view;
}

/* --- rows --- */

int spool_store_put_row(struct spool_store *store, const struct spool_row *row) {
    uint64_t view;
    int error = find_view(store, row->view, row->id, &view);
    if (error)
        return error;
    text_clear(&store->bytes);
    error = row_encode(row, &store->bytes);
    if (error)
        return error;
    bind_number(store, PUT_ROW, 1, row->id);
    bind_number(store, PUT_ROW, 2, row->first_id);
    bind_number(store, PUT_ROW, 3, row->total);
    bind_number(store, PUT_ROW, 4, (uint64_t)row->time_ms);
    bind_number(store, PUT_ROW, 5, view);
    bind_bytes(store, PUT_ROW, 6, store->bytes.data, store->bytes.size);
    return run(store, PUT_ROW);
}

int spool_store_delete(struct spool_store *store, uint64_t from, uint64_t to) {
    bind_number(store, DELETE_ROWS, 1, from);
    bind_number(store, DELETE_ROWS, 2, to);
    return run(store, DELETE_ROWS);
}

/* The row that the statement stands at, a gap where it cannot be read. NULL when out of memory. */
static struct spool_row *read_row(struct spool_store *store) {
    sqlite3_stmt *statement = store->statements[GET_ROWS];
    struct device_view *view = get_view(store, number_of(store, GET_ROWS, 4));
    const void *bytes = sqlite3_column_blob(statement, 5);
    struct spool_row *row = NULL;
    if (!view || !bytes || row_decode(bytes, (size_t)sqlite3_column_bytes(statement, 5), view, &row) != 0)
        row = spool_row_new(NULL, 0, 0);
    if (!row)
        return NULL;
    row->kind = store->kind;
    row->id = number_of(store, GET_ROWS, 0);
    row->first_id = number_of(store, GET_ROWS, 1);
    row->total = number_of(store, GET_ROWS, 2);
    row->time_ms = (int64_t)number_of(store, GET_ROWS, 3);
    return row;
}

int spool_store_get_rows(struct spool_store *store, uint64_t from, uint64_t to, struct spool_row **rows,
                         size_t most) {
    if (!store->db)
        return ERROR_SYSTEM;
    int n = 0, error;
    bind_number(store, GET_ROWS, 1, from);
    bind_number(store, GET_ROWS, 2, to);
    bind_number(store, GET_ROWS, 3, most);
    while ((error = next(store, GET_ROWS)) == 0 && (rows[n] = read_row(store)))
        n++;
    reset(store, GET_ROWS);
    error = error ? error : ERROR_MEMORY;
    for (int i = 0; i < n && error != ERROR_NOT_FOUND; i++)
        spool_release(rows[i]);
    return error == ERROR_NOT_FOUND ? n : error;
}

int spool_store_get_oldest(struct spool_store *store, uint64_t *id, int64_t *time_ms) {
    int error = store->db ? next(store, GET_OLDEST) : ERROR_SYSTEM;
    if (!error) {
        *id = number_of(store, GET_OLDEST, 0);
        *time_ms = (int64_t)number_of(store, GET_OLDEST, 1);
    }
    if (store->db)
        reset(store, GET_OLDEST);
    return error;
}

/* --- places and rejects --- */

int spool_store_put_place(struct spool_store *store, const struct spool_place *place) {
    struct text *text = &store->bytes;
    text_clear(text);
    bytes_add_number(text, place->sent);
    bytes_add_number(text, place->dropped);
    bytes_add_number(text, place->dropped_totals);
    bytes_add_number(text, place->thinned);
    bytes_add_number(text, place->rejected);
    bytes_add_number(text, place->spans.n);
    for (size_t i = 0; i < place->spans.n; i++) {
        const struct spool_span *span = &place->spans.at[i];
        const uint64_t numbers[] = {span->first,
                                    span->last,
                                    span->before,
                                    span->until,
                                    span->dropped_rows,
                                    span->dropped_readings,
                                    (uint64_t)span->since_ms};
        for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
            bytes_add_number(text, numbers[k]);
    }
    if (text->failed)
        return ERROR_MEMORY;
    bind_text(store, PUT_PLACE, 1, place->sink);
    bind_bytes(store, PUT_PLACE, 2, text->data, text->size);
    return run(store, PUT_PLACE);
}

int spool_store_delete_place(struct spool_store *store, const char *sink) {
    bind_text(store, DELETE_PLACE, 1, sink);
    return run(store, DELETE_PLACE);
}

static bool read_place(struct byte_reader *reader, struct spool_place *place) {
    place->sent = bytes_read_number(reader);
    place->dropped = bytes_read_number(reader);
    place->dropped_totals = bytes_read_number(reader);
    place->thinned = bytes_read_number(reader);
    place->rejected = bytes_read_number(reader);
    place->spans.n = bytes_read_index(reader, SPANS_MOST + 1);
    for (size_t i = 0; i < place->spans.n; i++) {
        struct spool_span *span = &place->spans.at[i];
        span->first = bytes_read_number(reader);
        span->last = bytes_read_number(reader);
        span->before = bytes_read_number(reader);
        span->until = bytes_read_number(reader);
        span->dropped_rows = bytes_read_number(reader);
        span->dropped_readings = bytes_read_number(reader);
        span->since_ms = (int64_t)bytes_read_number(reader);
        reader->failed |= span->first > span->last + 1 || span->before > span->until;
    }
    return !reader->failed && place->spans.n > 0;
}

bool spool_store_get_place(struct spool_store *store, size_t n, struct spool_place *place) {
    bool whole = false;
    bind_number(store, GET_PLACE, 1, n);
    if (next(store, GET_PLACE) == 0) {
        sqlite3_stmt *statement = store->statements[GET_PLACE];
        const char *sink = (const char *)sqlite3_column_text(statement, 0);
        const uint8_t *bytes = sqlite3_column_blob(statement, 1);
        struct byte_reader reader = {bytes, bytes + (bytes ? sqlite3_column_bytes(statement, 1) : 0), !bytes};
        *place = (struct spool_place){0};
        snprintf(place->sink, sizeof(place->sink), "%s", sink ? sink : "");
        whole = read_place(&reader, place);
    }
    reset(store, GET_PLACE);
    return whole;
}

int spool_store_put_reject(struct spool_store *store, const char *sink, const struct spool_row *row,
                           uint64_t readings, const char *words) {
    struct text view = {0};
    int error = view_encode(row->view, &view);
    text_clear(&store->bytes);
    if (!error)
        error = row_encode(row, &store->bytes);
    if (!error) {
        bind_text(store, PUT_REJECT, 1, sink);
        bind_number(store, PUT_REJECT, 2, row->id);
        bind_number(store, PUT_REJECT, 3, (uint64_t)row->time_ms);
        bind_number(store, PUT_REJECT, 4, readings);
        bind_text(store, PUT_REJECT, 5, words);
        bind_bytes(store, PUT_REJECT, 6, view.data, view.size);
        bind_bytes(store, PUT_REJECT, 7, store->bytes.data, store->bytes.size);
        error = run(store, PUT_REJECT);
    }
    text_done(&view);
    if (error)
        return error;
    bind_number(store, TRIM_REJECTS, 1, REJECTS_MOST);
    return run(store, TRIM_REJECTS);
}

/* --- space --- */

int spool_store_shrink(struct spool_store *store, int pages) {
    char command[64];
    if (ask_number(store, GET_FREE_PAGES) * 4 <= ask_number(store, GET_PAGES))
        return 0; /* they are soon of use again */
    snprintf(command, sizeof(command), "PRAGMA incremental_vacuum(%d)", pages);
    return translate(store, sqlite3_exec(store->db, command, NULL, NULL, NULL));
}

uint64_t spool_store_written(struct spool_store *store) {
    int pages = 0, most = 0;
    if (store->db)
        sqlite3_db_status(store->db, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &most, 1);
    return (uint64_t)pages * PAGE;
}

uint64_t spool_store_bytes(struct spool_store *store) {
    if (!store->db)
        return 0;
    uint64_t pages = ask_number(store, GET_PAGES), free_pages = ask_number(store, GET_FREE_PAGES);
    return (pages - free_pages) * PAGE;
}
