/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallwatch run: the agent. Starts what the configuration names in the order in which data flows, backwards:
 * the spools, the sinks, the latest readings and their status socket, the publisher, then the field loop;
 * stops in the opposite order.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "acquire/poller.h"
#include "acquire/site_source.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/service_notify.h"
#include "command/command.h"
#include "command/config_log.h"
#include "command/options.h"
#include "command/plan_table.h"
#include "command/process_limits.h"
#include "command/reload.h"
#include "command/service.h"
#include "command/variants.h"
#include "model/config.h"
#include "model/latest.h"
#include "publish/judging.h"
#include "publish/publisher.h"
#include "publish/sink_set.h"
#include "serve/http_server.h"
#include "serve/status.h"

enum { N_SIGNALS = 3 };
static const int signal_numbers[N_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

struct agent {
    const char *path, *gateway; /* as they were given */
    struct site_config *config; /* until the agent runs; then reload has the one in force */
    char *site;                 /* its name, which stays */
    struct spools spools;
    struct sink_set *sinks;
    struct latest *latest;
    struct status_server *status;
    struct http_server *http;
    struct alarm_board *board;
    struct power_board *power;
    struct state_store *store;
    struct judging *judging;
    struct publisher *publisher;
    uv_loop_t loop;
    bool loop_made;
    bool on_terminal; /* it was started by hand: it ends with its terminal */
    struct poller *poller;
    struct site_source *source; /* NULL: it is not the site */
    struct reload *reload;
    uv_signal_t signals[N_SIGNALS];
    struct service service;
    uv_timer_t patience; /* runs while the field loop is asked to end */
};

enum { PATIENCE_MS = 1000, WRITE_MOST_US = 60000000 };

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
    for (size_t i = 0; i < N_SIGNALS; i++)
        uv_close((uv_handle_t *)&agent->signals[i], NULL);
    uv_timer_start(&agent->patience, on_impatient, PATIENCE_MS, 0);
    uv_unref((uv_handle_t *)&agent->patience);
    service_end(&agent->service);
    reload_close(agent->reload);
    poller_stop(agent->poller);
}

static void on_signal(uv_signal_t *handle, int number) {
    struct agent *agent = handle->data;
    bool terminal_is_gone = agent->on_terminal && !isatty(STDERR_FILENO);
    if (number == SIGHUP && !terminal_is_gone) {
        reload_ask(agent->reload);
        return;
    }
    log_write(LOG_NOTICE, "agent", "stopping on %s", number == SIGINT ? "SIGINT" : "SIGTERM");
    service_notify("STOPPING=1");
    end_polling(agent);
}

/* Starting and stopping */

static int open_spools(struct agent *agent) {
    int error = 0;
    for (size_t kind = 0; kind < N_SPOOLS && error == 0; kind++) {
        const struct spool_config *config = &agent->config->spool;
        const struct spool_options options = {
            .kind = (enum spool_kind)kind,
            .most_bytes = (size_t)agent->config->buffer_bytes,
            .folder = config->folder,
            .quota_bytes = config->quota_bytes,
            .quota_age_ms = config->quota_age_ms,
            .spill_after_ms = config->spill_after_ms,
        };
        error = spool_open(&options, &agent->spools.of[kind]);
    }
    return error;
}

/* What was kept becomes the judge's before the store goes on writing. */
static int start_judging(struct agent *agent) {
    int error = state_store_open(agent->config->spool.folder, agent->board, &agent->store);
    if (error == 0)
        error = judging_new(agent->config, agent->board, agent->store, &agent->judging);
    return error == 0 ? state_store_start(agent->store) : error;
}

/* The socket first: another agent that holds it may hold the broker's session of that name too. */
static int start_publishing(struct agent *agent) {
    int error = open_spools(agent);
    if (error != 0)
        return error;
    agent->latest = latest_new();
    agent->board = alarm_board_new();
    agent->power = power_board_new();
    if (agent->latest == NULL || agent->board == NULL || agent->power == NULL)
        return ERROR_MEMORY;
    error = start_judging(agent);
    if (error != 0)
        return error;
    error = status_server_start(agent->config, agent->latest, &agent->spools, &agent->status);
    if (error == 0)
        error = sink_set_start(agent->config, &agent->spools, agent->board, &agent->sinks);
    for (size_t i = 0; i < N_SPOOLS && error == 0; i++)
        spool_forget_closed(agent->spools.of[i]);
    if (error != 0)
        return error;
    status_server_set_sinks(agent->status, agent->sinks);
    status_server_set_boards(agent->status, agent->board, agent->power);
    judging_set_power_board(agent->judging, agent->power);
    error = publisher_start(&agent->spools, agent->judging, observe, agent->latest, &agent->publisher);
    if (error == 0)
        publisher_report(agent->publisher, agent->sinks);
    return error;
}

static void block_reload_signal(int how) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(how, &signals, NULL);
}

/* Signals that come while the agent starts are heard when it runs. */
static int make_loop(struct agent *agent) {
    if (uv_loop_init(&agent->loop) != 0)
        return ERROR_SYSTEM;
    agent->loop_made = true;
    uv_timer_init(&agent->loop, &agent->patience);
    for (size_t i = 0; i < N_SIGNALS; i++) {
        agent->signals[i].data = agent;
        uv_signal_init(&agent->loop, &agent->signals[i]);
        if (uv_signal_start(&agent->signals[i], on_signal, signal_numbers[i]) != 0)
            return ERROR_SYSTEM;
    }
    block_reload_signal(SIG_UNBLOCK);
    return 0;
}

/* Before anybody looks at the configuration: each device gets its number here. */
static int make_poller(struct agent *agent) {
    struct poller_options options = {.site = agent->site,
                                     .gateway = agent->config->gateway,
                                     .traps =
                                         agent->config->traps.n_listens > 0 ? &agent->config->traps : NULL,
                                     .aligned = agent->config->phase == PHASE_ALIGNED};
    struct poller_events events = {.context = agent, .batch = on_batch, .take_back = on_take_back};
    int error = poller_new(&agent->loop, &options, &events, &agent->poller);
    for (size_t i = 0; error == 0 && i < agent->config->n_devices; i++)
        error = poller_add(agent->poller, &agent->config->devices[i]);
    return error;
}

static int make_reload(struct agent *agent) {
    const struct reload_parts parts = {
        .path = agent->path,
        .gateway = agent->gateway,
        .loop = &agent->loop,
        .poller = agent->poller,
        .spools = agent->spools,
        .sinks = agent->sinks,
        .status = agent->status,
        .http = agent->http,
        .judging = agent->judging,
        .source = agent->source,
        .config = agent->config,
    };
    int error = reload_new(&parts, &agent->reload);
    if (error == 0)
        config_hold(agent->config);
    return error;
}

/* Stops what was started. False where a thread hangs in a name look-up: then nothing that it may touch is
 * freed. */
static bool agent_stop(struct agent *agent) {
    bool all = reload_finish(agent->reload);
    status_server_stop(agent->status);
    http_server_free(agent->http);
    service_notify("STATUS=stopping: what waits is sent");
    site_source_stop(agent->source);
    if (agent->publisher != NULL)
        publisher_stop(agent->publisher);
    state_store_stop(agent->store);
    all &= sink_set_stop(agent->sinks);
    /* A full buffer on a slow disk may take longer than systemd waits. */
    service_notify("EXTEND_TIMEOUT_USEC=%d\nSTATUS=stopping: what waits is written to the disk",
                   WRITE_MOST_US);
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
    site_source_free(agent->source);
    latest_free(agent->latest);
    judging_free(agent->judging);
    state_store_free(agent->store);
    alarm_board_free(agent->board);
    power_board_free(agent->power);
    for (size_t i = 0; i < N_SPOOLS; i++)
        spool_close(agent->spools.of[i]);
    reload_free(agent->reload);
    config_free(agent->config);
    free(agent->site);
    free(agent);
}

static int start_http(struct agent *agent) {
    agent->http = http_server_new(agent->latest);
    return agent->http == NULL ? ERROR_MEMORY : http_server_set_config(agent->http, agent->config);
}

static int agent_start(struct agent *agent) {
    agent->site = strdup(agent->config->site);
    int error = agent->site == NULL ? ERROR_MEMORY : make_loop(agent);
    if (error == 0)
        error = make_poller(agent);
    if (error == 0)
        error = start_publishing(agent);
    if (error == 0 && agent->config->intake != NULL)
        error = site_source_start(agent->config, on_batch, agent, &agent->source);
    if (error == 0)
        status_server_set_halls(agent->status, agent->source);
    if (error == 0)
        error = start_http(agent);
    if (error == 0)
        error = make_reload(agent);
    if (error == 0)
        error = poller_start(agent->poller);
    return error;
}

static int agent_run(struct agent *agent) {
    int error = agent_start(agent);
    if (error == 0) {
        service_begin(&agent->service, &agent->loop, agent->publisher);
        service_notify("READY=1");
        log_write(LOG_NOTICE, "agent", "site %s: %zu devices, %zu sinks; status at %s", agent->config->site,
                  agent->config->n_devices, agent->config->n_sinks, agent->config->status_socket);
    } else {
        log_write(LOG_ERROR, "agent", "does not start%s", error == ERROR_MEMORY ? ": out of memory" : "");
    }
    if (error != 0 && agent->loop_made)
        end_polling(agent);
    if (error == 0) { /* reload holds it as long as it is in force */
        config_free(agent->config);
        agent->config = NULL;
    }
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
    memory_bound_arenas();
    block_reload_signal(SIG_BLOCK);
    if (config_load(path, gateway, stderr, &config) != 0)
        return STATUS_USAGE;
    struct agent *agent = calloc(1, sizeof(*agent));
    if (agent == NULL) {
        config_free(config);
        return STATUS_FAILED;
    }
    agent->path = path;
    agent->gateway = gateway;
    agent->config = config;
    agent->on_terminal = isatty(STDERR_FILENO) == 1;
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit(config->n_devices);
    config_log_lines(LOG_WARNING, config->warnings);
    plan_warn(config);
    variants_warn(config->devices, config->n_devices);
    int status = agent_run(agent);
    if (!agent_stop(agent)) {
        for (size_t i = 0; i < N_SPOOLS; i++)
            spool_finish(agent->spools.of[i]);
        return status | STATUS_AT_ONCE;
    }
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
        "Logs to standard error. SIGINT and SIGTERM stop it; what waits is sent first, for at most 3 s.\n"
        "SIGHUP loads CONFIG again, with its inventories, maps and secrets: what is unchanged goes on "
        "undisturbed, "
        "and a\n"
        "configuration with mistakes changes nothing (try it before with `hallwatch check CONFIG`).\n\n"
        "  --gateway NAME  take the devices of gateway NAME; default: the configuration's, else the host's "
        "name\n\n"
        "Exit status: 0 stopped on request, 1 failed, 2 wrong arguments or configuration.\n",
    .run = run,
};
