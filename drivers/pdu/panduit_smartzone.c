/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Panduit SmartZone G5 rack PDUs (PANDUIT-MIB).
 *
 * Source: PANDUIT-MIB. Firmware seen in recordings: 2.3.21 (P42D04M, three phases, six breakers), 3.3.2
 * (P24D40M, one phase). Confirmed by recordings of real devices; input phases, outlets and probes by the
 * manual only.
 *
 * The total energy of the input is in kWh, every other energy in Wh: the MIB says so, and recordings show 801
 * beside 801,914. A group is a breaker (type 2 to 4), a section of outlets (5) or nothing (0, the rest of the
 * table's fixed size); what its voltage is between says a column. The sum of the phase currents that the
 * input gives is an upper bound. Names come with a NUL at their end. -1 means not available, of vars too
 * (MIB), but not of temperatures, for which INT32_MIN stands here: it never comes.
 */
#include "driver.h"

static const struct meaning threshold_states[] = {{1, LOAD_STATE_NORMAL},
                                                  {2, LOAD_STATE_LOW},
                                                  {3, LOAD_STATE_LOW},
                                                  {4, LOAD_STATE_NEAR_OVERLOAD},
                                                  {5, LOAD_STATE_OVERLOAD}};
static const struct meaning breaker_states[] = {{2, BREAKER_CLOSED}, {3, BREAKER_OPEN}};
static const struct meaning unit_alarms[] = {{2, STATE_NO}, {3, STATE_YES}, {4, STATE_YES}};
static const struct meaning outlet_states[] = {
    {1, OUTLET_OFF}, {2, OUTLET_ON}, {3, OUTLET_PENDING}, {4, OUTLET_PENDING}};
static const struct meaning door_states[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning alarm_states[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning leak_states[] = {{1, LEAK_DRY}, {2, LEAK_WET}};
static const struct unit_name temperature_units[] = {
    {1, .unit = CELSIUS}, {2, .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};

/* Its overall status: degraded and failed are alarms, "other" says nothing. */
static const struct point units[] = {
    {ALARM_STATE, OID("1.2.1.9"), ONE, STATES(unit_alarms), .at = {.point = "status"}, .absent = ABSENT(1)},
};

static const struct point inputs[] = {
    {FREQUENCY, OID("2.1.1.2"), HERTZ, .div = 10},
    {APPARENT_POWER, OID("2.1.1.4"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("2.1.1.5"), WATT, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("2.1.1.6"), KILOWATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("2.1.1.9"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {REACTIVE_POWER, OID("2.1.1.10"), VAR, .at = {.phase = PHASE_TOTAL}},
    {CURRENT, OID("2.1.1.11"), AMPERE, .div = 100, .at = {.phase = PHASE_TOTAL}},
};

static const struct point phase_voltage[] = {{VOLTAGE, OID("2.2.1.3"), VOLT, .div = 10}};
static const struct point pair_voltage[] = {{LINE_VOLTAGE, OID("2.2.1.3"), VOLT, .div = 10}};
static const struct point input_phases[] = {
    {CURRENT_RATING, OID("2.2.1.10"), AMPERE, .div = 100, .rate = RATE_ONCE, .absent = ABSENT(-1, 0)},
    {CURRENT, OID("2.2.1.11"), AMPERE, .div = 100},
    {LOAD_STATE, OID("2.2.1.12"), ONE, STATES(threshold_states)},
    {LOAD, OID("2.2.1.17"), PERCENT},
    {APPARENT_POWER, OID("2.2.1.19"), VOLTAMPERE},
    {ACTIVE_POWER, OID("2.2.1.20"), WATT},
    {ACTIVE_ENERGY, OID("2.2.1.21"), WATT_HOUR},
    {POWER_FACTOR, OID("2.2.1.23"), ONE, .div = 100},
    {REACTIVE_POWER, OID("2.2.1.24"), VAR},
};

static const struct point sections[] = {
    {VOLTAGE, OID("3.1.1.5"), VOLT, .div = 10, .only = {OID("3.1.1.4"), ANY_OF(1, 2, 3, 4)}},
    {LINE_VOLTAGE, OID("3.1.1.5"), VOLT, .div = 10, .only = {OID("3.1.1.4"), ANY_OF(5, 6, 7)}},
    {CURRENT_RATING, OID("3.1.1.11"), AMPERE, .div = 100, .rate = RATE_ONCE, .absent = ABSENT(-1, 0)},
    {CURRENT, OID("3.1.1.12"), AMPERE, .div = 100},
    {LOAD_STATE, OID("3.1.1.13"), ONE, STATES(threshold_states), .absent = ABSENT(6)},
    {LOAD, OID("3.1.1.18"), PERCENT},
    {APPARENT_POWER, OID("3.1.1.19"), VOLTAMPERE},
    {ACTIVE_POWER, OID("3.1.1.20"), WATT},
    {ACTIVE_ENERGY, OID("3.1.1.21"), WATT_HOUR},
    {POWER_FACTOR, OID("3.1.1.23"), ONE, .div = 100},
    {REACTIVE_POWER, OID("3.1.1.24"), VAR},
    {BREAKER_STATE, OID("3.1.1.26"), ONE, STATES(breaker_states), .absent = ABSENT(0, 1)},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("5.2.1.1"), ONE, STATES(outlet_states), .absent = ABSENT(-1, 0)},
    {CURRENT, OID("5.1.1.5"), AMPERE, .div = 100},
    {LOAD, OID("5.1.1.11"), PERCENT},
    {APPARENT_POWER, OID("5.1.1.12"), VOLTAMPERE},
    {ACTIVE_POWER, OID("5.1.1.13"), WATT},
    {ACTIVE_ENERGY, OID("5.1.1.14"), WATT_HOUR},
};

static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("4.2.1.4"), CELSIUS, .valid = {OID("4.2.1.3"), ANY_OF(2)},
     .absent = ABSENT(INT32_MIN), .unit_from = OID_OF("4.1.1.1", 1), .units = temperature_units},
    {RELATIVE_HUMIDITY, OID("4.3.1.4"), PERCENT, .valid = {OID("4.3.1.3"), ANY_OF(2)}},
    {DOOR_STATE, OID("4.4.1.4"), ONE, STATES(door_states), .valid = {OID("4.4.1.3"), ANY_OF(2)}},
    {ALARM_STATE, OID("4.5.1.4"), ONE, STATES(alarm_states), .valid = {OID("4.5.1.3"), ANY_OF(2)},
     .at = {.point = "contact"}},
    {LEAK_STATE, OID("4.6.1.4"), ONE, STATES(leak_states), .valid = {OID("4.6.1.3"), ANY_OF(2)},
     .at = {.point = "spot"}},
    {LEAK_STATE, OID("4.7.1.4"), ONE, STATES(leak_states), .valid = {OID("4.7.1.3"), ANY_OF(2)},
     .at = {.point = "rope"}},
};

static const struct group groups[] = {
    {OVER({PART_UNIT}), POINTS(units)},
    {OVER({PART_INPUT}), POINTS(inputs)},
    {OVER({PART_INPUT}, {PART_PHASE_LINE}), .only = {OID("2.2.1.2"), ANY_OF(1, 2, 3, 4)},
     POINTS(phase_voltage)},
    {OVER({PART_INPUT}, {PART_PHASE_PAIR}), .only = {OID("2.2.1.2"), ANY_OF(5, 6, 7)}, POINTS(pair_voltage)},
    {OVER({PART_INPUT}, {PART_PHASE_LINE}), POINTS(input_phases)},
    {OVER({PART_UNIT}, {PART_BREAKER}), .label = OID("3.1.1.2"), .only = {OID("3.1.1.3"), ANY_OF(2, 3, 4)},
     POINTS(sections)},
    {OVER({PART_UNIT}, {PART_BANK}), .label = OID("3.1.1.2"), .only = {OID("3.1.1.3"), ANY_OF(5)},
     POINTS(sections)},
    {OVER({PART_UNIT}, {PART_OUTLET}), .label = OID("5.1.1.2"),
     .only = {OID("5.1.1.3"), ANY_OF(1, 2, 3, 4, 5, 10, 11, 12, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)},
     POINTS(outlets)},
    {OVER({PART_UNIT}, {PART_SENSOR}), .label = OID("4.2.1.2"), POINTS(probes)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("1.2.1.7.1")}, {FACT_SERIAL, OID("1.2.1.8.1")}, {FACT_FIRMWARE, OID("1.2.1.5.1")}};

const struct driver driver_panduit_smartzone = {
    .name = "panduit_smartzone",
    .title = "Panduit SmartZone G5 rack PDU",
    .manufacturer = "Panduit",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PANDUIT-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.19536.10.1"}, {.probe = "1.3.6.1.4.1.19536.10.1.2.1.1"}},
    .oid_base = "1.3.6.1.4.1.19536.10.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
