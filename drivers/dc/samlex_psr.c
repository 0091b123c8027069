/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samlex America PSR telecom inverters (PSR-1200-48 ...), fed by a DC plant, SNMP.
 *
 * Sources: SAMLEXAMERICA-MIB (2016) and a recording of a real PSR-1200-48 1.0.2704.
 *
 * Electrical values are in tenths. Relay on grid means that the grid feeds the output past the inverter.
 * Configured voltage, frequency and overload limit, on-line or off-line operation and synchronisation are
 * settings and not read; nor is whether the fan runs, which no alarm needs.
 */
#include "driver.h"

static const struct meaning relay[] = {{0, UPS_BYPASS}, {1, UPS_ONLINE}};
static const struct meaning grid[] = {{0, STATE_NO}, {2, STATE_YES}, {3, STATE_YES}, {4, STATE_YES}};
static const struct meaning alarm[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point points[] = {
    {VOLTAGE, OID("3.1.2.0"), VOLT, .div = 10, .at = {PART_OUTPUT}},
    {CURRENT, OID("3.1.3.0"), AMPERE, .div = 10, .at = {PART_OUTPUT}},
    {ACTIVE_POWER, OID("3.1.4.0"), WATT, .div = 10, .at = {PART_OUTPUT}},
    {FREQUENCY, OID("3.1.6.0"), HERTZ, .div = 10, .at = {PART_OUTPUT}},
    {VOLTAGE, OID("3.1.7.0"), VOLT, .div = 10, .at = {PART_MAINS}},
    {CURRENT, OID("3.1.8.0"), AMPERE, .div = 10, .at = {PART_MAINS}},
    {ACTIVE_POWER, OID("3.1.9.0"), WATT, .div = 10, .at = {PART_MAINS}},
    {FREQUENCY, OID("3.1.10.0"), HERTZ, .div = 10, .at = {PART_MAINS}},
    {VOLTAGE, OID("3.2.1.0"), VOLT, .div = 10, .at = {PART_INPUT}},
    {UPS_MODE_STATE, OID("3.3.4.0"), ONE, STATES(relay)},
    {SOURCE_AVAILABLE_STATE, OID("3.3.5.0"), ONE, STATES(grid), .at = {PART_MAINS}, .absent = ABSENT(1)},
    {DEVICE_TEMPERATURE, OID("3.3.8.0"), CELSIUS, .at = {.point = "dc_stage"}},
    {DEVICE_TEMPERATURE, OID("3.3.9.0"), CELSIUS, .at = {.point = "ac_stage"}},
    {ALARM_STATE, OID("3.6.1.0"), ONE, STATES(alarm), .at = {.point = "fan_fault"}},
    {ALARM_STATE, OID("3.6.2.0"), ONE, STATES(alarm), .at = {.point = "over_voltage"}},
    {ALARM_STATE, OID("3.6.3.0"), ONE, STATES(alarm), .at = {.point = "under_voltage"}},
    {ALARM_STATE, OID("3.6.4.0"), ONE, STATES(alarm), .at = {.point = "overload"}},
    {ALARM_STATE, OID("3.6.5.0"), ONE, STATES(alarm), .at = {.point = "over_temperature"}},
    {ALARM_STATE, OID("3.6.6.0"), ONE, STATES(alarm), .at = {.point = "short_circuit"}},
    {ALARM_STATE, OID("3.6.7.0"), ONE, STATES(alarm), .at = {.point = "over_voltage_protection"}},
    {ALARM_STATE, OID("3.6.8.0"), ONE, STATES(alarm), .at = {.point = "under_voltage_protection"}},
};

static const struct group groups[] = {{POINTS(points)}};

static const struct fact facts[] = {{FACT_MODEL, OID("1.1.0")}, {FACT_FIRMWARE, OID("1.2.0")}};

const struct driver driver_samlex_psr = {
    .name = "samlex_psr",
    .title = "Samlex America PSR telecom inverter",
    .manufacturer = "Samlex America",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "SAMLEXAMERICA-MIB 2016; recording of a real PSR-1200-48",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.49075", .probe = "1.3.6.1.4.1.49075.1.3.1"}},
    .oid_base = "1.3.6.1.4.1.49075.1",
    FACTS(facts),
    GROUPS(groups),
};
