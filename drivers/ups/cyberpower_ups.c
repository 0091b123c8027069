/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CyberPower UPSes behind an RMCARD or PowerPanel (OL, OR, PR, CP series), and PowerWalker's that speak the
 * same.
 *
 * Source: CPS-MIB (3808.1.1), RFC 1628. Firmware seen in recordings: OL2200RTXL2U S1A17, CP1000PFCLCD with a
 * local agent, PowerWalker VFI 500R (RFC 1628 only). Confirmed by recordings of real devices.
 *
 * One recorded UPS names itself with a PDU's sysObjectID (3808.1.1.3), so an answering UPS model settles it;
 * it gives its active power in the PDU's object only. Voltages, currents and frequencies are tenths, times
 * are hundredths of a second, the probe's temperature is tenths of a degree Fahrenheit. An output frequency
 * of 0 beside a voltage is what small UPSes send that do not measure it; it is passed on. The tables of
 * three-phase UPSes in newer issues of the MIB are not read.
 */
#include "driver.h"

static const struct meaning modes[] = {
    {2, UPS_ONLINE}, {3, UPS_ON_BATTERY}, {4, UPS_BOOST_TRIM}, {5, UPS_OFF},         {6, UPS_OFF},
    {7, UPS_OTHER},  {8, UPS_ECO},        {9, UPS_BYPASS},     {10, UPS_BOOST_TRIM}, {11, UPS_OTHER}};
static const struct meaning standard_modes[] = {{1, UPS_OTHER},     {2, UPS_OFF},        {3, UPS_ONLINE},
                                                {4, UPS_BYPASS},    {5, UPS_ON_BATTERY}, {6, UPS_BOOST_TRIM},
                                                {7, UPS_BOOST_TRIM}};
static const struct meaning battery_states[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_ABSENT}};
static const struct meaning standard_battery[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_DEPLETED}};
static const struct meaning second_is_yes[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning input_states[] = {{1, STATE_YES}, {2, STATE_NO}, {3, STATE_NO},
                                              {4, STATE_NO},  {5, STATE_NO}, {6, STATE_NO}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("4.1.3808.1.1.1.4.1.1.0"), ONE, STATES(modes), .absent = ABSENT(-1, 1)},
    {UPS_MODE_STATE, OID("2.1.33.1.4.1.0"), ONE, STATES(standard_modes)},
    {UPS_ALARMS_ACTIVE, OID("2.1.33.1.6.1.0"), ONE},
    {APPARENT_POWER_RATING, OID("4.1.3808.1.1.1.1.2.6.0"), VOLTAMPERE, .absent = ABSENT(-1, 0)},
    {POWER_RATING, OID("4.1.3808.1.1.1.1.2.7.0"), WATT, .absent = ABSENT(-1, 0)},
    {CURRENT_RATING, OID("4.1.3808.1.1.1.1.2.8.0"), AMPERE, .div = 10, .absent = ABSENT(-1, 0)},
};

static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("4.1.3808.1.1.1.2.1.1.0"), ONE, STATES(battery_states)},
    {UPS_BATTERY_STATE, OID("2.1.33.1.2.1.0"), ONE, STATES(standard_battery)},
    {SECONDS_ON_BATTERY, OID("4.1.3808.1.1.1.2.1.2.0"), SECOND, .div = 100},
    {SECONDS_ON_BATTERY, OID("2.1.33.1.2.2.0"), SECOND},
    {BATTERY_CHARGE, OID("4.1.3808.1.1.1.2.2.1.0"), PERCENT},
    {BATTERY_CHARGE, OID("2.1.33.1.2.4.0"), PERCENT},
    {BATTERY_VOLTAGE, OID("4.1.3808.1.1.1.2.2.2.0"), VOLT, .div = 10},
    {BATTERY_VOLTAGE, OID("2.1.33.1.2.5.0"), VOLT, .div = 10},
    {BATTERY_CURRENT, OID("2.1.33.1.2.6.0"), AMPERE, .div = 10},
    {BATTERY_TEMPERATURE, OID("4.1.3808.1.1.1.2.2.3.0"), CELSIUS},
    {BATTERY_TEMPERATURE, OID("2.1.33.1.2.7.0"), CELSIUS},
    {BATTERY_RUNTIME, OID("4.1.3808.1.1.1.2.2.4.0"), SECOND, .div = 100},
    {BATTERY_RUNTIME, OID("2.1.33.1.2.3.0"), MINUTE},
    {ALARM_STATE, OID("4.1.3808.1.1.1.2.2.5.0"), ONE, STATES(second_is_yes), .at = {.point = "replace"}},
    {VOLTAGE_RATING, OID("4.1.3808.1.1.1.2.2.8.0"), VOLT, .absent = ABSENT(-1, 0)},
};

static const struct point input[] = {
    {VOLTAGE, OID("4.1.3808.1.1.1.3.2.1.0"), VOLT, .div = 10},
    {FREQUENCY, OID("4.1.3808.1.1.1.3.2.4.0"), HERTZ, .div = 10},
    {ACTIVE_POWER, OID("4.1.3808.1.1.1.3.2.7.0"), WATT, .at = {.phase = PHASE_TOTAL}},
    {SOURCE_AVAILABLE_STATE, OID("4.1.3808.1.1.1.3.2.6.0"), ONE, STATES(input_states)},
};
static const struct point output[] = {
    {VOLTAGE, OID("4.1.3808.1.1.1.4.2.1.0"), VOLT, .div = 10},
    {FREQUENCY, OID("4.1.3808.1.1.1.4.2.2.0"), HERTZ, .div = 10},
    {FREQUENCY, OID("2.1.33.1.4.2.0"), HERTZ, .div = 10},
    {LOAD, OID("4.1.3808.1.1.1.4.2.3.0"), PERCENT},
    {CURRENT, OID("4.1.3808.1.1.1.4.2.4.0"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("4.1.3808.1.1.1.4.2.5.0"), WATT, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("4.1.3808.1.1.3.2.3.1.1.7.0"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("4.1.3808.1.1.1.4.2.8.0"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("4.1.3808.1.1.1.4.2.6.0"), KILOWATT_HOUR, .div = 10, .at = {.phase = PHASE_TOTAL}},
};
static const struct point bypass[] = {{FREQUENCY, OID("2.1.33.1.5.1.0"), HERTZ, .div = 10}};

/* RFC 1628 */
static const struct point standard_input[] = {
    {FREQUENCY, OID("2.1.33.1.3.3.1.2"), HERTZ, .div = 10},
    {VOLTAGE, OID("2.1.33.1.3.3.1.3"), VOLT},
    {CURRENT, OID("2.1.33.1.3.3.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.3.3.1.5"), WATT},
};
static const struct point standard_output[] = {
    {VOLTAGE, OID("2.1.33.1.4.4.1.2"), VOLT},
    {CURRENT, OID("2.1.33.1.4.4.1.3"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("2.1.33.1.4.4.1.4"), WATT},
    {LOAD, OID("2.1.33.1.4.4.1.5"), PERCENT},
};

static const struct point probe[] = {
    {AIR_TEMPERATURE, OID("4.1.3808.1.1.4.2.1.0"), FAHRENHEIT, .div = 10},
    {RELATIVE_HUMIDITY, OID("4.1.3808.1.1.4.3.1.0"), PERCENT},
};
static const struct point contacts[] = {
    {ALARM_STATE, OID("4.1.3808.1.1.4.4.2.1.3"), ONE, STATES(second_is_yes)},
};

static const struct group groups[] = {
    {POINTS(ups)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {.at = {.part = PART_INPUT}, POINTS(input)},
    {.at = {.part = PART_OUTPUT}, POINTS(output)},
    {.at = {.part = PART_BYPASS}, POINTS(bypass)},
    {.at = {.part = PART_INPUT}, OVER({PART_PHASE_LINE}), POINTS(standard_input)},
    {.at = {.part = PART_OUTPUT}, OVER({PART_PHASE_LINE}), POINTS(standard_output)},
    {.at = {.part = PART_SENSOR}, POINTS(probe)},
    {OVER({PART_CONTACT}), .label = OID("4.1.3808.1.1.4.4.2.1.2"), POINTS(contacts)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("4.1.3808.1.1.1.1.1.1.0")},    {FACT_MODEL, OID("2.1.33.1.1.2.0")},
    {FACT_FIRMWARE, OID("4.1.3808.1.1.1.1.2.1.0")}, {FACT_FIRMWARE, OID("2.1.33.1.1.3.0")},
    {FACT_SERIAL, OID("4.1.3808.1.1.1.1.2.3.0")},   {FACT_NAME, OID("4.1.3808.1.1.1.1.1.2.0")},
};

const struct driver driver_cyberpower_ups = {
    .name = "cyberpower_ups",
    .title = "CyberPower UPS (RMCARD, PowerPanel); PowerWalker UPS with the same card",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "CPS-MIB, RFC 1628",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.3808.1.1.1"},
                    {.sys_object_id = "1.3.6.1.4.1.3808.1.1.3", .probe = "1.3.6.1.4.1.3808.1.1.1.1.1.1.0"},
                    {.sys_object_id = "1.3.6.1.4.1.3808", .probe = "1.3.6.1.4.1.3808.1.1.1.1.1.1.0"},
                    {.probe = "1.3.6.1.4.1.3808.1.1.1.2.1"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
