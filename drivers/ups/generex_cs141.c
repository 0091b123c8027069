/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generex CS141 network card in a UPS of any make, Modbus TCP, with the card's default map.
 *
 * Source: a template for a monitoring system whose author tried it on a Piller UPS. Manual only: no
 * recording of a real device.
 *
 * Wire addresses are the numbers of the list. What the status word holds is not stated. Whether frequency
 * comes in hertz or in tenths is not stated either and depends on the UPS; the two cannot be confused, so
 * the number itself decides. The names of flags 128 to 138 follow the order in which the template lists
 * them. Voltages are called by phase; a UPS may send voltages between phases there (the template's nominal
 * voltage is 400): compare with its display.
 */
#include "driver.h"

static const struct meaning alarm[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point output_lines[] = {
    {VOLTAGE, HOLDING(97, U16), VOLT, .div = 10},
    {LOAD, HOLDING(100, U16), PERCENT},
};
static const struct point input_lines[] = {
    {VOLTAGE, HOLDING(104, S16), VOLT, .div = 10},
    {FREQUENCY, HOLDING(111, U16), HERTZ, .div = 10, .adjusted = true},
};

static const struct point battery[] = {
    {BATTERY_CHARGE, HOLDING(103, U16), PERCENT},
    {BATTERY_RUNTIME, HOLDING(108, S16), MINUTE},
    {BATTERY_VOLTAGE, HOLDING(110, S16), VOLT, .div = 10},
};

static const struct point unit[] = {
    {DEVICE_TEMPERATURE, HOLDING(107, S16), CELSIUS, .div = 10},
    {ALARM_STATE, HOLDING(118, U16), ONE, STATES(alarm), .at = {.point = "battery_bad"}},
    {ALARM_STATE, HOLDING(119, U16), ONE, STATES(alarm), .at = {.point = "on_battery"}},
    {ALARM_STATE, HOLDING(120, U16), ONE, STATES(alarm), .at = {.point = "battery_low"}},
    {ALARM_STATE, HOLDING(121, U16), ONE, STATES(alarm), .at = {.point = "battery_depleted"}},
    {ALARM_STATE, HOLDING(122, U16), ONE, STATES(alarm), .at = {.point = "over_temperature"}},
    {ALARM_STATE, HOLDING(123, U16), ONE, STATES(alarm), .at = {.point = "input_bad"}},
    {ALARM_STATE, HOLDING(124, U16), ONE, STATES(alarm), .at = {.point = "output_bad"}},
    {ALARM_STATE, HOLDING(125, U16), ONE, STATES(alarm), .at = {.point = "overload"}},
    {ALARM_STATE, HOLDING(126, U16), ONE, STATES(alarm), .at = {.point = "on_bypass"}},
    {ALARM_STATE, HOLDING(127, U16), ONE, STATES(alarm), .at = {.point = "bypass_bad"}},
    {ALARM_STATE, HOLDING(128, U16), ONE, STATES(alarm), .at = {.point = "output_off_as_requested"}},
    {ALARM_STATE, HOLDING(129, U16), ONE, STATES(alarm), .at = {.point = "ups_off_as_requested"}},
    {ALARM_STATE, HOLDING(130, U16), ONE, STATES(alarm), .at = {.point = "charger_failed"}},
    {ALARM_STATE, HOLDING(131, U16), ONE, STATES(alarm), .at = {.point = "ups_output_off"}},
    {ALARM_STATE, HOLDING(132, U16), ONE, STATES(alarm), .at = {.point = "ups_system_off"}},
    {ALARM_STATE, HOLDING(133, U16), ONE, STATES(alarm), .at = {.point = "fan_failure"}},
    {ALARM_STATE, HOLDING(134, U16), ONE, STATES(alarm), .at = {.point = "fuse_failure"}},
    {ALARM_STATE, HOLDING(135, U16), ONE, STATES(alarm), .at = {.point = "general_fault"}},
    {ALARM_STATE, HOLDING(136, U16), ONE, STATES(alarm), .at = {.point = "diagnostic_test_failed"}},
    {ALARM_STATE, HOLDING(137, U16), ONE, STATES(alarm), .at = {.point = "communication_lost"}},
    {ALARM_STATE, HOLDING(138, U16), ONE, STATES(alarm), .at = {.point = "awaiting_power"}},
};

static const struct point contacts[] = {{CONTACT_STATE, HOLDING(139, U16), ONE, STATES(alarm)}};

static const struct group groups[] = {
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(output_lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE, .most = 3}), POINTS(input_lines)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {POINTS(unit)},
    {OVER({PART_CONTACT, .most = 4}), POINTS(contacts)},
};

/* No mains has 100 Hz, none has 10: below 100 the card sends hertz, above it tenths. */
static enum verdict adjust(const struct point *point, double *number) {
    (void)point;
    if (*number < 100)
        *number *= 10;
    return KEEP;
}

const struct driver driver_generex_cs141 = {
    .name = "generex_cs141",
    .title = "Any UPS with a Generex CS141 card, default Modbus map",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Zabbix community template for the CS141's default Modbus map",
    .manners = {.widest_gap = 4},
    GROUPS(groups),
    .adjust = adjust,
};
