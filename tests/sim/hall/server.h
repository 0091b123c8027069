/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of the simulator and its one loop. One listener and one UDP socket serve every device: which of
 * them is meant is the loopback address that the peer spoke to. Nothing is allocated per request.
 */
#ifndef HALLSIM_SERVER_H
#define HALLSIM_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "site.h"

struct server;

struct server_options {
    uint16_t modbus_port, snmp_port; /* 0 = any free one */
    const char *community;
    const char *control; /* path of the control socket; NULL = none */
    const char *load;    /* an order of training load; NULL = steady */
    const char *script;  /* a file of orders and their times; NULL = none */
    double speed;        /* at which it is played; 0 = 1 */
};

/*
 * Opens the sockets; the devices' intervals may be of 4 kinds. NULL after a line on standard error said what
 * is wrong. `site` must outlive the server.
 */
struct server *server_new(struct site *site, const struct server_options *options);
void server_free(struct server *server);
uint16_t server_modbus_port(const struct server *server);
uint16_t server_snmp_port(const struct server *server);

/*
 * Serves until SIGTERM or SIGINT. SIGUSR1 prints the counts on standard output. False where the loop itself
 * failed.
 */
bool server_run(struct server *server);

/*
 * Used by control: the counts as one JSON object; every device's as a JSON array; begin the poll statistics
 * anew.
 */
void server_write_counts(const struct server *server, FILE *file);
void server_write_devices(const struct server *server, FILE *file);
void server_reset_watch(struct server *server);
/* Carries out an order of faults; false: *problem says why not. */
bool server_set_fault(struct server *server, const char *line, size_t *n, const char **problem);
/*
 * Sends a trap of each device that `line` means, or a flood of them: *n in all. False: *problem says why not.
 */
bool server_send_traps(struct server *server, const char *line, bool flood, size_t *n, const char **problem);
/* Carries out an order of training load in all halls; false: there is no such order. */
bool server_set_load(struct server *server, const char *line);
/* Carries out an order of what happens in all halls (hall_order.h); false: *problem says why not. */
bool server_order(struct server *server, const char *line, const char **problem);
/* Adds or changes an SNMPv3 user; false: *problem says why not. */
bool server_set_user(struct server *server, const char *text, const char **problem);

#endif
