/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one thread waits for and any thread may ring: rows came, a message was acknowledged, time to stop.
 * Ringing never blocks and several rings are one; the reason is looked up elsewhere.
 */
#ifndef HALLWATCH_PUBLISH_BELL_H
#define HALLWATCH_PUBLISH_BELL_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct bell {
    uv_mutex_t lock;
    uv_cond_t rings;
    bool has_rung;
};

int bell_init(struct bell *bell); /* 0 or ERROR_SYSTEM */
void bell_done(struct bell *bell);

/* Takes a struct bell; void so that it can be handed over as a callback. */
void bell_ring(void *bell);

/* Returns when it has rung since the last wait, or at `until_ms` (monotonic; INT64_MAX = never). */
void bell_wait(struct bell *bell, int64_t until_ms);

#endif
