/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a sink, and the table of kinds: a new kind is one line here and a file of its own. */
#include "publish/sink.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"
#include "publish/rounds.h"
#include "publish/sink_alertmanager.h"
#include "publish/sink_http.h"
#include "publish/sink_mqtt.h"
#include "publish/sink_webhook.h"

enum { HURRY_MS = 500 };

static const struct sink_kind_info *const kinds[] = {
    [SINK_MQTT] = &sink_mqtt_kind,       [SINK_REMOTE_WRITE] = &sink_http_kind,
    [SINK_INFLUX] = &sink_http_kind,     [SINK_ALERTMANAGER] = &sink_alertmanager_kind,
    [SINK_WEBHOOK] = &sink_webhook_kind,
};

static void run(void *context) {
    struct sink *sink = context;
    thread_set_name("sink", sink->config->name);
    sink->kind->run(sink);
    atomic_store(&sink->has_finished, true);
    bell_ring(&sink->finished);
}

static void close_cursors(struct sink *sink) {
    for (size_t i = 0; i < N_SPOOLS; i++) {
        if (sink->cursors[i])
            spool_cursor_close(sink->cursors[i]);
        sink->cursors[i] = NULL;
    }
}

/* Its cursors were opened; closed where there is no thread for them. */
static int start_thread(struct sink *sink) {
    int error = 0;
    for (size_t i = 0; i < N_SPOOLS; i++)
        if (!sink->cursors[i] && !sink->kind->passes_over[i])
            error = ERROR_MEMORY;
    if (!error && uv_thread_create(&sink->thread, run, sink) == 0)
        return 0;
    close_cursors(sink);
    return error ? error : ERROR_SYSTEM;
}

static int init_bells(struct sink *sink) {
    int error = bell_init(&sink->bell);
    if (error)
        return error;
    error = bell_init(&sink->finished);
    if (error)
        bell_done(&sink->bell);
    return error;
}

/* All but what its kind holds. */
static void free_common(struct sink *sink) {
    struct sink_config *config = (struct sink_config *)sink->config;
    sink_health_release(sink->health);
    bell_done(&sink->finished);
    bell_done(&sink->bell);
    sink_config_done(config);
    free(config);
    free(sink->site);
    free(sink->gateway);
    free(sink);
}

static int copy_config(struct sink *sink, const struct site_config *site, const struct sink_config *from) {
    struct sink_config *config = calloc(1, sizeof(*config));
    int error = config ? sink_config_copy(from, config) : ERROR_MEMORY;
    sink->config = config;
    sink->site = strdup(site->site);
    sink->gateway = strdup(site->gateway);
    return error || !sink->site || !sink->gateway ? ERROR_MEMORY : 0;
}

int sink_new(const struct site_config *site, const struct sink_config *config, const struct spools *spools,
             struct alarm_board *board, struct sink **sink) {
    const struct sink_kind_info *kind = kinds[config->kind];
    struct sink *new = calloc(1, kind->size);
    if (!new)
        return ERROR_MEMORY;
    new->kind = kind;
    new->board = board;
    for (size_t i = 0; i < N_SPOOLS; i++)
        new->streams[i] = spool_stream(spools->of[i]);
    atomic_init(&new->stop_by_ms, INT64_MAX);
    int error = init_bells(new);
    if (error) {
        free(new);
        return error;
    }
    new->health = sink_health_new();
    error = copy_config(new, site, config);
    if (!new->health)
        error = ERROR_MEMORY;
    if (!error)
        error = kind->prepare(new);
    if (error) {
        free_common(new);
        return error;
    }
    *sink = new;
    return 0;
}

void sink_free(struct sink *sink) {
    if (!sink)
        return;
    sink->kind->release(sink);
    free_common(sink);
}

static struct spool_cursor *open_cursor(struct sink *sink, const struct spools *spools, size_t i) {
    enum spool_order order = round_order(sink->config->order);
    return sink->kind->passes_over[i]
               ? NULL
               : spool_cursor_open(spools->of[i], sink->config->name, order, bell_ring, &sink->bell);
}

int sink_begin(struct sink *sink, const struct spools *spools) {
    for (size_t i = 0; i < N_SPOOLS; i++)
        sink->cursors[i] = open_cursor(sink, spools, i);
    return start_thread(sink);
}

int sink_start(const struct site_config *site, const struct sink_config *config, const struct spools *spools,
               struct alarm_board *board, struct sink **sink) {
    int error = sink_new(site, config, spools, board, sink);
    if (error)
        return error;
    error = sink_begin(*sink, spools);
    if (error) {
        sink_free(*sink);
        *sink = NULL;
    }
    return error;
}

void sink_ask_to_stop(struct sink *sink) {
    atomic_store(&sink->stop_by_ms, clock_monotonic_ms() + SINK_STOP_MS);
    bell_ring(&sink->bell);
}

static void wait_for_end(struct sink *sink, int64_t until_ms) {
    while (!atomic_load(&sink->has_finished) && clock_monotonic_ms() < until_ms)
        bell_wait(&sink->finished, until_ms);
}

/* Has the thread end by its time, and joins it; ERROR_BUSY where it hangs. */
static int end_thread(struct sink *sink) {
    if (!sink_is_stopping(sink))
        sink_ask_to_stop(sink);
    int64_t stop_by_ms = atomic_load(&sink->stop_by_ms);
    wait_for_end(sink, stop_by_ms);
    if (sink->kind->hurry)
        sink->kind->hurry(sink);
    wait_for_end(sink, stop_by_ms + HURRY_MS);
    if (!atomic_load(&sink->has_finished))
        return ERROR_BUSY;
    uv_thread_join(&sink->thread);
    return 0;
}

static void close_and_free(struct sink *sink) {
    close_cursors(sink);
    sink_free(sink);
}

int sink_stop(struct sink *sink) {
    int error = end_thread(sink);
    if (!error)
        close_and_free(sink);
    return error;
}

void sink_take_over(struct sink *sink, const struct sink *from) {
    sink_health_release(sink->health);
    sink->health = sink_health_hold(from->health);
}

int sink_replace(struct sink *old, struct sink *next, const struct spools *spools) {
    enum spool_order order = round_order(next->config->order);
    int hangs = end_thread(old);
    for (size_t i = 0; i < N_SPOOLS; i++)
        next->cursors[i] = old->cursors[i] && !next->kind->passes_over[i]
                               ? spool_cursor_replace(old->cursors[i], order, bell_ring, &next->bell)
                               : open_cursor(next, spools, i);
    /* Its connection ends before the other's begins: a broker knows both by one name. */
    if (!hangs)
        close_and_free(old);
    int error = start_thread(next);
    return error ? error : hangs;
}

bool sink_is_stopping(const struct sink *sink) {
    return atomic_load(&sink->stop_by_ms) != INT64_MAX;
}
