/* SPDX-License-Identifier: Apache-2.0 */
/* A socket for each word: they are few, and none is kept across a restart of the service manager. */
#include "base/service_notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

enum { US_PER_MS = 1000 };

/* A path, or behind a @ a name of Linux's abstract namespace. 0: it is neither. */
static socklen_t address_of(const char *name, struct sockaddr_un *address) {
    size_t size = strlen(name);
    if ((*name != '/' && *name != '@') || size < 2 || size >= sizeof(address->sun_path))
        return 0;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, name, size);
    if (*name == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
}

bool service_is_managed(void) {
    return getenv("NOTIFY_SOCKET") != NULL;
}

void service_notify(const char *format, ...) {
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    socklen_t size = name ? address_of(name, &address) : 0;
    char words[512];
    if (size == 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    int stream = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (stream < 0)
        return;
    if (n > 0)
        sendto(stream, words, strlen(words), MSG_NOSIGNAL, (struct sockaddr *)&address, size);
    close(stream);
}

int64_t service_watchdog_ms(void) {
    const char *text = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
    int64_t period_us, id;
    if (!text || text_to_integer(text, &period_us) != 0 || period_us < 2 * US_PER_MS)
        return 0;
    if (process && (text_to_integer(process, &id) != 0 || id != getpid()))
        return 0;
    return period_us / US_PER_MS;
}
