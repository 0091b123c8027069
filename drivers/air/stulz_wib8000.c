/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stulz air conditioners (C7000, C6000, CyberAir, CyberRow ...) behind a Web Interface Board 8000.
 *
 * Source: Stulz-WIB8000-MIB of 2020-06-30. Confirmed by a recording of a real board with nine units on two
 * buses; which columns a unit has depends on its type.
 *
 * A row is bus, address of the unit and module of the unit (1 where it has no modules): these three numbers
 * say where, and the part's own number is its point. The MIB states no scale: temperatures and humidities
 * are tenths by their ranges, openings and speeds whole percent; water flow volume B is m3/h and the
 * condensation pressure tenths of a bar as the recorded values show. What neither range nor recording
 * explains (runtimes, powers, dew points, water flow volume without B) is left out. Temperatures are taken
 * for degrees C: the board has a setting for its unit whose codes no source explains. "Primary" and
 * "secondary" are the MIB's words for the two water loops of chillers: water temperature 1 and 2.
 */
#include "driver.h"

static const struct meaning on_off[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};
static const struct meaning alarm[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning leak[] = {{0, LEAK_DRY}, {1, LEAK_WET}};

static const struct point air[] = {
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1170"), CELSIUS, .div = 10},
    {TEMPERATURE_SETPOINT, OID("2.1.1.1.1.1.1.1.1175"), CELSIUS, .div = 10, .at = {.point = "cooling"},
     .rate = RATE_SLOW},
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1192"), CELSIUS, .div = 10, .at = {.point = "return"}},
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1193"), CELSIUS, .div = 10, .at = {.point = "supply"}},
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1196"), CELSIUS, .div = 10, .at = {.point = "outside"}},
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1246"), CELSIUS, .div = 10, .at = {.point = "return_1"}},
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1244"), CELSIUS, .div = 10, .at = {.point = "return_2"}},
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1245"), CELSIUS, .div = 10, .at = {.point = "return_3"}},
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1247"), CELSIUS, .div = 10, .at = {.point = "supply_1"}},
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1248"), CELSIUS, .div = 10, .at = {.point = "supply_2"}},
    {AIR_TEMPERATURE, OID("2.1.1.1.1.1.1.1.1243"), CELSIUS, .div = 10, .at = {.point = "supply_3"}},
    {RELATIVE_HUMIDITY, OID("2.1.1.1.1.1.1.1.1197"), PERCENT, .div = 10, .at = {.point = "outside"}},
    {RELATIVE_HUMIDITY, OID("2.1.1.1.1.2.1.1.1171"), PERCENT, .div = 10},
    {HUMIDITY_SETPOINT, OID("2.1.1.1.1.2.1.1.1178"), PERCENT, .div = 10, .rate = RATE_SLOW},
    {RELATIVE_HUMIDITY, OID("2.1.1.1.1.2.1.1.1194"), PERCENT, .div = 10, .at = {.point = "return"}},
    {RELATIVE_HUMIDITY, OID("2.1.1.1.1.2.1.1.1195"), PERCENT, .div = 10, .at = {.point = "supply"}},
};

static const struct point water[] = {
    {COOLANT_TEMPERATURE, OID("2.1.1.1.2.1.1.1191"), CELSIUS, .div = 10, .at = {.point = "primary_inlet"}},
    {COOLANT_TEMPERATURE, OID("2.1.1.1.2.1.1.1202"), CELSIUS, .div = 10, .at = {.point = "secondary_inlet"}},
    {COOLANT_TEMPERATURE, OID("2.1.1.1.2.1.1.1206"), CELSIUS, .div = 10, .at = {.point = "primary_outlet"}},
    {COOLANT_TEMPERATURE, OID("2.1.1.1.2.1.1.1207"), CELSIUS, .div = 10, .at = {.point = "secondary_outlet"}},
    {TEMPERATURE_SETPOINT, OID("2.1.1.1.2.1.1.1240"), CELSIUS, .div = 10, .at = {.point = "water"},
     .rate = RATE_SLOW},
    {COOLANT_FLOW, OID("2.1.1.1.2.1.1.1740"), CUBIC_METER_PER_HOUR},
    {REFRIGERANT_DISCHARGE_PRESSURE, OID("2.1.1.1.3.1.1.2235"), BAR, .div = 10},
    {REFRIGERANT_DISCHARGE_PRESSURE, OID("2.1.1.1.3.1.1.2250"), BAR, .div = 10, .at = {.point = "2"}},
};

static const struct point parts[] = {
    {COMPRESSOR_STATE, OID("2.1.1.2.1.1.1.1.4403"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .point = "1"}},
    {COMPRESSOR_STATE, OID("2.1.1.2.1.1.1.1.4503"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .point = "2"}},
    {COMPRESSOR_STATE, OID("2.1.1.2.1.1.1.1.9503"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .point = "3"}},
    {COMPRESSOR_STATE, OID("2.1.1.2.1.1.1.1.9603"), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .point = "4"}},
    {VALVE_POSITION, OID("2.1.1.2.1.2.2.1.1.5214"), PERCENT, .at = {.part = PART_VALVE, .point = "ge_cw_1"}},
    {VALVE_POSITION, OID("2.1.1.2.1.2.2.1.1.5224"), PERCENT, .at = {.part = PART_VALVE, .point = "ge_cw_2"}},
    {VALVE_POSITION, OID("2.1.1.2.1.2.5.1.2238"), PERCENT,
     .at = {.part = PART_VALVE, .point = "free_cooling"}},
    {VALVE_POSITION, OID("2.1.1.2.1.2.5.1.5312"), PERCENT, .at = {.part = PART_VALVE, .point = "g_1"}},
    {VALVE_POSITION, OID("2.1.1.2.1.2.5.1.5362"), PERCENT, .at = {.part = PART_VALVE, .point = "g_2"}},
    {PUMP_STATE, OID("2.1.1.2.1.4.1.1.5802"), ONE, STATES(on_off), .at = {.part = PART_PUMP, .point = "1"}},
    {PUMP_STATE, OID("2.1.1.2.1.4.1.1.5902"), ONE, STATES(on_off), .at = {.part = PART_PUMP, .point = "2"}},
    {PUMP_STATE, OID("2.1.1.2.1.4.1.1.6002"), ONE, STATES(on_off), .at = {.part = PART_PUMP, .point = "3"}},
    {PUMP_STATE, OID("2.1.1.2.1.4.1.1.6102"), ONE, STATES(on_off), .at = {.part = PART_PUMP, .point = "4"}},
    {PUMP_SPEED_RATIO, OID("2.1.1.2.1.4.1.1.5821"), PERCENT, .at = {.part = PART_PUMP, .point = "1"}},
    {PUMP_SPEED_RATIO, OID("2.1.1.2.1.4.1.1.5921"), PERCENT, .at = {.part = PART_PUMP, .point = "2"}},
    {PUMP_SPEED_RATIO, OID("2.1.1.2.1.4.1.1.6021"), PERCENT, .at = {.part = PART_PUMP, .point = "3"}},
    {PUMP_SPEED_RATIO, OID("2.1.1.2.1.4.1.1.6121"), PERCENT, .at = {.part = PART_PUMP, .point = "4"}},
    {UNIT_STATE, OID("2.1.1.2.3.1.1.6402"), ONE, STATES(on_off),
     .at = {.part = PART_HUMIDIFIER, .point = "1"}},
    {UNIT_STATE, OID("2.1.1.2.3.1.1.6802"), ONE, STATES(on_off), .at = {.point = "dehumidification"}},
    {UNIT_STATE, OID("2.1.1.2.4.1.1.6902"), ONE, STATES(on_off), .at = {.part = PART_FAN, .point = "1"}},
    {UNIT_STATE, OID("2.1.1.2.4.1.1.7002"), ONE, STATES(on_off), .at = {.part = PART_FAN, .point = "2"}},
    {UNIT_STATE, OID("2.1.1.2.4.1.1.7102"), ONE, STATES(on_off), .at = {.part = PART_FAN, .point = "3"}},
    {FAN_SPEED_RATIO, OID("2.1.1.2.4.1.1.6932"), PERCENT, .at = {.part = PART_FAN, .point = "1"}},
    {FAN_SPEED_RATIO, OID("2.1.1.2.4.1.1.7032"), PERCENT, .at = {.part = PART_FAN, .point = "2"}},
    {FAN_SPEED_RATIO, OID("2.1.1.2.4.1.1.7132"), PERCENT, .at = {.part = PART_FAN, .point = "3"}},
    {FAN_SPEED_RATIO, OID("2.1.1.2.1.6.1.1.10808"), PERCENT,
     .at = {.part = PART_FAN, .point = "condenser_1"}},
    {FAN_SPEED_RATIO, OID("2.1.1.2.1.6.1.1.10908"), PERCENT,
     .at = {.part = PART_FAN, .point = "condenser_2"}},
};

static const struct point states[] = {
    {UNIT_STATE, OID("2.1.4.1.1.1.1013"), ONE, STATES(on_off)},
    {ALARM_STATE, OID("2.1.4.1.1.1.10"), ONE, STATES(alarm), .at = {.point = "bus"}},
    {ALARM_STATE, OID("2.1.4.2.1.1.8"), ONE, STATES(alarm), .at = {.point = "general"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.1010"), ONE, STATES(alarm), .at = {.point = "common"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8500"), ONE, STATES(alarm), .at = {.point = "airflow_1"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8503"), ONE, STATES(alarm), .at = {.point = "high_pressure_1"}},
    {LEAK_STATE, OID("2.1.4.4.1.1.1.8505"), ONE, STATES(leak)},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8506"), ONE, STATES(alarm), .at = {.point = "phase"}},
    {SMOKE_STATE, OID("2.1.4.4.1.1.1.8507"), ONE, STATES(alarm)},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8508"), ONE, STATES(alarm), .at = {.point = "return_air_hot"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8510"), ONE, STATES(alarm), .at = {.point = "supply_air_hot"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8512"), ONE, STATES(alarm), .at = {.point = "water_hot"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8560"), ONE, STATES(alarm), .at = {.point = "compressor_1"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8561"), ONE, STATES(alarm), .at = {.point = "compressor_2"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8572"), ONE, STATES(alarm), .at = {.point = "pump_1"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8573"), ONE, STATES(alarm), .at = {.point = "pump_2"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8585"), ONE, STATES(alarm), .at = {.point = "fan_1"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8586"), ONE, STATES(alarm), .at = {.point = "fan_2"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8588"), ONE, STATES(alarm), .at = {.point = "fan_1_filter"}},
    {ALARM_STATE, OID("2.1.4.4.1.1.1.8608"), ONE, STATES(alarm), .at = {.point = "waterflow"}},
};

static const struct group groups[] = {
    {OVER({PART_UNIT}, {PART_UNIT}, {PART_UNIT}), .label = OID_OF("1.1.6.1.1.393221", 2), POINTS(air)},
    {OVER({PART_UNIT}, {PART_UNIT}, {PART_UNIT}), POINTS(water)},
    {OVER({PART_UNIT}, {PART_UNIT}, {PART_UNIT}), POINTS(parts)},
    {OVER({PART_UNIT}, {PART_UNIT}, {PART_UNIT}), POINTS(states)},
};

static const struct fact facts[] = {{FACT_FIRMWARE, OID("1.1.1.65540.0")}};

const struct driver driver_stulz_wib8000 = {
    .name = "stulz_wib8000",
    .title = "Stulz air conditioners behind a WIB 8000 web interface board",
    .manufacturer = "Stulz",
    .class = CLASS_AIR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "Stulz-WIB8000-MIB, 2020-06-30",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.29462.10"}},
    .oid_base = "1.3.6.1.4.1.29462.10",
    .manners = {.timeout_ms = 3000},
    FACTS(facts),
    GROUPS(groups),
};
