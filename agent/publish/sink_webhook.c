/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event at a time goes out, and the cursor moves when it is taken. Urgent rows that are no event are
 * passed over. An event that the receiver refuses is set aside with its words; but one that has taken nothing
 * yet, or answers 500, may refuse everything: then the event is tried again, and after SUSPECT_MOST answers
 * of that kind the next one is tried before it. Only a receiver that takes that is believed to dislike this
 * one.
 */
#include "publish/sink_webhook.h"

#include <stdio.h>
#include <string.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "publish/encode_json.h"
#include "publish/endpoints.h"
#include "publish/http_target.h"
#include "publish/verdict.h"

enum {
    ROWS_MOST = 64, /* in one look at the spool */
    SUSPECT_MOST = 5,
    QUOTE_MOST = 200, /* bytes of the receiver's words in a log line */
};

struct sink_webhook {
    struct sink sink;
    struct json_source source;
    struct encode_json *encoder;
    struct http_client *clients[ENDPOINTS_MOST];
    struct endpoints endpoints;
    struct text message;
    struct http_answer answer;
    int error; /* of the last request */
    bool has_taken;
    uint32_t suspicions; /* in a row, of the first event that waits */
    struct backoff backoff;
    struct complaint trouble, refusal;
};

/* --- one event --- */

static const char *url_of(const struct sink_webhook *webhook) {
    return http_target_url(webhook->sink.config, webhook->endpoints.current);
}

/* Of a row without a view: that what was there is lost. */
static bool is_event(const struct spool_row *row) {
    return !row->view || device_view_is_event(row->view);
}

static enum verdict_kind post(struct sink_webhook *webhook, const struct spool_row *row) {
    webhook->source.clock_error_s = clock_error_s();
    int error = encode_json_row(webhook->encoder, &webhook->source, row, &webhook->message);
    memset(&webhook->answer, 0, sizeof(webhook->answer));
    if (error)
        snprintf(webhook->answer.text, sizeof(webhook->answer.text), "%s", error_word(error));
    else
        error = http_client_post(webhook->clients[webhook->endpoints.current], webhook->message.data,
                                 webhook->message.size, &webhook->answer);
    webhook->error = error;
    return verdict_of(error, webhook->answer.status, webhook->answer.text);
}

static void write_words(const struct sink_webhook *webhook, char words[SINK_WORDS_MOST]) {
    if (webhook->error)
        snprintf(words, SINK_WORDS_MOST, "%.*s", QUOTE_MOST, webhook->answer.text);
    else
        snprintf(words, SINK_WORDS_MOST, "HTTP %d: %.*s", webhook->answer.status, QUOTE_MOST,
                 webhook->answer.text);
}

static void note_taken(struct sink_webhook *webhook) {
    const struct sink *sink = &webhook->sink;
    webhook->has_taken = true;
    webhook->suspicions = 0;
    backoff_reset(&webhook->backoff);
    sink_health_deliver(sink->health, 1);
    sink_health_connect(sink->health, url_of(webhook));
    log_relieve(&webhook->trouble, clock_monotonic_ms(), sink->config->name, "%s takes events again",
                url_of(webhook));
    if (endpoints_succeed(&webhook->endpoints))
        log_write(LOG_NOTICE, sink->config->name, "events go to %s now", url_of(webhook));
}

static void set_aside(struct sink_webhook *webhook, const struct spool_row *row, const char *words) {
    const struct sink *sink = &webhook->sink;
    log_complain(&webhook->refusal, clock_monotonic_ms(), sink->config->name,
                 "the event of %s is set aside: %s", row->view ? row->view->alarm : "a gap", words);
    sink_health_refuse(sink->health, words);
    spool_reject(sink->cursors[SPOOL_URGENT], LANE_LIVE, row, row->readings, words);
    webhook->suspicions = 0;
}

static void pause_until(struct sink_webhook *webhook, int64_t until_ms) {
    while (!sink_is_stopping(&webhook->sink) && clock_monotonic_ms() < until_ms)
        bell_wait(&webhook->sink.bell, until_ms);
}

/* It did not get through: another endpoint, or the same after a pause. */
static void retry(struct sink_webhook *webhook, enum verdict_kind verdict) {
    const struct sink *sink = &webhook->sink;
    int64_t now_ms = clock_monotonic_ms(), after_ms = webhook->answer.retry_after_ms, until_ms = now_ms;
    const char *url = url_of(webhook);
    char words[SINK_WORDS_MOST];
    write_words(webhook, words);
    if (!endpoints_fail(&webhook->endpoints, now_ms, after_ms)) {
        int64_t pause_ms = backoff_next_ms(&webhook->backoff, backoff_random());
        until_ms = now_ms + (pause_ms < after_ms ? after_ms : pause_ms);
    } else {
        webhook->has_taken = false;
    }
    sink_health_fail(sink->health, verdict == VERDICT_DENIED ? SINK_DENIED : SINK_RETRYING, url, until_ms,
                     words);
    log_complain(&webhook->trouble, now_ms, sink->config->name, "events do not get to %s: %s", url, words);
    pause_until(webhook, until_ms);
}

/* --- rows --- */

/* The first event among the rows from `from` on; `n` where there is none. */
static size_t find_event(struct spool_row *const *rows, size_t from, size_t n) {
    while (from < n && !is_event(rows[from]))
        from++;
    return from;
}

static void pass(struct sink_webhook *webhook, const struct spool_row *row) {
    spool_acknowledge(webhook->sink.cursors[SPOOL_URGENT], LANE_LIVE, row);
}

/*
 * The event rows[at] was not taken, and may itself be the reason: whether the receiver takes the next one.
 * Returns up to where rows are passed then, else `at`.
 */
static size_t try_next(struct sink_webhook *webhook, struct spool_row *const *rows, size_t at, size_t n) {
    char words[SINK_WORDS_MOST];
    write_words(webhook, words);
    size_t next = find_event(rows, at + 1, n);
    if (++webhook->suspicions < SUSPECT_MOST || next == n || post(webhook, rows[next]) != VERDICT_ACCEPTED)
        return at;
    set_aside(webhook, rows[at], words);
    note_taken(webhook);
    pass(webhook, rows[next]);
    return next + 1;
}

/* Delivers the event rows[at]; returns up to where rows are passed then, `at` where it is to be tried again.
 */
static size_t deliver(struct sink_webhook *webhook, struct spool_row *const *rows, size_t at, size_t n) {
    endpoints_choose(&webhook->endpoints, clock_monotonic_ms());
    enum verdict_kind verdict = post(webhook, rows[at]);
    bool is_refused = verdict == VERDICT_REFUSED || verdict == VERDICT_TOO_OLD;
    char words[SINK_WORDS_MOST];
    if (verdict == VERDICT_ACCEPTED) {
        note_taken(webhook);
        pass(webhook, rows[at]);
        return at + 1;
    }
    if (is_refused && webhook->has_taken) {
        write_words(webhook, words);
        set_aside(webhook, rows[at], words);
        return at + 1;
    }
    if (is_refused || verdict == VERDICT_FAULT) {
        size_t passed = try_next(webhook, rows, at, n);
        if (passed > at)
            return passed;
    }
    if (!sink_is_stopping(&webhook->sink))
        retry(webhook, verdict);
    return at;
}

/* Works through the rows. Returns whether all are passed. */
static bool work(struct sink_webhook *webhook, struct spool_row *const *rows, size_t n) {
    size_t at = 0;
    while (at < n) {
        size_t event = find_event(rows, at, n);
        if (event > at)
            pass(webhook, rows[event - 1]);
        if (event == n)
            return true;
        at = deliver(webhook, rows, event, n);
        if (at == event)
            return false;
    }
    return true;
}

/* --- the thread --- */

static void run(struct sink *sink) {
    struct sink_webhook *webhook = (struct sink_webhook *)sink;
    while (true) {
        struct spool_row *rows[ROWS_MOST];
        size_t n = spool_read(sink->cursors[SPOOL_URGENT], LANE_LIVE, 0, rows, ROWS_MOST);
        bool all = work(webhook, rows, n);
        for (size_t i = 0; i < n; i++)
            spool_release(rows[i]);
        if (sink_is_stopping(sink) && (n == 0 || !all))
            return;
        if (n == 0)
            bell_wait(&sink->bell, INT64_MAX);
    }
}

static void hurry(struct sink *sink) {
    struct sink_webhook *webhook = (struct sink_webhook *)sink;
    for (size_t i = 0; i < webhook->endpoints.n; i++)
        http_client_stop(webhook->clients[i]);
}

static void release(struct sink *sink) {
    struct sink_webhook *webhook = (struct sink_webhook *)sink;
    for (size_t i = 0; i < ENDPOINTS_MOST; i++)
        http_client_free(webhook->clients[i]);
    encode_json_free(webhook->encoder);
    text_done(&webhook->message);
}

static int prepare(struct sink *sink) {
    static const char *const headers[] = {"Content-Type: application/json", "User-Agent: hallwatch", NULL};
    struct sink_webhook *webhook = (struct sink_webhook *)sink;
    webhook->source = (struct json_source){.site = sink->site, .gateway = sink->gateway};
    memcpy(webhook->source.streams, sink->streams, sizeof(sink->streams));
    webhook->endpoints.n = 1 + sink->config->n_endpoints;
    webhook->encoder = encode_json_new();
    int error = webhook->encoder ? 0 : ERROR_MEMORY;
    for (size_t i = 0; i < webhook->endpoints.n && !error; i++)
        error = http_target_open(sink->config, http_target_url(sink->config, i), "Bearer", headers,
                                 &webhook->clients[i]);
    if (!error)
        return 0;
    release(sink);
    return http_target_say(sink->config, error);
}

const struct sink_kind_info sink_webhook_kind = {
    .size = sizeof(struct sink_webhook),
    .passes_over = {[SPOOL_READINGS] = true},
    .prepare = prepare,
    .run = run,
    .hurry = hurry,
    .release = release,
};
