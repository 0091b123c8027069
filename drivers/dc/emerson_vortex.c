/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emerson (Vertiv) Vortex large DC plants (NetSure 802 and older) with a VortexPower controller, SNMP.
 *
 * Sources: a recording of a real plant (controller 4.0.0.1, 72 rectifiers) and VEC-MIB. Its numbers come as
 * texts or integers, in volts and amperes as they are: the rectifiers ("power conversion units") of the
 * recording add up to 1542 A of the 1576 A told.
 *
 * Battery current is 0 in the recording and its sign not stated: it is taken as charging and published
 * positive while discharging. What the states of shunts mean is not stated: they are left out. No object of
 * the plant proves voltages of the mains or temperatures.
 */
#include "driver.h"

/* The highest of the active alarms: normal, minor, major. */
static const struct meaning severities[] = {{0, STATE_NO}, {1, STATE_YES}, {2, STATE_YES}};

static const struct point plant[] = {
    {VOLTAGE, OID("1.1.0"), VOLT, .at = {PART_OUTPUT}},
    {CURRENT, OID("1.2.0"), AMPERE, .at = {PART_OUTPUT}},
    {VOLTAGE, OID("1.5.0"), VOLT, .at = {PART_OUTPUT, .point = "sense"}},
    {CURRENT, OID("1.6.0"), AMPERE, .at = {PART_RECTIFIER, .phase = PHASE_TOTAL}},
    {BATTERY_CURRENT, OID("1.7.0"), AMPERE, .mul = -1, .at = {PART_BATTERY}},
    {ALARM_STATE, OID("1.10.0"), ONE, STATES(severities), .at = {.point = "system"}},
};

static const struct point shunts[] = {{CURRENT, OID("4.1.2"), AMPERE}};
static const struct point rectifiers[] = {{CURRENT, OID("5.1.3"), AMPERE}};

static const struct group groups[] = {
    {POINTS(plant)},
    {OVER({PART_LOAD}), POINTS(shunts)},
    {OVER({PART_RECTIFIER}), POINTS(rectifiers)},
};

const struct driver driver_emerson_vortex = {
    .name = "emerson_vortex",
    .title = "Emerson Vortex large DC plant (NetSure 802)",
    .manufacturer = "Emerson",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "VEC-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.885.3"}},
    .oid_base = "1.3.6.1.4.1.885.3.2",
    GROUPS(groups),
};
