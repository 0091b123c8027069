/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Huawei DC plants with an SMU site monitoring unit (SMU02B, SMU11B, GSE200M and others), SNMP.
 *
 * Sources: HUAWEI-SITE-MONITOR-MIB (2011) and recordings of three real units. An SMU on plain net-snmp has
 * net-snmp's sysObjectID; the maker's own subtree tells it then.
 *
 * Currents have one decimal digit, as the MIB says and the SMU11B proves: 34 is 3.4 A, which at 53.5 V are
 * the 179 W that it tells itself. 2147483647 is no value, so are -1024 and -99999 of temperatures. Voltages
 * of the mains are "phase or line voltage", as the plant is wired. The MIB does not say which way battery
 * current is positive; taken as charging, as by other makers, and published positive while discharging.
 * Rectifiers are numbered by the last three digits of their equipment number (2001 is the first). Disconnect
 * voltages and the adjusted rectifier voltage are settings. Columns of newer units beyond the MIB are not
 * read.
 */
#include "driver.h"

static const struct meaning rectifier_states[] = {
    {1, UNIT_RUNNING}, {2, UNIT_FAULT}, {3, UNIT_FAULT}, {5, UNIT_OFF}};
static const struct meaning charging[] = {{1, BATTERY_NORMAL}, {2, BATTERY_CHARGING}, {3, BATTERY_NORMAL}};
static const struct meaning limited[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning string_states[] = {{1, STATE_NO},  {2, STATE_YES}, {3, STATE_YES}, {4, STATE_YES},
                                               {5, STATE_YES}, {6, STATE_YES}, {254, STATE_NO}};
static const struct meaning mains_states[] = {{1, STATE_YES}, {2, STATE_NO},  {3, STATE_NO},
                                              {4, STATE_YES}, {5, STATE_YES}, {254, STATE_YES}};
static const struct meaning voltage_states[] = {
    {1, STATE_NO}, {2, STATE_YES}, {3, STATE_YES}, {254, STATE_NO}};
static const struct meaning branch_states[] = {{1, BREAKER_CLOSED}, {2, BREAKER_OPEN}, {254, BREAKER_CLOSED}};
static const struct meaning disconnects[] = {{1, STATE_NO},  {2, STATE_YES}, {3, STATE_YES}, {4, STATE_YES},
                                             {5, STATE_YES}, {6, STATE_YES}, {254, STATE_NO}};

static const struct point plant[] = {
    {CURRENT, OID("3.1.3.0"), AMPERE, .div = 10, .at = {PART_RECTIFIER, .phase = PHASE_TOTAL}},
    {MODULES_FITTED, OID("3.1.4.0"), ONE, .at = {PART_RECTIFIER}, .rate = RATE_SLOW},
    {VOLTAGE_RATING, OID("3.1.5.0"), VOLT, .div = 10, .at = {PART_RECTIFIER}, .rate = RATE_SLOW},
    {CURRENT, OID("5.1.3.0"), AMPERE, .div = 10, .at = {PART_MAINS, .phase = PHASE_TOTAL}},
    {VOLTAGE, OID("6.1.3.0"), VOLT, .div = 10, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
    {CURRENT, OID("6.1.4.0"), AMPERE, .div = 10, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("6.1.5.0"), WATT, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
};

static const struct point battery[] = {
    {BATTERY_PACKS, OID("4.1.3.0"), ONE, .rate = RATE_SLOW},
    {BATTERY_CURRENT, OID("4.2.1.0"), AMPERE, .mul = -1, .div = 10},
    {BATTERY_RUNTIME, OID("4.2.2.0"), MINUTE},
    {UPS_BATTERY_STATE, OID("4.2.3.0"), ONE, STATES(charging), .absent = ABSENT(255)},
    {ALARM_STATE, OID("4.2.4.0"), ONE, STATES(limited), .at = {.point = "current_limited"},
     .absent = ABSENT(255)},
};

static const struct point rectifiers[] = {
    {CURRENT_RATING, OID("3.2.1.1.9"), AMPERE, .div = 10, .rate = RATE_SLOW},
    {CURRENT, OID("3.2.2.1.2"), AMPERE, .div = 10},
    {VOLTAGE, OID("3.2.2.1.3"), VOLT, .div = 10},
    {UNIT_STATE, OID("3.2.2.1.99"), ONE, STATES(rectifier_states), .absent = ABSENT(6, 7, 254, 255)},
};

static const struct point strings[] = {
    {BATTERY_CURRENT, OID("4.4.2.1.2"), AMPERE, .mul = -1, .div = 10},
    {BATTERY_CHARGE, OID("4.4.2.1.3"), PERCENT, .div = 10},
    {BATTERY_CAPACITY_LEFT, OID("4.4.2.1.4"), AMPERE_HOUR},
    {BATTERY_CAPACITY, OID("4.4.1.1.8"), AMPERE_HOUR, .rate = RATE_SLOW},
    {BATTERY_TEMPERATURE, OID("4.4.2.1.6"), CELSIUS, .div = 10, .absent = ABSENT(-99999, 2147483647)},
    {ALARM_STATE, OID("4.4.2.1.99"), ONE, STATES(string_states), .at = {.point = "status"},
     .absent = ABSENT(255)},
};

static const struct point mains[] = {
    {VOLTAGE, OID("5.2.1.1.4"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("5.2.1.1.5"), VOLT, .div = 10, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("5.2.1.1.6"), VOLT, .div = 10, .at = {.phase = PHASE_L3}},
    {CURRENT, OID("5.2.1.1.7"), AMPERE, .div = 10, .at = {.phase = PHASE_L1}},
    {CURRENT, OID("5.2.1.1.8"), AMPERE, .div = 10, .at = {.phase = PHASE_L2}},
    {CURRENT, OID("5.2.1.1.9"), AMPERE, .div = 10, .at = {.phase = PHASE_L3}},
    {SOURCE_AVAILABLE_STATE, OID("5.2.1.1.99"), ONE, STATES(mains_states), .absent = ABSENT(255)},
};

static const struct point outputs[] = {
    {VOLTAGE, OID("6.2.1.1.4"), VOLT, .div = 10},
    {CURRENT, OID("6.2.1.1.5"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("6.2.1.1.6"), WATT},
    {ALARM_STATE, OID("6.2.1.1.99"), ONE, STATES(voltage_states), .at = {.point = "voltage"},
     .absent = ABSENT(255)},
};
static const struct point branches[] = {
    {CURRENT, OID("6.2.2.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("6.2.2.1.5"), WATT},
    {BREAKER_STATE, OID("6.2.2.1.99"), ONE, STATES(branch_states), .absent = ABSENT(255)},
};

static const struct point lvds[] = {{ALARM_STATE, OID("7.2.1.1.99"), ONE, STATES(disconnects),
                                     .at = {.point = "disconnected"}, .absent = ABSENT(255)}};
static const struct point sensors[] = {
    {AIR_TEMPERATURE, OID("8.2.1.1.4"), CELSIUS, .absent = ABSENT(-1024, 2147483647)}};

static const struct group groups[] = {
    {POINTS(plant)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {OVER({PART_RECTIFIER, .number = OID("3.2.1.1.2")}, {PART_NONE}), .label = OID("3.2.1.1.3"),
     POINTS(rectifiers)},
    {.at = {.part = PART_BATTERY}, OVER({PART_STRING}), .label = OID("4.4.1.1.3"), POINTS(strings)},
    {OVER({PART_MAINS}), .label = OID("5.2.1.1.3"), POINTS(mains)},
    {OVER({PART_OUTPUT}), .label = OID("6.2.1.1.3"), POINTS(outputs)},
    {OVER({PART_OUTPUT}, {PART_BRANCH}), .label = OID("6.2.2.1.3"), POINTS(branches)},
    {OVER({PART_BREAKER}), .label = OID("7.2.1.1.3"), POINTS(lvds)},
    {OVER({PART_SENSOR}), .label = OID("8.2.1.1.3"), POINTS(sensors)},
};

static const struct fact facts[] = {{FACT_NAME, OID("1.1.2.0")}, {FACT_FIRMWARE, OID("2.2.1.1.5.1")}};

const struct driver driver_huawei_smu = {
    .name = "huawei_smu",
    .title = "Huawei DC plant with SMU site monitoring unit",
    .manufacturer = "Huawei",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "HUAWEI-SITE-MONITOR-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.2011.6.164"}, {.probe = "1.3.6.1.4.1.2011.6.164.1.3.1"}},
    .oid_base = "1.3.6.1.4.1.2011.6.164.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(2147483647)}),
    FACTS(facts),
    GROUPS(groups),
};
