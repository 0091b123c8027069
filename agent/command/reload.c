/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a reload:
 *
 *   1 IDLE        nothing is under way
 *   2 READING     on a thread: load, compare, make the new sinks
 *   3 APPLYING    on the loop: devices go on with the new configuration, are removed, added and changed,
 *                 a slice at a time
 *   4 EXCHANGING  on a thread: sinks and status; the configuration of before is freed
 *
 *   1 -> 2  reload_ask
 *   2 -> 1  refused, or nothing has changed; 2 again where it was asked for meanwhile
 *   2 -> 3  there is something to do
 *   3 -> 4  every device has had its turn
 *   4 -> 1  done; 2 where it was asked for meanwhile
 *
 * The thread and the loop never work at the same time on what they share here: each step is handed over by
 * the thread's beginning and end.
 */
#include "command/reload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/service_notify.h"
#include "base/thread.h"
#include "command/config_log.h"
#include "command/plan_table.h"
#include "command/process_limits.h"
#include "command/until_restart.h"
#include "command/variants.h"
#include "model/config_changes.h"

enum {
    SLICE_US = 1000, /* of the loop's time for devices; then polls have their turn */
    SLICE_PAUSE_MS = 1,
    DISK_PATIENCE_MS = 1000, /* for a disk that hangs when the agent is to stop */
};

enum step { IDLE, READING, APPLYING, EXCHANGING };

/* Whether the reading thread may go on to what it shares, or is given up because its disk hangs. */
enum claim { UNCLAIMED, THREADS, GIVEN_UP };

struct reload {
    struct reload_parts parts;
    struct site_config *next; /* the one that comes */
    struct config_changes changes;
    struct text words; /* of the changes */
    bool refused;
    enum step step;
    bool asked_again, closed;
    size_t at; /* the next device of `changes` to be worked on */
    uv_timer_t timer;
    uv_async_t ended; /* the thread has done its step */
    uv_thread_t thread;
    atomic_int claim;
    atomic_bool has_ended;
    struct bell over; /* rings when it has */
};

/* --- reading: on the thread --- */

static const char subject[] = "configuration";

static void say_refused(struct reload *reload, size_t mistakes) {
    status_server_say_refused(reload->parts.status, mistakes);
    log_write(LOG_WARNING, "agent",
              "the new configuration is refused for %zu mistake%s; all goes on as before", mistakes,
              mistakes == 1 ? "" : "s");
    reload->refused = true;
}

/* False after all mistakes were said. */
static bool load(struct reload *reload) {
    char *lines = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&lines, &size);
    int error =
        file ? config_load(reload->parts.path, reload->parts.gateway, file, &reload->next) : ERROR_MEMORY;
    if (file)
        fclose(file);
    int unclaimed = UNCLAIMED;
    bool claimed = atomic_compare_exchange_strong(&reload->claim, &unclaimed, THREADS);
    if (error && claimed)
        say_refused(reload, lines ? config_log_lines(LOG_ERROR, lines) : 1);
    free(lines);
    return !error && claimed;
}

static size_t refuse_name(const struct reload *reload, const char *key, const char *before, const char *now) {
    log_write(LOG_ERROR, subject, "%s: %s: \"%s\" cannot become \"%s\" without a restart", reload->parts.path,
              key, before, now);
    return 1;
}

/* What is in every label and topic. */
static bool keeps_identity(struct reload *reload) {
    const struct site_config *before = reload->parts.config, *now = reload->next;
    size_t mistakes = 0;
    if ((reload->changes.site & SITE_NAME) != 0)
        mistakes += refuse_name(reload, "site", before->site, now->site);
    if ((reload->changes.site & SITE_GATEWAY) != 0)
        mistakes += refuse_name(reload, "gateway", before->gateway, now->gateway);
    if (mistakes > 0)
        say_refused(reload, mistakes);
    return mistakes == 0;
}

static void give_up(struct reload *reload, int error) {
    log_write(LOG_ERROR, subject, "%s: %s", reload->parts.path, error_word(error));
    say_refused(reload, 1);
}

/* Everything that can fail, before anything is touched. */
static void read_config(struct reload *reload) {
    reload->refused = false;
    if (!load(reload))
        return;
    int error = config_compare(reload->parts.config, reload->next, &reload->changes);
    if (error) {
        give_up(reload, error);
        return;
    }
    if (!keeps_identity(reload))
        return;
    keep_until_restart(reload->parts.path, reload->parts.config, reload->next, &reload->changes);
    if (!config_changes_any(&reload->changes)) {
        status_server_set_config(reload->parts.status, reload->parts.config);
        return;
    }
    error = sink_set_prepare(reload->parts.sinks, reload->next, &reload->changes);
    if (error) {
        give_up(reload, error);
        return;
    }
    config_log_lines(LOG_WARNING, reload->next->warnings);
    plan_warn(reload->next);
    variants_warn(reload->next->devices, reload->next->n_devices);
}

/* --- exchanging: on the thread --- */

/* Whether the nodes are others, or what they are measured and judged by. */
static bool is_judged_anew(const struct config_changes *changes) {
    return (changes->site & SITE_POWER) != 0 ||
           changes->n_added + changes->n_removed + changes->n_changed > 0;
}

static void exchange(struct reload *reload) {
    struct site_config *before = reload->parts.config;
    reload->parts.config = reload->next;
    reload->next = NULL;
    status_server_set_config(reload->parts.status, reload->parts.config);
    if (is_judged_anew(&reload->changes))
        judging_set_config(reload->parts.judging, reload->parts.config);
    if ((reload->changes.site & SITE_POWER) != 0)
        site_source_set_config(reload->parts.source, reload->parts.config);
    for (size_t i = 0; i < N_SPOOLS; i++)
        spool_set_most_bytes(reload->parts.spools.of[i], (size_t)reload->parts.config->buffer_bytes);
    sink_set_exchange(reload->parts.sinks, &reload->changes);
    config_changes_done(&reload->changes);
    config_free(before);
}

/* --- the thread --- */

static void run_thread(void *context) {
    struct reload *reload = context;
    thread_set_name("reload", NULL);
    if (reload->step == READING)
        read_config(reload);
    else
        exchange(reload);
    if (atomic_load(&reload->claim) == GIVEN_UP)
        return;
    atomic_store(&reload->has_ended, true);
    uv_async_send(&reload->ended);
    bell_ring(&reload->over);
}

static int start_thread(struct reload *reload, enum step step) {
    reload->step = step;
    atomic_store(&reload->claim, step == READING ? UNCLAIMED : THREADS);
    atomic_store(&reload->has_ended, false);
    return uv_thread_create(&reload->thread, run_thread, reload) == 0 ? 0 : ERROR_SYSTEM;
}

static void drop_next(struct reload *reload) {
    config_changes_done(&reload->changes);
    config_free(reload->next);
    reload->next = NULL;
}

/* --- applying: on the loop --- */

static void add_device(struct reload *reload, struct device_config *config) {
    int error = poller_add(reload->parts.poller, config);
    if (error)
        log_write(LOG_ERROR, config->name, "it is not read: %s", error_word(error));
}

/* For all at once: afterwards nobody reads the configuration before. Links are closed before any is opened.
 */
static void adopt_devices(struct reload *reload) {
    for (size_t i = 0; i < reload->changes.n_devices; i++) {
        struct device_change *change = &reload->changes.devices[i];
        uint32_t number = change->before ? change->before->number : DEVICE_NO_NUMBER;
        if (!change->now)
            poller_remove(reload->parts.poller, number);
        else if (!poller_adopt(reload->parts.poller, number, change->now, change->what))
            change->before = NULL;
    }
}

static void renew_device(struct reload *reload, const struct device_change *change) {
    if (!change->now)
        return;
    if (!change->before)
        add_device(reload, change->now);
    else if (change->what && poller_renew(reload->parts.poller, change->now->number, change->what) != 0)
        log_write(LOG_ERROR, change->now->name, "out of memory: it goes on under its labels of before");
}

static void end(struct reload *reload);

/* Sinks follow the devices, on the loop if need be. */
static void end_applying(struct reload *reload) {
    uv_timer_stop(&reload->timer);
    if (start_thread(reload, EXCHANGING) == 0)
        return;
    exchange(reload);
    end(reload);
}

static void on_timer(uv_timer_t *timer) {
    struct reload *reload = timer->data;
    int64_t until_us = clock_monotonic_us() + SLICE_US;
    while (reload->at < reload->changes.n_devices && clock_monotonic_us() < until_us)
        renew_device(reload, &reload->changes.devices[reload->at++]);
    if (reload->at == reload->changes.n_devices)
        end_applying(reload);
}

static void apply(struct reload *reload) {
    text_clear(&reload->words);
    config_changes_write(&reload->changes, &reload->words);
    raise_descriptor_limit(reload->next->n_devices);
    adopt_devices(reload);
    reload->step = APPLYING;
    reload->at = 0;
    uv_timer_start(&reload->timer, on_timer, 0, SLICE_PAUSE_MS);
}

/* --- from step to step --- */

static void begin(struct reload *reload) {
    reload->asked_again = false;
    service_notify("RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_monotonic_us());
    log_write(LOG_NOTICE, "agent", "reading %s again", reload->parts.path);
    if (start_thread(reload, READING) == 0)
        return;
    reload->step = IDLE;
    service_notify("READY=1");
    log_write(LOG_ERROR, "agent", "there is no thread to read it: ask again");
}

static void end(struct reload *reload) {
    if (reload->step == EXCHANGING)
        log_write(LOG_NOTICE, "agent", "a new configuration is in force: %s",
                  reload->words.data && !reload->words.failed ? reload->words.data : "");
    reload->step = IDLE;
    service_notify("READY=1");
    if (reload->asked_again)
        begin(reload);
}

static void on_ended(uv_async_t *async) {
    struct reload *reload = async->data;
    /* Closed, the thread is reload_finish's. And a wake-up may come twice. */
    if (reload->closed || !atomic_exchange(&reload->has_ended, false))
        return;
    uv_thread_join(&reload->thread);
    if (reload->step == READING && !reload->refused && config_changes_any(&reload->changes)) {
        apply(reload);
        return;
    }
    if (reload->step == READING && !reload->refused)
        log_write(LOG_NOTICE, "agent", "the configuration is the same: nothing changed");
    drop_next(reload);
    end(reload);
}

void reload_ask(struct reload *reload) {
    if (reload->step == IDLE)
        begin(reload);
    else
        reload->asked_again = true;
}

/* --- life --- */

int reload_new(const struct reload_parts *parts, struct reload **made) {
    struct reload *reload = calloc(1, sizeof(*reload));
    if (!reload)
        return ERROR_MEMORY;
    reload->parts = *parts;
    if (bell_init(&reload->over) != 0) {
        free(reload);
        return ERROR_SYSTEM;
    }
    if (uv_async_init(parts->loop, &reload->ended, on_ended) != 0) {
        bell_done(&reload->over);
        free(reload);
        return ERROR_SYSTEM;
    }
    uv_timer_init(parts->loop, &reload->timer);
    reload->ended.data = reload->timer.data = reload;
    /* They do not keep the loop going. */
    uv_unref((uv_handle_t *)&reload->ended);
    uv_unref((uv_handle_t *)&reload->timer);
    *made = reload;
    return 0;
}

/* The thread may still ring `ended`. */
void reload_close(struct reload *reload) {
    if (!reload || reload->closed)
        return;
    reload->closed = true;
    uv_close((uv_handle_t *)&reload->timer, NULL);
}

static bool wait_for_end(struct reload *reload, int64_t until_ms) {
    while (!atomic_load(&reload->has_ended) && clock_monotonic_ms() < until_ms)
        bell_wait(&reload->over, until_ms);
    return atomic_load(&reload->has_ended);
}

bool reload_finish(struct reload *reload) {
    if (!reload)
        return true;
    bool runs = reload->step == READING || reload->step == EXCHANGING;
    int unclaimed = UNCLAIMED;
    if (runs && !wait_for_end(reload, clock_monotonic_ms() + DISK_PATIENCE_MS) &&
        atomic_compare_exchange_strong(&reload->claim, &unclaimed, GIVEN_UP))
        return false;
    if (runs) /* what it does now ends by itself */
        uv_thread_join(&reload->thread);
    uv_close((uv_handle_t *)&reload->ended, NULL);
    return true;
}

void reload_free(struct reload *reload) {
    if (!reload)
        return;
    drop_next(reload);
    config_free(reload->parts.config);
    text_done(&reload->words);
    bell_done(&reload->over);
    free(reload);
}
