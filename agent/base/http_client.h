/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP POST, one at a time, on the caller's thread; the connection is kept for the next one. Redirects are
 * not followed, a proxy of the environment is not asked, only http and https are spoken, and the latter only
 * with a peer whose certificate is valid and of the URL's host. Another thread can end a request under way.
 */
#ifndef HALLWATCH_BASE_HTTP_CLIENT_H
#define HALLWATCH_BASE_HTTP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

struct http_client;

struct http_options {
    const char *url;
    const char *user, *password;             /* basic authentication; NULL: none */
    const char *authorization;               /* the header's value in the place of these; NULL: none */
    const char *ca_file;                     /* whom to trust; NULL: whom the system trusts */
    const char *certificate_file, *key_file; /* who we are; NULL: nobody */
    const char *const *headers;              /* "Name: value", ended by NULL */
    int64_t timeout_ms;                      /* one request with its answer */
};

/* What came back. */
struct http_answer {
    int status;             /* 0: none */
    int64_t retry_after_ms; /* what Retry-After asks for; 0: nothing */
    char text[1025];        /* the first KiB of the body, or, without a status, what went wrong */
};

/* Copies the options. 0, ERROR_MEMORY, or ERROR_ARGUMENT for a URL that cannot be used. */
int http_client_new(const struct http_options *options, struct http_client **client);
void http_client_free(struct http_client *client); /* NULL is fine */

/*
 * Sends `body` and waits for the whole answer. 0 when there is one, whatever its status; else ERROR_TIMEOUT,
 * ERROR_UNREACHABLE, ERROR_GARBLED (no HTTP), ERROR_CLOSED (http_client_stop) or ERROR_MEMORY.
 */
int http_client_post(struct http_client *client, const void *body, size_t size, struct http_answer *answer);

/* Any thread: ends the request under way and refuses later ones. */
void http_client_stop(struct http_client *client);

#endif
