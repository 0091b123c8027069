/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { BACKLOG = 128 };

int http_socket_open(const struct http_listen *listener, struct complaint *trouble) {
    const struct sockaddr *address = (const struct sockaddr *)&listener->address;
    bool is_v6 = address->sa_family == AF_INET6;
    int yes = 1, door = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool open = door >= 0 && setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0;
    /* An address that comes later (a link that is slow, a virtual one) is no reason not to read devices. */
    open = open && setsockopt(door, IPPROTO_IP, IP_FREEBIND, &yes, sizeof(yes)) == 0;
    if (open && is_v6)
        open = setsockopt(door, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) == 0;
    open = open &&
           bind(door, address, is_v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in)) == 0 &&
           listen(door, BACKLOG) == 0;
    if (open)
        return door;
    const char *advice = errno == EADDRINUSE ? "; another program does, or another hallwatch: see http.listen"
                         : errno == EACCES   ? "; ports below 1024 are root's: see http.listen"
                                             : "";
    log_complain(trouble, clock_monotonic_ms(), "http", "cannot listen at %s: %s%s", listener->text,
                 strerror(errno), advice);
    if (door >= 0)
        close(door);
    return -1;
}
