/* SPDX-License-Identifier: Apache-2.0 */
/* The URL of a broker. Looking up its name is base/lookup's. */
#include "base/broker_address.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum { PORT = 1883, TLS_PORT = 8883 };

/* What follows the scheme; NULL where it is another. */
static const char *skip_scheme(const char *url, bool *is_tls) {
    static const char plain[] = "mqtt://", tls[] = "mqtts://";
    *is_tls = strncmp(url, tls, sizeof(tls) - 1) == 0;
    if (*is_tls)
        return url + sizeof(tls) - 1;
    return strncmp(url, plain, sizeof(plain) - 1) == 0 ? url + sizeof(plain) - 1 : NULL;
}

int broker_address_parse(const char *url, struct broker_address *address) {
    const char *host = skip_scheme(url, &address->is_tls);
    if (!host)
        return ERROR_ARGUMENT;
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
    address->port = address->is_tls ? TLS_PORT : PORT;
    if (*rest == '\0' || strcmp(rest, "/") == 0)
        return 0;
    int64_t port;
    if (*rest != ':' || text_to_integer(rest + 1, &port) != 0 || port < 1 || port > UINT16_MAX)
        return ERROR_ARGUMENT;
    address->port = (uint16_t)port;
    return 0;
}
