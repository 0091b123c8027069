/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Belimo EV..R+BAC energy valves and flow controls, Modbus RTU 19200.
 *
 * Source: register profile BelimoEV200ARXE of phosphor-modbus, whose units are degC, percent and L/min.
 * Manual only: no recording of a real device.
 *
 * Registers are wire addresses. A count of flow is 0.378541 L/min: a tenth of a US gallon per minute, and is
 * read as such. Positions are hundredths of a percent. What the sensor at register 13 measures is the site's
 * to say: it is a temperature of the device; the remote sensor and the one in the flow body are in the water,
 * and which is supply and which is return depends on where the valve sits. The flow over the
 * nominal flow is the load of the valve. The angle says the position again; the glycol share has no quantity;
 * set points and limits are settings but the flow's. The part number in register 3, 4 in the profile, is too
 * weak a sign to recognise a device by.
 */
#include "driver.h"

static const struct point valve[] = {
    {VALVE_POSITION, HOLDING(4, U16), PERCENT, .div = 100, .at = {.part = PART_VALVE}},
    {LOAD, HOLDING(6, U16), PERCENT, .div = 100, .at = {.part = PART_VALVE, .point = "flow"}},
    {COOLANT_FLOW, HOLDING(8, U16), GALLON_PER_MINUTE, .div = 10},
    {COOLANT_FLOW_SETPOINT, HOLDING(16, U16), GALLON_PER_MINUTE, .div = 10},
    {DEVICE_TEMPERATURE, HOLDING(13, S16), CELSIUS, .div = 100, .at = {.part = PART_SENSOR}},
    {COOLANT_TEMPERATURE, HOLDING(19, S16), CELSIUS, .div = 100, .at = {.point = "remote"}},
    {COOLANT_TEMPERATURE, HOLDING(21, S16), CELSIUS, .div = 100, .at = {.point = "flow_body"}},
};

static const struct point alarms[] = {
    {ALARM_STATE, HOLDING_BIT(157, 0), ONE, .at = {.point = "actuator_not_answering"}},
    {ALARM_STATE, HOLDING_BIT(157, 1), ONE, .at = {.point = "gear_train_disengaged"}},
    {ALARM_STATE, HOLDING_BIT(157, 2), ONE, .at = {.point = "actuator_blocked"}},
    {ALARM_STATE, HOLDING_BIT(157, 3), ONE, .at = {.point = "reverse_flow"}},
    {ALARM_STATE, HOLDING_BIT(157, 4), ONE, .at = {.point = "setpoint_not_reached"}},
    {ALARM_STATE, HOLDING_BIT(157, 5), ONE, .at = {.point = "flow_with_closed_valve"}},
    {ALARM_STATE, HOLDING_BIT(157, 6), ONE, .at = {.point = "flow_exceeds_nominal"}},
    {ALARM_STATE, HOLDING_BIT(157, 7), ONE, .at = {.point = "flow_measurement_error"}},
    {ALARM_STATE, HOLDING_BIT(157, 8), ONE, .at = {.point = "remote_temperature_error"}},
    {ALARM_STATE, HOLDING_BIT(157, 9), ONE, .at = {.point = "flow_body_temperature_error"}},
    {ALARM_STATE, HOLDING_BIT(157, 10), ONE, .at = {.point = "flow_sensor_not_answering"}},
    {ALARM_STATE, HOLDING_BIT(157, 11), ONE, .at = {.point = "freeze_warning"}},
    {ALARM_STATE, HOLDING_BIT(157, 12), ONE, .at = {.point = "glycol_detected"}},
    {ALARM_STATE, HOLDING_BIT(157, 13), ONE, .at = {.point = "power_setpoint_not_reached"}},
    {ALARM_STATE, HOLDING_BIT(157, 14), ONE, .at = {.point = "end_of_life"}},
    {ALARM_STATE, HOLDING_BIT(157, 15), ONE, .at = {.point = "bus_watchdog_timeout"}},
    {ALARM_STATE, HOLDING_BIT(158, 0), ONE, .at = {.point = "no_differential_pressure"}},
    {ALARM_STATE, HOLDING_BIT(158, 1), ONE, .at = {.point = "differential_pressure_setpoint_not_reached"}},
};

static const struct group groups[] = {{POINTS(valve)}, {POINTS(alarms)}};

const struct driver driver_belimo_energy_valve = {
    .name = "belimo_energy_valve",
    .title = "Belimo EV..R+BAC energy valve",
    .manufacturer = "Belimo",
    .class = CLASS_LIQUID,
    .protocol = PROTOCOL_MODBUS,
    .sources = "phosphor-modbus register profile BelimoEV200ARXE",
    GROUPS(groups),
};
