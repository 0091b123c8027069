/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open Rack V3 reservoir and pumping unit (RPU) of an air-assisted liquid cooling rack, with its heat
 * exchanger (HEX).
 *
 * Sources: Open Rack register map of the rack monitor in OpenBMC (orv3_rpu, 2024-10), and phosphor-modbus
 * for the same unit (model string, coolant temperatures). Manual only: no recording of a real device. RTU
 * 19200 8N1, unit 12; over a gateway as Modbus TCP.
 *
 * The sources disagree: one marks the temperatures unsigned, the other and the later map signed: signed.
 * The rack's total power in 36870 is in tenths of a watt here and in whole watts in a later map; 41005
 * holds whole watts in both and comes first. Bit 5 of 37377 was named after the water and later after the
 * air inlet. Bits 3 to 0 of 37378 stop IT chassis and are no leaks. "Inlet" and "outlet" are the unit's
 * own: its outlet supplies the rack. What the status words and the pump runtimes count in is not stated:
 * they are shown raw.
 */
#include "driver.h"

static const struct meaning alarm[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning leak[] = {{0, LEAK_DRY}, {1, LEAK_WET}};

static const struct point loop[] = {
    {COOLANT_FLOW, HOLDING(36864, U16), LITER_PER_MINUTE, .div = 10, .rate = RATE_FAST},
    {COOLANT_TEMPERATURE, HOLDING(36865, S16), CELSIUS, .div = 10, .at = {.point = "supply"}},
    {COOLANT_TEMPERATURE, HOLDING(36866, S16), CELSIUS, .div = 10, .at = {.point = "return"}},
    {COOLANT_PRESSURE, HOLDING(36867, S16), KILOPASCAL, .div = 10, .at = {.point = "supply"}},
    {COOLANT_PRESSURE, HOLDING(36868, S16), KILOPASCAL, .div = 10, .at = {.point = "return"}},
    {COOLANT_FLOW_SETPOINT, HOLDING(37888, U16), UNIT_UNSTATED, .rate = RATE_SLOW},
    {TEMPERATURE_SETPOINT, HOLDING(37889, S16), CELSIUS, .div = 10, .at = {.point = "supply"},
     .rate = RATE_SLOW},
};

static const struct point unit[] = {
    {ACTIVE_POWER, HOLDING(36869, U16), WATT, .div = 10, .at = {.part = PART_UNIT}},
    {ACTIVE_POWER, HOLDING(41005, U16), WATT, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, HOLDING(36870, U16), WATT, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {VOLTAGE, HOLDING(36871, U16), VOLT, .div = 10, .at = {.part = PART_INPUT}},
    {AIR_TEMPERATURE, HOLDING(36872, S16), CELSIUS, .div = 10, .at = {.point = "inlet"}},
    {PUMP_SPEED_RATIO, HOLDING(36873, U16), PERCENT, .at = {.part = PART_PUMP}},
    {THERMAL_POWER, HOLDING(36881, U16), WATT, .div = 10},
    {RESERVOIR_STATE, HOLDING(36886, U16), UNIT_UNSTATED, .at = {.part = PART_RESERVOIR}},
};

static const struct point pumps[] = {
    {PUMP_SPEED, HOLDING(36874, U16), REVOLUTION_PER_MINUTE},
    {PUMP_STATE, HOLDING(36882, U16), UNIT_UNSTATED},
    {RUNTIME, HOLDING(36912, U32), UNIT_UNSTATED, .rate = RATE_SLOW},
};

static const struct point fans[] = {{FAN_SPEED, HOLDING(36879, U16), REVOLUTION_PER_MINUTE}};

static const struct point exchanger[] = {
    {FAN_SPEED_RATIO, HOLDING(37120, U16), PERCENT},
    {ACTIVE_POWER, HOLDING(37121, U16), WATT, .div = 10},
    {VOLTAGE, HOLDING(37122, U16), VOLT},
    {CURRENT, HOLDING(37123, U16), AMPERE},
    {COOLANT_TEMPERATURE, HOLDING(37138, S16), CELSIUS, .div = 10,
     .at = {.side = SIDE_SECONDARY, .point = "inlet"}},
    {FILTER_DIFFERENTIAL_PRESSURE, HOLDING(37140, S16), KILOPASCAL, .div = 10},
    {COOLANT_PRESSURE, HOLDING(37141, U16), KILOPASCAL, .at = {.side = SIDE_SECONDARY, .point = "static"}},
};
static const struct point exchanger_outlets[] = {
    {AIR_TEMPERATURE, HOLDING(37134, S16), CELSIUS, .div = 10, .at = {.point = "outlet"}}};
static const struct point exchanger_inlets[] = {
    {AIR_TEMPERATURE, HOLDING(37136, S16), CELSIUS, .div = 10, .at = {.point = "inlet"}}};

static const struct point alarms[] = {
    {ALARM_STATE, HOLDING_BIT(37375, 0), ONE, STATES(alarm), .at = {.point = "y_filter_sensor_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 0), ONE, STATES(alarm),
     .at = {.point = "coolant_inlet_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 1), ONE, STATES(alarm),
     .at = {.point = "coolant_outlet_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 2), ONE, STATES(alarm), .at = {.point = "coolant_inlet_gauge_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 3), ONE, STATES(alarm), .at = {.point = "coolant_outlet_gauge_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 4), ONE, STATES(alarm), .at = {.point = "flow_meter_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 5), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet1_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 6), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet2_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 7), ONE, STATES(alarm),
     .at = {.point = "hex_air_inlet1_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 8), ONE, STATES(alarm),
     .at = {.point = "hex_air_inlet2_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 9), ONE, STATES(alarm),
     .at = {.point = "hx_water_inlet_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 10), ONE, STATES(alarm),
     .at = {.point = "air_inlet_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 11), ONE, STATES(alarm), .at = {.point = "hsc_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 12), ONE, STATES(alarm),
     .at = {.point = "middle_water_level_gauge_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 13), ONE, STATES(alarm),
     .at = {.point = "low_water_level_gauge_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 14), ONE, STATES(alarm),
     .at = {.point = "hex_static_pressure_sensor_status"}},
    {ALARM_STATE, HOLDING_BIT(37376, 15), ONE, STATES(alarm), .at = {.point = "bladder_level_sensor_status"}},
    {ALARM_STATE, HOLDING_BIT(37377, 0), ONE, STATES(alarm), .at = {.point = "reservoir_status_abnormal"}},
    {ALARM_STATE, HOLDING_BIT(37377, 1), ONE, STATES(alarm), .at = {.point = "outlet_temp_status"}},
    {ALARM_STATE, HOLDING_BIT(37377, 2), ONE, STATES(alarm), .at = {.point = "inlet_temp_status"}},
    {ALARM_STATE, HOLDING_BIT(37377, 3), ONE, STATES(alarm), .at = {.point = "air_inlet_temp_status"}},
    {ALARM_STATE, HOLDING_BIT(37377, 4), ONE, STATES(alarm), .at = {.point = "outlet_pressure_status"}},
    {ALARM_STATE, HOLDING_BIT(37377, 5), ONE, STATES(alarm), .at = {.point = "hex_water_inlet_temp_status"}},
    {ALARM_STATE, HOLDING_BIT(37377, 6), ONE, STATES(alarm), .at = {.point = "pump_status_abnormal"}},
    {ALARM_STATE, HOLDING_BIT(37377, 7), ONE, STATES(alarm), .at = {.point = "coolant_loop_blocked"}},
    {ALARM_STATE, HOLDING_BIT(37377, 8), ONE, STATES(alarm), .at = {.point = "emergency_button_triggered"}},
    {ALARM_STATE, HOLDING_BIT(37377, 9), ONE, STATES(alarm), .at = {.point = "deassert_rpu_ready"}},
    {ALARM_STATE, HOLDING_BIT(37377, 10), ONE, STATES(alarm), .at = {.point = "y_filter_status"}},
    {ALARM_STATE, HOLDING_BIT(37378, 0), ONE, STATES(alarm), .at = {.point = "it_chassis0_stop"}},
    {ALARM_STATE, HOLDING_BIT(37378, 1), ONE, STATES(alarm), .at = {.point = "it_chassis1_stop"}},
    {ALARM_STATE, HOLDING_BIT(37378, 2), ONE, STATES(alarm), .at = {.point = "it_chassis2_stop"}},
    {ALARM_STATE, HOLDING_BIT(37378, 3), ONE, STATES(alarm), .at = {.point = "it_chassis3_stop"}},
    {LEAK_STATE, HOLDING_BIT(37378, 4), ONE, STATES(leak), .at = {.point = "internal_leakage_abnormal"}},
    {LEAK_STATE, HOLDING_BIT(37378, 5), ONE, STATES(leak), .at = {.point = "external_leakage_abnormal"}},
    {LEAK_STATE, HOLDING_BIT(37378, 6), ONE, STATES(leak), .at = {.point = "opt_external_leakage1_abnormal"}},
    {LEAK_STATE, HOLDING_BIT(37378, 7), ONE, STATES(leak), .at = {.point = "opt_external_leakage2_abnormal"}},
    {LEAK_STATE, HOLDING_BIT(37378, 8), ONE, STATES(leak), .at = {.point = "hex_rack_pan_leakage"}},
    {LEAK_STATE, HOLDING_BIT(37378, 9), ONE, STATES(leak), .at = {.point = "hex_rack_floor_leakage"}},
    {LEAK_STATE, HOLDING_BIT(37378, 10), ONE, STATES(leak), .at = {.point = "hex_rack_pan_leakage_relay"}},
    {LEAK_STATE, HOLDING_BIT(37378, 11), ONE, STATES(leak), .at = {.point = "hex_rack_floor_leakage_relay"}},
    {ALARM_STATE, HOLDING_BIT(37378, 12), ONE, STATES(alarm), .at = {.point = "hex_rack_pan_leakage_error"}},
    {ALARM_STATE, HOLDING_BIT(37378, 13), ONE, STATES(alarm),
     .at = {.point = "hex_rack_floor_leakage_error"}},
    {ALARM_STATE, HOLDING_BIT(37379, 0), ONE, STATES(alarm), .at = {.point = "hex_fan1_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 1), ONE, STATES(alarm), .at = {.point = "hex_fan2_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 2), ONE, STATES(alarm), .at = {.point = "hex_fan3_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 3), ONE, STATES(alarm), .at = {.point = "hex_fan4_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 4), ONE, STATES(alarm), .at = {.point = "hex_fan5_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 5), ONE, STATES(alarm), .at = {.point = "hex_fan6_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 6), ONE, STATES(alarm), .at = {.point = "hex_fan7_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 7), ONE, STATES(alarm), .at = {.point = "hex_fan8_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 8), ONE, STATES(alarm), .at = {.point = "hex_fan9_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 9), ONE, STATES(alarm), .at = {.point = "hex_fan10_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 10), ONE, STATES(alarm), .at = {.point = "hex_coil_dirty"}},
    {ALARM_STATE, HOLDING_BIT(37379, 12), ONE, STATES(alarm), .at = {.point = "hex_fan_group1_comms_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 13), ONE, STATES(alarm), .at = {.point = "hex_fan_group2_comms_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 14), ONE, STATES(alarm), .at = {.point = "hex_fan_group3_comms_status"}},
    {ALARM_STATE, HOLDING_BIT(37379, 15), ONE, STATES(alarm), .at = {.point = "hex_comms_status"}},
    {ALARM_STATE, HOLDING_BIT(41473, 0), ONE, STATES(alarm), .at = {.point = "hex_fan11_status"}},
    {ALARM_STATE, HOLDING_BIT(41473, 1), ONE, STATES(alarm), .at = {.point = "hex_fan12_status"}},
    {ALARM_STATE, HOLDING_BIT(41473, 2), ONE, STATES(alarm), .at = {.point = "hex_fan13_status"}},
    {ALARM_STATE, HOLDING_BIT(41473, 3), ONE, STATES(alarm), .at = {.point = "hex_fan14_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 0), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet3_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 1), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet4_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 2), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet5_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 3), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet6_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 4), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet7_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 5), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet8_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 6), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet9_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 7), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet10_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 8), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet11_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 9), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet12_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 10), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet13_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 11), ONE, STATES(alarm),
     .at = {.point = "hex_air_outlet14_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 12), ONE, STATES(alarm),
     .at = {.point = "hex_air_inlet3_thermometer_status"}},
    {ALARM_STATE, HOLDING_BIT(41474, 13), ONE, STATES(alarm),
     .at = {.point = "hex_air_inlet4_thermometer_status"}},
};

static const struct group groups[] = {
    {.at = {.side = SIDE_SECONDARY}, POINTS(loop)},
    {POINTS(unit)},
    {OVER({PART_PUMP, .most = 4}), POINTS(pumps)},
    {OVER({PART_FAN, .most = 2}), POINTS(fans)},
    {.at = {.part = PART_HEAT_EXCHANGER}, POINTS(exchanger)},
    {OVER({PART_HEAT_EXCHANGER, .most = 2}), POINTS(exchanger_outlets)},
    {OVER({PART_HEAT_EXCHANGER, .most = 2}), POINTS(exchanger_inlets)},
    {POINTS(alarms)},
};

static const struct fact facts[] = {{FACT_MODEL, HOLDING_TEXT(6604, 8)},
                                    {FACT_SERIAL, HOLDING_TEXT(6616, 8)},
                                    {FACT_FIRMWARE, HOLDING_TEXT(6632, 4)}};

const struct driver driver_orv3_rpu = {
    .name = "orv3_rpu",
    .title = "Open Rack V3 reservoir and pumping unit (air-assisted liquid cooling)",
    .class = CLASS_LIQUID,
    .protocol = PROTOCOL_MODBUS,
    .sources = "OpenBMC rack monitor register map orv3_rpu; phosphor-modbus profile of the same unit",
    .manners = {.widest_gap = 1},
    FACTS(facts),
    GROUPS(groups),
};
