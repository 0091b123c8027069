/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket, and the counts as JSON. */
#include "server_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static void answer_control(struct server *server, const char *word, FILE *file) {
    if (strcmp(word, "counts") == 0)
        server_write_counts(server, file);
    else if (strcmp(word, "devices") == 0)
        server_write_devices(server, file);
    else if (strcmp(word, "reset") == 0)
        server_reset_watch(server);
    else
        fprintf(file, "{\"error\": \"say counts, devices or reset\"}\n");
}

/*
 * One line in, one answer out, end. Its clients are our own tests: it may wait for them, though not for ever.
 */
static void control_ready(struct server *server, struct endpoint *endpoint) {
    int descriptor = accept4(endpoint->descriptor, NULL, NULL, SOCK_CLOEXEC);
    if (descriptor < 0)
        return;
    struct timeval patience = {.tv_sec = 1};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    char word[32];
    ssize_t n = recv(descriptor, word, sizeof word - 1, 0);
    FILE *file = n > 0 ? fdopen(descriptor, "w") : NULL;
    if (file == NULL) {
        close(descriptor);
        return;
    }
    word[n] = '\0';
    word[strcspn(word, "\r\n")] = '\0';
    answer_control(server, word, file);
    fclose(file);
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
}

static void write_counts(FILE *file, const struct counts *counts) {
    fprintf(file, "\"requests\": %lu, \"answers\": %lu, \"refused\": %lu, \"values\": %lu, \"writes\": %lu",
            counts->requests, counts->answers, counts->refused, counts->values, counts->writes);
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
    fprintf(file, "}, \"connections\": %lu, \"strangers\": %lu, \"malformed\": %lu, ", server->n_connections,
            server->strangers, server->malformed);
    const struct poll_watch *watch = &server->watch;
    fprintf(file,
            "\"polls\": {\"interval_ms\": %u, \"counted\": %lu, \"missed\": %lu, \"deviation_ms\": "
            "{\"p50\": %.1f, \"p99\": %.1f, \"largest\": %.1f}}}\n",
            server->options.interval_ms, watch->polls, watch->missed, poll_watch_percentile_ms(watch, 0.50),
            poll_watch_percentile_ms(watch, 0.99), (double)watch->largest_us / 1000);
}

void server_write_devices(const struct server *server, FILE *file) {
    for (size_t i = 0; i < server->site->devices.n; i++) {
        const struct device *device = server->site->devices.list[i];
        fprintf(file, "%s{\"name\": \"%s\", \"dead\": %s, ", i ? ",\n " : "[", device->name,
                device->dead ? "true" : "false");
        write_counts(file, &device->counts);
        fprintf(file, ", \"polls\": %lu}", device->mark.polls);
    }
    fprintf(file, "]\n");
}

void server_reset_watch(struct server *server) {
    poll_watch_reset(&server->watch);
}

void server_close_control(struct server *server) {
    if (server->control.descriptor < 0)
        return;
    close(server->control.descriptor);
    unlink(server->options.control);
}
