/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the server share: the loop, its endpoints and the one way to answer. Used by server*.c
 * alone.
 */
#ifndef HALLSIM_SERVER_PARTS_H
#define HALLSIM_SERVER_PARTS_H

#include "server.h"

/* A descriptor in the loop and what to do when it is ready. */
struct endpoint {
    void (*ready)(struct server *server, struct endpoint *endpoint);
    int descriptor; /* -1 = none */
};

struct connection;
struct datagrams;

struct server {
    const struct site *site;
    struct server_options options;
    int loop;
    struct endpoint listener, snmp, control, signals;
    struct connection *connections;
    struct datagrams *datagrams;
    uint64_t n_connections, strangers,
        malformed; /* strangers: requests to units and addresses that are no device */
    int64_t now_us, wall_offset_us;
    struct poll_watch watch;
    bool stopped;
};

/* Answers one request to a device; 0 where nothing is to be sent. */
size_t server_answer(struct server *server, struct device *device, const uint8_t *request, size_t size,
                     uint8_t *answer);
void server_add_endpoint(struct server *server, struct endpoint *endpoint);
/* A socket for every loopback address; -1 after the cause was said. */
int server_open_socket(int type, uint16_t port);

/* Each opens its endpoint; false after the cause was said. */
bool server_open_modbus(struct server *server);
bool server_open_snmp(struct server *server);
bool server_open_control(struct server *server);
void server_close_modbus(struct server *server);
void server_close_snmp(struct server *server);
void server_close_control(struct server *server);

#endif
