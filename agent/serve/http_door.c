/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_door.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/certificate.h"

enum {
    HEAD_MOST = 16 << 10, /* bytes of a request's head */
    SILENT_MOST_S = 10,
};

struct http_door {
    const struct http_door_events *events;
    bool wants_certificate;
    struct MHD_Daemon *daemon;
};

static struct http_client *client_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static const struct sockaddr *address_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

/* --- answers --- */

static void on_body_taken(void *context) {
    http_body_release(context);
}

/* Takes text or body over. */
static struct MHD_Response *make_response(struct http_reply *reply) {
    struct http_body *body = reply->body;
    struct MHD_Response *response = NULL;
    if (body) {
        response = MHD_create_response_from_buffer_with_free_callback_cls(body->size, body->data,
                                                                          on_body_taken, body);
        if (!response)
            http_body_release(body);
    } else if (!reply->text.failed) {
        response = MHD_create_response_from_buffer(reply->text.size, reply->text.data, MHD_RESPMEM_MUST_COPY);
    }
    text_done(&reply->text);
    return response;
}

static void add_headers(const struct http_reply *reply, struct MHD_Response *response) {
    bool again = reply->status == HTTP_TOO_MANY || reply->status == HTTP_UNAVAILABLE;
    const struct {
        bool is_meant;
        const char *name, *value;
    } headers[] = {
        {true, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type},
        {true, "X-Content-Type-Options", "nosniff"},
        {true, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
        {reply->body != NULL, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING},
        {reply->gzip, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip"},
        {reply->status == HTTP_UNAUTHORIZED, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"hallwatch\""},
        {reply->status == HTTP_NOT_ALLOWED, MHD_HTTP_HEADER_ALLOW, "GET, HEAD"},
        {again, MHD_HTTP_HEADER_RETRY_AFTER, "1"},
    };
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        if (headers[i].is_meant)
            MHD_add_response_header(response, headers[i].name, headers[i].value);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct http_reply *reply) {
    struct MHD_Response *response = make_response(reply);
    if (!response)
        return MHD_NO;
    add_headers(reply, response);
    enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* --- requests --- */

static const char *header(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

struct body_headers {
    size_t n_lengths;
    bool has_any; /* one says that there is a body */
};

static enum MHD_Result note_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
    (void)kind;
    struct body_headers *headers = context;
    bool is_length = strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    headers->n_lengths += is_length;
    headers->has_any |= (is_length && (!value || strcmp(value, "0") != 0)) ||
                        strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0;
    return MHD_YES;
}

/* The library believes the first of several lengths; who sends them means to hide a request. */
static bool has_body(struct MHD_Connection *connection) {
    struct body_headers headers = {0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, note_header, &headers);
    return headers.has_any || headers.n_lengths > 1;
}

static bool shows_certificate(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info && info->tls_session && certificate_of_peer_is_valid(info->tls_session);
}

/*
 * Called when a request's head is whole, and again after that. An answer to the first call ends the
 * connection, which is right only where a body would follow.
 */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *size,
                                  void **request_context) {
    (void)version, (void)data, (void)size;
    const struct http_door *door = context;
    struct http_client *client = client_of(connection);
    if (!client)
        return MHD_NO;
    struct http_request request = {
        .method = method,
        .path = url,
        .authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION),
        .accept_encoding = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
        .has_body = has_body(connection),
    };
    if (!*request_context && !request.has_body) {
        *request_context = client;
        return MHD_YES;
    }
    struct http_reply reply = {0};
    request.has_certificate = door->wants_certificate && shows_certificate(connection);
    door->events->asked(door->events->context, client, address_of(connection), &request, &reply);
    return send_reply(connection, &reply);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode code) {
    (void)request_context, (void)code;
    const struct http_door *door = context;
    struct http_client *client = client_of(connection);
    if (client)
        door->events->answered(door->events->context, client);
}

/* --- connections --- */

static enum MHD_Result on_arrival(void *context, const struct sockaddr *address, socklen_t size) {
    (void)size;
    const struct http_door *door = context;
    return door->events->admit(door->events->context, address) ? MHD_YES : MHD_NO;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code) {
    const struct http_door *door = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context)
            door->events->left(door->events->context, *socket_context);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const struct sockaddr *address = address_of(connection);
    if (info && address)
        *socket_context = door->events->arrived(door->events->context, info->connect_fd, address);
}

/* --- the door --- */

/* Paths are compared as they came: nothing in ours needs decoding, and what is decoded may hold anything. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
    (void)context, (void)connection;
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct http_door *door, int socket, const struct http_config *http) {
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, http->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, http->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {http->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, http->client_ca},
        {MHD_OPTION_END, 0, NULL},
    };
    const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_EPOLL | (http->certificate ? MHD_USE_TLS : 0u);
    /* One more than are admitted: at its own limit the library would leave further clients waiting. */
    return MHD_start_daemon(flags, 0, on_arrival, door, on_request, door, MHD_OPTION_LISTEN_SOCKET, socket,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CLIENTS_MOST + 1,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENT_MOST_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MOST,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, door, MHD_OPTION_NOTIFY_COMPLETED,
                            on_completed, door, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
                            MHD_OPTION_ARRAY, http->certificate ? tls : none, MHD_OPTION_END);
}

struct http_door *http_door_open(int socket, const struct http_config *http,
                                 const struct http_door_events *events) {
    struct http_door *door = calloc(1, sizeof(*door));
    /* The library closes what it is given where it fails. */
    int own = door ? fcntl(socket, F_DUPFD_CLOEXEC, 0) : -1;
    if (own < 0) {
        free(door);
        return NULL;
    }
    door->events = events;
    door->wants_certificate = http->client_ca != NULL;
    door->daemon = start_daemon(door, own, http);
    if (door->daemon)
        return door;
    free(door);
    return NULL;
}

void http_door_close(struct http_door *door) {
    if (!door)
        return;
    /* Ended with its socket, it would end the listening of whoever shares that. */
    close(MHD_quiesce_daemon(door->daemon));
    MHD_stop_daemon(door->daemon);
    free(door);
}

int http_door_descriptor(const struct http_door *door) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(door->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

int http_door_timeout_ms(struct http_door *door, int most) {
    MHD_UNSIGNED_LONG_LONG timeout;
    bool has_timeout = MHD_get_timeout(door->daemon, &timeout) == MHD_YES;
    return has_timeout && timeout < (unsigned)most ? (int)timeout : most;
}

void http_door_run(struct http_door *door) {
    MHD_run(door->daemon);
}
