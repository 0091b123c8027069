/* SPDX-License-Identifier: Apache-2.0 */
/* What a reload leaves as it is: settings that are in force from the agent's start to its end. */
#ifndef HALLWATCH_COMMAND_UNTIL_RESTART_H
#define HALLWATCH_COMMAND_UNTIL_RESTART_H

#include "model/config_changes.h"

/*
 * Keeps what stays as it is until a restart, and logs what would have changed; the changes are then without
 * it. The configuration `now`, read from `path`, says so, too: the next one is compared with what is in
 * force.
 */
void keep_until_restart(const char *path, struct site_config *before, struct site_config *now,
                        struct config_changes *changes);

#endif
