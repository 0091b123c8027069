/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One MQTT connection, for publishing: it is made once, and after its end another client is made. Nothing is
 * stored or repeated here, and what happens is told as events to the one thread that owns the client.
 * Reconnecting, windows and time-outs of acknowledgements are that thread's affair.
 */
#ifndef HALLWATCH_BASE_MQTT_CLIENT_H
#define HALLWATCH_BASE_MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mqtt_packet.h"
#include "base/net_stream.h"

struct mqtt_client;

/* Everything but the address is borrowed until mqtt_client_free. */
struct mqtt_options {
    struct net_stream_options peer;
    struct mqtt_connect connect; /* the keepalive is the client's own */
    void (*wake)(void *context); /* called from the client's thread when an event came; must not block */
    void *context;
};

enum mqtt_event_kind {
    MQTT_CONNECTED, /* receive_maximum and largest_packet are set */
    MQTT_LOST,      /* there is no connection (any more), and no event follows; whether messages under way got
                       through is unknown; text says why */
    MQTT_ACKNOWLEDGED, /* the message `token` is with the broker */
    MQTT_REFUSED,      /* the broker has taken the message `token` and said no: reason and text */
};

struct mqtt_event {
    enum mqtt_event_kind kind;
    int token;
    int reason;               /* MQTT reason code of a refusal */
    uint16_t receive_maximum; /* messages that the broker takes before it has acknowledged any */
    uint32_t largest_packet;  /* in bytes; UINT32_MAX: no bound */
    char text[256];
};

/*
 * Begins to connect, on a thread of its own; MQTT_CONNECTED or MQTT_LOST comes. 0, ERROR_MEMORY, ERROR_SYSTEM
 * or ERROR_ARGUMENT.
 */
int mqtt_client_new(const struct mqtt_options *options, struct mqtt_client **client);
/* Ends the connection with a farewell: the broker forgets the will. No event comes any more. NULL is fine. */
void mqtt_client_free(struct mqtt_client *client);

/*
 * Gives the client a message to send with QoS 1; topic and payload are copied. 0 and *token, after which one
 * of MQTT_ACKNOWLEDGED, MQTT_REFUSED or MQTT_LOST comes; else ERROR_UNREACHABLE (not connected), ERROR_BUSY
 * (too many under way), ERROR_MEMORY, or ERROR_ARGUMENT: MQTT cannot carry such a topic or so much.
 */
int mqtt_client_publish(struct mqtt_client *client, const char *topic, const char *payload, size_t size,
                        bool retained, int *token);

/* How many messages the broker has not answered yet: what its Receive Maximum bounds. */
size_t mqtt_client_outstanding(struct mqtt_client *client);

/* The next event, oldest first; false when there is none. */
bool mqtt_client_next(struct mqtt_client *client, struct mqtt_event *event);

#endif
