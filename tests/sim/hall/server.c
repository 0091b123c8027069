/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's loop; see the header. */
#include "server_parts.h"

#include "device_modbus.h"
#include "device_snmp.h"
#include "hall_order.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { STEP_MS = 100, TRAINING_STEP_MS = 20, EVENTS = 256 };

static int64_t clock_us(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* The present moment of the model, in steps: what is read in one step fits together. */
static double present_step(const struct server *server, int64_t *step) {
    int64_t step_ms = server->training.swing > 0 ? TRAINING_STEP_MS : STEP_MS;
    *step = (server->now_us + server->wall_offset_us) / 1000 / step_ms;
    return (double)(*step * step_ms) / 1000 - HALL_EPOCH;
}

/* Every device shows the state at the beginning of the present step. */
static void bring_up_to_date(struct server *server, struct device *device) {
    int64_t step;
    double time = present_step(server, &step);
    if (device->refresh == NULL || device->step == step)
        return;
    device->step = step;
    device->refresh(device, time);
}

size_t server_answer(struct server *server, struct device *device, const uint8_t *request, size_t size,
                     uint8_t answer[FAULT_ANSWER_MOST]) {
    enum fault_kind fault = device->fault.kind;
    device->counts.requests++;
    if (server->script != NULL)
        server_begin_script(server);
    if (fault == FAULT_DEAD || fault_refuses(&device->fault))
        return 0;
    if (fault == FAULT_NONE)
        poll_watch_request(&server->watches[device->watch], &device->mark, server->now_us);
    bring_up_to_date(server, device);
    if (device->silent)
        return 0;
    const struct snmp_access access = {server->options.community, &server->site->users, server->now_us};
    size_t answer_size = device->protocol == MODBUS
                             ? device_modbus_answer(device, request, size, answer)
                             : device_snmp_answer(device, &access, request, size, answer);
    if (fault != FAULT_NONE && answer_size > 0)
        answer_size = device->protocol == MODBUS ? fault_change_modbus(device, request, answer, answer_size)
                                                 : fault_change_snmp(device, answer, answer_size);
    device->counts.answers += answer_size > 0;
    return answer_size;
}

bool server_set_fault(struct server *server, const char *line, size_t *n, const char **problem) {
    struct fault_order order;
    if (!fault_read(line, &order, problem))
        return false;
    *n = fault_set(&server->site->devices, &order, server->now_us);
    server_close_refused(server);
    return true;
}

bool server_set_load(struct server *server, const char *line) {
    bool begins_with_checkpoint;
    int64_t step;
    if (!training_read(line, &server->training, &begins_with_checkpoint))
        return false;
    double time = present_step(server, &step);
    for (size_t i = 0; i < server->site->n_halls; i++)
        hall_train(server->site->halls[i], &server->training, time, begins_with_checkpoint);
    return true;
}

bool server_order(struct server *server, const char *line, const char **problem) {
    struct hall_order order;
    int64_t step;
    *problem = "there is no such order; --help has all";
    if (!hall_order_read(line, &order))
        return false;
    double time = present_step(server, &step);
    for (size_t i = 0; i < server->site->n_halls; i++)
        if (!hall_order(server->site->halls[i], &order, time, problem))
            return false;
    for (size_t i = 0; i < server->site->devices.n; i++)
        server->site->devices.list[i]->step = -1; /* it shows at once */
    return true;
}

bool server_set_user(struct server *server, const char *text, const char **problem) {
    if (!usm_add_user(&server->site->users, text, problem))
        return false;
    for (size_t i = 0; i < server->site->devices.n; i++)
        usm_engine_done(&server->site->devices.list[i]->engine); /* its keys are made anew */
    return true;
}

void server_add_endpoint(struct server *server, struct endpoint *endpoint) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = endpoint};
    if (epoll_ctl(server->loop, EPOLL_CTL_ADD, endpoint->descriptor, &event) != 0)
        perror("hallsim: epoll_ctl");
}

static void signals_ready(struct server *server, struct endpoint *endpoint) {
    struct signalfd_siginfo info;
    if (read(endpoint->descriptor, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGUSR1)
        server_write_counts(server, stdout);
    else
        server->stopped = true;
    fflush(stdout);
}

static uint16_t port_of(int descriptor) {
    struct sockaddr_in local;
    socklen_t size = sizeof local;
    return getsockname(descriptor, (struct sockaddr *)&local, &size) == 0 ? ntohs(local.sin_port) : 0;
}

uint16_t server_modbus_port(const struct server *server) {
    return port_of(server->listener.descriptor);
}

uint16_t server_snmp_port(const struct server *server) {
    return port_of(server->snmp.descriptor);
}

/*
 * A socket for every loopback address. Bound to the loopback interface where the kernel allows it; elsewhere
 * too nobody is answered who does not speak to an address of a device, and those are all in 127.0.0.0/8.
 */
int server_open_socket(int type, uint16_t port) {
    int descriptor = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in any = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
    setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof "lo");
    if (type == SOCK_STREAM)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&any, sizeof any) != 0) {
        fprintf(stderr, "hallsim: port %u: %s\n", port, strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    return descriptor;
}

static bool open_signals(struct server *server) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    server->signals = (struct endpoint){.ready = signals_ready,
                                        .descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)};
    if (server->signals.descriptor < 0)
        return false;
    server_add_endpoint(server, &server->signals);
    return true;
}

/* Finds each device the watch of its interval. */
static bool set_watches(struct server *server) {
    for (size_t i = 0; i < server->site->devices.n; i++) {
        struct device *device = server->site->devices.list[i];
        int64_t interval_us = device->interval_ms * INT64_C(1000);
        unsigned at = 0;
        while (at < server->n_watches && server->watches[at].interval_us != interval_us)
            at++;
        if (at == WATCHES_MOST) {
            fprintf(stderr, "hallsim: more than %d intervals\n", WATCHES_MOST);
            return false;
        }
        if (at == server->n_watches)
            server->watches[server->n_watches++].interval_us = interval_us;
        device->watch = at;
    }
    server_reset_watch(server);
    return true;
}

struct server *server_new(struct site *site, const struct server_options *options) {
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return NULL;
    server->site = site;
    server->options = *options;
    server->now_us = clock_us(CLOCK_MONOTONIC);
    server->wall_offset_us = clock_us(CLOCK_REALTIME) - server->now_us;
    server->listener.descriptor = server->snmp.descriptor = -1;
    server->control.descriptor = server->signals.descriptor = -1;
    server->loop = epoll_create1(EPOLL_CLOEXEC);
    if (options->load != NULL)
        server_set_load(server, options->load);
    if (set_watches(server) && open_signals(server) && server_open_modbus(server) &&
        server_open_snmp(server) && server_open_control(server) && server_open_script(server))
        return server;
    server_free(server);
    return NULL;
}

void server_free(struct server *server) {
    if (server == NULL)
        return;
    server_close_modbus(server);
    server_end_traps(server);
    server_close_script(server);
    server_close_snmp(server);
    server_close_control(server);
    if (server->signals.descriptor >= 0)
        close(server->signals.descriptor);
    if (server->loop >= 0)
        close(server->loop);
    free(server->timers.heap);
    free(server);
}

bool server_run(struct server *server) {
    struct epoll_event events[EVENTS];
    while (!server->stopped) {
        int n = epoll_wait(server->loop, events, EVENTS, timers_run(server));
        if (n < 0 && errno != EINTR)
            return false;
        server->now_us = clock_us(CLOCK_MONOTONIC);
        for (int i = 0; i < n; i++) {
            struct endpoint *endpoint = events[i].data.ptr;
            endpoint->ready(server, endpoint);
        }
        server_forget_closed(server);
    }
    return true;
}
