/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway: which of its units is asked when, what an answer settles, and when a connection is given up.
 * Bytes are codec_modbus's, sockets are tcp_stream's, callbacks of failures are the service's.
 *
 * A gateway is in one of five states:
 *
 *   1 IDLE         no connection, and nothing wants one
 *   2 CONNECTING   requests queue; at most 3 s
 *   3 READY        connected, nothing under way; the next request may have to wait for the pause
 *   4 WAITING      one request is under way; at most its time-out
 *   5 BACKING_OFF  unreachable; requests fail at once; 1 s to 30 s, growing and jittered
 *
 *   1 -> 2  a request is queued               start_connect
 *   2 -> 3  connected                         on_connected
 *   3 -> 4  a request is sent                 send_next
 *   4 -> 3  its answer came, or its time-out  conclude, time_out
 *   3,4 -> 1  the connection is given up      disconnect; what is queued leads on to 2 at once
 *   2,3,4 -> 5  no use in trying again now    back_off; fails what is queued
 *   5 -> 2  the time is over                  start_connect
 *
 * What holds:
 *   a. There is a stream in 2, 3 and 4 only, and a request under way in 4 only.
 *   b. A request is in the queue, under way, or settled and waiting for its callback; settled never inside
 *      link_ask.
 *   c. Losing a connection that has answered costs the request under way and nothing else; only one that
 *      never answered counts as a failure of the gateway, so that no unit behind it can take the others down.
 *   d. An answer counts for the request under way or for nothing: of the last 32 ids those never answered are
 *      remembered, and what comes late for them is dropped; any other id is a garbled answer.
 */
#include "acquire/modbus_gateway.h"

#include "base/clock.h"

enum {
    CONNECT_TIMEOUT_MS = 3000,
    MOST_WAIT_MS = 10000, /* for its turn in the queue */
    MOST_BACK_OFF_MS = 30000,
    MOST_TIMEOUTS = 3, /* in a row; then the connection is made anew */
    MOST_GARBLED = 3,
    AT_ONCE_MS = 3000, /* a connection closed that early was not wanted */
    TELLING_HANG_UPS = 3,
    TELLING_SINGLES = 2,
    GATEWAY_PATH_UNAVAILABLE = 10,
    GATEWAY_TARGET_SILENT = 11,
};

static void advance(struct modbus_gateway *gateway, int64_t now_us);

static void count_up(uint8_t *count) {
    if (*count < UINT8_MAX)
        (*count)++;
}

static const char *loss_text(int uv_error) {
    switch (uv_error) {
    case UV_EOF:
        return "closed by peer";
    case UV_ECONNRESET:
    case UV_EPIPE:
        return "reset by peer";
    case UV_ECONNREFUSED:
        return "connection refused";
    case UV_EHOSTUNREACH:
    case UV_ENETUNREACH:
        return "no route to host";
    case UV_ETIMEDOUT:
        return "connection timed out";
    default:
        return "connection failed";
    }
}

/* Ends the request under way, if any, without an answer. */
static void settle_asked(struct modbus_gateway *gateway, int error, const char *detail) {
    struct modbus_link *link = gateway->asked;
    gateway->asked = NULL;
    if (link)
        modbus_service_settle(gateway->service, link, error, detail);
}

static void disconnect(struct modbus_gateway *gateway) {
    if (gateway->stream)
        tcp_stream_close(gateway->stream);
    gateway->stream = NULL;
    gateway->state = MODBUS_IDLE;
    gateway->due_ms = DEADLINE_NEVER;
    gateway->unanswered = 0;
    gateway->answers = 0;
    gateway->timeouts = 0;
    gateway->garbled = 0;
}

/* Between half and all of 2 s, 4 s ... 30 s. */
static int64_t back_off_ms(struct modbus_gateway *gateway) {
    uint64_t *random = &gateway->service->random;
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    int64_t whole = gateway->failures < 4 ? 2000 << gateway->failures : MOST_BACK_OFF_MS;
    return whole / 2 + (int64_t)((*random >> 33) % (uint64_t)(whole / 2 + 1));
}

static void back_off(struct modbus_gateway *gateway, const char *trouble, int64_t now_us) {
    disconnect(gateway);
    settle_asked(gateway, ERROR_UNREACHABLE, trouble);
    struct modbus_link *link;
    while ((link = modbus_queue_take(&gateway->queue)))
        modbus_service_settle(gateway->service, link, ERROR_UNREACHABLE, trouble);
    gateway->state = MODBUS_BACKING_OFF;
    gateway->trouble = trouble;
    gateway->due_ms = now_us / 1000 + back_off_ms(gateway);
    count_up(&gateway->failures);
    advance(gateway, now_us);
}

static void fail_connect(struct modbus_gateway *gateway, const char *trouble, int64_t now_us) {
    gateway->service->counts.connect_failures++;
    gateway->singles = 0;
    back_off(gateway, trouble, now_us);
}

/* An established connection is no more. */
static void lose(struct modbus_gateway *gateway, int uv_error, int64_t now_us) {
    const char *trouble = loss_text(uv_error);
    gateway->service->counts.losses++;
    /* Many devices close what is idle; that is no trouble. */
    bool idle = gateway->state == MODBUS_READY && now_us - gateway->connected_us > AT_ONCE_MS * 1000;
    if (gateway->answers == 0 && !idle) {
        count_up(&gateway->hang_ups);
        if (gateway->hang_ups >= TELLING_HANG_UPS)
            trouble = "accepts connections and closes them without an answer: held by another master?";
        back_off(gateway, trouble, now_us);
        return;
    }
    if (gateway->answers == 1)
        count_up(&gateway->singles);
    else
        gateway->singles = 0;
    settle_asked(gateway, ERROR_UNREACHABLE, gateway->singles ? "closed by peer after one answer" : trouble);
    disconnect(gateway);
    advance(gateway, now_us);
}

static void end_turn(struct modbus_gateway *gateway, int64_t now_us) {
    gateway->state = MODBUS_READY;
    gateway->due_ms = DEADLINE_NEVER;
    gateway->ready_us = now_us + gateway->pause_ms * 1000;
}

static void send_next(struct modbus_gateway *gateway, int64_t now_us) {
    struct modbus_link *link = modbus_queue_take(&gateway->queue);
    const struct modbus_request request = {
        .unit = link->unit,
        .function = link->request->function,
        .address = link->request->address,
        .count = link->request->count,
    };
    uint8_t frame[MODBUS_TCP_REQUEST_SIZE];
    modbus_tcp_encode(&request, ++gateway->transaction, frame);
    gateway->unanswered <<= 1;
    gateway->asked = link;
    gateway->sent_us = now_us;
    gateway->due_ms = now_us / 1000 + link->request->timeout_ms;
    gateway->state = MODBUS_WAITING;
    if (tcp_stream_send(gateway->stream, frame, sizeof(frame)) < 0)
        lose(gateway, UV_EPIPE, now_us);
}

/* What the bytes of one read came to. */
struct outcome {
    struct modbus_link *link; /* whose request got its answer; NULL = none's */
    struct link_answer answer;
    bool broken; /* no frame can be found in the stream any more */
};

/* Two exceptions are the gateway's own word about a unit that is not there. */
static int refusal_error(uint8_t exception, const char **detail) {
    if (exception == GATEWAY_PATH_UNAVAILABLE)
        *detail = "its gateway has no path to this unit (exception 10)";
    else if (exception == GATEWAY_TARGET_SILENT)
        *detail = "its gateway gets no answer from this unit (exception 11)";
    else
        return ERROR_REFUSED;
    return ERROR_UNREACHABLE;
}

static void conclude(struct modbus_gateway *gateway, enum modbus_fault fault,
                     const struct modbus_reply *reply, int64_t now_us, struct outcome *outcome) {
    struct link_answer *answer = &outcome->answer;
    outcome->link = gateway->asked;
    gateway->asked = NULL;
    end_turn(gateway, now_us);
    gateway->timeouts = 0;
    answer->latency_us = (uint32_t)(now_us - gateway->sent_us);
    if (fault == MODBUS_GOOD || fault == MODBUS_EXCEPTION) {
        answer->error = fault == MODBUS_GOOD ? ERROR_NONE : refusal_error(reply->exception, &answer->detail);
        answer->exception = reply->exception;
        answer->data = reply->values;
        answer->size = reply->size;
        gateway->answers++;
        gateway->garbled = 0;
        gateway->failures = 0;
        gateway->hang_ups = 0;
        return;
    }
    answer->error = ERROR_GARBLED;
    answer->detail = modbus_fault_text(fault);
    gateway->service->counts.garbled[fault]++;
    count_up(&gateway->garbled);
    /* It was somebody else's frame: the true answer may still come. */
    if (fault == MODBUS_WRONG_ID || fault == MODBUS_WRONG_PROTOCOL)
        gateway->unanswered |= 1;
}

/* A whole frame. `fault` is what the framing said of it: GOOD or WRONG_PROTOCOL. */
static void take_frame(struct modbus_gateway *gateway, const struct modbus_frame *frame,
                       enum modbus_fault fault, int64_t now_us, struct outcome *outcome) {
    uint16_t age = (uint16_t)(gateway->transaction - frame->transaction);
    if (fault == MODBUS_GOOD && age < 32 && gateway->unanswered >> age & 1) {
        gateway->unanswered &= ~(1u << age);
        gateway->service->counts.late++;
        return;
    }
    if (!gateway->asked) {
        gateway->service->counts.unsolicited++;
        count_up(&gateway->garbled);
        return;
    }
    struct modbus_reply reply = {0};
    if (fault == MODBUS_GOOD && age != 0)
        fault = MODBUS_WRONG_ID;
    if (fault == MODBUS_GOOD) {
        const struct link_request *asked = gateway->asked->request;
        const struct modbus_request request = {
            .unit = gateway->asked->unit, .function = asked->function, .count = asked->count};
        fault = modbus_check(&request, frame->unit, frame->pdu, frame->pdu_size, &reply);
    }
    outcome->broken = fault == MODBUS_BROKEN_LENGTH;
    conclude(gateway, fault, &reply, now_us, outcome);
}

/* Takes every whole frame off `bytes` and returns how many bytes that was. */
static size_t take_frames(struct modbus_gateway *gateway, const uint8_t *bytes, size_t size, int64_t now_us,
                          struct outcome *outcome) {
    size_t used = 0;
    while (!outcome->broken) {
        struct modbus_frame frame;
        enum modbus_fault fault = modbus_tcp_split(bytes + used, size - used, &frame);
        if (fault == MODBUS_PARTIAL)
            break;
        if (fault == MODBUS_BROKEN_LENGTH) {
            outcome->broken = true;
            if (gateway->asked)
                conclude(gateway, fault, NULL, now_us, outcome);
        } else {
            take_frame(gateway, &frame, fault, now_us, outcome);
            used += frame.size;
        }
    }
    return used;
}

/*
 * The callback is the last thing that happens: it may ask again, or close the link and with it the
 * gateway. Everything in `bytes` was sent before the next request is, so nothing in it can be taken for
 * that one's answer.
 */
static void on_arrived(void *owner, const uint8_t *bytes, size_t size) {
    struct modbus_gateway *gateway = owner;
    int64_t now_us = clock_monotonic_us();
    struct outcome outcome = {0};
    size_t used = take_frames(gateway, bytes, size, now_us, &outcome);
    bool one_answer_only = gateway->singles >= TELLING_SINGLES && outcome.link;
    if (outcome.broken || gateway->garbled >= MOST_GARBLED || one_answer_only)
        disconnect(gateway);
    else
        tcp_stream_keep(gateway->stream, bytes + used, size - used);
    advance(gateway, now_us);
    if (outcome.link) {
        outcome.link->request = NULL;
        outcome.link->done(outcome.link->context, &outcome.answer);
    }
}

static void on_connected(void *owner) {
    struct modbus_gateway *gateway = owner;
    gateway->service->counts.connects++;
    gateway->state = MODBUS_READY;
    gateway->due_ms = DEADLINE_NEVER;
    gateway->ready_us = 0;
    gateway->connected_us = clock_monotonic_us();
    advance(gateway, gateway->connected_us);
}

static void on_lost(void *owner, int uv_error) {
    struct modbus_gateway *gateway = owner;
    if (gateway->state == MODBUS_CONNECTING)
        fail_connect(gateway, loss_text(uv_error), clock_monotonic_us());
    else
        lose(gateway, uv_error, clock_monotonic_us());
}

static void on_woken(void *owner) {
    advance(owner, clock_monotonic_us());
}

static void start_connect(struct modbus_gateway *gateway, int64_t now_us) {
    static const struct tcp_stream_events events = {
        .connected = on_connected, .arrived = on_arrived, .lost = on_lost, .woken = on_woken};
    struct modbus_service *service = gateway->service;
    gateway->state = MODBUS_CONNECTING;
    gateway->due_ms = now_us / 1000 + CONNECT_TIMEOUT_MS;
    int error = tcp_stream_open(service->loop, &gateway->address.any, &service->buffer, &events, gateway,
                                &gateway->stream);
    if (error)
        fail_connect(gateway,
                     error == ERROR_UNREACHABLE ? "no route to host" : "out of memory or descriptors",
                     now_us);
}

static void watch(struct modbus_gateway *gateway) {
    int64_t at_ms = gateway->due_ms;
    struct modbus_link *first = gateway->queue.first;
    if (first && first->asked_ms + MOST_WAIT_MS < at_ms)
        at_ms = first->asked_ms + MOST_WAIT_MS;
    deadline_set(&gateway->service->wheel, &gateway->deadline, at_ms);
}

/* Takes the next step that is possible now, and sets the deadline of what it then waits for. */
static void advance(struct modbus_gateway *gateway, int64_t now_us) {
    if (gateway->queue.first && gateway->state == MODBUS_IDLE) {
        start_connect(gateway, now_us);
    } else if (gateway->queue.first && gateway->state == MODBUS_READY) {
        if (now_us < gateway->ready_us)
            tcp_stream_wake(gateway->stream, (uint64_t)(gateway->ready_us - now_us + 999) / 1000);
        else
            send_next(gateway, now_us);
    }
    watch(gateway);
}

static void time_out(struct modbus_gateway *gateway, int64_t now_us) {
    /* The rest of a frame begun could not be told from the next answer. */
    bool incomplete = tcp_stream_kept(gateway->stream) > 0;
    gateway->unanswered |= 1;
    count_up(&gateway->timeouts);
    settle_asked(gateway, ERROR_TIMEOUT, incomplete ? modbus_fault_text(MODBUS_PARTIAL) : NULL);
    if (incomplete || gateway->timeouts >= MOST_TIMEOUTS)
        disconnect(gateway);
    else
        end_turn(gateway, now_us);
}

void modbus_gateway_due(struct modbus_gateway *gateway) {
    int64_t now_us = clock_monotonic_us(), now_ms = now_us / 1000;
    while (gateway->queue.first && gateway->queue.first->asked_ms + MOST_WAIT_MS <= now_ms)
        modbus_service_settle(gateway->service, modbus_queue_take(&gateway->queue), ERROR_BUSY,
                              "waited 10 s for other units of its gateway");
    if (gateway->due_ms <= now_ms) {
        if (gateway->state == MODBUS_CONNECTING) {
            fail_connect(gateway, "connection timed out", now_us);
        } else if (gateway->state == MODBUS_WAITING) {
            time_out(gateway, now_us);
        } else if (gateway->state == MODBUS_BACKING_OFF) {
            start_connect(gateway, now_us);
        }
    }
    advance(gateway, now_us);
}

void modbus_gateway_ask(struct modbus_gateway *gateway, struct modbus_link *link) {
    if (gateway->state == MODBUS_BACKING_OFF) {
        modbus_service_settle(gateway->service, link, ERROR_UNREACHABLE, gateway->trouble);
        return;
    }
    int64_t now_us = clock_monotonic_us();
    link->asked_ms = now_us / 1000;
    modbus_queue_add(&gateway->queue, link);
    advance(gateway, now_us);
}

void modbus_gateway_forget(struct modbus_gateway *gateway, struct modbus_link *link) {
    if (gateway->asked == link) {
        int64_t now_us = clock_monotonic_us();
        gateway->asked = NULL;
        gateway->unanswered |= 1;
        end_turn(gateway, now_us);
        advance(gateway, now_us);
    } else if (!modbus_queue_remove(&gateway->queue, link)) {
        modbus_queue_remove(&gateway->service->settled, link);
    }
}

void modbus_gateway_done(struct modbus_gateway *gateway) {
    disconnect(gateway);
    deadline_remove(&gateway->deadline);
}
