/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wraps paho's MQTTAsync. Its callbacks run on its own threads under its global lock: they only put an event
 * into the inbox and wake the owner. Since MQTTAsync_destroy takes that lock, no callback comes after it. The
 * library's own queueing, persistence and reconnecting stay off: each of them loses order or sends what was
 * given up.
 */
#include "base/mqtt_client.h"

#include <MQTTAsync.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/error.h"

enum {
    KEEPALIVE_S = 20,
    CONNECT_TIMEOUT_S = 10,
    MOST_BUFFERED = 65535, /* inside the library, between its two threads; the owner's window is far below */
    FIRST_EVENTS = 64,     /* a power of two */
};

struct mqtt_client {
    struct mqtt_options options;
    MQTTAsync handle;
    uv_mutex_t lock; /* of the inbox */
    struct mqtt_event *events;
    size_t room, first, n;
};

/* An event that finds no memory is lost; the owner's time-outs find out. */
static void tell(struct mqtt_client *client, const struct mqtt_event *event) {
    uv_mutex_lock(&client->lock);
    if (client->n == client->room) {
        struct mqtt_event *events = calloc(client->room * 2, sizeof(*events));
        if (events) {
            for (size_t i = 0; i < client->n; i++)
                events[i] = client->events[(client->first + i) & (client->room - 1)];
            free(client->events);
            client->events = events;
            client->first = 0;
            client->room *= 2;
        }
    }
    if (client->n < client->room)
        client->events[(client->first + client->n++) & (client->room - 1)] = *event;
    uv_mutex_unlock(&client->lock);
    client->options.wake(client->options.context);
}

bool mqtt_client_next(struct mqtt_client *client, struct mqtt_event *event) {
    uv_mutex_lock(&client->lock);
    bool has_one = client->n > 0;
    if (has_one) {
        *event = client->events[client->first];
        client->first = (client->first + 1) & (client->room - 1);
        client->n--;
    }
    uv_mutex_unlock(&client->lock);
    return has_one;
}

static void on_connected(void *context, MQTTAsync_successData5 *data) {
    struct mqtt_event event = {
        .kind = MQTT_CONNECTED, .receive_maximum = UINT16_MAX, .largest_packet = UINT32_MAX};
    if (MQTTProperties_hasProperty(&data->properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM))
        event.receive_maximum =
            (uint16_t)MQTTProperties_getNumericValue(&data->properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM);
    if (MQTTProperties_hasProperty(&data->properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE))
        event.largest_packet = (uint32_t)MQTTProperties_getNumericValue(
            &data->properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE);
    tell(context, &event);
}

static void on_connect_failed(void *context, MQTTAsync_failureData5 *data) {
    struct mqtt_event event = {.kind = MQTT_CONNECT_FAILED, .reason = (int)data->reasonCode};
    const char *text = data->reasonCode ? mqtt_client_reason((int)data->reasonCode) : data->message;
    snprintf(event.text, sizeof(event.text), "%s", text ? text : "no answer");
    tell(context, &event);
}

static void on_lost(void *context, char *cause) {
    (void)cause; /* always NULL in this version */
    tell(context, &(struct mqtt_event){.kind = MQTT_LOST, .text = "the broker closed the connection"});
}

static void on_sent(void *context, MQTTAsync_successData5 *data) {
    tell(context, &(struct mqtt_event){.kind = MQTT_ACKNOWLEDGED, .token = data->token});
}

/* Without a reason it is the connection that failed, which is told by itself. */
static void on_not_sent(void *context, MQTTAsync_failureData5 *data) {
    int reason = (int)data->reasonCode;
    if (reason >= 0x80)
        tell(context, &(struct mqtt_event){.kind = MQTT_REFUSED, .token = data->token, .reason = reason});
}

/* Never called: nothing is subscribed. The library insists on it. */
static int on_message(void *context, char *topic, int topic_size, MQTTAsync_message *message) {
    (void)context;
    (void)topic_size;
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

int mqtt_client_new(const struct mqtt_options *options, struct mqtt_client **client) {
    struct mqtt_client *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->options = *options;
    new->room = FIRST_EVENTS;
    new->events = calloc(FIRST_EVENTS, sizeof(*new->events));
    if (!new->events || uv_mutex_init(&new->lock) != 0) {
        free(new->events);
        free(new);
        return ERROR_MEMORY;
    }
    MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
    create.sendWhileDisconnected = 0;
    create.maxBufferedMessages = MOST_BUFFERED;
    /* The address comes with each connect. */
    int code = MQTTAsync_createWithOptions(&new->handle, "tcp://localhost", options->client_id,
                                           MQTTCLIENT_PERSISTENCE_NONE, NULL, &create);
    if (code == MQTTASYNC_SUCCESS)
        code = MQTTAsync_setCallbacks(new->handle, new, on_lost, on_message, NULL);
    if (code != MQTTASYNC_SUCCESS) {
        mqtt_client_free(new);
        return ERROR_ARGUMENT;
    }
    *client = new;
    return 0;
}

void mqtt_client_free(struct mqtt_client *client) {
    if (!client)
        return;
    MQTTAsync_destroy(&client->handle);
    uv_mutex_destroy(&client->lock);
    free(client->events);
    free(client);
}

int mqtt_client_connect(struct mqtt_client *client, const char *address, uint16_t port) {
    char uri[128];
    char *uris[] = {uri};
    snprintf(uri, sizeof(uri), strchr(address, ':') ? "tcp://[%s]:%u" : "tcp://%s:%u", address, port);
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    will.topicName = client->options.will_topic;
    will.message = client->options.will;
    will.retained = 1;
    will.qos = 1;
    MQTTAsync_connectOptions connect = MQTTAsync_connectOptions_initializer5;
    connect.MQTTVersion = MQTTVERSION_5;
    connect.cleanstart = 1;
    connect.keepAliveInterval = KEEPALIVE_S;
    connect.connectTimeout = CONNECT_TIMEOUT_S;
    connect.username = client->options.user;
    connect.password = client->options.password;
    connect.will = &will;
    connect.serverURIs = uris;
    connect.serverURIcount = 1;
    connect.onSuccess5 = on_connected;
    connect.onFailure5 = on_connect_failed;
    connect.context = client;
    switch (MQTTAsync_connect(client->handle, &connect)) {
    case MQTTASYNC_SUCCESS:
        return 0;
    case MQTTASYNC_COMMAND_IGNORED: /* an earlier attempt is not over yet */
        return ERROR_BUSY;
    default:
        return ERROR_ARGUMENT;
    }
}

int mqtt_client_publish(struct mqtt_client *client, const char *topic, const char *payload, size_t size,
                        bool retained, int *token) {
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    response.onSuccess5 = on_sent;
    response.onFailure5 = on_not_sent;
    response.context = client;
    if (size > INT32_MAX)
        return ERROR_ARGUMENT;
    switch (MQTTAsync_send(client->handle, topic, (int)size, payload, 1, retained, &response)) {
    case MQTTASYNC_SUCCESS:
        *token = response.token;
        return 0;
    case MQTTASYNC_DISCONNECTED:
        return ERROR_UNREACHABLE;
    case MQTTASYNC_NO_MORE_MSGIDS:
    case MQTTASYNC_MAX_BUFFERED_MESSAGES:
        return ERROR_BUSY;
    default:
        return ERROR_ARGUMENT;
    }
}

size_t mqtt_client_packet_size(const char *topic, size_t payload_size) {
    enum { FIXED_HEADER = 5, TOPIC_SIZE = 2, PACKET_ID = 2, PROPERTIES = 1 };
    return FIXED_HEADER + TOPIC_SIZE + strlen(topic) + PACKET_ID + PROPERTIES + payload_size;
}

const char *mqtt_client_reason(int reason) {
    const char *text = MQTTReasonCode_toString((enum MQTTReasonCodes)reason);
    return text ? text : "no reason given";
}
