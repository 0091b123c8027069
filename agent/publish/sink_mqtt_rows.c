/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the cursors to the broker and back: which rows make the next message, what is set aside at once, and
 * how far a cursor may move. The connection is sink_mqtt.c's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mqtt_rules.h"
#include "base/mqtt_words.h"
#include "publish/sink_mqtt_inside.h"

enum {
    QUICK_MS = 50,      /* by how much a backlog may make acknowledgements slower */
    TRUST_MS = 10000,   /* for so long a broker that takes rows is believed to take ours */
    NO_JUMP_MS = 10000, /* after one that was not possible */
    /*
     * Not acknowledged; what is urgent may go beyond. What the kernel does not take at once the library
     * leaves until something comes in or its poll ends, up to a second later, and everything behind that.
     */
    BYTES_UNDER_WAY_MOST = 256 << 10,
};

static bool is_event(const struct spool_row *row) {
    return row->view && device_view_is_event(row->view);
}

bool sink_mqtt_is_batched(const struct sink_mqtt *mqtt, const struct spool_row *row) {
    return mqtt->sink.config->devices_per_message > 1 && !is_event(row);
}

int sink_mqtt_send(struct sink_mqtt *mqtt, const struct outgoing *message) {
    struct flight flight = {.lane = message->lane,
                            .is_alarm = message->is_alarm,
                            .sent_ms = clock_monotonic_ms(),
                            .bytes = message->message->size};
    int error = mqtt_client_publish(mqtt->client, message->topic->data, message->message->data,
                                    message->message->size, message->retained, &flight.token);
    if (!error && message->n == 0)
        window_add(&mqtt->window, &flight);
    for (size_t i = 0; i < message->n && !error; i++) {
        flight.row = message->rows[i];
        window_add(&mqtt->window, &flight);
        flight.bytes = 0;
    }
    return error;
}

int sink_mqtt_send_presence(struct sink_mqtt *mqtt, const struct text *presence) {
    return sink_mqtt_send(
        mqtt, &(struct outgoing){.topic = &mqtt->status_topic, .message = presence, .retained = true});
}

void sink_mqtt_complain(struct sink_mqtt *mqtt, const struct spool_row *row, const char *reason) {
    const char *what = !row ? "the gateway's presence" : row->view ? device_view_name(row->view) : "a gap";
    sink_health_refuse(mqtt->sink.health, reason);
    log_complain(&mqtt->refusal, clock_monotonic_ms(), mqtt->sink.config->name,
                 "the broker does not take the message of %s: %s", what, reason);
}

/* A row that will never be taken: it passes through the window settled, so that the cursor stays in order. */
static void set_aside(struct sink_mqtt *mqtt, struct spool_row *row, enum spool_lane lane, bool is_denied,
                      const char *reason) {
    sink_mqtt_complain(mqtt, row, reason);
    const struct flight flight = {.row = row,
                                  .lane = lane,
                                  .sent_ms = clock_monotonic_ms(),
                                  .is_settled = true,
                                  .is_rejected = true,
                                  .is_denied = is_denied,
                                  .words = strdup(reason)};
    window_add(&mqtt->window, &flight);
}

static bool is_of_node(const struct spool_row *row) {
    return row->view && row->view->node && !row->view->alarm;
}

/* How many of the rows may be one message: who wants nodes need not take devices with them. */
static size_t count_alike(struct spool_row *const *rows, size_t n) {
    size_t alike = 1;
    while (alike < n && is_of_node(rows[alike]) == is_of_node(rows[0]))
        alike++;
    return alike;
}

/*
 * Topic and message of as many of the *n rows as the broker takes at once. 0, ERROR_MEMORY, or ERROR_TOO_BIG
 * where not even one is small enough.
 */
static int encode(struct sink_mqtt *mqtt, struct spool_row *const *rows, size_t *n,
                  const struct text **topic) {
    bool is_batched = sink_mqtt_is_batched(mqtt, rows[0]);
    *topic = !is_batched ? &mqtt->topic : is_of_node(rows[0]) ? &mqtt->nodes_topic : &mqtt->batch_topic;
    if (rows[0]->view)
        encode_json_topic(&mqtt->source, rows[0]->view, &mqtt->topic);
    else
        encode_json_gap_topic(&mqtt->source, &mqtt->topic);
    if (is_of_node(rows[0]) || is_event(rows[0]))
        mqtt->source.clock_error_s = clock_error_s();
    while (!(*topic)->failed) {
        int error = is_batched ? encode_json_rows(mqtt->encoder, &mqtt->source, rows, *n, &mqtt->message)
                               : encode_json_row(mqtt->encoder, &mqtt->source, rows[0], &mqtt->message);
        if (error || mqtt_publish_size((*topic)->data, mqtt->message.size) <= mqtt->largest_packet)
            return error;
        if (*n == 1)
            return ERROR_TOO_BIG;
        *n /= 2;
        mqtt->per_message = *n;
    }
    return ERROR_MEMORY;
}

static void spend(struct sink_mqtt *mqtt, enum round_source source, struct spool_row *const *rows, size_t n) {
    for (size_t i = 0; i < n && mqtt->is_paced[source]; i++)
        pace_spend(&mqtt->pace, rows[i]->readings);
}

/* Sends up to `n` of the rows in one message. */
static int send_rows(struct sink_mqtt *mqtt, enum round_source source, size_t n) {
    struct gathering *gathering = &mqtt->gatherings[source];
    struct spool_row **rows = gathering->rows;
    enum spool_lane lane = round_lane(source);
    const struct text *topic;
    char reason[80] = "topic or message are not possible in MQTT";
    bool is_denied = !sink_mqtt_is_batched(mqtt, rows[0]) && rows[0]->view &&
                     forbidden_has(&mqtt->forbidden, rows[0]->view, clock_monotonic_ms());
    int error = 0;
    if (is_denied) {
        snprintf(reason, sizeof(reason), "%s", mqtt_reason_text(NOT_AUTHORIZED));
        error = ERROR_ARGUMENT;
    }
    n = count_alike(rows, n);
    if (!error)
        error = encode(mqtt, rows, &n, &topic);
    if (error == ERROR_TOO_BIG)
        snprintf(reason, sizeof(reason), "%zu bytes are more than its maximum packet size of %" PRIu32,
                 mqtt->message.size, mqtt->largest_packet);
    if (!error)
        error = sink_mqtt_send(
            mqtt, &(struct outgoing){
                      .topic = topic, .message = &mqtt->message, .rows = rows, .n = n, .lane = lane});
    if (error == ERROR_ARGUMENT || error == ERROR_TOO_BIG) {
        for (size_t i = 0; i < n; i++)
            set_aside(mqtt, rows[i], lane, is_denied, reason);
        error = 0;
    }
    if (!error)
        spend(mqtt, source, rows, n);
    if (!error)
        gathering_take(gathering, n);
    return error;
}

bool sink_mqtt_is_held(const struct sink_mqtt *mqtt) {
    return window_is_denied(&mqtt->window) &&
           (mqtt->taken_ms == INT64_MIN || clock_monotonic_ms() - mqtt->taken_ms > TRUST_MS);
}

/* The one place where a cursor moves. */
static void settle_row(struct sink_mqtt *mqtt, const struct flight *flight) {
    struct spool_cursor *cursor = mqtt->sink.cursors[flight->row->kind];
    if (flight->is_rejected)
        spool_reject(cursor, flight->lane, flight->row, flight->row->readings,
                     flight->words ? flight->words : "");
    else
        spool_acknowledge(cursor, flight->lane, flight->row);
    spool_release(flight->row);
}

void sink_mqtt_settle(struct sink_mqtt *mqtt) {
    struct flight flight;
    while (!sink_mqtt_is_held(mqtt) && window_pop(&mqtt->window, &flight)) {
        if (flight.row)
            settle_row(mqtt, &flight);
        free(flight.words);
    }
}

void sink_mqtt_note_answer(struct sink_mqtt *mqtt, const struct flight *flight) {
    int64_t now_ms = clock_monotonic_ms(), took_ms = now_ms - flight->sent_ms;
    if (!flight->row)
        return;
    if (took_ms < mqtt->fastest_ms)
        mqtt->fastest_ms = took_ms;
    if (flight->lane == LANE_BACKLOG)
        portion_taken(&mqtt->portion,
                      (uint32_t)mqtt->window.rows[round_source_of(flight->row->kind, LANE_BACKLOG)],
                      flight->sent_ms, now_ms, 2 * mqtt->fastest_ms + QUICK_MS);
}

/*
 * Live rows that are so no more become backlog, once none of them is under way; of a strict sink they keep to
 * the pace of one. False where the source is to wait.
 */
static bool look_back(struct sink_mqtt *mqtt, enum round_source source, int64_t now_ms) {
    const struct sink_config *config = mqtt->sink.config;
    struct gathering *gathering = &mqtt->gatherings[source];
    enum spool_kind kind = round_kind(source);
    mqtt->is_paced[source] = false;
    if (gathering->n == 0 || !round_is_behind(gathering->rows[0], now_ms, config->batch_wait_ms))
        return true;
    if (config->order == SINK_STRICT) {
        mqtt->is_paced[source] = kind == SPOOL_READINGS;
        return true;
    }
    if (now_ms < mqtt->jump_again_ms[kind])
        return true;
    if (mqtt->window.rows[source] > 0)
        return false;
    gathering_forget(gathering);
    spool_cursor_jump(mqtt->sink.cursors[kind]);
    gathering_fill(gathering, mqtt->sink.cursors[kind], LANE_LIVE);
    if (gathering->n > 0 && round_is_behind(gathering->rows[0], now_ms, config->batch_wait_ms))
        mqtt->jump_again_ms[kind] = now_ms + NO_JUMP_MS;
    return true;
}

/* Whether the source may send now, as far as a backlog is bounded. */
static bool has_turn(struct sink_mqtt *mqtt, enum round_source source, int64_t now_ms) {
    bool is_live = round_lane(source) == LANE_LIVE;
    if (round_kind(source) != SPOOL_URGENT && mqtt->window.bytes >= BYTES_UNDER_WAY_MOST)
        return false;
    if (is_live && !look_back(mqtt, source, now_ms))
        return false;
    if (!is_live)
        mqtt->is_paced[source] = source == READINGS_BACKLOG;
    /* Some room is kept for what is new. */
    if (!is_live && (mqtt->window.rows[source] >= mqtt->portion.now ||
                     mqtt_client_outstanding(mqtt->client) >= mqtt->limit - mqtt->limit / 4))
        return false;
    if (mqtt->gatherings[source].n == 0 || !mqtt->is_paced[source] || pace_allowance(&mqtt->pace, now_ms) > 0)
        return true;
    mqtt->paced_until_ms = pace_next_ms(&mqtt->pace);
    return false;
}

/* Of the first `n` rows those that go in one message. */
static size_t together(struct spool_row *const *rows, size_t n) {
    if (n == 0 || is_event(rows[0]))
        return n > 0 ? 1 : 0;
    size_t i = 1;
    while (i < n && !is_event(rows[i]))
        i++;
    return i;
}

/* The one place where rows are read, in the order of the sources. How many of `source` make a message now. */
static size_t gather(struct sink_mqtt *mqtt, enum round_source *source) {
    int64_t now_ms = clock_monotonic_ms();
    mqtt->paced_until_ms = INT64_MAX;
    for (int next = 0; next < N_ROUND_SOURCES; next++) {
        *source = (enum round_source)next;
        enum spool_kind kind = round_kind(*source);
        struct gathering *gathering = &mqtt->gatherings[next];
        bool is_waiting = kind != SPOOL_URGENT && !sink_is_stopping(&mqtt->sink);
        size_t per_message = mqtt->per_message;
        if (gathering->n < per_message)
            gathering_fill(gathering, mqtt->sink.cursors[kind], round_lane(*source));
        if (!has_turn(mqtt, *source, now_ms)) {
            gathering->since_ms = INT64_MAX;
            continue;
        }
        if (gathering->n > 0 && gathering->rows[0]->id <= mqtt->singly_until[next])
            per_message = 1;
        size_t n = gathering_ready(gathering, per_message, now_ms,
                                   is_waiting ? mqtt->sink.config->batch_wait_ms : 0);
        if (n > 0)
            return together(gathering->rows, n);
    }
    return 0;
}

bool sink_mqtt_has_room(const struct sink_mqtt *mqtt) {
    return mqtt_client_outstanding(mqtt->client) < mqtt->limit &&
           mqtt->window.n + mqtt->per_message <= mqtt->window.room;
}

int sink_mqtt_fill(struct sink_mqtt *mqtt) {
    enum round_source source;
    int error = sink_mqtt_send_alarms(mqtt);
    for (size_t n; !error && sink_mqtt_has_room(mqtt) && (n = gather(mqtt, &source)) > 0;) {
        error = send_rows(mqtt, source, n);
        sink_mqtt_settle(mqtt);
    }
    return error;
}
