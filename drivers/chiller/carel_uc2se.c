/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carel uC2SE chiller and heat pump controllers, Modbus RTU.
 *
 * Source: the register table of an integrator's published template; addresses are wire addresses. Manual
 * only: no recording of a real device.
 *
 * Which probe is where depends on the machine, and nothing on the wire says so: the site names the variant.
 * On water chillers B1 and B2 are the evaporator's inlet and outlet; else the two are told by their numbers,
 * as B3 always is: temperatures of the device. Coil 53 is "on, standby": 1 is on. Which of heating and
 * cooling a 1 in coil 71 means is not stated: not read. Alarms are 1 while active. The digital outputs' loads
 * depend on the machine as well.
 */
#include "driver.h"

enum { PROBES_BY_NUMBER = 1 << 0, WATER_CHILLER = 1 << 1 };
static const char *const variants[] = {"probes_by_number", "water_chiller", NULL};

static const struct meaning on_standby[] = {{0, UNIT_STANDBY}, {1, UNIT_RUNNING}};

static const struct point unit[] = {
    {UNIT_STATE, COIL(53), ONE, STATES(on_standby)},
    {TEMPERATURE_SETPOINT, HOLDING(439, S16), CELSIUS, .div = 10, .at = {.point = "cooling"},
     .rate = RATE_SLOW},
};

static const struct point third_probe[] = {
    {DEVICE_TEMPERATURE, INPUT(511, S16), CELSIUS, .div = 10, .at = {.depth = 1, .id = {3}}}};
static const struct point numbered_probes[] = {
    {DEVICE_TEMPERATURE, INPUT(506, S16), CELSIUS, .div = 10, .at = {.depth = 1, .id = {1}}},
    {DEVICE_TEMPERATURE, INPUT(510, S16), CELSIUS, .div = 10, .at = {.depth = 1, .id = {2}}},
};
static const struct point water_probes[] = {
    {COOLANT_TEMPERATURE, INPUT(506, S16), CELSIUS, .div = 10, .at = {.point = "return"}},
    {COOLANT_TEMPERATURE, INPUT(510, S16), CELSIUS, .div = 10, .at = {.point = "supply"}},
};

static const struct point alarms[] = {
    {ALARM_STATE, DISCRETE(42), ONE, .at = {.point = "general_alarm"}},
    {ALARM_STATE, DISCRETE(48), ONE, .at = {.point = "general_warning"}},
    {ALARM_STATE, DISCRETE(34), ONE, .at = {.point = "compressor_warning"}},
    {ALARM_STATE, DISCRETE(56), ONE, .at = {.point = "fan_warning"}},
    {ALARM_STATE, DISCRETE(46), ONE, .at = {.point = "probe_alarm"}},
    {ALARM_STATE, DISCRETE(61), ONE, .at = {.point = "temperature_warning"}},
};

static const struct point outputs[] = {
    {CONTACT_STATE, COIL(54), ONE, .at = {.depth = 1, .id = {1}, .point = "output"}},
    {CONTACT_STATE, COIL(63), ONE, .at = {.depth = 1, .id = {2}, .point = "output"}},
    {CONTACT_STATE, COIL(58), ONE, .at = {.depth = 1, .id = {3}, .point = "output"}},
    {CONTACT_STATE, COIL(62), ONE, .at = {.depth = 1, .id = {4}, .point = "output"}},
    {CONTACT_STATE, COIL(50), ONE, .at = {.depth = 1, .id = {5}, .point = "output"}},
};

static const struct group groups[] = {
    {POINTS(unit)},
    {.at = {.part = PART_SENSOR}, POINTS(third_probe)},
    {.at = {.part = PART_SENSOR}, .variants = PROBES_BY_NUMBER, POINTS(numbered_probes)},
    {.variants = WATER_CHILLER, POINTS(water_probes)},
    {POINTS(alarms)},
    {.at = {.part = PART_CONTACT}, POINTS(outputs)},
};

const struct driver driver_carel_uc2se = {
    .name = "carel_uc2se",
    .title = "Carel uC2SE chiller and heat pump controller",
    .manufacturer = "Carel",
    .class = CLASS_CHILLER,
    .protocol = PROTOCOL_MODBUS,
    .sources = "Register table of the uC2SE as published by integrators",
    .variants = variants,
    GROUPS(groups),
};
