/* SPDX-License-Identifier: Apache-2.0 */
/* The disk's thread as its own files share it; nobody else includes it. See spool_disk.c. */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_DISK_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_DISK_H

#include "base/backoff.h"
#include "publish/spool/spool_inside.h"
#include "publish/spool/spool_thin.h"

enum {
    WRITE_MOST = 4096, /* rows in a commit */
    SINKS_KEPT = 64,   /* places in a file */
};

struct reject {
    struct reject *next;
    struct spool_row *row; /* a reference */
    uint64_t readings;
    char sink[64];
    char words[]; /* with its end */
};

/* A piece of work, taken with the lock held. */
struct work {
    struct spool_row *rows[WRITE_MOST]; /* references */
    size_t n_rows;
    uint64_t written; /* what will be, then */
    struct spool_place places[SINKS_KEPT];
    size_t n_places;
    uint64_t newest, total;
    struct reject *rejects;
    char forgotten[SINKS_KEPT][64];
    size_t n_forgotten;
    bool has_passed;
};

struct spool_disk {
    struct spool *spool;
    uv_thread_t thread;
    uv_cond_t news;
    int64_t spill_after_ms, quota_bytes, quota_age_ms;
    /* Guarded by the spool's lock. */
    bool is_stopping, is_hurried, has_passed;
    uint64_t written;
    uint64_t under_way; /* up to this row they are being written; 0: none are */
    uint64_t served;    /* the lane of a cursor that was loaded for last */
    struct reject *rejects, **last_reject;
    size_t n_rejects;
    char forgotten[SINKS_KEPT][64];
    size_t n_forgotten;
    uint64_t disk_bytes, written_bytes;
    bool is_stuck;
    char why[160]; /* it was, last */
    /* The thread's. */
    struct spool_store *store;
    struct work work;
    uint64_t reserved, oldest; /* the latter: no row in the file is older */
    int64_t places_ms, quota_ms, retry_ms;
    int64_t clock_ms; /* wall clock less monotonic, at the start */
    bool has_rows;
    bool is_over;                  /* the quota, still */
    uint64_t thinned[N_THINNINGS]; /* up to which row; not known from before the agent started */
    struct backoff backoff;
    struct complaint trouble;
};

/*
 * Without the lock: writes the work that was taken; all of it or nothing. `reserved`: the last id that a
 * crash must find used. An error of the store.
 */
int spool_disk_commit(struct spool_disk *disk, uint64_t reserved);

/*
 * Before the thread runs: cursors, stream and ids as the file has them. 0, ERROR_MEMORY or an error of the
 * store.
 */
int spool_disk_restore(struct spool_disk *disk, struct spool *spool, const struct spool_identity *identity);

/*
 * Loads what one reader waits for and hands it over; with the lock held, which it gives up meanwhile. 0,
 * ERROR_NOT_FOUND where none waits, or an error of the store.
 */
int spool_disk_load(struct spool_disk *disk);

/*
 * Without the lock, after the disk had no room: where no cursor needs what is in the file, it is begun anew.
 * Whether it was.
 */
bool spool_disk_make_room(struct spool_disk *disk);

/* Without the lock: keeps the file within its quota, or gets nearer to it. An error of the store. */
int spool_disk_keep_quota(struct spool_disk *disk);

#endif
