/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TCP connection on the loop: connects, sends small requests, hands over what arrives together with
 * what earlier reads left. What the bytes mean, when to give up and when to connect anew is the owner's.
 * All streams of a service share one read buffer; a stream keeps bytes of its own only while a frame is
 * incomplete. The process must ignore SIGPIPE.
 */
#ifndef HALLWATCH_ACQUIRE_TCP_STREAM_H
#define HALLWATCH_ACQUIRE_TCP_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

enum { TCP_STREAM_MOST_KEPT = 260, TCP_STREAM_BUFFER_SIZE = 2048 };

/* What a read fills; shared by all streams, so its content lasts only as long as the `arrived` event. */
struct tcp_stream_buffer {
    uint8_t bytes[TCP_STREAM_BUFFER_SIZE];
};

/* Called on the loop, never from inside a function below; not at all after tcp_stream_close. */
struct tcp_stream_events {
    void (*connected)(void *owner);
    /* `size` bytes not yet used, the kept ones first. What the owner does not keep is gone. */
    void (*arrived)(void *owner, const uint8_t *bytes, size_t size);
    /*
     * Could not connect, or no longer is; `uv_error` is UV_EOF where the peer closed. The owner closes
     * the stream.
     */
    void (*lost)(void *owner, int uv_error);
    void (*woken)(void *owner); /* the time of tcp_stream_wake has come */
};

struct tcp_stream;

/* Starts to connect. `buffer`, `events` and `owner` are borrowed until tcp_stream_close. */
int tcp_stream_open(uv_loop_t *loop, const struct sockaddr *address, struct tcp_stream_buffer *buffer,
                    const struct tcp_stream_events *events, void *owner, struct tcp_stream **stream);
/* Gives the stream back; its memory goes when the loop has closed its handles. */
void tcp_stream_close(struct tcp_stream *stream);
/* 0 when the kernel took all of it, else ERROR_UNREACHABLE: the stream is of no more use. */
int tcp_stream_send(struct tcp_stream *stream, const uint8_t *bytes, size_t size);
/* Keeps the last bytes of the present `arrived` for the next; at most TCP_STREAM_MOST_KEPT. */
void tcp_stream_keep(struct tcp_stream *stream, const uint8_t *bytes, size_t size);
/* Forgets what was kept. */
void tcp_stream_drop(struct tcp_stream *stream);
/* How many bytes wait for the rest of their frame. */
size_t tcp_stream_kept(const struct tcp_stream *stream);
/* Asks for `woken` in `ms`, for silences that a tick is too coarse for. Replaces an earlier one. */
void tcp_stream_wake(struct tcp_stream *stream, uint64_t ms);

#endif
