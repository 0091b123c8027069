/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of messages under way. What is sent, and what settling means for the cursor, is the sink's affair.

 */
#include "publish/window.h"

#include <assert.h>
#include <stdlib.h>

#include "base/error.h"

int window_init(struct window *window, size_t room) {
    *window = (struct window){.room = room};
    window->flights = calloc(room, sizeof(struct flight));
    return window->flights ? 0 : ERROR_MEMORY;
}

void window_done(struct window *window) {
    window_clear(window);
    free(window->flights);
}

static struct flight *flight_at(const struct window *window, size_t index) {
    return &window->flights[(window->first + index) % window->room];
}

void window_add(struct window *window, const struct flight *flight) {
    assert(window->n < window->room);
    *flight_at(window, window->n++) = *flight;
}

const struct flight *window_settle(struct window *window, int token, bool is_rejected) {
    /* Receivers mostly answer in order: the first one is it. */
    for (size_t i = 0; i < window->n; i++) {
        struct flight *flight = flight_at(window, i);
        if (flight->token != token || flight->is_settled)
            continue;
        flight->is_settled = true;
        flight->is_rejected = is_rejected;
        return flight;
    }
    return NULL;
}

bool window_pop(struct window *window, struct flight *flight) {
    if (window->n == 0 || !flight_at(window, 0)->is_settled)
        return false;
    *flight = *flight_at(window, 0);
    window->first = (window->first + 1) % window->room;
    window->n--;
    return true;
}

int64_t window_oldest_ms(const struct window *window) {
    return window->n ? flight_at(window, 0)->sent_ms : INT64_MAX;
}

void window_clear(struct window *window) {
    for (size_t i = 0; i < window->n; i++)
        if (flight_at(window, i)->row)
            spool_release(flight_at(window, i)->row);
    window->n = 0;
}
