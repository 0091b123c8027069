/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Liebert / Vertiv air units (CRAC, CRAH, row coolers: PEX, PDX, PCW, DS, CW, CRV, XD, Challenger ...) behind
 * an IntelliSlot or Unity card that answers the LIEBERT-GP MIBs.
 *
 * Source: LIEBERT-GP-ENVIRONMENTAL-MIB. Confirmed by a recording of a Liebert PEX behind an IntelliSlot Web
 * Card 3.210.0 (its index calls it a UPS).
 *
 * Rows of the temperature and humidity tables are told apart by the well-known point that their description
 * column refers to, never by their number. Tenths before whole degrees Celsius before Fahrenheit, which some
 * units fill alone. Operating hours come from the table of operating times, else from the older statistics.
 * LIEBERT-GP-FLEXIBLE points (42.3.9) of newer units are not read: no recording has them, and their rows are
 * numbered by the unit's own data dictionary.
 */
#include "driver.h"

static const struct meaning system_states[] = {{1, UNIT_RUNNING}, {2, UNIT_OFF}, {3, UNIT_STANDBY}};
static const struct meaning on_off[] = {{1, UNIT_RUNNING}, {2, UNIT_OFF}};
static const struct meaning free_cooling_states[] = {{1, UNIT_RUNNING}, {2, UNIT_OFF}, {3, UNIT_RUNNING}};
static const struct meaning alarm_states[] = {{1, STATE_YES}, {2, STATE_NO}};

/* Well-known points of the temperature tables: 42.3.4.1.1. */
static const struct point tenths[] = {
    {AIR_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "control"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.1"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "return"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.2"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "supply"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.3"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "ambient"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.4"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.part = PART_SENSOR, .depth = 1, .id = {1}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.10.1"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.part = PART_SENSOR, .depth = 1, .id = {2}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.10.2"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.part = PART_SENSOR, .depth = 1, .id = {3}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.10.3"}},
    {DEVICE_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.11.1"}},
    {DEVICE_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {2}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.11.2"}},
    {COOLANT_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "chilled_water"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.12"}},
    {COOLANT_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "coolant"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.13"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "room"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.15"}},
    {DEW_POINT, .unit = CELSIUS, .div = 10,
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.16"}},
    {COOLANT_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "supply"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.20"}},
    {REFRIGERANT_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "supply"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.21"}},
    {DEW_POINT, .unit = CELSIUS, .div = 10, .at = {.point = "inlet"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.23.1"}},
    {COOLANT_TEMPERATURE, .unit = CELSIUS, .div = 10, .at = {.point = "return"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.24"}},
};
static const struct point whole[] = {
    {AIR_TEMPERATURE, .unit = CELSIUS, .at = {.point = "control"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.1"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .at = {.point = "return"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.2"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .at = {.point = "supply"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.3"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .at = {.point = "ambient"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.4"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .at = {.part = PART_SENSOR, .depth = 1, .id = {1}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.10.1"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .at = {.part = PART_SENSOR, .depth = 1, .id = {2}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.10.2"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .at = {.part = PART_SENSOR, .depth = 1, .id = {3}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.10.3"}},
    {DEVICE_TEMPERATURE, .unit = CELSIUS, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.11.1"}},
    {DEVICE_TEMPERATURE, .unit = CELSIUS, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {2}},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.11.2"}},
    {COOLANT_TEMPERATURE, .unit = CELSIUS, .at = {.point = "chilled_water"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.12"}},
    {COOLANT_TEMPERATURE, .unit = CELSIUS, .at = {.point = "coolant"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.13"}},
    {AIR_TEMPERATURE, .unit = CELSIUS, .at = {.point = "room"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.15"}},
    {DEW_POINT, .unit = CELSIUS, .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.16"}},
    {COOLANT_TEMPERATURE, .unit = CELSIUS, .at = {.point = "supply"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.20"}},
    {REFRIGERANT_TEMPERATURE, .unit = CELSIUS, .at = {.point = "supply"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.21"}},
    {DEW_POINT, .unit = CELSIUS, .at = {.point = "inlet"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.23.1"}},
    {COOLANT_TEMPERATURE, .unit = CELSIUS, .at = {.point = "return"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.24"}},
};
static const struct point fahrenheit[] = {
    {AIR_TEMPERATURE, .unit = FAHRENHEIT, .at = {.point = "control"},
     .only = {OID("3.4.1.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.1"}},
    {AIR_TEMPERATURE, .unit = FAHRENHEIT, .at = {.point = "return"},
     .only = {OID("3.4.1.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.2"}},
    {AIR_TEMPERATURE, .unit = FAHRENHEIT, .at = {.point = "supply"},
     .only = {OID("3.4.1.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.3"}},
    {AIR_TEMPERATURE, .unit = FAHRENHEIT, .at = {.point = "ambient"},
     .only = {OID("3.4.1.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.4"}},
};
static const struct point setpoints[] = {
    {TEMPERATURE_SETPOINT, OID("3.4.1.3.3.1.53"), CELSIUS, .div = 10, .at = {.point = "return"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.2"}},
    {TEMPERATURE_SETPOINT, OID("3.4.1.3.3.1.6"), CELSIUS, .at = {.point = "return"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.2"}},
    {TEMPERATURE_SETPOINT, OID("3.4.1.3.3.1.53"), CELSIUS, .div = 10, .at = {.point = "supply"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.3"}},
    {TEMPERATURE_SETPOINT, OID("3.4.1.3.3.1.6"), CELSIUS, .at = {.point = "supply"},
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.3"}},
};

/* Well-known points of the humidity table: 42.3.4.2.1. */
static const struct point humidities[] = {
    {RELATIVE_HUMIDITY, OID("3.4.2.2.3.1.50"), PERCENT, .div = 10, .at = {.point = "control"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.1"}},
    {RELATIVE_HUMIDITY, OID("3.4.2.2.3.1.3"), PERCENT, .at = {.point = "control"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.1"}},
    {RELATIVE_HUMIDITY, OID("3.4.2.2.3.1.50"), PERCENT, .div = 10, .at = {.point = "return"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.2"}},
    {RELATIVE_HUMIDITY, OID("3.4.2.2.3.1.3"), PERCENT, .at = {.point = "return"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.2"}},
    {RELATIVE_HUMIDITY, OID("3.4.2.2.3.1.50"), PERCENT, .div = 10, .at = {.point = "supply"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.3"}},
    {RELATIVE_HUMIDITY, OID("3.4.2.2.3.1.3"), PERCENT, .at = {.point = "supply"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.3"}},
    {RELATIVE_HUMIDITY, OID("3.4.2.2.3.1.50"), PERCENT, .div = 10, .at = {.point = "ambient"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.4"}},
    {RELATIVE_HUMIDITY, OID("3.4.2.2.3.1.3"), PERCENT, .at = {.point = "ambient"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.4"}},
    {HUMIDITY_SETPOINT, OID("3.4.2.2.3.1.6"), PERCENT, .at = {.point = "return"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.2"}},
    {HUMIDITY_SETPOINT, OID("3.4.2.2.3.1.6"), PERCENT, .at = {.point = "supply"},
     .only = {OID("3.4.2.2.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.2.1.3"}},
};

static const struct point unit[] = {
    {TEMPERATURE_SETPOINT, OID("3.4.1.3.1.0"), CELSIUS, .at = {.point = "setpoint"}},
    {TEMPERATURE_SETPOINT, OID("3.4.1.2.1.0"), FAHRENHEIT, .at = {.point = "setpoint"}},
    {HUMIDITY_SETPOINT, OID("3.4.2.2.1.0"), PERCENT, .at = {.point = "setpoint"}},
    {UNIT_STATE, OID("3.4.3.1.0"), ONE, STATES(system_states)},
    {UNIT_STATE, OID("3.4.3.2.0"), ONE, STATES(on_off), .at = {.point = "cooling"}},
    {UNIT_STATE, OID("3.4.3.3.0"), ONE, STATES(on_off), .at = {.point = "heating"}},
    {UNIT_STATE, OID("3.4.3.4.0"), ONE, STATES(on_off), .at = {.part = PART_HUMIDIFIER}},
    {UNIT_STATE, OID("3.4.3.5.0"), ONE, STATES(on_off), .at = {.point = "dehumidifying"}},
    {UNIT_STATE, OID("3.4.3.7.0"), ONE, STATES(on_off), .at = {.part = PART_FAN}},
    {UNIT_STATE, OID("3.4.3.20.0"), ONE, STATES(free_cooling_states), .at = {.point = "free_cooling"},
     .absent = ABSENT(4)},
    {UNIT_STATE, OID("3.4.3.21.0"), ONE, STATES(on_off), .at = {.part = PART_HEATER, .point = "electric"}},
    {UNIT_STATE, OID("3.4.3.22.0"), ONE, STATES(on_off), .at = {.part = PART_HEATER, .point = "hot_water"}},
    {ALARM_STATE, OID("3.4.3.8.0"), ONE, STATES(alarm_states), .at = {.point = "general"}},
    {COOLING_DEMAND, OID("3.4.3.9.0"), PERCENT},
    {HEATING_DEMAND, OID("3.4.3.10.0"), PERCENT},
    {FAN_SPEED_RATIO, OID("3.4.3.16.0"), PERCENT, .at = {.part = PART_FAN}},
    {FREE_COOLING, OID("3.4.3.17.0"), PERCENT},
    {DEHUMIDIFICATION_DEMAND, OID("3.4.3.18.0"), PERCENT},
    {HUMIDIFICATION_DEMAND, OID("3.4.3.19.0"), PERCENT},
};

/* Parts that the unit lists with their state. */
static const struct point components[] = {
    {PUMP_STATE, OID("3.4.3.50.1.3"), ONE, STATES(on_off), .at = {.part = PART_PUMP, .depth = 1, .id = {1}},
     .absent = ABSENT(0), .only = {OID("3.4.3.50.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.11.1"}},
    {PUMP_STATE, OID("3.4.3.50.1.3"), ONE, STATES(on_off), .at = {.part = PART_PUMP, .depth = 1, .id = {2}},
     .absent = ABSENT(0), .only = {OID("3.4.3.50.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.11.2"}},
    {COMPRESSOR_STATE, OID("3.4.3.50.1.3"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}}, .absent = ABSENT(0),
     .only = {OID("3.4.3.50.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.12.1"}},
    {COMPRESSOR_STATE, OID("3.4.3.50.1.3"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {2}}, .absent = ABSENT(0),
     .only = {OID("3.4.3.50.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.12.2"}},
};
static const struct point valves[] = {{VALVE_POSITION, OID("3.4.3.70.1.20"), PERCENT, .div = 10}};

/* Operating hours: several of a kind have a number, a mode has none. */
static const struct point numbered_hours[] = {
    {RUNTIME, .unit = HOUR, .at = {.part = PART_FAN},
     .only = {OID("3.4.4.32.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.1"}},
    {RUNTIME, .unit = HOUR, .at = {.part = PART_COMPRESSOR},
     .only = {OID("3.4.4.32.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.2"}},
    {RUNTIME, .unit = HOUR, .at = {.part = PART_HEATER},
     .only = {OID("3.4.4.32.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.3"}},
    {RUNTIME, .unit = HOUR, .at = {.part = PART_HUMIDIFIER},
     .only = {OID("3.4.4.32.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.5"}},
};
static const struct point mode_hours[] = {
    {RUNTIME, .unit = HOUR, .at = {.point = "chilled_water"},
     .only = {OID("3.4.4.32.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.4"}},
    {RUNTIME, .unit = HOUR, .at = {.point = "dehumidifying"},
     .only = {OID("3.4.4.32.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.6"}},
    {RUNTIME, .unit = HOUR, .at = {.point = "free_cooling"},
     .only = {OID("3.4.4.32.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.7"}},
    {RUNTIME, .unit = HOUR, .at = {.point = "hot_water"},
     .only = {OID("3.4.4.32.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.7.1.8"}},
};
static const struct point statistics[] = {
    {RUNTIME, OID("3.4.6.3.0"), HOUR, .at = {.part = PART_FAN, .depth = 1, .id = {1}}},
    {RUNTIME, OID("3.4.6.1.0"), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}}},
    {RUNTIME, OID("3.4.6.2.0"), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {2}}},
    {RUNTIME, OID("3.4.6.17.0"), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {3}}},
    {RUNTIME, OID("3.4.6.18.0"), HOUR, .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {4}}},
    {RUNTIME, OID("3.4.6.7.0"), HOUR, .at = {.part = PART_HEATER, .depth = 1, .id = {1}}},
    {RUNTIME, OID("3.4.6.8.0"), HOUR, .at = {.part = PART_HEATER, .depth = 1, .id = {2}}},
    {RUNTIME, OID("3.4.6.9.0"), HOUR, .at = {.part = PART_HEATER, .depth = 1, .id = {3}}},
    {RUNTIME, OID("3.4.6.12.0"), HOUR, .at = {.part = PART_HUMIDIFIER, .depth = 1, .id = {1}}},
    {RUNTIME, OID("3.4.6.13.0"), HOUR, .at = {.point = "dehumidifying"}},
    {RUNTIME, OID("3.4.6.16.0"), HOUR, .at = {.point = "free_cooling"}},
    {RUNTIME, OID("3.4.6.15.0"), HOUR, .at = {.point = "hot_water"}},
};

static const struct point card[] = {{ALARMS_ACTIVE, OID("3.2.2.0"), ONE}};

static const struct group groups[] = {
    {POINTS(unit)},
    {POINTS(card)},
    {OVER({PART_NONE}), .value = OID("3.4.1.3.3.1.50"), POINTS(tenths)},
    {OVER({PART_NONE}), .value = OID("3.4.1.3.3.1.3"), POINTS(whole)},
    {OVER({PART_NONE}), .value = OID("3.4.1.2.3.1.3"), POINTS(fahrenheit)},
    {OVER({PART_NONE}), POINTS(setpoints)},
    {OVER({PART_NONE}), POINTS(humidities)},
    {OVER({PART_NONE}), POINTS(components)},
    {OVER({PART_VALVE}), POINTS(valves)},
    {OVER({PART_NONE}, {PART_FAN, .number = OID("3.4.4.32.1.3")}), .value = OID("3.4.4.32.1.5"),
     POINTS(numbered_hours)},
    {OVER({PART_NONE}), .value = OID("3.4.4.32.1.5"), POINTS(mode_hours)},
    {POINTS(statistics)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("2.4.2.1.4.1")},  {FACT_FIRMWARE, OID("2.4.2.1.5.1")}, {FACT_MODEL, OID("2.1.2.0")},
    {FACT_SERIAL, OID("2.4.2.1.7.1")}, {FACT_FIRMWARE, OID("2.1.3.0")},
};

const struct driver driver_liebert_gp_air = {
    .name = "liebert_gp_air",
    .title = "Liebert / Vertiv air unit (PEX, PDX, PCW, DS, CW, CRV ...) behind an IntelliSlot or Unity card",
    .manufacturer = "Vertiv",
    .class = CLASS_AIR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "LIEBERT-GP-ENVIRONMENTAL-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.476.1.42", .probe = "1.3.6.1.4.1.476.1.42.3.4.3.1.0"}},
    .oid_base = "1.3.6.1.4.1.476.1.42",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(2147483647)}),
    FACTS(facts),
    GROUPS(groups),
};
