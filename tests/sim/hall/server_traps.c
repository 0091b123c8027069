/* SPDX-License-Identifier: Apache-2.0 */
/* Traps on command: one of each device, or a flood. They leave from the device's own address. */
#include "server_parts.h"

#include "trap.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 50, PAUSE_US = 1000 }; /* of a flood: 50,000 a second */

/* An order that is being carried out. */
struct trap_run {
    struct timer timer; /* first: it is found by it */
    struct trap_run *next;
    struct sockaddr_in receiver;
    enum trap_kind kind;
    char pattern[64];
    size_t left, at; /* at: the device whose turn it is */
};

static void run_free(struct server *server, struct trap_run *run) {
    struct trap_run **link = &server->trap_runs;
    while (*link != run)
        link = &(*link)->next;
    *link = run->next;
    timer_clear(server, &run->timer);
    free(run);
}

static bool sends_traps(const struct device *device, const char *pattern) {
    return device->protocol == SNMP && device_is_named(device, pattern);
}

static void run_due(struct server *server, struct timer *timer) {
    struct trap_run *run = (struct trap_run *)timer;
    const struct devices *devices = &server->site->devices;
    const struct snmp_access access = {server->options.community, &server->site->users, server->now_us};
    for (unsigned n = 0; n < AT_ONCE && run->left > 0; run->at = (run->at + 1) % devices->n) {
        struct device *device = devices->list[run->at];
        uint8_t datagram[SNMP_ANSWER_MOST];
        if (!sends_traps(device, run->pattern))
            continue;
        size_t size = trap_write(device, &access, run->kind, (uint32_t)++server->traps, datagram);
        server_send_datagram(server,
                             run->kind == TRAP_STRANGER ? server_strange_address(device) : device->address,
                             &run->receiver, datagram, size);
        run->left--;
        n++;
    }
    if (run->left > 0)
        timer_set(server, timer, server->now_us + PAUSE_US);
    else
        run_free(server, run);
}

static bool read_receiver(char *text, struct sockaddr_in *receiver) {
    char *colon = strchr(text, ':'), *end;
    if (colon == NULL)
        return false;
    *colon = '\0';
    unsigned long port = strtoul(colon + 1, &end, 10);
    *receiver = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return inet_pton(AF_INET, text, &receiver->sin_addr) == 1 && end != colon + 1 && *end == '\0' &&
           port > 0 && port <= UINT16_MAX && ntohl(receiver->sin_addr.s_addr) >> 24 == 127;
}

/* `PATTERN ADDRESS:PORT [KIND]`; of a flood `PATTERN ADDRESS:PORT N [KIND]`. */
static bool read_run(const char *line, bool flood, struct trap_run *run) {
    char receiver[32] = "", third[16] = "", fourth[16] = "", rest[2];
    int n = sscanf(line, "%63s %31s %15s %15s %1s", run->pattern, receiver, third, fourth, rest);
    const char *kind = flood ? fourth : third;
    char *end = third;
    run->left = flood ? strtoul(third, &end, 10) : 0;
    if (n < 2 + flood || n > 3 + flood || (flood && (end == third || *end != '\0' || run->left > 100000000)))
        return false;
    return read_receiver(receiver, &run->receiver) && trap_find_kind(*kind ? kind : "v2c", &run->kind);
}

bool server_send_traps(struct server *server, const char *line, bool flood, size_t *n, const char **problem) {
    struct trap_run *run = calloc(1, sizeof *run);
    const struct devices *devices = &server->site->devices;
    size_t n_devices = 0;
    *problem = "say PATTERN ADDRESS:PORT [KIND], of a flood PATTERN ADDRESS:PORT N [KIND]";
    if (run == NULL || !read_run(line, flood, run)) {
        free(run);
        return false;
    }
    for (size_t i = 0; i < devices->n; i++)
        n_devices += sends_traps(devices->list[i], run->pattern);
    if (!flood)
        run->left = n_devices;
    *n = n_devices > 0 ? run->left : 0;
    if (*n == 0) {
        free(run);
        return true;
    }
    run->timer.due = run_due;
    run->next = server->trap_runs;
    server->trap_runs = run;
    timer_set(server, &run->timer, server->now_us + 1);
    return true;
}

void server_end_traps(struct server *server) {
    while (server->trap_runs != NULL)
        run_free(server, server->trap_runs);
}
