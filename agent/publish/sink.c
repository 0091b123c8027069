/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a sink, and the table of kinds: a new kind is one line here and a file of its own. */
#include "publish/sink.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "publish/sink_mqtt.h"
#include "publish/sink_remote_write.h"

enum { HURRY_MS = 500 };

static const struct sink_kind_info *const kinds[] = {
    [SINK_MQTT] = &sink_mqtt_kind,
    [SINK_REMOTE_WRITE] = &sink_remote_write_kind,
};

static void run(void *context) {
    struct sink *sink = context;
    sink->kind->run(sink);
    atomic_store(&sink->has_finished, true);
    bell_ring(&sink->finished);
}

static int start_thread(struct sink *sink, struct spool *spool) {
    int error = sink->kind->prepare(sink);
    if (error)
        return error;
    sink->cursor = spool_cursor_open(spool, sink->config->name, bell_ring, &sink->bell);
    error = sink->cursor ? 0 : ERROR_MEMORY;
    if (!error && uv_thread_create(&sink->thread, run, sink) != 0) {
        spool_cursor_close(sink->cursor);
        error = ERROR_SYSTEM;
    }
    if (error)
        sink->kind->release(sink);
    return error;
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

static void free_sink(struct sink *sink) {
    bell_done(&sink->finished);
    bell_done(&sink->bell);
    free(sink);
}

int sink_start(const struct site_config *site, const struct sink_config *config, struct spool *spool,
               struct sink **sink) {
    const struct sink_kind_info *kind = kinds[config->kind];
    struct sink *new = calloc(1, kind->size);
    if (!new)
        return ERROR_MEMORY;
    new->kind = kind;
    new->site = site;
    new->config = config;
    new->stream = spool_stream(spool);
    atomic_init(&new->stop_by_ms, INT64_MAX);
    int error = init_bells(new);
    if (error) {
        free(new);
        return error;
    }
    error = start_thread(new, spool);
    if (error) {
        free_sink(new);
        return error;
    }
    *sink = new;
    return 0;
}

void sink_ask_to_stop(struct sink *sink) {
    atomic_store(&sink->stop_by_ms, clock_monotonic_ms() + SINK_STOP_MS);
    bell_ring(&sink->bell);
}

static void wait_for_end(struct sink *sink, int64_t until_ms) {
    while (!atomic_load(&sink->has_finished) && clock_monotonic_ms() < until_ms)
        bell_wait(&sink->finished, until_ms);
}

int sink_stop(struct sink *sink) {
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
    spool_cursor_close(sink->cursor);
    sink->kind->release(sink);
    free_sink(sink);
    return 0;
}

bool sink_is_stopping(const struct sink *sink) {
    return atomic_load(&sink->stop_by_ms) != INT64_MAX;
}
