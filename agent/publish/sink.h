/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink: one receiver with a thread and cursors of its own, so that none waits for another. What is common
 * to all kinds is here, and the table of kinds; whoever starts sinks from the configuration knows none of
 * them.
 */
#ifndef HALLWATCH_PUBLISH_SINK_H
#define HALLWATCH_PUBLISH_SINK_H

#include <stdatomic.h>

#include "model/alarm_board.h"
#include "model/config.h"
#include "publish/bell.h"
#include "publish/sink_health.h"
#include "publish/spool/spool.h"

struct sink;

/* A kind of sink. Its own structure begins with a struct sink; the rest of it is zeroed before `prepare`. */
struct sink_kind_info {
    size_t size;                /* of its own structure */
    bool passes_over[N_SPOOLS]; /* of these it reads nothing */
    /*
     * Before the thread starts. 0, ERROR_MEMORY, or ERROR_CONFIG after saying what cannot be used. Cleans up
     * after itself.
     */
    int (*prepare)(struct sink *sink);
    /* The thread. Returns when it is asked to stop and has sent what waited, or at stop_by_ms. */
    void (*run)(struct sink *sink);
    /*
     * From another thread, at stop_by_ms: what `run` waits for must end now. NULL: it only waits for the
     * bell.
     */
    void (*hurry)(struct sink *sink);
    /* After the thread has ended. */
    void (*release)(struct sink *sink);
};

enum { SINK_STOP_MS = 3000 };

struct sink {
    const struct sink_kind_info *kind;
    const struct sink_config *config; /* its own copy, as the names are: configurations come and go */
    char *site, *gateway;
    const char *streams[N_SPOOLS];
    struct spool_cursor *cursors[N_SPOOLS]; /* NULL: its kind passes over that spool */
    struct alarm_board *board;              /* the alarms at present; NULL: there are none */
    struct sink_health *health; /* a reference; told by the kind, whenever something got through or did not */
    struct bell bell;           /* rings when rows came, on what the kind adds, and to stop */
    struct bell finished;       /* rings when `run` has returned */
    uv_thread_t thread;
    atomic_bool has_finished;
    _Atomic(int64_t) stop_by_ms; /* monotonic; INT64_MAX: go on */
};

/*
 * A sink that does not yet run; the configuration is copied, spools and board (or NULL) are borrowed. 0,
 * ERROR_MEMORY, ERROR_SYSTEM, or ERROR_CONFIG after the log has said what cannot be used.
 */
int sink_new(const struct site_config *site, const struct sink_config *config, const struct spools *spools,
             struct alarm_board *board, struct sink **sink);
void sink_free(struct sink *sink); /* one that does not run; NULL is fine */

/*
 * Starts it behind the newest row. A receiver that is away is no error: the sink says so and keeps trying. 0,
 * ERROR_MEMORY or ERROR_SYSTEM.
 */
int sink_begin(struct sink *sink, const struct spools *spools);

/* One that does not yet run goes on with what another has said and counted; before sink_replace. */
void sink_take_over(struct sink *sink, const struct sink *from);

/*
 * Stops a sink as sink_stop does and starts another, which did not run, at the place that it has reached.
 * `old` is freed; or ERROR_BUSY and it hangs, as of sink_stop. ERROR_MEMORY or ERROR_SYSTEM: `next` does not
 * run.
 */
int sink_replace(struct sink *old, struct sink *next, const struct spools *spools);

/* sink_new and sink_begin. */
int sink_start(const struct site_config *site, const struct sink_config *config, const struct spools *spools,
               struct alarm_board *board, struct sink **sink);

/* Gives it SINK_STOP_MS from now to send what is waiting, and does not wait for it. */
void sink_ask_to_stop(struct sink *sink);
/*
 * Waits until that time is over (or asks now), then ends and frees it. ERROR_BUSY where it hangs in a name
 * look-up that nothing can end: it and what it borrows must stay as they are until the process ends.
 */
int sink_stop(struct sink *sink);

/* For the kinds: whether it is asked to stop, and the time by which it must have. */
bool sink_is_stopping(const struct sink *sink);

#endif
