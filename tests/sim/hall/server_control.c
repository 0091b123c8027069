/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket, and the counts as JSON. */
#include "server_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_MOST = 256 };

/* The first word of `line` is this; then *rest is what follows. */
static bool begins_with(const char *line, const char *word, const char **rest) {
    size_t size = strlen(word);
    *rest = line + size;
    return strncmp(line, word, size) == 0 && (line[size] == ' ' || line[size] == '\0');
}

static void order_fault(struct server *server, const char *order, FILE *file) {
    const char *problem;
    size_t n;
    if (server_set_fault(server, order, &n, &problem))
        fprintf(file, "{\"devices\": %zu}\n", n);
    else
        fprintf(file, "{\"error\": \"%s\"}\n", problem);
}

static void order_traps(struct server *server, const char *order, bool flood, FILE *file) {
    const char *problem;
    size_t n;
    if (server_send_traps(server, order, flood, &n, &problem))
        fprintf(file, "{\"traps\": %zu}\n", n);
    else
        fprintf(file, "{\"error\": \"%s\"}\n", problem);
}

static void order_user(struct server *server, const char *text, FILE *file) {
    const char *problem;
    if (server_set_user(server, text + strspn(text, " "), &problem))
        fprintf(file, "{\"users\": %zu}\n", server->site->users.n);
    else
        fprintf(file, "{\"error\": \"%s\"}\n", problem);
}

static void order_hall(struct server *server, const char *line, FILE *file) {
    const char *problem;
    if (server_order(server, line, &problem))
        fprintf(file, "{\"hall\": \"changed\"}\n");
    else
        fprintf(file, "{\"error\": \"%s\"}\n", problem);
}

static void answer_control(struct server *server, const char *line, FILE *file) {
    const char *rest;
    if (begins_with(line, "counts", &rest))
        server_write_counts(server, file);
    else if (begins_with(line, "devices", &rest))
        server_write_devices(server, file);
    else if (begins_with(line, "reset", &rest))
        server_reset_watch(server);
    else if (begins_with(line, "fault", &rest))
        order_fault(server, rest, file);
    else if (begins_with(line, "load", &rest))
        fprintf(file, server_set_load(server, rest) ? "{\"load\": \"set\"}\n"
                                                    : "{\"error\": \"no such load, see --help\"}\n");
    else if (begins_with(line, "trap", &rest))
        order_traps(server, rest, false, file);
    else if (begins_with(line, "trap-flood", &rest))
        order_traps(server, rest, true, file);
    else if (begins_with(line, "user", &rest))
        order_user(server, rest, file);
    else
        order_hall(server, line, file);
}

/*
 * One line in, one answer out, end. It is waited for while devices are served; taking the answer its clients
 * may let the devices wait, though not for ever: they are our own tests.
 */
struct control_client {
    struct endpoint endpoint;
    size_t size;
    char line[LINE_MOST];
};

static void client_ready(struct server *server, struct endpoint *endpoint) {
    struct control_client *client = (struct control_client *)endpoint;
    ssize_t n = recv(endpoint->descriptor, client->line + client->size,
                     sizeof client->line - 1 - client->size, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    client->size += n > 0 ? (size_t)n : 0;
    char *end = memchr(client->line, '\n', client->size);
    if (end == NULL && n > 0 && client->size < sizeof client->line - 1)
        return;
    client->line[client->size] = '\0';
    client->line[strcspn(client->line, "\r\n")] = '\0';
    FILE *file = fdopen(endpoint->descriptor, "w");
    if (file != NULL)
        answer_control(server, client->line, file);
    if (file == NULL || fclose(file) != 0)
        perror("hallsim: control");
    free(client);
}

static void control_ready(struct server *server, struct endpoint *endpoint) {
    int descriptor = accept4(endpoint->descriptor, NULL, NULL, SOCK_CLOEXEC);
    struct control_client *client = descriptor < 0 ? NULL : calloc(1, sizeof *client);
    if (client == NULL)
        return;
    struct timeval patience = {.tv_sec = 1};
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    client->endpoint = (struct endpoint){.ready = client_ready, .descriptor = descriptor};
    server_add_endpoint(server, &client->endpoint);
}

bool server_open_control(struct server *server) {
    const char *path = server->options.control;
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    if (path == NULL)
        return true;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    snprintf(local.sun_path, sizeof local.sun_path, "%s", path);
    if (strlen(path) >= sizeof local.sun_path ||
        bind(descriptor, (struct sockaddr *)&local, sizeof local) != 0 || listen(descriptor, 8) != 0) {
        fprintf(stderr, "hallsim: control socket %s: %s\n", path, strerror(errno));
        close(descriptor); /* the path stays: it may be another's */
        return false;
    }
    server->control = (struct endpoint){.ready = control_ready, .descriptor = descriptor};
    server_add_endpoint(server, &server->control);
    return true;
}

static void add_counts(struct counts *sum, const struct counts *counts) {
    sum->requests += counts->requests;
    sum->answers += counts->answers;
    sum->refused += counts->refused;
    sum->values += counts->values;
    sum->writes += counts->writes;
    sum->acknowledged += counts->acknowledged;
}

static void write_counts(FILE *file, const struct counts *counts) {
    fprintf(file, "\"requests\": %lu, \"answers\": %lu, \"refused\": %lu, \"values\": %lu, \"writes\": %lu",
            counts->requests, counts->answers, counts->refused, counts->values, counts->writes);
}

static void write_times(const char *name, const struct times *times, FILE *file) {
    fprintf(file, "\"%s\": {\"p50\": %.1f, \"p99\": %.1f, \"largest\": %.1f}", name,
            times_percentile_ms(times, 0.50), times_percentile_ms(times, 0.99),
            (double)times->largest_us / 1000);
}

/* What the devices of a watch that are well have not been asked although it was time. */
static void write_overdue(const struct server *server, unsigned watch, FILE *file) {
    uint64_t overdue = 0, returning = 0, never = 0;
    size_t well = 0;
    for (size_t i = 0; i < server->site->devices.n; i++) {
        const struct device *device = server->site->devices.list[i];
        if (device->fault.kind != FAULT_NONE || device->watch != watch)
            continue;
        well++;
        overdue += poll_watch_overdue(&server->watches[watch], &device->mark, server->now_us);
        returning += device->mark.returned_us > 0;
        never += device->mark.polls == 0 && device->mark.returned_us == 0;
    }
    fprintf(file, "\"devices\": %zu, \"overdue\": %lu, \"never\": %lu, \"returning\": %lu", well, overdue,
            never, returning);
}

static void write_polls(const struct server *server, unsigned number, FILE *file) {
    const struct poll_watch *watch = &server->watches[number];
    fprintf(file, "{\"interval_ms\": %lu, \"counted\": %lu, \"missed\": %lu, ", watch->interval_us / 1000,
            watch->deviation.n, watch->missed);
    write_times("deviation_ms", &watch->deviation, file);
    fprintf(file, ", ");
    write_overdue(server, number, file);
    fprintf(file, "}");
}

/* `polls` is about the first device's interval; where there are several, `polls_by_interval` has all. */
static void write_watches(const struct server *server, FILE *file) {
    fprintf(file, "\"polls\": ");
    write_polls(server, 0, file);
    for (unsigned i = 0; i < server->n_watches && server->n_watches > 1; i++) {
        fprintf(file, "%s\"%lu\": ", i == 0 ? ", \"polls_by_interval\": {" : ", ",
                server->watches[i].interval_us / 1000);
        write_polls(server, i, file);
    }
    fprintf(file, "%s, \"returns\": {\"counted\": %lu, ", server->n_watches > 1 ? "}" : "",
            server->returns.n);
    write_times("ms", &server->returns, file);
    fprintf(file, "}");
}

void server_write_counts(const struct server *server, FILE *file) {
    struct counts sums[2] = {{0}, {0}};
    for (size_t i = 0; i < server->site->devices.n; i++) {
        const struct device *device = server->site->devices.list[i];
        add_counts(&sums[device->protocol], &device->counts);
    }
    fprintf(file, "{\"modbus\": {");
    write_counts(file, &sums[MODBUS]);
    fprintf(file, "}, \"snmp\": {");
    write_counts(file, &sums[SNMP]);
    fprintf(file,
            "}, \"connections\": %lu, \"accepted\": {\"counted\": %lu, \"largest_per_second\": %u}, "
            "\"traps\": {\"sent\": %lu, \"acknowledged\": %lu}, \"strangers\": %lu, \"malformed\": %lu, ",
            server->n_connections, server->accepted.n, server->accepted.largest, server->traps,
            sums[SNMP].acknowledged, server->strangers, server->malformed);
    write_watches(server, file);
    fprintf(file, "}\n");
}

void server_write_devices(const struct server *server, FILE *file) {
    for (size_t i = 0; i < server->site->devices.n; i++) {
        const struct device *device = server->site->devices.list[i];
        bool well = device->fault.kind == FAULT_NONE;
        fprintf(file, "%s{\"name\": \"%s\", \"fault\": \"%s\", \"dead\": %s, ", i ? ",\n " : "[",
                device->name, well ? "none" : device->fault.word,
                device->fault.kind == FAULT_DEAD ? "true" : "false");
        write_counts(file, &device->counts);
        fprintf(file, ", \"polls\": %lu}", device->mark.polls);
    }
    fprintf(file, "]\n");
}

void server_reset_watch(struct server *server) {
    times_init(&server->returns, RETURN_BIN_US);
    for (unsigned i = 0; i < server->n_watches; i++)
        poll_watch_init(&server->watches[i], server->watches[i].interval_us, &server->returns);
    server->accepted = (struct rate_watch){0};
}

void server_close_control(struct server *server) {
    if (server->control.descriptor < 0)
        return;
    close(server->control.descriptor);
    unlink(server->options.control);
}
