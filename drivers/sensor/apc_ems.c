/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC environmental monitoring: Environmental Manager AP9340 and NetBotz rack monitors with its tables
 * (NBRK0200), Environmental Monitoring System AP9320.
 *
 * Source: PowerNet-MIB, modEnvMgr and envMgtSystem (318.1.1.10.4 and .3). Confirmed by recordings of three
 * real devices: AP9340 (AOS 3.5.7), NBRK0200 (3.5.9), AP9320 (2.6.4).
 *
 * Temperatures come in whole degrees of the scale that the device is set to, which it says; where it does
 * not, Celsius is meant. A humidity of -1 is no humidity sensor. A probe that was never found keeps its row;
 * its communication state tells. The AP9340 repeats its own probes in the older tables of the AP9320, with
 * names "Err" and old values for what is not there: these are read only where the device gives the product
 * number that goes with them.
 */
#include "driver.h"

static const struct unit_name scales[] = {
    {1, .unit = CELSIUS}, {2, .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};

static const struct meaning contacts[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning alarms[] = {{1, STATE_NO}, {2, STATE_YES}, {3, STATE_YES}};
static const struct meaning outlets[] = {{1, OUTLET_ON}, {2, OUTLET_OFF}};
static const struct meaning sensors[] = {{1, STATE_YES}, {2, STATE_NO}};

static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("4.2.3.1.5"), CELSIUS, .unit_from = OID_WHOLE("4.2.1.0"), .units = scales},
    {RELATIVE_HUMIDITY, OID("4.2.3.1.6"), PERCENT, .absent = ABSENT(-1)},
    {ALARM_STATE, OID("4.2.3.1.8"), ONE, STATES(alarms)},
};
static const struct point inputs[] = {
    {CONTACT_STATE, OID("4.3.2.1.5"), ONE, STATES(contacts), .absent = ABSENT(3, 4)},
    {ALARM_STATE, OID("4.3.2.1.7"), ONE, STATES(alarms)},
};
static const struct point outputs[] = {
    {CONTACT_STATE, OID("4.4.2.1.5"), ONE, STATES(contacts), .at = {.point = "output"}},
};

static const struct point older_probes[] = {
    {AIR_TEMPERATURE, OID("3.13.1.1.3"), CELSIUS, .unit_from = OID_WHOLE("3.12.11.0"), .units = scales},
    {RELATIVE_HUMIDITY, OID("3.13.1.1.6"), PERCENT, .absent = ABSENT(-1)},
    {ALARM_STATE, OID_BIT("3.13.1.1.11", 0), ONE, .at = {.point = "above_maximum_temperature"}},
    {ALARM_STATE, OID_BIT("3.13.1.1.11", 1), ONE, .at = {.point = "hot"}},
    {ALARM_STATE, OID_BIT("3.13.1.1.11", 2), ONE, .at = {.point = "cold"}},
    {ALARM_STATE, OID_BIT("3.13.1.1.11", 3), ONE, .at = {.point = "below_minimum_temperature"}},
    {ALARM_STATE, OID_BIT("3.13.1.1.11", 8), ONE, .at = {.point = "above_maximum_humidity"}},
    {ALARM_STATE, OID_BIT("3.13.1.1.11", 9), ONE, .at = {.point = "humid"}},
    {ALARM_STATE, OID_BIT("3.13.1.1.11", 10), ONE, .at = {.point = "dry"}},
    {ALARM_STATE, OID_BIT("3.13.1.1.11", 11), ONE, .at = {.point = "below_minimum_humidity"}},
};
static const struct point older_inputs[] = {{CONTACT_STATE, OID("3.14.1.1.3"), ONE, STATES(contacts)}};
static const struct point older_relays[] = {
    {CONTACT_STATE, OID("3.15.1.1.3"), ONE, STATES(contacts), .at = {.point = "output"}}};
static const struct point older_outlets[] = {{OUTLET_STATE, OID("3.16.1.1.3"), ONE, STATES(outlets)}};
static const struct point older_sensors[] = {
    {ALARM_STATE, OID("3.18.1.1.4"), ONE, STATES(sensors), .at = {.point = "faulted"}, .absent = ABSENT(3)}};

static const struct group groups[] = {
    {OVER({PART_MODULE}, {PART_SENSOR}), .label = OID("4.2.3.1.3"), .valid = {OID("4.2.3.1.7"), ANY_OF(2)},
     POINTS(probes)},
    {OVER({PART_MODULE}, {PART_CONTACT}), .label = OID("4.3.2.1.3"), .valid = {OID("4.3.2.1.8"), ANY_OF(2)},
     POINTS(inputs)},
    {OVER({PART_MODULE}, {PART_CONTACT}), POINTS(outputs)},
    {OVER({PART_SENSOR}), .only = {OID_WHOLE("3.1.2.0"), .pattern = "*"}, .label = OID("3.13.1.1.2"),
     .valid = {OID("3.13.1.1.10"), ANY_OF(2)}, POINTS(older_probes)},
    {OVER({PART_CONTACT}), .only = {OID_WHOLE("3.1.2.0"), .pattern = "*"}, .label = OID("3.14.1.1.2"),
     POINTS(older_inputs)},
    {OVER({PART_CONTACT}), .only = {OID_WHOLE("3.1.2.0"), .pattern = "*"}, POINTS(older_relays)},
    {OVER({PART_OUTLET}), .only = {OID_WHOLE("3.1.2.0"), .pattern = "*"}, .label = OID("3.16.1.1.2"),
     POINTS(older_outlets)},
    {OVER({PART_SENSOR}), .only = {OID_WHOLE("3.1.2.0"), .pattern = "*"}, POINTS(older_sensors)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("3.1.2.0")},
    {FACT_SERIAL, OID("3.1.6.0")},
    {FACT_FIRMWARE, OID("3.1.3.0")},
    {FACT_NAME, OID("3.1.1.0")},
};

const struct driver driver_apc_ems = {
    .name = "apc_ems",
    .title = "APC environmental monitor (AP9320, AP9340, NBRK0200)",
    .manufacturer = "APC",
    .class = CLASS_SENSOR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PowerNet-MIB, environmentalMonitor",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.318.1.3.8.2"},
                    {.sys_object_id = "1.3.6.1.4.1.318.1.3.8.4"}},
    .oid_base = "1.3.6.1.4.1.318.1.1.10",
    FACTS(facts),
    GROUPS(groups),
};
