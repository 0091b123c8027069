/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of an MQTT client, which its two files share: the library's handles, and its callbacks, which
 * tell what happens. Nobody else includes it.
 */
#ifndef HALLWATCH_BASE_MQTT_CHANNEL_H
#define HALLWATCH_BASE_MQTT_CHANNEL_H

#include <MQTTAsync.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/mqtt_client.h"
#include "base/mqtt_inbox.h"

enum { MQTT_CONNECT_TIMEOUT_S = 10 };

/* Handles do not mix: one that has had TLS cannot do without any more. */
struct mqtt_channel {
    struct mqtt_client *client;
    MQTTAsync handle;   /* NULL: not needed yet */
    size_t outstanding; /* messages in it; under the client's lock */
};

struct mqtt_client {
    struct mqtt_options options;
    struct mqtt_channel channels[2]; /* without TLS, and with it */
    bool is_connecting;              /* the last attempt is not decided, as far as the owner has heard */
    uv_mutex_t lock;                 /* of what follows */
    struct mqtt_channel *wanted;     /* whose events are told; NULL: of none */
    int64_t began_ms;                /* monotonic */
    char tls_words[120];             /* what TLS said of this attempt */
    struct mqtt_inbox inbox;
    struct mqtt_mail mail;
    struct mqtt_event greeting; /* MQTT_CONNECTED, to be told when all is subscribed */
};

/* Has the library call us for a handle that was just made. MQTTASYNC_SUCCESS, or another of its codes. */
int mqtt_channel_attach(struct mqtt_channel *channel);
/* Sets whom the library calls when the connection is made, or not; whom when TLS fails; when it is sent. */
void mqtt_channel_await_connected(struct mqtt_channel *channel, MQTTAsync_connectOptions *connect);
void mqtt_channel_await_tls(struct mqtt_channel *channel, MQTTAsync_SSLOptions *tls);
void mqtt_channel_await_sent(struct mqtt_channel *channel, MQTTAsync_responseOptions *response);

/* One message less is under way; of which the event tells, unless it is NULL. */
void mqtt_channel_settle(struct mqtt_channel *channel, const struct mqtt_event *event);

#endif
