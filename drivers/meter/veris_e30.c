/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Veris E30 panel monitor of 42 branch circuits, Modbus RTU or through a serial bridge. Function code 3.
 *
 * Source: register list in the driver of an open building system (sMAP), which has read real ones. Manual
 * only: no recording of a real device. Registers are numbered from 1.
 *
 * Each circuit has an exponent of ten of its own for current, power and energy, read once. The energy exists
 * as integer with exponent and as float: the integer comes first, because the float loses digits. 0x8000 is
 * the maker's code, in the manuals of its other meters, for what a meter does not measure. Two seconds
 * pass between requests, as in the source; why is not said there. Demand of the current at 1462 is left out:
 * there is no such quantity. The reset registers at 1126 are never touched.
 */
#include "driver.h"

static const struct point energies[] = {{ACTIVE_ENERGY, HOLDING(1168, U32), KILOWATT_HOUR}};
static const struct point powers[] = {
    {ACTIVE_POWER, HOLDING(1252, S16), KILOWATT},
    {DEMAND, HOLDING(1378, S16), KILOWATT},
    {PEAK_DEMAND, HOLDING(1420, S16), KILOWATT},
};
static const struct point currents[] = {{CURRENT, HOLDING(1336, S16), AMPERE}};
static const struct point plain[] = {
    {POWER_FACTOR, HOLDING(1294, S16), ONE, .div = 1000},
    {ACTIVE_ENERGY, HOLDING(2000, F32), KILOWATT_HOUR},
};

static const struct group groups[] = {
    {OVER({PART_CIRCUIT, .most = 42}), .scale = {SCALE_EXPONENT, HOLDING(1084, S16)}, POINTS(energies)},
    {OVER({PART_CIRCUIT, .most = 42}), .scale = {SCALE_EXPONENT, HOLDING(1042, S16)}, POINTS(powers)},
    {OVER({PART_CIRCUIT, .most = 42}), .scale = {SCALE_EXPONENT, HOLDING(1000, S16)}, POINTS(currents)},
    {OVER({PART_CIRCUIT, .most = 42}), POINTS(plain)},
};

const struct driver driver_veris_e30 = {
    .name = "veris_e30",
    .title = "Veris E30 panel monitor, 42 branch circuits",
    .manufacturer = "Veris",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "E30 register list as used by sMAP",
    .absent = ABSENT_OF({S16, ABSENT(-32768)}),
    .first_register = 1,
    .manners = {.pause_ms = 2000},
    GROUPS(groups),
};
