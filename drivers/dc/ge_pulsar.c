/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GE, later ABB and OmniOn, Pulsar Edge (NE843) DC plant controller, SNMP.
 *
 * Sources: NE843-MIB and a recording of a real plant
 * (NE843_M1 3.3.24, two rectifiers NE075AC48ATEZ).
 *
 * The plant's voltage is in millivolts and keeps its sign: -54.49 V is a -48 V plant. A rectifier's own
 * voltage has no sign and is 0 in standby. Its rating (75 A), input voltage and currents are whole; input
 * current is in milliamperes. The plant's alarms are texts of reports without a state; that the battery
 * discharges has one. "Rectifier restart" (column 13), which monitoring systems take for an alarm, is a
 * switch.
 */
#include "driver.h"

static const struct meaning alarm[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct text_meaning modes[] = {{"ON", UNIT_RUNNING},
                                            {"STANDBY", UNIT_STANDBY},
                                            {"STANDBY(EMS)", UNIT_STANDBY},
                                            {"OFF", UNIT_OFF},
                                            {"FAIL", UNIT_FAULT}};

static const struct point plant[] = {
    {VOLTAGE, OID("1.4.0"), VOLT, .div = 1000, .at = {PART_OUTPUT}},
    {CURRENT, OID("1.5.0"), AMPERE, .at = {PART_OUTPUT}},
    {CURRENT_RATING, OID("1.6.0"), AMPERE, .at = {PART_RECTIFIER, .phase = PHASE_TOTAL}, .rate = RATE_SLOW},
    {CURRENT, OID("1.8.0"), AMPERE, .at = {PART_RECTIFIER, .phase = PHASE_TOTAL}},
    {ALARM_STATE, OID("1.87.0"), ONE, STATES(alarm), .at = {.point = "battery_on_discharge"}},
};

static const struct point rectifiers[] = {
    {CURRENT, OID("7.1.6"), AMPERE, .at = {.point = "output"}},
    {VOLTAGE, OID("7.1.7"), VOLT, .div = 1000, .at = {.point = "output"}},
    {UNIT_STATE, OID("7.1.8"), ONE, STATE_TEXTS(modes)},
    {CURRENT_RATING, OID("7.1.9"), AMPERE, .rate = RATE_SLOW},
    {VOLTAGE, OID("7.1.10"), VOLT, .at = {.point = "input"}},
    {CURRENT, OID("7.1.11"), AMPERE, .div = 1000, .at = {.point = "input"}},
    {DEVICE_TEMPERATURE, OID("7.1.12"), CELSIUS},
    {ALARM_STATE, OID("7.1.44"), ONE, STATES(alarm), .at = {.point = "failed"}},
};

static const struct group groups[] = {
    {POINTS(plant)},
    {OVER({PART_RECTIFIER}), .label = OID("7.1.3"), POINTS(rectifiers)},
};

static const struct fact facts[] = {
    {FACT_FIRMWARE, OID("2.7.0")}, {FACT_MODEL, OID("2.11.0")}, {FACT_SERIAL, OID("2.12.0")}};

const struct driver driver_ge_pulsar = {
    .name = "ge_pulsar",
    .title = "GE, ABB, OmniOn Pulsar Edge (NE843) DC plant",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "NE843-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.10520.2.1.3"}},
    .oid_base = "1.3.6.1.4.1.10520.2.1.3",
    FACTS(facts),
    GROUPS(groups),
};
