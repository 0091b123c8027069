/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asentria SiteBoss 571 and its PowerBoss power distributors: DC mains and branch currents, fuses, and the
 * sensors beside them.
 *
 * Source: SITEBOSS-571-STD-MIB. Confirmed by recordings of two real devices (2.11.380, 2.12.570).
 *
 * Distributor 200 is inside the unit, 1 to 16 are external; the mains of a distributor stand with its first
 * output. mA, mV and W. A temperature is in the scale that the site chose, which only its text says ("24 C"):
 * the text is read. A sensor's class is part of its index. Analog inputs have units that people typed: they
 * are left out, as are relays, whose logical and physical states may differ.
 */
#include "driver.h"

static const struct text_meaning loads[] = {{"Very Low", LOAD_STATE_LOW},
                                            {"Low", LOAD_STATE_LOW},
                                            {"Normal", LOAD_STATE_NORMAL},
                                            {"High", LOAD_STATE_NEAR_OVERLOAD},
                                            {"Very High", LOAD_STATE_OVERLOAD}};
static const struct text_meaning fuses[] = {{"OK", BREAKER_CLOSED}, {"BLOWN", BREAKER_TRIPPED}};
static const struct meaning contact[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point mains[] = {
    {CURRENT, OID("5.4.1.1.5"), MILLIAMPERE},
    {VOLTAGE, OID("5.4.1.1.13"), MILLIVOLT},
    {ACTIVE_POWER, OID("5.4.1.1.20"), WATT},
    {LOAD_STATE, OID("5.4.1.1.4"), ONE, STATE_TEXTS(loads)},
};

static const struct point outputs[] = {
    {CURRENT, OID("5.4.1.1.23"), MILLIAMPERE},
    {LOAD_STATE, OID("5.4.1.1.22"), ONE, STATE_TEXTS(loads)},
    {BREAKER_STATE, OID("5.4.1.1.31"), ONE, STATE_TEXTS(fuses)},
};

static const struct point sensors[] = {
    {AIR_TEMPERATURE, OID("1.1.1.7"), CELSIUS, .leading = true, .key = 1,
     .only = {OID("1.1.1.7"), .pattern = "*C"}},
    {AIR_TEMPERATURE, OID("1.1.1.7"), FAHRENHEIT, .leading = true, .key = 1,
     .only = {OID("1.1.1.7"), .pattern = "*F"}},
    {CONTACT_STATE, OID("1.1.1.6"), ONE, STATES(contact), .key = 2, .at = {.part = PART_CONTACT}},
    {RELATIVE_HUMIDITY, OID("1.1.1.6"), PERCENT, .key = 3},
};

static const struct group groups[] = {
    {OVER({PART_PANEL}, {.fixed = true, .first = 1}), POINTS(mains)},
    {OVER({PART_PANEL}, {PART_LOAD}), POINTS(outputs)},
    {OVER({PART_UNIT}, {.key = true}, {PART_SENSOR}), .label = OID("1.1.1.4"), POINTS(sensors)},
};

const struct driver driver_asentria_siteboss = {
    .name = "asentria_siteboss",
    .title = "Asentria SiteBoss 571 with DC power distribution",
    .manufacturer = "Asentria",
    .class = CLASS_METER,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "SITEBOSS-571-STD-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.3052.14"}},
    .oid_base = "1.3.6.1.4.1.3052.14.1",
    GROUPS(groups),
};
