/* SPDX-License-Identifier: Apache-2.0 */
/* libuv's getaddrinfo, one request per name. Caching and asking again are the caller's. */
#include "base/resolve.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

struct resolve {
    uv_getaddrinfo_t request;
    resolve_done done; /* NULL once cancelled */
    void *context;
    uint16_t port;
};

static bool parse_numeric(const char *host, uint16_t port, struct sockaddr_storage *address) {
    memset(address, 0, sizeof(*address));
    return uv_ip4_addr(host, port, (struct sockaddr_in *)address) == 0 ||
           uv_ip6_addr(host, port, (struct sockaddr_in6 *)address) == 0;
}

static int translate(int status) {
    switch (status) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
        return ERROR_NOT_FOUND;
    case UV_EAI_AGAIN:
        return ERROR_TIMEOUT;
    case UV_EAI_MEMORY:
    case UV_ENOMEM:
        return ERROR_MEMORY;
    default:
        return ERROR_SYSTEM;
    }
}

static bool copy_address(const struct addrinfo *found, uint16_t port, struct sockaddr_storage *address) {
    if (found->ai_addrlen > sizeof(*address))
        return false;
    memset(address, 0, sizeof(*address));
    memcpy(address, found->ai_addr, found->ai_addrlen);
    if (found->ai_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = htons(port);
    else if (found->ai_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        return false;
    return true;
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found) {
    struct resolve *resolve = request->data;
    struct sockaddr_storage address;
    int error = status == 0 ? 0 : translate(status);
    if (!error && (!found || !copy_address(found, resolve->port, &address)))
        error = ERROR_NOT_FOUND;
    uv_freeaddrinfo(found);
    if (resolve->done)
        resolve->done(resolve->context, error, error ? NULL : &address);
    free(resolve);
}

static int ask_system(uv_loop_t *loop, const char *host, struct resolve *resolve) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    int status = uv_getaddrinfo(loop, &resolve->request, on_resolved, host, NULL, &hints);
    if (status < 0)
        return status == UV_ENOMEM ? ERROR_MEMORY : ERROR_ARGUMENT;
    return 0;
}

int resolve_start(uv_loop_t *loop, const char *host, uint16_t port, resolve_done done, void *context,
                  struct resolve **resolve) {
    struct sockaddr_storage address;
    *resolve = NULL;
    if (parse_numeric(host, port, &address)) {
        done(context, 0, &address);
        return 0;
    }
    struct resolve *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->request.data = new;
    new->done = done;
    new->context = context;
    new->port = port;
    int error = ask_system(loop, host, new);
    if (error)
        free(new);
    else
        *resolve = new;
    return error;
}

void resolve_stop(struct resolve *resolve) {
    if (!resolve)
        return;
    resolve->done = NULL;
    uv_cancel((uv_req_t *)&resolve->request);
}
