/* SPDX-License-Identifier: Apache-2.0 */
/* What the owner's side of a client and its thread share; nobody else includes this. */
#ifndef HALLWATCH_BASE_MQTT_CLIENT_INSIDE_H
#define HALLWATCH_BASE_MQTT_CLIENT_INSIDE_H

#include <stdatomic.h>
#include <uv.h>

#include "base/mqtt_client.h"

enum { MQTT_IDENTIFIERS = 65536 };

struct mqtt_client {
    struct mqtt_options options;
    struct sockaddr_storage address;
    uv_thread_t thread;
    int waker; /* an eventfd that ends the thread's waiting */
    atomic_bool is_ending;
    uv_mutex_t lock; /* of what follows */
    bool is_open;
    struct text output;                   /* given and not yet the thread's */
    uint8_t in_use[MQTT_IDENTIFIERS / 8]; /* identifiers of messages that are not answered */
    uint16_t last_id;
    size_t outstanding;
    struct mqtt_event *events;
    size_t room, first, n;
};

/* The thread: from connecting to the end. */
void mqtt_session_run(void *client);
/* Any thread: an event for the owner. One that finds no memory is lost; the owner's time-outs find out. */
void mqtt_client_tell(struct mqtt_client *client, const struct mqtt_event *event);
/* The identifier was answered and can be used again; false where it was not in use. */
bool mqtt_client_give_back(struct mqtt_client *client, uint16_t id);

#endif
