/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TCP connection, with or without TLS, that never blocks: the owner waits until what it wants can be, and
 * tries again. TLS verifies the peer's certificate and that it is of the host that was meant.
 */
#ifndef HALLWATCH_BASE_NET_STREAM_H
#define HALLWATCH_BASE_NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct net_stream;

/* Borrowed while net_stream_open runs. */
struct net_stream_options {
    const struct sockaddr_storage *address; /* with its port */
    bool is_tls;
    const char *host;                        /* TLS: the name or the numeric address in the certificate */
    const char *ca_file;                     /* TLS: whom to trust; NULL: whom the system trusts */
    const char *certificate_file, *key_file; /* TLS: who we are; NULL: nobody */
};

enum { NET_STREAM_WORDS = 200 };

/*
 * Begins to connect. 0, or an error after which there is no stream; `words` (of NET_STREAM_WORDS bytes) says
 * what is wrong.
 */
int net_stream_open(const struct net_stream_options *options, struct net_stream **stream, char *words);
void net_stream_close(struct net_stream *stream); /* NULL is fine */

int net_stream_descriptor(const struct net_stream *stream);
/* What poll() is to wait for before the next attempt: POLLIN, POLLOUT or both. */
short net_stream_events(const struct net_stream *stream, bool has_output);

/*
 * Goes on connecting: 0 when done, ERROR_BUSY to be called again after waiting, else ERROR_UNREACHABLE or
 * ERROR_DENIED (certificates) and `words`.
 */
int net_stream_connect(struct net_stream *stream, char *words);

/*
 * The bytes read or written, more than 0; or ERROR_BUSY, ERROR_CLOSED (the peer has closed), or
 * ERROR_UNREACHABLE, the latter two with `words`.
 */
int net_stream_read(struct net_stream *stream, void *data, size_t most, char *words);
int net_stream_write(struct net_stream *stream, const void *data, size_t size, char *words);

#endif
