/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ATEN PE, PG and EC rack PDUs (ATEN-PE-CFG).
 *
 * Source: ATEN-PE-CFG. Confirmed by a recording of a real device for its 16 outlets; unit, banks, breakers
 * and probes by the manual only.
 *
 * Every measurement comes twice, as text and as an integer times 1000; the integers are read. -1000000 means
 * not available, -2000000 not supported: tables have a fixed size. What the MIB calls power dissipation is an
 * energy, whose unit it does not state: shown raw. Units of power and pressure are not in the MIB either;
 * power agrees with voltage and current in watts, pressure is left out.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{1, OUTLET_OFF}, {2, OUTLET_ON}, {3, OUTLET_PENDING}};
static const struct meaning breaker_states[] = {{1, BREAKER_OPEN}, {2, BREAKER_CLOSED}};

static const struct point unit[] = {
    {CURRENT, OID("1.99.1.2"), AMPERE, .div = 1000},
    {VOLTAGE, OID("1.99.1.3"), VOLT, .div = 1000},
    {ACTIVE_POWER, OID("1.99.1.4"), WATT, .div = 1000, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("1.99.1.5"), UNIT_UNSTATED, .at = {.phase = PHASE_TOTAL}},
};
static const struct point banks[] = {
    {CURRENT, OID("3.99.1.2"), AMPERE, .div = 1000},
    {VOLTAGE, OID("3.99.1.3"), VOLT, .div = 1000},
    {ACTIVE_POWER, OID("3.99.1.4"), WATT, .div = 1000},
};
static const struct point breakers[] = {
    {BREAKER_STATE, OID("3.1.1.2"), ONE, STATES(breaker_states), .absent = ABSENT(3)},
};
static const struct point outlets[] = {
    {CURRENT, OID("2.99.1.2"), AMPERE, .div = 1000},
    {VOLTAGE, OID("2.99.1.3"), VOLT, .div = 1000},
    {ACTIVE_POWER, OID("2.99.1.4"), WATT, .div = 1000},
    {ACTIVE_ENERGY, OID("2.99.1.5"), UNIT_UNSTATED},
};
static const struct point relays[] = {
    {OUTLET_STATE, OID("1.5.1.2"), ONE, STATES(outlet_states), .absent = ABSENT(5, 6, 7)},
};
static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("1.100.1.2"), CELSIUS, .div = 1000},
    {RELATIVE_HUMIDITY, OID("1.100.1.3"), PERCENT, .div = 1000},
};

static const struct group groups[] = {
    {OVER({PART_INPUT}), POINTS(unit)},
    {OVER({PART_BANK}), POINTS(banks)},
    {OVER({PART_BREAKER}), POINTS(breakers)},
    {OVER({PART_OUTLET}), .label = OID("2.10.1.2"), POINTS(outlets)},
    {OVER({PART_OUTLET}), POINTS(relays)},
    {OVER({PART_SENSOR}), POINTS(probes)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("1.1.0")}, {FACT_NAME, OID("1.2.0")}};

const struct driver driver_aten_pe = {
    .name = "aten_pe",
    .title = "ATEN PE, PG and EC rack PDU",
    .manufacturer = "ATEN",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ATEN-PE-CFG",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.21317", .probe = "1.3.6.1.4.1.21317.1.3.2.2.2"}},
    .oid_base = "1.3.6.1.4.1.21317.1.3.2.2.2",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1000000, -2000000)}),
    FACTS(facts),
    GROUPS(groups),
};
