/* SPDX-License-Identifier: Apache-2.0 */
/* The path of the status socket. */
#ifndef HALLWATCH_SERVE_STATUS_PATH_H
#define HALLWATCH_SERVE_STATUS_PATH_H

/* Removes a socket that nobody listens on any more. 0, or an error after it was logged: somebody does, or the
 * path is no socket's. */
int status_path_clear(const char *path);

#endif
