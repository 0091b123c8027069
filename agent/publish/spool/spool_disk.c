/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk's thread: what has waited long enough is written, what a reader wants back is loaded
 * (spool_load.c), what nobody wants any more is deleted (spool_commit.c), and the file is kept within its
 * quota (spool_quota.c). It owns the store. It takes a piece of work with the spool's lock held and does it
 * without, so that neither the publisher nor a sink ever waits for a disk.
 *
 * Whatever fails is tried again after a pause; meanwhile rows stay in memory. A file that turns out to be
 * corrupt is set aside and another one begun: what it held becomes gaps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"
#include "publish/spool/spool_disk.h"
#include "publish/spool/spool_file.h"
#include "publish/spool/spool_row.h"

enum {
    COMMIT_MS = 50,      /* between commits */
    QUOTA_MS = 1000,     /* between looks at what the file has, where nothing is written */
    PLACES_MS = 5000,    /* at most between commits of nothing but places, while rows are in the file */
    IDLE_MS = 60000,     /* the same, while there are none */
    LAST_TRIES = 3,      /* at the end */
    LOADS_MOST = 8,      /* for readers, between commits */
    REJECTS_MOST = 1000, /* that wait for the disk */
};

/* So many ids may be used while the disk takes nothing, and a crash still finds others. */
static const uint64_t reserve = 1 << 24;

/* --- with the lock held --- */

bool spool_disk_has(const struct spool_disk *disk, uint64_t id) {
    return id <= disk->written;
}

bool spool_disk_will_have(const struct spool_disk *disk, uint64_t id) {
    return id <= disk->written || id <= disk->under_way;
}

void spool_disk_hurry(struct spool_disk *disk) {
    disk->is_hurried = true;
    uv_cond_signal(&disk->news);
}

void spool_disk_note_passed(struct spool_disk *disk) {
    disk->has_passed = true;
}

void spool_disk_forget(struct spool_disk *disk, const char *sink) {
    if (disk->n_forgotten < SINKS_KEPT)
        memcpy(disk->forgotten[disk->n_forgotten++], sink, sizeof(disk->forgotten[0]));
    disk->has_passed = true;
}

void spool_disk_reject(struct spool_disk *disk, const char *sink, struct spool_row *row, uint64_t readings,
                       const char *words) {
    size_t size = strlen(words) + 1;
    struct reject *reject = disk->n_rejects < REJECTS_MOST ? malloc(sizeof(*reject) + size) : NULL;
    if (!reject)
        return; /* it is counted all the same */
    atomic_fetch_add_explicit(&row->references, 1, memory_order_relaxed);
    *reject = (struct reject){.row = row, .readings = readings};
    memcpy(reject->sink, sink, sizeof(reject->sink));
    memcpy(reject->words, words, size);
    *disk->last_reject = reject;
    disk->last_reject = &reject->next;
    disk->n_rejects++;
}

void spool_disk_figures(const struct spool_disk *disk, struct spool_state *state) {
    state->disk_bytes = disk->disk_bytes;
    state->written_bytes = disk->written_bytes;
    state->is_written = disk->written == disk->spool->ring.newest;
}

/* A commit costs much the same for few rows as for many: with one that is due those go that soon will be. */
static void take_rows(struct spool_disk *disk, struct work *work, int64_t now_ms) {
    struct spool *spool = disk->spool;
    const struct spool_ring *ring = &spool->ring;
    bool all = disk->is_stopping || ring->bytes > spool->most_bytes / 2;
    uint64_t id = disk->written + 1 > ring->oldest ? disk->written + 1 : ring->oldest;
    int64_t due_ms = disk->spill_after_ms;
    work->n_rows = 0;
    work->written = id - 1;
    for (; id <= ring->newest && work->n_rows < WRITE_MOST; id++) {
        struct spool_row *row = spool_ring_get(ring, id);
        if (row && !all && id > spool->news && now_ms - row->kept_ms < due_ms)
            break;
        work->written = id;
        if (!row)
            continue;
        due_ms = disk->spill_after_ms / 2;
        atomic_fetch_add_explicit(&row->references, 1, memory_order_relaxed);
        work->rows[work->n_rows++] = row;
    }
}

static void take_places(struct spool_disk *disk, struct work *work) {
    work->n_places = 0;
    const struct spool_cursor *cursor = disk->spool->cursors;
    for (; cursor && work->n_places < SINKS_KEPT; cursor = cursor->next)
        work->places[work->n_places++] = cursor->place;
    work->newest = disk->spool->ring.newest;
    work->total = disk->spool->total;
    work->has_passed = disk->has_passed && !cursor; /* what others want is not known to the work */
    disk->has_passed &= cursor != NULL;
}

/* Whether there is anything to commit. */
static bool take_work(struct spool_disk *disk) {
    struct work *work = &disk->work;
    int64_t now_ms = clock_monotonic_ms();
    take_rows(disk, work, now_ms);
    work->rejects = disk->rejects;
    disk->rejects = NULL;
    disk->last_reject = &disk->rejects;
    disk->n_rejects = 0;
    work->n_forgotten = disk->n_forgotten;
    memcpy(work->forgotten, disk->forgotten, sizeof(work->forgotten));
    disk->n_forgotten = 0;
    bool is_low = disk->spool->ring.newest + reserve / 2 > disk->reserved;
    bool are_due = disk->has_passed && now_ms >= disk->places_ms + (disk->has_rows ? 0 : IDLE_MS);
    if (!work->n_rows && !work->rejects && !work->n_forgotten && !is_low && !are_due && !disk->is_stopping) {
        disk->written = work->written; /* what nobody wants is as good as written */
        return false;
    }
    take_places(disk, work);
    return true;
}

/* What has left memory meanwhile, because it was about to be written, is lost. */
static void put_back(struct spool_disk *disk) {
    struct work *work = &disk->work;
    for (size_t i = 0; i < work->n_rows; i++)
        if (!spool_ring_get(&disk->spool->ring, work->rows[i]->id))
            spool_lose(disk->spool, work->rows[i]);
    spool_stop_waiting(disk->spool, disk->written);
    disk->has_passed |= work->has_passed;
    while (work->n_forgotten > 0 && disk->n_forgotten < SINKS_KEPT)
        memcpy(disk->forgotten[disk->n_forgotten++], work->forgotten[--work->n_forgotten],
               sizeof(disk->forgotten[0]));
    for (struct reject *reject = work->rejects, *next; reject; reject = next) {
        next = reject->next;
        reject->next = NULL;
        *disk->last_reject = reject;
        disk->last_reject = &reject->next;
        disk->n_rejects++;
    }
    work->rejects = NULL;
}

/* --- without the lock --- */

static void free_work(struct work *work) {
    for (size_t i = 0; i < work->n_rows; i++)
        spool_release(work->rows[i]);
    work->n_rows = 0;
    while (work->rejects) {
        struct reject *next = work->rejects->next;
        spool_release(work->rejects->row);
        free(work->rejects);
        work->rejects = next;
    }
}

static void complain(struct spool_disk *disk, int error) {
    int64_t now_ms = clock_monotonic_ms();
    log_complain(&disk->trouble, now_ms, "spool", "the disk takes nothing, rows stay in memory: %s",
                 spool_store_why(disk->store));
    uv_mutex_lock(&disk->spool->lock);
    disk->is_stuck = true;
    snprintf(disk->why, sizeof(disk->why), "%s", spool_store_why(disk->store));
    uv_mutex_unlock(&disk->spool->lock);
    disk->retry_ms = now_ms + backoff_next_ms(&disk->backoff, backoff_random());
    if (error == ERROR_GARBLED || !spool_store_is_open(disk->store)) {
        disk->reserved = 0; /* a new file is to be told, and what memory still has is to be written again */
        if (spool_store_reopen(disk->store, error == ERROR_GARBLED) != 0)
            return;
        if (disk->backoff.failures == 1) /* of a disk that breaks one file after the other, none is at once */
            disk->retry_ms = now_ms;
        uv_mutex_lock(&disk->spool->lock);
        if (disk->written >= disk->spool->ring.oldest)
            disk->written = disk->spool->ring.oldest - 1;
        uv_mutex_unlock(&disk->spool->lock);
    }
}

/* --- the thread --- */

/* What was passed since is sent again after a crash: no more than what a crash may lose, too. */
static int64_t places_pause_ms(const struct spool_disk *disk) {
    int64_t pause_ms = disk->spill_after_ms / 2;
    return pause_ms < COMMIT_MS ? COMMIT_MS : pause_ms > PLACES_MS ? PLACES_MS : pause_ms;
}

/* With the lock held, and again afterwards: what was taken is written. */
static int commit(struct spool_disk *disk, bool stopping) {
    struct work *work = &disk->work;
    bool is_last = stopping && work->written == work->newest;
    uint64_t reserved = is_last ? work->newest : work->newest + reserve;
    disk->under_way = work->written;
    uv_mutex_unlock(&disk->spool->lock);
    int error = spool_disk_commit(disk, reserved);
    uint64_t bytes = error ? 0 : spool_store_written(disk->store);
    disk->places_ms = clock_monotonic_ms() + places_pause_ms(disk);
    disk->has_rows |= work->n_rows > 0;
    disk->quota_ms = 0;
    uv_mutex_lock(&disk->spool->lock);
    disk->under_way = 0;
    disk->written_bytes += bytes;
    disk->is_hurried |= work->n_rows == WRITE_MOST;
    if (error) {
        put_back(disk);
        disk->is_hurried = true; /* readers may wait */
    } else
        disk->written = work->written;
    free_work(work);
    return error;
}

/* The same: some of what readers wait for is loaded. The rest comes after the next commit. */
static int serve(struct spool_disk *disk) {
    int error = 0;
    for (int i = 0; i < LOADS_MOST && !error; i++)
        error = spool_disk_load(disk);
    disk->is_hurried |= !error;
    return error == ERROR_NOT_FOUND ? 0 : error;
}

/* The same, of a disk that takes nothing: it may still give. */
static int serve_only(struct spool_disk *disk) {
    disk->is_hurried = false;
    return serve(disk);
}

/* The same: all that is to be done. */
static int work_once(struct spool_disk *disk) {
    struct spool *spool = disk->spool;
    bool stopping = disk->is_stopping;
    disk->is_hurried = false;
    int error = take_work(disk) ? commit(disk, stopping) : 0;
    if (!error)
        error = serve(disk);
    uv_mutex_unlock(&spool->lock);
    int64_t now_ms = clock_monotonic_ms();
    uint64_t bytes = disk->disk_bytes;
    if (!error && now_ms >= disk->quota_ms) {
        error = spool_disk_keep_quota(disk);
        bytes = spool_store_bytes(disk->store);
        disk->quota_ms = now_ms + (spool_store_is_shrinking(disk->store) ? COMMIT_MS : QUOTA_MS);
        if (disk->is_over)
            disk->quota_ms = 0;
    }
    uv_mutex_lock(&spool->lock);
    disk->is_hurried |= disk->is_over && !error;
    disk->disk_bytes = bytes;
    return error;
}

static void wait_for_work(struct spool_disk *disk) {
    int64_t now_ms = clock_monotonic_ms(), pause_ms = COMMIT_MS;
    if (disk->is_hurried)
        return;
    if (disk->retry_ms > now_ms)
        pause_ms = disk->retry_ms - now_ms;
    if (!disk->is_stopping)
        uv_cond_timedwait(&disk->news, &disk->spool->lock, (uint64_t)pause_ms * 1000000);
}

static void run(void *context) {
    struct spool_disk *disk = context;
    struct spool *spool = disk->spool;
    thread_set_name("disk", spool_file_name(spool->kind));
    uv_mutex_lock(&spool->lock);
    for (int tries = 0; !disk->is_stopping || tries < LAST_TRIES;) {
        wait_for_work(disk);
        bool is_last = disk->is_stopping; /* asked for meanwhile, it goes round once more */
        bool is_pause = !is_last && clock_monotonic_ms() < disk->retry_ms;
        int error = is_pause ? serve_only(disk) : work_once(disk);
        if (is_pause && error != ERROR_GARBLED)
            continue;
        if (error) {
            uv_mutex_unlock(&spool->lock);
            complain(disk, error);
            if (error == ERROR_SYSTEM && spool_disk_make_room(disk))
                disk->retry_ms = 0;
            uv_mutex_lock(&spool->lock);
        } else {
            disk->is_stuck = false;
            backoff_reset(&disk->backoff);
            log_relieve(&disk->trouble, clock_monotonic_ms(), "spool", "the disk takes rows again");
        }
        if (is_last && (error || disk->written == spool->ring.newest))
            tries = error ? tries + 1 : LAST_TRIES;
    }
    uv_mutex_unlock(&spool->lock);
}

/* --- opening and closing --- */

/* A disk that is full now still gives what it has; ids are then taken from beyond those that it knows of. */
static int begin(struct spool_disk *disk, struct spool_identity *identity) {
    disk->work.newest = identity->newest;
    disk->work.total = identity->total;
    int error = spool_disk_commit(disk, identity->newest + reserve);
    if (error != ERROR_SYSTEM)
        return error;
    complain(disk, error);
    /* Nor from where another agent did so before, and left no trace either. */
    identity->newest += reserve * (1 + backoff_random() % 0x10000);
    return 0;
}

/* A file that opens and is found corrupt then is set aside, too; the stream goes on in a new one. */
static int open_store(struct spool *spool, struct spool_disk *disk, const struct spool_store_options *file) {
    struct spool_identity identity = {.stream = ""};
    int error = spool_store_open(file, &identity, &disk->store);
    if (error)
        return error;
    error = begin(disk, &identity);
    if (!error)
        error = spool_disk_restore(disk, spool, &identity);
    if (error != ERROR_GARBLED)
        return error;
    error = spool_store_reopen(disk->store, true);
    if (!error)
        error = begin(disk, &identity);
    return error ? error : spool_disk_restore(disk, spool, &identity);
}

int spool_disk_open(struct spool *spool, const struct spool_options *options) {
    struct spool_disk *disk = calloc(1, sizeof(*disk));
    const struct spool_store_options file = {.folder = options->folder,
                                             .name = spool_file_name(options->kind),
                                             .kind = options->kind,
                                             .durable = options->kind == SPOOL_URGENT};
    if (!disk)
        return ERROR_MEMORY;
    disk->spool = spool;
    disk->spill_after_ms = options->spill_after_ms;
    disk->quota_bytes = options->quota_bytes;
    disk->quota_age_ms = options->quota_age_ms;
    disk->last_reject = &disk->rejects;
    disk->clock_ms = clock_wall_ms() - clock_monotonic_ms();
    int error = open_store(spool, disk, &file);
    if (!error && uv_cond_init(&disk->news) != 0)
        error = ERROR_SYSTEM;
    else if (!error && uv_thread_create(&disk->thread, run, disk) != 0) {
        uv_cond_destroy(&disk->news);
        error = ERROR_SYSTEM;
    }
    if (error) {
        spool_store_close(disk->store);
        free(disk);
        return error;
    }
    spool->disk = disk;
    return 0;
}

void spool_disk_finish(struct spool_disk *disk) {
    uv_mutex_lock(&disk->spool->lock);
    disk->is_stopping = true;
    uv_cond_signal(&disk->news);
    uv_mutex_unlock(&disk->spool->lock);
    uv_thread_join(&disk->thread);
}

void spool_disk_close(struct spool_disk *disk) {
    if (!disk)
        return;
    spool_disk_finish(disk);
    free_work(&disk->work);
    disk->work.rejects = disk->rejects;
    free_work(&disk->work);
    spool_store_close(disk->store);
    uv_cond_destroy(&disk->news);
    free(disk);
}
