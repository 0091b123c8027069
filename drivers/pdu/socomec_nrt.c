/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socomec rack PDUs of the NRT range (SOCOMECPDU-MIB).
 *
 * Source: SOCOMECPDU-MIB. Firmware seen in a recording: 01.09.0f (NRT-OP-PDU1-28). Confirmed by a recording
 * of a real device for voltages, currents and frequency; alarms and probe by the manual only.
 *
 * Voltages, currents, frequency and temperature are in tenths. The probe counts while it says that it is not
 * disconnected.
 */
#include "driver.h"

static const struct meaning alarm_states[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point lines[] = {
    {FREQUENCY, OID("2.1.0"), HERTZ, .div = 10},
    {VOLTAGE, OID("2.2.0"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {CURRENT, OID("2.3.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("2.4.0"), VOLT, .div = 10, .at = {.phase = PHASE_L2}},
    {CURRENT, OID("2.5.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("2.6.0"), VOLT, .div = 10, .at = {.phase = PHASE_L3}},
    {CURRENT, OID("2.7.0"), AMPERE, .div = 10, .at = {.phase = PHASE_L3}},
    {ALARM_STATE, OID("3.2.0"), ONE, STATES(alarm_states), .at = {.phase = PHASE_L1, .point = "load_major"}},
    {ALARM_STATE, OID("3.3.0"), ONE, STATES(alarm_states), .at = {.phase = PHASE_L1, .point = "load_minor"}},
    {ALARM_STATE, OID("3.4.0"), ONE, STATES(alarm_states),
     .at = {.phase = PHASE_L1, .point = "voltage_major"}},
    {ALARM_STATE, OID("3.5.0"), ONE, STATES(alarm_states),
     .at = {.phase = PHASE_L1, .point = "voltage_minor"}},
    {ALARM_STATE, OID("3.6.0"), ONE, STATES(alarm_states), .at = {.phase = PHASE_L2, .point = "load_major"}},
    {ALARM_STATE, OID("3.7.0"), ONE, STATES(alarm_states), .at = {.phase = PHASE_L2, .point = "load_minor"}},
    {ALARM_STATE, OID("3.8.0"), ONE, STATES(alarm_states),
     .at = {.phase = PHASE_L2, .point = "voltage_major"}},
    {ALARM_STATE, OID("3.9.0"), ONE, STATES(alarm_states),
     .at = {.phase = PHASE_L2, .point = "voltage_minor"}},
    {ALARM_STATE, OID("3.10.0"), ONE, STATES(alarm_states), .at = {.phase = PHASE_L3, .point = "load_major"}},
    {ALARM_STATE, OID("3.11.0"), ONE, STATES(alarm_states), .at = {.phase = PHASE_L3, .point = "load_minor"}},
    {ALARM_STATE, OID("3.12.0"), ONE, STATES(alarm_states),
     .at = {.phase = PHASE_L3, .point = "voltage_major"}},
    {ALARM_STATE, OID("3.13.0"), ONE, STATES(alarm_states),
     .at = {.phase = PHASE_L3, .point = "voltage_minor"}},
};

static const struct point device[] = {
    {ALARM_STATE, OID("3.1.0"), ONE, STATES(alarm_states), .at = {.point = "disconnected"}},
    {ALARM_STATE, OID("3.14.0"), ONE, STATES(alarm_states), .at = {.point = "load_of_l1_and_l2_major"}},
    {ALARM_STATE, OID("3.15.0"), ONE, STATES(alarm_states), .at = {.point = "load_of_l1_and_l2_minor"}},
};

static const struct point probe[] = {
    {AIR_TEMPERATURE, OID("4.1.0"), CELSIUS, .div = 10},
    {RELATIVE_HUMIDITY, OID("4.2.0"), PERCENT},
    {ALARM_STATE, OID("4.15.0"), ONE, STATES(alarm_states), .at = {.point = "relay_1"}},
    {ALARM_STATE, OID("4.16.0"), ONE, STATES(alarm_states), .at = {.point = "relay_2"}},
    {ALARM_STATE, OID("4.17.0"), ONE, STATES(alarm_states), .at = {.point = "relay_3"}},
    {ALARM_STATE, OID("4.18.0"), ONE, STATES(alarm_states), .at = {.point = "relay_4"}},
};

static const struct group groups[] = {
    {.at = {.part = PART_OUTPUT}, POINTS(lines)},
    {POINTS(device)},
    {.at = {.part = PART_SENSOR}, .valid = {OID_WHOLE("4.19.0"), ANY_OF(0)}, POINTS(probe)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("1.2.0")},
                                    {FACT_SERIAL, OID("1.3.0")},
                                    {FACT_FIRMWARE, OID("1.5.0")},
                                    {FACT_NAME, OID("1.6.0")}};

const struct driver driver_socomec_nrt = {
    .name = "socomec_nrt",
    .title = "Socomec rack PDU (NRT)",
    .manufacturer = "Socomec",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "SOCOMECPDU-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.4555.2.30"}},
    .oid_base = "1.3.6.1.4.1.4555.2.30",
    FACTS(facts),
    GROUPS(groups),
};
