/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The remote write sink's thread: gathers rows into requests, sends one at a time, and decides what an answer
 * means for the rows. Formats are left to encode_remote_write, the meaning of answers to verdict, HTTP to
 * base/http_client.
 *
 * A request is made anew from the cursor after every failure, so whatever was acknowledged on the way stays
 * so. A refused request is halved until the row is found that the receiver does not want; that row is set
 * aside. A fault (HTTP 500) may be the receiver's own, or lie in what we send: after FAULTS_MOST of them the
 * rows are tried apart, and only a receiver that takes others is believed to dislike these.
 */
#include "publish/sink_remote_write.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/http_client.h"
#include "base/log.h"
#include "publish/backoff.h"
#include "publish/encode_remote_write.h"
#include "publish/verdict.h"

enum {
    ROWS_MOST = 4096, /* in one request */
    READ_MOST = 64,   /* rows in one look at the spool */
    FAULTS_MOST = 5,
    QUOTE_MOST = 200, /* bytes of the receiver's words in a log line */
};

struct sink_remote_write {
    struct sink sink;
    struct http_client *client;
    struct encode_remote_write *encoder;
    struct http_answer answer;
    int error; /* of the last request */
    struct spool_row *rows[ROWS_MOST];
    size_t n;
    uint32_t readings;
    bool is_full; /* the rows fill a request: there may be more */
    /* The first row of the requests that have met `faults` faults in a row. */
    uint64_t fault_row;
    enum spool_kind fault_kind;
    uint32_t faults;
    struct backoff backoff;
    struct complaint trouble, refusal;
};

static void release(struct sink *sink) {
    struct sink_remote_write *writer = (struct sink_remote_write *)sink;
    http_client_free(writer->client);
    encode_remote_write_free(writer->encoder);
}

static int prepare(struct sink *sink) {
    static const char *const headers[] = {"Content-Encoding: snappy", "Content-Type: application/x-protobuf",
                                          "X-Prometheus-Remote-Write-Version: 0.1.0", "User-Agent: hallwatch",
                                          NULL};
    struct sink_remote_write *writer = (struct sink_remote_write *)sink;
    const struct http_options options = {
        .url = sink->config->url,
        .user = sink->config->user,
        .password = sink->config->password,
        .headers = headers,
        .timeout_ms = sink->config->timeout_ms,
    };
    int error = http_client_new(&options, &writer->client);
    if (error == ERROR_ARGUMENT) {
        log_write(LOG_ERROR, sink->config->name,
                  "its url cannot be used: write http://host:port/path, user and password apart from it");
        return ERROR_CONFIG;
    }
    writer->encoder = encode_remote_write_new();
    if (!error && writer->encoder)
        return 0;
    release(sink);
    return ERROR_MEMORY;
}

/* Waits whatever else rings, but no longer than until the sink is asked to stop. */
static void pause_until(struct sink_remote_write *writer, int64_t until_ms) {
    while (!sink_is_stopping(&writer->sink) && clock_monotonic_ms() < until_ms)
        bell_wait(&writer->sink.bell, until_ms);
}

/* Takes rows from the cursor on until there are no more or the request is full. */
static void gather_from(struct sink_remote_write *writer, struct spool_cursor *cursor) {
    uint32_t most = writer->sink.config->batch_readings;
    uint64_t after = 0;
    while (!writer->is_full) {
        struct spool_row *rows[READ_MOST];
        size_t n = spool_read(cursor, LANE_LIVE, after, rows, READ_MOST);
        for (size_t i = 0; i < n; i++) {
            if (writer->n == ROWS_MOST || (writer->n > 0 && writer->readings + rows[i]->readings > most))
                writer->is_full = true;
            if (writer->is_full) {
                spool_release(rows[i]);
                continue;
            }
            writer->readings += rows[i]->readings;
            after = rows[i]->id;
            writer->rows[writer->n++] = rows[i];
        }
        if (n < READ_MOST)
            return;
    }
}

/* What is urgent first. */
static void gather(struct sink_remote_write *writer) {
    writer->n = 0;
    writer->readings = 0;
    writer->is_full = false;
    for (size_t kind = 0; kind < N_SPOOLS; kind++)
        gather_from(writer, writer->sink.cursors[kind]);
}

static void let_go(struct sink_remote_write *writer) {
    for (size_t i = 0; i < writer->n; i++)
        spool_release(writer->rows[i]);
    writer->n = 0;
}

/* One request with these rows. */
static enum verdict_kind post(struct sink_remote_write *writer, struct spool_row *const *rows, size_t n) {
    const char *body = NULL;
    size_t size = 0;
    int error = 0;
    encode_remote_write_begin(writer->encoder);
    for (size_t i = 0; i < n && !error; i++)
        if (rows[i]->view) /* else a gap */
            error = encode_remote_write_add(writer->encoder, rows[i]);
    if (!error && encode_remote_write_is_empty(writer->encoder))
        return VERDICT_ACCEPTED; /* only readings that the format has no place for */
    if (!error)
        error = encode_remote_write_finish(writer->encoder, &body, &size);
    if (error)
        snprintf(writer->answer.text, sizeof(writer->answer.text), "%s", error_word(error));
    else
        error = http_client_post(writer->client, body, size, &writer->answer);
    writer->error = error;
    return verdict_of(error, writer->answer.status, writer->answer.text);
}

static enum verdict_kind post_and_acknowledge(struct sink_remote_write *writer, struct spool_row *const *rows,
                                              size_t n) {
    enum verdict_kind verdict = post(writer, rows, n);
    for (size_t i = 0; verdict == VERDICT_ACCEPTED && i < n; i++)
        if (i + 1 == n || rows[i]->kind != rows[i + 1]->kind)
            spool_acknowledge(writer->sink.cursors[rows[i]->kind], LANE_LIVE, rows[i]);
    return verdict;
}

static void set_aside(struct sink_remote_write *writer, const struct spool_row *row) {
    log_complain(&writer->refusal, clock_monotonic_ms(), writer->sink.config->name,
                 "readings of %s are set aside, the receiver refuses them: HTTP %d: %.*s", row->view->device,
                 writer->answer.status, QUOTE_MOST, writer->answer.text);
    spool_reject(writer->sink.cursors[row->kind], LANE_LIVE, row, row->readings, writer->answer.text);
}

static bool is_refusal(enum verdict_kind verdict, bool with_faults) {
    return verdict == VERDICT_REFUSED || verdict == VERDICT_TOO_OLD ||
           (with_faults && verdict == VERDICT_FAULT);
}

/*
 * Finds, by halves, the rows of a refused request that the receiver refuses, and delivers the others.
 * ACCEPTED when all rows are passed, else the verdict that ended it.
 */
static enum verdict_kind bisect(struct sink_remote_write *writer, struct spool_row *const *rows, size_t n,
                                bool with_faults) {
    if (n == 1) {
        set_aside(writer, rows[0]);
        return VERDICT_ACCEPTED;
    }
    const size_t sizes[] = {n / 2, n - n / 2};
    for (size_t half = 0; half < 2; rows += sizes[half++]) {
        enum verdict_kind verdict = post_and_acknowledge(writer, rows, sizes[half]);
        if (verdict == VERDICT_FAULT && sizes[half] == 1) /* once more: to set aside is for good */
            verdict = post_and_acknowledge(writer, rows, 1);
        if (is_refusal(verdict, with_faults))
            verdict = bisect(writer, rows, sizes[half], with_faults);
        if (verdict != VERDICT_ACCEPTED)
            return verdict;
    }
    return VERDICT_ACCEPTED;
}

/* Whether the receiver takes some of the rows that it answers with a fault when they come together. */
static bool takes_some(struct sink_remote_write *writer) {
    size_t from = 0, to = 1;
    while (from < writer->n) {
        if (post(writer, writer->rows + from, to - from) == VERDICT_ACCEPTED)
            return true;
        from = to;
        to = to * 2 < writer->n ? to * 2 : writer->n;
    }
    return false;
}

/* Counts faults of the same request; after FAULTS_MOST of them looks for the culprit. */
static enum verdict_kind suspect(struct sink_remote_write *writer) {
    const struct spool_row *first = writer->rows[0];
    if (writer->fault_row != first->id || writer->fault_kind != first->kind)
        writer->faults = 0;
    writer->fault_row = first->id;
    writer->fault_kind = first->kind;
    if (++writer->faults < FAULTS_MOST || !takes_some(writer))
        return VERDICT_FAULT;
    writer->faults = 0;
    return bisect(writer, writer->rows, writer->n, true);
}

static enum verdict_kind deliver(struct sink_remote_write *writer) {
    enum verdict_kind verdict = post_and_acknowledge(writer, writer->rows, writer->n);
    if (is_refusal(verdict, false))
        return bisect(writer, writer->rows, writer->n, false);
    return verdict == VERDICT_FAULT ? suspect(writer) : verdict;
}

static void complain(struct sink_remote_write *writer, enum verdict_kind verdict) {
    const struct sink_config *config = writer->sink.config;
    const char *text = writer->answer.text;
    int64_t now_ms = clock_monotonic_ms();
    if (writer->error)
        log_complain(&writer->trouble, now_ms, config->name, "nothing gets to %s: %s", config->url, text);
    else if (verdict == VERDICT_DENIED)
        log_complain(&writer->trouble, now_ms, config->name,
                     "%s takes nothing from us, check url, user and password of this sink: HTTP %d: %.*s",
                     config->url, writer->answer.status, QUOTE_MOST, text);
    else
        log_complain(&writer->trouble, now_ms, config->name, "%s takes nothing now: HTTP %d: %.*s",
                     config->url, writer->answer.status, QUOTE_MOST, text);
}

/* After a request that did not get through: until when to wait. */
static int64_t retry_ms(struct sink_remote_write *writer) {
    int64_t pause_ms = backoff_next_ms(&writer->backoff, backoff_random());
    if (pause_ms < writer->answer.retry_after_ms)
        pause_ms = writer->answer.retry_after_ms;
    return clock_monotonic_ms() + pause_ms;
}

static void run(struct sink *sink) {
    struct sink_remote_write *writer = (struct sink_remote_write *)sink;
    while (true) {
        gather(writer);
        if (writer->n == 0) {
            if (sink_is_stopping(sink))
                return;
            bell_wait(&sink->bell, INT64_MAX);
            pause_until(writer, clock_monotonic_ms() + sink->config->batch_wait_ms);
            continue;
        }
        enum verdict_kind verdict = deliver(writer);
        let_go(writer);
        if (verdict == VERDICT_ACCEPTED) {
            backoff_reset(&writer->backoff);
            log_relieve(&writer->trouble, clock_monotonic_ms(), sink->config->name, "%s takes readings again",
                        sink->config->url);
            if (!writer->is_full)
                pause_until(writer, clock_monotonic_ms() + sink->config->batch_wait_ms);
            continue;
        }
        if (sink_is_stopping(sink))
            return;
        complain(writer, verdict);
        pause_until(writer, retry_ms(writer));
    }
}

static void hurry(struct sink *sink) {
    http_client_stop(((struct sink_remote_write *)sink)->client);
}

const struct sink_kind_info sink_remote_write_kind = {
    .size = sizeof(struct sink_remote_write),
    .prepare = prepare,
    .run = run,
    .hurry = hurry,
    .release = release,
};
