/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eaton Managed ePDU, the first generation (Powerware "Revelation", made by Aphel; 534.6.6.6).
 *
 * Source: objects and scales as Network UPS Tools documents them for the PDU-MIB of this generation. Firmware
 * seen in a recording: 01.01.01 (DBQ145412). Confirmed by a recording of a real device for its outlets; the
 * unit's own values by the manual only.
 *
 * Outlets are counted from 0, so that outlet 0 is the first. Their voltage is in whole volts, that of the
 * unit in thousandths; currents are thousandths everywhere. A state of -1 is an error. The temperatures have
 * no documented scale and are left out.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{0, OUTLET_OFF}, {1, OUTLET_ON}, {2, OUTLET_PENDING}};

static const struct point unit[] = {
    {CURRENT, OID("1.3.1.1.0"), MILLIAMPERE},
    {VOLTAGE, OID("1.3.1.2.0"), MILLIVOLT},
    {ACTIVE_POWER, OID("1.3.1.3.0"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("1.3.1.4.0"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("1.2.2.1.3"), ONE, STATES(outlet_states), .absent = ABSENT(INT32_MIN)},
    {CURRENT, OID("1.2.2.1.4"), MILLIAMPERE},
    {PEAK_CURRENT, OID("1.2.2.1.5"), MILLIAMPERE},
    {VOLTAGE, OID("1.2.2.1.6"), VOLT},
    {ACTIVE_POWER, OID("1.2.2.1.7"), WATT},
    {APPARENT_POWER, OID("1.2.2.1.8"), VOLTAMPERE},
    {POWER_FACTOR, OID("1.2.2.1.9"), PERCENT},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, POINTS(unit)},
    {OVER({PART_OUTLET}), .label = OID("1.2.2.1.2"), POINTS(outlets)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("1.1.12.0")},
                                    {FACT_SERIAL, OID("1.1.2.0")},
                                    {FACT_FIRMWARE, OID("1.1.1.0")},
                                    {FACT_NAME, OID("1.1.13.0")}};

const struct driver driver_eaton_epdu_g1 = {
    .name = "eaton_epdu_g1",
    .title = "Eaton Managed ePDU, first generation",
    .manufacturer = "Eaton",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "Network UPS Tools, Eaton Revelation PDU objects",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.534.6.6.6"}},
    .oid_base = "1.3.6.1.4.1.534.6.6.6",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
