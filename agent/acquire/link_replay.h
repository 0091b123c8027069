/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link that answers from a recording (acquire/recording.h) as the recorded device would: for tests and
 * demonstrations.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_REPLAY_H
#define HALLWATCH_ACQUIRE_LINK_REPLAY_H

#include <uv.h>

#include "acquire/link.h"

/*
 * Reads the recording at `path`, FILE.snmprec or FILE.registers. On failure `why` (of `size` bytes) says
 * what is wrong and where; the error is file_read's, or ERROR_ARGUMENT for a mistake in the file. One
 * request at a time, refused with ERROR_ARGUMENT where the recorded device does not speak its protocol;
 * the answer comes with the loop's next turn. After link_close the loop must run once more.
 */
int link_replay_open(uv_loop_t *loop, const char *path, struct link **link, char *why, size_t size);

#endif
