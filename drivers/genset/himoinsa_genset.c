/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Himoinsa generator sets with CEM7, CEA7 or CEC7 (CEA7CC2) control units behind a C2LAN card, SNMP.
 *
 * Source: HIMOINSAv14-MIB, whose descriptions are empty; scales and the bits of the two status words from a
 * public network monitor's definitions of the same MIB. A recording of a real CEA7 with CEC7 confirms mains,
 * battery, fuel and status.
 *
 * sysObjectID is 0.0: recognised by the maker's subtree alone. The commutator's table has one row, number 0.
 * The same measures stand once more outside of the table, where the recorded unit does not answer them. The
 * public definitions take the currents one column too early; by the MIB they are 16 to 18, and the recorded
 * types agree. Bits 8 and 9 of the first status word, the commutator of a CEA7, are named both ways round by
 * the sources: the position is read from the CEC7's word only. Scales of powers, power factors, temperatures,
 * oil pressure, speed and hours no source states: shown raw. The alarm words' bits are not explained.
 */
#include "driver.h"

static const struct meaning motor[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};
static const struct meaning contactor[] = {{0, BREAKER_OPEN}, {1, BREAKER_CLOSED}};
static const struct meaning absent_is_alarm[] = {{0, STATE_YES}, {1, STATE_NO}};

static const struct point generator[] = {
    {UNIT_STATE, OID_BIT("1.46.0", 0), ONE, STATES(motor)},
    {ALARM_STATE, OID_BIT("1.46.0", 2), ONE, STATES(absent_is_alarm), .at = {.point = "not_in_auto"}},
    {ALARM_STATE, OID_BIT("1.46.0", 3), ONE, .at = {.point = "manual"}},
    {ALARM_STATE, OID_BIT("1.46.0", 4), ONE, .at = {.point = "test"}},
    {ALARM_STATE, OID_BIT("1.46.0", 5), ONE, .at = {.point = "blocked"}},
    {ALARM_STATE, OID_BIT("1.46.0", 7), ONE, .at = {.point = "general_alarm"}},
    {BREAKER_STATE, OID_BIT("1.55.1.28.0", 5), ONE, STATES(contactor)},
    {FREQUENCY, OID("1.55.1.9.0"), HERTZ, .div = 10},
    {LINE_VOLTAGE, OID("1.55.1.10.0"), VOLT, .at = {.phase = PHASE_L1_L2}},
    {LINE_VOLTAGE, OID("1.55.1.11.0"), VOLT, .at = {.phase = PHASE_L2_L3}},
    {LINE_VOLTAGE, OID("1.55.1.12.0"), VOLT, .at = {.phase = PHASE_L3_L1}},
    {VOLTAGE, OID("1.55.1.13.0"), VOLT, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("1.55.1.14.0"), VOLT, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("1.55.1.15.0"), VOLT, .at = {.phase = PHASE_L3}},
    {CURRENT, OID("1.55.1.16.0"), AMPERE, .at = {.phase = PHASE_L1}},
    {CURRENT, OID("1.55.1.17.0"), AMPERE, .at = {.phase = PHASE_L2}},
    {CURRENT, OID("1.55.1.18.0"), AMPERE, .at = {.phase = PHASE_L3}},
    {POWER_FACTOR, OID("1.55.1.20.0"), UNIT_UNSTATED, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("1.55.1.24.0"), UNIT_UNSTATED, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("1.55.1.25.0"), UNIT_UNSTATED, .at = {.phase = PHASE_TOTAL}},
    {REACTIVE_POWER, OID("1.55.1.26.0"), UNIT_UNSTATED, .at = {.phase = PHASE_TOTAL}},
    {VOLTAGE, OID("1.28.0"), VOLT, .div = 10, .at = {.point = "charging_alternator"}},
    {ENGINE_SPEED, OID("1.26.0"), UNIT_UNSTATED},
    {COOLANT_TEMPERATURE, OID("1.30.0"), UNIT_UNSTATED},
    {OIL_PRESSURE, OID("1.31.0"), UNIT_UNSTATED},
    {DEVICE_TEMPERATURE, OID("1.32.0"), UNIT_UNSTATED, .at = {.point = "oil"}},
    {RUNTIME, OID("1.40.0"), UNIT_UNSTATED, .rate = RATE_SLOW},
};

static const struct point mains[] = {
    {BREAKER_STATE, OID_BIT("1.55.1.28.0", 6), ONE, STATES(contactor)},
    {FREQUENCY, OID("1.55.1.2.0"), HERTZ, .div = 10},
    {LINE_VOLTAGE, OID("1.55.1.3.0"), VOLT, .at = {.phase = PHASE_L1_L2}},
    {LINE_VOLTAGE, OID("1.55.1.4.0"), VOLT, .at = {.phase = PHASE_L2_L3}},
    {LINE_VOLTAGE, OID("1.55.1.5.0"), VOLT, .at = {.phase = PHASE_L3_L1}},
    {VOLTAGE, OID("1.55.1.6.0"), VOLT, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("1.55.1.7.0"), VOLT, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("1.55.1.8.0"), VOLT, .at = {.phase = PHASE_L3}},
};

static const struct point auxiliaries[] = {
    {FUEL_LEVEL, OID("1.27.0"), PERCENT, .div = 10, .at = {.part = PART_TANK}},
    {BATTERY_VOLTAGE, OID("1.29.0"), VOLT, .div = 10, .at = {.part = PART_BATTERY}},
    {BATTERY_VOLTAGE, OID("1.45.0"), UNIT_UNSTATED, .at = {.part = PART_BATTERY, .point = "secondary"}},
    {PUMP_STATE, OID_BIT("1.46.0", 6), ONE, STATES(motor),
     .at = {.part = PART_PUMP, .point = "fuel_transfer"}},
    {ALARM_STATE, OID_BIT("1.55.1.28.0", 0), ONE, .at = {.point = "commutator_alarm"}},
};

static const struct group groups[] = {
    {.at = {.part = PART_GENERATOR}, POINTS(generator)},
    {.at = {.part = PART_MAINS}, POINTS(mains)},
    {POINTS(auxiliaries)},
};

static const struct fact facts[] = {{FACT_FIRMWARE, OID("2.51.0")}, {FACT_FIRMWARE, OID("2.51")}};

const struct driver driver_himoinsa_genset = {
    .name = "himoinsa_genset",
    .title = "Himoinsa generator set with CEM7, CEA7 or CEC7 control unit",
    .manufacturer = "Himoinsa",
    .class = CLASS_GENSET,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "HIMOINSAv14-MIB",
    .recognition = {{.probe = "1.3.6.1.4.1.41809.1"}},
    .oid_base = "1.3.6.1.4.1.41809",
    FACTS(facts),
    GROUPS(groups),
};
