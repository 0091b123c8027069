/* SPDX-License-Identifier: Apache-2.0 */
/* judge/alarms.h: rules over the readings of devices, over their silence, and the site's own. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/alarm_desk.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SAY(desk, device, ...) desk_say((desk), (device), (const double[]){__VA_ARGS__})

enum { S = 1000, MINUTES = 60 * 1000 };

static const struct series leak_series[] = {{LEAK_STATE, {.part = PART_SENSOR, .depth = 1, .id = {2}}, NULL}};
static const struct series ups_series[] = {
    {UPS_MODE_STATE, {0}, NULL}, {BATTERY_RUNTIME, {0}, NULL}, {UPS_BATTERY_STATE, {0}, NULL}};
static const struct series breaker_series[] = {
    {BREAKER_STATE, {.part = PART_BREAKER, .depth = 1, .id = {1}}, NULL}};
static const struct series inlet_series[] = {{AIR_TEMPERATURE, {.point = "inlet"}, NULL}};
static const struct series cdu_series[] = {
    {PUMP_STATE, {.part = PART_PUMP, .depth = 1, .id = {1}}, NULL},
    {PUMP_STATE, {.part = PART_PUMP, .depth = 1, .id = {2}}, NULL},
    {COOLANT_FLOW, {.side = SIDE_SECONDARY}, NULL},
    {COOLANT_FLOW_SETPOINT, {.side = SIDE_SECONDARY}, NULL},
    {COOLANT_TEMPERATURE, {.side = SIDE_SECONDARY, .point = "supply"}, NULL},
    {TEMPERATURE_SETPOINT, {.point = "supply"}, NULL},
    {DEW_POINT, {0}, NULL},
    {UNIT_STATE, {0}, NULL}};
static const struct series alarm_series[] = {{ALARM_STATE, {.point = "on_battery"}, NULL},
                                             {UPS_MODE_STATE, {0}, NULL}};
static const struct series power_series[] = {
    {ACTIVE_POWER, {.part = PART_INLET, .phase = PHASE_TOTAL}, NULL}};

/* Says the same every 5 s for so long. */
static void repeat(struct desk *desk, uint32_t device, const double *values, int64_t elapsed_ms) {
    for (int64_t gone_ms = 0; gone_ms < elapsed_ms; gone_ms += 5 * S) {
        desk_say(desk, device, values);
        desk_run(desk, 5 * S);
    }
}

static void a_leak_latches_until_its_reset(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t leak = desk_device(desk, CLASS_SENSOR, "leak-1", "hall-1/r1//", leak_series, 1);
    desk_open(desk);
    SAY(desk, leak, LEAK_DRY);
    desk_run(desk, S);
    SAY(desk, leak, LEAK_WET);
    desk_run(desk, 20);
    assert_int_equal(desk_state(desk, "leak_detected", "leak-1"), ALARM_NORMAL);
    SAY(desk, leak, LEAK_WET);
    desk_run(desk, 20);
    assert_int_equal(desk_state(desk, "leak_detected", "leak-1"), ALARM_ACTIVE);
    struct desk_texts texts = desk_texts(desk, "leak_detected", "leak-1");
    assert_int_equal(texts.priority, 1);
    assert_string_equal(texts.summary, "leak-1 sensor 2: leak detected");
    assert_int_equal(strncmp(texts.id, "leak_detected-", 14), 0);
    assert_int_equal(strlen(texts.id), 22);
    repeat(desk, leak, (const double[]){LEAK_DRY}, 65 * S);
    assert_int_equal(desk_state(desk, "leak_detected", "leak-1"), ALARM_RETURNED);
    assert_false(alarms_reset(desk->alarms, "leak_detected-00000000", "kim", "dried", &desk->time));
    assert_true(alarms_reset(desk->alarms, texts.id, "kim", "dried", &desk->time));
    desk_run(desk, 20);
    assert_int_equal(desk_state(desk, "leak_detected", "leak-1"), ALARM_NORMAL);
    assert_non_null(strstr(desk_texts(desk, "leak_detected", "leak-1").summary, "reset by kim: dried"));
    assert_int_equal(desk->n_events, 3);
    desk_free(desk);
}

static void a_faulty_rope_is_no_leak_and_no_end_of_one(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t leak = desk_device(desk, CLASS_SENSOR, "leak-1", "", leak_series, 1);
    desk_open(desk);
    repeat(desk, leak, (const double[]){LEAK_WET}, 10 * S);
    repeat(desk, leak, (const double[]){LEAK_SENSOR_FAULT}, 5 * MINUTES);
    assert_int_equal(desk_state(desk, "leak_detected", "leak-1"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "leak_sensor_fault", "leak-1"), ALARM_ACTIVE);
    desk_free(desk);
}

static void a_breaker_found_open_did_not_trip(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t found = desk_device(desk, CLASS_PDU, "pdu-1", "", breaker_series, 1);
    uint32_t opens = desk_device(desk, CLASS_PDU, "pdu-2", "", breaker_series, 1);
    desk_open(desk);
    SAY(desk, opens, BREAKER_CLOSED);
    for (int i = 0; i < 3; i++) {
        SAY(desk, found, BREAKER_OPEN);
        SAY(desk, opens, BREAKER_OPEN);
        desk_run(desk, S);
    }
    assert_int_equal(desk_state(desk, "breaker_trip", "pdu-1"), ALARM_NORMAL);
    assert_int_equal(desk_state(desk, "breaker_trip", "pdu-2"), ALARM_ACTIVE);
    SAY(desk, found, BREAKER_TRIPPED);
    SAY(desk, found, BREAKER_TRIPPED);
    desk_run(desk, S);
    assert_int_equal(desk_state(desk, "breaker_trip", "pdu-1"), ALARM_ACTIVE);
    desk_restart(desk); /* it is open still: that it opened is not forgotten */
    repeat(desk, opens, (const double[]){BREAKER_OPEN}, MINUTES);
    assert_int_equal(desk_state(desk, "breaker_trip", "pdu-2"), ALARM_ACTIVE);
    desk_free(desk);
}

static void a_ups_on_battery_grows_more_urgent(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t ups = desk_device(desk, CLASS_UPS, "ups-a", "", ups_series, 3);
    desk_open(desk);
    repeat(desk, ups, (const double[]){UPS_ON_BATTERY, 1500, BATTERY_NORMAL}, 10 * S);
    assert_int_equal(desk_state(desk, "ups_on_battery", "ups-a"), ALARM_ACTIVE);
    assert_int_equal(desk_texts(desk, "ups_on_battery", "ups-a").priority, 2);
    assert_true(desk_texts(desk, "ups_on_battery", "ups-a").seconds_left == 1500);
    repeat(desk, ups, (const double[]){UPS_ON_BATTERY, 1200, BATTERY_NORMAL}, 60 * S);
    assert_int_equal(desk_state(desk, "ups_on_battery_long", "ups-a"), ALARM_ACTIVE);
    assert_int_equal(desk_texts(desk, "ups_on_battery_long", "ups-a").priority, 1);
    assert_int_equal(desk_state(desk, "ups_on_battery", "ups-a"), ALARM_SUPPRESSED);
    repeat(desk, ups, (const double[]){UPS_ON_BATTERY, 200, BATTERY_LOW}, 10 * S);
    assert_int_equal(desk_state(desk, "ups_runtime_low", "ups-a"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "ups_battery_low", "ups-a"), ALARM_ACTIVE);
    assert_string_equal(desk_texts(desk, "ups_runtime_low", "ups-a").summary,
                        "ups-a: little runtime left: 3.3333 min, limit 5 min");
    repeat(desk, ups, (const double[]){UPS_ONLINE, 1500, BATTERY_NORMAL}, 70 * S);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE) + desk_count(desk, ALARM_SUPPRESSED), 0);
    desk_free(desk);
}

static void a_limit_has_its_deadband(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t pdu = desk_device(desk, CLASS_PDU, "pdu-1", "", inlet_series, 1);
    desk_open(desk);
    repeat(desk, pdu, (const double[]){26.9}, MINUTES);
    repeat(desk, pdu, (const double[]){28.1}, 11 * MINUTES);
    assert_int_equal(desk_state(desk, "inlet_hot", "pdu-1"), ALARM_ACTIVE);
    assert_string_equal(desk_texts(desk, "inlet_hot", "pdu-1").summary,
                        "pdu-1 inlet: inlet air warm: 28.1 °C, limit 27 °C");
    repeat(desk, pdu, (const double[]){26.5}, 20 * MINUTES);
    assert_int_equal(desk_state(desk, "inlet_hot", "pdu-1"), ALARM_ACTIVE);
    repeat(desk, pdu, (const double[]){25.9}, 6 * MINUTES);
    assert_int_equal(desk_state(desk, "inlet_hot", "pdu-1"), ALARM_NORMAL);
    assert_int_equal(desk->n_events, 2);
    desk_free(desk);
}

static const double cdu_well[] = {UNIT_RUNNING, UNIT_STANDBY, 0.010, 0.010, 30, 30, 15, UNIT_RUNNING};

static void a_cdu_is_held_to_what_it_should_do(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t cdu = desk_device(desk, CLASS_LIQUID, "cdu-1", "", cdu_series, COUNT(cdu_series));
    desk_open(desk);
    repeat(desk, cdu, cdu_well, 2 * MINUTES);
    assert_int_equal(desk->n_events, 0);
    repeat(desk, cdu, (const double[]){UNIT_RUNNING, UNIT_FAULT, 0.0079, 0.010, 33, 30, 32, UNIT_RUNNING},
           2 * MINUTES);
    assert_int_equal(desk_state(desk, "cdu_flow_low", "cdu-1"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "cdu_pump_failed", "cdu-1"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "cdu_supply_warm", "cdu-1"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "cdu_pumps_stopped", "cdu-1"), ALARM_NORMAL);
    repeat(desk, cdu, (const double[]){UNIT_OFF, UNIT_FAULT, 0, 0.010, 33, 30, 32.5, UNIT_RUNNING},
           2 * MINUTES);
    assert_int_equal(desk_state(desk, "cdu_pumps_stopped", "cdu-1"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "cdu_flow_low", "cdu-1"), ALARM_SUPPRESSED);
    assert_int_equal(desk_state(desk, "cdu_supply_warm", "cdu-1"), ALARM_SUPPRESSED);
    assert_int_equal(desk_state(desk, "condensation_imminent", "cdu-1"), ALARM_ACTIVE);
    repeat(desk, cdu, cdu_well, 12 * MINUTES);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE) + desk_count(desk, ALARM_SUPPRESSED), 0);
    desk->n_events = 0; /* off on purpose */
    repeat(desk, cdu, (const double[]){UNIT_OFF, UNIT_OFF, 0, 0.010, 33, 30, 15, UNIT_STANDBY}, 5 * MINUTES);
    assert_int_equal(desk->n_events, 0);
    desk_free(desk);
}

static void a_devices_own_alarm_stands_behind_a_specific_one(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t ups = desk_device(desk, CLASS_UPS, "ups-a", "", alarm_series, 2);
    desk_open(desk);
    repeat(desk, ups, (const double[]){STATE_YES, UPS_ONLINE}, 10 * S);
    assert_int_equal(desk_state(desk, "device_alarm", "ups-a"), ALARM_ACTIVE);
    repeat(desk, ups, (const double[]){STATE_YES, UPS_ON_BATTERY}, 10 * S);
    assert_int_equal(desk_state(desk, "device_alarm", "ups-a"), ALARM_SUPPRESSED);
    assert_string_equal(desk_texts(desk, "device_alarm", "ups-a").cause,
                        desk_texts(desk, "ups_on_battery", "ups-a").id);
    desk_free(desk);
}

static void what_is_stale_or_bad_raises_and_clears_nothing(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t pdu = desk_device(desk, CLASS_PDU, "pdu-1", "", inlet_series, 1);
    desk_open(desk);
    desk->plant.devices[pdu].values[0] = 50;
    for (int i = 0; i < 200; i++) {
        desk_say_badly(desk, pdu, i % 2 == 0 ? QUALITY_STALE : QUALITY_BAD);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "inlet_very_hot", "pdu-1"), ALARM_NORMAL);
    assert_int_equal(desk_state(desk, "device_silent", "pdu-1"), ALARM_ACTIVE);
    repeat(desk, pdu, (const double[]){50}, 5 * MINUTES);
    assert_int_equal(desk_state(desk, "device_silent", "pdu-1"), ALARM_NORMAL);
    assert_int_equal(desk_state(desk, "inlet_very_hot", "pdu-1"), ALARM_ACTIVE);
    desk_run(desk, 30 * MINUTES); /* silence is no end of it */
    assert_int_equal(desk_state(desk, "inlet_very_hot", "pdu-1"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "device_silent", "pdu-1"), ALARM_ACTIVE);
    desk_free(desk);
}

static void silence_is_judged_by_what_falls_silent(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t pdu = desk_device(desk, CLASS_PDU, "pdu-1", "", inlet_series, 1);
    uint32_t ups = desk_device(desk, CLASS_UPS, "ups-a", "", ups_series, 3);
    uint32_t leak = desk_device(desk, CLASS_IO, "io-1", "", leak_series, 1);
    desk_open(desk);
    SAY(desk, pdu, 20);
    SAY(desk, ups, UPS_ONLINE, 1500, BATTERY_NORMAL);
    SAY(desk, leak, LEAK_DRY);
    desk_run(desk, 14 * S);
    assert_int_equal(desk->n_events, 0);
    desk_run(desk, 2 * S);
    assert_int_equal(desk_texts(desk, "device_silent", "pdu-1").priority, 3);
    assert_int_equal(desk_texts(desk, "critical_device_silent", "ups-a").priority, 2);
    assert_int_equal(desk_texts(desk, "critical_device_silent", "io-1").priority, 2);
    SAY(desk, pdu, 20);
    desk_run(desk, S);
    assert_int_equal(desk_state(desk, "device_silent", "pdu-1"), ALARM_ACTIVE);
    SAY(desk, pdu, 20); /* the second good reading */
    desk_run(desk, 20);
    assert_int_equal(desk_state(desk, "device_silent", "pdu-1"), ALARM_NORMAL);
    desk_free(desk);
}

static void a_device_that_never_answers_is_silent(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    desk_device(desk, CLASS_PDU, "pdu-1", "", inlet_series, 1);
    desk_open(desk);
    desk_run(desk, 30 * S);
    assert_int_equal(desk->n_events, 0);
    desk_run(desk, 10 * S);
    assert_int_equal(desk_state(desk, "device_silent", "pdu-1"), ALARM_ACTIVE);
    desk_free(desk);
}

static void a_silent_line_is_one_alarm(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t devices[6];
    char name[20];
    for (int i = 0; i < 6; i++) {
        snprintf(name, sizeof(name), "meter-%d", i);
        devices[i] = desk_device(desk, CLASS_METER, name, "", power_series, 1);
        strcpy(desk->configs[i].url.host, "meter-0"); /* behind one gateway */
    }
    desk_open(desk);
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 6; i++)
            SAY(desk, devices[i], 100);
        desk_run(desk, 5 * S);
    }
    desk_run(desk, 60 * S);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 1);
    assert_int_equal(desk_count(desk, ALARM_SUPPRESSED), 6);
    assert_string_equal(desk_texts(desk, "bus_silent", "").consequences, "6 meters silent");
    for (int k = 0; k < 20; k++) {
        for (int i = 1; i < 6; i++)
            SAY(desk, devices[i], 100);
        desk_run(desk, 5 * S);
    }
    /* One is silent still, and it is not the line any more. */
    assert_int_equal(desk_state(desk, "bus_silent", ""), ALARM_NORMAL);
    assert_int_equal(desk_count(desk, ALARM_SUPPRESSED), 0);
    assert_int_equal(desk_state(desk, "device_silent", "meter-0"), ALARM_ACTIVE);
    desk_free(desk);
}

/* Each was heard at a time of its own: none is shown before it is known to be the line. */
static void units_of_a_silent_line_are_not_shown_first(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t devices[4];
    char name[20];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof(name), "meter-%d", i);
        devices[i] = desk_device(desk, CLASS_METER, name, "", power_series, 1);
        desk->configs[i].interval_ms[RATE_NORMAL] = S;
        strcpy(desk->configs[i].url.host, "meter-0");
    }
    desk_open(desk);
    for (int k = 0; k < 40; k++) {
        SAY(desk, devices[k % 4], 100);
        desk_run(desk, S / 4);
    }
    desk_run(desk, 30 * S);
    assert_int_equal(desk_state(desk, "bus_silent", ""), ALARM_ACTIVE);
    assert_int_equal(desk_count(desk, ALARM_SUPPRESSED), 4);
    assert_int_equal(desk->n_events, 5); /* none was shown and hidden again */
    desk_free(desk);
}

enum { RACKS = 40 };

struct row {
    struct desk *desk;
    uint32_t feeds[2][RACKS];
};

static struct row begin_row(void) {
    struct row row = {.desk = desk_new()};
    char name[20], at[40];
    for (int feed = 0; feed < 2; feed++)
        for (int i = 0; i < RACKS; i++) {
            snprintf(name, sizeof(name), "pdu-%02d-%c", i, 'a' + feed);
            snprintf(at, sizeof(at), "hall-1/7/r%02d/%c", i, 'A' + feed);
            row.feeds[feed][i] = desk_device(row.desk, CLASS_PDU, name, at, power_series, 1);
        }
    desk_open(row.desk);
    return row;
}

/* Each is asked every 5 s, at a time of its own. */
static void run_row(struct row *row, double a_watts, double b_watts, int64_t elapsed_ms) {
    enum { STEP_MS = 5 * S / RACKS };
    for (int64_t gone_ms = 0; gone_ms < elapsed_ms; gone_ms += STEP_MS) {
        int64_t turn = row->desk->time.monotonic_ms / STEP_MS % RACKS;
        if (!isnan(a_watts))
            SAY(row->desk, row->feeds[0][turn], a_watts);
        if (!isnan(b_watts))
            SAY(row->desk, row->feeds[1][turn], b_watts);
        row->desk->time.wall_ms += STEP_MS - 20;
        row->desk->time.monotonic_ms += STEP_MS - 20;
        desk_run(row->desk, 20);
    }
}

static void a_lost_feed_is_one_alarm(void **state) {
    (void)state;
    struct row row = begin_row();
    run_row(&row, 4000, 4100, 60 * S);
    assert_int_equal(row.desk->n_events, 0);
    run_row(&row, (double)NAN, 8000, 60 * S);
    assert_int_equal(desk_count(row.desk, ALARM_ACTIVE), 1);
    assert_int_equal(desk_count(row.desk, ALARM_SUPPRESSED), RACKS);
    struct desk_texts lost = desk_texts(row.desk, "feed_lost", "");
    assert_int_equal(lost.priority, 1);
    assert_string_equal(lost.consequences, "40 PDUs silent, 40 racks on one feed");
    assert_string_equal(desk_texts(row.desk, "device_silent", "pdu-07-a").cause, lost.id);
    size_t active = 0; /* ever: none was shown and hidden again */
    for (size_t i = 0; i < row.desk->n_events; i++)
        active += row.desk->events[i].state == ALARM_ACTIVE;
    assert_int_equal(active, 1);
    run_row(&row, 4000, 4100, 90 * S);
    assert_int_equal(desk_count(row.desk, ALARM_ACTIVE) + desk_count(row.desk, ALARM_SUPPRESSED), 0);
    assert_int_equal(row.desk->n_events, 2 * (RACKS + 1));
    desk_free(row.desk);
}

static void a_lost_feed_is_lost_after_a_restart_too(void **state) {
    (void)state;
    struct row row = begin_row();
    run_row(&row, 4000, 4000, 60 * S);
    run_row(&row, (double)NAN, 8000, 60 * S);
    assert_int_equal(desk_state(row.desk, "feed_lost", ""), ALARM_ACTIVE);
    size_t n_events = row.desk->n_events;
    desk_restart(row.desk);
    run_row(&row, (double)NAN, 8000, 3 * MINUTES);
    assert_int_equal(desk_state(row.desk, "feed_lost", ""), ALARM_ACTIVE);
    assert_int_equal(desk_state(row.desk, "feed_silent", ""), ALARM_NORMAL);
    assert_int_equal(row.desk->n_events, n_events);
    desk_free(row.desk);
}

static void without_a_load_step_it_may_be_the_network(void **state) {
    (void)state;
    struct row row = begin_row();
    run_row(&row, 4000, 4100, 60 * S);
    run_row(&row, (double)NAN, 4100, 60 * S);
    assert_int_equal(desk_count(row.desk, ALARM_ACTIVE), 1);
    assert_int_equal(desk_state(row.desk, "feed_silent", ""), ALARM_ACTIVE);
    assert_string_equal(desk_texts(row.desk, "feed_silent", "").consequences, "40 PDUs silent");
    desk_free(row.desk);
}

static void two_silent_pdus_are_two(void **state) {
    (void)state;
    struct row row = begin_row();
    run_row(&row, 4000, 4100, 30 * S);
    for (int i = 0; i < 2; i++) /* two fall silent: their turns go to a neighbour */
        row.feeds[0][i] = row.feeds[0][i + 2];
    run_row(&row, 4000, 4100, 60 * S);
    assert_int_equal(desk_count(row.desk, ALARM_ACTIVE), 2);
    desk_free(row.desk);
}

/* --- the site's own rules --- */

static struct power_rule site_rule(char *name) {
    return (struct power_rule){
        .name = name, .limit = (double)NAN, .deadband = (double)NAN, .on_delay_ms = -1, .off_delay_ms = -1};
}

static void the_site_changes_and_adds_rules(void **state) {
    (void)state;
    static char own[] = "row_7_warm", inlet[] = "inlet_hot", split[] = "inlet_very_hot", seven[] = "7",
                point[] = "inlet", response[] = "open the doors";
    struct power_rule rules[] = {site_rule(own), site_rule(inlet), site_rule(split)};
    rules[0].quantity = AIR_TEMPERATURE;
    rules[0].has_class = true;
    rules[0].class = CLASS_PDU;
    rules[0].row = seven;
    rules[0].point = point;
    rules[0].limit = 24;
    rules[0].deadband = 1;
    rules[0].on_delay_ms = 0;
    rules[0].priority = 4;
    rules[0].response = response;
    rules[1].of_default = true;
    rules[1].limit = 30;
    rules[1].on_delay_ms = 1000;
    rules[1].priority = 1;
    rules[2].of_default = rules[2].disabled = true;
    struct desk *desk = desk_new();
    desk->plant.power.rules = rules;
    desk->plant.power.n_rules = COUNT(rules);
    uint32_t in_row = desk_device(desk, CLASS_PDU, "pdu-1", "h/7//", inlet_series, 1);
    uint32_t beside = desk_device(desk, CLASS_PDU, "pdu-2", "h/8//", inlet_series, 1);
    desk_open(desk);
    for (int i = 0; i < 20; i++) {
        SAY(desk, in_row, 29);
        SAY(desk, beside, 33);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "row_7_warm", "pdu-1"), ALARM_ACTIVE);
    assert_int_equal(desk_texts(desk, "row_7_warm", "pdu-1").priority, 4);
    assert_string_equal(desk_texts(desk, "row_7_warm", "pdu-1").summary,
                        "pdu-1 inlet: air temperature: 29 °C, limit 24 °C");
    assert_int_equal(desk_state(desk, "row_7_warm", "pdu-2"), ALARM_NORMAL);
    assert_int_equal(desk_state(desk, "inlet_hot", "pdu-1"), ALARM_NORMAL);
    assert_int_equal(desk_state(desk, "inlet_hot", "pdu-2"), ALARM_ACTIVE);
    assert_int_equal(desk_texts(desk, "inlet_hot", "pdu-2").priority, 1);
    assert_int_equal(desk_state(desk, "inlet_very_hot", "pdu-2"), ALARM_NORMAL);
    desk_free(desk);
}

/* --- restarts, clocks, measures --- */

static void a_restart_neither_forgets_nor_repeats(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t stays = desk_device(desk, CLASS_SENSOR, "stays", "", leak_series, 1);
    uint32_t dries = desk_device(desk, CLASS_SENSOR, "dries", "", leak_series, 1);
    desk_device(desk, CLASS_SENSOR, "silent", "", leak_series, 1);
    desk_open(desk);
    for (uint32_t i = 0; i < 3; i++)
        repeat(desk, i, (const double[]){LEAK_WET}, 5 * S);
    desk_run(desk, 60 * S); /* and all fall silent */
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 6);
    int64_t since_ms = desk_texts(desk, "leak_detected", "stays").since_ms;
    desk->time.wall_ms += 3600 * S;
    desk->time.monotonic_ms = 500; /* the machine booted */
    desk->n_events = 0;
    desk_restart(desk);
    desk_run(desk, S);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 6);
    for (int i = 0; i < 20; i++) {
        SAY(desk, stays, LEAK_WET);
        SAY(desk, dries, LEAK_DRY);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk_state(desk, "leak_detected", "stays"), ALARM_ACTIVE);
    assert_true(desk_texts(desk, "leak_detected", "stays").since_ms == since_ms);
    assert_int_equal(desk_state(desk, "leak_detected", "dries"), ALARM_RETURNED);
    assert_int_equal(desk_state(desk, "leak_detected", "silent"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "critical_device_silent", "silent"), ALARM_ACTIVE);
    assert_int_equal(desk_state(desk, "critical_device_silent", "stays"), ALARM_NORMAL);
    for (size_t i = 0; i < desk->n_events; i++)
        assert_int_not_equal(desk->events[i].state, ALARM_ACTIVE);
    desk_free(desk);
}

/* The line does not answer yet: that is no end of its silence. */
static void a_line_that_was_silent_stays_so_over_a_restart(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    char name[20];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "meter-%d", i);
        desk_device(desk, CLASS_METER, name, "", power_series, 1);
        strcpy(desk->configs[i].url.host, "meter-0");
    }
    desk_open(desk);
    desk_run(desk, 60 * S);
    assert_int_equal(desk_state(desk, "bus_silent", ""), ALARM_ACTIVE);
    assert_int_equal(desk_count(desk, ALARM_SUPPRESSED), 3);
    size_t n_events = desk->n_events;
    desk_restart(desk);
    desk_run(desk, 3 * MINUTES);
    assert_int_equal(desk_state(desk, "bus_silent", ""), ALARM_ACTIVE);
    assert_int_equal(desk_count(desk, ALARM_SUPPRESSED), 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(desk_state(desk, "device_silent", desk->configs[i].name), ALARM_SUPPRESSED);
    assert_int_equal(desk->n_events, n_events);
    desk_free(desk);
}

/* A device that does not answer has told what it has not; only its health is known. */
static void what_latched_stays_where_a_device_does_not_answer(void **state) {
    (void)state;
    static const struct series health_series[] = {{DEVICE_UP, {0}, NULL}};
    struct desk *desk = desk_new();
    uint32_t leak = desk_device(desk, CLASS_SENSOR, "leak-1", "", leak_series, 1);
    desk_open(desk);
    repeat(desk, leak, (const double[]){LEAK_WET}, 5 * S);
    repeat(desk, leak, (const double[]){LEAK_DRY}, 70 * S);
    assert_int_equal(desk_state(desk, "leak_detected", "leak-1"), ALARM_RETURNED);
    desk_restart(desk);
    plant_device(&desk->plant, "leak-1", health_series, 1);
    desk->plant.devices[leak].view->class = "sensor";
    SAY(desk, leak, 0);
    desk_run(desk, S);
    assert_int_equal(desk_state(desk, "leak_detected", "leak-1"), ALARM_RETURNED);
    desk_free(desk);
}

static void a_rule_or_device_that_is_gone_ends_its_alarm(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    desk_device(desk, CLASS_SENSOR, "leak-1", "", leak_series, 1);
    desk_open(desk);
    struct alarm_record record = {.id = "leak_detected-12345678",
                                  .rule = "leak_detected",
                                  .device = "no such",
                                  .node = "",
                                  .state = ALARM_ACTIVE,
                                  .priority = 1};
    alarms_restore(desk->alarms, &record, &desk->time);
    record.rule = "no_such_rule";
    record.device = "leak-1";
    memcpy(record.id, "no_such_rule-12345678", 22);
    alarms_restore(desk->alarms, &record, &desk->time);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 0);
    assert_int_equal(desk_count(desk, ALARM_NORMAL), 2);
    desk_free(desk);
}

/* Of its own clock it has not heard yet when it begins: what it said of it before stands until then. */
static void what_the_gateway_says_of_itself_outlives_a_restart(void **state) {
    (void)state;
    static char own[] = "gw-1";
    struct desk *desk = desk_new();
    desk->config.gateway = own;
    desk_open(desk);
    struct alarm_record record = {.id = "clock_very_wrong-12345678",
                                  .rule = "clock_very_wrong",
                                  .device = own,
                                  .node = "",
                                  .state = ALARM_ACTIVE,
                                  .priority = 2};
    alarms_restore(desk->alarms, &record, &desk->time);
    assert_int_equal(desk_count(desk, ALARM_ACTIVE), 1);
    desk_free(desk);
}

static void steps_of_the_wall_clock_do_nothing(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t pdu = desk_device(desk, CLASS_PDU, "pdu-1", "", inlet_series, 1);
    desk_open(desk);
    repeat(desk, pdu, (const double[]){28}, 5 * MINUTES);
    desk->time.wall_ms += 3600 * S;
    repeat(desk, pdu, (const double[]){28}, 4 * MINUTES);
    desk->time.wall_ms -= 2 * 3600 * S;
    repeat(desk, pdu, (const double[]){28}, 30 * S);
    assert_int_equal(desk->n_events, 0);
    repeat(desk, pdu, (const double[]){28}, MINUTES);
    assert_int_equal(desk_state(desk, "inlet_hot", "pdu-1"), ALARM_ACTIVE);
    assert_int_equal(desk->n_events, 1);
    desk_free(desk);
}

static void a_flood_is_measured(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    char name[20];
    for (int i = 0; i < 15; i++) {
        snprintf(name, sizeof(name), "leak-%d", i);
        desk_device(desk, CLASS_SENSOR, name, "", leak_series, 1);
    }
    desk_open(desk);
    for (int k = 0; k < 2; k++) {
        for (uint32_t i = 0; i < 15; i++)
            SAY(desk, i, LEAK_WET);
        desk_run(desk, S);
    }
    struct alarm_measures measures;
    alarms_measure(desk->alarms, &desk->time, &measures);
    assert_int_equal(measures.raised, 15);
    assert_int_equal(measures.active, 15);
    assert_int_equal(measures.per_10_min, 15);
    for (int k = 0; k < 130; k++) {
        for (uint32_t i = 0; i < 15; i++)
            SAY(desk, i, LEAK_WET);
        desk_run(desk, 5 * S);
    }
    alarms_measure(desk->alarms, &desk->time, &measures);
    assert_int_equal(measures.per_10_min, 0);
    assert_int_equal(measures.active, 15);
    assert_int_equal(measures.standing_over_day, 0);
    desk->time.monotonic_ms += 24 * 3600 * (int64_t)S;
    alarms_measure(desk->alarms, &desk->time, &measures);
    assert_int_equal(measures.standing_over_day, 15);
    desk_free(desk);
}

static void a_place_that_is_gone_takes_its_alarm_along(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t pdu = desk_device(desk, CLASS_PDU, "pdu-1", "", inlet_series, 1);
    desk_open(desk);
    repeat(desk, pdu, (const double[]){40}, 3 * MINUTES);
    assert_int_equal(desk_state(desk, "inlet_very_hot", "pdu-1"), ALARM_ACTIVE);
    plant_device(&desk->plant, "pdu-1", power_series, 1);
    desk->plant.devices[pdu].view->class = "pdu";
    repeat(desk, pdu, (const double[]){100}, 10 * S);
    assert_int_equal(desk_state(desk, "inlet_very_hot", "pdu-1"), ALARM_NORMAL);
    plant_device(&desk->plant, "pdu-1", inlet_series, 1);
    desk->plant.devices[pdu].view->class = "pdu";
    repeat(desk, pdu, (const double[]){40}, 3 * MINUTES);
    assert_int_equal(desk_state(desk, "inlet_very_hot", "pdu-1"), ALARM_ACTIVE);
    desk_free(desk);
}

/* --- properties --- */

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* What is said of one alarm goes from down to up and back, whatever is read. */
static void events_come_in_order(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t cdu = desk_device(desk, CLASS_LIQUID, "cdu-1", "", cdu_series, COUNT(cdu_series));
    uint32_t ups = desk_device(desk, CLASS_UPS, "ups-a", "", ups_series, 3), seed = 4711;
    desk_open(desk);
    for (int i = 0; i < 3000; i++) {
        uint32_t draw = next_random(&seed);
        double states[3] = {1 + draw % 9, draw / 16 % 1000, draw / 64 % 8};
        double values[COUNT(cdu_series)] = {
            1 + draw % 4, 1 + draw / 4 % 4,   draw % 13 / 1000.0, 0.010, 28 + draw / 16 % 6,
            30,           26 + draw / 64 % 6, 1 + draw / 256 % 4};
        if (draw % 11 == 0)
            desk_say_badly(desk, cdu, QUALITY_STALE);
        else if (draw % 7 != 0)
            desk_say(desk, cdu, values);
        if (draw % 5 != 0)
            desk_say(desk, ups, states);
        desk_run(desk, 100 * (1 + next_random(&seed) % 100));
        if (draw % 501 == 0)
            desk_restart(desk);
    }
    assert_true(desk->n_events > 100);
    for (size_t i = 0; i < desk->n_events; i++)
        for (size_t k = i + 1; k < desk->n_events; k++)
            if (strcmp(desk->events[i].id, desk->events[k].id) == 0) {
                assert_int_not_equal(desk->events[i].state, desk->events[k].state);
                break;
            }
    desk_free(desk);
}

static void nothing_is_invented_of_the_unknown(void **state) {
    (void)state;
    struct desk *desk = desk_new();
    uint32_t cdu = desk_device(desk, CLASS_LIQUID, "cdu-1", "", cdu_series, COUNT(cdu_series)), seed = 99;
    desk_open(desk);
    for (int i = 0; i < 1000; i++) {
        for (size_t k = 0; k < COUNT(cdu_series); k++)
            desk->plant.devices[cdu].values[k] = next_random(&seed) % 100;
        desk_say_badly(desk, cdu, next_random(&seed) % 2 ? QUALITY_STALE : QUALITY_BAD);
        desk_run(desk, 5 * S);
    }
    assert_int_equal(desk->n_events, 1); /* that it gives no good reading */
    assert_string_equal(desk->events[0].rule, "critical_device_silent");
    desk_free(desk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_latches_until_its_reset),
        cmocka_unit_test(a_faulty_rope_is_no_leak_and_no_end_of_one),
        cmocka_unit_test(a_breaker_found_open_did_not_trip),
        cmocka_unit_test(a_ups_on_battery_grows_more_urgent),
        cmocka_unit_test(a_limit_has_its_deadband),
        cmocka_unit_test(a_cdu_is_held_to_what_it_should_do),
        cmocka_unit_test(a_devices_own_alarm_stands_behind_a_specific_one),
        cmocka_unit_test(what_is_stale_or_bad_raises_and_clears_nothing),
        cmocka_unit_test(silence_is_judged_by_what_falls_silent),
        cmocka_unit_test(a_device_that_never_answers_is_silent),
        cmocka_unit_test(a_silent_line_is_one_alarm),
        cmocka_unit_test(units_of_a_silent_line_are_not_shown_first),
        cmocka_unit_test(a_lost_feed_is_one_alarm),
        cmocka_unit_test(a_lost_feed_is_lost_after_a_restart_too),
        cmocka_unit_test(without_a_load_step_it_may_be_the_network),
        cmocka_unit_test(two_silent_pdus_are_two),
        cmocka_unit_test(the_site_changes_and_adds_rules),
        cmocka_unit_test(a_restart_neither_forgets_nor_repeats),
        cmocka_unit_test(what_the_gateway_says_of_itself_outlives_a_restart),
        cmocka_unit_test(a_line_that_was_silent_stays_so_over_a_restart),
        cmocka_unit_test(what_latched_stays_where_a_device_does_not_answer),
        cmocka_unit_test(a_rule_or_device_that_is_gone_ends_its_alarm),
        cmocka_unit_test(steps_of_the_wall_clock_do_nothing),
        cmocka_unit_test(a_flood_is_measured),
        cmocka_unit_test(a_place_that_is_gone_takes_its_alarm_along),
        cmocka_unit_test(events_come_in_order),
        cmocka_unit_test(nothing_is_invented_of_the_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
