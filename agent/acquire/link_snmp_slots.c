/* SPDX-License-Identifier: Apache-2.0 */
/* A table that doubles, and the generations in it. */
#include "acquire/link_snmp_slots.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum {
    SLOTS_MOST = 1 << 16,
    FIRST_GENERATION = 1 << 8, /* so that all ids are encoded in four bytes */
    GENERATIONS = 1 << 15,
    SLOTS_FIRST = 16
};

struct snmp_slot {
    void *owner;
    uint16_t generation; /* outlives the owner: an answer to its predecessor is no answer */
};

void snmp_slots_done(struct snmp_slots *slots) {
    free(slots->slots);
}

static int grow(struct snmp_slots *slots) {
    uint32_t n = slots->n ? 2 * slots->n : SLOTS_FIRST;
    struct snmp_slot *grown = reallocarray(slots->slots, n, sizeof *grown);
    if (!grown)
        return ERROR_MEMORY;
    memset(grown + slots->n, 0, (n - slots->n) * sizeof *grown);
    slots->slots = grown;
    slots->next = slots->n;
    slots->n = n;
    return ERROR_NONE;
}

int snmp_slots_take(struct snmp_slots *slots, void *owner, uint32_t *slot) {
    if (slots->n_taken == SLOTS_MOST)
        return ERROR_TOO_BIG;
    if (slots->n_taken == slots->n && grow(slots) != ERROR_NONE)
        return ERROR_MEMORY;
    while (slots->slots[slots->next].owner)
        slots->next = (slots->next + 1) % slots->n;
    *slot = slots->next;
    slots->slots[*slot].owner = owner;
    slots->n_taken++;
    return ERROR_NONE;
}

void snmp_slots_give_back(struct snmp_slots *slots, uint32_t slot) {
    slots->slots[slot].owner = NULL;
    slots->n_taken--;
}

int32_t snmp_slots_new_id(struct snmp_slots *slots, uint32_t slot) {
    uint16_t *generation = &slots->slots[slot].generation;
    *generation =
        (uint16_t)(*generation < FIRST_GENERATION || *generation == GENERATIONS - 1 ? FIRST_GENERATION
                                                                                    : *generation + 1);
    return (int32_t)((uint32_t)*generation << 16 | slot);
}

void *snmp_slots_find(const struct snmp_slots *slots, int32_t id) {
    uint32_t slot = (uint32_t)id & (SLOTS_MOST - 1);
    return slot < slots->n ? slots->slots[slot].owner : NULL;
}
