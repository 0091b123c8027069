/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row as one JSON message, and the MQTT topic it goes to:
 *
 *   {"schema":1,"stream":"6f1c...","sequence":7,"site":"dc1","device":"pdu-1","driver":"apc_rpdu2",
 *    "class":"pdu","hall":"h1","time":1764000000000,"readings":[{"metric":"facility_active_power_watts",
 *    "component":"outlet","component_id":"1/3","phase":"L1","value":123.4,"quality":"good"}, ...]}
 *
 * `time` is in milliseconds since 1970. `stream` and `sequence` (the row's id) identify the message, so that
 * a receiver can prove that it has everything and drop repeats. A value that is no number is null, whatever
 * its quality. Pure; owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_ENCODE_JSON_H
#define HALLWATCH_PUBLISH_ENCODE_JSON_H

#include "base/text.h"
#include "publish/spool.h"

struct encode_json;

struct encode_json *encode_json_new(void); /* NULL when out of memory */
void encode_json_free(struct encode_json *encoder);

/* Replaces what is in `message`. 0 or ERROR_MEMORY. */
int encode_json_row(struct encode_json *encoder, const char *stream, const struct spool_row *row,
                    struct text *message);

/*
 * Adds one level of a topic: what MQTT reserves or forbids there (/ + # control characters, bytes that are no
 * UTF-8) and the percent sign itself are percent-encoded, everything else is kept.
 */
void encode_json_topic_level(struct text *topic, const char *name);

/* Replaces `topic` by hallwatch/SITE/DEVICE. */
void encode_json_topic(const struct device_view *view, struct text *topic);

#endif
