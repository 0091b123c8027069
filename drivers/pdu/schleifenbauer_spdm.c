/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schleifenbauer gateways and the PDUs on their data bus (SCHLEIFENBAUER-DATABUS-MIB).
 *
 * Source: SCHLEIFENBAUER-DATABUS-MIB. Confirmed by a recording of a real device, a gateway with one PDU of
 * three phases (data model 2.50); outlets' meters and relays and sensors by the manual only.
 *
 * The first piece of an index is the PDU's address on the bus, which people give it; then input (phase),
 * outlet or sensor. What the MIB calls deci is hundredths; a power factor is a percentage in hundredths. -1
 * is in no range. Energies are whole kWh. The type of a sensor is a letter.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{0, OUTLET_OFF}, {1, OUTLET_ON}};
static const struct meaning ring_states[] = {{0, STATE_YES}, {1, STATE_NO}};

static const struct point bus[] = {
    {ALARM_STATE, OID("1.1.5.0"), ONE, STATES(ring_states), .at = {.point = "bus_open"}},
};

static const struct point units[] = {
    {CURRENT_RATING, OID("2.2.1.1.6"), AMPERE, .rate = RATE_ONCE},
    {DEVICE_TEMPERATURE, OID("2.8.1.1.1"), CELSIUS, .div = 100},
    {AIR_TEMPERATURE, OID("2.8.1.1.2"), CELSIUS, .div = 100, .absent = ABSENT(0)},
};

static const struct point inputs[] = {
    {ACTIVE_ENERGY, OID("2.6.1.1.2"), KILOWATT_HOUR}, {POWER_FACTOR, OID("2.6.1.1.4"), PERCENT, .div = 100},
    {CURRENT, OID("2.6.1.1.5"), AMPERE, .div = 100},  {PEAK_CURRENT, OID("2.6.1.1.6"), AMPERE, .div = 100},
    {VOLTAGE, OID("2.6.1.1.7"), VOLT, .div = 100},    {APPARENT_POWER, OID("2.6.1.1.9"), VOLTAMPERE},
    {ACTIVE_POWER, OID("2.6.1.1.10"), WATT},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("2.7.3.1.2"), ONE, STATES(outlet_states)},
    {ACTIVE_ENERGY, OID("2.7.2.1.2"), KILOWATT_HOUR},
    {POWER_FACTOR, OID("2.7.2.1.4"), PERCENT, .div = 100},
    {CURRENT, OID("2.7.2.1.5"), AMPERE, .div = 100},
    {PEAK_CURRENT, OID("2.7.2.1.6"), AMPERE, .div = 100},
    {VOLTAGE, OID("2.7.2.1.7"), VOLT, .div = 100},
    {APPARENT_POWER, OID("2.7.2.1.10"), VOLTAMPERE},
    {ACTIVE_POWER, OID("2.7.2.1.11"), WATT},
};

static const struct point sensors[] = {
    {AIR_TEMPERATURE, OID("2.8.2.1.3"), CELSIUS, .div = 100, .only = {OID("2.8.2.1.2"), .pattern = "T"}},
    {RELATIVE_HUMIDITY, OID("2.8.2.1.3"), PERCENT, .div = 100, .only = {OID("2.8.2.1.2"), .pattern = "H"}},
};

static const struct group groups[] = {
    {POINTS(bus)},
    {OVER({PART_UNIT}), .label = OID("2.1.1.1.10"), POINTS(units)},
    {OVER({PART_UNIT}, {PART_PHASE_LINE}), .at = {.part = PART_INPUT}, POINTS(inputs)},
    {OVER({PART_UNIT}, {PART_OUTLET}), .label = OID("2.7.1.1.2"), POINTS(outlets)},
    {OVER({PART_UNIT}, {PART_SENSOR}), .label = OID("2.8.2.1.4"), POINTS(sensors)},
};

const struct driver driver_schleifenbauer_spdm = {
    .name = "schleifenbauer_spdm",
    .title = "Schleifenbauer gateway with PDUs on its data bus (SPDM)",
    .manufacturer = "Schleifenbauer",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "SCHLEIFENBAUER-DATABUS-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.31034", .probe = "1.3.6.1.4.1.31034.12.1.1.2"},
                    {.probe = "1.3.6.1.4.1.31034.12.1.1.2"}},
    .oid_base = "1.3.6.1.4.1.31034.12.1.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    GROUPS(groups),
};
