/* SPDX-License-Identifier: Apache-2.0 */
/* Alarms of a small hall whose readings go all the way: through sums, loads, budgets and single losses. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/alarm_desk.h"

enum { S = 1000, MINUTES = 60 * 1000, RACKS = 6 };

static const struct series meter[] = {{ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL},
                                      {VOLTAGE, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
                                      {VOLTAGE, {.part = PART_INPUT, .phase = PHASE_L2}, NULL},
                                      {VOLTAGE, {.part = PART_INPUT, .phase = PHASE_L3}, NULL},
                                      {CURRENT, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
                                      {CURRENT, {.part = PART_INPUT, .phase = PHASE_L2}, NULL},
                                      {CURRENT, {.part = PART_INPUT, .phase = PHASE_L3}, NULL}};
static const struct series ups[] = {{UPS_MODE_STATE, {0}, NULL},
                                    {BATTERY_RUNTIME, {0}, NULL},
                                    {ACTIVE_POWER, {.part = PART_OUTPUT, .phase = PHASE_TOTAL}, NULL}};
static const struct series pdu[] = {{ACTIVE_POWER, {.part = PART_INLET, .phase = PHASE_TOTAL}, NULL},
                                    {CURRENT, {.part = PART_INLET, .phase = PHASE_L1}, NULL},
                                    {CURRENT, {.part = PART_INLET, .phase = PHASE_L2}, NULL},
                                    {CURRENT, {.part = PART_INLET, .phase = PHASE_L3}, NULL}};

struct hall {
    struct desk *desk;
    struct judge *judge;
    uint32_t meters[2], upses[2], pdus[2][RACKS];
    bool is_dead[2], is_lost[2]; /* the mains; the busway behind the UPS */
    double wobble;
};

static struct power_budget budget = {.warning = {BUDGET_RATIO, 0.8},
                                     .critical = {BUDGET_RATIO, 0.95},
                                     .deadband = 0.02,
                                     .on_delay_ms = 60 * S,
                                     .off_delay_ms = 120 * S};

static void add_side(struct hall *hall, int side) {
    static const char *const mains[] = {"main-a", "main-b"}, *const upses[] = {"ups-a", "ups-b"};
    static const char *const ways[] = {"way-a", "way-b"}, *const meters[] = {"meter-a", "meter-b"};
    struct plant *plant = &hall->desk->plant;
    char name[20], at[40];
    struct power_node *node = plant_node(plant, POWER_BUS, mains[side], "", meters[side]);
    node->rating = (struct power_rating){.amperes = 400, .volts = 400};
    node = plant_node(plant, POWER_UPS, upses[side], mains[side], upses[side]);
    node->rating = (struct power_rating){.voltamperes = 200000, .watts = 200000, .volts = 400};
    node = plant_node(plant, POWER_BUSWAY, ways[side], upses[side], "");
    node->rating = (struct power_rating){.amperes = 400, .volts = 400};
    node->budget = &budget;
    for (int i = 0; i < RACKS; i++) {
        snprintf(name, sizeof(name), "pdu-%d-%c", i, 'a' + side);
        node = plant_node(plant, POWER_PDU, name, ways[side], name);
        node->rating = (struct power_rating){.amperes = 32, .volts = 400};
        snprintf(at, sizeof(at), "hall-1/1/r%d/%c", i, 'A' + side);
        hall->pdus[side][i] = desk_device(hall->desk, CLASS_PDU, name, at, pdu, 4);
    }
    hall->meters[side] = desk_device(hall->desk, CLASS_METER, meters[side], "hall-1///", meter, 7);
    hall->upses[side] = desk_device(hall->desk, CLASS_UPS, upses[side], "hall-1///", ups, 3);
}

static struct hall begin(void) {
    struct hall hall = {.desk = desk_new()};
    struct plant *plant = &hall.desk->plant;
    char name[20], sources[40];
    add_side(&hall, 0);
    add_side(&hall, 1);
    for (int i = 0; i < RACKS; i++) {
        snprintf(name, sizeof(name), "rack-%d", i);
        snprintf(sources, sizeof(sources), "pdu-%d-a;pdu-%d-b", i, i);
        struct power_node *rack = plant_node(plant, POWER_RACK, name, sources, "");
        rack->redundancy.rule = REDUNDANCY_2N;
    }
    desk_open(hall.desk);
    plant->power.publish_ms = 1000;
    hall.desk->config.power = &plant->power;
    assert_int_equal(judge_new(&hall.desk->config, hall.desk->board, 1, &hall.judge), 0);
    return hall;
}

static void end(struct hall *hall) {
    judge_free(hall->judge);
    desk_free(hall->desk);
}

static void give(struct hall *hall, uint32_t device, const double *values, size_t n) {
    struct plant_device *from = &hall->desk->plant.devices[device];
    for (size_t i = 0; i < n; i++)
        from->values[i] = values[i];
    memset(from->qualities, QUALITY_GOOD, n);
    from->batch.time_ms = hall->desk->time.wall_ms;
    judge_take(hall->judge, &from->batch, &hall->desk->time);
}

static void give_side(struct hall *hall, int side) {
    bool is_dead = hall->is_dead[side], is_lost = hall->is_lost[side], other = hall->is_lost[1 - side];
    double watts = is_lost ? 0 : (other ? 8000 : 4000) + hall->wobble, amperes = watts / 692;
    double mains = is_dead ? 0 : RACKS * watts, volts = is_dead ? 2 : 231;
    give(hall, hall->meters[side],
         (const double[]){mains, volts, volts, volts, mains / 692, mains / 692, mains / 692}, 7);
    give(hall, hall->upses[side],
         (const double[]){is_dead ? UPS_ON_BATTERY : UPS_ONLINE, 1200, RACKS * watts}, 3);
    for (int i = 0; i < RACKS && !is_lost; i++)
        give(hall, hall->pdus[side][i], (const double[]){watts, amperes, amperes, amperes}, 4);
}

static void run(struct hall *hall, int64_t elapsed_ms) {
    for (int64_t gone_ms = 0; gone_ms < elapsed_ms; gone_ms += 100) {
        if (gone_ms % (5 * S) == 0) {
            hall->wobble = (double)(hall->desk->time.monotonic_ms / 5000 % 7);
            give_side(hall, 0);
            give_side(hall, 1);
        }
        hall->desk->time.wall_ms += 100;
        hall->desk->time.monotonic_ms += 100;
        judge_tick(hall->judge, &hall->desk->time);
        desk_note(hall->desk);
    }
}

static void a_hall_that_runs_has_no_alarm(void **state) {
    (void)state;
    struct hall hall = begin();
    run(&hall, 40 * MINUTES);
    for (size_t i = 0; i < hall.desk->n_events; i++)
        fail_msg("%s of %s", hall.desk->events[i].id, hall.desk->events[i].subject);
    end(&hall);
}

static void lost_mains_are_one_alarm(void **state) {
    (void)state;
    struct hall hall = begin();
    run(&hall, 2 * MINUTES);
    hall.is_dead[0] = true;
    run(&hall, 50 * S);
    assert_int_equal(desk_state(hall.desk, "bus_dead", "main-a"), ALARM_ACTIVE);
    assert_int_equal(desk_state(hall.desk, "ups_on_battery", "ups-a"), ALARM_SUPPRESSED);
    /* And what is never hidden: that the racks stand on one feed; of all of them, once. */
    assert_int_equal(desk_count(hall.desk, ALARM_ACTIVE), 2);
    assert_string_equal(desk_texts(hall.desk, "redundancy_lost", "rack-0").consequences,
                        "5 nodes without redundancy");
    hall.is_dead[0] = false;
    run(&hall, 5 * MINUTES);
    assert_int_equal(desk_count(hall.desk, ALARM_ACTIVE) + desk_count(hall.desk, ALARM_SUPPRESSED), 0);
    end(&hall);
}

static void a_lost_feed_is_one_alarm(void **state) {
    (void)state;
    struct hall hall = begin();
    run(&hall, 2 * MINUTES);
    hall.is_lost[0] = true;
    run(&hall, 2 * MINUTES);
    assert_int_equal(desk_count(hall.desk, ALARM_ACTIVE), 1);
    assert_string_equal(desk_texts(hall.desk, "feed_lost", "way-a").consequences,
                        "6 PDUs silent, 6 racks on one feed");
    end(&hall);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hall_that_runs_has_no_alarm),
        cmocka_unit_test(lost_mains_are_one_alarm),
        cmocka_unit_test(a_lost_feed_is_one_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
