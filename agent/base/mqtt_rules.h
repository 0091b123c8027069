/* SPDX-License-Identifier: Apache-2.0 */
/* How large MQTT lets a message be, and how topics are written. Pure. */
#ifndef HALLWATCH_BASE_MQTT_RULES_H
#define HALLWATCH_BASE_MQTT_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* The bytes that a message of QoS 1 takes on the wire, at most. */
size_t mqtt_publish_size(const char *topic, size_t payload_size);
/* Whether MQTT can carry a message of that size on that topic; patterns and other encodings aside. */
bool mqtt_can_publish(const char *topic, size_t payload_size);
/* Whether a text (or NULL: none) is short enough to be a field of a packet. */
bool mqtt_is_field(const char *text);

/*
 * Adds one level of a topic: what MQTT reserves or forbids there (/ + # control characters, codes that are no
 * characters, bytes that are no UTF-8) and the percent sign itself are percent-encoded, everything else is
 * kept.
 */
void mqtt_add_topic_level(struct text *topic, const char *name);

#endif
