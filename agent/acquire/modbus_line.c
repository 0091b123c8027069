/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serial line's thread: which unit has its turn when, and how requests and answers go between it and the
 * loop. What happens in a turn is modbus_line_turn.c's.
 *
 * An exchange goes asked -> waiting -> answered: from the loop's list through the thread's own to the one
 * that the loop takes. Only the thread takes from the first and adds to the last.
 */
#include "acquire/modbus_line.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

enum { MOST_WAIT_US = 10 * 1000 * 1000 }; /* for a turn */

static void add(struct modbus_exchanges *list, struct modbus_exchange *exchange) {
    exchange->next = NULL;
    *(list->first ? list->end : &list->first) = exchange;
    list->end = &exchange->next;
}

static void append(struct modbus_exchanges *list, struct modbus_exchange *exchange) {
    while (exchange) {
        struct modbus_exchange *next = exchange->next;
        add(list, exchange);
        exchange = next;
    }
}

static struct modbus_exchange *take_all(struct modbus_line *line, struct modbus_exchanges *list) {
    uv_mutex_lock(&line->mutex);
    struct modbus_exchange *first = list->first;
    list->first = NULL;
    uv_mutex_unlock(&line->mutex);
    return first;
}

static void remove_waiting(struct modbus_line *line, const struct modbus_exchange *exchange) {
    struct modbus_exchange *all = line->waiting.first;
    line->waiting.first = NULL;
    while (all) {
        struct modbus_exchange *next = all->next;
        if (all != exchange)
            add(&line->waiting, all);
        all = next;
    }
}

static void ring(struct modbus_line *line) {
    /* Fails only when it has been rung 2^64 times already. */
    (void)!write(line->bell, &(uint64_t){1}, sizeof(uint64_t));
}

static void give_back(struct modbus_line *line, struct modbus_exchange *exchange) {
    uv_mutex_lock(&line->mutex);
    add(&line->answered, exchange);
    uv_mutex_unlock(&line->mutex);
    uv_async_send(&line->answered_async);
}

bool modbus_line_stopping(struct modbus_line *line) {
    uv_mutex_lock(&line->mutex);
    bool stopping = line->stopping;
    uv_mutex_unlock(&line->mutex);
    return stopping;
}

/* --- the thread
 * ------------------------------------------------------------------------------------------------ */

static void refuse_overdue(struct modbus_line *line) {
    int64_t now_us = clock_monotonic_us();
    while (line->waiting.first && line->waiting.first->asked_us + MOST_WAIT_US <= now_us) {
        struct modbus_exchange *exchange = line->waiting.first;
        line->waiting.first = exchange->next;
        modbus_line_end(exchange, ERROR_BUSY, "waited 10 s for other units of its line");
        give_back(line, exchange);
    }
}

static int64_t later(int64_t a_us, int64_t b_us) {
    return a_us > b_us ? a_us : b_us;
}

/* From when on the unit of a waiting exchange may be asked. Who cannot be asked is told so at once. */
static int64_t ready_us(const struct modbus_line *line, const struct modbus_exchange *exchange,
                        int64_t now_us) {
    const struct modbus_line_unit *unit = &line->units[exchange->request.unit];
    if (!line->port && now_us < line->reopen_us)
        return 0;
    int64_t free_us = later(unit->ready_us, unit->owing_until_us);
    return exchange->shares ? later(free_us, bus_share_from(&line->share)) : free_us;
}

/* The first urgent one whose unit may be asked, else the first; or NULL and when to look again. */
static struct modbus_exchange *choose_next(struct modbus_line *line, int64_t *look_us) {
    int64_t now_us = clock_monotonic_us();
    struct modbus_exchange *chosen = NULL;
    *look_us = INT64_MAX;
    for (struct modbus_exchange *each = line->waiting.first; each; each = each->next) {
        int64_t free_us = ready_us(line, each, now_us);
        if (free_us <= now_us && each->urgent)
            return each;
        if (free_us <= now_us && !chosen)
            chosen = each;
        if (free_us < *look_us)
            *look_us = free_us;
    }
    return chosen;
}

static void run(void *context) {
    struct modbus_line *line = context;
    const char *device = strrchr(line->path, '/');
    thread_set_name("line", device ? device + 1 : line->path);
    while (!modbus_line_stopping(line)) {
        int64_t look_us;
        append(&line->waiting, take_all(line, &line->asked));
        refuse_overdue(line);
        struct modbus_exchange *exchange = choose_next(line, &look_us);
        if (!exchange) {
            modbus_line_await(line, false, look_us);
            continue;
        }
        remove_waiting(line, exchange);
        modbus_line_serve(line, exchange);
        give_back(line, exchange);
    }
    if (line->port)
        modbus_port_close(line->port);
    append(&line->waiting, take_all(line, &line->asked));
    struct modbus_exchange *next, *exchange = line->waiting.first;
    uv_mutex_lock(&line->mutex);
    for (; exchange; exchange = next) {
        next = exchange->next;
        modbus_line_end(exchange, ERROR_CLOSED, NULL);
        add(&line->answered, exchange);
    }
    line->ended = true;
    uv_mutex_unlock(&line->mutex);
    uv_async_send(&line->answered_async);
}

/* --- the loop's side
 * ------------------------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle) {
    struct modbus_line *line = handle->data;
    close(line->bell);
    uv_mutex_destroy(&line->mutex);
    free(line->path);
    free(line);
}

int modbus_line_start(uv_loop_t *loop, const char *path, const struct line_settings *settings,
                      uv_async_cb on_answered, struct modbus_line **line) {
    struct modbus_line *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->settings = *settings;
    new->path = strdup(path);
    new->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!new->path || new->bell < 0 || uv_mutex_init(&new->mutex) != 0) {
        if (new->bell >= 0)
            close(new->bell);
        free(new->path);
        free(new);
        return ERROR_SYSTEM;
    }
    uv_async_init(loop, &new->answered_async, on_answered);
    new->answered_async.data = new;
    if (uv_thread_create(&new->thread, run, new) != 0) {
        uv_close((uv_handle_t *)&new->answered_async, on_closed);
        return ERROR_SYSTEM;
    }
    *line = new;
    return 0;
}

void modbus_line_ask(struct modbus_line *line, struct modbus_exchange *exchange) {
    uv_mutex_lock(&line->mutex);
    add(&line->asked, exchange);
    uv_mutex_unlock(&line->mutex);
    ring(line);
}

struct modbus_exchange *modbus_line_take(struct modbus_line *line) {
    return take_all(line, &line->answered);
}

void modbus_line_stop(struct modbus_line *line) {
    uv_mutex_lock(&line->mutex);
    line->stopping = true;
    uv_mutex_unlock(&line->mutex);
    ring(line);
}

struct modbus_counts modbus_line_counts(struct modbus_line *line) {
    uv_mutex_lock(&line->mutex);
    struct modbus_counts counts = line->counts;
    uv_mutex_unlock(&line->mutex);
    return counts;
}

bool modbus_line_ended(struct modbus_line *line) {
    uv_mutex_lock(&line->mutex);
    bool ended = line->ended;
    uv_mutex_unlock(&line->mutex);
    return ended;
}

void modbus_line_free(struct modbus_line *line) {
    uv_thread_join(&line->thread);
    uv_close((uv_handle_t *)&line->answered_async, on_closed);
}
