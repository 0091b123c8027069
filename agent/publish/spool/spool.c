/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spool's life and what comes into it. It owns the rows as long as some cursor may want them and the
 * bound allows; after that whoever still holds one does. It knows nothing of formats and receivers; cursors
 * are in spool_cursor.c.
 */
#include "publish/spool/spool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "publish/spool/spool_inside.h"
#include "publish/spool/spool_row.h"

int spool_open(const struct spool_options *options, struct spool **opened) {
    struct spool *spool = calloc(1, sizeof(*spool));
    uint64_t number;
    if (!spool)
        return ERROR_MEMORY;
    if (getrandom(&number, sizeof(number), 0) != sizeof(number) || uv_mutex_init(&spool->lock) != 0) {
        free(spool);
        return ERROR_SYSTEM;
    }
    if (spool_ring_init(&spool->ring, 0) != 0) {
        uv_mutex_destroy(&spool->lock);
        free(spool);
        return ERROR_MEMORY;
    }
    snprintf(spool->stream, sizeof(spool->stream), "%016" PRIx64, number);
    spool->kind = options->kind;
    spool->has_folder = options->folder != NULL;
    spool->most_bytes = options->most_bytes;
    int error = options->folder ? spool_disk_open(spool, options) : 0;
    if (error == ERROR_SYSTEM)
        log_write(LOG_WARNING, "spool",
                  "rows are kept in memory only until the agent is started again: see to it that user %u can "
                  "write to the folder, and that there is room",
                  (unsigned)geteuid());
    else if (error) {
        spool_close(spool);
        return error;
    }
    *opened = spool;
    return 0;
}

void spool_close(struct spool *spool) {
    if (!spool)
        return;
    spool_disk_close(spool->disk);
    while (spool->cursors) { /* closed ones, which the file knows */
        struct spool_cursor *next = spool->cursors->next;
        free(spool->cursors);
        spool->cursors = next;
    }
    spool_ring_done(&spool->ring);
    uv_mutex_destroy(&spool->lock);
    free(spool);
}

void spool_finish(struct spool *spool) {
    if (spool && spool->disk)
        spool_disk_finish(spool->disk);
}

void spool_set_most_bytes(struct spool *spool, size_t most_bytes) {
    uv_mutex_lock(&spool->lock);
    spool->most_bytes = most_bytes;
    uv_mutex_unlock(&spool->lock);
}

const char *spool_stream(const struct spool *spool) {
    return spool->stream;
}

bool spool_is_wanted(const struct spool *spool, uint64_t id) {
    for (const struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next)
        if (spool_spans_want(&cursor->place.spans, id))
            return true;
    return false;
}

void spool_trim(struct spool *spool, uint64_t from, uint64_t to) {
    for (uint64_t id = from > spool->ring.oldest ? from : spool->ring.oldest;
         id <= to && id <= spool->ring.newest; id++)
        if (spool_ring_get(&spool->ring, id) && !spool_is_wanted(spool, id))
            spool_ring_remove(&spool->ring, id);
}

void spool_lose(struct spool *spool, struct spool_row *row) {
    row->is_lost = true;
    uint32_t totals = spool_row_count_totals(row);
    for (struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next) {
        uint64_t lost = spool_spans_drop(&cursor->place.spans, row);
        cursor->place.dropped += lost;
        cursor->place.dropped_totals += lost > 0 ? totals : 0;
        if (lost > 0)
            log_complain(&cursor->complaint, clock_monotonic_ms(), cursor->place.sink,
                         "the buffer is full: the oldest readings are dropped, %" PRIu64 " so far",
                         cursor->place.dropped);
    }
}

/* The oldest row leaves memory: for good where it is not on the disk. */
static void remove_oldest(struct spool *spool) {
    struct spool_row *row = spool_ring_get(&spool->ring, spool->ring.oldest);
    if (!spool->disk || !spool_disk_will_have(spool->disk, row->id))
        spool_lose(spool, row);
    spool_ring_remove(&spool->ring, row->id);
}

static struct spool_row *make_row(enum spool_kind kind, const struct batch *batch, uint32_t readings) {
    struct spool_row *row = spool_row_new(batch->view, batch->first, batch->n);
    if (!row)
        return NULL;
    memcpy(spool_row_values(row), batch->values, batch->n * sizeof(double));
    memcpy(spool_row_qualities(row), batch->qualities, batch->n);
    row->kind = kind;
    row->time_ms = batch->time_ms;
    row->readings = readings;
    row->kept_ms = clock_monotonic_ms();
    return row;
}

static void tell(struct spool_cursor *cursor, const struct spool_row *row) {
    spool_spans_add(&cursor->place.spans, row);
    if (cursor->is_closed || !cursor->is_drained[LANE_LIVE])
        return;
    cursor->is_drained[LANE_LIVE] = false;
    cursor->wake(cursor->context);
}

static int add_row(struct spool *spool, struct spool_row *row, bool is_news) {
    size_t bytes = spool_row_bytes(row);
    if (bytes > spool->most_bytes)
        return ERROR_TOO_BIG;
    while (spool->ring.bytes + bytes > spool->most_bytes)
        remove_oldest(spool);
    while (spool->disk && spool_ring_is_sparse(&spool->ring) &&
           spool_disk_has(spool->disk, spool->ring.oldest))
        remove_oldest(spool);
    row->total = spool->total + row->readings;
    bool was_low = spool->ring.bytes <= spool->most_bytes / 2;
    int error = spool_ring_push(&spool->ring, row);
    if (error)
        return error;
    if (spool->disk && was_low && spool->ring.bytes > spool->most_bytes / 2)
        spool_disk_hurry(spool->disk); /* before it is full */
    spool->total = row->total;
    if (is_news)
        spool->news = row->id;
    for (struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next)
        tell(cursor, row);
    return 0;
}

int spool_append(struct spool *spool, const struct batch *batch) {
    uint32_t readings = spool_row_count(batch->qualities, batch->n);
    if (readings == 0 && !spool_row_has_ending(batch->qualities, batch->n))
        return 0; /* nothing that a receiver could be told */
    struct spool_row *row = make_row(spool->kind, batch, readings);
    uv_mutex_lock(&spool->lock);
    int error = 0;
    if (spool->cursors) {
        error = row ? add_row(spool, row, batch->is_news) : ERROR_MEMORY;
        for (struct spool_cursor *cursor = spool->cursors; error && cursor; cursor = cursor->next)
            cursor->place.dropped += readings;
    }
    bool is_kept = spool->cursors && !error;
    uv_mutex_unlock(&spool->lock);
    if (row && !is_kept)
        spool_release(row);
    return error;
}

void spool_figures(struct spool *spool, struct spool_figures *figures) {
    *figures = (struct spool_figures){.has_folder = spool->has_folder};
    uv_mutex_lock(&spool->lock);
    figures->memory_bytes = spool->ring.bytes;
    figures->most_bytes = spool->most_bytes;
    if (spool->disk)
        spool_disk_tell(spool->disk, figures);
    uv_mutex_unlock(&spool->lock);
}

static struct spool_state *state_of(struct spool_state *states, size_t n, const char *sink) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(states[i].sink, sink) == 0)
            return &states[i];
    return NULL;
}

size_t spools_states(const struct spools *spools, struct spool_state *states, size_t most) {
    size_t n = spool_states(spools->of[SPOOL_READINGS], states, most);
    n = n < most ? n : most;
    struct spool_state *urgent = calloc(most + 1, sizeof(*urgent));
    size_t n_urgent = urgent ? spool_states(spools->of[SPOOL_URGENT], urgent, most) : 0;
    for (size_t i = 0; i < n_urgent && i < most; i++) {
        struct spool_state *state = state_of(states, n, urgent[i].sink);
        if (!state)
            continue;
        state->waiting_rows += urgent[i].waiting_rows;
        state->waiting_readings += urgent[i].waiting_readings;
        state->backlog_readings += urgent[i].backlog_readings;
        state->sent_readings += urgent[i].sent_readings;
        state->dropped_readings += urgent[i].dropped_readings;
        state->dropped_totals += urgent[i].dropped_totals;
        state->thinned_readings += urgent[i].thinned_readings;
        state->rejected_readings += urgent[i].rejected_readings;
        if (urgent[i].waiting_since_ms < state->waiting_since_ms)
            state->waiting_since_ms = urgent[i].waiting_since_ms;
        state->memory_bytes += urgent[i].memory_bytes;
        state->disk_bytes += urgent[i].disk_bytes;
        state->written_bytes += urgent[i].written_bytes;
    }
    free(urgent);
    return n;
}
