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
enum { CONTROL_SIZE = CMSG_SPACE(sizeof(struct in_pktinfo)) };

/* One datagram with what is needed to answer from the address it was sent to. */
struct datagram {
    struct sockaddr_in peer;
    uint8_t request[REQUEST_MOST], answer[SNMP_ANSWER_MOST];
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

static void datagrams_ready(struct server *server, struct endpoint *endpoint) {
    struct datagrams *datagrams = server->datagrams;
    int n;
    do {
        prepare_datagrams(datagrams);
        n = recvmmsg(endpoint->descriptor, datagrams->requests, BATCH, MSG_DONTWAIT, NULL);
        unsigned n_answers = 0;
        for (int i = 0; i < n; i++) {
            struct datagram *datagram = &datagrams->datagram[i];
            uint32_t address = destination_of(&datagrams->requests[i].msg_hdr);
            struct device *device = devices_find(&server->site->devices, address, 0);
            if (device == NULL) {
                server->strangers++;
                continue;
            }
            size_t size = server_answer(server, device, datagram->request, datagrams->requests[i].msg_len,
                                        datagram->answer);
            if (size > 0)
                address_answer(datagram, size, address, &datagrams->answers[n_answers++].msg_hdr);
        }
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
    free(server->datagrams);
}
