/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Danfoss NovoCon actuators (003Z8540) of AB-QM valves, Modbus RTU 19200.
 *
 * Source: register profile Danfoss003Z8540 of phosphor-modbus, which reads floats with the high word first
 * and whose units are degC, percent and volts. Manual only: no recording of a real device.
 *
 * Registers are wire addresses. The estimated flow is a share of the design flow and is published as the load
 * of the valve; the design flow itself and its limit are settings. What the analog output drives is the
 * site's to say.
 */
#include "driver.h"

static const struct point valve[] = {
    {VALVE_POSITION, HOLDING(0x860e, F32), PERCENT, .at = {.part = PART_VALVE}},
    {LOAD, HOLDING(0x8608, F32), PERCENT, .at = {.part = PART_VALVE, .point = "flow"}},
    {COOLANT_TEMPERATURE, HOLDING(0x81c2, F32), CELSIUS, .at = {.point = "supply"}},
    {VOLTAGE, HOLDING(0x8206, F32), VOLT, .at = {.part = PART_OUTPUT, .point = "analog"}},
};

static const struct point alarms[] = {
    {ALARM_STATE, HOLDING_BIT(0x8300, 0), ONE, .at = {.point = "temperature_out_of_range"}},
    {ALARM_STATE, HOLDING_BIT(0x8300, 2), ONE, .at = {.point = "supply_voltage_too_high"}},
    {ALARM_STATE, HOLDING_BIT(0x8300, 3), ONE, .at = {.point = "supply_voltage_too_low"}},
    {ALARM_STATE, HOLDING_BIT(0x8300, 5), ONE, .at = {.point = "communication_faults"}},
    {ALARM_STATE, HOLDING_BIT(0x8301, 0), ONE, .at = {.point = "no_control_signal"}},
    {ALARM_STATE, HOLDING_BIT(0x8301, 1), ONE, .at = {.point = "error_during_movement"}},
    {ALARM_STATE, HOLDING_BIT(0x8301, 2), ONE, .at = {.point = "error_during_calibration"}},
    {ALARM_STATE, HOLDING_BIT(0x8301, 3), ONE, .at = {.point = "internal_error"}},
};

static const struct group groups[] = {{POINTS(valve)}, {POINTS(alarms)}};

static const struct fact facts[] = {
    {FACT_MODEL, HOLDING_TEXT(0x8120, 25)},
    {FACT_MANUFACTURER, HOLDING_TEXT(0x8160, 25)},
    {FACT_SERIAL, HOLDING_TEXT(0x81a0, 25)},
};

const struct driver driver_danfoss_abqm = {
    .name = "danfoss_abqm",
    .title = "Danfoss NovoCon actuator of an AB-QM valve (003Z8540)",
    .class = CLASS_LIQUID,
    .protocol = PROTOCOL_MODBUS,
    .sources = "phosphor-modbus register profile Danfoss003Z8540",
    .recognition = {{.says = {HOLDING_TEXT(0x8160, 25), .pattern = "Danfoss A/S*"}}},
    FACTS(facts),
    GROUPS(groups),
};
