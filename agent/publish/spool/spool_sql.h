/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite as the spool's store uses it: one file, a fixed table of statements that are prepared once, errors
 * as ours. Owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_SQL_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool_sql;

struct spool_sql_options {
    const char *path;
    const char
        *schema; /* of a file that is new; it sets user_version, within a transaction. NULL: read only */
    int version;
    bool read_only;                /* the file must be there, and stays as it is */
    bool durable;                  /* what is committed outlives the host, not only the agent */
    const char *const *statements; /* told by their places in the table */
    size_t n_statements;
};

/* Closed. Borrows the options and what they point to. NULL when out of memory. */
struct spool_sql *spool_sql_new(const struct spool_sql_options *options);
void spool_sql_free(struct spool_sql *sql); /* NULL is fine */

/* 0, ERROR_SYSTEM (the disk), ERROR_GARBLED (the file is no such database) or ERROR_MEMORY, as all that fail.
 */
int spool_sql_open(struct spool_sql *sql);
void spool_sql_close(struct spool_sql *sql);
bool spool_sql_is_open(const struct spool_sql *sql);

/* What was the last error, in SQLite's words or those that were set. */
const char *spool_sql_why(const struct spool_sql *sql);
void spool_sql_set_why(struct spool_sql *sql, const char *why);
bool spool_sql_is_full(const struct spool_sql *sql); /* the last error was that the disk has no room */

/* Places count from 1. Texts and bytes are borrowed until the statement is run or reset. */
void spool_sql_bind(struct spool_sql *sql, size_t at, int place, uint64_t number);
void spool_sql_bind_text(struct spool_sql *sql, size_t at, int place, const char *text);
void spool_sql_bind_bytes(struct spool_sql *sql, size_t at, int place, const void *bytes, size_t size);

/* A statement without an answer, and one that is not kept. */
int spool_sql_run(struct spool_sql *sql, size_t at);
int spool_sql_execute(struct spool_sql *sql, const char *command);
/* The next row of the answer: 0, ERROR_NOT_FOUND after the last, or an error. To be reset at the end. */
int spool_sql_next(struct spool_sql *sql, size_t at);
void spool_sql_reset(struct spool_sql *sql, size_t at);
/* Of that row; columns count from 0. Borrowed until the next. */
uint64_t spool_sql_number(struct spool_sql *sql, size_t at, int column);
const char *spool_sql_text(struct spool_sql *sql, size_t at, int column);
const void *spool_sql_bytes(struct spool_sql *sql, size_t at, int column, size_t *size);
/* The number that is the whole answer; 0 where there is none. */
uint64_t spool_sql_ask(struct spool_sql *sql, size_t at);

uint64_t spool_sql_last_id(const struct spool_sql *sql); /* of what was inserted last */
bool spool_sql_is_within(const struct spool_sql *sql);   /* a transaction */
uint64_t spool_sql_page_bytes(void);
uint64_t spool_sql_pages_written(struct spool_sql *sql); /* since it was asked last */

#endif
