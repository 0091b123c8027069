/* SPDX-License-Identifier: Apache-2.0 */
/* The wrapping of SQLite. What is stored is the store's affair. */
#include "publish/spool/spool_sql.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum {
    BUSY_MS = 2000, /* somebody looks into the file */
    PAGE = 4096,
};

struct spool_sql {
    struct spool_sql_options options;
    sqlite3 *db;
    sqlite3_stmt **statements;
    char why[160];
    bool is_full;
};

struct spool_sql *spool_sql_new(const struct spool_sql_options *options) {
    struct spool_sql *sql = calloc(1, sizeof(*sql));
    if (!sql)
        return NULL;
    sql->options = *options;
    sql->statements = calloc(options->n_statements, sizeof(sqlite3_stmt *));
    if (!sql->statements) {
        free(sql);
        return NULL;
    }
    return sql;
}

void spool_sql_free(struct spool_sql *sql) {
    if (!sql)
        return;
    spool_sql_close(sql);
    free(sql->statements);
    free(sql);
}

bool spool_sql_is_open(const struct spool_sql *sql) {
    return sql->db != NULL;
}

const char *spool_sql_why(const struct spool_sql *sql) {
    return sql->why;
}

void spool_sql_set_why(struct spool_sql *sql, const char *why) {
    snprintf(sql->why, sizeof(sql->why), "%s", why);
}

bool spool_sql_is_full(const struct spool_sql *sql) {
    return sql->is_full;
}

/* Why the system failed; 0: not known. Rows are written to the log, which is a file of its own. */
static int find_errno(sqlite3 *db) {
    sqlite3_file *log = NULL;
    int number = 0;
    sqlite3_file_control(db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, (void *)&log);
    if (log && log->pMethods)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
    if (number == 0)
        sqlite3_file_control(db, NULL, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number ? number : sqlite3_system_errno(db);
}

/* SQLite's words, and the system's where it has failed. */
static void keep_words(struct spool_sql *sql, int code) {
    int kind = code & 0xff, number = sql->db ? find_errno(sql->db) : 0;
    const char *words = sql->db ? sqlite3_errmsg(sql->db) : sqlite3_errstr(code);
    if (number && (kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN))
        snprintf(sql->why, sizeof(sql->why), "%s: %s", words, strerror(number));
    else
        spool_sql_set_why(sql, words);
}

/* What SQLite says becomes one of ours, with its words kept. */
static int translate(struct spool_sql *sql, int code) {
    int kind = code & 0xff, exact = sql->db ? sqlite3_extended_errcode(sql->db) : code;
    if (kind == SQLITE_OK || kind == SQLITE_ROW || kind == SQLITE_DONE)
        return 0;
    keep_words(sql, code);
    sql->is_full = kind == SQLITE_FULL;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_SCHEMA || kind == SQLITE_ERROR)
        return ERROR_GARBLED;
    /* A bad block stays bad: it must not keep everything behind it. */
    if (exact == SQLITE_IOERR_READ || exact == SQLITE_IOERR_SHORT_READ || exact == SQLITE_IOERR_CORRUPTFS)
        return ERROR_GARBLED;
    return kind == SQLITE_NOMEM ? ERROR_MEMORY : ERROR_SYSTEM;
}

/* --- opening and closing --- */

void spool_sql_close(struct spool_sql *sql) {
    for (size_t i = 0; i < sql->options.n_statements; i++) {
        sqlite3_finalize(sql->statements[i]);
        sql->statements[i] = NULL;
    }
    sqlite3_close(sql->db);
    sql->db = NULL;
}

static int make_schema(struct spool_sql *sql) {
    sqlite3_stmt *ask;
    int code = sqlite3_prepare_v2(sql->db, "PRAGMA user_version", -1, &ask, NULL);
    if (code != SQLITE_OK)
        return translate(sql, code);
    code = sqlite3_step(ask);
    int version = sqlite3_column_int(ask, 0);
    sqlite3_finalize(ask);
    if (code == SQLITE_ROW && version == 0 && !sql->options.read_only)
        code = sqlite3_exec(sql->db, sql->options.schema, NULL, NULL, NULL);
    else if (code == SQLITE_ROW && version != sql->options.version) {
        snprintf(sql->why, sizeof(sql->why), "it is of version %d, this agent's is %d", version,
                 sql->options.version);
        return ERROR_GARBLED;
    }
    return translate(sql, code);
}

int spool_sql_open(struct spool_sql *sql) {
    bool read_only = sql->options.read_only;
    int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int error =
        translate(sql, sqlite3_open_v2(sql->options.path, &sql->db, flags | SQLITE_OPEN_NOMUTEX, NULL));
    if (error)
        return error;
    sqlite3_busy_timeout(sql->db, BUSY_MS);
    error = make_schema(sql);
    if (!error && !read_only)
        error = spool_sql_execute(sql, sql->options.durable ? "PRAGMA synchronous=FULL"
                                                            : "PRAGMA synchronous=NORMAL");
    for (size_t i = 0; i < sql->options.n_statements && !error; i++)
        error = translate(sql, sqlite3_prepare_v3(sql->db, sql->options.statements[i], -1,
                                                  SQLITE_PREPARE_PERSISTENT, &sql->statements[i], NULL));
    return error;
}

/* --- statements --- */

void spool_sql_bind(struct spool_sql *sql, size_t at, int place, uint64_t number) {
    sqlite3_bind_int64(sql->statements[at], place, (int64_t)number);
}

void spool_sql_bind_text(struct spool_sql *sql, size_t at, int place, const char *text) {
    sqlite3_bind_text(sql->statements[at], place, text, -1, SQLITE_STATIC);
}

void spool_sql_bind_bytes(struct spool_sql *sql, size_t at, int place, const void *bytes, size_t size) {
    sqlite3_bind_blob64(sql->statements[at], place, bytes, size, SQLITE_STATIC);
}

void spool_sql_reset(struct spool_sql *sql, size_t at) {
    sqlite3_reset(sql->statements[at]);
    sqlite3_clear_bindings(sql->statements[at]);
}

int spool_sql_run(struct spool_sql *sql, size_t at) {
    int error = translate(sql, sqlite3_step(sql->statements[at]));
    spool_sql_reset(sql, at);
    return error;
}

int spool_sql_execute(struct spool_sql *sql, const char *command) {
    return translate(sql, sqlite3_exec(sql->db, command, NULL, NULL, NULL));
}

int spool_sql_next(struct spool_sql *sql, size_t at) {
    int code = sqlite3_step(sql->statements[at]);
    return code == SQLITE_DONE ? ERROR_NOT_FOUND : translate(sql, code);
}

uint64_t spool_sql_number(struct spool_sql *sql, size_t at, int column) {
    return (uint64_t)sqlite3_column_int64(sql->statements[at], column);
}

const char *spool_sql_text(struct spool_sql *sql, size_t at, int column) {
    return (const char *)sqlite3_column_text(sql->statements[at], column);
}

const void *spool_sql_bytes(struct spool_sql *sql, size_t at, int column, size_t *size) {
    const void *bytes = sqlite3_column_blob(sql->statements[at], column);
    *size = bytes ? (size_t)sqlite3_column_bytes(sql->statements[at], column) : 0;
    return bytes;
}

uint64_t spool_sql_ask(struct spool_sql *sql, size_t at) {
    uint64_t number = spool_sql_next(sql, at) == 0 ? spool_sql_number(sql, at, 0) : 0;
    spool_sql_reset(sql, at);
    return number;
}

uint64_t spool_sql_last_id(const struct spool_sql *sql) {
    return (uint64_t)sqlite3_last_insert_rowid(sql->db);
}

bool spool_sql_is_within(const struct spool_sql *sql) {
    return sql->db && !sqlite3_get_autocommit(sql->db);
}

uint64_t spool_sql_page_bytes(void) {
    return PAGE;
}

uint64_t spool_sql_pages_written(struct spool_sql *sql) {
    int pages = 0, most = 0;
    if (sql->db)
        sqlite3_db_status(sql->db, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &most, 1);
    return (uint64_t)pages;
}
