/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ingrasys iPoMan II rack PDUs (IPOMANII-MIB).
 *
 * Source: IPOMANII-MIB. Firmware seen in a recording: 1.05. Confirmed by a recording of a real device with
 * two inlets and twelve outlets.
 *
 * Currents are thousandths, the energy of an inlet is in tenths of kWh and that of an outlet in thousandths.
 * A second energy of both, which the MIB calls "0.1 W/H", is left out, and so are the tables of slaves.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {
    {2, OUTLET_OFF}, {3, OUTLET_ON}, {4, OUTLET_PENDING}, {5, OUTLET_PENDING}, {6, OUTLET_PENDING}};

static const struct point inlets[] = {
    {VOLTAGE, OID("1.3.1.2"), VOLT, .div = 10},
    {CURRENT, OID("1.3.1.3"), AMPERE, .div = 1000},
    {FREQUENCY, OID("1.3.1.4"), HERTZ, .div = 10},
    {ACTIVE_ENERGY, OID("1.3.1.5"), KILOWATT_HOUR, .div = 10},
};
static const struct point outlets[] = {
    {OUTLET_STATE, OID("2.3.1.2"), ONE, STATES(outlet_states), .absent = ABSENT(1)},
    {CURRENT, OID("2.3.1.3"), AMPERE, .div = 1000},
    {ACTIVE_ENERGY, OID("2.3.1.4"), KILOWATT_HOUR, .div = 1000},
};

static const struct group groups[] = {
    {OVER({PART_INLET}), .label = OID("1.2.1.2"), POINTS(inlets)},
    {OVER({PART_OUTLET}), .label = OID("2.2.1.2"), POINTS(outlets)},
};

const struct driver driver_ingrasys_ipoman = {
    .name = "ingrasys_ipoman",
    .title = "Ingrasys iPoMan II rack PDU",
    .manufacturer = "Ingrasys",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "IPOMANII-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.2468.1.4.2.1"}},
    .oid_base = "1.3.6.1.4.1.2468.1.4.2.1.3",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    GROUPS(groups),
};
