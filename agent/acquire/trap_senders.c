/* SPDX-License-Identifier: Apache-2.0 */
/* Chains by a hash of the host. Their number is fixed: 20,000 devices make chains of five. */
#include "acquire/trap_senders.h"

#include <string.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct trap_host trap_host_of_v4(const uint8_t address[4]) {
    struct trap_host host;
    memcpy(host.byte, mapped, sizeof mapped);
    memcpy(host.byte + sizeof mapped, address, 4);
    return host;
}

bool trap_host_of(const struct sockaddr *address, struct trap_host *host) {
    if (address->sa_family == AF_INET)
        *host = trap_host_of_v4((const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr);
    else if (address->sa_family == AF_INET6)
        memcpy(host->byte, &((const struct sockaddr_in6 *)address)->sin6_addr, sizeof host->byte);
    else
        return false;
    return true;
}

bool trap_host_is_v4(const struct trap_host *host) {
    return memcmp(host->byte, mapped, sizeof mapped) == 0;
}

bool trap_host_same(const struct trap_host *a, const struct trap_host *b) {
    return memcmp(a->byte, b->byte, sizeof a->byte) == 0;
}

/* FNV-1a: senders do not choose what is in the table, so it need not withstand them. */
static uint32_t chain_of(const struct trap_host *host) {
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < sizeof host->byte; i++)
        hash = (hash ^ host->byte[i]) * 16777619U;
    return (hash ^ hash >> 16) % TRAP_SENDER_CHAINS;
}

void trap_senders_put(struct trap_senders *senders, struct trap_place *place, const struct trap_host *host) {
    if (place->place && trap_host_same(&place->host, host))
        return;
    trap_senders_remove(place);
    struct trap_place **chain = &senders->chains[chain_of(host)];
    place->host = *host;
    place->next = *chain;
    place->place = chain;
    if (place->next)
        place->next->place = &place->next;
    *chain = place;
}

void trap_senders_remove(struct trap_place *place) {
    if (!place->place)
        return;
    *place->place = place->next;
    if (place->next)
        place->next->place = place->place;
    *place = (struct trap_place){0};
}

static struct trap_place *same_from(struct trap_place *place, const struct trap_host *host) {
    while (place && !trap_host_same(&place->host, host))
        place = place->next;
    return place;
}

struct trap_place *trap_senders_find(const struct trap_senders *senders, const struct trap_host *host) {
    return same_from(senders->chains[chain_of(host)], host);
}

struct trap_place *trap_place_next(const struct trap_place *place) {
    return same_from(place->next, &place->host);
}
