/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Liebert / Vertiv UPSes behind an IntelliSlot or Unity card: GXT, PSI, ITA, NX, NXL, NXC, APM, EXL, Series
 * 610, Npower.
 *
 * Source: LIEBERT-GP-POWER-MIB, LIEBERT-GP-ENVIRONMENTAL-MIB. No recording of a UPS behind such a card; the
 * measurement tables are those that the recording of a floor PDU confirms (liebert_gp_pdu).
 *
 * Rows are told apart by the well-known point that they refer to: source 1 and 2, output to the load, bypass,
 * system output; DC rows by battery or DC bus. What feeds the output comes from the state that follows RFC
 * 1628, with ECO before it, else from the older output source. The MIB gives powers in W and VA. A recorded
 * three-phase cabinet sends 138 beside 3 x 118 V and 390 A: kW. So three lines mean thousands, one or two the
 * MIB's own units (no recording). Its energy, 12768 "Wh", would be five minutes of that load: of three lines
 * its unit is open, it is shown raw and not published. LIEBERT-GP-FLEXIBLE points (42.3.9) of newer UPSes are
 * not read: no recording has them.
 */
#include "driver.h"

static const struct meaning eco[] = {{1, UPS_ECO}};
static const struct meaning sources[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                         {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                         {7, UPS_BOOST_TRIM}};
static const struct meaning older_sources[] = {
    {1, UPS_OFF}, {2, UPS_ONLINE}, {3, UPS_BYPASS}, {4, UPS_MAINTENANCE_BYPASS}};
static const struct meaning battery_states[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning charge_states[] = {
    {1, BATTERY_NORMAL}, {2, BATTERY_NORMAL}, {3, BATTERY_CHARGING}, {4, BATTERY_NORMAL}};
static const struct meaning test_results[] = {
    {2, TEST_PASSED}, {3, TEST_FAILED}, {4, TEST_RUNNING}, {5, TEST_FAILED}, {6, TEST_ABORTED}};
static const struct meaning breakers[] = {{1, BREAKER_OPEN}, {2, BREAKER_CLOSED}};
static const struct meaning yes_no[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning qualified[] = {{1, STATE_NO}, {2, STATE_YES}, {3, STATE_YES}, {4, STATE_YES}};

/* Rows of the measurement tables. What the MIB calls W and VA are kW and kVA where there are three lines. */
static const struct point rows[] = {
    {FREQUENCY, OID("3.5.2.2.1.6"), HERTZ},
    {NEUTRAL_CURRENT, OID("3.5.2.2.1.12"), AMPERE},
    {RESIDUAL_CURRENT, OID("3.5.2.2.1.13"), AMPERE, .div = 10},
    {POWER_FACTOR, OID("3.5.2.2.1.9"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {LOAD, OID("3.5.2.2.1.11"), PERCENT, .div = 10},
    {VOLTAGE_RATING, OID("3.5.2.2.1.4"), VOLT},
    {FREQUENCY_RATING, OID("3.5.2.2.1.5"), HERTZ},
    {CURRENT_RATING, OID("3.5.2.2.1.14"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("3.5.2.2.1.8"), KILOWATT, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {ACTIVE_POWER, OID("3.5.2.2.1.8"), WATT, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
    {APPARENT_POWER, OID("3.5.2.2.1.7"), KILOVOLTAMPERE, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {APPARENT_POWER, OID("3.5.2.2.1.7"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
    {ACTIVE_ENERGY, OID("3.5.2.2.1.10"), UNIT_UNSTATED, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {ACTIVE_ENERGY, OID("3.5.2.2.1.10"), WATT_HOUR, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
};
static const struct point lines[] = {
    {VOLTAGE, OID("3.5.2.3.1.5"), VOLT},
    {CURRENT, OID("3.5.2.3.1.6"), AMPERE},
    {LOAD, OID("3.5.2.3.1.7"), PERCENT},
    {POWER_FACTOR, OID("3.5.2.3.1.14"), ONE, .div = 100},
    {VOLTAGE_THD, OID("3.5.2.3.1.10"), PERCENT, .div = 10},
    {CURRENT_THD, OID("3.5.2.3.1.11"), PERCENT, .div = 10},
    {CURRENT_K_FACTOR, OID("3.5.2.3.1.12"), ONE, .div = 10},
    {CURRENT_CREST_FACTOR, OID("3.5.2.3.1.13"), ONE, .div = 10},
    {ACTIVE_POWER, OID("3.5.2.3.1.9"), KILOWATT, .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {ACTIVE_POWER, OID("3.5.2.3.1.9"), WATT, .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
    {APPARENT_POWER, OID("3.5.2.3.1.8"), KILOVOLTAMPERE, .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {APPARENT_POWER, OID("3.5.2.3.1.8"), VOLTAMPERE, .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
};
static const struct point pairs[] = {{LINE_VOLTAGE, OID("3.5.2.3.1.4"), VOLT}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("3.5.3.58.0"), ONE, STATES(eco), .absent = ABSENT(0)},
    {UPS_MODE_STATE, OID("3.5.3.55.0"), ONE, STATES(sources)},
    {UPS_MODE_STATE, OID("3.5.3.31.0"), ONE, STATES(older_sources)},
    {UPS_ALARMS_ACTIVE, OID("3.2.2.0"), ONE},
    {MODULES_FITTED, OID("3.5.5.1.0"), ONE},
    {MODULES_ACTIVE, OID("3.5.5.4.0"), ONE},
    {BREAKER_STATE, OID("3.5.3.44.0"), ONE, STATES(breakers), .absent = ABSENT(3),
     .at = {.part = PART_BREAKER, .point = "input"}},
    {BREAKER_STATE, OID("3.5.3.50.0"), ONE, STATES(breakers), .absent = ABSENT(3),
     .at = {.part = PART_BREAKER, .point = "maintenance_bypass"}},
    {BREAKER_STATE, OID("3.5.3.51.0"), ONE, STATES(breakers), .absent = ABSENT(3),
     .at = {.part = PART_BREAKER, .point = "maintenance_isolation"}},
    {BREAKER_STATE, OID("3.5.3.53.0"), ONE, STATES(breakers), .absent = ABSENT(3),
     .at = {.part = PART_BREAKER, .point = "module_output"}},
    {BREAKER_STATE, OID("3.5.3.57.5.0"), ONE, STATES(breakers), .absent = ABSENT(3),
     .at = {.part = PART_BREAKER, .point = "output"}},
    {SOURCE_AVAILABLE_STATE, OID("3.5.3.33.0"), ONE, STATES(qualified), .at = {.part = PART_INPUT}},
    {SOURCE_AVAILABLE_STATE, OID("3.5.3.35.0"), ONE, STATES(qualified), .at = {.part = PART_BYPASS}},
    {ALARM_STATE, OID("3.5.3.14.0"), ONE, STATES(yes_no), .at = {.point = "shutdown_overload"}},
    {ALARM_STATE, OID("3.5.3.13.0"), ONE, STATES(yes_no), .at = {.point = "shutdown_over_temperature"}},
};
static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("3.5.1.26.0"), ONE, STATES(battery_states)},
    {UPS_BATTERY_STATE, OID("3.5.1.14.0"), ONE, STATES(charge_states)},
    {BATTERY_RUNTIME, OID("3.5.1.18.0"), MINUTE, .absent = ABSENT(-1, 65535, 2147483647)},
    {BATTERY_CHARGE, OID("3.5.1.19.0"), PERCENT},
    {BATTERY_TEST_RESULT_STATE, OID("3.5.1.8.0"), ONE, STATES(test_results), .absent = ABSENT(1)},
    {BATTERY_CAPACITY, OID("3.5.1.20.3.0"), AMPERE_HOUR, .div = 10},
    {BREAKER_STATE, OID("3.5.1.27.0"), ONE, STATES(breakers), .absent = ABSENT(0)},
    {BATTERY_CYCLES, OID("3.5.8.4.0"), ONE},
};
static const struct point battery_rows[] = {
    {BATTERY_VOLTAGE, OID("3.5.2.4.1.4"), VOLT},
    {BATTERY_CURRENT, OID("3.5.2.4.1.5"), AMPERE, .absent = ABSENT(2147483647)}};
static const struct point dc_rows[] = {{VOLTAGE, OID("3.5.2.4.1.4"), VOLT},
                                       {CURRENT, OID("3.5.2.4.1.5"), AMPERE, .absent = ABSENT(2147483647)}};

/* Well-known temperatures of a UPS. */
static const struct point temperatures_tenths[] = {
    {AIR_TEMPERATURE, OID("3.4.1.3.3.1.50"), CELSIUS, .div = 10, .at = {.point = "ambient"},
     .absent = ABSENT(2147483647), .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.4"}},
    {DEVICE_TEMPERATURE, OID("3.4.1.3.3.1.50"), CELSIUS, .div = 10, .at = {.part = PART_INVERTER},
     .absent = ABSENT(2147483647), .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.5"}},
    {BATTERY_TEMPERATURE, OID("3.4.1.3.3.1.50"), CELSIUS, .div = 10, .at = {.part = PART_BATTERY},
     .absent = ABSENT(2147483647), .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.6"}},
    {DEVICE_TEMPERATURE, OID("3.4.1.3.3.1.50"), CELSIUS, .div = 10, .at = {.point = "transformer"},
     .absent = ABSENT(2147483647), .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.9"}},
};
static const struct point temperatures_whole[] = {
    {AIR_TEMPERATURE, OID("3.4.1.3.3.1.3"), CELSIUS, .at = {.point = "ambient"}, .absent = ABSENT(2147483647),
     .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.4"}},
    {DEVICE_TEMPERATURE, OID("3.4.1.3.3.1.3"), CELSIUS, .at = {.part = PART_INVERTER},
     .absent = ABSENT(2147483647), .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.5"}},
    {BATTERY_TEMPERATURE, OID("3.4.1.3.3.1.3"), CELSIUS, .at = {.part = PART_BATTERY},
     .absent = ABSENT(2147483647), .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.6"}},
    {DEVICE_TEMPERATURE, OID("3.4.1.3.3.1.3"), CELSIUS, .at = {.point = "transformer"},
     .absent = ABSENT(2147483647), .only = {OID("3.4.1.3.3.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.4.1.1.9"}},
};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {1}},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.1"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {1}},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.1"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {1}},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.1"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {2}},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.2"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {2}},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.2"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {2}},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.2"}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.5"}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.5"}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.5"}},
    {.at = {.part = PART_BYPASS},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.7"}},
    {.at = {.part = PART_BYPASS},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.7"}},
    {.at = {.part = PART_BYPASS},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.7"}},
    {.at = {.part = PART_OUTPUT, .point = "system"},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.9"}},
    {.at = {.part = PART_OUTPUT, .point = "system"},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.9"}},
    {.at = {.part = PART_OUTPUT, .point = "system"},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.9"}},
    {.at = {.part = PART_BATTERY},
     OVER({PART_NONE}),
     POINTS(battery_rows),
     .only = {OID("3.5.2.4.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.6"}},
    {.at = {.point = "dc_bus"},
     OVER({PART_NONE}),
     POINTS(dc_rows),
     .only = {OID("3.5.2.4.1.2"), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.8"}},
    {OVER({PART_NONE}), POINTS(temperatures_tenths)},
    {OVER({PART_NONE}), POINTS(temperatures_whole)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("2.4.2.1.4.1")}, {FACT_SERIAL, OID("2.4.2.1.7.1")}, {FACT_FIRMWARE, OID("2.4.2.1.5.1")},
    {FACT_MODEL, OID("2.1.2.0")},     {FACT_FIRMWARE, OID("2.1.3.0")},
};

const struct driver driver_liebert_gp_ups = {
    .name = "liebert_gp_ups",
    .title = "Liebert / Vertiv UPS (GXT, NX, NXL, APM, EXL ...) behind an IntelliSlot or Unity card",
    .manufacturer = "Vertiv",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .sources = "LIEBERT-GP-POWER-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.476.1.42", .probe = "1.3.6.1.4.1.476.1.42.3.5.2"}},
    .oid_base = "1.3.6.1.4.1.476.1.42",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1, 2147483647)}),
    FACTS(facts),
    GROUPS(groups),
};
