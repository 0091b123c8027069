/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any AC meter that follows SunSpec: models 201 (single phase), 202 (split phase), 203 (wye), 204 (delta)
 * with integers and scale factors, and their twins with floats, 211 to 214. Modbus TCP or RTU, function
 * code 3.
 *
 * Source: the public SunSpec model definitions (models 1, 203, 213). Manual only: no recording of a real
 * device. Register numbers count from a model's id register; the chain begins at 40000, 50000 or 0.
 *
 * 0x8000 in a value or scale factor and 0 in a counter mean that the meter does not have it, so a counter
 * that has not begun is left out too. Averages of voltages are not read. Reactive energy comes by quadrant: 1
 * and 2 are imported, 3 and 4 exported. Apparent energy exported and quadrants per phase are left out. The
 * integer models give the power factor in percent; the unit that the float models state, "PF", is read as a
 * ratio. Event bits are left out: all ones is their code for nothing, which a bit by itself does not show.
 */
#include "driver.h"

/* Models 201 to 204: what shares a scale factor is one table. */
static const struct point currents[] = {
    {CURRENT, HOLDING(2, S16), AMPERE, .at = {.phase = PHASE_TOTAL}},
    {CURRENT, HOLDING(3, S16), AMPERE, .at = {.phase = PHASE_L1}},
    {CURRENT, HOLDING(4, S16), AMPERE, .at = {.phase = PHASE_L2}},
    {CURRENT, HOLDING(5, S16), AMPERE, .at = {.phase = PHASE_L3}},
};
static const struct point voltages[] = {
    {VOLTAGE, HOLDING(8, S16), VOLT, .at = {.phase = PHASE_L1}},
    {VOLTAGE, HOLDING(9, S16), VOLT, .at = {.phase = PHASE_L2}},
    {VOLTAGE, HOLDING(10, S16), VOLT, .at = {.phase = PHASE_L3}},
    {LINE_VOLTAGE, HOLDING(12, S16), VOLT, .at = {.phase = PHASE_L1_L2}},
    {LINE_VOLTAGE, HOLDING(13, S16), VOLT, .at = {.phase = PHASE_L2_L3}},
    {LINE_VOLTAGE, HOLDING(14, S16), VOLT, .at = {.phase = PHASE_L3_L1}},
};
static const struct point frequency[] = {
    {FREQUENCY, HOLDING(16, S16), HERTZ},
};
static const struct point active_powers[] = {
    {ACTIVE_POWER, HOLDING(18, S16), WATT, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, HOLDING(19, S16), WATT, .at = {.phase = PHASE_L1}},
    {ACTIVE_POWER, HOLDING(20, S16), WATT, .at = {.phase = PHASE_L2}},
    {ACTIVE_POWER, HOLDING(21, S16), WATT, .at = {.phase = PHASE_L3}},
};
static const struct point apparent_powers[] = {
    {APPARENT_POWER, HOLDING(23, S16), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, HOLDING(24, S16), VOLTAMPERE, .at = {.phase = PHASE_L1}},
    {APPARENT_POWER, HOLDING(25, S16), VOLTAMPERE, .at = {.phase = PHASE_L2}},
    {APPARENT_POWER, HOLDING(26, S16), VOLTAMPERE, .at = {.phase = PHASE_L3}},
};
static const struct point reactive_powers[] = {
    {REACTIVE_POWER, HOLDING(28, S16), VAR, .at = {.phase = PHASE_TOTAL}},
    {REACTIVE_POWER, HOLDING(29, S16), VAR, .at = {.phase = PHASE_L1}},
    {REACTIVE_POWER, HOLDING(30, S16), VAR, .at = {.phase = PHASE_L2}},
    {REACTIVE_POWER, HOLDING(31, S16), VAR, .at = {.phase = PHASE_L3}},
};
static const struct point power_factors[] = {
    {POWER_FACTOR, HOLDING(33, S16), PERCENT, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, HOLDING(34, S16), PERCENT, .at = {.phase = PHASE_L1}},
    {POWER_FACTOR, HOLDING(35, S16), PERCENT, .at = {.phase = PHASE_L2}},
    {POWER_FACTOR, HOLDING(36, S16), PERCENT, .at = {.phase = PHASE_L3}},
};
static const struct point active_energies[] = {
    {EXPORTED_ENERGY, HOLDING(38, U32), WATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {EXPORTED_ENERGY, HOLDING(40, U32), WATT_HOUR, .at = {.phase = PHASE_L1}},
    {EXPORTED_ENERGY, HOLDING(42, U32), WATT_HOUR, .at = {.phase = PHASE_L2}},
    {EXPORTED_ENERGY, HOLDING(44, U32), WATT_HOUR, .at = {.phase = PHASE_L3}},
    {ACTIVE_ENERGY, HOLDING(46, U32), WATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, HOLDING(48, U32), WATT_HOUR, .at = {.phase = PHASE_L1}},
    {ACTIVE_ENERGY, HOLDING(50, U32), WATT_HOUR, .at = {.phase = PHASE_L2}},
    {ACTIVE_ENERGY, HOLDING(52, U32), WATT_HOUR, .at = {.phase = PHASE_L3}},
};
static const struct point apparent_energies[] = {
    {APPARENT_ENERGY, HOLDING(63, U32), VOLTAMPERE_HOUR, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_ENERGY, HOLDING(65, U32), VOLTAMPERE_HOUR, .at = {.phase = PHASE_L1}},
    {APPARENT_ENERGY, HOLDING(67, U32), VOLTAMPERE_HOUR, .at = {.phase = PHASE_L2}},
    {APPARENT_ENERGY, HOLDING(69, U32), VOLTAMPERE_HOUR, .at = {.phase = PHASE_L3}},
};
static const struct point reactive_energies[] = {
    {REACTIVE_ENERGY, HOLDING(72, U32), VAR_HOUR, .at = {.phase = PHASE_TOTAL, .point = "q1"}},
    {REACTIVE_ENERGY, HOLDING(80, U32), VAR_HOUR, .at = {.phase = PHASE_TOTAL, .point = "q2"}},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(88, U32), VAR_HOUR, .at = {.phase = PHASE_TOTAL, .point = "q3"}},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(96, U32), VAR_HOUR, .at = {.phase = PHASE_TOTAL, .point = "q4"}},
};
/* Models 211 to 214. */
static const struct point float_lines[] = {
    {CURRENT, HOLDING(4, F32), AMPERE},
    {VOLTAGE, HOLDING(12, F32), VOLT},
    {ACTIVE_POWER, HOLDING(30, F32), WATT},
    {APPARENT_POWER, HOLDING(38, F32), VOLTAMPERE},
    {REACTIVE_POWER, HOLDING(46, F32), VAR},
    {POWER_FACTOR, HOLDING(54, F32), ONE},
    {EXPORTED_ENERGY, HOLDING(62, F32), WATT_HOUR},
    {ACTIVE_ENERGY, HOLDING(70, F32), WATT_HOUR},
    {APPARENT_ENERGY, HOLDING(86, F32), VOLTAMPERE_HOUR},
};
static const struct point float_pairs[] = {{LINE_VOLTAGE, HOLDING(20, F32), VOLT}};
static const struct point float_totals[] = {
    {CURRENT, HOLDING(2, F32), AMPERE},
    {ACTIVE_POWER, HOLDING(28, F32), WATT},
    {APPARENT_POWER, HOLDING(36, F32), VOLTAMPERE},
    {REACTIVE_POWER, HOLDING(44, F32), VAR},
    {POWER_FACTOR, HOLDING(52, F32), ONE},
    {EXPORTED_ENERGY, HOLDING(60, F32), WATT_HOUR},
    {ACTIVE_ENERGY, HOLDING(68, F32), WATT_HOUR},
    {APPARENT_ENERGY, HOLDING(84, F32), VOLTAMPERE_HOUR},
    {REACTIVE_ENERGY, HOLDING(92, F32), VAR_HOUR, .at = {.point = "q1"}},
    {REACTIVE_ENERGY, HOLDING(100, F32), VAR_HOUR, .at = {.point = "q2"}},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(108, F32), VAR_HOUR, .at = {.point = "q3"}},
    {EXPORTED_REACTIVE_ENERGY, HOLDING(116, F32), VAR_HOUR, .at = {.point = "q4"}},
};
static const struct point float_frequency[] = {{FREQUENCY, HOLDING(26, F32), HERTZ}};

static const struct group groups[] = {
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(6, S16)},
     POINTS(currents)},
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(15, S16)},
     POINTS(voltages)},
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(17, S16)},
     POINTS(frequency)},
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(22, S16)},
     POINTS(active_powers)},
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(27, S16)},
     POINTS(apparent_powers)},
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(32, S16)},
     POINTS(reactive_powers)},
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(37, S16)},
     POINTS(power_factors)},
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(54, S16)},
     POINTS(active_energies)},
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(71, S16)},
     POINTS(apparent_energies)},
    {.models = {VALUES(201, 202, 203, 204)},
     .at = {.part = PART_INPUT},
     .scale = {SCALE_EXPONENT, HOLDING(104, S16)},
     POINTS(reactive_energies)},
    {.models = {VALUES(211, 212, 213, 214)},
     .at = {.part = PART_INPUT},
     OVER({PART_PHASE_LINE, .most = 3}),
     POINTS(float_lines)},
    {.models = {VALUES(211, 212, 213, 214)},
     .at = {.part = PART_INPUT},
     OVER({PART_PHASE_PAIR, .most = 3}),
     POINTS(float_pairs)},
    {.models = {VALUES(211, 212, 213, 214)},
     .at = {.part = PART_INPUT, .phase = PHASE_TOTAL},
     POINTS(float_totals)},
    {.models = {VALUES(211, 212, 213, 214)}, .at = {.part = PART_INPUT}, POINTS(float_frequency)},
};

static const struct fact facts[] = {
    {FACT_MANUFACTURER, HOLDING_TEXT(2, 16), .model = 1},
    {FACT_MODEL, HOLDING_TEXT(18, 16), .model = 1},
    {FACT_FIRMWARE, HOLDING_TEXT(42, 8), .model = 1},
    {FACT_SERIAL, HOLDING_TEXT(50, 16), .model = 1},
};

const struct driver driver_sunspec_meter = {
    .name = "sunspec_meter",
    .title = "Any SunSpec AC meter (models 201 to 204, 211 to 214)",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "SunSpec model definitions 1, 203, 213",
    .absent = ABSENT_OF({S16, ABSENT(-32768)}, {U32, ABSENT(0)}),
    .chain = {VALUES(40000, 50000, 0), .mark = 0x53756e53},
    FACTS(facts),
    GROUPS(groups),
};
