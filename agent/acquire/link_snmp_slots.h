/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request ids of many owners: an id is the owner's slot and the slot's generation, so that its owner is found
 * in constant time and the id of an earlier request is nobody's. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_SLOTS_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_SLOTS_H

#include <stdint.h>

/* Begins zeroed. */
struct snmp_slots {
    struct snmp_slot *slots;
    uint32_t n, n_taken, next;
};

void snmp_slots_done(struct snmp_slots *slots);
/* A slot for the owner. 0, ERROR_MEMORY, or ERROR_TOO_BIG when there are 65536 of them. */
int snmp_slots_take(struct snmp_slots *slots, void *owner, uint32_t *slot);
void snmp_slots_give_back(struct snmp_slots *slots, uint32_t slot);
/* A new id, positive; the slot's earlier ones are void. */
int32_t snmp_slots_new_id(struct snmp_slots *slots, uint32_t slot);
/* The owner whose slot the id names, or NULL. Whether it is the latest id, the owner knows. */
void *snmp_slots_find(const struct snmp_slots *slots, int32_t id);

#endif
