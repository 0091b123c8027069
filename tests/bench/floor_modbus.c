/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare Modbus TCP read loop on epoll: the requests of each poll one after the other, answers counted and
 * thrown away.
 *
 *   floor_modbus INVENTORY SECONDS ADDRESS:COUNT...
 */
#include "floor.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { REQUEST_SIZE = 12, SHAPES_MOST = 16 };

struct bench {
    struct floor floor;
    int loop, *descriptors; /* by target */
    unsigned shapes[SHAPES_MOST][2], n_shapes;
};

static void connect_all(struct bench *bench) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    bench->loop = epoll_create1(0);
    bench->descriptors = calloc(bench->floor.n, sizeof *bench->descriptors);
    for (unsigned i = 0; i < bench->floor.n; i++) {
        const struct target *target = &bench->floor.targets[i];
        int descriptor = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(descriptor, (const struct sockaddr *)&target->address, sizeof target->address) != 0)
            floor_fail("connect");
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        fcntl(descriptor, F_SETFL, O_NONBLOCK);
        bench->descriptors[i] = descriptor;
        epoll_ctl(bench->loop, EPOLL_CTL_ADD, descriptor,
                  &(struct epoll_event){.events = EPOLLIN, .data.u32 = i});
    }
}

/* Sends the next request of the poll that awaits so many answers. */
static void ask(struct bench *bench, unsigned number) {
    const struct target *target = &bench->floor.targets[number];
    const unsigned *shape = bench->shapes[bench->n_shapes - target->awaited];
    const uint8_t request[REQUEST_SIZE] = {0,
                                           (uint8_t)target->awaited,
                                           0,
                                           0,
                                           0,
                                           6,
                                           target->unit,
                                           3,
                                           (uint8_t)(shape[0] >> 8),
                                           (uint8_t)shape[0],
                                           (uint8_t)(shape[1] >> 8),
                                           (uint8_t)shape[1]};
    if (write(bench->descriptors[number], request, sizeof request) != sizeof request)
        floor_fail("write");
}

static void take_answer(struct bench *bench, unsigned number) {
    uint8_t answer[300];
    struct target *target = &bench->floor.targets[number];
    if (read(bench->descriptors[number], answer, sizeof answer) <= 0)
        floor_fail("read");
    if (answer[7] & 0x80)
        floor_fail("the device refused");
    if (--target->awaited > 0)
        ask(bench, number);
    else
        floor_polled(&bench->floor);
}

int main(int argc, char **argv) {
    struct bench bench = {0};
    struct epoll_event events[256];
    for (int i = 3; i < argc && bench.n_shapes < SHAPES_MOST; i++, bench.n_shapes++)
        if (sscanf(argv[i], "%u:%u", &bench.shapes[bench.n_shapes][0], &bench.shapes[bench.n_shapes][1]) != 2)
            argc = 0;
    if (argc < 4) {
        fprintf(stderr, "usage: floor_modbus INVENTORY SECONDS ADDRESS:COUNT...\n");
        return 2;
    }
    floor_open(&bench.floor, argv[1], "modbus");
    connect_all(&bench);
    floor_begin(&bench.floor, atoi(argv[2]));
    for (int wait_ms; (wait_ms = floor_wait_ms(&bench.floor)) >= 0;) {
        int n = epoll_wait(bench.loop, events, 256, wait_ms);
        for (int i = 0; i < n; i++)
            take_answer(&bench, events[i].data.u32);
        if (n > 0)
            continue;
        unsigned at = 0;
        for (struct target *target; (target = floor_next_due(&bench.floor, &at)) != NULL;) {
            if (target->awaited > 0)
                continue;
            target->awaited = bench.n_shapes;
            ask(&bench, at - 1);
        }
    }
    floor_report(&bench.floor, "modbus");
    return 0;
}
