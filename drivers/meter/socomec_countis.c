/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socomec COUNTIS E2x, E3x, E4x and DIRIS A10, A14 energy meters, and DIRIS B30, which has another map.
 * Modbus RTU or TCP, function code 3.
 *
 * Source: register lists in an open energy manager (OpenEMS). Manual only: no recording of a real device.
 * Register numbers are wire addresses, high word first.
 *
 * The product's name chooses: what is called B30 or B-30 is read at 18444. The block at 50520 is tried in
 * every meter; a B30 that answers it too tells nothing new there, because its own block comes first. Powers
 * are in tens of watts at 50520 and in watts at 18444. Current 50568 is the mean or the sum of the lines,
 * which the source leaves open: it is not read. For the COUNTIS E23 the source scales the frequency ten times
 * smaller than for the others; the maker's hundredths are taken. All ones is a value that a meter does not
 * have.
 */
#include "driver.h"

static const struct point b30[] = {
    {VOLTAGE, HOLDING(18444, U32), VOLT, .div = 100, .at = {.phase = PHASE_L1}},
    {VOLTAGE, HOLDING(18446, U32), VOLT, .div = 100, .at = {.phase = PHASE_L2}},
    {VOLTAGE, HOLDING(18448, U32), VOLT, .div = 100, .at = {.phase = PHASE_L3}},
    {CURRENT, HOLDING(18458, U32), AMPERE, .div = 1000, .at = {.phase = PHASE_L1}},
    {CURRENT, HOLDING(18460, U32), AMPERE, .div = 1000, .at = {.phase = PHASE_L2}},
    {CURRENT, HOLDING(18462, U32), AMPERE, .div = 1000, .at = {.phase = PHASE_L3}},
    {ACTIVE_POWER, HOLDING(18488, S32), WATT, .at = {.phase = PHASE_L1}},
    {ACTIVE_POWER, HOLDING(18490, S32), WATT, .at = {.phase = PHASE_L2}},
    {ACTIVE_POWER, HOLDING(18492, S32), WATT, .at = {.phase = PHASE_L3}},
    {ACTIVE_POWER, HOLDING(18476, S32), WATT, .at = {.phase = PHASE_TOTAL}},
    {REACTIVE_POWER, HOLDING(18478, S32), VAR, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, HOLDING(19843, U32), KILOWATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {EXPORTED_ENERGY, HOLDING(19846, U32), KILOWATT_HOUR, .at = {.phase = PHASE_TOTAL}},
};

static const struct point lines[] = {
    {VOLTAGE, HOLDING(50520, U32), VOLT, .div = 100},
    {CURRENT, HOLDING(50528, U32), AMPERE, .div = 1000},
    {ACTIVE_POWER, HOLDING(50544, S32), WATT, .mul = 10},
    {REACTIVE_POWER, HOLDING(50550, S32), VAR, .mul = 10},
};
static const struct point totals[] = {
    {ACTIVE_POWER, HOLDING(50536, S32), WATT, .mul = 10},
    {REACTIVE_POWER, HOLDING(50538, S32), VAR, .mul = 10},
    {ACTIVE_ENERGY, HOLDING(50946, U32), WATT_HOUR, .mul = 10},
    {EXPORTED_ENERGY, HOLDING(50952, U32), WATT_HOUR, .mul = 10},
};
static const struct point meter[] = {{FREQUENCY, HOLDING(50526, U32), HERTZ, .div = 100}};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, .only = {HOLDING_TEXT(50058, 8), .pattern = "*B*30*"}, POINTS(b30)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
};

static const struct fact facts[] = {{FACT_MODEL, HOLDING_TEXT(50058, 8)}};

const struct driver driver_socomec_countis = {
    .name = "socomec_countis",
    .title = "Socomec COUNTIS E2x, E3x, E4x, DIRIS A10, A14, B30 energy meter",
    .manufacturer = "Socomec",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Socomec register lists as used by OpenEMS",
    /* "SOCO", a character a register. */
    .recognition = {{.says = {HOLDING(50000, U64), ANY_OF(0x0053004f0043004f)}}},
    .absent = ABSENT_OF({U32, ABSENT(0xffffffff)}),
    FACTS(facts),
    GROUPS(groups),
};
