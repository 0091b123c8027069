/* SPDX-License-Identifier: Apache-2.0 */
/* judge/inputs.h through the sums: which series a meter or a state point means, and what counts how long. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "tests/sim/plant.h"

static const double unknown = (double)NAN;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int64_t start_ms = 1764000000000;

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-6 * fmax(1, fabs(expected))))
        fail_msg("%.9g instead of %.9g", value, expected);
}

static struct plant *begin(void) {
    struct plant *plant = test_calloc(1, sizeof(*plant));
    plant_begin(plant);
    return plant;
}

static void end(struct plant *plant) {
    plant_end(plant);
    test_free(plant);
}

static const struct node_sum *settled(struct plant *plant, const char *name, int64_t now_ms) {
    sums_age(plant->sums, now_ms);
    sums_settle(plant->sums, now_ms);
    return plant_sum(plant, name);
}

static uint8_t condition(const struct plant *plant, const char *name) {
    return sums_present(plant->sums)[plant_number(plant, name)].condition;
}

/* --- which series --- */

/* Two inlets: the device is both; inlet 2 is one. Outlets and alarms are nobody's meter. */
static void inlets_add_up(void **state) {
    (void)state;
    static const struct series pdu[] = {
        {ACTIVE_POWER, {.part = PART_INLET, .depth = 1, .id = {1}, .phase = PHASE_TOTAL}, NULL},
        {ACTIVE_POWER, {.part = PART_INLET, .depth = 1, .id = {2}, .phase = PHASE_TOTAL}, NULL},
        {ACTIVE_POWER, {.part = PART_OUTLET, .depth = 1, .id = {1}}, NULL},
        {ACTIVE_POWER, {.part = PART_INLET, .depth = 1, .id = {1}, .point = "peak"}, NULL},
        {CURRENT, {.part = PART_INLET, .depth = 1, .id = {2}, .phase = PHASE_L1}, NULL},
        {CURRENT, {.part = PART_INLET, .depth = 1, .id = {2}, .phase = PHASE_L2}, NULL},
        {CURRENT, {.part = PART_INLET, .depth = 1, .id = {2}, .phase = PHASE_L3}, NULL}};
    struct plant *plant = begin();
    plant_node(plant, POWER_PDU, "both", "", "pdu");
    plant_node(plant, POWER_PDU, "second", "", "pdu:inlet/2");
    plant_node(plant, POWER_LOAD, "outlet", "", "pdu:outlet/1")->phases = 1;
    plant_node(plant, POWER_LOAD, "third", "", "pdu:inlet/3");
    plant_settle(plant);
    plant_say(plant, plant_device(plant, "pdu", pdu, COUNT(pdu)), (double[]){1000, 2000, 70, 99, 3, 4, 5},
              start_ms, start_ms);
    assert_near(settled(plant, "both", start_ms)->watts, 3000);
    assert_near(plant_sum(plant, "second")->watts, 2000);
    assert_near(plant_sum(plant, "second")->amperes, 5);
    assert_near(plant_sum(plant, "outlet")->watts, 70);
    assert_true(isnan(plant_sum(plant, "third")->watts));
    end(plant);
}

/* What the device adds up itself is its total; what is numbered is asked for by its number. */
static void a_total_beside_its_parts(void **state) {
    (void)state;
    static const struct series pdu[] = {{ACTIVE_POWER, {.part = PART_INPUT, .depth = 1, .id = {1}}, NULL},
                                        {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL},
                                        {ACTIVE_POWER, {.part = PART_INPUT, .depth = 1, .id = {2}}, NULL}};
    struct plant *plant = begin();
    plant_node(plant, POWER_PDU, "whole", "", "pdu");
    plant_node(plant, POWER_PDU, "first", "", "pdu:input/1");
    plant_settle(plant);
    plant_say(plant, plant_device(plant, "pdu", pdu, 3), (double[]){100, 305, 200}, start_ms, start_ms);
    assert_near(settled(plant, "whole", start_ms)->watts, 305);
    assert_near(plant_sum(plant, "first")->watts, 100);
    end(plant);
}

/* A plant that tells its mains, its battery and its load current: the battery is on the bus. */
static void volts_of_direct_current(void **state) {
    (void)state;
    static const struct series plant_of_dc[] = {{VOLTAGE, {.part = PART_MAINS}, NULL},
                                                {BATTERY_VOLTAGE, {.part = PART_BATTERY}, NULL},
                                                {CURRENT, {.part = PART_LOAD, .phase = PHASE_TOTAL}, NULL}};
    struct plant *plant = begin();
    plant_node(plant, POWER_DC_BUS, "dc", "", "d")->phases = 0;
    plant_node(plant, POWER_PDU, "ac", "", "d")->phases = 1;
    plant_settle(plant);
    plant_say(plant, plant_device(plant, "d", plant_of_dc, 3), (double[]){231, -54, 10}, start_ms, start_ms);
    assert_near(settled(plant, "dc", start_ms)->watts, 540);
    assert_near(plant_sum(plant, "ac")->phase_volts[0], 231);
    end(plant);
}

/* Totals are numbered, phases are not (vertiv_geist): one input, one meter. */
static void phases_beside_a_numbered_total(void **state) {
    (void)state;
    static const struct series pdu[] = {
        {ACTIVE_POWER, {.part = PART_INPUT, .depth = 1, .id = {1}, .phase = PHASE_TOTAL}, NULL},
        {CURRENT, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
        {CURRENT, {.part = PART_INPUT, .phase = PHASE_L2}, NULL},
        {CURRENT, {.part = PART_INPUT, .phase = PHASE_L3}, NULL},
        {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
        {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_L2}, NULL},
        {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_L3}, NULL}};
    struct plant *plant = begin();
    plant_node(plant, POWER_PDU, "whole", "", "pdu");
    plant_settle(plant);
    plant_say(plant, plant_device(plant, "pdu", pdu, COUNT(pdu)), (double[]){3000, 1, 5, 7, 200, 1200, 1600},
              start_ms, start_ms);
    const struct node_sum *sum = settled(plant, "whole", start_ms);
    assert_near(sum->watts, 3000);
    assert_near(sum->amperes, 7);
    assert_near(sum->phase_watts[2], 1600);
    end(plant);
}

/* A UPS gives its output, what it takes has to be named; a circuit has the voltage of the meter's input. */
static void the_part_that_is_meant(void **state) {
    (void)state;
    static const struct series ups[] = {{ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL},
                                        {ACTIVE_POWER, {.part = PART_OUTPUT, .phase = PHASE_TOTAL}, NULL}};
    static const struct series meter[] = {{CURRENT, {.part = PART_CIRCUIT, .depth = 1, .id = {3}}, NULL},
                                          {ACTIVE_POWER, {.part = PART_CIRCUIT, .depth = 1, .id = {3}}, NULL},
                                          {VOLTAGE, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
                                          {VOLTAGE, {.part = PART_INPUT, .phase = PHASE_L2}, NULL}};
    struct plant *plant = begin();
    plant_node(plant, POWER_UPS, "ups", "", "ups-1");
    plant_node(plant, POWER_BREAKER, "before", "", "ups-1:input");
    struct power_node *circuit = plant_node(plant, POWER_BREAKER, "circuit", "", "m:circuit/3");
    circuit->phases = 1;
    circuit->phase = 1;
    plant_settle(plant);
    plant_say(plant, plant_device(plant, "ups-1", ups, 2), (double[]){95, 90}, start_ms, start_ms);
    plant_say(plant, plant_device(plant, "m", meter, 4), (double[]){10, 2000, 230, 231}, start_ms, start_ms);
    assert_near(settled(plant, "ups", start_ms)->watts, 90);
    assert_near(plant_sum(plant, "before")->watts, 95);
    assert_near(plant_sum(plant, "circuit")->amperes, 10);
    assert_near(plant_sum(plant, "circuit")->phase_volts[0], 231);
    assert_near(plant_sum(plant, "circuit")->voltamperes, 2310);
    end(plant);
}

/* --- states --- */

static const struct series contacts[] = {{BREAKER_STATE, {.part = PART_BREAKER, .point = "q1"}, NULL},
                                         {BREAKER_STATE, {.part = PART_BREAKER, .point = "q2"}, NULL},
                                         {DEVICE_UP, {0}, NULL}};

static void a_breaker_and_its_silence(void **state) {
    (void)state;
    struct plant *plant = begin();
    plant_breaker(plant_node(plant, POWER_BREAKER, "q1", "", ""), "io:breaker/q1");
    plant_breaker(plant_node(plant, POWER_BREAKER, "q2", "", ""), "io:breaker/q2");
    plant_node(plant, POWER_RACK, "rack", "q1;q2", "");
    plant_settle(plant);
    settled(plant, "rack", start_ms);
    uint32_t io = plant_device(plant, "io", contacts, 3);
    assert_true(plant_say(plant, io, (double[]){BREAKER_CLOSED, BREAKER_TRIPPED, 1}, start_ms, start_ms));
    settled(plant, "rack", start_ms);
    assert_int_equal(plant_supply(plant, "q2"), SUPPLY_DEAD);
    assert_near(plant_carries(plant, "q1", "rack"), 1);
    assert_false(plant_say(plant, io, (double[]){BREAKER_CLOSED, BREAKER_TRIPPED, 1}, start_ms, start_ms));
    assert_true(plant_say(plant, io, (double[]){unknown, unknown, 0}, start_ms + 1000, start_ms + 1000));
    settled(plant, "rack", start_ms + 1000);
    assert_int_equal(condition(plant, "q2"), CONDITION_UNKNOWN);
    assert_int_equal(plant_supply(plant, "q2"), SUPPLY_DEAD); /* as it was last known */
    sums_set_out(plant->sums, 0, true);
    settled(plant, "rack", start_ms + 1000);
    assert_int_equal(plant_supply(plant, "rack"), SUPPLY_DEAD);
    sums_set_out(plant->sums, 0, false);
    plant_say(plant, io, (double[]){BREAKER_CLOSED, BREAKER_CLOSED, 1}, start_ms + 2000, start_ms + 2000);
    settled(plant, "rack", start_ms + 2000);
    assert_near(plant_carries(plant, "q2", "rack"), 0.5);
    sums_set_out(plant->sums, 0, true); /* it is told to be closed all the same */
    settled(plant, "rack", start_ms + 2000);
    assert_int_equal(condition(plant, "q1"), CONDITION_OUT);
    assert_near(plant_carries(plant, "q2", "rack"), 0.5);
    end(plant);
}

/* Open, and a meter behind it goes on to show power: undetermined, until it shows none. */
static void an_open_breaker_that_carries(void **state) {
    (void)state;
    static const struct series power[] = {{ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL}};
    struct plant *plant = begin();
    plant_breaker(plant_node(plant, POWER_BREAKER, "q1", "", ""), "io:breaker/q1");
    plant_node(plant, POWER_PDU, "pdu", "q1", "m");
    plant_settle(plant);
    uint32_t io = plant_device(plant, "io", contacts, 3), m = plant_device(plant, "m", power, 1);
    int64_t now_ms = start_ms;
    plant_say(plant, m, (double[]){5000}, now_ms, now_ms);
    plant_say(plant, io, (double[]){BREAKER_OPEN, unknown, 1}, now_ms, now_ms);
    settled(plant, "pdu", now_ms);
    assert_int_equal(plant_supply(plant, "q1"), SUPPLY_DEAD); /* the meter has not been read since */
    for (int i = 0; i < 4; i++) {
        now_ms += 1000;
        plant_say(plant, m, (double[]){5000}, now_ms, now_ms);
        settled(plant, "pdu", now_ms);
    }
    assert_int_equal(plant_supply(plant, "q1"), SUPPLY_UNDETERMINED);
    assert_near(plant_sum(plant, "q1")->watts, 5000);
    now_ms += 1000;
    plant_say(plant, m, (double[]){3}, now_ms, now_ms);
    settled(plant, "pdu", now_ms);
    assert_int_equal(plant_supply(plant, "q1"), SUPPLY_DEAD);
    assert_near(plant_sum(plant, "q1")->watts, 0);
    end(plant);
}

static void machines_and_their_units(void **state) {
    (void)state;
    static const struct series ups[] = {{UPS_MODE_STATE, {0}, NULL},
                                        {MODULES_FITTED, {0}, NULL},
                                        {MODULES_ACTIVE, {0}, NULL},
                                        {ACTIVE_POWER, {.part = PART_OUTPUT, .phase = PHASE_TOTAL}, NULL}};
    static const struct series shelf[] = {
        {POWER_SUPPLY_STATE, {.part = PART_POWER_SUPPLY, .depth = 1, .id = {1}}, NULL},
        {POWER_SUPPLY_STATE, {.part = PART_POWER_SUPPLY, .depth = 1, .id = {2}}, NULL}};
    static const struct series ats[] = {{TRANSFER_SWITCH_SOURCE_STATE, {0}, NULL},
                                        {UNIT_STATE, {.part = PART_GENERATOR}, NULL},
                                        {SOURCE_AVAILABLE_STATE, {.part = PART_MAINS}, NULL}};
    struct plant *plant = begin();
    plant_tells(plant_node(plant, POWER_INTAKE, "grid", "", ""), "ats-1:mains");
    plant_tells(plant_node(plant, POWER_GENERATOR, "gen", "", ""), "ats-1");
    plant_tells(plant_node(plant, POWER_ATS, "ats", "grid;gen", ""), "ats-1");
    struct power_node *node = plant_node(plant, POWER_UPS, "ups", "ats", "ups-1");
    node->units = 4;
    node->rating.watts = 50000;
    node = plant_node(plant, POWER_SHELF, "shelf", "ups", "");
    plant_tells(node, "shelf-1");
    plant_settle(plant);
    uint32_t switches = plant_device(plant, "ats-1", ats, 3);
    uint32_t modules = plant_device(plant, "ups-1", ups, 4),
             supplies = plant_device(plant, "shelf-1", shelf, 2);
    plant_say(plant, switches, (double[]){SOURCE_A, UNIT_STANDBY, STATE_YES}, start_ms, start_ms);
    plant_say(plant, modules, (double[]){UPS_ONLINE, 4, 3, 100000}, start_ms, start_ms);
    plant_say(plant, supplies, (double[]){SUPPLY_OK, SUPPLY_FAULT}, start_ms, start_ms);
    settled(plant, "ups", start_ms);
    assert_int_equal(condition(plant, "gen"), CONDITION_STANDBY);
    assert_int_equal(plant_supply(plant, "gen"), SUPPLY_DEAD);
    assert_near(plant_carries(plant, "grid", "ats"), 1);
    const struct node_present *present = &sums_present(plant->sums)[plant_number(plant, "ups")];
    assert_int_equal(present->units_out, 1);
    assert_near(usable_of(&plant->nodes[plant_number(plant, "ups")], present).watts, 150000);
    assert_int_equal(sums_present(plant->sums)[plant_number(plant, "shelf")].units_out, 1);
    plant_say(plant, switches, (double[]){SOURCE_B, UNIT_RUNNING, STATE_NO}, start_ms, start_ms);
    plant_say(plant, modules, (double[]){UPS_ON_BATTERY, unknown, unknown, unknown}, start_ms, start_ms);
    settled(plant, "ups", start_ms);
    assert_int_equal(plant_supply(plant, "grid"), SUPPLY_DEAD);
    assert_near(plant_carries(plant, "gen", "ats"), 1);
    assert_int_equal(plant_supply(plant, "shelf"), SUPPLY_BATTERY);
    end(plant);
}

/* --- views that come and go --- */

static const struct series power[] = {{ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL}};

static void a_new_generation_binds_anew(void **state) {
    (void)state;
    static const struct series more[] = {{FREQUENCY, {.part = PART_INPUT}, NULL},
                                         {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL}};
    struct plant *plant = begin();
    plant_node(plant, POWER_BREAKER, "q", "", "m");
    plant_settle(plant);
    uint32_t m = plant_device(plant, "m", power, 1);
    plant_say(plant, m, (double[]){500}, start_ms, start_ms);
    assert_near(settled(plant, "q", start_ms)->watts, 500);
    struct device_view *old = device_view_hold(plant->devices[m].view);
    plant_device(plant, "m", more, 2);
    plant_say(plant, m, (double[]){60, unknown}, start_ms, start_ms);
    assert_near(settled(plant, "q", start_ms)->watts, 500); /* what the old view said still counts */
    plant_say(plant, m, (double[]){60, 700}, start_ms, start_ms);
    assert_near(settled(plant, "q", start_ms)->watts, 700);
    struct batch late = plant->devices[m].batch; /* of the old view, behind the new one */
    late.view = old;
    late.n = 1;
    sums_take(plant->sums, &late, start_ms);
    assert_near(settled(plant, "q", start_ms)->watts, 700);
    plant_farewell(plant, m, start_ms);
    assert_true(isnan(settled(plant, "q", start_ms)->watts));
    device_view_release(old);
    end(plant);
}

/* --- time --- */

/* Every minute is this meter's pace: it is fresh for three minutes. */
static void a_slow_meter_is_fresh_for_longer(void **state) {
    (void)state;
    struct plant *plant = begin();
    plant_node(plant, POWER_BREAKER, "q", "", "m");
    plant_settle(plant);
    uint32_t m = plant_device(plant, "m", power, 1);
    int64_t now_ms = start_ms;
    for (int i = 0; i < 3; i++) {
        now_ms += 60000;
        plant_say(plant, m, (double[]){500}, now_ms, now_ms);
    }
    assert_near((double)settled(plant, "q", now_ms + 170000)->measured, 1);
    assert_near((double)settled(plant, "q", now_ms + 181000)->held, 1);
    assert_near((double)settled(plant, "q", now_ms + 241000)->unknown, 1);
    end(plant);
}

/* An hour back: what comes then is the newest, though its time is before; what is on its way from before is
 * not. */
static void a_clock_that_steps(void **state) {
    (void)state;
    struct plant *plant = begin();
    plant_node(plant, POWER_BREAKER, "q", "", "m");
    plant_settle(plant);
    uint32_t m = plant_device(plant, "m", power, 1);
    int64_t now_ms = start_ms, hour_ms = 3600000;
    plant_say(plant, m, (double[]){500}, now_ms, now_ms);
    plant_say(plant, m, (double[]){400}, now_ms - 5000, now_ms); /* overtaken on its way */
    assert_near(settled(plant, "q", now_ms)->watts, 500);
    now_ms -= hour_ms;
    assert_near((double)settled(plant, "q", now_ms)->measured, 1);
    plant_say(plant, m, (double[]){600}, now_ms, now_ms);
    assert_near(settled(plant, "q", now_ms)->watts, 600);
    sums_synchronize(plant->sums, now_ms, 1000); /* and two hours on, which the other clock did not see */
    now_ms += 2 * hour_ms;
    sums_synchronize(plant->sums, now_ms, 2000);
    assert_near((double)settled(plant, "q", now_ms)->measured, 1);
    sums_synchronize(plant->sums, now_ms + 20000, 22000);
    assert_near((double)settled(plant, "q", now_ms + 20000)->held, 1);
    end(plant);
}

static void bad_readings_are_held_over(void **state) {
    (void)state;
    struct plant *plant = begin();
    plant_node(plant, POWER_BREAKER, "q", "", "m");
    plant_settle(plant);
    uint32_t m = plant_device(plant, "m", power, 1);
    plant_say_badly(plant, m, QUALITY_BAD, start_ms);
    assert_true(isnan(settled(plant, "q", start_ms)->watts));
    plant_say(plant, m, (double[]){500}, start_ms, start_ms);
    plant_say_badly(plant, m, QUALITY_BAD, start_ms + 1000);
    assert_near((double)settled(plant, "q", start_ms + 1000)->held, 1);
    assert_near(plant_sum(plant, "q")->watts, 500);
    plant_say_badly(plant, m, QUALITY_SUBSTITUTED, start_ms + 2000);
    assert_near((double)settled(plant, "q", start_ms + 2000)->measured, 1);
    end(plant);
}

/* --- other gateways --- */

/* As node_figures.c publishes: what is no more than a bound is another series. */
static void a_node_of_another_gateway(void **state) {
    (void)state;
    static const struct series node[] = {{ACTIVE_POWER, {.phase = PHASE_TOTAL}, NULL},
                                         {ACTIVE_POWER, {.phase = PHASE_TOTAL, .point = "at_least"}, NULL},
                                         {MEASURED_RATIO, {0}, NULL},
                                         {HELD_RATIO, {0}, NULL},
                                         {UNKNOWN_RATIO, {0}, NULL},
                                         {INPUT_SKEW, {0}, NULL},
                                         {SUPPLY_STATE, {0}, NULL},
                                         {APPARENT_POWER, {.phase = PHASE_TOTAL, .point = "bound"}, NULL},
                                         {CLOCK_ERROR, {0}, NULL}};
    struct plant *plant = begin();
    plant_node(plant, POWER_INTAKE, "grid", "", "");
    plant_node(plant, POWER_BUS, "hall-1", "grid", "")->elsewhere = true;
    plant_node(plant, POWER_BUS, "hall-2", "grid", "")->elsewhere = true;
    plant_settle(plant);
    uint32_t one = plant_elsewhere(plant, "hall-1", node, COUNT(node));
    uint32_t two = plant_elsewhere(plant, "hall-2", node, COUNT(node));
    int64_t now_ms = start_ms;
    plant_say(plant, one, (double[]){3e6, unknown, 0.9, 0.1, 0, 2.5, SUPPLY_IS_LIVE, 3.2e6, 0.1}, now_ms,
              now_ms);
    plant_say(plant, two, (double[]){1e6, unknown, 1, 0, 0, 0, SUPPLY_IS_LIVE, 1e6, 0.2}, now_ms, now_ms);
    const struct node_sum *grid = settled(plant, "grid", now_ms);
    assert_near(grid->watts, 4e6);
    assert_near((double)grid->measured, 0.925);
    assert_int_equal(grid->newest_ms - grid->oldest_ms, 2800); /* their clocks may be wrong */
    assert_int_equal(grid->flags & SUM_LOWER_BOUND, 0);
    assert_int_equal(grid->flags & SUM_VA_IS_BOUND, SUM_VA_IS_BOUND);
    now_ms += 1000;
    plant_say(plant, two, (double[]){unknown, 6e5, 0.6, 0, 0.4, 0, SUPPLY_IS_DEAD, unknown, 0.2}, now_ms,
              now_ms);
    grid = settled(plant, "grid", now_ms);
    assert_int_equal(plant_supply(plant, "hall-2"), SUPPLY_DEAD);
    plant_say(plant, two, (double[]){unknown, 6e5, 0.6, 0, 0.4, 0, SUPPLY_IS_LIVE, unknown, 0.2}, now_ms,
              now_ms);
    grid = settled(plant, "grid", now_ms);
    assert_near(grid->watts, 3.6e6);
    assert_int_equal(grid->flags & SUM_LOWER_BOUND, SUM_LOWER_BOUND);
    for (int i = 0; i < 80; i++) { /* hall 2 is silent: unknown, not nothing */
        now_ms += 1000;
        plant_say(plant, one, (double[]){3e6, unknown, 1, 0, 0, 0, SUPPLY_IS_LIVE, 3.2e6, 0.1}, now_ms,
                  now_ms);
        settled(plant, "grid", now_ms);
    }
    grid = plant_sum(plant, "grid");
    assert_near(grid->watts, 3e6);
    assert_true(grid->unknown > 0.1F);
    assert_int_equal(grid->flags & SUM_LOWER_BOUND, SUM_LOWER_BOUND);
    assert_true(isnan(plant_sum(plant, "hall-2")->watts));
    end(plant);
}

/* --- why --- */

static void count_input(void *context, const struct sum_input *input) {
    size_t *n = context;
    assert_string_equal(input->device, "m");
    assert_int_equal(input->quantity, ACTIVE_POWER);
    assert_near(input->value, 500);
    assert_int_equal(input->time_ms, start_ms);
    assert_int_equal(input->quality, QUALITY_GOOD);
    assert_false(input->is_held);
    ++*n;
}

static void why_shows_the_inputs(void **state) {
    (void)state;
    struct plant *plant = begin();
    size_t n = 0;
    plant_node(plant, POWER_BREAKER, "q", "", "m");
    plant_node(plant, POWER_BREAKER, "other", "", "m");
    plant_settle(plant);
    plant_say(plant, plant_device(plant, "m", power, 1), (double[]){500}, start_ms, start_ms);
    sums_explain(plant->sums, 0, count_input, &n);
    assert_int_equal(n, 1);
    end(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inlets_add_up),
        cmocka_unit_test(a_total_beside_its_parts),
        cmocka_unit_test(volts_of_direct_current),
        cmocka_unit_test(phases_beside_a_numbered_total),
        cmocka_unit_test(the_part_that_is_meant),
        cmocka_unit_test(a_breaker_and_its_silence),
        cmocka_unit_test(an_open_breaker_that_carries),
        cmocka_unit_test(machines_and_their_units),
        cmocka_unit_test(a_new_generation_binds_anew),
        cmocka_unit_test(a_slow_meter_is_fresh_for_longer),
        cmocka_unit_test(a_clock_that_steps),
        cmocka_unit_test(bad_readings_are_held_over),
        cmocka_unit_test(a_node_of_another_gateway),
        cmocka_unit_test(why_shows_the_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
