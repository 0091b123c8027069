/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status as one JSON document, in pieces, so that it can be sent without ever being whole in memory:
 *
 *   {"site":"dc1","gateway":"gw-1","version":"0.1.0","started":1764000000000,"time":1764000060000,
 *    "devices":[
 *     {"name":"pdu-a1","url":"snmp://10.0.0.5","driver":"apc_rpdu2","class":"pdu","rack":"r01","interval":5,
 *      "up":true,"last_success":1764000059876,"age":0.124,"model":"AP8959","readings":[
 *       {"metric":"facility_active_power_watts","component":"input","component_id":"1","phase":"total",
 *        "value":1234.5,"unit":"W","quality":"good","time":1764000059876}, ...]}, ...],
 *    ... what is judged, where the configuration has a section `power` (serve/status_judged.h) ...
 *    "configuration":{"loaded":1764000000000,"refused":1764000050000,"mistakes":2},
 *    "spool":{"folder":"/var/lib/hallwatch","parts":[
 *     {"name":"readings","memory":5120,"memory_most":67108864,"disk":40960,"quota":2147483648,
 *      "quota_age":604800,"written":81920,"stuck":true,"error":"database or disk is full"}, ...]},
 *    "sinks":[
 *     {"name":"broker","type":"mqtt","receiver":"mqtt://10.0.0.9","state":"retrying","since":1764000030000,
 *      "next_try":1764000064000,"error":"connection refused","error_time":1764000058000,"refusal":"too big",
 *      "refusal_time":1764000003000,"waiting_rows":40,"waiting":800,"backlog":0,
 *      "waiting_since":1764000030000,"rate":0,"sent":12,"dropped":0,"dropped_totals":0,"thinned":0,
 *      "rejected":0,"delivered":3,"refused":1,"retried":4}, ...]}
 *
 * Times are in milliseconds since 1970, `age` in seconds since the device itself said something. `up` is
 * null and there are no readings before a device has answered; `error` names the trouble of one that is
 * not up. `folder` is what is configured, without `disk` where it is not used. A sink's state is starting,
 * working, retrying or denied; `rate` (readings a second) is null before it is known. Pure.
 */
#ifndef HALLWATCH_SERVE_STATUS_DOCUMENT_H
#define HALLWATCH_SERVE_STATUS_DOCUMENT_H

#include "base/text.h"
#include "model/config.h"
#include "model/latest.h"
#include "publish/delivery_report.h"

/* `links`: what the gateway says of its links; NULL where it has not yet. */
void status_write_head(struct text *text, const struct site_config *config, const struct latest_device *links,
                       int64_t started_ms, int64_t now_ms);
/* `latest` is NULL where the device has said nothing yet. `first`: no comma before it. */
void status_write_device(struct text *text, const struct device_config *config,
                         const struct latest_device *latest, bool first, int64_t now_ms);
/* What became of the configuration: when that in force was loaded, and one refused since. */
struct status_configuration {
    int64_t loaded_ms, refused_ms; /* wall clock; refused_ms 0: none was */
    size_t mistakes;               /* of the one refused */
};
/* `folder`: the configuration's, of the spool; NULL: none. */
void status_write_tail(struct text *text, const struct status_configuration *configuration,
                       const char *folder, const struct delivery *delivery);

#endif
