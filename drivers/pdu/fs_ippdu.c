/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FS.com intelligent rack PDUs (IPPDU-MIB): a master and up to four slaves behind its address.
 *
 * Source: IPPDU-MIB. Confirmed by a recording of a real device of one phase (PDU-R1-S); further phases and
 * slaves by the manual only.
 *
 * All are single objects, eleven of each unit. Currents are tenths, voltages whole. Neither energy nor
 * temperature and humidity have a unit anywhere: shown raw.
 */
#include "driver.h"

#define VOLTAGE_OF(number, unit_number, line)                                                                \
    {                                                                                                        \
        VOLTAGE, OID("2." number ".0"), VOLT, .at = {.depth = 1, .id = {unit_number}, .phase = line }        \
    }
#define CURRENT_OF(number, unit_number, line)                                                                \
    {                                                                                                        \
        CURRENT, OID("2." number ".0"), AMPERE, .div = 10, .at = {                                           \
            .depth = 1,                                                                                      \
            .id = {unit_number},                                                                             \
            .phase = line                                                                                    \
        }                                                                                                    \
    }
#define ENERGY_OF(number, unit_number, line)                                                                 \
    {                                                                                                        \
        ACTIVE_ENERGY, OID("2." number ".0"), UNIT_UNSTATED, .at = {                                         \
            .depth = 1,                                                                                      \
            .id = {unit_number},                                                                             \
            .phase = line                                                                                    \
        }                                                                                                    \
    }
#define TEMPERATURE_OF(number, unit_number)                                                                  \
    {                                                                                                        \
        AIR_TEMPERATURE, OID("2." number ".0"), UNIT_UNSTATED, .at = {.depth = 1, .id = {unit_number} }      \
    }
#define HUMIDITY_OF(number, unit_number)                                                                     \
    {                                                                                                        \
        RELATIVE_HUMIDITY, OID("2." number ".0"), UNIT_UNSTATED, .at = {.depth = 1, .id = {unit_number} }    \
    }

static const struct point lines[] = {
    VOLTAGE_OF("1", 1, PHASE_L1),  CURRENT_OF("4", 1, PHASE_L1),  ENERGY_OF("7", 1, PHASE_L1),
    VOLTAGE_OF("2", 1, PHASE_L2),  CURRENT_OF("5", 1, PHASE_L2),  ENERGY_OF("8", 1, PHASE_L2),
    VOLTAGE_OF("3", 1, PHASE_L3),  CURRENT_OF("6", 1, PHASE_L3),  ENERGY_OF("9", 1, PHASE_L3),
    VOLTAGE_OF("12", 2, PHASE_L1), CURRENT_OF("15", 2, PHASE_L1), ENERGY_OF("18", 2, PHASE_L1),
    VOLTAGE_OF("13", 2, PHASE_L2), CURRENT_OF("16", 2, PHASE_L2), ENERGY_OF("19", 2, PHASE_L2),
    VOLTAGE_OF("14", 2, PHASE_L3), CURRENT_OF("17", 2, PHASE_L3), ENERGY_OF("20", 2, PHASE_L3),
    VOLTAGE_OF("23", 3, PHASE_L1), CURRENT_OF("26", 3, PHASE_L1), ENERGY_OF("29", 3, PHASE_L1),
    VOLTAGE_OF("24", 3, PHASE_L2), CURRENT_OF("27", 3, PHASE_L2), ENERGY_OF("30", 3, PHASE_L2),
    VOLTAGE_OF("25", 3, PHASE_L3), CURRENT_OF("28", 3, PHASE_L3), ENERGY_OF("31", 3, PHASE_L3),
    VOLTAGE_OF("34", 4, PHASE_L1), CURRENT_OF("37", 4, PHASE_L1), ENERGY_OF("40", 4, PHASE_L1),
    VOLTAGE_OF("35", 4, PHASE_L2), CURRENT_OF("38", 4, PHASE_L2), ENERGY_OF("41", 4, PHASE_L2),
    VOLTAGE_OF("36", 4, PHASE_L3), CURRENT_OF("39", 4, PHASE_L3), ENERGY_OF("42", 4, PHASE_L3),
    VOLTAGE_OF("45", 5, PHASE_L1), CURRENT_OF("48", 5, PHASE_L1), ENERGY_OF("51", 5, PHASE_L1),
    VOLTAGE_OF("46", 5, PHASE_L2), CURRENT_OF("49", 5, PHASE_L2), ENERGY_OF("52", 5, PHASE_L2),
    VOLTAGE_OF("47", 5, PHASE_L3), CURRENT_OF("50", 5, PHASE_L3), ENERGY_OF("53", 5, PHASE_L3),
};
static const struct point probes[] = {
    TEMPERATURE_OF("10", 1), HUMIDITY_OF("11", 1), TEMPERATURE_OF("21", 2), HUMIDITY_OF("22", 2),
    TEMPERATURE_OF("32", 3), HUMIDITY_OF("33", 3), TEMPERATURE_OF("43", 4), HUMIDITY_OF("44", 4),
    TEMPERATURE_OF("54", 5), HUMIDITY_OF("55", 5),
};

static const struct group groups[] = {
    {.at = {.part = PART_UNIT}, POINTS(lines)},
    {.at = {.part = PART_UNIT}, POINTS(probes)},
};

static const struct fact facts[] = {{FACT_NAME, OID("1.1.0")}};

const struct driver driver_fs_ippdu = {
    .name = "fs_ippdu",
    .title = "FS.com intelligent rack PDU",
    .manufacturer = "FS.com",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "IPPDU-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.30966", .probe = "1.3.6.1.4.1.30966.10.3.2"}},
    .oid_base = "1.3.6.1.4.1.30966.10.3",
    FACTS(facts),
    GROUPS(groups),
};
