/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alpha CXC / Cordex system controller with its UPS personality (FXM, Micro and other outdoor UPSes): RFC
 * 1628 with tenths of a volt on the input alone.
 *
 * Source: RFC 1628; a recording of a CXC with software 8.30: 1222 at the input beside 122 at the output.
 *
 * The controller's DC personality has the same sysObjectID and no RFC 1628 tables.
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
    {UPS_BATTERY_STATE, OID("2.1.33.1.2.1.0"), ONE, STATES(standard_battery)},
    {SECONDS_ON_BATTERY, OID("2.1.33.1.2.2.0"), SECOND},
    {BATTERY_RUNTIME, OID("2.1.33.1.2.3.0"), MINUTE},
    {BATTERY_CHARGE, OID("2.1.33.1.2.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("2.1.33.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("2.1.33.1.2.6.0"), AMPERE, .div = 10, .absent = ABSENT(2147483647)},
    {BATTERY_TEMPERATURE, OID("2.1.33.1.2.7.0"), CELSIUS},
    {BATTERY_TEST_RESULT_STATE, OID("2.1.33.1.7.3.0"), ONE, STATES(standard_tests)},
};
static const struct point input_lines[] = {
    {FREQUENCY, OID("2.1.33.1.3.3.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("2.1.33.1.3.3.1.3"), VOLT, .div = 10},
    {CURRENT, OID("2.1.33.1.3.3.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.3.3.1.5"), WATT},
};
static const struct point output[] = {
    {FREQUENCY, OID("2.1.33.1.4.2.0"), HERTZ, .div = 10},
};
static const struct point output_lines[] = {
    {VOLTAGE, OID("2.1.33.1.4.4.1.2"), VOLT},
    {CURRENT, OID("2.1.33.1.4.4.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.4.4.1.4"), WATT},
    {LOAD, OID("2.1.33.1.4.4.1.5"), PERCENT},
};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(input_lines)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(output_lines)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("2.1.33.1.1.2.0")},
                                    {FACT_SERIAL, OID("4.1.7309.5.2.1.2.1.6.1.1")},
                                    {FACT_FIRMWARE, OID("2.1.33.1.1.3.0")}};

const struct driver driver_alpha_cxc_ups = {
    .name = "alpha_cxc_ups",
    .title = "Alpha CXC controller of a UPS",
    .manufacturer = "Alpha",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "RFC 1628",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.7309.5", .probe = "1.3.6.1.2.1.33.1.2"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
