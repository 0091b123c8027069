/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eltek Valere BC1000 and BC2000 DC plant controllers, SNMP.
 *
 * Sources: object names of ELTEK-BC2000-DC-POWER-MIB as a monitoring system reads them and recordings of two
 * real plants (BC2000 4.01.40 and 4.03.00).
 *
 * Currents of modules are in hundredths (9.11 and 9.07 A beside 17 A in all), the plant's in whole amperes.
 * The table of modules also lists disconnects and others, whose currents are none: only rows that call
 * themselves rectifiers are read. Temperatures of -126 and -127 mean that no probe is there. Probes are
 * numbered from 0.
 */
#include "driver.h"

static const struct meaning controller[] = {{1, STATE_NO}, {3, STATE_YES}};
static const struct meaning modules[] = {{0, UNIT_RUNNING}, {1, UNIT_FAULT}, {2, UNIT_OFF}};

static const struct point plant[] = {
    {VOLTAGE, OID("2.3.2.0"), VOLT, .div = 100, .at = {PART_OUTPUT}},
    {CURRENT, OID("2.3.3.0"), AMPERE, .at = {PART_OUTPUT}},
    {ALARM_STATE, OID("2.3.4.0"), ONE, STATES(controller), .at = {.point = "controller"},
     .absent = ABSENT(0, 2, 4, 5)},
    {DEVICE_TEMPERATURE, OID("2.3.5.0"), CELSIUS, .absent = ABSENT(-126, -127)},
};

static const struct point rectifiers[] = {
    {CURRENT, OID("2.1.6.1.4"), AMPERE, .div = 100},
    {UNIT_STATE, OID("2.1.6.1.5"), ONE, STATES(modules), .absent = ABSENT(3, 4, 5)},
    {CURRENT_RATING, OID("2.1.6.1.6"), AMPERE, .div = 100, .rate = RATE_SLOW},
};

static const struct point probes[] = {
    {BATTERY_TEMPERATURE, OID("7.1.1.1.3"), CELSIUS, .absent = ABSENT(-126, -127)}};

static const struct group groups[] = {
    {POINTS(plant)},
    {OVER({PART_SHELF}, {PART_RECTIFIER}), .only = {OID("2.1.6.1.3"), .oid = "1.3.6.1.4.1.13858.3"},
     POINTS(rectifiers)},
    {OVER({PART_SENSOR}), .label = OID("7.1.1.1.2"), POINTS(probes)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("2.1.2.0")}, {FACT_FIRMWARE, OID("2.1.3.0")}};

const struct driver driver_eltek_valere = {
    .name = "eltek_valere",
    .title = "Eltek Valere DC plant with BC2000 controller",
    .manufacturer = "Eltek Valere",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ELTEK-BC2000-DC-POWER-MIB object names; recordings of real plants",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.13858"}},
    .oid_base = "1.3.6.1.4.1.13858",
    FACTS(facts),
    GROUPS(groups),
};
