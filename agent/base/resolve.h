/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host names to addresses without blocking the loop. Names are asked for in libuv's thread pool; several
 * that are slow hold up each other there, never the loop.
 */
#ifndef HALLWATCH_BASE_RESOLVE_H
#define HALLWATCH_BASE_RESOLVE_H

#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

/*
 * The answer: error 0 and an IPv4 or IPv6 address with the port, borrowed; or ERROR_NOT_FOUND (no such name),
 * ERROR_TIMEOUT (the name server does not answer), ERROR_MEMORY or ERROR_SYSTEM, and NULL.
 */
typedef void (*resolve_done)(void *context, int error, const struct sockaddr_storage *address);

struct resolve;

/*
 * Asks for the address of `host`, the one that the system prefers. done is called once: of a numeric
 * address ("10.1.2.3", "fe80::1%eth0") at once, before this returns, and *resolve is NULL; of a name
 * later, on the loop, and *resolve is gone with that. Returns 0; or ERROR_MEMORY or ERROR_ARGUMENT (no
 * name at all), and no call.
 */
int resolve_start(uv_loop_t *loop, const char *host, uint16_t port, resolve_done done, void *context,
                  struct resolve **resolve);
/*
 * Gives up waiting: done is not called. The loop must run on until the pool has let go of it. NULL is
 * fine.
 */
void resolve_stop(struct resolve *resolve);

#endif
