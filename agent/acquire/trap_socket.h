/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A UDP socket on which notifications arrive: opened here, or handed over by whoever started the process in
 * the manner of systemd. Datagrams are carried, what they say is trap's business. Answers leave from the
 * address that was spoken to, which counts on a gateway with several.
 */
#ifndef HALLWATCH_ACQUIRE_TRAP_SOCKET_H
#define HALLWATCH_ACQUIRE_TRAP_SOCKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "acquire/link_snmp_socket.h"
#include "acquire/trap_intake.h"

/* Datagrams between two ticks; the rest waits for the next, and what the kernel cannot hold is lost. */
enum { TRAP_DATAGRAMS_PER_TICK = 1000 };

struct trap_socket;
/* One datagram. The packet may be written to and is valid until the callback returns. */
typedef void (*trap_socket_received)(void *context, struct trap_socket *socket, const struct sockaddr *from,
                                     uint8_t *packet, size_t size);

struct trap_socket {
    uv_poll_t poll; /* its data is the owner's */
    int descriptor;
    bool is_open;
    unsigned budget; /* datagrams until the next tick */
    struct snmp_drops drops;
    uint8_t *packet; /* borrowed: TRAP_DATAGRAM_ROOM bytes */
    trap_socket_received received;
    void *context;
    struct msghdr *message; /* the one that is being received */
};

/* A socket bound to the address. Returns the descriptor or ERROR_SYSTEM with errno. */
int trap_socket_bind(const struct sockaddr *address);
/*
 * The `number`th datagram socket that was handed over by the name "traps", or, where sockets have no names,
 * the number-th at all. Returns the descriptor or ERROR_NOT_FOUND.
 */
int trap_socket_inherit(size_t number);

/* Listens on the loop. Takes the descriptor over. 0 or ERROR_SYSTEM, and then it is closed. */
int trap_socket_init(struct trap_socket *socket, uv_loop_t *loop, int descriptor, uint8_t *packet,
                     trap_socket_received received, void *context);
/* A new tick: what may be received is as much as ever again. */
void trap_socket_tick(struct trap_socket *socket);
/* To the sender of the datagram that is being received. What cannot be sent at once is lost. */
void trap_socket_answer(struct trap_socket *socket, const uint8_t *packet, size_t size);
/* The poll handle ends on the loop, through `closed`. */
void trap_socket_done(struct trap_socket *socket, uv_close_cb closed);

#endif
