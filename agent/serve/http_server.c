/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread: it waits for its doors, one per address, and owns all that is here but the next configuration.
 * Who is not silent but takes for ever is shut down here, and who comes too often is told so.
 */
#include "serve/http_server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/thread.h"
#include "serve/http_answer.h"
#include "serve/http_door.h"
#include "serve/http_pace.h"
#include "serve/http_socket.h"
#include "serve/metrics_text.h"

enum {
    REQUESTS_PER_S = 100, /* of one address */
    REQUESTS_BURST = 200,
    ARRIVALS_PER_S = 20, /* connections of one address that is not loopback: a handshake costs most */
    ARRIVALS_BURST = 40,
    CROWDED_TAKING_MS = 3000, /* for an answer, while slow clients hold too many */
    TICK_MS = 1000,
    IDLE_TICK_MS = 5000,
};

struct http_server {
    pthread_mutex_t lock;
    struct site_config *next; /* of the lock; NULL: none is handed over */

    struct site_config *config;
    struct latest *latest;
    struct http_pages *pages;
    struct http_health health;
    struct http_clients clients;
    struct http_pace requests, arrivals;
    struct http_door_events events;
    int sockets[HTTP_LISTENS_MOST];
    struct http_door *doors[HTTP_LISTENS_MOST];
    size_t n_doors;
    int wake; /* an eventfd */
    atomic_bool stopping;
    pthread_t thread;
};

/* --- clients --- */

/* Who has had its time makes room for others; the door then ends the connection. */
static void cut_off(struct http_server *server, int64_t taking_most_ms) {
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < HTTP_CLIENTS_MOST; i++)
        if (http_client_is_overdue(&server->clients.of[i], taking_most_ms, now_ms))
            shutdown(server->clients.of[i].socket, SHUT_RDWR);
}

static bool on_admit(void *context, const struct sockaddr *address) {
    struct http_server *server = context;
    bool is_in_time =
        address_is_loopback(address) || http_pace_take(&server->arrivals, address, clock_monotonic_ms());
    return is_in_time && http_clients_admit(&server->clients, address);
}

static struct http_client *on_arrived(void *context, int socket, const struct sockaddr *address) {
    struct http_server *server = context;
    return http_clients_add(&server->clients, socket, address, clock_monotonic_ms());
}

static void on_left(void *context, struct http_client *client) {
    struct http_server *server = context;
    http_clients_remove(&server->clients, client);
}

static void on_answered(void *context, struct http_client *client) {
    (void)context;
    http_client_turn(client, false, clock_monotonic_ms());
}

/* --- answers --- */

static void give_metrics(struct http_server *server, bool gzip, int64_t now_ms, struct http_reply *reply) {
    reply->body = http_pages_metrics(server->pages, server->config, gzip, now_ms);
    if (!reply->body) {
        cut_off(server, CROWDED_TAKING_MS);
        reply->status = HTTP_UNAVAILABLE;
        http_answer_refusal(reply->status, &reply->text);
        return;
    }
    reply->type = METRICS_TYPE;
    reply->gzip = gzip;
}

static void on_asked(void *context, struct http_client *client, const struct sockaddr *address,
                     struct http_request *request, struct http_reply *reply) {
    struct http_server *server = context;
    const struct http_config *http = server->config->http;
    const struct http_access access = {.token = http->token, .wants_certificate = http->client_ca != NULL};
    const struct http_answer_sources sources = {server->config, server->latest, &server->health};
    int64_t now_ms = clock_monotonic_ms();
    http_client_turn(client, true, now_ms);
    request->is_local = client->is_local;
    struct http_decision decision = http_decide(request, &access);
    if (!http_pace_take(&server->requests, address, now_ms))
        decision.status = HTTP_TOO_MANY;
    reply->status = decision.status;
    reply->type = "text/plain; charset=utf-8";
    if (decision.status != HTTP_OK)
        http_answer_refusal(decision.status, &reply->text);
    else if (decision.page == HTTP_METRICS)
        give_metrics(server, decision.gzip, now_ms, reply);
    else
        reply->status = http_answer_page(&sources, decision.page, now_ms, &reply->text);
}

/* --- doors --- */

static struct http_door *open_door(struct http_server *server, size_t i, const struct http_config *http) {
    struct http_door *door = http_door_open(server->sockets[i], http, &server->events);
    if (!door)
        log_write(LOG_ERROR, "http", "cannot serve at %s%s", http->listens[i].text,
                  http->certificate ? ": certificate_file, key_file or client_ca_file cannot be used, or the "
                                      "first two do not belong together"
                                    : "");
    return door;
}

static int open_doors(struct http_server *server) {
    const struct http_config *http = server->config->http;
    for (size_t i = 0; i < http->n_listens; i++) {
        server->sockets[i] = http_socket_open(&http->listens[i]);
        if (server->sockets[i] < 0)
            return ERROR_SYSTEM;
        server->n_doors = i + 1;
        server->doors[i] = open_door(server, i, http);
        if (!server->doors[i])
            return ERROR_SYSTEM;
    }
    return 0;
}

/* New certificates want other doors at the same sockets; where they cannot be used, those of before stay. */
static void renew_doors(struct http_server *server, const struct http_config *http) {
    for (size_t i = 0; i < server->n_doors; i++) {
        struct http_door *door = open_door(server, i, http);
        if (!door)
            continue;
        http_door_close(server->doors[i]);
        server->doors[i] = door;
    }
}

/* --- the thread --- */

static void adopt_config(struct http_server *server) {
    pthread_mutex_lock(&server->lock);
    struct site_config *next = server->next;
    server->next = NULL;
    pthread_mutex_unlock(&server->lock);
    if (!next)
        return;
    if (!http_config_same_access(server->config->http, next->http))
        renew_doors(server, next->http);
    config_free(server->config);
    server->config = next;
}

static void wait_for_any(struct http_server *server) {
    struct pollfd waits[HTTP_LISTENS_MOST + 1];
    int most_ms = server->clients.n > 0 || http_pages_keep_any(server->pages) ? TICK_MS : IDLE_TICK_MS;
    for (size_t i = 0; i < server->n_doors; i++) {
        waits[i] = (struct pollfd){.fd = http_door_descriptor(server->doors[i]), .events = POLLIN};
        most_ms = http_door_timeout_ms(server->doors[i], most_ms);
    }
    struct pollfd *wake = &waits[server->n_doors];
    *wake = (struct pollfd){.fd = server->wake, .events = POLLIN};
    uint64_t count;
    if (poll(waits, server->n_doors + 1, most_ms) > 0 && wake->revents &&
        read(server->wake, &count, sizeof(count)) > 0)
        adopt_config(server);
}

static void *run(void *context) {
    struct http_server *server = context;
    sigset_t all;
    thread_set_name("http", NULL);
    /* Signals are the main thread's; a client that hangs up must not end the agent. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    while (!atomic_load(&server->stopping)) {
        wait_for_any(server);
        int64_t now_ms = clock_monotonic_ms();
        http_health_look(&server->health, server->latest, server->config, now_ms);
        for (size_t i = 0; i < server->n_doors; i++)
            http_door_run(server->doors[i]);
        http_pages_age(server->pages, now_ms);
        cut_off(server, HTTP_TAKING_MOST_MS);
    }
    return NULL;
}

static void wake(struct http_server *server) {
    uint64_t one = 1;
    if (write(server->wake, &one, sizeof(one)) < 0)
        log_write(LOG_ERROR, "http", "cannot wake the thread: %s", strerror(errno));
}

static void free_server(struct http_server *server) {
    for (size_t i = 0; i < server->n_doors; i++) {
        http_door_close(server->doors[i]);
        close(server->sockets[i]);
    }
    http_pages_free(server->pages);
    config_free(server->config);
    config_free(server->next);
    if (server->wake >= 0)
        close(server->wake);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

int http_server_start(struct site_config *config, struct latest *latest, struct http_server **started) {
    struct http_server *server = calloc(1, sizeof(*server));
    if (!server)
        return ERROR_MEMORY;
    pthread_mutex_init(&server->lock, NULL);
    server->config = config_hold(config);
    server->latest = latest;
    server->pages = http_pages_new(latest);
    server->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    server->events = (struct http_door_events){server, on_admit, on_arrived, on_left, on_asked, on_answered};
    http_health_init(&server->health, clock_monotonic_ms());
    http_clients_init(&server->clients);
    http_pace_init(&server->requests, REQUESTS_PER_S, REQUESTS_BURST);
    http_pace_init(&server->arrivals, ARRIVALS_PER_S, ARRIVALS_BURST);
    int error = server->pages && server->wake >= 0 ? open_doors(server) : ERROR_MEMORY;
    if (!error && pthread_create(&server->thread, NULL, run, server) != 0)
        error = ERROR_SYSTEM;
    if (error) {
        free_server(server);
        return error;
    }
    *started = server;
    return 0;
}

void http_server_set_config(struct http_server *server, struct site_config *config) {
    if (!server)
        return;
    pthread_mutex_lock(&server->lock);
    config_free(server->next);
    server->next = config_hold(config);
    pthread_mutex_unlock(&server->lock);
    wake(server);
}

void http_server_stop(struct http_server *server) {
    if (!server)
        return;
    atomic_store(&server->stopping, true);
    wake(server);
    pthread_join(server->thread, NULL);
    free_server(server);
}
