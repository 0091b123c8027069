/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vertiv Liebert DS, DSE, CW, PeX, HPM, Deluxe System/3, Challenger perimeter units with iCOM v4, behind an
 * IntelliSlot Unity or IS-485 card: Modbus RTU or TCP.
 *
 * Source: Liebert IntelliSlot Modbus reference guide SL-28170, tables 6 (bits) and 8 (registers). Manual
 * only: no recording of a real device.
 *
 * The guide's number 3xxxx is wire address xxxx - 1. The page with the live return and supply air
 * temperatures (between 30103 and 30129) was not seen: they are not guessed at; the control temperatures, the
 * remote sensors and the fluid are there. Which points a unit has depends on its firmware (fluid and power
 * want the newest); what it refuses is parked. The first fluid input is listed in degF only; its degC twin
 * would be 30900. Which word of two comes first the pages seen do not say: flow, load and power are read
 * where the site names the variant. Remote sensors 1 to 4 are numbered back from 5. Pump states are taken
 * like every other state of the guide: 0 off, 1 on. Analog inputs have the site's units, extremes of the day
 * and set-up values are no readings.
 */
#include "driver.h"

enum { HIGH_WORD_FIRST = 1 << 0, LOW_WORD_FIRST = 1 << 1 };
static const char *const variants[] = {"high_word_first", "low_word_first", NULL};

static const struct meaning on_off[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};
static const struct meaning operating[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}, {2, UNIT_STANDBY}};
/* Normal, startup, normal with warning, normal with alarm, abnormal. */
static const struct meaning system_status[] = {
    {1, STATE_NO}, {2, STATE_NO}, {8, STATE_YES}, {16, STATE_YES}, {32, STATE_YES}};

static const struct point air[] = {
    {AIR_TEMPERATURE, INPUT(565, S16), CELSIUS, .div = 10, .at = {.point = "cooling_control"}},
    {AIR_TEMPERATURE, INPUT(566, S16), CELSIUS, .div = 10, .at = {.point = "fan_control"}},
    {AIR_TEMPERATURE, INPUT(484, S16), CELSIUS, .div = 10, .at = {.point = "outdoor"}},
    {AIR_TEMPERATURE, INPUT(1050, S16), CELSIUS, .div = 10, .at = {.point = "auxiliary"}},
    {TEMPERATURE_SETPOINT, INPUT(501, S16), CELSIUS, .div = 10, .at = {.point = "actual"}},
    {TEMPERATURE_SETPOINT, INPUT(263, S16), CELSIUS, .at = {.point = "return"}, .rate = RATE_SLOW},
    {RELATIVE_HUMIDITY, INPUT(130, U16), PERCENT, .div = 10, .at = {.point = "return"}},
    {RELATIVE_HUMIDITY, INPUT(499, U16), PERCENT, .div = 10, .at = {.point = "adjusted"}},
    {HUMIDITY_SETPOINT, INPUT(264, U16), PERCENT, .at = {.point = "return"}, .rate = RATE_SLOW},
    {DEW_POINT, INPUT(500, S16), CELSIUS, .div = 10, .at = {.point = "return"}},
    {AIR_PRESSURE, INPUT(673, S16), PASCAL, .div = 10},
    {AIR_PRESSURE, INPUT(672, S16), PASCAL, .div = 10, .at = {.point = "setpoint"}, .rate = RATE_SLOW},
};

static const struct point external_sensors[] = {
    {RELATIVE_HUMIDITY, INPUT(132, U16), PERCENT, .div = 10, .at = {.point = "external_a"}},
    {RELATIVE_HUMIDITY, INPUT(133, U16), PERCENT, .div = 10, .at = {.point = "external_b"}},
    {RELATIVE_HUMIDITY, INPUT(134, U16), PERCENT, .div = 10, .at = {.point = "external_c"}},
    {DEW_POINT, INPUT(486, S16), CELSIUS, .div = 10, .at = {.point = "external_a"}},
};
static const struct point remote_sensors[] = {{AIR_TEMPERATURE, INPUT(551, S16), CELSIUS, .div = 10}};

static const struct point unit[] = {
    {UNIT_STATE, INPUT(100, U16), ONE, STATES(operating)},
    {ALARM_STATE, INPUT(102, U16), ONE, STATES(system_status), .at = {.point = "system_status"}},
    {COOLING_DEMAND, INPUT(564, U16), PERCENT},
    {COMPRESSOR_STATE, INPUT(269, U16), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}}},
    {COMPRESSOR_STATE, INPUT(270, U16), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {2}}},
    {COMPRESSOR_LOAD, INPUT(668, U16), PERCENT, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}}},
    {COMPRESSOR_LOAD, INPUT(669, U16), PERCENT, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {2}}},
    {PUMP_STATE, INPUT(1100, U16), ONE, STATES(on_off), .at = {.part = PART_PUMP, .depth = 1, .id = {1}}},
    {VALVE_POSITION, INPUT(285, U16), PERCENT, .at = {.part = PART_VALVE, .point = "hot_water"}},
    {LINE_VOLTAGE, INPUT(1060, U16), VOLT, .div = 10,
     .at = {.part = PART_INPUT, .depth = 1, .id = {1}, .phase = PHASE_L1_L2}},
};

static const struct point fluid_inlets[] = {
    {COOLANT_TEMPERATURE, INPUT(902, S16), FAHRENHEIT, .div = 10, .at = {.depth = 1, .id = {1}}},
    {COOLANT_TEMPERATURE, INPUT(901, S16), CELSIUS, .div = 10, .at = {.depth = 1, .id = {2}}},
};
static const struct point fluid_outlets[] = {
    {COOLANT_TEMPERATURE, INPUT(904, S16), CELSIUS, .div = 10, .at = {.point = "outlet"}}};

static const struct point high_first[] = {
    {COOLANT_FLOW, INPUT(908, U32), LITER_PER_MINUTE, .div = 10,
     .at = {.part = PART_LOOP, .depth = 1, .id = {1}}},
    {THERMAL_POWER, INPUT(1001, U32), KILOWATT, .div = 10},
    {ACTIVE_POWER, INPUT(1010, U32), WATT, .at = {.part = PART_INPUT, .depth = 1, .id = {1}}},
};
static const struct point low_first[] = {
    {COOLANT_FLOW, INPUT_LOW_FIRST(908, U32), LITER_PER_MINUTE, .div = 10,
     .at = {.part = PART_LOOP, .depth = 1, .id = {1}}},
    {THERMAL_POWER, INPUT_LOW_FIRST(1001, U32), KILOWATT, .div = 10},
    {ACTIVE_POWER, INPUT_LOW_FIRST(1010, U32), WATT, .at = {.part = PART_INPUT, .depth = 1, .id = {1}}},
};

static const struct point hours[] = {
    {RUNTIME, INPUT(141, U16), HOUR, .at = {.part = PART_FAN}, .rate = RATE_SLOW},
    {RUNTIME, INPUT(142, U16), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .rate = RATE_SLOW},
    {RUNTIME, INPUT(143, U16), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {2}},
     .rate = RATE_SLOW},
    {RUNTIME, INPUT(144, U16), HOUR, .at = {.part = PART_HUMIDIFIER}, .rate = RATE_SLOW},
    {RUNTIME, INPUT(146, U16), HOUR, .at = {.part = PART_VALVE, .point = "free_cooling"}, .rate = RATE_SLOW},
    {RUNTIME, INPUT(563, U16), HOUR, .at = {.part = PART_VALVE, .point = "chilled_water"}, .rate = RATE_SLOW},
};

static const struct point bits[] = {
    {UNIT_STATE, DISCRETE(25), ONE, STATES(on_off), .at = {.part = PART_FAN}},
    {ALARM_STATE, DISCRETE(34), ONE, .at = {.point = "main_fan_overload"}},
    {ALARM_STATE, DISCRETE(35), ONE, .at = {.point = "loss_of_air_flow"}},
    {ALARM_STATE, DISCRETE(36), ONE, .at = {.point = "external_loss_of_flow"}},
    {ALARM_STATE, DISCRETE(37), ONE, .at = {.point = "compressor_high_head_pressure"}},
    {ALARM_STATE, DISCRETE(38), ONE, .at = {.point = "compressor_low_suction_pressure"}},
    {ALARM_STATE, DISCRETE(39), ONE, .at = {.point = "compressor_thermal_overload"}},
};

static const struct group groups[] = {
    {POINTS(air)},
    {.at = {.part = PART_SENSOR}, POINTS(external_sensors)},
    {OVER({PART_SENSOR, .most = 10}), POINTS(remote_sensors)},
    {POINTS(unit)},
    {.at = {.part = PART_LOOP, .point = "inlet"}, POINTS(fluid_inlets)},
    {OVER({PART_LOOP, .most = 2}), POINTS(fluid_outlets)},
    {.variants = HIGH_WORD_FIRST, POINTS(high_first)},
    {.variants = LOW_WORD_FIRST, POINTS(low_first)},
    {POINTS(hours)},
    {POINTS(bits)},
};

const struct driver driver_liebert_ds = {
    .name = "liebert_ds",
    .title = "Vertiv Liebert DS, DSE, CW, PeX, HPM, Challenger perimeter unit with iCOM v4",
    .manufacturer = "Vertiv",
    .class = CLASS_AIR,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Liebert IntelliSlot Modbus reference guide SL-28170, tables 6 and 8",
    .variants = variants,
    .first_register = 1,
    GROUPS(groups),
};
