/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the running agent for its status document over its socket. */
#ifndef HALLWATCH_COMMAND_AGENT_SOCKET_H
#define HALLWATCH_COMMAND_AGENT_SOCKET_H

#include "base/text.h"

/*
 * Adds the whole answer of the agent that listens at `path` to `answer`. Returns an exit_status, after saying
 * on standard error, in the name of `command`, what went wrong.
 */
int agent_socket_ask(const char *command, const char *path, struct text *answer);

#endif
