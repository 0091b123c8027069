/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dell UPSes (tower and rack, 500 to 5600 W) behind Dell's network management card.
 *
 * Source: RFC 1628, DELL-SNMP-UPS-MIB (674.10902.2) for two objects: time remaining in seconds, and what it
 * calls the present consumption, which is the mean of the past hour and 0 until there is one: a demand, no
 * power. Confirmed by a recording of a Tower 1000W HV, firmware 01.14.
 *
 * Zeros of a bypass that it has not are what it sends.
 */
#include "driver.h"

static const struct meaning standard_modes[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                                {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                                {7, UPS_BOOST_TRIM}};
static const struct meaning standard_battery[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning standard_tests[] = {{1, TEST_PASSED},  {2, TEST_WARNING}, {3, TEST_FAILED},
                                                {4, TEST_ABORTED}, {5, TEST_RUNNING}, {6, TEST_NONE}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("2.1.33.1.4.1.0"), ONE, STATES(standard_modes)},
    {UPS_ALARMS_ACTIVE, OID("2.1.33.1.6.1.0"), ONE},
};
static const struct point battery[] = {
    {BATTERY_RUNTIME, OID("4.1.674.10902.2.120.5.3.0"), SECOND},
    {UPS_BATTERY_STATE, OID("2.1.33.1.2.1.0"), ONE, STATES(standard_battery)},
    {SECONDS_ON_BATTERY, OID("2.1.33.1.2.2.0"), SECOND},
    {BATTERY_RUNTIME, OID("2.1.33.1.2.3.0"), MINUTE},
    {BATTERY_CHARGE, OID("2.1.33.1.2.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("2.1.33.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("2.1.33.1.2.6.0"), AMPERE, .div = 10},
    {BATTERY_TEMPERATURE, OID("2.1.33.1.2.7.0"), CELSIUS},
    {BATTERY_TEST_RESULT_STATE, OID("2.1.33.1.7.3.0"), ONE, STATES(standard_tests)},
};
static const struct point input_lines[] = {
    {FREQUENCY, OID("2.1.33.1.3.3.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("2.1.33.1.3.3.1.3"), VOLT},
    {CURRENT, OID("2.1.33.1.3.3.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.3.3.1.5"), WATT},
};
static const struct point output[] = {
    {DEMAND, OID("4.1.674.10902.2.120.2.6.0"), WATT, .at = {.phase = PHASE_TOTAL}, .absent = ABSENT(-1, 0)},
    {FREQUENCY, OID("2.1.33.1.4.2.0"), HERTZ, .div = 10},
};
static const struct point output_lines[] = {
    {VOLTAGE, OID("2.1.33.1.4.4.1.2"), VOLT},
    {CURRENT, OID("2.1.33.1.4.4.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.4.4.1.4"), WATT},
    {LOAD, OID("2.1.33.1.4.4.1.5"), PERCENT},
};
static const struct point bypass[] = {
    {FREQUENCY, OID("2.1.33.1.5.1.0"), HERTZ, .div = 10},
};
static const struct point bypass_lines[] = {
    {VOLTAGE, OID("2.1.33.1.5.3.1.2"), VOLT},
    {CURRENT, OID("2.1.33.1.5.3.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.5.3.1.4"), WATT},
};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(input_lines)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(output_lines)},
    {.at = {.part = PART_BYPASS}, POINTS(bypass)},
    {.at = {.part = PART_BYPASS}, OVER({PART_PHASE_LINE}), POINTS(bypass_lines)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("4.1.674.10902.2.100.1.0")},
                                    {FACT_FIRMWARE, OID("4.1.674.10902.2.100.4.0")},
                                    {FACT_SERIAL, OID("4.1.674.10902.2.120.1.2.0")}};

const struct driver driver_dell_ups = {
    .name = "dell_ups",
    .title = "Dell UPS",
    .manufacturer = "Dell",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "RFC 1628, DELL-SNMP-UPS-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.674.10902.2"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
