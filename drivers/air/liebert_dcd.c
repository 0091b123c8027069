/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vertiv Liebert DCDactive rear door coolers (DCD with fan module), Modbus TCP, function 4.
 *
 * Source: Liebert DCDactive fan module user manual, table 8.2. Manual only: no recording of a real device.
 *
 * Addresses are printed as on the wire. Floats have the low word first ("sw"); where a sensor is not fitted
 * every word reads 0xFFFF, which is not a number as a float. The unit can be set to kelvin on the device and
 * nothing on the wire says so: leave it at degC. (Kelvins are out of range, so they come out as bad readings,
 * not as wrong ones.) The operating time lies in four registers of four units, the pressure set point is a
 * code, thresholds are settings: not read. Identity and serial number are one text.
 */
#include "driver.h"

static const struct point door[] = {
    {AIR_TEMPERATURE, INPUT_LOW_FIRST(82, F32), CELSIUS, .at = {.point = "exhaust"}},
    {AIR_TEMPERATURE, INPUT_LOW_FIRST(102, F32), CELSIUS, .at = {.point = "cabinet"}},
    {COOLANT_TEMPERATURE, INPUT_LOW_FIRST(122, F32), CELSIUS, .at = {.part = PART_VALVE}},
    {TEMPERATURE_SETPOINT, INPUT_LOW_FIRST(126, F32), CELSIUS, .at = {.part = PART_VALVE}},
    {COOLANT_TEMPERATURE, INPUT_LOW_FIRST(130, F32), CELSIUS, .at = {.point = "supply"}},
    {COOLANT_TEMPERATURE, INPUT_LOW_FIRST(134, F32), CELSIUS, .at = {.point = "return"}},
    {DIFFERENTIAL_PRESSURE, INPUT_LOW_FIRST(138, F32), PASCAL},
    {VALVE_POSITION, INPUT(162, U16), PERCENT, .at = {.part = PART_VALVE}},
};

static const struct point sensors[] = {
    {AIR_TEMPERATURE, INPUT_LOW_FIRST(86, F32), CELSIUS, .at = {.point = "exhaust"}},
    {AIR_TEMPERATURE, INPUT_LOW_FIRST(106, F32), CELSIUS, .at = {.point = "cabinet"}},
};

static const struct point fans[] = {{FAN_SPEED, INPUT(146, U16), REVOLUTION_PER_MINUTE}};

static const struct group groups[] = {
    {POINTS(door)},
    {OVER({PART_SENSOR, .most = 4, .stride = 4}), POINTS(sensors)},
    {OVER({PART_FAN, .most = 4, .stride = 4}), POINTS(fans)},
};

static const struct fact facts[] = {{FACT_SERIAL, INPUT_TEXT(0, 10)}};

const struct driver driver_liebert_dcd = {
    .name = "liebert_dcd",
    .title = "Vertiv Liebert DCDactive rear door cooler",
    .manufacturer = "Vertiv",
    .class = CLASS_AIR,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Liebert DCDactive fan module user manual, table 8.2",
    .absent = ABSENT_OF({U16, ABSENT(0xffff)}),
    FACTS(facts),
    GROUPS(groups),
};
