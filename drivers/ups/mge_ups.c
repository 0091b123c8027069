/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MGE UPSes (Galaxy, Comet, Pulsar, EX RT ...) and their successors by Eaton and APC / Schneider behind MGE
 * cards (66074, 66102, 66103) that answer MG-SNMP-UPS-MIB but not XUPS; those that do are eaton_xups's.
 *
 * Source: MG-SNMP-UPS-MIB (no units in it), RFC 1628. Confirmed by a recording of a Galaxy 7000 of 250 kVA;
 * rows of single-phase UPSes by recordings of a 9PX and a 5PX.
 *
 * Rows are numbered phase or phase.0. On a Galaxy and wherever there are three output phases the voltages of
 * both tables are between phases (400.0 V, next to 230.3 V to neutral in the card's RFC 1628 rows, which are
 * in tenths there). A single-phase UPS repeats its one phase in all rows of some firmware: the first counts.
 * The load per phase is in percent: 9, 7 and 11 stand next to 35.0, 27.0 and 41.0 A of a phase that is rated
 * 361 A; LibreNMS reads kW. Remaining time is in seconds. There is no one state: what feeds the output is put
 * together from the on-battery, bypass, boost and buck flags, then from RFC 1628, which alone knows that it
 * is off; a UPS without that is online where no flag is set. The battery's state is put together from its
 * flags, the worst first.
 */
#include "driver.h"

static const struct meaning battery_yes[] = {{1, UPS_ON_BATTERY}};
static const struct meaning bypass_yes[] = {{1, UPS_BYPASS}};
static const struct meaning bypass_or_online[] = {{1, UPS_BYPASS}, {2, UPS_ONLINE}};
static const struct meaning boost_yes[] = {{1, UPS_BOOST_TRIM}};
static const struct meaning absent_yes[] = {{1, BATTERY_ABSENT}};
static const struct meaning fault_yes[] = {{1, BATTERY_FAULT}};
static const struct meaning low_yes[] = {{1, BATTERY_LOW}};
static const struct meaning replace_yes[] = {{1, BATTERY_REPLACE}};
static const struct meaning low_or_normal[] = {{1, BATTERY_LOW}, {2, BATTERY_NORMAL}};
static const struct meaning standard_battery[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning standard_modes[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                                {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                                {7, UPS_BOOST_TRIM}};
static const struct meaning first_is_yes[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning second_is_yes[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning test_results[] = {{1, TEST_PASSED}, {2, TEST_FAILED}, {3, TEST_NONE}};
static const struct meaning battery_tests[] = {
    {1, TEST_PASSED}, {2, TEST_FAILED}, {3, TEST_PASSED}, {4, TEST_FAILED}, {5, TEST_NONE}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("4.1.705.1.7.3.0"), ONE, STATES(battery_yes), .absent = ABSENT(2)},
    {UPS_MODE_STATE, OID("4.1.705.1.7.8.0"), ONE, STATES(boost_yes), .absent = ABSENT(2)},
    {UPS_MODE_STATE, OID("4.1.705.1.7.12.0"), ONE, STATES(boost_yes), .absent = ABSENT(2)},
    {UPS_MODE_STATE, OID("4.1.705.1.7.4.0"), ONE, STATES(bypass_yes), .absent = ABSENT(2)},
    {UPS_MODE_STATE, OID("2.1.33.1.4.1.0"), ONE, STATES(standard_modes)},
    {UPS_MODE_STATE, OID("4.1.705.1.7.4.0"), ONE, STATES(bypass_or_online), .only = {OID("4.1.705.1.7.4.0")}},
};

static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("4.1.705.1.5.10.0"), ONE, STATES(absent_yes), .absent = ABSENT(2)},
    {UPS_BATTERY_STATE, OID("4.1.705.1.5.9.0"), ONE, STATES(fault_yes), .absent = ABSENT(2)},
    {UPS_BATTERY_STATE, OID("4.1.705.1.5.14.0"), ONE, STATES(low_yes), .absent = ABSENT(2)},
    {UPS_BATTERY_STATE, OID("4.1.705.1.5.11.0"), ONE, STATES(replace_yes), .absent = ABSENT(2)},
    {UPS_BATTERY_STATE, OID("4.1.705.1.5.16.0"), ONE, STATES(low_or_normal)},
    {UPS_BATTERY_STATE, OID("2.1.33.1.2.1.0"), ONE, STATES(standard_battery)},
    {BATTERY_RUNTIME, OID("4.1.705.1.5.1.0"), SECOND},
    {BATTERY_CHARGE, OID("4.1.705.1.5.2.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("4.1.705.1.5.5.0"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("4.1.705.1.5.6.0"), AMPERE, .div = 10},
    {BATTERY_TEMPERATURE, OID("4.1.705.1.5.7.0"), CELSIUS},
    {ALARM_STATE, OID("4.1.705.1.5.15.0"), ONE, STATES(first_is_yes), .at = {.point = "charger_fault"}},
    {BATTERY_TEST_RESULT_STATE, OID("4.1.705.1.10.11.0"), ONE, STATES(battery_tests)},
    {BATTERY_TEST_RESULT_STATE, OID("4.1.705.1.10.3.0"), ONE, STATES(test_results)},
};

static const struct point bypass[] = {
    {ALARM_STATE, OID("4.1.705.1.7.5.0"), ONE, STATES(first_is_yes), .at = {.point = "unavailable"}},
};
static const struct point input[] = {
    {SOURCE_AVAILABLE_STATE, OID("4.1.705.1.6.3.0"), ONE, STATES(second_is_yes)},
};
static const struct point output[] = {
    {ALARM_STATE, OID("4.1.705.1.7.10.0"), ONE, STATES(first_is_yes), .at = {.point = "overload"}},
    {ALARM_STATE, OID("4.1.705.1.7.11.0"), ONE, STATES(first_is_yes), .at = {.point = "over_temperature"}},
    {ALARM_STATE, OID("4.1.705.1.7.9.0"), ONE, STATES(first_is_yes), .at = {.point = "inverter_off"}},
    {ALARM_STATE, OID("4.1.705.1.7.7.0"), ONE, STATES(first_is_yes), .at = {.point = "utility_off"}},
    {APPARENT_POWER_RATING, OID("4.1.705.1.4.12.0"), VOLTAMPERE, .absent = ABSENT(-1, 0)},
};

static const struct point input_phases[] = {
    {FREQUENCY, OID("4.1.705.1.6.2.1.3"), HERTZ, .div = 10},
    {CURRENT, OID("4.1.705.1.6.2.1.6"), AMPERE, .div = 10},
};
static const struct point input_single[] = {{VOLTAGE, OID("4.1.705.1.6.2.1.2"), VOLT, .div = 10}};
static const struct point input_pairs[] = {{LINE_VOLTAGE, OID("4.1.705.1.6.2.1.2"), VOLT, .div = 10}};
static const struct point output_phases[] = {
    {FREQUENCY, OID("4.1.705.1.7.2.1.3"), HERTZ, .div = 10},
    {LOAD, OID("4.1.705.1.7.2.1.4"), PERCENT},
    {CURRENT, OID("4.1.705.1.7.2.1.5"), AMPERE, .div = 10},
};
static const struct point output_single[] = {{VOLTAGE, OID("4.1.705.1.7.2.1.2"), VOLT, .div = 10}};
static const struct point output_pairs[] = {{LINE_VOLTAGE, OID("4.1.705.1.7.2.1.2"), VOLT, .div = 10}};

/* The card's RFC 1628 rows on a Galaxy: to neutral, in tenths. */
static const struct point standard_input[] = {{VOLTAGE, OID("2.1.33.1.3.3.1.3"), VOLT, .div = 10}};
static const struct point standard_output[] = {
    {VOLTAGE, OID("2.1.33.1.4.4.1.2"), VOLT, .div = 10},
    {LOAD, OID("2.1.33.1.4.4.1.5"), PERCENT},
};

static const struct point environment[] = {
    {AIR_TEMPERATURE, OID("4.1.705.1.8.7.1.3"), CELSIUS, .div = 10},
    {RELATIVE_HUMIDITY, OID("4.1.705.1.8.7.1.6"), PERCENT, .div = 10},
    {CONTACT_STATE, OID("4.1.705.1.8.7.1.9"), ONE, STATES(first_is_yes), .at = {.point = "input1"}},
    {CONTACT_STATE, OID("4.1.705.1.8.7.1.10"), ONE, STATES(first_is_yes), .at = {.point = "input2"}},
};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_BYPASS}, POINTS(bypass)},
    {.at = {.part = PART_INPUT}, POINTS(input)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_LINE}),
     POINTS(input_phases),
     .valid = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_INPUT},
     OVER({.fixed = true, .first = 1}),
     POINTS(input_phases),
     .only = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_INPUT},
     OVER({.fixed = true, .first = 1}),
     POINTS(input_single),
     .only = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_PAIR}),
     POINTS(input_pairs),
     .only = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_PAIR}),
     POINTS(input_pairs),
     .only = {OID_WHOLE("4.1.705.1.1.1.0"), .pattern = "*Galaxy*"},
     .valid = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_LINE}, {PART_NONE}),
     POINTS(input_phases),
     .valid = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_INPUT},
     OVER({.fixed = true, .first = 1}, {PART_NONE}),
     POINTS(input_phases),
     .only = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_INPUT},
     OVER({.fixed = true, .first = 1}, {PART_NONE}),
     POINTS(input_single),
     .only = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_PAIR}, {PART_NONE}),
     POINTS(input_pairs),
     .only = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_PAIR}, {PART_NONE}),
     POINTS(input_pairs),
     .only = {OID_WHOLE("4.1.705.1.1.1.0"), .pattern = "*Galaxy*"},
     .valid = {OID_WHOLE("4.1.705.1.6.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_LINE}),
     POINTS(output_phases),
     .valid = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_OUTPUT},
     OVER({.fixed = true, .first = 1}),
     POINTS(output_phases),
     .only = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_OUTPUT},
     OVER({.fixed = true, .first = 1}),
     POINTS(output_single),
     .only = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_PAIR}),
     POINTS(output_pairs),
     .only = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_PAIR}),
     POINTS(output_pairs),
     .only = {OID_WHOLE("4.1.705.1.1.1.0"), .pattern = "*Galaxy*"},
     .valid = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_LINE}, {PART_NONE}),
     POINTS(output_phases),
     .valid = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_OUTPUT},
     OVER({.fixed = true, .first = 1}, {PART_NONE}),
     POINTS(output_phases),
     .only = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_OUTPUT},
     OVER({.fixed = true, .first = 1}, {PART_NONE}),
     POINTS(output_single),
     .only = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_PAIR}, {PART_NONE}),
     POINTS(output_pairs),
     .only = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_PAIR}, {PART_NONE}),
     POINTS(output_pairs),
     .only = {OID_WHOLE("4.1.705.1.1.1.0"), .pattern = "*Galaxy*"},
     .valid = {OID_WHOLE("4.1.705.1.7.1.0"), ANY_OF(3)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_PHASE_LINE}, {PART_NONE}),
     POINTS(standard_input),
     .only = {OID_WHOLE("4.1.705.1.1.1.0"), .pattern = "*Galaxy*"}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_PHASE_LINE}, {PART_NONE}),
     POINTS(standard_output),
     .only = {OID_WHOLE("4.1.705.1.1.1.0"), .pattern = "*Galaxy*"}},
    {OVER({PART_SENSOR}), .label = OID("4.1.705.1.4.34.1.2"), POINTS(environment),
     .valid = {OID("4.1.705.1.8.7.1.2"), ANY_OF(2)}},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("4.1.705.1.1.1.0")},
    {FACT_SERIAL, OID("4.1.705.1.1.7.0")},
    {FACT_FIRMWARE, OID("4.1.705.1.1.4.0")},
    {FACT_NAME, OID("4.1.705.1.1.5.0")},
};

const struct driver driver_mge_ups = {
    .name = "mge_ups",
    .title = "MGE UPS (Galaxy, Comet, Pulsar, EX) and Eaton or APC successors with MG-SNMP-UPS-MIB",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "MG-SNMP-UPS-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.705.1"}, {.probe = "1.3.6.1.4.1.705.1"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
