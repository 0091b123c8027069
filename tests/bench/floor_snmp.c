/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMP without decoding: four GETBULKs of 20 rows a poll (80 values), sent together.
 *
 *   floor_snmp raw INVENTORY SECONDS        requests encoded beforehand, one UDP socket, answers counted
 * by address
 *
 *   floor_snmp net-snmp INVENTORY SECONDS   the same requests through net-snmp's asynchronous single-
 * session API
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/large_fd_set.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "floor.h"

enum { REQUESTS = 4, ROWS = 20, REQUEST_MOST = 64 };

/* Columns of the rPDU2 table of metered outlets: load state, current, power, energy. */
static const uint8_t columns[REQUESTS] = {5, 6, 7, 11};

struct bench {
    struct floor floor;
    int loop, descriptor;
    void **sessions; /* by target */
    netsnmp_large_fd_set ready;
};

/*
 * 1.3.6.1.4.1.318.1.1.26.9.4.3.1.COLUMN, community public, max-repetitions ROWS; short enough for one-byte
 * lengths.
 */
static size_t encode_request(uint8_t column, uint8_t request[REQUEST_MOST]) {
    const uint8_t bytes[] = {0x30, 45, 2,  1,    1, 4,      6, 'p', 'u',  'b',  'l', 'i',  'c',  0xa5, 32,
                             2,    4,  1,  2,    3, column, 2, 1,   0,    2,    1,   ROWS, 0x30, 18,   0x30,
                             16,   6,  12, 0x2b, 6, 1,      4, 1,   0x82, 0x3e, 1,   1,    26,   9,    4};
    const uint8_t rest[] = {3, 1, column, 5, 0};
    memcpy(request, bytes, sizeof bytes);
    memcpy(request + sizeof bytes, rest, sizeof rest);
    size_t size = sizeof bytes + sizeof rest;
    /* Lengths from the inside out: OID, varbind, list, PDU, message. */
    request[32] = (uint8_t)(size - 33 - 2);
    request[30] = (uint8_t)(size - 31);
    request[28] = (uint8_t)(size - 29);
    request[14] = (uint8_t)(size - 15);
    request[1] = (uint8_t)(size - 2);
    return size;
}

static void ask_raw(struct bench *bench, unsigned number) {
    const struct target *target = &bench->floor.targets[number];
    for (unsigned i = 0; i < REQUESTS; i++) {
        uint8_t request[REQUEST_MOST];
        size_t size = encode_request(columns[i], request);
        if (sendto(bench->descriptor, request, size, 0, (const struct sockaddr *)&target->address,
                   sizeof target->address) < 0)
            floor_fail("sendto");
    }
}

static void answered(struct bench *bench, struct target *target) {
    if (target->awaited > 0 && --target->awaited == 0)
        floor_polled(&bench->floor);
}

/* hallsim gives its devices addresses in a row: the first one's distance is the number. */
static void take_raw(struct bench *bench) {
    uint8_t answer[2048];
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    while (recvfrom(bench->descriptor, answer, sizeof answer, MSG_DONTWAIT, (struct sockaddr *)&peer, &size) >
           0) {
        uint32_t number =
            ntohl(peer.sin_addr.s_addr) - ntohl(bench->floor.targets[0].address.sin_addr.s_addr);
        if (number < bench->floor.n)
            answered(bench, &bench->floor.targets[number]);
    }
}

static void open_raw(struct bench *bench) {
    int bytes = 8 << 20;
    bench->descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    if (setsockopt(bench->descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(bench->descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    epoll_ctl(bench->loop, EPOLL_CTL_ADD, bench->descriptor, &(struct epoll_event){.events = EPOLLIN});
}

struct asked {
    struct bench *bench;
    unsigned number;
};

static int take_library_answer(int operation, netsnmp_session *session, int request_id, netsnmp_pdu *pdu,
                               void *magic) {
    (void)session;
    (void)request_id;
    const struct asked *asked = magic;
    if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && pdu->variables != NULL)
        answered(asked->bench, &asked->bench->floor.targets[asked->number]);
    return 1;
}

static void ask_library(struct bench *bench, unsigned number) {
    for (unsigned i = 0; i < REQUESTS; i++) {
        oid name[] = {1, 3, 6, 1, 4, 1, 318, 1, 1, 26, 9, 4, 3, 1, columns[i]};
        netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK);
        pdu->non_repeaters = 0;
        pdu->max_repetitions = ROWS;
        snmp_add_null_var(pdu, name, OID_LENGTH(name));
        if (snmp_sess_send(bench->sessions[number], pdu) == 0)
            floor_fail("snmp_sess_send");
    }
}

static void take_library(struct bench *bench, unsigned number) {
    netsnmp_transport *transport = snmp_sess_transport(bench->sessions[number]);
    NETSNMP_LARGE_FD_SET(transport->sock, &bench->ready);
    snmp_sess_read2(bench->sessions[number], &bench->ready);
    NETSNMP_LARGE_FD_CLR(transport->sock, &bench->ready);
}

static void open_library(struct bench *bench) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    setenv("MIBS", "", 1);
    setenv("MIBDIRS", "", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    init_snmp("floor");
    netsnmp_large_fd_set_init(&bench->ready, 65536);
    bench->sessions = calloc(bench->floor.n, sizeof *bench->sessions);
    struct asked *asked = calloc(bench->floor.n, sizeof *asked);
    for (unsigned i = 0; i < bench->floor.n; i++) {
        char peer[64], host[INET_ADDRSTRLEN];
        const struct sockaddr_in *address = &bench->floor.targets[i].address;
        inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
        snprintf(peer, sizeof peer, "udp:%s:%u", host, ntohs(address->sin_port));
        asked[i] = (struct asked){bench, i};
        netsnmp_session session;
        snmp_sess_init(&session);
        session.version = SNMP_VERSION_2c;
        session.peername = peer;
        session.community = (u_char *)"public";
        session.community_len = 6;
        session.callback = take_library_answer;
        session.callback_magic = &asked[i];
        bench->sessions[i] = snmp_sess_open(&session);
        if (bench->sessions[i] == NULL)
            floor_fail("snmp_sess_open");
        epoll_ctl(bench->loop, EPOLL_CTL_ADD, snmp_sess_transport(bench->sessions[i])->sock,
                  &(struct epoll_event){.events = EPOLLIN, .data.u32 = i});
    }
}

int main(int argc, char **argv) {
    struct bench bench = {0};
    struct epoll_event events[256];
    bool library = argc == 4 && strcmp(argv[1], "net-snmp") == 0;
    if (!library && (argc != 4 || strcmp(argv[1], "raw") != 0)) {
        fprintf(stderr, "usage: floor_snmp raw|net-snmp INVENTORY SECONDS\n");
        return 2;
    }
    floor_open(&bench.floor, argv[2], "snmp");
    bench.loop = epoll_create1(0);
    if (library)
        open_library(&bench);
    else
        open_raw(&bench);
    floor_begin(&bench.floor, atoi(argv[3]));
    for (int wait_ms; (wait_ms = floor_wait_ms(&bench.floor)) >= 0;) {
        int n = epoll_wait(bench.loop, events, 256, wait_ms);
        for (int i = 0; i < n; i++) {
            if (library)
                take_library(&bench, events[i].data.u32);
            else
                take_raw(&bench);
        }
        if (n > 0)
            continue;
        unsigned at = 0;
        for (struct target *target; (target = floor_next_due(&bench.floor, &at)) != NULL;) {
            target->awaited = REQUESTS;
            if (library)
                ask_library(&bench, at - 1);
            else
                ask_raw(&bench, at - 1);
        }
    }
    floor_report(&bench.floor, library ? "net-snmp" : "snmp raw");
    return 0;
}
