/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eaton and Powerware UPSes with XUPS-MIB: ConnectUPS, Power Xpert Gateway, Network-MS, Network-M2 and M3
 * (9PX, 9SX, 5PX, 93PM, 9395 ...), including cards that name themselves with MGE's sysObjectID but answer
 * XUPS too.
 *
 * Source: XUPS-MIB 2018, EATON-EMP-MIB, RFC 1628. Firmware seen in recordings: ConnectUPS 4.38, Network-M2
 * 1.7.6, Network-MS. Confirmed by recordings of real devices.
 *
 * Some of these cards serve RFC 1628 fully and XUPS only in part, so both are read: XUPS first where it is as
 * fine, tenths before whole units always. The rows of the phase tables say in their Id column whether they
 * are phase to neutral or between phases; old cards have no such column, their rows are phase to neutral. A
 * single-phase UPS has row 1. RFC 1628's voltages count only where that column does not speak against them.
 * The battery's own status has no word for low, RFC 1628 has, but that one knows no fault: the worst comes
 * first. What the energy counters count began at their last reset. A battery current is positive while
 * discharging (XUPS says so).
 */
#include "driver.h"

static const struct meaning modes[] = {{1, UPS_OTHER},
                                       {2, UPS_OFF},
                                       {3, UPS_ONLINE},
                                       {4, UPS_BYPASS},
                                       {5, UPS_ON_BATTERY},
                                       {6, UPS_BOOST_TRIM},
                                       {7, UPS_BOOST_TRIM},
                                       {8, UPS_ONLINE},
                                       {9, UPS_ONLINE},
                                       {10, UPS_ECO},
                                       {11, UPS_MAINTENANCE_BYPASS},
                                       {12, UPS_ECO}};
static const struct meaning standard_battery[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning bad_battery[] = {{6, BATTERY_ABSENT}, {8, BATTERY_FAULT}};
static const struct meaning managed_battery[] = {
    {1, BATTERY_CHARGING}, {2, BATTERY_NORMAL}, {3, BATTERY_NORMAL}, {4, BATTERY_NORMAL},
    {5, BATTERY_UNKNOWN},  {6, BATTERY_ABSENT}, {7, BATTERY_NORMAL}, {8, BATTERY_FAULT}};
static const struct meaning test_results[] = {
    {2, TEST_PASSED}, {3, TEST_FAILED}, {4, TEST_RUNNING}, {6, TEST_ABORTED}, {7, TEST_NONE}};
static const struct meaning standard_tests[] = {{1, TEST_PASSED},  {2, TEST_WARNING}, {3, TEST_FAILED},
                                                {4, TEST_ABORTED}, {5, TEST_RUNNING}, {6, TEST_NONE}};
static const struct meaning outlets[] = {{1, OUTLET_ON},      {2, OUTLET_OFF}, {3, OUTLET_PENDING},
                                         {4, OUTLET_PENDING}, {7, OUTLET_ON},  {8, OUTLET_OFF}};
static const struct meaning contacts[] = {{1, STATE_NO}, {2, STATE_YES}, {3, STATE_NO}, {4, STATE_YES}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("4.1.534.1.4.5.0"), ONE, STATES(modes)},
    {UPS_MODE_STATE, OID("2.1.33.1.4.1.0"), ONE, STATES(modes)},
    {UPS_ALARMS_ACTIVE, OID("4.1.534.1.7.1.0"), ONE},
    {UPS_ALARMS_ACTIVE, OID("2.1.33.1.6.1.0"), ONE},
};

static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("4.1.534.1.2.5.0"), ONE, STATES(bad_battery),
     .absent = ABSENT(-1, 1, 2, 3, 4, 5, 7)},
    {UPS_BATTERY_STATE, OID("2.1.33.1.2.1.0"), ONE, STATES(standard_battery), .absent = ABSENT(-1, 1)},
    {UPS_BATTERY_STATE, OID("4.1.534.1.2.5.0"), ONE, STATES(managed_battery),
     .only = {OID("4.1.534.1.2.5.0")}},
    {SECONDS_ON_BATTERY, OID("2.1.33.1.2.2.0"), SECOND},
    {BATTERY_RUNTIME, OID("4.1.534.1.2.1.0"), SECOND},
    {BATTERY_RUNTIME, OID("4.1.705.1.5.1.0"), SECOND},
    {BATTERY_RUNTIME, OID("2.1.33.1.2.3.0"), MINUTE},
    {BATTERY_CHARGE, OID("4.1.534.1.2.4.0"), PERCENT},
    {BATTERY_CHARGE, OID("2.1.33.1.2.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("2.1.33.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_VOLTAGE, OID("4.1.534.1.2.2.0"), VOLT},
    {BATTERY_CURRENT, OID("2.1.33.1.2.6.0"), AMPERE, .div = 10},
    {BATTERY_CURRENT, OID("4.1.534.1.2.3.0"), AMPERE, .absent = ABSENT(INT32_MIN)},
    {BATTERY_TEMPERATURE, OID("2.1.33.1.2.7.0"), CELSIUS},
    {BATTERY_TEST_RESULT_STATE, OID("4.1.534.1.8.2.0"), ONE, STATES(test_results),
     .absent = ABSENT(-1, 1, 5)},
    {BATTERY_TEST_RESULT_STATE, OID("2.1.33.1.7.3.0"), ONE, STATES(standard_tests)},
};

static const struct point input[] = {
    {FREQUENCY, OID("4.1.534.1.3.1.0"), HERTZ, .div = 10},
    {INPUT_FAULTS, OID("4.1.534.1.3.2.0"), ONE},
    {ACTIVE_POWER, OID("4.1.534.1.3.8.3.0"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("4.1.534.1.3.8.4.0"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("4.1.534.1.3.8.5.0"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {VOLTAGE_RATING, OID("4.1.534.1.10.2.0"), VOLT, .absent = ABSENT(-1, 0)},
};
static const struct point output[] = {
    {FREQUENCY, OID("4.1.534.1.4.2.0"), HERTZ, .div = 10},
    {FREQUENCY, OID("2.1.33.1.4.2.0"), HERTZ, .div = 10},
    {LOAD, OID("4.1.534.1.4.1.0"), PERCENT},
    {ACTIVE_ENERGY, OID("4.1.534.1.4.7.0"), WATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("4.1.534.1.4.9.3.0"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("4.1.534.1.4.9.4.0"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("4.1.534.1.4.9.5.0"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {VOLTAGE_RATING, OID("4.1.534.1.10.1.0"), VOLT, .absent = ABSENT(-1, 0)},
    {POWER_RATING, OID("4.1.534.1.10.3.0"), WATT, .absent = ABSENT(-1, 0)},
    {FREQUENCY_RATING, OID("4.1.534.1.10.4.0"), HERTZ, .div = 10, .absent = ABSENT(-1, 0)},
};
static const struct point bypass[] = {
    {FREQUENCY, OID("4.1.534.1.5.1.0"), HERTZ, .div = 10},
    {FREQUENCY, OID("2.1.33.1.5.1.0"), HERTZ, .div = 10},
    {ACTIVE_POWER, OID("4.1.534.1.5.4.3.0"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("4.1.534.1.5.4.4.0"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
};

static const struct point input_phases[] = {
    {VOLTAGE, OID("4.1.534.1.3.4.1.2"), VOLT},
    {CURRENT, OID("4.1.534.1.3.4.1.7"), AMPERE, .div = 10},
    {CURRENT, OID("2.1.33.1.3.3.1.4"), AMPERE, .div = 10},
    {CURRENT, OID("4.1.534.1.3.4.1.3"), AMPERE},
    {ACTIVE_POWER, OID("4.1.534.1.3.4.1.4"), WATT},
};
static const struct point output_phases[] = {
    {VOLTAGE, OID("4.1.534.1.4.4.1.2"), VOLT},
    {CURRENT, OID("4.1.534.1.4.4.1.7"), AMPERE, .div = 10},
    {CURRENT, OID("2.1.33.1.4.4.1.3"), AMPERE, .div = 10},
    {CURRENT, OID("4.1.534.1.4.4.1.3"), AMPERE},
    {ACTIVE_POWER, OID("4.1.534.1.4.4.1.4"), WATT},
    {APPARENT_POWER, OID("4.1.534.1.4.4.1.9"), VOLTAMPERE},
    {LOAD, OID("4.1.534.1.4.4.1.8"), PERCENT},
};
static const struct point bypass_phases[] = {
    {VOLTAGE, OID("4.1.534.1.5.3.1.2"), VOLT},
    {CURRENT, OID("4.1.534.1.5.3.1.5"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("4.1.534.1.5.3.1.6"), WATT},
};
static const struct point input_pairs[] = {
    {LINE_VOLTAGE, OID("4.1.534.1.3.4.1.2"), VOLT, .at = {.phase = PHASE_L1_L2},
     .only = {OID("4.1.534.1.3.4.1.5"), ANY_OF(4)}},
    {LINE_VOLTAGE, OID("4.1.534.1.3.4.1.2"), VOLT, .at = {.phase = PHASE_L2_L3},
     .only = {OID("4.1.534.1.3.4.1.5"), ANY_OF(5)}},
    {LINE_VOLTAGE, OID("4.1.534.1.3.4.1.2"), VOLT, .at = {.phase = PHASE_L3_L1},
     .only = {OID("4.1.534.1.3.4.1.5"), ANY_OF(6)}},
};
static const struct point output_pairs[] = {
    {LINE_VOLTAGE, OID("4.1.534.1.4.4.1.2"), VOLT, .at = {.phase = PHASE_L1_L2},
     .only = {OID("4.1.534.1.4.4.1.5"), ANY_OF(4)}},
    {LINE_VOLTAGE, OID("4.1.534.1.4.4.1.2"), VOLT, .at = {.phase = PHASE_L2_L3},
     .only = {OID("4.1.534.1.4.4.1.5"), ANY_OF(5)}},
    {LINE_VOLTAGE, OID("4.1.534.1.4.4.1.2"), VOLT, .at = {.phase = PHASE_L3_L1},
     .only = {OID("4.1.534.1.4.4.1.5"), ANY_OF(6)}},
};

/* The same of RFC 1628, where XUPS has no rows. */
static const struct point standard_input[] = {
    {FREQUENCY, OID("2.1.33.1.3.3.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("2.1.33.1.3.3.1.3"), VOLT, .valid = {OID("4.1.534.1.3.4.1.5"), ANY_OF(1, 2, 3)}},
    {CURRENT, OID("2.1.33.1.3.3.1.4"), AMPERE, .div = 10, .only = {OID("2.1.33.1.3.3.1.4")}},
    {ACTIVE_POWER, OID("2.1.33.1.3.3.1.5"), WATT},
};
static const struct point standard_output[] = {
    {VOLTAGE, OID("2.1.33.1.4.4.1.2"), VOLT, .valid = {OID("4.1.534.1.4.4.1.5"), ANY_OF(1, 2, 3)}},
    {CURRENT, OID("2.1.33.1.4.4.1.3"), AMPERE, .div = 10, .only = {OID("2.1.33.1.4.4.1.3")}},
    {ACTIVE_POWER, OID("2.1.33.1.4.4.1.4"), WATT},
    {LOAD, OID("2.1.33.1.4.4.1.5"), PERCENT},
};
static const struct point standard_bypass[] = {
    {VOLTAGE, OID("2.1.33.1.5.3.1.2"), VOLT, .valid = {OID("4.1.534.1.5.3.1.3"), ANY_OF(1, 2, 3)}},
    {CURRENT, OID("2.1.33.1.5.3.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.5.3.1.4"), WATT},
};

static const struct point receptacles[] = {
    {OUTLET_STATE, OID("4.1.534.1.12.2.1.2"), ONE, STATES(outlets), .absent = ABSENT(-1, 5, 6)},
    {ACTIVE_ENERGY, OID("4.1.534.1.12.2.1.9"), WATT_HOUR},
};

static const struct point surroundings[] = {
    {AIR_TEMPERATURE, OID("4.1.534.1.6.1.0"), CELSIUS, .at = {.point = "ambient"}},
    {RELATIVE_HUMIDITY, OID("4.1.534.1.6.4.0"), PERCENT, .at = {.point = "ambient"}},
};
/* Of the Environmental Monitoring Probe. */
static const struct point probe[] = {
    {AIR_TEMPERATURE, OID("4.1.534.1.6.5.0"), CELSIUS, .at = {.point = "remote"}},
    {RELATIVE_HUMIDITY, OID("4.1.534.1.6.6.0"), PERCENT, .at = {.point = "remote"}},
};
static const struct point probe_contacts[] = {
    {CONTACT_STATE, OID("4.1.534.1.6.8.1.3"), ONE, STATES(contacts),
     .only = {OID("4.1.534.1.6.8.1.2"), ANY_OF(1, 2, 3)}},
};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, POINTS(input)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_BYPASS}, POINTS(bypass)},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_LINE}),
     POINTS(input_phases),
     .valid = {OID("4.1.534.1.3.4.1.5"), ANY_OF(1, 2, 3)}},
    {.at = {.part = PART_INPUT}, OVER({PART_NONE}), POINTS(input_pairs)},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_LINE}),
     POINTS(output_phases),
     .valid = {OID("4.1.534.1.4.4.1.5"), ANY_OF(1, 2, 3)}},
    {.at = {.part = PART_OUTPUT}, OVER({PART_NONE}), POINTS(output_pairs)},
    {.at = {.part = PART_BYPASS},
     OVER({PART_PHASE_LINE}),
     POINTS(bypass_phases),
     .valid = {OID("4.1.534.1.5.3.1.3"), ANY_OF(1, 2, 3)}},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(standard_input)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(standard_output)},
    {.at = {.part = PART_BYPASS}, OVER({PART_PHASE_LINE}), POINTS(standard_bypass)},
    {OVER({PART_OUTLET}), POINTS(receptacles)},
    {POINTS(surroundings)},
    {.at = {.part = PART_SENSOR}, POINTS(probe)},
    {OVER({PART_CONTACT}), .label = OID("4.1.534.1.6.8.1.4"), POINTS(probe_contacts)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("4.1.534.1.1.2.0")},  {FACT_SERIAL, OID("4.1.534.1.1.6.0")},
    {FACT_SERIAL, OID("4.1.705.1.1.7.0")}, {FACT_FIRMWARE, OID("4.1.534.1.1.3.0")},
    {FACT_MODEL, OID("2.1.33.1.1.2.0")},   {FACT_FIRMWARE, OID("2.1.33.1.1.3.0")},
};

const struct driver driver_eaton_xups = {
    .name = "eaton_xups",
    .title = "Eaton and Powerware UPS (XUPS-MIB): ConnectUPS, Network-MS, Network-M2, M3",
    .manufacturer = "Eaton",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "XUPS-MIB 2018-09, EATON-EMP-MIB, RFC 1628",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.534.1"},
                    {.sys_object_id = "1.3.6.1.4.1.705.1", .probe = "1.3.6.1.4.1.534.1"},
                    {.probe = "1.3.6.1.4.1.534.1"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
