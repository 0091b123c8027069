/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines and the links that people hold, on the loop; and the little that libmodbus does for a line. What
 * is sent on a line and when is modbus_line.c's, on the line's thread.
 */
#include "acquire/link_modbus_rtu.h"

#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "acquire/modbus_line.h"
#include "base/clock.h"

/* A line with its links. Leaves the list with its last link; its thread may go on for a moment. */
struct rtu_line {
    struct rtu_line *next;
    struct modbus_line *line;
    size_t n_links;
};

struct rtu_service {
    uv_loop_t *loop;
    struct rtu_line *lines;
    struct modbus_counts left; /* of lines that are no more */
};

/* A unit. While its request is under way it outlives its closing. */
struct rtu_link {
    struct link link;
    struct rtu_service *service;
    struct rtu_line *line;
    link_done done;
    void *context;
    bool asking, closed;
    uint8_t unit;
    struct modbus_exchange exchange;
};

/*
 * Two programs on one line would garble each other, and the second would set its speed anew. So the line is
 * locked, in the way that terminal programs respect, before libmodbus opens it.
 */
struct port {
    int lock;
    modbus_t *modbus;
};

static int lock_line(const char *path) {
    int lock = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (lock < 0)
        return -errno;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0)
        return lock;
    close(lock);
    return -EBUSY;
}

static int set_line(const char *path, const struct line_settings *settings, modbus_t **modbus) {
    enum { DATA_BITS = 8 };
    *modbus = modbus_new_rtu(path, (int)settings->baud, settings->parity, DATA_BITS, settings->stop_bits);
    return *modbus && modbus_connect(*modbus) == 0 ? 0 : -errno;
}

int modbus_port_open(const char *path, const struct line_settings *settings, void **port) {
    struct port *new = calloc(1, sizeof(*new));
    if (!new)
        return -ENOMEM;
    new->lock = lock_line(path);
    int error = new->lock < 0 ? new->lock : set_line(path, settings, &new->modbus);
    if (error) {
        modbus_port_close(new);
        return error;
    }
    *port = new;
    return modbus_get_socket(new->modbus);
}

void modbus_port_close(void *port) {
    struct port *old = port;
    if (old->modbus) {
        modbus_close(old->modbus);
        modbus_free(old->modbus);
    }
    if (old->lock >= 0)
        close(old->lock);
    free(old);
}

int rtu_service_new(uv_loop_t *loop, struct rtu_service **service) {
    struct rtu_service *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->loop = loop;
    *service = new;
    return 0;
}

void rtu_service_free(struct rtu_service *service) {
    free(service);
}

static void add_counts(struct modbus_counts *sum, struct modbus_line *line) {
    struct modbus_counts counts = modbus_line_counts(line);
    sum->connects += counts.connects;
    sum->connect_failures += counts.connect_failures;
    sum->losses += counts.losses;
    sum->late += counts.late;
    sum->unsolicited += counts.unsolicited;
    sum->noise += counts.noise;
    for (int fault = 0; fault < N_MODBUS_FAULTS; fault++)
        sum->garbled[fault] += counts.garbled[fault];
}

struct modbus_counts rtu_service_counts(const struct rtu_service *service) {
    struct modbus_counts sum = service->left;
    for (struct rtu_line *each = service->lines; each; each = each->next)
        add_counts(&sum, each->line);
    return sum;
}

/* The answer is copied: from inside its callback the link may be asked again, or closed. */
static void answer_link(struct rtu_link *link) {
    const struct modbus_exchange exchange = link->exchange;
    struct link_answer answer = exchange.answer;
    answer.data = answer.data ? exchange.values : NULL;
    link->asking = false;
    if (link->closed)
        free(link);
    else
        link->done(link->context, &answer);
}

static void on_answered(uv_async_t *async) {
    struct modbus_line *line = async->data;
    /* In this order: once it has ended, nothing more is answered. */
    bool ended = modbus_line_ended(line);
    struct modbus_exchange *next, *exchange = modbus_line_take(line);
    for (; exchange; exchange = next) {
        next = exchange->next;
        answer_link(exchange->owner);
    }
    if (ended)
        modbus_line_free(line);
}

static bool same_settings(const struct line_settings *a, const struct line_settings *b) {
    return a->baud == b->baud && a->parity == b->parity && a->stop_bits == b->stop_bits;
}

/* The line at the path, started where there is none. */
static int hold_line(struct rtu_service *service, const char *path, const struct line_settings *settings,
                     struct rtu_line **line) {
    struct rtu_line *each = service->lines;
    while (each && strcmp(each->line->path, path) != 0)
        each = each->next;
    if (each && !same_settings(&each->line->settings, settings))
        return ERROR_ARGUMENT;
    if (!each) {
        each = calloc(1, sizeof(*each));
        if (!each)
            return ERROR_MEMORY;
        int error = modbus_line_start(service->loop, path, settings, on_answered, &each->line);
        if (error) {
            free(each);
            return error;
        }
        each->next = service->lines;
        service->lines = each;
    }
    each->n_links++;
    *line = each;
    return 0;
}

static void release_line(struct rtu_service *service, struct rtu_line *line) {
    if (--line->n_links > 0)
        return;
    struct rtu_line **place = &service->lines;
    while (*place != line)
        place = &(*place)->next;
    *place = line->next;
    add_counts(&service->left, line->line);
    modbus_line_stop(line->line);
    free(line);
}

static int ask_link(struct link *base, const struct link_request *request, link_done done, void *context) {
    struct rtu_link *link = (struct rtu_link *)base;
    const struct modbus_request asked = {.unit = link->unit,
                                         .function = request->function,
                                         .address = request->address,
                                         .count = request->count};
    if (request->ask != ASK_REGISTERS || !modbus_request_valid(&asked))
        return ERROR_ARGUMENT;
    if (link->asking)
        return ERROR_BUSY;
    link->asking = true;
    link->done = done;
    link->context = context;
    link->exchange.request = asked;
    link->exchange.timeout_ms = request->timeout_ms;
    link->exchange.urgent = request->urgent;
    link->exchange.shares = request->probe && link->line->n_links > 1;
    link->exchange.asked_us = clock_monotonic_us();
    modbus_line_ask(link->line->line, &link->exchange);
    return 0;
}

static void close_link(struct link *base) {
    struct rtu_link *link = (struct rtu_link *)base;
    release_line(link->service, link->line);
    link->closed = true;
    if (!link->asking)
        free(link);
}

int link_modbus_rtu_open(struct rtu_service *service, const char *path, const struct line_settings *settings,
                         uint8_t unit, uint16_t pause_ms, struct link **link) {
    static const struct link_kind kind = {.ask = ask_link, .close = close_link};
    struct rtu_link *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    int error = hold_line(service, path, settings, &new->line);
    if (error) {
        free(new);
        return error;
    }
    new->link.kind = &kind;
    new->service = service;
    new->unit = unit;
    new->exchange.owner = new;
    new->exchange.pause_ms = pause_ms;
    *link = &new->link;
    return 0;
}
