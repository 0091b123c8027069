/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open Rack V3 power supply, standard and high-power rack (HPR). Six sit in a shelf; each answers at its own
 * unit address: 200 to 205, 232 to 237 and 240 to 242 standard (RTU 19200 8E1), 144 to 255 in parts HPR
 * (115200 8E1).
 *
 * Sources: register maps orv3_psu and orv3_hpr_psu of the rack monitor in OpenBMC (2024-10), phosphor-modbus
 * profiles of a Delta and an Artesyn supply, which agree. Manual only: no recording of a real device.
 *
 * Both maps share registers and scales (raw / 2^n). What only one of them has is refused by the other, or is
 * a bit that the other never sets: lowest and highest temperature are of the standard supply; instantaneous
 * input, the voltage before the ORing, the bus clip's temperature and the loss of one input are of HPR. Bits
 * 8 and 9 of register 64 say which bus is active and are no alarms. What the running time counts in is not
 * stated, nor the unit of the instantaneous input power: both are shown raw or not at all. Fans are numbered
 * from 0 in the map and from 1 here.
 */
#include "driver.h"

static const struct point alarms[] = {
    {ALARM_STATE, HOLDING_BIT(60, 0), ONE, .at = {.point = "pfc"}},
    {ALARM_STATE, HOLDING_BIT(60, 1), ONE, .at = {.point = "dcdc"}},
    {ALARM_STATE, HOLDING_BIT(60, 2), ONE, .at = {.point = "temperature"}},
    {ALARM_STATE, HOLDING_BIT(60, 3), ONE, .at = {.point = "communication"}},
    {ALARM_STATE, HOLDING_BIT(60, 8), ONE, .at = {.point = "pfc_converter_fail"}},
    {ALARM_STATE, HOLDING_BIT(60, 9), ONE, .at = {.point = "dcdc_converter_failure"}},
    {ALARM_STATE, HOLDING_BIT(60, 10), ONE, .at = {.point = "temp_alarm"}},
    {ALARM_STATE, HOLDING_BIT(60, 11), ONE, .at = {.point = "fan_alarm"}},
    {ALARM_STATE, HOLDING_BIT(61, 0), ONE, .at = {.point = "ac_uvp"}},
    {ALARM_STATE, HOLDING_BIT(61, 1), ONE, .at = {.point = "ac_ovp"}},
    {ALARM_STATE, HOLDING_BIT(61, 4), ONE, .at = {.point = "freq_low"}},
    {ALARM_STATE, HOLDING_BIT(61, 5), ONE, .at = {.point = "freq_high"}},
    {ALARM_STATE, HOLDING_BIT(61, 8), ONE, .at = {.point = "ac_not_ok"}},
    {ALARM_STATE, HOLDING_BIT(61, 9), ONE, .at = {.point = "bulk_not_ok"}},
    {ALARM_STATE, HOLDING_BIT(61, 10), ONE, .at = {.point = "input_relay_off"}},
    {ALARM_STATE, HOLDING_BIT(61, 11), ONE, .at = {.point = "pfc_fail"}},
    {ALARM_STATE, HOLDING_BIT(61, 12), ONE, .at = {.point = "ac_loss_single_fault"}},
    {ALARM_STATE, HOLDING_BIT(62, 0), ONE, .at = {.point = "main_uvp"}},
    {ALARM_STATE, HOLDING_BIT(62, 1), ONE, .at = {.point = "main_ovp"}},
    {ALARM_STATE, HOLDING_BIT(62, 2), ONE, .at = {.point = "main_ocp"}},
    {ALARM_STATE, HOLDING_BIT(62, 3), ONE, .at = {.point = "main_sckt"}},
    {ALARM_STATE, HOLDING_BIT(62, 8), ONE, .at = {.point = "dcdc_fail"}},
    {ALARM_STATE, HOLDING_BIT(62, 9), ONE, .at = {.point = "secondary_mcu_fail"}},
    {ALARM_STATE, HOLDING_BIT(62, 10), ONE, .at = {.point = "oring_fail"}},
    {ALARM_STATE, HOLDING_BIT(63, 0), ONE, .at = {.point = "outlet_temp_alarm"}},
    {ALARM_STATE, HOLDING_BIT(63, 1), ONE, .at = {.point = "inlet_temp_alarm"}},
    {ALARM_STATE, HOLDING_BIT(63, 2), ONE, .at = {.point = "oring_temp_alarm"}},
    {ALARM_STATE, HOLDING_BIT(63, 3), ONE, .at = {.point = "sync_temp_alarm"}},
    {ALARM_STATE, HOLDING_BIT(63, 4), ONE, .at = {.point = "llc_temp_alarm"}},
    {ALARM_STATE, HOLDING_BIT(63, 5), ONE, .at = {.point = "pfc_temp_alarm"}},
    {ALARM_STATE, HOLDING_BIT(63, 6), ONE, .at = {.point = "bus_clip_temp_alarm"}},
    {ALARM_STATE, HOLDING_BIT(63, 7), ONE, .at = {.point = "bus_clip_otp"}},
    {ALARM_STATE, HOLDING_BIT(63, 8), ONE, .at = {.point = "fan_failure"}},
    {ALARM_STATE, HOLDING_BIT(64, 0), ONE, .at = {.point = "primary_secondary_mcu_fault"}},
    {ALARM_STATE, HOLDING_BIT(64, 1), ONE, .at = {.point = "secondary_logic_mcu_fault"}},
};

static const struct point fans[] = {{FAN_SPEED, HOLDING(67, U16), REVOLUTION_PER_MINUTE}};

static const struct point temperatures[] = {
    {AIR_TEMPERATURE, HOLDING(69, S16), CELSIUS, .div = 128, .at = {.point = "inlet"}},
    {AIR_TEMPERATURE, HOLDING(70, S16), CELSIUS, .div = 128, .at = {.point = "outlet"}},
    {DEVICE_TEMPERATURE, HOLDING(71, S16), CELSIUS, .div = 128, .at = {.point = "max"}, .rate = RATE_SLOW},
    {DEVICE_TEMPERATURE, HOLDING(72, S16), CELSIUS, .div = 128, .at = {.point = "min"}, .rate = RATE_SLOW},
};

static const struct point output[] = {
    {VOLTAGE, HOLDING(79, U16), VOLT, .div = 1024},
    {VOLTAGE, HOLDING(118, U16), VOLT, .div = 1024, .at = {.point = "oring"}},
    {CURRENT, HOLDING(80, U16), AMPERE, .div = 64},
    {CURRENT, HOLDING(81, U16), AMPERE, .div = 64, .at = {.point = "share"}},
    {ACTIVE_POWER, HOLDING(82, U16), WATT, .div = 8},
};

static const struct point input[] = {
    {ACTIVE_POWER, HOLDING(65, U16), UNIT_UNSTATED, .div = 8, .at = {.point = "instantaneous"}},
    {CURRENT, HOLDING(66, U16), AMPERE, .div = 1024, .at = {.point = "instantaneous"}},
    {FREQUENCY, HOLDING(84, U16), HERTZ},
    {ACTIVE_POWER, HOLDING(87, U16), WATT, .div = 8},
    {VOLTAGE, HOLDING(88, U16), VOLT, .div = 64},
    {CURRENT, HOLDING(89, U16), AMPERE, .div = 1024},
};

static const struct group groups[] = {
    {POINTS(alarms)},
    {OVER({PART_FAN, .most = 2}), POINTS(fans)},
    {POINTS(temperatures)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_INPUT}, POINTS(input)},
};

static const struct fact facts[] = {{FACT_MODEL, HOLDING_TEXT(8, 8)},
                                    {FACT_SERIAL, HOLDING_TEXT(24, 16)},
                                    {FACT_FIRMWARE, HOLDING_TEXT(48, 4)}};

const struct driver driver_orv3_psu = {
    .name = "orv3_psu",
    .title = "Open Rack V3 power supply, standard and high-power rack (PSU, HPR PSU)",
    .class = CLASS_SHELF,
    .protocol = PROTOCOL_MODBUS,
    .sources = "OpenBMC rack monitor register maps orv3_psu, orv3_hpr_psu; phosphor-modbus profiles",
    .manners = {.widest_gap = 2},
    FACTS(facts),
    GROUPS(groups),
};
