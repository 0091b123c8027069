/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One Modbus gateway with the units behind it, and what gateways and links share. Known to
 * link_modbus_tcp.c, modbus_gateway.c and modbus_gateway_reply.c only.
 */
#ifndef HALLWATCH_ACQUIRE_MODBUS_GATEWAY_H
#define HALLWATCH_ACQUIRE_MODBUS_GATEWAY_H

#include <netinet/in.h>

#include "acquire/bus_share.h"
#include "acquire/deadline.h"
#include "acquire/link_modbus_tcp.h"
#include "acquire/tcp_stream.h"

enum { MODBUS_BUCKETS = 1024, MODBUS_UNITS = 256 };

struct modbus_gateway;

/* A unit: its request is in its gateway's queue, under way, or settled; `request` NULL = none. */
struct modbus_link {
    struct link link;
    struct modbus_gateway *gateway;
    struct modbus_link *next; /* in the queue it is in */
    const struct link_request *request;
    link_done done;
    void *context;
    int64_t asked_ms;
    int error; /* once settled */
    const char *detail;
    uint8_t unit;
};

/* What a link with a request asks. */
static inline struct modbus_request modbus_link_request(const struct modbus_link *link) {
    return (struct modbus_request){.unit = link->unit,
                                   .function = link->request->function,
                                   .address = link->request->address,
                                   .count = link->request->count};
}

/* Links in the order of their asking. */
struct modbus_queue {
    struct modbus_link *first, *last;
    size_t n;
};
void modbus_queue_add(struct modbus_queue *queue, struct modbus_link *link);
struct modbus_link *modbus_queue_take(struct modbus_queue *queue); /* the first; NULL = empty */
bool modbus_queue_remove(struct modbus_queue *queue, struct modbus_link *link);

struct modbus_service {
    uv_loop_t *loop;
    uv_idle_t idle;              /* runs while `settled` holds something */
    struct modbus_queue settled; /* without an answer; their callbacks are due */
    struct deadline_wheel wheel;
    struct modbus_counts counts;
    uint64_t random; /* for jitter only */
    struct modbus_gateway *buckets[MODBUS_BUCKETS];
    struct tcp_stream_buffer buffer;
};
/* Ends the request of a link without an answer; its callback runs later, from the loop. */
void modbus_service_settle(struct modbus_service *service, struct modbus_link *link, int error,
                           const char *detail);

union modbus_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

enum modbus_state { MODBUS_IDLE, MODBUS_CONNECTING, MODBUS_READY, MODBUS_WAITING, MODBUS_BACKING_OFF };

struct modbus_gateway {
    struct modbus_service *service;
    struct modbus_gateway *next; /* in its bucket */
    union modbus_address address;
    const struct modbus_framing *framing;
    size_t n_links;
    uint16_t pause_ms;

    enum modbus_state state;
    struct tcp_stream *stream;
    struct modbus_queue queue;
    struct modbus_link *asked; /* whose request is under way */
    struct bus_share share;    /* of units that do not answer */
    struct deadline deadline;  /* of the state or of the first in the queue */
    int64_t due_ms;            /* when the state has lasted long enough */
    int64_t ready_us;          /* when the pause is over */
    int64_t sent_us;
    uint16_t transaction; /* of the latest request */
    uint32_t unanswered;  /* bit n: the request n before the latest was given up and never answered */
    /* Without ids, by unit: until when what it sends answers a request that was given up; else NULL. */
    int64_t *owing_until_us;
    enum modbus_fault noise; /* what came of the request under way instead of its answer */
    int64_t silent_us;       /* without ids: when the line has been silent long enough behind noise */

    /* Of this connection. */
    int64_t connected_us;
    uint32_t answers;
    uint8_t timeouts; /* in a row */
    uint8_t garbled;  /* in a row */
    /* Of the gateway. */
    uint8_t failures; /* in a row, since the last answer: what the back-off grows with */
    uint8_t hang_ups; /* connections in a row closed by the peer before any answer */
    uint8_t singles;  /* connections in a row closed by the peer after one answer */
    int trouble;      /* while backing off: ERROR_UNREACHABLE or ERROR_HELD */
    const char *trouble_text;
};

/* What the bytes of one read came to. */
struct modbus_outcome {
    struct modbus_link *link; /* whose request got its answer; NULL = none's */
    struct link_answer answer;
    bool broken; /* no frame can be found in the stream any more */
    bool noisy;  /* only silence tells where the next frame begins */
};

/* Queues the link's request and does what can be done now. */
void modbus_gateway_ask(struct modbus_gateway *gateway, struct modbus_link *link);
/* Forgets the link's request, queued or under way, without a callback. */
void modbus_gateway_forget(struct modbus_gateway *gateway, struct modbus_link *link);
/* Its deadline has come. */
void modbus_gateway_due(struct modbus_gateway *gateway);
/*
 * Takes every whole frame off what has arrived, and what is noise; returns how many bytes that was. Ends the
 * request under way when its answer is among them: the turn is then the caller's to end.
 */
size_t modbus_gateway_take(struct modbus_gateway *gateway, const uint8_t *bytes, size_t size, int64_t now_us,
                           struct modbus_outcome *outcome);
/* The request under way is given up, but its answer may still come. */
void modbus_gateway_owe(struct modbus_gateway *gateway, int64_t now_us);
static inline void modbus_count_up(uint8_t *count) {
    if (*count < UINT8_MAX)
        (*count)++;
}
/* Closes the connection and fails nothing: the gateway is about to be freed. */
void modbus_gateway_done(struct modbus_gateway *gateway);

#endif
