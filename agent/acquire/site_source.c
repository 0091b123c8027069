/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread: a loop that is woken by the MQTT library's threads and looks after all brokers ten times a
 * second. Messages are read on it, since thousands a second would be too much for the field loop.
 */
#include "acquire/site_source.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "acquire/site_broker.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mqtt_rules.h"
#include "base/text.h"
#include "base/thread.h"

enum { LOOK_MS = 100, SILENCE_MS = 1000 /* how often it is looked who is silent */ };

struct site_source {
    struct site_config *config; /* held: says where to listen */
    struct batch_pool *pool;
    uint32_t generations;
    void (*give)(void *context, struct batch *batch);
    void *context;
    uv_mutex_t lock;                  /* of the next two */
    struct site_config *judged;       /* held: its nodes are taken */
    struct site_intake *intake;       /* NULL: it has none */
    struct site_config *_Atomic next; /* to be judged from now on, held; NULL: no other */
    struct site_broker *brokers;
    size_t n_brokers;
    struct text filters[SITE_FILTERS];
    char *filter_texts[SITE_FILTERS];
    uv_thread_t thread;
    uv_loop_t loop;
    uv_async_t wake;
    uv_timer_t timer;
    atomic_bool stopping;
    int64_t silence_due_ms; /* monotonic */
    /* What others look at, beside the intake. */
    atomic_bool connected[SITE_BROKERS_MOST];
    atomic_uint_fast64_t dropped[SITE_BROKERS_MOST];
};

static void wake(void *context) {
    struct site_source *source = context;
    uv_async_send(&source->wake);
}

static void receive(struct site_source *source, struct site_broker *broker) {
    struct mqtt_message *message;
    while ((message = site_broker_receive(broker))) {
        if (source->intake)
            site_intake_take(source->intake, message->payload, message->size, clock_wall_ms(),
                             clock_monotonic_ms());
        free(message);
    }
}

static int make_intake(struct site_source *source, const struct site_config *config,
                       struct site_intake **intake) {
    const struct site_intake_options options = {.power = config->power,
                                                .site = config->site,
                                                .hall = config->hall,
                                                .silent_ms = source->config->intake->silent_ms,
                                                .pool = source->pool,
                                                .generations = &source->generations,
                                                .give = source->give,
                                                .context = source->context};
    *intake = NULL;
    return config->power ? site_intake_new(&options, intake) : 0;
}

/* What was known of gateways begins anew with their nodes; batches of before are judged as of their names. */
static void exchange(struct site_source *source) {
    struct site_config *next = atomic_exchange(&source->next, NULL), *before = source->judged;
    struct site_intake *intake, *old = source->intake;
    if (!next)
        return;
    if (make_intake(source, next, &intake) != 0) {
        log_write(LOG_ERROR, "site", "the nodes of before are listened for: out of memory");
        config_free(next);
        return;
    }
    uv_mutex_lock(&source->lock);
    source->judged = next;
    source->intake = intake;
    uv_mutex_unlock(&source->lock);
    site_intake_free(old);
    config_free(before);
}

static void step(struct site_source *source) {
    int64_t now_ms = clock_monotonic_ms();
    exchange(source);
    for (size_t i = 0; i < source->n_brokers; i++) {
        struct site_broker *broker = &source->brokers[i];
        receive(source, broker); /* what came before a loss, too */
        site_broker_step(broker, now_ms);
        atomic_store(&source->connected[i], broker->state == SITE_BROKER_LISTENING);
        atomic_store(&source->dropped[i], broker->dropped);
    }
    if (now_ms < source->silence_due_ms)
        return;
    source->silence_due_ms = now_ms + SILENCE_MS;
    if (source->intake)
        site_intake_tick(source->intake, clock_wall_ms(), now_ms);
}

static void on_wake(uv_async_t *async) {
    struct site_source *source = async->data;
    if (!atomic_load(&source->stopping)) {
        step(source);
        return;
    }
    for (size_t i = 0; i < source->n_brokers; i++) /* first: they wake the loop */
        site_broker_done(&source->brokers[i]);
    uv_close((uv_handle_t *)&source->wake, NULL);
    uv_close((uv_handle_t *)&source->timer, NULL);
}

static void on_timer(uv_timer_t *timer) {
    step(timer->data);
}

static void run(void *context) {
    struct site_source *source = context;
    thread_set_name("site", NULL);
    uv_run(&source->loop, UV_RUN_DEFAULT);
}

/* --- life --- */

static bool make_filters(struct site_source *source) {
    static const char *const below[SITE_FILTERS] = {"/node/#", "/nodes/#"};
    for (size_t i = 0; i < SITE_FILTERS; i++) {
        text_add_string(&source->filters[i], "hallwatch/");
        mqtt_add_topic_level(&source->filters[i], source->config->site);
        text_add_string(&source->filters[i], below[i]);
        source->filter_texts[i] = source->filters[i].data;
        if (source->filters[i].failed)
            return false;
    }
    return true;
}

static int make_brokers(struct site_source *source) {
    const struct sink_config *access = &source->config->intake->brokers;
    source->brokers = calloc(1 + access->n_endpoints, sizeof(*source->brokers));
    if (!source->brokers)
        return ERROR_MEMORY;
    for (size_t i = 0; i <= access->n_endpoints; i++) {
        const char *url = i == 0 ? access->url : access->endpoints[i - 1];
        int error = site_broker_init(&source->brokers[i], url, access, source->filter_texts, wake, source);
        if (error) {
            log_write(LOG_ERROR, "site", "%s cannot be used: a broker is written as mqtt://host[:port]", url);
            return ERROR_CONFIG;
        }
        source->n_brokers++;
    }
    return 0;
}

static int make_parts(struct site_source *source) {
    source->pool = batch_pool_new();
    if (!source->pool || !make_filters(source))
        return ERROR_MEMORY;
    int error = make_intake(source, source->judged, &source->intake);
    return error ? error : make_brokers(source);
}

static int start_thread(struct site_source *source) {
    if (uv_loop_init(&source->loop) != 0)
        return ERROR_SYSTEM;
    source->wake.data = source->timer.data = source;
    uv_async_init(&source->loop, &source->wake, on_wake);
    uv_timer_init(&source->loop, &source->timer);
    uv_timer_start(&source->timer, on_timer, 0, LOOK_MS);
    if (uv_thread_create(&source->thread, run, source) == 0)
        return 0;
    uv_close((uv_handle_t *)&source->wake, NULL);
    uv_close((uv_handle_t *)&source->timer, NULL);
    uv_run(&source->loop, UV_RUN_NOWAIT);
    uv_loop_close(&source->loop);
    return ERROR_SYSTEM;
}

int site_source_start(struct site_config *config, void (*give)(void *context, struct batch *batch),
                      void *context, struct site_source **source) {
    struct site_source *new = calloc(1, sizeof(*new));
    if (!new || uv_mutex_init(&new->lock) != 0) {
        free(new);
        return ERROR_MEMORY;
    }
    new->config = config_hold(config);
    new->judged = config_hold(config);
    new->give = give;
    new->context = context;
    int error = make_parts(new);
    if (!error)
        error = start_thread(new);
    if (error) {
        site_source_free(new);
        return error;
    }
    *source = new;
    return 0;
}

void site_source_set_config(struct site_source *source, struct site_config *config) {
    if (!source)
        return;
    config_free(atomic_exchange(&source->next, config_hold(config)));
    uv_async_send(&source->wake);
}

void site_source_stop(struct site_source *source) {
    if (!source)
        return;
    atomic_store(&source->stopping, true);
    uv_async_send(&source->wake);
    uv_thread_join(&source->thread);
    uv_loop_close(&source->loop);
}

void site_source_free(struct site_source *source) {
    if (!source)
        return;
    site_intake_free(source->intake);
    batch_pool_free(source->pool);
    for (size_t i = 0; i < SITE_FILTERS; i++)
        text_done(&source->filters[i]);
    free(source->brokers);
    config_free(atomic_load(&source->next));
    config_free(source->judged);
    config_free(source->config);
    uv_mutex_destroy(&source->lock);
    free(source);
}

void site_source_show(struct site_source *source, site_source_look *show, void *context) {
    const struct sink_config *access = &source->config->intake->brokers;
    struct site_look *look = calloc(1, sizeof(*look));
    if (!look)
        return;
    look->n_brokers = 1 + access->n_endpoints;
    look->silent_ms = source->config->intake->silent_ms;
    for (size_t i = 0; i < look->n_brokers; i++)
        look->brokers[i] = (struct site_broker_look){.url = i == 0 ? access->url : access->endpoints[i - 1],
                                                     .is_connected = atomic_load(&source->connected[i]),
                                                     .dropped = atomic_load(&source->dropped[i])};
    uv_mutex_lock(&source->lock);
    if (source->intake)
        look->n_gateways =
            site_intake_look(source->intake, look->gateways, SITE_GATEWAYS_MOST, &look->totals);
    show(context, look);
    uv_mutex_unlock(&source->lock);
    free(look);
}
