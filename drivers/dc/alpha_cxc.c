/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alpha Technologies (EnerSys) DC plants with a Cordex CXC HP controller, SNMP.
 *
 * Sources: ALPHA-RECTIFIER-SYS-MIB (2017) and ALPHA-RESOURCE-MIB (2019); recording of a real plant (CXC HP
 * 7.30, four rectifiers). The same controller is found in UPS without a rectifier system: those are not
 * meant here.
 *
 * All numbers are in thousandths; 2147483647 and empty values are none. Output power over installed power
 * proves that "average power" is a percentage. Load less rectifier current has the battery current's sign
 * reversed: it is positive while charging, and published positive while discharging. The three voltages of
 * phases are an output voltage by their text and an input voltage by their names: not read.
 */
#include "driver.h"

static const struct point plant[] = {
    {VOLTAGE, OID("3.1.10.0"), VOLT, .div = 1000, .at = {PART_OUTPUT}},
    {CURRENT, OID("3.1.11.0"), AMPERE, .div = 1000, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
    {VOLTAGE, OID("3.1.6.0"), VOLT, .div = 1000, .at = {PART_MAINS, .point = "average"}},
};

static const struct point rectifiers[] = {
    {CURRENT, OID("3.1.1.0"), AMPERE, .div = 1000, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("3.1.2.0"), WATT, .div = 1000, .at = {.phase = PHASE_TOTAL}},
    {VOLTAGE, OID("3.1.5.0"), VOLT, .div = 1000, .at = {.point = "average"}},
    {LOAD, OID("3.1.24.0"), PERCENT, .div = 1000},
    {CURRENT_RATING, OID("3.1.3.0"), AMPERE, .div = 1000, .rate = RATE_SLOW},
    {POWER_RATING, OID("3.1.4.0"), WATT, .div = 1000, .rate = RATE_SLOW},
    {MODULES_ACTIVE, OID("3.1.25.0"), ONE, .div = 1000},
};

static const struct point battery[] = {
    {BATTERY_VOLTAGE, OID("3.1.12.0"), VOLT, .div = 1000},
    {BATTERY_CURRENT, OID("3.1.13.0"), AMPERE, .mul = -1, .div = 1000},
    {BATTERY_TEMPERATURE, OID("3.1.14.0"), CELSIUS, .div = 1000},
    {BATTERY_CHARGE, OID("3.1.30.0"), PERCENT, .div = 1000},
    {BATTERY_RUNTIME, OID("3.1.31.0"), HOUR, .div = 1000},
    {BATTERY_HEALTH, OID("3.1.32.0"), PERCENT, .div = 1000, .rate = RATE_SLOW},
};

static const struct group groups[] = {
    {POINTS(plant)},
    {.at = {.part = PART_RECTIFIER}, POINTS(rectifiers)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
};

static const struct fact facts[] = {
    {FACT_NAME, OID("1.1.0")}, {FACT_FIRMWARE, OID("1.3.0")}, {FACT_SERIAL, OID("2.1.2.1.6.1.1")}};

const struct driver driver_alpha_cxc = {
    .name = "alpha_cxc",
    .title = "Alpha Technologies, EnerSys Cordex CXC HP DC plant",
    .manufacturer = "Alpha Technologies",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ALPHA-RECTIFIER-SYS-MIB 2017, ALPHA-RESOURCE-MIB 2019; recording of a real plant",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.7309.5", .probe = "1.3.6.1.4.1.7309.5.3.1"}},
    .oid_base = "1.3.6.1.4.1.7309.5",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(2147483647)}),
    FACTS(facts),
    GROUPS(groups),
};
