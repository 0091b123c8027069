/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn on a serial line, on the line's thread, and what becomes of a line that is no more. All waiting is
 * in one place, modbus_line_await, which the loop can break off at any time.
 *
 * A turn: the line is silent for 3.5 characters; the request goes out; its answer is taken, or as much noise
 * as an answer has and then silence, or the time-out. A frame of another unit does not end the turn. RTU has
 * no transaction ids: a unit whose request was given up is not asked for as long again, and what it says
 * meanwhile is late.
 */
#include "acquire/modbus_line.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    MOST_NOISE_US = 1000 * 1000, /* before a turn */
    ADAPTER_US = 20 * 1000,      /* what USB adapters hold received bytes back for */
    FAST_SILENCE_US = 1750,      /* above 19200 baud */
    CHARACTER_BITS = 11,
    MOST_BACK_OFF_S = 10,
    MOST_KEPT = MODBUS_RTU_MOST_SIZE, /* of noise: the begin of the answer may be the last of it */
};

void modbus_line_end(struct modbus_exchange *exchange, int error, const char *detail) {
    exchange->answer = (struct link_answer){.error = error, .detail = detail};
}

static void count(struct modbus_line *line, uint64_t *counter, uint64_t n) {
    uv_mutex_lock(&line->mutex);
    *counter += n;
    uv_mutex_unlock(&line->mutex);
}

/* --- the port
 * -------------------------------------------------------------------------------------------------- */

static int64_t characters_us(const struct modbus_line *line, size_t n) {
    return (int64_t)n * CHARACTER_BITS * 1000000 / line->settings.baud;
}

static int64_t silence_us(const struct modbus_line *line) {
    return line->settings.baud > 19200 ? FAST_SILENCE_US : characters_us(line, 7) / 2;
}

static const char *open_trouble(int error) {
    switch (error) {
    case -ENOENT:
    case -ENODEV:
    case -ENXIO:
        return "there is no such serial line: is its adapter plugged in?";
    case -EACCES:
    case -EPERM:
        return "no permission to open its serial line: is this user in the group dialout?";
    case -EBUSY:
        return "another program has its serial line";
    case -EINVAL:
        return "its serial line does not take this speed or format";
    case -ENOTTY:
        return "what its URL names is no serial line";
    default:
        return "its serial line cannot be opened";
    }
}

/* The line is no more; it is tried again later, at growing intervals. */
static void lose(struct modbus_line *line, int trouble, const char *text) {
    int64_t now_us = clock_monotonic_us();
    if (line->port)
        modbus_port_close(line->port);
    line->port = NULL;
    line->trouble = trouble;
    line->trouble_text = text;
    line->back_off_s = line->back_off_s == 0 ? 1 : line->back_off_s * 2;
    if (line->back_off_s > MOST_BACK_OFF_S)
        line->back_off_s = MOST_BACK_OFF_S;
    line->reopen_us = now_us + line->back_off_s * INT64_C(1000000);
    log_complain(&line->complaint, now_us / 1000, line->path, "%s", text);
}

/*
 * A line of our own that is just ending, with other settings, has the port for a moment: only who has it a
 * second later is another program.
 */
static int open_error(const struct modbus_line *line, int error) {
    return error == -EBUSY && line->back_off_s > 0 ? ERROR_HELD : ERROR_UNREACHABLE;
}

static bool open_port(struct modbus_line *line) {
    if (line->port)
        return true;
    if (clock_monotonic_us() < line->reopen_us)
        return false;
    line->descriptor = modbus_port_open(line->path, &line->settings, &line->port);
    if (line->descriptor < 0) {
        line->port = NULL;
        count(line, &line->counts.connect_failures, 1);
        lose(line, open_error(line, line->descriptor), open_trouble(line->descriptor));
        return false;
    }
    count(line, &line->counts.connects, 1);
    log_relieve(&line->complaint, clock_monotonic_ms(), line->path, "the serial line is open again");
    return true;
}

int modbus_line_await(struct modbus_line *line, bool bytes, int64_t until_us) {
    for (;;) {
        int64_t left_us = until_us - clock_monotonic_us();
        struct timespec left = {.tv_sec = left_us / 1000000, .tv_nsec = left_us % 1000000 * 1000};
        struct pollfd sources[2] = {{.fd = line->bell, .events = POLLIN},
                                    {.fd = line->descriptor, .events = POLLIN}};
        if (left_us <= 0)
            left = (struct timespec){0};
        int ready = ppoll(sources, bytes ? 2 : 1, until_us == INT64_MAX ? NULL : &left, NULL);
        if (ready > 0 && sources[0].revents) {
            uint64_t rung;
            (void)!read(line->bell, &rung, sizeof(rung));
            if (modbus_line_stopping(line))
                return ERROR_CLOSED;
            /* Nothing but a new request: of interest to who waits for none. */
            if (!bytes)
                return 0;
        }
        if (ready > 0 && bytes && sources[1].revents)
            return 1;
        if (left_us <= 0)
            return 0;
    }
}

/* Adds what has come to `received`. A line that is readable and has nothing is gone. */
static int receive(struct modbus_line *line) {
    ssize_t n =
        read(line->descriptor, line->received + line->n_received, MODBUS_LINE_BUFFER_SIZE - line->n_received);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0) {
        count(line, &line->counts.losses, 1);
        lose(line, ERROR_UNREACHABLE, "its serial line is gone: was the adapter pulled out?");
        return ERROR_UNREACHABLE;
    }
    line->n_received += (size_t)n;
    line->quiet_us = clock_monotonic_us() + silence_us(line);
    return 0;
}

static void drop(struct modbus_line *line, size_t size) {
    line->n_received -= size;
    memmove(line->received, line->received + size, line->n_received);
}

/* Whether a frame of `unit` answers a request that was given up and is owed since; it is paid with it. */
static bool is_late(struct modbus_line *line, uint8_t unit, int64_t since_us) {
    bool owed = since_us < line->units[unit].owing_until_us;
    line->units[unit].owing_until_us = 0;
    if (owed)
        count(line, &line->counts.late, 1);
    return owed;
}

/* --- a turn
 * ---------------------------------------------------------------------------------------------------- */

/* What came of a turn so far. */
struct turn {
    struct modbus_exchange *exchange;
    int64_t sent_us, due_us, silent_us; /* silent: when the line has been so long enough behind noise */
    enum modbus_fault noise;
    bool over;
};

/* Drops what has come before the turn, and tells whether it was late. */
static void take_unasked(struct modbus_line *line) {
    struct modbus_frame frame;
    enum modbus_fault fault;
    while (fault = modbus_rtu_split(NULL, line->received, line->n_received, &frame), fault == MODBUS_GOOD) {
        if (!is_late(line, frame.unit, 0))
            count(line, &line->counts.unsolicited, 1);
        drop(line, frame.size);
    }
    if (fault == MODBUS_PARTIAL)
        return;
    count(line, &line->counts.unsolicited, 1);
    line->n_received = 0;
}

/* Until the line is silent. */
static int drain(struct modbus_line *line) {
    int64_t end_us = clock_monotonic_us() + MOST_NOISE_US;
    for (;;) {
        take_unasked(line);
        int ready = modbus_line_await(line, true, line->quiet_us);
        if (ready <= 0) {
            line->n_received = 0;
            return ready;
        }
        int error = receive(line);
        if (error)
            return error;
        if (clock_monotonic_us() > end_us)
            return ERROR_GARBLED;
    }
}

static int send_request(struct modbus_line *line, struct turn *turn) {
    const struct modbus_exchange *exchange = turn->exchange;
    uint8_t frame[MODBUS_RTU_REQUEST_SIZE];
    size_t size = modbus_rtu_encode(&exchange->request, frame);
    if (write(line->descriptor, frame, size) != (ssize_t)size) {
        count(line, &line->counts.losses, 1);
        lose(line, ERROR_UNREACHABLE, "its serial line takes nothing: was the adapter pulled out?");
        return ERROR_UNREACHABLE;
    }
    turn->sent_us = clock_monotonic_us() + characters_us(line, size);
    turn->due_us = turn->sent_us + exchange->timeout_ms * INT64_C(1000) +
                   characters_us(line, modbus_rtu_reply_size(&exchange->request));
    turn->silent_us = INT64_MAX;
    line->quiet_us = turn->sent_us + silence_us(line);
    return 0;
}

static void owe(struct modbus_line *line, const struct modbus_exchange *exchange, int64_t now_us) {
    line->units[exchange->request.unit].owing_until_us = now_us + exchange->timeout_ms * INT64_C(1000);
}

static void garble(struct modbus_line *line, struct turn *turn, enum modbus_fault fault) {
    count(line, &line->counts.garbled[fault], 1);
    modbus_line_end(turn->exchange, ERROR_GARBLED, modbus_fault_text(fault));
    turn->over = true;
}

static void take_frame(struct modbus_line *line, struct turn *turn, const struct modbus_frame *frame) {
    struct modbus_exchange *exchange = turn->exchange;
    struct link_answer *answer = &exchange->answer;
    int64_t now_us = clock_monotonic_us();
    struct modbus_reply reply;
    if (frame->noise > 0)
        count(line, &line->counts.noise, frame->noise);
    if (is_late(line, frame->unit, now_us))
        return;
    enum modbus_fault fault =
        modbus_check(&exchange->request, frame->unit, frame->pdu, frame->pdu_size, &reply);
    if (fault == MODBUS_WRONG_UNIT) {
        count(line, &line->counts.unsolicited, 1);
        turn->noise = fault;
    } else if (fault == MODBUS_GOOD || fault == MODBUS_EXCEPTION) {
        modbus_line_end(exchange, fault == MODBUS_GOOD ? ERROR_NONE : ERROR_REFUSED, NULL);
        answer->exception = reply.exception;
        if (fault == MODBUS_GOOD)
            memcpy(exchange->values, reply.values, reply.size);
        answer->data = fault == MODBUS_GOOD ? exchange->values : NULL;
        answer->size = reply.size;
        turn->over = true;
    } else {
        /* It answers some other question: the true one may still come. */
        owe(line, exchange, now_us);
        garble(line, turn, fault);
    }
    answer->latency_us = now_us > turn->sent_us ? (uint32_t)(now_us - turn->sent_us) : 0;
}

/* Looks for the answer in what has been received. */
static void sort(struct modbus_line *line, struct turn *turn) {
    const struct modbus_request *request = &turn->exchange->request;
    while (!turn->over) {
        struct modbus_frame frame;
        enum modbus_fault fault = modbus_rtu_split(request, line->received, line->n_received, &frame);
        if (fault == MODBUS_PARTIAL)
            return;
        if (fault != MODBUS_GOOD) {
            turn->noise = fault;
            if (line->n_received >= modbus_rtu_reply_size(request))
                turn->silent_us = clock_monotonic_us() + silence_us(line) + ADAPTER_US;
            if (line->n_received > MOST_KEPT)
                drop(line, line->n_received - MOST_KEPT);
            return;
        }
        take_frame(line, turn, &frame);
        drop(line, frame.size);
    }
}

/* Its time-out has come, or silence behind noise. */
static void give_up(struct modbus_line *line, struct turn *turn) {
    int64_t now_us = clock_monotonic_us();
    if (now_us >= turn->due_us) {
        if (turn->exchange->shares)
            bus_share_charge(&line->share, now_us, now_us - turn->sent_us);
        owe(line, turn->exchange, now_us);
    }
    if (turn->noise != MODBUS_GOOD)
        garble(line, turn, turn->noise);
    else
        modbus_line_end(turn->exchange, ERROR_TIMEOUT,
                        line->n_received > 0 ? modbus_fault_text(MODBUS_PARTIAL) : NULL);
    turn->over = true;
}

static int run_turn(struct modbus_line *line, struct turn *turn) {
    int error = drain(line);
    if (!error)
        error = send_request(line, turn);
    while (!error && !turn->over) {
        int ready =
            modbus_line_await(line, true, turn->silent_us < turn->due_us ? turn->silent_us : turn->due_us);
        if (ready > 0)
            error = receive(line);
        else if (ready < 0)
            error = ready;
        if (ready > 0 && !error)
            sort(line, turn);
        int64_t now_us = clock_monotonic_us();
        if (!error && !turn->over && (now_us >= turn->due_us || now_us >= turn->silent_us))
            give_up(line, turn);
    }
    return error;
}

void modbus_line_serve(struct modbus_line *line, struct modbus_exchange *exchange) {
    struct turn turn = {.exchange = exchange};
    int64_t begin_us = clock_monotonic_us();
    int error = open_port(line) ? run_turn(line, &turn) : ERROR_UNREACHABLE; /* in line->trouble's words */
    if (error == ERROR_GARBLED)
        modbus_line_end(exchange, error, "its serial line is never silent");
    else if (error == ERROR_UNREACHABLE)
        modbus_line_end(exchange, line->trouble, line->trouble_text);
    else if (error)
        modbus_line_end(exchange, error, NULL);
    else
        line->back_off_s = 0;
    int64_t now_us = clock_monotonic_us();
    exchange->answer.held_us = (uint32_t)(now_us - begin_us);
    line->units[exchange->request.unit].ready_us = now_us + exchange->pause_ms * 1000;
}
