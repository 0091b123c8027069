/* SPDX-License-Identifier: Apache-2.0 */
/* One commit of the disk's thread: what goes into the file together, and what leaves it. */
#include <stdlib.h>

#include "base/log.h"
#include "publish/spool/spool_disk.h"

static int order_spans(const void *a, const void *b) {
    const struct spool_span *const *x = a, *const *y = b;
    return (*x)->first < (*y)->first ? -1 : (*x)->first > (*y)->first;
}

/* Deletes what lies in no span. */
static int delete_passed(struct spool_disk *disk, const struct work *work) {
    const struct spool_span *spans[SINKS_KEPT * SPANS_MOST];
    size_t n = 0;
    for (size_t i = 0; i < work->n_places; i++)
        for (size_t k = 0; k < work->places[i].spans.n; k++)
            spans[n++] = &work->places[i].spans.at[k];
    qsort(spans, n, sizeof(spans[0]), order_spans);
    uint64_t from = disk->oldest;
    int error = 0;
    for (size_t i = 0; i <= n && !error; i++) {
        uint64_t to = i < n ? spans[i]->first - 1 : work->newest;
        if (from <= to)
            error = spool_store_delete(disk->store, from, to);
        if (i < n && spans[i]->last + 1 > from)
            from = spans[i]->last + 1;
    }
    if (!error && n > 0 && spans[0]->first > disk->oldest)
        disk->oldest = spans[0]->first;
    return error;
}

static int put_rest(struct spool_disk *disk, const struct work *work) {
    int error = 0;
    for (size_t i = 0; i < work->n_forgotten && !error; i++)
        error = spool_store_delete_place(disk->store, work->forgotten[i]);
    for (size_t i = 0; i < work->n_places && !error; i++)
        error = spool_store_put_place(disk->store, &work->places[i]);
    for (const struct reject *reject = work->rejects; reject && !error; reject = reject->next)
        error =
            spool_store_put_reject(disk->store, reject->sink, reject->row, reject->readings, reject->words);
    if (!error && work->rejects)
        error = spool_store_trim_rejects(disk->store, (uint64_t)disk->quota_bytes / 4);
    if (!error && work->has_passed)
        error = delete_passed(disk, work);
    return error;
}

int spool_disk_commit(struct spool_disk *disk, uint64_t reserved) {
    const struct work *work = &disk->work;
    uint64_t oldest = disk->oldest;
    int error = spool_store_begin(disk->store);
    if (error)
        return error;
    error = spool_store_put_newest(disk->store, work->newest, work->total, reserved);
    for (size_t i = 0; i < work->n_rows && !error; i++)
        error = spool_store_put_row(disk->store, work->rows[i]);
    if (!error)
        error = put_rest(disk, work);
    if (!error)
        error = spool_store_commit(disk->store);
    if (error) {
        spool_store_rollback(disk->store);
        disk->oldest = oldest;
    } else
        disk->reserved = reserved;
    return error;
}

/* With the lock held: whether all that any cursor waits for is in memory. */
static bool is_all_in_memory(const struct spool *spool) {
    for (const struct spool_cursor *cursor = spool->cursors; cursor; cursor = cursor->next)
        for (size_t i = 0; i < cursor->place.spans.n; i++) {
            const struct spool_span *span = &cursor->place.spans.at[i];
            if (span->first <= span->last && span->first < spool->ring.oldest)
                return false;
        }
    return true;
}

/*
 * To delete rows takes room in the log, of which there is none: what filled the disk would stay for ever,
 * though all of it has arrived.
 */
bool spool_disk_make_room(struct spool_disk *disk) {
    struct spool *spool = disk->spool;
    if (!disk->has_rows || !spool_store_is_full(disk->store))
        return false;
    uv_mutex_lock(&spool->lock);
    bool can = is_all_in_memory(spool);
    if (can) /* from here on memory keeps what it has */
        disk->written = spool->ring.oldest - 1;
    uv_mutex_unlock(&spool->lock);
    if (!can)
        return false;
    log_write(LOG_NOTICE, "spool",
              "what filled the disk has arrived: the file is begun anew, without what "
              "receivers had refused");
    disk->reserved = disk->oldest = 0;
    disk->has_rows = false;
    return spool_store_begin_anew(disk->store) == 0;
}
