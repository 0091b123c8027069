/* SPDX-License-Identifier: Apache-2.0 */
/* System calls of the trap socket, and nothing of SNMP. */
#include "acquire/trap_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECEIVE_BUFFER = 4 << 20, DATAGRAMS_PER_WAKE_UP = 64, FIRST_INHERITED = 3, INHERITED_MOST = 64 };

/* What comes beside a datagram: where it was sent to, and how many were lost. */
enum { CONTROL_SIZE = 256 };

int trap_socket_bind(const struct sockaddr *address) {
    bool v6 = address->sa_family == AF_INET6;
    int descriptor = socket(address->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    if (descriptor < 0)
        return ERROR_SYSTEM;
    socklen_t size = v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if ((!v6 || setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) == 0) &&
        bind(descriptor, address, size) == 0)
        return descriptor;
    int reason = errno;
    close(descriptor);
    errno = reason;
    return ERROR_SYSTEM;
}

/* --- sockets that are handed over: sd_listen_fds(3) says how */

/* A whole number of an environment variable; -1 where there is none. */
static long number_in(const char *variable) {
    const char *text = getenv(variable);
    char *end;
    long number = text && *text ? strtol(text, &end, 10) : -1;
    return number > 0 && *end == '\0' ? number : -1;
}

/* Whether the name at `names`, up to its colon, is "traps"; goes on to the next. */
static bool next_is_ours(const char **names) {
    size_t size = strcspn(*names, ":");
    bool is = size == strlen("traps") && memcmp(*names, "traps", size) == 0;
    *names += size + ((*names)[size] == ':');
    return is;
}

static bool is_datagram_socket(int descriptor) {
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM;
}

int trap_socket_inherit(size_t number) {
    long n = number_in("LISTEN_FDS");
    const char *names = getenv("LISTEN_FDNAMES");
    if (number_in("LISTEN_PID") != (long)getpid() || n < 0 || n > INHERITED_MOST)
        return ERROR_NOT_FOUND;
    for (int descriptor = FIRST_INHERITED; descriptor < FIRST_INHERITED + n; descriptor++) {
        if ((names && !next_is_ours(&names)) || !is_datagram_socket(descriptor) || number-- > 0)
            continue;
        int flags = fcntl(descriptor, F_GETFL);
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
        return descriptor;
    }
    return ERROR_NOT_FOUND;
}

/* --- datagrams */

static bool receive_one(struct trap_socket *socket) {
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    struct iovec buffer = {socket->packet, TRAP_DATAGRAM_MOST};
    _Alignas(struct cmsghdr) char control[CONTROL_SIZE];
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
    socket->budget--;
    socket->message = &message;
    socket->received(socket->context, socket, (struct sockaddr *)&from, socket->packet, (size_t)size);
    socket->message = NULL;
    return true;
}

/* A bounded number at a time, so that other work on the loop gets its turn, and a bounded number per tick. */
static void on_readable(uv_poll_t *poll, int status, int events) {
    (void)status, (void)events;
    struct trap_socket *socket = (struct trap_socket *)poll;
    for (int n = 0; n < DATAGRAMS_PER_WAKE_UP && socket->is_open && socket->budget > 0; n++)
        if (!receive_one(socket))
            return;
    if (socket->is_open && socket->budget == 0)
        uv_poll_stop(poll);
}

int trap_socket_init(struct trap_socket *socket, uv_loop_t *loop, int descriptor, uint8_t *packet,
                     trap_socket_received received, void *context) {
    *socket = (struct trap_socket){
        .descriptor = descriptor, .packet = packet, .received = received, .context = context};
    int size = RECEIVE_BUFFER, yes = 1;
    if (uv_poll_init(loop, &socket->poll, descriptor)) {
        close(descriptor);
        return ERROR_SYSTEM;
    }
    /* Without them it receives all the same. Those of the other family fail. */
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes);
    (void)setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
    (void)setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &yes, sizeof yes);
    socket->is_open = true;
    socket->budget = TRAP_DATAGRAMS_PER_TICK;
    uv_poll_start(&socket->poll, UV_READABLE, on_readable);
    return ERROR_NONE;
}

void trap_socket_tick(struct trap_socket *socket) {
    if (!socket->is_open)
        return;
    if (socket->budget == 0)
        uv_poll_start(&socket->poll, UV_READABLE, on_readable);
    socket->budget = TRAP_DATAGRAMS_PER_TICK;
}

/* The address that was spoken to becomes the source; the way back may be another interface. */
static size_t answer_control(struct msghdr *received, struct cmsghdr *to, size_t room) {
    for (struct cmsghdr *control = CMSG_FIRSTHDR(received); control;
         control = CMSG_NXTHDR(received, control)) {
        bool v4 = control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO;
        bool v6 = control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO;
        if ((!v4 && !v6) || control->cmsg_len > room)
            continue;
        memcpy(to, control, control->cmsg_len);
        if (v4)
            ((struct in_pktinfo *)CMSG_DATA(to))->ipi_ifindex = 0;
        else if (!IN6_IS_ADDR_LINKLOCAL(&((struct in6_pktinfo *)CMSG_DATA(to))->ipi6_addr))
            ((struct in6_pktinfo *)CMSG_DATA(to))->ipi6_ifindex = 0;
        return CMSG_SPACE(control->cmsg_len - CMSG_LEN(0));
    }
    return 0;
}

void trap_socket_answer(struct trap_socket *socket, const uint8_t *packet, size_t size) {
    _Alignas(struct cmsghdr) char control[CONTROL_SIZE] = {0};
    struct iovec buffer = {(void *)packet, size};
    struct msghdr message = {
        .msg_name = socket->message->msg_name,
        .msg_namelen = socket->message->msg_namelen,
        .msg_iov = &buffer,
        .msg_iovlen = 1,
    };
    message.msg_controllen = answer_control(socket->message, (struct cmsghdr *)control, sizeof control);
    message.msg_control = message.msg_controllen > 0 ? control : NULL;
    (void)sendmsg(socket->descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void trap_socket_done(struct trap_socket *socket, uv_close_cb closed) {
    socket->is_open = false;
    uv_close((uv_handle_t *)&socket->poll, closed);
    close(socket->descriptor);
}
