/* SPDX-License-Identifier: Apache-2.0 */
/* Pace, devices and clock of the floors; see the header. */
#include "floor.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void floor_fail(const char *what) {
    perror(what);
    exit(1);
}

static _Noreturn void refuse(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static double cpu_us(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void add_target(struct floor *floor, const char *url) {
    char host[INET_ADDRSTRLEN];
    unsigned port, unit = 0;
    struct target target = {.address.sin_family = AF_INET};
    if (sscanf(url, "%*[a-z]://%15[0-9.]:%u/%u", host, &port, &unit) < 2 ||
        inet_pton(AF_INET, host, &target.address.sin_addr) != 1)
        refuse(url);
    target.address.sin_port = htons((uint16_t)port);
    target.unit = (uint8_t)unit;
    struct target *targets = realloc(floor->targets, (floor->n + 1) * sizeof *targets);
    if (targets == NULL)
        floor_fail("memory");
    floor->targets = targets;
    floor->targets[floor->n++] = target;
}

void floor_open(struct floor *floor, const char *inventory, const char *scheme) {
    char line[1024], begin[16];
    snprintf(begin, sizeof begin, "%s://", scheme);
    FILE *file = fopen(inventory, "r");
    if (file == NULL)
        floor_fail(inventory);
    while (fgets(line, sizeof line, file) != NULL) {
        const char *url = strstr(line, begin);
        if (url != NULL)
            add_target(floor, url);
    }
    fclose(file);
    if (floor->n == 0)
        refuse("the inventory has no such devices");
}

void floor_begin(struct floor *floor, int seconds) {
    int64_t now = now_ms();
    for (unsigned i = 0; i < floor->n; i++)
        floor->targets[i].due_ms = now + (int64_t)i * INTERVAL_MS / floor->n;
    floor->begin_ms = now + WARM_UP_MS;
    floor->end_ms = floor->begin_ms + seconds * INT64_C(1000);
}

int floor_wait_ms(const struct floor *floor) {
    int64_t now = now_ms();
    return now >= floor->end_ms ? -1 : (int)(TICK_MS - now % TICK_MS);
}

struct target *floor_next_due(struct floor *floor, unsigned *at) {
    int64_t now = now_ms();
    if (floor->begin_cpu_us <= 0 && now >= floor->begin_ms) {
        floor->begin_cpu_us = cpu_us();
        floor->polls = floor->missed = 0;
    }
    for (; *at < floor->n; ++*at) {
        struct target *target = &floor->targets[*at];
        if (target->due_ms > now)
            continue;
        target->due_ms += INTERVAL_MS;
        floor->missed += target->awaited > 0;
        ++*at;
        return target;
    }
    return NULL;
}

void floor_polled(struct floor *floor) {
    floor->polls++;
}

void floor_report(const struct floor *floor, const char *name) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"floor\": \"%s\", \"devices\": %u, \"polls\": %lu, \"missed\": %lu, \"us_per_poll\": %.2f, "
           "\"resident_kib\": %ld}\n",
           name, floor->n, floor->polls, floor->missed,
           (cpu_us() - floor->begin_cpu_us) / (double)(floor->polls ? floor->polls : 1), usage.ru_maxrss);
}
