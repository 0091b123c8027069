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

int status_path_clear(const char *path) {
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
