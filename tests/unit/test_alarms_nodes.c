/* SPDX-License-Identifier: Apache-2.0 */
/* judge/alarms.h: rules over the figures of nodes, causes on the live path, and what is out of service. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/alarm_desk.h"

#define SAY(desk, device, ...) desk_say((desk), (device), (const double[]){__VA_ARGS__})

enum { S = 1000, MINUTES = 60 * 1000 };

static const struct series ups_series[] = {{UPS_MODE_STATE, {0}, NULL}};
static const struct series power_series[] = {
    {ACTIVE_POWER, {.part = PART_INLET, .phase = PHASE_TOTAL}, NULL}};
static const struct series breaker_series[] = {{BREAKER_STATE, {.part = PART_BREAKER, .point = "q1"}, NULL}};

static uint32_t at(const struct desk *desk, const char *node) {
    return plant_number(&desk->plant, node);
}

static void set_volts(struct desk *desk, const char *node, double volts) {
    struct node_sum *sum = &desk->sums[at(desk, node)];
    sum->flags |= SUM_HAS_VOLTS;
    for (int phase = 0; phase < PHASES; phase++)
        sum->phase_volts[phase] = volts;
}

static void set_budget(struct desk *desk, const char *node, double watts) {
    desk->budgets[at(desk, node)] = (struct budget_state){.unit = BUDGET_WATTS,
                                                          .value = watts,
                                                          .warning = 80000,
                                                          .critical = 95000,
                                                          .headroom_watts = 95000 - watts};
}

static struct power_budget budget = {.deadband = 0.02, .on_delay_ms = 60 * S, .off_delay_ms = 120 * S};

/* Two mains, a UPS and a busway each, a rack on both, two PDUs before it. */
static struct desk *begin_pair(void) {
    struct desk *desk = desk_new();
    struct plant *plant = &desk->plant;
    plant_node(plant, POWER_BUS, "main-a", "", "")->rating.volts = 400;
    plant_node(plant, POWER_BUS, "main-b", "", "")->rating.volts = 400;
    plant_node(plant, POWER_UPS, "ups-a", "main-a", "ups-a");
    plant_node(plant, POWER_UPS, "ups-b", "main-b", "ups-b");
    plant_node(plant, POWER_BUSWAY, "way-a", "ups-a", "")->budget = &budget;
    plant_node(plant, POWER_BUSWAY, "way-b", "ups-b", "")->budget = &budget;
    plant_node(plant, POWER_PDU, "pdu-a", "way-a", "pdu-a");
    plant_node(plant, POWER_PDU, "pdu-b", "way-b", "pdu-b");
    plant_node(plant, POWER_RACK, "rack", "pdu-a;pdu-b", "pdu-a;pdu-b")->budget = &budget;
    return desk;
}

/* With the devices of side A. */
static struct desk *open_pair(void) {
    struct desk *desk = begin_pair();
    desk_device(desk, CLASS_UPS, "ups-a", "", ups_series, 1);
    desk_device(desk, CLASS_PDU, "pdu-a", "", power_series, 1);
    return desk;
}

static void a_dead_bus_is_one_alarm_with_what_follows(void **state) {
    (void)state;
    struct desk *desk = open_pair();
    desk_open(desk);
    set_volts(desk, "main-a", 231);
    SAY(desk, 0, UPS_ONLINE);
    SAY(desk, 1, 4000);
    desk_run(desk, 5 * S);
    set_volts(desk, "main-a", 3);
    desk->supply[at(desk, "main-a")] = SUPPLY_DEAD;
    desk->supply[at(desk, "ups-a")] = desk->supply[at(desk, "way-a")] = SUPPLY_BATTERY;
    for (int i = 0; i < 4; i++) {
        SAY(desk, 0, UPS_ON_BATTERY);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "bus_dead", "main-a"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "ups_on_battery", "ups-a"), ALARM_SUPPRESSED);
    assert_string_equal(desk_texts(desk, "ups_on_battery", "ups-a").cause,
                        desk_texts(desk, "bus_dead", "main-a").id);
    assert_non_null(strstr(desk_texts(desk, "bus_dead", "main-a").consequences, "1 UPS on battery"));
    assert_non_null(strstr(desk_texts(desk, "bus_dead", "main-a").consequences, "1 rack on one feed"));
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 1);
    /* Back at 60 % it is dead still; at 90 % it is not, and its voltage is low. */
    set_volts(desk, "main-a", 139);
    SAY(desk, 0, UPS_ON_BATTERY);
    desk_run(desk, 10 * S);
    assert_int_equal(desk_state(desk, "bus_dead", "main-a"), ALARM_ACTIVE);
    set_volts(desk, "main-a", 212);
    desk_run(desk, 35 * S);
    assert_int_equal(desk_state(desk, "bus_dead", "main-a"), ALARM_NORMAL);
    desk_free(desk);
}

static void what_holds_on_after_its_cause_is_judged_again(void **state) {
    (void)state;
    struct desk *desk = open_pair();
    desk_open(desk);
    SAY(desk, 0, UPS_ONLINE);
    set_volts(desk, "main-a", 0);
    for (int i = 0; i < 4; i++) {
        SAY(desk, 0, UPS_ON_BATTERY);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "ups_on_battery", "ups-a"), ALARM_SUPPRESSED);
    set_volts(desk, "main-a", 231);
    for (int i = 0; i < 14; i++) {
        SAY(desk, 0, UPS_ON_BATTERY);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "bus_dead", "main-a"), ALARM_NORMAL);
    for (int i = 0; i < 14; i++) {
        SAY(desk, 0, UPS_ON_BATTERY);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "ups_on_battery_long", "ups-a"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "ups_on_battery", "ups-a"), ALARM_SUPPRESSED);
    desk_free(desk);
}

static void a_later_onset_is_no_consequence(void **state) {
    (void)state;
    struct desk *desk = open_pair();
    desk_open(desk);
    set_volts(desk, "main-a", 0);
    for (int i = 0; i < 9; i++) { /* it goes to battery 40 s later: of itself */
        SAY(desk, 0, i < 8 ? UPS_ONLINE : UPS_ON_BATTERY);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "ups_on_battery", "ups-a"), ALARM_ACTIVE);
    desk_free(desk);
}

static void a_device_whose_own_supply_is_dead_is_no_alarm_of_its_own(void **state) {
    (void)state;
    struct desk *desk = open_pair();
    desk_open(desk);
    SAY(desk, 0, UPS_ONLINE);
    SAY(desk, 1, 4000);
    desk->supply[at(desk, "way-a")] = desk->supply[at(desk, "pdu-a")] = SUPPLY_DEAD;
    for (int i = 0; i < 8; i++) {
        SAY(desk, 0, UPS_ONLINE);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 1);
    assert_int_equal(desk_state(desk, "bus_dead", "way-a"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "bus_dead", "pdu-a"), ALARM_SUPPRESSED);
    assert_int_equal(desk_state(desk, "device_silent", "pdu-a"), ALARM_SUPPRESSED);
    assert_non_null(strstr(desk_texts(desk, "bus_dead", "way-a").consequences, "1 PDU silent"));
    desk_free(desk);
}

static void the_highest_budget_on_the_path_stands_for_all(void **state) {
    (void)state;
    struct desk *desk = begin_pair();
    desk_open(desk);
    set_budget(desk, "rack", 85000);
    desk_run(desk, 59 * S);
    assert_int_equal(desk->n_events, 0);
    desk_run(desk, 2 * S);
    assert_int_equal(desk_state(desk, "node_budget_warning", "rack"), ALARM_ACTIVE);
    assert_string_equal(desk_texts(desk, "node_budget_warning", "rack").summary,
                        "rack: over its warning budget level: 85 kW, level 80 kW");
    set_budget(desk, "way-a", 96000);
    set_budget(desk, "rack", 96000);
    desk_run(desk, 62 * S);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 1);
    assert_int_equal(desk_state(desk, "node_budget_critical", "way-a"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "node_budget_critical", "rack"), ALARM_SUPPRESSED);
    set_budget(desk, "way-a", 93600); /* within the deadband */
    desk_run(desk, 10 * MINUTES);
    assert_int_equal(desk_state(desk, "node_budget_critical", "way-a"), ALARM_ACTIVE);
    set_budget(desk, "way-a", 50000);
    desk_run(desk, 3 * MINUTES);
    assert_int_equal(desk_state(desk, "node_budget_critical", "way-a"), ALARM_NORMAL);
    desk_run(desk, MINUTES);
    assert_int_equal(desk_state(desk, "node_budget_critical", "rack"), ALARM_ACTIVE);
    desk_free(desk);
}

static void a_lower_bound_raises_and_never_clears(void **state) {
    (void)state;
    struct desk *desk = begin_pair();
    desk_open(desk);
    set_budget(desk, "rack", 85000);
    desk->budgets[at(desk, "rack")].is_lower_bound = true;
    desk_run(desk, 61 * S);
    assert_int_equal(desk_state(desk, "node_budget_warning", "rack"), ALARM_ACTIVE);
    set_budget(desk, "rack", 10000);
    desk->budgets[at(desk, "rack")].is_lower_bound = true;
    desk_run(desk, 10 * MINUTES);
    assert_int_equal(desk_state(desk, "node_budget_warning", "rack"), ALARM_ACTIVE);
    set_budget(desk, "rack", (double)NAN);
    desk_run(desk, 10 * MINUTES);
    assert_int_equal(desk_state(desk, "node_budget_warning", "rack"), ALARM_ACTIVE);
    set_budget(desk, "rack", 10000);
    desk_run(desk, 121 * S);
    assert_int_equal(desk_state(desk, "node_budget_warning", "rack"), ALARM_NORMAL);
    desk_free(desk);
}

static void a_circuit_is_judged_by_its_load_and_its_time_to_trip(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    struct power_node *node = plant_node(&desk->plant, POWER_BREAKER, "q1", "", "");
    node->rating.amperes = 630;
    node->trip.curve = CURVE_THERMAL_MAGNETIC;
    desk_open(desk);
    desk->ratio[0] = 0.9;
    desk->trips[0].earliest_s = HUGE_VAL;
    desk_run(desk, 301 * S);
    assert_int_equal(desk_state(desk, "circuit_load_high", "q1"), ALARM_ACTIVE);
    assert_string_equal(desk_texts(desk, "circuit_load_high", "q1").summary,
                        "q1: load over usable capacity: 90 %, limit 80 %");
    desk->ratio[0] = 1.3;
    desk->trips[0].earliest_s = 300;
    desk_run(desk, 6 * S);
    assert_int_equal(desk_state(desk, "trip_near", "q1"), ALARM_ACTIVE);
    assert_true(desk_texts(desk, "trip_near", "q1").seconds_left == 300);
    assert_string_equal(desk_texts(desk, "trip_near", "q1").summary,
                        "q1: would trip at this current: in 5 min");
    assert_int_equal(desk_state(desk, "circuit_load_high", "q1"), ALARM_SUPPRESSED);
    desk->trips[0].earliest_s = 100;
    desk_run(desk, 3 * S);
    assert_int_equal(desk_state(desk, "trip_imminent", "q1"), ALARM_ACTIVE);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 1);
    desk->trips[0].earliest_s = 1000; /* clear at twice the limit */
    desk_run(desk, 2 * MINUTES);
    assert_int_equal(desk_state(desk, "trip_imminent", "q1"), ALARM_NORMAL);
    assert_int_equal(desk_state(desk, "trip_near", "q1"), ALARM_ACTIVE);
    desk_free(desk);
}

/* Part of the current is not known: it may trip before that. */
static void a_time_to_trip_of_a_lower_bound_clears_nothing(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    struct power_node *node = plant_node(&desk->plant, POWER_BREAKER, "q1", "", "");
    node->rating.amperes = 630;
    node->trip.curve = CURVE_THERMAL_MAGNETIC;
    desk_open(desk);
    desk->trips[0].earliest_s = 100;
    desk_run(desk, 3 * S);
    assert_int_equal(desk_state(desk, "trip_imminent", "q1"), ALARM_ACTIVE);
    desk->trips[0].earliest_s = HUGE_VAL;
    desk->sums[0].flags |= SUM_LOWER_BOUND;
    desk_run(desk, 5 * MINUTES);
    assert_int_equal(desk_state(desk, "trip_imminent", "q1"), ALARM_ACTIVE);
    desk->sums[0].flags = 0;
    desk_run(desk, 2 * MINUTES);
    assert_int_equal(desk_state(desk, "trip_imminent", "q1"), ALARM_NORMAL);
    desk_free(desk);
}

/* One phase without volts is no dead bus where the others are not known. */
static void a_bus_is_dead_on_all_phases_or_not_known_to_be(void **state) {
    (void)state;
    struct desk *desk = begin_pair();
    desk_open(desk);
    set_volts(desk, "main-a", 231);
    desk_run(desk, S);
    set_volts(desk, "main-a", (double)NAN);
    desk->sums[at(desk, "main-a")].phase_volts[0] = 0;
    desk_run(desk, MINUTES);
    assert_int_equal(desk_state(desk, "bus_dead", "main-a"), ALARM_NORMAL);
    set_volts(desk, "main-a", 0);
    desk_run(desk, 3 * S);
    assert_int_equal(desk_state(desk, "bus_dead", "main-a"), ALARM_ACTIVE);
    desk_free(desk);
}

static void a_ups_is_judged_by_what_is_left_of_it(void **state) {
    (void)state;
    struct desk *desk = open_pair();
    desk->plant.nodes[2].rating.voltamperes = 500000;
    desk_open(desk);
    desk->ratio[at(desk, "ups-a")] = 0.93;
    desk_run(desk, 61 * S);
    assert_int_equal(desk_state(desk, "ups_load_high", "ups-a"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "circuit_load_high", "ups-a"), ALARM_NORMAL);
    desk->ratio[at(desk, "ups-a")] = 1.1;
    desk_run(desk, 11 * S);
    assert_int_equal(desk_texts(desk, "ups_load_critical", "ups-a").priority, 1);
    desk_free(desk);
}

static void what_is_out_of_service_is_announced_and_expires(void **state) {
    (void)state;
    struct desk *desk = open_pair();
    desk_open(desk);
    uint32_t ups = at(desk, "ups-a");
    alarms_set_out(desk->alarms, ups, desk->time.wall_ms + 10 * MINUTES, "kim", "fan change", &desk->time);
    desk_run(desk, 20);
    assert_int_equal(desk_state(desk, "out_of_service", "ups-a"), ALARM_ACTIVE);
    struct desk_texts texts = desk_texts(desk, "out_of_service", "ups-a");
    assert_int_equal(texts.priority, 4);
    assert_string_equal(texts.summary,
                        "ups-a: out of service until 2025-11-24T16:10:00Z, by kim: fan change");
    for (int i = 0; i < 4; i++) {
        SAY(desk, 0, UPS_BYPASS);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "ups_bypass", "ups-a"), ALARM_OUT_OF_SERVICE);
    struct alarm_measures measures;
    alarms_measure(desk->alarms, &desk->time, &measures);
    assert_int_equal(measures.out_of_service, 1);
    assert_int_equal(alarms_next_back(desk->alarms), POWER_NO_NODE);
    for (int i = 0; i < 120; i++) {
        SAY(desk, 0, UPS_BYPASS);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(alarms_next_back(desk->alarms), ups);
    assert_int_equal(alarms_next_back(desk->alarms), POWER_NO_NODE);
    assert_int_equal(desk_state(desk, "out_of_service", "ups-a"), ALARM_NORMAL);
    assert_int_equal(desk_state(desk, "ups_bypass", "ups-a"), ALARM_ACTIVE);
    desk_free(desk);
}

static void what_was_out_stays_so_over_a_restart(void **state) {
    (void)state;
    struct desk *desk = open_pair();
    desk_open(desk);
    uint32_t ups = at(desk, "ups-a");
    int64_t until_ms = desk->time.wall_ms + 10 * MINUTES;
    alarms_set_out(desk->alarms, ups, until_ms, "kim", "fan change", &desk->time);
    desk_run(desk, S);
    desk_restart(desk);
    desk_run(desk, S); /* the journal is being read */
    assert_int_equal(desk_state(desk, "out_of_service", "ups-a"), ALARM_ACTIVE);
    alarms_set_out(desk->alarms, ups, until_ms, "kim", "fan change", &desk->time); /* by the journal */
    desk_run(desk, S);
    assert_int_equal(desk->n_events, 1);
    desk_restart(desk);
    desk_run(desk, 6 * S); /* the journal does not say so any more */
    assert_int_equal(desk_state(desk, "out_of_service", "ups-a"), ALARM_NORMAL);
    desk_free(desk);
}

static void a_breaker_of_remote_io_is_its_nodes(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    struct power_node *bus = plant_node(&desk->plant, POWER_BUS, "bus", "", "");
    struct power_node *tie = plant_node(&desk->plant, POWER_TIE, "tie", "bus", "");
    plant_breaker(bus, "io-1:breaker/q1");
    plant_breaker(tie, "io-2:breaker/q1");
    tie->normally_open = true;
    plant_node(&desk->plant, POWER_BUSWAY, "way", "bus", "");
    uint32_t io_1 = desk_device(desk, CLASS_IO, "io-1", "", breaker_series, 1);
    uint32_t io_2 = desk_device(desk, CLASS_IO, "io-2", "", breaker_series, 1);
    desk_open(desk);
    desk->present[at(desk, "tie")].condition = CONDITION_OPEN;
    for (int i = 0; i < 8; i++) {
        bool is_open = i > 3;
        SAY(desk, io_1, is_open ? BREAKER_OPEN : BREAKER_CLOSED);
        SAY(desk, io_2, is_open ? BREAKER_OPEN : BREAKER_CLOSED);
        if (is_open) {
            desk->present[at(desk, "bus")].condition = CONDITION_OPEN;
            desk->supply[at(desk, "bus")] = desk->supply[at(desk, "way")] = SUPPLY_DEAD;
        }
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "breaker_trip", "io-1"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "breaker_trip", "io-2"), ALARM_NORMAL); /* a tie may open */
    assert_int_equal(desk_state(desk, "breaker_position", "bus"), ALARM_SUPPRESSED);
    assert_int_equal(desk_state(desk, "bus_dead", "bus"), ALARM_SUPPRESSED);
    assert_int_equal(desk_state(desk, "bus_dead", "way"), ALARM_SUPPRESSED);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 1);
    desk->present[at(desk, "tie")].condition = CONDITION_NORMAL;
    desk_run(desk, 11 * S);
    assert_int_equal(desk_state(desk, "breaker_position", "tie"), ALARM_ACTIVE);
    desk_free(desk);
}

static void set_measured(struct desk *desk, const char *node, double watts) {
    struct node_sum *sum = &desk->sums[at(desk, node)];
    *sum = (struct node_sum){
        .watts = watts, .measured = 1, .newest_ms = desk->time.wall_ms, .flags = SUM_MEASURED};
    for (int phase = 0; phase < PHASES; phase++)
        sum->phase_volts[phase] = (double)NAN;
}

static void feeds_of_a_rack_are_to_share(void **state) {
    (void)state;
    struct desk *desk = begin_pair();
    desk_open(desk);
    desk->usable[at(desk, "rack")].watts = 20000;
    set_measured(desk, "pdu-a", 9000);
    set_measured(desk, "pdu-b", 1000);
    desk_run(desk, 14 * MINUTES);
    assert_int_equal(desk_state(desk, "rack_split", "rack"), ALARM_NORMAL);
    desk_run(desk, 2 * MINUTES);
    assert_int_equal(desk_state(desk, "rack_split", "rack"), ALARM_ACTIVE);
    set_measured(desk, "pdu-b", 9000);
    desk_run(desk, 16 * MINUTES);
    assert_int_equal(desk_state(desk, "rack_split", "rack"), ALARM_NORMAL);
    set_measured(desk, "pdu-a", 1000); /* little load: of no meaning */
    set_measured(desk, "pdu-b", 10);
    desk_run(desk, 20 * MINUTES);
    assert_int_equal(desk_state(desk, "rack_split", "rack"), ALARM_NORMAL);
    desk_free(desk);
}

static void meters_are_held_against_those_below(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    plant_node(&desk->plant, POWER_BUS, "bus", "", "m-bus");
    plant_node(&desk->plant, POWER_LOAD, "l1", "bus", "m-1");
    plant_node(&desk->plant, POWER_LOAD, "l2", "bus", "m-2");
    desk_open(desk);
    double below = 4000;
    for (int i = 0; i < 31 * 60; i++) { /* all move but the second load, which is frozen */
        set_measured(desk, "bus", 10000 + i % 7);
        set_measured(desk, "l1", below + i % 5);
        set_measured(desk, "l2", 5000);
        desk_run(desk, S);
    }
    assert_int_equal(desk_state(desk, "meter_gap", "bus"), ALARM_ACTIVE);
    assert_int_equal(desk_texts(desk, "meter_gap", "bus").priority, 4);
    assert_int_equal(desk_state(desk, "meter_frozen", "l2"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "meter_frozen", "l1"), ALARM_NORMAL);
    assert_int_equal(desk->n_events, 2);
    desk_free(desk);
}

static void a_demand_forecast_is_held_to_the_contract(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    plant_node(&desk->plant, POWER_INTAKE, "grid", "", "");
    desk->plant.power.contract_watts = 1e8;
    desk_open(desk);
    struct demand demand = {.forecast_watts = 1.01e8, .elapsed_s = 100};
    desk->judged.demand = &demand;
    desk_run(desk, 2 * MINUTES);
    assert_int_equal(desk->n_events, 0); /* before minute 3 */
    demand.elapsed_s = 220;
    demand.is_partial = true;
    desk_run(desk, 2 * MINUTES);
    assert_int_equal(desk->n_events, 0); /* its start was not seen */
    demand.is_partial = false;
    desk_run(desk, 61 * S);
    assert_int_equal(desk_state(desk, "demand_critical", "grid"), ALARM_ACTIVE);
    assert_string_equal(desk_texts(desk, "demand_critical", "grid").summary,
                        "grid: demand of this block, as it will end, over the contract: 101 %, limit 100 %");
    assert_int_equal(desk_state(desk, "demand_high", "grid"), ALARM_SUPPRESSED);
    demand.forecast_watts = 5e7;
    desk_run(desk, 5 * MINUTES);
    assert_int_equal(desk_state(desk, "demand_critical", "grid"), ALARM_ACTIVE); /* until the block ends */
    demand.elapsed_s = 1;
    desk_run(desk, 61 * S);
    assert_int_equal(desk_state(desk, "demand_critical", "grid"), ALARM_NORMAL);
    desk_free(desk);
}

static void a_silent_gateways_nodes_are_unseen_as_one(void **state) {
    (void)state;
    struct desk *desk = begin_pair();
    for (uint32_t i = 0; i < desk->plant.power.n_nodes; i++)
        desk->plant.nodes[i].elsewhere = i != 1 && i != 3 && i != 5 && i != 7;
    desk_open(desk); /* a gateway: it need not hear of others */
    desk_run(desk, 31 * S);
    assert_int_equal(desk->n_events, 0);
    struct intake_config intake = {0};
    desk->config.intake = &intake; /* the site */
    desk_restart(desk);
    desk_run(desk, 31 * S);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 1);
    assert_int_equal(desk_state(desk, "node_unseen", "main-a"), ALARM_ACTIVE);
    assert_int_equal(desk_texts(desk, "node_unseen", "main-a").priority, 2);
    desk_free(desk);
}

/* Beside each other, not on one path: of each gateway the first node stands for all. */
static void each_silent_gateway_is_one_incident(void **state) {
    (void)state;
    static char gw_3[] = "gw-3", gw_4[] = "gw-4";
    struct desk *desk = begin_pair();
    uint32_t n = (uint32_t)desk->plant.power.n_nodes;
    for (uint32_t i = 0; i < n; i++) {
        desk->plant.nodes[i].elsewhere = true;
        desk->plant.nodes[i].gateway = i < n / 2 ? gw_3 : gw_4;
        desk->plant.nodes[i].n_sources = 0;
    }
    struct intake_config intake = {0};
    desk->config.intake = &intake;
    desk_open(desk);
    desk_run(desk, 31 * S);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 2);
    assert_int_equal(desk_count(desk, ALARM_SUPPRESSED), n - 2);
    for (uint32_t i = 0; i < n; i++)
        desk->plant.nodes[i].gateway = NULL; /* not the plant's to free */
    desk_free(desk);
}

static void nothing_is_invented_of_the_unknown(void **state) {
    (void)state;
    struct desk *desk = open_pair();
    for (uint32_t i = 0; i < desk->plant.power.n_nodes; i++) {
        desk->plant.nodes[i].rating.amperes = 100;
        desk->plant.nodes[i].trip.curve = CURVE_THERMAL_MAGNETIC;
        desk->plant.nodes[i].redundancy.rule = REDUNDANCY_2N;
    }
    desk_open(desk);
    for (uint32_t i = 0; i < desk->plant.power.n_nodes; i++) {
        desk->supply[i] = SUPPLY_UNDETERMINED;
        desk->present[i].condition = CONDITION_UNKNOWN;
        desk->budgets[i] =
            (struct budget_state){.unit = BUDGET_WATTS, .value = (double)NAN, .warning = 1, .critical = 2};
    }
    SAY(desk, 0, UPS_ONLINE);
    SAY(desk, 1, 100);
    for (int i = 0; i < 720; i++) {
        SAY(desk, 0, UPS_ONLINE);
        SAY(desk, 1, 100);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk->n_events, 0);
    desk_free(desk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_bus_is_one_alarm_with_what_follows),
        cmocka_unit_test(what_holds_on_after_its_cause_is_judged_again),
        cmocka_unit_test(a_later_onset_is_no_consequence),
        cmocka_unit_test(a_device_whose_own_supply_is_dead_is_no_alarm_of_its_own),
        cmocka_unit_test(the_highest_budget_on_the_path_stands_for_all),
        cmocka_unit_test(a_lower_bound_raises_and_never_clears),
        cmocka_unit_test(a_circuit_is_judged_by_its_load_and_its_time_to_trip),
        cmocka_unit_test(a_time_to_trip_of_a_lower_bound_clears_nothing),
        cmocka_unit_test(a_bus_is_dead_on_all_phases_or_not_known_to_be),
        cmocka_unit_test(a_ups_is_judged_by_what_is_left_of_it),
        cmocka_unit_test(what_is_out_of_service_is_announced_and_expires),
        cmocka_unit_test(what_was_out_stays_so_over_a_restart),
        cmocka_unit_test(a_breaker_of_remote_io_is_its_nodes),
        cmocka_unit_test(feeds_of_a_rack_are_to_share),
        cmocka_unit_test(meters_are_held_against_those_below),
        cmocka_unit_test(a_demand_forecast_is_held_to_the_contract),
        cmocka_unit_test(a_silent_gateways_nodes_are_unseen_as_one),
        cmocka_unit_test(each_silent_gateway_is_one_incident),
        cmocka_unit_test(nothing_is_invented_of_the_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
