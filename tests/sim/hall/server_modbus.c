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

struct connection {
    struct endpoint endpoint;
    struct connection *next, *previous;
    uint32_t address; /* of the device's side */
    size_t size;
    uint8_t bytes[2 * MODBUS_FRAME_MOST];
};

static void connection_close(struct server *server, struct connection *connection) {
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        server->connections = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    server->n_connections--;
    close(connection->endpoint.descriptor);
    free(connection);
}

/* Answers the whole frames that have arrived. False: the connection is of no more use. */
static bool connection_answer(struct server *server, struct connection *connection) {
    uint8_t answer[MODBUS_FRAME_MOST];
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
        if (answer_size > 0 &&
            send(connection->endpoint.descriptor, answer, answer_size, MSG_NOSIGNAL) != (ssize_t)answer_size)
            return false; /* a peer that does not take its answers */
    }
    connection->size -= used;
    memmove(connection->bytes, connection->bytes + used, connection->size);
    return true;
}

static void connection_ready(struct server *server, struct endpoint *endpoint) {
    struct connection *connection = (struct connection *)endpoint;
    ssize_t n = recv(endpoint->descriptor, connection->bytes + connection->size,
                     sizeof connection->bytes - connection->size, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    connection->size += n > 0 ? (size_t)n : 0;
    if (n <= 0 || !connection_answer(server, connection))
        connection_close(server, connection);
}

static bool address_is_ours(const struct server *server, uint32_t address) {
    for (unsigned unit = 1; unit <= UINT8_MAX; unit++)
        if (devices_find(&server->site->devices, address, (uint8_t)unit) != NULL)
            return true;
    return false;
}

static void listener_ready(struct server *server, struct endpoint *endpoint) {
    for (;;) {
        int descriptor = accept4(endpoint->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0)
            return;
        struct sockaddr_in local;
        socklen_t size = sizeof local;
        struct connection *connection = NULL;
        if (getsockname(descriptor, (struct sockaddr *)&local, &size) == 0 &&
            address_is_ours(server, ntohl(local.sin_addr.s_addr)))
            connection = calloc(1, sizeof *connection);
        if (connection == NULL) { /* nobody lives there: a reset, like a closed port */
            struct linger abort_it = {.l_onoff = 1};
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort_it, sizeof abort_it);
            close(descriptor);
            continue;
        }
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        *connection = (struct connection){.endpoint = {.ready = connection_ready, .descriptor = descriptor},
                                          .next = server->connections,
                                          .address = ntohl(local.sin_addr.s_addr)};
        if (server->connections != NULL)
            server->connections->previous = connection;
        server->connections = connection;
        server->n_connections++;
        server_add_endpoint(server, &connection->endpoint);
    }
}

bool server_open_modbus(struct server *server) {
    server->listener = (struct endpoint){
        .ready = listener_ready, .descriptor = server_open_socket(SOCK_STREAM, server->options.modbus_port)};
    if (server->listener.descriptor < 0 || listen(server->listener.descriptor, SOMAXCONN) != 0)
        return false;
    server_add_endpoint(server, &server->listener);
    return true;
}

void server_close_modbus(struct server *server) {
    while (server->connections != NULL)
        connection_close(server, server->connections);
    if (server->listener.descriptor >= 0)
        close(server->listener.descriptor);
}
