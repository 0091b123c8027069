/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Janitza UMG power analysers that keep the maker's common block at 19000: UMG 96RM, 103, 104, 508, 509, 512,
 * 604, 605, 801 and others. Modbus TCP or RTU.
 *
 * Sources: register list of an open meter reader (mbmd); a second project reads the same block of a UMG 801;
 * the rest of the block from Janitza's Modbus address list of the UMG 512-PRO, whose block is the same.
 * Manual only: no recording of a real device over Modbus (over SNMP these meters have a driver of their own).
 * Register numbers are wire addresses; values are 32-bit floats, high word first; energies are in Wh.
 *
 * Reactive power, reactive energy and cos phi are of the fundamental. Inductive reactive energy is published
 * as imported, capacitive as exported. The neutral current is the vector sum of the phases, as the meter
 * computes it. The total import is of tariff 1.
 */
#include "driver.h"

static const struct point lines[] = {
    {VOLTAGE, HOLDING(19000, F32), VOLT},
    {CURRENT, HOLDING(19012, F32), AMPERE},
    {ACTIVE_POWER, HOLDING(19020, F32), WATT},
    {APPARENT_POWER, HOLDING(19028, F32), VOLTAMPERE},
    {REACTIVE_POWER, HOLDING(19036, F32), VAR},
    {DISPLACEMENT_POWER_FACTOR, HOLDING(19044, F32), ONE},
    {ACTIVE_ENERGY, HOLDING(19062, F32), WATT_HOUR},
    {EXPORTED_ENERGY, HOLDING(19070, F32), WATT_HOUR},
    {APPARENT_ENERGY, HOLDING(19078, F32), VOLTAMPERE_HOUR},
    {REACTIVE_ENERGY, HOLDING(19094, F32), VAR_HOUR},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(19102, F32), VAR_HOUR},
    {VOLTAGE_THD, HOLDING(19110, F32), PERCENT},
    {CURRENT_THD, HOLDING(19116, F32), PERCENT},
};

static const struct point pairs[] = {{LINE_VOLTAGE, HOLDING(19006, F32), VOLT}};

static const struct point totals[] = {
    {ACTIVE_POWER, HOLDING(19026, F32), WATT},
    {APPARENT_POWER, HOLDING(19034, F32), VOLTAMPERE},
    {REACTIVE_POWER, HOLDING(19042, F32), VAR},
    {ACTIVE_ENERGY, HOLDING(19068, F32), WATT_HOUR},
    {EXPORTED_ENERGY, HOLDING(19076, F32), WATT_HOUR},
    {APPARENT_ENERGY, HOLDING(19084, F32), VOLTAMPERE_HOUR},
    {REACTIVE_ENERGY, HOLDING(19100, F32), VAR_HOUR},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(19108, F32), VAR_HOUR},
};

static const struct point meter[] = {
    {NEUTRAL_CURRENT, HOLDING(19018, F32), AMPERE},
    {FREQUENCY, HOLDING(19050, F32), HERTZ},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
};

const struct driver driver_janitza_umg = {
    .name = "janitza_umg",
    .title = "Janitza UMG 96, 103, 104, 500, 600, 800 power analyser (Modbus)",
    .manufacturer = "Janitza",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "UMG register list as used by mbmd and OpenEMS; Janitza UMG 512-PRO Modbus address list",
    GROUPS(groups),
};
