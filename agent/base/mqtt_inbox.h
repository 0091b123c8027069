/* SPDX-License-Identifier: Apache-2.0 */
/* Events on their way from the MQTT library's threads to a client's owner, who both hold the client's lock.
 */
#ifndef HALLWATCH_BASE_MQTT_INBOX_H
#define HALLWATCH_BASE_MQTT_INBOX_H

#include "base/mqtt_client.h"

/* A ring; zeroed = empty. */
struct mqtt_inbox {
    struct mqtt_event *events;
    size_t room, first, n;
};

void mqtt_inbox_done(struct mqtt_inbox *inbox);
/* An event that finds no memory is lost; the owner's time-outs find out. */
void mqtt_inbox_put(struct mqtt_inbox *inbox, const struct mqtt_event *event);
/* The oldest one; false when there is none. */
bool mqtt_inbox_take(struct mqtt_inbox *inbox, struct mqtt_event *event);
void mqtt_inbox_clear(struct mqtt_inbox *inbox);

#endif
