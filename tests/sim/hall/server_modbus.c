/* SPDX-License-Identifier: Apache-2.0 */
/* Modbus TCP: the listener and its connections. What is in a frame is device_modbus's business. */
#include "server_parts.h"

#include "device_modbus.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TICK_US = 1000 }; /* nothing is done later by less than this */

struct late_answer;

struct connection {
    struct endpoint endpoint;
    struct connection *next, *previous;
    struct late_answer *late; /* what is still to be said, in no order */
    uint32_t address;         /* of the device's side */
    size_t size;
    uint8_t bytes[2 * MODBUS_FRAME_MOST];
};

/* An answer that comes later, in pieces, or again and again. */
struct late_answer {
    struct timer timer; /* first: it is found by it */
    struct connection *connection;
    const struct device *device;
    struct late_answer *next;
    int64_t begin_us, duration_us; /* over which it comes byte by byte; 0 = at once */
    int64_t again_us;              /* after which it comes again; 0 = does not */
    size_t size, sent;
    uint8_t bytes[];
};

static void late_answer_free(struct server *server, struct late_answer *late) {
    struct late_answer **link = &late->connection->late;
    while (*link != late)
        link = &(*link)->next;
    *link = late->next;
    timer_clear(server, &late->timer);
    free(late);
}

/* Its memory stays until the end of the round: the loop may have an event for it in hand. */
static void connection_close(struct server *server, struct connection *connection) {
    while (connection->late != NULL)
        late_answer_free(server, connection->late);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        server->connections = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    server->n_connections--;
    close(connection->endpoint.descriptor);
    connection->endpoint.descriptor = -1;
    connection->next = server->closed;
    server->closed = connection;
}

void server_forget_closed(struct server *server) {
    while (server->closed != NULL) {
        struct connection *connection = server->closed;
        server->closed = connection->next;
        free(connection);
    }
}

/* From now on closing the descriptor resets the connection. */
static void make_abortive(int descriptor) {
    struct linger abort_it = {.l_onoff = 1};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort_it, sizeof abort_it);
}

static bool server_listen(struct server *server, uint16_t port);

static bool all_vanished(const struct devices *devices) {
    bool any = false;
    for (size_t i = 0; i < devices->n; i++) {
        const struct device *device = devices->list[i];
        if (device->protocol == MODBUS && device->fault.kind != FAULT_VANISHED)
            return false;
        any |= device->protocol == MODBUS;
    }
    return any;
}

/* One listener serves them all: only when none is left can connections be refused as a closed port does it.
 */
static void listen_while_anybody_is_there(struct server *server) {
    bool gone = all_vanished(&server->site->devices);
    if (gone && server->listener.descriptor >= 0) {
        server->vanished_port = server_modbus_port(server);
        close(server->listener.descriptor);
        server->listener.descriptor = -1;
    } else if (!gone && server->vanished_port != 0) {
        server_listen(server, server->vanished_port);
        server->vanished_port = 0;
    }
}

void server_close_refused(struct server *server) {
    listen_while_anybody_is_there(server);
    struct connection *next;
    for (struct connection *connection = server->connections; connection != NULL; connection = next) {
        const struct device *device = devices_find_gateway(&server->site->devices, connection->address);
        next = connection->next;
        if (!fault_refuses(&device->fault))
            continue;
        if (device->fault.kind == FAULT_VANISHED)
            make_abortive(connection->endpoint.descriptor);
        connection_close(server, connection);
    }
}

/* False: a peer that does not take its answers. */
static bool send_now(const struct connection *connection, const uint8_t *bytes, size_t size) {
    return send(connection->endpoint.descriptor, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static int64_t byte_us(const struct late_answer *late) {
    int64_t each_us = late->duration_us / (int64_t)late->size;
    return each_us < TICK_US ? TICK_US : each_us;
}

static void late_answer_due(struct server *server, struct timer *timer) {
    struct late_answer *late = (struct late_answer *)timer;
    size_t until = late->size;
    if (late->duration_us > 0 && server->now_us < late->begin_us + late->duration_us) {
        int64_t passed_us = server->now_us - late->begin_us;
        until = 1 + (late->size - 1) * (size_t)passed_us / (size_t)late->duration_us;
    }
    bool taken =
        until <= late->sent || send_now(late->connection, late->bytes + late->sent, until - late->sent);
    late->sent = until > late->sent ? until : late->sent;
    if (!taken && late->again_us == 0)
        connection_close(server, late->connection);
    else if (late->sent < late->size)
        timer_set(server, timer, server->now_us + byte_us(late));
    else if (late->again_us > 0 && late->device->fault.kind == FAULT_ENDLESS) {
        late->sent = 0;
        timer_set(server, timer, server->now_us + late->again_us);
    } else
        late_answer_free(server, late);
}

static void send_later(struct server *server, struct connection *connection, const struct device *device,
                       const uint8_t *bytes, size_t size) {
    const struct fault *fault = &device->fault;
    struct late_answer *late = calloc(1, sizeof *late + size);
    int64_t argument_us = fault->argument * INT64_C(1000);
    if (late == NULL)
        return;
    memcpy(late->bytes, bytes, size);
    late->size = size;
    late->timer.due = late_answer_due;
    late->begin_us = server->now_us;
    late->duration_us = fault->kind == FAULT_DRIBBLING ? argument_us : 0;
    late->again_us = fault->kind == FAULT_ENDLESS ? argument_us : 0;
    late->connection = connection;
    late->device = device;
    late->next = connection->late;
    connection->late = late;
    timer_set(server, &late->timer, server->now_us + (fault->kind == FAULT_SLOW ? argument_us : TICK_US));
}

/* Sends an answer as the device's fault has it. False: the connection is to be closed. */
static bool send_answer(struct server *server, struct connection *connection, const struct device *device,
                        const uint8_t *bytes, size_t size) {
    switch ((int)device->fault.kind) {
    case FAULT_ENDLESS: /* of one answer at a time */
        if (connection->late == NULL)
            send_later(server, connection, device, bytes, size);
        return true;
    case FAULT_SLOW:
    case FAULT_DRIBBLING:
        send_later(server, connection, device, bytes, size);
        return true;
    case FAULT_CUTTING:
    case FAULT_RESETTING:
    case FAULT_CLOSING:
        send_now(connection, bytes, device->fault.kind == FAULT_CUTTING ? size / 2 : size);
        if (device->fault.kind != FAULT_CLOSING)
            make_abortive(connection->endpoint.descriptor);
        return false;
    default:
        return send_now(connection, bytes, size);
    }
}

/* Answers the whole frames that have arrived. False: the connection is of no more use. */
static bool connection_answer(struct server *server, struct connection *connection) {
    uint8_t answer[FAULT_ANSWER_MOST];
    size_t used = 0;
    for (;;) {
        const uint8_t *frame = connection->bytes + used;
        int size = modbus_frame_size(frame, connection->size - used);
        if (size < 0) {
            server->malformed++;
            return false;
        }
        if (size == 0 || (size_t)size > connection->size - used)
            break;
        used += (size_t)size;
        struct device *device =
            devices_find(&server->site->devices, connection->address, frame[MODBUS_HEADER - 1]);
        if (device == NULL) { /* a gateway is silent for a unit that it does not have */
            server->strangers++;
            continue;
        }
        size_t answer_size = server_answer(server, device, frame, (size_t)size, answer);
        if (answer_size > 0 && !send_answer(server, connection, device, answer, answer_size))
            return false;
    }
    connection->size -= used;
    memmove(connection->bytes, connection->bytes + used, connection->size);
    return true;
}

static void connection_ready(struct server *server, struct endpoint *endpoint) {
    struct connection *connection = (struct connection *)endpoint;
    if (endpoint->descriptor < 0)
        return; /* closed in this round */
    ssize_t n = recv(endpoint->descriptor, connection->bytes + connection->size,
                     sizeof connection->bytes - connection->size, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    connection->size += n > 0 ? (size_t)n : 0;
    if (n <= 0 || !connection_answer(server, connection))
        connection_close(server, connection);
}

/* Who was connected to; NULL where nobody lives there. */
static struct device *device_at(const struct server *server, int descriptor, uint32_t *address) {
    struct sockaddr_in local;
    socklen_t size = sizeof local;
    if (getsockname(descriptor, (struct sockaddr *)&local, &size) != 0)
        return NULL;
    *address = ntohl(local.sin_addr.s_addr);
    return devices_find_gateway(&server->site->devices, *address);
}

static void listener_ready(struct server *server, struct endpoint *endpoint) {
    while (endpoint->descriptor >= 0) {
        int descriptor = accept4(endpoint->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0)
            return;
        uint32_t address;
        const struct device *device = device_at(server, descriptor, &address);
        bool refused = device == NULL || fault_refuses(&device->fault);
        struct connection *connection = refused ? NULL : calloc(1, sizeof *connection);
        rate_watch_event(&server->accepted, server->now_us);
        if (connection == NULL) { /* nobody, or not at present: a reset, like a closed port */
            if (device == NULL || device->fault.kind != FAULT_HELD)
                make_abortive(descriptor);
            close(descriptor);
            continue;
        }
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        *connection = (struct connection){.endpoint = {.ready = connection_ready, .descriptor = descriptor},
                                          .next = server->connections,
                                          .address = address};
        if (server->connections != NULL)
            server->connections->previous = connection;
        server->connections = connection;
        server->n_connections++;
        server_add_endpoint(server, &connection->endpoint);
    }
}

static bool server_listen(struct server *server, uint16_t port) {
    server->listener =
        (struct endpoint){.ready = listener_ready, .descriptor = server_open_socket(SOCK_STREAM, port)};
    if (server->listener.descriptor < 0 || listen(server->listener.descriptor, SOMAXCONN) != 0)
        return false;
    server_add_endpoint(server, &server->listener);
    return true;
}

bool server_open_modbus(struct server *server) {
    return server_listen(server, server->options.modbus_port);
}

void server_close_modbus(struct server *server) {
    while (server->connections != NULL)
        connection_close(server, server->connections);
    server_forget_closed(server);
    if (server->listener.descriptor >= 0)
        close(server->listener.descriptor);
}
