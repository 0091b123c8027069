/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway: which of its units is asked when, and when a connection is given up. What an answer settles is
 * modbus_gateway_reply.c's, sockets are tcp_stream's, callbacks of failures are the service's.
 *
 * A gateway is in one of five states:
 *
 *   1 IDLE         no connection, and nothing wants one
 *   2 CONNECTING   requests queue; at most 3 s
 *   3 READY        connected, nothing under way; the next request may have to wait for the pause
 *   4 WAITING      one request is under way; at most its time-out
 *   5 BACKING_OFF  unreachable, 1 s to 6 s, growing; or held by another master, 15 s to 30 s; jittered;
 * requests fail at once
 *
 *   1 -> 2  a request is queued               start_connect
 *   2 -> 3  connected                         on_connected
 *   3 -> 4  a request is sent                 send_request
 *   4 -> 3  its answer came, or its time-out  on_arrived, end_noise, time_out
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
 *   e. RTU has no ids: a unit whose request was given up is not asked for as long again, and what comes from
 *      it meanwhile is late. Others are asked; a frame of another unit does not end their turn. What is no
 *      frame ends it by its time-out, or once the line is silent behind as much as an answer has.
 *   f. Of what waits, urgent requests go first. Units that failed before wait while silent units have had
 * their tenth of the time (bus_share.h); others pass them.
 */
#include "acquire/modbus_gateway.h"

#include "base/clock.h"

enum {
    CONNECT_TIMEOUT_MS = 3000,
    MOST_WAIT_MS = 10000, /* for its turn in the queue */
    MOST_BACK_OFF_MS = 6000,
    HELD_BACK_OFF_MS = 30000, /* of one that another master has: no fight for it */
    MOST_TIMEOUTS = 3,        /* in a row; then the connection is made anew */
    MOST_GARBLED = 3,
    AT_ONCE_MS = 3000, /* a connection closed that early was not wanted */
    TELLING_HANG_UPS = 3,
    TELLING_SINGLES = 2,
    SILENCE_MS = 50, /* of a line: what follows is another frame; networks tear shorter gaps into one */
};

static void advance(struct modbus_gateway *gateway, int64_t now_us);

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

/* The answer of the request under way may still come. */
void modbus_gateway_owe(struct modbus_gateway *gateway, int64_t now_us) {
    gateway->unanswered |= 1;
    if (gateway->owing_until_us && gateway->asked)
        gateway->owing_until_us[gateway->asked->unit] =
            now_us + gateway->asked->request->timeout_ms * INT64_C(1000);
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

/* Between half and all of 2 s, 4 s, 6 s, or of the time that one is left alone. */
static int64_t back_off_ms(struct modbus_gateway *gateway) {
    uint64_t *random = &gateway->service->random;
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    int64_t whole = gateway->trouble == ERROR_HELD ? HELD_BACK_OFF_MS
                    : gateway->failures < 2        ? 2000 << gateway->failures
                                                   : MOST_BACK_OFF_MS;
    return whole / 2 + (int64_t)((*random >> 33) % (uint64_t)(whole / 2 + 1));
}

static void back_off(struct modbus_gateway *gateway, int trouble, const char *text, int64_t now_us) {
    disconnect(gateway);
    settle_asked(gateway, trouble, text);
    struct modbus_link *link;
    while ((link = modbus_queue_take(&gateway->queue)))
        modbus_service_settle(gateway->service, link, trouble, text);
    gateway->state = MODBUS_BACKING_OFF;
    gateway->trouble = trouble;
    gateway->trouble_text = text;
    gateway->due_ms = now_us / 1000 + back_off_ms(gateway);
    modbus_count_up(&gateway->failures);
    advance(gateway, now_us);
}

static void fail_connect(struct modbus_gateway *gateway, const char *trouble, int64_t now_us) {
    gateway->service->counts.connect_failures++;
    gateway->singles = 0;
    back_off(gateway, ERROR_UNREACHABLE, trouble, now_us);
}

/* An established connection is no more. */
static void lose(struct modbus_gateway *gateway, int uv_error, int64_t now_us) {
    const char *trouble = loss_text(uv_error);
    gateway->service->counts.losses++;
    /* Many devices close what is idle; that is no trouble. */
    bool idle = gateway->state == MODBUS_READY && now_us - gateway->connected_us > AT_ONCE_MS * 1000;
    if (gateway->answers == 0 && !idle) {
        modbus_count_up(&gateway->hang_ups);
        bool held = gateway->hang_ups >= TELLING_HANG_UPS;
        back_off(gateway, held ? ERROR_HELD : ERROR_UNREACHABLE,
                 held ? "accepts connections and closes them without an answer: held by another master?"
                      : trouble,
                 now_us);
        return;
    }
    if (gateway->answers == 1)
        modbus_count_up(&gateway->singles);
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

/* From when on the unit of a queued request may be asked. */
static int64_t unit_ready_us(const struct modbus_gateway *gateway, const struct modbus_link *link) {
    int64_t owed_us = gateway->owing_until_us ? gateway->owing_until_us[link->unit] : 0;
    bool shares = link->request->probe && gateway->n_links > 1;
    int64_t share_us = shares ? bus_share_from(&gateway->share) : 0;
    return owed_us > share_us ? owed_us : share_us;
}

/* The first urgent one in the queue whose unit may be asked, else the first; or NULL, and when one may. */
static struct modbus_link *choose_next(const struct modbus_gateway *gateway, int64_t now_us,
                                       int64_t *ready_us) {
    struct modbus_link *chosen = NULL;
    *ready_us = gateway->ready_us;
    if (now_us < gateway->ready_us)
        return NULL;
    *ready_us = INT64_MAX;
    for (struct modbus_link *link = gateway->queue.first; link; link = link->next) {
        int64_t unit_us = unit_ready_us(gateway, link);
        if (unit_us <= now_us && link->request->urgent)
            return link;
        if (unit_us <= now_us && !chosen)
            chosen = link;
        if (unit_us < *ready_us)
            *ready_us = unit_us;
    }
    return chosen;
}

static void send_request(struct modbus_gateway *gateway, struct modbus_link *link, int64_t now_us) {
    const struct modbus_request request = modbus_link_request(link);
    uint8_t frame[MODBUS_MOST_REQUEST_SIZE];
    size_t size = gateway->framing->encode(&request, ++gateway->transaction, frame);
    modbus_queue_remove(&gateway->queue, link);
    gateway->unanswered <<= 1;
    gateway->noise = MODBUS_GOOD;
    gateway->silent_us = INT64_MAX;
    gateway->asked = link;
    gateway->sent_us = now_us;
    gateway->due_ms = now_us / 1000 + link->request->timeout_ms;
    gateway->state = MODBUS_WAITING;
    if (tcp_stream_send(gateway->stream, frame, size) < 0)
        lose(gateway, UV_EPIPE, now_us);
}

/* Before the next frame, on a line without ids. */
static void await_silence(struct modbus_gateway *gateway, int64_t now_us) {
    gateway->silent_us = now_us + SILENCE_MS * 1000;
    if (gateway->asked)
        tcp_stream_wake(gateway->stream, SILENCE_MS);
    else if (gateway->ready_us < gateway->silent_us)
        gateway->ready_us = gateway->silent_us;
}

/* Of the request under way nothing came but noise, or what is not its answer. */
static void end_noise(struct modbus_gateway *gateway, int64_t now_us) {
    gateway->service->counts.garbled[gateway->noise]++;
    modbus_count_up(&gateway->garbled);
    settle_asked(gateway, ERROR_GARBLED, modbus_fault_text(gateway->noise));
    tcp_stream_drop(gateway->stream);
    if (gateway->garbled >= MOST_GARBLED)
        disconnect(gateway);
    else
        end_turn(gateway, now_us);
}

/*
 * The callback is the last thing that happens: it may ask again, or close the link and with it the
 * gateway. Everything in `bytes` was sent before the next request is, so nothing in it can be taken for
 * that one's answer.
 */
static void on_arrived(void *owner, const uint8_t *bytes, size_t size) {
    struct modbus_gateway *gateway = owner;
    int64_t now_us = clock_monotonic_us();
    struct modbus_outcome outcome = {0};
    size_t used = modbus_gateway_take(gateway, bytes, size, now_us, &outcome);
    if (outcome.link || (gateway->state == MODBUS_WAITING && !gateway->asked))
        end_turn(gateway, now_us);
    bool one_answer_only = gateway->singles >= TELLING_SINGLES && outcome.link;
    if (outcome.broken || gateway->garbled >= MOST_GARBLED || one_answer_only)
        disconnect(gateway);
    else
        tcp_stream_keep(gateway->stream, bytes + used, size - used);
    if (outcome.noisy && gateway->stream)
        await_silence(gateway, now_us);
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

static void wake_at(struct modbus_gateway *gateway, int64_t at_us, int64_t now_us) {
    tcp_stream_wake(gateway->stream, (uint64_t)(at_us - now_us + 999) / 1000);
}

static void on_woken(void *owner) {
    struct modbus_gateway *gateway = owner;
    int64_t now_us = clock_monotonic_us();
    if (gateway->state == MODBUS_WAITING && gateway->silent_us <= now_us)
        end_noise(gateway, now_us);
    else if (gateway->state == MODBUS_WAITING && gateway->silent_us < INT64_MAX)
        wake_at(gateway, gateway->silent_us, now_us);
    advance(gateway, now_us);
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
        int64_t ready_us;
        struct modbus_link *next = choose_next(gateway, now_us, &ready_us);
        if (next)
            send_request(gateway, next, now_us);
        else
            wake_at(gateway, ready_us, now_us);
    }
    watch(gateway);
}

static void time_out(struct modbus_gateway *gateway, int64_t now_us) {
    bool incomplete = tcp_stream_kept(gateway->stream) > 0;
    if (gateway->asked && gateway->asked->request->probe)
        bus_share_charge(&gateway->share, now_us, now_us - gateway->sent_us);
    modbus_gateway_owe(gateway, now_us);
    if (gateway->noise != MODBUS_GOOD) {
        end_noise(gateway, now_us);
        return;
    }
    modbus_count_up(&gateway->timeouts);
    settle_asked(gateway, ERROR_TIMEOUT, incomplete ? modbus_fault_text(MODBUS_PARTIAL) : NULL);
    tcp_stream_drop(gateway->stream);
    /* Without a check sum the rest of a frame begun could not be told from the next answer. */
    if ((incomplete && gateway->framing->numbered) || gateway->timeouts >= MOST_TIMEOUTS)
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
        modbus_service_settle(gateway->service, link, gateway->trouble, gateway->trouble_text);
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
        /* The turn ends with the answer or its time-out: others must not follow on the heels of the question.
         */
        modbus_gateway_owe(gateway, now_us);
        gateway->asked = NULL;
    } else if (!modbus_queue_remove(&gateway->queue, link)) {
        modbus_queue_remove(&gateway->service->settled, link);
    }
}

void modbus_gateway_done(struct modbus_gateway *gateway) {
    disconnect(gateway);
    deadline_remove(&gateway->deadline);
}
