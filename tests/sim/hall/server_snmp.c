/* SPDX-License-Identifier: Apache-2.0 */
/* SNMP: one socket for all agents, many datagrams at a time. What is in one is device_snmp's business. */
#include "server_parts.h"

#include "device_snmp.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64, REQUEST_MOST = 2048 };
enum { NOBODY = 0x7ffe0000 }; /* 127.254.0.0: from where some answer who should not */
enum { CONTROL_SIZE = CMSG_SPACE(sizeof(struct in_pktinfo)) };

/* One datagram with what is needed to answer from the address it was sent to. */
struct datagram {
    struct sockaddr_in peer;
    uint8_t request[REQUEST_MOST], answer[FAULT_ANSWER_MOST];
    struct iovec request_part, answer_part;
    _Alignas(struct cmsghdr) char request_control[CONTROL_SIZE];
    _Alignas(struct cmsghdr) char answer_control[CONTROL_SIZE];
};

struct datagrams {
    struct datagram datagram[BATCH];
    struct mmsghdr requests[BATCH], answers[BATCH];
};

static uint32_t destination_of(struct msghdr *header) {
    struct in_pktinfo info;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR(header, control))
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            memcpy(&info, CMSG_DATA(control), sizeof info);
            return ntohl(info.ipi_addr.s_addr);
        }
    return 0;
}

static void prepare_datagrams(struct datagrams *datagrams) {
    for (unsigned i = 0; i < BATCH; i++) {
        struct datagram *datagram = &datagrams->datagram[i];
        datagram->request_part =
            (struct iovec){.iov_base = datagram->request, .iov_len = sizeof datagram->request};
        datagrams->requests[i].msg_hdr = (struct msghdr){.msg_name = &datagram->peer,
                                                         .msg_namelen = sizeof datagram->peer,
                                                         .msg_iov = &datagram->request_part,
                                                         .msg_iovlen = 1,
                                                         .msg_control = datagram->request_control,
                                                         .msg_controllen = sizeof datagram->request_control};
    }
}

/* Makes `message` carry the datagram's answer, sent from `address`. */
static void address_answer(struct datagram *datagram, size_t size, uint32_t address, struct msghdr *message) {
    datagram->answer_part = (struct iovec){.iov_base = datagram->answer, .iov_len = size};
    *message = (struct msghdr){.msg_name = &datagram->peer,
                               .msg_namelen = sizeof datagram->peer,
                               .msg_iov = &datagram->answer_part,
                               .msg_iovlen = 1,
                               .msg_control = datagram->answer_control,
                               .msg_controllen = sizeof datagram->answer_control};
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(address)};
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(control), &info, sizeof info);
}

uint32_t server_strange_address(const struct device *device) {
    return NOBODY | (device->address & UINT16_MAX);
}

void server_send_datagram(struct server *server, uint32_t from, const struct sockaddr_in *to,
                          const uint8_t *bytes, size_t size) {
    struct datagram datagram = {.peer = *to};
    struct msghdr message;
    memcpy(datagram.answer, bytes, size);
    address_answer(&datagram, size, from, &message);
    sendmsg(server->snmp.descriptor, &message, MSG_DONTWAIT);
}

/* An answer that comes later, or again and again. */
struct later_datagram {
    struct timer timer; /* first: it is found by it */
    struct later_datagram *next, *previous;
    const struct device *device;
    bool again;
    struct datagram datagram;
};

static void later_free(struct server *server, struct later_datagram *later) {
    if (later->next != NULL)
        later->next->previous = later->previous;
    if (later->previous != NULL)
        later->previous->next = later->next;
    else
        server->later = later->next;
    timer_clear(server, &later->timer);
    free(later);
}

static void later_due(struct server *server, struct timer *timer) {
    struct later_datagram *later = (struct later_datagram *)timer;
    const struct fault *fault = &later->device->fault;
    struct msghdr message;
    address_answer(&later->datagram, later->datagram.answer_part.iov_len, later->device->address, &message);
    sendmsg(server->snmp.descriptor, &message, MSG_DONTWAIT);
    if (later->again && fault->kind == FAULT_ENDLESS)
        timer_set(server, timer, server->now_us + fault->argument * INT64_C(1000));
    else
        later_free(server, later);
}

static bool repeats_already(const struct server *server, const struct device *device) {
    for (const struct later_datagram *later = server->later; later != NULL; later = later->next)
        if (later->again && later->device == device)
            return true;
    return false;
}

static void send_later(struct server *server, const struct device *device, const struct datagram *datagram,
                       size_t size) {
    bool again = device->fault.kind == FAULT_ENDLESS;
    struct later_datagram *later = again && repeats_already(server, device) ? NULL : malloc(sizeof *later);
    if (later == NULL)
        return;
    *later = (struct later_datagram){.timer.due = later_due,
                                     .next = server->later,
                                     .device = device,
                                     .again = again,
                                     .datagram = *datagram};
    later->datagram.answer_part.iov_len = size;
    if (server->later != NULL)
        server->later->previous = later;
    server->later = later;
    timer_set(server, &later->timer, server->now_us + device->fault.argument * INT64_C(1000));
}

/* Answers a datagram; false where nothing is to be sent now. */
static bool answer_datagram(struct server *server, struct msghdr *header, size_t request_size,
                            struct datagram *datagram, struct msghdr *message) {
    uint32_t address = destination_of(header);
    struct device *device = devices_find(&server->site->devices, address, 0);
    if (device == NULL) {
        server->strangers++;
        return false;
    }
    size_t size = server_answer(server, device, datagram->request, request_size, datagram->answer);
    enum fault_kind fault = device->fault.kind;
    if (size == 0)
        return false;
    if (fault == FAULT_SLOW || fault == FAULT_ENDLESS) {
        send_later(server, device, datagram, size);
        return false;
    }
    if (fault == FAULT_OTHER_ADDRESS)
        address = server_strange_address(device);
    address_answer(datagram, size, address, message);
    return true;
}

static void datagrams_ready(struct server *server, struct endpoint *endpoint) {
    struct datagrams *datagrams = server->datagrams;
    int n;
    do {
        prepare_datagrams(datagrams);
        n = recvmmsg(endpoint->descriptor, datagrams->requests, BATCH, MSG_DONTWAIT, NULL);
        unsigned n_answers = 0;
        for (int i = 0; i < n; i++)
            n_answers +=
                answer_datagram(server, &datagrams->requests[i].msg_hdr, datagrams->requests[i].msg_len,
                                &datagrams->datagram[i], &datagrams->answers[n_answers].msg_hdr);
        if (n_answers > 0 && sendmmsg(endpoint->descriptor, datagrams->answers, n_answers, 0) < 0)
            perror("hallsim: sendmmsg");
    } while (n == BATCH);
}

bool server_open_snmp(struct server *server) {
    int descriptor = server_open_socket(SOCK_DGRAM, server->options.snmp_port), bytes = 8 << 20;
    server->snmp = (struct endpoint){.ready = datagrams_ready, .descriptor = descriptor};
    server->datagrams = calloc(1, sizeof *server->datagrams);
    if (descriptor < 0 || server->datagrams == NULL)
        return false;
    /* All agents share this buffer; beyond the common limit only root may go. */
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &(int){1}, sizeof(int));
    server_add_endpoint(server, &server->snmp);
    return true;
}

void server_close_snmp(struct server *server) {
    if (server->snmp.descriptor >= 0)
        close(server->snmp.descriptor);
    while (server->later != NULL)
        later_free(server, server->later);
    free(server->datagrams);
}
