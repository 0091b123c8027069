/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets that strangers come through. */
#ifndef HALLWATCH_SERVE_HTTP_SOCKET_H
#define HALLWATCH_SERVE_HTTP_SOCKET_H

#include "base/log.h"
#include "model/config.h"

/*
 * Listens, without ever blocking, also at an address that this machine has not yet; IPv6 is for IPv6 only.
 * The socket, or -1 after it was said why not.
 */
int http_socket_open(const struct http_listen *listener, struct complaint *trouble);

#endif
