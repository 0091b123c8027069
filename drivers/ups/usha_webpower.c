/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UPSes behind a USHA WebPower Smart II or UPSentry card (Eaton C series, Phoenixtec and others).
 *
 * Source: the card's own tree (2468.1.2.1.1), laid out as RFC 1628 but in tenths of a volt and of a degree,
 * as LibreNMS reads it. Confirmed by a recording of a WebPower Smart II 5.53 with an Eaton C1KS.
 *
 * What the UPS does not measure is empty. The output source is read as RFC 1628's: 3 is normal in the
 * recording.
 */
#include "driver.h"

static const struct meaning standard_modes[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                                {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                                {7, UPS_BOOST_TRIM}};
static const struct meaning standard_battery[] = {{1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL},
                                                  {3, BATTERY_LOW},     {4, BATTERY_DEPLETED},
                                                  {5, BATTERY_NORMAL},  {6, BATTERY_FAULT}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("4.1.0"), ONE, STATES(standard_modes)},
};
static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("2.1.0"), ONE, STATES(standard_battery)},
    {SECONDS_ON_BATTERY, OID("2.2.0"), SECOND},
    {BATTERY_RUNTIME, OID("2.3.0"), MINUTE},
    {BATTERY_CHARGE, OID("2.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("2.5.0"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("2.6.0"), AMPERE, .div = 10},
    {BATTERY_TEMPERATURE, OID("2.7.0"), CELSIUS, .div = 10},
};
static const struct point input[] = {{INPUT_FAULTS, OID("3.1.0"), ONE}};
static const struct point input_lines[] = {
    {FREQUENCY, OID("3.3.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("3.3.1.3"), VOLT, .div = 10},
    {CURRENT, OID("3.3.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("3.3.1.5"), WATT},
};
static const struct point output[] = {{FREQUENCY, OID("4.2.0"), HERTZ, .div = 10}};
static const struct point output_lines[] = {
    {VOLTAGE, OID("4.4.1.2"), VOLT, .div = 10},
    {CURRENT, OID("4.4.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("4.4.1.4"), WATT},
    {LOAD, OID("4.4.1.5"), PERCENT},
};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, POINTS(input)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(input_lines)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(output_lines)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("1.2.0")}, {FACT_MANUFACTURER, OID("1.1.0")}, {FACT_FIRMWARE, OID("1.4.0")}};

const struct driver driver_usha_webpower = {
    .name = "usha_webpower",
    .title = "UPS behind a USHA WebPower Smart II or UPSentry card",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "the card's UPS tree, as LibreNMS reads it",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.2468.1.2.1"}},
    .oid_base = "1.3.6.1.4.1.2468.1.2.1.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
