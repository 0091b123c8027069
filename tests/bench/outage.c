/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long outage in short: publisher, spools and the sinks of a configuration, fed with 100,000 readings a
 * second, those of the outage as fast as the disk takes them, under the times that they would have had.
 *
 *   bench_outage CONFIG MINUTES
 *
 * So many minutes that ended now, then a second every second until SIGTERM. A line of JSON says what the
 * first sink's state is after each of the former, and in the latter several times a second. Values are those
 * of specimen.c.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "base/clock.h"
#include "base/thread.h"
#include "model/config.h"
#include "publish/publisher.h"
#include "publish/sink.h"
#include "tests/sim/specimen.h"

enum {
    DEVICES = 2000,
    READINGS = 50,
    INTERVAL_MS = 1000,
    SLICES = 20, /* in which the devices are polled, one after the other */
    BATCHES_A_DEVICE = 5,
    SINKS_MOST = 4,
    LOOK_MS = 2,
    AHEAD_ROUNDS = 4, /* of what is on the disk, during the outage */
};

struct bench {
    struct site_config *config;
    struct spools spools;
    struct sink *sinks[SINKS_MOST];
    struct publisher *publisher;
    struct device_view *views[DEVICES];
    struct batch *pool;
    uint32_t round;
    uint64_t fed, not_given; /* readings; batches for which the pool had none */
};

static void open_spools(struct bench *bench) {
    const struct spool_config *spool = &bench->config->spool;
    for (size_t kind = 0; kind < N_SPOOLS; kind++) {
        const struct spool_options options = {.kind = (enum spool_kind)kind,
                                              .most_bytes = (size_t)bench->config->buffer_bytes,
                                              .folder = spool->folder,
                                              .quota_bytes = spool->quota_bytes,
                                              .quota_age_ms = spool->quota_age_ms,
                                              .spill_after_ms = spool->spill_after_ms};
        if (spool_open(&options, &bench->spools.of[kind]) != 0)
            exit(1);
    }
}

static void start_sinks(struct bench *bench) {
    for (size_t i = 0; i < bench->config->n_sinks && i < SINKS_MOST; i++)
        if (sink_start(bench->config, &bench->config->sinks[i], &bench->spools, NULL, &bench->sinks[i]) != 0)
            exit(1);
}

static void make_devices(struct bench *bench) {
    for (uint32_t i = 0; i < DEVICES; i++) {
        char name[16];
        snprintf(name, sizeof(name), "pdu-%u", i);
        bench->views[i] = specimen_view(i, name, READINGS);
        specimen_share_list(bench->views[i], bench->views[0]);
        for (int k = 0; k < BATCHES_A_DEVICE; k++) {
            struct batch *batch = specimen_batch(bench->views[i], 0, 0);
            device_view_release(batch->view);
            batch->view = NULL;
            batch->next = bench->pool;
            bench->pool = batch;
        }
    }
}

static struct batch *take_batch(struct bench *bench) {
    if (!bench->pool)
        bench->pool = publisher_take_back(bench->publisher);
    struct batch *batch = bench->pool;
    if (batch)
        bench->pool = batch->next;
    return batch;
}

/* What is polled in one slice of a round. Waits for batches where it may, else goes without. */
static void feed_slice(struct bench *bench, uint32_t slice, int64_t time_ms, bool may_wait) {
    for (uint32_t i = slice * DEVICES / SLICES; i < (slice + 1) * DEVICES / SLICES; i++) {
        struct batch *batch;
        while (!(batch = take_batch(bench)) && may_wait)
            uv_sleep(LOOK_MS);
        if (!batch) {
            bench->not_given++;
            continue;
        }
        specimen_refill(batch, bench->views[i], time_ms, bench->round);
        publisher_give(bench->publisher, batch);
        bench->fed += READINGS;
    }
}

static struct spool_state look(const struct bench *bench) {
    struct spool_state states[SINKS_MOST] = {0};
    spools_states(&bench->spools, states, SINKS_MOST);
    return states[0];
}

static void say(const struct bench *bench, const char *phase) {
    const struct spool_state state = look(bench);
    printf("{\"phase\":\"%s\",\"time_ms\":%" PRId64 ",\"fed\":%" PRIu64 ",\"not_given\":%" PRIu64
           ",\"waiting\":%" PRIu64 ",\"backlog\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"dropped\":%" PRIu64
           ",\"dropped_totals\":%" PRIu64 ",\"thinned\":%" PRIu64 ",\"memory\":%" PRIu64 ",\"disk\":%" PRIu64
           ",\"written\":%" PRIu64 "}\n",
           phase, clock_monotonic_ms(), bench->fed, bench->not_given, state.waiting_readings,
           state.backlog_readings, state.sent_readings, state.dropped_readings, state.dropped_totals,
           state.thinned_readings, state.memory_bytes, state.disk_bytes, state.written_bytes);
    fflush(stdout);
}

/* Until what must be on the disk is there: beyond half of its bound nothing is kept in memory only. */
static void wait_for_disk(const struct bench *bench) {
    struct spool_state state = look(bench);
    while (!state.is_written && state.memory_bytes > (uint64_t)bench->config->buffer_bytes / 2) {
        uv_sleep(LOOK_MS);
        state = look(bench);
    }
}

static void feed_outage(struct bench *bench, uint32_t minutes) {
    int64_t begin_ms = clock_wall_ms() - minutes * 60000LL;
    for (uint32_t round = 0; round < minutes * 60; round++, bench->round++) {
        for (uint32_t slice = 0; slice < SLICES; slice++)
            feed_slice(bench, slice, begin_ms + round * (int64_t)INTERVAL_MS + slice * INTERVAL_MS / SLICES,
                       true);
        if (round % AHEAD_ROUNDS == 0)
            wait_for_disk(bench);
        if (round % 60 == 59)
            say(bench, "outage");
    }
}

/* For a moment at a time; true when it has come. */
static bool has_been_asked_to_stop(const sigset_t *signals, int64_t until_us) {
    int64_t left_us = until_us - clock_monotonic_us();
    left_us = left_us < 0 ? 0 : left_us;
    const struct timespec pause = {.tv_sec = left_us / 1000000, .tv_nsec = left_us % 1000000 * 1000};
    return sigtimedwait(signals, NULL, &pause) > 0;
}

static void feed_live(struct bench *bench, const sigset_t *signals) {
    enum { SLICE_MS = INTERVAL_MS / SLICES };
    int64_t due_us = clock_monotonic_us();
    for (uint32_t slice = 0; !has_been_asked_to_stop(signals, due_us); slice++) {
        feed_slice(bench, slice % SLICES, clock_wall_ms(), false);
        due_us += SLICE_MS * 1000;
        bench->round += slice % SLICES == SLICES - 1;
        if (slice % 4 == 0)
            say(bench, "live");
    }
}

static void end(struct bench *bench) {
    publisher_stop(bench->publisher);
    for (size_t i = 0; i < SINKS_MOST; i++)
        if (bench->sinks[i])
            sink_stop(bench->sinks[i]);
    for (struct batch *batch; (batch = take_batch(bench));)
        specimen_batch_free(batch);
    publisher_free(bench->publisher);
    for (size_t kind = 0; kind < N_SPOOLS; kind++)
        spool_close(bench->spools.of[kind]);
    for (size_t i = 0; i < DEVICES; i++)
        device_view_release(bench->views[i]);
    config_free(bench->config);
    free(bench);
}

int main(int argc, char **argv) {
    struct bench *bench = calloc(1, sizeof(*bench));
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (argc != 3 || !bench || config_load(argv[1], NULL, stderr, &bench->config) != 0)
        return 2;
    thread_set_name("feeder", NULL);
    open_spools(bench);
    start_sinks(bench);
    make_devices(bench);
    if (publisher_start(&bench->spools, NULL, NULL, NULL, &bench->publisher) != 0)
        return 1;
    feed_outage(bench, (uint32_t)strtoul(argv[2], NULL, 10));
    feed_live(bench, &signals);
    end(bench);
    return 0;
}
