/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has happened to alarms, each posted as one JSON message (encode_json.h) to whatever listens at a URL:
 * at least once, and in order.
 */
#ifndef HALLWATCH_PUBLISH_SINK_WEBHOOK_H
#define HALLWATCH_PUBLISH_SINK_WEBHOOK_H

#include "publish/sink.h"

extern const struct sink_kind_info sink_webhook_kind;

#endif
