/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMP over net-snmp: asynchronous, all links on one shared UDP socket per address family. net-snmp's message
 * layer does the encoding (link_snmp_codec, _report, _usm and _notice know it); requests, deadlines and
 * sockets are link_snmp's own.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_H

#include <sys/socket.h>
#include <uv.h>

#include "acquire/link.h"
#include "model/snmp_credentials.h"

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

/*
 * To one agent, one request at a time. The credentials are copied; to change them, close the link and open
 * another. Of SNMPv3, passphrases that no open link has take a few milliseconds of hashing. 0, ERROR_MEMORY,
 * ERROR_SYSTEM, ERROR_TOO_BIG, or ERROR_ARGUMENT for credentials that do not hold together.
 */
int link_snmp_open(struct snmp_service *service, const struct sockaddr *address,
                   const struct snmp_credentials *credentials, struct link **link);
/* What the last failure can mean, as its answer's detail said it; NULL where there is nothing to add. */
const char *link_snmp_trouble(const struct link *link);

#endif
