/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schneider Electric PowerLogic PM3200 power meters (PM3250, PM3255), Modbus RTU (19200 8E1), or TCP through
 * a gateway. Function code 3 only.
 *
 * Sources: two open programs that carry the register list of the PM3200 user manual and agree (names, types,
 * units), two more that recognise these meters by the model text at 50, a published transcription of the
 * manual for the numbering. Demands and unbalances are in one of the lists only; they stand where the PM5000
 * lists have them. Manual only: no recording of a real device.
 *
 * Registers are numbered from 1: the wire address is the number minus 1. High word first. A missing float is
 * NaN, a missing 64-bit energy the least number, or all ones by another program. Powers are in kW, energies
 * in Wh. Power factor is four-quadrant coded: above 1 it means 2 - x, below -1 it means -2 - x. Averages,
 * partial energies, tariffs, minima and maxima are not read.
 */
#include "driver.h"

static const struct point lines[] = {
    {CURRENT, HOLDING(3000, F32), AMPERE},
    {VOLTAGE, HOLDING(3028, F32), VOLT},
    {ACTIVE_POWER, HOLDING(3054, F32), KILOWATT},
    {REACTIVE_POWER, HOLDING(3062, F32), KILOVAR},
    {APPARENT_POWER, HOLDING(3070, F32), KILOVOLTAMPERE},
    {POWER_FACTOR, HOLDING(3078, F32), ONE, .adjusted = true},
    {ACTIVE_ENERGY, HOLDING(3518, S64), WATT_HOUR},
    {REACTIVE_ENERGY, HOLDING(3530, S64), VAR_HOUR},
    {APPARENT_ENERGY, HOLDING(3542, S64), VOLTAMPERE_HOUR},
};

static const struct point pairs[] = {{LINE_VOLTAGE, HOLDING(3020, F32), VOLT}};

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
    {DEMAND, HOLDING(3766, F32), KILOWATT},
    {PEAK_DEMAND, HOLDING(3770, F32), KILOWATT},
};

static const struct point meter[] = {
    {NEUTRAL_CURRENT, HOLDING(3006, F32), AMPERE},
    {CURRENT_UNBALANCE, HOLDING(3018, F32), PERCENT},
    {VOLTAGE_UNBALANCE, HOLDING(3044, F32), PERCENT},
    {FREQUENCY, HOLDING(3110, F32), HERTZ},
};

static const struct point body[] = {{DEVICE_TEMPERATURE, HOLDING(3132, F32), CELSIUS}};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
    {POINTS(body)},
};

static const struct fact facts[] = {
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

const struct driver driver_schneider_pm3200 = {
    .name = "schneider_pm3200",
    .title = "Schneider Electric PowerLogic PM3250, PM3255 power meter",
    .manufacturer = "Schneider Electric",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "PM3200 register list as used by SolarNetwork and PM3200 tools, schneider_powerlogic",
    .recognition = {{.says = {HOLDING_TEXT(50, 20), .pattern = "*PM32*"}}},
    .first_register = 1,
    .absent = ABSENT_OF({S64, ABSENT(INT64_MIN, -1)}),
    FACTS(facts),
    GROUPS(groups),
    .adjust = adjust,
};
