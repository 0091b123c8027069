/* SPDX-License-Identifier: Apache-2.0 */
/* URL and name of a broker. The name is looked up on the caller's thread, which must be one that may wait. */
#include "publish/broker_address.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/text.h"

enum { DEFAULT_PORT = 1883 };

int broker_address_parse(const char *url, struct broker_address *address) {
    static const char scheme[] = "mqtt://";
    if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
        return ERROR_ARGUMENT;
    const char *host = url + sizeof(scheme) - 1;
    size_t size;
    const char *rest;
    if (*host == '[') {
        size = strcspn(++host, "]");
        if (host[size] == '\0')
            return ERROR_ARGUMENT;
        rest = host + size + 1;
    } else {
        size = strcspn(host, ":/");
        rest = host + size;
    }
    if (size == 0 || size >= sizeof(address->host))
        return ERROR_ARGUMENT;
    memcpy(address->host, host, size);
    address->host[size] = '\0';
    address->port = DEFAULT_PORT;
    if (*rest == '\0' || strcmp(rest, "/") == 0)
        return 0;
    int64_t port;
    if (*rest != ':' || text_to_integer(rest + 1, &port) != 0 || port < 1 || port > UINT16_MAX)
        return ERROR_ARGUMENT;
    address->port = (uint16_t)port;
    return 0;
}

int broker_address_resolve(const struct broker_address *address, uint32_t attempt, char *numeric,
                           size_t size) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int code = getaddrinfo(address->host, NULL, &hints, &found);
    if (code != 0) {
        snprintf(numeric, size, "%s: %s", address->host, gai_strerror(code));
        return ERROR_UNREACHABLE;
    }
    uint32_t n = 0;
    for (const struct addrinfo *one = found; one; one = one->ai_next)
        n++;
    const struct addrinfo *picked = found;
    for (uint32_t i = attempt % n; i > 0; i--)
        picked = picked->ai_next;
    code =
        getnameinfo(picked->ai_addr, picked->ai_addrlen, numeric, (socklen_t)size, NULL, 0, NI_NUMERICHOST);
    if (code != 0)
        snprintf(numeric, size, "%s: %s", address->host, gai_strerror(code));
    freeaddrinfo(found);
    return code == 0 ? 0 : ERROR_UNREACHABLE;
}
