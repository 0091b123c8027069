/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and what their answers mean for the rows.
 *
 * A request is made anew from the cursor after every failure, so whatever was acknowledged on the way stays
 * so. A refused request is halved until the row is found that the receiver does not want; that row is set
 * aside. Some answer 400 to everything, because the path is none of theirs or they expect TLS: one that has
 * taken nothing before and refuses even a request without rows is believed nothing about these. A fault (HTTP
 * 500) may be the receiver's own, or lie in what we send: after FAULTS_MOST of them the rows are tried apart,
 * and only a receiver that takes others is believed to dislike these. A row that is refused alone has its
 * readings tried apart, unless it is refused for its time.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "publish/sink_http_inside.h"

enum {
    FAULTS_MOST = 5,
    PROBES_MOST = 32, /* requests for the refused readings of one row */
    QUICK_MS = 250,   /* what a request of the backlog may take, beyond the way */
};

static const char *why_not(struct sink_http *writer, const struct spool_row *row) {
    return writer->format->why_not && row->view ? writer->format->why_not(writer->encoder, row) : NULL;
}

/* Sends what the encoder holds; `error` is what came of the encoding. */
static enum verdict_kind post_request(struct sink_http *writer, int error) {
    const char *body = NULL;
    size_t size = 0;
    if (!error)
        error = writer->format->finish(writer->encoder, &body, &size);
    if (error)
        snprintf(writer->answer.text, sizeof(writer->answer.text), "%s", error_word(error));
    else
        error = http_client_post(writer->clients[writer->endpoints.current], body, size, &writer->answer);
    writer->error = error;
    enum verdict_kind verdict = verdict_of(error, writer->answer.status, writer->answer.text);
    writer->has_taken = writer->has_taken || verdict == VERDICT_ACCEPTED;
    sink_health_deliver(writer->sink.health, verdict == VERDICT_ACCEPTED);
    return verdict;
}

/* One request with these rows. */
static enum verdict_kind post(struct sink_http *writer, const struct sink_http_row *rows, size_t n) {
    const struct http_format *format = writer->format;
    int error = 0;
    writer->error = writer->answer.status = 0;
    format->begin(writer->encoder);
    for (size_t i = 0; i < n && !error; i++)
        if (!why_not(writer, rows[i].row))
            error = format->add(writer->encoder, rows[i].row);
    if (!error && format->is_empty(writer->encoder))
        return VERDICT_ACCEPTED; /* only what the format cannot say */
    return post_request(writer, error);
}

/* For good, with the receiver's or our own words. */
static void reject(struct sink_http *writer, const struct sink_http_row *from, uint64_t readings,
                   const char *words) {
    const struct spool_row *row = from->row;
    log_complain(&writer->refusal, clock_monotonic_ms(), writer->sink.config->name,
                 "readings of %.*s are set aside: %.*s", SINK_HTTP_QUOTE_MOST,
                 row->view ? row->view->device : "a gap's marker", SINK_HTTP_QUOTE_MOST, words);
    sink_health_refuse(writer->sink.health, words);
    spool_reject(writer->sink.cursors[row->kind], from->lane, row, readings, words);
}

/* What the receiver has taken. */
static void acknowledge(struct sink_http *writer, const struct sink_http_row *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct spool_row *row = rows[i].row;
        const char *why = why_not(writer, row);
        if (why)
            reject(writer, &rows[i], row->readings, why);
        else
            spool_acknowledge(writer->sink.cursors[row->kind], rows[i].lane, row);
    }
}

static void say_what_was_left_out(struct sink_http *writer) {
    const char *device = writer->format->left_out ? writer->format->left_out(writer->encoder) : NULL;
    if (device)
        log_complain(&writer->unsaid, clock_monotonic_ms(), writer->sink.config->name,
                     "what %.*s is called, or one of its parts, is left out: the format cannot say it",
                     SINK_HTTP_QUOTE_MOST, device);
}

static enum verdict_kind post_and_acknowledge(struct sink_http *writer, const struct sink_http_row *rows,
                                              size_t n) {
    enum verdict_kind verdict = post(writer, rows, n);
    if (verdict != VERDICT_ACCEPTED)
        return verdict;
    say_what_was_left_out(writer); /* before the encoder is asked about the rows again */
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
 * A part of a row, which borrows from it. Not a copy of the whole: other sinks hold the row too, and give
 * their references back meanwhile.
 */
static struct spool_row part_of(const struct spool_row *row, uint32_t from, uint32_t n) {
    return (struct spool_row){.kind = row->kind,
                              .id = row->id,
                              .first_id = row->first_id,
                              .total = row->total,
                              .view = row->view,
                              .time_ms = row->time_ms,
                              .first = row->first + from,
                              .n = n,
                              .values = row->values + from,
                              .qualities = row->qualities + from};
}

/* One request with `n` of the row's readings. */
static enum verdict_kind post_part(struct sink_http *writer, const struct spool_row *row, uint32_t from,
                                   uint32_t n) {
    struct spool_row part = part_of(row, from, n);
    part.kind = SPOOL_URGENT; /* without info: it may be what is refused */
    part.id = 0;              /* nor with the row's number, which says that it is delivered */
    return post(writer, &(struct sink_http_row){.row = &part}, 1);
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
            search->refused +=
                search->row->qualities[i] != QUALITY_ABSENT && search->row->qualities[i] != QUALITY_ENDED;
        return VERDICT_ACCEPTED;
    }
    for (size_t half = 0; half < 2; from += sizes[half++]) {
        search->probes++;
        enum verdict_kind verdict = post_part(writer, search->row, from, sizes[half]);
        if (is_refusal(verdict, with_faults)) {
            note_words(writer, search);
            verdict = bisect_part(writer, search, from, sizes[half], with_faults);
        }
        if (verdict != VERDICT_ACCEPTED)
            return verdict;
    }
    return VERDICT_ACCEPTED;
}

/* Of a row that is delivered but for what was refused of it: its number, which stands for that. */
static enum verdict_kind deliver_number(struct sink_http *writer, const struct spool_row *row,
                                        bool with_faults) {
    struct spool_row number = part_of(row, 0, 0);
    enum verdict_kind verdict = post(writer, &(struct sink_http_row){.row = &number}, 1);
    return is_refusal(verdict, with_faults) ? VERDICT_ACCEPTED : verdict;
}

/* A row that the receiver has refused alone: its readings are tried apart, but for an answer about time. */
static enum verdict_kind set_aside(struct sink_http *writer, const struct sink_http_row *from,
                                   enum verdict_kind refusal, bool with_faults) {
    const struct spool_row *row = from->row;
    struct search search = {.row = row, .refused = row->readings};
    note_words(writer, &search);
    if (refusal != VERDICT_TOO_OLD && row->n > 1) {
        search.refused = 0;
        enum verdict_kind verdict = bisect_part(writer, &search, 0, row->n, with_faults);
        if (verdict == VERDICT_ACCEPTED && search.refused < row->readings)
            verdict = deliver_number(writer, row, with_faults);
        if (verdict != VERDICT_ACCEPTED)
            return verdict;
    }
    reject(writer, from, search.refused, search.words);
    return VERDICT_ACCEPTED;
}

/*
 * Finds, by halves, the rows of a refused request that the receiver refuses, and delivers the others.
 * ACCEPTED when all rows are passed, else the verdict that ended it.
 */
static enum verdict_kind bisect(struct sink_http *writer, const struct sink_http_row *rows, size_t n,
                                enum verdict_kind refusal, bool with_faults) {
    if (n == 1)
        return set_aside(writer, &rows[0], refusal, with_faults);
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

/* Whether the receiver takes some of the rows, or readings of the first, that it refuses together. */
static bool takes_some(struct sink_http *writer) {
    const struct spool_row *first = writer->rows[0].row;
    size_t from = 0, to = 1;
    writer->has_taken = false;
    for (; from < writer->n && !writer->has_taken; to = to * 2 < writer->n ? to * 2 : writer->n) {
        post(writer, writer->rows + from, to - from);
        from = to;
    }
    for (uint32_t i = 0; first->view && i < first->n && i < PROBES_MOST && !writer->has_taken; i++)
        post_part(writer, first, i, 1);
    return writer->has_taken;
}

/* Counts faults of a lane; after FAULTS_MOST of them looks for the culprit. */
static enum verdict_kind suspect(struct sink_http *writer) {
    enum spool_lane lane = writer->lane;
    if (++writer->faults[lane] == 1)
        writer->took_meanwhile[lane] = false;
    if (writer->faults[lane] < FAULTS_MOST || (!writer->took_meanwhile[lane] && !takes_some(writer)))
        return VERDICT_FAULT;
    writer->faults[lane] = 0;
    return bisect(writer, writer->rows, writer->n, VERDICT_FAULT, true);
}

/* What the first answer says of the size of requests. */
static void learn(struct sink_http *writer, enum verdict_kind verdict, int64_t sent_ms) {
    int64_t now_ms = clock_monotonic_ms(), took_ms = now_ms - sent_ms;
    uint32_t readings = writer->readings;
    if (verdict == VERDICT_ACCEPTED && took_ms < writer->fastest_ms)
        writer->fastest_ms = took_ms;
    const int64_t limits_ms[] = {[LANE_LIVE] = writer->sink.config->timeout_ms / 2,
                                 [LANE_BACKLOG] = 2 * writer->fastest_ms + QUICK_MS};
    for (size_t lane = 0; lane < N_LANES; lane++) {
        struct portion *portion = &writer->portions[lane];
        if (writer->answer.status == 413)
            portion_too_large(portion, readings);
        else if (writer->error == ERROR_TIMEOUT)
            portion_too_slow(portion, readings, now_ms);
        else if (verdict == VERDICT_ACCEPTED && lane == writer->lane)
            portion_taken(portion, readings, sent_ms, now_ms, limits_ms[lane]);
    }
}

/*
 * A request was refused by who has taken nothing yet: whether one without rows is, too, and every part of
 * this one. If not, the answer stays that to the rows.
 */
static enum verdict_kind verify(struct sink_http *writer) {
    struct http_answer answer = writer->answer;
    writer->format->begin(writer->encoder);
    enum verdict_kind verdict = post_request(writer, 0);
    if (verdict == VERDICT_ACCEPTED || (is_refusal(verdict, false) && takes_some(writer))) {
        writer->answer = answer;
        return VERDICT_ACCEPTED;
    }
    return is_refusal(verdict, false) ? VERDICT_DENIED : verdict;
}

enum verdict_kind sink_http_deliver(struct sink_http *writer) {
    int64_t sent_ms = clock_monotonic_ms();
    bool has_taken = writer->has_taken;
    enum verdict_kind verdict = post_and_acknowledge(writer, writer->rows, writer->n), other;
    learn(writer, verdict, sent_ms);
    if (verdict == VERDICT_FAULT)
        return suspect(writer);
    if (verdict == VERDICT_REFUSED && !has_taken && (other = verify(writer)) != VERDICT_ACCEPTED)
        return other;
    if (is_refusal(verdict, false))
        verdict = bisect(writer, writer->rows, writer->n, verdict, false);
    if (verdict == VERDICT_ACCEPTED) {
        writer->faults[writer->lane] = 0;
        writer->took_meanwhile[writer->lane == LANE_LIVE ? LANE_BACKLOG : LANE_LIVE] = true;
    }
    return verdict;
}
