/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes a gateway's states: the input is what its clients, its peer and the clock do, one after the other,
 * and some of it is bytes that the peer made up. The connection and the clock are this file's own, in place
 * of tcp_stream and clock.
 *
 * What must hold: a request is answered exactly once, if its link was not closed; a good answer carries what
 * a frame brought that was sent after the request, whole, and with its transaction id (Modbus TCP), unit,
 * function and count; and on a line without ids, none that was still owed for a request given up.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/link_modbus_tcp.h"
#include "acquire/tcp_stream.h"
#include "base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_LINKS = 4, LOG_MOST = 400, REQUESTS_MOST = 250, TIMEOUT_MS = 200, DRAIN_STEP_MS = 500 };

/* --- a clock and a connection that do as they are told */

static int64_t now_us;

int64_t clock_monotonic_us(void) {
    return now_us;
}
int64_t clock_monotonic_ms(void) {
    return now_us / 1000;
}
int64_t clock_wall_ms(void) {
    return now_us / 1000;
}

struct tcp_stream {
    const struct tcp_stream_events *events;
    void *owner;
    struct tcp_stream_buffer *buffer;
    bool connected;
    int64_t wake_us;
    size_t n_kept;
    uint8_t kept[TCP_STREAM_MOST_KEPT];
};

static struct tcp_stream *peer; /* of the one gateway; NULL = no connection */
static bool no_open, no_send;   /* the next one fails */

/* What went out, and what of a peer's frame is known. The serial number is in each byte of its values. */
struct frame {
    struct modbus_request asked;
    uint16_t transaction;
    uint8_t serial;
    size_t size; /* of its values */
    size_t end;  /* where it ends in all that the peer says on this connection */
    bool owed;   /* came while its unit still owed an answer */
};
static struct frame sent[REQUESTS_MOST], came[LOG_MOST];
static size_t n_sent, n_came, n_prepared; /* came[n_came] and so on are still to come */
static int64_t owing_until_us[256];
static bool numbered, made_up; /* made_up: bytes came of which nothing is known */

static uint8_t outgoing[2 * 270 + 64];
static size_t n_outgoing, n_gone; /* of these, sent in pieces: what is still to come; what has gone before */

static void forget_outgoing(void) {
    n_outgoing = n_gone = 0;
    n_prepared = n_came;
}

int tcp_stream_open(uv_loop_t *loop, const struct sockaddr *address, struct tcp_stream_buffer *buffer,
                    const struct tcp_stream_events *events, void *owner, struct tcp_stream **stream) {
    (void)loop, (void)address;
    assert(!peer);
    if (no_open) {
        no_open = false;
        return ERROR_UNREACHABLE;
    }
    forget_outgoing();
    peer = calloc(1, sizeof(*peer));
    *peer = (struct tcp_stream){.events = events, .owner = owner, .buffer = buffer, .wake_us = INT64_MAX};
    *stream = peer;
    return 0;
}

void tcp_stream_close(struct tcp_stream *stream) {
    assert(stream == peer);
    free(peer);
    peer = NULL;
}

int tcp_stream_send(struct tcp_stream *stream, const uint8_t *bytes, size_t size) {
    assert(stream == peer && peer->connected && n_sent < REQUESTS_MOST);
    const uint8_t *pdu = bytes + (numbered ? 7 : 1);
    assert(size == (numbered ? 12u : 8u) && pdu[0] >= 1 && pdu[0] <= 4);
    sent[n_sent] = (struct frame){
        .asked = {.unit = pdu[-1],
                  .function = pdu[0],
                  .address = (uint16_t)(pdu[1] << 8 | pdu[2]),
                  .count = (uint16_t)(pdu[3] << 8 | pdu[4])},
        .transaction = numbered ? (uint16_t)(bytes[0] << 8 | bytes[1]) : 0,
        .serial = (uint8_t)n_sent,
    };
    n_sent++;
    if (!no_send)
        return 0;
    no_send = false;
    return ERROR_UNREACHABLE;
}

void tcp_stream_keep(struct tcp_stream *stream, const uint8_t *bytes, size_t size) {
    assert(stream == peer && size <= TCP_STREAM_MOST_KEPT);
    memcpy(peer->kept, bytes, size);
    peer->n_kept = size;
}

void tcp_stream_drop(struct tcp_stream *stream) {
    assert(stream == peer);
    peer->n_kept = 0;
}

size_t tcp_stream_kept(const struct tcp_stream *stream) {
    return stream->n_kept;
}

void tcp_stream_wake(struct tcp_stream *stream, uint64_t ms) {
    stream->wake_us = now_us + (int64_t)ms * 1000;
}

static void arrive(const uint8_t *bytes, size_t size) {
    if (!peer || !peer->connected || size == 0)
        return;
    size_t room = TCP_STREAM_BUFFER_SIZE - peer->n_kept, n = size < room ? size : room;
    memcpy(peer->buffer->bytes, peer->kept, peer->n_kept);
    memcpy(peer->buffer->bytes + peer->n_kept, bytes, n);
    n += peer->n_kept;
    peer->n_kept = 0;
    peer->events->arrived(peer->owner, peer->buffer->bytes, n);
}

/* --- clients */

enum then { NOTHING, ASK_AGAIN, CLOSE };

struct client {
    struct link *link;
    struct link_request request;
    uint8_t unit;
    enum then then; /* what it does when the next answer is there */
    bool waits;
    size_t sent_before, came_before; /* when it asked */
};
static struct client clients[N_LINKS];
static struct modbus_service *service;
static uint8_t pause_ms;

static const struct frame *request_under_way(const struct client *client) {
    for (size_t i = n_sent; i-- > client->sent_before;) {
        if (sent[i].asked.unit == client->unit)
            return &sent[i];
    }
    return NULL;
}

static void check_good(const struct client *client, const struct link_answer *answer) {
    const struct link_request *request = &client->request;
    const struct modbus_request whole = {.function = request->function, .count = request->count};
    const struct frame *asked = request_under_way(client);
    assert(asked && answer->size == modbus_request_value_size(&whole));
    for (size_t i = 1; i < answer->size; i++)
        assert(made_up || answer->data[i] == answer->data[0]);
    for (size_t i = client->came_before; i < n_came && !made_up; i++) {
        const struct frame *frame = &came[i];
        if (frame->serial == answer->data[0] && frame->asked.unit == client->unit && !frame->owed &&
            frame->asked.function == request->function && frame->size == answer->size &&
            frame->transaction == asked->transaction)
            return;
    }
    assert(made_up);
}

static void ask(struct client *client);

static void close_client(struct client *client) {
    const struct frame *asked = client->waits ? request_under_way(client) : NULL;
    if (asked)
        owing_until_us[client->unit] = now_us + TIMEOUT_MS * 1000;
    link_close(client->link);
    client->link = NULL;
    client->waits = false;
    for (size_t i = 0; i < N_LINKS; i++) {
        if (clients[i].link)
            return;
    }
    memset(owing_until_us, 0, sizeof(owing_until_us)); /* with the last link goes what its gateway knew */
}

static void on_done(void *context, const struct link_answer *answer) {
    struct client *client = context;
    enum then then = client->then;
    assert(client->waits && client->link);
    client->waits = false;
    client->then = NOTHING;
    if (answer->error == ERROR_NONE)
        check_good(client, answer);
    else
        assert(!answer->data && answer->size == 0);
    if (answer->error == ERROR_TIMEOUT)
        owing_until_us[client->unit] = now_us + TIMEOUT_MS * 1000;
    if (then == ASK_AGAIN)
        ask(client);
    else if (then == CLOSE)
        close_client(client);
}

static void ask(struct client *client) {
    if (client->waits || n_sent + 3 * N_LINKS >= REQUESTS_MOST)
        return;
    client->waits = true;
    client->sent_before = n_sent;
    client->came_before = n_came;
    if (link_ask(client->link, &client->request, on_done, client) != 0)
        abort();
}

static void open_client(struct client *client) {
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = 502};
    client->unit = (uint8_t)(client - clients + 1);
    if (link_modbus_tcp_open(service, (const struct sockaddr *)&address,
                             numbered ? &modbus_framing_tcp : &modbus_framing_rtu, client->unit, pause_ms,
                             &client->link) != 0)
        abort();
}

/* --- the peer's frames */

enum lie {
    TRUE_ANSWER,
    OTHER_UNIT,
    OTHER_FUNCTION,
    FEWER_VALUES,
    OTHER_ID,
    OTHER_PROTOCOL,
    REFUSAL,
    LENGTH_LIES,
    COUNT_LIES,
    REGISTERS_126,
    DAMAGED,
    N_LIES
};

struct bytes {
    const uint8_t *at, *end;
};

static uint8_t take(struct bytes *input) {
    return input->at < input->end ? *input->at++ : 0;
}

/* Protocol data unit of the answer to a request. */
static size_t write_pdu(struct frame *frame, enum lie lie, uint8_t detail, uint8_t *pdu) {
    size_t n = modbus_request_value_size(&frame->asked);
    if (lie == REFUSAL) {
        frame->size = 0;
        pdu[0] = frame->asked.function | 0x80;
        pdu[1] = detail;
        return 2;
    }
    if (lie == OTHER_FUNCTION)
        frame->asked.function = (uint8_t)(1 + detail % 5);
    if (lie == FEWER_VALUES && n > 2)
        n -= 2;
    if (lie == REGISTERS_126)
        n = 252;
    frame->size = n;
    pdu[0] = frame->asked.function;
    pdu[1] = (uint8_t)(lie == COUNT_LIES ? detail : n);
    memset(pdu + 2, frame->serial, n);
    return 2 + n;
}

/* The answer to request `number`, or what a liar says instead. Returns its size. */
static size_t write_answer(size_t number, enum lie lie, uint8_t detail, struct frame *frame, uint8_t *bytes) {
    *frame = sent[number];
    if (lie == OTHER_UNIT)
        frame->asked.unit = (uint8_t)(1 + detail % (N_LINKS + 1));
    if (lie == OTHER_ID && numbered)
        frame->transaction = (uint16_t)(frame->transaction + detail);
    uint8_t *pdu = bytes + (numbered ? 7 : 1);
    size_t n = write_pdu(frame, lie, detail, pdu), length = lie == LENGTH_LIES ? detail : n + 1;
    pdu[-1] = frame->asked.unit;
    if (!numbered) {
        uint16_t sum = modbus_crc16(bytes, n + 1);
        bytes[n + 1] = (uint8_t)(sum ^ (lie == DAMAGED));
        bytes[n + 2] = (uint8_t)(sum >> 8);
        return n + 3;
    }
    const uint8_t head[] = {(uint8_t)(frame->transaction >> 8),
                            (uint8_t)frame->transaction,
                            0,
                            lie == OTHER_PROTOCOL,
                            (uint8_t)(length >> 8),
                            (uint8_t)length};
    memcpy(bytes, head, sizeof(head));
    return 7 + n;
}

/* Adds one answer to what the peer is about to send. */
static void prepare(struct bytes *input) {
    if (n_sent == 0 || n_outgoing + 270 > sizeof(outgoing) || n_prepared == LOG_MOST)
        return;
    uint8_t which = take(input);
    size_t back = which >> 4;
    enum lie lie = (enum lie)((which & 15) % N_LIES);
    struct frame *frame = &came[n_prepared];
    n_outgoing += write_answer(n_sent - 1 - back % n_sent, lie, take(input), frame, outgoing + n_outgoing);
    frame->end = n_gone + n_outgoing;
    made_up |= lie == LENGTH_LIES || lie == COUNT_LIES;
    if (lie != (numbered ? OTHER_PROTOCOL : DAMAGED))
        n_prepared++;
}

static void send_outgoing(size_t n) {
    uint8_t piece[sizeof(outgoing)];
    n = n < n_outgoing ? n : n_outgoing;
    memcpy(piece, outgoing, n);
    n_outgoing -= n;
    n_gone += n;
    memmove(outgoing, outgoing + n, n_outgoing);
    for (; n_came < n_prepared && came[n_came].end <= n_gone; n_came++) {
        int64_t *until_us = &owing_until_us[came[n_came].asked.unit];
        came[n_came].owed = !numbered && now_us < *until_us;
        *until_us = 0;
    }
    arrive(piece, n);
}

/* Bytes of the input as they are; where there are check sums, with one behind them. */
static void send_made_up(struct bytes *input) {
    uint8_t piece[256 + 2];
    size_t n = take(input);
    for (size_t i = 0; i < n; i++)
        piece[i] = take(input);
    uint16_t sum = modbus_crc16(piece, n);
    piece[n] = (uint8_t)sum;
    piece[n + 1] = (uint8_t)(sum >> 8);
    made_up = true;
    arrive(piece, numbered ? n : n + 2);
}

/* --- what happens */

static void pass(int64_t ms) {
    now_us += ms * 1000;
    if (peer && peer->connected && peer->wake_us <= now_us) {
        peer->wake_us = INT64_MAX;
        peer->events->woken(peer->owner);
    }
    modbus_service_tick(service, now_us / 1000);
}

static void connect_or_lose(uint8_t how) {
    static const int errors[] = {UV_EOF, UV_ECONNRESET, UV_ECONNREFUSED, UV_ETIMEDOUT};
    if (!peer)
        return;
    if (how < 128 && !peer->connected) {
        peer->connected = true;
        peer->events->connected(peer->owner);
    } else if (how >= 128) {
        peer->events->lost(peer->owner, errors[how % 4]);
    }
}

static void ask_as_told(struct bytes *input) {
    static const uint16_t counts[] = {1, 2, 9, 125};
    struct client *client = &clients[take(input) % N_LINKS];
    uint8_t what = take(input);
    if (client->waits)
        return;
    if (!client->link)
        open_client(client);
    client->then = (enum then)((what >> 4) % 3);
    client->request = (struct link_request){.ask = ASK_REGISTERS,
                                            .function = (uint8_t)(1 + what % 4),
                                            .address = what,
                                            .count = counts[what >> 2 & 3],
                                            .timeout_ms = TIMEOUT_MS};
    ask(client);
}

static void step(struct bytes *input) {
    struct client *client;
    switch (take(input) % 10) {
    case 0:
    case 1:
        ask_as_told(input);
        break;
    case 2:
        pass(take(input));
        break;
    case 3:
        pass(take(input) * 40);
        break;
    case 4:
        connect_or_lose(take(input));
        break;
    case 5:
        prepare(input);
        break;
    case 6:
        prepare(input);
        send_outgoing(sizeof(outgoing));
        break;
    case 7:
        send_outgoing(take(input));
        break;
    case 8:
        send_made_up(input);
        break;
    default:
        client = &clients[take(input) % N_LINKS];
        no_open = client->waits && client->unit == 3;
        no_send = client->waits && client->unit == 4;
        if (client->link && !no_open && !no_send)
            close_client(client);
    }
}

/* Nobody does anything any more: what was asked must end by itself. */
static void drain(uv_loop_t *loop) {
    no_open = no_send = false;
    for (int ms = 0; ms < 40000; ms += DRAIN_STEP_MS) {
        pass(DRAIN_STEP_MS);
        uv_run(loop, UV_RUN_NOWAIT);
    }
    for (size_t i = 0; i < N_LINKS; i++) {
        assert(!clients[i].waits);
        if (clients[i].link)
            link_close(clients[i].link);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes input = {data, data + size};
    uv_loop_t loop;
    uint8_t how = take(&input);
    now_us = 1000000;
    numbered = how & 1;
    pause_ms = how & 2 ? 20 : 0;
    made_up = no_open = no_send = false;
    n_sent = n_came = 0;
    forget_outgoing();
    memset(clients, 0, sizeof(clients));
    memset(owing_until_us, 0, sizeof(owing_until_us));
    if (uv_loop_init(&loop) != 0 || modbus_service_new(&loop, &service) != 0)
        abort();
    while (input.at < input.end) {
        step(&input);
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    drain(&loop);
    assert(!peer);
    modbus_service_free(service);
    uv_run(&loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&loop) != 0)
        abort();
    return 0;
}
