/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rittal (Kelvin) IT chillers with a Carel pCOWeb card.
 *
 * Source: KELVIN-pCOWeb-Chiller-MIB of 2013-09-13; analog objects 103, 133 to 140 and integer 120 are newer
 * than it and known from a recording of a real chiller, which confirms the analog values (the recording holds
 * no digital ones).
 *
 * The MIB states no unit: temperatures, flow, current and pump speed are tenths, pressures tenths of a bar,
 * powers tenths of a kW, as the recorded values show (the MIB gives pump speed 0..100, the device 1000 at
 * full speed). Older firmware has its temperatures in 70 to 82, in the same tenths by their range. The
 * sources disagree on capacities 100 and 101: the MIB calls them cooling and free cooling; the recorded
 * chiller gave 33.9 kW in 100 and nothing in 101 at 3.6 degC outside, 1 A and 0.7 kW, which is free cooling,
 * and public programs name them so. 102 is their sum either way. Pressures 79 and 80 are left out: no source
 * says their unit. Each compressor is told by its circuit and its number in it.
 */
#include "driver.h"

static const struct meaning on_off[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};
static const struct meaning alarm[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point water[] = {
    {COOLANT_FLOW, OID("2.73.0"), LITER_PER_MINUTE, .div = 10},
    {COOLANT_TEMPERATURE, OID("2.136.0"), CELSIUS, .div = 10, .at = {.point = "inlet"}},
    {COOLANT_TEMPERATURE, OID("2.71.0"), CELSIUS, .div = 10, .at = {.point = "inlet"}},
    {COOLANT_TEMPERATURE, OID("2.137.0"), CELSIUS, .div = 10, .at = {.point = "outlet"}},
    {COOLANT_TEMPERATURE, OID("2.72.0"), CELSIUS, .div = 10, .at = {.point = "outlet"}},
    {COOLANT_TEMPERATURE, OID("2.70.0"), CELSIUS, .div = 10, .at = {.part = PART_TANK}},
    {COOLANT_TEMPERATURE, OID("2.82.0"), CELSIUS, .div = 10, .at = {.point = "free_cooling"}},
    {COOLANT_PRESSURE, OID("2.133.0"), BAR, .div = 10, .at = {.point = "discharge"}},
    {COOLANT_PRESSURE, OID("2.138.0"), BAR, .div = 10, .at = {.point = "suction"}},
    {TEMPERATURE_SETPOINT, OID("2.59.0"), CELSIUS, .div = 10, .rate = RATE_SLOW},
    {PUMP_SPEED_RATIO, OID("2.90.0"), PERCENT, .div = 10, .at = {.part = PART_PUMP, .depth = 1, .id = {1}}},
    {PUMP_SPEED_RATIO, OID("2.91.0"), PERCENT, .div = 10, .at = {.part = PART_PUMP, .depth = 1, .id = {2}}},
    {PUMP_STATE, OID("1.106.0"), ONE, STATES(on_off), .at = {.part = PART_PUMP, .depth = 1, .id = {1}}},
    {PUMP_STATE, OID("1.107.0"), ONE, STATES(on_off), .at = {.part = PART_PUMP, .depth = 1, .id = {2}}},
};

static const struct point unit[] = {
    {UNIT_STATE, OID("1.131.0"), ONE, STATES(on_off)},
    {AIR_TEMPERATURE, OID("2.140.0"), CELSIUS, .div = 10, .at = {.point = "ambient"}},
    {AIR_TEMPERATURE, OID("2.81.0"), CELSIUS, .div = 10, .at = {.point = "ambient"}},
    {THERMAL_POWER, OID("2.100.0"), KILOWATT, .div = 10, .at = {.point = "free_cooling"}},
    {THERMAL_POWER, OID("2.101.0"), KILOWATT, .div = 10, .at = {.point = "compressor"}},
    {THERMAL_POWER, OID("2.102.0"), KILOWATT, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {COOLING_PERFORMANCE, OID("3.120.0"), ONE},
    {CURRENT, OID("2.74.0"), AMPERE, .div = 10, .at = {.part = PART_INPUT}},
    {ACTIVE_POWER, OID("2.103.0"), KILOWATT, .div = 10, .at = {.part = PART_INPUT, .phase = PHASE_TOTAL}},
    {FAN_SPEED_RATIO, OID("2.67.0"), PERCENT, .div = 10, .at = {.part = PART_FAN}},
};

static const struct point refrigeration[] = {
    {REFRIGERANT_DISCHARGE_PRESSURE, OID("2.77.0"), BAR, .div = 10,
     .at = {.part = PART_CONDENSER, .depth = 1, .id = {1}}},
    {REFRIGERANT_DISCHARGE_PRESSURE, OID("2.78.0"), BAR, .div = 10,
     .at = {.part = PART_CONDENSER, .depth = 1, .id = {2}}},
    {COMPRESSOR_STATE, OID("1.100.0"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 2, .id = {1, 1}}},
    {COMPRESSOR_STATE, OID("1.101.0"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 2, .id = {1, 2}}},
    {COMPRESSOR_STATE, OID("1.102.0"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 2, .id = {1, 3}}},
    {COMPRESSOR_STATE, OID("1.103.0"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 2, .id = {2, 1}}},
    {COMPRESSOR_STATE, OID("1.104.0"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 2, .id = {2, 2}}},
    {COMPRESSOR_STATE, OID("1.105.0"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 2, .id = {2, 3}}},
};

static const struct point alarms[] = {
    {ALARM_STATE, OID("1.36.0"), ONE, STATES(alarm), .at = {.point = "any"}},
    {ALARM_STATE, OID("1.1.0"), ONE, STATES(alarm), .at = {.point = "high_pressure_1"}},
    {ALARM_STATE, OID("1.2.0"), ONE, STATES(alarm), .at = {.point = "high_pressure_2"}},
    {ALARM_STATE, OID("1.3.0"), ONE, STATES(alarm), .at = {.point = "low_pressure_1"}},
    {ALARM_STATE, OID("1.4.0"), ONE, STATES(alarm), .at = {.point = "low_pressure_2"}},
    {ALARM_STATE, OID("1.6.0"), ONE, STATES(alarm), .at = {.point = "water_level"}},
    {ALARM_STATE, OID("1.8.0"), ONE, STATES(alarm), .at = {.point = "flow_switch"}},
    {ALARM_STATE, OID("1.9.0"), ONE, STATES(alarm), .at = {.point = "static_pressure"}},
    {ALARM_STATE, OID("1.11.0"), ONE, STATES(alarm), .at = {.point = "flow_rate"}},
    {ALARM_STATE, OID("1.28.0"), ONE, STATES(alarm), .at = {.point = "pump_1_overload"}},
    {ALARM_STATE, OID("1.29.0"), ONE, STATES(alarm), .at = {.point = "pump_2_overload"}},
    {ALARM_STATE, OID("1.30.0"), ONE, STATES(alarm), .at = {.point = "phase_rotation"}},
    {ALARM_STATE, OID("1.157.0"), ONE, STATES(alarm), .at = {.point = "water_hot"}},
    {ALARM_STATE, OID("1.158.0"), ONE, STATES(alarm), .at = {.point = "water_cold"}},
};

static const struct group groups[] = {
    {POINTS(water)}, {POINTS(unit)}, {POINTS(refrigeration)}, {POINTS(alarms)}};

const struct driver driver_rittal_it_chiller = {
    .name = "rittal_it_chiller",
    .title = "Rittal / Kelvin IT chiller with Carel pCOWeb card",
    .manufacturer = "Rittal",
    .class = CLASS_CHILLER,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "KELVIN-pCOWeb-Chiller-MIB, 2013-09-13; newer objects as recorded",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.9839.2606.1"}},
    .oid_base = "1.3.6.1.4.1.9839.2.1",
    GROUPS(groups),
};
