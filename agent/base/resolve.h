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
<<<<<<< HEAD
 * A numeric IPv4 or IPv6 address ("10.1.2.3", "fe80::1%eth0") with a port. 0, or ERROR_ARGUMENT: it is a
 * name.
 */
int resolve_numeric(const char *host, uint16_t port, struct sockaddr_storage *address);

/*
 * The answer: `address` is borrowed and NULL on failure; then `why` says what is wrong ("no such host"),
 * static text. Called on the loop, never from inside resolve_name.
 */
typedef void (*resolve_done)(void *context, const struct sockaddr_storage *address, const char *why);
=======
 * The answer: error 0 and an IPv4 or IPv6 address with the port, borrowed; or ERROR_NOT_FOUND (no such name),
 * ERROR_TIMEOUT (the name server does not answer), ERROR_MEMORY or ERROR_SYSTEM, and NULL.
 */
typedef void (*resolve_done)(void *context, int error, const struct sockaddr_storage *address);
>>>>>>> h-modbus

struct resolve;

/*
<<<<<<< HEAD
 * Asks for the first address of `host`, IPv4 or IPv6 as the system prefers. 0 and one later call of done,
 * after which *resolve is gone; or ERROR_MEMORY, ERROR_ARGUMENT.
 */
int resolve_name(uv_loop_t *loop, const char *host, uint16_t port, resolve_done done, void *context,
                 struct resolve **resolve);
/* Gives up waiting: done is not called. The loop must run on until the pool has let go of it. */
void resolve_cancel(struct resolve *resolve);
=======
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
>>>>>>> h-modbus

#endif
