/* SPDX-License-Identifier: Apache-2.0 */
/* Which sinks run, which are to run next, and which hang. */
#include "publish/sink_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"

/* Pointers to sinks, in the order in which they were started. */
struct sinks {
    struct sink **at;
    size_t n;
};

struct sink_set {
    struct spools spools;
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

int sink_set_start(const struct site_config *site, const struct spools *spools, struct sink_set **made) {
    struct sink_set *set = calloc(1, sizeof(*set));
    if (!set)
        return ERROR_MEMORY;
    set->spools = *spools;
    int error = 0;
    for (size_t i = 0; i < site->n_sinks && !error; i++) {
        struct sink *sink = NULL;
        error = sink_start(site, &site->sinks[i], spools, &sink);
        if (!error)
            keep(&set->running, sink);
    }
    if (!error)
        *made = set;
    else
        sink_set_stop(set);
    return error;
}

int sink_set_prepare(struct sink_set *set, const struct site_config *site,
                     const struct config_changes *changes) {
    int error = 0;
    for (size_t i = 0; i < changes->n_sinks && !error; i++) {
        const struct sink_change *change = &changes->sinks[i];
        struct sink *sink = NULL;
        if (!change->now || (change->before && !change->changed))
            continue;
        error = sink_new(site, change->now, &set->spools, &sink);
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

/* Gives the sink its place among the running. */
static void begin(struct sink_set *set, struct sink *next) {
    struct sink *old = sinks_take(&set->running, next->config->name);
    int error = old ? sink_replace(old, next) : sink_begin(next, &set->spools);
    if (error == ERROR_BUSY)
        keep(&set->hanging, old);
    if (!error || error == ERROR_BUSY) {
        keep(&set->running, next);
        return;
    }
    log_write(LOG_ERROR, next->config->name, "does not start: %s", error_word(error));
    sink_free(next);
}

void sink_set_exchange(struct sink_set *set, const struct config_changes *changes) {
    struct sinks leaving = {0};
    /* All are asked first, so that their times run together. */
    for (size_t i = 0; i < changes->n_sinks; i++) {
        const struct sink_change *change = &changes->sinks[i];
        struct sink *sink = NULL;
        if (!change->now)
            sink = sinks_take(&set->running, change->before->name);
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

bool sink_set_stop(struct sink_set *set) {
    if (!set)
        return true;
    sink_set_forget(set);
    for (size_t i = 0; i < set->running.n; i++)
        sink_ask_to_stop(set->running.at[i]);
    end_all(set, &set->running);
    end_hanging(set);
    bool all = set->hanging.n == 0;
    free(set->running.at);
    free(set->prepared.at);
    free(set->hanging.at);
    free(set);
    return all;
}
