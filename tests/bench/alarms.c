/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What alarms cost: the conditions of a gateway's devices (2,000 of 50 points, each once a second), of a
 * campus's nodes (8,000), and a flood in which every device has fallen silent.
 *
 *   bench_alarms [SECONDS]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge/alarms.h"

enum { DEVICES = 2000, POINTS = 50, NODES = 8000, TICK_MS = 20, TICKS_PER_S = 1000 / TICK_MS };

struct bench {
    struct power_config power;
    struct site_config config;
    struct topology *topology;
    struct alarm_board *board;
    struct alarms *alarms;
    struct judged judged;
    struct judge_time time;
    struct batch batches[DEVICES];
    uint32_t changed[NODES];
};

static char empty[] = "";
static const struct driver pdu = {.class = CLASS_PDU}, ups = {.class = CLASS_UPS};

static void *room(size_t n, size_t size) {
    void *memory = calloc(n, size);
    if (!memory)
        abort();
    return memory;
}

static char *name_of(const char *prefix, unsigned number) {
    char name[40];
    snprintf(name, sizeof(name), "%s%u", prefix, number);
    char *copied = strdup(name);
    if (!copied)
        abort();
    return copied;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A rack PDU: 16 outlets, an inlet, breakers, air; every fiftieth device a UPS with alarms of its own. */
static void make_series(struct series *series, bool is_ups) {
    static const enum quantity outlet[] = {OUTLET_STATE, CURRENT};
    for (uint32_t i = 0; i < POINTS; i++) {
        series[i].quantity = outlet[i % 2];
        series[i].place = (struct place){.part = PART_OUTLET, .depth = 1, .id = {i / 2}};
        if (is_ups)
            series[i] = (struct series){.quantity = ALARM_STATE, .place = {.depth = 1, .id = {i}}};
    }
    if (is_ups) {
        series[0].quantity = UPS_MODE_STATE;
        series[1].quantity = BATTERY_RUNTIME;
        return;
    }
    for (uint32_t i = 0; i < 6; i++) {
        series[i].quantity = BREAKER_STATE;
        series[i].place = (struct place){.part = PART_BREAKER, .depth = 1, .id = {i}};
    }
    series[6] = (struct series){.quantity = AIR_TEMPERATURE, .place = {.point = "inlet"}};
    series[7] =
        (struct series){.quantity = ACTIVE_POWER, .place = {.part = PART_INLET, .phase = PHASE_TOTAL}};
}

static void make_devices(struct bench *bench) {
    bench->config.devices = room(DEVICES, sizeof(struct device_config));
    bench->config.n_devices = DEVICES;
    for (uint32_t i = 0; i < DEVICES; i++) {
        bool is_ups = i % 50 == 0;
        struct device_config *config = &bench->config.devices[i];
        *config = (struct device_config){.name = name_of("device-", i),
                                         .driver = is_ups ? &ups : &pdu,
                                         .hall = empty,
                                         .row = name_of("", i / 80),
                                         .rack = name_of("", i / 2),
                                         .feed = name_of("", i % 2)};
        config->url = (struct device_url){.transport = TRANSPORT_SNMP, .host = config->name, .port = 161};
        config->interval_ms[RATE_NORMAL] = 1000;
        struct series_list *list = series_list_new(POINTS);
        struct device_view *view = list ? device_view_new(i, list) : NULL;
        if (!view || !device_view_set(&view->device, config->name))
            abort();
        make_series(list->series, is_ups);
        view->class = is_ups ? "ups" : "pdu";
        bench->batches[i] = (struct batch){
            .view = view, .n = POINTS, .values = room(POINTS, sizeof(double)), .qualities = room(POINTS, 1)};
        memset(bench->batches[i].qualities, QUALITY_GOOD, POINTS);
        for (uint32_t k = 0; k < POINTS; k++)
            bench->batches[i].values[k] = is_ups ? (k == 1 ? 3600 : k == 0) : 1;
    }
}

static void make_nodes(struct bench *bench) {
    static struct power_budget budget = {.deadband = 0.02, .on_delay_ms = 60000, .off_delay_ms = 120000};
    bench->power.nodes = room(NODES, sizeof(struct power_node));
    bench->power.n_nodes = NODES;
    for (uint32_t i = 0; i < NODES; i++) {
        struct power_node *node = &bench->power.nodes[i];
        *node = (struct power_node){.name = name_of("node-", i),
                                    .hall = empty,
                                    .row = empty,
                                    .rack = empty,
                                    .feed = empty,
                                    .kind = i < 8   ? POWER_BUS
                                            : i % 4 ? POWER_PDU
                                                    : POWER_RACK,
                                    .phases = 3,
                                    .units = 1,
                                    .budget = &budget,
                                    .rating = {.amperes = 100, .volts = 400},
                                    .trip.curve = CURVE_THERMAL_MAGNETIC};
        node->n_sources = i > 0;
        node->sources = room(1, sizeof(*node->sources));
        node->sources[0].node = i / 8;
    }
    if (topology_new(&bench->power, &bench->topology) != 0)
        abort();
}

static void make_figures(struct bench *bench) {
    struct node_sum *sums = room(NODES, sizeof(*sums));
    struct node_present *present = room(NODES, sizeof(*present));
    uint8_t *supply = room(NODES, 1); /* live */
    float *carries = room(NODES, sizeof(*carries));
    struct node_load *loads = room(NODES, sizeof(*loads));
    struct usable *usable = room(NODES, sizeof(*usable));
    double *ratio = room(NODES, sizeof(*ratio));
    struct budget_state *budgets = room(NODES, sizeof(*budgets));
    struct trip_time *trips = room(NODES, sizeof(*trips));
    for (uint32_t i = 0; i < NODES; i++) {
        sums[i] = (struct node_sum){.watts = 1000, .phase_volts = {230, 230, 230}, .flags = SUM_HAS_VOLTS};
        carries[i] = 1;
        ratio[i] = 0.5;
        budgets[i] =
            (struct budget_state){.unit = BUDGET_WATTS, .value = 1000, .warning = 2000, .critical = 3000};
        trips[i] = (struct trip_time){.earliest_s = HUGE_VAL, .latest_s = HUGE_VAL};
        bench->changed[i] = i;
    }
    bench->judged = (struct judged){.power = &bench->power,
                                    .topology = bench->topology,
                                    .sums = sums,
                                    .present = present,
                                    .supply = supply,
                                    .carries = carries,
                                    .loads = loads,
                                    .usable = usable,
                                    .ratio = ratio,
                                    .budgets = budgets,
                                    .trips = trips,
                                    .changed = bench->changed};
}

static void pass_tick(struct bench *bench) {
    bench->time.wall_ms += TICK_MS;
    bench->time.monotonic_ms += TICK_MS;
}

int main(int argc, char **argv) {
    int n_seconds = argc > 1 ? atoi(argv[1]) : 60;
    struct bench *bench = room(1, sizeof(*bench));
    bench->config.site = empty;
    bench->board = alarm_board_new();
    bench->time = (struct judge_time){.wall_ms = 1764000000000, .monotonic_ms = 1000};
    make_devices(bench);
    make_nodes(bench);
    make_figures(bench);
    double begun = seconds();
    if (!bench->board || alarms_new(&bench->config, bench->topology, bench->board, &bench->alarms) != 0)
        return 1;
    double made = seconds();
    for (uint32_t i = 0; i < DEVICES; i++)
        alarms_take(bench->alarms, &bench->batches[i], &bench->time);
    double bound = seconds(), take = 0, judge = 0, settle = 0, start;
    for (int i = 0; i < n_seconds * TICKS_PER_S; i++) {
        pass_tick(bench);
        start = seconds();
        for (uint32_t k = 0; k < DEVICES / TICKS_PER_S; k++) {
            struct batch *batch = &bench->batches[((uint32_t)i * (DEVICES / TICKS_PER_S) + k) % DEVICES];
            batch->time_ms = bench->time.wall_ms;
            alarms_take(bench->alarms, batch, &bench->time);
        }
        take += seconds() - start;
        /* A tenth of all nodes has changed in each tick. */
        bench->judged.changed = bench->changed + (i % 10) * (NODES / 10);
        bench->judged.n_changed = NODES / 10;
        start = seconds();
        alarms_judge_nodes(bench->alarms, &bench->judged, &bench->time);
        judge += seconds() - start;
        start = seconds();
        alarms_settle(bench->alarms, &bench->judged, &bench->time);
        settle += seconds() - start;
    }
    printf("made in %.1f ms; %d views bound in %.1f ms\n", 1000 * (made - begun), DEVICES,
           1000 * (bound - made));
    printf("devices, %d points a second: %.2f us a batch, %.3f %% of a core\n", DEVICES * POINTS,
           1e6 * take / n_seconds / DEVICES, 100 * take / n_seconds);
    printf("nodes, %d of %d changed a tick: %.1f us a tick, %.3f %% of a core\n", NODES / 10, NODES,
           1e6 * judge / n_seconds / TICKS_PER_S, 100 * judge / n_seconds);
    printf("settling: %.1f us a tick, %.3f %% of a core\n", 1e6 * settle / n_seconds / TICKS_PER_S,
           100 * settle / n_seconds);
    double worst = 0, all = 0;
    for (int i = 0; i < 60 * TICKS_PER_S; i++) {
        pass_tick(bench);
        bench->judged.n_changed = 0;
        start = seconds();
        alarms_settle(bench->alarms, &bench->judged, &bench->time);
        double took = seconds() - start;
        all += took;
        worst = took > worst ? took : worst;
    }
    struct alarm_measures measures;
    alarms_measure(bench->alarms, &bench->time, &measures);
    printf("all %d devices silent: %u alarms shown, %.1f ms the worst tick, %.3f %% of a core\n", DEVICES,
           measures.active, 1000 * worst, 100 * all / 60);
    return 0;
}
