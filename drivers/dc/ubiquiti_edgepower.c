/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ubiquiti EdgePower DC supplies (EP-24V-72W, EP-54V-72W, EP-54V-150W), SNMP.
 *
 * Sources: object names of UBNT-EdgeMAX-MIB as a monitoring system reads them and a recording of a real one
 * (EP-54V-150W 1.6.0 with an AC module and a battery module). The sysObjectID is that of all the maker's
 * devices; only this family has the table of DC outputs.
 *
 * Voltages, currents, power and temperatures are in thousandths, runtime in hundredths of a second. A module
 * without batteries says 0 % charge: what it says of batteries is not read.
 */
#include "driver.h"

static const struct meaning online[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning modes[] = {{1, UNIT_RUNNING}, {2, UNIT_OFF}, {3, UNIT_STANDBY}};
static const struct meaning charging[] = {{1, BATTERY_CHARGING}, {2, BATTERY_NORMAL}};

static const struct point outputs[] = {
    {VOLTAGE, OID("2.2.1.2"), VOLT, .div = 1000},
    {CURRENT, OID("2.2.1.3"), AMPERE, .div = 1000},
    {ACTIVE_POWER, OID("2.2.1.4"), WATT, .div = 1000},
};

static const struct point supplies[] = {
    {UNIT_STATE, OID("3.2.1.3"), ONE, STATES(modes), .absent = ABSENT(0)},
    {SOURCE_AVAILABLE_STATE, OID("3.2.1.4"), ONE, STATES(online)},
    {VOLTAGE, OID("3.2.1.5"), VOLT, .div = 1000, .at = {.point = "input"}},
};

static const struct point batteries[] = {
    {UPS_BATTERY_STATE, OID("3.2.1.7"), ONE, STATES(charging), .absent = ABSENT(0)},
    {BATTERY_PACKS, OID("3.2.1.8"), ONE, .rate = RATE_SLOW},
    {BATTERY_CHARGE, OID("3.2.1.9"), PERCENT},
    {BATTERY_RUNTIME, OID("3.2.1.10"), SECOND, .div = 100},
};

static const struct point probes[] = {{DEVICE_TEMPERATURE, OID("4.2.1.3"), CELSIUS, .div = 1000}};

static const struct group groups[] = {
    {OVER({PART_OUTPUT}), POINTS(outputs)},
    {OVER({PART_POWER_SUPPLY}), POINTS(supplies)},
    {OVER({PART_BATTERY}), .only = {OID("3.2.1.8"), ANY_OF(1, 2, 3, 4, 5, 6, 7, 8)}, POINTS(batteries)},
    {OVER({PART_SENSOR}), POINTS(probes)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("1.1.0")}, {FACT_FIRMWARE, OID("1.3.0")}};

const struct driver driver_ubiquiti_edgepower = {
    .name = "ubiquiti_edgepower",
    .title = "Ubiquiti EdgePower DC supply",
    .manufacturer = "Ubiquiti",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "UBNT-EdgeMAX-MIB object names; recording of a real supply",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.10002.1", .probe = "1.3.6.1.4.1.41112.1.5.2.2"}},
    .oid_base = "1.3.6.1.4.1.41112.1.5",
    FACTS(facts),
    GROUPS(groups),
};
