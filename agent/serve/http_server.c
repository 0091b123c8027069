/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread around libmicrohttpd: one server per address, each with an epoll descriptor of its own that this
 * loop waits for, so that one thread owns all and no lock is needed but for the next configuration.
 *
 * The library bounds a request's head (413, 414, 431) and cuts off who is silent. What it lacks is done here:
 * who is not silent but takes for ever is shut down, and who comes too often is told so.
 */
#include "serve/http_server.h"

#include <errno.h>
#include <microhttpd.h>
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
#include "serve/http_certificate.h"
#include "serve/http_clients.h"
#include "serve/http_health.h"
#include "serve/http_pace.h"
#include "serve/http_pages.h"
#include "serve/http_request.h"
#include "serve/http_socket.h"
#include "serve/metrics_text.h"

enum {
    HEAD_MOST = 16 << 10, /* bytes of a request's head */
    SILENT_MOST_S = 10,
    REQUESTS_PER_S = 100, /* of one address */
    REQUESTS_BURST = 200,
    ARRIVALS_PER_S = 20, /* connections of one address that is not loopback: a handshake costs most */
    ARRIVALS_BURST = 40,
    CROWDED_TAKING_MS = 3000, /* for an answer, while slow clients hold too many */
    TICK_MS = 1000,
    IDLE_TICK_MS = 5000,
};

struct door {
    int socket;
    struct MHD_Daemon *daemon;
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
    struct door doors[HTTP_LISTENS_MOST];
    size_t n_doors;
    int wake; /* an eventfd */
    atomic_bool stopping;
    pthread_t thread;
};

/* --- answers --- */

static enum MHD_Result send_response(struct MHD_Connection *connection, enum http_status status,
                                     struct MHD_Response *response, const char *type) {
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (status == HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"hallwatch\"");
    if (status == HTTP_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    if (status == HTTP_TOO_MANY || status == HTTP_UNAVAILABLE)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* Ends the text. */
static enum MHD_Result send_text(struct MHD_Connection *connection, enum http_status status,
                                 struct text *text) {
    struct MHD_Response *response =
        text->failed ? NULL : MHD_create_response_from_buffer(text->size, text->data, MHD_RESPMEM_MUST_COPY);
    text_done(text);
    return send_response(connection, status, response, "text/plain; charset=utf-8");
}

static enum MHD_Result refuse(struct MHD_Connection *connection, enum http_status status) {
    struct text text = {0};
    http_answer_refusal(status, &text);
    return send_text(connection, status, &text);
}

static void on_body_taken(void *context) {
    http_body_release(context);
}

/* Who has been taking an answer for a while makes room for others. */
static void cut_off(struct http_server *server, int64_t taking_most_ms) {
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < HTTP_CLIENTS_MOST; i++)
        if (http_client_is_overdue(&server->clients.of[i], taking_most_ms, now_ms))
            shutdown(server->clients.of[i].socket, SHUT_RDWR);
}

static enum MHD_Result send_metrics(struct http_server *server, struct MHD_Connection *connection,
                                    bool gzip) {
    struct http_body *body = http_pages_metrics(server->pages, server->config, gzip, clock_monotonic_ms());
    if (!body) {
        cut_off(server, CROWDED_TAKING_MS);
        return refuse(connection, HTTP_UNAVAILABLE);
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(body->size, body->data, on_body_taken, body);
    if (!response) {
        http_body_release(body);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    if (gzip)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    return send_response(connection, HTTP_OK, response, METRICS_TYPE);
}

static enum MHD_Result send_page(struct http_server *server, struct MHD_Connection *connection,
                                 const struct http_decision *decision) {
    const struct http_answer_sources sources = {server->config, server->latest, &server->health};
    struct text text = {0};
    if (decision->page == HTTP_METRICS)
        return send_metrics(server, connection, decision->gzip);
    enum http_status status = http_answer_page(&sources, decision->page, clock_monotonic_ms(), &text);
    return send_text(connection, status, &text);
}

/* --- requests --- */

static const char *header(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool has_body(struct MHD_Connection *connection) {
    const char *size = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return (size && strcmp(size, "0") != 0) || header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

static bool shows_certificate(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info && info->tls_session && http_certificate_is_valid(info->tls_session);
}

/* Called first when a request's head is whole; what is queued then is the answer, whatever follows. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *size,
                                  void **request_context) {
    (void)version, (void)data, (void)size, (void)request_context;
    struct http_server *server = context;
    const struct http_config *http = server->config->http;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_client *client = info ? info->socket_context : NULL;
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    int64_t now_ms = clock_monotonic_ms();
    if (!client || !peer || !peer->client_addr)
        return MHD_NO;
    http_client_turn(client, true, now_ms);
    if (!http_pace_take(&server->requests, peer->client_addr, now_ms))
        return refuse(connection, HTTP_TOO_MANY);
    const struct http_access access = {.token = http->token, .wants_certificate = http->client_ca != NULL};
    const struct http_request request = {
        .method = method,
        .path = url,
        .authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION),
        .accept_encoding = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
        .has_body = has_body(connection),
        .is_local = client->is_local,
        .has_certificate = access.wants_certificate && shows_certificate(connection),
    };
    const struct http_decision decision = http_decide(&request, &access);
    if (decision.status != HTTP_OK)
        return refuse(connection, decision.status);
    return send_page(server, connection, &decision);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode code) {
    (void)context, (void)request_context, (void)code;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (info && info->socket_context)
        http_client_turn(info->socket_context, false, clock_monotonic_ms());
}

/* --- connections --- */

static enum MHD_Result on_arrival(void *context, const struct sockaddr *address, socklen_t size) {
    (void)size;
    struct http_server *server = context;
    bool in_time =
        address_is_loopback(address) || http_pace_take(&server->arrivals, address, clock_monotonic_ms());
    return in_time && http_clients_admit(&server->clients, address) ? MHD_YES : MHD_NO;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code) {
    struct http_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context)
            http_clients_remove(&server->clients, *socket_context);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (socket && peer && peer->client_addr)
        *socket_context =
            http_clients_add(&server->clients, socket->connect_fd, peer->client_addr, clock_monotonic_ms());
}

/* --- doors --- */

/* Paths are compared as they came: nothing in ours needs decoding, and what is decoded may hold anything. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
    (void)context, (void)connection;
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int socket,
                                       const struct http_config *http) {
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, http->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, http->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {http->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, http->client_ca},
        {MHD_OPTION_END, 0, NULL},
    };
    const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_EPOLL | (http->certificate ? MHD_USE_TLS : 0u);
    /* One client more than are admitted: at its own limit the library would leave them waiting at the door.
     */
    return MHD_start_daemon(flags, 0, on_arrival, server, on_request, server, MHD_OPTION_LISTEN_SOCKET,
                            socket, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CLIENTS_MOST + 1,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENT_MOST_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MOST,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_NOTIFY_COMPLETED,
                            on_completed, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
                            MHD_OPTION_ARRAY, http->certificate ? tls : none, MHD_OPTION_END);
}

static void close_door(struct door *door) {
    if (door->daemon) {
        MHD_quiesce_daemon(door->daemon); /* the socket stays ours */
        MHD_stop_daemon(door->daemon);
    }
    if (door->socket >= 0)
        close(door->socket);
}

static int open_doors(struct http_server *server) {
    const struct http_config *http = server->config->http;
    for (size_t i = 0; i < http->n_listens; i++) {
        struct door *door = &server->doors[server->n_doors++];
        door->daemon = NULL;
        door->socket = http_socket_open(&http->listens[i]);
        if (door->socket < 0)
            return ERROR_SYSTEM;
        door->daemon = start_daemon(server, door->socket, http);
        if (!door->daemon) {
            log_write(LOG_ERROR, "http", "cannot serve at %s%s", http->listens[i].text,
                      http->certificate
                          ? ": certificate_file, key_file or client_ca_file cannot be used, or the "
                            "first two do not belong together"
                          : "");
            return ERROR_SYSTEM;
        }
    }
    return 0;
}

/* Others with the new certificates take the same sockets over; where they cannot be used, all stays as it is.
 */
static bool renew_doors(struct http_server *server, const struct http_config *http) {
    struct MHD_Daemon *daemons[HTTP_LISTENS_MOST];
    size_t n = 0;
    for (; n < server->n_doors; n++) {
        struct MHD_Daemon *before = server->doors[n].daemon;
        MHD_quiesce_daemon(before);
        daemons[n] = start_daemon(server, server->doors[n].socket, http);
        if (!daemons[n])
            break;
        MHD_stop_daemon(before);
        server->doors[n].daemon = daemons[n];
    }
    return n == server->n_doors;
}

/* --- the thread --- */

static void adopt_config(struct http_server *server) {
    pthread_mutex_lock(&server->lock);
    struct site_config *next = server->next;
    server->next = NULL;
    pthread_mutex_unlock(&server->lock);
    if (!next)
        return;
    struct site_config *before = server->config;
    server->config = next;
    if (next->http && before->http && !http_config_same_access(before->http, next->http) &&
        !renew_doors(server, next->http))
        log_write(LOG_ERROR, "http",
                  "the new certificates cannot be used, and nothing is served: write others "
                  "and reload");
    config_free(before);
}

static int wait_ms(const struct http_server *server) {
    bool is_busy = server->clients.n > 0 || http_pages_keep_any(server->pages);
    int most = is_busy ? TICK_MS : IDLE_TICK_MS;
    for (size_t i = 0; i < server->n_doors; i++) {
        MHD_UNSIGNED_LONG_LONG timeout;
        if (server->doors[i].daemon && MHD_get_timeout(server->doors[i].daemon, &timeout) == MHD_YES &&
            timeout < (unsigned)most)
            most = (int)timeout;
    }
    return most;
}

static void wait_for_any(struct http_server *server) {
    struct pollfd waits[HTTP_LISTENS_MOST + 1];
    waits[0] = (struct pollfd){.fd = server->wake, .events = POLLIN};
    for (size_t i = 0; i < server->n_doors; i++) {
        const union MHD_DaemonInfo *info =
            server->doors[i].daemon ? MHD_get_daemon_info(server->doors[i].daemon, MHD_DAEMON_INFO_EPOLL_FD)
                                    : NULL;
        waits[i + 1] = (struct pollfd){.fd = info ? info->epoll_fd : -1, .events = POLLIN};
    }
    if (poll(waits, server->n_doors + 1, wait_ms(server)) > 0 && waits[0].revents) {
        uint64_t count;
        if (read(server->wake, &count, sizeof(count)) > 0)
            adopt_config(server);
    }
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
        for (size_t i = 0; i < server->n_doors; i++)
            if (server->doors[i].daemon)
                MHD_run(server->doors[i].daemon);
        int64_t now_ms = clock_monotonic_ms();
        http_health_look(&server->health, server->latest, server->config, now_ms);
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
    for (size_t i = 0; i < server->n_doors; i++)
        close_door(&server->doors[i]);
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
