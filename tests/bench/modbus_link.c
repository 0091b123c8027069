/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a poll costs: processor time for reading 50 registers of each of 1,000 devices once a second,
 * polls grouped into ticks of 50 ms, through the agent's link, beside a bare epoll loop that does the
 * least one can do: one write, one read, no checks. A responder with one connection per device runs on
 * the other core.
 *
 *   modbus_link [DEVICES [SECONDS]]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/codec_modbus.h"
#include "acquire/link_modbus_tcp.h"
#include "base/clock.h"

enum {
    REGISTERS = 50,
    TICK_MS = 50,
    INTERVAL_MS = 1000,
    TICKS = INTERVAL_MS / TICK_MS,
    REPLY_SIZE = 9 + 2 * REGISTERS
};

/* One measured run. */
struct run {
    const char *name;
    int devices, seconds;
    struct sockaddr_in address; /* of the responder; every device has its own 127.1.x.y */
    uint64_t polls, wrong;
    double cpu_us; /* per poll */
};

static _Noreturn void stop(const char *what) {
    fprintf(stderr, "modbus_link: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void pin(size_t core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof(set), &set); /* on a machine with one core both share it */
}

static int64_t cpu_used_us(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static struct sockaddr_in address_of(const struct run *run, int device) {
    struct sockaddr_in address = run->address;
    address.sin_addr.s_addr = htonl(0x7f010000u + (uint32_t)device);
    return address;
}

/* --- responder --- */

static void respond(int client) {
    uint8_t request[MODBUS_TCP_REQUEST_SIZE], reply[REPLY_SIZE] = {0};
    if (recv(client, request, sizeof(request), 0) != (ssize_t)sizeof(request)) {
        close(client);
        return;
    }
    memcpy(reply, request, 8);
    reply[5] = REPLY_SIZE - 6;
    reply[8] = 2 * REGISTERS;
    send(client, reply, sizeof(reply), MSG_NOSIGNAL);
}

static _Noreturn void run_responder(int listener) {
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd != listener) {
                respond(events[i].data.fd);
                continue;
            }
            int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
            setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
            event = (struct epoll_event){.events = EPOLLIN, .data.fd = client};
            epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
        }
    }
}

static pid_t start_responder(struct sockaddr_in *address) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t size = sizeof(*address);
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    if (bind(listener, (struct sockaddr *)address, size) < 0 || listen(listener, 4096) < 0)
        stop("listen");
    getsockname(listener, (struct sockaddr *)address, &size);
    pid_t child = fork();
    if (child == 0) {
        pin(1);
        run_responder(listener);
    }
    close(listener);
    return child;
}

/* --- bare loop --- */

static int connect_device(const struct run *run, int device, int epoll) {
    struct sockaddr_in address = address_of(run, device);
    int on = 1, client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr *)&address, sizeof(address)) < 0)
        stop("connect");
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct epoll_event event = {.events = EPOLLIN, .data.fd = client};
    epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
    return client;
}

static uint64_t expected_polls(const struct run *run) {
    return (uint64_t)run->devices * (uint64_t)run->seconds;
}

static void write_tick(const struct run *run, const int *clients, int tick) {
    static const uint8_t request[MODBUS_TCP_REQUEST_SIZE] = {0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, REGISTERS};
    for (int device = tick % TICKS; device < run->devices; device += TICKS)
        if (write(clients[device], request, sizeof(request)) != (ssize_t)sizeof(request))
            stop("write");
}

static void run_bare(struct run *run) {
    int epoll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    int *clients = calloc((size_t)run->devices, sizeof(*clients));
    for (int device = 0; device < run->devices; device++)
        clients[device] = connect_device(run, device, epoll);
    struct itimerspec every = {{0, TICK_MS * 1000000}, {0, TICK_MS * 1000000}};
    struct epoll_event event = {.events = EPOLLIN, .data.fd = timer}, events[1024];
    timerfd_settime(timer, 0, &every, NULL);
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
    int64_t begin_us = cpu_used_us();
    for (int tick = 0, n = 1; run->polls < expected_polls(run) && n > 0;) {
        n = epoll_wait(epoll, events, 1024, 1000);
        for (int i = 0; i < n; i++) {
            uint8_t bytes[MODBUS_TCP_MOST_SIZE];
            ssize_t size = read(events[i].data.fd, bytes, sizeof(bytes));
            if (events[i].data.fd == timer) {
                if (tick < run->seconds * TICKS)
                    write_tick(run, clients, tick++);
            } else {
                run->polls++;
                run->wrong += size != REPLY_SIZE;
            }
        }
    }
    run->cpu_us = (double)(cpu_used_us() - begin_us) / (double)run->polls;
    for (int device = 0; device < run->devices; device++)
        close(clients[device]);
    close(timer);
    close(epoll);
    free(clients);
}

/* --- the agent's link --- */

struct bench {
    struct run *run;
    struct modbus_service *service;
    struct link **links;
    struct link_request request;
    int tick;
    int64_t begin_us;
};

static void on_answer(void *context, const struct link_answer *answer) {
    struct run *run = context;
    run->polls++;
    run->wrong += answer->error != 0 || answer->size != 2 * REGISTERS;
}

static void on_tick(uv_timer_t *timer) {
    struct bench *bench = timer->data;
    struct run *run = bench->run;
    modbus_service_tick(bench->service, clock_monotonic_ms());
    /* The first interval connects. */
    if (bench->tick == TICKS) {
        run->polls = 0;
        bench->begin_us = cpu_used_us();
    }
    if (bench->tick == (run->seconds + 1) * TICKS) {
        run->cpu_us = (double)(cpu_used_us() - bench->begin_us) / (double)run->polls;
        uv_stop(timer->loop);
        return;
    }
    for (int device = bench->tick % TICKS; device < run->devices; device += TICKS)
        if (link_ask(bench->links[device], &bench->request, on_answer, run) < 0)
            run->wrong++;
    bench->tick++;
}

static void run_link(struct run *run) {
    uv_loop_t loop;
    uv_timer_t timer;
    struct bench bench = {.run = run};
    bench.request =
        (struct link_request){.ask = ASK_REGISTERS, .function = 3, .count = REGISTERS, .timeout_ms = 1000};
    bench.links = calloc((size_t)run->devices, sizeof(*bench.links));
    uv_loop_init(&loop);
    if (modbus_service_new(&loop, &bench.service) < 0)
        stop("service");
    for (int device = 0; device < run->devices; device++) {
        struct sockaddr_in address = address_of(run, device);
        if (link_modbus_tcp_open(bench.service, (struct sockaddr *)&address, &modbus_framing_tcp, 1, 0,
                                 &bench.links[device]) < 0)
            stop("link");
    }
    uv_timer_init(&loop, &timer);
    timer.data = &bench;
    uv_timer_start(&timer, on_tick, TICK_MS, TICK_MS);
    uv_run(&loop, UV_RUN_DEFAULT);
    for (int device = 0; device < run->devices; device++)
        link_close(bench.links[device]);
    modbus_service_free(bench.service);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    free(bench.links);
}

/* --- both, in turns --- */

static long resident_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int main(int argc, char **argv) {
    int devices = argc > 1 ? atoi(argv[1]) : 1000, seconds = argc > 2 ? atoi(argv[2]) : 5;
    struct rlimit files = {65536, 65536};
    struct sockaddr_in address;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    pid_t responder = start_responder(&address);
    pin(0);
    printf("%d devices, %d registers each, every %d ms in ticks of %d ms, %d s a run; us of processor time "
           "per poll\n",
           devices, REGISTERS, INTERVAL_MS, TICK_MS, seconds);
    uint64_t wrong = 0;
    for (int round = 0; round < 3; round++) {
        struct run bare = {.devices = devices, .seconds = seconds, .address = address};
        struct run link = bare;
        run_bare(&bare);
        run_link(&link);
        printf("bare loop %.2f (%llu polls)  link %.2f (%llu polls)  ratio %.2f  resident %ld KiB\n",
               bare.cpu_us, (unsigned long long)bare.polls, link.cpu_us, (unsigned long long)link.polls,
               link.cpu_us / bare.cpu_us, resident_kib());
        wrong += bare.wrong + link.wrong + 2 * expected_polls(&bare) - bare.polls - link.polls;
    }
    printf("wrong or missing answers: %llu\n", (unsigned long long)wrong);
    kill(responder, SIGTERM);
    waitpid(responder, NULL, 0);
    return wrong > 0;
}
