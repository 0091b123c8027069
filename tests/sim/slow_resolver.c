/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name service that never answers: loaded before the C library, it takes the place of getaddrinfo for a
 * program under test.
 */
#include <netdb.h>
#include <unistd.h>

enum { FOR_EVER_S = 600 };

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    (void)node;
    (void)service;
    (void)hints;
    (void)found;
    sleep(FOR_EVER_S);
    return EAI_AGAIN;
}
