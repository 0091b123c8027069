/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name service that never answers: loaded before the C library, it takes the place of getaddrinfo for a
 * program under test. Numbers are no matter of a name service and are answered as ever.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { FOR_EVER_S = 600 };

typedef int resolver(const char *node, const char *service, const struct addrinfo *hints,
                     struct addrinfo **found);

static bool is_number(const char *node) {
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, node, address) == 1 || inet_pton(AF_INET6, node, address) == 1;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    if (!node || is_number(node)) {
        resolver *next;
        void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
        memcpy(&next, &symbol, sizeof(next));
        return next(node, service, hints, found);
    }
    sleep(FOR_EVER_S);
    return EAI_AGAIN;
}
