/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vertiv Liebert CRV row coolers with iCOM v4, behind an IntelliSlot Unity or IS-485 card: Modbus RTU or TCP,
 * function 4.
 *
 * Source: Liebert IntelliSlot Modbus reference guide SL-28170, table 12. Manual only: no recording of a real
 * device.
 *
 * The guide's number 3xxxx is wire address xxxx - 1. Two editions of the guide number the points above 30470
 * differently, so status and operating state are read only where the site says that its card has them from
 * 30474 on. The page with return and supply air was not seen: the remote rack sensors and the chilled water
 * are there. Of what the operating efficiency is one is not stated; server class, sensor choice, thresholds
 * and the maintenance ramp are no readings.
 */
#include "driver.h"

enum { STATUS_FROM_30474 = 1 << 0 };
static const char *const variants[] = {"status_from_30474", NULL};

static const struct meaning operating[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}, {2, UNIT_STANDBY}};
/* Normal, startup, normal with warning, normal with alarm, abnormal. */
static const struct meaning system_status[] = {
    {1, STATE_NO}, {2, STATE_NO}, {8, STATE_YES}, {16, STATE_YES}, {32, STATE_YES}};

static const struct point remote_sensors[] = {{AIR_TEMPERATURE, INPUT(424, S16), CELSIUS, .div = 10}};

static const struct point unit[] = {
    {COOLANT_TEMPERATURE, INPUT(444, S16), CELSIUS, .div = 10, .at = {.point = "supply"}},
    {FAN_SPEED_RATIO, INPUT(451, U16), PERCENT, .at = {.part = PART_FAN}},
    {COMPRESSOR_LOAD, INPUT(452, U16), PERCENT, .at = {.part = PART_COMPRESSOR}},
    {DEHUMIDIFICATION_DEMAND, INPUT(453, U16), PERCENT},
    {HEATING_DEMAND, INPUT(454, U16), PERCENT},
    {HUMIDIFICATION_DEMAND, INPUT(455, U16), PERCENT},
};

static const struct point status[] = {
    {ALARM_STATE, INPUT(474, U16), ONE, STATES(system_status), .at = {.point = "system_status"}},
    {UNIT_STATE, INPUT(475, U16), ONE, STATES(operating)},
};

static const struct group groups[] = {
    {OVER({PART_SENSOR, .most = 10}), POINTS(remote_sensors)},
    {POINTS(unit)},
    {.variants = STATUS_FROM_30474, POINTS(status)},
};

const struct driver driver_liebert_crv = {
    .name = "liebert_crv",
    .title = "Vertiv Liebert CRV row cooler with iCOM v4",
    .manufacturer = "Vertiv",
    .class = CLASS_AIR,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Liebert IntelliSlot Modbus reference guide SL-28170, table 12",
    .variants = variants,
    .first_register = 1,
    GROUPS(groups),
};
