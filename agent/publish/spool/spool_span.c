/* SPDX-License-Identifier: Apache-2.0 */
/* Spans of rows that are not acknowledged. Rows themselves are elsewhere. */
#include "publish/spool/spool_span.h"

#include <string.h>

void spool_spans_init(struct spool_spans *spans, uint64_t newest, uint64_t total) {
    *spans = (struct spool_spans){
        .n = 1, .at = {{.first = newest + 1, .last = newest, .before = total, .until = total}}};
}

static bool is_empty(const struct spool_span *span) {
    return span->first > span->last;
}

void spool_spans_add(struct spool_spans *spans, const struct spool_row *row) {
    struct spool_span *span = &spans->at[spans->n - 1];
    if (is_empty(span))
        span->since_ms = row->time_ms;
    span->last = row->id;
    span->until = row->total;
}

void spool_spans_lane(const struct spool_spans *spans, enum spool_order order, enum spool_lane lane,
                      size_t *from, size_t *to) {
    *from = order == ORDER_LIVE_FIRST && lane == LANE_LIVE ? spans->n - 1 : 0;
    *to = lane == LANE_LIVE ? spans->n : order == ORDER_LIVE_FIRST ? spans->n - 1 : 0;
}

bool spool_spans_want(const struct spool_spans *spans, uint64_t id) {
    for (size_t i = 0; i < spans->n; i++)
        if (id >= spans->at[i].first && id <= spans->at[i].last)
            return true;
    return false;
}

void spool_spans_jump(struct spool_spans *spans) {
    const struct spool_span open = spans->at[spans->n - 1];
    struct spool_span *closed = spans->n > 1 ? &spans->at[spans->n - 2] : NULL;
    if (is_empty(&open))
        return;
    /* While a receiver is away one jump follows the other, and nothing is passed between them. */
    if (closed && closed->last + 1 == open.first && closed->until == open.before) {
        closed->last = open.last;
        closed->until = open.until;
        closed->dropped_rows += open.dropped_rows;
        closed->dropped_readings += open.dropped_readings;
        spans->n--;
    }
    if (spans->n == SPANS_MOST)
        return;
    spans->at[spans->n++] = (struct spool_span){
        .first = open.last + 1, .last = open.last, .before = open.until, .until = open.until};
}

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/*
 * Moves the beginning of a span behind the row. What was dropped may be anywhere in the span: the readings of
 * a row that came are not of it, nor is the row.
 */
static uint64_t advance(struct spool_span *span, const struct spool_row *row, bool is_lost) {
    if (is_empty(span) || row->id < span->first)
        return 0;
    bool came = row->view && !is_lost && row->id <= span->last;
    uint64_t id = least(row->id, span->last), total = least(row->total, span->until);
    uint64_t readings = total > span->before ? total - span->before : 0, rows = id + 1 - span->first;
    uint64_t own = came ? least(row->readings, readings) : 0;
    uint64_t dropped = least(readings - own, span->dropped_readings);
    span->dropped_rows -= least(rows - came, span->dropped_rows);
    span->dropped_readings -= dropped;
    span->before += readings;
    span->first = id + 1;
    span->since_ms = row->time_ms;
    span->dropped_rows = least(span->dropped_rows, span->last + 1 - span->first);
    span->dropped_readings = least(span->dropped_readings, span->until - span->before);
    return readings - dropped;
}

uint64_t spool_spans_pass(struct spool_spans *spans, enum spool_order order, enum spool_lane lane,
                          const struct spool_row *row, bool is_lost) {
    size_t from, to, kept = 0;
    uint64_t readings = 0;
    spool_spans_lane(spans, order, lane, &from, &to);
    /* A row of another lane: what it was read for has become backlog meanwhile. */
    if (from == to || row->id < spans->at[from].first)
        return 0;
    for (size_t i = from; i < to; i++)
        readings += advance(&spans->at[i], row, is_lost);
    for (size_t i = 0; i < spans->n; i++)
        if (!is_empty(&spans->at[i]) || i + 1 == spans->n)
            spans->at[kept++] = spans->at[i];
    spans->n = kept;
    return readings;
}

bool spool_spans_thin(struct spool_spans *spans, uint64_t id, uint64_t rows, uint64_t readings) {
    for (size_t i = 0; i < spans->n; i++) {
        struct spool_span *span = &spans->at[i];
        if (id < span->first || id > span->last)
            continue;
        span->dropped_rows += rows;
        span->dropped_readings += readings;
        return true;
    }
    return false;
}

uint64_t spool_spans_drop(struct spool_spans *spans, const struct spool_row *row) {
    return spool_spans_thin(spans, row->id, 1, row->readings) ? row->readings : 0;
}

uint64_t spool_span_rows(const struct spool_span *span) {
    return span->last + 1 - span->first - span->dropped_rows;
}

uint64_t spool_span_readings(const struct spool_span *span) {
    return span->until - span->before - span->dropped_readings;
}
