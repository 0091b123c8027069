/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a broker's answers mean for the rows: taken; refused for what they are, and set aside with its words;
 * or refused for what we or the broker are, and kept. What a reason code says is verdict.c's.
 *
 * A topic that is not ours is the row's fault only where the broker takes rows of others: until it does, they
 * are held in the window.
 */
#include "base/clock.h"
#include "publish/sink_mqtt_inside.h"

enum {
    FORBIDDEN_MS = 10 * 60000,    /* how long a topic that is not ours is left alone */
    NOT_ALLOWED_PAUSE_MS = 10000, /* and where that is the one of all batches, or none is, everything waits */
    FAULTS_MOST = 5,
};

/* A fault may be the broker's: the row is given up after FAULTS_MOST of them, if it takes others meanwhile.
 */
static bool is_given_up(struct sink_mqtt *mqtt, const struct flight *flight) {
    enum round_source source = round_source_of(flight->row->kind, flight->lane);
    if (mqtt->fault_row != flight->row->id || mqtt->fault_source != source) {
        mqtt->faults = 0;
        mqtt->took_meanwhile = false;
    }
    mqtt->fault_row = flight->row->id;
    mqtt->fault_source = source;
    return ++mqtt->faults >= FAULTS_MOST && mqtt->took_meanwhile;
}

/* Rows of several devices in one message; nothing of it is settled, for the broker may take some of them. */
static void on_refused_batch(struct sink_mqtt *mqtt, const struct mqtt_event *event,
                             const struct flight *flight, size_t n) {
    bool is_forbidden = event->reason == NOT_AUTHORIZED;
    if (!is_forbidden)
        mqtt->singly_until[round_source_of(flight->row->kind, flight->lane)] = flight->row->id + n - 1;
    sink_mqtt_rest(mqtt, event->text);
    if (is_forbidden)
        mqtt->retry_ms = clock_monotonic_ms() + NOT_ALLOWED_PAUSE_MS;
}

static void on_refused(struct sink_mqtt *mqtt, const struct mqtt_event *event, const struct flight *flight,
                       size_t n) {
    struct spool_row *row = flight->row;
    enum verdict_kind verdict = verdict_of_mqtt(event->reason);
    bool is_denied = verdict == VERDICT_DENIED;
    if (flight->is_alarm && verdict != VERDICT_LATER) {
        sink_mqtt_refuse_alarm(mqtt, verdict, event->text);
        window_settle(&mqtt->window, event->token, NULL);
        return;
    }
    sink_mqtt_complain(mqtt, row, event->text);
    if (verdict == VERDICT_LATER) {
        sink_mqtt_rest(mqtt, event->text);
        return;
    }
    if (row && sink_mqtt_is_batched(mqtt, row) && (is_denied || n > 1)) {
        on_refused_batch(mqtt, event, flight, n);
        return;
    }
    if (row && verdict == VERDICT_FAULT && !is_given_up(mqtt, flight)) {
        sink_mqtt_rest(mqtt, event->text);
        return;
    }
    if (is_denied)
        forbidden_add(&mqtt->forbidden, row ? row->view : NULL, clock_monotonic_ms() + FORBIDDEN_MS);
    if (is_denied && row)
        window_deny(&mqtt->window, event->token, event->text);
    else
        window_settle(&mqtt->window, event->token, event->text);
}

static void on_acknowledged(struct sink_mqtt *mqtt, const struct mqtt_event *event,
                            const struct flight *flight) {
    sink_health_deliver(mqtt->sink.health, 1);
    mqtt->took_meanwhile = true;
    if (flight->row || flight->is_alarm)
        backoff_reset(&mqtt->backoff); /* it not only connects, it works */
    if (flight->row)
        mqtt->taken_ms = clock_monotonic_ms();
    window_settle(&mqtt->window, event->token, NULL);
}

void sink_mqtt_on_answer(struct sink_mqtt *mqtt, const struct mqtt_event *event) {
    const struct flight *flight;
    size_t n = window_find(&mqtt->window, event->token, &flight);
    if (n == 0)
        return;
    mqtt->has_worked = true;
    if (flight->row || flight->is_alarm)
        mqtt->limit = mqtt->limit * 2 < mqtt->most ? mqtt->limit * 2 : mqtt->most;
    sink_mqtt_note_answer(mqtt, flight);
    if (event->kind == MQTT_REFUSED)
        on_refused(mqtt, event, flight, n);
    else
        on_acknowledged(mqtt, event, flight);
    sink_mqtt_settle(mqtt);
}

bool sink_mqtt_is_nothing_allowed(const struct sink_mqtt *mqtt, int64_t now_ms) {
    return sink_mqtt_is_held(mqtt) && (now_ms - window_oldest_ms(&mqtt->window) > SINK_MQTT_HELD_MS ||
                                       (mqtt_client_outstanding(mqtt->client) == 0 &&
                                        mqtt->window.n + mqtt->per_message > mqtt->window.room));
}

void sink_mqtt_give_up_topics(struct sink_mqtt *mqtt, int64_t now_ms) {
    forbidden_done(&mqtt->forbidden);
    mqtt->has_worked = false; /* another broker may know us */
    mqtt->lost_for = NOT_AUTHORIZED;
    sink_mqtt_rest(
        mqtt, "it lets us write to no topic of ours (not authorized, 0x87): check its access list and this "
              "sink's user");
    if (mqtt->brokers.at == 0 && mqtt->retry_ms < now_ms + NOT_ALLOWED_PAUSE_MS)
        mqtt->retry_ms = now_ms + NOT_ALLOWED_PAUSE_MS;
}
