/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vertiv (Liebert) APM, NXC and NXR three-phase UPS behind an IntelliSlot Unity or IS-485 card, Modbus RTU
 * or TCP.
 *
 * Source: IntelliSlot Modbus reference guide SL-28170, tables 44 and 45. Manual only: no recording of a real
 * device. The Liebert APS of the same guide has another map and is not read with this one.
 *
 * Input registers are numbered 30001 and up, discrete inputs 10001 and up: here without the type digit.
 * What the codes of the inverter's and the eco mode's register mean is not stated: they are shown raw. A
 * maintenance bypass breaker that is not installed is no reading.
 */
#include "driver.h"

static const struct meaning batteries[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning sources[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                         {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                         {7, UPS_BOOST_TRIM}};
static const struct meaning breakers[] = {{0, BREAKER_OPEN}, {1, BREAKER_CLOSED}};
static const struct meaning system_alarms[] = {
    {1, STATE_NO}, {2, STATE_NO}, {8, STATE_YES}, {16, STATE_YES}, {32, STATE_YES}};

static const struct point input_lines[] = {
    {CURRENT, INPUT(388, U16), AMPERE},
    {VOLTAGE, INPUT(392, U16), VOLT},
    {POWER_FACTOR, INPUT(395, U16), ONE, .div = 100},
};
static const struct point input_pairs[] = {{LINE_VOLTAGE, INPUT(385, U16), VOLT}};
static const struct point input[] = {{FREQUENCY, INPUT(391, U16), HERTZ, .div = 10}};

static const struct point bypass_lines[] = {{VOLTAGE, INPUT(401, U16), VOLT}};
static const struct point bypass[] = {{FREQUENCY, INPUT(404, U16), HERTZ, .div = 10}};

static const struct point battery[] = {
    {BATTERY_RUNTIME, INPUT(408, U16), MINUTE},
    {BATTERY_VOLTAGE, INPUT(409, U16), VOLT},
    {BATTERY_TEMPERATURE, INPUT(410, S16), CELSIUS},
    {UPS_BATTERY_STATE, INPUT(415, U16), ONE, STATES(batteries)},
};

static const struct point output_lines[] = {
    {VOLTAGE, INPUT(419, U16), VOLT},
    {CURRENT, INPUT(422, U16), AMPERE},
    {POWER_FACTOR, INPUT(429, U16), ONE, .div = 100},
    {LOAD, INPUT(432, U16), PERCENT},
};
static const struct point output_pairs[] = {{LINE_VOLTAGE, INPUT(426, U16), VOLT}};
static const struct point output[] = {
    {FREQUENCY, INPUT(425, U16), HERTZ, .div = 10},
    {APPARENT_POWER, INPUT(437, U16), KILOVOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, INPUT(438, U16), KILOWATT, .at = {.phase = PHASE_TOTAL}},
};

static const struct point unit[] = {
    {AIR_TEMPERATURE, INPUT(412, S16), CELSIUS, .at = {.point = "inlet"}},
    {CURRENT, INPUT(414, S16), AMPERE, .at = {.point = "dc_bus"}},
    {UNIT_STATE, INPUT(445, U16), UNIT_UNSTATED, .at = {.part = PART_INVERTER}},
    {BREAKER_STATE, INPUT(446, U16), ONE, STATES(breakers),
     .at = {.part = PART_BREAKER, .point = "maintenance_bypass"}, .absent = ABSENT(2)},
    {UPS_MODE_STATE, INPUT(447, U16), ONE, STATES(sources)},
    {ALARM_STATE, INPUT(448, U16), ONE, STATES(system_alarms), .at = {.point = "system_status"}},
    {UNIT_STATE, INPUT(449, U16), UNIT_UNSTATED, .at = {.point = "eco_mode"}},
    {ALARM_STATE, DISCRETE(52), ONE, .at = {.point = "battery_discharging"}},
    {ALARM_STATE, DISCRETE(53), ONE, .at = {.point = "output_on_bypass"}},
    {ALARM_STATE, DISCRETE(55), ONE, .at = {.point = "battery_capacity_low"}},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(input_lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(input_pairs)},
    {.at = {.part = PART_INPUT}, POINTS(input)},
    {.at = {.part = PART_BYPASS}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(bypass_lines)},
    {.at = {.part = PART_BYPASS}, POINTS(bypass)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(output_lines)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_PAIR, .most = 3}), POINTS(output_pairs)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {POINTS(unit)},
};

const struct driver driver_liebert_apm = {
    .name = "liebert_apm",
    .title = "Vertiv Liebert APM, NXC, NXR three-phase UPS (IntelliSlot card, Modbus)",
    .manufacturer = "Vertiv",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_MODBUS,
    .sources = "IntelliSlot Modbus reference guide SL-28170, tables 44 and 45",
    .first_register = 1,
    .manners = {.widest_gap = 2},
    GROUPS(groups),
};
