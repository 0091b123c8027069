/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread of a sink that posts requests: has one request at a time gathered and delivered, and waits when
 * that fails. What makes a request is left to sink_http_gather, delivery to sink_http_deliver, formats to
 * http_format, the meaning of answers to verdict, which of several addresses is used to endpoints, HTTP to
 * base/http_client.
 */
#include "publish/sink_http.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "publish/http_target.h"
#include "publish/sink_http_inside.h"

enum { FIRST_PORTION = 1000 /* readings of a backlog at once, to begin with */ };

static void release(struct sink *sink) {
    struct sink_http *writer = (struct sink_http *)sink;
    for (size_t i = 0; i < ENDPOINTS_MOST; i++)
        http_client_free(writer->clients[i]);
    if (writer->encoder)
        writer->format->free_encoder(writer->encoder);
}

static int make_client(struct sink_http *writer, size_t endpoint) {
    const struct sink_config *config = writer->sink.config;
    struct text url = {0};
    writer->format->write_url(config, http_target_url(writer->sink.config, endpoint), &url);
    int error = url.failed ? ERROR_MEMORY
                           : http_target_open(config, url.data, writer->format->token_scheme(config),
                                              writer->format->headers, &writer->clients[endpoint]);
    text_done(&url);
    return error;
}

static int prepare(struct sink *sink) {
    struct sink_http *writer = (struct sink_http *)sink;
    writer->format = http_format_of(sink->config->kind);
    writer->endpoints.n = 1 + sink->config->n_endpoints;
    writer->source = (struct proof_source){.site = sink->site, .gateway = sink->gateway};
    memcpy(writer->source.streams, sink->streams, sizeof(sink->streams));
    writer->encoder = writer->format->make_encoder(&writer->source);
    writer->fastest_ms = sink->config->timeout_ms;
    pace_init(&writer->pace, sink->config->backlog_rate, clock_monotonic_ms());
    portion_init(&writer->portions[LANE_LIVE], sink->config->batch_readings, sink->config->batch_readings);
    portion_init(&writer->portions[LANE_BACKLOG], FIRST_PORTION, sink->config->batch_readings);
    int error = writer->encoder ? 0 : ERROR_MEMORY;
    for (size_t i = 0; i < writer->endpoints.n && !error; i++)
        error = make_client(writer, i);
    if (!error)
        return 0;
    release(sink);
    return http_target_say(sink->config, error);
}

/* Waits whatever else rings, but no longer than until the sink is asked to stop. */
static void pause_until(struct sink_http *writer, int64_t until_ms) {
    while (!sink_is_stopping(&writer->sink) && clock_monotonic_ms() < until_ms)
        bell_wait(&writer->sink.bell, until_ms);
}

/* What others are told of the failure, and when the next try is. */
static void tell(const struct sink_http *writer, enum verdict_kind verdict, const char *url,
                 int64_t next_ms) {
    char words[SINK_WORDS_MOST];
    if (writer->error)
        snprintf(words, sizeof(words), "%.*s", SINK_HTTP_QUOTE_MOST, writer->answer.text);
    else
        snprintf(words, sizeof(words), "HTTP %d: %.*s", writer->answer.status, SINK_HTTP_QUOTE_MOST,
                 writer->answer.text);
    sink_health_fail(writer->sink.health, verdict == VERDICT_DENIED ? SINK_DENIED : SINK_RETRYING, url,
                     next_ms, words);
}

static void complain(struct sink_http *writer, enum verdict_kind verdict) {
    const char *name = writer->sink.config->name, *text = writer->answer.text;
    const char *url = http_target_url(writer->sink.config, writer->endpoints.current);
    struct complaint *trouble = &writer->trouble[writer->endpoints.current];
    int64_t now_ms = clock_monotonic_ms();
    if (writer->error)
        log_complain(trouble, now_ms, name, "nothing gets to %s: %s", url, text);
    else if (verdict == VERDICT_DENIED)
        log_complain(trouble, now_ms, name,
                     "%s takes nothing from us, check url, user and password or token of this sink: "
                     "HTTP %d: %.*s",
                     url, writer->answer.status, SINK_HTTP_QUOTE_MOST, text);
    else
        log_complain(trouble, now_ms, name, "%s takes nothing now: HTTP %d: %.*s", url, writer->answer.status,
                     SINK_HTTP_QUOTE_MOST, text);
}

/*
 * The request did not get through: the other endpoint, or the same after a pause. A fault that may lie in
 * what was sent keeps its own lane only.
 */
static void retry(struct sink_http *writer, enum verdict_kind verdict) {
    int64_t now_ms = clock_monotonic_ms(), after_ms = writer->answer.retry_after_ms;
    bool is_fault = verdict == VERDICT_FAULT;
    writer->has_taken = writer->has_taken && is_fault;
    writer->due_ms[LANE_LIVE] = now_ms;
    const char *url = http_target_url(writer->sink.config, writer->endpoints.current);
    if (endpoints_fail(&writer->endpoints, now_ms, after_ms)) {
        tell(writer, verdict, url, now_ms);
        writer->has_taken = false;
        writer->fastest_ms = writer->sink.config->timeout_ms;
        return;
    }
    if (is_fault && writer->took_meanwhile[writer->lane]) /* it is there, and takes others */
        backoff_reset(&writer->backoffs[writer->lane]);
    int64_t pause_ms =
        backoff_next_ms(&writer->backoffs[is_fault ? writer->lane : LANE_LIVE], backoff_random());
    int64_t until_ms = now_ms + (pause_ms < after_ms ? after_ms : pause_ms);
    tell(writer, verdict, url, until_ms);
    if (is_fault)
        writer->resume_ms[writer->lane] = until_ms;
    else
        pause_until(writer, until_ms);
}

static void be_content(struct sink_http *writer) {
    const char *name = writer->sink.config->name,
               *url = http_target_url(writer->sink.config, writer->endpoints.current);
    int64_t now_ms = clock_monotonic_ms();
    backoff_reset(&writer->backoffs[LANE_LIVE]);
    backoff_reset(&writer->backoffs[writer->lane]);
    sink_health_connect(writer->sink.health, url);
    if (writer->faults[LANE_LIVE] + writer->faults[LANE_BACKLOG] == 0)
        log_relieve(&writer->trouble[writer->endpoints.current], now_ms, name, "%s takes readings again",
                    url);
    if (endpoints_succeed(&writer->endpoints))
        log_write(LOG_NOTICE, name, "readings go to %s now", url);
    if (writer->lane == LANE_LIVE)
        writer->due_ms[LANE_LIVE] =
            writer->is_full || writer->is_loading ? now_ms : now_ms + writer->sink.config->batch_wait_ms;
}

static void run(struct sink *sink) {
    struct sink_http *writer = (struct sink_http *)sink;
    while (true) {
        int64_t now_ms = clock_monotonic_ms();
        sink_http_gather(writer, now_ms);
        if (writer->n == 0) {
            if (sink_is_stopping(sink))
                return;
            sink_http_wait(writer);
            continue;
        }
        endpoints_choose(&writer->endpoints, now_ms);
        enum verdict_kind verdict = sink_http_deliver(writer);
        sink_http_let_go(writer);
        if (verdict == VERDICT_ACCEPTED) {
            be_content(writer);
            continue;
        }
        if (sink_is_stopping(sink))
            return;
        complain(writer, verdict);
        retry(writer, verdict);
    }
}

static void hurry(struct sink *sink) {
    struct sink_http *writer = (struct sink_http *)sink;
    for (size_t i = 0; i < writer->endpoints.n; i++)
        http_client_stop(writer->clients[i]);
}

const struct sink_kind_info sink_http_kind = {
    .size = sizeof(struct sink_http),
    .prepare = prepare,
    .run = run,
    .hurry = hurry,
    .release = release,
};
