/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file within its quota. In bytes: the oldest block of rows that can be is thinned, first in detail, then
 * of all its gauges; when all is thin, the oldest rows go. In age: the oldest rows go. On the disk's thread.
 *
 * A block is thinned only where no reader has begun with it and every cursor wants all of it or nothing: a
 * row that takes the place of others must be read, or not, as they would have been.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "publish/spool/spool_disk.h"
#include "publish/spool/spool_row.h"

enum {
    DROP_MOST = 256,      /* rows dropped at once */
    SHRINK_PAGES = 256,   /* given back at once */
    BLOCK_MOST = 1 << 16, /* ids in a block that is thinned */
    BLOCK_LEAST = 64,
    BLOCK_MS = 300000,   /* from its first row to its last */
    QUOTA_MOST_MS = 200, /* at it at once: rows that wait for the disk fill memory meanwhile */
};

void spool_disk_tell(const struct spool_disk *disk, struct spool_figures *figures) {
    figures->has_disk = true;
    figures->disk_bytes = disk->disk_bytes;
    figures->quota_bytes = (uint64_t)disk->quota_bytes;
    figures->quota_age_ms = disk->quota_age_ms;
    figures->written_bytes = disk->written_bytes;
    figures->is_stuck = disk->is_stuck;
    memcpy(figures->trouble, disk->why, sizeof(figures->trouble));
}

/* Rows by their ids. */
struct block {
    uint64_t from, to;
};

/* --- what becomes of readings, told to every cursor that wanted them --- */

struct loss {
    uint64_t id; /* one of the rows: a cursor wants all of them or none */
    uint64_t rows, readings, totals;
    bool is_thinning; /* what went is in the rows that stay */
};

static bool count(struct spool_place *place, const struct loss *loss) {
    if (!spool_spans_thin(&place->spans, loss->id, loss->rows, loss->readings))
        return false;
    *(loss->is_thinning ? &place->thinned : &place->dropped) += loss->readings;
    place->dropped_totals += loss->totals;
    return true;
}

/* As they will be. In the transaction of the loss: a crash must not count it as something else. */
static int put_places(struct spool_disk *disk, const struct loss *losses, size_t n) {
    struct spool *spool = disk->spool;
    struct spool_place *places = disk->work.places; /* no other work is under way */
    size_t n_places = 0;
    uv_mutex_lock(&spool->lock);
    uint64_t newest = spool->ring.newest, total = spool->total;
    for (const struct spool_cursor *cursor = spool->cursors; cursor && n_places < SINKS_KEPT;
         cursor = cursor->next)
        places[n_places++] = cursor->place;
    uv_mutex_unlock(&spool->lock);
    int error = spool_store_put_newest(disk->store, newest, total, disk->reserved);
    for (size_t i = 0; i < n_places && !error; i++) {
        for (size_t k = 0; k < n; k++)
            count(&places[i], &losses[k]);
        error = spool_store_put_place(disk->store, &places[i]);
    }
    return error;
}

static void tell(struct spool_disk *disk, const struct loss *losses, size_t n) {
    struct spool *spool = disk->spool;
    uv_mutex_lock(&spool->lock);
    for (struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next) {
        bool has_lost = false;
        for (size_t i = 0; i < n; i++)
            has_lost |= count(&cursor->place, &losses[i]);
        if (has_lost)
            log_complain(&cursor->complaint, clock_monotonic_ms(), cursor->place.sink,
                         "the spool is at its quota: the oldest readings are thinned, %" PRIu64
                         " so far, and %" PRIu64 " dropped",
                         cursor->place.thinned, cursor->place.dropped);
    }
    disk->has_passed = true;
    uv_mutex_unlock(&spool->lock);
}

/* Puts `n` rows in the place of the block. */
static int replace_block(struct spool_disk *disk, const struct block *block, struct spool_row **rows,
                         size_t n, const struct loss *losses, size_t n_losses) {
    int error = spool_store_begin(disk->store);
    if (!error)
        error = spool_store_delete(disk->store, block->from, block->to);
    for (size_t i = 0; i < n && !error; i++)
        error = spool_store_put_row(disk->store, rows[i]);
    if (!error)
        error = put_places(disk, losses, n_losses);
    if (!error)
        error = spool_store_commit(disk->store);
    if (error)
        spool_store_rollback(disk->store);
    else
        tell(disk, losses, n_losses);
    return error;
}

/* --- thinning --- */

/* With the lock held: the oldest rows from `from` on that can be thinned together. */
static bool find_block(const struct spool *spool, uint64_t from, uint64_t end, struct block *block) {
    *block = (struct block){from, end};
    for (const struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next)
        for (size_t lane = 0; lane < N_LANES; lane++) {
            const struct spool_loaded *loaded = cursor->loaded[lane];
            uint64_t read = cursor->read[lane];
            if (loaded && loaded->n > 0 && loaded->rows[loaded->n - 1]->id > read)
                read = loaded->rows[loaded->n - 1]->id;
            if (read >= block->from && read <= end)
                block->from = read + 1;
        }
    for (const struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next)
        for (size_t i = 0; i < cursor->place.spans.n; i++) {
            const struct spool_span *span = &cursor->place.spans.at[i];
            if (span->first > block->from && span->first <= block->to)
                block->to = span->first - 1;
            if (span->last >= block->from && span->last < block->to)
                block->to = span->last;
        }
    if (block->to >= block->from + BLOCK_MOST)
        block->to = block->from + BLOCK_MOST - 1;
    return block->to >= block->from + BLOCK_LEAST;
}

/* Reads the block, up to where it is long enough: *to is its last row then. Returns an error. */
static int read_block(struct spool_disk *disk, struct block *block, struct spool_thin *thin, size_t *n_read,
                      uint64_t *readings) {
    struct spool_row *rows[DROP_MOST];
    int64_t first_ms = INT64_MIN;
    uint64_t from = block->from;
    int error = 0, n = DROP_MOST;
    bool is_long = false;
    while (!error && !is_long && n == DROP_MOST) {
        n = spool_store_get_rows(disk->store, from, block->to, rows, DROP_MOST);
        if (n < 0)
            return n;
        for (int i = 0; i < n; i++) {
            if (first_ms == INT64_MIN)
                first_ms = rows[i]->time_ms;
            is_long |= rows[i]->time_ms - first_ms > BLOCK_MS;
            if (!is_long && !error) {
                error = spool_thin_add(thin, rows[i]);
                from = rows[i]->id + 1;
                *readings += rows[i]->readings;
                ++*n_read;
            }
            spool_release(rows[i]);
        }
    }
    if (is_long)
        block->to = from - 1;
    return error;
}

static int thin_block(struct spool_disk *disk, struct block *block, enum spool_thinning thinning) {
    struct spool_thin *thin = spool_thin_new();
    struct spool_row **rows = NULL;
    size_t n = 0, n_read = 0;
    uint64_t readings = 0;
    if (!thin)
        return ERROR_MEMORY;
    int error = read_block(disk, block, thin, &n_read, &readings);
    if (!error)
        error = spool_thin_finish(thin, thinning, &rows, &n);
    for (size_t i = 0; i < n; i++)
        readings -= rows[i]->readings;
    const struct loss loss = {
        .id = block->from, .rows = n_read - n, .readings = readings, .is_thinning = thinning == THIN_DETAIL};
    if (!error)
        error = replace_block(disk, block, rows, n, &loss, 1);
    if (!error)
        disk->thinned[thinning] = block->to;
    for (size_t i = 0; i < n; i++)
        spool_release(rows[i]);
    free(rows);
    spool_thin_free(thin);
    return error;
}

/* Moves *from on to a row: many ids may have none. ERROR_NOT_FOUND: there is none. */
static int find_row(const struct spool_disk *disk, uint64_t *from) {
    struct spool_row *row;
    int n = spool_store_get_rows(disk->store, *from, INT64_MAX, &row, 1);
    if (n <= 0)
        return n < 0 ? n : ERROR_NOT_FOUND;
    *from = row->id;
    spool_release(row);
    return 0;
}

/* ERROR_NOT_FOUND: there is nothing more to thin. */
static int thin_oldest(struct spool_disk *disk, uint64_t oldest) {
    for (enum spool_thinning thinning = THIN_DETAIL; thinning < N_THINNINGS; thinning++) {
        struct block block;
        uint64_t from = disk->thinned[thinning] >= oldest ? disk->thinned[thinning] + 1 : oldest;
        int error = find_row(disk, &from);
        if (error == ERROR_NOT_FOUND)
            continue;
        if (error)
            return error;
        uv_mutex_lock(&disk->spool->lock);
        uint64_t end = disk->spool->ring.oldest - 1;
        end = disk->written < end ? disk->written : end;
        bool found = find_block(disk->spool, from, end, &block);
        uv_mutex_unlock(&disk->spool->lock);
        if (found)
            return thin_block(disk, &block, thinning);
    }
    return ERROR_NOT_FOUND;
}

/* --- dropping --- */

static void leave_memory(struct spool *spool, struct spool_row *const *rows, size_t n) {
    uv_mutex_lock(&spool->lock);
    spool->gone = rows[n - 1]->id;
    for (size_t i = 0; i < n; i++)
        if (spool_ring_get(&spool->ring, rows[i]->id))
            spool_ring_remove(&spool->ring, rows[i]->id);
    uv_mutex_unlock(&spool->lock);
}

static int drop_oldest(struct spool_disk *disk, uint64_t from) {
    struct spool_row *rows[DROP_MOST];
    struct loss losses[DROP_MOST];
    int n = spool_store_get_rows(disk->store, from, INT64_MAX, rows, DROP_MOST);
    if (n <= 0)
        return n < 0 ? n : ERROR_GARBLED; /* it had an oldest one */
    for (int i = 0; i < n; i++)
        losses[i] = (struct loss){.id = rows[i]->id,
                                  .rows = 1,
                                  .readings = rows[i]->readings,
                                  .totals = spool_row_count_totals(rows[i])};
    struct block block = {from, rows[n - 1]->id};
    int error = replace_block(disk, &block, NULL, 0, losses, (size_t)n);
    if (!error)
        leave_memory(disk->spool, rows, (size_t)n);
    for (int i = 0; i < n; i++)
        spool_release(rows[i]);
    return error;
}

/* A step of the clock must not make rows old: their age is counted on from the time at the start. */
static bool is_too_old(const struct spool_disk *disk, int64_t time_ms) {
    return clock_monotonic_ms() + disk->clock_ms - time_ms > disk->quota_age_ms;
}

int spool_disk_keep_quota(struct spool_disk *disk) {
    int64_t until_ms = clock_monotonic_ms() + QUOTA_MOST_MS;
    for (disk->is_over = true; clock_monotonic_ms() < until_ms;) {
        uint64_t id;
        int64_t time_ms;
        int error = spool_store_get_oldest(disk->store, &id, &time_ms);
        disk->has_rows = !error;
        disk->is_over = false;
        if (error)
            return error == ERROR_NOT_FOUND ? spool_store_shrink(disk->store, SHRINK_PAGES) : error;
        bool is_full = spool_store_bytes(disk->store) > (uint64_t)disk->quota_bytes;
        bool is_old = is_too_old(disk, time_ms);
        if (!is_full && !is_old)
            return spool_store_shrink(disk->store, SHRINK_PAGES);
        disk->is_over = true;
        error = is_old ? ERROR_NOT_FOUND : thin_oldest(disk, id);
        if (error == ERROR_NOT_FOUND)
            error = drop_oldest(disk, id);
        if (error)
            return error;
    }
    return 0;
}
