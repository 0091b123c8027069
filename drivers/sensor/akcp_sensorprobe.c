/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AKCP sensorProbe2, sensorProbe4, sensorProbe8.
 *
 * Source: SPAGENT-MIB. Confirmed by a recording of a real sensorProbe8 v2.0 (its "linear" humidity ports are
 * off line there).
 *
 * Sensors are numbered by their port from 0 on, as the agent does. Only a sensor that is online counts. The
 * raw temperature is in tenths of a degree; whether it follows a scale of degrees F no source says, so
 * with that scale the whole degrees are read. The raw humidity is a count of the converter and no reading.
 * A switch tells its state by its status; what kind it is stands with the port.
 */
#include "driver.h"

static const struct unit_name scales[] = {
    {0, .unit = FAHRENHEIT}, {1, .unit = CELSIUS}, {.unit = UNIT_UNSTATED}};

static const struct meaning alarm[] = {{2, STATE_NO}, {4, STATE_YES}, {6, STATE_YES}};
static const struct meaning leak[] = {{2, LEAK_DRY}, {4, LEAK_WET}, {6, LEAK_WET}, {7, LEAK_SENSOR_FAULT}};
static const struct meaning limits[] = {
    {2, STATE_NO}, {3, STATE_YES}, {4, STATE_YES}, {5, STATE_YES}, {6, STATE_YES}};

static const struct point temperatures[] = {
    {AIR_TEMPERATURE, OID("16.1.14"), CELSIUS, .div = 10, .only = {OID("16.1.12"), ANY_OF(1)}},
    {AIR_TEMPERATURE, OID("16.1.3"), CELSIUS, .unit_from = OID("16.1.12"), .units = scales},
    {ALARM_STATE, OID("16.1.4"), ONE, STATES(limits), .absent = ABSENT(0, 1), .at = {.point = "temperature"}},
};

static const struct point humidities[] = {
    {RELATIVE_HUMIDITY, OID("17.1.3"), PERCENT, .only = {OID("18.1.9"), ANY_OF(3)}},
    {ALARM_STATE, OID("17.1.4"), ONE, STATES(limits), .absent = ABSENT(0, 1), .at = {.point = "humidity"}},
};

static const struct point switches[] = {
    {LEAK_STATE, OID("18.1.3"), ONE, STATES(leak), .absent = ABSENT(0, 1),
     .only = {OID("18.1.9"), ANY_OF(4)}},
    {ALARM_STATE, OID("18.1.3"), ONE, STATES(alarm), .absent = ABSENT(0, 1, 8, 9),
     .only = {OID("18.1.9"), ANY_OF(6, 8, 10, 14)}},
};

static const struct group groups[] = {
    {OVER({PART_SENSOR}), .label = OID("16.1.1"), .valid = {OID("16.1.5"), ANY_OF(1)}, POINTS(temperatures)},
    {OVER({PART_SENSOR}), .valid = {OID("17.1.5"), ANY_OF(1)}, POINTS(humidities)},
    {OVER({PART_CONTACT}), .label = OID("18.1.1"), .valid = {OID("18.1.4"), ANY_OF(1)}, POINTS(switches)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("86.0")}};

const struct driver driver_akcp_sensorprobe = {
    .name = "akcp_sensorprobe",
    .title = "AKCP sensorProbe2, sensorProbe4, sensorProbe8",
    .manufacturer = "AKCP",
    .class = CLASS_SENSOR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "SPAGENT-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.3854.1", .probe = "1.3.6.1.4.1.3854.1.2.2.1.16.1.3"}},
    .oid_base = "1.3.6.1.4.1.3854.1.2.2.1",
    FACTS(facts),
    GROUPS(groups),
};
