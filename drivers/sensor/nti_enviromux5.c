/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NTI ENVIROMUX-5D environment monitor with its internal and external sensors and inputs.
 *
 * Source: ENVIROMUX5D MIB. Confirmed by a recording of a real E-5D (4.37) with its internal sensors only; the
 * columns of external sensors as public programs read them.
 *
 * A sensor is what its type says. Temperatures are in tenths, humidities in whole percent, as the MIB and the
 * recorded values have it; the unit's name tells C from F. A sensor that is not configured keeps its row
 * with type 0. For contacts 0 is closed and 1 open.
 */
#include "driver.h"

static const struct unit_name units[] = {
    {.text = "C", .unit = CELSIUS}, {.text = "F", .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};

static const struct meaning contact[] = {{0, STATE_YES}, {1, STATE_NO}};
static const struct meaning alarm[] = {
    {1, STATE_NO}, {2, STATE_YES}, {3, STATE_YES}, {4, STATE_YES}, {5, STATE_YES}};
static const struct meaning leak[] = {{1, LEAK_DRY}, {3, LEAK_WET}, {4, LEAK_WET}, {5, LEAK_WET}};

static const struct point internal[] = {
    {AIR_TEMPERATURE, OID("3.1.1.6"), CELSIUS, .div = 10, .unit_from = OID("3.1.1.8"), .units = units,
     .at = {.point = "internal"}, .only = {OID("3.1.1.2"), ANY_OF(1)}},
    {RELATIVE_HUMIDITY, OID("3.1.1.6"), PERCENT, .at = {.point = "internal"},
     .only = {OID("3.1.1.2"), ANY_OF(2)}},
};

static const struct point external[] = {
    {AIR_TEMPERATURE, OID("5.1.1.7"), CELSIUS, .div = 10, .unit_from = OID("5.1.1.9"), .units = units,
     .only = {OID("5.1.1.2"), ANY_OF(1, 32769)}},
    {RELATIVE_HUMIDITY, OID("5.1.1.7"), PERCENT, .only = {OID("5.1.1.2"), ANY_OF(2, 32770)}},
    {LEAK_STATE, OID("5.1.1.10"), ONE, STATES(leak), .only = {OID("5.1.1.2"), ANY_OF(9)}},
    {SMOKE_STATE, OID("5.1.1.10"), ONE, STATES(alarm), .only = {OID("5.1.1.2"), ANY_OF(10)}},
    {ALARM_STATE, OID("5.1.1.10"), ONE, STATES(alarm), .only = {OID("5.1.1.2"), ANY_OF(11, 12, 13, 14, 16)}},
};

static const struct point inputs[] = {
    {CONTACT_STATE, OID("6.1.1.7"), ONE, STATES(contact), .only = {OID("6.1.1.2"), ANY_OF(18)}},
    {ALARM_STATE, OID("6.1.1.8"), ONE, STATES(alarm), .only = {OID("6.1.1.2"), ANY_OF(18)}},
};

static const struct group groups[] = {
    {OVER({PART_SENSOR}), .label = OID("3.1.1.3"), .valid = {OID("3.1.1.9"), ANY_OF(1, 2, 3, 4, 5)},
     POINTS(internal)},
    {OVER({PART_SENSOR}), .label = OID("5.1.1.3"), .valid = {OID("5.1.1.10"), ANY_OF(1, 2, 3, 4, 5)},
     POINTS(external)},
    {OVER({PART_CONTACT}), .label = OID("6.1.1.3"), .valid = {OID("6.1.1.8"), ANY_OF(1, 2, 3, 4, 5)},
     POINTS(inputs)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("1.1.9.0")}, {FACT_SERIAL, OID("1.1.11.0")}, {FACT_FIRMWARE, OID("1.1.8.0")}};

const struct driver driver_nti_enviromux5 = {
    .name = "nti_enviromux5",
    .title = "NTI ENVIROMUX-5D environment monitor",
    .manufacturer = "Network Technologies",
    .class = CLASS_SENSOR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ENVIROMUX5D MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.3699.1.1.10"}},
    .oid_base = "1.3.6.1.4.1.3699.1.1.10.1",
    FACTS(facts),
    GROUPS(groups),
};
