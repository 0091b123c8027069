/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LS ELECTRIC (LSIS) GIMAC1000 and GIMAC-II Plus digital power meters, Modbus RTU (9600 to 38400 8N1) or TCP.
 * Input registers, function code 4.
 *
 * Sources: the maker's "GIMAC1000 Modbus Map", editions 4.0 (2021-03) and 2024-02, as published, for names,
 * numbers, formats and units; four open programs that read these meters in Korean plants, two a GIMAC1000 and
 * two a GIMAC-II Plus, agree on the common block and its word order. Manual only: no recording of a real
 * device. Numbers are the map's ADDRESS column: 30001 is 0.
 *
 * All values are 32-bit floats in base units, high word first. The meter has a setting (SWAP) that turns the
 * words round; a meter set so shows implausible numbers here and is to be set back. A minus of the power
 * factor means leading and is left out. The meter gives powers and energies in total only. Float energies
 * lose single watt-hours above 16 MWh. Averages are not read.
 *
 * The reversed energies and the harmonic distortion belong to the EX models of the GIMAC1000; a GIMAC-II Plus
 * may have other values there, so they are read only from what calls itself GIMAC1000. 36 is left out: one
 * program takes it for apparent energy, another for the reversed active energy of the II Plus. GIMAC-i is not
 * this driver's: two programs read it by different maps.
 */
#include "driver.h"

static const struct point lines[] = {
    {CURRENT, INPUT(4, F32), AMPERE},
    {VOLTAGE, INPUT(10, F32), VOLT},
};
static const struct point pairs[] = {{LINE_VOLTAGE, INPUT(16, F32), VOLT}};
static const struct point totals[] = {
    {POWER_FACTOR, INPUT(22, F32), ONE},        {ACTIVE_POWER, INPUT(24, F32), WATT},
    {REACTIVE_POWER, INPUT(26, F32), VAR},      {APPARENT_POWER, INPUT(28, F32), VOLTAMPERE},
    {ACTIVE_ENERGY, INPUT(32, F32), WATT_HOUR}, {REACTIVE_ENERGY, INPUT(34, F32), VAR_HOUR},
};
static const struct point meter[] = {{FREQUENCY, INPUT(30, F32), HERTZ}};

/* What only a GIMAC1000 has there. */
static const struct point gimac1000[] = {
    {EXPORTED_ENERGY, INPUT(44, F32), WATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {EXPORTED_REACTIVE_ENERGY, INPUT(46, F32), VAR_HOUR, .at = {.phase = PHASE_TOTAL}},
    {VOLTAGE_THD, INPUT(90, F32), PERCENT, .at = {.phase = PHASE_L1}},
    {VOLTAGE_THD, INPUT(92, F32), PERCENT, .at = {.phase = PHASE_L2}},
    {VOLTAGE_THD, INPUT(94, F32), PERCENT, .at = {.phase = PHASE_L3}},
    {CURRENT_THD, INPUT(96, F32), PERCENT, .at = {.phase = PHASE_L1}},
    {CURRENT_THD, INPUT(98, F32), PERCENT, .at = {.phase = PHASE_L2}},
    {CURRENT_THD, INPUT(100, F32), PERCENT, .at = {.phase = PHASE_L3}},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(pairs)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {.at = {.part = PART_INPUT}, POINTS(meter)},
    {.at = {.part = PART_INPUT}, .only = {HOLDING_TEXT(37, 16), .pattern = "GIMAC1000*"}, POINTS(gimac1000)},
};

static const struct fact facts[] = {
    {FACT_MANUFACTURER, HOLDING_TEXT(0, 16)},
    {FACT_MODEL, HOLDING_TEXT(37, 16)},
    {FACT_SERIAL, HOLDING_TEXT(53, 11)},
    {FACT_FIRMWARE, HOLDING_TEXT(75, 5)},
};

const struct driver driver_ls_gimac = {
    .name = "ls_gimac",
    .title = "LS ELECTRIC GIMAC1000, GIMAC-II Plus power meter",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "LS ELECTRIC GIMAC1000 Modbus Map 4.0 and 202402; open programs that read GIMAC-II Plus",
    .recognition = {{.says = {HOLDING_TEXT(37, 16), .pattern = "GIMAC1000*"}}},
    FACTS(facts),
    GROUPS(groups),
};
