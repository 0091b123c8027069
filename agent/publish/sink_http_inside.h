/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of sink_http share. Only they include this. */
#ifndef HALLWATCH_PUBLISH_SINK_HTTP_INSIDE_H
#define HALLWATCH_PUBLISH_SINK_HTTP_INSIDE_H

#include "base/http_client.h"
#include "base/log.h"
#include "publish/backoff.h"
#include "publish/endpoints.h"
#include "publish/http_format.h"
#include "publish/sink_http.h"
#include "publish/verdict.h"

enum {
    SINK_HTTP_ROWS_MOST = 4096, /* in one request */
    SINK_HTTP_QUOTE_MOST = 200, /* bytes of the receiver's words in a log line */
};

struct sink_http {
    struct sink sink;
    const struct http_format *format;
    void *encoder;
    struct http_client *clients[ENDPOINTS_MOST];
    struct endpoints endpoints;
    struct http_answer answer;
    int error; /* of the last request */
    struct spool_row *rows[SINK_HTTP_ROWS_MOST];
    size_t n;
    uint32_t readings;
    bool is_full;    /* the rows fill a request: there may be more */
    bool is_loading; /* more come from the disk; they have gathered long enough */
    /* The first row of the requests that have met `faults` faults in a row. */
    uint64_t fault_row;
    enum spool_kind fault_kind;
    uint32_t faults;
    struct backoff backoff;
    struct complaint trouble[ENDPOINTS_MOST], refusal, unsaid;
};

/*
 * Sends the rows that were gathered and moves the cursors over what the receiver has taken or refused for
 * good. ACCEPTED when all rows are passed, else the verdict that ended it.
 */
enum verdict_kind sink_http_deliver(struct sink_http *writer);

#endif
