/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rootech Accura 2300 and 2300S panel meter with up to 40 Accura 2350 feeder modules (three-phase 3P and
 * 3PSC, one-phase 1P), Modbus TCP or RTU (9600 8E1). Function code 3.
 *
 * Sources: three open programs that read these meters, after Rootech's "Accura 2300S/2350 Communication User
 * Guide", and the guide's published overview page for the numbering. Manual only: no recording of a real
 * device. Registers are numbered from 1, high word first.
 *
 * Reading 11044 makes the meter fetch one set of measurements for this connection; what follows is read out
 * of that set. So the index is a point of every poll, and its 0xFFFF, no measurements, an alarm. 11046 to
 * 11085 say what each module is: 0 three phases, 1 one phase, 0xFFFF none; this is read at discovery. Modules
 * are numbered from 0 there and from 1 here. Within a module's 150 registers the sources name the currents,
 * the active powers, the totals, leakage, net energy and power factor; the reactive and apparent powers of
 * the lines stand between them in the same order, which no source spells out. Energy is net of what flows
 * back. GAS, DO, temperature and DC modules are not read.
 */
#include "driver.h"

static const struct meaning fetched[] = {
    {0, STATE_NO},  {1, STATE_NO},  {2, STATE_NO},  {3, STATE_NO},  {4, STATE_NO},   {5, STATE_NO},
    {6, STATE_NO},  {7, STATE_NO},  {8, STATE_NO},  {9, STATE_NO},  {10, STATE_NO},  {11, STATE_NO},
    {12, STATE_NO}, {13, STATE_NO}, {14, STATE_NO}, {15, STATE_NO}, {200, STATE_NO}, {0xffff, STATE_YES},
};

static const struct point unit[] = {
    {ALARM_STATE, HOLDING(11044, U16), ONE, STATES(fetched), .at = {.point = "no_measurements"}},
};
static const struct point voltages[] = {{VOLTAGE, HOLDING(11101, F32), VOLT}};
static const struct point line_voltages[] = {{LINE_VOLTAGE, HOLDING(11109, F32), VOLT}};
static const struct point frequency[] = {{FREQUENCY, HOLDING(11151, F32), HERTZ}};

static const struct point feeders[] = {
    {CURRENT, HOLDING(11201, F32), AMPERE, .at = {.phase = PHASE_L1}},
    {CURRENT, HOLDING(11203, F32), AMPERE, .at = {.phase = PHASE_L2}},
    {CURRENT, HOLDING(11205, F32), AMPERE, .at = {.phase = PHASE_L3}},
    {ACTIVE_POWER, HOLDING(11261, F32), KILOWATT, .at = {.phase = PHASE_L1}},
    {ACTIVE_POWER, HOLDING(11263, F32), KILOWATT, .at = {.phase = PHASE_L2}},
    {ACTIVE_POWER, HOLDING(11265, F32), KILOWATT, .at = {.phase = PHASE_L3}},
    {REACTIVE_POWER, HOLDING(11269, F32), KILOVAR, .at = {.phase = PHASE_L1}},
    {REACTIVE_POWER, HOLDING(11271, F32), KILOVAR, .at = {.phase = PHASE_L2}},
    {REACTIVE_POWER, HOLDING(11273, F32), KILOVAR, .at = {.phase = PHASE_L3}},
    {APPARENT_POWER, HOLDING(11277, F32), KILOVOLTAMPERE, .at = {.phase = PHASE_L1}},
    {APPARENT_POWER, HOLDING(11279, F32), KILOVOLTAMPERE, .at = {.phase = PHASE_L2}},
    {APPARENT_POWER, HOLDING(11281, F32), KILOVOLTAMPERE, .at = {.phase = PHASE_L3}},
    {ACTIVE_POWER, HOLDING(11267, F32), KILOWATT, .at = {.phase = PHASE_TOTAL}},
    {REACTIVE_POWER, HOLDING(11275, F32), KILOVAR, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, HOLDING(11283, F32), KILOVOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {RESIDUAL_CURRENT, HOLDING(11285, F32), AMPERE},
    {ACTIVE_ENERGY, HOLDING(11293, S32), KILOWATT_HOUR, .at = {.phase = PHASE_TOTAL, .point = "net"}},
    {POWER_FACTOR, HOLDING(11331, F32), ONE, .at = {.phase = PHASE_TOTAL}},
};
static const struct point single_feeders[] = {
    {CURRENT, HOLDING(11201, F32), AMPERE},
    {ACTIVE_POWER, HOLDING(11217, F32), KILOWATT},
    {ACTIVE_ENERGY, HOLDING(11231, S32), KILOWATT_HOUR, .at = {.point = "net"}},
};

static const struct group groups[] = {
    {POINTS(unit)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(voltages)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(line_voltages)},
    {.at = {.part = PART_INPUT}, POINTS(frequency)},
    {OVER({PART_CIRCUIT, .most = 40, .stride = 150}),
     .only = {{.kind = SOURCE_HOLDING, .address = 11046, .wire = U16, .stride = {1}}, VALUES(0)},
     POINTS(feeders)},
    {OVER({PART_CIRCUIT, .most = 40, .stride = 150}),
     .only = {{.kind = SOURCE_HOLDING, .address = 11046, .wire = U16, .stride = {1}}, VALUES(1)},
     POINTS(single_feeders)},
};

const struct driver driver_rootech_accura2300 = {
    .name = "rootech_accura2300",
    .title = "Rootech Accura 2300, 2300S panel meter with Accura 2350 modules",
    .manufacturer = "Rootech",
    .class = CLASS_METER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Accura 2300S/2350 Communication User Guide as used by open programs",
    .first_register = 1,
    GROUPS(groups),
};
