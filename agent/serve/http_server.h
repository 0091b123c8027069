/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages over HTTP: /metrics, /healthz, /readyz and / , on a thread of its own around libmicrohttpd. It
 * looks only at what others put down for whoever asks, and takes no lock for longer than a copy.
 *
 * /metrics is kept for ten times as long as it took to make, 1 s at most, and shared by all who ask
 * meanwhile: so many scrapes cost a tenth of a core, and their sending. At most 64 clients, 8 of one address
 * that is not loopback; 16 KiB for a request's head, 10 s for all of it, 30 s to take the answer; 100
 * requests a second of one address.
 */
#ifndef HALLWATCH_SERVE_HTTP_SERVER_H
#define HALLWATCH_SERVE_HTTP_SERVER_H

#include "model/config.h"
#include "model/latest.h"

struct http_server;

/*
 * Listens where config->http says. The configuration is held, `latest` borrowed. 0, or an error after it was
 * logged.
 */
int http_server_start(struct site_config *config, struct latest *latest, struct http_server **server);
/*
 * Any thread: another configuration is in force, and held: its certificates and its token are those that
 * count. Where it listens is not looked at. NULL is fine.
 */
void http_server_set_config(struct http_server *server, struct site_config *config);
/* Ends the thread; NULL is fine. */
void http_server_stop(struct http_server *server);

#endif
