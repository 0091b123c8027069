/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UDP socket that all agents of one address family share, on the field loop. It carries datagrams and
 * counts what the kernel dropped; whose they are is link_snmp's business.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_SOCKET_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_SOCKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/error.h"

/* An agent's address: IPv4 or IPv6. */
union snmp_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Whether the addresses differ in nothing but the port. */
bool snmp_address_same_host(const union snmp_address *a, const union snmp_address *b);

/* What a datagram is received into: the parser may look a little beyond the end of a malformed one. */
enum { SNMP_DATAGRAM_MOST = 65536, SNMP_DATAGRAM_ROOM = SNMP_DATAGRAM_MOST + 4096 };

/* One datagram. The packet is valid until the callback returns and may be written to. */
typedef void (*snmp_socket_received)(void *context, const union snmp_address *from, uint8_t *packet,
                                     size_t size);

/* Datagrams that the kernel dropped for want of room. Begins zeroed. */
struct snmp_drops {
    uint64_t n;
    uint32_t running; /* the kernel's own count: it wraps */
};
/* The kernel tells its running count beside the datagrams, where SO_RXQ_OVFL is set. */
void snmp_drops_read(struct snmp_drops *drops, struct msghdr *message);

struct snmp_socket {
    uv_poll_t poll; /* its data is the owner's */
    bool is_open;
    int descriptor;
    struct snmp_drops drops;
    uint32_t room;   /* answers of common size that the receive buffer holds */
    uint8_t *packet; /* SNMP_DATAGRAM_ROOM bytes */
    snmp_socket_received received;
    void *context;
};

/*
 * Opens the socket and listens on the loop. `packet` is borrowed: SNMP_DATAGRAM_ROOM bytes, which sockets of
 * one loop may share. Returns 0 or ERROR_SYSTEM (errno says why), and then nothing is left open.
 */
int snmp_socket_init(struct snmp_socket *socket, uv_loop_t *loop, int family, uint8_t *packet,
                     snmp_socket_received received, void *context);
/*
 * Closes it, from wherever: also from inside its callback. The poll handle ends on the loop, through
 * `closed`.
 */
void snmp_socket_done(struct snmp_socket *socket, uv_close_cb closed);

/* 0, ERROR_BUSY when the send buffer is full, or ERROR_UNREACHABLE with errno. */
int snmp_socket_send(struct snmp_socket *socket, const union snmp_address *to, const uint8_t *packet,
                     size_t size);

#endif
