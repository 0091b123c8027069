/* SPDX-License-Identifier: Apache-2.0 */
/* The alarms of a status document, put to the nodes that they are about. Pure. */
#ifndef HALLWATCH_COMMAND_NODE_ALARMS_H
#define HALLWATCH_COMMAND_NODE_ALARMS_H

#include <jansson.h>

#include "command/tree_text.h"

/* Whether the entry of `alarms` stands: it was raised, has not ended, and is no other's consequence. */
bool alarm_stands(const json_t *alarm);
/* Whether it is about the node, or about a device that measures it or tells its state. */
bool alarm_is_about(const json_t *alarm, const struct power_node *node);

/* By node, to be freed by the caller; texts are the document's. NULL when out of memory. */
struct tree_alarm *node_alarms_new(const struct power_config *power, const json_t *document);

#endif
