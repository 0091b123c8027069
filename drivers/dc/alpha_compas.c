/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alpha Innovations DC plants with a Comp@s site controller, SNMP.
 *
 * Sources: SITE-MONITORING-MIB (2017) and a recording of a real plant (Comp@s 2.75).
 *
 * The first DC system of the first energy system is read: the tree numbers them, the recording has one. All
 * is in whole volts, amperes, watts and degrees. The autonomy has no unit in the MIB: 1942 at a load of 92 W
 * on a battery that gave 26 Ah, a third of its charge, in 900 minutes can only be minutes. The battery's
 * current and power are positive while charging, published positive while discharging. Energies of battery
 * tests, relays and the estimates of losses are not read.
 */
#include "driver.h"

static const struct meaning modes[] = {
    {0, UPS_ONLINE}, {1, UPS_ONLINE}, {2, UPS_TEST}, {3, UPS_ON_BATTERY}, {5, UPS_OTHER}};
static const struct meaning tests[] = {
    {0, TEST_NONE},   {1, TEST_PASSED}, {2, TEST_RUNNING}, {3, TEST_FAILED}, {4, TEST_FAILED},
    {5, TEST_FAILED}, {6, TEST_FAILED}, {7, TEST_ABORTED}, {8, TEST_FAILED}, {9, TEST_FAILED}};

static const struct point plant[] = {
    {UPS_MODE_STATE, OID("20.1.20.1.13.3.1.0"), ONE, STATES(modes)},
    {VOLTAGE, OID("20.1.20.1.13.3.11.0"), VOLT, .at = {PART_OUTPUT}},
    {ACTIVE_POWER, OID("20.1.20.1.13.3.51.0"), WATT, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
    {CURRENT, OID("20.1.20.1.13.3.52.0"), AMPERE, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
    {AIR_TEMPERATURE, OID("20.1.20.1.13.3.151.0"), CELSIUS, .at = {PART_SENSOR}},
};

static const struct point rectifiers[] = {
    {LOAD, OID("20.1.20.1.13.3.12.0"), PERCENT},
    {ACTIVE_POWER, OID("20.1.20.1.13.3.21.0"), WATT, .at = {.phase = PHASE_TOTAL}},
    {CURRENT, OID("20.1.20.1.13.3.22.0"), AMPERE, .at = {.phase = PHASE_TOTAL}},
    {POWER_RATING, OID("20.1.20.1.13.3.23.0"), WATT, .rate = RATE_SLOW},
    {CURRENT_RATING, OID("20.1.20.1.13.3.24.0"), AMPERE, .rate = RATE_SLOW},
    {MODULES_FITTED, OID("20.1.20.1.13.3.32.0"), ONE},
    {MODULES_ACTIVE, OID("20.1.20.1.13.3.34.0"), ONE},
};

static const struct point battery[] = {
    {BATTERY_CURRENT, OID("20.1.20.1.13.3.61.0"), AMPERE, .mul = -1},
    {ACTIVE_POWER, OID("20.1.20.1.13.3.62.0"), WATT, .mul = -1},
    {BATTERY_TEMPERATURE, OID("20.1.20.1.13.3.71.0"), CELSIUS},
    {BATTERY_TEST_RESULT_STATE, OID("20.1.20.1.13.3.72.0"), ONE, STATES(tests)},
    {BATTERY_CHARGE, OID("20.1.20.1.13.3.91.0"), PERCENT},
    {BATTERY_RUNTIME, OID("20.1.20.1.13.3.92.0"), MINUTE},
};

static const struct group groups[] = {
    {POINTS(plant)},
    {.at = {.part = PART_RECTIFIER}, POINTS(rectifiers)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
};

static const struct fact facts[] = {{FACT_FIRMWARE, OID("10.3.91.0")}};

const struct driver driver_alpha_compas = {
    .name = "alpha_compas",
    .title = "Alpha Innovations DC plant with Comp@s controller",
    .manufacturer = "Alpha Innovations",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "SITE-MONITORING-MIB 2017; recording of a real plant",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.26854.3.2.1",
                     .probe = "1.3.6.1.4.1.26854.3.2.1.20.1.20.1.13.3.11.0"}},
    .oid_base = "1.3.6.1.4.1.26854.3.2.1",
    FACTS(facts),
    GROUPS(groups),
};
