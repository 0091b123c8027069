/* SPDX-License-Identifier: Apache-2.0 */
/* An alarm taken apart: its record, the rule that raised it, what it follows from and what follows from it.
 * Pure. */
#ifndef HALLWATCH_COMMAND_WHY_ALARM_H
#define HALLWATCH_COMMAND_WHY_ALARM_H

#include "command/why_node.h"

/* The alarm of that id in the document, or NULL. */
const json_t *why_find_alarm(const json_t *document, const char *id);

/* The record, the rule, causes and consequences. False where there is no memory for the rules. */
bool why_add_alarm(const struct why *why, const json_t *alarm);

/* A line for each alarm about the node; nothing where there is none. */
void why_add_alarms_of(const struct why *why, uint32_t node);

#endif
