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

#define CURRENT_OF(number, unit_number)                                                                      \
    {                                                                                                        \
        CURRENT, OID("9." number ".11.0"), AMPERE, .div = 10, .at = {.depth = 1, .id = {unit_number} }       \
    }
#define VOLTAGE_OF(number, unit_number)                                                                      \
    {                                                                                                        \
        VOLTAGE, OID("9." number ".17.0"), VOLT, .at = {.depth = 1, .id = {unit_number}},                    \
                                                 .absent = ABSENT(-1, 0)                                     \
    }

static const struct point units[] = {
    CURRENT_OF("1", 1),   VOLTAGE_OF("1", 1),   CURRENT_OF("2", 2),   VOLTAGE_OF("2", 2),
    CURRENT_OF("3", 3),   VOLTAGE_OF("3", 3),   CURRENT_OF("4", 4),   VOLTAGE_OF("4", 4),
    CURRENT_OF("5", 5),   VOLTAGE_OF("5", 5),   CURRENT_OF("6", 6),   VOLTAGE_OF("6", 6),
    CURRENT_OF("7", 7),   VOLTAGE_OF("7", 7),   CURRENT_OF("8", 8),   VOLTAGE_OF("8", 8),
    CURRENT_OF("9", 9),   VOLTAGE_OF("9", 9),   CURRENT_OF("10", 10), VOLTAGE_OF("10", 10),
    CURRENT_OF("11", 11), VOLTAGE_OF("11", 11), CURRENT_OF("12", 12), VOLTAGE_OF("12", 12),
    CURRENT_OF("13", 13), VOLTAGE_OF("13", 13), CURRENT_OF("14", 14), VOLTAGE_OF("14", 14),
    CURRENT_OF("15", 15), VOLTAGE_OF("15", 15), CURRENT_OF("16", 16), VOLTAGE_OF("16", 16),
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
