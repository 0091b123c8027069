/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carel uRack controllers of racks of up to four compressors, Modbus RTU.
 *
 * Source: the register table of an integrator's published template; addresses are wire addresses. Manual
 * only: no recording of a real device.
 *
 * Operating times count tens of hours. What the probes measure depends on the rack: they are told by their
 * numbers, B1 to B3 as temperatures of the device. B4 is a pressure, in tenths of a bar, and which one no
 * source says: shown raw. What the unit status counts in, and what the inverter drives, is not stated either:
 * the status is shown raw, the inverter's output is its load. Alarms are taken to be 1 while active. The
 * suction set points are pressures of circuits, point "setpoint". How the application's version is written is
 * not stated; it is shown as the number.
 */
#include "driver.h"

static const struct meaning on_off[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};

static const struct point compressors[] = {
    {COMPRESSOR_STATE, DISCRETE(0), ONE, STATES(on_off), .at = {.depth = 1, .id = {1}}},
    {COMPRESSOR_STATE, DISCRETE(13), ONE, STATES(on_off), .at = {.depth = 1, .id = {2}}},
    {COMPRESSOR_STATE, DISCRETE(8), ONE, STATES(on_off), .at = {.depth = 1, .id = {3}}},
    {COMPRESSOR_STATE, DISCRETE(11), ONE, STATES(on_off), .at = {.depth = 1, .id = {4}}},
    {RUNTIME, INPUT(468, U16), HOUR, .mul = 10, .at = {.depth = 1, .id = {1}}, .rate = RATE_SLOW},
    {RUNTIME, INPUT(485, U16), HOUR, .mul = 10, .at = {.depth = 1, .id = {2}}, .rate = RATE_SLOW},
    {RUNTIME, INPUT(489, U16), HOUR, .mul = 10, .at = {.depth = 1, .id = {3}}, .rate = RATE_SLOW},
    {RUNTIME, INPUT(486, U16), HOUR, .mul = 10, .at = {.depth = 1, .id = {4}}, .rate = RATE_SLOW},
    {COMPRESSOR_LOAD, INPUT(497, U16), PERCENT, .at = {.depth = 1, .id = {1}}},
    {COMPRESSOR_LOAD, INPUT(500, U16), PERCENT, .at = {.depth = 1, .id = {2}}},
};

static const struct point fans[] = {
    {UNIT_STATE, DISCRETE(4), ONE, STATES(on_off), .at = {.depth = 1, .id = {1}}},
    {UNIT_STATE, DISCRETE(1), ONE, STATES(on_off), .at = {.depth = 1, .id = {2}}},
    {UNIT_STATE, DISCRETE(9), ONE, STATES(on_off), .at = {.depth = 1, .id = {3}}},
    {UNIT_STATE, DISCRETE(12), ONE, STATES(on_off), .at = {.depth = 1, .id = {4}}},
};

static const struct point probes[] = {
    {DEVICE_TEMPERATURE, INPUT(409, S16), CELSIUS, .div = 10, .at = {.depth = 1, .id = {1}}},
    {DEVICE_TEMPERATURE, INPUT(406, S16), CELSIUS, .div = 10, .at = {.depth = 1, .id = {2}}},
    {DEVICE_TEMPERATURE, INPUT(403, S16), CELSIUS, .div = 10, .at = {.depth = 1, .id = {3}}},
    {REFRIGERANT_SUCTION_PRESSURE, INPUT(405, S16), UNIT_UNSTATED, .at = {.depth = 1, .id = {4}}},
};

static const struct point circuits[] = {
    {REFRIGERANT_SUCTION_PRESSURE, HOLDING(412, S16), BAR, .div = 10, .rate = RATE_SLOW,
     .at = {.depth = 1, .id = {1}, .point = "setpoint"}},
    {REFRIGERANT_SUCTION_PRESSURE, HOLDING(414, S16), BAR, .div = 10, .rate = RATE_SLOW,
     .at = {.depth = 1, .id = {2}, .point = "setpoint"}},
};

static const struct point unit[] = {
    {LOAD, INPUT(478, U16), PERCENT, .at = {.part = PART_INVERTER}},
    {UNIT_STATE, COIL(7), ONE, STATES(on_off)},
    {UNIT_STATE, INPUT(454, U16), UNIT_UNSTATED, .at = {.point = "status"}},
    {ALARM_STATE, DISCRETE(60), ONE, .at = {.point = "general_discharge_pressure_switch"}},
    {ALARM_STATE, DISCRETE(51), ONE, .at = {.point = "fan_thermal_overload"}},
};

static const struct group groups[] = {
    {.at = {.part = PART_COMPRESSOR}, POINTS(compressors)},
    {.at = {.part = PART_FAN}, POINTS(fans)},
    {.at = {.part = PART_SENSOR}, POINTS(probes)},
    {.at = {.part = PART_CIRCUIT}, POINTS(circuits)},
    {POINTS(unit)},
};

static const struct fact facts[] = {{FACT_FIRMWARE, INPUT(469, U16)}};

const struct driver driver_carel_murack = {
    .name = "carel_murack",
    .title = "Carel uRack compressor rack controller",
    .manufacturer = "Carel",
    .class = CLASS_CHILLER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Register table of the uRack as published by integrators",
    FACTS(facts),
    GROUPS(groups),
};
