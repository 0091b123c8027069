/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CyberPower rack PDUs with an RMCARD (CPS-MIB, ePDU and ePDU2 trees).
 *
 * Source: CPS-MIB. Firmware seen in a recording: 1.3.4 (PDU81005). The recording of a real device holds the
 * load table and the outlets only; the rest by the manual.
 *
 * The load table of the older tree lists phases first and then banks; columns say which, but the recording
 * lacks them, so its rows are circuits by their number. The newer tree has tables of phases and banks with
 * their numbers, and gives each unit of a daisy chain a number; its outlets are numbered through. Outlets
 * of older units are in the older tree. Tenths of amperes, volts and kWh; peaks have no metric.
 */
#include "driver.h"

static const struct meaning load_states[] = {
    {1, LOAD_STATE_NORMAL}, {2, LOAD_STATE_LOW}, {3, LOAD_STATE_NEAR_OVERLOAD}, {4, LOAD_STATE_OVERLOAD}};
static const struct meaning outlet_states[] = {{1, OUTLET_ON}, {2, OUTLET_OFF}};
static const struct meaning supply_states[] = {{1, SUPPLY_OK}, {2, SUPPLY_FAULT}};

static const struct point input[] = {
    {VOLTAGE, OID("3.5.7.0"), VOLT, .div = 10},
    {FREQUENCY, OID("3.5.8.0"), HERTZ, .div = 10},
};

static const struct point circuits[] = {
    {CURRENT, OID("3.2.3.1.1.2"), AMPERE, .div = 10},
    {LOAD_STATE, OID("3.2.3.1.1.3"), ONE, STATES(load_states)},
    {VOLTAGE, OID("3.2.3.1.1.6"), VOLT, .div = 10},
    {ACTIVE_POWER, OID("3.2.3.1.1.7"), WATT},
    {APPARENT_POWER, OID("3.2.3.1.1.8"), VOLTAMPERE},
    {POWER_FACTOR, OID("3.2.3.1.1.9"), ONE, .div = 100},
    {ACTIVE_ENERGY, OID("3.2.3.1.1.10"), KILOWATT_HOUR, .div = 10},
};

static const struct point units[] = {
    {CURRENT_RATING, OID("6.3.3.1.10"), AMPERE, .rate = RATE_ONCE, .absent = ABSENT(-1, 0)},
    {POWER_RATING, OID("6.3.3.1.13"), WATT, .rate = RATE_ONCE, .absent = ABSENT(-1, 0)},
    {LOAD_STATE, OID("6.3.4.1.4"), ONE, STATES(load_states), .at = {.phase = PHASE_TOTAL}},
    {CURRENT, OID("6.3.4.1.5"), AMPERE, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("6.3.4.1.9"), KILOWATT_HOUR, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {POWER_SUPPLY_STATE, OID("6.3.4.1.13"), ONE, STATES(supply_states),
     .at = {.part = PART_POWER_SUPPLY, .depth = 1, .id = {1}}},
    {POWER_SUPPLY_STATE, OID("6.3.4.1.14"), ONE, STATES(supply_states),
     .at = {.part = PART_POWER_SUPPLY, .depth = 1, .id = {2}}},
    {APPARENT_POWER, OID("6.3.4.1.15"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("6.3.4.1.16"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("6.3.4.1.18"), WATT, .at = {.phase = PHASE_TOTAL}},
};

static const struct point phases[] = {
    {LOAD_STATE, OID("6.4.4.1.4"), ONE, STATES(load_states)},
    {CURRENT, OID("6.4.4.1.5"), AMPERE, .div = 10},
    {VOLTAGE, OID("6.4.4.1.6"), VOLT, .div = 10},
    {ACTIVE_POWER, OID("6.4.4.1.7"), WATT},
    {APPARENT_POWER, OID("6.4.4.1.8"), VOLTAMPERE},
    {POWER_FACTOR, OID("6.4.4.1.9"), ONE, .div = 100},
};
static const struct point pairs[] = {
    {LINE_VOLTAGE, OID("6.4.4.1.13"), VOLT, .div = 10, .absent = ABSENT(-1, 0)},
};
static const struct point banks[] = {
    {LOAD_STATE, OID("6.5.4.1.4"), ONE, STATES(load_states)},
    {CURRENT, OID("6.5.4.1.5"), AMPERE, .div = 10},
};

/* The newer tree's first. */
static const struct point outlets[] = {
    {OUTLET_STATE, OID("6.6.1.4.1.5"), ONE, STATES(outlet_states)},
    {OUTLET_STATE, OID("3.3.5.1.1.4"), ONE, STATES(outlet_states)},
    {LOAD_STATE, OID("6.6.2.4.1.5"), ONE, STATES(load_states)},
    {LOAD_STATE, OID("3.3.5.1.1.9"), ONE, STATES(load_states)},
    {CURRENT, OID("6.6.2.4.1.6"), AMPERE, .div = 10},
    {CURRENT, OID("3.3.5.1.1.7"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("6.6.2.4.1.7"), WATT},
    {ACTIVE_POWER, OID("3.3.5.1.1.8"), WATT},
    {ACTIVE_ENERGY, OID("6.6.2.4.1.11"), KILOWATT_HOUR, .div = 10},
    {ACTIVE_ENERGY, OID("3.3.5.1.1.13"), KILOWATT_HOUR, .div = 10},
};

static const struct point probe[] = {
    {AIR_TEMPERATURE, OID("4.2.6.0"), CELSIUS, .div = 10, .absent = ABSENT(INT32_MIN)},
    {AIR_TEMPERATURE, OID("4.2.1.0"), FAHRENHEIT, .div = 10, .absent = ABSENT(INT32_MIN)},
    {RELATIVE_HUMIDITY, OID("4.3.1.0"), PERCENT},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, POINTS(input)},
    {OVER({PART_CIRCUIT}), POINTS(circuits)},
    {OVER({PART_INPUT}), .label = OID("6.3.4.1.3"), POINTS(units)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("6.4.4.1.2")},
          {PART_PHASE_LINE, .number = OID("6.4.4.1.3")}),
     .at = {.part = PART_INPUT}, POINTS(phases)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("6.4.4.1.2")},
          {PART_PHASE_PAIR, .number = OID("6.4.4.1.3")}),
     .at = {.part = PART_INPUT}, POINTS(pairs)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("6.5.4.1.2")}, {PART_BANK, .number = OID("6.5.4.1.3")}),
     POINTS(banks)},
    {OVER({PART_OUTLET}), .label = OID("6.6.1.4.1.4"), POINTS(outlets)},
    {.at = {.part = PART_SENSOR}, POINTS(probe)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("3.1.5.0")},    {FACT_MODEL, OID("6.2.2.1.9.1")},
                                    {FACT_SERIAL, OID("3.1.6.0")},   {FACT_SERIAL, OID("6.2.2.1.10.1")},
                                    {FACT_FIRMWARE, OID("3.1.3.0")}, {FACT_FIRMWARE, OID("6.2.2.1.7.1")},
                                    {FACT_NAME, OID("3.1.1.0")}};

const struct driver driver_cyberpower_epdu = {
    .name = "cyberpower_epdu",
    .title = "CyberPower rack PDU (PDU15 to PDU83 series)",
    .manufacturer = "CyberPower",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "CPS-MIB, ePDU and ePDU2 groups",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.3808.1.1.3", .probe = "1.3.6.1.4.1.3808.1.1.3.2.3.1.1.2"},
                    {.sys_object_id = "1.3.6.1.4.1.3808.1.1.6"},
                    {.sys_object_id = "1.3.6.1.4.1.3808.1.1", .probe = "1.3.6.1.4.1.3808.1.1.3.2.3.1.1.2"}},
    .oid_base = "1.3.6.1.4.1.3808.1.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
