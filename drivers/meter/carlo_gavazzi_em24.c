/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carlo Gavazzi EM24 (DIN rail, Modbus RTU) energy meter. The Ethernet EM24_E1 has other addresses and is not
 * this driver's.
 *
 * Source: register list of an open meter reader (mbmd). Manual only: no recording of a real device. Register
 * numbers are wire addresses; 32-bit values come low word first, unlike in most meters.
 *
 * Powers are signed: an export is negative. The sign of the power factor tells lead from lag and is left out.
 * The highest 32-bit number means that the meter shows EEE, as in the maker's other meters.
 */
#include "driver.h"

static const struct point lines[] = {
    {VOLTAGE, INPUT_LOW_FIRST(0, S32), VOLT, .div = 10},
    {CURRENT, INPUT_LOW_FIRST(12, S32), AMPERE, .div = 1000},
    {ACTIVE_POWER, INPUT_LOW_FIRST(18, S32), WATT, .div = 10},
    {POWER_FACTOR, INPUT(50, S16), ONE, .div = 1000},
    {ACTIVE_ENERGY, INPUT_LOW_FIRST(70, S32), KILOWATT_HOUR, .div = 10},
};

static const struct point totals[] = {
    {ACTIVE_POWER, INPUT_LOW_FIRST(40, S32), WATT, .div = 10},
    {POWER_FACTOR, INPUT(53, S16), ONE, .div = 1000},
    {ACTIVE_ENERGY, INPUT_LOW_FIRST(66, S32), KILOWATT_HOUR, .div = 10},
    {EXPORTED_ENERGY, INPUT_LOW_FIRST(92, S32), KILOWATT_HOUR, .div = 10},
};

static const struct point meter[] = {{FREQUENCY, INPUT(55, S16), HERTZ, .div = 10}};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
};

const struct driver driver_carlo_gavazzi_em24 = {
    .name = "carlo_gavazzi_em24",
    .title = "Carlo Gavazzi EM24 DIN energy meter (RTU)",
    .manufacturer = "Carlo Gavazzi",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "EM24 register list as used by mbmd",
    .absent = ABSENT_OF({S32, ABSENT(0x7fffffff)}),
    GROUPS(groups),
};
