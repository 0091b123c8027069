/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DigiPower rack PDUs, also sold by others: a card with up to 16 PDUs behind it (DigiPower-PDU-MIB).
 *
 * Source: DigiPower-PDU-MIB. Firmware seen in a recording: s4.82-091002 (SWV-1623K-24N1). Confirmed by a
 * recording of a real device with one PDU.
 *
 * Currents are tenths; -1 is a PDU that is not there, whose voltage is 0. Temperature and humidity are both 0
 * without a probe. Outlets come as texts with one item for each and are left out; power is not measured.
 */
#include "driver.h"

/* clang-format off */
#define PDU(part, number) \
    {CURRENT, OID("9." part ".11.0"), AMPERE, .div = 10, .at = {.depth = 1, .id = {number}}}, \
    {VOLTAGE, OID("9." part ".17.0"), VOLT, .absent = ABSENT(-1, 0), .at = {.depth = 1, .id = {number}}}
/* clang-format on */

static const struct point units[] = {
    PDU("1", 1),   PDU("2", 2),   PDU("3", 3),   PDU("4", 4),   PDU("5", 5),   PDU("6", 6),
    PDU("7", 7),   PDU("8", 8),   PDU("9", 9),   PDU("10", 10), PDU("11", 11), PDU("12", 12),
    PDU("13", 13), PDU("14", 14), PDU("15", 15), PDU("16", 16),
};

static const struct point probe[] = {
    {AIR_TEMPERATURE, OID("7.0"), CELSIUS, .absent = ABSENT(0)},
    {RELATIVE_HUMIDITY, OID("8.0"), PERCENT, .absent = ABSENT(0)},
};

static const struct group groups[] = {
    {.at = {.part = PART_UNIT}, POINTS(units)},
    {.at = {.part = PART_SENSOR}, POINTS(probe)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("9.1.19.0")}, {FACT_FIRMWARE, OID("4.0")}};

const struct driver driver_digipower_pdu = {
    .name = "digipower_pdu",
    .title = "DigiPower rack PDU",
    .manufacturer = "DigiPower",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "DigiPower-PDU-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.17420", .probe = "1.3.6.1.4.1.17420.1.2.9.1.11.0"}},
    .oid_base = "1.3.6.1.4.1.17420.1.2",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
