/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publisher's thread. It owns the two queues between the readers of devices and the spools; batches
 * belong to the readers' pool, rows to the spools, and what becomes of rows is the sinks' affair.
 */
#include "publish/publisher.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/thread.h"
#include "publish/delivery_report.h"
#include "publish/endings.h"
#include "publish/news.h"
#include "publish/queue.h"

/* What comes meanwhile goes with the first: to wake up costs more than a batch does. */
enum { GATHER_MS = 10 };

struct publisher {
    struct spools spools;
    struct endings *endings;
    struct news *news;
    struct sink_set *sinks; /* NULL: nothing is said of them */
    struct delivery_report *report;
    publisher_observe *observe;
    void *context;
    struct queue filled, empty;
    struct judging *judging; /* NULL: nothing is judged */
    sem_t calls;             /* posted when `filled` is no longer empty, and to stop */
    uv_thread_t thread;
    atomic_bool stopping;
    atomic_uint_fast64_t published;
    struct complaint complaint;
};

static void ring(void *context) {
    struct publisher *publisher = context;
    sem_post(&publisher->calls);
}

static void append(struct publisher *publisher, const struct batch *batch) {
    enum spool_kind kind = batch->urgent ? SPOOL_URGENT : SPOOL_READINGS;
    int error = spool_append(publisher->spools.of[kind], batch);
    if (error)
        log_complain(&publisher->complaint, clock_monotonic_ms(), "buffer", "readings of %s are lost: %s",
                     device_view_name(batch->view), error_word(error));
    else
        log_relieve(&publisher->complaint, clock_monotonic_ms(), "buffer", "readings are kept again");
}

/* What has ended by the batch goes before it. */
static void append_all(struct publisher *publisher, struct batch *batch) {
    struct batch ended[N_SPOOLS];
    size_t n = endings_note(publisher->endings, batch, ended);
    for (size_t i = 0; i < n; i++)
        append(publisher, &ended[i]);
    batch->is_news = news_note(publisher->news, batch);
    append(publisher, batch);
}

/* Goes with what the gateway says of its links. */
static void report(struct publisher *publisher, const struct batch *links) {
    struct delivery delivery = {.time_ms = links->time_ms};
    delivery.n_sinks = sink_set_states(publisher->sinks, delivery.sinks, SINK_STATES_MOST);
    for (size_t i = 0; i < N_SPOOLS; i++)
        spool_figures(publisher->spools.of[i], &delivery.spools[i]);
    struct batch *batch = delivery_report_write(publisher->report, links->view, &delivery);
    if (batch)
        append_all(publisher, batch);
}

static void publish(struct publisher *publisher, struct batch *batch) {
    if (publisher->sinks && batch->view->number == GATEWAY_NUMBER)
        report(publisher, batch); /* before what would be said to wait, too */
    if (!batch->is_told)
        append_all(publisher, batch);
    if (publisher->observe)
        publisher->observe(publisher->context, batch);
    if (publisher->judging)
        judging_take(publisher->judging, batch);
    device_view_release(batch->view);
    batch->view = NULL;
    atomic_fetch_add_explicit(&publisher->published, 1, memory_order_relaxed);
    if (batch->give_back)
        batch->give_back(batch);
    else
        queue_push(&publisher->empty, batch);
}

static void publish_all(struct publisher *publisher) {
    struct batch *batch = queue_take(&publisher->filled);
    while (batch) {
        struct batch *next = batch->next; /* read before it is given back */
        publish(publisher, batch);
        batch = next;
    }
}

static void judge(struct publisher *publisher) {
    struct batch *batch;
    if (!publisher->judging || clock_monotonic_ms() < judging_due_ms(publisher->judging))
        return;
    judging_tick(publisher->judging);
    while ((batch = judging_next_batch(publisher->judging))) {
        append_all(publisher, batch);
        if (publisher->observe)
            publisher->observe(publisher->context, batch);
    }
}

/* Until something has come, or the judge is due: time passes for it when nothing comes, too. */
static void wait_for_calls(struct publisher *publisher) {
    if (!publisher->judging) {
        while (sem_wait(&publisher->calls) != 0 && errno == EINTR)
            ;
        uv_sleep(GATHER_MS);
        return;
    }
    int64_t due_ms = judging_due_ms(publisher->judging);
    const struct timespec due = {.tv_sec = due_ms / 1000, .tv_nsec = due_ms % 1000 * 1000000};
    if (sem_clockwait(&publisher->calls, CLOCK_MONOTONIC, &due) == 0)
        uv_sleep(GATHER_MS);
}

static void run(void *context) {
    struct publisher *publisher = context;
    thread_set_name("publisher", NULL);
    while (!atomic_load(&publisher->stopping)) {
        wait_for_calls(publisher);
        publish_all(publisher);
        judge(publisher);
    }
    publish_all(publisher);
}

static void free_parts(struct publisher *publisher) {
    news_free(publisher->news);
    endings_free(publisher->endings);
    delivery_report_free(publisher->report);
    free(publisher);
}

int publisher_start(const struct spools *spools, struct judging *judging, publisher_observe *observe,
                    void *context, struct publisher **publisher) {
    struct publisher *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->endings = endings_new();
    new->news = news_new();
    new->report = delivery_report_new();
    if (!new->endings || !new->news || !new->report) {
        free_parts(new);
        return ERROR_MEMORY;
    }
    new->spools = *spools;
    new->judging = judging;
    new->observe = observe;
    new->context = context;
    queue_init(&new->filled, ring, new);
    queue_init(&new->empty, NULL, NULL);
    if (sem_init(&new->calls, 0, 0) != 0) {
        free_parts(new);
        return ERROR_SYSTEM;
    }
    if (uv_thread_create(&new->thread, run, new) != 0) {
        sem_destroy(&new->calls);
        free_parts(new);
        return ERROR_SYSTEM;
    }
    *publisher = new;
    return 0;
}

void publisher_report(struct publisher *publisher, struct sink_set *sinks) {
    publisher->sinks = sinks;
}

void publisher_give(struct publisher *publisher, struct batch *batch) {
    queue_push(&publisher->filled, batch);
}

struct batch *publisher_take_back(struct publisher *publisher) {
    return queue_take(&publisher->empty);
}

uint64_t publisher_count(const struct publisher *publisher) {
    return atomic_load_explicit(&publisher->published, memory_order_relaxed);
}

void publisher_stop(struct publisher *publisher) {
    atomic_store(&publisher->stopping, true);
    sem_post(&publisher->calls);
    uv_thread_join(&publisher->thread);
}

void publisher_free(struct publisher *publisher) {
    if (!publisher)
        return;
    sem_destroy(&publisher->calls);
    free_parts(publisher);
}
