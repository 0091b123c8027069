/* SPDX-License-Identifier: Apache-2.0 */
/* judge/topology.h: which edges are live, by hand-made states; contradictions. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "tests/sim/plant.h"

/* The present states a test sets by hand. */
struct present {
    struct plant plant;
    struct node_present of[PLANT_NODES_MOST];
    double capacity[PLANT_NODES_MOST];
    uint8_t supply[PLANT_NODES_MOST];
    float carries[1024];
};

static void settle(struct present *present) {
    for (size_t i = 0; i < present->plant.power.n_nodes; i++) {
        const struct power_node *node = &present->plant.nodes[i];
        present->capacity[i] = node->rating.watts > 0 ? node->rating.watts : (double)INFINITY;
    }
    topology_settle(present->plant.topology, present->of, present->capacity, present->supply,
                    present->carries);
}

static void set(struct present *present, const char *name, enum node_condition condition) {
    present->of[plant_number(&present->plant, name)] =
        (struct node_present){.condition = (uint8_t)condition, .was_known = (uint8_t)condition};
}

static uint8_t supply(const struct present *present, const char *name) {
    return present->supply[plant_number(&present->plant, name)];
}

static double carries(const struct present *present, const char *from, const char *to) {
    const struct topology *topology = present->plant.topology;
    for (uint32_t i = 0; i < topology->n_edges; i++)
        if (topology->edges[i].from == plant_number(&present->plant, from) &&
            topology->edges[i].to == plant_number(&present->plant, to))
            return (double)present->carries[i];
    return (double)NAN;
}

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-6))
        fail_msg("%.9g instead of %.9g", value, expected);
}

static struct present *begin(void) {
    struct present *present = test_calloc(1, sizeof(*present));
    plant_begin(&present->plant);
    return present;
}

static void end(struct present *present) {
    plant_end(&present->plant);
    test_free(present);
}

static void the_graph_knows_both_ways(void **state) {
    (void)state;
    struct present *present = begin();
    struct plant *plant = &present->plant;
    plant_node(plant, POWER_BUS, "a", "", "");
    plant_node(plant, POWER_BUS, "b", "", "");
    plant_node(plant, POWER_RACK, "r1", "a;b:L2-L3-L1", "");
    plant_node(plant, POWER_RACK, "r2", "b;a", "");
    plant_settle(plant);
    const struct topology *topology = plant->topology;
    assert_int_equal(topology->n_edges, 4);
    assert_int_equal(topology->sources[2].n, 2);
    assert_int_equal(topology->fed[0].n, 2);
    const struct edge *first = &topology->edges[topology->by_source[topology->fed[1].first]];
    assert_int_equal(first->to, 2);
    assert_int_equal(first->rank, 1);
    assert_int_equal(first->phase[0], 1);
    assert_int_equal(first->phase[2], 0);
    end(present);
}

/* Two feeds: each half, then one all of it, then none. */
static void a_double_fed_rack(void **state) {
    (void)state;
    struct present *present = begin();
    plant_node(&present->plant, POWER_BUS, "a", "", "");
    plant_node(&present->plant, POWER_BUS, "b", "", "");
    plant_node(&present->plant, POWER_RACK, "rack", "a;b", "");
    plant_settle(&present->plant);
    settle(present);
    assert_near(carries(present, "a", "rack"), 0.5);
    assert_near(carries(present, "b", "rack"), 0.5);
    set(present, "a", CONDITION_OPEN);
    settle(present);
    assert_near(carries(present, "a", "rack"), 0);
    assert_near(carries(present, "b", "rack"), 1);
    assert_int_equal(supply(present, "rack"), SUPPLY_LIVE);
    set(present, "b", CONDITION_OUT);
    settle(present);
    assert_int_equal(supply(present, "rack"), SUPPLY_DEAD);
    assert_near(carries(present, "b", "rack"), 0);
    end(present);
}

static void a_transfer_switch(void **state) {
    (void)state;
    struct present *present = begin();
    plant_node(&present->plant, POWER_BUS, "a", "", "");
    plant_node(&present->plant, POWER_BUS, "b", "", "");
    plant_node(&present->plant, POWER_STS, "sts", "a;b", "");
    plant_settle(&present->plant);
    uint32_t sts = plant_number(&present->plant, "sts");
    settle(present);
    assert_near(carries(present, "a", "sts"), 1); /* nothing told: the preferred one */
    set(present, "sts", CONDITION_SELECTS);
    present->of[sts].selected = 1;
    settle(present);
    assert_near(carries(present, "b", "sts"), 1);
    assert_near(carries(present, "a", "sts"), 0);
    set(present, "b", CONDITION_OPEN); /* it says it stands on a dead source: then it is dead */
    settle(present);
    assert_int_equal(supply(present, "sts"), SUPPLY_DEAD);
    present->of[sts].condition = CONDITION_UNKNOWN; /* last known only: it has gone over since */
    settle(present);
    assert_int_equal(supply(present, "sts"), SUPPLY_LIVE);
    assert_near(carries(present, "a", "sts"), 1);
    end(present);
}

/* Rectifier and bypass from different buses, a battery; a rack behind. */
static void a_ups(void **state) {
    (void)state;
    struct present *present = begin();
    plant_node(&present->plant, POWER_BUS, "main", "", "");
    plant_node(&present->plant, POWER_BUS, "reserve", "", "");
    plant_node(&present->plant, POWER_BATTERY, "string", "", "");
    plant_node(&present->plant, POWER_UPS, "ups", "main;reserve;string", "");
    plant_node(&present->plant, POWER_RACK, "rack", "ups", "");
    plant_settle(&present->plant);
    settle(present);
    assert_near(carries(present, "main", "ups"), 1);
    assert_near(carries(present, "reserve", "ups"), 0);
    assert_near(carries(present, "string", "ups"), 0);
    set(present, "ups", CONDITION_BYPASS);
    settle(present);
    assert_near(carries(present, "reserve", "ups"), 1);
    assert_int_equal(supply(present, "rack"), SUPPLY_LIVE);
    set(present, "ups", CONDITION_ON_BATTERY);
    settle(present);
    assert_near(carries(present, "main", "ups"), 0);
    assert_near(carries(present, "string", "ups"), 1);
    assert_int_equal(supply(present, "rack"), SUPPLY_BATTERY);
    set(present, "ups", CONDITION_UNKNOWN); /* silent, and both buses are lost: its battery is what is left */
    set(present, "main", CONDITION_OPEN);
    set(present, "reserve", CONDITION_OPEN);
    settle(present);
    assert_int_equal(supply(present, "ups"), SUPPLY_BATTERY);
    set(present, "ups", CONDITION_OPEN);
    settle(present);
    assert_int_equal(supply(present, "rack"), SUPPLY_DEAD);
    end(present);
}

/* A closed tie shares by what each side can carry; where one transformer is out it carries all. */
static void a_tie(void **state) {
    (void)state;
    struct present *present = begin();
    plant_node(&present->plant, POWER_TRANSFORMER, "tr-a", "", "");
    plant_node(&present->plant, POWER_BUS, "bus-a", "tr-a", "");
    plant_node(&present->plant, POWER_TRANSFORMER, "tr-b", "", "")->rating.watts = 3e6;
    plant_node(&present->plant, POWER_TIE, "tie", "bus-a", "")->rating.watts = 1e6;
    present->plant.nodes[3].normally_open = true;
    plant_node(&present->plant, POWER_BUS, "bus-b", "tr-b;tie", "");
    plant_settle(&present->plant);
    settle(present);
    assert_int_equal(supply(present, "tie"), SUPPLY_DEAD);
    assert_near(carries(present, "tr-b", "bus-b"), 1);
    set(present, "tie", CONDITION_NORMAL);
    settle(present);
    assert_near(carries(present, "tr-b", "bus-b"), 0.75);
    assert_near(carries(present, "tie", "bus-b"), 0.25);
    set(present, "tr-b", CONDITION_OPEN);
    settle(present);
    assert_near(carries(present, "tie", "bus-b"), 1);
    assert_int_equal(supply(present, "bus-b"), SUPPLY_LIVE);
    end(present);
}

static void a_generator_stands_by(void **state) {
    (void)state;
    struct present *present = begin();
    plant_node(&present->plant, POWER_INTAKE, "grid", "", "");
    plant_node(&present->plant, POWER_GENERATOR, "gen", "", "");
    plant_node(&present->plant, POWER_ATS, "ats", "grid;gen", "");
    plant_settle(&present->plant);
    set(present, "grid", CONDITION_OPEN);
    settle(present);
    assert_int_equal(supply(present, "ats"), SUPPLY_DEAD); /* nothing tells that it runs */
    set(present, "gen", CONDITION_NORMAL);
    settle(present);
    assert_int_equal(supply(present, "ats"), SUPPLY_LIVE);
    assert_near(carries(present, "gen", "ats"), 1);
    end(present);
}

/* Q1 is said to be open, yet the PDU behind it takes power. */
static void a_contradiction(void **state) {
    (void)state;
    struct present *present = begin();
    int64_t draws_ms[PLANT_NODES_MOST] = {0}, evidence[PLANT_NODES_MOST];
    plant_node(&present->plant, POWER_BUS, "bus", "", "");
    plant_node(&present->plant, POWER_BREAKER, "q1", "bus", "");
    plant_node(&present->plant, POWER_BUSWAY, "way", "q1", "");
    plant_node(&present->plant, POWER_PDU, "pdu", "way", "");
    plant_settle(&present->plant);
    set(present, "q1", CONDITION_OPEN);
    present->of[1].since_ms = 10000;
    settle(present);
    assert_int_equal(supply(present, "pdu"), SUPPLY_DEAD);
    const struct topology *topology = present->plant.topology;
    draws_ms[3] = 11000; /* the meter's figure may be older than the breaker's state */
    assert_int_equal(topology_contradict(topology, present->of, present->supply, draws_ms, evidence), 0);
    draws_ms[3] = 14000;
    assert_int_equal(topology_contradict(topology, present->of, present->supply, draws_ms, evidence), 1);
    settle(present);
    assert_int_equal(supply(present, "bus"), SUPPLY_LIVE);
    assert_int_equal(supply(present, "q1"), SUPPLY_UNDETERMINED);
    assert_int_equal(supply(present, "pdu"), SUPPLY_UNDETERMINED);
    assert_near(carries(present, "way", "pdu"), 1);
    end(present);
}

/* Fed twice, and one side is open: what it takes comes the other way, and proves nothing. */
static void no_contradiction_where_another_way_is(void **state) {
    (void)state;
    struct present *present = begin();
    int64_t draws_ms[PLANT_NODES_MOST] = {0}, evidence[PLANT_NODES_MOST];
    plant_node(&present->plant, POWER_BREAKER, "q1", "", "");
    plant_node(&present->plant, POWER_BREAKER, "q2", "", "");
    plant_node(&present->plant, POWER_RACK, "rack", "q1;q2", "");
    plant_settle(&present->plant);
    set(present, "q1", CONDITION_OPEN);
    settle(present);
    draws_ms[2] = 99000;
    assert_int_equal(
        topology_contradict(present->plant.topology, present->of, present->supply, draws_ms, evidence), 0);
    end(present);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_graph_knows_both_ways),
        cmocka_unit_test(a_double_fed_rack),
        cmocka_unit_test(a_transfer_switch),
        cmocka_unit_test(a_ups),
        cmocka_unit_test(a_tie),
        cmocka_unit_test(a_generator_stands_by),
        cmocka_unit_test(a_contradiction),
        cmocka_unit_test(no_contradiction_where_another_way_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
