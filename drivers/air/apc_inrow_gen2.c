/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schneider Electric (APC) InRow RC of the second generation, and ACRC60x, ACRD60x, Uniflair SP: the first
 * registers of their common map, Modbus RTU and TCP.
 *
 * Source: Schneider InRow RC Gen 2 300 mm Modbus register map, its start; general rules of ACRD60x and
 * ACRC60x. Manual only: no recording of a real device.
 *
 * 4xxxx is wire address xxxx - 1, 32-bit values have the high word first. A reserved register refuses alone
 * and reads 0 within a block; an item that is not ready refuses as an illegal address and is asked for again
 * later. Cooling output and demand are those of the group of units. Of the overall status information is no
 * alarm, warning and critical are. SNMP tells much more of these units and is the better way where it is
 * open.
 */
#include "driver.h"

/* None, information, warning, critical. */
static const struct meaning status[] = {{0, STATE_NO}, {1, STATE_NO}, {2, STATE_YES}, {3, STATE_YES}};

static const struct point unit[] = {
    {ALARM_STATE, HOLDING(1, U16), ONE, STATES(status), .at = {.point = "overall_status"}},
    {THERMAL_POWER, HOLDING(2, S32), KILOWATT, .div = 10, .at = {.point = "group_output"}},
    {THERMAL_POWER, HOLDING(4, S32), KILOWATT, .div = 10, .at = {.point = "group_demand"}},
    {TEMPERATURE_SETPOINT, HOLDING(6, S32), FAHRENHEIT, .div = 10, .at = {.point = "cooling"},
     .rate = RATE_SLOW},
    {TEMPERATURE_SETPOINT, HOLDING(8, S32), FAHRENHEIT, .div = 10, .at = {.point = "supply"},
     .rate = RATE_SLOW},
};

static const struct group groups[] = {{POINTS(unit)}};

const struct driver driver_apc_inrow_gen2 = {
    .name = "apc_inrow_gen2",
    .title = "Schneider Electric InRow RC second generation, ACRC60x, ACRD60x, Uniflair SP",
    .manufacturer = "Schneider Electric",
    .class = CLASS_AIR,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Schneider InRow RC Gen 2 300 mm Modbus register map, first registers",
    .first_register = 1,
    GROUPS(groups),
};
