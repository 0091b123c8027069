/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the spool on disk costs: processor time per reading to append and write, and to load back and pass;
 * bytes per reading in the file and written in all. In FOLDER, which is best on a real disk.
 *
 *   bench_spool FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

#include "publish/bell.h"
#include "tests/sim/specimen.h"

enum { DEVICES = 2000, READINGS = 50, ROUNDS = 30, READ_MOST = 256 };

static const double readings = (double)DEVICES * READINGS * ROUNDS;

static double cpu_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct spool *open_spool(const char *folder) {
    const struct spool_options options = {.kind = SPOOL_READINGS,
                                          .most_bytes = 64 << 20,
                                          .folder = folder,
                                          .quota_bytes = 1LL << 40,
                                          .quota_age_ms = INT64_MAX / 2};
    struct spool *spool;
    if (spool_open(&options, &spool) != 0)
        exit(1);
    return spool;
}

static struct spool_state state_of(struct spool *spool) {
    struct spool_state state;
    spool_states(spool, &state, 1);
    return state;
}

/* Returns the processor time that it took, without that for making the batches. */
static double fill(struct spool *spool) {
    double us = 0;
    for (uint32_t round = 0; round < ROUNDS; round++)
        for (uint32_t i = 0; i < DEVICES; i++) {
            static struct device_view *views[DEVICES];
            static struct batch *batches[DEVICES];
            char name[32];
            snprintf(name, sizeof(name), "pdu-%u", i);
            if (!views[i])
                views[i] = specimen_view(i, name, READINGS);
            if (!batches[i])
                batches[i] = specimen_batch(views[i], 0, round);
            specimen_refill(batches[i], views[i], 1764000000000 + round * 1000, round);
            double begun_us = cpu_us();
            spool_append(spool, batches[i]);
            if (i + 1 == DEVICES)
                while (!state_of(spool).is_written)
                    uv_sleep(5);
            us += cpu_us() - begun_us;
        }
    return us;
}

static void drain(struct spool_cursor *cursor, struct bell *bell) {
    struct spool_row *rows[READ_MOST];
    for (uint64_t left = (uint64_t)DEVICES * ROUNDS; left > 0;) {
        size_t n = spool_read(cursor, LANE_LIVE, 0, rows, READ_MOST);
        if (n == 0)
            bell_wait(bell, INT64_MAX);
        else
            spool_acknowledge(cursor, LANE_LIVE, rows[n - 1]);
        for (size_t i = 0; i < n; i++)
            spool_release(rows[i]);
        left -= n;
    }
}

int main(int argc, char **argv) {
    struct bell bell;
    if (argc != 2 || bell_init(&bell) != 0)
        return 2;
    struct spool *spool = open_spool(argv[1]);
    struct spool_cursor *cursor = spool_cursor_open(spool, "bench", ORDER_STRICT, bell_ring, &bell);
    double us = fill(spool);
    struct spool_state state = state_of(spool);
    printf("append and write   %7.3f us a reading  %6.2f bytes a reading in the file, %6.2f written\n",
           us / readings, (double)state.disk_bytes / readings, (double)state.written_bytes / readings);
    spool_cursor_close(cursor);
    spool_close(spool);
    spool = open_spool(argv[1]);
    cursor = spool_cursor_open(spool, "bench", ORDER_STRICT, bell_ring, &bell);
    us = cpu_us();
    uint64_t begun_us = uv_hrtime() / 1000;
    drain(cursor, &bell);
    printf("load and pass      %7.3f us a reading, %.0f readings a second\n", (cpu_us() - us) / readings,
           readings / (double)(uv_hrtime() / 1000 - begun_us) * 1e6);
    spool_cursor_close(cursor);
    spool_close(spool);
    return 0;
}
