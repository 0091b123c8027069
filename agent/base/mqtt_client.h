/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One MQTT 5 connection, for publishing. A thin cover over the library: nothing is queued, stored or repeated
 * here, and what happens is told as events to the one thread that owns the client. Reconnecting, windows and
 * time-outs are that thread's affair.
 */
#ifndef HALLWATCH_BASE_MQTT_CLIENT_H
#define HALLWATCH_BASE_MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mqtt_client;

/* Everything is borrowed until mqtt_client_free. */
struct mqtt_options {
    const char *client_id;
    const char *user, *password;   /* NULL: none */
    const char *will_topic, *will; /* retained, QoS 1: what the broker says of us when we vanish */
    void (*wake)(void *context);   /* called from the library's threads when an event came; must not block */
    void *context;
};

enum mqtt_event_kind {
    MQTT_CONNECTED,      /* receive_maximum and largest_packet are set */
    MQTT_CONNECT_FAILED, /* text says why */
    MQTT_LOST,           /* the connection is gone; whether messages under way got through is unknown */
    MQTT_ACKNOWLEDGED,   /* the message `token` is with the broker */
    MQTT_REFUSED,        /* the broker has taken the message `token` and said no: reason */
};

struct mqtt_event {
    enum mqtt_event_kind kind;
    int token;
    int reason;               /* MQTT reason code of a refusal; 0 = none given */
    uint16_t receive_maximum; /* messages that the broker takes before it has acknowledged any */
    uint32_t largest_packet;  /* in bytes; UINT32_MAX: no bound */
    char text[104];
};

/* 0, ERROR_MEMORY or ERROR_ARGUMENT. */
int mqtt_client_new(const struct mqtt_options *options, struct mqtt_client **client);
/* Ends the connection with a farewell: the broker forgets the will. No event comes any more. NULL is fine. */
void mqtt_client_free(struct mqtt_client *client);

/*
 * Begins to connect to a numeric address (a name would be resolved under the library's global lock). 0, after
 * which MQTT_CONNECTED or MQTT_CONNECT_FAILED comes, or an error, after which neither does. After MQTT_LOST
 * wait some milliseconds: the library is not done with the old connection yet.
 */
int mqtt_client_connect(struct mqtt_client *client, const char *address, uint16_t port);

/*
 * Gives the library a message to send with QoS 1; topic and payload are copied. 0 and *token, after which one
 * of MQTT_ACKNOWLEDGED, MQTT_REFUSED or MQTT_LOST comes; else ERROR_UNREACHABLE (not connected), ERROR_BUSY
 * or ERROR_ARGUMENT. What the library had not written when the connection was lost it may still send after
 * the next connect.
 */
int mqtt_client_publish(struct mqtt_client *client, const char *topic, const char *payload, size_t size,
                        bool retained, int *token);

/* The bytes that such a message takes on the wire, at most. */
size_t mqtt_client_packet_size(const char *topic, size_t payload_size);

/* The next event, oldest first; false when there is none. */
bool mqtt_client_next(struct mqtt_client *client, struct mqtt_event *event);

/* What a reason code means, in words. */
const char *mqtt_client_reason(int reason);

#endif
