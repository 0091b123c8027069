/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that left memory and come back from the disk for one reader: asked for where they are missing, and
 * ahead of it while there are more. Reading the file is the disk thread's affair.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "publish/spool/spool_disk.h"
#include "publish/spool/spool_row.h"

struct spool_row *spool_make_gap(enum spool_kind kind, uint64_t first, uint64_t last, uint64_t total,
                                 int64_t time_ms) {
    struct spool_row *gap = spool_row_new(NULL, 0, 0);
    if (!gap)
        return NULL;
    gap->kind = kind;
    gap->first_id = first;
    gap->id = last;
    gap->total = total;
    gap->time_ms = time_ms > 0 && time_ms < INT64_MAX ? time_ms : clock_wall_ms();
    return gap;
}

static void drop_first(struct spool_loaded *loaded, size_t n) {
    for (size_t i = 0; i < n; i++)
        spool_release(loaded->rows[i]);
    loaded->n -= n;
    memmove(loaded->rows, loaded->rows + n, loaded->n * sizeof(loaded->rows[0]));
}

void spool_forget_loaded(struct spool_cursor *cursor, enum spool_lane lane) {
    if (!cursor->loaded[lane])
        return;
    drop_first(cursor->loaded[lane], cursor->loaded[lane]->n);
    free(cursor->loaded[lane]);
    cursor->loaded[lane] = NULL;
}

/* How many of the rows end before row `id`. */
static size_t count_before(const struct spool_loaded *loaded, uint64_t id) {
    size_t low = 0, high = loaded->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (loaded->rows[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void ask(struct spool_cursor *cursor, struct spool_loaded *loaded, const struct spool_span *span,
                uint64_t from) {
    struct spool *spool = cursor->spool;
    const struct spool_row *oldest = spool_ring_get(&spool->ring, spool->ring.oldest);
    bool to_end = !oldest || span->last < oldest->id;
    if (from > span->last || (!to_end && from >= oldest->id))
        return;
    loaded->ask_from = from;
    loaded->ask_to = to_end ? span->last : oldest->id - 1;
    loaded->ask_total = to_end ? span->until : oldest->total - oldest->readings;
    if (!to_end)
        loaded->ask_ms = oldest->time_ms;
    else
        loaded->ask_ms = span->last == spool->ring.newest ? clock_wall_ms() : span->since_ms;
    spool_disk_hurry(spool->disk);
}

struct spool_row *spool_take_loaded(struct spool_cursor *cursor, enum spool_lane lane,
                                    const struct spool_span *span, uint64_t id) {
    struct spool_loaded *loaded = cursor->loaded[lane];
    if (!loaded)
        loaded = cursor->loaded[lane] = calloc(1, sizeof(*loaded));
    if (!loaded)
        return NULL;
    size_t i = count_before(loaded, id);
    if (i == loaded->n || loaded->rows[i]->first_id > id) {
        loaded->is_awaited = true;
        if (loaded->ask_from == id)
            return NULL;
        drop_first(loaded, loaded->n);
        loaded->read = id - 1;
        ask(cursor, loaded, span, id);
        return NULL;
    }
    struct spool_row *row = loaded->rows[i];
    atomic_fetch_add_explicit(&row->references, 1, memory_order_relaxed);
    loaded->read = row->id;
    if (!loaded->ask_from && loaded->n - i < LOAD_MOST / 2)
        ask(cursor, loaded, span, loaded->rows[loaded->n - 1]->id + 1);
    return row;
}

void spool_hand_over(struct spool_cursor *cursor, enum spool_lane lane, uint64_t from,
                     struct spool_row **rows, size_t n) {
    struct spool_loaded *loaded = cursor->loaded[lane];
    loaded->ask_from = 0;
    if (loaded->n > 0 && loaded->rows[loaded->n - 1]->id + 1 != from)
        drop_first(loaded, loaded->n);
    if (n > 2 * LOAD_MOST - loaded->n)
        drop_first(loaded, count_before(loaded, loaded->read + 1));
    size_t room = 2 * LOAD_MOST - loaded->n;
    for (size_t i = 0; i < n; i++) {
        if (i < room)
            loaded->rows[loaded->n++] = rows[i];
        else
            spool_release(rows[i]);
    }
    if (cursor->is_closed || !loaded->is_awaited)
        return;
    loaded->is_awaited = false;
    cursor->wake(cursor->context);
}

void spool_stop_waiting(struct spool *spool, uint64_t written) {
    for (struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next)
        for (enum spool_lane lane = LANE_LIVE; lane < N_LANES; lane++) {
            const struct spool_loaded *loaded = cursor->loaded[lane];
            if (!loaded || loaded->ask_from <= written)
                continue;
            bool is_awaited = loaded->is_awaited && !cursor->is_closed;
            spool_forget_loaded(cursor, lane);
            if (is_awaited)
                cursor->wake(cursor->context);
        }
}

/* --- on the disk's thread --- */

struct request {
    uint64_t cursor;
    enum spool_lane lane;
    uint64_t from, to, total;
    int64_t to_ms;
};

/* With the lock held: the next reader that waits for rows; they take turns. */
static bool take_request(struct spool_disk *disk, struct request *request) {
    uint64_t soonest = UINT64_MAX;
    bool found = false;
    *request = (struct request){0};
    for (const struct spool_cursor *cursor = disk->spool->cursors; cursor; cursor = cursor->next) {
        for (size_t lane = 0; lane < N_LANES; lane++) {
            const struct spool_loaded *loaded = cursor->loaded[lane];
            if (!loaded || !loaded->ask_from || loaded->ask_from > disk->written)
                continue;
            uint64_t turn = cursor->number * N_LANES + lane - disk->served - 1; /* the last one wraps */
            if (found && turn >= soonest)
                continue;
            found = true;
            soonest = turn;
            *request = (struct request){cursor->number, (enum spool_lane)lane, loaded->ask_from,
                                        loaded->ask_to, loaded->ask_total,     loaded->ask_ms};
        }
    }
    if (found)
        disk->served += soonest + 1;
    return found;
}

/*
 * Rows without a hole in `whole`, gaps for what is not there. Returns how many. A damaged file may have ids
 * that cannot be: no row stands for more than is free before it.
 */
static size_t fill_gaps(const struct spool_disk *disk, const struct request *request, struct spool_row **rows,
                        size_t n, struct spool_row **whole) {
    uint64_t at = request->from;
    int64_t time_ms = request->to_ms;
    size_t filled = 0;
    for (size_t i = 0; i < n; i++) {
        struct spool_row *row = rows[i];
        if (row->id < at || row->id > request->to) {
            spool_release(row);
            continue;
        }
        if (row->first_id < at || row->first_id > row->id)
            row->first_id = at;
        if (row->first_id > at)
            whole[filled] = spool_make_gap(disk->spool->kind, at, row->first_id - 1,
                                           row->total - row->readings, row->time_ms);
        if (row->first_id > at && whole[filled])
            filled++;
        whole[filled++] = row;
        at = row->id + 1;
        if (row->time_ms > time_ms)
            time_ms = row->time_ms;
    }
    if (n < LOAD_MOST / 2 && at <= request->to) {
        whole[filled] = spool_make_gap(disk->spool->kind, at, request->to, request->total, time_ms);
        filled += whole[filled] != NULL;
    }
    return filled;
}

static void hand_over(struct spool_disk *disk, const struct request *request, struct spool_row **rows,
                      size_t n) {
    struct spool_cursor *cursor = disk->spool->cursors;
    while (cursor && cursor->number != request->cursor)
        cursor = cursor->next;
    struct spool_loaded *loaded = cursor ? cursor->loaded[request->lane] : NULL;
    if (loaded && loaded->ask_from == request->from) {
        spool_hand_over(cursor, request->lane, request->from, rows, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        spool_release(rows[i]);
}

int spool_disk_load(struct spool_disk *disk) {
    struct spool_row *rows[LOAD_MOST / 2], *whole[LOAD_MOST + 1];
    struct request request;
    if (!take_request(disk, &request))
        return ERROR_NOT_FOUND;
    uv_mutex_unlock(&disk->spool->lock);
    int n = spool_store_get_rows(disk->store, request.from, request.to, rows, LOAD_MOST / 2);
    size_t filled = n < 0 ? 0 : fill_gaps(disk, &request, rows, (size_t)n, whole);
    uv_mutex_lock(&disk->spool->lock);
    if (n >= 0)
        hand_over(disk, &request, whole, filled);
    return n < 0 ? n : 0;
}
