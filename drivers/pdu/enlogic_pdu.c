/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nVent / Enlogic rack PDUs and inline meters, EN1000 to EN6000 (ENLOGIC-PDU-MIB and ENLOGIC-PDU2-MIB).
 *
 * Source: ENLOGIC-PDU-MIB and ENLOGIC-PDU2-MIB. Firmware seen in a recording: 2.0.4.3 (EN1814). Confirmed by
 * a recording of a real device; outlets, delta rows and probes by the manual only.
 *
 * Rows of the input table 1 to 3 are phases of a wye or lines of a delta, 4 to 6 what lies between two lines
 * of a delta. The recorded delta of 208 V has no such rows: its three rows carry the currents of the lines
 * beside voltages and powers of the pairs (4.72 A and 205 V beside 652 VA, which are the 3.18 A of the second
 * breaker), and it calls its type 1, which the second MIB explains as a single phase, 2 as delta, 3 as wye.
 * So of three rows type 1 is read as recorded, 3 as wye; what 2 is no one knows, and its voltages and powers
 * by row are left out. Firmware of the first MIB, with a date in column 12 of the name plate, has no type:
 * its rows are read as phases. Tables have a fixed size: rows that are not fitted have the load state 0. A
 * breaker tells its load state or that it is off, not why. Voltages are whole volts. The two MIBs number the
 * name plate differently: by the second, which the recording follows, column 11 is the part number, which the
 * first calls the serial number, 12 the serial number and 14 the firmware.
 */
#include "driver.h"

#define FITTED ANY_OF(1, 2, 3, 4, 5, 6)

static const struct meaning load_states[] = {{1, LOAD_STATE_OVERLOAD},
                                             {2, LOAD_STATE_NEAR_OVERLOAD},
                                             {3, LOAD_STATE_LOW},
                                             {4, LOAD_STATE_LOW},
                                             {5, LOAD_STATE_NORMAL}};
static const struct meaning breaker_states[] = {{1, BREAKER_CLOSED}, {2, BREAKER_CLOSED}, {3, BREAKER_CLOSED},
                                                {4, BREAKER_CLOSED}, {5, BREAKER_CLOSED}, {6, BREAKER_OPEN}};
static const struct meaning outlet_states[] = {{0, OUTLET_OFF}, {1, OUTLET_ON}};
static const struct meaning alarm_states[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning leak_states[] = {{1, LEAK_WET}, {2, LEAK_DRY}};
static const struct unit_name sensor_units[] = {{1, .unit = CELSIUS},
                                                {2, .unit = FAHRENHEIT},
                                                {3, .unit = PERCENT},
                                                {4, .unit = METER_PER_SECOND},
                                                {.unit = UNIT_UNSTATED}};

static const struct point units[] = {
    {LOAD_STATE, OID("2.4.1.3"), ONE, STATES(load_states), .absent = ABSENT(0)},
    {ACTIVE_POWER, OID("2.4.1.4"), WATT},
    {APPARENT_POWER, OID("2.4.1.5"), VOLTAMPERE},
    {ACTIVE_ENERGY, OID("2.4.1.9"), KILOWATT_HOUR, .div = 10},
};

static const struct point lines[] = {
    {LOAD_STATE, OID("3.4.1.3"), ONE, STATES(load_states)},
    {CURRENT, OID("3.4.1.5"), AMPERE, .div = 100},
};
static const struct point phases[] = {
    {VOLTAGE, OID("3.4.1.6"), VOLT},
    {ACTIVE_POWER, OID("3.4.1.7"), WATT},
    {APPARENT_POWER, OID("3.4.1.8"), VOLTAMPERE},
    {POWER_FACTOR, OID("3.4.1.9"), ONE, .div = 100},
};
/* What lies behind the rows of a delta, by the recording: L1-L2, L2-L3, L3-L1. */
static const struct point pairs[] = {
    {LINE_VOLTAGE, OID("3.4.1.6"), VOLT, .only = {OID("3.4.1.2"), ANY_OF(3)}},
    {ACTIVE_POWER, OID("3.4.1.7"), WATT, .only = {OID("3.4.1.2"), ANY_OF(3)}},
    {APPARENT_POWER, OID("3.4.1.8"), VOLTAMPERE, .only = {OID("3.4.1.2"), ANY_OF(3)}},
    {POWER_FACTOR, OID("3.4.1.9"), ONE, .div = 100, .only = {OID("3.4.1.2"), ANY_OF(3)}},
};
static const struct point delta[] = {
    {CURRENT, OID("3.4.1.5"), AMPERE, .div = 100, .key = 4, .at = {.phase = PHASE_L1_L2}},
    {CURRENT, OID("3.4.1.5"), AMPERE, .div = 100, .key = 5, .at = {.phase = PHASE_L2_L3}},
    {CURRENT, OID("3.4.1.5"), AMPERE, .div = 100, .key = 6, .at = {.phase = PHASE_L3_L1}},
    {LINE_VOLTAGE, OID("3.4.1.6"), VOLT, .key = 4, .at = {.phase = PHASE_L1_L2}},
    {LINE_VOLTAGE, OID("3.4.1.6"), VOLT, .key = 5, .at = {.phase = PHASE_L2_L3}},
    {LINE_VOLTAGE, OID("3.4.1.6"), VOLT, .key = 6, .at = {.phase = PHASE_L3_L1}},
    {ACTIVE_POWER, OID("3.4.1.7"), WATT, .key = 4, .at = {.phase = PHASE_L1_L2}},
    {ACTIVE_POWER, OID("3.4.1.7"), WATT, .key = 5, .at = {.phase = PHASE_L2_L3}},
    {ACTIVE_POWER, OID("3.4.1.7"), WATT, .key = 6, .at = {.phase = PHASE_L3_L1}},
};

static const struct point breaker_loads[] = {
    {LOAD_STATE, OID("4.4.1.4"), ONE, STATES(load_states), .absent = ABSENT(6)},
    {CURRENT, OID("4.4.1.5"), AMPERE, .div = 100},
};
static const struct point breakers[] = {
    {BREAKER_STATE, OID("4.4.1.4"), ONE, STATES(breaker_states)},
};

static const struct point switched_outlets[] = {
    {OUTLET_STATE, OID("5.4.1.4"), ONE, STATES(outlet_states)},
};
static const struct point metered_outlets[] = {
    {LOAD_STATE, OID("5.9.1.4"), ONE, STATES(load_states)},
    {CURRENT, OID("5.9.1.5"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("5.9.1.6"), WATT},
    {POWER_FACTOR, OID("5.9.1.7"), ONE, .div = 100},
    {ACTIVE_ENERGY, OID("5.9.1.11"), KILOWATT_HOUR, .div = 10},
};

/* By the type on the probe's name plate; temperatures in tenths, where the device has them, before whole. */
static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("6.4.1.8"), CELSIUS, .div = 10, .only = {OID("6.2.1.6"), ANY_OF(1)}},
    {AIR_TEMPERATURE, OID("6.4.1.6"), CELSIUS, .only = {OID("6.2.1.6"), ANY_OF(1)}},
    {RELATIVE_HUMIDITY, OID("6.4.1.6"), PERCENT, .only = {OID("6.2.1.6"), ANY_OF(2)}},
    {AIRFLOW_VELOCITY, OID("6.4.1.6"), METER_PER_SECOND, .only = {OID("6.2.1.6"), ANY_OF(9)}},
    {ALARM_STATE, OID("6.4.1.5"), ONE, STATES(alarm_states), .only = {OID("6.2.1.6"), ANY_OF(3, 4)},
     .at = {.point = "contact"}},
    {LEAK_STATE, OID("6.4.1.5"), ONE, STATES(leak_states), .only = {OID("6.2.1.6"), ANY_OF(5, 6)}},
    {SMOKE_STATE, OID("6.4.1.5"), ONE, STATES(alarm_states), .only = {OID("6.2.1.6"), ANY_OF(7)}},
};

static const struct group groups[] = {
    {OVER({PART_INPUT}), .at = {.phase = PHASE_TOTAL}, .label = OID("2.4.1.2"), POINTS(units)},
    {OVER({PART_INPUT}, {PART_PHASE_LINE}), .only = {OID("3.4.1.3"), FITTED}, POINTS(lines)},
    {OVER({PART_INPUT}, {PART_PHASE_LINE}), .only = {OID("3.4.1.2"), ANY_OF(1, 2)},
     .valid = {OID("3.4.1.3"), FITTED}, POINTS(phases)},
    {OVER({PART_INPUT}, {PART_PHASE_LINE}), .only = {OID_OF("1.2.1.16", 1), ANY_OF(3)},
     .valid = {OID("3.4.1.3"), FITTED}, POINTS(phases)},
    {OVER({PART_INPUT}, {PART_PHASE_LINE}), .only = {OID_OF("1.2.1.12", 1), .pattern = "#/#/#"},
     .valid = {OID("3.4.1.3"), FITTED}, POINTS(phases)},
    {OVER({PART_INPUT}, {PART_PHASE_PAIR}), .only = {OID_OF("1.2.1.16", 1), ANY_OF(1)},
     .valid = {OID("3.4.1.3"), FITTED}, POINTS(pairs)},
    {OVER({PART_INPUT}, {.key = true}), .only = {OID("3.4.1.3"), FITTED}, POINTS(delta)},
    {OVER({PART_UNIT}, {PART_BREAKER}), .label = OID("4.4.1.3"), .only = {OID("4.4.1.4"), FITTED},
     POINTS(breaker_loads)},
    {OVER({PART_UNIT}, {PART_BREAKER}), .label = OID("4.2.1.3"), .only = {OID("4.4.1.4"), FITTED},
     POINTS(breakers)},
    {OVER({PART_UNIT}, {PART_OUTLET}), .label = OID("5.4.1.3"), POINTS(switched_outlets)},
    {OVER({PART_UNIT}, {PART_OUTLET}), .label = OID("5.9.1.3"), .only = {OID("5.9.1.4"), FITTED},
     POINTS(metered_outlets)},
    {OVER({PART_UNIT}, {PART_SENSOR}), .label = OID("6.4.1.2"), POINTS(probes),
     .valid = {OID("6.4.1.4"), ANY_OF(2)}, .unit_from = OID("6.2.1.7"), .units = sensor_units},
};

static const struct fact facts[] = {{FACT_MODEL, OID("1.2.1.10.1")},
                                    {FACT_MODEL, OID("1.2.1.11.1")},
                                    {FACT_FIRMWARE, OID("1.2.1.14.1")},
                                    {FACT_NAME, OID("1.2.1.2.1")}};

const struct driver driver_enlogic_pdu = {
    .name = "enlogic_pdu",
    .title = "nVent / Enlogic rack PDU and inline meter (EN series)",
    .manufacturer = "Enlogic",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ENLOGIC-PDU-MIB, ENLOGIC-PDU2-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.38446"}, {.probe = "1.3.6.1.4.1.38446.1.2.4.1"}},
    .oid_base = "1.3.6.1.4.1.38446.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
