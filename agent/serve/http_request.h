/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request over HTTP gets: a page, or the status that refuses it. All that comes from the client is
 * hostile; nothing of it goes into an answer. Pure.
 */
#ifndef HALLWATCH_SERVE_HTTP_REQUEST_H
#define HALLWATCH_SERVE_HTTP_REQUEST_H

#include <stdbool.h>

enum http_page { HTTP_LIST, HTTP_METRICS, HTTP_HEALTH, HTTP_READY, HTTP_NO_PAGE };

enum http_status {
    HTTP_OK = 200,
    HTTP_BAD_REQUEST = 400,
    HTTP_UNAUTHORIZED = 401,
    HTTP_FORBIDDEN = 403,
    HTTP_NOT_FOUND = 404,
    HTTP_NOT_ALLOWED = 405,
    HTTP_TOO_MANY = 429,
    HTTP_UNAVAILABLE = 503,
};

/* One request as it came; texts end with NUL, whatever else they hold. */
struct http_request {
    const char *method;
    const char *path;            /* as it came, but for what follows a `?` */
    const char *authorization;   /* that header's value; NULL: none */
    const char *accept_encoding; /* the same */
    bool has_body;
    bool is_local;        /* the peer's address is loopback */
    bool has_certificate; /* the peer has shown one of the authority that the configuration names */
};

/* What the configuration asks of a client. */
struct http_access {
    const char *token;      /* NULL: none */
    bool wants_certificate; /* where both are configured, both are asked for */
};

struct http_decision {
    enum http_status status; /* HTTP_OK: the page is to be given */
    enum http_page page;     /* HTTP_NO_PAGE where the status refuses */
    bool gzip;               /* the client takes the page compressed */
};

struct http_decision http_decide(const struct http_request *request, const struct http_access *access);

#endif
