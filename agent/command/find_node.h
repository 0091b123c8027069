/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration and the node that a command is asked about. */
#ifndef HALLWATCH_COMMAND_FIND_NODE_H
#define HALLWATCH_COMMAND_FIND_NODE_H

#include "model/config.h"

/* Loads a configuration that has a section `power`, without its secrets. An exit_status, after saying what is
 * wrong. */
int load_power_config(const char *command, const char *path, const char *gateway,
                      struct site_config **config);

/* The node of that name; POWER_NO_NODE after saying that there is none, with the nearest name. */
uint32_t find_node(const char *command, const struct power_config *power, const char *name);

#endif
