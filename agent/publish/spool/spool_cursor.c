/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors: what a sink reads, what it has passed, and what is counted on the way. Rows are spool.c's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "publish/spool/spool_inside.h"
#include "publish/spool/spool_row.h"

/* Where the list points to the cursor. */
static struct spool_cursor **find_place(struct spool *spool, const struct spool_cursor *cursor) {
    struct spool_cursor **place = &spool->cursors;
    while (*place != cursor)
        place = &(*place)->next;
    return place;
}

static void set_reader(struct spool_cursor *cursor, enum spool_order order, void (*wake)(void *context),
                       void *context) {
    cursor->order = order;
    cursor->wake = wake;
    cursor->context = context;
    cursor->is_drained[LANE_LIVE] = cursor->is_drained[LANE_BACKLOG] = true;
}

struct spool_cursor *spool_cursor_open(struct spool *spool, const char *sink, enum spool_order order,
                                       void (*wake)(void *context), void *context) {
    struct spool_cursor *cursor = calloc(1, sizeof(*cursor));
    if (!cursor)
        return NULL;
    cursor->spool = spool;
    snprintf(cursor->place.sink, sizeof(cursor->place.sink), "%s", sink);
    set_reader(cursor, order, wake, context);
    uv_mutex_lock(&spool->lock);
    struct spool_cursor **place = &spool->cursors, *known;
    while ((known = *place) && !(known->is_closed && strcmp(known->place.sink, cursor->place.sink) == 0))
        place = &known->next;
    if (known) {
        cursor->place = known->place;
        cursor->next = known->next;
    } else
        spool_spans_init(&cursor->place.spans, spool->ring.newest, spool->total);
    cursor->number = ++spool->numbered;
    *place = cursor;
    if (spool->disk)
        spool_disk_note_passed(spool->disk);
    uv_mutex_unlock(&spool->lock);
    free(known);
    return cursor;
}

struct spool_cursor *spool_cursor_replace(struct spool_cursor *old, enum spool_order order,
                                          void (*wake)(void *context), void *context) {
    struct spool *spool = old->spool;
    struct spool_cursor *cursor = malloc(sizeof(*cursor));
    if (!cursor)
        return NULL;
    uv_mutex_lock(&spool->lock);
    *cursor = *old;
    set_reader(cursor, order, wake, context);
    if (order != old->order)
        memset(cursor->read, 0, sizeof(cursor->read)); /* lanes are others now */
    cursor->number = ++spool->numbered;
    *find_place(spool, old) = cursor;
    memset(old->loaded, 0, sizeof(old->loaded));
    old->is_replaced = true;
    old->complaint = (struct complaint){0};
    uv_mutex_unlock(&spool->lock);
    return cursor;
}

static uint64_t count_waiting(const struct spool_cursor *cursor, enum spool_lane lane) {
    uint64_t readings = 0;
    size_t from, to;
    spool_spans_lane(&cursor->place.spans, cursor->order, lane, &from, &to);
    for (size_t i = from; i < to && !cursor->is_replaced; i++)
        readings += spool_span_readings(&cursor->place.spans.at[i]);
    return readings;
}

static uint64_t count_all(const struct spool_cursor *cursor) {
    return count_waiting(cursor, LANE_LIVE) + count_waiting(cursor, LANE_BACKLOG);
}

static int64_t find_since_ms(const struct spool_cursor *cursor, enum spool_lane lane) {
    size_t from, to;
    spool_spans_lane(&cursor->place.spans, cursor->order, lane, &from, &to);
    for (size_t i = from; i < to && !cursor->is_replaced; i++)
        if (spool_span_readings(&cursor->place.spans.at[i]) > 0)
            return cursor->place.spans.at[i].since_ms;
    return INT64_MAX;
}

/* Of the list; what only it wanted leaves memory. */
static void take_out(struct spool_cursor *cursor) {
    struct spool *spool = cursor->spool;
    *find_place(spool, cursor) = cursor->next;
    spool_trim(spool, spool->ring.oldest, spool->ring.newest);
}

void spool_cursor_close(struct spool_cursor *cursor) {
    struct spool *spool = cursor->spool;
    uv_mutex_lock(&spool->lock);
    uint64_t waiting = count_all(cursor);
    bool is_kept = spool->disk && !cursor->is_replaced;
    spool_forget_loaded(cursor, LANE_LIVE);
    spool_forget_loaded(cursor, LANE_BACKLOG);
    cursor->is_closed = true;
    cursor->complaint = (struct complaint){0};
    if (!cursor->is_replaced && !is_kept)
        take_out(cursor);
    uv_mutex_unlock(&spool->lock);
    if (is_kept)
        return;
    if (waiting > 0)
        log_write(LOG_WARNING, cursor->place.sink,
                  "%" PRIu64 " readings were still waiting at the end and are lost", waiting);
    free(cursor);
}

void spool_forget_closed(struct spool *spool) {
    uv_mutex_lock(&spool->lock);
    for (struct spool_cursor **place = &spool->cursors; *place;) {
        struct spool_cursor *cursor = *place;
        if (!cursor->is_closed) {
            place = &cursor->next;
            continue;
        }
        log_write(LOG_NOTICE, cursor->place.sink,
                  "it is configured no more: %" PRIu64 " readings that waited for it are given up",
                  count_all(cursor));
        take_out(cursor);
        if (spool->disk)
            spool_disk_forget(spool->disk, cursor->place.sink);
        free(cursor);
    }
    uv_mutex_unlock(&spool->lock);
}

/* From row `id` of the span, which is no more, to the next that is. NULL when out of memory. */
static struct spool_row *make_gap(const struct spool *spool, const struct spool_span *span, uint64_t id) {
    const struct spool_ring *ring = &spool->ring;
    const struct spool_row *next = NULL;
    uint64_t end = id < ring->oldest ? ring->oldest : id + 1;
    while (end <= span->last && !(next = spool_ring_get(ring, end)))
        end++;
    return spool_make_gap(spool->kind, id, next ? end - 1 : span->last,
                          next ? next->total - next->readings : span->until,
                          next ? next->time_ms : span->since_ms);
}

/*
 * The row with a reference more, or the gap in its place. NULL: it has to come from the disk, or out of
 * memory.
 */
static struct spool_row *take_row(struct spool_cursor *cursor, enum spool_lane lane,
                                  const struct spool_span *span, uint64_t id) {
    const struct spool *spool = cursor->spool;
    struct spool_row *row = spool_ring_get(&spool->ring, id);
    if (!row && spool->disk && id < spool->ring.oldest && spool_disk_will_have(spool->disk, id))
        return spool_take_loaded(cursor, lane, span, id);
    if (!row)
        return make_gap(spool, span, id);
    atomic_fetch_add_explicit(&row->references, 1, memory_order_relaxed);
    return row;
}

size_t spool_read(struct spool_cursor *cursor, enum spool_lane lane, uint64_t after, struct spool_row **rows,
                  size_t most) {
    struct spool *spool = cursor->spool;
    size_t n = 0, from, to;
    bool is_drained = true;
    uv_mutex_lock(&spool->lock);
    spool_spans_lane(&cursor->place.spans, cursor->order, lane, &from, &to);
    if (cursor->is_replaced)
        from = to;
    for (size_t i = from; is_drained && i < to; i++) {
        const struct spool_span *span = &cursor->place.spans.at[i];
        uint64_t id = after < span->first ? span->first : after + 1;
        while (id <= span->last && n < most && (rows[n] = take_row(cursor, lane, span, id)))
            id = rows[n++]->id + 1;
        is_drained = id > span->last;
    }
    cursor->is_drained[lane] = is_drained;
    cursor->is_loading[lane] = !is_drained && n < most;
    if (n > 0 && rows[n - 1]->id > cursor->read[lane])
        cursor->read[lane] = rows[n - 1]->id;
    if (is_drained)
        spool_forget_loaded(cursor, lane);
    uv_mutex_unlock(&spool->lock);
    return n;
}

bool spool_is_loading(struct spool_cursor *cursor, enum spool_lane lane) {
    uv_mutex_lock(&cursor->spool->lock);
    bool is_loading = !cursor->is_replaced && cursor->is_loading[lane];
    uv_mutex_unlock(&cursor->spool->lock);
    return is_loading;
}

uint64_t spool_waiting(struct spool_cursor *cursor, enum spool_lane lane) {
    uv_mutex_lock(&cursor->spool->lock);
    uint64_t readings = count_waiting(cursor, lane);
    uv_mutex_unlock(&cursor->spool->lock);
    return readings;
}

int64_t spool_waiting_since_ms(struct spool_cursor *cursor, enum spool_lane lane) {
    uv_mutex_lock(&cursor->spool->lock);
    int64_t since_ms = find_since_ms(cursor, lane);
    uv_mutex_unlock(&cursor->spool->lock);
    return since_ms;
}

void spool_cursor_jump(struct spool_cursor *cursor) {
    uv_mutex_lock(&cursor->spool->lock);
    if (cursor->order == ORDER_LIVE_FIRST && !cursor->is_replaced) {
        spool_spans_jump(&cursor->place.spans);
        cursor->is_drained[LANE_LIVE] = true;
        spool_forget_loaded(cursor, LANE_LIVE);
        if (cursor->spool->disk)
            spool_disk_note_passed(cursor->spool->disk);
    }
    uv_mutex_unlock(&cursor->spool->lock);
}

/* Moves the cursor past the rows up to this; the last `rejected` of their readings were refused. */
static void pass(struct spool_cursor *cursor, enum spool_lane lane, const struct spool_row *row,
                 uint64_t rejected) {
    struct spool *spool = cursor->spool;
    uv_mutex_lock(&spool->lock);
    if (!cursor->is_replaced) {
        size_t from, to;
        spool_spans_lane(&cursor->place.spans, cursor->order, lane, &from, &to);
        uint64_t first = from < to ? cursor->place.spans.at[from].first : row->id + 1;
        bool is_lost = row->is_lost || row->id <= spool->gone;
        uint64_t readings = spool_spans_pass(&cursor->place.spans, cursor->order, lane, row, is_lost);
        if (rejected > readings)
            rejected = readings; /* of a row that was dropped meanwhile, and counted there */
        if (row->view)
            cursor->place.sent += readings - rejected;
        else
            cursor->place.dropped += readings; /* with a file that was set aside */
        cursor->place.rejected += rejected;
        spool_trim(spool, first, row->id);
        if (spool->disk)
            spool_disk_note_passed(spool->disk);
        if (count_all(cursor) == 0)
            log_relieve(&cursor->complaint, clock_monotonic_ms(), cursor->place.sink,
                        "the buffer is empty again; %" PRIu64 " readings were dropped",
                        cursor->place.dropped);
    }
    uv_mutex_unlock(&spool->lock);
}

void spool_acknowledge(struct spool_cursor *cursor, enum spool_lane lane, const struct spool_row *row) {
    pass(cursor, lane, row, 0);
}

void spool_reject(struct spool_cursor *cursor, enum spool_lane lane, const struct spool_row *row,
                  uint64_t readings, const char *words) {
    struct spool *spool = cursor->spool;
    pass(cursor, lane, row, readings);
    uv_mutex_lock(&spool->lock);
    if (spool->disk && row->view && !cursor->is_replaced)
        spool_disk_reject(spool->disk, cursor->place.sink, (struct spool_row *)row, readings, words);
    uv_mutex_unlock(&spool->lock);
}

static void write_state(const struct spool_cursor *cursor, struct spool_state *state) {
    uint64_t rows = 0;
    for (size_t i = 0; i < cursor->place.spans.n; i++)
        rows += spool_span_rows(&cursor->place.spans.at[i]);
    int64_t live_ms = find_since_ms(cursor, LANE_LIVE), backlog_ms = find_since_ms(cursor, LANE_BACKLOG);
    *state = (struct spool_state){
        .acknowledged_row = cursor->place.spans.at[0].first - 1,
        .newest_row = cursor->spool->ring.newest,
        .waiting_rows = rows,
        .waiting_readings = count_all(cursor),
        .backlog_readings = count_waiting(cursor, LANE_BACKLOG),
        .waiting_since_ms = live_ms < backlog_ms ? live_ms : backlog_ms,
        .sent_readings = cursor->place.sent,
        .dropped_readings = cursor->place.dropped,
        .rejected_readings = cursor->place.rejected,
        .thinned_readings = cursor->place.thinned,
        .dropped_totals = cursor->place.dropped_totals,
        .memory_bytes = cursor->spool->ring.bytes,
    };
    if (cursor->spool->disk)
        spool_disk_figures(cursor->spool->disk, state);
    memcpy(state->sink, cursor->place.sink, sizeof(state->sink));
}

size_t spool_states(struct spool *spool, struct spool_state *states, size_t most) {
    size_t n = 0;
    uv_mutex_lock(&spool->lock);
    for (const struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next) {
        if (cursor->is_closed)
            continue;
        if (n < most)
            write_state(cursor, &states[n]);
        n++;
    }
    uv_mutex_unlock(&spool->lock);
    return n;
}
