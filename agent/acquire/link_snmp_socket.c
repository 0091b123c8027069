/* SPDX-License-Identifier: Apache-2.0 */
/* System calls of the shared UDP socket, and nothing of SNMP. */
#include "acquire/link_snmp_socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    RECEIVE_BUFFER = 4 << 20, /* the kernel gives what net.core.rmem_max allows */
    ANSWER_FOOTPRINT = 4096,  /* what the kernel charges for an answer of up to about 1.5 kB */
    DATAGRAMS_PER_WAKE_UP = 64,
};

bool snmp_address_same_host(const union snmp_address *a, const union snmp_address *b) {
    if (a->any.sa_family != b->any.sa_family)
        return false;
    if (a->any.sa_family == AF_INET)
        return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
    return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}

static int open_descriptor(int family) {
    int descriptor = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    int size = RECEIVE_BUFFER, yes = 1;
    /*
     * A smaller buffer means a smaller window, and uncounted drops are only not counted: neither is a reason
     * to give up.
     */
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes);
    if (family == AF_INET6 && setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes)) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

static uint32_t measure_room(int descriptor) {
    int size = 0;
    socklen_t length = sizeof size;
    if (getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, &length) || size < 16 * ANSWER_FOOTPRINT)
        return 16;
    return (uint32_t)size / ANSWER_FOOTPRINT;
}

void snmp_drops_read(struct snmp_drops *drops, struct msghdr *message) {
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SO_RXQ_OVFL)
            continue;
        uint32_t count;
        memcpy(&count, CMSG_DATA(control), sizeof count);
        drops->n += count - drops->running;
        drops->running = count;
    }
}

static bool receive_one(struct snmp_socket *socket) {
    union snmp_address from = {.any.sa_family = AF_UNSPEC};
    struct iovec buffer = {socket->packet, SNMP_DATAGRAM_MOST};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(uint32_t))];
    struct msghdr message = {
        .msg_name = &from,
        .msg_namelen = sizeof from,
        .msg_iov = &buffer,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    ssize_t size = recvmsg(socket->descriptor, &message, 0);
    if (size < 0)
        return errno == EINTR;
    snmp_drops_read(&socket->drops, &message);
    socket->received(socket->context, &from, socket->packet, (size_t)size);
    return true;
}

/*
 * A bounded number at a time, so that other work on the loop gets its turn; what is left wakes the loop
 * again.
 */
static void on_readable(uv_poll_t *poll, int status, int events) {
    (void)status, (void)events;
    struct snmp_socket *socket = (struct snmp_socket *)poll;
    for (int n = 0; n < DATAGRAMS_PER_WAKE_UP && socket->is_open; n++)
        if (!receive_one(socket))
            break;
}

int snmp_socket_init(struct snmp_socket *socket, uv_loop_t *loop, int family, uint8_t *packet,
                     snmp_socket_received received, void *context) {
    *socket = (struct snmp_socket){.packet = packet, .received = received, .context = context};
    socket->descriptor = open_descriptor(family);
    if (socket->descriptor < 0)
        return ERROR_SYSTEM;
    if (uv_poll_init(loop, &socket->poll, socket->descriptor)) {
        close(socket->descriptor);
        return ERROR_SYSTEM;
    }
    socket->room = measure_room(socket->descriptor);
    socket->is_open = true;
    uv_poll_start(&socket->poll, UV_READABLE, on_readable);
    return ERROR_NONE;
}

void snmp_socket_done(struct snmp_socket *socket, uv_close_cb closed) {
    socket->is_open = false;
    uv_close((uv_handle_t *)&socket->poll, closed);
    close(socket->descriptor);
}

int snmp_socket_send(struct snmp_socket *socket, const union snmp_address *to, const uint8_t *packet,
                     size_t size) {
    socklen_t length = to->any.sa_family == AF_INET ? sizeof to->v4 : sizeof to->v6;
    ssize_t sent;
    do
        sent = sendto(socket->descriptor, packet, size, MSG_NOSIGNAL, &to->any, length);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return ERROR_NONE;
    return errno == EAGAIN || errno == ENOBUFS ? ERROR_BUSY : ERROR_UNREACHABLE;
}
