/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Riedo Networks E3METER intelligent power strips and meters (IPS, IPM).
 *
 * Source: NETTRACK-E3METER-SNMP-MIB. Firmware seen in a recording: 4.8 (IPS 1290, three phases). Confirmed by
 * a recording of a real device.
 *
 * A channel is what one meter measures, numbered from 0; its name, which people may change, says which phase
 * it is on ("L1"), so it is the label and the channel a circuit. Of a neutral wire only the current means
 * something. The groups that the maker defined sum channels. Reactive energy is signed, a net of both
 * directions, and no counter. Sensor 0 is inside the meter. Groups that people defined are left out.
 */
#include "driver.h"

static const struct point live[] = {
    {ACTIVE_ENERGY, OID("2.1.2"), WATT_HOUR},   {APPARENT_ENERGY, OID("2.1.4"), VOLTAMPERE_HOUR},
    {ACTIVE_POWER, OID("2.1.5"), WATT},         {REACTIVE_POWER, OID("2.1.6"), VAR},
    {APPARENT_POWER, OID("2.1.7"), VOLTAMPERE}, {VOLTAGE, OID("2.1.8"), MILLIVOLT},
    {CURRENT, OID("2.1.9"), MILLIAMPERE},       {FREQUENCY, OID("2.1.10"), HERTZ, .div = 1000},
};
static const struct point neutral[] = {
    {NEUTRAL_CURRENT, OID("2.1.9"), MILLIAMPERE},
};

static const struct point channel_groups[] = {
    {ACTIVE_ENERGY, OID("4.1.4"), WATT_HOUR},   {APPARENT_ENERGY, OID("4.1.6"), VOLTAMPERE_HOUR},
    {ACTIVE_POWER, OID("4.1.7"), WATT},         {REACTIVE_POWER, OID("4.1.8"), VAR},
    {APPARENT_POWER, OID("4.1.9"), VOLTAMPERE}, {CURRENT, OID("4.1.10"), MILLIAMPERE},
};

static const struct point sensors[] = {
    {DEVICE_TEMPERATURE, OID("3.1.4"), CELSIUS, .div = 10, .only = {OID("3.1.3"), .pattern = "internal"}},
    {AIR_TEMPERATURE, OID("3.1.4"), CELSIUS, .div = 10,
     .only = {OID("3.1.1"), ANY_OF(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)}},
    {RELATIVE_HUMIDITY, OID("3.1.5"), PERCENT, .div = 10, .valid = {OID("3.1.2"), ANY_OF(2)}},
};

static const struct group groups[] = {
    {OVER({PART_CIRCUIT}), .label = OID("2.1.11"), .only = {OID("2.1.12"), ANY_OF(0)}, POINTS(live)},
    {OVER({PART_CIRCUIT}), .label = OID("2.1.11"), .only = {OID("2.1.12"), ANY_OF(1)}, POINTS(neutral)},
    {OVER({PART_INPUT}), .at = {.phase = PHASE_TOTAL}, .label = OID("4.1.2"), POINTS(channel_groups)},
    {OVER({PART_SENSOR}), POINTS(sensors), .valid = {OID("3.1.2"), ANY_OF(1, 2)}},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("1.2")}, {FACT_SERIAL, OID("1.1")}, {FACT_FIRMWARE, OID("1.4")}};

const struct driver driver_e3meter = {
    .name = "e3meter",
    .title = "Riedo Networks E3METER power strip and meter (IPS, IPM)",
    .manufacturer = "Riedo Networks",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "NETTRACK-E3METER-SNMP-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.21695.1", .probe = "1.3.6.1.4.1.21695.1.10.7.2.1"},
                    {.probe = "1.3.6.1.4.1.21695.1.10.7.2.1"}},
    .oid_base = "1.3.6.1.4.1.21695.1.10.7",
    FACTS(facts),
    GROUPS(groups),
};
