/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owner's side of a client. It meets the client's thread (mqtt_session.c) under the lock only, at three
 * places: output, the packet identifiers in use, and the events.
 *
 * A client of our own, because a library that resolves the name itself does so under a lock of all its
 * clients, and one that is given a number compares the certificate with that.
 */
#include "base/mqtt_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mqtt_client_inside.h"

enum { FIRST_EVENTS = 64 /* a power of two */ };

/* --- events --- */

void mqtt_client_tell(struct mqtt_client *client, const struct mqtt_event *event) {
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

/* --- identifiers, under the lock --- */

static bool is_used(const struct mqtt_client *client, uint16_t id) {
    return (client->in_use[id / 8] >> id % 8 & 1) != 0;
}

/* 0 where all are in use. */
static uint16_t find_id(const struct mqtt_client *client) {
    uint16_t id = client->last_id;
    if (client->outstanding == MQTT_IDENTIFIERS - 1)
        return 0;
    do
        id = (uint16_t)(id + 1 ? id + 1 : 1);
    while (id == 0 || is_used(client, id));
    return id;
}

bool mqtt_client_give_back(struct mqtt_client *client, uint16_t id) {
    uv_mutex_lock(&client->lock);
    bool was_used = is_used(client, id);
    if (was_used) {
        client->in_use[id / 8] &= (uint8_t) ~(1U << id % 8);
        client->outstanding--;
    }
    uv_mutex_unlock(&client->lock);
    return was_used;
}

/* --- the owner's side --- */

static void wake_thread(struct mqtt_client *client) {
    const uint64_t one = 1;
    while (write(client->waker, &one, sizeof(one)) < 0 && errno == EINTR)
        continue;
}

int mqtt_client_publish(struct mqtt_client *client, const char *topic, const char *payload, size_t size,
                        bool retained, int *token) {
    uv_mutex_lock(&client->lock);
    size_t before = client->output.size;
    uint16_t id = client->is_open ? find_id(client) : 0;
    int error = !client->is_open ? ERROR_UNREACHABLE : id == 0 ? ERROR_BUSY : 0;
    if (!error)
        error = mqtt_write_publish(client->options.connect.version, topic, payload, size, retained, id,
                                   &client->output);
    if (!error) {
        client->last_id = id;
        client->in_use[id / 8] |= (uint8_t)(1U << id % 8);
        client->outstanding++;
        *token = id;
    } else if (error == ERROR_MEMORY) { /* half a packet must not go out */
        client->output.size = before;
        client->output.failed = false;
    }
    uv_mutex_unlock(&client->lock);
    if (!error && before == 0)
        wake_thread(client);
    return error;
}

size_t mqtt_client_outstanding(struct mqtt_client *client) {
    uv_mutex_lock(&client->lock);
    size_t outstanding = client->outstanding;
    uv_mutex_unlock(&client->lock);
    return outstanding;
}

/* --- its life --- */

static void free_parts(struct mqtt_client *client) {
    if (client->waker >= 0)
        close(client->waker);
    text_done(&client->output);
    free(client->events);
    free(client);
}

int mqtt_client_new(const struct mqtt_options *options, struct mqtt_client **client) {
    struct mqtt_client *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->options = *options;
    new->address = *options->peer.address;
    new->options.peer.address = &new->address;
    new->room = FIRST_EVENTS;
    new->events = calloc(FIRST_EVENTS, sizeof(*new->events));
    new->waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!new->events || new->waker < 0 || uv_mutex_init(&new->lock) != 0) {
        free_parts(new);
        return ERROR_SYSTEM;
    }
    if (uv_thread_create(&new->thread, mqtt_session_run, new) != 0) {
        uv_mutex_destroy(&new->lock);
        free_parts(new);
        return ERROR_SYSTEM;
    }
    *client = new;
    return 0;
}

void mqtt_client_free(struct mqtt_client *client) {
    if (!client)
        return;
    atomic_store(&client->is_ending, true);
    wake_thread(client);
    uv_thread_join(&client->thread);
    uv_mutex_destroy(&client->lock);
    free_parts(client);
}
