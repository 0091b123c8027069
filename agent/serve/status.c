/* SPDX-License-Identifier: Apache-2.0 */
/* The status thread: its socket, its clients and their pace. What is said is status_document's. */
#include "serve/status.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/service_notify.h"
#include "base/thread.h"
#include "serve/status_document.h"
#include "serve/status_halls.h"
#include "serve/status_judged.h"
#include "serve/status_line.h"
#include "serve/status_path.h"

enum { CLIENTS_MOST = 16, PIECE_SIZE = 65536, PATIENCE_MS = 10000, CHECK_MS = 1000, LINE_MS = 2000 };

enum piece { PIECE_HEAD, PIECE_DEVICES, PIECE_JUDGED, PIECE_NODES, PIECE_TAIL, PIECE_NONE };

struct client {
    uv_pipe_t pipe;
    uv_write_t write;
    struct status_server *server;
    struct site_config *config; /* held: the document is of one configuration from beginning to end */
    struct text text;           /* what is being sent */
    enum piece next;
    size_t next_device, next_node;
    int64_t progress_ms; /* monotonic */
};

struct status_server {
    pthread_mutex_t lock; /* of these: */
    struct site_config *config;
    struct status_configuration configuration;
    struct sink_set *sinks;     /* NULL: they do not run yet */
    struct alarm_board *alarms; /* NULL: nothing is judged yet */
    struct power_board *power;
    struct site_source *halls; /* NULL: it is not the site */

    struct latest *latest;
    struct spools spools;
    char *folder; /* of the spools, as they were opened; NULL: none was configured */
    int64_t started_ms;
    uv_loop_t loop;
    uv_pipe_t listener;
    uv_timer_t timer;      /* runs while there are clients */
    uv_timer_t line_timer; /* runs where a service manager wants to hear the line */
    struct status_line line;
    uv_async_t stop;
    pthread_t thread;
    struct client *clients[CLIENTS_MOST];
    size_t n_clients;
};

/* Clients */

static void on_client_closed(uv_handle_t *handle) {
    struct client *client = handle->data;
    config_free(client->config);
    text_done(&client->text);
    free(client);
}

static void client_close(struct client *client) {
    struct status_server *server = client->server;
    for (size_t i = 0; i < server->n_clients; i++) {
        if (server->clients[i] == client)
            server->clients[i] = server->clients[--server->n_clients];
    }
    if (server->n_clients == 0)
        uv_timer_stop(&server->timer);
    if (!uv_is_closing((uv_handle_t *)&client->pipe))
        uv_close((uv_handle_t *)&client->pipe, on_client_closed);
}

struct device_piece {
    struct client *client;
    const struct device_config *config;
    int64_t now_ms;
};

static void add_device(void *context, const struct latest_device *latest) {
    struct device_piece *piece = context;
    /* While a configuration is exchanged, a number may be another device's already. */
    if (latest != NULL && strcmp(latest->view->device, piece->config->name) != 0)
        latest = NULL;
    status_write_device(&piece->client->text, piece->config, latest, piece->client->next_device == 0,
                        piece->now_ms);
}

static void add_head(void *context, const struct latest_device *links) {
    struct device_piece *piece = context;
    const struct client *client = piece->client;
    status_write_head(&piece->client->text, client->config, links, client->server->started_ms, piece->now_ms);
}

static void add_devices(struct client *client, int64_t now_ms) {
    const struct site_config *config = client->config;
    while (client->next_device < config->n_devices && client->text.size < PIECE_SIZE) {
        struct device_piece piece = {client, &config->devices[client->next_device], now_ms};
        if (!latest_show(client->server->latest, piece.config->number, add_device, &piece))
            add_device(&piece, NULL);
        client->next_device++;
    }
}

static void add_judged(struct client *client) {
    struct status_server *server = client->server;
    pthread_mutex_lock(&server->lock);
    struct alarm_board *alarms = server->alarms;
    struct power_board *power = server->power;
    pthread_mutex_unlock(&server->lock);
    status_write_judged(&client->text, power, alarms, clock_error_s());
}

struct node_piece {
    struct client *client;
    const struct power_node *node;
};

static void add_node(void *context, const struct latest_device *latest) {
    struct node_piece *piece = context;
    struct client *client = piece->client;
    /* While a configuration is exchanged, a number may be another node's already. */
    if (latest && (!latest->view->node || strcmp(latest->view->node, piece->node->name) != 0))
        latest = NULL;
    status_write_node(&client->text, client->config, piece->node, latest, client->next_node == 0);
}

static void add_nodes(struct client *client) {
    const struct power_config *power = client->config->power;
    while (client->next_node < power->n_nodes && client->text.size < PIECE_SIZE) {
        struct node_piece piece = {client, &power->nodes[client->next_node]};
        uint32_t number = NODE_NUMBERS + (uint32_t)client->next_node;
        if (!latest_show(client->server->latest, number, add_node, &piece))
            add_node(&piece, NULL);
        client->next_node++;
    }
}

static void find_delivery(struct status_server *server, struct delivery *delivery) {
    *delivery = (struct delivery){.time_ms = clock_wall_ms()};
    for (size_t i = 0; i < N_SPOOLS; i++)
        spool_figures(server->spools.of[i], &delivery->spools[i]);
    pthread_mutex_lock(&server->lock);
    struct sink_set *sinks = server->sinks;
    pthread_mutex_unlock(&server->lock);
    if (sinks)
        delivery->n_sinks = sink_set_states(sinks, delivery->sinks, SINK_STATES_MOST);
}

static void add_tail(struct client *client) {
    struct status_server *server = client->server;
    struct delivery delivery;
    pthread_mutex_lock(&server->lock);
    struct status_configuration configuration = server->configuration;
    struct site_source *halls = server->halls;
    pthread_mutex_unlock(&server->lock);
    if (halls)
        site_source_show(halls, status_write_halls, &client->text);
    find_delivery(server, &delivery);
    status_write_tail(&client->text, &configuration, server->folder, &delivery);
}

static void on_written(uv_write_t *write, int error);

/* Adds what comes next, and says what follows it. */
static enum piece add_piece(struct client *client, int64_t now_ms) {
    struct device_piece piece = {client, NULL, now_ms};
    switch (client->next) {
    case PIECE_HEAD:
        if (!latest_show(client->server->latest, GATEWAY_NUMBER, add_head, &piece))
            add_head(&piece, NULL);
        return PIECE_DEVICES;
    case PIECE_DEVICES:
        add_devices(client, now_ms);
        if (client->next_device < client->config->n_devices)
            return PIECE_DEVICES;
        return client->config->power ? PIECE_JUDGED : PIECE_TAIL;
    case PIECE_JUDGED:
        add_judged(client);
        return PIECE_NODES;
    case PIECE_NODES:
        add_nodes(client);
        return client->next_node < client->config->power->n_nodes ? PIECE_NODES : PIECE_TAIL;
    case PIECE_TAIL:
        add_tail(client);
        break;
    case PIECE_NONE:
        break;
    }
    return PIECE_NONE;
}

static void client_send_next(struct client *client) {
    client->progress_ms = clock_monotonic_ms();
    text_clear(&client->text);
    while (client->text.size == 0 && client->next != PIECE_NONE)
        client->next = add_piece(client, clock_wall_ms());
    uv_buf_t buffer = uv_buf_init(client->text.data, (unsigned)client->text.size);
    if (client->text.failed || client->text.size == 0 ||
        uv_write(&client->write, (uv_stream_t *)&client->pipe, &buffer, 1, on_written) != 0)
        client_close(client);
}

static void on_written(uv_write_t *write, int error) {
    struct client *client = write->data;
    if (error == UV_ECANCELED)
        return; /* it is being closed */
    if (error || client->next == PIECE_NONE)
        client_close(client);
    else
        client_send_next(client);
}

static void on_timer(uv_timer_t *timer) {
    struct status_server *server = timer->data;
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = server->n_clients; i-- > 0;) {
        if (now_ms - server->clients[i]->progress_ms > PATIENCE_MS)
            client_close(server->clients[i]);
    }
}

static void on_connection(uv_stream_t *listener, int error) {
    struct status_server *server = listener->data;
    struct client *client = error ? NULL : calloc(1, sizeof(*client));
    if (!client)
        return;
    client->server = server;
    if (uv_pipe_init(&server->loop, &client->pipe, 0) != 0) {
        free(client);
        return;
    }
    client->pipe.data = client;
    client->write.data = client;
    if (uv_accept(listener, (uv_stream_t *)&client->pipe) != 0 || server->n_clients == CLIENTS_MOST) {
        uv_close((uv_handle_t *)&client->pipe, on_client_closed);
        return;
    }
    if (server->n_clients == 0)
        uv_timer_start(&server->timer, on_timer, CHECK_MS, CHECK_MS);
    server->clients[server->n_clients++] = client;
    pthread_mutex_lock(&server->lock);
    client->config = config_hold(server->config);
    pthread_mutex_unlock(&server->lock);
    client_send_next(client);
}

/* The line for the service manager */

static void on_line_timer(uv_timer_t *timer) {
    struct status_server *server = timer->data;
    struct delivery delivery;
    pthread_mutex_lock(&server->lock);
    struct site_config *config = config_hold(server->config);
    size_t mistakes = server->configuration.mistakes;
    pthread_mutex_unlock(&server->lock);
    find_delivery(server, &delivery);
    status_line_tell(&server->line, config, server->latest, &delivery, mistakes);
    config_free(config);
}

/* The thread */

static void close_all(struct status_server *server) {
    while (server->n_clients > 0)
        client_close(server->clients[0]);
    uv_close((uv_handle_t *)&server->listener, NULL);
    uv_close((uv_handle_t *)&server->timer, NULL);
    uv_close((uv_handle_t *)&server->line_timer, NULL);
    uv_close((uv_handle_t *)&server->stop, NULL);
}

static void on_stop(uv_async_t *stop) {
    close_all(stop->data);
}

static void *run(void *context) {
    struct status_server *server = context;
    sigset_t all;
    thread_set_name("status", NULL);
    /* Signals are the main thread's; a client that hangs up must not end the agent. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    uv_run(&server->loop, UV_RUN_DEFAULT);
    return NULL;
}

static int open_loop(struct status_server *server) {
    if (uv_loop_init(&server->loop) != 0)
        return ERROR_SYSTEM;
    if (uv_async_init(&server->loop, &server->stop, on_stop) != 0) {
        uv_loop_close(&server->loop);
        return ERROR_SYSTEM;
    }
    uv_pipe_init(&server->loop, &server->listener, 0);
    uv_timer_init(&server->loop, &server->timer);
    uv_timer_init(&server->loop, &server->line_timer);
    server->stop.data = server->listener.data = server->timer.data = server->line_timer.data = server;
    if (service_is_managed())
        uv_timer_start(&server->line_timer, on_line_timer, 0, LINE_MS);
    return 0;
}

static void free_server(struct status_server *server) {
    config_free(server->config);
    free(server->folder);
    status_line_done(&server->line);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

static void close_loop(struct status_server *server) {
    uv_run(&server->loop, UV_RUN_DEFAULT);
    uv_loop_close(&server->loop);
    free_server(server);
}

void status_server_set_config(struct status_server *server, struct site_config *config) {
    pthread_mutex_lock(&server->lock);
    struct site_config *before = server->config;
    server->config = config_hold(config);
    server->configuration = (struct status_configuration){.loaded_ms = clock_wall_ms()};
    pthread_mutex_unlock(&server->lock);
    config_free(before);
}

void status_server_set_sinks(struct status_server *server, struct sink_set *sinks) {
    pthread_mutex_lock(&server->lock);
    server->sinks = sinks;
    pthread_mutex_unlock(&server->lock);
}

void status_server_set_halls(struct status_server *server, struct site_source *halls) {
    pthread_mutex_lock(&server->lock);
    server->halls = halls;
    pthread_mutex_unlock(&server->lock);
}

void status_server_set_boards(struct status_server *server, struct alarm_board *alarms,
                              struct power_board *power) {
    pthread_mutex_lock(&server->lock);
    server->alarms = alarms;
    server->power = power;
    pthread_mutex_unlock(&server->lock);
}

void status_server_say_refused(struct status_server *server, size_t mistakes) {
    pthread_mutex_lock(&server->lock);
    server->configuration.refused_ms = clock_wall_ms();
    server->configuration.mistakes = mistakes;
    pthread_mutex_unlock(&server->lock);
}

int status_server_start(struct site_config *config, struct latest *latest, const struct spools *spools,
                        struct status_server **started) {
    struct status_server *server = calloc(1, sizeof(*server));
    if (!server)
        return ERROR_MEMORY;
    pthread_mutex_init(&server->lock, NULL);
    server->config = config_hold(config);
    server->latest = latest;
    server->spools = *spools;
    server->started_ms = server->configuration.loaded_ms = clock_wall_ms();
    const char *folder = config->spool.folder; /* a later configuration takes a restart */
    server->folder = folder ? strdup(folder) : NULL;
    int error = folder && !server->folder ? ERROR_MEMORY : open_loop(server);
    if (error) {
        free_server(server);
        return error;
    }
    error = status_path_listen(&server->listener, server->config->status_socket, on_connection);
    if (!error && pthread_create(&server->thread, NULL, run, server) != 0)
        error = ERROR_SYSTEM;
    if (error) {
        close_all(server);
        close_loop(server);
        return error;
    }
    *started = server;
    return 0;
}

void status_server_stop(struct status_server *server) {
    if (!server)
        return;
    uv_async_send(&server->stop);
    pthread_join(server->thread, NULL);
    close_loop(server);
}
