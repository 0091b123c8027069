/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a cursor has not acknowledged: a short list of spans of rows, in order. The last one is open: new rows
 * come to its end. Readings are counted by the stream's running total, so that no row has to be looked up.
 * Pure.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_SPAN_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_SPAN_H

#include "publish/spool/spool.h"

enum { SPANS_MOST = 16 };

struct spool_span {
    uint64_t first, last;                    /* rows; empty: first = last + 1 */
    uint64_t before, until;                  /* total readings before the first and up to the last */
    uint64_t dropped_rows, dropped_readings; /* of these, those that are no more */
    int64_t since_ms;                        /* not after the time of the first row */
};

struct spool_spans {
    size_t n; /* at least 1 */
    struct spool_span at[SPANS_MOST];
};

/* A cursor as it is kept; counts as in struct spool_state. */
struct spool_place {
    char sink[64];
    struct spool_spans spans;
    uint64_t sent, dropped, dropped_totals, thinned, rejected;
};

/* Nothing waits; new rows follow `newest`. */
void spool_spans_init(struct spool_spans *spans, uint64_t newest, uint64_t total);

/* A new row in the stream. */
void spool_spans_add(struct spool_spans *spans, const struct spool_row *row);

/* Those of a lane: *from up to, not including, *to. */
void spool_spans_lane(const struct spool_spans *spans, enum spool_order order, enum spool_lane lane,
                      size_t *from, size_t *to);

bool spool_spans_want(const struct spool_spans *spans, uint64_t id);

/* Closes the open span and begins another, where something waits and the list has room. */
void spool_spans_jump(struct spool_spans *spans);

/*
 * Everything of the lane up to and including the row is passed; `is_lost`: the row's own readings are among
 * those dropped. Returns how many readings that were, without those dropped.
 */
uint64_t spool_spans_pass(struct spool_spans *spans, enum spool_order order, enum spool_lane lane,
                          const struct spool_row *row, bool is_lost);

/* The row is no more. Returns how many readings were lost by that: 0 where it was not wanted. */
uint64_t spool_spans_drop(struct spool_spans *spans, const struct spool_row *row);

/* So many rows and readings less are in the span of that row; false where it is in none. */
bool spool_spans_thin(struct spool_spans *spans, uint64_t id, uint64_t rows, uint64_t readings);

uint64_t spool_span_rows(const struct spool_span *span);     /* that wait */
uint64_t spool_span_readings(const struct spool_span *span); /* that wait */

#endif
