/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A receiver of Prometheus remote write that counts and forgets: for benchmarks, where a database would cost
 * more than what is measured.
 *
 *   sink --port P      POST /...: counted, 204. GET /counts: {"samples": N, "series": N, "requests": N,
 *                      "late_ms": N}, the last being how long after its time a sample of what was read since
 *                      the sink started came at most, those before a newer one that came earlier left out
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <snappy-c.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BODY_MOST = 32 << 20, HEAD_MOST = 8192 };
enum {
    SERIES_ROOM = 1 << 22
}; /* hashes of label sets; more series than three quarters of it are no longer told apart */

struct client {
    int descriptor;
    char *bytes;
    size_t size, room;
};

struct sink {
    uint64_t samples, series, requests;
    uint64_t *hashes;
    int64_t newest_ms, late_ms; /* the former's begins with the sink */
    int64_t first_ms, last_ms;  /* of a request's samples after newest_ms */
};

/* Protobuf: one field of what is left of a message. */
struct field {
    uint64_t number;
    uint64_t value;       /* of a varint */
    const uint8_t *bytes; /* of another field */
    size_t size;
};

static bool read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool read_field(const uint8_t **at, const uint8_t *end, struct field *field) {
    uint64_t key, size = 0;
    if (*at == end || !read_varint(at, end, &key))
        return false;
    *field = (struct field){.number = key >> 3};
    switch (key & 7) {
    case 0:
        return read_varint(at, end, &field->value);
    case 1:
        size = 8;
        break;
    case 2:
        if (!read_varint(at, end, &size))
            return false;
        break;
    case 5:
        size = 4;
        break;
    default:
        return false;
    }
    if (size > (uint64_t)(end - *at))
        return false;
    field->bytes = *at;
    field->size = (size_t)size;
    *at += size;
    return true;
}

static void remember_series(struct sink *sink, uint64_t hash) {
    size_t at = hash & (SERIES_ROOM - 1);
    while (sink->hashes[at] != 0 && sink->hashes[at] != hash)
        at = (at + 1) & (SERIES_ROOM - 1);
    if (sink->hashes[at] == hash || sink->series > SERIES_ROOM / 4 * 3)
        return;
    sink->hashes[at] = hash;
    sink->series++;
}

static int64_t wall_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The time is field 2 of a sample. */
static void count_sample(struct sink *sink, const struct field *sample) {
    const uint8_t *at = sample->bytes, *end = at + sample->size;
    sink->samples++;
    for (struct field field; read_field(&at, end, &field);) {
        int64_t time_ms = (int64_t)field.value;
        if (field.number != 2 || time_ms <= sink->newest_ms)
            continue;
        sink->first_ms = time_ms < sink->first_ms ? time_ms : sink->first_ms;
        sink->last_ms = time_ms > sink->last_ms ? time_ms : sink->last_ms;
    }
}

/* How late the request was for what is newer in it than all that came before. */
static void count_lateness(struct sink *sink) {
    if (sink->last_ms > sink->newest_ms) {
        int64_t late_ms = wall_ms() - sink->first_ms;
        sink->late_ms = late_ms > sink->late_ms ? late_ms : sink->late_ms;
        sink->newest_ms = sink->last_ms;
    }
    sink->first_ms = INT64_MAX;
}

/* Labels are field 1 of a time series, samples field 2; series are field 1 of the request. */
static void count_series(struct sink *sink, const struct field *series) {
    const uint8_t *at = series->bytes, *end = at + series->size;
    uint64_t hash = 14695981039346656037u;
    for (struct field field; read_field(&at, end, &field);) {
        if (field.number == 2)
            count_sample(sink, &field);
        for (size_t i = 0; field.number == 1 && i < field.size; i++)
            hash = (hash ^ field.bytes[i]) * 1099511628211u;
    }
    remember_series(sink, hash | 1);
}

static bool count_request(struct sink *sink, const char *body, size_t size) {
    size_t plain_size;
    if (snappy_uncompressed_length(body, size, &plain_size) != SNAPPY_OK || plain_size > BODY_MOST)
        return false;
    char *plain = malloc(plain_size + 1);
    bool sound = plain != NULL && snappy_uncompress(body, size, plain, &plain_size) == SNAPPY_OK;
    if (sound) {
        const uint8_t *at = (const uint8_t *)plain, *end = at + plain_size;
        for (struct field field; read_field(&at, end, &field);)
            if (field.number == 1)
                count_series(sink, &field);
        sound = at == end;
        sink->requests++;
        count_lateness(sink);
    }
    free(plain);
    return sound;
}

static bool send_all(int descriptor, const char *bytes, size_t size) {
    return send(descriptor, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool answer(struct sink *sink, struct client *client, const char *body, size_t size) {
    char text[512], json[256];
    if (strncmp(client->bytes, "POST ", 5) == 0) {
        const char *status = count_request(sink, body, size) ? "204 No Content" : "400 Bad Request";
        int n = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status);
        return send_all(client->descriptor, text, (size_t)n);
    }
    int n = snprintf(json, sizeof json,
                     "{\"samples\": %lu, \"series\": %lu, \"requests\": %lu, \"late_ms\": %ld}\n",
                     sink->samples, sink->series, sink->requests, sink->late_ms);
    n = snprintf(text, sizeof text,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", n,
                 json);
    return send_all(client->descriptor, text, (size_t)n);
}

static size_t content_length(const char *head, const char *end) {
    static const char name[] = "\ncontent-length:";
    for (const char *at = head; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        if (strncasecmp(at, name, sizeof name - 1) == 0)
            return strtoul(at + sizeof name - 1, NULL, 10);
    return 0;
}

/* Answers the whole requests that have arrived. False: the connection is of no more use. */
static bool take_requests(struct sink *sink, struct client *client) {
    for (;;) {
        client->bytes[client->size] = '\0';
        char *end = strstr(client->bytes, "\r\n\r\n");
        if (end == NULL)
            return client->size < HEAD_MOST;
        size_t head = (size_t)(end - client->bytes) + 4, length = content_length(client->bytes, end + 2);
        if (length > BODY_MOST)
            return false;
        if (client->size < head + length)
            return true;
        if (!answer(sink, client, client->bytes + head, length))
            return false;
        client->size -= head + length;
        memmove(client->bytes, client->bytes + head + length, client->size);
    }
}

static bool client_ready(struct sink *sink, struct client *client) {
    if (client->room - client->size < HEAD_MOST) {
        size_t room = 2 * client->room + 4 * HEAD_MOST;
        char *bytes = realloc(client->bytes, room);
        if (bytes == NULL || room > 4ul * BODY_MOST)
            return false;
        client->bytes = bytes;
        client->room = room;
    }
    ssize_t n = recv(client->descriptor, client->bytes + client->size, client->room - client->size - 1, 0);
    if (n <= 0)
        return false;
    client->size += (size_t)n;
    return take_requests(sink, client);
}

static int listen_at(const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) {
        perror("sink: port");
        return -1;
    }
    return listener;
}

static void serve(struct sink *sink, int listener, int loop) {
    struct epoll_event events[64];
    for (;;) {
        int n = epoll_wait(loop, events, 64, -1);
        for (int i = 0; i < n; i++) {
            struct client *client = events[i].data.ptr;
            if (client == NULL) {
                client = calloc(1, sizeof *client);
                int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
                if (client == NULL || descriptor < 0)
                    return;
                client->descriptor = descriptor;
                epoll_ctl(loop, EPOLL_CTL_ADD, descriptor,
                          &(struct epoll_event){.events = EPOLLIN, .data.ptr = client});
            } else if (!client_ready(sink, client)) {
                close(client->descriptor);
                free(client->bytes);
                free(client);
            }
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 3 || strcmp(argv[1], "--port") != 0) {
        fprintf(stderr, "usage: sink --port P\n");
        return 2;
    }
    struct sink sink = {
        .hashes = calloc(SERIES_ROOM, sizeof(uint64_t)), .newest_ms = wall_ms(), .first_ms = INT64_MAX};
    int listener = listen_at(argv[2]), loop = epoll_create1(EPOLL_CLOEXEC);
    if (listener < 0 || loop < 0 || sink.hashes == NULL)
        return 1;
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN});
    serve(&sink, listener, loop);
    free(sink.hashes);
    return 1;
}
