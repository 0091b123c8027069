/* SPDX-License-Identifier: Apache-2.0 */
/* Losses in small plants, against figures worked out by hand. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/contingency.h"
#include "judge/without_out.h"

enum { NODES = 40 };
static const double near = 1e-6;

struct plant {
    struct power_node nodes[NODES];
    struct power_link links[NODES][8];
    uint32_t coolers[NODES][8];
    char names[NODES][16];
    struct power_config config;
    struct node_present present[NODES];
    struct node_load loads[NODES];
    struct node_sum sums[NODES];
    struct usable usable[NODES];
    double capacity[NODES];
    uint8_t supply[NODES];
    float carries[NODES * 8];
    struct topology *topology;
    struct contingency *contingency;
    struct contingency_input input;
    double ratio[NODES];
    uint8_t after[NODES];
    struct contingency_result result;
};

static struct plant *plant_new(void) {
    struct plant *plant = test_calloc(1, sizeof(*plant));
    for (int i = 0; i < NODES; i++) {
        plant->loads[i] =
            (struct node_load){(double)NAN, (double)NAN, {(double)NAN, (double)NAN, (double)NAN}, false};
        plant->usable[i] = (struct usable){(double)INFINITY, (double)INFINITY, (double)INFINITY};
        plant->present[i].condition = plant->present[i].was_known = CONDITION_NORMAL;
    }
    return plant;
}

static void plant_free(struct plant *plant) {
    contingency_free(plant->contingency);
    topology_free(plant->topology);
    test_free(plant);
}

static uint32_t find(const struct plant *plant, const char *name) {
    for (uint32_t i = 0; i < plant->config.n_nodes; i++)
        if (strcmp(plant->names[i], name) == 0)
            return i;
    fail_msg("no node %s", name);
    return 0;
}

/* `sources`: names with blanks between. */
static struct power_node *add(struct plant *plant, enum power_kind kind, const char *name,
                              const char *sources) {
    uint32_t number = (uint32_t)plant->config.n_nodes++;
    struct power_node *node = &plant->nodes[number];
    char copy[128], *rest = copy;
    snprintf(plant->names[number], sizeof(plant->names[number]), "%s", name);
    snprintf(copy, sizeof(copy), "%s", sources);
    *node = (struct power_node){.kind = kind,
                                .name = plant->names[number],
                                .sources = plant->links[number],
                                .cooled_by = plant->coolers[number],
                                .phases = 3,
                                .units = 1,
                                .rating = {.volts = 400},
                                .behaviour = kind == POWER_STS || kind == POWER_ATS      ? POWER_PREFERS
                                             : kind == POWER_BUS || kind == POWER_HEADER ? POWER_PARALLEL
                                                                                         : POWER_SHARES};
    if (kind == POWER_GENERATOR) {
        plant->present[number].condition = plant->present[number].was_known = CONDITION_STANDBY;
        node->start_ms = 15000;
    }
    for (char *word = strtok_r(rest, " ", &rest); word; word = strtok_r(rest, " ", &rest))
        node->sources[node->n_sources++] = (struct power_link){.node = find(plant, word), .phase = {0, 1, 2}};
    return node;
}

/* Balanced, at 400 V. */
static void load(struct plant *plant, const char *name, double watts, double voltamperes) {
    struct node_load *of = &plant->loads[find(plant, name)];
    *of = (struct node_load){.watts = watts, .voltamperes = voltamperes};
    for (int i = 0; i < PHASES; i++)
        of->phase_amperes[i] = voltamperes / (sqrt(3) * 400);
}

static void rate(struct plant *plant, const char *name, double watts, double voltamperes, double amperes) {
    plant->nodes[find(plant, name)].rating.voltamperes = voltamperes;
    struct usable *usable = &plant->usable[find(plant, name)];
    usable->watts = watts > 0 ? watts : (double)INFINITY;
    usable->voltamperes = voltamperes > 0 ? voltamperes : (double)INFINITY;
    usable->amperes = amperes > 0 ? amperes : (double)INFINITY;
}

static void state(struct plant *plant, const char *name, enum node_condition condition) {
    plant->present[find(plant, name)].condition = plant->present[find(plant, name)].was_known =
        (uint8_t)condition;
}

static void settle(struct plant *plant) {
    plant->config.nodes = plant->nodes;
    if (!plant->topology)
        assert_int_equal(topology_new(&plant->config, &plant->topology), 0);
    if (!plant->contingency)
        plant->contingency = contingency_new(plant->topology);
    assert_non_null(plant->contingency);
    for (uint32_t i = 0; i < plant->config.n_nodes; i++)
        plant->capacity[i] =
            isfinite(plant->usable[i].watts) ? plant->usable[i].watts : plant->usable[i].voltamperes;
    topology_settle(plant->topology, plant->present, plant->capacity, plant->supply, plant->carries);
    plant->input = (struct contingency_input){plant->topology, plant->present, plant->supply, plant->carries,
                                              plant->sums,     plant->loads,   plant->usable};
}

static void lose(struct plant *plant, const char *name) {
    uint32_t lost = find(plant, name);
    settle(plant);
    contingency_lose(plant->contingency, &plant->input, &lost, 1, &plant->result, plant->ratio, plant->after);
}

static void pass(struct plant *plant) {
    settle(plant);
    contingency_pass(plant->contingency, &plant->input);
}

static void assert_ratio(const struct plant *plant, const char *name, double ratio) {
    double is = plant->ratio[find(plant, name)];
    if (!(fabs(is - ratio) < near))
        fail_msg("%s: %.9f, not %.9f", name, is, ratio);
}

static void assert_state(const struct plant *plant, const char *name, enum redundancy_state is) {
    assert_int_equal(contingency_redundancy(plant->contingency, find(plant, name)), is);
}

/* intake - ups-a - pdu-a \ rack, with as much on each side as said */
static struct plant *two_sides(double watts_a, double watts_b) {
    struct plant *plant = plant_new();
    add(plant, POWER_INTAKE, "intake-a", "");
    add(plant, POWER_INTAKE, "intake-b", "");
    add(plant, POWER_UPS, "ups-a", "intake-a")->autonomy_ms = 300000;
    add(plant, POWER_UPS, "ups-b", "intake-b")->autonomy_ms = 600000;
    add(plant, POWER_PDU, "pdu-a", "ups-a");
    add(plant, POWER_PDU, "pdu-b", "ups-b");
    add(plant, POWER_RACK, "rack", "pdu-a pdu-b")->redundancy.rule = REDUNDANCY_2N;
    load(plant, "pdu-a", watts_a, watts_a);
    load(plant, "pdu-b", watts_b, watts_b);
    load(plant, "ups-a", watts_a, watts_a);
    load(plant, "ups-b", watts_b, watts_b);
    rate(plant, "ups-a", 20000, 20000, 0);
    rate(plant, "ups-b", 20000, 20000, 0);
    rate(plant, "pdu-a", 0, 0, 16);
    rate(plant, "pdu-b", 0, 0, 16);
    return plant;
}

static void both_sides_bear_it(void **unused) {
    (void)unused;
    struct plant *plant = two_sides(3000, 7000);
    lose(plant, "pdu-a");
    /* 10 kVA at 400 V are 14.43 A of 16; the side's own measure counts, not half of the rack. */
    assert_ratio(plant, "pdu-b", 10000 / (sqrt(3) * 400) / 16);
    assert_ratio(plant, "ups-b", 0.5);
    assert_ratio(plant, "ups-a", 0);
    assert_int_equal(plant->result.n_exceeded + plant->result.n_dropped, 0);
    assert_int_equal(plant->result.worst, find(plant, "pdu-b"));
    assert_true(fabs(plant->result.worst_headroom - (1 - 14.433756729740644 / 16)) < near);
    assert_true(plant->result.is_known && !plant->result.is_lower_bound);
    assert_int_equal(plant->after[find(plant, "rack")], SUPPLY_LIVE);
    assert_int_equal(plant->after[find(plant, "pdu-a")], SUPPLY_DEAD);
    pass(plant);
    assert_state(plant, "rack", REDUNDANCY_KEPT);
    assert_state(plant, "ups-a", REDUNDANCY_NOT_ASKED);
    uint32_t lost;
    double ratio = contingency_failover_ratio(plant->contingency, find(plant, "pdu-b"), &lost);
    assert_true(fabs(ratio - 14.433756729740644 / 16) < near);
    assert_int_equal(lost, find(plant, "ups-a")); /* or the PDU itself: the same, and this comes first */
    plant_free(plant);
}

static void a_high_load_breaks_2n(void **unused) {
    (void)unused;
    struct plant *plant = two_sides(6000, 7000); /* 13 kVA: 18.76 A of 16 */
    lose(plant, "pdu-b");
    assert_ratio(plant, "pdu-a", 13000 / (sqrt(3) * 400) / 16);
    assert_int_equal(plant->result.first, find(plant, "pdu-a"));
    assert_true(plant->result.first_ratio > 1.17 && plant->result.worst_headroom < 0);
    assert_int_equal(plant->result.n_exceeded, 1);
    struct contingency_node look;
    contingency_look(plant->contingency, find(plant, "pdu-a"), &look);
    assert_int_equal(look.limit, LIMIT_L1);
    assert_true(fabs(look.before - 8.660254) < near && fabs(look.after - 18.763884) < near);
    assert_true(fabs(look.usable - 16) < near);
    pass(plant);
    assert_state(plant, "rack", REDUNDANCY_LOST);
    assert_int_equal(contingency_worst(plant->contingency)->worst_headroom < 0, true);
    plant_free(plant);
}

static void one_side_open_already(void **unused) {
    (void)unused;
    struct plant *plant = two_sides(0, 9000);
    state(plant, "pdu-a", CONDITION_OPEN);
    lose(plant, "pdu-b");
    assert_int_equal(plant->result.n_dropped, 1);
    assert_true(fabs(plant->result.dropped_watts - 9000) < near);
    assert_ratio(plant, "pdu-a", 0);
    pass(plant);
    assert_state(plant, "rack", REDUNDANCY_LOST);
    state(plant, "pdu-a", CONDITION_OUT);
    pass(plant);
    assert_state(plant, "rack", REDUNDANCY_PLANNED);
    plant_free(plant);
}

/* Before work begins it carries its load still: it counts as lost, as planned. */
static void what_is_out_of_service_and_on_counts_as_lost(void **unused) {
    (void)unused;
    struct plant *plant = two_sides(3000, 7000);
    plant->present[find(plant, "ups-a")].condition = CONDITION_OUT; /* and told to be normal */
    settle(plant);
    struct without_out *without = without_out_new(plant->topology);
    assert_non_null(without);
    const struct contingency_input *now = without_out_of(without, plant->contingency, &plant->input);
    assert_true(now != &plant->input);
    assert_true(fabs(now->loads[find(plant, "ups-b")].watts - 10000) < near);
    contingency_pass(plant->contingency, now);
    assert_state(plant, "rack", REDUNDANCY_PLANNED);
    uint32_t lost = find(plant, "ups-b");
    assert_int_equal(contingency_results(plant->contingency)[lost].n_dropped, 1);
    plant->present[find(plant, "ups-a")].condition = CONDITION_NORMAL;
    assert_ptr_equal(without_out_of(without, plant->contingency, &plant->input), &plant->input);
    without_out_free(without);
    plant_free(plant);
}

static void batteries_hold(void **unused) {
    (void)unused;
    struct plant *plant = two_sides(3000, 7000);
    lose(plant, "intake-a");
    assert_int_equal(plant->after[find(plant, "ups-a")], SUPPLY_BATTERY);
    assert_int_equal(plant->after[find(plant, "pdu-a")], SUPPLY_BATTERY);
    assert_int_equal(plant->after[find(plant, "rack")], SUPPLY_LIVE);
    assert_int_equal(plant->result.n_on_battery, 2);
    assert_true(plant->result.battery_s == 300 && isnan(plant->result.start_s));
    assert_int_equal(plant->result.n_dropped, 0);
    assert_ratio(plant, "pdu-b", 7000 / (sqrt(3) * 400) / 16); /* nothing moves */
    state(plant, "ups-a", CONDITION_BYPASS);
    lose(plant, "intake-a"); /* without its protection: the other side bears it */
    assert_int_equal(plant->after[find(plant, "ups-a")], SUPPLY_DEAD);
    assert_ratio(plant, "ups-b", 0.5);
    plant_free(plant);
}

static void what_has_one_cord_drops(void **unused) {
    (void)unused;
    struct plant *plant = plant_new();
    add(plant, POWER_INTAKE, "intake", "");
    add(plant, POWER_BUSWAY, "busway", "intake");
    add(plant, POWER_RACK, "rack-1", "busway");
    add(plant, POWER_RACK, "rack-2", "busway");
    load(plant, "busway", 9000, 9000);
    load(plant, "rack-1", 4000, 4000);
    lose(plant, "busway"); /* the rest is rack-2's: an estimate */
    assert_int_equal(plant->result.n_dropped, 2);
    assert_true(fabs(plant->result.dropped_watts - 9000) < near);
    assert_true(plant->result.is_lower_bound);
    plant_free(plant);
}

static void modules_are_n_plus_1(void **unused) {
    (void)unused;
    struct plant *plant = plant_new();
    add(plant, POWER_INTAKE, "intake", "");
    struct power_node *ups = add(plant, POWER_UPS, "ups", "intake");
    add(plant, POWER_LOAD, "load", "ups");
    ups->units = 4;
    ups->redundancy = (struct power_redundancy){REDUNDANCY_N_PLUS, 1};
    load(plant, "ups", 700e3, 700e3);
    load(plant, "load", 700e3, 700e3);
    rate(plant, "ups", 1e6, 1e6, 0); /* four of 250 kW */
    pass(plant);
    assert_state(plant, "ups", REDUNDANCY_KEPT);
    size_t n;
    const struct contingency_result *unit = contingency_unit_results(plant->contingency, &n);
    assert_int_equal(n, 1);
    assert_true(unit->is_unit && unit->lost == find(plant, "ups"));
    assert_true(fabs(unit->worst_headroom - (1 - 700.0 / 750)) < near);
    assert_true(fabs(unit->worst_watts - 50e3) < near);
    load(plant, "ups", 800e3, 800e3);
    pass(plant);
    assert_state(plant, "ups", REDUNDANCY_LOST);
    uint32_t lost;
    assert_true(
        fabs(contingency_failover_ratio(plant->contingency, find(plant, "ups"), &lost) - 800.0 / 750) < near);
    plant_free(plant);
}

static void modules_in_parallel(void **unused) {
    (void)unused;
    struct plant *plant = plant_new();
    add(plant, POWER_INTAKE, "intake", "");
    add(plant, POWER_UPS, "m1", "intake");
    add(plant, POWER_UPS, "m2", "intake");
    add(plant, POWER_UPS, "m3", "intake");
    add(plant, POWER_BUS, "bus", "m1 m2 m3")->redundancy = (struct power_redundancy){REDUNDANCY_N_PLUS, 1};
    add(plant, POWER_LOAD, "load", "bus");
    load(plant, "bus", 300e3, 300e3);
    rate(plant, "m1", 200e3, 0, 0);
    rate(plant, "m2", 200e3, 0, 0);
    rate(plant, "m3", 100e3, 0, 0);
    lose(plant, "m1"); /* 300 kW on 200 and 100 */
    assert_ratio(plant, "m2", 1);
    assert_ratio(plant, "m3", 1);
    assert_int_equal(plant->result.n_exceeded, 0);
    pass(plant);
    assert_state(plant, "bus", REDUNDANCY_KEPT);
    load(plant, "bus", 310e3, 310e3);
    pass(plant);
    assert_state(plant, "bus", REDUNDANCY_LOST);
    plant_free(plant);
}

static void a_transfer_switch_goes_over(void **unused) {
    (void)unused;
    struct plant *plant = plant_new();
    add(plant, POWER_INTAKE, "intake", "");
    add(plant, POWER_UPS, "ups-1", "intake");
    add(plant, POWER_UPS, "ups-2", "intake");
    add(plant, POWER_UPS, "catcher", "intake");
    add(plant, POWER_STS, "sts-1", "ups-1 catcher");
    add(plant, POWER_STS, "sts-2", "ups-2 catcher");
    add(plant, POWER_LOAD, "load-1", "sts-1");
    add(plant, POWER_LOAD, "load-2", "sts-2");
    load(plant, "sts-1", 80e3, 90e3);
    load(plant, "sts-2", 60e3, 65e3);
    load(plant, "load-1", 80e3, 90e3);
    load(plant, "load-2", 60e3, 65e3);
    load(plant, "catcher", 0, 0);
    load(plant, "ups-1", 80e3, 90e3);
    load(plant, "ups-2", 60e3, 65e3);
    rate(plant, "catcher", 100e3, 100e3, 0);
    rate(plant, "ups-1", 100e3, 100e3, 0);
    rate(plant, "ups-2", 100e3, 100e3, 0);
    lose(plant, "ups-1");
    assert_ratio(plant, "catcher", 0.9);
    assert_int_equal(plant->result.n_dropped, 0);
    state(plant, "ups-1", CONDITION_OUT); /* it is on the catcher already */
    load(plant, "catcher", 80e3, 90e3);
    load(plant, "ups-1", 0, 0);
    lose(plant, "ups-2");
    assert_ratio(plant, "catcher", 1.55);
    assert_int_equal(plant->result.first, find(plant, "catcher"));
    state(plant, "sts-2", CONDITION_SELECTS); /* by hand on the catcher, though ups-2 is there */
    plant->present[find(plant, "sts-2")].selected = 1;
    load(plant, "catcher", 140e3, 155e3);
    load(plant, "ups-2", 0, 0);
    lose(plant, "catcher");
    assert_ratio(plant, "ups-2", 0.65);
    assert_int_equal(plant->result.n_dropped, 1); /* load-1 */
    plant_free(plant);
}

static void a_closed_tie_feeds_on(void **unused) {
    (void)unused;
    struct plant *plant = plant_new();
    add(plant, POWER_INTAKE, "tr-a", "");
    add(plant, POWER_INTAKE, "tr-b", "");
    add(plant, POWER_BUS, "bus-a", "tr-a");
    add(plant, POWER_TIE, "tie", "bus-a")->normally_open = true;
    add(plant, POWER_BUS, "bus-b", "tr-b tie")->behaviour = POWER_PREFERS;
    add(plant, POWER_LOAD, "load-a", "bus-a");
    add(plant, POWER_LOAD, "load-b", "bus-b");
    load(plant, "tr-a", 500, 500);
    load(plant, "tr-b", 400, 400);
    load(plant, "bus-a", 500, 500);
    load(plant, "bus-b", 400, 400);
    load(plant, "load-a", 500, 500);
    load(plant, "load-b", 400, 400);
    rate(plant, "tr-a", 1000, 0, 0);
    state(plant, "tie", CONDITION_OPEN);
    lose(plant, "tr-b");
    assert_int_equal(plant->result.n_dropped, 1); /* an open tie stays open */
    state(plant, "tie", CONDITION_NORMAL);
    lose(plant, "tr-b");
    assert_int_equal(plant->result.n_dropped, 0);
    assert_ratio(plant, "tr-a", 0.9);
    plant_free(plant);
}

static void phases_cross(void **unused) {
    (void)unused;
    struct plant *plant = two_sides(0, 0);
    struct power_link *to_b = &plant->nodes[find(plant, "rack")].sources[1];
    to_b->phase[0] = 1; /* the rack's L1 is pdu-b's L2, its L2 is L3, its L3 is L1 */
    to_b->phase[1] = 2;
    to_b->phase[2] = 0;
    plant->loads[find(plant, "pdu-a")] = (struct node_load){2000, 2000, {6, 2, 1}, false};
    plant->loads[find(plant, "pdu-b")] = (struct node_load){2000, 2000, {1, 12, 3}, false};
    lose(plant, "pdu-a");
    struct contingency_node look;
    contingency_look(plant->contingency, find(plant, "pdu-b"), &look);
    assert_int_equal(look.limit, LIMIT_L2); /* 12 + 6 */
    assert_true(fabs(look.before - 12) < near && fabs(look.after - 18) < near);
    assert_ratio(plant, "pdu-b", 18.0 / 16);
    lose(plant, "pdu-b"); /* its L1 is the rack's L3, so pdu-a's L3; its L2 is L1 */
    contingency_look(plant->contingency, find(plant, "pdu-a"), &look);
    assert_int_equal(look.limit, LIMIT_L1);
    assert_true(fabs(look.after - 18) < near);
    plant_free(plant);
}

static void survivors_take_more_amperes_at_less_volts(void **unused) {
    (void)unused;
    struct plant *plant = two_sides(3000, 7000);
    plant->nodes[find(plant, "pdu-b")].rating.volts = 380;
    for (int i = 0; i < PHASES; i++)
        plant->loads[find(plant, "pdu-b")].phase_amperes[i] = 7000 / (sqrt(3) * 380);
    lose(plant, "pdu-a");
    assert_ratio(plant, "pdu-b", 10000 / (sqrt(3) * 380) / 16);
    struct node_sum *sum = &plant->sums[find(plant, "pdu-b")];
    sum->flags = SUM_HAS_VOLTS; /* measured: 230 V */
    for (int i = 0; i < PHASES; i++)
        sum->phase_volts[i] = 230;
    lose(plant, "pdu-a");
    assert_ratio(plant, "pdu-b", (7000 / (sqrt(3) * 380) + 1000 / 230.0) / 16);
    plant_free(plant);
}

static void one_phase_and_between_phases(void **unused) {
    (void)unused;
    struct plant *plant = plant_new();
    add(plant, POWER_INTAKE, "a", "");
    add(plant, POWER_INTAKE, "b", "");
    struct power_node *rack = add(plant, POWER_RACK, "rack", "a b");
    struct power_node *pair = add(plant, POWER_RACK, "pair", "a b");
    rack->phases = pair->phases = 1;
    rack->rating.volts = 230;
    rack->phase = 1;
    pair->rating.volts = 400;
    pair->line_to_line = true; /* L1-L2 of both */
    plant->loads[find(plant, "rack")] = (struct node_load){2300, 2300, {10, (double)NAN, (double)NAN}, false};
    plant->loads[find(plant, "pair")] = (struct node_load){4000, 4000, {10, (double)NAN, (double)NAN}, false};
    load(plant, "a", 0, 0);
    load(plant, "b", 0, 0);
    rate(plant, "b", 0, 0, 100);
    lose(plant, "a"); /* half of each comes: 5 A of the rack to L2, 5 A of the pair to L1 and L2 */
    struct contingency_node look;
    contingency_look(plant->contingency, find(plant, "b"), &look);
    assert_int_equal(look.limit, LIMIT_L2);
    assert_true(fabs(look.after - (5 * 230 / (400 / sqrt(3)) + 5)) < near);
    plant_free(plant);
}

static void loads_step_down(void **unused) {
    (void)unused;
    struct plant *plant = two_sides(5000, 5000);
    struct power_node *rack = &plant->nodes[find(plant, "rack")];
    rack->redundancy.rule = REDUNDANCY_NONE;
    rack->on_loss = POWER_STEPS_DOWN;
    rack->step_down = 0.6;
    lose(plant, "pdu-a");
    assert_ratio(plant, "ups-b", 0.3);
    state(plant, "pdu-a", CONDITION_OPEN); /* it has stepped down already, and drops now */
    load(plant, "pdu-a", 0, 0);
    load(plant, "pdu-b", 6000, 6000);
    lose(plant, "pdu-b");
    assert_int_equal(plant->result.n_dropped, 1);
    plant_free(plant);
}

static void unknown_loads_make_lower_bounds(void **unused) {
    (void)unused;
    struct plant *plant = two_sides(3000, 7000);
    plant->loads[find(plant, "pdu-a")] =
        (struct node_load){(double)NAN, (double)NAN, {(double)NAN, (double)NAN, (double)NAN}, false};
    plant->loads[find(plant, "ups-a")] = plant->loads[find(plant, "pdu-a")];
    lose(plant, "pdu-b"); /* 7 kW come to what carries at least nothing */
    assert_true(plant->result.is_lower_bound && !plant->result.is_known);
    assert_true(isnan(plant->ratio[find(plant, "pdu-a")]));
    pass(plant);
    assert_state(plant, "rack", REDUNDANCY_UNKNOWN);
    load(plant, "pdu-b", 14000, 14000); /* and if that is too much already: 20 A */
    lose(plant, "pdu-b");
    assert_true(plant->result.is_known && plant->result.is_lower_bound);
    assert_int_equal(plant->result.first, find(plant, "pdu-a"));
    plant_free(plant);
}

static void generators_take_over(void **unused) {
    (void)unused;
    struct plant *plant = plant_new();
    add(plant, POWER_INTAKE, "intake", "");
    add(plant, POWER_GENERATOR, "gen", "");
    add(plant, POWER_ATS, "ats", "intake gen");
    add(plant, POWER_UPS, "ups", "ats")->autonomy_ms = 300000;
    add(plant, POWER_CHILLER, "chiller", "ats");
    add(plant, POWER_LOAD, "it", "ups");
    load(plant, "ats", 600e3, 600e3);
    load(plant, "ups", 400e3, 400e3);
    load(plant, "it", 400e3, 400e3);
    load(plant, "chiller", 200e3, 200e3);
    rate(plant, "ups", 500e3, 500e3, 0);
    rate(plant, "gen", 1e6, 1e6, 0);
    lose(plant, "intake");
    assert_ratio(plant, "gen", 0.65); /* with a tenth of the UPS's 500 kW to recharge */
    assert_int_equal(plant->result.n_on_battery, 2);
    assert_int_equal(plant->result.n_interrupted, 2); /* the ATS, and the chiller restarts */
    assert_int_equal(plant->result.n_dropped, 0);
    assert_true(plant->result.start_s == 15 && plant->result.battery_s == 300);
    assert_int_equal(plant->after[find(plant, "it")], SUPPLY_LIVE);
    state(plant, "gen", CONDITION_OUT);
    lose(plant, "intake");
    assert_int_equal(plant->result.n_dropped, 1); /* the chiller; the IT stands on the battery */
    assert_int_equal(plant->after[find(plant, "it")], SUPPLY_BATTERY);
    plant_free(plant);
}

static void chillers_are_n_plus_1(void **unused) {
    (void)unused;
    struct plant *plant = plant_new();
    add(plant, POWER_INTAKE, "intake", "");
    add(plant, POWER_BUS, "bus-a", "intake");
    add(plant, POWER_BUS, "bus-b", "intake");
    add(plant, POWER_CHILLER, "ch-1", "bus-a");
    add(plant, POWER_CHILLER, "ch-2", "bus-a");
    add(plant, POWER_CHILLER, "ch-3", "bus-b");
    struct power_node *header = add(plant, POWER_HEADER, "header", "");
    header->n_cooled_by = 3;
    for (uint32_t i = 0; i < 3; i++)
        header->cooled_by[i] = find(plant, "ch-1") + i;
    header->redundancy = (struct power_redundancy){REDUNDANCY_N_PLUS, 1};
    add(plant, POWER_CDU, "cdu", "bus-b")->cooled_by[0] = find(plant, "header");
    add(plant, POWER_RACK, "rack", "bus-b")->cooled_by[0] = find(plant, "cdu");
    plant->nodes[find(plant, "cdu")].n_cooled_by = plant->nodes[find(plant, "rack")].n_cooled_by = 1;
    load(plant, "rack", 900e3, 900e3);
    rate(plant, "ch-1", 500e3, 0, 0);
    rate(plant, "ch-2", 500e3, 0, 0);
    rate(plant, "ch-3", 500e3, 0, 0);
    rate(plant, "cdu", 1e6, 0, 0);
    lose(plant, "ch-1");
    assert_ratio(plant, "ch-2", 0.9);
    assert_int_equal(plant->result.n_uncooled + plant->result.n_exceeded, 0);
    lose(plant, "bus-a"); /* takes two chillers along */
    assert_ratio(plant, "ch-3", 1.8);
    struct contingency_node look;
    contingency_look(plant->contingency, find(plant, "ch-3"), &look);
    assert_int_equal(look.limit, LIMIT_HEAT);
    assert_true(fabs(look.before - 300e3) < near && fabs(look.after - 900e3) < near);
    lose(plant, "cdu");
    assert_int_equal(plant->result.n_uncooled, 1);
    assert_true(plant->result.uncooled_watts == 900e3);
    load(plant, "rack", 990e3, 990e3);
    pass(plant); /* that bus-a takes two along is of the path, and N+1 of the chillers */
    assert_state(plant, "header", REDUNDANCY_KEPT);
    load(plant, "rack", 1010e3, 1010e3);
    pass(plant);
    assert_state(plant, "header", REDUNDANCY_LOST);
    load(plant, "rack", 900e3, 900e3);
    state(plant, "ch-2", CONDITION_OUT);
    pass(plant);
    assert_state(plant, "header", REDUNDANCY_PLANNED);
    plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_bear_it),
        cmocka_unit_test(a_high_load_breaks_2n),
        cmocka_unit_test(one_side_open_already),
        cmocka_unit_test(what_is_out_of_service_and_on_counts_as_lost),
        cmocka_unit_test(batteries_hold),
        cmocka_unit_test(what_has_one_cord_drops),
        cmocka_unit_test(modules_are_n_plus_1),
        cmocka_unit_test(modules_in_parallel),
        cmocka_unit_test(a_transfer_switch_goes_over),
        cmocka_unit_test(a_closed_tie_feeds_on),
        cmocka_unit_test(phases_cross),
        cmocka_unit_test(survivors_take_more_amperes_at_less_volts),
        cmocka_unit_test(one_phase_and_between_phases),
        cmocka_unit_test(loads_step_down),
        cmocka_unit_test(unknown_loads_make_lower_bounds),
        cmocka_unit_test(generators_take_over),
        cmocka_unit_test(chillers_are_n_plus_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
