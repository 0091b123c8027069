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

bool sink_mqtt_is_batched(const struct sink_mqtt *mqtt) {
    return mqtt->sink.config->devices_per_message > 1;
}

/* Hands one message to the broker; the window takes over its rows, none of the presence. */
static int send_message(struct sink_mqtt *mqtt, const struct text *topic, bool retained,
                        const struct text *message, struct spool_row *const *rows, size_t n) {
    struct flight flight = {.sent_ms = clock_monotonic_ms()};
    int error =
        mqtt_client_publish(mqtt->client, topic->data, message->data, message->size, retained, &flight.token);
    if (!error && n == 0)
        window_add(&mqtt->window, &flight);
    for (size_t i = 0; i < n && !error; i++) {
        flight.row = rows[i];
        window_add(&mqtt->window, &flight);
    }
    return error;
}

int sink_mqtt_send_presence(struct sink_mqtt *mqtt, const struct text *presence) {
    return send_message(mqtt, &mqtt->status_topic, true, presence, NULL, 0);
}

void sink_mqtt_complain(struct sink_mqtt *mqtt, const struct spool_row *row, const char *reason) {
    const char *what = !row ? "the gateway's presence" : row->view ? row->view->device : "a gap";
    sink_health_refuse(mqtt->sink.health, reason);
    log_complain(&mqtt->refusal, clock_monotonic_ms(), mqtt->sink.config->name,
                 "the broker does not take the message of %s: %s", what, reason);
}

/* A row that will never be taken: it passes through the window settled, so that the cursor stays in order. */
static void set_aside(struct sink_mqtt *mqtt, struct spool_row *row, const char *reason) {
    sink_mqtt_complain(mqtt, row, reason);
    const struct flight flight = {.row = row,
                                  .sent_ms = clock_monotonic_ms(),
                                  .is_settled = true,
                                  .is_rejected = true,
                                  .words = strdup(reason)};
    window_add(&mqtt->window, &flight);
}

/*
 * Topic and message of as many of the *n rows as the broker takes at once. 0, ERROR_MEMORY, or ERROR_TOO_BIG
 * where not even one is small enough.
 */
static int encode(struct sink_mqtt *mqtt, struct spool_row *const *rows, size_t *n,
                  const struct text **topic) {
    *topic = sink_mqtt_is_batched(mqtt) ? &mqtt->batch_topic : &mqtt->topic;
    if (rows[0]->view)
        encode_json_topic(rows[0]->view, &mqtt->topic);
    else
        encode_json_gap_topic(&mqtt->source, &mqtt->topic);
    while (!(*topic)->failed) {
        int error = sink_mqtt_is_batched(mqtt)
                        ? encode_json_rows(mqtt->encoder, &mqtt->source, rows, *n, &mqtt->message)
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

/* Sends up to `n` of the rows in one message. */
static int send_rows(struct sink_mqtt *mqtt, struct gathering *gathering, size_t n) {
    struct spool_row **rows = gathering->rows;
    const struct text *topic;
    char reason[80] = "topic or message are not possible in MQTT";
    int error = 0;
    if (!sink_mqtt_is_batched(mqtt) && rows[0]->view &&
        forbidden_has(&mqtt->forbidden, rows[0]->view, clock_monotonic_ms())) {
        snprintf(reason, sizeof(reason), "%s", mqtt_reason_text(NOT_AUTHORIZED));
        error = ERROR_ARGUMENT;
    }
    if (!error)
        error = encode(mqtt, rows, &n, &topic);
    if (error == ERROR_TOO_BIG)
        snprintf(reason, sizeof(reason), "%zu bytes are more than its maximum packet size of %" PRIu32,
                 mqtt->message.size, mqtt->largest_packet);
    if (!error)
        error = send_message(mqtt, topic, false, &mqtt->message, rows, n);
    if (error == ERROR_ARGUMENT || error == ERROR_TOO_BIG) {
        for (size_t i = 0; i < n; i++)
            set_aside(mqtt, rows[i], reason);
        error = 0;
    }
    if (!error)
        gathering_take(gathering, n);
    return error;
}

/* The one place where a cursor moves. */
void sink_mqtt_settle(struct sink_mqtt *mqtt) {
    struct flight flight;
    while (window_pop(&mqtt->window, &flight)) {
        if (!flight.row)
            continue;
        struct spool_cursor *cursor = mqtt->sink.cursors[flight.row->kind];
        if (flight.is_rejected)
            spool_reject(cursor, LANE_LIVE, flight.row, flight.row->readings,
                         flight.words ? flight.words : "");
        else
            spool_acknowledge(cursor, LANE_LIVE, flight.row);
        spool_release(flight.row);
        free(flight.words);
    }
}

/* The one place where rows are read, those that are urgent first. How many are ready for a message. */
static size_t gather(struct sink_mqtt *mqtt, struct gathering **gathering) {
    int64_t now_ms = clock_monotonic_ms();
    for (size_t kind = 0; kind < N_SPOOLS; kind++) {
        bool is_waiting = kind != SPOOL_URGENT && !sink_is_stopping(&mqtt->sink);
        size_t per_message = mqtt->per_message;
        *gathering = &mqtt->gatherings[kind];
        if ((*gathering)->n < per_message)
            gathering_fill(*gathering, mqtt->sink.cursors[kind], LANE_LIVE);
        if ((*gathering)->n > 0 && (*gathering)->rows[0]->id <= mqtt->singly_until[kind])
            per_message = 1;
        size_t n = gathering_ready(*gathering, per_message, now_ms,
                                   is_waiting ? mqtt->sink.config->batch_wait_ms : 0);
        if (n > 0)
            return n;
    }
    return 0;
}

bool sink_mqtt_has_room(const struct sink_mqtt *mqtt) {
    return mqtt_client_outstanding(mqtt->client) < mqtt->limit &&
           mqtt->window.n + mqtt->per_message <= mqtt->window.room;
}

int sink_mqtt_fill(struct sink_mqtt *mqtt) {
    struct gathering *gathering;
    int error = 0;
    for (size_t n; !error && sink_mqtt_has_room(mqtt) && (n = gather(mqtt, &gathering)) > 0;) {
        error = send_rows(mqtt, gathering, n);
        sink_mqtt_settle(mqtt);
    }
    return error;
}
