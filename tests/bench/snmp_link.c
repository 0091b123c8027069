/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processor time of a request through the SNMP link, next to net-snmp's own asynchronous sessions in the same
 * run: 100 agents, each asked again as soon as it has answered. The agents are a responder thread on the
 * other processor.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/large_fd_set.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#include "acquire/link_snmp.h"
#include "snmp_responder.h"

enum { AGENTS = 100, OIDS_MOST = 64, PARTS = 13, ROUNDS = 5, REQUESTS = 40000 };

struct work {
    const char *name;
    size_t n_oids;
    uint16_t repetitions; /* 0 = GET */
};

struct bench {
    uint16_t port;
    const struct work *work;
    uint32_t parts[OIDS_MOST][PARTS];
    struct oid oids[OIDS_MOST];
    long started, answered;
    uint64_t sum; /* of all values, so that they are read */
};

/* Names as long as those of a PDU's outlets. */
static void name_oids(struct bench *bench) {
    static const uint32_t base[PARTS] = {1, 3, 6, 1, 4, 1, 318, 1, 1, 26, 9, 4, 1};
    for (uint32_t i = 0; i < OIDS_MOST; i++) {
        memcpy(bench->parts[i], base, sizeof base);
        bench->parts[i][PARTS - 1] = i + 1;
        bench->oids[i] = (struct oid){bench->parts[i], PARTS};
    }
}

static double thread_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void fail(const char *what) {
    fprintf(stderr, "snmp_link: %s\n", what);
    exit(1);
}

/* Through the link. */

struct agent {
    struct bench *bench;
    struct link *link;
    struct link_request request;
};

static void on_answer(void *context, const struct link_answer *answer);

static void ask(struct agent *agent) {
    struct bench *bench = agent->bench;
    if (bench->started == REQUESTS)
        return;
    bench->started++;
    agent->request = (struct link_request){
        .ask = bench->work->repetitions ? ASK_BULK : ASK_GET,
        .oids = bench->oids,
        .n_oids = bench->work->n_oids,
        .repetitions = bench->work->repetitions,
        .timeout_ms = 1000,
    };
    if (link_ask(agent->link, &agent->request, on_answer, agent))
        fail("link_ask");
}

static void on_answer(void *context, const struct link_answer *answer) {
    struct agent *agent = context;
    if (answer->error)
        fail(error_word(answer->error));
    for (size_t i = 0; i < answer->n_varbinds; i++)
        agent->bench->sum += (uint64_t)answer->varbinds[i].raw.integer;
    agent->bench->answered++;
    ask(agent);
}

static double run_link(struct bench *bench) {
    uv_loop_t loop;
    struct snmp_service *service;
    static struct agent agents[AGENTS];
    struct sockaddr_in address;
    uv_loop_init(&loop);
    uv_ip4_addr("127.0.0.1", bench->port, &address);
    if (snmp_service_new(&loop, &service))
        fail("snmp_service_new");
    for (int i = 0; i < AGENTS; i++) {
        agents[i].bench = bench;
        if (link_snmp_open(service, (struct sockaddr *)&address, &snmp_credentials_public, &agents[i].link))
            fail("link_snmp_open");
    }
    double before = thread_us();
    for (int i = 0; i < AGENTS; i++)
        ask(&agents[i]);
    while (bench->answered < REQUESTS)
        uv_run(&loop, UV_RUN_ONCE);
    double used = thread_us() - before;
    for (int i = 0; i < AGENTS; i++)
        link_close(agents[i].link);
    snmp_service_free(service);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return used / REQUESTS;
}

/* The library's own sessions, one socket each, as its documentation has it, but on epoll. */

struct plain {
    struct bench *bench;
    void *session;
    int descriptor;
};

static void send_plain(struct plain *plain);

static int on_plain(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *context) {
    (void)session, (void)id;
    struct plain *plain = context;
    if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pdu->errstat)
        fail("plain net-snmp: no answer");
    for (netsnmp_variable_list *variable = pdu->variables; variable; variable = variable->next_variable)
        plain->bench->sum += (uint64_t)*variable->val.integer;
    plain->bench->answered++;
    send_plain(plain);
    return 1;
}

static void send_plain(struct plain *plain) {
    struct bench *bench = plain->bench;
    if (bench->started == REQUESTS)
        return;
    bench->started++;
    netsnmp_pdu *pdu = snmp_pdu_create(bench->work->repetitions ? SNMP_MSG_GETBULK : SNMP_MSG_GET);
    if (bench->work->repetitions) {
        pdu->non_repeaters = 0;
        pdu->max_repetitions = bench->work->repetitions;
    }
    for (size_t i = 0; i < bench->work->n_oids; i++) {
        oid name[PARTS];
        for (size_t k = 0; k < PARTS; k++)
            name[k] = bench->oids[i].part[k];
        snmp_add_null_var(pdu, name, PARTS);
    }
    if (!snmp_sess_async_send(plain->session, pdu, on_plain, plain))
        fail("snmp_sess_async_send");
}

static void open_plain(struct plain *plain, int poll) {
    char peer[32];
    netsnmp_session session;
    snprintf(peer, sizeof peer, "127.0.0.1:%u", plain->bench->port);
    snmp_sess_init(&session);
    session.version = SNMP_VERSION_2c;
    session.peername = peer;
    session.community = (u_char *)"public";
    session.community_len = 6;
    plain->session = snmp_sess_open(&session);
    if (!plain->session)
        fail("snmp_sess_open");
    plain->descriptor = snmp_sess_transport(plain->session)->sock;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = plain};
    epoll_ctl(poll, EPOLL_CTL_ADD, plain->descriptor, &event);
}

static double run_plain(struct bench *bench) {
    static struct plain agents[AGENTS];
    int poll = epoll_create1(0);
    for (int i = 0; i < AGENTS; i++) {
        agents[i] = (struct plain){.bench = bench};
        open_plain(&agents[i], poll);
    }
    netsnmp_large_fd_set set;
    netsnmp_large_fd_set_init(&set, 1024);
    NETSNMP_LARGE_FD_ZERO(&set);
    double before = thread_us();
    for (int i = 0; i < AGENTS; i++)
        send_plain(&agents[i]);
    while (bench->answered < REQUESTS) {
        struct epoll_event events[64];
        int n = epoll_wait(poll, events, 64, 1000);
        for (int i = 0; i < n; i++) {
            struct plain *plain = events[i].data.ptr;
            NETSNMP_LARGE_FD_SET(plain->descriptor, &set);
            snmp_sess_read2(plain->session, &set);
        }
    }
    double used = thread_us() - before;
    for (int i = 0; i < AGENTS; i++)
        snmp_sess_close(agents[i].session);
    netsnmp_large_fd_set_cleanup(&set);
    close(poll);
    return used / REQUESTS;
}

static double run(struct bench *bench, double (*way)(struct bench *bench), double best) {
    bench->started = bench->answered = 0;
    double us = way(bench);
    return best > 0 && best < us ? best : us;
}

int main(void) {
    static const struct work works[] = {{"GET of 30", 30, 0}, {"GET of 40", 40, 0}, {"GETBULK of 30", 1, 30}};
    static struct bench bench;
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(0, sizeof first, &first);
    setenv("MIBS", "", 1);
    bench.port = snmp_responder_start(1);
    name_oids(&bench);
    printf("microseconds of processor time per request, %d agents, best of %d times %d requests\n", AGENTS,
           ROUNDS, REQUESTS);
    printf("%-16s %8s %8s %8s\n", "", "link", "net-snmp", "ratio");
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        double link_us = 0, plain_us = 0;
        bench.work = &works[i];
        for (int round = 0; round < ROUNDS; round++) {
            link_us = run(&bench, run_link, link_us);
            plain_us = run(&bench, run_plain, plain_us);
        }
        printf("%-16s %8.2f %8.2f %8.2f\n", works[i].name, link_us, plain_us, link_us / plain_us);
        if (works[i].n_oids == 40)
            printf("%-16s %8.2f %8.2f %8.2f\n", "80 in two GETs", 2 * link_us, 2 * plain_us,
                   link_us / plain_us);
    }
    return bench.sum > 0 ? 0 : 1;
}
