/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What judging costs, of a campus of about 8,000 nodes and of one gateway's part of it: a tick of 20 ms with
 * all that was read meanwhile (every load is metered and read once a second, five figures each), and a pass
 * over all single losses. With the configuration of a site: its nodes, which other gateways tell.
 *
 *   bench_judge [SECONDS [CONFIG]]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge/judge.h"

enum { ROOM = 12000, ROOM_SOURCES = 4, RACKS_ROW = 16, RACKS_TAP_OFF = 4, UPS_SIDE = 4, CHILLERS = 6 };
enum { FIGURES = 5, TICKS_SECOND = 1000 / JUDGE_TICK_MS, SECONDS = 20 };
static const int64_t begun_ms = 1764000000000;

/* A meter: its view has the five figures. */
struct meter {
    struct batch batch;
    double values[FIGURES];
    uint8_t qualities[FIGURES];
};

struct campus {
    struct power_config config;
    struct power_node *nodes;
    struct series_list *list;
    struct meter *meters;
    size_t n_meters;
};

static void *room(size_t n, size_t size) {
    void *room = calloc(n, size);
    if (!room)
        exit(1);
    return room;
}

static uint32_t add(struct campus *campus, enum power_kind kind, double watts) {
    uint32_t number = (uint32_t)campus->config.n_nodes++;
    struct power_node *node = &campus->nodes[number];
    if (number >= ROOM)
        exit(1);
    if (asprintf(&node->name, "node-%u", number) < 0)
        exit(1);
    node->hall = node->row = node->rack = node->feed = "";
    node->kind = kind;
    node->sources = room(ROOM_SOURCES, sizeof(*node->sources));
    node->phases = 3;
    node->units = 1;
    node->rating.volts = 400;
    node->rating.watts = watts;
    node->behaviour = kind == POWER_BUS || kind == POWER_HEADER ? POWER_PARALLEL
                      : kind == POWER_ATS                       ? POWER_PREFERS
                                                                : POWER_SHARES;
    return number;
}

static void feed(struct campus *campus, uint32_t node, uint32_t source) {
    struct power_node *of = &campus->nodes[node];
    of->sources[of->n_sources++] = (struct power_link){.node = source, .phase = {0, 1, 2}};
}

static uint32_t add_on(struct campus *campus, enum power_kind kind, double watts, uint32_t source) {
    uint32_t node = add(campus, kind, watts);
    feed(campus, node, source);
    return node;
}

static void add_meter(struct campus *campus, struct device_view *view, double watts, double volts) {
    struct meter *meter = &campus->meters[campus->n_meters++];
    double amperes = watts / (sqrt(3) * volts);
    const double values[FIGURES] = {watts, watts, amperes, amperes, amperes};
    memcpy(meter->values, values, sizeof(values));
    memset(meter->qualities, QUALITY_GOOD, sizeof(meter->qualities));
    meter->batch = (struct batch){
        .view = view, .n = FIGURES, .room = FIGURES, .values = meter->values, .qualities = meter->qualities};
}

static void meter(struct campus *campus, uint32_t node, double watts) {
    struct power_node *of = &campus->nodes[node];
    struct device_view *view = device_view_new((uint32_t)campus->n_meters + 1, campus->list);
    if (!view || !device_view_set(&view->device, of->name))
        exit(1);
    view->class = "meter";
    of->meters = room(1, sizeof(*of->meters));
    of->meters[0] = (struct power_point){.device = of->name, .sign = 1};
    of->n_meters = 1;
    add_meter(campus, view, watts, 400);
}

static void cool(struct campus *campus, uint32_t node, uint32_t cooler) {
    struct power_node *of = &campus->nodes[node];
    if (!of->cooled_by)
        of->cooled_by = room(CHILLERS, sizeof(*of->cooled_by));
    of->cooled_by[of->n_cooled_by++] = cooler;
}

/* Transformer, generator, change-over, bus, UPSes in parallel, their bus: one side of a hall. */
struct hall_side {
    uint32_t low, critical, busway, tap_off;
};

static struct hall_side add_side(struct campus *campus, uint32_t supply) {
    struct hall_side side = {0};
    uint32_t transformer = add_on(campus, POWER_TRANSFORMER, 25e6, supply);
    uint32_t generator = add(campus, POWER_GENERATOR, 25e6), ats = add(campus, POWER_ATS, 25e6);
    feed(campus, ats, transformer);
    feed(campus, ats, generator);
    side.low = add_on(campus, POWER_BUS, 25e6, ats);
    uint32_t ups[UPS_SIDE];
    for (int i = 0; i < UPS_SIDE; i++)
        ups[i] = add_on(campus, POWER_UPS, 5.5e6, side.low);
    side.critical = add(campus, POWER_BUS, 22e6);
    for (int i = 0; i < UPS_SIDE; i++)
        feed(campus, side.critical, ups[i]);
    campus->nodes[side.critical].redundancy = (struct power_redundancy){REDUNDANCY_N_PLUS, 1};
    return side;
}

static void add_racks(struct campus *campus, struct hall_side sides[2], uint32_t header, uint32_t racks) {
    uint32_t cdu = 0;
    for (uint32_t rack = 0; rack < racks; rack++) {
        uint32_t pdus[2];
        for (int side = 0; side < 2; side++) {
            if (rack % RACKS_ROW == 0) {
                uint32_t breaker = add_on(campus, POWER_BREAKER, 2.6e6, sides[side].critical);
                sides[side].busway = add_on(campus, POWER_BUSWAY, 2.6e6, breaker);
            }
            if (rack % RACKS_TAP_OFF == 0)
                sides[side].tap_off = add_on(campus, POWER_TAP_OFF, 600e3, sides[side].busway);
            pdus[side] = add_on(campus, POWER_PDU, 150e3, sides[side].tap_off);
            meter(campus, pdus[side], 45e3 + rack % 97 * 50);
        }
        if (rack % RACKS_TAP_OFF == 0) {
            cdu = add_on(campus, POWER_CDU, 700e3, sides[0].critical);
            meter(campus, cdu, 20e3);
            cool(campus, cdu, header);
        }
        uint32_t node = add_on(campus, POWER_RACK, 0, pdus[0]);
        feed(campus, node, pdus[1]);
        cool(campus, node, cdu);
        campus->nodes[node].redundancy.rule = REDUNDANCY_2N;
    }
}

static void add_hall(struct campus *campus, const uint32_t supplies[2], uint32_t racks) {
    struct hall_side sides[2];
    for (int i = 0; i < 2; i++)
        sides[i] = add_side(campus, supplies[i]);
    uint32_t header = add(campus, POWER_HEADER, 0);
    campus->nodes[header].redundancy = (struct power_redundancy){REDUNDANCY_N_PLUS, 1};
    for (int i = 0; i < CHILLERS; i++)
        cool(campus, header, add_on(campus, POWER_CHILLER, 5e6, sides[i % 2].low));
    for (uint32_t i = 0; i < CHILLERS; i++)
        meter(campus, campus->nodes[header].cooled_by[i], 800e3);
    for (uint32_t i = 0; i < racks / RACKS_ROW * 4; i++)
        meter(campus, add_on(campus, POWER_AIR_UNIT, 0, sides[i % 2].low), 20e3);
    add_racks(campus, sides, header, racks);
}

static struct series_list *make_list(void) {
    static const struct series series[FIGURES] = {{ACTIVE_POWER, {.phase = PHASE_TOTAL}, NULL},
                                                  {APPARENT_POWER, {.phase = PHASE_TOTAL}, NULL},
                                                  {CURRENT, {.phase = PHASE_L1}, NULL},
                                                  {CURRENT, {.phase = PHASE_L2}, NULL},
                                                  {CURRENT, {.phase = PHASE_L3}, NULL}};
    struct series_list *list = series_list_new(FIGURES);
    if (!list)
        exit(1);
    memcpy(list->series, series, sizeof(series));
    return list;
}

static double cpu_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static void print_times(const char *what, double *times_ms, size_t n) {
    qsort(times_ms, n, sizeof(*times_ms), compare);
    printf("         %-28s %6.2f ms (p50) %6.2f ms (p99) %6.2f ms (largest)\n", what, times_ms[n / 2],
           times_ms[n * 99 / 100], times_ms[n - 1]);
}

/* What a tick's meters say goes in, slightly other than before; what comes out is taken and left. */
static double tick(struct campus *campus, struct judge *judge, size_t number) {
    int64_t now_ms = begun_ms + (int64_t)number * JUDGE_TICK_MS;
    const struct judge_time time = {.wall_ms = now_ms, .monotonic_ms = now_ms - begun_ms + 1000};
    double begin_ms = cpu_ms();
    for (size_t i = number % TICKS_SECOND; i < campus->n_meters; i += TICKS_SECOND) {
        struct meter *meter = &campus->meters[i];
        for (int k = 0; k < FIGURES; k++)
            meter->values[k] *= number & 1 ? 1.001 : 1 / 1.001;
        meter->batch.time_ms = now_ms;
        judge_take(judge, &meter->batch, &time);
    }
    judge_tick(judge, &time);
    while (judge_next_batch(judge))
        ;
    return cpu_ms() - begin_ms;
}

static void measure_passes(const struct judged *judged, size_t passes) {
    const struct contingency_input input = {judged->topology, judged->present, judged->supply,
                                            judged->carries,  judged->sums,    judged->loads,
                                            judged->usable};
    struct contingency *contingency = contingency_new(judged->topology);
    double *times_ms = room(passes, sizeof(*times_ms));
    if (!contingency)
        exit(1);
    for (size_t i = 0; i < passes; i++) {
        double begin_ms = cpu_ms();
        contingency_pass(contingency, &input);
        times_ms[i] = cpu_ms() - begin_ms;
    }
    print_times("a pass over all losses:", times_ms, passes);
    contingency_free(contingency);
    free(times_ms);
}

/* Ticks that hold a pass are told apart: there is one a second. */
static void measure(struct campus *campus, struct judge *judge, size_t seconds) {
    size_t n = seconds * TICKS_SECOND, n_plain = 0;
    double *times_ms = room(n, sizeof(*times_ms)), sum_ms = 0;
    const struct judged *judged = judge_look(judge);
    for (size_t i = 0; i < TICKS_SECOND; i++) /* all is read once */
        tick(campus, judge, i);
    for (size_t i = 0; i < n; i++) {
        uint64_t passes = judged->passes;
        double time_ms = tick(campus, judge, TICKS_SECOND + i);
        sum_ms += time_ms;
        if (judged->passes == passes)
            times_ms[n_plain++] = time_ms;
    }
    print_times("a tick without a pass:", times_ms, n_plain);
    measure_passes(judged, seconds * 2);
    printf("         %.1f %% of a core for all judging, %zu figures a second\n",
           sum_ms / 10 / (double)seconds, campus->n_meters * FIGURES);
    free(times_ms);
}

static void nodes_done(struct campus *campus) {
    for (size_t i = 0; i < campus->config.n_nodes; i++) {
        free(campus->nodes[i].sources);
        free(campus->nodes[i].cooled_by);
        free(campus->nodes[i].meters);
        free(campus->nodes[i].name);
    }
    free(campus->nodes);
}

static void campus_done(struct campus *campus) {
    for (size_t i = 0; i < campus->n_meters; i++)
        device_view_release(campus->meters[i].batch.view);
    series_list_release(campus->list);
    free(campus->meters);
}

static void run(const char *title, struct campus *campus, const struct site_config *config, size_t seconds) {
    struct alarm_board *board = alarm_board_new();
    struct judge *judge;
    if (!board || judge_new(config, board, 1, &judge) != 0)
        exit(1);
    printf("%-8s %zu nodes, %zu meters\n", title, config->power->n_nodes, campus->n_meters);
    measure(campus, judge, seconds);
    judge_free(judge);
    alarm_board_free(board);
    campus_done(campus);
}

static void run_made(const char *title, int halls, int racks, size_t seconds) {
    struct campus campus = {.nodes = room(ROOM, sizeof(*campus.nodes)),
                            .meters = room(ROOM, sizeof(*campus.meters)),
                            .list = make_list()};
    uint32_t supplies[2];
    for (int i = 0; i < 2; i++) {
        uint32_t intake = add(&campus, POWER_INTAKE, 300e6);
        supplies[i] = add_on(&campus, POWER_BUS, 300e6, add_on(&campus, POWER_TRANSFORMER, 300e6, intake));
    }
    for (int hall = 0; hall < halls; hall++)
        add_hall(&campus, supplies, (uint32_t)(racks / halls + (hall < racks % halls)));
    campus.config.nodes = campus.nodes;
    campus.config.time_zone = "UTC";
    campus.config.publish_ms = 1000;
    campus.config.fresh_ms = 15000;
    campus.config.held_ms = 60000;
    struct site_config config = {.site = "bench", .hall = "", .gateway = "bench", .power = &campus.config};
    run(title, &campus, &config, seconds);
    nodes_done(&campus);
}

/* What each node carries with racks and machines at 60 % of what they are rated for; sources stand first. */
static double *share_loads(const struct power_config *power) {
    double *watts = room(power->n_nodes, sizeof(*watts));
    for (size_t i = power->n_nodes; i-- > 0;) {
        const struct power_node *node = &power->nodes[i];
        size_t n = node->behaviour == POWER_PREFERS && node->n_sources > 0 ? 1 : node->n_sources;
        if (node->normally_open)
            watts[i] = 0;
        else if (node->kind == POWER_RACK || node->kind == POWER_LOAD || node->kind >= POWER_CHILLER)
            watts[i] =
                0.6 * node->rating.watts / (node->kind >= POWER_CHILLER ? 5 : 1); /* of heat: 5 W a W */
        for (size_t k = 0; k < n; k++)
            watts[node->sources[k].node] += watts[i] / (double)n;
    }
    return watts;
}

static void run_site(const char *path, size_t seconds) {
    struct site_config *config;
    if (config_load(path, NULL, stderr, &config) != 0 || !config->power)
        exit(1);
    const struct power_config *power = config->power;
    struct campus campus = {.meters = room(power->n_nodes, sizeof(*campus.meters)), .list = make_list()};
    double *watts = share_loads(power);
    for (uint32_t i = 0; i < power->n_nodes; i++) {
        const struct power_node *node = &power->nodes[i];
        if (!node->elsewhere)
            continue;
        struct device_view *view = device_view_new(NODE_NUMBERS + i, campus.list);
        if (!view || !device_view_set(&view->node, node->name))
            exit(1);
        view->class = power_kind_word(node->kind);
        add_meter(&campus, view, watts[i], node->rating.volts > 0 ? node->rating.volts : 415);
    }
    run("site", &campus, config, seconds);
    free(watts);
    config_free(config);
}

int main(int argc, char **argv) {
    int seconds = argc > 1 ? atoi(argv[1]) : SECONDS;
    if (argc > 3 || seconds < 1)
        return 2;
    if (argc == 3) {
        run_site(argv[2], (size_t)seconds);
        return 0;
    }
    run_made("campus", 12, 1900, (size_t)seconds);
    run_made("gateway", 1, 158, (size_t)seconds);
    return 0;
}
