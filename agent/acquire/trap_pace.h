/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often traps may cause polls: each sender once a second, and all senders together so often that a flood
 * leaves the schedule its time. What comes too early waits for its turn, once, so that the last of a burst is
 * followed by a poll. Pure: it is handed the time.
 */
#ifndef HALLWATCH_ACQUIRE_TRAP_PACE_H
#define HALLWATCH_ACQUIRE_TRAP_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/deadline.h"

enum {
    TRAP_PAUSE_MS = 1000,        /* between two polls of one sender */
    TRAP_POLLS_PER_SECOND = 200, /* of all senders; as many at once after a second of quiet */
};

/* One sender's; embedded in it, begins zeroed. */
struct trap_turn {
    struct deadline deadline; /* while it waits for its second to pass */
    int64_t next_ms;          /* not before this */
    bool waits;
    struct trap_turn *next, **place; /* among those whose second has passed; place NULL = not there */
};

struct trap_pace {
    struct deadline_wheel wheel;
    struct trap_turn *ready, **ready_end;
    int64_t share_ms,
        spent_ms; /* when what may be spent was reckoned last; what is spent, in milliseconds' worth */
};

void trap_pace_init(struct trap_pace *pace, int64_t now_ms);
/* A trap came. True: poll now. False: it waits, and comes out of trap_pace_due. */
bool trap_pace_ask(struct trap_pace *pace, struct trap_turn *turn, int64_t now_ms);
/* The next whose turn has come, or NULL. Called until it is NULL, once per tick. */
struct trap_turn *trap_pace_due(struct trap_pace *pace, int64_t now_ms);
/* Takes it out, before its sender goes. */
void trap_pace_forget(struct trap_pace *pace, struct trap_turn *turn);

#endif
