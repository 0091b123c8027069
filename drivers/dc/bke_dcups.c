/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BKE DC UPS with an ETH_mod SNMP Supervisor, SNMP.
 *
 * Sources: PNETMOD-MIB and a recording of a real one
 * (1.1.10b13).
 *
 * Voltages, currents and temperature are in tenths. The battery's current is called charging current: taken
 * as positive while charging, and published positive while discharging. A temperature of 10000 degC and more
 * means no probe.
 */
#include "driver.h"

static const struct meaning source[] = {{0, UPS_ONLINE}, {1, UPS_ON_BATTERY}};
static const struct meaning grid[] = {{0, STATE_YES}, {1, STATE_NO}};
static const struct meaning fuse[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning output[] = {{0, OUTLET_OFF}, {1, OUTLET_ON}};

static const struct point points[] = {
    {SOURCE_AVAILABLE_STATE, OID("1.1.0"), ONE, STATES(grid), .at = {PART_MAINS}},
    {ALARM_STATE, OID("1.2.0"), ONE, STATES(fuse), .at = {PART_MAINS, .point = "fuse"}},
    {UPS_MODE_STATE, OID("2.1.0"), ONE, STATES(source)},
    {CURRENT, OID("2.2.0"), AMPERE, .div = 10, .at = {PART_POWER_SUPPLY}},
    {BATTERY_VOLTAGE, OID("3.1.0"), VOLT, .div = 10, .at = {PART_BATTERY}},
    {BATTERY_CURRENT, OID("3.2.0"), AMPERE, .mul = -1, .div = 10, .at = {PART_BATTERY}},
    {BATTERY_TEMPERATURE, OID("3.3.0"), CELSIUS, .div = 10, .at = {PART_BATTERY}, .adjusted = true},
    {ALARM_STATE, OID("3.4.0"), ONE, STATES(fuse), .at = {PART_BATTERY, .point = "fuse"}},
    {ALARM_STATE, OID("4.1.0"), ONE, STATES(fuse), .at = {PART_OUTPUT, .point = "fuse"}},
    {OUTLET_STATE, OID("4.2.0"), ONE, STATES(output), .at = {PART_OUTPUT}},
};

static const struct group groups[] = {{POINTS(points)}};

static enum verdict adjust(const struct point *point, double *number) {
    (void)point;
    return *number >= 100000 ? DROP : KEEP;
}

const struct driver driver_bke_dcups = {
    .name = "bke_dcups",
    .title = "BKE DC UPS with ETH_mod SNMP Supervisor",
    .manufacturer = "BKE",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PNETMOD-MIB; recording of a real DC UPS",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.27533.5"}},
    .oid_base = "1.3.6.1.4.1.27533.5",
    GROUPS(groups),
    .adjust = adjust,
};
