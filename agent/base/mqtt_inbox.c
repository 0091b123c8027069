/* SPDX-License-Identifier: Apache-2.0 */
/* It grows to the most that were ever waiting, which the owner's window bounds. */
#include "base/mqtt_inbox.h"

#include <stdlib.h>

enum { FIRST_EVENTS = 64 /* a power of two */ };

void mqtt_inbox_done(struct mqtt_inbox *inbox) {
    free(inbox->events);
    *inbox = (struct mqtt_inbox){0};
}

static void grow(struct mqtt_inbox *inbox) {
    size_t room = inbox->room ? inbox->room * 2 : FIRST_EVENTS;
    struct mqtt_event *events = calloc(room, sizeof(*events));
    if (!events)
        return;
    for (size_t i = 0; i < inbox->n; i++)
        events[i] = inbox->events[(inbox->first + i) & (inbox->room - 1)];
    free(inbox->events);
    *inbox = (struct mqtt_inbox){.events = events, .room = room, .n = inbox->n};
}

void mqtt_inbox_put(struct mqtt_inbox *inbox, const struct mqtt_event *event) {
    if (inbox->n == inbox->room)
        grow(inbox);
    if (inbox->n < inbox->room)
        inbox->events[(inbox->first + inbox->n++) & (inbox->room - 1)] = *event;
}

bool mqtt_inbox_take(struct mqtt_inbox *inbox, struct mqtt_event *event) {
    if (inbox->n == 0)
        return false;
    *event = inbox->events[inbox->first];
    inbox->first = (inbox->first + 1) & (inbox->room - 1);
    inbox->n--;
    return true;
}

void mqtt_inbox_clear(struct mqtt_inbox *inbox) {
    inbox->n = 0;
}
