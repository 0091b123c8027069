/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wraps paho's MQTTAsync. Whatever takes its global lock (MQTTAsync_isConnected, MQTTAsync_destroy) returns
 * after its callbacks have, and must not be called under ours. The library's own queueing, persistence and
 * reconnecting stay off: each of them loses order or sends what was given up.
 *
 * A handle is used again for every connection: making and destroying one leaves memory behind.
 */
#include "base/mqtt_client.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mqtt_channel.h"
#include "base/mqtt_rules.h"

enum {
    KEEPALIVE_S = 20,
    MOST_BUFFERED = 65535, /* inside the library, between its two threads; the owner's window is far below */
};

/* --- what came --- */

bool mqtt_client_next(struct mqtt_client *client, struct mqtt_event *event) {
    uv_mutex_lock(&client->lock);
    bool has_one = mqtt_inbox_take(&client->inbox, event);
    uv_mutex_unlock(&client->lock);
    if (has_one && (event->kind == MQTT_CONNECTED || event->kind == MQTT_LOST))
        client->is_connecting = false;
    return has_one;
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

static int open_channel(struct mqtt_channel *channel) {
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
        code = mqtt_channel_attach(channel);
    if (code == MQTTASYNC_SUCCESS)
        return 0;
    MQTTAsync_destroy(&channel->handle);
    return code == MQTTASYNC_BAD_UTF8_STRING ? ERROR_ARGUMENT : ERROR_MEMORY;
}

/* What the library still has to send from a connection before, which is counted anew: nothing is missed. */
static void begin(struct mqtt_channel *channel) {
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

static int connect_handle(struct mqtt_channel *channel, MQTTAsync_connectOptions *connect) {
    const struct mqtt_options *options = &channel->client->options;
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    will.topicName = options->will_topic;
    will.message = options->will;
    will.retained = 1;
    will.qos = 1;
    connect->will = options->will_topic ? &will : NULL;
    connect->keepAliveInterval = KEEPALIVE_S;
    connect->connectTimeout = MQTT_CONNECT_TIMEOUT_S;
    connect->username = options->user;
    connect->password = options->password;
    if (options->is_3_1_1) {
        connect->MQTTVersion = MQTTVERSION_3_1_1;
        connect->cleansession = 1;
    } else {
        connect->MQTTVersion = MQTTVERSION_5;
        connect->cleanstart = 1;
    }
    mqtt_channel_await_connected(channel, connect);
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
static int connect_with_tls(struct mqtt_channel *channel, MQTTAsync_connectOptions *connect) {
    const struct mqtt_options *options = &channel->client->options;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    tls.verify = 1;
    tls.enableServerCertAuth = 1;
    tls.trustStore = options->ca_file;
    tls.keyStore = options->certificate_file;
    tls.privateKey = options->key_file;
    tls.privateKeyPassword = ""; /* a key with a passphrase is refused; OpenSSL would ask on the terminal */
    mqtt_channel_await_tls(channel, &tls);
    connect->ssl = &tls;
    return connect_handle(channel, connect);
}

int mqtt_client_connect(struct mqtt_client *client, const char *host, uint16_t port, bool is_tls) {
    static const MQTTAsync_connectOptions options_3 = MQTTAsync_connectOptions_initializer,
                                          options_5 = MQTTAsync_connectOptions_initializer5;
    struct mqtt_channel *channel = &client->channels[is_tls];
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
    struct mqtt_channel *channel = client->wanted;
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

static int send_message(struct mqtt_channel *channel, const char *topic, const char *payload, size_t size,
                        bool retained, int *token) {
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    mqtt_channel_await_sent(channel, &response);
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
    struct mqtt_channel *channel = client->wanted;
    if (channel)
        channel->outstanding++;
    uv_mutex_unlock(&client->lock);
    if (!channel)
        return ERROR_UNREACHABLE;
    int error = send_message(channel, topic, payload, size, retained, token);
    if (error)
        mqtt_channel_settle(channel, NULL);
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
