/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thermal Care Accuchiller EQ packaged chillers, Modbus RTU 57600 8O1.
 *
 * Source: Accuchiller EQ manual, table 9. Manual only: no recording of a real device.
 *
 * Numbers count from 0 after the type digit: 30001 is wire address 1. Reals and hours have two registers, and
 * which word comes first the manual does not say: the site names the variant; without one only bits are read.
 * (A supply temperature near the chiller's display tells the right one at once.) Temperatures are in degF.
 * "Enable" of compressor, pump and fan is the controller's output to it. The start bit and the target set
 * point are what was asked for; the process set point is what is controlled to. Cooling type and modes are
 * settings. How the software version in 30009 is to be written is not stated.
 */
#include "driver.h"

enum { HIGH_WORD_FIRST = 1 << 0, LOW_WORD_FIRST = 1 << 1 };
static const char *const variants[] = {"high_word_first", "low_word_first", NULL};

static const struct meaning running[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};

static const struct point states[] = {
    {UNIT_STATE, DISCRETE(0), ONE, STATES(running)},
    {CONTACT_STATE, DISCRETE(2), ONE, .at = {.part = PART_COMPRESSOR, .point = "enabled"}},
    {CONTACT_STATE, DISCRETE(3), ONE, .at = {.part = PART_PUMP, .point = "enabled"}},
    {UNIT_STATE, DISCRETE(4), ONE, STATES(running), .at = {.part = PART_FAN}},
    {ALARM_STATE, DISCRETE(8), ONE, .at = {.point = "tank_low_level"}},
    {ALARM_STATE, DISCRETE(9), ONE, .at = {.point = "phase_loss"}},
    {ALARM_STATE, DISCRETE(10), ONE, .at = {.point = "pump_overload"}},
    {ALARM_STATE, DISCRETE(11), ONE, .at = {.point = "fan_overload"}},
    {ALARM_STATE, DISCRETE(12), ONE, .at = {.point = "low_flow"}},
    {ALARM_STATE, DISCRETE(13), ONE, .at = {.point = "high_supply_temperature"}},
    {ALARM_STATE, DISCRETE(14), ONE, .at = {.point = "high_return_temperature"}},
    {ALARM_STATE, DISCRETE(15), ONE, .at = {.point = "low_supply_temperature"}},
    {ALARM_STATE, DISCRETE(16), ONE, .at = {.point = "low_return_temperature"}},
    {ALARM_STATE, DISCRETE(17), ONE, .at = {.point = "supply_sensor"}},
    {ALARM_STATE, DISCRETE(18), ONE, .at = {.point = "return_sensor"}},
    {ALARM_STATE, DISCRETE(19), ONE, .at = {.point = "freezestat"}},
    {ALARM_STATE, DISCRETE(20), ONE, .at = {.point = "high_refrigerant_pressure"}},
    {ALARM_STATE, DISCRETE(21), ONE, .at = {.point = "low_refrigerant_pressure"}},
    {ALARM_STATE, DISCRETE(22), ONE, .at = {.point = "low_low_refrigerant_pressure"}},
};

static const struct point high_first[] = {
    {COOLANT_TEMPERATURE, INPUT(3, F32), FAHRENHEIT, .at = {.point = "supply"}},
    {COOLANT_TEMPERATURE, INPUT(5, F32), FAHRENHEIT, .at = {.point = "return"}},
    {TEMPERATURE_SETPOINT, INPUT(1, F32), FAHRENHEIT, .at = {.point = "supply"}},
    {TEMPERATURE_SETPOINT, HOLDING(0, F32), FAHRENHEIT, .at = {.point = "target"}, .rate = RATE_SLOW},
    {VALVE_POSITION, INPUT(7, F32), PERCENT, .at = {.part = PART_VALVE, .point = "hot_gas_bypass"}},
    {RUNTIME, INPUT(11, U32), HOUR, .at = {.part = PART_COMPRESSOR}, .rate = RATE_SLOW},
    {RUNTIME, INPUT(13, U32), HOUR, .at = {.part = PART_PUMP}, .rate = RATE_SLOW},
    {RUNTIME, INPUT(15, U32), HOUR, .at = {.part = PART_FAN}, .rate = RATE_SLOW},
};

static const struct point low_first[] = {
    {COOLANT_TEMPERATURE, INPUT_LOW_FIRST(3, F32), FAHRENHEIT, .at = {.point = "supply"}},
    {COOLANT_TEMPERATURE, INPUT_LOW_FIRST(5, F32), FAHRENHEIT, .at = {.point = "return"}},
    {TEMPERATURE_SETPOINT, INPUT_LOW_FIRST(1, F32), FAHRENHEIT, .at = {.point = "supply"}},
    {TEMPERATURE_SETPOINT, HOLDING_LOW_FIRST(0, F32), FAHRENHEIT, .at = {.point = "target"},
     .rate = RATE_SLOW},
    {VALVE_POSITION, INPUT_LOW_FIRST(7, F32), PERCENT, .at = {.part = PART_VALVE, .point = "hot_gas_bypass"}},
    {RUNTIME, INPUT_LOW_FIRST(11, U32), HOUR, .at = {.part = PART_COMPRESSOR}, .rate = RATE_SLOW},
    {RUNTIME, INPUT_LOW_FIRST(13, U32), HOUR, .at = {.part = PART_PUMP}, .rate = RATE_SLOW},
    {RUNTIME, INPUT_LOW_FIRST(15, U32), HOUR, .at = {.part = PART_FAN}, .rate = RATE_SLOW},
};

static const struct group groups[] = {
    {POINTS(states)},
    {.variants = HIGH_WORD_FIRST, POINTS(high_first)},
    {.variants = LOW_WORD_FIRST, POINTS(low_first)},
};

const struct driver driver_accuchiller_eq = {
    .name = "accuchiller_eq",
    .title = "Thermal Care Accuchiller EQ packaged chiller",
    .manufacturer = "Thermal Care",
    .class = CLASS_CHILLER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Thermal Care Accuchiller EQ manual, table 9",
    .variants = variants,
    GROUPS(groups),
};
