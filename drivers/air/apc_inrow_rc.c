/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC InRow RC row coolers, chilled water (ACRC1xx, ACRC3xx with airIRRC objects).
 *
 * Source: PowerNet-MIB, airIRRC (318.1.1.13.3). Firmware seen: 7.5.0 (ACRC103, card AOS 3.9.2). Confirmed by
 * a recording of a real device.
 *
 * Every number has a twin in US units; the metric one is read, but for the air flow: the MIB calls the
 * unit's metric air flow hundredths of L/s while the recorded device gives whole ones (810 beside 1717
 * ft3/min), and the US twin is finer and disputed by nobody. Where it is missing the metric one is taken as
 * recorded. -1 is not fitted. Of several coolers in one group each reports the group's values too. Which of
 * the two power inputs feeds the unit is a state like that of a transfer switch.
 */
#include "driver.h"

static const struct meaning modes[] = {{1, UNIT_STANDBY}, {2, UNIT_RUNNING}, {3, UNIT_STANDBY}};
static const struct meaning contacts[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning sources[] = {{1, SOURCE_A}, {2, SOURCE_B}};
static const struct meaning leaks[] = {{1, LEAK_DRY}, {2, LEAK_WET}};

static const struct point group_of_coolers[] = {
    {THERMAL_POWER, OID("2.1.1.1.0"), KILOWATT, .div = 10, .at = {.point = "group"}},
    {THERMAL_POWER, OID("2.1.1.2.0"), KILOWATT, .div = 10, .at = {.point = "group_demand"}},
    {AIR_FLOW, OID("2.1.1.3.0"), CUBIC_FOOT_PER_MINUTE, .at = {.point = "group"}},
    {AIR_FLOW, OID("2.1.1.4.0"), LITER_PER_SECOND, .at = {.point = "group"}},
    {AIR_TEMPERATURE, OID("2.1.1.6.0"), CELSIUS, .div = 10, .at = {.point = "group_rack_inlet_max"}},
    {AIR_TEMPERATURE, OID("2.1.1.8.0"), CELSIUS, .div = 10, .at = {.point = "group_rack_inlet_min"}},
    {TEMPERATURE_SETPOINT, OID("2.1.2.2.0"), CELSIUS, .div = 10, .at = {.point = "cooling"},
     .rate = RATE_SLOW},
    {TEMPERATURE_SETPOINT, OID("2.1.2.4.0"), CELSIUS, .div = 10, .at = {.point = "supply"},
     .rate = RATE_SLOW},
};

static const struct point unit[] = {
    {ALARMS_ACTIVE, OID("1.1.0"), ONE},
    {UNIT_STATE, OID("2.2.2.1.0"), ONE, STATES(modes)},
    {THERMAL_POWER, OID("2.2.2.2.0"), KILOWATT, .div = 10},
    {THERMAL_POWER, OID("2.2.2.3.0"), KILOWATT, .div = 10, .at = {.point = "demand"}},
    {AIR_FLOW, OID("2.2.2.4.0"), CUBIC_FOOT_PER_MINUTE},
    {AIR_FLOW, OID("2.2.2.5.0"), LITER_PER_SECOND},
    {AIR_TEMPERATURE, OID("2.2.2.7.0"), CELSIUS, .div = 10, .at = {.point = "rack_inlet"}},
    {AIR_TEMPERATURE, OID("2.2.2.9.0"), CELSIUS, .div = 10, .at = {.point = "supply"}},
    {AIR_TEMPERATURE, OID("2.2.2.11.0"), CELSIUS, .div = 10, .at = {.point = "return"}},
    {DIFFERENTIAL_PRESSURE, OID("2.2.2.13.0"), PASCAL, .at = {.point = "containment"}},
    {FILTER_DIFFERENTIAL_PRESSURE, OID("2.2.2.15.0"), PASCAL, .at = {.part = PART_FILTER}},
    {FAN_SPEED_RATIO, OID("2.2.2.16.0"), PERCENT, .div = 10, .at = {.part = PART_FAN}},
    {CONTACT_STATE, OID("2.2.2.17.0"), ONE, STATES(contacts), .at = {.part = PART_CONTACT, .point = "input"}},
    {CONTACT_STATE, OID("2.2.2.18.0"), ONE, STATES(contacts),
     .at = {.part = PART_CONTACT, .point = "output"}},
    {TRANSFER_SWITCH_SOURCE_STATE, OID("2.2.2.19.0"), ONE, STATES(sources)},
    {VALVE_POSITION, OID("2.2.2.20.0"), PERCENT, .at = {.part = PART_VALVE}},
    {LEAK_STATE, OID("2.2.2.27.0"), ONE, STATES(leaks)},
};

static const struct point water[] = {
    {COOLANT_FLOW, OID("2.2.2.22.0"), LITER_PER_SECOND, .div = 100},
    {COOLANT_TEMPERATURE, OID("2.2.2.24.0"), CELSIUS, .div = 10, .at = {.point = "inlet"}},
    {COOLANT_TEMPERATURE, OID("2.2.2.26.0"), CELSIUS, .div = 10, .at = {.point = "outlet"}},
};

static const struct point run_hours[] = {
    {RUNTIME, OID("2.2.3.1.0"), HOUR, .at = {.part = PART_FILTER}},
    {RUNTIME, OID("2.2.3.2.0"), HOUR, .at = {.part = PART_FAN, .depth = 1, .id = {1}}},
    {RUNTIME, OID("2.2.3.3.0"), HOUR, .at = {.part = PART_FAN, .depth = 1, .id = {2}}},
    {RUNTIME, OID("2.2.3.4.0"), HOUR, .at = {.part = PART_FAN, .depth = 1, .id = {3}}},
    {RUNTIME, OID("2.2.3.5.0"), HOUR, .at = {.part = PART_FAN, .depth = 1, .id = {4}}},
    {RUNTIME, OID("2.2.3.6.0"), HOUR, .at = {.part = PART_FAN, .depth = 1, .id = {5}}},
    {RUNTIME, OID("2.2.3.7.0"), HOUR, .at = {.part = PART_FAN, .depth = 1, .id = {6}}},
    {RUNTIME, OID("2.2.3.8.0"), HOUR, .at = {.part = PART_FAN, .depth = 1, .id = {7}}},
    {RUNTIME, OID("2.2.3.9.0"), HOUR, .at = {.part = PART_FAN, .depth = 1, .id = {8}}},
    {RUNTIME, OID("2.2.3.10.0"), HOUR, .at = {.part = PART_POWER_SUPPLY, .point = "left"}},
    {RUNTIME, OID("2.2.3.11.0"), HOUR, .at = {.part = PART_POWER_SUPPLY, .point = "right"}},
    {RUNTIME, OID("2.2.3.12.0"), HOUR, .at = {.part = PART_PUMP, .point = "condensate"}},
    {RUNTIME, OID("2.2.3.13.0"), HOUR, .at = {.part = PART_POWER_SUPPLY, .point = "feed_a_left"}},
    {RUNTIME, OID("2.2.3.14.0"), HOUR, .at = {.part = PART_POWER_SUPPLY, .point = "feed_a_right"}},
    {RUNTIME, OID("2.2.3.15.0"), HOUR, .at = {.part = PART_POWER_SUPPLY, .point = "feed_b_left"}},
    {RUNTIME, OID("2.2.3.16.0"), HOUR, .at = {.part = PART_POWER_SUPPLY, .point = "feed_b_right"}},
};

static const struct group groups[] = {
    {POINTS(group_of_coolers)},
    {POINTS(unit)},
    {.at = {.side = SIDE_PRIMARY}, POINTS(water)},
    {POINTS(run_hours)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("2.2.1.4.0")},
    {FACT_SERIAL, OID("2.2.1.5.0")},
    {FACT_FIRMWARE, OID("2.2.1.6.0")},
    {FACT_NAME, OID("2.2.1.2.0")},
};

const struct driver driver_apc_inrow_rc = {
    .name = "apc_inrow_rc",
    .title = "APC / Schneider Electric InRow RC row cooler, chilled water (ACRC)",
    .manufacturer = "APC",
    .class = CLASS_AIR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PowerNet-MIB, airIRRC group",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.318.1.3.14",
                     .probe = "1.3.6.1.4.1.318.1.1.13.3.2.2.2.1.0"}},
    .oid_base = "1.3.6.1.4.1.318.1.1.13.3",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
