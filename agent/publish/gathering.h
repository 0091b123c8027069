/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows read from one lane of a cursor and not yet on their way: they gather until a message is full, or until
 * they have waited long enough. Owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_GATHERING_H
#define HALLWATCH_PUBLISH_GATHERING_H

#include "publish/spool/spool.h"

struct gathering {
    struct spool_row **rows; /* references */
    size_t n, room;
    uint64_t read_row; /* the last one read; 0: the next is the oldest that is not acknowledged */
    int64_t since_ms; /* monotonic: since when a message has not become full; INT64_MAX: none is waited for */
};

/* For messages of up to `per_message` rows. 0 or ERROR_MEMORY. */
int gathering_init(struct gathering *gathering, size_t per_message);
void gathering_done(struct gathering *gathering);

/* Reads what is there and has room. */
void gathering_fill(struct gathering *gathering, struct spool_cursor *cursor, enum spool_lane lane);
/*
 * How many of the first rows make the next message now: `per_message`, or those there are when they have
 * waited for wait_ms; 0 when it is to wait.
 */
size_t gathering_ready(struct gathering *gathering, size_t per_message, int64_t now_ms, int64_t wait_ms);
/* The caller has taken over the first `n` rows and their references. */
void gathering_take(struct gathering *gathering, size_t n);
/* Lets go of all; they will be read again, from what is acknowledged on. */
void gathering_forget(struct gathering *gathering);

#endif
