/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator looks for first (power.md section 7), of a status document: redundancy, alarms as
 * incidents, the contract, the worst single loss, blind spots, what is in maintenance, the clock. Only
 * status_table.c uses it.
 */
#ifndef HALLWATCH_COMMAND_STATUS_POWER_H
#define HALLWATCH_COMMAND_STATUS_POWER_H

#include <jansson.h>
#include <stdio.h>

/* Nothing where the agent judges nothing: its configuration has no section `power`. */
void status_print_power(const json_t *document, FILE *out);

#endif
