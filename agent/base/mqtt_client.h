/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One MQTT connection at a time, to publish or to subscribe. A thin cover over the library: nothing is
 * queued, stored or repeated here, and what happens is told as events to the one thread that owns the client.
 * Reconnecting, windows and time-outs of acknowledgements are that thread's affair.
 */
#ifndef HALLWATCH_BASE_MQTT_CLIENT_H
#define HALLWATCH_BASE_MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mqtt_mail.h"

struct mqtt_client;

enum { MQTT_FILTERS_MOST = 4 };

/* Everything is borrowed until mqtt_client_free. */
struct mqtt_options {
    bool is_3_1_1; /* else MQTT 5 */
    const char *client_id;
    const char *user, *password;   /* NULL: none */
    const char *will_topic, *will; /* retained, QoS 1: what the broker says of us when we vanish;
                                      NULL: nothing */
    char *const *filters;          /* subscribed to with each connection, QoS 1 */
    size_t n_filters;
    const char *ca_file;                     /* TLS: whom to trust; NULL: whom the system trusts */
    const char *certificate_file, *key_file; /* TLS: who we are; NULL: nobody */
    void (*wake)(void *context); /* called from the library's threads when an event or a message came; must
                                    not block */
    void *context;
};

enum mqtt_event_kind {
    MQTT_CONNECTED, /* and subscribed; receive_maximum and largest_packet are set */
    MQTT_LOST,      /* there is no connection (any more), and no event follows; whether messages under way got
                       through is unknown; text says why */
    MQTT_ACKNOWLEDGED, /* the message `token` is with the broker */
    MQTT_REFUSED,      /* the broker has taken the message `token` and said no: reason and text */
};

struct mqtt_event {
    enum mqtt_event_kind kind;
    int token;
    int reason;               /* MQTT reason code of a refusal, of the connection, too; 0: none was said */
    uint16_t receive_maximum; /* messages that the broker takes before it has acknowledged any */
    uint32_t largest_packet;  /* in bytes; UINT32_MAX: no bound */
    char text[256];
};

/* 0, ERROR_MEMORY, or ERROR_ARGUMENT where MQTT cannot carry a text. */
int mqtt_client_new(const struct mqtt_options *options, struct mqtt_client **client);
/* Ends the connection with a farewell: the broker forgets the will. No event comes any more. NULL is fine. */
void mqtt_client_free(struct mqtt_client *client);

/*
 * Begins to connect. 0, after which MQTT_CONNECTED or MQTT_LOST comes; ERROR_BUSY, to be called again in some
 * ten milliseconds: the library is not done with the connection before; ERROR_MEMORY or ERROR_ARGUMENT.
 *
 * The library looks a name up under a lock of all its clients. `host` must therefore be a number; only with
 * TLS, where it compares the certificate with `host`, a name, whose look-up elsewhere has just been answered.
 * What remains: where the name service answers that and then hangs at once, all clients wait with it.
 */
int mqtt_client_connect(struct mqtt_client *client, const char *host, uint16_t port, bool is_tls);
/* Gives the connection, or the attempt, up with a farewell: no event of it comes any more. */
void mqtt_client_leave(struct mqtt_client *client);

/*
 * Gives the library a message to send with QoS 1; topic and payload are copied. 0 and *token, after which one
 * of MQTT_ACKNOWLEDGED, MQTT_REFUSED or MQTT_LOST comes; else ERROR_UNREACHABLE (not connected), ERROR_BUSY
 * (too many under way), ERROR_MEMORY, or ERROR_ARGUMENT: MQTT cannot carry such a topic or so much. What the
 * library had not written when the connection was lost it still sends after the next connect.
 */
int mqtt_client_publish(struct mqtt_client *client, const char *topic, const char *payload, size_t size,
                        bool retained, int *token);

/*
 * How many messages the broker has not answered yet, those included that the library has kept from before:
 * what its Receive Maximum bounds.
 */
size_t mqtt_client_outstanding(struct mqtt_client *client);

/* The next message of what is subscribed to, oldest first, the caller's to free; NULL when there is none. */
struct mqtt_message *mqtt_client_receive(struct mqtt_client *client);
/* How many were dropped because they were too many at a time, or too large, since the client was made. */
uint64_t mqtt_client_dropped(struct mqtt_client *client);

/* The next event, oldest first; false when there is none. */
bool mqtt_client_next(struct mqtt_client *client, struct mqtt_event *event);

#endif
