/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spools: rows on their way to the sinks. A row is one batch, neutral and columnar. There are two of the
 * same make, one for what is urgent and one for the rest, each with its own numbering, memory and, where a
 * folder is given, file: so nothing urgent waits behind readings. A sink has a cursor in each, known by the
 * sink's name, that moves only on the receiver's acknowledgement.
 *
 * In memory a spool is bounded in bytes. When it is full the oldest rows leave it: those that are on the disk
 * come back when they are read; of others every cursor that still wanted them counts the readings it lost and
 * meets a gap in their place.
 *
 * Safe from every thread. The field loop never calls it: rows are appended by the publisher's thread.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/series.h"

struct spool;
struct spool_cursor;

/* In the order in which a sink reads them. */
enum spool_kind { SPOOL_URGENT, SPOOL_READINGS, N_SPOOLS };
struct spools {
    struct spool *of[N_SPOOLS];
};

/*
 * One batch as the sinks see it; immutable. Valid while the reader holds it (spool_release).
 *
 * A row without a view is a gap: the rows first_id to id are no more, or never were. It has no readings; it
 * is read, acknowledged and released like any other.
 */
struct spool_row {
    atomic_uint references;
    enum spool_kind kind; /* of its spool */
    bool is_lost;         /* it was dropped while somebody held it; the spool's own */
    uint64_t id;          /* 1, 2, 3 ... within a stream; never used twice */
    uint64_t first_id; /* below id where it stands for the rows from there on, too: a gap, or thinned rows */
    uint64_t total;    /* readings of the stream up to its end */
    struct device_view *view;
    int64_t time_ms;
    uint32_t first, n;
    uint32_t readings; /* those of the n that are not absent */
    int64_t kept_ms;   /* monotonic: since when the spool has it; 0 of one that comes from the file */
    const double *values;
    const uint8_t *qualities;
};

struct spool_options {
    enum spool_kind kind;
    size_t most_bytes;                 /* in memory */
    const char *folder;                /* of the files; NULL: memory only */
    int64_t quota_bytes, quota_age_ms; /* of the file, and of its rows */
    int64_t spill_after_ms;            /* rows that wait longer are written; 0, and news: at once */
};

/*
 * With a folder: goes on with what the file holds; a corrupt one is renamed and said. Where the folder cannot
 * be used, that is said, and the spool is in memory only. 0, ERROR_BUSY (said: another agent has the folder),
 * ERROR_MEMORY or ERROR_SYSTEM.
 */
int spool_open(const struct spool_options *options, struct spool **spool);
/* After every cursor was closed. What waits is written where there is a file. NULL is fine. */
void spool_close(struct spool *spool);
/*
 * In the place of spool_close where the process ends while a thread hangs that may still touch the spool: the
 * last of what waits is written, nothing is freed. NULL is fine.
 */
void spool_finish(struct spool *spool);
/* Another bound. What is above it goes when the next row comes. */
void spool_set_most_bytes(struct spool *spool, size_t most_bytes);

/*
 * Copies the batch into a row and wakes the cursors' readers. The batch stays the caller's. Without any
 * reading or ending in it, or without a cursor, it makes no row. ERROR_MEMORY or ERROR_TOO_BIG: every cursor
 * has counted its readings as dropped.
 */
int spool_append(struct spool *spool, const struct batch *batch);

/* Identifies the numbering of this spool's rows in every message. */
const char *spool_stream(const struct spool *spool);

/*
 * Strict: rows come in their order, whatever waits first. Live first: new rows go on while what waited before
 * is read beside them (spool_cursor_jump).
 */
enum spool_order { ORDER_STRICT, ORDER_LIVE_FIRST };
/* A strict cursor has only the live lane, which begins with the oldest row. */
enum spool_lane { LANE_LIVE, LANE_BACKLOG, N_LANES };

/*
 * A sink's place in the spool. One that is known by the sink's name goes on where it was, a new one begins
 * after the newest row. `wake` is called, from any thread, by the first row that comes after spool_read has
 * found nothing more; it must neither block nor call the spool. NULL when out of memory.
 */
struct spool_cursor *spool_cursor_open(struct spool *spool, const char *sink, enum spool_order order,
                                       void (*wake)(void *context), void *context);
/*
 * A new cursor in the place of `old`, with what waits there and what it counted. `old` is inert from then on:
 * it reads nothing, acknowledges nothing and wakes nobody; it is still to be closed. NULL when out of memory.
 */
struct spool_cursor *spool_cursor_replace(struct spool_cursor *old, enum spool_order order,
                                          void (*wake)(void *context), void *context);
/* What waits is kept for a cursor of the same name where there is a file; else it is lost, which is said. */
void spool_cursor_close(struct spool_cursor *cursor);

/*
 * Cursors that are known from before and that nobody has opened are of sinks that are configured no more:
 * they are forgotten, and what waits for them.
 */
void spool_forget_closed(struct spool *spool);

/*
 * Up to `most` rows of the lane after row `after` (0 = after what is acknowledged), in order; each holds a
 * reference that the caller gives back with spool_release. Returns how many. 0: `wake` will tell when there
 * are more, also where they have to come from the disk first.
 */
size_t spool_read(struct spool_cursor *cursor, enum spool_lane lane, uint64_t after, struct spool_row **rows,
                  size_t most);
void spool_release(struct spool_row *row);
/* Whether the last spool_read of the lane stopped at a row that comes from the disk: `wake` tells when. */
bool spool_is_loading(struct spool_cursor *cursor, enum spool_lane lane);

/* Readings that wait in the lane. */
uint64_t spool_waiting(struct spool_cursor *cursor, enum spool_lane lane);
/* When the oldest row that waits in the lane was read, roughly (never too late); INT64_MAX: none waits. */
int64_t spool_waiting_since_ms(struct spool_cursor *cursor, enum spool_lane lane);

/*
 * What waits now becomes backlog, and the live lane begins at the next new row. For a reader of a live first
 * cursor that has nothing of it under way. Without effect on a strict one.
 */
void spool_cursor_jump(struct spool_cursor *cursor);

/*
 * The receiver has acknowledged everything in this lane up to and including this row, which the caller still
 * holds. What was dropped while it was on its way stays counted as dropped.
 */
void spool_acknowledge(struct spool_cursor *cursor, enum spool_lane lane, const struct spool_row *row);

/*
 * The same, but the receiver has refused this many readings of the row for good, in these words: they are
 * counted as rejected.
 */
void spool_reject(struct spool_cursor *cursor, enum spool_lane lane, const struct spool_row *row,
                  uint64_t readings, const char *words);

/* What a sink says of itself; kept with its cursor. */
struct spool_state {
    char sink[64];
    uint64_t acknowledged_row, newest_row; /* the first that waits follows the former */
    uint64_t waiting_rows, waiting_readings, backlog_readings;
    int64_t waiting_since_ms; /* wall clock, of the oldest row that waits; INT64_MAX: none */
    uint64_t sent_readings, dropped_readings, rejected_readings;
    uint64_t dropped_totals;           /* of those dropped: counters and states */
    uint64_t thinned_readings;         /* gone into a least, a mean or a greatest */
    uint64_t memory_bytes, disk_bytes; /* of the whole spool, all sinks */
    uint64_t written_bytes;            /* to the disk by this process, the same */
    bool is_written;                   /* no row waits that is not on the disk; false without one */
};
/* States of up to `most` cursors. Returns how many there are. */
size_t spool_states(struct spool *spool, struct spool_state *states, size_t most);
/* Those of both spools, summed by sink; rows are those of the readings. Returns how many of `most` there are.
 */
size_t spools_states(const struct spools *spools, struct spool_state *states, size_t most);

/* What a spool takes, for all sinks. */
struct spool_figures {
    bool has_folder; /* it is to be on disk */
    bool has_disk;   /* and is; what follows is of its file, 0 without one */
    uint64_t disk_bytes, quota_bytes;
    int64_t quota_age_ms;
    uint64_t written_bytes; /* by this process */
    bool is_stuck;          /* the disk takes nothing */
    char trouble[160];      /* why it did not, last; "": it always did */
    uint64_t memory_bytes, most_bytes;
};
void spool_figures(struct spool *spool, struct spool_figures *figures);

#endif
