/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet Power EG4 Ethernet gateway and its wireless nodes: environment sensors.
 *
 * Source: PACKETPOWER-EG4-MIB. Confirmed by a recording of a real gateway with two nodes; the channels of
 * power meters are named in no source and are not read.
 *
 * A row's index is the node's 64-bit id as four numbers and the channel. The two middle numbers are zero in
 * every id seen, so a node is called by the first and the last. A channel is found by its name. Its unit is
 * a text that carries the scale: ddegC is 0.1 degC, mV is 0.001 V. Rows of texts have no value. -200.0,
 * -299.9 and -300.0 degC are probes that are not there; a humidity channel without probe says 0.
 */
#include "driver.h"

static const struct unit_name units[] = {
    {.text = "ddegC", .unit = CELSIUS, .div = 10},
    {.text = "degC", .unit = CELSIUS},
    {.text = "mV", .unit = MILLIVOLT},
    {.text = "V", .unit = VOLT},
    {.text = "%", .unit = PERCENT},
    {.text = "closure", .unit = ONE},
    {.unit = UNIT_UNSTATED},
};

static const struct meaning contact[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point links[] = {{RADIO_LINK_QUALITY, OID("2.1.10"), PERCENT}};

static const struct point channels[] = {
    {AIR_TEMPERATURE, .absent = ABSENT(-200, -2000, -2999, -3000),
     .only = {OID("1.1.8"), .pattern = "Temperature#", .captures = {PART_SENSOR}}},
    {DEW_POINT, .absent = ABSENT(-200, -2000, -2999, -3000), .only = {OID("1.1.8"), .pattern = "DewPoint"}},
    {RELATIVE_HUMIDITY, .absent = ABSENT(0), .only = {OID("1.1.8"), .pattern = "Humidity"}},
    {RELATIVE_HUMIDITY, .absent = ABSENT(0),
     .only = {OID("1.1.8"), .pattern = "Humidity#", .captures = {PART_SENSOR}}},
    {BATTERY_CHARGE, .only = {OID("1.1.8"), .pattern = "Battery"}},
    {VOLTAGE, .at = {.point = "supply"}, .only = {OID("1.1.8"), .pattern = "VDD"}},
    {CONTACT_STATE, .unit = ONE, STATES(contact),
     .only = {OID("1.1.8"), .pattern = "Contact#", .captures = {PART_CONTACT}}},
};

static const struct group groups[] = {
    {OVER({PART_NODE}, {.fixed = true}, {.fixed = true}, {PART_NODE}), .label = OID("2.1.6"), POINTS(links)},
    {OVER({PART_NODE}, {.fixed = true}, {.fixed = true}, {PART_NODE}, {PART_NONE}), POINTS(channels),
     .value = OID("1.1.12"), .unit_from = OID("1.1.13"), .units = units},
};

const struct driver driver_packetpower_eg4 = {
    .name = "packetpower_eg4",
    .title = "Packet Power EG4 gateway of wireless nodes",
    .manufacturer = "Packet Power",
    .class = CLASS_METER,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PACKETPOWER-EG4-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.33688.4"}},
    .oid_base = "1.3.6.1.4.1.33688.4",
    GROUPS(groups),
};
