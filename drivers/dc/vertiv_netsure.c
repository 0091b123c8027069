/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vertiv (Emerson Energy Systems) NetSure DC plants with an NCU, ACU+, SCU+ or ACU controller, SNMP.
 *
 * Sources: EES-POWER-MIB revision D (2015) and a recording of a real plant (NCU 5.2.05, nine rectifiers).
 * The controller is on plain net-snmp and may have net-snmp's sysObjectID; its own subtree tells it then.
 *
 * Voltages and currents are in thousandths and keep their sign: a -48 V plant says so itself. The MIB writes
 * "in Amps" beside the currents of tables; the recording's nine rectifiers, which add up to the plant's
 * current, prove thousandths. Which way battery current is positive is not stated; taken as charging, as by
 * other makers, and published positive while discharging. Of the table of temperatures the MIB says
 * centigrade, of the two older objects thousandths: a number that no probe can measure is taken as
 * thousandths. 2147483647 is no value.
 */
#include "driver.h"

static const struct meaning status[] = {
    {2, STATE_NO}, {3, STATE_YES}, {4, STATE_YES}, {5, STATE_YES}, {6, STATE_YES}};
static const struct meaning link[] = {{2, STATE_NO}, {3, STATE_YES}};
static const struct meaning failed[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning tests[] = {{2, TEST_NONE},    {3, TEST_RUNNING}, {4, TEST_RUNNING},
                                       {5, TEST_RUNNING}, {6, TEST_RUNNING}, {7, TEST_RUNNING},
                                       {8, TEST_NONE},    {9, TEST_NONE},    {10, TEST_NONE},
                                       {11, TEST_NONE},   {12, TEST_NONE},   {13, TEST_RUNNING}};

static const struct point plant[] = {
    {ALARM_STATE, OID("2.1.0"), ONE, STATES(status), .at = {.point = "system"},
     .absent = ABSENT(1, 7, 8, 9, 10)},
    {ALARM_STATE, OID("2.8.0"), ONE, STATES(link), .at = {.point = "communication"}, .absent = ABSENT(1)},
    {VOLTAGE, OID("2.2.0"), VOLT, .div = 1000, .at = {PART_OUTPUT}},
    {CURRENT, OID("2.3.0"), AMPERE, .div = 1000, .at = {PART_OUTPUT}},
    {LOAD, OID("2.4.0"), PERCENT, .at = {PART_OUTPUT}},
    {CURRENT, OID("2.12.1.0"), AMPERE, .div = 1000, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
    {VOLTAGE, OID("2.6.1.0"), VOLT, .div = 1000, .at = {PART_MAINS, .phase = PHASE_L1}},
    {VOLTAGE, OID("2.6.2.0"), VOLT, .div = 1000, .at = {PART_MAINS, .phase = PHASE_L2}},
    {VOLTAGE, OID("2.6.3.0"), VOLT, .div = 1000, .at = {PART_MAINS, .phase = PHASE_L3}},
    {AIR_TEMPERATURE, OID("2.7.1.0"), CELSIUS, .div = 1000, .at = {.point = "route_1"}},
    {AIR_TEMPERATURE, OID("2.7.2.0"), CELSIUS, .div = 1000, .at = {.point = "route_2"}},
};

static const struct point battery[] = {
    {BATTERY_VOLTAGE, OID("2.5.1.0"), VOLT, .div = 1000},
    {BATTERY_CURRENT, OID("2.5.2.0"), AMPERE, .mul = -1, .div = 1000},
    {BATTERY_CHARGE, OID("2.5.3.0"), PERCENT},
    {BATTERY_CAPACITY, OID("2.5.4.0"), AMPERE_HOUR, .div = 1000, .rate = RATE_SLOW},
    {BATTERY_TEST_RESULT_STATE, OID("2.9.0"), ONE, STATES(tests), .absent = ABSENT(1)},
};
static const struct point batteries[] = {{BATTERY_CURRENT, OID("2.5.5.1.2"), AMPERE, .mul = -1, .div = 1000}};

static const struct point modules[] = {
    {MODULES_FITTED, OID("2.11.1.0"), ONE, .at = {PART_RECTIFIER}, .rate = RATE_SLOW},
    {MODULES_ACTIVE, OID("2.11.2.0"), ONE, .at = {PART_RECTIFIER}},
    {LOAD, OID("2.11.3.0"), PERCENT, .at = {PART_RECTIFIER}},
    {MODULES_FITTED, OID("2.13.1.0"), ONE, .at = {PART_CONVERTER}, .rate = RATE_SLOW},
    {MODULES_ACTIVE, OID("2.13.2.0"), ONE, .at = {PART_CONVERTER}},
    {LOAD, OID("2.13.3.0"), PERCENT, .at = {PART_CONVERTER}},
    {VOLTAGE, OID("2.13.4.0"), VOLT, .div = 1000, .at = {PART_CONVERTER}},
    {CURRENT, OID("2.13.5.0"), AMPERE, .div = 1000, .at = {PART_CONVERTER, .phase = PHASE_TOTAL}},
};

static const struct point rectifiers[] = {
    {CURRENT, OID("2.11.4.1.6"), AMPERE, .div = 1000},
    {ALARM_STATE, OID("2.11.4.1.8"), ONE, STATES(failed), .at = {.point = "failed"}},
};
static const struct point converters[] = {
    {CURRENT, OID("2.13.6.1.6"), AMPERE, .div = 1000},
    {ALARM_STATE, OID("2.13.6.1.8"), ONE, STATES(failed), .at = {.point = "failed"}},
};

static const struct point loads[] = {{CURRENT, OID("2.12.2.1.2"), AMPERE, .div = 1000}};
static const struct point others[] = {
    {CURRENT, OID("2.12.3.1.2"), AMPERE, .div = 1000, .at = {.point = "general"}}};

static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("2.7.3.1.2"), CELSIUS, .only = {OID("2.7.3.1.4"), ANY_OF(1)}, .adjusted = true},
    {BATTERY_TEMPERATURE, OID("2.7.3.1.2"), CELSIUS, .only = {OID("2.7.3.1.4"), ANY_OF(2)}, .adjusted = true},
};

static const struct group groups[] = {
    {POINTS(plant)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {OVER({PART_BATTERY}), .label = OID("2.5.5.1.3"), POINTS(batteries)},
    {POINTS(modules)},
    {OVER({PART_RECTIFIER}), .label = OID("2.11.4.1.7"), POINTS(rectifiers)},
    {OVER({PART_CONVERTER}), .label = OID("2.13.6.1.7"), POINTS(converters)},
    {OVER({PART_LOAD}), .label = OID("2.12.2.1.3"), POINTS(loads)},
    {OVER({PART_LOAD}), .label = OID("2.12.3.1.3"), POINTS(others)},
    {OVER({PART_SENSOR}), .label = OID("2.7.3.1.3"), POINTS(probes)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("1.2.0")},
                                    {FACT_FIRMWARE, OID("1.3.0")},
                                    {FACT_NAME, OID("1.4.0")},
                                    {FACT_SERIAL, OID("1.6.0")}};

/* No probe measures more than 300 degC or less than -300: such a number is in thousandths. */
static enum verdict adjust(const struct point *point, double *number) {
    (void)point;
    if (*number == 2147483647.0)
        return DROP;
    if (*number > 300 || *number < -300)
        *number /= 1000;
    return KEEP;
}

const struct driver driver_vertiv_netsure = {
    .name = "vertiv_netsure",
    .title = "Vertiv NetSure DC plant with NCU, ACU+, SCU+ controller",
    .manufacturer = "Vertiv",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "EES-POWER-MIB revision D",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.6302.2.1"}, {.probe = "1.3.6.1.4.1.6302.2.1.2"}},
    .oid_base = "1.3.6.1.4.1.6302.2.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(2147483647)}),
    FACTS(facts),
    GROUPS(groups),
    .adjust = adjust,
};
