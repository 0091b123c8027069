/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UPSes behind a Phoenixtec network card with EPPC-MIB: PowerWalker, Eaton Asia, Santak, Online USV and
 * others.
 *
 * Source: EPPC-MIB (935.10.1). Confirmed by a recording of a PowerWalker with card firmware 3.1.0.0.
 *
 * -1 means not supported. Tenths throughout, but minutes, watts and percents. The system's status is read by
 * the names that the MIB gives its modules: 4 is line in the recording. A battery voltage has a positive and
 * a negative half on UPSes with a middle tap.
 */
#include "driver.h"

static const struct meaning modes[] = {
    {1, UPS_OTHER},       {2, UPS_OFF},         {3, UPS_BYPASS}, {4, UPS_ONLINE}, {5, UPS_ON_BATTERY},
    {6, UPS_TEST},        {7, UPS_OTHER},       {8, UPS_ONLINE}, {9, UPS_ECO},    {10, UPS_OFF},
    {11, UPS_BOOST_TRIM}, {12, UPS_BOOST_TRIM}, {13, UPS_OTHER}};
static const struct meaning battery_states[] = {{1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL},
                                                {3, BATTERY_LOW},     {4, BATTERY_DEPLETED},
                                                {5, BATTERY_NORMAL},  {6, BATTERY_FAULT}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("2.1.0"), ONE, STATES(modes)},
    {DEVICE_TEMPERATURE, OID("2.2.0"), CELSIUS, .div = 10},
    {APPARENT_POWER_RATING, OID("2.9.0"), VOLTAMPERE},
    {POWER_RATING, OID("2.10.0"), WATT},
};
static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("3.1.0"), ONE, STATES(battery_states)},
    {SECONDS_ON_BATTERY, OID("3.2.0"), SECOND},
    {BATTERY_RUNTIME, OID("3.3.0"), MINUTE},
    {BATTERY_CHARGE, OID("3.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("3.5.0"), VOLT, .div = 10},
    {BATTERY_VOLTAGE, OID("3.6.0"), VOLT, .div = 10, .at = {.point = "negative"}},
    {BATTERY_TEMPERATURE, OID("3.8.0"), CELSIUS, .div = 10},
};
static const struct point input[] = {
    {INPUT_FAULTS, OID("2.14.0"), ONE},
    {VOLTAGE_RATING, OID("2.5.0"), VOLT, .div = 10},
    {FREQUENCY_RATING, OID("2.6.0"), HERTZ, .div = 10},
};
static const struct point input_lines[] = {
    {FREQUENCY, OID("2.16.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("2.16.1.3"), VOLT, .div = 10},
    {CURRENT, OID("2.16.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.16.1.5"), WATT},
};
static const struct point output[] = {
    {VOLTAGE_RATING, OID("2.7.0"), VOLT, .div = 10},
    {FREQUENCY_RATING, OID("2.8.0"), HERTZ, .div = 10},
};
static const struct point output_lines[] = {
    {FREQUENCY, OID("2.18.1.2"), HERTZ, .div = 10}, {VOLTAGE, OID("2.18.1.3"), VOLT, .div = 10},
    {CURRENT, OID("2.18.1.4"), AMPERE, .div = 10},  {ACTIVE_POWER, OID("2.18.1.5"), WATT},
    {APPARENT_POWER, OID("2.18.1.6"), VOLTAMPERE},  {LOAD, OID("2.18.1.7"), PERCENT},
};
static const struct point bypass_lines[] = {
    {FREQUENCY, OID("2.20.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("2.20.1.3"), VOLT, .div = 10},
    {CURRENT, OID("2.20.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.20.1.5"), WATT},
};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, POINTS(input)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(input_lines)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(output_lines)},
    {.at = {.part = PART_BYPASS}, OVER({PART_PHASE_LINE}), POINTS(bypass_lines)},
};

static const struct fact facts[] = {
    {FACT_MANUFACTURER, OID("1.1.0")}, {FACT_FIRMWARE, OID("1.3.0")}, {FACT_MODEL, OID("1.2.0")}};

const struct driver driver_phoenixtec_eppc = {
    .name = "phoenixtec_eppc",
    .title = "UPS behind a Phoenixtec network card (EPPC-MIB): PowerWalker, Santak, Online USV ...",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "EPPC-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.935.10"}, {.probe = "1.3.6.1.4.1.935.10.1.1.2"}},
    .oid_base = "1.3.6.1.4.1.935.10.1.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
