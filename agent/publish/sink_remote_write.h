/* SPDX-License-Identifier: Apache-2.0 */
/* The sink for Prometheus remote write over HTTP. See publish/sink.h. */
#ifndef HALLWATCH_PUBLISH_SINK_REMOTE_WRITE_H
#define HALLWATCH_PUBLISH_SINK_REMOTE_WRITE_H

#include "publish/sink.h"

extern const struct sink_kind_info sink_remote_write_kind;

#endif
