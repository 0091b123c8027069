/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wraps paho's MQTTAsync. Its callbacks run on its own threads under its global lock: they only put an event
 * into the inbox and wake the owner. Whatever takes that lock (MQTTAsync_isConnected, MQTTAsync_destroy)
 * returns after they have, and must not be called under ours. The library's own queueing, persistence and
 * reconnecting stay off: each of them loses order or sends what was given up.
 *
 * A handle is used again for every connection: making and destroying one leaves memory behind.
 */
#include "base/mqtt_client.h"

#include <MQTTAsync.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mqtt_inbox.h"
#include "base/mqtt_rules.h"
#include "base/mqtt_words.h"

enum {
    KEEPALIVE_S = 20,
    CONNECT_TIMEOUT_S = 10,
    MOST_BUFFERED = 65535, /* inside the library, between its two threads; the owner's window is far below */
};

/* Handles do not mix: one that has had TLS cannot do without any more. */
struct channel {
    struct mqtt_client *client;
    MQTTAsync handle;   /* NULL: not needed yet */
    size_t outstanding; /* messages in it; under the client's lock */
};

struct mqtt_client {
    struct mqtt_options options;
    struct channel channels[2]; /* without TLS, and with it */
    bool is_connecting;         /* the last attempt is not decided, as far as the owner has heard */
    uv_mutex_t lock;            /* of what follows */
    struct channel *wanted;     /* whose events are told; NULL: of none */
    int64_t began_ms;           /* monotonic */
    char tls_words[120];        /* what TLS said of this attempt */
    struct mqtt_inbox inbox;
    struct mqtt_mail mail;
    struct mqtt_event greeting; /* MQTT_CONNECTED, to be told when all is subscribed */
};

/* --- events --- */

/* Nothing is told of a connection that was given up, nor after its end. */
static void tell(struct channel *channel, const struct mqtt_event *event) {
    struct mqtt_client *client = channel->client;
    uv_mutex_lock(&client->lock);
    bool is_told = client->wanted == channel;
    if (is_told)
        mqtt_inbox_put(&client->inbox, event);
    if (event->kind == MQTT_LOST && is_told)
        client->wanted = NULL;
    uv_mutex_unlock(&client->lock);
    if (is_told)
        client->options.wake(client->options.context);
}

bool mqtt_client_next(struct mqtt_client *client, struct mqtt_event *event) {
    uv_mutex_lock(&client->lock);
    bool has_one = mqtt_inbox_take(&client->inbox, event);
    uv_mutex_unlock(&client->lock);
    if (has_one && (event->kind == MQTT_CONNECTED || event->kind == MQTT_LOST))
        client->is_connecting = false;
    return has_one;
}

static void explain(struct mqtt_event *event, const char *what, int reason, MQTTProperties *properties) {
    MQTTProperty *words =
        properties ? MQTTProperties_getProperty(properties, MQTTPROPERTY_CODE_REASON_STRING) : NULL;
    mqtt_explain(event->text, sizeof(event->text), what, reason, words ? words->value.data.data : NULL,
                 words && words->value.data.len > 0 ? (size_t)words->value.data.len : 0);
}

/* --- callbacks: subscribing --- */

static void on_subscribed(void *context, MQTTAsync_successData5 *data) {
    (void)data;
    tell(context, &((struct channel *)context)->client->greeting);
}

static void on_subscribed_3(void *context, MQTTAsync_successData *data) {
    (void)data;
    tell(context, &((struct channel *)context)->client->greeting);
}

/* A connection without its subscriptions is of no use. */
static void give_up(struct channel *channel, int reason) {
    MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;
    struct mqtt_event event = {.kind = MQTT_LOST, .reason = reason >= 0x80 ? reason : 0};
    explain(&event, "the broker refuses the subscription: ", reason >= 0x80 ? reason : 0, NULL);
    tell(channel, &event);
    MQTTAsync_disconnect(channel->handle, &options);
}

static void on_not_subscribed(void *context, MQTTAsync_failureData5 *data) {
    give_up(context, (int)data->reasonCode);
}

static void on_not_subscribed_3(void *context, MQTTAsync_failureData *data) {
    give_up(context, data->code);
}

static void subscribe(struct channel *channel) {
    const struct mqtt_options *options = &channel->client->options;
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    int qos[MQTT_FILTERS_MOST];
    for (size_t i = 0; i < options->n_filters; i++)
        qos[i] = 1;
    response.context = channel;
    if (options->is_3_1_1) {
        response.onSuccess = on_subscribed_3;
        response.onFailure = on_not_subscribed_3;
    } else {
        response.onSuccess5 = on_subscribed;
        response.onFailure5 = on_not_subscribed;
    }
    if (MQTTAsync_subscribeMany(channel->handle, (int)options->n_filters, options->filters, qos, &response) !=
        MQTTASYNC_SUCCESS)
        give_up(channel, 0);
}

/* --- callbacks: connecting --- */

/* 0 is not allowed and means as little as none. */
static uint32_t number_of(MQTTProperties *properties, enum MQTTPropertyCodes code, uint32_t without) {
    bool has_one = MQTTProperties_hasProperty(properties, code);
    uint32_t number = has_one ? (uint32_t)MQTTProperties_getNumericValue(properties, code) : 0;
    return number ? number : without;
}

/* It is told now, or when all is subscribed. */
static void greet(struct channel *channel, uint16_t receive_maximum, uint32_t largest_packet) {
    struct mqtt_client *client = channel->client;
    client->greeting = (struct mqtt_event){
        .kind = MQTT_CONNECTED, .receive_maximum = receive_maximum, .largest_packet = largest_packet};
    if (client->options.n_filters == 0)
        tell(channel, &client->greeting);
    else
        subscribe(channel);
}

static void on_connected(void *context, MQTTAsync_successData5 *data) {
    MQTTProperties *told = &data->properties;
    greet(context, (uint16_t)number_of(told, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM, UINT16_MAX),
          number_of(told, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, UINT32_MAX));
}

static void on_connected_3(void *context, MQTTAsync_successData *data) {
    (void)data;
    greet(context, UINT16_MAX, UINT32_MAX);
}

/* The library has few words: none of why TCP failed, nor of a certificate that is for another name. */
static void say_not_connected(struct channel *channel, const char *message) {
    static const char tls[] = ", or a certificate is not accepted (the broker's, ours, those of the ca_file)";
    struct mqtt_client *client = channel->client;
    struct mqtt_event event = {.kind = MQTT_LOST};
    size_t size = sizeof(event.text);
    uv_mutex_lock(&client->lock);
    if (client->tls_words[0])
        snprintf(event.text, size, "no TLS connection: %s", client->tls_words);
    else if (clock_monotonic_ms() - client->began_ms >= CONNECT_TIMEOUT_S * 1000)
        snprintf(event.text, size, "it does not answer within %d s", CONNECT_TIMEOUT_S);
    else
        snprintf(event.text, size, "no connection%s: %s", channel == &client->channels[true] ? tls : "",
                 message ? message : "no reason given");
    uv_mutex_unlock(&client->lock);
    tell(channel, &event);
}

static void say_refused(struct channel *channel, int reason) {
    struct mqtt_event event = {.kind = MQTT_LOST, .reason = reason};
    explain(&event, "the broker refuses the connection: ", reason, NULL);
    tell(channel, &event);
}

/* A code above 0 is the broker's, one below the library's. */
static void on_not_connected(void *context, MQTTAsync_failureData5 *data) {
    if (data->code > 0)
        say_refused(context, data->code);
    else
        say_not_connected(context, data->message);
}

static void on_not_connected_3(void *context, MQTTAsync_failureData *data) {
    if (data->code > 0)
        say_refused(context, mqtt_reason_of_3_1_1(data->code));
    else
        say_not_connected(context, data->message);
}

/* The first of several lines says most. */
static int on_tls_error(const char *line, size_t size, void *context) {
    struct mqtt_client *client = ((struct channel *)context)->client;
    uv_mutex_lock(&client->lock);
    if (!client->tls_words[0])
        mqtt_tls_reason(client->tls_words, sizeof(client->tls_words), line, size);
    uv_mutex_unlock(&client->lock);
    return 1;
}

/* --- callbacks: connected --- */

static void on_farewell(void *context, MQTTProperties *properties, enum MQTTReasonCodes reason) {
    struct mqtt_event event = {.kind = MQTT_LOST};
    explain(&event, "the broker ends the connection: ", (int)reason, properties);
    tell(context, &event);
}

static void on_lost(void *context, char *cause) {
    (void)cause; /* always NULL in this version */
    tell(context, &(struct mqtt_event){.kind = MQTT_LOST, .text = "the connection is lost"});
}

static void settle(struct channel *channel, const struct mqtt_event *event) {
    uv_mutex_lock(&channel->client->lock);
    if (channel->outstanding > 0)
        channel->outstanding--;
    uv_mutex_unlock(&channel->client->lock);
    if (event)
        tell(channel, event);
}

static void on_sent(void *context, MQTTAsync_successData5 *data) {
    settle(context, &(struct mqtt_event){.kind = MQTT_ACKNOWLEDGED, .token = data->token});
}

static void on_sent_3(void *context, MQTTAsync_successData *data) {
    settle(context, &(struct mqtt_event){.kind = MQTT_ACKNOWLEDGED, .token = data->token});
}

/* Without a reason it is the connection that failed, which is told by itself. */
static void on_not_sent(void *context, MQTTAsync_failureData5 *data) {
    struct mqtt_event event = {.kind = MQTT_REFUSED, .token = data->token, .reason = (int)data->reasonCode};
    bool is_refused = event.reason >= 0x80;
    if (is_refused)
        explain(&event, "", event.reason, &data->properties);
    settle(context, is_refused ? &event : NULL);
}

static void on_not_sent_3(void *context, MQTTAsync_failureData *data) {
    (void)data;
    settle(context, NULL);
}

/* A topic's size is only given where there is a NUL in it. */
static int on_message(void *context, char *topic, int topic_size, MQTTAsync_message *message) {
    struct channel *channel = context;
    struct mqtt_client *client = channel->client;
    const struct mqtt_message content = {
        .size = (size_t)message->payloadlen, .payload = message->payload, .is_retained = message->retained};
    uv_mutex_lock(&client->lock);
    bool is_told = client->wanted == channel, was_empty = client->mail.n == 0;
    if (is_told)
        mqtt_mail_put(&client->mail, topic, topic_size > 0 ? (size_t)topic_size : strlen(topic), &content);
    uv_mutex_unlock(&client->lock);
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    if (is_told && was_empty)
        client->options.wake(client->options.context);
    return 1;
}

struct mqtt_message *mqtt_client_receive(struct mqtt_client *client) {
    uv_mutex_lock(&client->lock);
    struct mqtt_message *message = mqtt_mail_take(&client->mail);
    uv_mutex_unlock(&client->lock);
    return message;
}

uint64_t mqtt_client_dropped(struct mqtt_client *client) {
    uv_mutex_lock(&client->lock);
    uint64_t dropped = client->mail.dropped;
    uv_mutex_unlock(&client->lock);
    return dropped;
}

/* --- handles --- */

static int open_channel(struct channel *channel) {
    const struct mqtt_options *options = &channel->client->options;
    MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
    if (channel->handle)
        return 0;
    create.MQTTVersion = options->is_3_1_1 ? MQTTVERSION_3_1_1 : MQTTVERSION_5;
    create.sendWhileDisconnected = 0;
    create.maxBufferedMessages = MOST_BUFFERED;
    /* The address comes with each connect. */
    int code = MQTTAsync_createWithOptions(&channel->handle, "tcp://localhost", options->client_id,
                                           MQTTCLIENT_PERSISTENCE_NONE, NULL, &create);
    if (code == MQTTASYNC_SUCCESS)
        code = MQTTAsync_setCallbacks(channel->handle, channel, on_lost, on_message, NULL);
    if (code == MQTTASYNC_SUCCESS)
        code = MQTTAsync_setDisconnected(channel->handle, channel, on_farewell);
    if (code == MQTTASYNC_SUCCESS)
        return 0;
    MQTTAsync_destroy(&channel->handle);
    return code == MQTTASYNC_BAD_UTF8_STRING ? ERROR_ARGUMENT : ERROR_MEMORY;
}

/* What the library still has to send from a connection before, which is counted anew: nothing is missed. */
static void begin(struct channel *channel) {
    struct mqtt_client *client = channel->client;
    MQTTAsync_token *tokens = NULL;
    size_t n = 0;
    if (MQTTAsync_getPendingTokens(channel->handle, &tokens) == MQTTASYNC_SUCCESS && tokens)
        while (tokens[n] != -1)
            n++;
    MQTTAsync_free(tokens);
    uv_mutex_lock(&client->lock);
    channel->outstanding = n;
    client->wanted = channel;
    client->began_ms = clock_monotonic_ms();
    mqtt_inbox_clear(&client->inbox);
    client->tls_words[0] = '\0';
    uv_mutex_unlock(&client->lock);
}

static void forget(struct mqtt_client *client) {
    uv_mutex_lock(&client->lock);
    client->wanted = NULL;
    mqtt_inbox_clear(&client->inbox);
    uv_mutex_unlock(&client->lock);
}

/* --- connecting --- */

static int connect_handle(struct channel *channel, MQTTAsync_connectOptions *connect) {
    const struct mqtt_options *options = &channel->client->options;
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    will.topicName = options->will_topic;
    will.message = options->will;
    will.retained = 1;
    will.qos = 1;
    connect->will = options->will_topic ? &will : NULL;
    connect->keepAliveInterval = KEEPALIVE_S;
    connect->connectTimeout = CONNECT_TIMEOUT_S;
    connect->username = options->user;
    connect->password = options->password;
    connect->context = channel;
    if (options->is_3_1_1) {
        connect->MQTTVersion = MQTTVERSION_3_1_1;
        connect->cleansession = 1;
        connect->onSuccess = on_connected_3;
        connect->onFailure = on_not_connected_3;
    } else {
        connect->MQTTVersion = MQTTVERSION_5;
        connect->cleanstart = 1;
        connect->onSuccess5 = on_connected;
        connect->onFailure5 = on_not_connected;
    }
    switch (MQTTAsync_connect(channel->handle, connect)) {
    case MQTTASYNC_SUCCESS:
        return 0;
    case MQTTASYNC_COMMAND_IGNORED:
        return ERROR_BUSY;
    default:
        return ERROR_ARGUMENT;
    }
}

/* As it is by default, the certificate would be verified and not whose it is. */
static int connect_with_tls(struct channel *channel, MQTTAsync_connectOptions *connect) {
    const struct mqtt_options *options = &channel->client->options;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    tls.verify = 1;
    tls.enableServerCertAuth = 1;
    tls.trustStore = options->ca_file;
    tls.keyStore = options->certificate_file;
    tls.privateKey = options->key_file;
    tls.privateKeyPassword = ""; /* a key with a passphrase is refused; OpenSSL would ask on the terminal */
    tls.ssl_error_cb = on_tls_error;
    tls.ssl_error_context = channel;
    connect->ssl = &tls;
    return connect_handle(channel, connect);
}

int mqtt_client_connect(struct mqtt_client *client, const char *host, uint16_t port, bool is_tls) {
    static const MQTTAsync_connectOptions options_3 = MQTTAsync_connectOptions_initializer,
                                          options_5 = MQTTAsync_connectOptions_initializer5;
    struct channel *channel = &client->channels[is_tls];
    MQTTAsync_connectOptions connect = client->options.is_3_1_1 ? options_3 : options_5;
    char uri[300];
    char *uris[] = {uri};
    int error = open_channel(channel);
    if (error)
        return error;
    if (MQTTAsync_isConnected(channel->handle))
        return ERROR_BUSY;
    /* Without brackets: the last colon is the port's, and a bracket would be compared with the certificate.
     */
    snprintf(uri, sizeof(uri), "%s%s:%u", is_tls ? "ssl://" : "tcp://", host, port);
    connect.serverURIs = uris;
    connect.serverURIcount = 1;
    begin(channel);
    error = is_tls ? connect_with_tls(channel, &connect) : connect_handle(channel, &connect);
    client->is_connecting = !error;
    if (error)
        forget(client);
    return error;
}

void mqtt_client_leave(struct mqtt_client *client) {
    uv_mutex_lock(&client->lock);
    struct channel *channel = client->wanted;
    uv_mutex_unlock(&client->lock);
    bool is_connecting = client->is_connecting;
    client->is_connecting = false;
    forget(client);
    if (!channel)
        return;
    MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;
    int code = is_connecting ? MQTTASYNC_FAILURE : MQTTAsync_disconnect(channel->handle, &options);
    /* An attempt cannot be ended otherwise. */
    if (code != MQTTASYNC_SUCCESS && code != MQTTASYNC_DISCONNECTED)
        MQTTAsync_destroy(&channel->handle);
}

/* --- publishing --- */

static int send_message(struct channel *channel, const char *topic, const char *payload, size_t size,
                        bool retained, int *token) {
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    response.context = channel;
    if (channel->client->options.is_3_1_1) {
        response.onSuccess = on_sent_3;
        response.onFailure = on_not_sent_3;
    } else {
        response.onSuccess5 = on_sent;
        response.onFailure5 = on_not_sent;
    }
    switch (MQTTAsync_send(channel->handle, topic, (int)size, payload, 1, retained, &response)) {
    case MQTTASYNC_SUCCESS:
        *token = response.token;
        return 0;
    case MQTTASYNC_DISCONNECTED:
        return ERROR_UNREACHABLE;
    case MQTTASYNC_NO_MORE_MSGIDS:
    case MQTTASYNC_MAX_BUFFERED_MESSAGES:
        return ERROR_BUSY;
    case MQTTASYNC_BAD_UTF8_STRING:
        return ERROR_ARGUMENT;
    default:
        return ERROR_MEMORY;
    }
}

int mqtt_client_publish(struct mqtt_client *client, const char *topic, const char *payload, size_t size,
                        bool retained, int *token) {
    if (!mqtt_can_publish(topic, size))
        return ERROR_ARGUMENT;
    /* Counted first: it may be answered before the library returns. */
    uv_mutex_lock(&client->lock);
    struct channel *channel = client->wanted;
    if (channel)
        channel->outstanding++;
    uv_mutex_unlock(&client->lock);
    if (!channel)
        return ERROR_UNREACHABLE;
    int error = send_message(channel, topic, payload, size, retained, token);
    if (error)
        settle(channel, NULL);
    return error;
}

size_t mqtt_client_outstanding(struct mqtt_client *client) {
    uv_mutex_lock(&client->lock);
    size_t outstanding = client->wanted ? client->wanted->outstanding : 0;
    uv_mutex_unlock(&client->lock);
    return outstanding;
}

/* --- its life --- */

int mqtt_client_new(const struct mqtt_options *options, struct mqtt_client **client) {
    const char *const fields[] = {options->client_id, options->user, options->password, options->will_topic,
                                  options->will};
    assert(options->n_filters <= MQTT_FILTERS_MOST);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (!mqtt_is_field(fields[i]))
            return ERROR_ARGUMENT;
    struct mqtt_client *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->options = *options;
    for (size_t i = 0; i < 2; i++)
        new->channels[i].client = new;
    if (uv_mutex_init(&new->lock) != 0) {
        free(new);
        return ERROR_MEMORY;
    }
    *client = new;
    return 0;
}

void mqtt_client_free(struct mqtt_client *client) {
    if (!client)
        return;
    forget(client);
    for (size_t i = 0; i < 2; i++)
        MQTTAsync_destroy(&client->channels[i].handle);
    uv_mutex_destroy(&client->lock);
    mqtt_mail_clear(&client->mail);
    mqtt_inbox_done(&client->inbox);
    free(client);
}
