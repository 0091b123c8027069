/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages on their way from the MQTT library's threads to a client's owner, who both hold the client's lock.
 * Bounded: where the owner is slow, the oldest go and are counted, because the newest say what is now.
 */
#ifndef HALLWATCH_BASE_MQTT_MAIL_H
#define HALLWATCH_BASE_MQTT_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MQTT_MAIL_MOST = 4096, MQTT_MAIL_BYTES_MOST = 16 << 20 };

/* One message, in a piece of memory that is to be freed. */
struct mqtt_message {
    size_t size; /* of the payload */
    bool is_retained;
    const char *topic; /* NUL-terminated; both in the same piece of memory */
    const char *payload;
};

/* A ring; zeroed = empty. */
struct mqtt_mail {
    struct mqtt_message *messages[MQTT_MAIL_MOST];
    size_t first, n, bytes;
    uint64_t dropped;
};

void mqtt_mail_clear(struct mqtt_mail *mail);
/* Puts a copy in; one that is larger than all may be, or finds no memory, is dropped. */
void mqtt_mail_put(struct mqtt_mail *mail, const char *topic, size_t topic_size,
                   const struct mqtt_message *message);
/* The oldest one, the caller's to free; NULL when there is none. */
struct mqtt_message *mqtt_mail_take(struct mqtt_mail *mail);

#endif
