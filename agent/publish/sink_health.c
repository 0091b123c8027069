/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink says of itself, behind a lock. */
#include "publish/sink_health.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"

enum { RATE_MS = 5000 };

/* What was sent until then. */
struct sample {
    uint64_t sent;
    int64_t time_ms; /* monotonic; 0: none was taken */
};

struct sink_health {
    atomic_uint references;
    uv_mutex_t lock;
    struct sink_health_state state;
    struct sample older, newer;
};

struct sink_health *sink_health_new(void) {
    struct sink_health *health = calloc(1, sizeof(*health));
    if (health && uv_mutex_init(&health->lock) != 0) {
        free(health);
        return NULL;
    }
    if (health) {
        atomic_init(&health->references, 1);
        health->state.since_ms = clock_wall_ms();
    }
    return health;
}

struct sink_health *sink_health_hold(struct sink_health *health) {
    atomic_fetch_add_explicit(&health->references, 1, memory_order_relaxed);
    return health;
}

void sink_health_release(struct sink_health *health) {
    if (!health || atomic_fetch_sub_explicit(&health->references, 1, memory_order_acq_rel) > 1)
        return;
    uv_mutex_destroy(&health->lock);
    free(health);
}

static void set_words(struct sink_words *words, const char *text) {
    snprintf(words->text, sizeof(words->text), "%s", text);
    words->time_ms = clock_wall_ms();
}

/* Since when is not touched by trouble that only changes its kind. */
static void set_condition(struct sink_health_state *state, enum sink_condition condition) {
    bool worked = state->condition == SINK_WORKING, works = condition == SINK_WORKING;
    if (state->condition == SINK_STARTING || worked != works)
        state->since_ms = clock_wall_ms();
    state->condition = condition;
}

void sink_health_connect(struct sink_health *health, const char *receiver) {
    uv_mutex_lock(&health->lock);
    set_condition(&health->state, SINK_WORKING);
    snprintf(health->state.receiver, sizeof(health->state.receiver), "%s", receiver);
    uv_mutex_unlock(&health->lock);
}

void sink_health_deliver(struct sink_health *health, uint64_t n) {
    uv_mutex_lock(&health->lock);
    health->state.delivered += n;
    uv_mutex_unlock(&health->lock);
}

void sink_health_refuse(struct sink_health *health, const char *words) {
    uv_mutex_lock(&health->lock);
    health->state.refused++;
    set_words(&health->state.refusal, words);
    uv_mutex_unlock(&health->lock);
}

void sink_health_fail(struct sink_health *health, enum sink_condition condition, const char *receiver,
                      int64_t next_ms, const char *words) {
    struct sink_health_state *state = &health->state;
    uv_mutex_lock(&health->lock);
    set_condition(state, condition);
    snprintf(state->receiver, sizeof(state->receiver), "%s", receiver);
    state->next_try_ms = clock_wall_ms() + next_ms - clock_monotonic_ms();
    state->retried++;
    set_words(&state->trouble, words);
    uv_mutex_unlock(&health->lock);
}

void sink_health_read(struct sink_health *health, struct sink_health_state *state) {
    uv_mutex_lock(&health->lock);
    *state = health->state;
    uv_mutex_unlock(&health->lock);
}

double sink_health_rate(struct sink_health *health, uint64_t sent, int64_t now_ms) {
    double rate = (double)NAN;
    uv_mutex_lock(&health->lock);
    if (health->newer.time_ms == 0)
        health->older = health->newer = (struct sample){sent, now_ms};
    if (now_ms - health->newer.time_ms >= RATE_MS) {
        health->older = health->newer;
        health->newer = (struct sample){sent, now_ms};
    }
    const struct sample *from = &health->older;
    if (now_ms > from->time_ms && sent >= from->sent)
        rate = (double)(sent - from->sent) * 1000 / (double)(now_ms - from->time_ms);
    uv_mutex_unlock(&health->lock);
    return rate;
}
