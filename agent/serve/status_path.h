/* SPDX-License-Identifier: Apache-2.0 */
/* The status socket at its path. */
#ifndef HALLWATCH_SERVE_STATUS_PATH_H
#define HALLWATCH_SERVE_STATUS_PATH_H

#include <uv.h>

/*
 * Listens at `path`, for the owner and the group; a socket that nobody listens on any more is replaced. 0, or
 * an error after it was logged: somebody does listen, the path is no socket's, or it cannot be had.
 */
int status_path_listen(uv_pipe_t *listener, const char *path, uv_connection_cb connected);

#endif
