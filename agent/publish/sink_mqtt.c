/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MQTT sink's thread: connects, keeps the window full, moves the cursor over what the broker has
 * acknowledged, and begins again after a loss. Formats are left to encode_json, the protocol to
 * base/mqtt_client.
 *
 *   RESTING     no connection; begin_connect at retry_ms
 *   CONNECTING  the library tries; -> CONNECTED, or -> RESTING by its event or at deadline_ms
 *   CONNECTED   presence is published, rows flow; -> RESTING when the connection is lost or an
 *               acknowledgement is overdue
 *
 * After a loss nothing is known of what was under way: it is read again from the cursor and sent again.
 */
#include "publish/sink_mqtt.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mqtt_client.h"
#include "publish/backoff.h"
#include "publish/broker_address.h"
#include "publish/encode_json.h"
#include "publish/window.h"

enum {
    CONNECT_MS = 20000,     /* longer than the library's own limit: it should have answered */
    ACKNOWLEDGE_MS = 30000, /* a broker that has not answered by then will not */
    MEMORY_PAUSE_MS = 1000,
    FORBIDDEN_MS = 10 * 60000, /* how long a topic that is not ours is left alone */
    FORBIDDEN_MOST = 64,
    NOT_AUTHORIZED = 0x87,
    READ_MOST = 32, /* rows in one look at the spool */
};

enum state { RESTING, CONNECTING, CONNECTED };

/*
 * A device whose topic the broker forbids. Some brokers hang up after saying so: it must not be asked again
 * and again.
 */
struct forbidden {
    struct device_view *view; /* held; NULL: the gateway's presence */
    int64_t until_ms;
};

struct sink_mqtt {
    struct sink sink;
    struct broker_address address;
    struct encode_json *encoder;
    struct text topic, message, status_topic, online, offline;
    struct mqtt_client *client;
    enum state state;
    int64_t retry_ms, deadline_ms, pause_until_ms; /* monotonic; the last: no memory just now */
    struct backoff backoff;
    uint32_t attempts;
    /*
     * Messages under way: what both sides allow, and how many for now. It begins at one, so that a message at
     * which the broker hangs up is alone, and its answer is not lost with the others'.
     */
    size_t most, limit;
    uint32_t largest_packet;
    struct window window;
    uint64_t read_rows[N_SPOOLS];               /* the last ones handed to the broker */
    struct forbidden forbidden[FORBIDDEN_MOST]; /* the oldest is replaced */
    size_t n_forbidden;                         /* ever */
    bool has_said_goodbye;
    struct complaint trouble, refusal;
};

static void write_presence(struct sink_mqtt *mqtt, const char *status, struct text *text) {
    text_add_string(text, "{\"schema\":1,\"gateway\":");
    text_add_json(text, mqtt->sink.gateway);
    text_add_string(text, ",\"stream\":");
    text_add_json(text, mqtt->sink.streams[SPOOL_READINGS]);
    text_add_string(text, ",\"status\":");
    text_add_json(text, status);
    text_add_char(text, '}');
}

static void release(struct sink *sink) {
    struct sink_mqtt *mqtt = (struct sink_mqtt *)sink;
    mqtt_client_free(mqtt->client);
    encode_json_free(mqtt->encoder);
    window_done(&mqtt->window);
    for (size_t i = 0; i < FORBIDDEN_MOST; i++)
        device_view_release(mqtt->forbidden[i].view);
    text_done(&mqtt->topic);
    text_done(&mqtt->message);
    text_done(&mqtt->status_topic);
    text_done(&mqtt->online);
    text_done(&mqtt->offline);
}

static int prepare(struct sink *sink) {
    struct sink_mqtt *mqtt = (struct sink_mqtt *)sink;
    if (broker_address_parse(sink->config->url, &mqtt->address) != 0 || sink->config->window == 0) {
        log_write(LOG_ERROR, sink->config->name,
                  "its url cannot be used: a broker is written as mqtt://host[:port]");
        return ERROR_CONFIG;
    }
    mqtt->encoder = encode_json_new();
    text_add_string(&mqtt->status_topic, "hallwatch/");
    encode_json_topic_level(&mqtt->status_topic, sink->site);
    text_add_string(&mqtt->status_topic, "/status/");
    encode_json_topic_level(&mqtt->status_topic, sink->gateway);
    write_presence(mqtt, "online", &mqtt->online);
    write_presence(mqtt, "offline", &mqtt->offline);
    bool failed = mqtt->status_topic.failed || mqtt->online.failed || mqtt->offline.failed;
    if (!mqtt->encoder || failed || window_init(&mqtt->window, sink->config->window) != 0) {
        release(sink);
        return ERROR_MEMORY;
    }
    return 0;
}

/* Gives the connection up for now. `recreate`: the library's client does not do what it should. */
static void rest(struct sink_mqtt *mqtt, bool recreate, const char *why) {
    int64_t now_ms = clock_monotonic_ms();
    const struct sink_config *config = mqtt->sink.config;
    if (recreate) {
        mqtt_client_free(mqtt->client);
        mqtt->client = NULL;
    }
    window_clear(&mqtt->window);
    memset(mqtt->read_rows, 0, sizeof(mqtt->read_rows));
    mqtt->state = RESTING;
    mqtt->retry_ms = now_ms + backoff_next_ms(&mqtt->backoff, backoff_random());
    log_complain(&mqtt->trouble, now_ms, config->name, "no connection to %s: %s", config->url, why);
}

static int make_client(struct sink_mqtt *mqtt) {
    const struct sink_config *config = mqtt->sink.config;
    const struct mqtt_options options = {
        .client_id = config->client_id,
        .user = config->user,
        .password = config->password,
        .will_topic = mqtt->status_topic.data,
        .will = mqtt->offline.data,
        .wake = bell_ring,
        .context = &mqtt->sink.bell,
    };
    return mqtt->client ? 0 : mqtt_client_new(&options, &mqtt->client);
}

static void begin_connect(struct sink_mqtt *mqtt) {
    char numeric[320];
    if (broker_address_resolve(&mqtt->address, mqtt->attempts++, numeric, sizeof(numeric)) != 0) {
        rest(mqtt, false, numeric);
        return;
    }
    int error = make_client(mqtt);
    if (!error)
        error = mqtt_client_connect(mqtt->client, numeric, mqtt->address.port);
    if (error) {
        rest(mqtt, true, error_word(error));
        return;
    }
    mqtt->state = CONNECTING;
    mqtt->deadline_ms = clock_monotonic_ms() + CONNECT_MS;
}

/* Hands one message to the broker; the flight takes over `row`, which may be NULL. */
static int send_message(struct sink_mqtt *mqtt, const struct text *topic, const struct text *message,
                        bool retained, struct spool_row *row) {
    struct flight flight = {.row = row, .sent_ms = clock_monotonic_ms()};
    int error =
        mqtt_client_publish(mqtt->client, topic->data, message->data, message->size, retained, &flight.token);
    if (!error)
        window_add(&mqtt->window, &flight);
    return error;
}

/* `view` NULL: the gateway's presence. */
static void forbid(struct sink_mqtt *mqtt, struct device_view *view) {
    struct forbidden *forbidden = &mqtt->forbidden[mqtt->n_forbidden++ % FORBIDDEN_MOST];
    device_view_release(forbidden->view);
    forbidden->view = view ? device_view_hold(view) : NULL;
    forbidden->until_ms = clock_monotonic_ms() + FORBIDDEN_MS;
}

/* Numbers are used again, for devices of other names. */
static bool is_same_device(const struct device_view *a, const struct device_view *b) {
    return a == b || (a && b && a->number == b->number && strcmp(a->device, b->device) == 0);
}

static bool is_forbidden(const struct sink_mqtt *mqtt, const struct device_view *view) {
    size_t n = mqtt->n_forbidden < FORBIDDEN_MOST ? mqtt->n_forbidden : FORBIDDEN_MOST;
    for (size_t i = 0; i < n; i++)
        if (is_same_device(mqtt->forbidden[i].view, view) &&
            clock_monotonic_ms() < mqtt->forbidden[i].until_ms)
            return true;
    return false;
}

static void complain_of_refusal(struct sink_mqtt *mqtt, const struct spool_row *row, const char *reason) {
    const char *what = row ? row->view->device : "the gateway's presence";
    log_complain(&mqtt->refusal, clock_monotonic_ms(), mqtt->sink.config->name,
                 "the broker does not take the message of %s: %s", what, reason);
}

/* A row that will never be taken: it passes through the window settled, so that the cursor stays in order. */
static void set_aside(struct sink_mqtt *mqtt, struct spool_row *row, const char *reason) {
    complain_of_refusal(mqtt, row, reason);
    const struct flight flight = {
        .row = row, .sent_ms = clock_monotonic_ms(), .is_settled = true, .is_rejected = true};
    window_add(&mqtt->window, &flight);
}

/* Nothing that could be sent; it passes through the window as well. */
static void pass_gap(struct sink_mqtt *mqtt, struct spool_row *row) {
    const struct flight flight = {.row = row, .sent_ms = clock_monotonic_ms(), .is_settled = true};
    window_add(&mqtt->window, &flight);
}

/* 0: the window has taken over the row. */
static int send_row(struct sink_mqtt *mqtt, struct spool_row *row) {
    if (!row->view) {
        pass_gap(mqtt, row);
        return 0;
    }
    if (is_forbidden(mqtt, row->view)) {
        set_aside(mqtt, row, mqtt_client_reason(NOT_AUTHORIZED));
        return 0;
    }
    encode_json_topic(row->view, &mqtt->topic);
    int error = encode_json_row(mqtt->encoder, mqtt->sink.streams[row->kind], row, &mqtt->message);
    if (error || mqtt->topic.failed)
        return ERROR_MEMORY;
    if (mqtt_client_packet_size(mqtt->topic.data, mqtt->message.size) > mqtt->largest_packet) {
        char reason[80];
        snprintf(reason, sizeof(reason), "%zu bytes are more than its maximum packet size of %" PRIu32,
                 mqtt->message.size, mqtt->largest_packet);
        set_aside(mqtt, row, reason);
        return 0;
    }
    error = send_message(mqtt, &mqtt->topic, &mqtt->message, false, row);
    if (error != ERROR_ARGUMENT)
        return error;
    set_aside(mqtt, row, "topic or message are not possible in MQTT");
    return 0;
}

static void settle_oldest(struct sink_mqtt *mqtt) {
    struct flight flight;
    while (window_pop(&mqtt->window, &flight)) {
        if (!flight.row)
            continue;
        struct spool_cursor *cursor = mqtt->sink.cursors[flight.row->kind];
        if (flight.is_rejected)
            spool_reject(cursor, LANE_LIVE, flight.row, flight.row->readings, "the broker does not take it");
        else
            spool_acknowledge(cursor, LANE_LIVE, flight.row);
        spool_release(flight.row);
    }
}

/* Those that are urgent first. */
static size_t read_rows(struct sink_mqtt *mqtt, struct spool_row **rows, size_t most) {
    size_t n = 0;
    for (size_t kind = 0; kind < N_SPOOLS; kind++)
        n += spool_read(mqtt->sink.cursors[kind], LANE_LIVE, mqtt->read_rows[kind], rows + n, most - n);
    return n;
}

static void fill_window(struct sink_mqtt *mqtt) {
    struct spool_row *rows[READ_MOST];
    int error = 0;
    while (!error && mqtt->window.n < mqtt->limit) {
        size_t room = mqtt->limit - mqtt->window.n, taken = 0;
        size_t n = read_rows(mqtt, rows, room < READ_MOST ? room : READ_MOST);
        if (n == 0)
            return;
        for (; taken < n && !(error = send_row(mqtt, rows[taken])); taken++)
            mqtt->read_rows[rows[taken]->kind] = rows[taken]->id;
        for (size_t i = taken; i < n; i++)
            spool_release(rows[i]);
        settle_oldest(mqtt);
    }
    if (error == ERROR_MEMORY)
        mqtt->pause_until_ms = clock_monotonic_ms() + MEMORY_PAUSE_MS;
    else if (error)
        rest(mqtt, error != ERROR_UNREACHABLE, error_word(error));
}

static void on_connected(struct sink_mqtt *mqtt, const struct mqtt_event *event) {
    mqtt->state = CONNECTED;
    mqtt->most = mqtt->window.room < event->receive_maximum ? mqtt->window.room : event->receive_maximum;
    mqtt->limit = 1;
    mqtt->largest_packet = event->largest_packet;
    log_relieve(&mqtt->trouble, clock_monotonic_ms(), mqtt->sink.config->name, "connected to %s",
                mqtt->sink.config->url);
    int error = 0;
    if (!is_forbidden(mqtt, NULL))
        error = send_message(mqtt, &mqtt->status_topic, &mqtt->online, true, NULL);
    if (error)
        rest(mqtt, true, error_word(error));
}

static void on_settled(struct sink_mqtt *mqtt, const struct mqtt_event *event) {
    bool is_refused = event->kind == MQTT_REFUSED;
    const struct flight *flight = window_settle(&mqtt->window, event->token, is_refused);
    if (!flight)
        return;
    backoff_reset(&mqtt->backoff); /* it not only connects, it works */
    if (flight->row)
        mqtt->limit = mqtt->limit * 2 < mqtt->most ? mqtt->limit * 2 : mqtt->most;
    if (is_refused) {
        char reason[80];
        snprintf(reason, sizeof(reason), "%s (0x%02x)", mqtt_client_reason(event->reason),
                 (unsigned)event->reason);
        complain_of_refusal(mqtt, flight->row, reason);
        if (event->reason == NOT_AUTHORIZED)
            forbid(mqtt, flight->row ? flight->row->view : NULL);
    }
    settle_oldest(mqtt);
}

static void take_events(struct sink_mqtt *mqtt) {
    struct mqtt_event event;
    while (mqtt->client && mqtt_client_next(mqtt->client, &event)) {
        switch (event.kind) {
        case MQTT_CONNECTED:
            on_connected(mqtt, &event);
            break;
        case MQTT_CONNECT_FAILED:
            rest(mqtt, false, event.text);
            break;
        case MQTT_LOST:
            if (mqtt->state == CONNECTED) /* else it was noticed when sending */
                rest(mqtt, false, event.text);
            break;
        case MQTT_ACKNOWLEDGED:
        case MQTT_REFUSED:
            on_settled(mqtt, &event);
            break;
        }
    }
}

/* Does what is due; returns when to look again. */
static int64_t step(struct sink_mqtt *mqtt) {
    take_events(mqtt);
    int64_t now_ms = clock_monotonic_ms();
    if (mqtt->state == RESTING && now_ms >= mqtt->retry_ms)
        begin_connect(mqtt);
    if (mqtt->state == CONNECTING && now_ms >= mqtt->deadline_ms)
        rest(mqtt, true, "no answer");
    if (mqtt->state == CONNECTED && now_ms - window_oldest_ms(&mqtt->window) > ACKNOWLEDGE_MS)
        rest(mqtt, true, "the broker does not acknowledge");
    if (mqtt->state == CONNECTED && now_ms >= mqtt->pause_until_ms)
        fill_window(mqtt);
    if (mqtt->state == RESTING)
        return mqtt->retry_ms;
    if (mqtt->state == CONNECTING)
        return mqtt->deadline_ms;
    if (now_ms < mqtt->pause_until_ms)
        return mqtt->pause_until_ms;
    return mqtt->window.n ? window_oldest_ms(&mqtt->window) + ACKNOWLEDGE_MS + 1 : INT64_MAX;
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
    return send_message(mqtt, &mqtt->status_topic, &mqtt->offline, true, NULL) != 0;
}

static void run(struct sink *sink) {
    struct sink_mqtt *mqtt = (struct sink_mqtt *)sink;
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

const struct sink_kind_info sink_mqtt_kind = {
    .size = sizeof(struct sink_mqtt),
    .prepare = prepare,
    .run = run,
    .release = release,
};
