/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread of a sink that posts requests: gathers rows, sends one request at a time, and decides what an
 * answer means for the rows. Formats are left to http_format, the meaning of answers to verdict, which of two
 * addresses is used to endpoints, HTTP to base/http_client.
 *
 * A request is made anew from the cursor after every failure, so whatever was acknowledged on the way stays
 * so. A refused request is halved until the row is found that the receiver does not want; that row is set
 * aside. A fault (HTTP 500) may be the receiver's own, or lie in what we send: after FAULTS_MOST of them the
 * rows are tried apart, and only a receiver that takes others is believed to dislike these.
 */
#include "publish/sink_http.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/http_client.h"
#include "base/log.h"
#include "publish/backoff.h"
#include "publish/endpoints.h"
#include "publish/http_format.h"
#include "publish/verdict.h"

enum {
    ROWS_MOST = 4096, /* in one request */
    READ_MOST = 64,   /* rows in one look at the spool */
    FAULTS_MOST = 5,
    PROBES_MOST = 32, /* requests for the refused readings of one row */
    QUOTE_MOST = 200, /* bytes of the receiver's words in a log line */
};

struct sink_http {
    struct sink sink;
    const struct http_format *format;
    void *encoder;
    struct http_client *clients[ENDPOINTS_MOST];
    struct endpoints endpoints;
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
    struct complaint trouble[ENDPOINTS_MOST], refusal;
};

static const char *url_of(const struct sink_http *writer, size_t endpoint) {
    return endpoint == 0 ? writer->sink.config->url : writer->sink.config->endpoints[endpoint - 1];
}

static void release(struct sink *sink) {
    struct sink_http *writer = (struct sink_http *)sink;
    for (size_t i = 0; i < ENDPOINTS_MOST; i++)
        http_client_free(writer->clients[i]);
    if (writer->encoder)
        writer->format->free_encoder(writer->encoder);
}

static int make_client(struct sink_http *writer, size_t endpoint) {
    const struct sink_config *config = writer->sink.config;
    struct text url = {0}, authorization = {0};
    writer->format->write_url(config, url_of(writer, endpoint), &url);
    if (config->token)
        text_add_format(&authorization, "%s %s", writer->format->token_scheme(config), config->token);
    const struct http_options options = {
        .url = url.data,
        .user = config->user,
        .password = config->password,
        .authorization = authorization.data,
        .ca_file = config->ca_file,
        .certificate_file = config->certificate_file,
        .key_file = config->key_file,
        .headers = writer->format->headers,
        .timeout_ms = config->timeout_ms,
    };
    int error = url.failed || authorization.failed ? ERROR_MEMORY
                                                   : http_client_new(&options, &writer->clients[endpoint]);
    if (authorization.data)
        explicit_bzero(authorization.data, authorization.size);
    text_done(&authorization);
    text_done(&url);
    return error;
}

static int prepare(struct sink *sink) {
    struct sink_http *writer = (struct sink_http *)sink;
    writer->format = http_format_of(sink->config->kind);
    writer->endpoints.n = 1 + sink->config->n_endpoints;
    writer->encoder = writer->format->make_encoder();
    int error = writer->encoder ? 0 : ERROR_MEMORY;
    for (size_t i = 0; i < writer->endpoints.n && !error; i++)
        error = make_client(writer, i);
    if (!error)
        return 0;
    release(sink);
    if (error != ERROR_ARGUMENT)
        return ERROR_MEMORY;
    log_write(LOG_ERROR, sink->config->name,
              "its url cannot be used: write http://host:port/path, user and password apart from it");
    return ERROR_CONFIG;
}

/* Waits whatever else rings, but no longer than until the sink is asked to stop. */
static void pause_until(struct sink_http *writer, int64_t until_ms) {
    while (!sink_is_stopping(&writer->sink) && clock_monotonic_ms() < until_ms)
        bell_wait(&writer->sink.bell, until_ms);
}

/* Takes rows from the cursor on until there are no more or the request is full. */
static void gather_from(struct sink_http *writer, struct spool_cursor *cursor) {
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
static void gather(struct sink_http *writer) {
    writer->n = 0;
    writer->readings = 0;
    writer->is_full = false;
    for (size_t kind = 0; kind < N_SPOOLS; kind++)
        gather_from(writer, writer->sink.cursors[kind]);
}

static void let_go(struct sink_http *writer) {
    for (size_t i = 0; i < writer->n; i++)
        spool_release(writer->rows[i]);
    writer->n = 0;
}

static const char *why_not(struct sink_http *writer, const struct spool_row *row) {
    return writer->format->why_not ? writer->format->why_not(writer->encoder, row) : NULL;
}

/* One request with these rows. */
static enum verdict_kind post(struct sink_http *writer, struct spool_row *const *rows, size_t n) {
    const struct http_format *format = writer->format;
    const char *body = NULL;
    size_t size = 0;
    int error = 0;
    format->begin(writer->encoder);
    for (size_t i = 0; i < n && !error; i++)
        if (rows[i]->view && !why_not(writer, rows[i])) /* no view: a gap */
            error = format->add(writer->encoder, rows[i]);
    if (!error && format->is_empty(writer->encoder))
        return VERDICT_ACCEPTED; /* only readings that the format has no place for */
    if (!error)
        error = format->finish(writer->encoder, &body, &size);
    if (error)
        snprintf(writer->answer.text, sizeof(writer->answer.text), "%s", error_word(error));
    else
        error = http_client_post(writer->clients[writer->endpoints.current], body, size, &writer->answer);
    writer->error = error;
    return verdict_of(error, writer->answer.status, writer->answer.text);
}

/* For good, with the receiver's or our own words. */
static void reject(struct sink_http *writer, const struct spool_row *row, uint64_t readings,
                   const char *words) {
    log_complain(&writer->refusal, clock_monotonic_ms(), writer->sink.config->name,
                 "readings of %.*s are set aside: %.*s", QUOTE_MOST, row->view->device, QUOTE_MOST, words);
    spool_reject(writer->sink.cursors[row->kind], LANE_LIVE, row, readings, words);
}

/* What the receiver has taken. */
static void acknowledge(struct sink_http *writer, struct spool_row *const *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const char *why = rows[i]->view ? why_not(writer, rows[i]) : NULL;
        if (why)
            reject(writer, rows[i], rows[i]->readings, why);
        else
            spool_acknowledge(writer->sink.cursors[rows[i]->kind], LANE_LIVE, rows[i]);
    }
}

static enum verdict_kind post_and_acknowledge(struct sink_http *writer, struct spool_row *const *rows,
                                              size_t n) {
    enum verdict_kind verdict = post(writer, rows, n);
    if (verdict == VERDICT_ACCEPTED)
        acknowledge(writer, rows, n);
    return verdict;
}

static bool is_refusal(enum verdict_kind verdict, bool with_faults) {
    return verdict == VERDICT_REFUSED || verdict == VERDICT_TOO_OLD ||
           (with_faults && verdict == VERDICT_FAULT);
}

/* The search for the refused readings of one row. */
struct search {
    const struct spool_row *row;
    uint32_t probes;
    uint64_t refused;
    char words[sizeof(((struct http_answer *)0)->text) + 64]; /* of the last refusal */
};

static void note_words(const struct sink_http *writer, struct search *search) {
    snprintf(search->words, sizeof(search->words), "the receiver refuses them: HTTP %d: %s",
             writer->answer.status, writer->answer.text);
}

/*
 * Delivers what is good of a part of a row that was refused, by halves. A row may be refused for its labels,
 * in all its readings: there is an end to the probes.
 */
static enum verdict_kind bisect_part(struct sink_http *writer, struct search *search, uint32_t from,
                                     uint32_t n, bool with_faults) {
    const uint32_t sizes[] = {n / 2, n - n / 2};
    if (n == 1 || search->probes >= PROBES_MOST) {
        for (uint32_t i = from; i < from + n; i++)
            search->refused += search->row->qualities[i] != QUALITY_ABSENT;
        return VERDICT_ACCEPTED;
    }
    for (size_t half = 0; half < 2; from += sizes[half++]) {
        struct spool_row part = *search->row, *parts[] = {&part};
        part.kind = SPOOL_URGENT; /* without info: it may be what is refused */
        part.first += from;
        part.n = sizes[half];
        part.values += from;
        part.qualities += from;
        search->probes++;
        enum verdict_kind verdict = post(writer, parts, 1);
        if (is_refusal(verdict, with_faults)) {
            note_words(writer, search);
            verdict = bisect_part(writer, search, from, sizes[half], with_faults);
        }
        if (verdict != VERDICT_ACCEPTED)
            return verdict;
    }
    return VERDICT_ACCEPTED;
}

/* A row that the receiver has refused alone: its readings are tried apart, but for an answer about time. */
static enum verdict_kind set_aside(struct sink_http *writer, const struct spool_row *row,
                                   enum verdict_kind refusal, bool with_faults) {
    struct search search = {.row = row, .refused = row->readings};
    note_words(writer, &search);
    if (refusal != VERDICT_TOO_OLD && row->n > 1) {
        search.refused = 0;
        enum verdict_kind verdict = bisect_part(writer, &search, 0, row->n, with_faults);
        if (verdict != VERDICT_ACCEPTED)
            return verdict;
    }
    reject(writer, row, search.refused, search.words);
    return VERDICT_ACCEPTED;
}

/*
 * Finds, by halves, the rows of a refused request that the receiver refuses, and delivers the others.
 * ACCEPTED when all rows are passed, else the verdict that ended it.
 */
static enum verdict_kind bisect(struct sink_http *writer, struct spool_row *const *rows, size_t n,
                                enum verdict_kind refusal, bool with_faults) {
    if (n == 1)
        return set_aside(writer, rows[0], refusal, with_faults);
    const size_t sizes[] = {n / 2, n - n / 2};
    for (size_t half = 0; half < 2; rows += sizes[half++]) {
        enum verdict_kind verdict = post_and_acknowledge(writer, rows, sizes[half]);
        if (verdict == VERDICT_FAULT && sizes[half] == 1) /* once more: to set aside is for good */
            verdict = post_and_acknowledge(writer, rows, 1);
        if (is_refusal(verdict, with_faults))
            verdict = bisect(writer, rows, sizes[half], verdict, with_faults);
        if (verdict != VERDICT_ACCEPTED)
            return verdict;
    }
    return VERDICT_ACCEPTED;
}

/* Whether the receiver takes some of the rows that it answers with a fault when they come together. */
static bool takes_some(struct sink_http *writer) {
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
static enum verdict_kind suspect(struct sink_http *writer) {
    const struct spool_row *first = writer->rows[0];
    if (writer->fault_row != first->id || writer->fault_kind != first->kind)
        writer->faults = 0;
    writer->fault_row = first->id;
    writer->fault_kind = first->kind;
    if (++writer->faults < FAULTS_MOST || !takes_some(writer))
        return VERDICT_FAULT;
    writer->faults = 0;
    return bisect(writer, writer->rows, writer->n, VERDICT_FAULT, true);
}

static enum verdict_kind deliver(struct sink_http *writer) {
    enum verdict_kind verdict = post_and_acknowledge(writer, writer->rows, writer->n);
    if (is_refusal(verdict, false))
        return bisect(writer, writer->rows, writer->n, verdict, false);
    return verdict == VERDICT_FAULT ? suspect(writer) : verdict;
}

static void complain(struct sink_http *writer, enum verdict_kind verdict) {
    const char *name = writer->sink.config->name, *text = writer->answer.text;
    const char *url = url_of(writer, writer->endpoints.current);
    struct complaint *trouble = &writer->trouble[writer->endpoints.current];
    int64_t now_ms = clock_monotonic_ms();
    if (writer->error)
        log_complain(trouble, now_ms, name, "nothing gets to %s: %s", url, text);
    else if (verdict == VERDICT_DENIED)
        log_complain(trouble, now_ms, name,
                     "%s takes nothing from us, check url, user and password or token of this sink: "
                     "HTTP %d: %.*s",
                     url, writer->answer.status, QUOTE_MOST, text);
    else
        log_complain(trouble, now_ms, name, "%s takes nothing now: HTTP %d: %.*s", url, writer->answer.status,
                     QUOTE_MOST, text);
}

/* The request did not get through: the other endpoint, or the same after a pause. */
static void retry(struct sink_http *writer) {
    int64_t now_ms = clock_monotonic_ms(), after_ms = writer->answer.retry_after_ms;
    if (endpoints_fail(&writer->endpoints, now_ms, after_ms))
        return;
    int64_t pause_ms = backoff_next_ms(&writer->backoff, backoff_random());
    pause_until(writer, now_ms + (pause_ms < after_ms ? after_ms : pause_ms));
}

static void be_content(struct sink_http *writer) {
    const char *name = writer->sink.config->name, *url = url_of(writer, writer->endpoints.current);
    backoff_reset(&writer->backoff);
    log_relieve(&writer->trouble[writer->endpoints.current], clock_monotonic_ms(), name,
                "%s takes readings again", url);
    if (endpoints_succeed(&writer->endpoints))
        log_write(LOG_NOTICE, name, "readings go to %s now", url);
}

static void run(struct sink *sink) {
    struct sink_http *writer = (struct sink_http *)sink;
    while (true) {
        gather(writer);
        if (writer->n == 0) {
            if (sink_is_stopping(sink))
                return;
            bell_wait(&sink->bell, INT64_MAX);
            pause_until(writer, clock_monotonic_ms() + sink->config->batch_wait_ms);
            continue;
        }
        endpoints_choose(&writer->endpoints, clock_monotonic_ms());
        enum verdict_kind verdict = deliver(writer);
        let_go(writer);
        if (verdict == VERDICT_ACCEPTED) {
            be_content(writer);
            if (!writer->is_full)
                pause_until(writer, clock_monotonic_ms() + sink->config->batch_wait_ms);
            continue;
        }
        if (sink_is_stopping(sink))
            return;
        complain(writer, verdict);
        retry(writer);
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
