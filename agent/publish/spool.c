/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spool in memory: a ring of rows that grows by doubling, so that a row's place follows from its id, and
 * the cursors that look into it. Owns the rows as long as some cursor may want them and the bound allows;
 * after that whoever still holds one does. It knows nothing of formats and receivers.
 *
 * Invariants, under the lock: the ring holds rows oldest .. newest without gaps; every cursor's `passed` is
 * at least oldest - 1; `waiting` of a cursor is the sum of the readings in the rows after `passed`.
 */
#include "publish/spool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <uv.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

enum {
    FIRST_ROOM = 256,  /* rows; a power of two */
    ROW_OVERHEAD = 32, /* what a row costs beyond its size: the allocator's head and its places in the ring */
};

/*
 * A row with what only the spool needs to know of it. The columns lie behind it in the same piece of memory.

 */
struct stored_row {
    struct spool_row row;
    size_t bytes;
};

struct spool_cursor {
    struct spool *spool;
    struct spool_cursor *next;
    char sink[64];
    void (*wake)(void *context);
    void *context;
    bool is_replaced; /* by another cursor: it is in the list no more */
    bool is_drained;  /* it has seen the newest row: the next one is news */
    uint64_t passed;  /* acknowledged or dropped up to here */
    uint64_t waiting; /* readings */
    uint64_t sent, dropped, rejected;
    struct complaint complaint;
};

struct spool {
    uv_mutex_t lock;
    char stream[17];
    struct stored_row **ring;
    size_t room; /* of the ring */
    size_t bytes, most_bytes;
    uint64_t oldest, newest; /* empty: oldest = newest + 1 */
    struct spool_cursor *cursors;
};

static struct stored_row **place_of(const struct spool *spool, uint64_t id) {
    return &spool->ring[id & (spool->room - 1)];
}

struct spool *spool_new(size_t most_bytes) {
    struct spool *spool = calloc(1, sizeof(*spool));
    if (!spool)
        return NULL;
    uint64_t number;
    spool->ring = calloc(FIRST_ROOM, sizeof(struct stored_row *));
    if (!spool->ring || getrandom(&number, sizeof(number), 0) != sizeof(number) ||
        uv_mutex_init(&spool->lock) != 0) {
        free(spool->ring);
        free(spool);
        return NULL;
    }
    snprintf(spool->stream, sizeof(spool->stream), "%016" PRIx64, number);
    spool->room = FIRST_ROOM;
    spool->most_bytes = most_bytes;
    spool->oldest = 1;
    return spool;
}

/* Takes the oldest row out of the ring. */
static void remove_oldest(struct spool *spool) {
    struct stored_row *stored = *place_of(spool, spool->oldest++);
    spool->bytes -= stored->bytes;
    spool_release(&stored->row);
}

void spool_free(struct spool *spool) {
    if (!spool)
        return;
    while (spool->oldest <= spool->newest)
        remove_oldest(spool);
    uv_mutex_destroy(&spool->lock);
    free(spool->ring);
    free(spool);
}

void spool_set_most_bytes(struct spool *spool, size_t most_bytes) {
    uv_mutex_lock(&spool->lock);
    spool->most_bytes = most_bytes;
    uv_mutex_unlock(&spool->lock);
}

const char *spool_stream(const struct spool *spool) {
    return spool->stream;
}

void spool_release(struct spool_row *row) {
    if (atomic_fetch_sub_explicit(&row->references, 1, memory_order_acq_rel) != 1)
        return;
    device_view_release(row->view);
    free(row); /* the first member of its stored_row */
}

/* Rows that every cursor has passed are of no use any more. */
static void trim(struct spool *spool) {
    uint64_t passed = spool->newest;
    for (const struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next)
        if (cursor->passed < passed)
            passed = cursor->passed;
    while (spool->oldest <= passed)
        remove_oldest(spool);
}

/* Gives the oldest row up for lost to every cursor that still wanted it. */
static void drop_oldest(struct spool *spool) {
    uint64_t id = spool->oldest;
    uint32_t readings = (*place_of(spool, id))->row.readings;
    for (struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next) {
        if (cursor->passed >= id)
            continue;
        cursor->passed = id;
        cursor->waiting -= readings;
        cursor->dropped += readings;
        log_complain(&cursor->complaint, clock_monotonic_ms(), cursor->sink,
                     "the buffer is full: the oldest readings are dropped, %" PRIu64 " so far",
                     cursor->dropped);
    }
    remove_oldest(spool);
}

static int grow_ring(struct spool *spool) {
    if (spool->newest + 1 - spool->oldest < spool->room)
        return 0;
    size_t room = spool->room * 2;
    struct stored_row **ring = calloc(room, sizeof(struct stored_row *));
    if (!ring)
        return ERROR_MEMORY;
    for (uint64_t id = spool->oldest; id <= spool->newest; id++)
        ring[id & (room - 1)] = *place_of(spool, id);
    free(spool->ring);
    spool->ring = ring;
    spool->room = room;
    return 0;
}

static struct stored_row *make_row(const struct batch *batch, uint32_t readings) {
    size_t values = batch->n * sizeof(double);
    size_t size = sizeof(struct stored_row) + values + batch->n;
    struct stored_row *stored = malloc(size);
    if (!stored)
        return NULL;
    char *columns = (char *)(stored + 1);
    memcpy(columns, batch->values, values);
    memcpy(columns + values, batch->qualities, batch->n);
    *stored = (struct stored_row){
        .row = {.view = device_view_hold(batch->view),
                .time_ms = batch->time_ms,
                .first = batch->first,
                .n = batch->n,
                .readings = readings,
                .values = (const double *)columns,
                .qualities = (const uint8_t *)(columns + values)},
        .bytes = size + ROW_OVERHEAD,
    };
    atomic_init(&stored->row.references, 1);
    return stored;
}

static int add_row(struct spool *spool, struct stored_row *stored) {
    if (stored->bytes > spool->most_bytes)
        return ERROR_TOO_BIG;
    while (spool->bytes + stored->bytes > spool->most_bytes)
        drop_oldest(spool);
    int error = grow_ring(spool);
    if (error)
        return error;
    stored->row.id = ++spool->newest;
    *place_of(spool, stored->row.id) = stored;
    spool->bytes += stored->bytes;
    for (struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next) {
        cursor->waiting += stored->row.readings;
        if (!cursor->is_drained)
            continue;
        cursor->is_drained = false;
        cursor->wake(cursor->context);
    }
    return 0;
}

static uint32_t count_readings(const struct batch *batch) {
    uint32_t readings = 0;
    for (uint32_t i = 0; i < batch->n; i++)
        readings += batch->qualities[i] != QUALITY_ABSENT;
    return readings;
}

int spool_append(struct spool *spool, const struct batch *batch) {
    uint32_t readings = count_readings(batch);
    if (readings == 0)
        return 0; /* nothing that a receiver could be told */
    struct stored_row *stored = make_row(batch, readings);
    uv_mutex_lock(&spool->lock);
    int error = 0;
    if (spool->cursors) {
        error = stored ? add_row(spool, stored) : ERROR_MEMORY;
        for (struct spool_cursor *cursor = spool->cursors; error && cursor; cursor = cursor->next)
            cursor->dropped += readings;
    }
    bool is_kept = spool->cursors && !error;
    uv_mutex_unlock(&spool->lock);
    if (stored && !is_kept)
        spool_release(&stored->row);
    return error;
}

/* Where the list points to the cursor. */
static struct spool_cursor **find_place(struct spool *spool, const struct spool_cursor *cursor) {
    struct spool_cursor **place = &spool->cursors;
    while (*place != cursor)
        place = &(*place)->next;
    return place;
}

struct spool_cursor *spool_cursor_open(struct spool *spool, const char *sink, void (*wake)(void *context),
                                       void *context) {
    struct spool_cursor *cursor = calloc(1, sizeof(*cursor));
    if (!cursor)
        return NULL;
    cursor->spool = spool;
    snprintf(cursor->sink, sizeof(cursor->sink), "%s", sink);
    cursor->wake = wake;
    cursor->context = context;
    cursor->is_drained = true;
    uv_mutex_lock(&spool->lock);
    cursor->passed = spool->newest;
    struct spool_cursor **last = &spool->cursors;
    while (*last)
        last = &(*last)->next;
    *last = cursor;
    uv_mutex_unlock(&spool->lock);
    return cursor;
}

struct spool_cursor *spool_cursor_replace(struct spool_cursor *old, void (*wake)(void *context),
                                          void *context) {
    struct spool *spool = old->spool;
    struct spool_cursor *cursor = malloc(sizeof(*cursor));
    if (!cursor)
        return NULL;
    uv_mutex_lock(&spool->lock);
    *cursor = *old;
    cursor->wake = wake;
    cursor->context = context;
    *find_place(spool, old) = cursor;
    old->is_replaced = true;
    old->waiting = 0;
    old->complaint = (struct complaint){0};
    uv_mutex_unlock(&spool->lock);
    return cursor;
}

void spool_cursor_close(struct spool_cursor *cursor) {
    struct spool *spool = cursor->spool;
    uv_mutex_lock(&spool->lock);
    if (!cursor->is_replaced) {
        *find_place(spool, cursor) = cursor->next;
        trim(spool);
    }
    uv_mutex_unlock(&spool->lock);
    if (cursor->waiting > 0)
        log_write(LOG_WARNING, cursor->sink,
                  "%" PRIu64 " readings were still waiting at the end and are lost", cursor->waiting);
    free(cursor);
}

size_t spool_read(struct spool_cursor *cursor, uint64_t after, struct spool_row **rows, size_t most) {
    struct spool *spool = cursor->spool;
    size_t n = 0;
    uv_mutex_lock(&spool->lock);
    uint64_t id = (after > cursor->passed ? after : cursor->passed) + 1;
    for (; !cursor->is_replaced && id <= spool->newest && n < most; id++) {
        struct spool_row *row = &(*place_of(spool, id))->row;
        atomic_fetch_add_explicit(&row->references, 1, memory_order_relaxed);
        rows[n++] = row;
    }
    cursor->is_drained = id > spool->newest;
    uv_mutex_unlock(&spool->lock);
    return n;
}

/* Moves the cursor past the rows up to `row`; the last `rejected` of their readings were refused. */
static void pass(struct spool_cursor *cursor, uint64_t row, uint64_t rejected) {
    struct spool *spool = cursor->spool;
    uint64_t readings = 0;
    uv_mutex_lock(&spool->lock);
    while (!cursor->is_replaced && cursor->passed < row && cursor->passed < spool->newest)
        readings += (*place_of(spool, ++cursor->passed))->row.readings;
    if (rejected > readings)
        rejected = readings; /* of a row that was dropped meanwhile, and counted there */
    cursor->waiting -= readings;
    cursor->sent += readings - rejected;
    cursor->rejected += rejected;
    trim(spool);
    if (cursor->waiting == 0)
        log_relieve(&cursor->complaint, clock_monotonic_ms(), cursor->sink,
                    "the buffer is empty again; %" PRIu64 " readings were dropped", cursor->dropped);
    uv_mutex_unlock(&spool->lock);
}

void spool_acknowledge(struct spool_cursor *cursor, uint64_t row) {
    pass(cursor, row, 0);
}

void spool_reject(struct spool_cursor *cursor, uint64_t row, uint64_t readings) {
    pass(cursor, row, readings);
}

size_t spool_states(struct spool *spool, struct spool_state *states, size_t most) {
    size_t n = 0;
    uv_mutex_lock(&spool->lock);
    for (const struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next, n++) {
        if (n >= most)
            continue;
        struct spool_state *state = &states[n];
        *state = (struct spool_state){
            .acknowledged_row = cursor->passed,
            .newest_row = spool->newest,
            .waiting_rows = spool->newest - cursor->passed,
            .waiting_readings = cursor->waiting,
            .sent_readings = cursor->sent,
            .dropped_readings = cursor->dropped,
            .rejected_readings = cursor->rejected,
        };
        memcpy(state->sink, cursor->sink, sizeof(state->sink));
    }
    uv_mutex_unlock(&spool->lock);
    return n;
}
