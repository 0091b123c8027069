/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A spool's file: rows, the views they were read under, the cursors' places, and what receivers refused.
 * SQLite in WAL mode. Owned by one thread; every call may wait for the disk.
 *
 * Errors, of all calls: ERROR_SYSTEM (the disk: full, read-only, broken; it may recover), ERROR_GARBLED (the
 * file is corrupt), ERROR_MEMORY. What happened is in spool_store_why.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_STORE_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_STORE_H

#include "publish/spool/spool.h"
#include "publish/spool/spool_span.h"

struct spool_store;

struct spool_store_options {
    const char *folder, *name; /* FOLDER/NAME.db; the folder is made */
    enum spool_kind kind;      /* of the rows */
    bool durable;              /* what is committed outlives the host, not only the agent */
};

/* What identifies the rows, and how far they have come. */
struct spool_identity {
    char stream[17];        /* "": to be taken from the file; else that of a file that is made */
    uint64_t newest, total; /* rows that may have been used, and their readings */
};

/*
 * Opens the file, or makes it under `identity`, and fills that from it. A corrupt one is renamed and said,
 * and another made. ERROR_BUSY: another agent has the folder.
 */
int spool_store_open(const struct spool_store_options *options, struct spool_identity *identity,
                     struct spool_store **store);
void spool_store_close(struct spool_store *store); /* NULL is fine */
const char *spool_store_why(const struct spool_store *store);

/*
 * Closes the file and opens it again, after trouble with it; one that is known to be corrupt, or turns out to
 * be, is set aside. Its stream is that of before. On an error only this call and closing are of use.
 */
int spool_store_reopen(struct spool_store *store, bool is_corrupt);

/*
 * Removes the file and makes another of the same stream, where nobody needs what it holds: of a full disk
 * nothing can be deleted otherwise. Errors as above.
 */
int spool_store_begin_anew(struct spool_store *store);

bool spool_store_is_open(const struct spool_store *store);
bool spool_store_is_full(const struct spool_store *store); /* the last error was that the disk has no room */

int spool_store_begin(struct spool_store *store);
int spool_store_commit(struct spool_store *store);
void spool_store_rollback(struct spool_store *store);

/* How far the rows have come, and up to where a crash must have them believed. Within a transaction. */
int spool_store_put_newest(struct spool_store *store, uint64_t newest, uint64_t total, uint64_t reserved);
int spool_store_put_row(struct spool_store *store, const struct spool_row *row);
int spool_store_put_place(struct spool_store *store, const struct spool_place *place);
int spool_store_delete_place(struct spool_store *store, const char *sink);
/* `readings` of the row were refused; what it held is kept with the words. */
int spool_store_put_reject(struct spool_store *store, const char *sink, const struct spool_row *row,
                           uint64_t readings, const char *words);
/* The oldest of these go, beyond a thousand, 16 MiB or so many bytes. */
int spool_store_trim_rejects(struct spool_store *store, uint64_t most_bytes);
int spool_store_delete(struct spool_store *store, uint64_t from, uint64_t to);

/* The n-th place, in no order. 0, ERROR_NOT_FOUND: there are no more, or another error: it cannot be read. */
int spool_store_get_place(struct spool_store *store, size_t n, struct spool_place *place);
/*
 * Rows from `from` to `to`, at most so many, oldest first, each with a reference for the caller. A row that
 * cannot be read is a gap. Returns how many, or an error.
 */
int spool_store_get_rows(struct spool_store *store, uint64_t from, uint64_t to, struct spool_row **rows,
                         size_t most);
/* Of the oldest row: 0 and its time, or ERROR_NOT_FOUND. */
int spool_store_get_oldest(struct spool_store *store, uint64_t *id, int64_t *time_ms);
/* Of the newest row in the file: 0, its id and the stream's total there, or ERROR_NOT_FOUND. */
int spool_store_get_newest(struct spool_store *store, uint64_t *id, uint64_t *total);
uint64_t spool_store_count_rows(struct spool_store *store, uint64_t from, uint64_t to);

/*
 * Gives up to `pages` pages of what was deleted back to the disk, where that is most of the file: of one that
 * is being drained the rest would be moved again and again.
 */
int spool_store_shrink(struct spool_store *store, int pages);
/* Whether that is to be called again soon. */
bool spool_store_is_shrinking(const struct spool_store *store);
/* What is used of the file. */
uint64_t spool_store_bytes(struct spool_store *store);
/* What was written to it since this was asked last. */
uint64_t spool_store_written(struct spool_store *store);

#endif
