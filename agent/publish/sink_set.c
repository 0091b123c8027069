/* SPDX-License-Identifier: Apache-2.0 */
/* Which sinks run, which are to run next, and which hang. */
#include "publish/sink_set.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

/* Pointers to sinks, in the order in which they were started. */
struct sinks {
    struct sink **at;
    size_t n;
};

struct sink_set {
    struct spools spools;
    struct alarm_board *board;
    uv_mutex_t lock; /* whoever changes `running`, and whoever else looks at it */
    struct sinks running, prepared, hanging;
};

static int sinks_add(struct sinks *sinks, struct sink *sink) {
    struct sink **larger = reallocarray(sinks->at, sinks->n + 1, sizeof(struct sink *));
    if (!larger)
        return ERROR_MEMORY;
    sinks->at = larger;
    sinks->at[sinks->n++] = sink;
    return 0;
}

/* Takes the sink of that name out of the list; NULL where there is none. */
static struct sink *sinks_take(struct sinks *sinks, const char *name) {
    for (size_t i = 0; i < sinks->n; i++) {
        struct sink *sink = sinks->at[i];
        if (strcmp(sink->config->name, name) != 0)
            continue;
        memmove(&sinks->at[i], &sinks->at[i + 1], (--sinks->n - i) * sizeof(struct sink *));
        return sink;
    }
    return NULL;
}

static struct sink *sinks_find(const struct sinks *sinks, const char *name) {
    for (size_t i = 0; i < sinks->n; i++)
        if (strcmp(sinks->at[i]->config->name, name) == 0)
            return sinks->at[i];
    return NULL;
}

static void keep(struct sinks *sinks, struct sink *sink) {
    if (sinks_add(sinks, sink) != 0) /* it runs on, unknown, rather than not at all */
        log_write(LOG_ERROR, sink->config->name, "out of memory: it cannot be stopped any more");
}

static void show(struct sink_set *set, struct sink *sink) {
    uv_mutex_lock(&set->lock);
    keep(&set->running, sink);
    uv_mutex_unlock(&set->lock);
}

static struct sink *hide(struct sink_set *set, const char *name) {
    uv_mutex_lock(&set->lock);
    struct sink *sink = sinks_take(&set->running, name);
    uv_mutex_unlock(&set->lock);
    return sink;
}

int sink_set_start(const struct site_config *site, const struct spools *spools, struct alarm_board *board,
                   struct sink_set **made) {
    struct sink_set *set = calloc(1, sizeof(*set));
    if (!set)
        return ERROR_MEMORY;
    if (uv_mutex_init(&set->lock) != 0) {
        free(set);
        return ERROR_SYSTEM;
    }
    set->spools = *spools;
    set->board = board;
    int error = 0;
    for (size_t i = 0; i < site->n_sinks && !error; i++) {
        struct sink *sink = NULL;
        error = sink_start(site, &site->sinks[i], spools, board, &sink);
        if (!error)
            show(set, sink);
    }
    if (error) {
        sink_set_stop(set);
        return error;
    }
    struct sink_state states[SINK_STATES_MOST];
    sink_set_states(set, states, SINK_STATES_MOST); /* rates are counted from here */
    *made = set;
    return 0;
}

int sink_set_prepare(struct sink_set *set, const struct site_config *site,
                     const struct config_changes *changes) {
    int error = 0;
    for (size_t i = 0; i < changes->n_sinks && !error; i++) {
        const struct sink_change *change = &changes->sinks[i];
        struct sink *sink = NULL;
        if (!change->now || (change->before && !change->changed))
            continue;
        error = sink_new(site, change->now, &set->spools, set->board, &sink);
        if (!error)
            error = sinks_add(&set->prepared, sink);
        if (error)
            sink_free(sink);
    }
    if (error)
        sink_set_forget(set);
    return error;
}

void sink_set_forget(struct sink_set *set) {
    while (set->prepared.n > 0)
        sink_free(set->prepared.at[--set->prepared.n]);
}

/* Ends what goes for good, and what hung before. */
static void end_all(struct sink_set *set, struct sinks *sinks) {
    for (size_t i = sinks->n; i-- > 0;) {
        struct sink *sink = sinks->at[i];
        sinks->at[i] = sinks->at[--sinks->n];
        if (sink_stop(sink) != 0)
            keep(&set->hanging, sink);
    }
}

/* Those that hung and do no more. */
static void end_hanging(struct sink_set *set) {
    struct sinks were = set->hanging;
    set->hanging = (struct sinks){0};
    end_all(set, &were);
    free(were.at);
}

/* The sink takes the place of the one of its name among the running. Returns that, which runs on. */
static struct sink *swap(struct sink_set *set, struct sink *next) {
    struct sink *old = NULL;
    uv_mutex_lock(&set->lock);
    for (size_t i = 0; i < set->running.n && !old; i++)
        if (strcmp(set->running.at[i]->config->name, next->config->name) == 0) {
            old = set->running.at[i];
            sink_take_over(next, old);
            set->running.at[i] = next;
        }
    uv_mutex_unlock(&set->lock);
    return old;
}

static void begin(struct sink_set *set, struct sink *next) {
    struct sink *old = swap(set, next);
    if (!old)
        show(set, next);
    int error = old ? sink_replace(old, next, &set->spools) : sink_begin(next, &set->spools);
    if (error == ERROR_BUSY)
        keep(&set->hanging, old);
    if (!error || error == ERROR_BUSY)
        return;
    log_write(LOG_ERROR, next->config->name, "does not start: %s", error_word(error));
    sink_free(hide(set, next->config->name));
}

void sink_set_exchange(struct sink_set *set, const struct config_changes *changes) {
    struct sinks leaving = {0};
    /* All are asked first, so that their times run together. */
    for (size_t i = 0; i < changes->n_sinks; i++) {
        const struct sink_change *change = &changes->sinks[i];
        struct sink *sink = NULL;
        if (!change->now)
            sink = hide(set, change->before->name);
        else if (change->changed)
            sink = sinks_find(&set->running, change->now->name);
        if (sink)
            sink_ask_to_stop(sink);
        if (sink && !change->now)
            keep(&leaving, sink);
    }
    end_all(set, &leaving);
    for (size_t i = 0; i < set->prepared.n; i++)
        begin(set, set->prepared.at[i]);
    set->prepared.n = 0;
    end_hanging(set);
    for (size_t i = 0; i < N_SPOOLS; i++)
        spool_forget_closed(set->spools.of[i]);
    free(leaving.at);
}

/* That of a sink that has no cursor yet is empty. */
static const struct spool_state *find_spool_state(const struct spool_state *states, size_t n,
                                                  const char *sink) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(states[i].sink, sink) == 0)
            return &states[i];
    return NULL;
}

size_t sink_set_states(struct sink_set *set, struct sink_state *states, size_t most) {
    struct spool_state spooled[SINK_STATES_MOST];
    size_t n_spooled = spools_states(&set->spools, spooled, SINK_STATES_MOST), n = 0;
    n_spooled = n_spooled < SINK_STATES_MOST ? n_spooled : SINK_STATES_MOST;
    int64_t now_ms = clock_monotonic_ms();
    uv_mutex_lock(&set->lock);
    for (; n < set->running.n && n < most; n++) {
        const struct sink *sink = set->running.at[n];
        const struct spool_state *own = find_spool_state(spooled, n_spooled, sink->config->name);
        states[n] = (struct sink_state){.kind = sink->config->kind, .spool = {.waiting_since_ms = INT64_MAX}};
        if (own)
            states[n].spool = *own;
        snprintf(states[n].spool.sink, sizeof(states[n].spool.sink), "%s", sink->config->name);
        sink_health_read(sink->health, &states[n].health);
        states[n].rate = own ? sink_health_rate(sink->health, own->sent_readings, now_ms) : (double)NAN;
    }
    uv_mutex_unlock(&set->lock);
    return n;
}

bool sink_set_stop(struct sink_set *set) {
    if (!set)
        return true;
    sink_set_forget(set);
    for (size_t i = 0; i < set->running.n; i++)
        sink_ask_to_stop(set->running.at[i]);
    end_all(set, &set->running);
    end_hanging(set);
    bool all = set->hanging.n == 0;
    uv_mutex_destroy(&set->lock);
    free(set->running.at);
    free(set->prepared.at);
    free(set->hanging.at);
    free(set);
    return all;
}
