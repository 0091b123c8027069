/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMP over net-snmp: asynchronous, all links on one shared UDP socket per address family. net-snmp's message
 * layer does the encoding (link_snmp_codec.c, the only file that knows it); requests, deadlines and sockets
 * are link_snmp's own.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_H

#include <sys/socket.h>
#include <uv.h>

#include "acquire/link.h"

struct snmp_service;

/*
 * One for the process: sets net-snmp up quietly (no MIBs, no host configuration), opens the sockets on first
 * use.
 */
int snmp_service_new(uv_loop_t *loop, struct snmp_service **service);
/*
 * Closes what is open; links are closed before. Handles close on the loop: run it once more before closing
 * it.
 */
void snmp_service_free(struct snmp_service *service);

/* Times out requests whose deadline has passed. Called once per tick with the loop's monotonic time. */
void snmp_service_tick(struct snmp_service *service, int64_t now_ms);

/* Datagrams that were no answer to any request, or came from a stranger; and datagrams the kernel dropped. */
struct snmp_counts {
    uint64_t unmatched, foreign, malformed, kernel_drops;
};
struct snmp_counts snmp_service_counts(const struct snmp_service *service);

/* A v2c session to one agent. `community` is copied. One request at a time per link. */
int link_snmp_open(struct snmp_service *service, const struct sockaddr *address, const char *community,
                   struct link **link);

#endif
