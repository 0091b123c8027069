/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HW group Poseidon environment monitors.
 *
 * Source: POSEIDON-MIB. Confirmed by a recording of a real Poseidon 4002 (2.0.15).
 *
 * A sensor is what its unit code says; its integer value is ten times the value whatever the unit. A sensor
 * of state invalid has no value.
 */
#include "driver.h"

static const struct unit_name units[] = {
    {0, .unit = CELSIUS}, {1, .unit = FAHRENHEIT},  {2, .unit = KELVIN_ABSOLUTE}, {3, .unit = PERCENT},
    {4, .unit = VOLT},    {5, .unit = MILLIAMPERE}, {.unit = UNIT_UNSTATED},
};

static const struct meaning contact[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning input_alarm[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point sensors[] = {
    {AIR_TEMPERATURE, .div = 10, .only = {OID("3.1.9"), ANY_OF(0, 1, 2)}},
    {RELATIVE_HUMIDITY, .div = 10, .only = {OID("3.1.9"), ANY_OF(3)}},
    {VOLTAGE, .div = 10, .only = {OID("3.1.9"), ANY_OF(4)}},
    {CURRENT, .div = 10, .only = {OID("3.1.9"), ANY_OF(5)}},
};

static const struct point inputs[] = {
    {CONTACT_STATE, OID("1.1.2"), ONE, STATES(contact)},
    {ALARM_STATE, OID("1.1.5"), ONE, STATES(input_alarm)},
};

static const struct point outputs[] = {
    {CONTACT_STATE, OID("2.1.2"), ONE, STATES(contact), .at = {.point = "output"}},
};

static const struct point unit[] = {{ALARMS_ACTIVE, OID("50.1.0"), ONE}};

static const struct group groups[] = {
    {OVER({PART_SENSOR}), .label = OID("3.1.2"), POINTS(sensors), .value = OID("3.1.6"),
     .valid = {OID("3.1.4"), ANY_OF(1, 2, 3)}, .unit_from = OID("3.1.9"), .units = units},
    {OVER({PART_CONTACT}), .label = OID("1.1.3"), POINTS(inputs)},
    {OVER({PART_CONTACT}), POINTS(outputs)},
    {POINTS(unit)},
};

const struct driver driver_hwg_poseidon = {
    .name = "hwg_poseidon",
    .title = "HW group Poseidon environment monitor",
    .manufacturer = "HW group",
    .class = CLASS_SENSOR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "POSEIDON-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.21796.3.3"}},
    .oid_base = "1.3.6.1.4.1.21796.3.3",
    GROUPS(groups),
};
