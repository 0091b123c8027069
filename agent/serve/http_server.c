/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread: it waits for its doors, one per address, and owns all that is here but the next configuration.
 * Who is not silent but takes for ever is shut down here, and who comes too often is told so.
 *
 * After another configuration a door that is wanted no more, or has other certificates, is closed before its
 * successor is opened: nobody comes in by what was in force before. One that cannot be opened is tried again.
 */
#include "serve/http_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

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

/* One address. Its socket stays where a door with other certificates takes the place of one. */
struct entrance {
    struct site_config *config;       /* held; NULL: this one is free */
    const struct http_listen *listen; /* in it */
    int socket;                       /* -1: none */
    struct http_door *door;           /* NULL: not open */
};

struct http_server {
    pthread_mutex_t lock;
    struct site_config *next; /* of the lock; NULL: none is handed over */

    bool is_serving; /* there is a thread; of who sets configurations */

    struct site_config *config;
    struct latest *latest;
    struct http_pages *pages;
    struct http_health health;
    struct http_clients clients;
    struct http_pace requests, arrivals;
    struct http_door_events events;
    struct entrance entrances[HTTP_LISTENS_MOST];
    bool has_all;     /* that are wanted are open */
    int64_t retry_ms; /* when the others are tried again */
    struct complaint shut, crowded, denied;
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

/* Says who, and never what was sent. */
static void complain(struct complaint *complaint, const struct sockaddr *address, const char *why) {
    char host[INET6_ADDRSTRLEN] = "?";
    uv_ip_name(address, host, sizeof(host));
    log_complain(complaint, clock_monotonic_ms(), "http", "%s is not let in: %s", host, why);
}

static bool on_admit(void *context, const struct sockaddr *address) {
    struct http_server *server = context;
    bool is_in_time =
        address_is_loopback(address) || http_pace_take(&server->arrivals, address, clock_monotonic_ms());
    bool is_admitted = is_in_time && http_clients_admit(&server->clients, address);
    if (!is_admitted)
        complain(&server->crowded, address, is_in_time ? "too many are connected" : "it comes too often");
    return is_admitted;
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
    reply->body = http_pages_metrics(server->pages, server->config, &gzip, now_ms);
    if (!reply->body) {
        log_complain(&server->crowded, now_ms, "http",
                     "/metrics is not given: slow clients hold all pages, or memory is short");
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
    if (decision.status == HTTP_UNAUTHORIZED || decision.status == HTTP_FORBIDDEN)
        complain(&server->denied, address,
                 http->client_ca && decision.status == HTTP_FORBIDDEN
                     ? "it shows no certificate signed by http.client_ca_file"
                     : "it does not show the token of http");
    else if (decision.status == HTTP_TOO_MANY)
        complain(&server->crowded, address, "it asks too often");
    if (decision.status != HTTP_OK)
        http_answer_refusal(decision.status, &reply->text);
    else if (decision.page == HTTP_METRICS)
        give_metrics(server, decision.gzip, now_ms, reply);
    else
        reply->status = http_answer_page(&sources, decision.page, now_ms, &reply->text);
}

/* --- doors --- */

static void close_entrance(struct entrance *entrance) {
    http_door_close(entrance->door);
    if (entrance->socket >= 0)
        close(entrance->socket);
    config_free(entrance->config);
    *entrance = (struct entrance){.socket = -1};
}

static bool open_entrance(struct http_server *server, struct entrance *entrance) {
    const struct http_config *http = entrance->config->http;
    if (entrance->socket < 0)
        entrance->socket = http_socket_open(entrance->listen, &server->shut);
    if (entrance->socket < 0)
        return false;
    entrance->door = http_door_open(entrance->socket, http, &server->events);
    if (!entrance->door)
        log_complain(
            &server->shut, clock_monotonic_ms(), "http", "cannot serve at %s%s", entrance->listen->text,
            http->certificate ? ": certificate_file, key_file or client_ca_file cannot be used" : "");
    return entrance->door != NULL;
}

static const struct http_listen *find_listen(const struct http_config *http, const char *text) {
    for (size_t i = 0; i < http->n_listens; i++)
        if (strcmp(http->listens[i].text, text) == 0)
            return &http->listens[i];
    return NULL;
}

/* Of what is open, leaves what the configuration in force wants as it is. */
static void close_unwanted(struct http_server *server) {
    const struct http_config *http = server->config->http;
    for (size_t i = 0; i < HTTP_LISTENS_MOST; i++) {
        struct entrance *entrance = &server->entrances[i];
        const struct http_listen *listen =
            entrance->config ? find_listen(http, entrance->listen->text) : NULL;
        if (entrance->config && !listen)
            close_entrance(entrance);
        if (!listen)
            continue;
        if (!http_config_same_certificates(entrance->config->http, http)) {
            http_door_close(entrance->door);
            entrance->door = NULL;
        }
        config_free(entrance->config);
        entrance->config = config_hold(server->config);
        entrance->listen = listen;
    }
}

static struct entrance *find_entrance(struct http_server *server, const char *text) {
    for (size_t i = 0; i < HTTP_LISTENS_MOST; i++)
        if (server->entrances[i].config && strcmp(server->entrances[i].listen->text, text) == 0)
            return &server->entrances[i];
    return NULL;
}

static struct entrance *take_entrance(struct http_server *server, const struct http_listen *listen) {
    struct entrance *entrance = server->entrances;
    while (entrance->config) /* there are as many as a configuration may have */
        entrance++;
    entrance->config = config_hold(server->config);
    entrance->listen = listen;
    return entrance;
}

/* Opens what is wanted; whether all of it is open. */
static bool settle_doors(struct http_server *server) {
    const struct http_config *http = server->config->http;
    close_unwanted(server);
    server->has_all = true;
    for (size_t i = 0; i < http->n_listens; i++) {
        struct entrance *entrance = find_entrance(server, http->listens[i].text);
        if (!entrance)
            entrance = take_entrance(server, &http->listens[i]);
        server->has_all &= entrance->door || open_entrance(server, entrance);
    }
    server->retry_ms = clock_monotonic_ms() + TICK_MS;
    if (server->has_all)
        log_relieve(&server->shut, clock_monotonic_ms(), "http", "all addresses are served");
    return server->has_all;
}

/* --- the thread --- */

static void adopt_config(struct http_server *server) {
    pthread_mutex_lock(&server->lock);
    struct site_config *next = server->next;
    server->next = NULL;
    pthread_mutex_unlock(&server->lock);
    if (!next)
        return;
    config_free(server->config);
    server->config = next;
    settle_doors(server);
}

static void wait_for_any(struct http_server *server) {
    struct pollfd waits[HTTP_LISTENS_MOST + 1];
    bool is_busy = server->clients.n > 0 || http_pages_keep_any(server->pages) || !server->has_all;
    int most_ms = is_busy ? TICK_MS : IDLE_TICK_MS;
    for (size_t i = 0; i < HTTP_LISTENS_MOST; i++) {
        struct http_door *door = server->entrances[i].door;
        waits[i] = (struct pollfd){.fd = door ? http_door_descriptor(door) : -1, .events = POLLIN};
        if (door)
            most_ms = http_door_timeout_ms(door, most_ms);
    }
    struct pollfd *wake = &waits[HTTP_LISTENS_MOST];
    *wake = (struct pollfd){.fd = server->wake, .events = POLLIN};
    uint64_t count;
    if (poll(waits, HTTP_LISTENS_MOST + 1, most_ms) > 0 && wake->revents &&
        read(server->wake, &count, sizeof(count)) > 0)
        adopt_config(server);
    else if (!server->has_all && clock_monotonic_ms() >= server->retry_ms)
        settle_doors(server);
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
        for (size_t i = 0; i < HTTP_LISTENS_MOST; i++)
            if (server->entrances[i].door)
                http_door_run(server->entrances[i].door);
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

/* --- beginning and end --- */

struct http_server *http_server_new(struct latest *latest) {
    struct http_server *server = calloc(1, sizeof(*server));
    if (!server)
        return NULL;
    pthread_mutex_init(&server->lock, NULL);
    server->latest = latest;
    server->pages = http_pages_new(latest);
    server->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    server->events = (struct http_door_events){server, on_admit, on_arrived, on_left, on_asked, on_answered};
    for (size_t i = 0; i < HTTP_LISTENS_MOST; i++)
        server->entrances[i].socket = -1;
    if (server->pages && server->wake >= 0)
        return server;
    http_server_free(server);
    return NULL;
}

/* Ends the thread, and all that it serves. */
static void end_serving(struct http_server *server) {
    if (!server->is_serving)
        return;
    atomic_store(&server->stopping, true);
    wake(server);
    pthread_join(server->thread, NULL);
    atomic_store(&server->stopping, false);
    for (size_t i = 0; i < HTTP_LISTENS_MOST; i++)
        close_entrance(&server->entrances[i]);
    config_free(server->config);
    config_free(server->next);
    server->config = server->next = NULL;
    server->is_serving = false;
}

static int begin_serving(struct http_server *server, struct site_config *config) {
    server->config = config_hold(config);
    http_health_init(&server->health, clock_monotonic_ms());
    http_clients_init(&server->clients);
    http_pace_init(&server->requests, REQUESTS_PER_S, REQUESTS_BURST);
    http_pace_init(&server->arrivals, ARRIVALS_PER_S, ARRIVALS_BURST);
    bool has_all = settle_doors(server);
    server->is_serving = pthread_create(&server->thread, NULL, run, server) == 0;
    if (server->is_serving)
        return has_all ? 0 : ERROR_SYSTEM;
    for (size_t i = 0; i < HTTP_LISTENS_MOST; i++)
        close_entrance(&server->entrances[i]);
    config_free(server->config);
    server->config = NULL;
    return ERROR_SYSTEM;
}

int http_server_set_config(struct http_server *server, struct site_config *config) {
    if (!config->http) {
        end_serving(server);
        return 0;
    }
    if (!server->is_serving)
        return begin_serving(server, config);
    pthread_mutex_lock(&server->lock);
    config_free(server->next);
    server->next = config_hold(config);
    pthread_mutex_unlock(&server->lock);
    wake(server);
    return 0;
}

void http_server_free(struct http_server *server) {
    if (!server)
        return;
    end_serving(server);
    http_pages_free(server->pages);
    if (server->wake >= 0)
        close(server->wake);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
