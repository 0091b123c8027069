/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carlo Gavazzi EM330, EM340, ET330, ET340 (RTU) and EM24 with Ethernet (EM24 ... E1) energy meters. The EM24
 * with a serial line has other addresses from the power factors on and a driver of its own.
 *
 * Sources: register lists in three open programs: mbmd (both kinds of meter), OpenEMS (EM300: apparent and
 * reactive power too), dbus-modbus-client (EM24 E1: model codes); a published note on the maker's protocol
 * for the overflow code and the longest read. Manual only: no recording of a real device. Register numbers
 * are wire addresses; 32-bit values come low word first.
 *
 * Powers are signed: an export is negative. The sign of the power factor tells lead from lag and is left out.
 * Register 11 read alone gives the model code, read with its neighbour half a voltage; so it is only asked to
 * recognise.
 */
#include "driver.h"

static const struct point lines[] = {
    {VOLTAGE, INPUT_LOW_FIRST(0, S32), VOLT, .div = 10},
    {CURRENT, INPUT_LOW_FIRST(12, S32), AMPERE, .div = 1000},
    {ACTIVE_POWER, INPUT_LOW_FIRST(18, S32), WATT, .div = 10},
    {APPARENT_POWER, INPUT_LOW_FIRST(24, S32), VOLTAMPERE, .div = 10},
    {REACTIVE_POWER, INPUT_LOW_FIRST(30, S32), VAR, .div = 10},
    {POWER_FACTOR, INPUT(46, S16), ONE, .div = 1000},
    {ACTIVE_ENERGY, INPUT_LOW_FIRST(64, S32), KILOWATT_HOUR, .div = 10},
};

static const struct point totals[] = {
    {ACTIVE_POWER, INPUT_LOW_FIRST(40, S32), WATT, .div = 10},
    {APPARENT_POWER, INPUT_LOW_FIRST(42, S32), VOLTAMPERE, .div = 10},
    {REACTIVE_POWER, INPUT_LOW_FIRST(44, S32), VAR, .div = 10},
    {POWER_FACTOR, INPUT(49, S16), ONE, .div = 1000},
    {ACTIVE_ENERGY, INPUT_LOW_FIRST(52, S32), KILOWATT_HOUR, .div = 10},
    {EXPORTED_ENERGY, INPUT_LOW_FIRST(78, S32), KILOWATT_HOUR, .div = 10},
};

static const struct point meter[] = {{FREQUENCY, INPUT(51, S16), HERTZ, .div = 10}};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
};

const struct driver driver_carlo_gavazzi_em340 = {
    .name = "carlo_gavazzi_em340",
    .title = "Carlo Gavazzi EM330, EM340, ET330, ET340, EM24 E1 energy meter",
    .manufacturer = "Carlo Gavazzi",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources =
        "EM330, EM340, ET330, ET340 and EM24 E1 register lists as used by mbmd, OpenEMS, dbus-modbus-client",
    .recognition = {{.says = {HOLDING(11, U16), ANY_OF(1648, 1649, 1650, 1651, 1652, 1653)}}},
    .absent = ABSENT_OF({S32, ABSENT(0x7fffffff)}),
    .manners = {.most_registers = 50},
    GROUPS(groups),
};
