/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages under way, in the order of their rows. Receivers settle them in any order; they leave in order, so
 * that a cursor only ever moves over what is settled without a gap. Pure; owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_WINDOW_H
#define HALLWATCH_PUBLISH_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "publish/rounds.h"

/* A row on its way; several that are one message have one token, and settle together. */
struct flight {
    int token;             /* what the receiver settles it by */
    struct spool_row *row; /* a reference; NULL: a message that is no row */
    bool is_alarm;         /* of those: the state of an alarm */
    enum spool_lane lane;  /* that it was read from */
    int64_t sent_ms;       /* monotonic */
    size_t bytes;          /* of the message, where it is the first of it; else 0 */
    bool is_settled, is_rejected;
    bool is_denied; /* rejected, because its topic is not ours */
    char *words;    /* of a rejection, the flight's own; NULL: none */
};

struct window {
    struct flight *flights;
    size_t room, first, n;
    size_t rows[N_ROUND_SOURCES]; /* of those n, by where they come from */
    size_t bytes;                 /* of the messages that are not settled */
};

/* For up to `room` rows. 0 or ERROR_MEMORY. */
int window_init(struct window *window, size_t room);
void window_done(struct window *window);

/* Takes over the flight and its reference. The caller has seen that n < room. */
void window_add(struct window *window, const struct flight *flight);

/* How many rows of that token are under way, and the first of them. */
size_t window_find(const struct window *window, int token, const struct flight **first);
/* The receiver has taken the message, or rejected it with these words (else NULL). Returns its rows. */
size_t window_settle(struct window *window, int token, const char *rejection);

/*
 * Takes the oldest row out if it is settled: the caller has its reference and words. False if it is not, or
 * there is none.
 */
bool window_pop(struct window *window, struct flight *flight);

/* The rows of a message were rejected because its topic is not ours. */
void window_deny(struct window *window, int token, const char *rejection);
/* Whether the oldest row is of such a message. */
bool window_is_denied(const struct window *window);

/* When the oldest message was sent; INT64_MAX when none is under way. */
int64_t window_oldest_ms(const struct window *window);

/* Forgets everything under way. */
void window_clear(struct window *window);

#endif
