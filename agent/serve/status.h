/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status socket: a thread with a loop of its own on a unix-domain socket (mode 0660). Whoever connects
 * gets one status document (serve/status_document.h) and the end of the stream; nothing is read from them.
 * At most 16 at once; who takes nothing for 10 s is cut off. Clients cost this thread alone, and one piece
 * of the document each.
 */
#ifndef HALLWATCH_SERVE_STATUS_H
#define HALLWATCH_SERVE_STATUS_H

#include "acquire/site_source.h"
#include "model/alarm_board.h"
#include "model/config.h"
#include "model/latest.h"
#include "model/power_board.h"
#include "publish/sink_set.h"

struct status_server;

/*
 * Listens at config->status_socket; a socket that nobody listens on any more is replaced. A device's number
 * tells whose its views are. The configuration is held, latest and spools are borrowed. 0, or an error after
 * it was logged.
 */
int status_server_start(struct site_config *config, struct latest *latest, const struct spools *spools,
                        struct status_server **server);
/* The sinks are running, and borrowed until the server is stopped. Before this there are none. */
void status_server_set_sinks(struct status_server *server, struct sink_set *sinks);
/* Any thread: what is judged is told from these, borrowed until the server is stopped. */
void status_server_set_boards(struct status_server *server, struct alarm_board *alarms,
                              struct power_board *power);
/* The same of what hears the halls; NULL: it is not the site. */
void status_server_set_halls(struct status_server *server, struct site_source *halls);
/* Any thread: another configuration is in force, and held; its socket is not looked at. */
void status_server_set_config(struct status_server *server, struct site_config *config);
/* Any thread: a configuration was refused for so many mistakes. */
void status_server_say_refused(struct status_server *server, size_t mistakes);
/* Ends the thread and removes the socket; NULL is fine. */
void status_server_stop(struct status_server *server);

#endif
