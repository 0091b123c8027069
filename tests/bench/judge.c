/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What judging costs: a pass over all single losses of a campus of about 8,000 nodes, and of one gateway's
 * part of it, with all loads known.
 *
 *   bench_judge [PASSES]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge/contingency.h"

enum { ROOM = 12000, ROOM_SOURCES = 4, RACKS_ROW = 16, RACKS_TAP_OFF = 4, UPS_SIDE = 4, CHILLERS = 6 };
enum { PASSES = 40 };

struct campus {
    struct power_config config;
    struct power_node *nodes;
    struct node_present *present;
    struct node_sum *sums;
    struct node_load *loads;
    struct usable *usable;
    double *capacity;
    uint8_t *supply;
    float *carries;
    struct topology *topology;
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
        }
        if (rack % RACKS_TAP_OFF == 0) {
            cdu = add_on(campus, POWER_CDU, 700e3, sides[0].critical);
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
    for (uint32_t i = 0; i < racks / RACKS_ROW * 4; i++)
        add_on(campus, POWER_AIR_UNIT, 0, sides[i % 2].low);
    add_racks(campus, sides, header, racks);
}

/* What feeds carries what it feeds, and a tenth of what is left of each rack's 100 kW differs. */
static void set_loads(struct campus *campus) {
    double *watts = room(ROOM, sizeof(*watts));
    for (uint32_t i = campus->topology->n_nodes; i-- > 0;) {
        struct node_load *load = &campus->loads[i];
        const struct edge_run *sources = &campus->topology->sources[i];
        enum power_kind kind = campus->nodes[i].kind;
        watts[i] += kind == POWER_RACK ? 90e3 + i % 97 * 100 : campus->topology->fed[i].n == 0 ? 20e3 : 0;
        load->watts = load->voltamperes = watts[i];
        for (int phase = 0; phase < PHASES; phase++)
            load->phase_amperes[phase] = watts[i] / (sqrt(3) * 400);
        for (uint32_t k = 0; k < sources->n; k++) {
            const struct edge *edge = &campus->topology->edges[sources->first + k];
            watts[edge->from] += watts[i] * (double)campus->carries[sources->first + k];
        }
    }
    free(watts);
}

static void finish(struct campus *campus) {
    size_t n = campus->config.n_nodes;
    campus->config.nodes = campus->nodes;
    if (topology_new(&campus->config, &campus->topology) != 0)
        exit(1);
    campus->present = room(n, sizeof(*campus->present));
    campus->sums = room(n, sizeof(*campus->sums));
    campus->loads = room(n, sizeof(*campus->loads));
    campus->usable = room(n, sizeof(*campus->usable));
    campus->capacity = room(n, sizeof(*campus->capacity));
    campus->supply = room(n, sizeof(*campus->supply));
    campus->carries = room(campus->topology->n_edges, sizeof(*campus->carries));
    for (size_t i = 0; i < n; i++) {
        double watts = campus->nodes[i].rating.watts > 0 ? campus->nodes[i].rating.watts : (double)INFINITY;
        campus->usable[i] = (struct usable){watts, watts, watts / (sqrt(3) * 400)};
        campus->capacity[i] = watts;
    }
    topology_settle(campus->topology, campus->present, campus->capacity, campus->supply, campus->carries);
    set_loads(campus);
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

static void measure(const char *title, struct campus *campus, int passes) {
    const struct contingency_input input = {campus->topology, campus->present, campus->supply,
                                            campus->carries,  campus->sums,    campus->loads,
                                            campus->usable};
    struct contingency *contingency = contingency_new(campus->topology);
    double *times_ms = room((size_t)passes, sizeof(*times_ms));
    size_t n_real = 0;
    if (!contingency)
        exit(1);
    for (int i = 0; i < passes; i++) {
        double begun_ms = cpu_ms();
        contingency_pass(contingency, &input);
        times_ms[i] = cpu_ms() - begun_ms;
    }
    qsort(times_ms, (size_t)passes, sizeof(*times_ms), compare);
    const struct contingency_result *results = contingency_results(contingency);
    for (uint32_t i = 0; i < campus->topology->n_nodes; i++)
        n_real += results[i].worst != POWER_NO_NODE;
    const struct contingency_result *worst = contingency_worst(contingency);
    printf("%-8s %5u nodes, %4zu losses that move load: %6.2f ms a pass (p50), %6.2f ms (largest); "
           "worst headroom %.1f %%\n",
           title, campus->topology->n_nodes, n_real, times_ms[passes / 2], times_ms[passes - 1],
           worst ? 100 * worst->worst_headroom : 0);
    contingency_free(contingency);
    free(times_ms);
}

static void campus_done(struct campus *campus) {
    for (size_t i = 0; i < campus->config.n_nodes; i++) {
        free(campus->nodes[i].sources);
        free(campus->nodes[i].cooled_by);
    }
    topology_free(campus->topology);
    void *const rooms[] = {campus->nodes,  campus->present,  campus->sums,   campus->loads,
                           campus->usable, campus->capacity, campus->supply, campus->carries};
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
        free(rooms[i]);
}

static void run(const char *title, int halls, int racks, int passes) {
    struct campus campus = {.nodes = room(ROOM, sizeof(*campus.nodes))};
    uint32_t supplies[2];
    for (int i = 0; i < 2; i++) {
        uint32_t intake = add(&campus, POWER_INTAKE, 300e6);
        supplies[i] = add_on(&campus, POWER_BUS, 300e6, add_on(&campus, POWER_TRANSFORMER, 300e6, intake));
    }
    for (int hall = 0; hall < halls; hall++)
        add_hall(&campus, supplies, (uint32_t)(racks / halls + (hall < racks % halls)));
    finish(&campus);
    measure(title, &campus, passes);
    campus_done(&campus);
}

int main(int argc, char **argv) {
    int passes = argc > 1 ? atoi(argv[1]) : PASSES;
    if (argc > 2 || passes < 1)
        return 2;
    run("campus", 12, 1900, passes);
    run("gateway", 1, 158, passes);
    return 0;
}
