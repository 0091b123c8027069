/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC / Schneider Uniflair perimeter units and InRow DX coolers behind a Network Management Card
 * (self-describing coolingUnit tables).
 *
 * Source: PowerNet-MIB, coolingUnit (318.1.1.27); which rows there are and what they are called is from a
 * recording of a real Uniflair SP (card AOS 6.8.8), which confirms them. Other models call more rows by
 * names not seen yet; those are not read.
 *
 * Nothing has a fixed row: a description says what a row is, a unit text and a divisor column how to read
 * it. Each temperature stands there twice, in C and in F, and each pressure in bar and in psi. Celsius is
 * taken where there is both; of pressures psi, which is the finer. States are told by the
 * integer beside the text; the key that the device gives with it is the one used here.
 */
#include "driver.h"

static const struct unit_name units[] = {
    {.text = "C", .unit = CELSIUS}, {.text = "bar", .unit = BAR}, {.text = "psi", .unit = PSI},
    {.text = "%", .unit = PERCENT}, {.text = "hr", .unit = HOUR}, {.text = "", .unit = ONE},
    {.unit = UNIT_UNSTATED},
};
static const struct unit_name fahrenheit[] = {{.text = "F", .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};

static const struct meaning unit_states[] = {
    {0, UNIT_STANDBY}, {1, UNIT_STANDBY}, {2, UNIT_OFF},     {3, UNIT_OFF},     {4, UNIT_STANDBY},
    {5, UNIT_STANDBY}, {6, UNIT_RUNNING}, {7, UNIT_RUNNING}, {8, UNIT_STANDBY}, {9, UNIT_RUNNING}};
static const struct meaning on_off[] = {{0, UNIT_OFF}, {1, UNIT_RUNNING}};
static const struct meaning alarm[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning good[] = {{0, STATE_YES}, {1, STATE_NO}};

static const struct point analogs[] = {
    {REFRIGERANT_TEMPERATURE, .at = {.point = "condensing"},
     .only = {OID("4.1.2.1.2"), .pattern = "Condensing Temperature"}},
    {AIR_TEMPERATURE, .at = {.point = "supply"}, .only = {OID("4.1.2.1.2"), .pattern = "Supply Temperature"}},
    {AIR_TEMPERATURE, .at = {.point = "return"}, .only = {OID("4.1.2.1.2"), .pattern = "Return Temperature"}},
    {AIR_TEMPERATURE, .at = {.point = "room"}, .only = {OID("4.1.2.1.2"), .pattern = "Room Temperature"}},
    {AIR_TEMPERATURE, .at = {.point = "room_average"},
     .only = {OID("4.1.2.1.2"), .pattern = "Average Room Temperature"}},
    {REFRIGERANT_TEMPERATURE, .units = fahrenheit, .at = {.point = "condensing"},
     .only = {OID("4.1.2.1.2"), .pattern = "Condensing Temperature"}},
    {AIR_TEMPERATURE, .units = fahrenheit, .at = {.point = "supply"},
     .only = {OID("4.1.2.1.2"), .pattern = "Supply Temperature"}},
    {AIR_TEMPERATURE, .units = fahrenheit, .at = {.point = "return"},
     .only = {OID("4.1.2.1.2"), .pattern = "Return Temperature"}},
    {AIR_TEMPERATURE, .units = fahrenheit, .at = {.point = "room"},
     .only = {OID("4.1.2.1.2"), .pattern = "Room Temperature"}},
    {AIR_TEMPERATURE, .units = fahrenheit, .at = {.point = "room_average"},
     .only = {OID("4.1.2.1.2"), .pattern = "Average Room Temperature"}},
    {REFRIGERANT_DISCHARGE_PRESSURE, .only = {OID("4.1.2.1.2"), .pattern = "Discharge Pressure"}},
    {REFRIGERANT_SUCTION_PRESSURE, .only = {OID("4.1.2.1.2"), .pattern = "Suction Pressure"}},
    {FAN_SPEED_RATIO, .at = {.part = PART_FAN, .point = "evaporator"},
     .only = {OID("4.1.2.1.2"), .pattern = "Commanded Evap. Fan Speed"}},
    {FAN_SPEED_RATIO, .at = {.part = PART_FAN, .point = "condenser"},
     .only = {OID("4.1.2.1.2"), .pattern = "Commanded Cond. Fan Speed"}},
};

static const struct point counters[] = {
    {RUNTIME, .only = {OID("6.1.2.1.2"), .pattern = "System Run Hours"}},
    {RUNTIME, .at = {.part = PART_COMPRESSOR}, .only = {OID("6.1.2.1.2"), .pattern = "Compressor Run Hours"}},
    {RUNTIME, .at = {.point = "free_cooling"},
     .only = {OID("6.1.2.1.2"), .pattern = "Free Cooling Run Hours"}},
    {RUNTIME, .at = {.part = PART_FILTER}, .only = {OID("6.1.2.1.2"), .pattern = "Air Filter Run Hours"}},
    {RUNTIME, .at = {.part = PART_FAN, .point = "evaporator"},
     .only = {OID("6.1.2.1.2"), .pattern = "Evaporator Fan # Run Hours", .captures = {PART_FAN}}},
    {RUNTIME, .at = {.part = PART_FAN, .point = "condenser"},
     .only = {OID("6.1.2.1.2"), .pattern = "Condenser Fan # Run Hours", .captures = {PART_FAN}}},
    {COMPRESSOR_STARTS, .at = {.part = PART_COMPRESSOR},
     .only = {OID("6.1.2.1.2"), .pattern = "Compressor Cycle Counter"}},
};

static const struct point states[] = {
    {UNIT_STATE, .unit = ONE, STATES(unit_states), .absent = ABSENT(11),
     .only = {OID("4.2.2.1.2"), .pattern = "Unit State"}},
    {COMPRESSOR_STATE, .unit = ONE, STATES(on_off), .at = {.part = PART_COMPRESSOR},
     .only = {OID("4.2.2.1.2"), .pattern = "Compressor"}},
};

static const struct point alarms[] = {
    {ALARM_STATE, .unit = ONE, STATES(alarm), .at = {.point = "remote_shutdown"},
     .only = {OID("6.2.2.1.2"), .pattern = "Remote Shutdown Active"}},
    {ALARM_STATE, .unit = ONE, STATES(good), .at = {.point = "airflow_lost"},
     .only = {OID("6.2.2.1.2"), .pattern = "Airflow Good"}},
    {ALARM_STATE, .unit = ONE, STATES(alarm), .at = {.point = "air_filter_clogged"},
     .only = {OID("6.2.2.1.2"), .pattern = "Air Filter Clogged"}},
    {ALARM_STATE, .unit = ONE, STATES(alarm), .at = {.point = "low_suction_pressure"},
     .only = {OID("6.2.2.1.2"), .pattern = "Low Suction Pressure"}},
    {ALARM_STATE, .unit = ONE, STATES(good), .at = {.point = "condenser_unpowered"},
     .only = {OID("6.2.2.1.2"), .pattern = "Condenser Powered"}},
    {ALARM_STATE, .unit = ONE, STATES(alarm), .at = {.point = "condensate_pan_full"},
     .only = {OID("6.2.2.1.2"), .pattern = "Condensate Pan Full"}},
    {SMOKE_STATE, .unit = ONE, STATES(alarm), .only = {OID("6.2.2.1.2"), .pattern = "Smoke/Fire Detected"}},
};

static const struct group groups[] = {
    {OVER({PART_UNIT}, {PART_NONE}), POINTS(analogs), .value = OID("4.1.2.1.3"),
     .scale = {SCALE_DIVISOR, OID("4.1.2.1.5")}, .unit_from = OID("4.1.2.1.4"), .units = units},
    {OVER({PART_UNIT}, {PART_NONE}), POINTS(counters), .value = OID("6.1.2.1.3"),
     .scale = {SCALE_DIVISOR, OID("6.1.2.1.5")}, .unit_from = OID("6.1.2.1.4"), .units = units},
    {OVER({PART_UNIT}, {PART_NONE}), POINTS(states), .value = OID("4.2.2.1.4")},
    {OVER({PART_UNIT}, {PART_NONE}), POINTS(alarms), .value = OID("6.2.2.1.4")},
};

const struct driver driver_apc_uniflair = {
    .name = "apc_uniflair",
    .title = "APC / Schneider Electric Uniflair perimeter unit or InRow DX with coolingUnit tables",
    .manufacturer = "Schneider Electric",
    .class = CLASS_AIR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PowerNet-MIB, coolingUnit group; names of the rows as recorded",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.318.1.3.14",
                     .probe = "1.3.6.1.4.1.318.1.1.27.1.4.1.2.1.3"}},
    .oid_base = "1.3.6.1.4.1.318.1.1.27.1",
    GROUPS(groups),
};
