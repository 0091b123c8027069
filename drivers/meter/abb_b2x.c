/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ABB energy meters of the A and B series: B21, B23, B24, A43, A44 (also sold as EQ meters). Modbus RTU, or
 * TCP through a gateway.
 *
 * Sources: register list of an open meter reader (mbmd), which two other open projects share, one of them the
 * type designation and serial number too; a library for the B23 for line voltages, neutral current, reactive
 * and apparent power. Manual only: no recording of a real device. Register numbers are wire addresses, words
 * come high word first.
 *
 * What a meter of this type does not measure is all ones where it is unsigned and the largest number where it
 * is signed. The 64-bit energies are read as signed so that all ones is -1. Power factor is called cos phi by
 * the source; its sign tells lead from lag and is left out.
 */
#include "driver.h"

static const struct point lines[] = {
    {VOLTAGE, HOLDING(0x5b00, U32), VOLT, .div = 10},
    {CURRENT, HOLDING(0x5b0c, U32), AMPERE, .div = 100},
    {ACTIVE_POWER, HOLDING(0x5b16, S32), WATT, .div = 100},
    {REACTIVE_POWER, HOLDING(0x5b1e, S32), VAR, .div = 100},
    {APPARENT_POWER, HOLDING(0x5b26, S32), VOLTAMPERE, .div = 100},
    {POWER_FACTOR, HOLDING(0x5b3b, S16), ONE, .div = 1000},
    {ACTIVE_ENERGY, HOLDING(0x5460, S64), KILOWATT_HOUR, .div = 100},
    {EXPORTED_ENERGY, HOLDING(0x546c, S64), KILOWATT_HOUR, .div = 100},
};

static const struct point totals[] = {
    {ACTIVE_POWER, HOLDING(0x5b14, S32), WATT, .div = 100},
    {REACTIVE_POWER, HOLDING(0x5b1c, S32), VAR, .div = 100},
    {APPARENT_POWER, HOLDING(0x5b24, S32), VOLTAMPERE, .div = 100},
    {POWER_FACTOR, HOLDING(0x5b3a, S16), ONE, .div = 1000},
    {ACTIVE_ENERGY, HOLDING(0x5000, S64), KILOWATT_HOUR, .div = 100},
    {EXPORTED_ENERGY, HOLDING(0x5004, S64), KILOWATT_HOUR, .div = 100},
};

static const struct point pairs[] = {{LINE_VOLTAGE, HOLDING(0x5b06, U32), VOLT, .div = 10}};

static const struct point meter[] = {
    {NEUTRAL_CURRENT, HOLDING(0x5b12, U32), AMPERE, .div = 100},
    {FREQUENCY, HOLDING(0x5b2c, U16), HERTZ, .div = 100},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
};

static const struct fact facts[] = {
    {FACT_MODEL, HOLDING_TEXT(0x8960, 6)},
    {FACT_SERIAL, HOLDING(0x8900, U32)},
    {FACT_FIRMWARE, HOLDING_TEXT(0x8908, 8)},
};

const struct driver driver_abb_b2x = {
    .name = "abb_b2x",
    .title = "ABB B21, B23, B24, A43, A44 energy meter",
    .manufacturer = "ABB",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources =
        "ABB B series register list as used by mbmd, OpenEMS, dbus-modbus-client and ABB_B23_Energy_Meter",
    .recognition = {{.says = {HOLDING_TEXT(0x8960, 6), .pattern = "B2*"}}},
    .absent = ABSENT_OF({U16, ABSENT(0xffff)}, {S16, ABSENT(0x7fff)}, {U32, ABSENT(0xffffffff)},
                        {S32, ABSENT(0x7fffffff)}, {S64, ABSENT(-1, INT64_MAX)}),
    FACTS(facts),
    GROUPS(groups),
};
