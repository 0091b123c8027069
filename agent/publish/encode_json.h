/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row as one JSON message, and the MQTT topic it goes to:
 *
 *   {"schema":1,"stream":"6f1c...","sequence":7,"site":"dc1","device":"pdu-1","driver":"apc_rpdu2",
 *    "class":"pdu","hall":"h1","time":1764000000000,"readings":[{"metric":"facility_active_power_watts",
 *    "component":"outlet","component_id":"1/3","phase":"L1","value":123.4,"quality":"good"}, ...]}
 *
 * A message of a node of the power topology has "node" in the device's place, and beside it "gateway", who
 * judged it, and "clock_error", by how many seconds that gateway's clock may be wrong.
 *
 * `time` is in milliseconds since 1970. `stream` and `sequence` (the row's id) identify the message, so that
 * a receiver can prove that it has everything and drop repeats. `first_sequence` stands in a row that takes
 * the place of all from there on; where these are no more, it has "gap":true instead of readings, and its
 * `time` is about when that was. A value
 * that is no number is null, whatever its quality. Several rows are one message with all of them, whole:
 *
 *   {"schema":1,"site":"dc1","gateway":"gw-1","messages":[{...}, {...}]}
 *
 * What has happened to an alarm is such a message, too, with all that there is to say of it:
 *
 *   {..., "site":"dc1","node":"ups-a2","class":"ups","alarm":"ups_on_battery-1b2c3d4e","time":1764000000000,
 *    "event":{"alarm":"ups_on_battery-1b2c3d4e","state":"active","priority":2, ...},"readings":[...]}
 *
 * Without "event" it only repeats the state of one that stands.
 *
 * conf/mqtt-message.schema.json says the same to machines. Pure; owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_ENCODE_JSON_H
#define HALLWATCH_PUBLISH_ENCODE_JSON_H

#include "base/text.h"
#include "model/alarm_board.h"
#include "publish/spool/spool.h"

struct encode_json;

/* Who publishes; borrowed. */
struct json_source {
    const char *site, *gateway;
    const char *streams[N_SPOOLS]; /* by the rows' kind */
    double clock_error_s;          /* now; of messages about nodes; NAN: not known */
};

struct encode_json *encode_json_new(void); /* NULL when out of memory */
void encode_json_free(struct encode_json *encoder);

/* Replaces what is in `message`. 0 or ERROR_MEMORY. */
int encode_json_row(struct encode_json *encoder, const struct json_source *source,
                    const struct spool_row *row, struct text *message);
/* The same of `n` rows in one message. */
int encode_json_rows(struct encode_json *encoder, const struct json_source *source,
                     struct spool_row *const *rows, size_t n, struct text *message);

/*
 * Replaces `topic` by hallwatch/SITE/DEVICE, hallwatch/SITE/node/NODE, hallwatch/SITE/event/GATEWAY of events
 * of alarms, or hallwatch/SITE/status/GATEWAY/links (delivery, judging) of the gateway's own and .../alarms
 * of those that are repeated.
 */
void encode_json_topic(const struct json_source *source, const struct device_view *view, struct text *topic);
/* Replaces it by hallwatch/SITE/status/GATEWAY/gaps, where it is told what is no more. */
void encode_json_gap_topic(const struct json_source *source, struct text *topic);
/* Replaces it by hallwatch/SITE/batch/GATEWAY, where several rows go. */
void encode_json_batch_topic(const struct json_source *source, struct text *topic);
/* Replaces it by hallwatch/SITE/nodes/GATEWAY, where several rows of nodes go. */
void encode_json_nodes_topic(const struct json_source *source, struct text *topic);
/* Replaces it by hallwatch/SITE/status/GATEWAY, where the presence is retained. */
void encode_json_status_topic(const struct json_source *source, struct text *topic);
/* Replaces `message` by the presence: `status` is "online" or "offline". */
void encode_json_presence(const struct json_source *source, const char *status, struct text *message);

/*
 * The state of an alarm, as it is retained: hallwatch/SITE/alarm/ID. Replaces `topic`, and `message`:
 *
 *   {"schema":1,"gateway":"gw-1","alarm":"ups_on_battery-1b2c3d4e","state":"active","priority":2, ...}
 */
void encode_json_alarm_topic(const struct json_source *source, const char *id, struct text *topic);
void encode_json_alarm(const struct json_source *source, const struct alarm_record *record,
                       struct text *message);

#endif
