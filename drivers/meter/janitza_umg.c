/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Janitza UMG power analysers that keep the maker's common block at 19000: UMG 96RM, 103, 104, 508, 509, 512,
 * 604, 605, 801 and others. Modbus TCP or RTU.
 *
 * Source: register list of an open meter reader (mbmd); a second project reads the same block of a UMG 801.
 * Manual only: no recording of a real device over Modbus (over SNMP these meters have a driver of their own).
 * Register numbers are wire addresses; values are 32-bit floats, high word first; energies are in Wh. 19044
 * is cos phi, of the fundamental.
 */
#include "driver.h"

static const struct point lines[] = {
    {VOLTAGE, HOLDING(19000, F32), VOLT},
    {CURRENT, HOLDING(19012, F32), AMPERE},
    {ACTIVE_POWER, HOLDING(19020, F32), WATT},
    {DISPLACEMENT_POWER_FACTOR, HOLDING(19044, F32), ONE},
    {ACTIVE_ENERGY, HOLDING(19062, F32), WATT_HOUR},
    {EXPORTED_ENERGY, HOLDING(19070, F32), WATT_HOUR},
};

static const struct point totals[] = {
    {ACTIVE_POWER, HOLDING(19026, F32), WATT},
    {ACTIVE_ENERGY, HOLDING(19068, F32), WATT_HOUR},
    {EXPORTED_ENERGY, HOLDING(19076, F32), WATT_HOUR},
};

static const struct point meter[] = {{FREQUENCY, HOLDING(19050, F32), HERTZ}};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
};

const struct driver driver_janitza_umg = {
    .name = "janitza_umg",
    .title = "Janitza UMG 96, 103, 104, 500, 600, 800 power analyser (Modbus)",
    .manufacturer = "Janitza",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "UMG register list as used by mbmd and OpenEMS",
    GROUPS(groups),
};
