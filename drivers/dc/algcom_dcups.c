/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Algcom ALGPower DC UPS, SNMP. The maker's PDUs and site monitors have the same sysObjectID but other
 * subtrees.
 *
 * Sources: ALGPOWER-v2-MIB and a recording of a real one.
 *
 * Voltages are in tenths, currents in milliamperes, temperatures whole. Battery current is positive while
 * charging; published positive while discharging. The two flags of charging and discharging say the same
 * and are not read. AC voltage needs an optional sensor, the outer temperature its cable: both read 0 where
 * nothing is plugged in (the recorded device is on mains with 0 V), so 0 is no value. The MIB does not say
 * whether a battery in "nobreak mode" charges.
 */
#include "driver.h"

static const struct meaning charger[] = {{0, BATTERY_ABSENT},   {1, BATTERY_FAULT},    {2, BATTERY_UNKNOWN},
                                         {3, BATTERY_CHARGING}, {4, BATTERY_CHARGING}, {5, BATTERY_NORMAL},
                                         {6, BATTERY_LOW},      {7, BATTERY_UNKNOWN}};
static const struct meaning modes[] = {{0, UPS_ONLINE}, {1, UPS_ON_BATTERY}};
static const struct meaning alarm[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning tests[] = {
    {0, TEST_NONE}, {1, TEST_PASSED}, {2, TEST_RUNNING}, {3, TEST_ABORTED}, {4, TEST_FAILED}};

static const struct point points[] = {
    {VOLTAGE, OID("1.1.0"), VOLT, .div = 10, .at = {PART_OUTPUT}},
    {CURRENT, OID("1.2.0"), MILLIAMPERE, .at = {PART_OUTPUT}},
    {BATTERY_VOLTAGE, OID("2.1.0"), VOLT, .div = 10, .at = {PART_BATTERY}},
    {BATTERY_CURRENT, OID("2.2.0"), MILLIAMPERE, .mul = -1, .at = {PART_BATTERY}},
    {UPS_BATTERY_STATE, OID("2.3.0"), ONE, STATES(charger), .at = {PART_BATTERY}},
    {BATTERY_TEST_RESULT_STATE, OID("8.2.0"), ONE, STATES(tests), .at = {PART_BATTERY}},
    {UPS_MODE_STATE, OID("3.1.0"), ONE, STATES(modes)},
    {ALARM_STATE, OID("3.2.0"), ONE, STATES(alarm), .at = {PART_MAINS, .point = "failed_in_last_10_minutes"}},
    {ALARM_STATE, OID("3.5.0"), ONE, STATES(alarm), .at = {.point = "over_temperature"}},
    {ALARM_STATE, OID("3.6.0"), ONE, STATES(alarm), .at = {.point = "overload"}},
    {ALARM_STATE, OID("3.7.0"), ONE, STATES(alarm), .at = {.point = "fan_a_fault"}},
    {ALARM_STATE, OID("3.8.0"), ONE, STATES(alarm), .at = {.point = "fan_b_fault"}},
    {RUNTIME, OID("3.11.0"), HOUR, .rate = RATE_SLOW},
    {DEVICE_TEMPERATURE, OID("4.1.0"), CELSIUS},
    {AIR_TEMPERATURE, OID("4.2.0"), CELSIUS, .at = {PART_SENSOR}, .absent = ABSENT(0)},
    {DEVICE_TEMPERATURE, OID("4.3.0"), CELSIUS, .at = {.point = "heat_sink"}},
    {VOLTAGE, OID("6.1.0"), VOLT, .div = 10, .at = {PART_MAINS}, .absent = ABSENT(0)},
};

static const struct group groups[] = {{POINTS(points)}};

static const struct fact facts[] = {{FACT_NAME, OID("7.1.0")}};

const struct driver driver_algcom_dcups = {
    .name = "algcom_dcups",
    .title = "Algcom ALGPower DC UPS",
    .manufacturer = "Algcom",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ALGPOWER-v2-MIB; recording of a real DC UPS",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.49136", .probe = "1.3.6.1.4.1.49136.1.2"}},
    .oid_base = "1.3.6.1.4.1.49136.1",
    FACTS(facts),
    GROUPS(groups),
};
