/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may send traps: from a source address to the devices that have it, of which there may be several. IPv4
 * addresses are the same however a socket writes them (::ffff:10.1.2.3). Pure.
 */
#ifndef HALLWATCH_ACQUIRE_TRAP_SENDERS_H
#define HALLWATCH_ACQUIRE_TRAP_SENDERS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { TRAP_SENDER_CHAINS = 4096 };

/* A host, without its port; IPv4 ones as IPv6 has them. */
struct trap_host {
    uint8_t byte[16];
};

/* One device at its host; embedded in it, begins zeroed. */
struct trap_place {
    struct trap_host host;
    struct trap_place *next, **place; /* in its chain; place NULL = not there */
};

/* Begins zeroed. */
struct trap_senders {
    struct trap_place *chains[TRAP_SENDER_CHAINS];
};

/* False for an address that is neither IPv4 nor IPv6. */
bool trap_host_of(const struct sockaddr *address, struct trap_host *host);
struct trap_host trap_host_of_v4(const uint8_t address[4]);
bool trap_host_is_v4(const struct trap_host *host); /* its last four bytes */
bool trap_host_same(const struct trap_host *a, const struct trap_host *b);

/* Puts it there; from where it was, if it was. */
void trap_senders_put(struct trap_senders *senders, struct trap_place *place, const struct trap_host *host);
void trap_senders_remove(struct trap_place *place);
/* The first at the host, and the next at the same; NULL = there is none. */
struct trap_place *trap_senders_find(const struct trap_senders *senders, const struct trap_host *host);
struct trap_place *trap_place_next(const struct trap_place *place);

#endif
