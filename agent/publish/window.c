/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of rows under way. What is sent, and what settling means for the cursor, is the sink's affair.
 */
#include "publish/window.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

static size_t *count_of(struct window *window, const struct flight *flight) {
    return &window->rows[round_source_of(flight->row->kind, flight->lane)];
}

void window_add(struct window *window, const struct flight *flight) {
    assert(window->n < window->room);
    if (flight->row)
        ++*count_of(window, flight);
    if (!flight->is_settled)
        window->bytes += flight->bytes;
    *flight_at(window, window->n++) = *flight;
}

static bool is_under_way(const struct flight *flight, int token) {
    return flight->token == token && !flight->is_settled;
}

size_t window_find(const struct window *window, int token, const struct flight **first) {
    size_t at = 0, n = 0;
    /* Receivers mostly answer in order: the first one is it. */
    while (at < window->n && !is_under_way(flight_at(window, at), token))
        at++;
    while (at + n < window->n && is_under_way(flight_at(window, at + n), token))
        n++;
    *first = n ? flight_at(window, at) : NULL;
    return n;
}

size_t window_settle(struct window *window, int token, const char *rejection) {
    const struct flight *first;
    size_t n = window_find(window, token, &first);
    size_t at = n ? (size_t)(first - window->flights) : 0;
    for (size_t i = 0; i < n; i++) {
        struct flight *flight = &window->flights[(at + i) % window->room];
        flight->is_settled = true;
        window->bytes -= flight->bytes;
        flight->is_rejected = rejection != NULL;
        flight->words = rejection ? strdup(rejection) : NULL;
    }
    return n;
}

void window_deny(struct window *window, int token, const char *rejection) {
    const struct flight *first;
    size_t n = window_find(window, token, &first);
    size_t at = n ? (size_t)(first - window->flights) : 0;
    for (size_t i = 0; i < n; i++)
        window->flights[(at + i) % window->room].is_denied = true;
    window_settle(window, token, rejection);
}

bool window_is_denied(const struct window *window) {
    return window->n > 0 && flight_at(window, 0)->is_denied;
}

bool window_pop(struct window *window, struct flight *flight) {
    if (window->n == 0 || !flight_at(window, 0)->is_settled)
        return false;
    *flight = *flight_at(window, 0);
    if (flight->row)
        --*count_of(window, flight);
    window->first = (window->first + 1) % window->room;
    window->n--;
    return true;
}

int64_t window_oldest_ms(const struct window *window) {
    return window->n ? flight_at(window, 0)->sent_ms : INT64_MAX;
}

void window_clear(struct window *window) {
    for (size_t i = 0; i < window->n; i++) {
        if (flight_at(window, i)->row)
            spool_release(flight_at(window, i)->row);
        free(flight_at(window, i)->words);
    }
    window->n = window->bytes = 0;
    memset(window->rows, 0, sizeof(window->rows));
}
