/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schneider Electric PowerLogic PM5300, PM5500 and PM5560 power meters, Modbus TCP (or RTU 19200 8E1).
 *
 * Sources: published PM5500 and PM5560 register lists (Schneider's numbering); the maker's public list for
 * the 64-bit energies, which the PM3200 and iEM3000 have at the same numbers. Manual only: no recording of a
 * real device.
 *
 * Registers are numbered from 1: the wire address is the number minus 1. (One list prints 3000 as
 * zero-based and adds that it was never tried; the sister meter iEM3000 is known to answer 3000 at 2999.)
 * Floats have the high word first, a missing one is NaN; a missing 64-bit energy is the least number, or all
 * ones. Energies are in Wh; the same as floats in kWh, from 2700 on, are not read: they move in steps too
 * coarse for a demand, and would be a third request on a line that many meters share. Powers are in kW. Power
 * factor is four-quadrant coded: above 1 it means 2 - x, below -1 it means -2 - x. The gaps inside the
 * measurement block are reserved registers; whether every model answers them is not documented, and a refused
 * block is split. Averages over phases are not read: they follow from the phases.
 */
#include "driver.h"

static const struct point lines[] = {
    {CURRENT, HOLDING(3000, F32), AMPERE},
    {VOLTAGE, HOLDING(3028, F32), VOLT},
    {ACTIVE_POWER, HOLDING(3054, F32), KILOWATT},
    {REACTIVE_POWER, HOLDING(3062, F32), KILOVAR},
    {APPARENT_POWER, HOLDING(3070, F32), KILOVOLTAMPERE},
    {POWER_FACTOR, HOLDING(3078, F32), ONE, .adjusted = true},
};

static const struct point pairs[] = {{LINE_VOLTAGE, HOLDING(3020, F32), VOLT}};

static const struct point meter[] = {
    {NEUTRAL_CURRENT, HOLDING(3006, F32), AMPERE},
    {RESIDUAL_CURRENT, HOLDING(3008, F32), AMPERE},
    {FREQUENCY, HOLDING(3110, F32), HERTZ},
};

static const struct point totals[] = {
    {ACTIVE_POWER, HOLDING(3060, F32), KILOWATT},
    {REACTIVE_POWER, HOLDING(3068, F32), KILOVAR},
    {APPARENT_POWER, HOLDING(3076, F32), KILOVOLTAMPERE},
    {POWER_FACTOR, HOLDING(3084, F32), ONE, .adjusted = true},
    {ACTIVE_ENERGY, HOLDING(3204, S64), WATT_HOUR},
    {EXPORTED_ENERGY, HOLDING(3208, S64), WATT_HOUR},
    {REACTIVE_ENERGY, HOLDING(3220, S64), VAR_HOUR},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(3224, S64), VAR_HOUR},
    {APPARENT_ENERGY, HOLDING(3236, S64), VOLTAMPERE_HOUR},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
};

static const struct fact facts[] = {
    {FACT_NAME, HOLDING_TEXT(30, 20)},
    {FACT_MODEL, HOLDING_TEXT(50, 20)},
    {FACT_MANUFACTURER, HOLDING_TEXT(70, 20)},
    {FACT_SERIAL, HOLDING(130, U32)},
};

/* The four-quadrant code of a power factor, into -1 .. 1. */
static enum verdict adjust(const struct point *point, double *number) {
    (void)point;
    if (*number > 1)
        *number = 2 - *number;
    else if (*number < -1)
        *number = -2 - *number;
    return KEEP;
}

const struct driver driver_schneider_pm5000 = {
    .name = "schneider_pm5000",
    .title = "Schneider Electric PowerLogic PM5300, PM5500, PM5560 power meter",
    .manufacturer = "Schneider Electric",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "PowerLogic PM5500 and PM5560 register lists as published by integrators",
    .recognition = {{.says = {HOLDING_TEXT(50, 20), .pattern = "*PM5*"}}},
    .absent = ABSENT_OF({S64, ABSENT(INT64_MIN, -1)}),
    .first_register = 1,
    .manners = {.widest_gap = 24},
    FACTS(facts),
    GROUPS(groups),
    .adjust = adjust,
};
