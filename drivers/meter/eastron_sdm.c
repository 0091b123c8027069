/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eastron SDM630, SDM72 and SDM120 family energy meters, Modbus RTU.
 *
 * Sources: register list of an open meter reader (mbmd); a library for the whole family (SDM_Energy_Meter)
 * for line voltages, neutral current, distortion of the current, demand and serial number. Manual only: no
 * recording of a real device. Register numbers are wire addresses; all values are 32-bit floats in input
 * registers, high word first.
 *
 * A smaller meter (SDM120: one phase) refuses what it does not have. The harmonic distortion at 234 to 248 is
 * of the voltage to neutral. Sums of import and export are not read: they follow from the two. The phase
 * angle of the whole is left out: there is no such quantity.
 */
#include "driver.h"

static const struct point lines[] = {
    {VOLTAGE, INPUT(0, F32), VOLT},
    {CURRENT, INPUT(6, F32), AMPERE},
    {ACTIVE_POWER, INPUT(12, F32), WATT},
    {APPARENT_POWER, INPUT(18, F32), VOLTAMPERE},
    {REACTIVE_POWER, INPUT(24, F32), VAR},
    {POWER_FACTOR, INPUT(30, F32), ONE},
    {VOLTAGE_THD, INPUT(234, F32), PERCENT},
    {CURRENT_THD, INPUT(240, F32), PERCENT},
    {ACTIVE_ENERGY, INPUT(346, F32), KILOWATT_HOUR},
    {EXPORTED_ENERGY, INPUT(352, F32), KILOWATT_HOUR},
    {REACTIVE_ENERGY, INPUT(364, F32), KILOVAR_HOUR},
    {EXPORTED_REACTIVE_ENERGY, INPUT(370, F32), KILOVAR_HOUR},
};

static const struct point totals[] = {
    {ACTIVE_POWER, INPUT(52, F32), WATT},
    {APPARENT_POWER, INPUT(56, F32), VOLTAMPERE},
    {REACTIVE_POWER, INPUT(60, F32), VAR},
    {POWER_FACTOR, INPUT(62, F32), ONE},
    {DEMAND, INPUT(84, F32), WATT},
    {PEAK_DEMAND, INPUT(86, F32), WATT},
    {ACTIVE_ENERGY, INPUT(72, F32), KILOWATT_HOUR},
    {EXPORTED_ENERGY, INPUT(74, F32), KILOWATT_HOUR},
    {REACTIVE_ENERGY, INPUT(76, F32), KILOVAR_HOUR},
    {EXPORTED_REACTIVE_ENERGY, INPUT(78, F32), KILOVAR_HOUR},
};

static const struct point pairs[] = {{LINE_VOLTAGE, INPUT(200, F32), VOLT}};

static const struct point meter[] = {
    {FREQUENCY, INPUT(70, F32), HERTZ},
    {NEUTRAL_CURRENT, INPUT(224, F32), AMPERE},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
};

static const struct fact facts[] = {{FACT_SERIAL, HOLDING(0xfc00, U32)}};

const struct driver driver_eastron_sdm = {
    .name = "eastron_sdm",
    .title = "Eastron SDM630, SDM72, SDM120 energy meter",
    .manufacturer = "Eastron",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "SDM630 register list as used by mbmd and SDM_Energy_Meter",
    FACTS(facts),
    GROUPS(groups),
};
