/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ICT DC distribution panels (Distribution Series 2 and 3: ICT180S, ICT200DB ...), SNMP.
 *
 * Sources: ICT-DISTRIBUTION-PANEL-MIB 1.01 (2013) and recordings of two real panels.
 *
 * Voltages and currents are texts and keep their sign: a panel of a -48 V plant says -55.2 V and -3.1 A. The
 * device numbers its outputs from 0; on the front they begin with 1. A panel with two buses tells them in a
 * table of their own.
 */
#include "driver.h"

static const struct meaning fuse[] = {{1, BREAKER_CLOSED}, {2, BREAKER_OPEN}};
static const struct meaning enabled[] = {{1, OUTLET_ON}, {2, OUTLET_OFF}};
static const struct meaning alarm[] = {{2, STATE_NO}, {3, STATE_YES}};

static const struct point panel[] = {
    {VOLTAGE, OID("6.0"), VOLT, .at = {PART_INPUT}},
    {CURRENT, OID("7.0"), AMPERE, .at = {PART_INPUT, .phase = PHASE_TOTAL}},
};

static const struct point outputs[] = {
    {CURRENT, OID("8.1.3"), AMPERE},
    {BREAKER_STATE, OID("8.1.4"), ONE, STATES(fuse)},
    {OUTLET_STATE, OID("8.1.5"), ONE, STATES(enabled)},
};

static const struct point contacts[] = {
    {ALARM_STATE, OID("9.1.3"), ONE, STATES(alarm), .at = {.point = "alarm"}, .absent = ABSENT(1)},
};

static const struct point buses[] = {
    {VOLTAGE, OID("10.1.3"), VOLT},
    {CURRENT, OID("10.1.4"), AMPERE},
};

static const struct group groups[] = {
    {POINTS(panel)},
    {OVER({PART_LOAD}), .label = OID("8.1.2"), POINTS(outputs)},
    {OVER({PART_CONTACT}), .label = OID("9.1.2"), POINTS(contacts)},
    {OVER({PART_INPUT}), .label = OID("10.1.2"), POINTS(buses)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("1.0")}, {FACT_NAME, OID("2.0")}, {FACT_FIRMWARE, OID("4.0")}};

const struct driver driver_ict_pdu = {
    .name = "ict_pdu",
    .title = "ICT DC distribution panels",
    .manufacturer = "ICT",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ICT-DISTRIBUTION-PANEL-MIB 1.01; recordings of two real panels",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.39145.10"}},
    .oid_base = "1.3.6.1.4.1.39145.10",
    FACTS(facts),
    GROUPS(groups),
};
