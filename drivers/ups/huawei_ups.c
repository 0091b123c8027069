/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Huawei UPS2000 and UPS5000 behind an SNMP card (RMS-SNMP01A, WEB/SNMP card, UPS5000's monitor).
 *
 * Source: RFC 1628 as a recording of a UPS2000 of 6 kVA serves it; HUAWEI-UPS-MIB (2011.6.174) as two public
 * readers of it know it (NUT's table for a UPS5000-E, a Zabbix template with the MIB's texts); no recording
 * of that part. Firmware seen: V100R001C00SPC60.
 *
 * Huawei's own objects are finer than the standard ones and come first: tenths of V, A, kW, kVA and %,
 * hundredths of Hz. Of a parallel system the first device is read. The L2 and L3 of a single-phase model do
 * not count. The temperature's scale is given as tenths by readers, not by the MIB's text. The card's RFC
 * 1628 output power is 1 beside 230 V and 7.2 A: not watts as the RFC wants; it is shown raw and not
 * published. Nor is its battery current, which is 0.4 A on mains with a full battery at 270.7 V: no
 * discharge, and what a discharge sends is not known. LibreNMS reads the frequencies in hundredths; 500
 * is 50.0 Hz. A runtime of 4294967295 is none.
 */
#include "driver.h"

static const struct meaning modes[] = {{1, UPS_OFF},        {2, UPS_BYPASS}, {3, UPS_ONLINE},
                                       {4, UPS_ON_BATTERY}, {5, UPS_OTHER},  {6, UPS_ECO},
                                       {7, UPS_ON_BATTERY}};
static const struct meaning standard_modes[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                                {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                                {7, UPS_BOOST_TRIM}};
static const struct meaning standard_battery[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning battery_states[] = {{1, BATTERY_ABSENT},   {2, BATTERY_NORMAL},
                                                {3, BATTERY_NORMAL},   {4, BATTERY_NORMAL},
                                                {5, BATTERY_CHARGING}, {6, BATTERY_NORMAL}};
static const struct meaning test_results[] = {{1, TEST_PASSED},  {2, TEST_WARNING}, {3, TEST_FAILED},
                                              {4, TEST_ABORTED}, {5, TEST_RUNNING}, {6, TEST_NONE}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("4.1.2011.6.174.1.2.101.1.1"), ONE, STATES(modes)},
    {DEVICE_TEMPERATURE, OID("4.1.2011.6.174.1.2.101.1.4"), CELSIUS, .div = 10},
};
static const struct point standard_ups[] = {
    {UPS_MODE_STATE, OID("2.1.33.1.4.1.0"), ONE, STATES(standard_modes)},
    {UPS_ALARMS_ACTIVE, OID("2.1.33.1.6.1.0"), ONE},
};

/* The standard's battery state knows low and depleted, Huawei's does not. */
static const struct point standard_battery_state[] = {
    {UPS_BATTERY_STATE, OID("2.1.33.1.2.1.0"), ONE, STATES(standard_battery)},
};
static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("4.1.2011.6.174.1.2.101.1.3"), ONE, STATES(battery_states)},
    {BATTERY_VOLTAGE, OID("4.1.2011.6.174.1.6.100.1.1"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("4.1.2011.6.174.1.6.100.1.2"), AMPERE, .div = 10},
    {BATTERY_CHARGE, OID("4.1.2011.6.174.1.6.100.1.3"), PERCENT},
    {BATTERY_RUNTIME, OID("4.1.2011.6.174.1.6.100.1.4"), SECOND},
};
static const struct point standard_battery_points[] = {
    {SECONDS_ON_BATTERY, OID("2.1.33.1.2.2.0"), SECOND},
    {BATTERY_RUNTIME, OID("2.1.33.1.2.3.0"), MINUTE},
    {BATTERY_CHARGE, OID("2.1.33.1.2.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("2.1.33.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("2.1.33.1.2.6.0"), UNIT_UNSTATED},
    {BATTERY_TEMPERATURE, OID("2.1.33.1.2.7.0"), CELSIUS},
    {BATTERY_TEST_RESULT_STATE, OID("2.1.33.1.7.3.0"), ONE, STATES(test_results)},
};

static const struct point input[] = {
    {FREQUENCY, OID("4.1.2011.6.174.1.3.100.1.4"), HERTZ, .div = 100},
    {VOLTAGE, OID("4.1.2011.6.174.1.3.100.1.1"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("4.1.2011.6.174.1.3.100.1.2"), VOLT, .div = 10, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.8"), ANY_OF(2)}},
    {VOLTAGE, OID("4.1.2011.6.174.1.3.100.1.3"), VOLT, .div = 10, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.8"), ANY_OF(2)}},
    {CURRENT, OID("4.1.2011.6.174.1.3.100.1.5"), AMPERE, .div = 10, .at = {.phase = PHASE_L1}},
    {CURRENT, OID("4.1.2011.6.174.1.3.100.1.6"), AMPERE, .div = 10, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.8"), ANY_OF(2)}},
    {CURRENT, OID("4.1.2011.6.174.1.3.100.1.7"), AMPERE, .div = 10, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.8"), ANY_OF(2)}},
    {POWER_FACTOR, OID("4.1.2011.6.174.1.3.100.1.8"), ONE, .div = 100, .at = {.phase = PHASE_L1}},
    {POWER_FACTOR, OID("4.1.2011.6.174.1.3.100.1.9"), ONE, .div = 100, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.8"), ANY_OF(2)}},
    {POWER_FACTOR, OID("4.1.2011.6.174.1.3.100.1.10"), ONE, .div = 100, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.8"), ANY_OF(2)}},
};
static const struct point bypass[] = {
    {FREQUENCY, OID("4.1.2011.6.174.1.5.100.1.4"), HERTZ, .div = 100},
    {VOLTAGE, OID("4.1.2011.6.174.1.5.100.1.1"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("4.1.2011.6.174.1.5.100.1.2"), VOLT, .div = 10, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.8"), ANY_OF(2)}},
    {VOLTAGE, OID("4.1.2011.6.174.1.5.100.1.3"), VOLT, .div = 10, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.8"), ANY_OF(2)}},
};
static const struct point output[] = {
    {FREQUENCY, OID("4.1.2011.6.174.1.4.100.1.7"), HERTZ, .div = 100},
    {VOLTAGE, OID("4.1.2011.6.174.1.4.100.1.1"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("4.1.2011.6.174.1.4.100.1.2"), VOLT, .div = 10, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {VOLTAGE, OID("4.1.2011.6.174.1.4.100.1.3"), VOLT, .div = 10, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {CURRENT, OID("4.1.2011.6.174.1.4.100.1.4"), AMPERE, .div = 10, .at = {.phase = PHASE_L1}},
    {CURRENT, OID("4.1.2011.6.174.1.4.100.1.5"), AMPERE, .div = 10, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {CURRENT, OID("4.1.2011.6.174.1.4.100.1.6"), AMPERE, .div = 10, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {ACTIVE_POWER, OID("4.1.2011.6.174.1.4.100.1.8"), KILOWATT, .div = 10, .at = {.phase = PHASE_L1}},
    {ACTIVE_POWER, OID("4.1.2011.6.174.1.4.100.1.9"), KILOWATT, .div = 10, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {ACTIVE_POWER, OID("4.1.2011.6.174.1.4.100.1.10"), KILOWATT, .div = 10, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {APPARENT_POWER, OID("4.1.2011.6.174.1.4.100.1.11"), KILOVOLTAMPERE, .div = 10,
     .at = {.phase = PHASE_L1}},
    {APPARENT_POWER, OID("4.1.2011.6.174.1.4.100.1.12"), KILOVOLTAMPERE, .div = 10, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {APPARENT_POWER, OID("4.1.2011.6.174.1.4.100.1.13"), KILOVOLTAMPERE, .div = 10, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {LOAD, OID("4.1.2011.6.174.1.4.100.1.14"), PERCENT, .div = 10, .at = {.phase = PHASE_L1}},
    {LOAD, OID("4.1.2011.6.174.1.4.100.1.15"), PERCENT, .div = 10, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {LOAD, OID("4.1.2011.6.174.1.4.100.1.16"), PERCENT, .div = 10, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {POWER_FACTOR, OID("4.1.2011.6.174.1.4.100.1.19"), ONE, .div = 100, .at = {.phase = PHASE_L1}},
    {POWER_FACTOR, OID("4.1.2011.6.174.1.4.100.1.20"), ONE, .div = 100, .at = {.phase = PHASE_L2},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
    {POWER_FACTOR, OID("4.1.2011.6.174.1.4.100.1.21"), ONE, .div = 100, .at = {.phase = PHASE_L3},
     .valid = {OID("4.1.2011.6.174.1.102.100.1.9"), ANY_OF(2)}},
};

static const struct point standard_input[] = {
    {FREQUENCY, OID("2.1.33.1.3.3.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("2.1.33.1.3.3.1.3"), VOLT},
    {CURRENT, OID("2.1.33.1.3.3.1.4"), AMPERE, .div = 10},
};
static const struct point standard_output[] = {{FREQUENCY, OID("2.1.33.1.4.2.0"), HERTZ, .div = 10}};
static const struct point standard_output_lines[] = {
    {VOLTAGE, OID("2.1.33.1.4.4.1.2"), VOLT},
    {CURRENT, OID("2.1.33.1.4.4.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.4.4.1.4"), UNIT_UNSTATED, .at = {.point = "standard"}},
    {LOAD, OID("2.1.33.1.4.4.1.5"), PERCENT},
};
static const struct point standard_bypass[] = {{FREQUENCY, OID("2.1.33.1.5.1.0"), HERTZ, .div = 10}};
static const struct point standard_bypass_lines[] = {
    {VOLTAGE, OID("2.1.33.1.5.3.1.2"), VOLT},
    {CURRENT, OID("2.1.33.1.5.3.1.3"), AMPERE, .div = 10},
};

static const struct group groups[] = {
    {OVER({.fixed = true, .first = 1}), POINTS(ups)},
    {POINTS(standard_ups)},
    {.at = {.part = PART_BATTERY}, POINTS(standard_battery_state)},
    {.at = {.part = PART_BATTERY}, OVER({.fixed = true, .first = 1}), POINTS(battery)},
    {.at = {.part = PART_BATTERY}, POINTS(standard_battery_points)},
    {.at = {.part = PART_INPUT}, OVER({.fixed = true, .first = 1}), POINTS(input)},
    {.at = {.part = PART_BYPASS}, OVER({.fixed = true, .first = 1}), POINTS(bypass)},
    {.at = {.part = PART_OUTPUT}, OVER({.fixed = true, .first = 1}), POINTS(output)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(standard_input)},
    {.at = {.part = PART_OUTPUT}, POINTS(standard_output)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(standard_output_lines)},
    {.at = {.part = PART_BYPASS}, POINTS(standard_bypass)},
    {.at = {.part = PART_BYPASS}, OVER({PART_PHASE_LINE}), POINTS(standard_bypass_lines)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("4.1.2011.6.174.1.2.100.1.2.1")},
    {FACT_MODEL, OID("2.1.33.1.1.2.0")},
    {FACT_SERIAL, OID("4.1.2011.6.174.1.2.100.1.5.1")},
    {FACT_FIRMWARE, OID("4.1.2011.6.174.1.2.100.1.3.1")},
    {FACT_FIRMWARE, OID("2.1.33.1.1.3.0")},
    {FACT_MANUFACTURER, OID("2.1.33.1.1.1.0")},
};

const struct driver driver_huawei_ups = {
    .name = "huawei_ups",
    .title = "Huawei UPS2000, UPS5000 (SNMP card)",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "RFC 1628, HUAWEI-UPS-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.2011.6.174"},
                    {.sys_object_id = "1.3.6.1.4.1.8072", .probe = "1.3.6.1.4.1.2011.6.174.1.2.101"},
                    {.probe = "1.3.6.1.4.1.2011.6.174.1.2.101"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1, 2147483647, 4294967295)}),
    FACTS(facts),
    GROUPS(groups),
};
