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
};

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

static void on_signal(uv_signal_t *handle, int number) {
    struct agent *agent = handle->data;
    log_write(LOG_NOTICE, "agent", "stopping on %s", number == SIGINT ? "SIGINT" : "SIGTERM");
    for (size_t i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&agent->signals[i], NULL);
    poller_stop(agent->poller);
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

static int start_publishing(struct agent *agent) {
    agent->spool = spool_new((size_t)agent->config->buffer_bytes);
    agent->latest = latest_new();
    if (agent->spool == NULL || agent->latest == NULL)
        return ERROR_MEMORY;
    int error = start_sinks(agent);
    if (error == 0)
        error = publisher_start(agent->spool, observe, agent->latest, &agent->publisher);
    if (error == 0)
        error = status_server_start(agent->config, agent->latest, agent->spool, &agent->status);
    return error;
}

static int start_polling(struct agent *agent) {
    struct poller_options options = {.site = agent->config->site};
    struct poller_events events = {.context = agent, .batch = on_batch, .take_back = on_take_back};
    static const int numbers[2] = {SIGINT, SIGTERM};
    if (uv_loop_init(&agent->loop) != 0)
        return ERROR_SYSTEM;
    agent->loop_made = true;
    int error = poller_new(&agent->loop, &options, &events, &agent->poller);
    for (size_t i = 0; error == 0 && i < agent->config->n_devices; i++)
        error = poller_add(agent->poller, &agent->config->devices[i]);
    for (size_t i = 0; error == 0 && i < 2; i++) {
        agent->signals[i].data = agent;
        if (uv_signal_init(&agent->loop, &agent->signals[i]) != 0 ||
            uv_signal_start(&agent->signals[i], on_signal, numbers[i]) != 0)
            error = ERROR_SYSTEM;
    }
    return error == 0 ? poller_start(agent->poller) : error;
}

static void agent_stop(struct agent *agent) {
    status_server_stop(agent->status);
    if (agent->publisher != NULL)
        publisher_stop(agent->publisher);
    for (size_t i = 0; i < agent->n_sinks; i++)
        sink_stop(agent->sinks[i]);
    /* The poller takes its batches back from the publisher before either is freed. */
    poller_free(agent->poller);
    publisher_free(agent->publisher);
    latest_free(agent->latest);
    spool_free(agent->spool);
    if (agent->loop_made)
        uv_loop_close(&agent->loop);
    free(agent->sinks);
    config_free(agent->config);
}

static int run(int argc, char **argv) {
    struct agent agent = {0};
    const char *path, *gateway = NULL;
    const struct option options[] = {{"gateway", .value = &gateway}};
    if (options_read(argc, argv, options, 1, &path, 1, 1) < 0)
        return STATUS_USAGE;
    if (config_load(path, gateway, stderr, &agent.config) != 0)
        return STATUS_USAGE;
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit(agent.config);
    int error = start_publishing(&agent);
    if (error == 0)
        error = start_polling(&agent);
    if (error == 0) {
        log_write(LOG_NOTICE, "agent", "site %s: %zu devices, %zu sinks; status at %s", agent.config->site,
                  agent.config->n_devices, agent.config->n_sinks, agent.config->status_socket);
        uv_run(&agent.loop, UV_RUN_DEFAULT);
    } else {
        log_write(LOG_ERROR, "agent", "cannot start: %s", error_word(error));
    }
    agent_stop(&agent);
    return error == 0 ? STATUS_OK : error == ERROR_CONFIG ? STATUS_USAGE : STATUS_FAILED;
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
