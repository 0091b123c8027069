/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC rack PDUs of the generation before rPDU2: AP78xx, AP79xx (rPDU), older MasterSwitch (sPDU).
 *
 * Source: PowerNet-MIB (rPDU 318.1.1.12, sPDU 318.1.1.4). Firmware seen in a recording: 3.7.4 (AP7853).
 * Confirmed by a recording of a real device for identification, loads and power supplies; outlets by the
 * manual only.
 *
 * Loads come in one table, phases before banks; the bank number tells them apart, 0 is a phase. Its phase
 * column is the phase of a bank, too. Voltages and power factor of this generation are settings that the
 * device computes its power from: left out. Most models cannot measure power and say 0, which is no reading.
 */
#include "driver.h"

static const struct meaning load_states[] = {
    {1, LOAD_STATE_NORMAL}, {2, LOAD_STATE_LOW}, {3, LOAD_STATE_NEAR_OVERLOAD}, {4, LOAD_STATE_OVERLOAD}};
static const struct meaning outlet_states[] = {{1, OUTLET_ON}, {2, OUTLET_OFF}};
static const struct meaning outlet_commands[] = {{1, OUTLET_ON},      {2, OUTLET_OFF},
                                                 {3, OUTLET_PENDING}, {5, OUTLET_PENDING},
                                                 {6, OUTLET_PENDING}, {7, OUTLET_PENDING}};
static const struct meaning supply_states[] = {{1, SUPPLY_OK}, {2, SUPPLY_FAULT}};

static const struct point device[] = {
    {CURRENT_RATING, OID("12.1.7.0"), AMPERE, .rate = RATE_ONCE},
    {ACTIVE_POWER, OID("12.1.16.0"), WATT, .at = {.phase = PHASE_TOTAL}, .absent = ABSENT(-1, 0)},
    {APPARENT_POWER, OID("12.1.18.0"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}, .absent = ABSENT(-1, 0)},
};
static const struct point supplies[] = {
    {POWER_SUPPLY_STATE, OID("12.4.1.1.0"), ONE, STATES(supply_states), .at = {.depth = 1, .id = {1}}},
    {POWER_SUPPLY_STATE, OID("12.4.1.2.0"), ONE, STATES(supply_states), .absent = ABSENT(-1, 3),
     .at = {.depth = 1, .id = {2}}},
};
static const struct point phases[] = {
    {CURRENT, OID("12.2.3.1.1.2"), AMPERE, .div = 10, .only = {OID("12.2.3.1.1.5"), ANY_OF(0)}},
    {LOAD_STATE, OID("12.2.3.1.1.3"), ONE, STATES(load_states), .only = {OID("12.2.3.1.1.5"), ANY_OF(0)}},
};
static const struct point banks[] = {
    {CURRENT, OID("12.2.3.1.1.2"), AMPERE, .div = 10},
    {LOAD_STATE, OID("12.2.3.1.1.3"), ONE, STATES(load_states)},
};
static const struct point outlets[] = {
    {OUTLET_STATE, OID("12.3.5.1.1.4"), ONE, STATES(outlet_states)},
    {CURRENT, OID("12.3.5.1.1.7"), AMPERE, .div = 10},
};
static const struct point older_outlets[] = {
    {OUTLET_STATE, OID("4.4.2.1.3"), ONE, STATES(outlet_commands), .absent = ABSENT(-1, 4)},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, POINTS(device)},
    {.at = {.part = PART_POWER_SUPPLY}, POINTS(supplies)},
    {OVER({PART_NONE}, {PART_PHASE_LINE, .number = OID("12.2.3.1.1.4")}), .at = {.part = PART_INPUT},
     POINTS(phases)},
    {OVER({PART_NONE}, {PART_BANK, .number = OID("12.2.3.1.1.5")}),
     .only = {OID("12.2.3.1.1.5"), ANY_OF(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)}, POINTS(banks)},
    {OVER({PART_OUTLET}), .label = OID("12.3.5.1.1.2"), POINTS(outlets)},
    {OVER({PART_OUTLET}), .label = OID("4.4.2.1.4"), POINTS(older_outlets)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("12.1.5.0")},    {FACT_MODEL, OID("4.1.4.0")},
                                    {FACT_SERIAL, OID("12.1.6.0")},   {FACT_SERIAL, OID("4.1.5.0")},
                                    {FACT_FIRMWARE, OID("12.1.3.0")}, {FACT_FIRMWARE, OID("4.1.2.0")},
                                    {FACT_NAME, OID("12.1.1.0")}};

const struct driver driver_apc_rpdu1 = {
    .name = "apc_rpdu1",
    .title = "APC rack PDU before rPDU2 (AP78xx, AP79xx, MasterSwitch)",
    .manufacturer = "APC",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PowerNet-MIB, rPDU and sPDU groups",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.318.1.3", .probe = "1.3.6.1.4.1.318.1.1.12.2.3.1"},
                    {.sys_object_id = "1.3.6.1.4.1.318.1.3", .probe = "1.3.6.1.4.1.318.1.1.4.4.2.1.3"},
                    {.probe = "1.3.6.1.4.1.318.1.1.12.2.3.1"}},
    .oid_base = "1.3.6.1.4.1.318.1.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
