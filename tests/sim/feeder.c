/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds known batches through publisher, spools and sinks, in the place of the field loop, so that end-to-end
 * tests can compare what arrives with what was sent. Values are those of specimen.c; round r of a device has
 * time start + r x interval. At the end it prints one JSON object: what became of everything, and how late a
 * round was at most.
 *
 *   feeder [--mqtt|--remote-write|--influx URL [--OPTION TEXT]...]... [--gateway NAME] [--folder FOLDER]
 *          [--device-name NAME] [--names FILE] [--values FILE] [--OPTION NUMBER]...
 *
 * With a folder the spools are on disk there, and the stream goes on over several runs. FIRST is the round to
 * begin with. A file of names, each ended by NUL, names the devices, what people named them and their first
 * outlet, in the place of NAME and a number; a file of values holds the bits of doubles, which are fed in
 * turn.
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "publish/publisher.h"
#include "publish/sink.h"
#include "tests/sim/specimen.h"

enum { SINKS_MOST = 20, BATCHES_LEAST = 5, BATCHES_MOST = 20, FILE_MOST = 16 << 20 };

/* Numbers by option, in the order of `options`. */
enum number {
    DEVICES,
    READINGS,
    ROUNDS,
    INTERVAL_MS,
    START_MS,
    WAIT_MS,
    BUFFER_BYTES,
    WINDOW,
    DEVICES_PER_MESSAGE,
    MQTT_3,
    BATCH_READINGS,
    BATCH_WAIT_MS,
    TIMEOUT_MS,
    FIRST_DEVICE,
    SPILL_AFTER_MS,
    QUOTA_BYTES,
    FIRST,
    LIVE_FIRST,
    BACKLOG_RATE,
    N_NUMBERS
};

static const struct option options[] = {
    {"devices", required_argument, NULL, 0},
    {"readings", required_argument, NULL, 0},
    {"rounds", required_argument, NULL, 0},
    {"interval-ms", required_argument, NULL, 0},
    {"start-ms", required_argument, NULL, 0},
    {"wait-ms", required_argument, NULL, 0},
    {"buffer-bytes", required_argument, NULL, 0},
    {"window", required_argument, NULL, 0},
    {"devices-per-message", required_argument, NULL, 0},
    {"mqtt-3", required_argument, NULL, 0},
    {"batch-readings", required_argument, NULL, 0},
    {"batch-wait-ms", required_argument, NULL, 0},
    {"timeout-ms", required_argument, NULL, 0},
    {"first-device", required_argument, NULL, 0},
    {"spill-after-ms", required_argument, NULL, 0},
    {"quota-bytes", required_argument, NULL, 0},
    {"first", required_argument, NULL, 0},
    {"live-first", required_argument, NULL, 0},
    {"backlog-rate", required_argument, NULL, 0},
    {"device-name", required_argument, NULL, 'n'},
    {"names", required_argument, NULL, 'N'},
    {"values", required_argument, NULL, 'v'},
    {"folder", required_argument, NULL, 'f'},
    {"gateway", required_argument, NULL, 'g'},
    {"mqtt", required_argument, NULL, 'm'},
    {"remote-write", required_argument, NULL, 'w'},
    {"influx", required_argument, NULL, 'x'},
    /* Of the sink before them: */
    {"ca-file", required_argument, NULL, 'a'},
    {"certificate-file", required_argument, NULL, 'c'},
    {"client-id", required_argument, NULL, 'i'},
    {"bucket", required_argument, NULL, 'b'},
    {"database", required_argument, NULL, 'd'},
    {"endpoint", required_argument, NULL, 'e'},
    {"key-file", required_argument, NULL, 'k'},
    {"org", required_argument, NULL, 'o'},
    {"password", required_argument, NULL, 'p'},
    {"token", required_argument, NULL, 't'},
    {"user", required_argument, NULL, 'u'},
    {NULL, 0, NULL, 0},
};

struct feeder {
    int64_t numbers[N_NUMBERS];
    const char *device_name; /* in front of the device's number */
    struct text names;       /* in their place, one after the other */
    struct text values;      /* in the place of the specimen's */
    struct site_config site;
    struct sink_config sinks[SINKS_MOST];
    struct sink *running[SINKS_MOST];
    struct spools spools;
    const char *folder;
    struct publisher *publisher;
    struct device_view **views;
    struct batch *pool;
    uint64_t not_given; /* batches for which the pool had none */
    int64_t latest_ms;  /* how late a round began at most */
};

static void add_sink(struct feeder *feeder, enum sink_kind kind, char *url) {
    static char names[SINKS_MOST][16];
    static const char *const prefixes[] = {"mqtt", "write", "influx"};
    if (feeder->site.n_sinks == SINKS_MOST)
        exit(2);
    size_t i = feeder->site.n_sinks++;
    snprintf(names[i], sizeof(names[i]), "%s-%zu", prefixes[kind], i);
    feeder->sinks[i] =
        (struct sink_config){.name = names[i], .kind = kind, .url = url, .client_id = names[i]};
}

/* What an option says of the last sink named. */
static void add_to_sink(struct feeder *feeder, int option, char *text) {
    static char *endpoints[SINKS_MOST];
    if (feeder->site.n_sinks == 0)
        exit(2);
    size_t i = feeder->site.n_sinks - 1;
    struct sink_config *sink = &feeder->sinks[i];
    switch (option) {
    case 'a':
        sink->ca_file = text;
        break;
    case 'b':
        sink->bucket = text;
        break;
    case 'd':
        sink->database = text;
        break;
    case 'o':
        sink->org = text;
        break;
    case 't':
        sink->token = text;
        break;
    case 'c':
        sink->certificate_file = text;
        break;
    case 'e':
        endpoints[i] = text;
        sink->endpoints = &endpoints[i];
        sink->n_endpoints = 1;
        break;
    case 'i':
        sink->client_id = text;
        break;
    case 'k':
        sink->key_file = text;
        break;
    case 'p':
        sink->password = text;
        break;
    case 'u':
        sink->user = text;
        break;
    default:
        exit(2);
    }
}

static void read_all(const char *path, struct text *content) {
    mode_t mode;
    if (file_read(path, FILE_MOST, content, &mode) != 0)
        exit(2);
}

static void read_options(struct feeder *feeder, int argc, char **argv) {
    int index;
    for (int option; (option = getopt_long(argc, argv, "", options, &index)) != -1;) {
        if (option == 'm')
            add_sink(feeder, SINK_MQTT, optarg);
        else if (option == 'w')
            add_sink(feeder, SINK_REMOTE_WRITE, optarg);
        else if (option == 'x')
            add_sink(feeder, SINK_INFLUX, optarg);
        else if (option == 'n')
            feeder->device_name = optarg;
        else if (option == 'N')
            read_all(optarg, &feeder->names);
        else if (option == 'v')
            read_all(optarg, &feeder->values);
        else if (option == 'f')
            feeder->folder = optarg;
        else if (option == 0)
            feeder->numbers[index] = strtoll(optarg, NULL, 10);
        else if (option == 'g')
            feeder->site.gateway = optarg;
        else
            add_to_sink(feeder, option, optarg);
    }
    for (size_t i = 0; i < feeder->site.n_sinks; i++) {
        feeder->sinks[i].window = (uint16_t)feeder->numbers[WINDOW];
        feeder->sinks[i].devices_per_message = (uint32_t)feeder->numbers[DEVICES_PER_MESSAGE];
        feeder->sinks[i].is_mqtt_3 = feeder->numbers[MQTT_3] != 0;
        feeder->sinks[i].timeout_ms = feeder->numbers[TIMEOUT_MS];
        feeder->sinks[i].batch_wait_ms = feeder->numbers[BATCH_WAIT_MS];
        feeder->sinks[i].batch_readings = (uint32_t)feeder->numbers[BATCH_READINGS];
        feeder->sinks[i].order = feeder->numbers[LIVE_FIRST] ? SINK_LIVE_FIRST : SINK_STRICT;
        feeder->sinks[i].backlog_rate = feeder->numbers[BACKLOG_RATE];
    }
}

static void sleep_until(int64_t until_ms) {
    int64_t left_ms = until_ms - clock_monotonic_ms();
    if (left_ms <= 0)
        return;
    struct timespec pause = {.tv_sec = left_ms / 1000, .tv_nsec = left_ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static struct batch *take_batch(struct feeder *feeder) {
    if (!feeder->pool)
        feeder->pool = publisher_take_back(feeder->publisher);
    struct batch *batch = feeder->pool;
    if (batch)
        feeder->pool = batch->next;
    return batch;
}

static void feed_round(struct feeder *feeder, uint32_t round) {
    for (int64_t i = 0; i < feeder->numbers[DEVICES]; i++) {
        struct batch *batch = take_batch(feeder);
        if (!batch) {
            feeder->not_given++;
            continue;
        }
        int64_t time_ms = feeder->numbers[START_MS] + round * feeder->numbers[INTERVAL_MS];
        specimen_refill(batch, feeder->views[i], time_ms, round);
        size_t n = feeder->values.size / sizeof(double);
        for (uint32_t at = 0; n > 0 && at < batch->n; at++)
            memcpy(&batch->values[at], feeder->values.data + (round * batch->n + at) % n * sizeof(double),
                   sizeof(double));
        publisher_give(feeder->publisher, batch);
    }
}

static void feed(struct feeder *feeder) {
    int64_t start_ms = clock_monotonic_ms();
    for (uint32_t round = 0; round < feeder->numbers[ROUNDS]; round++) {
        int64_t due_ms = start_ms + round * feeder->numbers[INTERVAL_MS];
        sleep_until(due_ms);
        feed_round(feeder, (uint32_t)feeder->numbers[FIRST] + round);
        int64_t late_ms = clock_monotonic_ms() - due_ms;
        if (late_ms > feeder->latest_ms)
            feeder->latest_ms = late_ms;
    }
}

/* Whether every sink has passed every row that there will be. */
static bool is_drained(const struct feeder *feeder) {
    struct spool_state states[SINKS_MOST];
    size_t n = spools_states(&feeder->spools, states, SINKS_MOST);
    for (size_t i = 0; i < n; i++)
        if (states[i].waiting_rows > 0)
            return false;
    return true;
}

static void print_result(const struct feeder *feeder) {
    struct spool_state states[SINKS_MOST];
    size_t n = spools_states(&feeder->spools, states, SINKS_MOST);
    printf("{\"stream\":\"%s\",\"latest_ms\":%" PRId64 ",\"not_given\":%" PRIu64 ",\"sinks\":[",
           spool_stream(feeder->spools.of[SPOOL_READINGS]), feeder->latest_ms, feeder->not_given);
    for (size_t i = 0; i < n; i++)
        printf("%s{\"rows\":%" PRIu64 ",\"waiting\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"dropped\":%" PRIu64
               ",\"rejected\":%" PRIu64 "}",
               i ? "," : "", states[i].newest_row, states[i].waiting_readings, states[i].sent_readings,
               states[i].dropped_readings, states[i].rejected_readings);
    printf("]}\n");
}

static void open_spools(struct feeder *feeder) {
    for (size_t kind = 0; kind < N_SPOOLS; kind++) {
        const struct spool_options spool = {.kind = (enum spool_kind)kind,
                                            .most_bytes = (size_t)feeder->numbers[BUFFER_BYTES],
                                            .folder = feeder->folder,
                                            .quota_bytes = feeder->numbers[QUOTA_BYTES],
                                            .quota_age_ms = INT64_MAX / 2,
                                            .spill_after_ms = feeder->numbers[SPILL_AFTER_MS]};
        if (spool_open(&spool, &feeder->spools.of[kind]) != 0)
            exit(1);
    }
}

/* The next of the names, for the device, what people call it and its first outlet. */
static struct device_view *make_named(struct feeder *feeder, uint32_t number, const char **next) {
    const char *name = *next;
    size_t n = (size_t)feeder->numbers[READINGS];
    struct device_view *view = specimen_view(number, name, n);
    *next += strlen(name) + 1;
    free(view->given_name);
    view->given_name = strdup(name);
    view->names = calloc(1, sizeof(*view->names));
    if (!view->given_name || !view->names)
        exit(1);
    view->names[view->n_names++] =
        (struct part_name){.place = {.part = PART_OUTLET, .depth = 2, .id = {1, 1}}, .name = strdup(name)};
    return view;
}

static struct device_view *make_numbered(struct feeder *feeder, uint32_t number) {
    struct text name = {0};
    text_add_format(&name, "%s%u", feeder->device_name, number);
    struct device_view *view = specimen_view(number, name.data, (size_t)feeder->numbers[READINGS]);
    text_done(&name);
    return view;
}

static void make_devices(struct feeder *feeder) {
    size_t n = (size_t)feeder->numbers[DEVICES];
    feeder->views = calloc(n, sizeof(struct device_view *));
    if (!feeder->views)
        exit(1);
    const char *name = feeder->names.data;
    /* What publishes may be late by a moment on a busy machine. */
    int64_t batches = 1000 / (feeder->numbers[INTERVAL_MS] + 1);
    batches = batches < BATCHES_LEAST ? BATCHES_LEAST : batches > BATCHES_MOST ? BATCHES_MOST : batches;
    for (size_t i = 0; i < n; i++) {
        uint32_t number = (uint32_t)(feeder->numbers[FIRST_DEVICE] + (int64_t)i);
        bool is_named = name && name < feeder->names.data + feeder->names.size;
        feeder->views[i] = is_named ? make_named(feeder, number, &name) : make_numbered(feeder, number);
        for (int64_t k = 0; k < batches; k++) {
            struct batch *batch = specimen_batch(feeder->views[i], 0, 0);
            device_view_release(batch->view);
            batch->view = NULL;
            batch->next = feeder->pool;
            feeder->pool = batch;
        }
    }
}

static void free_devices(struct feeder *feeder) {
    for (struct batch *batch; (batch = take_batch(feeder));)
        specimen_batch_free(batch);
    for (int64_t i = 0; i < feeder->numbers[DEVICES]; i++)
        device_view_release(feeder->views[i]);
    free(feeder->views);
}

static void run(struct feeder *feeder) {
    for (size_t i = 0; i < feeder->site.n_sinks; i++)
        if (sink_start(&feeder->site, &feeder->sinks[i], &feeder->spools, NULL, &feeder->running[i]) != 0)
            exit(1);
    feed(feeder);
    publisher_stop(feeder->publisher);
    int64_t deadline_ms = clock_monotonic_ms() + feeder->numbers[WAIT_MS];
    while (!is_drained(feeder) && clock_monotonic_ms() < deadline_ms)
        sleep_until(clock_monotonic_ms() + 5);
    print_result(feeder);
    for (size_t i = 0; i < feeder->site.n_sinks; i++)
        sink_ask_to_stop(feeder->running[i]);
    for (size_t i = 0; i < feeder->site.n_sinks; i++)
        sink_stop(feeder->running[i]);
}

int main(int argc, char **argv) {
    struct feeder feeder = {
        .numbers = {[DEVICES] = 3,
                    [READINGS] = 10,
                    [ROUNDS] = 5,
                    [INTERVAL_MS] = 20,
                    [WAIT_MS] = 60000,
                    [BUFFER_BYTES] = 16 << 20,
                    [WINDOW] = 100,
                    [DEVICES_PER_MESSAGE] = 1,
                    [BATCH_READINGS] = 5000,
                    [BATCH_WAIT_MS] = 50,
                    [TIMEOUT_MS] = 5000,
                    [QUOTA_BYTES] = 1LL << 40},
        .device_name = "pdu-",
        .site = {.site = "dc1", .hall = "hall-2", .gateway = "gw/1", .sinks = feeder.sinks},
    };
    signal(SIGPIPE, SIG_IGN);
    feeder.numbers[START_MS] = clock_wall_ms();
    read_options(&feeder, argc, argv);
    open_spools(&feeder);
    make_devices(&feeder);
    if (publisher_start(&feeder.spools, NULL, NULL, NULL, &feeder.publisher) != 0)
        return 1;
    run(&feeder);
    free_devices(&feeder);
    text_done(&feeder.names);
    text_done(&feeder.values);
    publisher_free(feeder.publisher);
    for (size_t kind = 0; kind < N_SPOOLS; kind++)
        spool_close(feeder.spools.of[kind]);
    return 0;
}
