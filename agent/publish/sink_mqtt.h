/* SPDX-License-Identifier: Apache-2.0 */
/* The MQTT sink: one JSON message per row, QoS 1, and the gateway's presence. See publish/sink.h. */
#ifndef HALLWATCH_PUBLISH_SINK_MQTT_H
#define HALLWATCH_PUBLISH_SINK_MQTT_H

#include "publish/sink.h"

extern const struct sink_kind_info sink_mqtt_kind;

#endif
