/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallwatch run: the agent. Starts what the configuration names in the order in which data flows, backwards:
 * the spool, the sinks, the latest readings and their status socket, the publisher, then the field loop;
 * stops in the opposite order.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

#include "acquire/poller.h"
#include "base/log.h"
#include "command/command.h"
#include "command/options.h"
#include "model/config.h"
#include "model/latest.h"
#include "publish/publisher.h"
#include "publish/sink.h"
#include "serve/status.h"

struct agent {
    struct site_config *config;
    struct spool *spool;
    struct sink **sinks;
    size_t n_sinks;
    struct latest *latest;
    struct status_server *status;
    struct publisher *publisher;
    uv_loop_t loop;
    bool loop_made;
    struct poller *poller;
    uv_signal_t signals[2];
    uv_timer_t patience; /* runs while the field loop is asked to end */
};

enum { PATIENCE_MS = 1000 };

/* Each device has a descriptor or shares one; the default of 1024 is too few for a hall. */
static void raise_descriptor_limit(const struct site_config *config) {
    struct rlimit limit;
    rlim_t wanted = config->n_devices + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        log_write(LOG_WARNING, "agent",
                  "at most %llu open files, %zu devices need up to %llu: raise LimitNOFILE",
                  (unsigned long long)limit.rlim_cur, config->n_devices, (unsigned long long)wanted);
}

/* The two ends of the field loop */

static void on_batch(void *context, struct batch *batch) {
    struct agent *agent = context;
    publisher_give(agent->publisher, batch);
}

static struct batch *on_take_back(void *context) {
    struct agent *agent = context;
    return agent->publisher != NULL ? publisher_take_back(agent->publisher) : NULL;
}

static void observe(void *context, const struct batch *batch) {
    latest_update(context, batch);
}

static void on_impatient(uv_timer_t *timer) {
    uv_stop(timer->loop);
}

/* The loop ends when nothing is under way any more, or when patience does. */
static void end_polling(struct agent *agent) {
    for (size_t i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&agent->signals[i], NULL);
    uv_timer_start(&agent->patience, on_impatient, PATIENCE_MS, 0);
    uv_unref((uv_handle_t *)&agent->patience);
    poller_stop(agent->poller);
}

static void on_signal(uv_signal_t *handle, int number) {
    log_write(LOG_NOTICE, "agent", "stopping on %s", number == SIGINT ? "SIGINT" : "SIGTERM");
    end_polling(handle->data);
}

/* Starting and stopping */

static int start_sinks(struct agent *agent) {
    const struct site_config *config = agent->config;
    agent->sinks = calloc(config->n_sinks + 1, sizeof(struct sink *));
    if (agent->sinks == NULL)
        return ERROR_MEMORY;
    for (; agent->n_sinks < config->n_sinks; agent->n_sinks++) {
        int error =
            sink_start(config, &config->sinks[agent->n_sinks], agent->spool, &agent->sinks[agent->n_sinks]);
        if (error != 0)
            return error;
    }
    return 0;
}

/* The socket first: another agent that holds it may hold the broker's session of that name too. */
static int start_publishing(struct agent *agent) {
    agent->spool = spool_new((size_t)agent->config->buffer_bytes);
    agent->latest = latest_new();
    if (agent->spool == NULL || agent->latest == NULL)
        return ERROR_MEMORY;
    int error = status_server_start(agent->config, agent->latest, agent->spool, &agent->status);
    if (error == 0)
        error = start_sinks(agent);
    if (error == 0)
        error = publisher_start(agent->spool, observe, agent->latest, &agent->publisher);
    return error;
}

static int start_loop(struct agent *agent) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    if (uv_loop_init(&agent->loop) != 0)
        return ERROR_SYSTEM;
    agent->loop_made = true;
    uv_timer_init(&agent->loop, &agent->patience);
    for (size_t i = 0; i < 2; i++) {
        agent->signals[i].data = agent;
        uv_signal_init(&agent->loop, &agent->signals[i]);
        if (uv_signal_start(&agent->signals[i], on_signal, numbers[i]) != 0)
            return ERROR_SYSTEM;
    }
    return 0;
}

static int start_polling(struct agent *agent) {
    struct poller_options options = {.site = agent->config->site,
                                     .aligned = agent->config->phase == PHASE_ALIGNED};
    struct poller_events events = {.context = agent, .batch = on_batch, .take_back = on_take_back};
    int error = poller_new(&agent->loop, &options, &events, &agent->poller);
    for (size_t i = 0; error == 0 && i < agent->config->n_devices; i++)
        error = poller_add(agent->poller, &agent->config->devices[i]);
    return error == 0 ? poller_start(agent->poller) : error;
}

/* Stops what was started. False where a thread hangs in a name look-up: then nothing that it may touch is
 * freed. */
static bool agent_stop(struct agent *agent) {
    bool all = true;
    status_server_stop(agent->status);
    if (agent->publisher != NULL)
        publisher_stop(agent->publisher);
    for (size_t i = 0; i < agent->n_sinks; i++)
        sink_ask_to_stop(agent->sinks[i]);
    for (size_t i = 0; i < agent->n_sinks; i++)
        all &= sink_stop(agent->sinks[i]) == 0;
    if (agent->loop_made) {
        uv_close((uv_handle_t *)&agent->patience, NULL);
        uv_run(&agent->loop, UV_RUN_NOWAIT);
        all &= uv_loop_close(&agent->loop) == 0;
    }
    return all;
}

static void agent_free(struct agent *agent) {
    /* The poller takes its batches back from the publisher before either is freed. */
    poller_free(agent->poller);
    publisher_free(agent->publisher);
    latest_free(agent->latest);
    spool_free(agent->spool);
    free(agent->sinks);
    config_free(agent->config);
    free(agent);
}

static int agent_run(struct agent *agent) {
    int error = start_publishing(agent);
    if (error == 0)
        error = start_loop(agent);
    if (error == 0)
        error = start_polling(agent);
    if (error == 0)
        log_write(LOG_NOTICE, "agent", "site %s: %zu devices, %zu sinks; status at %s", agent->config->site,
                  agent->config->n_devices, agent->config->n_sinks, agent->config->status_socket);
    else
        log_write(LOG_ERROR, "agent", "does not start%s", error == ERROR_MEMORY ? ": out of memory" : "");
    if (error != 0 && agent->loop_made)
        end_polling(agent);
    if (agent->loop_made)
        uv_run(&agent->loop, UV_RUN_DEFAULT);
    return error == 0 ? STATUS_OK : error == ERROR_CONFIG ? STATUS_USAGE : STATUS_FAILED;
}

static int run(int argc, char **argv) {
    const char *path, *gateway = NULL;
    const struct option options[] = {{"gateway", .value = &gateway}};
    struct site_config *config;
    if (options_read(argc, argv, options, 1, &path, 1, 1) < 0)
        return STATUS_USAGE;
    if (config_load(path, gateway, stderr, &config) != 0)
        return STATUS_USAGE;
    struct agent *agent = calloc(1, sizeof(*agent));
    if (agent == NULL) {
        config_free(config);
        return STATUS_FAILED;
    }
    agent->config = config;
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit(config);
    int status = agent_run(agent);
    if (!agent_stop(agent))
        return status | STATUS_AT_ONCE;
    agent_free(agent);
    return status;
}

const struct command command_run = {
    .name = "run",
    .summary = "read all devices of a configuration and publish, until stopped",
    .help =
        "run CONFIG [--gateway NAME]\n\n"
        "Reads the devices of CONFIG, publishes to its sinks and keeps the latest readings for `hallwatch "
        "status`.\n"
        "Logs to standard error. SIGINT and SIGTERM stop it; what waits is sent first, for at most 3 s.\n\n"
        "  --gateway NAME  take the devices of gateway NAME; default: the configuration's, else the host's "
        "name\n\n"
        "Exit status: 0 stopped on request, 1 failed, 2 wrong arguments or configuration.\n",
    .run = run,
};
