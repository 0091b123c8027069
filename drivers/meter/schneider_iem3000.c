/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schneider Electric iEM3000 energy meters (iEM3150, 3155, 3250, 3255, 3350 ...), Modbus RTU, or TCP through
 * a gateway. Function code 3 only.
 *
 * Sources: register list of an open meter reader (mbmd), whose addresses are wire addresses: the maker's
 * numbers, used here, are one higher; a second program recognises these meters by the model text at 50 and
 * takes the serial number from 130. Voltages between phases stand at 3020 as in the maker's PM5000 list,
 * whose block this is. Manual only: no recording of a real device. High word first.
 *
 * Floats of powers are in kW, kvar, kVA; a missing one is NaN. Energies are signed 64-bit integers in Wh and
 * varh (the source calls the reactive ones kWh too); a missing one is the least number. Averages over phases
 * are not read: they follow from the phases.
 */
#include "driver.h"

static const struct point lines[] = {
    {CURRENT, HOLDING(3000, F32), AMPERE},
    {VOLTAGE, HOLDING(3028, F32), VOLT},
    {ACTIVE_POWER, HOLDING(3054, F32), KILOWATT},
    {ACTIVE_ENERGY, HOLDING(3518, S64), WATT_HOUR},
};

static const struct point pairs[] = {{LINE_VOLTAGE, HOLDING(3020, F32), VOLT}};

static const struct point totals[] = {
    {ACTIVE_POWER, HOLDING(3060, F32), KILOWATT},
    {REACTIVE_POWER, HOLDING(3068, F32), KILOVAR},
    {APPARENT_POWER, HOLDING(3076, F32), KILOVOLTAMPERE},
    {ACTIVE_ENERGY, HOLDING(3204, S64), WATT_HOUR},
    {EXPORTED_ENERGY, HOLDING(3208, S64), WATT_HOUR},
    {REACTIVE_ENERGY, HOLDING(3220, S64), VAR_HOUR},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(3224, S64), VAR_HOUR},
};

static const struct point meter[] = {{FREQUENCY, HOLDING(3110, F32), HERTZ}};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
};

static const struct fact facts[] = {
    {FACT_MODEL, HOLDING_TEXT(50, 20)},
    {FACT_SERIAL, HOLDING(130, U32)},
};

const struct driver driver_schneider_iem3000 = {
    .name = "schneider_iem3000",
    .title = "Schneider Electric iEM3000 energy meter",
    .manufacturer = "Schneider Electric",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "iEM3000 register list as used by mbmd",
    .recognition = {{.says = {HOLDING_TEXT(50, 20), .pattern = "*iEM3*"}}},
    .first_register = 1,
    .absent = ABSENT_OF({S64, ABSENT(INT64_MIN)}),
    FACTS(facts),
    GROUPS(groups),
};
