/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Huawei UPS2000-A and UPS2000-G, 1 to 3 kVA, single phase: Modbus RTU 9600 8N1, unit 1, on the serial or
 * USB port (the RS-485 adapter was not tried by the source).
 *
 * Source: register and alarm lists of Network UPS Tools (huawei-ups2000), which cites Huawei
 * EDOC1000110696. Manual only: no recording of a real device.
 *
 * Readings lie at 10000 x UPS number + register, alarms at 1024 x UPS number + register: UPS 1 is read.
 * No value is 0xFFFF of whole numbers and 0x7FFF of scaled ones. Powers count tenths of a kW. Charging at
 * float and at equalization are both charging; a battery that rests or discharges is a normal battery. The
 * UPS tells its model in a list of its own under function 43/14, which is not asked. Its answers may take
 * two seconds.
 */
#include "driver.h"

static const struct meaning modes[] = {
    {0, UPS_OFF}, {1, UPS_BYPASS}, {2, UPS_ONLINE}, {3, UPS_ON_BATTERY}, {5, UPS_ECO}};
static const struct meaning batteries[] = {
    {2, BATTERY_NORMAL}, {3, BATTERY_CHARGING}, {4, BATTERY_CHARGING}, {5, BATTERY_NORMAL}};

static const struct point unit[] = {
    {UPS_MODE_STATE, HOLDING(11024, U16), ONE, STATES(modes), .absent = ABSENT(0xFFFF)},
    {DEVICE_TEMPERATURE, HOLDING(11027, U16), CELSIUS, .div = 10},
    {VOLTAGE, HOLDING(11000, U16), VOLT, .div = 10, .at = {.part = PART_INPUT}},
    {FREQUENCY, HOLDING(11003, U16), HERTZ, .div = 10, .at = {.part = PART_INPUT}},
    {VOLTAGE, HOLDING(11004, U16), VOLT, .div = 10, .at = {.part = PART_BYPASS}},
    {FREQUENCY, HOLDING(11007, U16), HERTZ, .div = 10, .at = {.part = PART_BYPASS}},
};

static const struct point output[] = {
    {VOLTAGE, HOLDING(11008, U16), VOLT, .div = 10},
    {CURRENT, HOLDING(11011, U16), AMPERE, .div = 10},
    {FREQUENCY, HOLDING(11014, U16), HERTZ, .div = 10},
    {ACTIVE_POWER, HOLDING(11015, U16), KILOWATT, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, HOLDING(11018, U16), KILOVOLTAMPERE, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {LOAD, HOLDING(11021, U16), PERCENT, .div = 10},
    {APPARENT_POWER_RATING, HOLDING(19009, U16), KILOVOLTAMPERE, .div = 10, .rate = RATE_SLOW},
};

static const struct meaning test_runs[] = {{1, TEST_RUNNING}};

static const struct point battery[] = {
    {BATTERY_VOLTAGE, HOLDING(12000, U16), VOLT, .div = 10},
    {UPS_BATTERY_STATE, HOLDING(12002, U16), ONE, STATES(batteries), .absent = ABSENT(0xFFFF)},
    {ALARM_STATE, HOLDING_BIT(11043, 6), ONE, .at = {.point = "low"}},
    {BATTERY_TEST_RESULT_STATE, HOLDING_BIT(11043, 2), ONE, STATES(test_runs), .absent = ABSENT(0)},
    {BATTERY_CHARGE, HOLDING(12003, U16), PERCENT, .absent = ABSENT(0xFFFF)},
    {BATTERY_RUNTIME, HOLDING(12004, U32), SECOND, .absent = ABSENT(0xFFFFFFFF)},
    {BATTERY_PACKS, HOLDING(12007, U16), ONE, .absent = ABSENT(0xFFFF), .rate = RATE_SLOW},
    {BATTERY_CAPACITY, HOLDING(12033, U16), AMPERE_HOUR, .absent = ABSENT(0xFFFF), .rate = RATE_SLOW},
};

static const struct point alarms[] = {
    {ALARM_STATE, HOLDING_BIT(41180, 3), ONE, .at = {.point = "internal_overtemperature"}},
    {ALARM_STATE, HOLDING_BIT(41185, 1), ONE, .at = {.point = "bypass_voltage_abnormal"}},
    {ALARM_STATE, HOLDING_BIT(41185, 2), ONE, .at = {.point = "bypass_frequency_abnormal"}},
    {ALARM_STATE, HOLDING_BIT(41187, 3), ONE, .at = {.point = "battery_overvoltage"}},
    {ALARM_STATE, HOLDING_BIT(41188, 1), ONE, .at = {.point = "battery_needs_maintenance"}},
    {ALARM_STATE, HOLDING_BIT(41188, 3), ONE, .at = {.point = "battery_undervoltage"}},
    {ALARM_STATE, HOLDING_BIT(41194, 4), ONE, .at = {.point = "battery_disconnected"}},
    {ALARM_STATE, HOLDING_BIT(41197, 3), ONE, .at = {.point = "overload_110_to_130_percent"}},
    {ALARM_STATE, HOLDING_BIT(41197, 5), ONE, .at = {.point = "overload_105_to_110_percent"}},
    {ALARM_STATE, HOLDING_BIT(41198, 0), ONE, .at = {.point = "startup_timeout"}},
    {ALARM_STATE, HOLDING_BIT(41203, 14), ONE, .at = {.point = "bus_voltage_below_320_v"}},
    {ALARM_STATE, HOLDING_BIT(41203, 15), ONE, .at = {.point = "bus_voltage_above_450_v"}},
    {ALARM_STATE, HOLDING_BIT(41204, 1), ONE, .at = {.point = "bus_voltage_below_260_v"}},
    {ALARM_STATE, HOLDING_BIT(41204, 5), ONE, .at = {.point = "eeprom_fault"}},
    {ALARM_STATE, HOLDING_BIT(41204, 6), ONE, .at = {.point = "inverter_output_out_of_range"}},
    {ALARM_STATE, HOLDING_BIT(41204, 7), ONE, .at = {.point = "inverter_output_below_100_v"}},
    {ALARM_STATE, HOLDING_BIT(41204, 10), ONE, .at = {.point = "bus_voltages_unequal"}},
    {ALARM_STATE, HOLDING_BIT(41204, 11), ONE, .at = {.point = "overtemperature_to_bypass"}},
    {ALARM_STATE, HOLDING_BIT(41204, 13), ONE, .at = {.point = "charger_no_output"}},
    {ALARM_STATE, HOLDING_BIT(41206, 4), ONE, .at = {.point = "charger_no_output_inverter_on"}},
    {ALARM_STATE, HOLDING_BIT(41206, 13), ONE, .at = {.point = "output_overload_shutdown"}},
    {ALARM_STATE, HOLDING_BIT(41206, 14), ONE, .at = {.point = "bypass_overload_shutdown"}},
};

static const struct group groups[] = {
    {POINTS(unit)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {POINTS(alarms)},
};

const struct driver driver_huawei_ups2000 = {
    .name = "huawei_ups2000",
    .title = "Huawei UPS2000-A, UPS2000-G (single phase, Modbus RTU)",
    .manufacturer = "Huawei",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Network UPS Tools huawei-ups2000 (Huawei EDOC1000110696)",
    .absent = ABSENT_OF({U16, ABSENT(0x7FFF, 0xFFFF)}),
    .manners = {.timeout_ms = 2000, .widest_gap = 8},
    GROUPS(groups),
};
