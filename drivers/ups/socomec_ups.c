/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socomec UPSes (NETYS, ITYS, MASTERYS, DELPHYS, MODULYS) behind a NET VISION card, version 7 and 8; of
 * version 5 the battery.
 *
 * Source: SOCOMECUPS-MIB 8.11 (4555.1.1.7); older tree 4555.1.1.1 where its battery objects are numbered
 * alike. Confirmed by a recording of a NETYS RT behind NET VISION 8.
 *
 * 65535 and 65534 mean not available, also multiplied by ten. Output powers are in tenths of kVA and kW. The
 * output source has no word for battery: the alarm "on battery" comes first. A temperature of 0 is what a UPS
 * without probe sends and is passed on.
 */
#include "driver.h"

static const struct meaning on_battery[] = {{1, UPS_ON_BATTERY}};
static const struct meaning modes[] = {{2, UPS_MAINTENANCE_BYPASS},
                                       {3, UPS_ONLINE},
                                       {4, UPS_ONLINE},
                                       {5, UPS_ECO},
                                       {6, UPS_BYPASS},
                                       {7, UPS_OFF},
                                       {8, UPS_OFF},
                                       {9, UPS_ONLINE},
                                       {10, UPS_OTHER}};
static const struct meaning battery_states[] = {
    {1, BATTERY_UNKNOWN},  {2, BATTERY_NORMAL}, {3, BATTERY_CHARGING},
    {4, BATTERY_NORMAL},   {5, BATTERY_NORMAL}, {6, BATTERY_LOW},
    {7, BATTERY_DEPLETED}, {8, BATTERY_FAULT},  {9, BATTERY_ABSENT}};
static const struct meaning alarm_states[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning bad_inputs[] = {{0, STATE_YES}, {1, STATE_NO}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("7.1.6.3.15.0"), ONE, STATES(on_battery), .absent = ABSENT(0)},
    {UPS_MODE_STATE, OID("7.1.4.1.0"), ONE, STATES(modes), .absent = ABSENT(1)},
    {UPS_ALARMS_ACTIVE, OID("7.1.6.1.0"), ONE},
    {ALARM_STATE, OID("7.1.6.3.1.0"), ONE, STATES(alarm_states), .at = {.point = "imminent_stop"}},
    {ALARM_STATE, OID("7.1.6.3.2.0"), ONE, STATES(alarm_states), .at = {.point = "overload"}},
    {ALARM_STATE, OID("7.1.6.3.3.0"), ONE, STATES(alarm_states), .at = {.point = "over_temperature"}},
    {ALARM_STATE, OID("7.1.6.3.7.0"), ONE, STATES(alarm_states), .at = {.point = "redundancy_lost"}},
    {ALARM_STATE, OID("7.1.6.3.8.0"), ONE, STATES(alarm_states), .at = {.point = "short_circuit"}},
    {ALARM_STATE, OID("7.1.6.3.11.0"), ONE, STATES(alarm_states), .at = {.point = "general"}},
    {ALARM_STATE, OID("7.1.6.3.12.0"), ONE, STATES(alarm_states), .at = {.point = "battery_circuit_open"}},
    {ALARM_STATE, OID("7.1.6.3.20.0"), ONE, STATES(alarm_states), .at = {.point = "rectifier_fault"}},
    {ALARM_STATE, OID("7.1.6.3.24.0"), ONE, STATES(alarm_states), .at = {.point = "charger_fault"}},
    {ALARM_STATE, OID("7.1.6.3.26.0"), ONE, STATES(alarm_states), .at = {.point = "inverter_fault"}},
    {ALARM_STATE, OID("7.1.6.3.28.0"), ONE, STATES(alarm_states), .at = {.point = "bypass_fault"}},
    {ALARM_STATE, OID("7.1.6.3.32.0"), ONE, STATES(alarm_states), .at = {.point = "fan_fault"}},
    {SOURCE_AVAILABLE_STATE, OID("7.1.6.3.22.0"), ONE, STATES(bad_inputs), .at = {.part = PART_INPUT}},
    {SOURCE_AVAILABLE_STATE, OID("7.1.6.3.30.0"), ONE, STATES(bad_inputs), .at = {.part = PART_BYPASS}},
    {AIR_TEMPERATURE, OID("7.1.2.7.0"), CELSIUS, .div = 10, .at = {.point = "ambient"}},
};
static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("7.1.2.1.0"), ONE, STATES(battery_states)},
    {SECONDS_ON_BATTERY, OID("7.1.2.2.0"), SECOND},
    {BATTERY_RUNTIME, OID("7.1.2.3.0"), MINUTE},
    {BATTERY_RUNTIME, OID("1.1.2.3.0"), MINUTE},
    {BATTERY_CHARGE, OID("7.1.2.4.0"), PERCENT},
    {BATTERY_CHARGE, OID("1.1.2.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("7.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_VOLTAGE, OID("1.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_TEMPERATURE, OID("7.1.2.6.0"), CELSIUS, .div = 10},
    {BATTERY_CURRENT, OID("7.1.2.8.0"), AMPERE, .div = 10},
};

static const struct point input[] = {{FREQUENCY, OID("7.1.3.2.0"), HERTZ, .div = 10}};
static const struct point input_lines[] = {
    {VOLTAGE, OID("7.1.3.3.1.2"), VOLT, .div = 10},
    {CURRENT, OID("7.1.3.3.1.3"), AMPERE, .div = 10},
};
static const struct point output[] = {
    {FREQUENCY, OID("7.1.4.2.0"), HERTZ, .div = 10},
    {APPARENT_POWER, OID("7.1.4.5.0"), KILOVOLTAMPERE, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("7.1.4.6.0"), KILOWATT, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {LOAD, OID("7.1.4.7.0"), PERCENT},
};
static const struct point output_lines[] = {
    {VOLTAGE, OID("7.1.4.4.1.2"), VOLT, .div = 10},
    {CURRENT, OID("7.1.4.4.1.3"), AMPERE, .div = 10},
    {LOAD, OID("7.1.4.4.1.4"), PERCENT},
    {APPARENT_POWER, OID("7.1.4.4.1.5"), KILOVOLTAMPERE, .div = 10},
    {ACTIVE_POWER, OID("7.1.4.4.1.6"), KILOWATT, .div = 10},
};
static const struct point bypass[] = {{FREQUENCY, OID("7.1.5.1.0"), HERTZ, .div = 10}};
static const struct point bypass_lines[] = {
    {VOLTAGE, OID("7.1.5.3.1.2"), VOLT, .div = 10},
    {CURRENT, OID("7.1.5.3.1.3"), AMPERE, .div = 10},
};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, POINTS(input)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(input_lines)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(output_lines)},
    {.at = {.part = PART_BYPASS}, POINTS(bypass)},
    {.at = {.part = PART_BYPASS}, OVER({PART_PHASE_LINE}), POINTS(bypass_lines)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("7.1.1.1.0")},
                                    {FACT_SERIAL, OID("7.1.1.2.0")},
                                    {FACT_FIRMWARE, OID("7.1.1.5.0")},
                                    {FACT_NAME, OID("7.1.1.3.0")}};

const struct driver driver_socomec_ups = {
    .name = "socomec_ups",
    .title = "Socomec UPS behind a NET VISION card",
    .manufacturer = "Socomec",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "SOCOMECUPS-MIB 8.11",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.4555.1.1"},
                    {.probe = "1.3.6.1.4.1.4555.1.1.7.1"},
                    {.probe = "1.3.6.1.4.1.4555.1.1.1.1"}},
    .oid_base = "1.3.6.1.4.1.4555.1.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1, 65534, 65535, 655340, 655350)}),
    FACTS(facts),
    GROUPS(groups),
};
