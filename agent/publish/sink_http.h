/* SPDX-License-Identifier: Apache-2.0 */
/* The sinks that post requests over HTTP, whatever their format. See publish/sink.h. */
#ifndef HALLWATCH_PUBLISH_SINK_HTTP_H
#define HALLWATCH_PUBLISH_SINK_HTTP_H

#include "publish/sink.h"

extern const struct sink_kind_info sink_http_kind;

#endif
