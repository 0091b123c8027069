/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delta DC plants with an Orion controller, SNMP.
 *
 * Sources: ORION-BASE-MIB and a recording of a real plant (controller B8.35).
 *
 * Besides a few objects with a fixed meaning the plant tells everything in one table of measurements: a name
 * that people may change, a number, a power of ten and a code of the unit. A row's quantity follows from its
 * code; which part of the plant it is of only its name says, so rows are sensors with names. Percentages are
 * read where the name is the maker's "State of Charge". Amp-hours have no quantity of their own.
 * 2147483647 is no value. Which way battery current is positive is not stated; taken as charging, as by
 * other makers, and published positive while discharging. Events are told as contacts: a plant's "HEX" that
 * is true is no alarm.
 */
#include "driver.h"

static const struct meaning charging[] = {{1, BATTERY_NORMAL},   {2, BATTERY_NORMAL},  {3, BATTERY_CHARGING},
                                          {4, BATTERY_CHARGING}, {5, BATTERY_NORMAL},  {6, BATTERY_CHARGING},
                                          {7, BATTERY_CHARGING}, {8, BATTERY_CHARGING}};
static const struct meaning limited[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning events[] = {{1, STATE_NO}, {3, STATE_YES}};

static const struct point plant[] = {
    {VOLTAGE, OID("3.1.0"), VOLT, .div = 100, .at = {PART_OUTPUT}},
    {CURRENT, OID("3.2.0"), AMPERE, .div = 10, .at = {PART_LOAD, .phase = PHASE_TOTAL}},
    {CURRENT, OID("3.7.0"), AMPERE, .div = 10, .at = {PART_RECTIFIER, .phase = PHASE_TOTAL}},
    {ACTIVE_POWER, OID("3.8.0"), WATT, .at = {PART_OUTPUT}},
    {MODULES_FITTED, OID("4.1.0"), ONE, .at = {PART_RECTIFIER}, .rate = RATE_SLOW},
    {MODULES_ACTIVE, OID("4.3.0"), ONE, .at = {PART_RECTIFIER}},
};
static const struct point battery[] = {
    {BATTERY_CURRENT, OID("3.3.0"), AMPERE, .mul = -1, .div = 10},
    {BATTERY_TEMPERATURE, OID("3.4.0"), CELSIUS, .div = 10},
    {UPS_BATTERY_STATE, OID("3.5.0"), ONE, STATES(charging)},
    {ALARM_STATE, OID("3.6.0"), ONE, STATES(limited), .at = {.point = "current_limited"}},
};

static const struct point measurements[] = {
    {VOLTAGE, .unit = VOLT, .only = {OID("9.1.1.5"), ANY_OF(3, 4)}},
    {CURRENT, .unit = AMPERE, .only = {OID("9.1.1.5"), ANY_OF(5)}},
    {DEVICE_TEMPERATURE, .unit = CELSIUS, .only = {OID("9.1.1.5"), ANY_OF(7)}},
    {ACTIVE_POWER, .unit = WATT, .only = {OID("9.1.1.5"), ANY_OF(9)}},
    {ACTIVE_ENERGY, .unit = WATT_HOUR, .only = {OID("9.1.1.5"), ANY_OF(10)}},
    {BATTERY_CHARGE, .unit = PERCENT, .only = {OID("9.1.1.2"), .pattern = "State of Charge"}},
    {FREQUENCY, .unit = HERTZ, .only = {OID("9.1.1.5"), ANY_OF(13)}},
    {APPARENT_POWER, .unit = VOLTAMPERE, .only = {OID("9.1.1.5"), ANY_OF(14)}},
    {REACTIVE_POWER, .unit = VAR, .only = {OID("9.1.1.5"), ANY_OF(15)}},
    {REACTIVE_ENERGY, .unit = VAR_HOUR, .only = {OID("9.1.1.5"), ANY_OF(16)}},
    {APPARENT_ENERGY, .unit = VOLTAMPERE_HOUR, .only = {OID("9.1.1.5"), ANY_OF(17)}},
};

static const struct point contacts[] = {
    {CONTACT_STATE, OID("10.1.1.3"), ONE, STATES(events), .absent = ABSENT(2)}};

static const struct group groups[] = {
    {POINTS(plant)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {OVER({PART_SENSOR}), .label = OID("9.1.1.2"), .value = OID("9.1.1.3"),
     .scale = {SCALE_EXPONENT, OID("9.1.1.4")}, POINTS(measurements)},
    {OVER({PART_CONTACT}), .label = OID("10.1.1.2"), POINTS(contacts)},
};

static const struct fact facts[] = {{FACT_FIRMWARE, OID("1.4.0")}};

const struct driver driver_delta_orion = {
    .name = "delta_orion",
    .title = "Delta DC plant with Orion controller",
    .manufacturer = "Delta",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "ORION-BASE-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.20246", .probe = "1.3.6.1.4.1.20246.2.3.1.1.1.2"},
                    {.probe = "1.3.6.1.4.1.20246.2.3.1.1.1.2"}},
    .oid_base = "1.3.6.1.4.1.20246.2.3.1.1.1.2",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(2147483647)}),
    FACTS(facts),
    GROUPS(groups),
};
