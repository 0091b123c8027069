/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What publishing costs the processor: microseconds of its time per reading for appending to the spool and
 * for each encoder, at 1,000 devices of 50 readings. Prints figures; decides nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "publish/encode_influx.h"
#include "publish/encode_json.h"
#include "publish/encode_remote_write.h"
#include "tests/sim/specimen.h"

enum { DEVICES = 1000, READINGS = 50, ROUNDS = 20, ROWS_A_REQUEST = 100 };

struct hall {
    struct device_view *views[DEVICES];
    struct batch *batches[DEVICES];
    struct spool *spool;
    struct spool_cursor *cursor;
    struct spool_row *rows[DEVICES];
};

static void wake(void *context) {
    (void)context;
}

static int64_t cpu_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void print_line(const char *what, int64_t us, size_t bytes) {
    double readings = (double)DEVICES * READINGS * ROUNDS;
    printf("%-28s %7.3f us a reading", what, (double)us / readings);
    if (bytes)
        printf("  %6.1f bytes a reading", (double)bytes / readings);
    printf("\n");
}

static void bench_spool(struct hall *hall) {
    int64_t us = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < DEVICES; i++) {
            specimen_refill(hall->batches[i], hall->views[i], 1764000000000 + round * 1000, round);
        }
        int64_t start_us = cpu_us();
        for (size_t i = 0; i < DEVICES; i++)
            spool_append(hall->spool, hall->batches[i]);
        size_t n = spool_read(hall->cursor, LANE_LIVE, 0, hall->rows, DEVICES);
        if (round + 1 < ROUNDS)
            spool_acknowledge(hall->cursor, LANE_LIVE, hall->rows[n - 1]);
        for (size_t i = 0; i < n; i++)
            spool_release(hall->rows[i]);
        us += cpu_us() - start_us;
    }
    print_line("spool: append, read, release", us, 0);
}

static void bench_json(struct hall *hall) {
    struct encode_json *encoder = encode_json_new();
    struct text message = {0}, topic = {0};
    const struct json_source source = {
        .site = "dc1", .gateway = "gw-1", .streams = {[SPOOL_READINGS] = spool_stream(hall->spool)}};
    size_t bytes = 0;
    int64_t start_us = 0;
    for (uint32_t round = 0; round <= ROUNDS; round++) { /* the first fills the cache */
        if (round == 1)
            start_us = cpu_us();
        for (size_t i = 0; i < DEVICES; i++) {
            encode_json_topic(&source, hall->rows[i]->view, &topic);
            encode_json_row(encoder, &source, hall->rows[i], &message);
            bytes += round ? message.size : 0;
        }
    }
    print_line("JSON", cpu_us() - start_us, bytes);
    text_done(&message);
    text_done(&topic);
    encode_json_free(encoder);
}

static void bench_remote_write(struct hall *hall) {
    const struct proof_source source = {"dc1", "gw-1", {[SPOOL_READINGS] = spool_stream(hall->spool)}};
    struct encode_remote_write *encoder = encode_remote_write_new(&source);
    size_t bytes = 0;
    int64_t start_us = 0;
    for (uint32_t round = 0; round <= ROUNDS; round++) {
        if (round == 1)
            start_us = cpu_us();
        for (size_t i = 0; i < DEVICES; i += ROWS_A_REQUEST) {
            encode_remote_write_begin(encoder);
            for (size_t k = 0; k < ROWS_A_REQUEST; k++) {
                hall->rows[i + k]->time_ms += 1000; /* another poll: the info series come once a minute */
                encode_remote_write_add(encoder, hall->rows[i + k]);
            }
            const char *body;
            size_t size = 0;
            encode_remote_write_finish(encoder, &body, &size);
            bytes += round ? size : 0;
        }
    }
    print_line("remote write, with snappy", cpu_us() - start_us, bytes);
    encode_remote_write_free(encoder);
}

static void bench_influx(struct hall *hall) {
    const struct proof_source source = {"dc1", "gw-1", {[SPOOL_READINGS] = spool_stream(hall->spool)}};
    struct encode_influx *encoder = encode_influx_new(&source);
    size_t bytes = 0;
    int64_t start_us = 0;
    for (uint32_t round = 0; round <= ROUNDS; round++) {
        if (round == 1)
            start_us = cpu_us();
        for (size_t i = 0; i < DEVICES; i += ROWS_A_REQUEST) {
            encode_influx_begin(encoder);
            for (size_t k = 0; k < ROWS_A_REQUEST; k++) {
                hall->rows[i + k]->time_ms += 1000;
                encode_influx_add(encoder, hall->rows[i + k]);
            }
            const char *body;
            size_t size = 0;
            encode_influx_finish(encoder, &body, &size);
            bytes += round ? size : 0;
        }
    }
    print_line("Influx lines, with gzip", cpu_us() - start_us, bytes);
    encode_influx_free(encoder);
}

int main(void) {
    struct hall *hall = calloc(1, sizeof(*hall));
    if (!hall)
        return 1;
    hall->spool = specimen_spool(SPOOL_READINGS, 256 << 20);
    hall->cursor = spool_cursor_open(hall->spool, "bench", ORDER_STRICT, wake, NULL);
    for (uint32_t i = 0; i < DEVICES; i++) {
        char name[16];
        snprintf(name, sizeof(name), "pdu-%u", i);
        hall->views[i] = specimen_view(i, name, READINGS);
        specimen_share_list(hall->views[i], hall->views[0]);
        hall->batches[i] = specimen_batch(hall->views[i], 0, 0);
    }
    bench_spool(hall);
    bench_json(hall);
    bench_remote_write(hall);
    bench_influx(hall);
    spool_cursor_close(hall->cursor);
    spool_close(hall->spool);
    for (size_t i = 0; i < DEVICES; i++) {
        specimen_batch_free(hall->batches[i]);
        device_view_release(hall->views[i]);
    }
    free(hall);
    return 0;
}
