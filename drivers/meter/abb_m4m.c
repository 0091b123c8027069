/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ABB M4M 20 and M4M 30 network analyzers, Modbus RTU or TCP. Function code 3.
 *
 * Sources: register lists in four open programs that read these analyzers (names, resolution, sign), one of
 * them with values that look taken from a real M4M 20 (voltages, currents, frequency, power factor); a
 * published transcription of ABB's "Modbus protocol map for M4M network analyzers" for numbering, word order
 * and the codes of what is not measured. Manual only: no recording of a real device. Register numbers are
 * wire addresses; high word first.
 *
 * The layout is that of ABB's B series (abb_b2x) with the values of the three-phase system put before the
 * phases'. What is not measured is all ones where it is unsigned and the largest number where it is signed;
 * the 64-bit energies are read as signed so that all ones is -1. A power above 21.4 MW does not fit its
 * register and is missing. Energies by phase are left out: the sources do not agree where they stand. The
 * sign of the power factor is left out.
 */
#include "driver.h"

static const struct point lines[] = {
    {VOLTAGE, HOLDING(0x5b02, U32), VOLT, .div = 10},
    {CURRENT, HOLDING(0x5b10, U32), AMPERE, .div = 100},
    {ACTIVE_POWER, HOLDING(0x5b1c, S32), WATT, .div = 100},
    {REACTIVE_POWER, HOLDING(0x5b24, S32), VAR, .div = 100},
    {APPARENT_POWER, HOLDING(0x5b2c, S32), VOLTAMPERE, .div = 100},
    {POWER_FACTOR, HOLDING(0x5b41, S16), ONE, .div = 1000},
};

static const struct point pairs[] = {{LINE_VOLTAGE, HOLDING(0x5b08, U32), VOLT, .div = 10}};

static const struct point totals[] = {
    {ACTIVE_POWER, HOLDING(0x5b1a, S32), WATT, .div = 100},
    {REACTIVE_POWER, HOLDING(0x5b22, S32), VAR, .div = 100},
    {APPARENT_POWER, HOLDING(0x5b2a, S32), VOLTAMPERE, .div = 100},
    {POWER_FACTOR, HOLDING(0x5b40, S16), ONE, .div = 1000},
    {ACTIVE_ENERGY, HOLDING(0x5000, S64), KILOWATT_HOUR, .div = 100},
    {EXPORTED_ENERGY, HOLDING(0x5004, S64), KILOWATT_HOUR, .div = 100},
    {REACTIVE_ENERGY, HOLDING(0x500c, S64), KILOVAR_HOUR, .div = 100},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(0x5010, S64), KILOVAR_HOUR, .div = 100},
    {APPARENT_ENERGY, HOLDING(0x5018, S64), KILOVOLTAMPERE_HOUR, .div = 100},
};

static const struct point meter[] = {
    {NEUTRAL_CURRENT, HOLDING(0x5b16, U32), AMPERE, .div = 100},
    {FREQUENCY, HOLDING(0x5b32, U16), HERTZ, .div = 100},
};

static const struct point distortion[] = {
    {VOLTAGE_THD, HOLDING(0x5d00, U16), PERCENT, .div = 10},
    {CURRENT_THD, HOLDING(0x6000, U16), PERCENT, .div = 10},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3, .stride = 0x80}), POINTS(distortion)},
};

const struct driver driver_abb_m4m = {
    .name = "abb_m4m",
    .title = "ABB M4M 20, M4M 30 network analyzer",
    .manufacturer = "ABB",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "M4M register lists as used by four open programs, ABB's map as transcribed",
    .absent = ABSENT_OF({U16, ABSENT(0xffff)}, {S16, ABSENT(0x7fff)}, {U32, ABSENT(0xffffffff)},
                        {S32, ABSENT(0x7fffffff)}, {S64, ABSENT(-1, INT64_MAX)}),
    GROUPS(groups),
};
