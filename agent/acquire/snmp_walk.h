/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks columns of an SNMP agent over a link, side by side with GETBULK, until each has left its prefix. It
 * expects little of the agent: one that loops, answers out of order, lacks GETBULK, says tooBig or never ends
 * is walked as far as it makes sense, with bounded work. For discovery; polling asks for instances.
 */
#ifndef HALLWATCH_ACQUIRE_SNMP_WALK_H
#define HALLWATCH_ACQUIRE_SNMP_WALK_H

#include "acquire/link.h"

enum { SNMP_WALK_VARBINDS_MOST = 20000, SNMP_WALK_REQUESTS_MOST = 25000 };

struct snmp_walk_plan {
    const struct oid *columns; /* prefixes; copied. One subtree is one column */
    size_t n_columns;
    uint16_t repetitions; /* varbinds wanted in one answer at most; columns walked side by side share them */
    uint32_t timeout_ms;  /* of one request; a silent agent takes three before the walk fails */
    bool unsorted;        /* a column ends when a name comes a second time, not when one is out of order */
    /* Each varbind below a prefix, once; borrowed. Must not free the walk. */
    void (*found)(void *context, const struct varbind *varbind);
    /* The end: ERROR_NONE, the link's error, or ERROR_TOO_BIG beyond a bound. May free the walk. */
    void (*done)(void *context, int error);
    void *context;
};

struct snmp_walk;

/*
 * Asks the first question; what comes, comes later and never from inside. The link is the walk's until done,
 * borrowed. ERROR_ARGUMENT, ERROR_MEMORY, or what link_ask says.
 */
int snmp_walk_new(struct link *link, const struct snmp_walk_plan *plan, struct snmp_walk **walk);
/* After done; or earlier once the link has been closed. NULL is fine. */
void snmp_walk_free(struct snmp_walk *walk);

#endif
