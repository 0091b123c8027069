/* SPDX-License-Identifier: Apache-2.0 */
/* One connection, read to its end. */
#include "command/agent_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "command/command.h"

enum { PATIENCE_MS = 15000, CHUNK = 65536, DOCUMENT_MOST = 512 << 20 };

static int say(const char *command, const char *path, const char *what, int status) {
    fprintf(stderr, "hallwatch %s: %s: %s\n", command, path, what);
    return status;
}

static int connect_to(const char *command, const char *path, int *stream) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path))
        return say(command, path, "the path of a socket is at most 107 bytes long", STATUS_USAGE);
    memcpy(address.sun_path, path, strlen(path));
    *stream = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*stream >= 0 && connect(*stream, (struct sockaddr *)&address, sizeof(address)) == 0)
        return STATUS_OK;
    int reason = errno;
    if (*stream >= 0)
        close(*stream);
    if (reason == EACCES)
        return say(command, path, "you may not ask this agent: it needs its user or group", STATUS_REFUSED);
    if (reason == ENOENT || reason == ECONNREFUSED)
        return say(command, path, "no agent listens here: is `hallwatch run` running?", STATUS_UNREACHABLE);
    return say(command, path, strerror(reason), STATUS_UNREACHABLE);
}

/* Everything up to the end of the stream. */
static int receive(const char *command, const char *path, int stream, struct text *answer) {
    for (;;) {
        struct pollfd wait = {.fd = stream, .events = POLLIN};
        int ready = poll(&wait, 1, PATIENCE_MS);
        char *end = text_reserve(answer, CHUNK);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            return say(command, path, "the agent does not answer", STATUS_UNREACHABLE);
        if (!end || answer->size > DOCUMENT_MOST)
            return say(command, path, "the answer is too big", STATUS_FAILED);
        ssize_t n = ready < 0 ? -1 : read(stream, end, CHUNK);
        if (n < 0)
            return say(command, path, strerror(errno), STATUS_UNREACHABLE);
        if (n == 0)
            return STATUS_OK;
        answer->size += (size_t)n;
    }
}

int agent_socket_ask(const char *command, const char *path, struct text *answer) {
    int stream, status = connect_to(command, path, &stream);
    if (status != STATUS_OK)
        return status;
    status = receive(command, path, stream, answer);
    close(stream);
    return status;
}
