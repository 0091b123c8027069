/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's thread: connects, greets, then writes what the owner gave and reads answers until the connection
 * or the client ends.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mqtt_client_inside.h"

enum {
    KEEPALIVE_S = 20,
    CONNECT_MS = 10000,
    FAREWELL_MS = 300,
    INCOMING = 2 * MQTT_INCOMING_MOST,
};

/* What only the thread has. */
struct session {
    struct mqtt_client *client;
    struct net_stream *stream;
    struct text writing; /* and how much of it is written */
    size_t written;
    uint8_t incoming[INCOMING];
    size_t n_incoming;
    int64_t keepalive_ms, sent_ms, heard_ms, pinged_ms; /* the last: 0 where no answer is due */
    bool is_greeted;
    char words[NET_STREAM_WORDS];
};

static int fail(struct session *session, int error, const char *words) {
    snprintf(session->words, sizeof(session->words), "%s", words);
    return error;
}

static int refuse(struct session *session, const char *what, const struct mqtt_answer *answer) {
    snprintf(session->words, sizeof(session->words), "%s%s (0x%02x)%s%.80s%s", what,
             mqtt_reason_text(answer->reason), (unsigned)answer->reason, answer->words[0] ? ": \"" : "",
             answer->words, answer->words[0] ? "\"" : "");
    return ERROR_REFUSED;
}

static int on_greeting(struct session *session, const struct mqtt_answer *answer) {
    struct mqtt_client *client = session->client;
    if (answer->reason != 0)
        return refuse(session, "the broker refuses the connection: ", answer);
    session->is_greeted = true;
    if (answer->keepalive_s > 0)
        session->keepalive_ms = answer->keepalive_s * INT64_C(1000);
    uv_mutex_lock(&client->lock);
    client->is_open = true;
    uv_mutex_unlock(&client->lock);
    mqtt_client_tell(client, &(struct mqtt_event){.kind = MQTT_CONNECTED,
                                                  .receive_maximum = answer->receive_maximum,
                                                  .largest_packet = answer->largest_packet});
    return 0;
}

static void on_answer(struct session *session, const struct mqtt_answer *answer) {
    struct mqtt_event event = {.kind = MQTT_ACKNOWLEDGED, .token = answer->id, .reason = answer->reason};
    if (!mqtt_client_give_back(session->client, answer->id))
        return;
    if (answer->reason >= 0x80) {
        event.kind = MQTT_REFUSED;
        refuse(session, "", answer);
        snprintf(event.text, sizeof(event.text), "%s", session->words);
    }
    mqtt_client_tell(session->client, &event);
}

static int on_packet(struct session *session, const struct mqtt_packet *packet) {
    struct mqtt_answer answer;
    bool answers =
        packet->kind == MQTT_PUBACK || packet->kind == MQTT_CONNACK || packet->kind == MQTT_DISCONNECT;
    session->pinged_ms = 0;
    if (packet->kind == MQTT_PINGRESP && packet->size == 0 && session->is_greeted)
        return 0;
    if (!answers || session->is_greeted == (packet->kind == MQTT_CONNACK) ||
        mqtt_read_answer(session->client->options.connect.version, packet, &answer) != 0)
        return fail(session, ERROR_GARBLED, "what answers there does not speak MQTT as it should");
    if (packet->kind == MQTT_CONNACK)
        return on_greeting(session, &answer);
    if (packet->kind == MQTT_DISCONNECT)
        return refuse(session, "the broker ends the connection: ", &answer);
    on_answer(session, &answer);
    return 0;
}

static int take_packets(struct session *session) {
    size_t at = 0;
    int error = 0;
    /* Something else than a broker need not ever send what its first bytes would promise as a packet. */
    if (!session->is_greeted && session->n_incoming > 0 && session->incoming[0] >> 4 != MQTT_CONNACK)
        return fail(session, ERROR_GARBLED, "what answers there does not speak MQTT");
    while (!error) {
        struct mqtt_packet packet;
        int size = mqtt_take_packet(session->incoming + at, session->n_incoming - at, &packet);
        if (size == 0)
            break;
        if (size < 0)
            return fail(session, size, "what answers there does not speak MQTT");
        at += (size_t)size;
        error = on_packet(session, &packet);
    }
    session->n_incoming -= at;
    memmove(session->incoming, session->incoming + at, session->n_incoming);
    return error;
}

static int read_all(struct session *session) {
    while (true) {
        int n = net_stream_read(session->stream, session->incoming + session->n_incoming,
                                sizeof(session->incoming) - session->n_incoming, session->words);
        if (n < 0)
            return n == ERROR_BUSY ? 0 : n;
        session->n_incoming += (size_t)n;
        session->heard_ms = clock_monotonic_ms();
        int error = take_packets(session);
        if (error)
            return error;
    }
}

/* Takes over what the owner gave when its own is written. */
static bool has_output(struct session *session) {
    struct mqtt_client *client = session->client;
    if (session->written < session->writing.size)
        return true;
    text_clear(&session->writing);
    session->written = 0;
    uv_mutex_lock(&client->lock);
    struct text given = client->output;
    client->output = session->writing;
    session->writing = given;
    uv_mutex_unlock(&client->lock);
    return session->writing.size > 0;
}

static int write_all(struct session *session) {
    while (has_output(session)) {
        int n = net_stream_write(session->stream, session->writing.data + session->written,
                                 session->writing.size - session->written, session->words);
        if (n < 0)
            return n == ERROR_BUSY ? 0 : n;
        session->written += (size_t)n;
        session->sent_ms = clock_monotonic_ms();
    }
    return 0;
}

/* A broker that does not take any more may have answered, or said why, before. */
static int exchange(struct session *session) {
    char words[sizeof(session->words)];
    int error = write_all(session);
    memcpy(words, session->words, sizeof(words));
    int heard = read_all(session);
    if (!error || heard == ERROR_REFUSED)
        return heard;
    memcpy(session->words, words, sizeof(words));
    return error;
}

static bool is_ending(const struct session *session) {
    return atomic_load(&session->client->is_ending);
}

/* Until the stream is ready, the owner has something, or the time has come. */
static void wait(const struct session *session, int64_t until_ms, bool with_output) {
    struct pollfd those[] = {
        {.fd = net_stream_descriptor(session->stream),
         .events = net_stream_events(session->stream, with_output)},
        {.fd = session->client->waker, .events = POLLIN},
    };
    int64_t left_ms = until_ms - clock_monotonic_ms();
    if (poll(those, 2, left_ms > 0 ? (int)left_ms : 0) > 0 && those[1].revents) {
        uint64_t rung;
        while (read(session->client->waker, &rung, sizeof(rung)) < 0 && errno == EINTR)
            continue;
    }
}

static int greet(struct session *session) {
    struct mqtt_connect connect = session->client->options.connect;
    connect.keepalive_s = KEEPALIVE_S;
    return mqtt_write_connect(&connect, &session->writing);
}

/* From nothing to CONNACK. */
static int establish(struct session *session) {
    struct mqtt_client *client = session->client;
    const char *step = client->options.peer.is_tls ? "no TLS connection" : "no connection";
    int64_t deadline_ms = clock_monotonic_ms() + CONNECT_MS;
    int error = net_stream_open(&client->options.peer, &session->stream, session->words);
    if (error)
        return error;
    bool is_connected = false;
    while (!error && !session->is_greeted) {
        if (is_ending(session) || clock_monotonic_ms() >= deadline_ms) {
            snprintf(session->words, sizeof(session->words), "%s within %d s", step, CONNECT_MS / 1000);
            return ERROR_TIMEOUT;
        }
        error = is_connected ? 0 : net_stream_connect(session->stream, session->words);
        if (!error && !is_connected) {
            is_connected = true;
            step = "it accepts connections and does not answer";
            error = greet(session);
        }
        if (!error)
            error = exchange(session);
        if (error == ERROR_BUSY)
            error = 0;
        if (!error && !session->is_greeted)
            wait(session, deadline_ms, session->written < session->writing.size);
    }
    return error;
}

/* Pings in time; *until_ms is when to look again. ERROR_TIMEOUT where the broker has fallen silent. */
static int keep_alive(struct session *session, int64_t *until_ms) {
    int64_t now_ms = clock_monotonic_ms();
    int64_t last_ms = session->sent_ms < session->heard_ms ? session->sent_ms : session->heard_ms;
    if (session->pinged_ms && now_ms - session->pinged_ms >= session->keepalive_ms)
        return fail(session, ERROR_TIMEOUT, "the broker has fallen silent");
    *until_ms = last_ms + session->keepalive_ms / 2;
    if (!session->pinged_ms && now_ms >= *until_ms) {
        session->pinged_ms = session->sent_ms = now_ms;
        if (mqtt_write_ping(&session->writing) != 0)
            return fail(session, ERROR_MEMORY, "out of memory");
    }
    if (session->pinged_ms)
        *until_ms = session->pinged_ms + session->keepalive_ms;
    return 0;
}

static int serve(struct session *session) {
    int error = 0;
    session->heard_ms = session->sent_ms = clock_monotonic_ms();
    while (!error && !is_ending(session)) {
        int64_t until_ms = 0;
        error = keep_alive(session, &until_ms);
        if (!error)
            error = exchange(session);
        if (!error)
            wait(session, until_ms, session->written < session->writing.size);
    }
    return error;
}

/* What was given goes out, and then DISCONNECT, where the broker still reads. */
static void say_farewell(struct session *session) {
    int64_t until_ms = clock_monotonic_ms() + FAREWELL_MS;
    bool is_said = false;
    while (clock_monotonic_ms() < until_ms && write_all(session) == 0) {
        bool is_empty = session->written == session->writing.size;
        if (is_empty && is_said)
            return;
        if (is_empty)
            is_said = mqtt_write_disconnect(&session->writing) == 0;
        else
            wait(session, until_ms, true);
    }
}

void mqtt_session_run(void *context) {
    struct mqtt_client *client = context;
    struct session *session = calloc(1, sizeof(*session));
    struct mqtt_event event = {.kind = MQTT_LOST};
    if (session) {
        session->client = client;
        session->keepalive_ms = KEEPALIVE_S * 1000;
        int error = establish(session);
        if (!error)
            error = serve(session);
        if (!error)
            say_farewell(session);
        snprintf(event.text, sizeof(event.text), "%s", session->words);
        net_stream_close(session->stream);
        text_done(&session->writing);
    } else {
        snprintf(event.text, sizeof(event.text), "out of memory");
    }
    free(session);
    uv_mutex_lock(&client->lock);
    client->is_open = false;
    uv_mutex_unlock(&client->lock);
    if (!atomic_load(&client->is_ending))
        mqtt_client_tell(client, &event);
}
