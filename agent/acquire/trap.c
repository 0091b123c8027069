/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets' lives. A port that cannot be had is no reason not to poll a hall: it is said, and tried again.
 */
#include "acquire/trap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/trap_socket.h"

enum { RETRY_MS = 5000 };

struct trap_service {
    uv_loop_t *loop;
    struct trap_config config;
    struct trap_intake *intake;
    uint8_t *packet; /* TRAP_DATAGRAM_ROOM bytes */
    struct trap_socket sockets[TRAP_LISTENS_MOST];
    struct complaint closed[TRAP_LISTENS_MOST];
    int64_t retry_ms;
    uv_idle_t life; /* never started */
    int open_handles;
};

static void answer_socket(void *context, const uint8_t *packet, size_t size) {
    trap_socket_answer(context, packet, size);
}

static void on_datagram(void *context, struct trap_socket *socket, const struct sockaddr *from,
                        uint8_t *packet, size_t size) {
    struct trap_service *service = context;
    trap_intake_take(service->intake, from, packet, size, (int64_t)uv_now(service->loop), answer_socket,
                     socket);
}

struct trap_intake *trap_service_intake(struct trap_service *service) {
    return service->intake;
}

struct trap_counts trap_service_counts(const struct trap_service *service) {
    struct trap_counts counts = trap_intake_counts(service->intake);
    for (size_t i = 0; i < service->config.n_listens; i++)
        counts.kernel_drops += service->sockets[i].drops.n;
    return counts;
}

/* --- sockets */

/* The `number`th place to listen at; inherited ones are counted by themselves. */
static int open_socket(struct trap_service *service, size_t number) {
    const struct trap_listen *listens = service->config.listens;
    size_t n_inherited = 0;
    for (size_t i = 0; i < number; i++)
        n_inherited += listens[i].inherited;
    int descriptor = listens[number].inherited
                         ? trap_socket_inherit(n_inherited)
                         : trap_socket_bind((const struct sockaddr *)&listens[number].address);
    if (descriptor < 0)
        return descriptor;
    struct trap_socket *socket = &service->sockets[number];
    if (trap_socket_init(socket, service->loop, descriptor, service->packet, on_datagram, service))
        return ERROR_SYSTEM;
    socket->poll.data = service;
    service->open_handles++;
    return ERROR_NONE;
}

static void say_closed(struct trap_service *service, size_t number, int error, int64_t now_ms) {
    const char *text = service->config.listens[number].text;
    if (error == ERROR_NOT_FOUND)
        log_complain(&service->closed[number], now_ms, "traps",
                     "none are received: no UDP socket named \"traps\" was handed over");
    else
        log_complain(
            &service->closed[number], now_ms, "traps", "none are received at %s: %s%s", text, strerror(errno),
            errno == EACCES ? "; ports below 1024 need CAP_NET_BIND_SERVICE or an inherited socket" : "");
}

static void open_sockets(struct trap_service *service, int64_t now_ms) {
    for (size_t i = 0; i < service->config.n_listens; i++) {
        if (service->sockets[i].is_open)
            continue;
        int error = open_socket(service, i);
        if (error)
            say_closed(service, i, error, now_ms);
        else
            log_relieve(&service->closed[i], now_ms, "traps", "received at %s",
                        service->config.listens[i].text);
    }
    service->retry_ms = now_ms + RETRY_MS;
}

/* --- the service */

static void on_closed(uv_handle_t *handle) {
    struct trap_service *service = handle->data;
    if (--service->open_handles > 0)
        return;
    trap_intake_free(service->intake);
    trap_config_done(&service->config);
    free(service->packet);
    free(service);
}

static void say_started(const struct trap_service *service) {
    size_t size;
    const uint8_t *id = trap_intake_engine_id(service->intake, &size);
    char text[2 * SNMP_ENGINE_ID_MOST + 1] = "";
    for (size_t i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", id[i]);
    log_write(LOG_NOTICE, "traps", "received; the engine id for SNMPv3 informs is %s", text);
}

int trap_service_new(uv_loop_t *loop, const struct trap_config *config, const char *name, trap_event event,
                     void *context, struct trap_service **service) {
    struct trap_service *made = calloc(1, sizeof *made);
    if (!made)
        return ERROR_MEMORY;
    int64_t now_ms = (int64_t)uv_now(loop);
    made->loop = loop;
    made->packet = calloc(1, TRAP_DATAGRAM_ROOM);
    int error = made->packet ? trap_config_copy(config, &made->config) : ERROR_MEMORY;
    if (!error)
        error = trap_intake_new(&made->config, name, event, context, now_ms, &made->intake);
    if (error) {
        trap_config_done(&made->config);
        free(made->packet);
        free(made);
        return error;
    }
    /* It is what the memory goes with at the end. */
    uv_idle_init(loop, &made->life);
    made->life.data = made;
    made->open_handles = 1;
    if (config->n_listens > 0)
        say_started(made);
    open_sockets(made, now_ms);
    *service = made;
    return ERROR_NONE;
}

/* What came of all of them, for whoever reads the log. */
static void say_counts(const struct trap_service *service) {
    const struct trap_counts counts = trap_service_counts(service);
    const unsigned long long wrong = counts.wrong_credentials, lost = counts.kernel_drops;
    log_write(
        LOG_NOTICE, "traps",
        "%llu received: %llu triggered a poll, %llu limited, %llu from unknown senders, %llu with wrong "
        "credentials, %llu late, %llu malformed, %llu introduced; %llu informs acknowledged, %llu lost in "
        "the kernel",
        (unsigned long long)counts.received, (unsigned long long)counts.triggered,
        (unsigned long long)counts.limited, (unsigned long long)counts.unknown_sender, wrong,
        (unsigned long long)counts.late, (unsigned long long)counts.malformed,
        (unsigned long long)counts.introduced, (unsigned long long)counts.acknowledged, lost);
}

void trap_service_free(struct trap_service *service) {
    if (!service)
        return;
    say_counts(service);
    uv_close((uv_handle_t *)&service->life, on_closed);
    for (size_t i = 0; i < service->config.n_listens; i++)
        if (service->sockets[i].is_open)
            trap_socket_done(&service->sockets[i], on_closed);
}

void trap_service_tick(struct trap_service *service, int64_t now_ms) {
    trap_intake_tick(service->intake, now_ms);
    for (size_t i = 0; i < service->config.n_listens; i++)
        trap_socket_tick(&service->sockets[i]);
    if (now_ms >= service->retry_ms)
        open_sockets(service, now_ms);
}
