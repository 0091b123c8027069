/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vertiv Liebert HPC chillers with iCOM v4, behind an IntelliSlot Unity or
 * IS-485 card: Modbus RTU or TCP, function 4.
 *
 * Source: Liebert IntelliSlot Modbus reference guide SL-28170, table 15. Manual only: no recording of a real
 * device.
 *
 * The guide's number 3xxxx is wire address xxxx - 1. Most temperatures stand there twice, in degC and in
 * degF; the first are read. A compressor 3 is on a page that was not seen; 4 follows 2 far behind. What the
 * reasons of the operating state are called differs between cards: not read, nor are the control mode and
 * set-up values. Which values an air-cooled unit refuses is not stated; a refused register costs the others
 * nothing.
 */
#include "driver.h"

static const struct meaning on_off[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};
static const struct meaning operating[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}, {2, UNIT_STANDBY}};
/* Normal, startup, normal with warning, normal with alarm, abnormal. */
static const struct meaning system_status[] = {
    {1, STATE_NO}, {2, STATE_NO}, {8, STATE_YES}, {16, STATE_YES}, {32, STATE_YES}};

static const struct point water[] = {
    {COOLANT_TEMPERATURE, INPUT(493, S16), CELSIUS, .div = 10, .at = {.point = "supply"}},
    {COOLANT_TEMPERATURE, INPUT(491, S16), CELSIUS, .div = 10, .at = {.point = "return"}},
    {COOLANT_TEMPERATURE, INPUT(469, S16), CELSIUS, .div = 10,
     .at = {.part = PART_EVAPORATOR, .point = "return"}},
    {COOLANT_TEMPERATURE, INPUT(497, S16), CELSIUS, .div = 10,
     .at = {.part = PART_CONDENSER, .point = "inlet"}},
    {COOLANT_TEMPERATURE, INPUT(499, S16), CELSIUS, .div = 10,
     .at = {.part = PART_CONDENSER, .point = "outlet"}},
    {TEMPERATURE_SETPOINT, INPUT(495, S16), CELSIUS, .div = 10, .at = {.point = "supply"}},
    {TEMPERATURE_SETPOINT, INPUT(474, S16), CELSIUS, .at = {.point = "supply_brine"}, .rate = RATE_SLOW},
    {AIR_TEMPERATURE, INPUT(506, S16), CELSIUS, .div = 10, .at = {.point = "ambient"}},
};

static const struct point unit[] = {
    {UNIT_STATE, INPUT(484, U16), ONE, STATES(operating)},
    {ALARM_STATE, INPUT(483, U16), ONE, STATES(system_status), .at = {.point = "system_status"}},
    {FREE_COOLING, INPUT(503, U16), PERCENT},
    {COOLING_DEMAND, INPUT(509, U16), PERCENT, .at = {.part = PART_CONDENSER, .point = "adiabatic"}},
    {HEATING_DEMAND, INPUT(504, U16), PERCENT},
    {COMPRESSOR_LOAD, INPUT(505, U16), PERCENT, .at = {.part = PART_COMPRESSOR}},
    {COMPRESSOR_LOAD, INPUT(508, U16), PERCENT, .at = {.part = PART_COMPRESSOR, .point = "economizer"}},
};

static const struct point compressors[] = {
    {COMPRESSOR_STATE, INPUT(394, U16), ONE, STATES(on_off)},
    {REFRIGERANT_DISCHARGE_PRESSURE, INPUT(396, U16), BAR, .div = 10},
    {RUNTIME, INPUT(397, U16), HOUR, .rate = RATE_SLOW},
};
static const struct point fourth_compressor[] = {
    {COMPRESSOR_STATE, INPUT(550, U16), ONE, STATES(on_off)},
    {REFRIGERANT_DISCHARGE_PRESSURE, INPUT(552, U16), BAR, .div = 10},
    {RUNTIME, INPUT(553, U16), HOUR, .rate = RATE_SLOW},
};
static const struct point condensers[] = {{FAN_SPEED_RATIO, INPUT(410, U16), PERCENT}};
static const struct point pumps[] = {{PUMP_STATE, INPUT(510, U16), ONE, STATES(on_off)}};

static const struct group groups[] = {
    {POINTS(water)},
    {POINTS(unit)},
    {OVER({PART_COMPRESSOR, .most = 2, .stride = 8}), POINTS(compressors)},
    {.at = {.part = PART_COMPRESSOR, .depth = 1, .id = {4}}, POINTS(fourth_compressor)},
    {OVER({PART_CONDENSER, .most = 2, .stride = 4}), POINTS(condensers)},
    {OVER({PART_PUMP, .most = 2}), POINTS(pumps)},
};

const struct driver driver_liebert_hpc = {
    .name = "liebert_hpc",
    .title = "Vertiv Liebert HPC chiller with iCOM v4",
    .manufacturer = "Vertiv",
    .class = CLASS_CHILLER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Liebert IntelliSlot Modbus reference guide SL-28170, table 15",
    .first_register = 1,
    GROUPS(groups),
};
