/* SPDX-License-Identifier: Apache-2.0 */
/* Looks who is at a path before a socket takes it. */
#include "serve/status_path.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"

enum { BACKLOG = 16 };

/* Whether somebody listens there: then the path is theirs. */
static bool is_in_use(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    bool refused = probe >= 0 && connect(probe, (struct sockaddr *)&address, sizeof(address)) != 0 &&
                   errno == ECONNREFUSED;
    if (probe >= 0)
        close(probe);
    return !refused;
}

static int clear(const char *path) {
    struct stat status;
    struct sockaddr_un address;
    if (strlen(path) >= sizeof(address.sun_path)) {
        log_write(LOG_ERROR, "status", "%s is longer than %zu bytes", path, sizeof(address.sun_path) - 1);
        return ERROR_TOO_BIG;
    }
    if (lstat(path, &status) != 0)
        return 0; /* binding says what else is wrong */
    if (!S_ISSOCK(status.st_mode)) {
        log_write(LOG_ERROR, "status", "%s is there already and no socket: remove it or set status_socket",
                  path);
        return ERROR_BUSY;
    }
    if (is_in_use(path)) {
        log_write(LOG_ERROR, "status", "another agent listens at %s: set status_socket", path);
        return ERROR_BUSY;
    }
    return unlink(path) == 0 || errno == ENOENT ? 0 : ERROR_SYSTEM;
}

int status_path_listen(uv_pipe_t *listener, const char *path, uv_connection_cb connected) {
    int error = clear(path);
    if (error)
        return error;
    error = uv_pipe_bind(listener, path);
    /* Nobody gets in before uv_listen. */
    if (!error && chmod(path, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0)
        error = uv_translate_sys_error(errno);
    if (!error)
        error = uv_listen((uv_stream_t *)listener, BACKLOG, connected);
    if (!error)
        return 0;
    log_write(LOG_ERROR, "status", "cannot listen at %s: %s", path, uv_strerror(error));
    return ERROR_SYSTEM;
}
