/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One address at which HTTP is spoken, with or without TLS: libmicrohttpd around a socket that listens. It
 * never blocks and has no thread: its owner waits for its descriptor and runs it. The library bounds a
 * request's head (414, 431), answers what is no HTTP (400) and ends connections that are silent.
 */
#ifndef HALLWATCH_SERVE_HTTP_DOOR_H
#define HALLWATCH_SERVE_HTTP_DOOR_H

#include <sys/socket.h>

#include "base/text.h"
#include "model/config.h"
#include "serve/http_clients.h"
#include "serve/http_pages.h"
#include "serve/http_request.h"

struct http_door;

/* An answer: a text, or a body. */
struct http_reply {
    enum http_status status;
    const char *type; /* of its content */
    struct text text;
    struct http_body *body; /* NULL: the text; else one reference */
    bool gzip;              /* the body is compressed */
};

/* All are called from http_door_run. */
struct http_door_events {
    void *context;
    /* Whether a connection from there is taken. */
    bool (*admit)(void *context, const struct sockaddr *address);
    /* It was taken; NULL: it is ended. */
    struct http_client *(*arrived)(void *context, int socket, const struct sockaddr *address);
    void (*left)(void *context, struct http_client *client);
    /* It has asked; fills the reply, which starts zeroed and is then the door's. */
    void (*asked)(void *context, struct http_client *client, const struct sockaddr *address,
                  struct http_request *request, struct http_reply *reply);
    /* The answer has been taken. */
    void (*answered)(void *context, struct http_client *client);
};

/*
 * Borrows the socket and the events; of `http` it reads certificates and key. NULL: out of memory, or those
 * cannot be used together.
 */
struct http_door *http_door_open(int socket, const struct http_config *http,
                                 const struct http_door_events *events);
/* Ends its connections; the socket goes on to listen. NULL is fine. */
void http_door_close(struct http_door *door);

int http_door_descriptor(const struct http_door *door); /* readable: run it */
/* At the latest after so many milliseconds, `most` at most. */
int http_door_timeout_ms(struct http_door *door, int most);
void http_door_run(struct http_door *door);

#endif
