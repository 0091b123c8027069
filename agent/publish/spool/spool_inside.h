/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the spool's own files share; nobody else includes it. Everything in it is guarded by the spool's lock,
 * but for what never changes.
 *
 * Invariants: a row of the ring is wanted by some cursor; the spans of every cursor end with the newest row;
 * a row below the ring's oldest that a cursor wants is in the file, or is no more.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_INSIDE_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_INSIDE_H

#include <uv.h>

#include "base/log.h"
#include "publish/spool/spool.h"
#include "publish/spool/spool_ring.h"
#include "publish/spool/spool_store.h"

struct spool_disk;

enum { LOAD_MOST = 512 }; /* rows that come from the disk at once */

/* Rows of a lane that came back from the disk: one behind the other without a hole, gaps included. */
struct spool_loaded {
    struct spool_row *rows[2 * LOAD_MOST]; /* references */
    size_t n;
    uint64_t read;              /* the last one that was handed out */
    bool is_awaited;            /* the reader is to be woken */
    uint64_t ask_from;          /* 0: nothing is asked for */
    uint64_t ask_to, ask_total; /* and the total there */
    int64_t ask_ms;             /* of a gap that takes the place of all, or of the last of them */
};

struct spool_cursor {
    struct spool *spool;
    struct spool_cursor *next;
    struct spool_place place;
    uint64_t number; /* of this cursor, never used twice */
    enum spool_order order;
    void (*wake)(void *context);
    void *context;
    bool is_replaced;         /* by another cursor: it is in the list no more */
    bool is_closed;           /* it is in the list for a sink that has not opened it, or not any more */
    bool is_drained[N_LANES]; /* its reader has found nothing more: the next row is news */
    bool is_loading[N_LANES]; /* its reader has met a row that comes from the disk */
    uint64_t read[N_LANES];   /* the last row that it has read, also where it began anew since */
    struct spool_loaded *loaded[N_LANES]; /* NULL: nothing was asked for yet */
    struct complaint complaint;
};

struct spool {
    uv_mutex_t lock;
    enum spool_kind kind;
    bool has_folder;
    char stream[17];
    struct spool_ring ring;
    size_t most_bytes;
    uint64_t total; /* readings up to the newest row */
    uint64_t news;  /* up to this row nothing waits in memory only: it is to be written at once */
    uint64_t gone;  /* up to this row the quota has left nothing */
    struct spool_cursor *cursors;
    uint64_t numbered;       /* cursors, ever */
    struct spool_disk *disk; /* NULL: memory only */
};

/* Rows from one to another that no cursor wants any more leave memory. */
void spool_trim(struct spool *spool, uint64_t from, uint64_t to);
bool spool_is_wanted(const struct spool *spool, uint64_t id);
/* The row is no more: every cursor that wanted it counts its readings. */
void spool_lose(struct spool *spool, struct spool_row *row);

/* A gap from row `id` on; NULL when out of memory. */
struct spool_row *spool_make_gap(enum spool_kind kind, uint64_t first, uint64_t last, uint64_t total,
                                 int64_t time_ms);

/* --- spool_load.c: what comes back from the disk --- */

/* The row `id` of the span with a reference more. NULL: it is asked for. */
struct spool_row *spool_take_loaded(struct spool_cursor *cursor, enum spool_lane lane,
                                    const struct spool_span *span, uint64_t id);
/* Hands over what was asked for from `from` on, `n` rows with their references, and wakes the reader. */
void spool_hand_over(struct spool_cursor *cursor, enum spool_lane lane, uint64_t from,
                     struct spool_row **rows, size_t n);
void spool_forget_loaded(struct spool_cursor *cursor, enum spool_lane lane);
/* Rows behind `written` will not come from the disk after all: whoever waits for them is to look again. */
void spool_stop_waiting(struct spool *spool, uint64_t written);

/* --- spool_disk.c: the disk's thread --- */

/* Opens the file and fills the spool from it. Errors as spool_open, and ERROR_SYSTEM after saying why. */
int spool_disk_open(struct spool *spool, const struct spool_options *options);
/* Writes what waits and ends the thread. The latter frees it then, and may be told NULL. */
void spool_disk_finish(struct spool_disk *disk);
void spool_disk_close(struct spool_disk *disk);

/* The following with the lock held. */
/* It is in the file, or is no more; or is about to be in the file. */
bool spool_disk_has(const struct spool_disk *disk, uint64_t id);
bool spool_disk_will_have(const struct spool_disk *disk, uint64_t id);
void spool_disk_hurry(struct spool_disk *disk);       /* there is something to do at once */
void spool_disk_note_passed(struct spool_disk *disk); /* some cursor has moved */
void spool_disk_forget(struct spool_disk *disk, const char *sink);
/* Keeps a reference to the row. */
void spool_disk_reject(struct spool_disk *disk, const char *sink, struct spool_row *row, uint64_t readings,
                       const char *words);
void spool_disk_figures(const struct spool_disk *disk, struct spool_state *state);
void spool_disk_tell(const struct spool_disk *disk, struct spool_figures *figures);

#endif
