/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Siemens SENTRON 3KC ATC6300 transfer control devices, Modbus RTU or TCP, functions 3 and 4.
 *
 * Source: manual L1V30535632002A-01 of 03/2018, section 11.6. Manual only: no recording of a real device.
 *
 * A printed address is the wire address + 1, as the manual's own example says; of two words the high one
 * comes first, so bits 0 to 15 of a 32-bit field are in the second. The page with the table of voltages and
 * frequencies was not seen: of them only the one of the example (line 1, L3 to L1, whole volts) is read. Line
 * 1 is usually the mains. A breaker that its protection has tripped is open and has its alarm. Maintenance
 * counters and limits are settings.
 */
#include "driver.h"

static const struct meaning closed[] = {{0, BREAKER_OPEN}, {1, BREAKER_CLOSED}};
static const struct meaning unset_is_alarm[] = {{0, STATE_YES}, {1, STATE_NO}};

static const struct point measured[] = {
    {LINE_VOLTAGE, INPUT(0x0c, U32), VOLT,
     .at = {.part = PART_INPUT, .depth = 1, .id = {1}, .phase = PHASE_L3_L1}},
};

/* The lines' words are 0x102 apart, their bits in the status of the device 1 and 6. */
static const struct point breakers[] = {
    {BREAKER_STATE, INPUT_BIT(0x2075, 0), ONE, STATES(closed)},
    {ALARM_STATE, INPUT_BIT(0x2075, 1), ONE, .at = {.point = "breaker_trip"}},
};
static const struct point line_1[] = {
    {SOURCE_AVAILABLE_STATE, INPUT_BIT(0x2211, 4), ONE},
    {ALARM_STATE, INPUT_BIT(0x2210, 0), ONE, .at = {.point = "maximum_voltage"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 1), ONE, .at = {.point = "minimum_voltage"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 2), ONE, .at = {.point = "maximum_frequency"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 3), ONE, .at = {.point = "minimum_frequency"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 4), ONE, .at = {.point = "phase_failure"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 5), ONE, .at = {.point = "phase_unbalance"}},
};
static const struct point line_2[] = {
    {SOURCE_AVAILABLE_STATE, INPUT_BIT(0x2211, 5), ONE},
    {ALARM_STATE, INPUT_BIT(0x2210, 6), ONE, .at = {.point = "maximum_voltage"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 7), ONE, .at = {.point = "minimum_voltage"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 8), ONE, .at = {.point = "maximum_frequency"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 9), ONE, .at = {.point = "minimum_frequency"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 10), ONE, .at = {.point = "phase_failure"}},
    {ALARM_STATE, INPUT_BIT(0x2210, 11), ONE, .at = {.point = "phase_unbalance"}},
};

static const struct point unit[] = {
    {ALARM_STATE, INPUT_BIT(0x2211, 2), ONE, STATES(unset_is_alarm), .at = {.point = "not_in_auto"}},
    {ALARM_STATE, INPUT_BIT(0x2211, 12), ONE, .at = {.point = "global_alarm"}},
    {CONTACT_STATE, INPUT_BIT(0x2211, 14), ONE,
     .at = {.part = PART_GENERATOR, .depth = 1, .id = {1}, .point = "start"}},
    {CONTACT_STATE, INPUT_BIT(0x2211, 15), ONE,
     .at = {.part = PART_GENERATOR, .depth = 1, .id = {2}, .point = "start"}},
};

static const struct point alarms[] = {
    {ALARM_STATE, INPUT_BIT(0x41, 0), ONE, .at = {.point = "battery_voltage_low"}},
    {ALARM_STATE, INPUT_BIT(0x41, 1), ONE, .at = {.point = "battery_voltage_high"}},
    {ALARM_STATE, INPUT_BIT(0x41, 2), ONE, .at = {.point = "line_1_breaker_timeout"}},
    {ALARM_STATE, INPUT_BIT(0x41, 3), ONE, .at = {.point = "line_2_breaker_timeout"}},
    {ALARM_STATE, INPUT_BIT(0x41, 4), ONE, .at = {.point = "line_1_wrong_phase_sequence"}},
    {ALARM_STATE, INPUT_BIT(0x41, 5), ONE, .at = {.point = "line_2_wrong_phase_sequence"}},
    {ALARM_STATE, INPUT_BIT(0x41, 6), ONE, .at = {.point = "load_not_powered_timeout"}},
    {ALARM_STATE, INPUT_BIT(0x41, 7), ONE, .at = {.point = "battery_charger_failure"}},
    {ALARM_STATE, INPUT_BIT(0x41, 8), ONE, .at = {.point = "emergency"}},
    {ALARM_STATE, INPUT_BIT(0x41, 9), ONE, .at = {.point = "line_1_breaker_trip"}},
    {ALARM_STATE, INPUT_BIT(0x41, 10), ONE, .at = {.point = "line_2_breaker_trip"}},
    {ALARM_STATE, INPUT_BIT(0x41, 11), ONE, .at = {.point = "generator_1_not_available"}},
    {ALARM_STATE, INPUT_BIT(0x41, 12), ONE, .at = {.point = "generator_2_not_available"}},
    {ALARM_STATE, INPUT_BIT(0x41, 13), ONE, .at = {.point = "maintenance_hours_1"}},
    {ALARM_STATE, INPUT_BIT(0x41, 14), ONE, .at = {.point = "maintenance_hours_2"}},
    {ALARM_STATE, INPUT_BIT(0x41, 15), ONE, .at = {.point = "maintenance_operations_1"}},
    {ALARM_STATE, INPUT_BIT(0x40, 0), ONE, .at = {.point = "maintenance_operations_2"}},
    {ALARM_STATE, INPUT_BIT(0x40, 1), ONE, .at = {.point = "auxiliary_voltage_failure"}},
    {ALARM_STATE, INPUT_BIT(0x40, 2), ONE, .at = {.point = "user_1"}},
    {ALARM_STATE, INPUT_BIT(0x40, 3), ONE, .at = {.point = "user_2"}},
    {ALARM_STATE, INPUT_BIT(0x40, 4), ONE, .at = {.point = "user_3"}},
    {ALARM_STATE, INPUT_BIT(0x40, 5), ONE, .at = {.point = "user_4"}},
};

static const struct group groups[] = {
    {POINTS(measured)},
    {OVER({PART_INPUT, .most = 2, .stride = 0x102}), POINTS(breakers)},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {1}}, POINTS(line_1)},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {2}}, POINTS(line_2)},
    {POINTS(unit)},
    {POINTS(alarms)},
};

const struct driver driver_siemens_atc6300 = {
    .name = "siemens_atc6300",
    .title = "Siemens SENTRON 3KC ATC6300 transfer control device",
    .manufacturer = "Siemens",
    .class = CLASS_SWITCH,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Siemens 3KC ATC6300 manual L1V30535632002A-01, section 11.6",
    .first_register = 1,
    GROUPS(groups),
};
