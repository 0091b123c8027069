/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Siemens SENTRON PAC2200, PAC3200, PAC4200 power meters, Modbus TCP or RTU, function code 3 (and 4).
 *
 * Sources: register list of an open meter reader (mbmd, from the PAC2200's manual), a second project that
 * agrees with its measurements (OpenEMS), and the PAC4200 system manual's table of measured variables, from
 * which the voltages between phases and the powers per phase besides active power come. Manual only: no
 * recording of a real device. Registers are the maker's offsets, which are wire addresses; floats have the
 * high word first; energies are 64-bit floats in Wh, tariff 1 only.
 *
 * The sources disagree about the frequency: 55 in the maker's manual, 46 in the first list. By the manual 46
 * is the second half of one value and the first half of the next, which read as a number would be a frequency
 * that nobody measured: only 55 is read.
 */
#include "driver.h"

static const struct point lines[] = {
    {VOLTAGE, HOLDING(1, F32), VOLT},
    {CURRENT, HOLDING(13, F32), AMPERE},
    {APPARENT_POWER, HOLDING(19, F32), VOLTAMPERE},
    {ACTIVE_POWER, HOLDING(25, F32), WATT},
    {REACTIVE_POWER, HOLDING(31, F32), VAR},
    {POWER_FACTOR, HOLDING(37, F32), ONE},
};

static const struct point pairs[] = {{LINE_VOLTAGE, HOLDING(7, F32), VOLT}};

static const struct point totals[] = {
    {APPARENT_POWER, HOLDING(63, F32), VOLTAMPERE}, {ACTIVE_POWER, HOLDING(65, F32), WATT},
    {REACTIVE_POWER, HOLDING(67, F32), VAR},        {POWER_FACTOR, HOLDING(69, F32), ONE},
    {ACTIVE_ENERGY, HOLDING(801, F64), WATT_HOUR},  {EXPORTED_ENERGY, HOLDING(809, F64), WATT_HOUR},
};

static const struct point meter[] = {{FREQUENCY, HOLDING(55, F32), HERTZ}};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
};

const struct driver driver_siemens_pac = {
    .name = "siemens_pac",
    .title = "Siemens SENTRON PAC2200, PAC3200, PAC4200 power meter",
    .manufacturer = "Siemens",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "PAC2200 register list as used by mbmd and OpenEMS; SENTRON PAC4200 system manual, table A-1",
    GROUPS(groups),
};
