/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delta UPSes (and Minuteman's by Delta) behind an InsightPower or Mini-SNMP card.
 *
 * Source: DeltaUPS-MIB (2254.2.4), RFC 1628. Firmware seen in recordings: Minuteman E1500RTXL2U behind an UPS
 * SNMP Agent, UPS602R2RT2N035 behind a Mini-SNMP. The recordings hold RFC 1628 and of Delta's objects the
 * name only: those are from the MIB.
 *
 * Delta's objects are tenths and come first; lines beyond the first count where the device says that it has
 * three. A Mini-SNMP card (sysObjectID 2254.2.5) sends RFC 1628's voltages in tenths (2302 beside 2000 W
 * and 9.4 A), other Delta cards in volts. Rows that a single-phase UPS has not are empty.
 */
#include "driver.h"

static const struct meaning modes[] = {{0, UPS_ONLINE},     {1, UPS_ON_BATTERY}, {2, UPS_BYPASS},
                                       {3, UPS_BOOST_TRIM}, {4, UPS_BOOST_TRIM}, {5, UPS_MAINTENANCE_BYPASS},
                                       {6, UPS_OTHER},      {7, UPS_OFF}};
static const struct meaning eco[] = {{1, UPS_ECO}};
static const struct meaning conditions[] = {{2, BATTERY_REPLACE}};
static const struct meaning weak[] = {{0, STATE_NO}, {1, STATE_YES}, {2, STATE_YES}};
static const struct meaning battery_states[] = {{0, BATTERY_NORMAL}, {1, BATTERY_LOW}, {2, BATTERY_DEPLETED}};
static const struct meaning tests[] = {{0, TEST_NONE},   {1, TEST_PASSED}, {2, TEST_RUNNING},
                                       {3, TEST_FAILED}, {4, TEST_FAILED}, {5, TEST_FAILED}};
static const struct meaning on_off[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning standard_modes[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                                {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                                {7, UPS_BOOST_TRIM}};
static const struct meaning standard_battery[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning standard_tests[] = {{1, TEST_PASSED},  {2, TEST_WARNING}, {3, TEST_FAILED},
                                                {4, TEST_ABORTED}, {5, TEST_RUNNING}, {6, TEST_NONE}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("4.1.2254.2.4.9.24.0"), ONE, STATES(eco), .absent = ABSENT(-1, 0)},
    {UPS_MODE_STATE, OID("4.1.2254.2.4.5.1.0"), ONE, STATES(modes)},
    {UPS_MODE_STATE, OID("2.1.33.1.4.1.0"), ONE, STATES(standard_modes)},
    {UPS_ALARMS_ACTIVE, OID("2.1.33.1.6.1.0"), ONE},
    {APPARENT_POWER_RATING, OID("4.1.2254.2.4.1.7.0"), VOLTAMPERE, .absent = ABSENT(-1, 0)},
    {ALARM_STATE, OID("4.1.2254.2.4.9.1.0"), ONE, STATES(on_off), .at = {.point = "ups_disconnected"}},
    {ALARM_STATE, OID("4.1.2254.2.4.9.7.0"), ONE, STATES(on_off), .at = {.point = "fault"}},
    {ALARM_STATE, OID("4.1.2254.2.4.9.12.0"), ONE, STATES(on_off), .at = {.point = "overload"}},
    {ALARM_STATE, OID("4.1.2254.2.4.9.18.0"), ONE, STATES(on_off), .at = {.point = "over_temperature"}},
    {ALARM_STATE, OID("4.1.2254.2.4.9.22.0"), ONE, STATES(on_off), .at = {.point = "charger_fault"}},
    {ALARM_STATE, OID("4.1.2254.2.4.9.23.0"), ONE, STATES(on_off), .at = {.point = "fan_fault"}},
    {AIR_TEMPERATURE, OID("4.1.2254.2.4.10.1.0"), CELSIUS, .at = {.part = PART_SENSOR}},
    {RELATIVE_HUMIDITY, OID("4.1.2254.2.4.10.2.0"), PERCENT, .at = {.part = PART_SENSOR}},
};
static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("4.1.2254.2.4.7.2.0"), ONE, STATES(battery_states), .absent = ABSENT(-1, 0)},
    {UPS_BATTERY_STATE, OID("4.1.2254.2.4.7.1.0"), ONE, STATES(conditions), .absent = ABSENT(-1, 0, 1)},
    {ALARM_STATE, OID("4.1.2254.2.4.7.1.0"), ONE, STATES(weak), .at = {.point = "weak"},
     .only = {OID("4.1.2254.2.4.7.1.0")}},
    {SECONDS_ON_BATTERY, OID("4.1.2254.2.4.7.4.0"), SECOND},
    {BATTERY_RUNTIME, OID("4.1.2254.2.4.7.5.0"), MINUTE},
    {BATTERY_VOLTAGE, OID("4.1.2254.2.4.7.6.0"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("4.1.2254.2.4.7.7.0"), AMPERE, .div = 10},
    {BATTERY_CHARGE, OID("4.1.2254.2.4.7.8.0"), PERCENT},
    {BATTERY_TEMPERATURE, OID("4.1.2254.2.4.7.9.0"), CELSIUS},
    {BATTERY_TEST_RESULT_STATE, OID("4.1.2254.2.4.8.2.0"), ONE, STATES(tests)},
    {UPS_BATTERY_STATE, OID("2.1.33.1.2.1.0"), ONE, STATES(standard_battery)},
    {SECONDS_ON_BATTERY, OID("2.1.33.1.2.2.0"), SECOND},
    {BATTERY_RUNTIME, OID("2.1.33.1.2.3.0"), MINUTE},
    {BATTERY_CHARGE, OID("2.1.33.1.2.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("2.1.33.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("2.1.33.1.2.6.0"), AMPERE, .div = 10},
    {BATTERY_TEMPERATURE, OID("2.1.33.1.2.7.0"), CELSIUS},
    {BATTERY_TEST_RESULT_STATE, OID("2.1.33.1.7.3.0"), ONE, STATES(standard_tests)},
};

static const struct point input[] = {
    {FREQUENCY, OID("4.1.2254.2.4.4.2.0"), HERTZ, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("4.1.2254.2.4.4.3.0"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {CURRENT, OID("4.1.2254.2.4.4.4.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L1}},
};
static const struct point input_further[] = {
    {FREQUENCY, OID("4.1.2254.2.4.4.5.0"), HERTZ, .div = 10, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("4.1.2254.2.4.4.6.0"), VOLT, .div = 10, .at = {.phase = PHASE_L2}},
    {CURRENT, OID("4.1.2254.2.4.4.7.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L2}},
    {FREQUENCY, OID("4.1.2254.2.4.4.8.0"), HERTZ, .div = 10, .at = {.phase = PHASE_L3}},
    {VOLTAGE, OID("4.1.2254.2.4.4.9.0"), VOLT, .div = 10, .at = {.phase = PHASE_L3}},
    {CURRENT, OID("4.1.2254.2.4.4.10.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L3}},
};
static const struct point output[] = {
    {FREQUENCY, OID("4.1.2254.2.4.5.2.0"), HERTZ, .div = 10},
    {FREQUENCY, OID("2.1.33.1.4.2.0"), HERTZ, .div = 10},
    {VOLTAGE, OID("4.1.2254.2.4.5.4.0"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {CURRENT, OID("4.1.2254.2.4.5.5.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L1}},
    {ACTIVE_POWER, OID("4.1.2254.2.4.5.6.0"), WATT, .at = {.phase = PHASE_L1}},
    {LOAD, OID("4.1.2254.2.4.5.7.0"), PERCENT, .at = {.phase = PHASE_L1}},
};
static const struct point output_further[] = {
    {VOLTAGE, OID("4.1.2254.2.4.5.8.0"), VOLT, .div = 10, .at = {.phase = PHASE_L2}},
    {CURRENT, OID("4.1.2254.2.4.5.9.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L2}},
    {ACTIVE_POWER, OID("4.1.2254.2.4.5.10.0"), WATT, .at = {.phase = PHASE_L2}},
    {LOAD, OID("4.1.2254.2.4.5.11.0"), PERCENT, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("4.1.2254.2.4.5.12.0"), VOLT, .div = 10, .at = {.phase = PHASE_L3}},
    {CURRENT, OID("4.1.2254.2.4.5.13.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L3}},
    {ACTIVE_POWER, OID("4.1.2254.2.4.5.14.0"), WATT, .at = {.phase = PHASE_L3}},
    {LOAD, OID("4.1.2254.2.4.5.15.0"), PERCENT, .at = {.phase = PHASE_L3}},
};
static const struct point bypass[] = {
    {FREQUENCY, OID("4.1.2254.2.4.6.1.0"), HERTZ, .div = 10},
    {FREQUENCY, OID("2.1.33.1.5.1.0"), HERTZ, .div = 10},
    {VOLTAGE, OID("4.1.2254.2.4.6.3.0"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {CURRENT, OID("4.1.2254.2.4.6.4.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L1}},
    {ACTIVE_POWER, OID("4.1.2254.2.4.6.5.0"), WATT, .at = {.phase = PHASE_L1}},
};
static const struct point bypass_further[] = {
    {VOLTAGE, OID("4.1.2254.2.4.6.6.0"), VOLT, .div = 10, .at = {.phase = PHASE_L2}},
    {CURRENT, OID("4.1.2254.2.4.6.7.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L2}},
    {ACTIVE_POWER, OID("4.1.2254.2.4.6.8.0"), WATT, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("4.1.2254.2.4.6.9.0"), VOLT, .div = 10, .at = {.phase = PHASE_L3}},
    {CURRENT, OID("4.1.2254.2.4.6.10.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L3}},
    {ACTIVE_POWER, OID("4.1.2254.2.4.6.11.0"), WATT, .at = {.phase = PHASE_L3}},
};

/* RFC 1628: only the voltages differ from card to card. */
static const struct point standard_input[] = {
    {FREQUENCY, OID("2.1.33.1.3.3.1.2"), HERTZ, .div = 10},
    {CURRENT, OID("2.1.33.1.3.3.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.3.3.1.5"), WATT},
};
static const struct point standard_output[] = {
    {CURRENT, OID("2.1.33.1.4.4.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.4.4.1.4"), WATT},
    {LOAD, OID("2.1.33.1.4.4.1.5"), PERCENT},
};
static const struct point standard_bypass[] = {
    {CURRENT, OID("2.1.33.1.5.3.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.5.3.1.4"), WATT},
};
static const struct point input_tenths[] = {{VOLTAGE, OID("2.1.33.1.3.3.1.3"), VOLT, .div = 10}};
static const struct point output_tenths[] = {{VOLTAGE, OID("2.1.33.1.4.4.1.2"), VOLT, .div = 10}};
static const struct point bypass_tenths[] = {{VOLTAGE, OID("2.1.33.1.5.3.1.2"), VOLT, .div = 10}};
static const struct point input_volts[] = {{VOLTAGE, OID("2.1.33.1.3.3.1.3"), VOLT}};
static const struct point output_volts[] = {{VOLTAGE, OID("2.1.33.1.4.4.1.2"), VOLT}};
static const struct point bypass_volts[] = {{VOLTAGE, OID("2.1.33.1.5.3.1.2"), VOLT}};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, POINTS(input)},
    {.at = {.part = PART_INPUT}, POINTS(input_further), .only = {OID("4.1.2254.2.4.4.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(standard_input)},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_LINE}),
     POINTS(input_tenths),
     .only = {OID_WHOLE("2.1.1.2.0"), .oid = "1.3.6.1.4.1.2254.2.5"}},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_LINE}),
     POINTS(input_volts),
     .only = {OID_WHOLE("2.1.1.2.0"), .oid = "1.3.6.1.4.1.2254.2.4"}},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_OUTPUT}, POINTS(output_further), .only = {OID("4.1.2254.2.4.5.3.0"), ANY_OF(3)}},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(standard_output)},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_LINE}),
     POINTS(output_tenths),
     .only = {OID_WHOLE("2.1.1.2.0"), .oid = "1.3.6.1.4.1.2254.2.5"}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_LINE}),
     POINTS(output_volts),
     .only = {OID_WHOLE("2.1.1.2.0"), .oid = "1.3.6.1.4.1.2254.2.4"}},
    {.at = {.part = PART_BYPASS}, POINTS(bypass)},
    {.at = {.part = PART_BYPASS}, POINTS(bypass_further), .only = {OID("4.1.2254.2.4.6.2.0"), ANY_OF(3)}},
    {.at = {.part = PART_BYPASS}, OVER({PART_PHASE_LINE}), POINTS(standard_bypass)},
    {.at = {.part = PART_BYPASS},
     OVER({PART_PHASE_LINE}),
     POINTS(bypass_tenths),
     .only = {OID_WHOLE("2.1.1.2.0"), .oid = "1.3.6.1.4.1.2254.2.5"}},
    {.at = {.part = PART_BYPASS},
     OVER({PART_PHASE_LINE}),
     POINTS(bypass_volts),
     .only = {OID_WHOLE("2.1.1.2.0"), .oid = "1.3.6.1.4.1.2254.2.4"}},
};

static const struct fact facts[] = {{FACT_MANUFACTURER, OID("4.1.2254.2.4.1.1.0")},
                                    {FACT_MODEL, OID("4.1.2254.2.4.1.2.0")},
                                    {FACT_FIRMWARE, OID("4.1.2254.2.4.1.3.0")},
                                    {FACT_NAME, OID("4.1.2254.2.4.1.5.0")}};

const struct driver driver_delta_ups = {
    .name = "delta_ups",
    .title = "Delta UPS (InsightPower, Mini-SNMP card), Minuteman by Delta",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "DeltaUPS-MIB, RFC 1628",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.2254.2"}, {.probe = "1.3.6.1.4.1.2254.2.4"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
