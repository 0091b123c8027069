/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All addresses of a host, looked up on a thread of its own, because a name service may hang: whoever asked
 * can go on with something else, or end, at any time.
 */
#ifndef HALLWATCH_BASE_LOOKUP_H
#define HALLWATCH_BASE_LOOKUP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct lookup;

enum { LOOKUP_ADDRESSES_MOST = 16 };

/* What was found: `n` addresses with the port, in the order in which to try them; or 0 and why. */
struct lookup_result {
    struct sockaddr_storage addresses[LOOKUP_ADDRESSES_MOST];
    size_t n;
    char words[320];
};

/*
 * Asks for `host`, a name or a number (which is answered at once). `wake` is called from any thread when the
 * answer is there; it must not block. 0, ERROR_MEMORY or ERROR_SYSTEM.
 */
int lookup_start(const char *host, uint16_t port, void (*wake)(void *context), void *context,
                 struct lookup **lookup);
/* 0 and *result; ERROR_BUSY while there is no answer yet. */
int lookup_poll(struct lookup *lookup, struct lookup_result *result);
/* Forgets it, answered or not; `wake` is not called any more. NULL is fine. */
void lookup_free(struct lookup *lookup);

#endif
