/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC Smart-UPS SMT, SMX and SRT with their own Modbus map (RTU on the serial or USB port, or Modbus TCP),
 * not that of an older network card: that is apc_nmc2. Modbus is off as delivered.
 *
 * Sources: register numbers and scales as published by Network UPS Tools (apc_modbus), which cites APC
 * document MPAO-98KJ7F; the bits of the status and error words from the lists of APC application note 176
 * as several open-source readers repeat them. Manual only: no recording of a real device.
 *
 * Fixed point numbers are raw / 2^n. Powers come in percent of the nominal powers, which the UPS tells.
 * Not fitted is all ones, in 16 and in 32 bits. Efficiency below 0 is a reason for there being none. Bit 5 of
 * the status is kept until faults are cleared. Sources disagree on the battery's error word: one comment says
 * register 19, all lists say 22; it is 22. Outlet group 1 is the main group, the switched groups follow;
 * those not fitted read 0, which is neither on nor off. Second phases (split-phase SURTD), boost and trim,
 * timers and settings are not read.
 */
#include "driver.h"

static const struct meaning off[] = {{1, UPS_OFF}};
static const struct meaning bypass[] = {{1, UPS_BYPASS}};
static const struct meaning test[] = {{1, UPS_TEST}};
static const struct meaning on_battery[] = {{1, UPS_ON_BATTERY}};
static const struct meaning eco[] = {{1, UPS_ECO}};
static const struct meaning online[] = {{1, UPS_ONLINE}};
static const struct meaning running[] = {{1, TEST_RUNNING}};
static const struct meaning failed[] = {{1, TEST_FAILED}};
static const struct meaning passed[] = {{1, TEST_PASSED}};
static const struct meaning aborted[] = {{1, TEST_ABORTED}};
static const struct meaning outlet_on[] = {{1, OUTLET_ON}};
static const struct meaning outlet_off[] = {{1, OUTLET_OFF}};

/* Each bit says one thing when it is set and nothing when it is not: the first that is set counts. */
static const struct point states[] = {
    {UPS_MODE_STATE, HOLDING_BIT(1, 4), ONE, STATES(off), .absent = ABSENT(0)},
    {UPS_MODE_STATE, HOLDING_BIT(1, 3), ONE, STATES(bypass), .absent = ABSENT(0)},
    {UPS_MODE_STATE, HOLDING_BIT(1, 7), ONE, STATES(test), .absent = ABSENT(0)},
    {UPS_MODE_STATE, HOLDING_BIT(1, 2), ONE, STATES(on_battery), .absent = ABSENT(0)},
    {UPS_MODE_STATE, HOLDING_BIT(1, 13), ONE, STATES(eco), .absent = ABSENT(0)},
    {UPS_MODE_STATE, HOLDING_BIT(1, 1), ONE, STATES(online), .absent = ABSENT(0)},
    {BATTERY_TEST_RESULT_STATE, HOLDING_BIT(23, 1), ONE, STATES(running), .absent = ABSENT(0),
     .at = {.part = PART_BATTERY}},
    {BATTERY_TEST_RESULT_STATE, HOLDING_BIT(23, 3), ONE, STATES(failed), .absent = ABSENT(0),
     .at = {.part = PART_BATTERY}},
    {BATTERY_TEST_RESULT_STATE, HOLDING_BIT(23, 2), ONE, STATES(passed), .absent = ABSENT(0),
     .at = {.part = PART_BATTERY}},
    {BATTERY_TEST_RESULT_STATE, HOLDING_BIT(23, 5), ONE, STATES(aborted), .absent = ABSENT(0),
     .at = {.part = PART_BATTERY}},
};

static const struct point alarms[] = {
    {ALARM_STATE, HOLDING_BIT(0, 5), ONE, .at = {.point = "overload"}},
    {ALARM_STATE, HOLDING_BIT(1, 5), ONE, .at = {.point = "fault"}},
    {ALARM_STATE, HOLDING_BIT(1, 6), ONE, .at = {.point = "input_bad"}},
    {ALARM_STATE, HOLDING_BIT(18, 1), ONE, .at = {.point = "shutdown_imminent"}},
    {ALARM_STATE, HOLDING_BIT(19, 0), ONE, .at = {.point = "site_wiring"}},
    {ALARM_STATE, HOLDING_BIT(19, 1), ONE, .at = {.point = "eeprom"}},
    {ALARM_STATE, HOLDING_BIT(19, 2), ONE, .at = {.point = "ad_converter"}},
    {ALARM_STATE, HOLDING_BIT(19, 3), ONE, .at = {.point = "logic_power_supply"}},
    {ALARM_STATE, HOLDING_BIT(19, 4), ONE, .at = {.point = "internal_communication"}},
    {ALARM_STATE, HOLDING_BIT(19, 5), ONE, .at = {.point = "ui_button"}},
    {ALARM_STATE, HOLDING_BIT(19, 7), ONE, .at = {.point = "epo_active"}},
    {ALARM_STATE, HOLDING_BIT(19, 8), ONE, .at = {.point = "firmware_mismatch"}},
    {ALARM_STATE, HOLDING_BIT(21, 0), ONE, .at = {.point = "output_overload"}},
    {ALARM_STATE, HOLDING_BIT(21, 1), ONE, .at = {.point = "output_short_circuit"}},
    {ALARM_STATE, HOLDING_BIT(21, 2), ONE, .at = {.point = "output_overvoltage"}},
    {ALARM_STATE, HOLDING_BIT(21, 4), ONE, .at = {.point = "overtemperature"}},
    {ALARM_STATE, HOLDING_BIT(21, 5), ONE, .at = {.point = "backfeed_relay"}},
    {ALARM_STATE, HOLDING_BIT(21, 6), ONE, .at = {.point = "avr_relay"}},
    {ALARM_STATE, HOLDING_BIT(21, 7), ONE, .at = {.point = "pfc_input_relay"}},
    {ALARM_STATE, HOLDING_BIT(21, 8), ONE, .at = {.point = "output_relay"}},
    {ALARM_STATE, HOLDING_BIT(21, 10), ONE, .at = {.point = "fan"}},
    {ALARM_STATE, HOLDING_BIT(21, 11), ONE, .at = {.point = "pfc"}},
    {ALARM_STATE, HOLDING_BIT(21, 13), ONE, .at = {.point = "inverter"}},
};

static const struct point battery_alarms[] = {
    {ALARM_STATE, HOLDING_BIT(22, 0), ONE, .at = {.point = "disconnected"}},
    {ALARM_STATE, HOLDING_BIT(22, 1), ONE, .at = {.point = "overvoltage"}},
    {ALARM_STATE, HOLDING_BIT(22, 2), ONE, .at = {.point = "needs_replacement"}},
    {ALARM_STATE, HOLDING_BIT(22, 3), ONE, .at = {.point = "overtemperature_critical"}},
    {ALARM_STATE, HOLDING_BIT(22, 4), ONE, .at = {.point = "charger"}},
    {ALARM_STATE, HOLDING_BIT(22, 5), ONE, .at = {.point = "temperature_sensor"}},
    {ALARM_STATE, HOLDING_BIT(22, 7), ONE, .at = {.point = "overtemperature_warning"}},
    {ALARM_STATE, HOLDING_BIT(22, 8), ONE, .at = {.point = "general_error"}},
    {ALARM_STATE, HOLDING_BIT(22, 9), ONE, .at = {.point = "communication"}},
};

static const struct point battery[] = {
    {BATTERY_RUNTIME, HOLDING(128, U32), SECOND},
    {BATTERY_CHARGE, HOLDING(130, U16), PERCENT, .div = 512},
    {BATTERY_VOLTAGE, HOLDING(131, S16), VOLT, .div = 32, .absent = ABSENT(-1)},
    {BATTERY_VOLTAGE, HOLDING(132, S16), VOLT, .div = 32, .at = {.point = "negative"}, .absent = ABSENT(-1)},
    {BATTERY_TEMPERATURE, HOLDING(135, S16), CELSIUS, .div = 128, .absent = ABSENT(-1)},
};

static const struct point output[] = {
    {LOAD, HOLDING(136, U16), PERCENT, .div = 256},
    {ACTIVE_POWER, HOLDING(136, U16), WATT, .div = 25600, .scale = {SCALE_TIMES, HOLDING(589, U16)},
     .at = {.phase = PHASE_TOTAL}},
    {LOAD, HOLDING(138, U16), PERCENT, .div = 256, .at = {.point = "apparent"}},
    {APPARENT_POWER, HOLDING(138, U16), VOLTAMPERE, .div = 25600, .scale = {SCALE_TIMES, HOLDING(588, U16)},
     .at = {.phase = PHASE_TOTAL}},
    {CURRENT, HOLDING(140, U16), AMPERE, .div = 32},
    {VOLTAGE, HOLDING(142, U16), VOLT, .div = 64},
    {FREQUENCY, HOLDING(144, U16), HERTZ, .div = 128},
    {ACTIVE_ENERGY, HOLDING(145, U32), WATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER_RATING, HOLDING(588, U16), VOLTAMPERE, .rate = RATE_ONCE},
    {POWER_RATING, HOLDING(589, U16), WATT, .rate = RATE_ONCE},
};

static const struct point lines[] = {
    {VOLTAGE, HOLDING(148, U16), VOLT, .div = 64, .at = {.part = PART_BYPASS}},
    {FREQUENCY, HOLDING(149, U16), HERTZ, .div = 128, .at = {.part = PART_BYPASS}},
    {VOLTAGE, HOLDING(151, U16), VOLT, .div = 64, .at = {.part = PART_INPUT}},
    {UPS_EFFICIENCY, HOLDING(154, S16), PERCENT, .div = 128,
     .absent = ABSENT(-1, -2, -3, -4, -5, -6, -7, -8)},
};

static const struct point outlets[] = {
    {OUTLET_STATE, HOLDING_BIT(4, 0), ONE, STATES(outlet_on), .absent = ABSENT(0)},
    {OUTLET_STATE, HOLDING_BIT(4, 1), ONE, STATES(outlet_off), .absent = ABSENT(0)},
};

static const struct group groups[] = {
    {POINTS(states)},
    {POINTS(alarms)},
    {.at = {.part = PART_BATTERY}, POINTS(battery_alarms)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {POINTS(lines)},
    {OVER({PART_BANK, .most = 5, .stride = 3}),
     .label = {.kind = SOURCE_HOLDING, .address = 604, .wire = TEXT, .words = 8, .stride = {8}},
     POINTS(outlets)},
};

static const struct fact facts[] = {{FACT_FIRMWARE, HOLDING_TEXT(516, 8)},
                                    {FACT_MODEL, HOLDING_TEXT(532, 16)},
                                    {FACT_SERIAL, HOLDING_TEXT(564, 8)},
                                    {FACT_NAME, HOLDING_TEXT(596, 8)}};

const struct driver driver_apc_smartups = {
    .name = "apc_smartups",
    .title = "APC Smart-UPS SMT, SMX, SRT (their own Modbus map)",
    .manufacturer = "APC",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Network UPS Tools apc_modbus (APC MPAO-98KJ7F); bit lists of APC application note 176",
    .recognition = {{.says = {HOLDING_TEXT(532, 16), .pattern = "Smart-UPS*"}}},
    .absent = ABSENT_OF({U16, ABSENT(0xFFFF)}, {U32, ABSENT(0xFFFFFFFF)}),
    .manners = {.widest_gap = 6},
    FACTS(facts),
    GROUPS(groups),
};
