/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC / Schneider rack PDUs with rPDU2 tables: metered and switched AP8xxx, AP7xxxB, APDU9xxx with NMC2 or
 * NMC3.
 *
 * Source: PowerNet-MIB (rPDU2 tables 318.1.1.26). Firmware seen in recordings: AOS 6.4.0 (AP8959EU3), 6.8.2
 * (AP7900B), 6.7.2 (AP8641). Confirmed by recordings of real devices.
 *
 * Table indexes are running numbers; the Module column tells the PDUs of a Network Port Sharing chain apart
 * and the Number column is what is printed on the case. -1 means not supported. Power is in hundredths of
 * kW. A temperature probe that is not fitted keeps its row, with -1 and status notPresent. The AP7900B
 * leaves the device's power unsupported in the rPDU2 table but gives it in the older identification group,
 * in watts.
 */
#include "driver.h"

static const struct meaning load_states[] = {
    {1, LOAD_STATE_LOW}, {2, LOAD_STATE_NORMAL}, {3, LOAD_STATE_NEAR_OVERLOAD}, {4, LOAD_STATE_OVERLOAD}};
static const struct meaning outlet_states[] = {{1, OUTLET_OFF}, {2, OUTLET_ON}};
static const struct meaning supply_states[] = {{1, SUPPLY_OK}, {2, SUPPLY_FAULT}};

static const struct point device[] = {
    {ACTIVE_POWER, OID("26.4.3.1.5"), KILOWATT, .div = 100, .at = {.phase = PHASE_TOTAL},
     .absent = ABSENT(-1)},
    {APPARENT_POWER, OID("26.4.3.1.16"), KILOVOLTAMPERE, .div = 100, .at = {.phase = PHASE_TOTAL},
     .absent = ABSENT(-1)},
    {POWER_FACTOR, OID("26.4.3.1.17"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}, .absent = ABSENT(-1)},
    {ACTIVE_ENERGY, OID("26.4.3.1.9"), KILOWATT_HOUR, .div = 10, .at = {.phase = PHASE_TOTAL},
     .absent = ABSENT(-1)},
    {LOAD_STATE, OID("26.4.3.1.4"), ONE, STATES(load_states), .at = {.phase = PHASE_TOTAL},
     .absent = ABSENT(-1, 5)},
    {POWER_SUPPLY_STATE, OID("26.4.3.1.13"), ONE, STATES(supply_states), .absent = ABSENT(-1, 3),
     .at = {.part = PART_POWER_SUPPLY, .depth = 1, .id = {1}}},
    {POWER_SUPPLY_STATE, OID("26.4.3.1.14"), ONE, STATES(supply_states), .absent = ABSENT(-1, 3),
     .at = {.part = PART_POWER_SUPPLY, .depth = 1, .id = {2}}},
};

static const struct point phases[] = {
    {CURRENT, OID("26.6.3.1.5"), AMPERE, .div = 10, .absent = ABSENT(-1)},
    {VOLTAGE, OID("26.6.3.1.6"), VOLT, .absent = ABSENT(-1)},
    {ACTIVE_POWER, OID("26.6.3.1.7"), KILOWATT, .div = 100, .absent = ABSENT(-1)},
    {APPARENT_POWER, OID("26.6.3.1.8"), KILOVOLTAMPERE, .div = 100, .absent = ABSENT(-1)},
    {POWER_FACTOR, OID("26.6.3.1.9"), ONE, .div = 100, .absent = ABSENT(-1)},
    {LOAD_STATE, OID("26.6.3.1.4"), ONE, STATES(load_states), .absent = ABSENT(-1)},
};

static const struct point banks[] = {
    {CURRENT, OID("26.8.3.1.5"), AMPERE, .div = 10, .absent = ABSENT(-1)},
    {LOAD_STATE, OID("26.8.3.1.4"), ONE, STATES(load_states), .absent = ABSENT(-1)},
};

static const struct point switched_outlets[] = {
    {OUTLET_STATE, OID("26.9.2.3.1.5"), ONE, STATES(outlet_states), .absent = ABSENT(-1)},
};

static const struct point metered_outlets[] = {
    {CURRENT, OID("26.9.4.3.1.6"), AMPERE, .div = 10, .absent = ABSENT(-1)},
    {ACTIVE_POWER, OID("26.9.4.3.1.7"), WATT, .absent = ABSENT(-1)},
    {ACTIVE_ENERGY, OID("26.9.4.3.1.11"), KILOWATT_HOUR, .div = 10, .absent = ABSENT(-1)},
    {LOAD_STATE, OID("26.9.4.3.1.5"), ONE, STATES(load_states), .absent = ABSENT(-1)},
};

/* A probe counts while its own status says that it measures: belowMin(2) to aboveMax(6). */
static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("26.10.2.2.1.8"), CELSIUS, .div = 10, .absent = ABSENT(-1),
     .valid = {OID("26.10.2.2.1.9"), ANY_OF(2, 3, 4, 5, 6)}},
    {RELATIVE_HUMIDITY, OID("26.10.2.2.1.10"), PERCENT, .absent = ABSENT(-1),
     .valid = {OID("26.10.2.2.1.11"), ANY_OF(2, 3, 4, 5, 6)}},
};

static const struct point older[] = {
    {ACTIVE_POWER, OID("12.1.16.0"), WATT, .absent = ABSENT(-1)},
};

static const struct group groups[] = {
    {OVER({PART_NONE}, {PART_INPUT, .number = OID("26.4.3.1.2")}), .label = OID("26.4.3.1.3"),
     POINTS(device)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("26.6.3.1.2")},
          {PART_PHASE_LINE, .number = OID("26.6.3.1.3")}),
     .at = {.part = PART_INPUT}, POINTS(phases)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("26.8.3.1.2")}, {PART_BANK, .number = OID("26.8.3.1.3")}),
     POINTS(banks)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("26.9.2.3.1.2")},
          {PART_OUTLET, .number = OID("26.9.2.3.1.4")}),
     .label = OID("26.9.2.3.1.3"), POINTS(switched_outlets)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("26.9.4.3.1.2")},
          {PART_OUTLET, .number = OID("26.9.4.3.1.4")}),
     .label = OID("26.9.4.3.1.3"), POINTS(metered_outlets)},
    {OVER({PART_NONE}, {PART_UNIT, .number = OID("26.10.2.2.1.2")},
          {PART_SENSOR, .number = OID("26.10.2.2.1.4")}),
     .label = OID("26.10.2.2.1.3"), POINTS(probes)},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {1}, .phase = PHASE_TOTAL}, POINTS(older)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("26.2.1.8.1")}, {FACT_MODEL, OID("12.1.5.0")},      {FACT_SERIAL, OID("26.2.1.9.1")},
    {FACT_SERIAL, OID("12.1.6.0")},  {FACT_FIRMWARE, OID("26.2.1.6.1")}, {FACT_NAME, OID("26.2.1.3.1")},
};

const struct driver driver_apc_rpdu2 = {
    .name = "apc_rpdu2",
    .title = "APC / Schneider Electric rack PDU with rPDU2 tables (AP8xxx, AP7xxxB, APDU9xxx)",
    .manufacturer = "APC",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PowerNet-MIB, rPDU2 and rPDUIdent groups",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.318.1.3.4", .probe = "1.3.6.1.4.1.318.1.1.26.4.3.1"}},
    .oid_base = "1.3.6.1.4.1.318.1.1",
    FACTS(facts),
    GROUPS(groups),
};
