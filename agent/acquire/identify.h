/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which driver speaks with an SNMP device: by sysObjectID, sysDescr and a probe object. The specific wins
 * over the standard; a device that fits none is said to be unknown, never guessed.
 */
#ifndef HALLWATCH_ACQUIRE_IDENTIFY_H
#define HALLWATCH_ACQUIRE_IDENTIFY_H

#include "acquire/link.h"
#include "drivers/driver.h"

/* A way to recognise one driver and how specific it is: numbers of its sysObjectID; 0 for a probe alone. */
struct candidate {
    const struct driver *driver;
    const struct recognition *recognition;
    size_t weight;
};

/*
 * The candidates for what a device says of itself, the most specific first; returns how many of at most
 * `most`. Those with a probe still have to pass it. Pure.
 */
size_t identify_candidates(const struct oid *sys_object_id, const char *sys_descr, size_t descr_size,
                           struct candidate *candidates, size_t most);

struct identify;
/* The driver and why it was chosen; or NULL, an error and what the device says of itself. Texts live during
 * the call. */
typedef void (*identify_done)(void *context, const struct driver *driver, int error, const char *why);

int identify_start(struct link *link, uint32_t timeout_ms, identify_done done, void *context,
                   struct identify **identify);
void identify_stop(struct identify *identify); /* as discovery_stop */

#endif
