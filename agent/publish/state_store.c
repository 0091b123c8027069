/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread, its disk, and what is handed over: figures to it, orders from it, each under a lock that is
 * held for a moment. What the file looks like is state_file.c's, the journal journal_watch.c's.
 */
#include "publish/state_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/thread.h"
#include "publish/bell.h"
#include "publish/journal_watch.h"
#include "publish/spool/spool_file.h"
#include "publish/state_file.h"

enum {
    FILE_MOST = 256 << 20,
    LOOK_MS = 250,         /* between two looks at the journal */
    FIGURES_MS = 60000,    /* figures alone are written so often */
    RETRY_MS = 5000,       /* after a write that failed */
    REST = 4,              /* a write is followed by a rest of so many times its length */
    FORGET_MS = 30 * 1000, /* between two looks for what is resolved and old */
};

struct state_store {
    char path[PATH_MAX], next_path[PATH_MAX]; /* "": in memory only */
    char folder[PATH_MAX];
    struct alarm_board *board;
    struct state_content kept; /* alarms: as they were read; figures and journal: of now */
    uv_mutex_t lock;           /* of the figures, and of `orders` */
    struct journal_order *orders;
    size_t n_orders;
    atomic_size_t waiting; /* n_orders, for who looks often */
    struct journal_watch *journal;
    struct bell bell;
    uv_thread_t thread;
    bool is_started;
    atomic_bool is_stopping, has_figures;          /* the latter: that were not written */
    uint64_t written_change;                       /* of the board */
    int64_t write_again_ms, figures_ms, forget_ms; /* monotonic */
    struct complaint trouble;
};

/* --- the file --- */

static void read_kept(struct state_store *store) {
    struct text text = {0};
    const char *why = NULL;
    int error = file_read(store->path, FILE_MOST, &text, NULL);
    if (!error)
        why = state_file_read(text.data ? text.data : "", text.size, &store->kept);
    else if (error != ERROR_NOT_FOUND)
        why = file_error_text(error);
    text_done(&text);
    if (why && spool_file_set_aside(store->path, why) != 0)
        log_write(LOG_ERROR, "alarms", "%s cannot be used (%s), nor renamed", store->path, why);
}

/* Everything, and that it is there after a loss of power. */
static int write_whole(int file, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t n = write(file, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERROR_SYSTEM;
        bytes += n;
        size -= (size_t)n;
    }
    return fsync(file) == 0 ? 0 : ERROR_SYSTEM;
}

static void sync_folder(const char *folder) {
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    fsync(file);
    close(file);
}

static int replace_file(struct state_store *store, const struct text *text) {
    int file = open(store->next_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (file < 0)
        return ERROR_SYSTEM;
    int error = write_whole(file, text->data, text->size), reason = errno;
    close(file);
    errno = reason;
    if (!error && rename(store->next_path, store->path) != 0)
        error = ERROR_SYSTEM;
    if (!error)
        sync_folder(store->folder);
    return error;
}

static void write_state(struct state_store *store) {
    struct text text = {0};
    int64_t began_ms = clock_monotonic_ms();
    uint64_t change = alarm_board_change(store->board);
    uv_mutex_lock(&store->lock);
    atomic_store(&store->has_figures, false);
    state_file_write_figures(&store->kept, clock_wall_ms(), &text);
    uv_mutex_unlock(&store->lock); /* the judge may want it, and alarms are many when there is much to do */
    state_file_write_alarms(store->board, &text);
    int error = text.failed ? ERROR_MEMORY : replace_file(store, &text), reason = errno;
    int64_t now_ms = clock_monotonic_ms();
    text_done(&text);
    store->figures_ms = now_ms + FIGURES_MS;
    store->write_again_ms = now_ms + (error ? RETRY_MS : REST * (now_ms - began_ms));
    if (!error) {
        store->written_change = change;
        log_relieve(&store->trouble, now_ms, "alarms", "%s is written again", store->path);
        return;
    }
    atomic_store(&store->has_figures, true);
    log_complain(&store->trouble, now_ms, "alarms",
                 "%s cannot be written: %s; alarms go on, and a restart would forget them", store->path,
                 error == ERROR_MEMORY ? error_word(error) : strerror(reason));
}

/* --- orders --- */

static void say_order(const struct journal_order *order) {
    char until[40] = "";
    time_t seconds = (time_t)(order->until_ms / 1000);
    struct tm tm;
    if (gmtime_r(&seconds, &tm))
        strftime(until, sizeof(until), "%Y-%m-%d %H:%M UTC", &tm);
    switch (order->kind) {
    case ORDER_MAINTAIN:
        log_write(LOG_NOTICE, order->of, "out of service until %s, says %s: %s", until, order->by,
                  order->why);
        break;
    case ORDER_END:
        log_write(LOG_NOTICE, order->of, "back in service, says %s: %s", order->by, order->why);
        break;
    case ORDER_RESET:
        log_write(LOG_NOTICE, order->of, "reset by %s: %s", order->by, order->why);
        break;
    case N_ORDERS:
        break;
    }
}

static void add_order(void *context, const struct journal_order *order) {
    struct state_store *store = context;
    say_order(order);
    uv_mutex_lock(&store->lock);
    struct journal_order *orders = reallocarray(store->orders, store->n_orders + 1, sizeof(*orders));
    if (orders) {
        store->orders = orders;
        orders[store->n_orders++] = *order;
        atomic_store(&store->waiting, store->n_orders);
    }
    uv_mutex_unlock(&store->lock);
    if (!orders)
        log_write(LOG_ERROR, "alarms", "out of memory: what %s ordered of %s is not done", order->by,
                  order->of);
}

bool state_store_next_order(struct state_store *store, struct journal_order *order) {
    if (atomic_load_explicit(&store->waiting, memory_order_relaxed) == 0)
        return false;
    uv_mutex_lock(&store->lock);
    *order = store->orders[0];
    memmove(store->orders, store->orders + 1, --store->n_orders * sizeof(*order));
    atomic_store(&store->waiting, store->n_orders);
    uv_mutex_unlock(&store->lock);
    return true;
}

static void look_at_journal(struct state_store *store) {
    uint64_t size = journal_watch_look(store->journal, add_order, store);
    uv_mutex_lock(&store->lock);
    if (store->kept.journal_size != size)
        atomic_store(&store->has_figures, true);
    store->kept.journal_size = size;
    uv_mutex_unlock(&store->lock);
}

/* --- figures --- */

void state_store_put_figure(struct state_store *store, const char *key, double value) {
    uv_mutex_lock(&store->lock);
    if (state_content_set(&store->kept, key, value))
        atomic_store(&store->has_figures, true);
    uv_mutex_unlock(&store->lock);
}

void state_store_list_figures(const struct state_store *store, state_store_take *take, void *context) {
    for (size_t i = 0; i < store->kept.n_figures; i++)
        take(context, store->kept.figures[i].key, store->kept.figures[i].value);
}

void state_store_list_alarms(const struct state_store *store, alarm_board_look *look, void *context) {
    for (size_t i = 0; i < store->kept.n_alarms; i++)
        look(context, &store->kept.alarms[i].record);
}

/* --- the thread --- */

/* When there is something to write, INT64_MAX: nothing. */
static int64_t write_ms(struct state_store *store) {
    if (!store->path[0])
        return INT64_MAX;
    if (alarm_board_change(store->board) != store->written_change)
        return store->write_again_ms;
    if (!atomic_load(&store->has_figures))
        return INT64_MAX;
    return store->figures_ms > store->write_again_ms ? store->figures_ms : store->write_again_ms;
}

static void run(void *context) {
    struct state_store *store = context;
    thread_set_name("alarm state", NULL);
    while (!atomic_load(&store->is_stopping)) {
        int64_t now_ms = clock_monotonic_ms();
        if (now_ms >= write_ms(store))
            write_state(store);
        if (store->journal)
            look_at_journal(store);
        if (now_ms >= store->forget_ms) {
            alarm_board_forget(store->board, clock_wall_ms());
            store->forget_ms = now_ms + FORGET_MS;
        }
        int64_t next_ms = write_ms(store), look_ms = clock_monotonic_ms() + LOOK_MS;
        bell_wait(&store->bell, next_ms < look_ms ? next_ms : look_ms);
    }
    /* Orders of the last moment are left to the next start: nobody is there to obey them any more. */
    if (write_ms(store) != INT64_MAX)
        write_state(store);
}

/* --- its life --- */

static bool set_paths(struct state_store *store, const char *folder) {
    bool fits = snprintf(store->folder, PATH_MAX, "%s", folder) < PATH_MAX;
    fits = snprintf(store->path, PATH_MAX, "%s/" STATE_FILE, folder) < PATH_MAX && fits;
    return snprintf(store->next_path, PATH_MAX, "%s/" STATE_FILE ".next", folder) < PATH_MAX && fits;
}

/* What has ended is on the board before anybody judges: so its end, which was told, is no news. */
static void show_ended(struct state_store *store) {
    for (size_t i = 0; i < store->kept.n_alarms; i++)
        if (store->kept.alarms[i].record.state == ALARM_NORMAL)
            alarm_board_put(store->board, &store->kept.alarms[i].record);
}

int state_store_open(const char *folder, struct alarm_board *board, struct state_store **made) {
    struct state_store *store = calloc(1, sizeof(*store));
    if (!store)
        return ERROR_MEMORY;
    store->board = board;
    int error = uv_mutex_init(&store->lock) == 0 ? 0 : ERROR_SYSTEM;
    if (!error && bell_init(&store->bell) != 0) {
        uv_mutex_destroy(&store->lock);
        error = ERROR_SYSTEM;
    }
    if (error) {
        free(store);
        return error;
    }
    if (folder && set_paths(store, folder)) {
        read_kept(store);
        show_ended(store);
        error = journal_watch_new(folder, store->kept.journal_size, &store->journal);
    }
    if (error) {
        state_store_free(store);
        return error;
    }
    *made = store;
    return 0;
}

/* What is kept of one that nobody judges any more. */
static void end_alarm(struct state_store *store, const struct alarm_record *kept) {
    struct alarm_record ended = *kept;
    ended.state = ALARM_NORMAL;
    ended.changed_ms = clock_wall_ms();
    alarm_board_put(store->board, &ended);
}

static void end_unknown(struct state_store *store) {
    struct state_content *kept = &store->kept;
    for (size_t i = 0; i < kept->n_alarms; i++) {
        const struct alarm_record *alarm = &kept->alarms[i].record;
        if (!alarm_board_has(store->board, alarm->id))
            end_alarm(store, alarm);
        alarm_draft_done(&kept->alarms[i]);
    }
    kept->n_alarms = 0;
}

int state_store_start(struct state_store *store) {
    end_unknown(store);
    int error = alarm_board_listen(store->board, bell_ring, &store->bell);
    if (error)
        return error;
    if (store->journal) /* who is out of service is known before anything is judged */
        look_at_journal(store);
    store->is_started = uv_thread_create(&store->thread, run, store) == 0;
    return store->is_started ? 0 : ERROR_SYSTEM;
}

void state_store_stop(struct state_store *store) {
    if (!store || !store->is_started)
        return;
    atomic_store(&store->is_stopping, true);
    bell_ring(&store->bell);
    uv_thread_join(&store->thread);
    store->is_started = false;
}

void state_store_free(struct state_store *store) {
    if (!store)
        return;
    alarm_board_unlisten(store->board, &store->bell);
    journal_watch_free(store->journal);
    state_content_done(&store->kept);
    free(store->orders);
    bell_done(&store->bell);
    uv_mutex_destroy(&store->lock);
    free(store);
}
