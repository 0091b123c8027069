/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts alarms on a board and their events into the spools, in the place of the judge, so that end-to-end
 * tests can compare what arrives at real receivers with what was raised:
 *
 *   alarm_feeder CONFIG      sinks, spool and gateway are the configuration's
 *
 * Each line of its input is an alarm (model/alarm_json.h) within braces. Lines of output: "ready", "put" for
 * each alarm, and, for each order of the operators' journal, what it is. It ends with its input: what is sent
 * until then, or within three seconds, counts.
 */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "judge/alarm_row.h"
#include "model/alarm_json.h"
#include "model/config.h"
#include "publish/sink_set.h"
#include "publish/state_store.h"

enum { LINE_MOST = 65536, LOOK_MS = 20 };

struct feeder {
    struct site_config *config;
    struct spools spools;
    struct alarm_board *board;
    struct state_store *store;
    struct sink_set *sinks;
    struct alarm_rows *rows;
    char line[LINE_MOST];
    size_t size;
};

static void open_spools(struct feeder *feeder) {
    const struct spool_config *config = &feeder->config->spool;
    for (size_t kind = 0; kind < N_SPOOLS; kind++) {
        const struct spool_options options = {.kind = (enum spool_kind)kind,
                                              .most_bytes = (size_t)feeder->config->buffer_bytes,
                                              .folder = config->folder,
                                              .quota_bytes = config->quota_bytes,
                                              .quota_age_ms = config->quota_age_ms,
                                              .spill_after_ms = config->spill_after_ms};
        if (spool_open(&options, &feeder->spools.of[kind]) != 0)
            exit(1);
    }
}

static void publish(struct feeder *feeder, const struct alarm_record *record) {
    if (alarm_board_put(feeder->board, record) != 0)
        exit(1);
    alarm_rows_note(feeder->rows, feeder->board, record->changed_ms);
    for (struct batch *batch; (batch = alarm_rows_next(feeder->rows));)
        if (spool_append(feeder->spools.of[SPOOL_URGENT], batch) != 0)
            exit(1);
}

/* An alarm as a JSON object. */
struct reading {
    struct alarm_draft draft;
    char key[64];
};

static void take(void *context, enum json_event event, const char *text, size_t size) {
    struct reading *reading = context;
    if (event == JSON_KEY)
        snprintf(reading->key, sizeof(reading->key), "%s", text);
    else if (event != JSON_OBJECT && event != JSON_OBJECT_END)
        alarm_draft_take(&reading->draft, reading->key, event, text, size);
}

static void take_line(struct feeder *feeder, const char *line, size_t size) {
    struct reading reading;
    struct json_stream stream = {.tell = take, .context = &reading, .longest = ALARM_TEXT_MOST};
    alarm_draft_begin(&reading.draft);
    json_stream_begin(&stream);
    json_stream_feed(&stream, line, size);
    if (!json_stream_has_ended(&stream) || !alarm_draft_is_whole(&reading.draft)) {
        fprintf(stderr, "alarm_feeder: no alarm: %.*s\n", (int)size, line);
        exit(2);
    }
    publish(feeder, &reading.draft.record);
    alarm_board_forget(feeder->board, clock_wall_ms()); /* now, not within the store's half minute */
    puts("put");
    json_stream_done(&stream);
    alarm_draft_done(&reading.draft);
}

/* False at the end of the input. */
static bool read_lines(struct feeder *feeder) {
    ssize_t n = read(STDIN_FILENO, feeder->line + feeder->size, LINE_MOST - feeder->size);
    if (n <= 0)
        return false;
    feeder->size += (size_t)n;
    for (char *end; (end = memchr(feeder->line, '\n', feeder->size));) {
        size_t taken = (size_t)(end - feeder->line) + 1;
        take_line(feeder, feeder->line, taken - 1);
        memmove(feeder->line, feeder->line + taken, feeder->size -= taken);
    }
    return true;
}

static void say_orders(struct feeder *feeder) {
    struct journal_order order;
    while (state_store_next_order(feeder->store, &order))
        printf("order %d of %s by %s: %s\n", (int)order.kind, order.of, order.by, order.why);
}

static void restore(void *context, const struct alarm_record *record) {
    alarm_board_put(context, record);
}

static void start(struct feeder *feeder) {
    open_spools(feeder);
    feeder->board = alarm_board_new();
    feeder->rows = alarm_rows_new();
    if (!feeder->board || !feeder->rows ||
        state_store_open(feeder->config->spool.folder, feeder->board, &feeder->store) != 0)
        exit(1);
    state_store_list_alarms(feeder->store, restore, feeder->board);
    alarm_rows_skip(feeder->rows, feeder->board);
    if (state_store_start(feeder->store) != 0 ||
        sink_set_start(feeder->config, &feeder->spools, feeder->board, &feeder->sinks) != 0)
        exit(1);
    for (size_t i = 0; i < N_SPOOLS; i++)
        spool_forget_closed(feeder->spools.of[i]);
}

int main(int argc, char **argv) {
    static struct feeder feeder;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2 || config_load(argv[1], NULL, stderr, &feeder.config) != 0)
        return 2;
    start(&feeder);
    puts("ready");
    while (poll(&input, 1, LOOK_MS) >= 0 && (!input.revents || read_lines(&feeder)))
        say_orders(&feeder);
    sink_set_stop(feeder.sinks);
    state_store_stop(feeder.store);
    state_store_free(feeder.store);
    for (size_t i = 0; i < N_SPOOLS; i++)
        spool_close(feeder.spools.of[i]);
    alarm_rows_free(feeder.rows);
    alarm_board_free(feeder.board);
    config_free(feeder.config);
    return 0;
}
