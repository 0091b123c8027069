/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open Rack V3 high-power rack battery backup unit (BBU), one of six in a shelf. Unit addresses between 48
 * and 143, RTU 115200 8E1.
 *
 * Sources: register map orv3_hpr_bbu of the rack monitor in OpenBMC (2024-10, and later for the bits that
 * the first issue leaves out); phosphor-modbus profiles of units by Delta and Panasonic for the alarms.
 * Manual only: no recording of a real device.
 *
 * Temperatures are tenths of a kelvin. The names are those of the smart battery data specification, but the
 * map states no unit for voltages, currents, capacities, times and health: they are shown raw. The state of
 * charge is in percent in a sister's profile (the capacitor units of the same shelf) under the same name and
 * scale. A battery that is fully charged, discharging or initialized raises no alarm, nor does an
 * interlocked charger; why a past health test failed is no alarm.
 */
#include "driver.h"

static const struct point battery[] = {
    {BATTERY_CHARGE, HOLDING(94, U16), PERCENT},
    {BATTERY_CYCLES, HOLDING(135, U16), ONE, .rate = RATE_SLOW},
    {BATTERY_VOLTAGE, HOLDING(96, U16), UNIT_UNSTATED},
    {BATTERY_CURRENT, HOLDING(97, S16), UNIT_UNSTATED, .mul = 10},
    {BATTERY_CAPACITY_LEFT, HOLDING(99, U16), UNIT_UNSTATED},
    {BATTERY_CAPACITY, HOLDING(100, U16), UNIT_UNSTATED},
    {BATTERY_RUNTIME, HOLDING(133, U16), UNIT_UNSTATED},
    {BATTERY_HEALTH, HOLDING(142, U16), UNIT_UNSTATED, .rate = RATE_SLOW},
};

static const struct point sensors[] = {{BATTERY_TEMPERATURE, HOLDING(90, U16), KELVIN_ABSOLUTE, .div = 10}};

static const struct point unit[] = {
    {DEVICE_TEMPERATURE, HOLDING(150, U16), CELSIUS, .at = {.point = "charge_buck"}},
    {VOLTAGE, HOLDING(159, U16), UNIT_UNSTATED, .at = {.part = PART_OUTPUT}},
    {ACTIVE_POWER, HOLDING(310, U16), WATT, .at = {.part = PART_SHELF}},
};

static const struct point alarms[] = {
    {ALARM_STATE, HOLDING_BIT(104, 0), ONE, .at = {.point = "charge_fet_failure"}},
    {ALARM_STATE, HOLDING_BIT(104, 1), ONE, .at = {.point = "charge_fuse_failure"}},
    {ALARM_STATE, HOLDING_BIT(104, 2), ONE, .at = {.point = "discharge_fuse_failure"}},
    {ALARM_STATE, HOLDING_BIT(104, 3), ONE, .at = {.point = "afe_failure"}},
    {ALARM_STATE, HOLDING_BIT(104, 4), ONE, .at = {.point = "micro_failure"}},
    {ALARM_STATE, HOLDING_BIT(104, 5), ONE, .at = {.point = "cell_balancing_failure"}},
    {ALARM_STATE, HOLDING_BIT(104, 6), ONE, .at = {.point = "fan_failure"}},
    {ALARM_STATE, HOLDING_BIT(104, 7), ONE, .at = {.point = "eol"}},
    {ALARM_STATE, HOLDING_BIT(104, 8), ONE, .at = {.point = "pack_over_voltage"}},
    {ALARM_STATE, HOLDING_BIT(104, 9), ONE, .at = {.point = "cell_over_voltage"}},
    {ALARM_STATE, HOLDING_BIT(104, 10), ONE, .at = {.point = "pack_under_voltage"}},
    {ALARM_STATE, HOLDING_BIT(104, 11), ONE, .at = {.point = "cell_under_voltage"}},
    {ALARM_STATE, HOLDING_BIT(104, 12), ONE, .at = {.point = "pack_over_current"}},
    {ALARM_STATE, HOLDING_BIT(104, 13), ONE, .at = {.point = "temperature_failure"}},
    {ALARM_STATE, HOLDING_BIT(105, 0), ONE, .at = {.point = "permanent_cell_over_voltage"}},
    {ALARM_STATE, HOLDING_BIT(105, 1), ONE, .at = {.point = "permanent_cell_under_voltage"}},
    {ALARM_STATE, HOLDING_BIT(105, 2), ONE, .at = {.point = "permanent_cell_over_temperature"}},
    {ALARM_STATE, HOLDING_BIT(105, 3), ONE, .at = {.point = "permanent_cell_balancing_failure"}},
    {ALARM_STATE, HOLDING_BIT(105, 4), ONE, .at = {.point = "permanent_charge_fet_failure"}},
    {ALARM_STATE, HOLDING_BIT(105, 5), ONE, .at = {.point = "permanent_discharge_fet_failure"}},
    {ALARM_STATE, HOLDING_BIT(105, 6), ONE, .at = {.point = "permanent_afe_failure"}},
    {ALARM_STATE, HOLDING_BIT(105, 7), ONE, .at = {.point = "permanent_fan_failure"}},
    {ALARM_STATE, HOLDING_BIT(105, 8), ONE, .at = {.point = "permanent_fuse_failure"}},
    {ALARM_STATE, HOLDING_BIT(105, 9), ONE, .at = {.point = "permanent_micro_failure"}},
    {ALARM_STATE, HOLDING_BIT(105, 10), ONE, .at = {.point = "permanent_charge_timeout"}},
    {ALARM_STATE, HOLDING_BIT(105, 11), ONE, .at = {.point = "permanent_other_fault"}},
    {ALARM_STATE, HOLDING_BIT(105, 12), ONE, .at = {.point = "permanent_temp_sensor_failure"}},
    {ALARM_STATE, HOLDING_BIT(107, 5), ONE, .at = {.point = "canbus_communication_failure"}},
    {ALARM_STATE, HOLDING_BIT(107, 6), ONE, .at = {.point = "smbus_communication_failure"}},
    {ALARM_STATE, HOLDING_BIT(108, 4), ONE, .at = {.point = "fully_discharged"}},
    {ALARM_STATE, HOLDING_BIT(108, 8), ONE, .at = {.point = "remaining_time_alarm"}},
    {ALARM_STATE, HOLDING_BIT(108, 9), ONE, .at = {.point = "remaining_capacity_alarm"}},
    {ALARM_STATE, HOLDING_BIT(108, 11), ONE, .at = {.point = "terminate_discharge_alarm"}},
    {ALARM_STATE, HOLDING_BIT(108, 12), ONE, .at = {.point = "over_temperature_alarm"}},
    {ALARM_STATE, HOLDING_BIT(108, 14), ONE, .at = {.point = "terminate_charge_alarm"}},
    {ALARM_STATE, HOLDING_BIT(108, 15), ONE, .at = {.point = "over_charge_alarm"}},
    {ALARM_STATE, HOLDING_BIT(153, 0), ONE, .at = {.point = "temperature_fault"}},
    {ALARM_STATE, HOLDING_BIT(153, 1), ONE, .at = {.point = "power_boost_converter_fault"}},
    {ALARM_STATE, HOLDING_BIT(153, 2), ONE, .at = {.point = "buck_converter_fault"}},
    {ALARM_STATE, HOLDING_BIT(153, 3), ONE, .at = {.point = "charger_converter_fault"}},
    {ALARM_STATE, HOLDING_BIT(153, 4), ONE, .at = {.point = "fan_fault"}},
    {ALARM_STATE, HOLDING_BIT(153, 8), ONE, .at = {.point = "sync_start2_fault"}},
    {ALARM_STATE, HOLDING_BIT(153, 9), ONE, .at = {.point = "sync_start_fault"}},
    {ALARM_STATE, HOLDING_BIT(153, 10), ONE, .at = {.point = "rack_sync_start2_fault"}},
    {ALARM_STATE, HOLDING_BIT(153, 11), ONE, .at = {.point = "rack_sync_start_fault"}},
    {ALARM_STATE, HOLDING_BIT(154, 0), ONE, .at = {.point = "power_boost_scp1"}},
    {ALARM_STATE, HOLDING_BIT(154, 1), ONE, .at = {.point = "power_boost_ocp"}},
    {ALARM_STATE, HOLDING_BIT(154, 2), ONE, .at = {.point = "power_boost_ovp"}},
    {ALARM_STATE, HOLDING_BIT(154, 3), ONE, .at = {.point = "power_boost_scp2"}},
    {ALARM_STATE, HOLDING_BIT(154, 4), ONE, .at = {.point = "power_boost_uvp"}},
    {ALARM_STATE, HOLDING_BIT(154, 5), ONE, .at = {.point = "discharge_input_uv"}},
    {ALARM_STATE, HOLDING_BIT(155, 3), ONE, .at = {.point = "buck_output_ovp"}},
    {ALARM_STATE, HOLDING_BIT(156, 0), ONE, .at = {.point = "charger_input_ovp"}},
    {ALARM_STATE, HOLDING_BIT(156, 1), ONE, .at = {.point = "charger_input_uvp"}},
    {ALARM_STATE, HOLDING_BIT(156, 2), ONE, .at = {.point = "charger_output_ovp"}},
    {ALARM_STATE, HOLDING_BIT(156, 3), ONE, .at = {.point = "charger_output_ocp"}},
    {ALARM_STATE, HOLDING_BIT(156, 4), ONE, .at = {.point = "charger_timeout"}},
    {ALARM_STATE, HOLDING_BIT(157, 0), ONE, .at = {.point = "input_ambient_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 1), ONE, .at = {.point = "output_ambient_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 2), ONE, .at = {.point = "charger_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 3), ONE, .at = {.point = "buck_converter_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 4), ONE, .at = {.point = "power_boost_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 5), ONE, .at = {.point = "battery_pack_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 6), ONE, .at = {.point = "discharge_1_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 7), ONE, .at = {.point = "discharge_2_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 8), ONE, .at = {.point = "discharge_3_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 9), ONE, .at = {.point = "discharge_4_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 10), ONE, .at = {.point = "discharge_5_otp"}},
    {ALARM_STATE, HOLDING_BIT(157, 11), ONE, .at = {.point = "oring_otp"}},
};

static const struct group groups[] = {
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {OVER({PART_SENSOR, .most = 4}), POINTS(sensors)},
    {POINTS(unit)},
    {POINTS(alarms)},
};

static const struct fact facts[] = {{FACT_MANUFACTURER, HOLDING_TEXT(0, 8)},
                                    {FACT_MODEL, HOLDING_TEXT(8, 8)},
                                    {FACT_FIRMWARE, HOLDING_TEXT(56, 4)},
                                    {FACT_SERIAL, HOLDING_TEXT(64, 16)}};

const struct driver driver_orv3_bbu = {
    .name = "orv3_bbu",
    .title = "Open Rack V3 battery backup unit (BBU, high-power rack)",
    .class = CLASS_SHELF,
    .protocol = PROTOCOL_MODBUS,
    .sources = "OpenBMC rack monitor register map orv3_hpr_bbu; phosphor-modbus profiles",
    .manners = {.widest_gap = 2},
    FACTS(facts),
    GROUPS(groups),
};
