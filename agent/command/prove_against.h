/* SPDX-License-Identifier: Apache-2.0 */
/* What a spool on disk says of streams: how far they have come, what waits and what was refused. */
#ifndef HALLWATCH_COMMAND_PROVE_AGAINST_H
#define HALLWATCH_COMMAND_PROVE_AGAINST_H

#include "command/prove_streams.h"

/*
 * Adds that to the streams, for one sink; NULL: the only one there is. An exit_status, after saying what is
 * wrong.
 */
int prove_against(struct prove_streams *streams, const char *folder, const char *sink);

#endif
