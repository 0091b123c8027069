/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UPSes of many makers (INVT, Phoenixtec, Effekta, Kert, Online, PowerWalker ...) behind a Megatec NetAgent
 * card or a Phoenixtec card with XPPC-MIB.
 *
 * Source: XPPC-MIB (935.1.1.1), RFC 1628 for what it lacks. Firmware seen in recordings: NetAgent
 * II 2.48, 3.6, 3.7. Confirmed by recordings of real devices, one of three phases (INVT).
 *
 * The card's RFC 1628 line counts say whether there are one or three phases: where three, the single-phase
 * objects hold what no one explains (254.5 V beside three inputs of 236 V) and are left out, where one, the
 * three-phase objects hold zeros. The load per phase is in tenths of a percent (235 beside a "load" of 44 is
 * LibreNMS's reading too), the single load in whole percents. The battery's voltage is RFC 1628's: XPPC's own
 * is per block on some (2.2 V beside 41.0 V). Its battery current is in percent of a maximum that no object
 * tells: not read. A runtime of 9999 s is as much as the card can say. One card spells its sysObjectID with a
 * leading dot, which means nothing.
 */
#include "driver.h"

static const struct meaning modes[] = {{2, UPS_ONLINE}, {3, UPS_ON_BATTERY}, {4, UPS_BOOST_TRIM},
                                       {5, UPS_OFF},    {6, UPS_BYPASS},     {7, UPS_OTHER},
                                       {8, UPS_OTHER},  {9, UPS_BOOST_TRIM}};
static const struct meaning breaker_closed[] = {{8, UPS_MAINTENANCE_BYPASS}};
static const struct meaning backup[] = {{4, UPS_ON_BATTERY}};
static const struct meaning switch_modes[] = {{12, UPS_ONLINE}, {13, UPS_BYPASS}};
static const struct meaning battery_states[] = {{1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}};
static const struct meaning test_results[] = {
    {1, TEST_PASSED}, {2, TEST_FAILED}, {3, TEST_ABORTED}, {4, TEST_RUNNING}};
static const struct meaning second_is_yes[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning faults[] = {{14, STATE_YES}, {16, STATE_NO}};

/* Of three phases: the worst first. */
static const struct point three_phase_ups[] = {
    {UPS_MODE_STATE, OID("4.1.935.1.1.1.8.6.2.0"), ONE, STATES(breaker_closed), .absent = ABSENT(-1, 0, 9)},
    {UPS_MODE_STATE, OID("4.1.935.1.1.1.8.5.5.0"), ONE, STATES(backup), .absent = ABSENT(-1, 0, 5)},
    {UPS_MODE_STATE, OID("4.1.935.1.1.1.8.6.4.0"), ONE, STATES(switch_modes), .absent = ABSENT(-1, 0)},
    {ALARM_STATE, OID("4.1.935.1.1.1.8.5.3.0"), ONE, STATES(faults), .at = {.point = "low_battery"}},
    {ALARM_STATE, OID("4.1.935.1.1.1.8.7.1.0"), ONE, STATES(faults), .at = {.point = "emergency_stop"}},
    {ALARM_STATE, OID("4.1.935.1.1.1.8.7.2.0"), ONE, STATES(faults), .at = {.point = "dc_high"}},
    {ALARM_STATE, OID("4.1.935.1.1.1.8.7.4.0"), ONE, STATES(faults), .at = {.point = "overload"}},
    {ALARM_STATE, OID("4.1.935.1.1.1.8.7.5.0"), ONE, STATES(faults), .at = {.point = "inverter_fault"}},
    {ALARM_STATE, OID("4.1.935.1.1.1.8.7.6.0"), ONE, STATES(faults), .at = {.point = "over_temperature"}},
    {ALARM_STATE, OID("4.1.935.1.1.1.8.7.7.0"), ONE, STATES(faults), .at = {.point = "short_circuit"}},
};
static const struct point ups[] = {
    {UPS_MODE_STATE, OID("4.1.935.1.1.1.4.1.1.0"), ONE, STATES(modes), .absent = ABSENT(-1, 1)},
    {UPS_ALARMS_ACTIVE, OID("2.1.33.1.6.1.0"), ONE},
};

static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("4.1.935.1.1.1.2.1.1.0"), ONE, STATES(battery_states)},
    {SECONDS_ON_BATTERY, OID("4.1.935.1.1.1.2.1.2.0"), SECOND},
    {BATTERY_CHARGE, OID("4.1.935.1.1.1.2.2.1.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("2.1.33.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_VOLTAGE, OID("4.1.935.1.1.1.2.2.2.0"), VOLT, .div = 10},
    {BATTERY_TEMPERATURE, OID("4.1.935.1.1.1.2.2.3.0"), CELSIUS, .div = 10},
    {BATTERY_RUNTIME, OID("4.1.935.1.1.1.2.2.4.0"), SECOND},
    {ALARM_STATE, OID("4.1.935.1.1.1.2.2.5.0"), ONE, STATES(second_is_yes), .at = {.point = "replace"},
     .absent = ABSENT(-1, 0)},
    {BATTERY_TEST_RESULT_STATE, OID("4.1.935.1.1.1.7.2.3.0"), ONE, STATES(test_results)},
};

static const struct point single_input[] = {
    {VOLTAGE, OID("4.1.935.1.1.1.3.2.1.0"), VOLT, .div = 10},
    {FREQUENCY, OID("4.1.935.1.1.1.3.2.4.0"), HERTZ, .div = 10},
};
static const struct point single_output[] = {
    {VOLTAGE, OID("4.1.935.1.1.1.4.2.1.0"), VOLT, .div = 10},
    {FREQUENCY, OID("4.1.935.1.1.1.4.2.2.0"), HERTZ, .div = 10},
    {LOAD, OID("4.1.935.1.1.1.4.2.3.0"), PERCENT},
};

static const struct point three_inputs[] = {
    {FREQUENCY, OID("4.1.935.1.1.1.8.2.1.0"), HERTZ, .div = 10},
    {VOLTAGE, OID("4.1.935.1.1.1.8.2.2.0"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("4.1.935.1.1.1.8.2.3.0"), VOLT, .div = 10, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("4.1.935.1.1.1.8.2.4.0"), VOLT, .div = 10, .at = {.phase = PHASE_L3}},
};
static const struct point three_outputs[] = {
    {FREQUENCY, OID("4.1.935.1.1.1.8.3.1.0"), HERTZ, .div = 10},
    {VOLTAGE, OID("4.1.935.1.1.1.8.3.2.0"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("4.1.935.1.1.1.8.3.3.0"), VOLT, .div = 10, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("4.1.935.1.1.1.8.3.4.0"), VOLT, .div = 10, .at = {.phase = PHASE_L3}},
    {LOAD, OID("4.1.935.1.1.1.8.3.5.0"), PERCENT, .div = 10, .at = {.phase = PHASE_L1}},
    {LOAD, OID("4.1.935.1.1.1.8.3.6.0"), PERCENT, .div = 10, .at = {.phase = PHASE_L2}},
    {LOAD, OID("4.1.935.1.1.1.8.3.7.0"), PERCENT, .div = 10, .at = {.phase = PHASE_L3}},
};
static const struct point three_bypasses[] = {
    {FREQUENCY, OID("4.1.935.1.1.1.8.4.1.0"), HERTZ, .div = 10},
    {VOLTAGE, OID("4.1.935.1.1.1.8.4.2.0"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("4.1.935.1.1.1.8.4.3.0"), VOLT, .div = 10, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("4.1.935.1.1.1.8.4.4.0"), VOLT, .div = 10, .at = {.phase = PHASE_L3}},
};

static const struct group groups[] = {
    {POINTS(three_phase_ups), .only = {OID("2.1.33.1.4.3.0"), ANY_OF(3)}},
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, POINTS(single_input), .valid = {OID("2.1.33.1.3.2.0"), ANY_OF(0, 1)}},
    {.at = {.part = PART_OUTPUT}, POINTS(single_output), .valid = {OID("2.1.33.1.4.3.0"), ANY_OF(0, 1)}},
    {.at = {.part = PART_INPUT}, POINTS(three_inputs), .only = {OID("2.1.33.1.3.2.0"), ANY_OF(3)}},
    {.at = {.part = PART_OUTPUT}, POINTS(three_outputs), .only = {OID("2.1.33.1.4.3.0"), ANY_OF(3)}},
    {.at = {.part = PART_BYPASS}, POINTS(three_bypasses), .only = {OID("2.1.33.1.3.2.0"), ANY_OF(3)}},
};

static const struct fact facts[] = {
    {FACT_MANUFACTURER, OID("2.1.33.1.1.1.0")},    {FACT_MODEL, OID("4.1.935.1.1.1.1.1.1.0")},
    {FACT_MODEL, OID("2.1.33.1.1.2.0")},           {FACT_SERIAL, OID("4.1.935.1.1.1.1.2.3.0")},
    {FACT_FIRMWARE, OID("4.1.935.1.1.1.1.2.1.0")}, {FACT_FIRMWARE, OID("2.1.33.1.1.4.0")},
    {FACT_NAME, OID("4.1.935.1.1.1.1.1.2.0")},
};

const struct driver driver_megatec_netagent = {
    .name = "megatec_netagent",
    .title =
        "UPS behind a Megatec NetAgent or Phoenixtec card (XPPC-MIB): INVT, Phoenixtec, Effekta, Kert ...",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "XPPC-MIB, RFC 1628",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.935", .probe = "1.3.6.1.4.1.935.1.1.1"},
                    {.probe = "1.3.6.1.4.1.935.1.1.1"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
