/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serial line's thread, and how it and the loop hand requests and answers to each other. Known to
 * link_modbus_rtu.c, modbus_line.c and modbus_line_turn.c only.
 */
#ifndef HALLWATCH_ACQUIRE_MODBUS_LINE_H
#define HALLWATCH_ACQUIRE_MODBUS_LINE_H

#include <uv.h>

#include "acquire/bus_share.h"
#include "acquire/codec_modbus.h"
#include "acquire/link.h"
#include "acquire/link_modbus_tcp.h"
#include "base/log.h"
#include "model/config.h"

enum { MODBUS_LINE_UNITS = 256, MODBUS_LINE_BUFFER_SIZE = 1024 };

/* A request and its answer. The loop's, but from modbus_line_ask until modbus_line_take the line's. */
struct modbus_exchange {
    void *owner;
    struct modbus_exchange *next;
    struct modbus_request request;
    uint32_t timeout_ms;
    uint16_t pause_ms;
    bool urgent;
    bool shares; /* its unit failed last, and there are others on the line */
    int64_t asked_us;
    struct link_answer answer;
    uint8_t values[MODBUS_RTU_MOST_SIZE]; /* what answer.data points to */
};

struct modbus_exchanges {
    struct modbus_exchange *first, **end; /* end NULL = empty and not yet used */
};

/* When a unit may be asked. */
struct modbus_line_unit {
    int64_t ready_us;
    int64_t owing_until_us; /* what it says before then answers a request that was given up */
};

struct modbus_line {
    char *path;
    struct line_settings settings;
    uv_async_t answered_async; /* wakes the loop */
    uv_thread_t thread;
    int bell; /* wakes the thread: an eventfd */

    uv_mutex_t mutex; /* of these: */
    struct modbus_exchanges asked, answered;
    bool stopping, ended;
    struct modbus_counts counts;

    /* The thread's own. */
    struct modbus_exchanges waiting;
    struct modbus_line_unit units[MODBUS_LINE_UNITS];
    void *port; /* libmodbus's; NULL = not open */
    int descriptor;
    int64_t quiet_us;  /* when the silence behind the latest byte is over */
    int64_t reopen_us; /* not before */
    uint32_t back_off_s;
    int trouble; /* why it is not open: ERROR_UNREACHABLE or ERROR_HELD */
    const char *trouble_text;
    struct bus_share share; /* of units that do not answer */
    struct complaint complaint;
    size_t n_received;
    uint8_t received[MODBUS_LINE_BUFFER_SIZE];
};

/*
 * Starts the thread; `on_answered` is called on the loop whenever answers are there or the thread has ended.
 * `path` is copied.
 */
int modbus_line_start(uv_loop_t *loop, const char *path, const struct line_settings *settings,
                      uv_async_cb on_answered, struct modbus_line **line);
void modbus_line_ask(struct modbus_line *line, struct modbus_exchange *exchange);
/* The exchanges that are answered, as a list. */
struct modbus_exchange *modbus_line_take(struct modbus_line *line);
/* Breaks off what is under way: everything asked comes back with ERROR_CLOSED, then the line has ended. */
void modbus_line_stop(struct modbus_line *line);
struct modbus_counts modbus_line_counts(struct modbus_line *line);
bool modbus_line_ended(struct modbus_line *line);
/* Once it has ended. Its memory goes when the loop has closed its handle. */
void modbus_line_free(struct modbus_line *line);

/* --- modbus_line_turn.c, on the line's thread */

/* Gives an exchange its turn: asks, and waits for the answer. */
void modbus_line_serve(struct modbus_line *line, struct modbus_exchange *exchange);
/*
 * 1 when there are bytes, where the caller wants any; 0 when the time has come, or where no bytes are wanted
 * a new request; ERROR_CLOSED when the line is to stop.
 */
int modbus_line_await(struct modbus_line *line, bool bytes, int64_t until_us);
/* Sets the answer to an error; `detail` is static text or NULL. */
void modbus_line_end(struct modbus_exchange *exchange, int error, const char *detail);
bool modbus_line_stopping(struct modbus_line *line);

/* --- link_modbus_rtu.c: what libmodbus does */

/* Opens and sets a line for us alone: a descriptor that does not block, or a negative errno. */
int modbus_port_open(const char *path, const struct line_settings *settings, void **port);
void modbus_port_close(void *port);

#endif
