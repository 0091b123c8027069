/* SPDX-License-Identifier: Apache-2.0 */
/* The wheel: slot n holds what is to be looked at when n * DEADLINE_SLOT_MS has come, due by then or not. */
#include "acquire/deadline.h"

#include <stddef.h>

static void file_away(struct deadline_wheel *wheel, struct deadline *deadline) {
    int64_t slot = deadline->at_ms / DEADLINE_SLOT_MS + 1;
    if (slot < wheel->slot)
        slot = wheel->slot;
    /* Beyond one turn: looked at and filed anew at its end. */
    if (slot > wheel->slot + DEADLINE_SLOTS - 1)
        slot = wheel->slot + DEADLINE_SLOTS - 1;
    deadline->slot = slot;
    deadline->place = &wheel->slots[slot % DEADLINE_SLOTS];
    deadline->next = *deadline->place;
    if (deadline->next)
        deadline->next->place = &deadline->next;
    *deadline->place = deadline;
}

void deadline_remove(struct deadline *deadline) {
    if (!deadline->place)
        return;
    *deadline->place = deadline->next;
    if (deadline->next)
        deadline->next->place = deadline->place;
    deadline->place = NULL;
}

void deadline_wheel_init(struct deadline_wheel *wheel, int64_t now_ms) {
    *wheel = (struct deadline_wheel){.slot = now_ms / DEADLINE_SLOT_MS};
}

void deadline_set(struct deadline_wheel *wheel, struct deadline *deadline, int64_t at_ms) {
    deadline->at_ms = at_ms;
    if (at_ms == DEADLINE_NEVER)
        return;
    if (deadline->place && deadline->slot <= at_ms / DEADLINE_SLOT_MS + 1)
        return;
    deadline_remove(deadline);
    file_away(wheel, deadline);
}

void *deadline_due(struct deadline_wheel *wheel, int64_t now_ms) {
    int64_t last = now_ms / DEADLINE_SLOT_MS;
    /* After a stall of more than a turn every slot is looked at once. */
    if (wheel->slot < last - DEADLINE_SLOTS)
        wheel->slot = last - DEADLINE_SLOTS;
    for (; wheel->slot <= last; wheel->slot++) {
        struct deadline **head = &wheel->slots[wheel->slot % DEADLINE_SLOTS];
        while (*head) {
            struct deadline *deadline = *head;
            deadline_remove(deadline);
            if (deadline->at_ms <= now_ms)
                return deadline->owner;
            if (deadline->at_ms != DEADLINE_NEVER)
                file_away(wheel, deadline);
        }
    }
    return NULL;
}
