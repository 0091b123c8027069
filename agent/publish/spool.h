/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spool: rows on their way to the sinks. A row is one batch, neutral and columnar. Each sink has a
 * cursor of its own that moves only on the receiver's acknowledgement. This one is in memory and bounded in
 * bytes: when it is full the oldest rows go, and every cursor that had not passed them counts the readings
 * it lost.
 *
 * Safe from every thread. The field loop never calls it: rows are appended by the publisher's thread.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_H
#define HALLWATCH_PUBLISH_SPOOL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "model/series.h"

struct spool;
struct spool_cursor;

/* One batch as the sinks see it; immutable. Valid while the reader holds it (spool_release). */
struct spool_row {
    atomic_uint references;
    uint64_t id; /* 1, 2, 3 ... without gaps within a stream */
    struct device_view *view;
    int64_t time_ms;
    uint32_t first, n;
    uint32_t readings; /* those of the n that are not absent */
    const double *values;
    const uint8_t *qualities;
};

struct spool *spool_new(size_t most_bytes);
void spool_free(struct spool *spool); /* after every cursor was closed */
/* Another bound. What is above it goes when the next row comes. */
void spool_set_most_bytes(struct spool *spool, size_t most_bytes);

/*
 * Copies the batch into a row and wakes the cursors' readers. The batch stays the caller's. Without any
 * reading in it, or without a cursor, it makes no row. ERROR_MEMORY or ERROR_TOO_BIG: every cursor has
 * counted its readings as dropped.
 */
int spool_append(struct spool *spool, const struct batch *batch);

/* Identifies this run of the agent in every message, with the row's id. */
const char *spool_stream(const struct spool *spool);

/*
 * A sink's place in the spool, beginning after the newest row. `wake` is called, from any thread, by the
 * first row that comes after spool_read has returned the newest one; it must neither block nor call the
 * spool. NULL when out of memory.
 */
struct spool_cursor *spool_cursor_open(struct spool *spool, const char *sink, void (*wake)(void *context),
                                       void *context);
/*
 * A new cursor in the place of `old`, with what waits there and what it counted. `old` is inert from then on:
 * it reads nothing, acknowledges nothing and wakes nobody; it is still to be closed. NULL when out of memory.
 */
struct spool_cursor *spool_cursor_replace(struct spool_cursor *old, void (*wake)(void *context),
                                          void *context);
/* Says how many readings were still waiting: they are lost. */
void spool_cursor_close(struct spool_cursor *cursor);

/*
 * Up to `most` rows after row `after` (0 = after what is acknowledged), in order; each holds a reference
 * that the caller gives back with spool_release. Returns how many.
 */
size_t spool_read(struct spool_cursor *cursor, uint64_t after, struct spool_row **rows, size_t most);
void spool_release(struct spool_row *row);

/*
 * The receiver has acknowledged everything up to and including this row. What was dropped while it was on its
 * way stays counted as dropped.
 */
void spool_acknowledge(struct spool_cursor *cursor, uint64_t row);

/*
 * The same, but the receiver has refused this many readings of the row for good: they are counted as
 * rejected.
 */
void spool_reject(struct spool_cursor *cursor, uint64_t row, uint64_t readings);

/* What a sink says of itself; kept with its cursor. */
struct spool_state {
    char sink[64];
    uint64_t acknowledged_row, newest_row;   /* what was dropped counts as passed */
    uint64_t waiting_rows, waiting_readings; /* behind the cursor */
    uint64_t sent_readings, dropped_readings, rejected_readings;
};
/* States of up to `most` cursors. Returns how many there are. */
size_t spool_states(struct spool *spool, struct spool_state *states, size_t most);

#endif
