/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMP without meaning: one request a poll for the same cells of a table, values counted and thrown away.
 *
 *   floor_snmp WAY ASK INVENTORY SECONDS ROWS COLUMN...
 *
 *   WAY  raw        v2c, the request encoded beforehand, one UDP socket, answers told apart by address
 *        net-snmp   v2c by net-snmp's asynchronous single-session API
 *        usm        the same with SNMPv3, SHA-256 and AES-128 (USER and PASSPHRASE in the environment)
 *   ASK  get        every cell by its name
 *        bulk       the columns, ROWS repetitions
 *
 * The table is that of metered outlets of hallsim's rack PDUs.
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

enum { COLUMNS_MOST = 8 };

struct bench {
    struct floor floor;
    int loop, descriptor;
    bool bulk, secure;
    unsigned rows, columns[COLUMNS_MOST], n_columns;
    u_char *request; /* of the raw way, built from its end */
    size_t request_room, request_size;
    void **sessions; /* by target */
    netsnmp_large_fd_set ready;
};

/* 1.3.6.1.4.1.318.1.1.26.9.4.3.1.COLUMN.ROW */
static netsnmp_pdu *make_request(const struct bench *bench) {
    netsnmp_pdu *pdu = snmp_pdu_create(bench->bulk ? SNMP_MSG_GETBULK : SNMP_MSG_GET);
    for (unsigned i = 0; i < bench->n_columns; i++)
        for (unsigned row = 1; row <= (bench->bulk ? 1 : bench->rows); row++) {
            const oid name[] = {1, 3, 6, 1, 4, 1, 318, 1, 1, 26, 9, 4, 3, 1, bench->columns[i], row};
            snmp_add_null_var(pdu, name, OID_LENGTH(name) - bench->bulk);
        }
    if (bench->bulk) {
        pdu->non_repeaters = 0;
        pdu->max_repetitions = (long)bench->rows;
    }
    return pdu;
}

static void begin_library(void) {
    setenv("MIBS", "", 1);
    setenv("MIBDIRS", "", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    init_snmp("floor");
}

static void answered(struct bench *bench, struct target *target) {
    if (target->awaited > 0 && --target->awaited == 0)
        floor_polled(&bench->floor);
}

/* --- raw */

static void ask_raw(struct bench *bench, unsigned number) {
    const struct target *target = &bench->floor.targets[number];
    const u_char *request = bench->request + bench->request_room - bench->request_size;
    if (sendto(bench->descriptor, request, bench->request_size, 0, (const struct sockaddr *)&target->address,
               sizeof target->address) < 0)
        floor_fail("sendto");
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
    netsnmp_session session;
    snmp_sess_init(&session);
    session.version = SNMP_VERSION_2c;
    netsnmp_pdu *pdu = make_request(bench);
    pdu->version = SNMP_VERSION_2c;
    pdu->community = (u_char *)strdup("public");
    pdu->community_len = 6;
    bench->request_room = 2048;
    bench->request = malloc(bench->request_room);
    if (snmp_build(&bench->request, &bench->request_room, &bench->request_size, &session, pdu) != 0)
        floor_fail("snmp_build");
    bench->descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    if (setsockopt(bench->descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(bench->descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    epoll_ctl(bench->loop, EPOLL_CTL_ADD, bench->descriptor, &(struct epoll_event){.events = EPOLLIN});
}

/* --- by the library */

struct asked {
    struct bench *bench;
    unsigned number;
};

static int take_library_answer(int operation, netsnmp_session *session, int request_id, netsnmp_pdu *pdu,
                               void *magic) {
    (void)session;
    (void)request_id;
    const struct asked *asked = magic;
    unsigned n = 0;
    if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
        return 1;
    for (const netsnmp_variable_list *variable = pdu->variables; variable; variable = variable->next_variable)
        n += variable->type == ASN_INTEGER;
    if (n >= asked->bench->rows * asked->bench->n_columns)
        answered(asked->bench, &asked->bench->floor.targets[asked->number]);
    return 1;
}

static void ask_library(struct bench *bench, unsigned number) {
    if (snmp_sess_send(bench->sessions[number], make_request(bench)) == 0)
        floor_fail("snmp_sess_send");
}

static void take_library(struct bench *bench, unsigned number) {
    netsnmp_transport *transport = snmp_sess_transport(bench->sessions[number]);
    NETSNMP_LARGE_FD_SET(transport->sock, &bench->ready);
    snmp_sess_read2(bench->sessions[number], &bench->ready);
    NETSNMP_LARGE_FD_CLR(transport->sock, &bench->ready);
}

static void secure(netsnmp_session *session) {
    static const oid sha256[] = {1, 3, 6, 1, 6, 3, 10, 1, 1, 5};
    static const oid aes128[] = {1, 3, 6, 1, 6, 3, 10, 1, 2, 4};
    static char *user;
    static u_char key[USM_AUTH_KU_LEN];
    static size_t size;
    if (user == NULL) {
        const char *passphrase = getenv("PASSPHRASE");
        user = getenv("USER");
        size = sizeof key;
        if (user == NULL || passphrase == NULL ||
            generate_Ku(sha256, OID_LENGTH(sha256), (const u_char *)passphrase, strlen(passphrase), key,
                        &size) != SNMPERR_SUCCESS)
            floor_fail("USER and PASSPHRASE");
    }
    session->version = SNMP_VERSION_3;
    session->securityModel = SNMP_SEC_MODEL_USM;
    session->securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
    session->securityName = user;
    session->securityNameLen = strlen(user);
    session->securityAuthProto = snmp_duplicate_objid(sha256, OID_LENGTH(sha256));
    session->securityAuthProtoLen = OID_LENGTH(sha256);
    session->securityPrivProto = snmp_duplicate_objid(aes128, OID_LENGTH(aes128));
    session->securityPrivProtoLen = OID_LENGTH(aes128);
    memcpy(session->securityAuthKey, key, size);
    memcpy(session->securityPrivKey, key, size);
    session->securityAuthKeyLen = session->securityPrivKeyLen = size;
}

static void open_session(struct bench *bench, unsigned number, struct asked *asked) {
    char peer[64], host[INET_ADDRSTRLEN];
    const struct sockaddr_in *address = &bench->floor.targets[number].address;
    inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
    snprintf(peer, sizeof peer, "udp:%s:%u", host, ntohs(address->sin_port));
    *asked = (struct asked){bench, number};
    netsnmp_session session;
    snmp_sess_init(&session);
    session.version = SNMP_VERSION_2c;
    session.peername = peer;
    session.community = (u_char *)"public";
    session.community_len = 6;
    session.callback = take_library_answer;
    session.callback_magic = asked;
    if (bench->secure)
        secure(&session);
    bench->sessions[number] = snmp_sess_open(&session);
    if (bench->sessions[number] == NULL)
        floor_fail("snmp_sess_open");
    epoll_ctl(bench->loop, EPOLL_CTL_ADD, snmp_sess_transport(bench->sessions[number])->sock,
              &(struct epoll_event){.events = EPOLLIN, .data.u32 = number});
}

static void open_library(struct bench *bench) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    netsnmp_large_fd_set_init(&bench->ready, 65536);
    bench->sessions = calloc(bench->floor.n, sizeof *bench->sessions);
    struct asked *asked = calloc(bench->floor.n, sizeof *asked);
    for (unsigned i = 0; i < bench->floor.n; i++)
        open_session(bench, i, &asked[i]);
}

/* --- the loop */

static void run(struct bench *bench, bool raw, int seconds) {
    struct epoll_event events[256];
    floor_begin(&bench->floor, seconds);
    for (int wait_ms; (wait_ms = floor_wait_ms(&bench->floor)) >= 0;) {
        int n = epoll_wait(bench->loop, events, 256, wait_ms);
        for (int i = 0; i < n; i++) {
            if (raw)
                take_raw(bench);
            else
                take_library(bench, events[i].data.u32);
        }
        if (n > 0)
            continue;
        unsigned at = 0;
        for (struct target *target; (target = floor_next_due(&bench->floor, &at)) != NULL;) {
            target->awaited = 1;
            if (raw)
                ask_raw(bench, at - 1);
            else
                ask_library(bench, at - 1);
        }
    }
}

int main(int argc, char **argv) {
    struct bench bench = {0};
    if (argc < 7 || argc > 6 + COLUMNS_MOST) {
        fprintf(stderr, "usage: floor_snmp raw|net-snmp|usm get|bulk INVENTORY SECONDS ROWS COLUMN...\n");
        return 2;
    }
    bool raw = strcmp(argv[1], "raw") == 0;
    bench.secure = strcmp(argv[1], "usm") == 0;
    bench.bulk = strcmp(argv[2], "bulk") == 0;
    bench.rows = (unsigned)atoi(argv[5]);
    for (int i = 6; i < argc; i++)
        bench.columns[bench.n_columns++] = (unsigned)atoi(argv[i]);
    floor_open(&bench.floor, argv[3], "snmp");
    bench.loop = epoll_create1(0);
    begin_library();
    if (raw)
        open_raw(&bench);
    else
        open_library(&bench);
    run(&bench, raw, atoi(argv[4]));
    floor_report(&bench.floor, argv[1]);
    return 0;
}
