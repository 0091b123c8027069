/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server Technology Switched, Smart and POPS "CDU" (cabinet distribution unit: a rack PDU) with Sentry3-MIB.
 *
 * Source: Sentry3-MIB. Firmware seen in recordings: 7.1f (CS-24V4, CWG-30VDE455). Confirmed by recordings of
 * real devices.
 *
 * Rows are tower, infeed, outlet. -1 means not measured. An infeed is a line with its current, and where the
 * unit measures power also the phase behind it (point "phase": what loads between two lines see). Its voltage
 * is a line-to-line voltage by the MIB, which a single-phase infeed has against neutral; without power
 * measurement it is configured, and the table does not say which: it is given as voltage of the infeed. The
 * system's power factor is a setting that calculated powers use, no reading. A neutral is a row like the
 * others, told apart only by its name. "On, but with a blown fuse" (9) has no word here and is bad, not on. A
 * temperature below zero cannot be told by the MIB's range.
 */
#include "driver.h"

static const struct meaning tower_states[] = {
    {0, UNIT_RUNNING}, {5, UNIT_RUNNING}, {2, UNIT_FAULT}, {3, UNIT_FAULT}, {4, UNIT_FAULT}};
static const struct meaning infeed_states[] = {{0, STATE_NO}, {1, STATE_YES}, {2, STATE_NO}, {3, STATE_YES},
                                               {4, STATE_NO}, {5, STATE_YES}, {8, STATE_NO}};
static const struct meaning load_states[] = {
    {0, LOAD_STATE_NORMAL}, {3, LOAD_STATE_LOW}, {4, LOAD_STATE_NEAR_OVERLOAD}, {5, LOAD_STATE_OVERLOAD}};
static const struct meaning outlet_states[] = {{0, OUTLET_OFF},     {1, OUTLET_ON},  {2, OUTLET_PENDING},
                                               {3, OUTLET_PENDING}, {4, OUTLET_OFF}, {5, OUTLET_ON},
                                               {8, OUTLET_OFF}};
static const struct meaning leak_states[] = {{0, LEAK_DRY}, {1, LEAK_WET}};

static const struct unit_name temperature_units[] = {
    {0, .unit = CELSIUS}, {1, .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};

static const struct point system_points[] = {
    {ACTIVE_POWER, OID("1.6.0"), WATT, .at = {.phase = PHASE_TOTAL}},
};

static const struct point towers[] = {
    {UNIT_STATE, OID("2.1.1.4"), ONE, STATES(tower_states), .absent = ABSENT(1)},
    {APPARENT_POWER_RATING, OID("2.1.1.9"), VOLTAMPERE, .rate = RATE_ONCE},
    {LOAD, OID("2.1.1.10"), PERCENT, .div = 10},
    {ACTIVE_POWER, OID("2.1.1.11"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("2.1.1.12"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("2.1.1.13"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("2.1.1.14"), KILOWATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {FREQUENCY, OID("2.1.1.15"), HERTZ},
};

static const struct point infeeds[] = {
    {SOURCE_AVAILABLE_STATE, OID("2.2.1.5"), ONE, STATES(infeed_states), .absent = ABSENT(6, 7)},
    {LOAD_STATE, OID("2.2.1.6"), ONE, STATES(load_states), .absent = ABSENT(1, 2, 6, 7)},
    {CURRENT, OID("2.2.1.7"), AMPERE, .div = 100},
    {CURRENT_RATING, OID("2.2.1.10"), AMPERE, .rate = RATE_ONCE},
    {VOLTAGE, OID("2.2.1.11"), VOLT, .div = 10},
    {ACTIVE_POWER, OID("2.2.1.12"), WATT},
    {APPARENT_POWER, OID("2.2.1.13"), VOLTAMPERE},
    {POWER_FACTOR, OID("2.2.1.14"), ONE, .div = 100},
    {CURRENT_CREST_FACTOR, OID("2.2.1.15"), ONE, .div = 10},
    {ACTIVE_ENERGY, OID("2.2.1.16"), KILOWATT_HOUR, .div = 10},
    {VOLTAGE, OID("2.2.1.18"), VOLT, .div = 10, .at = {.point = "phase"}},
    {CURRENT, OID("2.2.1.19"), AMPERE, .div = 100, .at = {.point = "phase"}},
    {LOAD, OID("2.2.1.20"), PERCENT, .div = 10},
    {APPARENT_POWER_RATING, OID("2.2.1.24"), VOLTAMPERE, .rate = RATE_ONCE},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("2.3.1.5"), ONE, STATES(outlet_states), .absent = ABSENT(6, 7)},
    {LOAD_STATE, OID("2.3.1.6"), ONE, STATES(load_states), .absent = ABSENT(1, 2, 6, 7)},
    {CURRENT, OID("2.3.1.7"), AMPERE, .div = 100},
    {CURRENT_RATING, OID("2.3.1.12"), AMPERE, .rate = RATE_ONCE},
    {VOLTAGE, OID("2.3.1.13"), VOLT, .div = 10},
    {ACTIVE_POWER, OID("2.3.1.14"), WATT},
    {APPARENT_POWER, OID("2.3.1.15"), VOLTAMPERE},
    {POWER_FACTOR, OID("2.3.1.16"), ONE, .div = 100},
    {CURRENT_CREST_FACTOR, OID("2.3.1.17"), ONE, .div = 10},
    {ACTIVE_ENERGY, OID("2.3.1.18"), WATT_HOUR},
};

static const struct point monitors[] = {
    {LEAK_STATE, OID("2.4.1.6"), ONE, STATES(leak_states), .absent = ABSENT(2)},
};

/* A probe counts while its own status says that it measures: normal(0), low(3), high(4). */
static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("2.5.1.6"), CELSIUS, .div = 10, .valid = {OID("2.5.1.5"), ANY_OF(0, 3, 4)},
     .unit_from = OID("2.5.1.13"), .units = temperature_units},
    {RELATIVE_HUMIDITY, OID("2.5.1.10"), PERCENT, .valid = {OID("2.5.1.9"), ANY_OF(0, 3, 4)}},
};

static const struct group groups[] = {
    {POINTS(system_points)},
    {OVER({PART_UNIT}), .label = OID("2.1.1.3"), POINTS(towers)},
    {OVER({PART_UNIT}, {PART_INLET}), .label = OID("2.2.1.3"), POINTS(infeeds)},
    {OVER({PART_UNIT}, {PART_INLET}, {PART_OUTLET}), .label = OID("2.3.1.3"), POINTS(outlets)},
    {OVER({PART_SENSOR}), .label = OID("2.4.1.5"), POINTS(monitors)},
    {OVER({PART_UNIT}, {PART_SENSOR}), .label = OID("2.5.1.3"), POINTS(probes)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("2.1.1.7.1")}, {FACT_SERIAL, OID("2.1.1.6.1")}, {FACT_FIRMWARE, OID("1.1.0")}};

const struct driver driver_servertech_sentry3 = {
    .name = "servertech_sentry3",
    .title = "Server Technology Switched, Smart and POPS CDU (Sentry3): rack PDU",
    .manufacturer = "Server Technology",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "Sentry3-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.1718.3"}, {.probe = "1.3.6.1.4.1.1718.3.2.2.1.7"}},
    .oid_base = "1.3.6.1.4.1.1718.3",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
