/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vutlan environment monitors (VT825, VT8xx ...) and the sensors on their buses.
 *
 * Source: VUTLAN-SYSTEM-MIB; words of the types and states from a recording of a real VT825, which confirms
 * them.
 *
 * All elements are rows of one table by their id; words say of what class and type they are. Values are
 * numbers sent as text; an element that is not there has an empty value. The unit is stated nowhere: degrees
 * Celsius, percent and volts, as the maker's page shows. Whether a discrete element's 1 is closed or open
 * depends on its setting, so its state is read, which says normal or alarm,
 * where it has a value.
 */
#include "driver.h"

static const struct text_meaning alarm[] = {
    {"normal", STATE_NO}, {"alarm", STATE_YES}, {"warning", STATE_YES}};

static const struct point elements[] = {
    {AIR_TEMPERATURE, OID("3.1.9"), CELSIUS, .only = {OID("3.1.6"), .pattern = "temperature"}},
    {RELATIVE_HUMIDITY, OID("3.1.9"), PERCENT, .only = {OID("3.1.6"), .pattern = "humidity"}},
    {VOLTAGE, OID("3.1.9"), VOLT, .only = {OID("3.1.6"), .pattern = "voltage"}},
    {SMOKE_STATE, OID("3.1.8"), ONE, STATE_TEXTS(alarm), .valid = {OID("3.1.9"), ANY_OF(0, 1)},
     .only = {OID("3.1.6"), .pattern = "smoke"}},
    {ALARM_STATE, OID("3.1.8"), ONE, STATE_TEXTS(alarm), .valid = {OID("3.1.9"), ANY_OF(0, 1)},
     .at = {.point = "door"}, .only = {OID("3.1.6"), .pattern = "door"}},
    {ALARM_STATE, OID("3.1.8"), ONE, STATE_TEXTS(alarm), .valid = {OID("3.1.9"), ANY_OF(0, 1)},
     .at = {.point = "contact"}, .only = {OID("3.1.6"), .pattern = "dry"}},
};

static const struct group groups[] = {
    {OVER({PART_SENSOR}), .label = OID("3.1.7"), POINTS(elements)},
};

const struct driver driver_vutlan_ems = {
    .name = "vutlan_ems",
    .title = "Vutlan environment monitor (VT8xx)",
    .manufacturer = "Vutlan",
    .class = CLASS_SENSOR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "VUTLAN-SYSTEM-MIB; words as recorded",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.39052"}},
    .oid_base = "1.3.6.1.4.1.39052.1",
    GROUPS(groups),
};
