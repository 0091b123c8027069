/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eaton Matrix inverter systems fed by a DC plant, SNMP.
 *
 * Sources: TELECOM-MIB 0.01 (2014) and a recording of a real system (six 1.5 kVA inverters, one static
 * transfer switch).
 *
 * All numbers but power (VA) and hours are in tenths; -1 is no value. What runs on mains runs on the static
 * switch's bypass. The line side and mode of an inverter are those of the 3.5 kVA module, which none of the
 * recorded ones is. Warnings are texts of trap numbers and not read.
 */
#include "driver.h"

static const struct meaning switched[] = {{1, UNIT_OFF}, {2, UNIT_RUNNING}};
static const struct meaning sts[] = {{1, UNIT_RUNNING}, {2, UNIT_OFF}};
static const struct meaning feeds[] = {{1, UPS_ONLINE}, {2, UPS_BYPASS}, {3, UPS_OFF}};
static const struct meaning by_hand[] = {{1, STATE_NO},  {2, STATE_YES}, {3, STATE_YES},
                                         {4, STATE_YES}, {5, STATE_YES}, {6, STATE_YES}};
static const struct meaning modes[] = {{1, UNIT_STANDBY}, {2, UNIT_STANDBY}, {3, UNIT_STANDBY},
                                       {4, UNIT_RUNNING}, {5, UNIT_RUNNING}, {6, UNIT_FAULT}};

static const struct point controller[] = {
    {DEVICE_TEMPERATURE, OID("1.4.0"), CELSIUS, .div = 10, .at = {PART_CONTROLLER}},
    {MODULES_FITTED, OID("2.1.0"), ONE, .at = {PART_INVERTER}, .rate = RATE_SLOW},
};

static const struct point inverters[] = {
    {VOLTAGE, OID("2.2.1.6"), VOLT, .div = 10, .at = {.point = "output"}},
    {CURRENT, OID("2.2.1.7"), AMPERE, .div = 10, .at = {.point = "output"}},
    {VOLTAGE, OID("2.2.1.8"), VOLT, .div = 10, .at = {.point = "input"}},
    {FREQUENCY, OID("2.2.1.9"), HERTZ, .div = 10, .at = {.point = "output"}},
    {APPARENT_POWER, OID("2.2.1.10"), VOLTAMPERE, .at = {.point = "output"}},
    {RUNTIME, OID("2.2.1.12"), HOUR, .rate = RATE_SLOW},
    {DEVICE_TEMPERATURE, OID("2.2.1.13"), CELSIUS, .div = 10},
    {VOLTAGE, OID("2.2.1.14"), VOLT, .div = 10, .at = {.point = "line"}},
    {FREQUENCY, OID("2.2.1.15"), HERTZ, .div = 10, .at = {.point = "line"}},
    {UNIT_STATE, OID("2.2.1.17"), ONE, STATES(modes), .at = {.point = "mode"}},
    {VOLTAGE_RATING, OID("2.2.1.19"), VOLT, .div = 10, .at = {.point = "output"}, .rate = RATE_SLOW},
    {VOLTAGE_RATING, OID("2.2.1.20"), VOLT, .div = 10, .at = {.point = "input"}, .rate = RATE_SLOW},
    {APPARENT_POWER_RATING, OID("2.2.1.23"), VOLTAMPERE, .rate = RATE_SLOW},
    {FREQUENCY_RATING, OID("2.2.1.24"), HERTZ, .div = 10, .rate = RATE_SLOW},
    {UNIT_STATE, OID("2.2.1.26"), ONE, STATES(switched)},
};

static const struct point switches[] = {
    {VOLTAGE, OID("3.2.1.7"), VOLT, .div = 10, .at = {.point = "mains"}},
    {FREQUENCY, OID("3.2.1.8"), HERTZ, .div = 10, .at = {.point = "mains"}},
    {VOLTAGE, OID("3.2.1.9"), VOLT, .div = 10, .at = {.point = "inverter"}},
    {FREQUENCY, OID("3.2.1.10"), HERTZ, .div = 10, .at = {.point = "inverter"}},
    {VOLTAGE, OID("3.2.1.11"), VOLT, .div = 10, .at = {.point = "output"}},
    {CURRENT, OID("3.2.1.12"), AMPERE, .div = 10, .at = {.point = "output"}},
    {APPARENT_POWER, OID("3.2.1.13"), VOLTAMPERE, .at = {.point = "output"}},
    {FREQUENCY, OID("3.2.1.14"), HERTZ, .div = 10, .at = {.point = "output"}},
    {RUNTIME, OID("3.2.1.15"), HOUR, .rate = RATE_SLOW},
    {DEVICE_TEMPERATURE, OID("3.2.1.16"), CELSIUS, .div = 10},
    {ALARM_STATE, OID("3.2.1.17"), ONE, STATES(by_hand), .at = {.point = "manual_bypass"}},
    {UNIT_STATE, OID("3.2.1.18"), ONE, STATES(sts)},
    {UPS_MODE_STATE, OID("3.2.1.19"), ONE, STATES(feeds)},
};

static const struct group groups[] = {
    {POINTS(controller)},
    {OVER({PART_INVERTER}), POINTS(inverters)},
    {OVER({PART_BYPASS}), POINTS(switches)},
};

static const struct fact facts[] = {
    {FACT_SERIAL, OID("1.1.0")}, {FACT_NAME, OID("1.2.0")}, {FACT_FIRMWARE, OID("1.5.0")}};

const struct driver driver_eaton_matrix = {
    .name = "eaton_matrix",
    .title = "Eaton Matrix inverter system of a DC plant",
    .manufacturer = "Eaton",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "TELECOM-MIB 0.01; recording of a real system",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.935.10.2"}},
    .oid_base = "1.3.6.1.4.1.935.10.2.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
