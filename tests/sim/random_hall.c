/* SPDX-License-Identifier: Apache-2.0 */
/* Halls made up at random. */
#include "tests/sim/random_hall.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t random_hall_below(uint64_t *seed, uint32_t n) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*seed >> 33) % n);
}

static bool one_in(uint64_t *seed, uint32_t n) {
    return random_hall_below(seed, n) == 0;
}

static double between(uint64_t *seed, double from, double to) {
    return from + (to - from) * random_hall_below(seed, 1000003) / 1000003.0;
}

/* What is in a hall, and from which layer of it its sources come. */
static const struct {
    enum power_kind kind;
    uint8_t layer, most_sources, phases;
} layout[] = {{POWER_INTAKE, 0, 0, 3},      {POWER_GENERATOR, 0, 0, 3}, {POWER_BATTERY, 0, 0, 3},
              {POWER_TRANSFORMER, 1, 2, 3}, {POWER_BUS, 1, 3, 3},       {POWER_ATS, 1, 2, 3},
              {POWER_TIE, 2, 2, 3},         {POWER_BUS, 2, 3, 3},       {POWER_STATIC_BYPASS, 2, 1, 3},
              {POWER_UPS_MODULE, 2, 1, 3},  {POWER_UPS, 3, 4, 3},       {POWER_UPS, 3, 2, 3},
              {POWER_STS, 4, 2, 3},         {POWER_PDU, 4, 2, 3},       {POWER_PDU, 5, 2, 3},
              {POWER_BREAKER, 5, 1, 3},     {POWER_TAP_OFF, 5, 1, 1},   {POWER_CHILLER, 5, 2, 3},
              {POWER_HEADER, 5, 0, 3},      {POWER_BBU, 5, 1, 0},       {POWER_CDU, 6, 2, 3},
              {POWER_SHELF, 6, 3, 0},       {POWER_RACK, 6, 4, 3},      {POWER_RACK, 6, 2, 1},
              {POWER_LOAD, 6, 2, 1},        {POWER_LOAD, 6, 2, 3},      {POWER_AIR_UNIT, 6, 2, 3}};
enum { LAYOUT = sizeof(layout) / sizeof(layout[0]) };

static bool is_cooler(enum power_kind kind) {
    return kind == POWER_CHILLER || kind == POWER_HEADER || kind == POWER_CDU || kind == POWER_AIR_UNIT;
}

static bool may_feed(enum power_kind kind) {
    return kind != POWER_RACK && kind != POWER_LOAD && !is_cooler(kind);
}

static void map_phases(const struct power_node *from, const struct power_node *to, uint64_t *seed,
                       uint8_t phase[PHASES]) {
    uint32_t turn = one_in(seed, 3) ? random_hall_below(seed, 3) : 0;
    bool crossed = one_in(seed, 5);
    for (uint32_t i = 0; i < PHASES; i++)
        phase[i] = (uint8_t)((turn + (crossed ? 3 - i : i)) % 3);
    for (int i = 0; i < PHASES && (to->phases != 3 || from->phases != 3); i++)
        phase[i] = from->phases == 3 && to->phases == 1 ? (uint8_t)turn : (uint8_t)i;
    for (int i = 0; i < PHASES && from->phases != 3; i++)
        phase[i] = 0;
}

static void add_sources(struct random_hall *hall, uint32_t number, unsigned most, uint64_t *seed) {
    struct power_node *node = &hall->nodes[number];
    unsigned wanted = most ? 1 + random_hall_below(seed, most) : 0;
    for (unsigned tries = 0; tries < 30 && node->n_sources < wanted; tries++) {
        uint32_t from = number - 1 - random_hall_below(seed, number < 12 ? number : 12);
        bool fits = may_feed(hall->nodes[from].kind);
        fits = fits && !(hall->nodes[from].kind == POWER_UPS_MODULE && node->kind != POWER_UPS);
        bool transfers = node->kind == POWER_STS || node->kind == POWER_ATS;
        fits = fits && !(transfers && topology_is_storage(hall->nodes[from].kind));
        for (size_t i = 0; i < node->n_sources; i++)
            fits = fits && node->sources[i].node != from;
        if (!fits)
            continue;
        struct power_link *link = &node->sources[node->n_sources++];
        link->node = from;
        map_phases(&hall->nodes[from], node, seed, link->phase);
    }
}

static void add_coolers(struct random_hall *hall, uint32_t number, uint64_t *seed) {
    struct power_node *node = &hall->nodes[number];
    bool takes = node->kind == POWER_RACK || node->kind == POWER_CDU || node->kind == POWER_HEADER ||
                 node->kind == POWER_LOAD;
    unsigned wanted = takes ? random_hall_below(seed, 4) : 0;
    for (uint32_t i = number; i-- > 0 && node->n_cooled_by < wanted;)
        if (is_cooler(hall->nodes[i].kind) && !one_in(seed, 3))
            node->cooled_by[node->n_cooled_by++] = i;
}

static void rate(struct power_node *node, uint64_t *seed) {
    node->rating.volts = one_in(seed, 3) ? 0 : node->phases == 3 ? 400 : node->phases == 1 ? 230 : 54;
    if (one_in(seed, 3))
        node->rating.amperes = between(seed, 10, 400);
    if (one_in(seed, 3))
        node->rating.watts = between(seed, 5000, 200000);
    if (one_in(seed, 4))
        node->rating.voltamperes = between(seed, 5000, 200000);
    node->continuous_ratio = one_in(seed, 4) ? 0.8 : 1;
    node->derating = one_in(seed, 6) ? 0.9 : 1;
    node->units = one_in(seed, 5) ? 2 + random_hall_below(seed, 3) : 1;
    node->autonomy_ms = one_in(seed, 2) ? 1000 * (60 + random_hall_below(seed, 900)) : 0;
    node->start_ms = 1000 * (5 + random_hall_below(seed, 30));
    node->on_loss = one_in(seed, 8) ? POWER_STEPS_DOWN : POWER_KEEPS;
    node->step_down = between(seed, 0, 1);
    node->redundancy.rule = (enum redundancy_rule)(one_in(seed, 2) ? random_hall_below(seed, 3) : 0);
    node->redundancy.spare = 1 + one_in(seed, 4);
    node->normally_open = one_in(seed, 25);
    node->behaviour = node->kind == POWER_STS || node->kind == POWER_ATS || node->kind == POWER_STATIC_BYPASS
                          ? POWER_PREFERS
                      : node->kind == POWER_BUS || node->kind == POWER_HEADER ? POWER_PARALLEL
                      : one_in(seed, 10) ? (enum power_behaviour)random_hall_below(seed, 3)
                                         : POWER_SHARES;
}

static void set_present(const struct power_node *node, struct node_present *present, uint64_t *seed) {
    enum node_condition condition = CONDITION_NORMAL;
    switch (random_hall_below(seed, 14)) {
    case 0:
        condition = CONDITION_OPEN;
        break;
    case 1:
        condition = CONDITION_OUT;
        break;
    case 2:
    case 3:
        if (node->kind == POWER_UPS || node->kind == POWER_UPS_MODULE || node->kind == POWER_BBU)
            condition = one_in(seed, 2) ? CONDITION_ON_BATTERY : CONDITION_BYPASS;
        if (node->kind == POWER_BBU || node->kind == POWER_UPS_MODULE)
            condition = condition == CONDITION_BYPASS ? CONDITION_NORMAL : condition;
        break;
    case 4:
        condition = CONDITION_UNKNOWN;
        break;
    default:
        if ((node->kind == POWER_GENERATOR || is_cooler(node->kind)) && one_in(seed, 2))
            condition = CONDITION_STANDBY;
        if ((node->kind == POWER_STS || node->kind == POWER_ATS) && node->n_sources > 0 && one_in(seed, 2)) {
            condition = CONDITION_SELECTS;
            present->selected = (uint8_t)random_hall_below(seed, (uint32_t)node->n_sources);
        }
    }
    present->condition = present->was_known = (uint8_t)condition;
    if (node->units > 1 && one_in(seed, 3))
        present->units_out = random_hall_below(seed, node->units);
}

static void set_load(const struct power_node *node, struct node_sum *sum, struct node_load *load,
                     uint64_t *seed) {
    bool known = !one_in(seed, 5);
    double watts = one_in(seed, 10) ? 0 : between(seed, 100, 60000);
    load->watts = known && !one_in(seed, 8) ? watts : (double)NAN;
    load->voltamperes = known && !one_in(seed, 4) ? watts / between(seed, 0.8, 1) : (double)NAN;
    load->is_lower_bound = one_in(seed, 8);
    bool amperes = known && !one_in(seed, 3);
    bool volts = known && one_in(seed, 3);
    for (int i = 0; i < PHASES; i++) {
        bool there = i == 0 || node->phases == 3;
        load->phase_amperes[i] = amperes && there ? between(seed, 0.1, 150) : (double)NAN;
        sum->phase_volts[i] = volts && there ? between(seed, 100, 300) : (double)NAN;
    }
    sum->watts = load->watts;
    sum->voltamperes = load->voltamperes;
    sum->flags = (volts ? SUM_HAS_VOLTS : 0) | (amperes ? SUM_HAS_AMPERES : 0) |
                 (load->is_lower_bound ? SUM_LOWER_BOUND : 0);
}

static void begin_node(struct random_hall *hall, uint32_t i) {
    static char nothing[] = "";
    struct power_node *node = &hall->nodes[i];
    node->name = node->hall = node->row = node->rack = node->feed = node->gateway = nothing;
    node->sources = hall->links[i];
    node->cooled_by = hall->coolers[i];
}

void random_hall_make(struct random_hall *hall, uint64_t seed) {
    memset(hall, 0, sizeof(*hall));
    random_hall_below(&seed, 2);
    uint32_t n = 3 + random_hall_below(&seed, one_in(&seed, 4) ? HALL_NODES_MOST - 2 : 14);
    uint32_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        /* Down the layout, so that each finds sources; the smaller the hall the larger the steps. */
        uint32_t reach = 1 + 2 * LAYOUT / n;
        next += random_hall_below(&seed, reach + 1);
        uint32_t at = i == 0 ? 0 : next < LAYOUT ? next : LAYOUT - 1 - random_hall_below(&seed, 8);
        struct power_node *node = &hall->nodes[i];
        begin_node(hall, i);
        node->kind = layout[at].kind;
        node->phases = layout[at].phases;
        node->line_to_line = node->phases == 1 && one_in(&seed, 4);
        if (i > 0)
            add_sources(hall, i, layout[at].most_sources, &seed);
        add_coolers(hall, i, &seed);
        rate(node, &seed);
        set_present(node, &hall->present[i], &seed);
        set_load(node, &hall->sums[i], &hall->loads[i], &seed);
    }
    hall->power.n_nodes = n;
    hall->n_lost = 1 + random_hall_below(&seed, HALL_LOST_MOST);
    for (size_t i = 0; i < hall->n_lost; i++) {
        hall->lost[i] = random_hall_below(&seed, n);
        if (hall->nodes[hall->lost[i]].units > 1 && one_in(&seed, 2))
            hall->lost[i] |= CONTINGENCY_ONE_UNIT;
        for (size_t k = 0; k < i; k++)
            if ((hall->lost[k] & ~CONTINGENCY_ONE_UNIT) == (hall->lost[i] & ~CONTINGENCY_ONE_UNIT))
                hall->n_lost = i;
    }
}

void random_hall_settle(struct random_hall *hall) {
    hall->power.nodes = hall->nodes;
    if (topology_new(&hall->power, &hall->topology) != 0)
        abort();
    for (uint32_t i = 0; i < hall->power.n_nodes; i++) {
        hall->usable[i] = usable_of(&hall->nodes[i], &hall->present[i]);
        hall->capacity[i] =
            isfinite(hall->usable[i].watts) ? hall->usable[i].watts : hall->usable[i].voltamperes;
    }
    topology_settle(hall->topology, hall->present, hall->capacity, hall->supply, hall->carries);
    hall->input = (struct contingency_input){hall->topology, hall->present, hall->supply, hall->carries,
                                             hall->sums,     hall->loads,   hall->usable};
}

void random_hall_release(struct random_hall *hall) {
    topology_free(hall->topology);
    hall->topology = NULL;
}

void random_hall_without(const struct random_hall *hall, uint32_t node, struct random_hall *smaller) {
    memset(smaller, 0, sizeof(*smaller));
    for (uint32_t i = 0, to = 0; i < hall->power.n_nodes; i++) {
        if (i == node)
            continue;
        smaller->nodes[to] = hall->nodes[i];
        smaller->present[to] = hall->present[i];
        smaller->sums[to] = hall->sums[i];
        smaller->loads[to] = hall->loads[i];
        begin_node(smaller, to);
        struct power_node *copy = &smaller->nodes[to++];
        copy->n_sources = copy->n_cooled_by = 0;
        for (size_t k = 0; k < hall->nodes[i].n_sources; k++) {
            struct power_link link = hall->links[i][k];
            if (link.node == node)
                continue;
            link.node -= link.node > node;
            copy->sources[copy->n_sources++] = link;
        }
        for (size_t k = 0; k < hall->nodes[i].n_cooled_by; k++)
            if (hall->coolers[i][k] != node)
                copy->cooled_by[copy->n_cooled_by++] = hall->coolers[i][k] - (hall->coolers[i][k] > node);
        if (smaller->present[to - 1].condition == CONDITION_SELECTS &&
            smaller->present[to - 1].selected >= copy->n_sources)
            smaller->present[to - 1].selected = 0;
    }
    smaller->power.n_nodes = hall->power.n_nodes - 1;
    for (size_t i = 0; i < hall->n_lost; i++) {
        uint32_t unit = hall->lost[i] & CONTINGENCY_ONE_UNIT, lost = hall->lost[i] & ~CONTINGENCY_ONE_UNIT;
        if (lost != node)
            smaller->lost[smaller->n_lost++] = unit | (lost - (lost > node));
    }
}

void random_hall_print(const struct random_hall *hall) {
    static const char *const conditions[] = {"unknown", "normal",  "open", "on-battery",
                                             "bypass",  "selects", "out",  "standby"};
    static const char *const behaviours[] = {"shares", "prefers", "parallel"};
    for (uint32_t i = 0; i < hall->power.n_nodes; i++) {
        const struct power_node *node = &hall->nodes[i];
        const struct node_load *load = &hall->loads[i];
        fprintf(stderr, "  n%u %s %s, phases %u%s, %s", i, power_kind_word(node->kind),
                conditions[hall->present[i].condition], node->phases,
                node->line_to_line ? " line to line" : "", behaviours[node->behaviour]);
        if (hall->present[i].condition == CONDITION_SELECTS)
            fprintf(stderr, " %u", hall->present[i].selected);
        for (size_t k = 0; k < node->n_sources; k++)
            fprintf(stderr, "%s n%u:%u%u%u (%g)", k ? "," : "; from", node->sources[k].node,
                    node->sources[k].phase[0], node->sources[k].phase[1], node->sources[k].phase[2],
                    hall->topology ? (double)hall->carries[hall->topology->sources[i].first + k] : 0);
        for (size_t k = 0; k < node->n_cooled_by; k++)
            fprintf(stderr, "%s n%u", k ? "," : "; cooled by", node->cooled_by[k]);
        fprintf(stderr, "; units %u-%u, usable %g W %g VA %g A, %g V; supply %u\n", node->units,
                hall->present[i].units_out, hall->usable[i].watts, hall->usable[i].voltamperes,
                hall->usable[i].amperes, node->rating.volts, hall->supply[i]);
        fprintf(stderr, "     load %g W %g VA %g %g %g A%s, volts %g %g %g; on loss %u %g, rule %u %u\n",
                load->watts, load->voltamperes, load->phase_amperes[0], load->phase_amperes[1],
                load->phase_amperes[2], load->is_lower_bound ? " at least" : "", hall->sums[i].phase_volts[0],
                hall->sums[i].phase_volts[1], hall->sums[i].phase_volts[2], node->on_loss, node->step_down,
                node->redundancy.rule, node->redundancy.spare);
    }
    fprintf(stderr, "  lost:");
    for (size_t i = 0; i < hall->n_lost; i++)
        fprintf(stderr, " n%u%s", hall->lost[i] & ~CONTINGENCY_ONE_UNIT,
                (hall->lost[i] & CONTINGENCY_ONE_UNIT) ? " (a unit)" : "");
    fprintf(stderr, "\n");
}
