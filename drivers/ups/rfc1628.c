/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any UPS that speaks the standard UPS-MIB, RFC 1628: the driver of last resort for a UPS.
 *
 * Source: RFC 1628. Confirmed by recordings of cards by Riello (NetMan 204), Delta, Generex (CS121) and
 * others.
 *
 * -1 in any number means that the card does not know (the RFC has no such code, cards do), so a battery
 * current of exactly -0.1 A is lost too. Some cards send integers as strings, some leave rows out or empty.
 * Lines of the tables are numbered 1 to 3. A few cards (EAST iStars) put a .0 behind the line; a few (Delta,
 * Alpha CXC, MGE) send tenths of a volt where the RFC says volts: they need drivers of their own, and here
 * their voltages are left out. The RFC gives the battery current no sign convention; it is published as the
 * card gives it.
 */
#include "driver.h"

static const struct meaning battery_states[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning output_sources[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                                {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                                {7, UPS_BOOST_TRIM}};
static const struct meaning test_results[] = {{1, TEST_PASSED},  {2, TEST_WARNING}, {3, TEST_FAILED},
                                              {4, TEST_ABORTED}, {5, TEST_RUNNING}, {6, TEST_NONE}};

static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("2.1.0"), ONE, STATES(battery_states), .absent = ABSENT(-1)},
    {SECONDS_ON_BATTERY, OID("2.2.0"), SECOND, .absent = ABSENT(-1)},
    {BATTERY_RUNTIME, OID("2.3.0"), MINUTE, .absent = ABSENT(-1)},
    {BATTERY_CHARGE, OID("2.4.0"), PERCENT, .absent = ABSENT(-1)},
    {BATTERY_VOLTAGE, OID("2.5.0"), VOLT, .div = 10, .absent = ABSENT(-1)},
    {BATTERY_CURRENT, OID("2.6.0"), AMPERE, .div = 10, .absent = ABSENT(-1)},
    {BATTERY_TEMPERATURE, OID("2.7.0"), CELSIUS, .absent = ABSENT(-1)},
    {BATTERY_TEST_RESULT_STATE, OID("7.3.0"), ONE, STATES(test_results), .absent = ABSENT(-1)},
};

static const struct point input_lines[] = {
    {FREQUENCY, OID("3.3.1.2"), HERTZ, .div = 10, .absent = ABSENT(-1)},
    {VOLTAGE, OID("3.3.1.3"), VOLT, .absent = ABSENT(-1), .adjusted = true},
    {CURRENT, OID("3.3.1.4"), AMPERE, .div = 10, .absent = ABSENT(-1)},
    {ACTIVE_POWER, OID("3.3.1.5"), WATT, .absent = ABSENT(-1)},
};

static const struct point output[] = {
    {FREQUENCY, OID("4.2.0"), HERTZ, .div = 10, .absent = ABSENT(-1)},
};
static const struct point output_lines[] = {
    {VOLTAGE, OID("4.4.1.2"), VOLT, .absent = ABSENT(-1), .adjusted = true},
    {CURRENT, OID("4.4.1.3"), AMPERE, .div = 10, .absent = ABSENT(-1)},
    {ACTIVE_POWER, OID("4.4.1.4"), WATT, .absent = ABSENT(-1)},
    {LOAD, OID("4.4.1.5"), PERCENT, .absent = ABSENT(-1)},
};

static const struct point bypass[] = {
    {FREQUENCY, OID("5.1.0"), HERTZ, .div = 10, .absent = ABSENT(-1)},
};
static const struct point bypass_lines[] = {
    {VOLTAGE, OID("5.3.1.2"), VOLT, .absent = ABSENT(-1), .adjusted = true},
    {CURRENT, OID("5.3.1.3"), AMPERE, .div = 10, .absent = ABSENT(-1)},
    {ACTIVE_POWER, OID("5.3.1.4"), WATT, .absent = ABSENT(-1)},
};

static const struct point unit[] = {
    {UPS_MODE_STATE, OID("4.1.0"), ONE, STATES(output_sources), .absent = ABSENT(-1)},
    {UPS_ALARMS_ACTIVE, OID("6.1.0"), ONE, .absent = ABSENT(-1)},
};

/* upsWellKnownAlarms. */
#define WELL_KNOWN "1.3.6.1.2.1.33.1.6.3."
static const struct point alarms[] = {
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "1"}, .at = {.point = "battery_bad"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "2"}, .at = {.point = "on_battery"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "3"}, .at = {.point = "low_battery"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "4"}, .at = {.point = "depleted_battery"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "5"}, .at = {.point = "temperature_bad"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "6"}, .at = {.point = "input_bad"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "7"}, .at = {.point = "output_bad"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "8"}, .at = {.point = "output_overload"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "9"}, .at = {.point = "on_bypass"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "10"}, .at = {.point = "bypass_bad"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "11"}, .at = {.point = "output_off_as_requested"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "12"}, .at = {.point = "ups_off_as_requested"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "13"}, .at = {.point = "charger_failed"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "14"}, .at = {.point = "ups_output_off"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "15"}, .at = {.point = "ups_system_off"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "16"}, .at = {.point = "fan_failure"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "17"}, .at = {.point = "fuse_failure"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "18"}, .at = {.point = "general_fault"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "19"}, .at = {.point = "diagnostic_test_failed"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "20"}, .at = {.point = "communications_lost"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "21"}, .at = {.point = "awaiting_power"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "22"}, .at = {.point = "shutdown_pending"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "23"}, .at = {.point = "shutdown_imminent"}},
    {ALARM_STATE, .unit = ONE, .only = {.oid = WELL_KNOWN "24"}, .at = {.point = "test_in_progress"}},
};

static const struct group groups[] = {
    {POINTS(unit)},
    {.alarms = true, .value = OID("6.2.1.2"), .only = {OID_WHOLE("6.1.0")}, POINTS(alarms)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(input_lines)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}, {PART_NONE}), POINTS(input_lines)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(output_lines)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}, {PART_NONE}), POINTS(output_lines)},
    {.at = {.part = PART_BYPASS}, POINTS(bypass)},
    {.at = {.part = PART_BYPASS}, OVER({PART_PHASE_LINE}), POINTS(bypass_lines)},
    {.at = {.part = PART_BYPASS}, OVER({PART_PHASE_LINE}, {PART_NONE}), POINTS(bypass_lines)},
};

static const struct fact facts[] = {{FACT_MANUFACTURER, OID("1.1.0")},
                                    {FACT_MODEL, OID("1.2.0")},
                                    {FACT_FIRMWARE, OID("1.4.0")},
                                    {FACT_NAME, OID("1.5.0")}};

/* No UPS on low voltage has more than 1000 V on a line (IEC 60038): such a card sends tenths. Better none
 * than wrong. */
static enum verdict adjust(const struct point *point, double *number) {
    (void)point;
    return *number > 1000 ? DROP : KEEP;
}

const struct driver driver_rfc1628 = {
    .name = "rfc1628",
    .title = "Any UPS with the standard UPS-MIB (RFC 1628)",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "RFC 1628",
    .recognition = {{.sys_object_id = "1.3.6.1.2.1.33"}, {.probe = "1.3.6.1.2.1.33.1"}},
    .oid_base = "1.3.6.1.2.1.33.1",
    FACTS(facts),
    GROUPS(groups),
    .adjust = adjust,
};
