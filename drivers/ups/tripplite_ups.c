/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tripp Lite UPSes behind a WEBCARDLX or SNMPWEBCARD (PowerAlert 12 to 20; now Eaton Tripp Lite).
 *
 * Source: TRIPPLITE-PRODUCTS-MIB (850.1.1.3.1), RFC 1628. Confirmed by a recording of a SU3000LCD2UHV,
 * PowerAlert 20.1.0.87.
 *
 * The first device of a card is read. Its own objects are tenths; the output current is in hundredths (140
 * beside RFC 1628's 1.4 A), where the MIB says tenths. RFC 1628's temperature of -273 and the battery pack's
 * of -273.1, sent unsigned, mean no probe; the pack's is not read.
 */
#include "driver.h"

static const struct meaning modes[] = {
    {1, UPS_OTHER},      {2, UPS_OFF},        {3, UPS_ONLINE}, {4, UPS_BYPASS}, {5, UPS_ON_BATTERY},
    {6, UPS_BOOST_TRIM}, {7, UPS_BOOST_TRIM}, {8, UPS_OTHER},  {9, UPS_ECO},    {10, UPS_TEST}};
static const struct meaning outlets[] = {{1, OUTLET_OFF}, {2, OUTLET_ON}};
static const struct meaning standard_modes[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                                {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                                {7, UPS_BOOST_TRIM}};
static const struct meaning standard_battery[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning standard_tests[] = {{1, TEST_PASSED},  {2, TEST_WARNING}, {3, TEST_FAILED},
                                                {4, TEST_ABORTED}, {5, TEST_RUNNING}, {6, TEST_NONE}};

static const struct point own_ups[] = {
    {UPS_MODE_STATE, OID("4.1.850.1.1.3.1.3.3.1.1.1"), ONE, STATES(modes), .absent = ABSENT(-1, 0)},
    {DEVICE_TEMPERATURE, OID("4.1.850.1.1.3.1.2.1.1.7"), CELSIUS, .div = 10},
};
static const struct point ups[] = {
    {UPS_MODE_STATE, OID("2.1.33.1.4.1.0"), ONE, STATES(standard_modes)},
    {UPS_ALARMS_ACTIVE, OID("2.1.33.1.6.1.0"), ONE},
};
static const struct point own_battery[] = {
    {UPS_BATTERY_STATE, OID("4.1.850.1.1.3.1.3.1.1.1.1"), ONE, STATES(standard_battery)},
    {SECONDS_ON_BATTERY, OID("4.1.850.1.1.3.1.3.1.1.1.2"), SECOND},
    {BATTERY_RUNTIME, OID("4.1.850.1.1.3.1.3.1.1.1.3"), MINUTE},
    {BATTERY_CHARGE, OID("4.1.850.1.1.3.1.3.1.1.1.4"), PERCENT},
    {BATTERY_VOLTAGE, OID("4.1.850.1.1.3.1.3.1.2.1.1"), VOLT, .div = 10},
};
static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("2.1.33.1.2.1.0"), ONE, STATES(standard_battery)},
    {SECONDS_ON_BATTERY, OID("2.1.33.1.2.2.0"), SECOND},
    {BATTERY_RUNTIME, OID("2.1.33.1.2.3.0"), MINUTE},
    {BATTERY_CHARGE, OID("2.1.33.1.2.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("2.1.33.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("2.1.33.1.2.6.0"), AMPERE, .div = 10},
    {BATTERY_TEMPERATURE, OID("2.1.33.1.2.7.0"), CELSIUS, .absent = ABSENT(-273)},
    {BATTERY_TEST_RESULT_STATE, OID("2.1.33.1.7.3.0"), ONE, STATES(standard_tests)},
};
static const struct point own_input_rows[] = {{INPUT_FAULTS, OID("4.1.850.1.1.3.1.3.2.1.1.1"), ONE}};
static const struct point own_input[] = {
    {FREQUENCY, OID("4.1.850.1.1.3.1.3.2.2.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("4.1.850.1.1.3.1.3.2.2.1.3"), VOLT, .div = 10},
    {CURRENT, OID("4.1.850.1.1.3.1.3.2.2.1.6"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("4.1.850.1.1.3.1.3.2.2.1.7"), WATT},
};
static const struct point input[] = {
    {FREQUENCY, OID("2.1.33.1.3.3.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("2.1.33.1.3.3.1.3"), VOLT},
    {CURRENT, OID("2.1.33.1.3.3.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.3.3.1.5"), WATT},
};
static const struct point own_output_rows[] = {
    {FREQUENCY, OID("4.1.850.1.1.3.1.3.3.1.1.3"), HERTZ, .div = 10},
    {VOLTAGE_RATING, OID("4.1.850.1.1.3.1.3.3.1.1.2"), VOLT},
};
static const struct point output_row[] = {
    {FREQUENCY, OID("2.1.33.1.4.2.0"), HERTZ, .div = 10},
};
static const struct point own_output[] = {
    {VOLTAGE, OID("4.1.850.1.1.3.1.3.3.2.1.2"), VOLT, .div = 10},
    {CURRENT, OID("4.1.850.1.1.3.1.3.3.2.1.3"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("4.1.850.1.1.3.1.3.3.2.1.4"), WATT},
    {LOAD, OID("4.1.850.1.1.3.1.3.3.2.1.5"), PERCENT},
};
static const struct point output[] = {
    {VOLTAGE, OID("2.1.33.1.4.4.1.2"), VOLT},
    {CURRENT, OID("2.1.33.1.4.4.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.4.4.1.4"), WATT},
    {LOAD, OID("2.1.33.1.4.4.1.5"), PERCENT},
};
static const struct point own_bypass_rows[] = {
    {FREQUENCY, OID("4.1.850.1.1.3.1.3.4.1.1.1"), HERTZ, .div = 10}};
static const struct point own_bypass[] = {
    {VOLTAGE, OID("4.1.850.1.1.3.1.3.4.2.1.2"), VOLT, .div = 10},
    {ACTIVE_POWER, OID("4.1.850.1.1.3.1.3.4.2.1.4"), WATT},
};
static const struct point own_outlets[] = {
    {OUTLET_STATE, OID("4.1.850.1.1.3.1.3.5.1.1.4"), ONE, STATES(outlets), .absent = ABSENT(-1, 0)},
    {VOLTAGE, OID("4.1.850.1.1.3.1.3.5.1.1.7"), VOLT, .div = 10},
    {CURRENT, OID("4.1.850.1.1.3.1.3.5.1.1.8"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("4.1.850.1.1.3.1.3.5.1.1.9"), WATT},
};

static const struct group groups[] = {
    {OVER({.fixed = true, .first = 1}), POINTS(own_ups)},
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, OVER({.fixed = true, .first = 1}), POINTS(own_battery)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, OVER({.fixed = true, .first = 1}), POINTS(own_input_rows)},
    {.at = {.part = PART_INPUT}, OVER({.fixed = true, .first = 1}, {PART_PHASE_LINE}), POINTS(own_input)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(input)},
    {.at = {.part = PART_OUTPUT}, OVER({.fixed = true, .first = 1}), POINTS(own_output_rows)},
    {.at = {.part = PART_OUTPUT}, POINTS(output_row)},
    {.at = {.part = PART_OUTPUT}, OVER({.fixed = true, .first = 1}, {PART_PHASE_LINE}), POINTS(own_output)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(output)},
    {.at = {.part = PART_BYPASS}, OVER({.fixed = true, .first = 1}), POINTS(own_bypass_rows)},
    {.at = {.part = PART_BYPASS}, OVER({.fixed = true, .first = 1}, {PART_PHASE_LINE}), POINTS(own_bypass)},
    {OVER({.fixed = true, .first = 1}, {PART_OUTLET}), .label = OID("4.1.850.1.1.3.1.3.5.1.1.2"),
     POINTS(own_outlets)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("4.1.850.1.1.1.2.1.5.1")},
                                    {FACT_MODEL, OID("2.1.33.1.1.2.0")},
                                    {FACT_FIRMWARE, OID("2.1.33.1.1.4.0")}};

const struct driver driver_tripplite_ups = {
    .name = "tripplite_ups",
    .title = "Tripp Lite UPS behind a WEBCARDLX or SNMPWEBCARD (PowerAlert)",
    .manufacturer = "Tripp Lite",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "TRIPPLITE-PRODUCTS-MIB, RFC 1628",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.850.1", .probe = "1.3.6.1.4.1.850.1.1.3.1.3.1"},
                    {.sys_object_id = "1.3.6.1.4.1.850", .probe = "1.3.6.1.2.1.33.1.2"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
