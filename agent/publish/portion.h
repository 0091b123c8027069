/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much is handed to a receiver at once: it grows while the receiver takes it quickly, and is halved when
 * it is too much. So what has waited never keeps what is new for long, however slow receiver or line are.
 * Pure; owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_PORTION_H
#define HALLWATCH_PUBLISH_PORTION_H

#include <stdint.h>

struct portion {
    uint32_t now, most, bound; /* readings, or rows: at once, what the receiver takes, and what we want */
    uint32_t taken;            /* portions of `most` in a row */
    int64_t shrunk_ms;         /* monotonic: what was sent before this says no more about its size */
};

/* It begins with `first`; `most` is at least 1. */
void portion_init(struct portion *portion, uint32_t first, uint32_t most);

/* So much was taken, and is meant to be within limit_ms. */
void portion_taken(struct portion *portion, uint32_t sent, int64_t sent_ms, int64_t now_ms, int64_t limit_ms);

/* So much was not taken in time. */
void portion_too_slow(struct portion *portion, uint32_t sent, int64_t now_ms);

/* The receiver does not take so much, in whatever time: more is tried again after long. */
void portion_too_large(struct portion *portion, uint32_t sent);

#endif
