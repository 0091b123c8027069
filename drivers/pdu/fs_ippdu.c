/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FS.com intelligent rack PDUs (IPPDU-MIB): a master and up to four slaves behind its address.
 *
 * Source: IPPDU-MIB. Confirmed by a recording of a real device of one phase (PDU-R1-S); further phases and
 * slaves by the manual only.
 *
 * All are single objects, eleven of each unit. Currents are tenths, voltages whole. Neither energy nor
 * temperature and humidity have a unit anywhere: shown raw. The powers that later firmware adds have none
 * either and are left out.
 */
#include "driver.h"

/* clang-format off */
#define LINE(volts, amperes, energy, number, line) \
    {VOLTAGE, OID("2." volts ".0"), VOLT, .at = {.depth = 1, .id = {number}, .phase = (line)}}, \
    {CURRENT, OID("2." amperes ".0"), AMPERE, .div = 10, \
     .at = {.depth = 1, .id = {number}, .phase = (line)}}, \
    {ACTIVE_ENERGY, OID("2." energy ".0"), UNIT_UNSTATED, \
     .at = {.depth = 1, .id = {number}, .phase = (line)}}
#define PROBE(temperature, humidity, number) \
    {AIR_TEMPERATURE, OID("2." temperature ".0"), UNIT_UNSTATED, .at = {.depth = 1, .id = {number}}}, \
    {RELATIVE_HUMIDITY, OID("2." humidity ".0"), UNIT_UNSTATED, .at = {.depth = 1, .id = {number}}}
/* clang-format on */

static const struct point lines[] = {
    LINE("1", "4", "7", 1, PHASE_L1),    LINE("2", "5", "8", 1, PHASE_L2),
    LINE("3", "6", "9", 1, PHASE_L3),    LINE("12", "15", "18", 2, PHASE_L1),
    LINE("13", "16", "19", 2, PHASE_L2), LINE("14", "17", "20", 2, PHASE_L3),
    LINE("23", "26", "29", 3, PHASE_L1), LINE("24", "27", "30", 3, PHASE_L2),
    LINE("25", "28", "31", 3, PHASE_L3), LINE("34", "37", "40", 4, PHASE_L1),
    LINE("35", "38", "41", 4, PHASE_L2), LINE("36", "39", "42", 4, PHASE_L3),
    LINE("45", "48", "51", 5, PHASE_L1), LINE("46", "49", "52", 5, PHASE_L2),
    LINE("47", "50", "53", 5, PHASE_L3),
};
static const struct point probes[] = {
    PROBE("10", "11", 1), PROBE("21", "22", 2), PROBE("32", "33", 3),
    PROBE("43", "44", 4), PROBE("54", "55", 5),
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
