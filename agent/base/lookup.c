/* SPDX-License-Identifier: Apache-2.0 */
/*
 * getaddrinfo cannot be ended. What it works on belongs to two: the thread that is in it, and whoever asked;
 * the last one frees it.
 */
#include "base/lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/error.h"
#include "base/thread.h"

struct lookup {
    uv_mutex_t lock;
    unsigned holders;
    bool is_answered;
    void (*wake)(void *context); /* NULL: nobody asks any more */
    void *context;
    uint16_t port;
    struct lookup_result result; /* the thread's until it is answered */
    char host[];
};

static void let_go(struct lookup *lookup) {
    uv_mutex_lock(&lookup->lock);
    bool is_last = --lookup->holders == 0;
    uv_mutex_unlock(&lookup->lock);
    if (!is_last)
        return;
    uv_mutex_destroy(&lookup->lock);
    free(lookup);
}

static void keep_address(const struct addrinfo *found, uint16_t port, struct lookup_result *result) {
    struct sockaddr_storage *address = &result->addresses[result->n];
    if (found->ai_family != AF_INET && found->ai_family != AF_INET6)
        return;
    memcpy(address, found->ai_addr, found->ai_addrlen);
    if (found->ai_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = htons(port);
    else
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    result->n++;
}

static void ask(const char *host, uint16_t port, struct lookup_result *result) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int code = getaddrinfo(host, NULL, &hints, &found);
    for (struct addrinfo *one = code == 0 ? found : NULL; one && result->n < LOOKUP_ADDRESSES_MOST;
         one = one->ai_next)
        keep_address(one, port, result);
    if (code == 0)
        freeaddrinfo(found);
    if (result->n == 0)
        snprintf(result->words, sizeof(result->words), "%s: %s", host,
                 code ? gai_strerror(code) : "it has no address");
}

static void *run(void *context) {
    struct lookup *lookup = context;
    thread_set_name("lookup", lookup->host);
    ask(lookup->host, lookup->port, &lookup->result);
    uv_mutex_lock(&lookup->lock);
    lookup->is_answered = true;
    if (lookup->wake)
        lookup->wake(lookup->context);
    uv_mutex_unlock(&lookup->lock);
    let_go(lookup);
    return NULL;
}

static int start_thread(struct lookup *lookup) {
    pthread_t thread;
    pthread_attr_t detached;
    if (pthread_attr_init(&detached) != 0)
        return ERROR_MEMORY;
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    int code = pthread_create(&thread, &detached, run, lookup);
    pthread_attr_destroy(&detached);
    return code ? ERROR_SYSTEM : 0;
}

static bool is_numeric(const char *host) {
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    return uv_ip4_addr(host, 0, &v4) == 0 || uv_ip6_addr(host, 0, &v6) == 0;
}

static void take_number(struct lookup *lookup) {
    struct sockaddr_storage *address = &lookup->result.addresses[0];
    if (uv_ip4_addr(lookup->host, lookup->port, (struct sockaddr_in *)address) != 0)
        uv_ip6_addr(lookup->host, lookup->port, (struct sockaddr_in6 *)address);
    lookup->result.n = 1;
    lookup->is_answered = true;
}

int lookup_start(const char *host, uint16_t port, void (*wake)(void *context), void *context,
                 struct lookup **lookup) {
    struct lookup *new = calloc(1, sizeof(*new) + strlen(host) + 1);
    if (!new)
        return ERROR_MEMORY;
    memcpy(new->host, host, strlen(host) + 1);
    new->port = port;
    new->wake = wake;
    new->context = context;
    new->holders = 1;
    int error = uv_mutex_init(&new->lock) == 0 ? 0 : ERROR_SYSTEM;
    if (error) {
        free(new);
        return error;
    }
    if (is_numeric(host)) {
        take_number(new);
    } else {
        new->holders = 2;
        error = start_thread(new);
    }
    if (error) {
        new->holders = 1;
        let_go(new);
        return error;
    }
    *lookup = new;
    return 0;
}

int lookup_poll(struct lookup *lookup, struct lookup_result *result) {
    uv_mutex_lock(&lookup->lock);
    bool is_answered = lookup->is_answered;
    if (is_answered)
        *result = lookup->result;
    uv_mutex_unlock(&lookup->lock);
    return is_answered ? 0 : ERROR_BUSY;
}

void lookup_free(struct lookup *lookup) {
    if (!lookup)
        return;
    uv_mutex_lock(&lookup->lock);
    lookup->wake = NULL;
    uv_mutex_unlock(&lookup->lock);
    let_go(lookup);
}
