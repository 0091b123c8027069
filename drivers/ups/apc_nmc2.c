/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC network management card 2 (AP9630, AP9631, AP9635) in a UPS, Modbus RTU or TCP.
 *
 * Source: register list of an integrator's template (Wiren Board, config-apc-nmc2). Manual only: no
 * recording of a real device.
 *
 * Everything is a whole number; the same card gives tenths over SNMP (apc_ups), which is the better way. The
 * list does not say of which side the frequency is, what registers 1 and 2 hold, nor what the other bits of
 * 0 and 3 are. The last extremes of the voltage and the settings are no readings. A newer Smart-UPS with a
 * Modbus map of its own is apc_smartups.
 */
#include "driver.h"

static const struct meaning on_battery[] = {{1, UPS_ON_BATTERY}};
static const struct meaning on_mains[] = {{1, UPS_ONLINE}};

/* A bit that is not set says nothing of the mode. */
static const struct point unit[] = {
    {UPS_MODE_STATE, HOLDING_BIT(3, 4), ONE, STATES(on_battery), .absent = ABSENT(0)},
    {UPS_MODE_STATE, HOLDING_BIT(3, 3), ONE, STATES(on_mains), .absent = ABSENT(0)},
    {ALARM_STATE, HOLDING_BIT(3, 5), ONE, .at = {.point = "overload"}},
    {ALARM_STATE, HOLDING_BIT(3, 6), ONE, .at = {.point = "low_battery_charge"}},
    {ALARM_STATE, HOLDING_BIT(3, 7), ONE, .at = {.point = "battery_replacement_required"}},
    {DEVICE_TEMPERATURE, HOLDING(8, U16), CELSIUS},
    {FREQUENCY, HOLDING(18, U16), HERTZ},
    {VOLTAGE, HOLDING(17, U16), VOLT, .at = {.part = PART_INPUT}},
};

static const struct point battery[] = {
    {BATTERY_CHARGE, HOLDING(5, U16), PERCENT},
    {BATTERY_RUNTIME, HOLDING(6, U16), MINUTE},
    {BATTERY_VOLTAGE, HOLDING(7, U16), VOLT},
    {BATTERY_PACKS_BAD, HOLDING(10, U16), ONE},
    {BATTERY_PACKS, HOLDING(11, U16), ONE, .rate = RATE_SLOW},
};

static const struct point output[] = {
    {LOAD, HOLDING(12, U16), PERCENT},
    {VOLTAGE_RATING, HOLDING(13, U16), VOLT, .rate = RATE_SLOW},
    {VOLTAGE, HOLDING(14, U16), VOLT},
};

static const struct group groups[] = {
    {POINTS(unit)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
};

const struct driver driver_apc_nmc2 = {
    .name = "apc_nmc2",
    .title = "APC UPS with network management card 2 (AP9630, AP9631, AP9635), Modbus",
    .manufacturer = "APC",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Wiren Board template config-apc-nmc2",
    GROUPS(groups),
};
