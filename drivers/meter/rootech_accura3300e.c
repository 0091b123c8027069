/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rootech Accura 3300E digital power meter, Modbus RTU (9600 8E1) or TCP through a gateway. Function code 3.
 *
 * Sources: register names in an open program that reads these meters (numbers, types, units), after Rootech's
 * "Accura 3300E Communication User Guide"; two published descriptions of the same guide for the numbering,
 * the word order (its example: 11030 is 380.2 V) and the serial settings; a second program reads the same
 * blocks. Manual only: no recording of a real device. Registers are numbered from 1, 32-bit values come high
 * word first (the first program turns the energies' bytes round, the guide and its floats do not).
 *
 * Received energy is what the meter's load takes. The other Accura meters (3300S, 3500, 3550, 3700) have
 * other maps and are not this driver's. Averages, sums, predictions, phasors and the fundamental are not
 * read. Register 11010 says whether the measurements are valid; 0 is not seen in any source, and values that
 * are none are not a number.
 */
#include "driver.h"

static const struct point lines[] = {
    {VOLTAGE, HOLDING(11014, F32), VOLT},
    {CURRENT, HOLDING(11022, F32), AMPERE},
    {ACTIVE_POWER, HOLDING(11038, F32), KILOWATT},
    {REACTIVE_POWER, HOLDING(11046, F32), KILOVAR},
    {APPARENT_POWER, HOLDING(11054, F32), KILOVOLTAMPERE},
    {POWER_FACTOR, HOLDING(11062, F32), ONE},
    {ACTIVE_ENERGY, HOLDING(11092, S32), KILOWATT_HOUR},
    {EXPORTED_ENERGY, HOLDING(11098, S32), KILOWATT_HOUR},
    {REACTIVE_ENERGY, HOLDING(11104, S32), KILOVAR_HOUR},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(11110, S32), KILOVAR_HOUR},
    {APPARENT_ENERGY, HOLDING(11116, S32), KILOVOLTAMPERE_HOUR},
    {DEMAND, HOLDING(11122, F32), KILOWATT},
    {VOLTAGE_THD, HOLDING(11218, F32), PERCENT},
    {CURRENT_THD, HOLDING(11224, F32), PERCENT},
    {CURRENT_CREST_FACTOR, HOLDING(11278, F32), ONE},
    {CURRENT_K_FACTOR, HOLDING(11284, F32), ONE},
};

static const struct point pairs[] = {{LINE_VOLTAGE, HOLDING(11030, F32), VOLT}};

static const struct point totals[] = {
    {ACTIVE_POWER, HOLDING(11044, F32), KILOWATT},
    {REACTIVE_POWER, HOLDING(11052, F32), KILOVAR},
    {APPARENT_POWER, HOLDING(11060, F32), KILOVOLTAMPERE},
    {POWER_FACTOR, HOLDING(11068, F32), ONE},
    {ACTIVE_ENERGY, HOLDING(11074, S32), KILOWATT_HOUR},
    {EXPORTED_ENERGY, HOLDING(11076, S32), KILOWATT_HOUR},
    {REACTIVE_ENERGY, HOLDING(11082, S32), KILOVAR_HOUR},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(11084, S32), KILOVAR_HOUR},
    {APPARENT_ENERGY, HOLDING(11090, S32), KILOVOLTAMPERE_HOUR},
    {DEMAND, HOLDING(11128, F32), KILOWATT},
};

static const struct point meter[] = {
    {RESIDUAL_CURRENT, HOLDING(11262, F32), AMPERE},
    {VOLTAGE_UNBALANCE, HOLDING(11264, F32), PERCENT},
    {VOLTAGE_UNBALANCE, HOLDING(11266, F32), PERCENT, .at = {.point = "line"}},
    {CURRENT_UNBALANCE, HOLDING(11272, F32), PERCENT},
    {FREQUENCY, HOLDING(11290, F32), HERTZ},
};
static const struct point inside[] = {{DEVICE_TEMPERATURE, HOLDING(11292, F32), CELSIUS}};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
    {POINTS(inside)},
};

const struct driver driver_rootech_accura3300e = {
    .name = "rootech_accura3300e",
    .title = "Rootech Accura 3300E power meter",
    .manufacturer = "Rootech",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Accura 3300E Communication User Guide as used by open programs",
    .first_register = 1,
    GROUPS(groups),
};
