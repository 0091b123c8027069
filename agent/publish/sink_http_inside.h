/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of sink_http share. Only they include this. */
#ifndef HALLWATCH_PUBLISH_SINK_HTTP_INSIDE_H
#define HALLWATCH_PUBLISH_SINK_HTTP_INSIDE_H

#include "base/backoff.h"
#include "base/http_client.h"
#include "base/log.h"
#include "publish/endpoints.h"
#include "publish/http_format.h"
#include "publish/pace.h"
#include "publish/portion.h"
#include "publish/rounds.h"
#include "publish/sink_http.h"
#include "publish/verdict.h"

enum {
    SINK_HTTP_ROWS_MOST = 4096, /* in one request */
    SINK_HTTP_QUOTE_MOST = 200, /* bytes of the receiver's words in a log line */
};

struct sink_http_row {
    struct spool_row *row;
    enum spool_lane lane;
};

struct sink_http {
    struct sink sink;
    const struct http_format *format;
    struct proof_source source;
    void *encoder;
    struct http_client *clients[ENDPOINTS_MOST];
    struct endpoints endpoints;
    struct http_answer answer;
    int error;      /* of the last request */
    bool has_taken; /* the endpoint in use has taken something since it last failed */
    /* The request. */
    struct sink_http_row rows[SINK_HTTP_ROWS_MOST];
    size_t n;
    uint32_t readings;
    bool is_full;         /* the rows fill it: there may be more */
    bool is_loading;      /* more live rows come from the disk; they have gathered long enough */
    enum spool_lane lane; /* of its readings */
    /* Monotonic: when a lane has something to send (INT64_MAX: when the bell rings), and not before when. */
    int64_t due_ms[N_LANES], resume_ms[N_LANES];
    struct portion portions[N_LANES]; /* readings in a request; that of the live lane bounds the other too */
    int64_t fastest_ms;               /* of the requests that this endpoint has taken */
    struct pace pace;                 /* of what has waited */
    uint32_t faults[N_LANES];         /* in a row */
    bool took_meanwhile[N_LANES];     /* something of the other lane, since the first of them */
    struct backoff backoffs[N_LANES]; /* faults of the backlog apart */
    struct complaint trouble[ENDPOINTS_MOST], refusal, unsaid;
};

/* The rows of the next request; none where it is to wait. */
void sink_http_gather(struct sink_http *writer, int64_t now_ms);
void sink_http_let_go(struct sink_http *writer);
/* Until there may be something to gather. */
void sink_http_wait(struct sink_http *writer);

/*
 * Sends the rows that were gathered and moves the cursors over what the receiver has taken or refused for
 * good. ACCEPTED when all rows are passed, else the verdict that ended it.
 */
enum verdict_kind sink_http_deliver(struct sink_http *writer);

#endif
