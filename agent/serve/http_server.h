/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages over HTTP: /metrics, /healthz, /readyz and / , on a thread of its own around libmicrohttpd. It
 * looks only at what others put down for whoever asks, and takes no lock for longer than a copy.
 *
 * /metrics is kept for ten times as long as it took to make, 5 s at most, and shared by all who ask
 * meanwhile: so many scrapes cost a tenth of a core, and their sending. At most 64 clients, 56 of them
 * from elsewhere and 8 of one such address; 16 KiB for a request's head, 10 s for all of it, 30 s to take the
 * answer; 100 requests a second of one address.
 */
#ifndef HALLWATCH_SERVE_HTTP_SERVER_H
#define HALLWATCH_SERVE_HTTP_SERVER_H

#include "model/config.h"
#include "model/latest.h"

struct http_server;

/* Serves nothing yet. Borrows `latest`. NULL when out of memory. */
struct http_server *http_server_new(struct latest *latest);
/*
 * Serves where config->http says and whom it lets in, from now on; nothing where it is NULL. The
 * configuration is held. From one thread at a time. ERROR_SYSTEM, after it was said, where it begins and not
 * all addresses can be served: those are tried again, every second or two.
 */
int http_server_set_config(struct http_server *server, struct site_config *config);
void http_server_free(struct http_server *server); /* NULL is fine */

#endif
