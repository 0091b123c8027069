/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection's two handles, socket and timer, live here until the loop has closed both, however early
 * the owner lets go: the owner can connect anew at once, and never waits for a handle.
 */
#include "acquire/tcp_stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { KEEPALIVE_S = 30 };

struct tcp_stream {
    uv_tcp_t socket;
    uv_timer_t timer;
    uv_connect_t connect;
    int handles; /* not yet closed */
    void *owner; /* NULL after tcp_stream_close */
    const struct tcp_stream_events *events;
    struct tcp_stream_buffer *buffer;
    size_t n_kept;
    uint8_t kept[TCP_STREAM_MOST_KEPT];
};

static void on_closed(uv_handle_t *handle) {
    struct tcp_stream *stream = handle->data;
    if (--stream->handles == 0)
        free(stream);
}

/* The kept bytes go before the new ones, so that a frame is always in one piece. */
static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room) {
    (void)suggested;
    struct tcp_stream *stream = handle->data;
    memcpy(stream->buffer->bytes, stream->kept, stream->n_kept);
    *room = uv_buf_init((char *)stream->buffer->bytes + stream->n_kept,
                        (unsigned)(TCP_STREAM_BUFFER_SIZE - stream->n_kept));
}

static void on_read(uv_stream_t *handle, ssize_t size, const uv_buf_t *room) {
    (void)room;
    struct tcp_stream *stream = handle->data;
    if (size < 0) {
        uv_read_stop(handle);
        stream->events->lost(stream->owner, (int)size);
    } else if (size > 0) {
        size_t whole = stream->n_kept + (size_t)size;
        stream->n_kept = 0;
        stream->events->arrived(stream->owner, stream->buffer->bytes, whole);
    }
}

static void on_connected(uv_connect_t *connect, int status) {
    struct tcp_stream *stream = connect->data;
    if (!stream->owner)
        return;
    if (status == 0)
        status = uv_read_start((uv_stream_t *)&stream->socket, on_room, on_read);
    if (status < 0) {
        stream->events->lost(stream->owner, status);
        return;
    }
    uv_tcp_nodelay(&stream->socket, 1);
    uv_tcp_keepalive(&stream->socket, 1, KEEPALIVE_S);
    stream->events->connected(stream->owner);
}

static void on_timer(uv_timer_t *timer) {
    struct tcp_stream *stream = timer->data;
    stream->events->woken(stream->owner);
}

int tcp_stream_open(uv_loop_t *loop, const struct sockaddr *address, struct tcp_stream_buffer *buffer,
                    const struct tcp_stream_events *events, void *owner, struct tcp_stream **stream) {
    struct tcp_stream *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->owner = owner;
    new->events = events;
    new->buffer = buffer;
    new->handles = 2;
    new->socket.data = new->timer.data = new->connect.data = new;
    uv_timer_init(loop, &new->timer);
    uv_tcp_init(loop, &new->socket);
    int status = uv_tcp_connect(&new->connect, &new->socket, address, on_connected);
    if (status < 0) {
        tcp_stream_close(new);
        return status == UV_EMFILE || status == UV_ENFILE ? ERROR_SYSTEM : ERROR_UNREACHABLE;
    }
    *stream = new;
    return 0;
}

void tcp_stream_close(struct tcp_stream *stream) {
    stream->owner = NULL;
    uv_close((uv_handle_t *)&stream->socket, on_closed);
    uv_close((uv_handle_t *)&stream->timer, on_closed);
}

int tcp_stream_send(struct tcp_stream *stream, const uint8_t *bytes, size_t size) {
    uv_buf_t whole = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)size);
    int sent = uv_try_write((uv_stream_t *)&stream->socket, &whole, 1);
    return sent == (int)size ? 0 : ERROR_UNREACHABLE;
}

void tcp_stream_keep(struct tcp_stream *stream, const uint8_t *bytes, size_t size) {
    assert(size <= TCP_STREAM_MOST_KEPT);
    memcpy(stream->kept, bytes, size);
    stream->n_kept = size;
}

void tcp_stream_drop(struct tcp_stream *stream) {
    stream->n_kept = 0;
}

size_t tcp_stream_kept(const struct tcp_stream *stream) {
    return stream->n_kept;
}

void tcp_stream_wake(struct tcp_stream *stream, uint64_t ms) {
    uv_timer_start(&stream->timer, on_timer, ms, 0);
}
