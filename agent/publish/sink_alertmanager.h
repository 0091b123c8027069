/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alarms at present as alerts to Alertmanager: to every endpoint, each with a thread of its own, since
 * the peers of a cluster are told each and one that is slow must not keep the others waiting. No spool is
 * read: what is active is told again and again, so that whoever was away knows it soon.
 */
#ifndef HALLWATCH_PUBLISH_SINK_ALERTMANAGER_H
#define HALLWATCH_PUBLISH_SINK_ALERTMANAGER_H

#include "publish/sink.h"

extern const struct sink_kind_info sink_alertmanager_kind;

#endif
