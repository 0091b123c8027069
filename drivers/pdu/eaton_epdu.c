/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eaton rack PDUs, ePDU G2, G3 and G4 (EATON-EPDU-MIB).
 *
 * Source: EATON-EPDU-MIB. Firmware seen in a recording: 05.01.0002 (EMA114-10, one phase). Confirmed by a
 * recording of a real device; breaker groups, several phases and probes by the manual only.
 *
 * The first piece of every index is the unit of a daisy chain, 0 the first. What a row of the input tables
 * measures says its MeasType column; a single-phase input is phase L1. Negative means not available, but
 * reactive power and power factor have a sign (the MIB denies it for the power factor, the recording shows
 * -946 beside -541 var: leading), so -1 var is a reading
 * (INT32_MIN, which never comes, keeps it one here); a power factor of -1 thousandth is not. Groups of
 * outlets are breakers or sections of them. Millivolts, milliamperes, thousandths, tenths of hertz.
 */
#include "driver.h"

static const struct meaning threshold_states[] = {{0, LOAD_STATE_NORMAL},
                                                  {1, LOAD_STATE_LOW},
                                                  {2, LOAD_STATE_LOW},
                                                  {3, LOAD_STATE_NEAR_OVERLOAD},
                                                  {4, LOAD_STATE_OVERLOAD}};
static const struct meaning outlet_states[] = {
    {0, OUTLET_OFF}, {1, OUTLET_ON}, {2, OUTLET_PENDING}, {3, OUTLET_PENDING}};
static const struct meaning breaker_states[] = {{1, BREAKER_CLOSED}, {2, BREAKER_OPEN}};
static const struct meaning contact_states[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct unit_name temperature_units[] = {
    {0, .unit = CELSIUS}, {1, .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};

static const struct point inputs[] = {
    {FREQUENCY, OID("3.1.1.3"), HERTZ, .div = 10},
    {APPARENT_POWER, OID("3.5.1.3"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("3.5.1.4"), WATT, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("3.5.1.5"), WATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("3.5.1.7"), ONE, .div = 1000, .at = {.phase = PHASE_TOTAL}},
    {REACTIVE_POWER, OID("3.5.1.8"), VAR, .at = {.phase = PHASE_TOTAL}, .absent = ABSENT(INT32_MIN)},
    {APPARENT_POWER_RATING, OID("3.5.1.9"), VOLTAMPERE, .rate = RATE_ONCE},
};

static const struct point voltages[] = {
    {VOLTAGE, OID("3.2.1.3"), VOLT, .div = 1000, .at = {.phase = PHASE_L1},
     .only = {OID("3.2.1.2"), ANY_OF(1, 2)}},
    {VOLTAGE, OID("3.2.1.3"), VOLT, .div = 1000, .at = {.phase = PHASE_L2},
     .only = {OID("3.2.1.2"), ANY_OF(3)}},
    {VOLTAGE, OID("3.2.1.3"), VOLT, .div = 1000, .at = {.phase = PHASE_L3},
     .only = {OID("3.2.1.2"), ANY_OF(4)}},
    {LINE_VOLTAGE, OID("3.2.1.3"), VOLT, .div = 1000, .at = {.phase = PHASE_L1_L2},
     .only = {OID("3.2.1.2"), ANY_OF(5)}},
    {LINE_VOLTAGE, OID("3.2.1.3"), VOLT, .div = 1000, .at = {.phase = PHASE_L2_L3},
     .only = {OID("3.2.1.2"), ANY_OF(6)}},
    {LINE_VOLTAGE, OID("3.2.1.3"), VOLT, .div = 1000, .at = {.phase = PHASE_L3_L1},
     .only = {OID("3.2.1.2"), ANY_OF(7)}},
};

static const struct point currents[] = {
    {CURRENT_RATING, OID("3.3.1.3"), AMPERE, .div = 1000, .rate = RATE_ONCE},
    {CURRENT, OID("3.3.1.4"), AMPERE, .div = 1000},
    {LOAD_STATE, OID("3.3.1.5"), ONE, STATES(threshold_states)},
    {CURRENT_CREST_FACTOR, OID("3.3.1.10"), ONE, .div = 1000},
    {LOAD, OID("3.3.1.11"), PERCENT},
};
static const struct point neutral[] = {
    {NEUTRAL_CURRENT, OID("3.3.1.4"), AMPERE, .div = 1000},
};

static const struct point powers[] = {
    {APPARENT_POWER, OID("3.4.1.3"), VOLTAMPERE},
    {ACTIVE_POWER, OID("3.4.1.4"), WATT},
    {ACTIVE_ENERGY, OID("3.4.1.5"), WATT_HOUR},
    {POWER_FACTOR, OID("3.4.1.7"), ONE, .div = 1000},
    {REACTIVE_POWER, OID("3.4.1.8"), VAR, .absent = ABSENT(INT32_MIN)},
};

static const struct point sections[] = {
    {BREAKER_STATE, OID("5.1.1.5"), ONE, STATES(breaker_states), .absent = ABSENT(0)},
    {CURRENT_RATING, OID("5.4.1.2"), AMPERE, .div = 1000, .rate = RATE_ONCE},
    {VOLTAGE, OID("5.3.1.3"), VOLT, .div = 1000, .only = {OID("5.3.1.2"), ANY_OF(1, 2, 3, 4)}},
    {LINE_VOLTAGE, OID("5.3.1.3"), VOLT, .div = 1000, .only = {OID("5.3.1.2"), ANY_OF(5, 6, 7)}},
    {CURRENT, OID("5.4.1.3"), AMPERE, .div = 1000},
    {LOAD_STATE, OID("5.4.1.4"), ONE, STATES(threshold_states)},
    {CURRENT_CREST_FACTOR, OID("5.4.1.9"), ONE, .div = 1000},
    {LOAD, OID("5.4.1.10"), PERCENT},
    {APPARENT_POWER, OID("5.5.1.2"), VOLTAMPERE},
    {ACTIVE_POWER, OID("5.5.1.3"), WATT},
    {ACTIVE_ENERGY, OID("5.5.1.4"), WATT_HOUR},
    {POWER_FACTOR, OID("5.5.1.6"), ONE, .div = 1000},
    {REACTIVE_POWER, OID("5.5.1.7"), VAR, .absent = ABSENT(INT32_MIN)},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("6.6.1.2"), ONE, STATES(outlet_states)},
    {CURRENT_RATING, OID("6.4.1.2"), AMPERE, .div = 1000, .rate = RATE_ONCE},
    {VOLTAGE, OID("6.3.1.2"), VOLT, .div = 1000},
    {CURRENT, OID("6.4.1.3"), AMPERE, .div = 1000},
    {LOAD_STATE, OID("6.4.1.4"), ONE, STATES(threshold_states)},
    {CURRENT_CREST_FACTOR, OID("6.4.1.9"), ONE, .div = 1000},
    {LOAD, OID("6.4.1.10"), PERCENT},
    {APPARENT_POWER, OID("6.5.1.2"), VOLTAMPERE},
    {ACTIVE_POWER, OID("6.5.1.3"), WATT},
    {ACTIVE_ENERGY, OID("6.5.1.4"), WATT_HOUR},
    {POWER_FACTOR, OID("6.5.1.6"), ONE, .div = 1000},
    {REACTIVE_POWER, OID("6.5.1.7"), VAR, .absent = ABSENT(INT32_MIN)},
};

static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("7.1.1.4"), CELSIUS, .div = 10, .valid = {OID("7.1.1.3"), ANY_OF(1)},
     .absent = ABSENT(INT32_MIN), .unit_from = OID_OF("1.2.1.9", 1), .units = temperature_units},
    {RELATIVE_HUMIDITY, OID("7.2.1.4"), PERCENT, .div = 10, .valid = {OID("7.2.1.3"), ANY_OF(1)}},
};
static const struct point contacts[] = {
    {CONTACT_STATE, OID("7.3.1.4"), ONE, STATES(contact_states), .valid = {OID("7.3.1.3"), ANY_OF(1)},
     .absent = ABSENT(INT32_MIN)},
};

#define ROWS OVER({PART_UNIT}, {PART_INPUT}, {PART_NONE})
#define CURRENT_ROWS(...) .only = {OID("3.3.1.2"), ANY_OF(__VA_ARGS__)}
#define POWER_ROWS(...) .only = {OID("3.4.1.2"), ANY_OF(__VA_ARGS__)}

static const struct group groups[] = {
    {OVER({PART_UNIT}, {PART_INPUT}), .label = OID("3.1.1.10"), POINTS(inputs)},
    {ROWS, POINTS(voltages)},
    {ROWS, .at = {.phase = PHASE_L1}, CURRENT_ROWS(1, 3), POINTS(currents)},
    {ROWS, .at = {.phase = PHASE_L2}, CURRENT_ROWS(4), POINTS(currents)},
    {ROWS, .at = {.phase = PHASE_L3}, CURRENT_ROWS(5), POINTS(currents)},
    {ROWS, CURRENT_ROWS(2), POINTS(neutral)},
    {ROWS, .at = {.phase = PHASE_L1}, POWER_ROWS(1), POINTS(powers)},
    {ROWS, .at = {.phase = PHASE_L2}, POWER_ROWS(2), POINTS(powers)},
    {ROWS, .at = {.phase = PHASE_L3}, POWER_ROWS(3), POINTS(powers)},
    {OVER({PART_UNIT}, {PART_BANK}), .label = OID("5.1.1.3"), POINTS(sections)},
    {OVER({PART_UNIT}, {PART_OUTLET}), .label = OID("6.1.1.3"), POINTS(outlets)},
    {OVER({PART_UNIT}, {PART_SENSOR}), .label = OID("7.1.1.2"), POINTS(probes)},
    {OVER({PART_UNIT}, {PART_CONTACT}), .label = OID("7.3.1.2"), POINTS(contacts)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("1.2.1.3.0")}, {FACT_SERIAL, OID("1.2.1.4.0")}, {FACT_FIRMWARE, OID("1.2.1.5.0")}};

const struct driver driver_eaton_epdu = {
    .name = "eaton_epdu",
    .title = "Eaton ePDU G2, G3, G4 rack PDU",
    .manufacturer = "Eaton",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "EATON-EPDU-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.534.6.6.7"}, {.probe = "1.3.6.1.4.1.534.6.6.7.1.2.1.3"}},
    .oid_base = "1.3.6.1.4.1.534.6.6.7",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
