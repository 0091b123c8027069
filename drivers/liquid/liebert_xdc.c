/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vertiv Liebert XDC and XDP pumped refrigerant units with iCOM v4, behind an IntelliSlot Unity or IS-485
 * card: Modbus RTU or TCP.
 *
 * They are of class liquid, not chiller: like a CDU they pump a coolant to the racks' modules and keep its
 * supply above the room's dew point; that the XDC rejects the heat with compressors and the XDP into chilled
 * water is its inside. The pumped refrigerant is the coolant of the secondary side.
 *
 * Source: Liebert IntelliSlot Modbus reference guide SL-28170, tables 18 and 19 (XDC, bits and registers) and
 * 20 (XDP, bits). Manual only: no recording of a real device.
 *
 * The guide's number is wire address + 1 after its type digit. Temperatures stand there twice, in degC and in
 * degF; the first are read. Bits are 1 while active. The same number is another thing on the other
 * model: 10021 is water under the floor of an XDP and a compressor's short cycle of an XDC. So the site names
 * the variant, and without one nothing is read. The XDP's registers (table 21) were not seen. A hot gas
 * solenoid is a valve that is 0 or 1. Control mode, thresholds and the maintenance ramp are no readings.
 */
#include "driver.h"

enum { XDC = 1 << 0, XDP = 1 << 1 };
static const char *const variants[] = {"xdc", "xdp", NULL};

static const struct meaning on_off[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};
static const struct meaning operating[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}, {2, UNIT_STANDBY}};
/* Normal, startup, normal with warning, normal with alarm, abnormal. */
static const struct meaning system_status[] = {
    {1, STATE_NO}, {2, STATE_NO}, {8, STATE_YES}, {16, STATE_YES}, {32, STATE_YES}};

static const struct point unit[] = {
    {COOLANT_TEMPERATURE, INPUT(387, S16), CELSIUS, .div = 10,
     .at = {.side = SIDE_SECONDARY, .point = "supply"}},
    {UNIT_STATE, INPUT(389, U16), ONE, STATES(operating)},
    {ALARM_STATE, INPUT(422, U16), ONE, STATES(system_status), .at = {.point = "system_status"}},
    {DEW_POINT, INPUT(400, S16), CELSIUS, .div = 10, .at = {.point = "control"}},
    {TEMPERATURE_SETPOINT, INPUT(402, S16), CELSIUS, .at = {.point = "room_minimum"}, .rate = RATE_SLOW},
    {COMPRESSOR_STATE, INPUT(416, U16), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}, .point = "a"}},
    {COMPRESSOR_STATE, INPUT(417, U16), ONE, STATES(on_off),
     .at = {.part = PART_COMPRESSOR, .depth = 1, .id = {1}, .point = "b"}},
};

static const struct point pumps[] = {{PUMP_STATE, INPUT(385, U16), ONE, STATES(on_off)}};
static const struct point pump_alarms[] = {{ALARM_STATE, DISCRETE(1), ONE, .at = {.point = "loss_of_flow"}}};

static const struct point hot_gas[] = {
    {VALVE_POSITION, INPUT(412, U16), PERCENT, .div = 100, .at = {.point = "hot_gas"}},
    {VALVE_POSITION, INPUT(414, U16), ONE, .at = {.point = "hot_gas_solenoid"}},
};

static const struct point room[] = {
    {AIR_TEMPERATURE, INPUT(390, S16), CELSIUS, .div = 10, .at = {.point = "external_a"}},
    {RELATIVE_HUMIDITY, INPUT(392, U16), PERCENT, .div = 10, .at = {.point = "external_a"}},
    {DEW_POINT, INPUT(393, S16), CELSIUS, .div = 10, .at = {.point = "external_a"}},
    {AIR_TEMPERATURE, INPUT(395, S16), CELSIUS, .div = 10, .at = {.point = "external_b"}},
    {RELATIVE_HUMIDITY, INPUT(397, U16), PERCENT, .div = 10, .at = {.point = "external_b"}},
    {DEW_POINT, INPUT(398, S16), CELSIUS, .div = 10, .at = {.point = "external_b"}},
};

static const struct point xdc_alarms[] = {
    {ALARM_STATE, DISCRETE(3), ONE, .at = {.point = "fan_issue"}},
    {ALARM_STATE, DISCRETE(4), ONE, .at = {.point = "condensation_detected"}},
    {ALARM_STATE, DISCRETE(6), ONE, .at = {.point = "supply_refrigerant_over_temperature"}},
    {ALARM_STATE, DISCRETE(7), ONE, .at = {.point = "supply_refrigerant_under_temperature"}},
    {ALARM_STATE, DISCRETE(8), ONE, .at = {.point = "supply_refrigerant_sensor"}},
    {ALARM_STATE, DISCRETE(9), ONE, .at = {.point = "external_a_over_temperature"}},
    {ALARM_STATE, DISCRETE(10), ONE, .at = {.point = "external_a_under_temperature"}},
    {ALARM_STATE, DISCRETE(11), ONE, .at = {.point = "external_a_sensor"}},
    {ALARM_STATE, DISCRETE(12), ONE, .at = {.point = "external_b_over_temperature"}},
    {ALARM_STATE, DISCRETE(13), ONE, .at = {.point = "external_b_under_temperature"}},
    {ALARM_STATE, DISCRETE(14), ONE, .at = {.point = "external_b_sensor"}},
    {ALARM_STATE, DISCRETE(15), ONE, .at = {.point = "external_dew_point_over_temperature"}},
    {ALARM_STATE, DISCRETE(16), ONE, .at = {.point = "pump_short_cycle"}},
    {ALARM_STATE, DISCRETE(17), ONE, .at = {.point = "compressor_1a_high_head_pressure"}},
    {ALARM_STATE, DISCRETE(18), ONE, .at = {.point = "compressor_1b_high_head_pressure"}},
    {ALARM_STATE, DISCRETE(19), ONE, .at = {.point = "compressor_2a_high_head_pressure"}},
    {ALARM_STATE, DISCRETE(20), ONE, .at = {.point = "compressor_2b_high_head_pressure"}},
    {ALARM_STATE, DISCRETE(21), ONE, .at = {.point = "compressor_1a_short_cycle"}},
    {ALARM_STATE, DISCRETE(22), ONE, .at = {.point = "compressor_1b_short_cycle"}},
    {ALARM_STATE, DISCRETE(23), ONE, .at = {.point = "compressor_2a_short_cycle"}},
    {ALARM_STATE, DISCRETE(24), ONE, .at = {.point = "compressor_2b_short_cycle"}},
    {ALARM_STATE, DISCRETE(25), ONE, .at = {.point = "circuit_1_low_suction_pressure"}},
    {ALARM_STATE, DISCRETE(26), ONE, .at = {.point = "circuit_2_low_suction_pressure"}},
    {ALARM_STATE, DISCRETE(27), ONE, .at = {.point = "shutdown_loss_of_power"}},
    {SMOKE_STATE, DISCRETE(28), ONE},
    {LEAK_STATE, DISCRETE(29), ONE, .at = {.point = "under_floor"}},
    {ALARM_STATE, DISCRETE(30), ONE, .at = {.point = "service_required"}},
};

static const struct point xdp_alarms[] = {
    {ALARM_STATE, DISCRETE(3), ONE, .at = {.point = "fan_issue"}},
    {ALARM_STATE, DISCRETE(4), ONE, .at = {.point = "condensation_detected"}},
    {ALARM_STATE, DISCRETE(6), ONE, .at = {.point = "supply_chilled_water_over_temperature"}},
    {ALARM_STATE, DISCRETE(7), ONE, .at = {.point = "supply_chilled_water_sensor"}},
    {ALARM_STATE, DISCRETE(8), ONE, .at = {.point = "supply_refrigerant_over_temperature"}},
    {ALARM_STATE, DISCRETE(9), ONE, .at = {.point = "supply_refrigerant_under_temperature"}},
    {ALARM_STATE, DISCRETE(10), ONE, .at = {.point = "supply_refrigerant_sensor"}},
    {ALARM_STATE, DISCRETE(18), ONE, .at = {.point = "chilled_water_control_valve_position_fault"}},
    {ALARM_STATE, DISCRETE(19), ONE, .at = {.point = "shutdown_loss_of_power"}},
    {ALARM_STATE, DISCRETE(20), ONE, .at = {.point = "pump_short_cycle"}},
    {LEAK_STATE, DISCRETE(21), ONE, .at = {.point = "under_floor"}},
    {SMOKE_STATE, DISCRETE(22), ONE},
    {ALARM_STATE, DISCRETE(23), ONE, .at = {.point = "service_required"}},
};

static const struct group groups[] = {
    {.variants = XDC, POINTS(unit)},
    {OVER({PART_PUMP, .most = 2}), .variants = XDC, POINTS(pumps)},
    {OVER({PART_VALVE, .most = 2}), .variants = XDC, POINTS(hot_gas)},
    {.at = {.part = PART_SENSOR}, .variants = XDC, POINTS(room)},
    {OVER({PART_PUMP, .most = 2}), .variants = XDC | XDP, POINTS(pump_alarms)},
    {.variants = XDC, POINTS(xdc_alarms)},
    {.variants = XDP, POINTS(xdp_alarms)},
};

const struct driver driver_liebert_xdc = {
    .name = "liebert_xdc",
    .title = "Vertiv Liebert XDC, XDP pumped refrigerant unit with iCOM v4",
    .manufacturer = "Vertiv",
    .class = CLASS_LIQUID,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Liebert IntelliSlot Modbus reference guide SL-28170, tables 18 to 20",
    .variants = variants,
    .first_register = 1,
    GROUPS(groups),
};
