/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GETs of SNMPv1 and v2c that are asked again and again, by heart: the message is kept as it was encoded
 * once, and only its request id is new; an answer that names the same objects in the same order, as nearly
 * all do, is read against it. Whatever is not quite so is left to the library: nothing here says that a
 * message is bad. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_SNMP_KEPT_H
#define HALLWATCH_ACQUIRE_SNMP_KEPT_H

#include "acquire/link.h"

enum { SNMP_KEPT_SLOTS = 1024 };

struct snmp_kept;

/* Begins zeroed. */
struct snmp_kept_table {
    struct snmp_kept *slots[SNMP_KEPT_SLOTS];
};
void snmp_kept_done(struct snmp_kept_table *table);

/* The kept GET of these objects with this community; NULL where there is none. `version`: 0 or 1, as on the
 * wire. */
struct snmp_kept *snmp_kept_find(const struct snmp_kept_table *table, const struct link_request *request,
                                 int version, const char *community);
/* Keeps a message that asks for these; another one may go for it. NULL when out of memory, or it cannot be
 * kept. */
struct snmp_kept *snmp_kept_add(struct snmp_kept_table *table, const struct link_request *request,
                                int version, const char *community, const uint8_t *message, size_t size);

/*
 * The message with this request id, which must have four bytes as encoded: 0x00800000 or more. The kept
 * one's, until its next use.
 */
const uint8_t *snmp_kept_message(struct snmp_kept *kept, int32_t id, size_t *size);

/*
 * Reads a good answer with this id into request->n_oids varbinds, whose texts point into it. False where it
 * is anything else.
 */
bool snmp_kept_read(const struct snmp_kept *kept, const struct link_request *request, int32_t id,
                    const uint8_t *answer, size_t size, struct varbind *varbinds);

#endif
