/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ICT Modular Power Series DC plants, SNMP.
 *
 * Sources: ICT-MODULAR-POWER-SYSTEM-MIB 1.01 (2018) and a recording of a real plant (48 V, three power
 * modules and one for a battery, firmware 1.04), which also has object 12, a battery probe's temperature.
 *
 * Voltages and currents are texts. Of the eight modules only those fitted are read; a power module has no
 * currents, a battery module one, whose sign nothing states, a distribution module four.
 */
#include "driver.h"

static const struct meaning alarm[] = {{2, STATE_NO}, {3, STATE_YES}};
static const struct meaning enabled[] = {{1, OUTLET_ON}, {2, OUTLET_OFF}};

static const struct point plant[] = {
    {VOLTAGE, OID("6.0"), VOLT, .at = {PART_MAINS}},
    {VOLTAGE, OID("7.0"), VOLT, .at = {PART_OUTPUT}},
    {CURRENT, OID("8.0"), AMPERE, .at = {PART_OUTPUT}},
    {OUTLET_STATE, OID("9.0"), ONE, STATES(enabled), .at = {PART_OUTPUT}},
    {BATTERY_TEMPERATURE, OID("12.0"), CELSIUS, .at = {PART_BATTERY}},
};

static const struct point modules[] = {
    {ALARM_STATE, OID("10.1.2"), ONE, STATES(alarm), .at = {.point = "failed"}, .absent = ABSENT(1)},
    {VOLTAGE, OID("10.1.4"), VOLT},
};

static const struct point distribution[] = {
    {CURRENT, OID("10.1.5"), AMPERE, .at = {.point = "channel_1"}},
    {CURRENT, OID("10.1.6"), AMPERE, .at = {.point = "channel_2"}},
    {CURRENT, OID("10.1.7"), AMPERE, .at = {.point = "channel_3"}},
    {CURRENT, OID("10.1.8"), AMPERE, .at = {.point = "channel_4"}},
    {OUTLET_STATE, OID("10.1.9"), ONE, STATES(enabled), .at = {.point = "channel_1"}},
    {OUTLET_STATE, OID("10.1.10"), ONE, STATES(enabled), .at = {.point = "channel_2"}},
    {OUTLET_STATE, OID("10.1.11"), ONE, STATES(enabled), .at = {.point = "channel_3"}},
    {OUTLET_STATE, OID("10.1.12"), ONE, STATES(enabled), .at = {.point = "channel_4"}},
};

static const struct point contacts[] = {
    {ALARM_STATE, OID("11.1.3"), ONE, STATES(alarm), .at = {.point = "alarm"}, .absent = ABSENT(1)},
};

static const struct group groups[] = {
    {POINTS(plant)},
    {OVER({PART_MODULE}), .only = {OID("10.1.3"), ANY_OF(2, 3, 4)}, POINTS(modules)},
    {OVER({PART_MODULE}), .only = {OID("10.1.3"), ANY_OF(4)}, POINTS(distribution)},
    {OVER({PART_CONTACT}), .label = OID("11.1.2"), POINTS(contacts)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("1.0")}, {FACT_NAME, OID("2.0")}, {FACT_FIRMWARE, OID("4.0")}};

const struct driver driver_ict_mps = {
    .name = "ict_mps",
    .title = "ICT Modular Power Series DC plant",
    .manufacturer = "ICT",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ICT-MODULAR-POWER-SYSTEM-MIB 1.01; recording of a real plant",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.39145.13"}},
    .oid_base = "1.3.6.1.4.1.39145.13",
    FACTS(facts),
    GROUPS(groups),
};
