/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MQTT sink's thread: connects, looks after the connection, and begins again after a loss. What goes over
 * it is sink_mqtt_rows.c's, what its answers mean sink_mqtt_answers.c's, the protocol base/mqtt_client's,
 * which broker is next broker_list's.
 *
 *   RESTING     no connection; -> LOOKING at retry_ms
 *   LOOKING     the broker's name is looked up; -> CONNECTING, or -> RESTING at deadline_ms
 *   CONNECTING  the client tries; -> CONNECTED, or -> RESTING by its event, or at deadline_ms
 *   CONNECTED   presence is published, rows flow; -> RESTING when the connection is lost or an
 *               acknowledgement is overdue
 *
 * After a loss nothing is known of what was under way: it is read again from the cursors and sent again.
 */
#include "publish/sink_mqtt.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "publish/sink_mqtt_inside.h"

enum {
    LOOKUP_MS = 10000,
    CONNECT_MS = 20000,     /* the client gives up earlier */
    SETTLE_MS = 50,         /* after an end the client is not ready at once */
    ACKNOWLEDGE_MS = 30000, /* a broker that has not answered by then will not */
    MEMORY_PAUSE_MS = 1000,
    ROWS_UNDER_WAY_MOST = 1 << 16, /* whatever window and batches allow */
};

static void release(struct sink *sink) {
    struct sink_mqtt *mqtt = (struct sink_mqtt *)sink;
    mqtt_client_free(mqtt->client);
    broker_list_done(&mqtt->brokers);
    encode_json_free(mqtt->encoder);
    window_done(&mqtt->window);
    for (size_t i = 0; i < N_ROUND_SOURCES; i++)
        gathering_done(&mqtt->gatherings[i]);
    sink_mqtt_done_alarms(mqtt);
    forbidden_done(&mqtt->forbidden);
    text_done(&mqtt->topic);
    text_done(&mqtt->message);
    text_done(&mqtt->batch_topic);
    text_done(&mqtt->nodes_topic);
    text_done(&mqtt->status_topic);
    text_done(&mqtt->online);
    text_done(&mqtt->offline);
}

static int prepare_texts(struct sink_mqtt *mqtt) {
    const struct sink *sink = &mqtt->sink;
    mqtt->source = (struct json_source){.site = sink->site, .gateway = sink->gateway};
    memcpy(mqtt->source.streams, sink->streams, sizeof(mqtt->source.streams));
    encode_json_status_topic(&mqtt->source, &mqtt->status_topic);
    encode_json_batch_topic(&mqtt->source, &mqtt->batch_topic);
    encode_json_nodes_topic(&mqtt->source, &mqtt->nodes_topic);
    encode_json_presence(&mqtt->source, "online", &mqtt->online);
    encode_json_presence(&mqtt->source, "offline", &mqtt->offline);
    bool failed = mqtt->status_topic.failed || mqtt->batch_topic.failed || mqtt->nodes_topic.failed ||
                  mqtt->online.failed;
    return failed || mqtt->offline.failed ? ERROR_MEMORY : 0;
}

static size_t rows_per_message(const struct sink_config *config) {
    return config->devices_per_message > 1 ? config->devices_per_message : 1;
}

static int prepare(struct sink *sink) {
    struct sink_mqtt *mqtt = (struct sink_mqtt *)sink;
    const struct sink_config *config = sink->config;
    int error = broker_list_init(&mqtt->brokers, config);
    if (error == ERROR_ARGUMENT || config->window == 0) {
        log_write(LOG_ERROR, config->name,
                  "its url cannot be used: a broker is written as mqtt://host[:port]");
        return ERROR_CONFIG;
    }
    size_t per_message = rows_per_message(config), room = per_message * config->window;
    room = room < ROWS_UNDER_WAY_MOST ? room : ROWS_UNDER_WAY_MOST;
    mqtt->encoder = encode_json_new();
    if (!error)
        error = prepare_texts(mqtt);
    pace_init(&mqtt->pace, config->backlog_rate, clock_monotonic_ms());
    for (size_t i = 0; i < N_ROUND_SOURCES && !error; i++)
        error = gathering_init(&mqtt->gatherings[i], per_message);
    if (!error)
        error = window_init(&mqtt->window, room);
    if (!error && mqtt->encoder)
        return 0;
    release(sink);
    return ERROR_MEMORY;
}

/* --- connecting --- */

/* User or password, what they may, or who we are. */
static bool is_denial(int reason) {
    return reason == 0x86 || reason == NOT_AUTHORIZED || reason == 0x8a || reason == 0x8c;
}

void sink_mqtt_rest(struct sink_mqtt *mqtt, const char *why) {
    int64_t now_ms = clock_monotonic_ms();
    if (mqtt->client)
        mqtt_client_leave(mqtt->client);
    window_clear(&mqtt->window);
    for (size_t i = 0; i < N_ROUND_SOURCES; i++)
        gathering_forget(&mqtt->gatherings[i]);
    mqtt->state = RESTING;
    mqtt->retry_ms = now_ms + SETTLE_MS;
    const char *url = broker_list_current(&mqtt->brokers)->url;
    enum sink_condition condition = is_denial(mqtt->lost_for) ? SINK_DENIED : SINK_RETRYING;
    mqtt->lost_for = 0;
    bool is_another_next = broker_list_fail(&mqtt->brokers, why);
    if (mqtt->has_worked)
        broker_list_begin_again(&mqtt->brokers);
    else if (is_another_next) {
        sink_health_fail(mqtt->sink.health, condition, url, mqtt->retry_ms, why);
        return;
    }
    mqtt->has_worked = false;
    mqtt->retry_ms = now_ms + backoff_next_ms(&mqtt->backoff, backoff_random());
    sink_health_fail(mqtt->sink.health, condition, url, mqtt->retry_ms, why);
    log_complain(&mqtt->trouble, now_ms, mqtt->sink.config->name, "no connection to %s",
                 mqtt->brokers.failures.data ? mqtt->brokers.failures.data : why);
    text_clear(&mqtt->brokers.failures);
}

static int make_client(struct sink_mqtt *mqtt) {
    const struct sink_config *config = mqtt->sink.config;
    const struct mqtt_options options = {
        .is_3_1_1 = config->is_mqtt_3,
        .client_id = config->client_id,
        .user = config->user,
        .password = config->password,
        .will_topic = mqtt->status_topic.data,
        .will = mqtt->offline.data,
        .ca_file = config->ca_file,
        .certificate_file = config->certificate_file,
        .key_file = config->key_file,
        .wake = bell_ring,
        .context = &mqtt->sink.bell,
    };
    return mqtt->client ? 0 : mqtt_client_new(&options, &mqtt->client);
}

static void connect_to(struct sink_mqtt *mqtt, const struct broker_address *address) {
    int64_t now_ms = clock_monotonic_ms();
    int error = make_client(mqtt);
    if (!error)
        error = mqtt_client_connect(mqtt->client, address->host, address->port, address->is_tls);
    if (error == ERROR_BUSY) {
        mqtt->state = RESTING;
        mqtt->retry_ms = now_ms + SETTLE_MS;
        return;
    }
    mqtt->state = CONNECTING;
    mqtt->deadline_ms = now_ms + CONNECT_MS;
    if (error)
        sink_mqtt_rest(mqtt, error_word(error));
}

static void find_broker(struct sink_mqtt *mqtt) {
    struct broker_address address;
    char words[sizeof(mqtt->brokers.found.words)];
    int error = broker_list_find(&mqtt->brokers, bell_ring, &mqtt->sink.bell, &address, words);
    if (error == ERROR_BUSY) {
        if (mqtt->state != LOOKING)
            mqtt->deadline_ms = clock_monotonic_ms() + LOOKUP_MS;
        mqtt->state = LOOKING;
    } else if (error) {
        sink_mqtt_rest(mqtt, words);
    } else {
        connect_to(mqtt, &address);
    }
}

static void keep_full(struct sink_mqtt *mqtt) {
    int error = sink_mqtt_fill(mqtt);
    if (error == ERROR_MEMORY)
        mqtt->pause_until_ms = clock_monotonic_ms() + MEMORY_PAUSE_MS;
    else if (error && error != ERROR_UNREACHABLE) /* of that its event tells more */
        sink_mqtt_rest(mqtt, error_word(error));
}

/* --- events --- */

static void say_connected(struct sink_mqtt *mqtt) {
    const char *name = mqtt->sink.config->name, *url = broker_list_current(&mqtt->brokers)->url;
    int64_t now_ms = clock_monotonic_ms();
    sink_health_connect(mqtt->sink.health, url);
    log_relieve(&mqtt->trouble, now_ms, name, "connected to %s", url);
    if (mqtt->brokers.at == 0)
        log_relieve(&mqtt->takeover, now_ms, name, "%s is in use again", url);
    else
        log_complain(&mqtt->takeover, now_ms, name, "%s takes over; no connection to %s", url,
                     mqtt->brokers.failures.data ? mqtt->brokers.failures.data : "the others");
    text_clear(&mqtt->brokers.failures);
}

static void on_connected(struct sink_mqtt *mqtt, const struct mqtt_event *event) {
    const struct sink_config *config = mqtt->sink.config;
    mqtt->state = CONNECTED;
    mqtt->most = config->window < event->receive_maximum ? config->window : event->receive_maximum;
    mqtt->limit = 1;
    mqtt->largest_packet = event->largest_packet;
    mqtt->per_message = rows_per_message(config);
    mqtt->fastest_ms = ACKNOWLEDGE_MS;
    portion_init(&mqtt->portion, (uint32_t)mqtt->per_message, (uint32_t)mqtt->window.room);
    mqtt->taken_ms = INT64_MIN;
    broker_list_succeed(&mqtt->brokers, clock_monotonic_ms());
    say_connected(mqtt);
    sink_mqtt_begin_alarms(mqtt);
    if (!forbidden_has(&mqtt->forbidden, NULL, clock_monotonic_ms()) &&
        sink_mqtt_send_presence(mqtt, &mqtt->online) == ERROR_MEMORY)
        sink_mqtt_rest(mqtt, error_word(ERROR_MEMORY));
}

static void take_events(struct sink_mqtt *mqtt) {
    struct mqtt_event event;
    while (mqtt->client && mqtt_client_next(mqtt->client, &event)) {
        switch (event.kind) {
        case MQTT_CONNECTED:
            on_connected(mqtt, &event);
            break;
        case MQTT_LOST:
            mqtt->lost_for = event.reason;
            sink_mqtt_rest(mqtt, event.text);
            break;
        case MQTT_ACKNOWLEDGED:
        case MQTT_REFUSED:
            sink_mqtt_on_answer(mqtt, &event);
            break;
        }
    }
}

/* --- the thread --- */

/* When the connection needs looking after without an event. */
static int64_t next_look_ms(const struct sink_mqtt *mqtt, int64_t now_ms) {
    int64_t wait_ms = mqtt->sink.config->batch_wait_ms, next_ms = INT64_MAX;
    if (mqtt->window.n)
        next_ms = window_oldest_ms(&mqtt->window) +
                  (sink_mqtt_is_held(mqtt) ? SINK_MQTT_HELD_MS : ACKNOWLEDGE_MS) + 1;
    if (now_ms < mqtt->pause_until_ms)
        return mqtt->pause_until_ms < next_ms ? mqtt->pause_until_ms : next_ms;
    if (mqtt->alarms.next_ms < next_ms)
        next_ms = mqtt->alarms.next_ms;
    if (sink_mqtt_has_room(mqtt) && mqtt->paced_until_ms < next_ms)
        next_ms = mqtt->paced_until_ms;
    if (broker_list_is_first_due(&mqtt->brokers, now_ms)) /* what is under way is waited for */
        return next_ms;
    for (size_t i = 0; i < N_ROUND_SOURCES && sink_mqtt_has_room(mqtt); i++) {
        int64_t since_ms = mqtt->gatherings[i].since_ms;
        if (since_ms != INT64_MAX && since_ms + wait_ms < next_ms)
            next_ms = since_ms + wait_ms;
    }
    return next_ms;
}

/* Back to the first broker, with nothing under way. */
static void go_back(struct sink_mqtt *mqtt, int64_t now_ms) {
    if (mqtt->window.n > 0)
        return;
    mqtt_client_leave(mqtt->client);
    for (size_t i = 0; i < N_ROUND_SOURCES; i++)
        gathering_forget(&mqtt->gatherings[i]);
    broker_list_begin_again(&mqtt->brokers);
    mqtt->has_worked = false;
    mqtt->state = RESTING;
    mqtt->retry_ms = now_ms + SETTLE_MS;
}

/* What a connection needs, beside events. */
static void look_after(struct sink_mqtt *mqtt, int64_t now_ms) {
    if (sink_mqtt_is_nothing_allowed(mqtt, now_ms))
        sink_mqtt_give_up_topics(mqtt, now_ms);
    else if (now_ms - window_oldest_ms(&mqtt->window) > ACKNOWLEDGE_MS)
        sink_mqtt_rest(mqtt, "the broker does not acknowledge");
    else if (broker_list_is_first_due(&mqtt->brokers, now_ms))
        go_back(mqtt, now_ms);
    else if (now_ms >= mqtt->pause_until_ms)
        keep_full(mqtt);
}

/* Does what is due; returns when to look again. */
static int64_t step(struct sink_mqtt *mqtt) {
    take_events(mqtt);
    int64_t now_ms = clock_monotonic_ms();
    if (mqtt->state == LOOKING || (mqtt->state == RESTING && now_ms >= mqtt->retry_ms))
        find_broker(mqtt);
    if (mqtt->state == LOOKING && now_ms >= mqtt->deadline_ms)
        sink_mqtt_rest(mqtt, "the name service does not answer");
    if (mqtt->state == CONNECTING && now_ms >= mqtt->deadline_ms)
        sink_mqtt_rest(mqtt, "it does not answer");
    if (mqtt->state == CONNECTED)
        look_after(mqtt, now_ms);
    switch (mqtt->state) {
    case RESTING:
        return mqtt->retry_ms;
    case LOOKING:
    case CONNECTING:
        return mqtt->deadline_ms;
    case CONNECTED:
        return next_look_ms(mqtt, now_ms);
    }
    return INT64_MAX;
}

/* Whether everything is sent and acknowledged, the farewell last. */
static bool is_done(struct sink_mqtt *mqtt) {
    if (mqtt->state != CONNECTED)
        return true;
    if (mqtt->window.n > 0)
        return false;
    if (mqtt->has_said_goodbye)
        return true;
    mqtt->has_said_goodbye = true;
    return sink_mqtt_send_presence(mqtt, &mqtt->offline) != 0;
}

static void run_until_stopped(struct sink_mqtt *mqtt) {
    struct sink *sink = &mqtt->sink;
    while (true) {
        int64_t look_again_ms = step(mqtt);
        if (sink_is_stopping(sink)) {
            int64_t stop_by_ms = atomic_load(&sink->stop_by_ms);
            if (is_done(mqtt) || clock_monotonic_ms() >= stop_by_ms)
                return;
            look_again_ms = look_again_ms < stop_by_ms ? look_again_ms : stop_by_ms;
        }
        bell_wait(&sink->bell, look_again_ms);
    }
}

static void run(struct sink *sink) {
    if (sink->board && alarm_board_listen(sink->board, bell_ring, &sink->bell) != 0)
        log_write(LOG_ERROR, sink->config->name, "out of memory: alarms come late");
    run_until_stopped((struct sink_mqtt *)sink);
    if (sink->board)
        alarm_board_unlisten(sink->board, &sink->bell);
}

const struct sink_kind_info sink_mqtt_kind = {
    .size = sizeof(struct sink_mqtt),
    .prepare = prepare,
    .run = run,
    .release = release,
};
