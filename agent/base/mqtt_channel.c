/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library says. Its callbacks run on its own threads under its global lock: they only put an event
 * into the inbox and wake the owner.
 */
#include "base/mqtt_channel.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mqtt_words.h"

/* --- events --- */

/* Nothing is told of a connection that was given up, nor after its end. */
static void tell(struct mqtt_channel *channel, const struct mqtt_event *event) {
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

static void explain(struct mqtt_event *event, const char *what, int reason, MQTTProperties *properties) {
    MQTTProperty *words =
        properties ? MQTTProperties_getProperty(properties, MQTTPROPERTY_CODE_REASON_STRING) : NULL;
    mqtt_explain(event->text, sizeof(event->text), what, reason, words ? words->value.data.data : NULL,
                 words && words->value.data.len > 0 ? (size_t)words->value.data.len : 0);
}

/* --- callbacks: subscribing --- */

static void on_subscribed(void *context, MQTTAsync_successData5 *data) {
    (void)data;
    tell(context, &((struct mqtt_channel *)context)->client->greeting);
}

static void on_subscribed_3(void *context, MQTTAsync_successData *data) {
    (void)data;
    tell(context, &((struct mqtt_channel *)context)->client->greeting);
}

/* A connection without its subscriptions is of no use. */
static void give_up(struct mqtt_channel *channel, int reason) {
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

static void subscribe(struct mqtt_channel *channel) {
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
static void greet(struct mqtt_channel *channel, uint16_t receive_maximum, uint32_t largest_packet) {
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
static void say_not_connected(struct mqtt_channel *channel, const char *message) {
    static const char tls[] = ", or a certificate is not accepted (the broker's, ours, those of the ca_file)";
    struct mqtt_client *client = channel->client;
    struct mqtt_event event = {.kind = MQTT_LOST};
    size_t size = sizeof(event.text);
    uv_mutex_lock(&client->lock);
    if (client->tls_words[0])
        snprintf(event.text, size, "no TLS connection: %s", client->tls_words);
    else if (clock_monotonic_ms() - client->began_ms >= MQTT_CONNECT_TIMEOUT_S * 1000)
        snprintf(event.text, size, "it does not answer within %d s", MQTT_CONNECT_TIMEOUT_S);
    else
        snprintf(event.text, size, "no connection%s: %s", channel == &client->channels[true] ? tls : "",
                 message ? message : "no reason given");
    uv_mutex_unlock(&client->lock);
    tell(channel, &event);
}

static void say_refused(struct mqtt_channel *channel, int reason) {
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
    struct mqtt_client *client = ((struct mqtt_channel *)context)->client;
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

void mqtt_channel_settle(struct mqtt_channel *channel, const struct mqtt_event *event) {
    uv_mutex_lock(&channel->client->lock);
    if (channel->outstanding > 0)
        channel->outstanding--;
    uv_mutex_unlock(&channel->client->lock);
    if (event)
        tell(channel, event);
}

static void on_sent(void *context, MQTTAsync_successData5 *data) {
    mqtt_channel_settle(context, &(struct mqtt_event){.kind = MQTT_ACKNOWLEDGED, .token = data->token});
}

static void on_sent_3(void *context, MQTTAsync_successData *data) {
    mqtt_channel_settle(context, &(struct mqtt_event){.kind = MQTT_ACKNOWLEDGED, .token = data->token});
}

/* Without a reason it is the connection that failed, which is told by itself. */
static void on_not_sent(void *context, MQTTAsync_failureData5 *data) {
    struct mqtt_event event = {.kind = MQTT_REFUSED, .token = data->token, .reason = (int)data->reasonCode};
    bool is_refused = event.reason >= 0x80;
    if (is_refused)
        explain(&event, "", event.reason, &data->properties);
    mqtt_channel_settle(context, is_refused ? &event : NULL);
}

static void on_not_sent_3(void *context, MQTTAsync_failureData *data) {
    (void)data;
    mqtt_channel_settle(context, NULL);
}

/* A topic's size is only given where there is a NUL in it. */
static int on_message(void *context, char *topic, int topic_size, MQTTAsync_message *message) {
    struct mqtt_channel *channel = context;
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

/* --- whom the library calls --- */

int mqtt_channel_attach(struct mqtt_channel *channel) {
    int code = MQTTAsync_setCallbacks(channel->handle, channel, on_lost, on_message, NULL);
    return code == MQTTASYNC_SUCCESS ? MQTTAsync_setDisconnected(channel->handle, channel, on_farewell)
                                     : code;
}

void mqtt_channel_await_connected(struct mqtt_channel *channel, MQTTAsync_connectOptions *connect) {
    connect->context = channel;
    if (channel->client->options.is_3_1_1) {
        connect->onSuccess = on_connected_3;
        connect->onFailure = on_not_connected_3;
    } else {
        connect->onSuccess5 = on_connected;
        connect->onFailure5 = on_not_connected;
    }
}

void mqtt_channel_await_tls(struct mqtt_channel *channel, MQTTAsync_SSLOptions *tls) {
    tls->ssl_error_cb = on_tls_error;
    tls->ssl_error_context = channel;
}

void mqtt_channel_await_sent(struct mqtt_channel *channel, MQTTAsync_responseOptions *response) {
    response->context = channel;
    if (channel->client->options.is_3_1_1) {
        response->onSuccess = on_sent_3;
        response->onFailure = on_not_sent_3;
    } else {
        response->onSuccess5 = on_sent;
        response->onFailure5 = on_not_sent;
    }
}
