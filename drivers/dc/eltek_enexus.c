/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eltek DC plants with a Smartpack2, Smartpack S, Smartpack R or Compack controller (Micropack, Flatpack
 * systems), SNMP.
 *
 * Sources: SP2-MIB (2014) and recordings of six real plants (Smartpack S 2.5.2, 2.5.3, 2.14, Smartpack2 2.3,
 * Smartpack2 Touch 1.5, Micropack 2.7.4). Older WebPower controllers are eltek_webpower.
 *
 * The plant says itself whether currents are in amperes or in tenths (one of the recordings counts whole
 * amperes: rectifiers 92 A, load 94 A, battery -2 A), whether temperatures are in degC or degF, and whether
 * remaining capacity is in Ah or percent. A single rectifier's current is always in tenths: seven with about
 * 131 make the 92 A. Battery currents are positive while charging and are published positive while
 * discharging. A sensor whose monitor is disabled is not fitted and reads -100, 127 or 0; currents and
 * voltages are measured either way. Battery quality is 0 before the first battery test. What the energy
 * counter counts in is not stated. Generator, solar, wind, DC/DC and a second battery group: no recording has
 * them, and they are not read.
 */
#include "driver.h"

/* Status of any monitor; disabled, disconnected and not present say nothing. */
static const struct meaning alarm[] = {{0, STATE_YES},  {1, STATE_NO},  {2, STATE_YES},  {3, STATE_YES},
                                       {7, STATE_YES},  {8, STATE_YES}, {9, STATE_YES},  {10, STATE_YES},
                                       {11, STATE_YES}, {12, STATE_NO}, {18, STATE_YES}, {19, STATE_YES}};
static const struct meaning fuse[] = {{0, BREAKER_TRIPPED},
                                      {1, BREAKER_CLOSED},
                                      {2, BREAKER_TRIPPED},
                                      {3, BREAKER_TRIPPED},
                                      {7, BREAKER_TRIPPED}};

static const struct unit_name temperature_units[] = {
    {.code = 0, .unit = CELSIUS}, {.code = 1, .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};

static const struct point plant[] = {
    {ALARM_STATE, OID("2.1.0"), ONE, STATES(alarm), .at = {.point = "system"}, .absent = ABSENT(4, 5, 6)},
    {ALARM_STATE, OID("3.1.0"), ONE, STATES(alarm), .at = {PART_MAINS, .point = "status"},
     .absent = ABSENT(4, 5, 6)},
    {ALARM_STATE, OID("5.1.0"), ONE, STATES(alarm), .at = {PART_RECTIFIER, .point = "status"},
     .absent = ABSENT(4, 5, 6)},
    {CURRENT, OID("5.2.5.0"), AMPERE, .at = {PART_RECTIFIER, .phase = PHASE_TOTAL},
     .scale = {SCALE_DIGITS, OID("2.15.0")}},
    {LOAD, OID("5.3.5.0"), PERCENT, .at = {PART_RECTIFIER}},
    {MODULES_FITTED, OID("5.5.0"), ONE, .at = {PART_RECTIFIER}, .rate = RATE_SLOW},
    {ALARM_STATE, OID("9.1.0"), ONE, STATES(alarm), .at = {PART_LOAD, .point = "status"},
     .absent = ABSENT(4, 5, 6)},
    {CURRENT, OID("9.2.5.0"), AMPERE, .at = {PART_LOAD, .phase = PHASE_TOTAL},
     .scale = {SCALE_DIGITS, OID("2.15.0")}},
    {ALARM_STATE, OID("9.3.0"), ONE, STATES(alarm), .at = {PART_LOAD, .point = "fuses"},
     .absent = ABSENT(4, 5, 6)},
    {ACTIVE_ENERGY, OID("9.8.1.0"), UNIT_UNSTATED, .at = {PART_LOAD}, .rate = RATE_SLOW},
};

static const struct point battery[] = {
    {ALARM_STATE, OID("10.1.0"), ONE, STATES(alarm), .at = {.point = "status"}, .absent = ABSENT(4, 5, 6)},
    {BATTERY_VOLTAGE, OID("10.5.5.0"), VOLT, .div = 100},
    {BATTERY_CURRENT, OID("10.6.5.0"), AMPERE, .mul = -1, .scale = {SCALE_DIGITS, OID("2.15.0")}},
    {BATTERY_TEMPERATURE, OID("10.7.5.0"), CELSIUS, .valid = {OID("10.7.4.0"), ANY_OF(1)},
     .unit_from = OID("2.16.0"), .units = temperature_units},
    {BATTERY_RUNTIME, OID("10.8.5.0"), MINUTE},
    {BATTERY_CAPACITY_LEFT, OID("10.9.5.0"), AMPERE_HOUR, .only = {OID("2.17.0"), ANY_OF(0)}},
    {BATTERY_CHARGE, OID("10.9.5.0"), PERCENT, .only = {OID("2.17.0"), ANY_OF(1)}},
    {BATTERY_CAPACITY, OID("10.11.5.0"), AMPERE_HOUR, .rate = RATE_SLOW},
    {BATTERY_HEALTH, OID("10.12.5.0"), PERCENT, .absent = ABSENT(0), .rate = RATE_SLOW},
    {ALARM_STATE, OID("10.13.1.0"), ONE, STATES(alarm), .at = {.point = "low_voltage_disconnect"},
     .absent = ABSENT(4, 5, 6)},
};

static const struct point mains[] = {{VOLTAGE, OID("3.4.1.6"), VOLT}};

static const struct point rectifiers[] = {
    {ALARM_STATE, OID("5.6.1.2"), ONE, STATES(alarm), .at = {.point = "status"}, .absent = ABSENT(4, 5, 6)},
    {CURRENT, OID("5.6.1.3"), AMPERE, .div = 10, .at = {.point = "output"}},
    {VOLTAGE, OID("5.6.1.4"), VOLT, .at = {.point = "input"}},
};

static const struct point contactors[] = {{ALARM_STATE, OID("9.6.1.2"), ONE, STATES(alarm),
                                           .at = {.point = "low_voltage_disconnect"},
                                           .absent = ABSENT(4, 5, 6)}};
static const struct point load_fuses[] = {
    {BREAKER_STATE, OID("9.7.1.1"), ONE, STATES(fuse), .absent = ABSENT(4, 5, 6)}};

static const struct point strings[] = {
    {BATTERY_CURRENT, OID("10.18.4.1.6"), AMPERE, .mul = -1, .scale = {SCALE_DIGITS, OID_WHOLE("2.15.0")}}};
static const struct point string_temperatures[] = {
    {BATTERY_TEMPERATURE, OID("10.18.3.1.6"), CELSIUS, .valid = {OID("10.18.3.1.5"), ANY_OF(1)},
     .unit_from = OID_WHOLE("2.16.0"), .units = temperature_units},
};
static const struct point string_fuses[] = {
    {BREAKER_STATE, OID("10.18.5.1.2"), ONE, STATES(fuse), .absent = ABSENT(4, 5, 6)}};
static const struct point monitor_temperatures[] = {
    {BATTERY_TEMPERATURE, OID("10.19.3.1.6"), CELSIUS, .at = {.point = "monitor"},
     .valid = {OID("10.19.3.1.5"), ANY_OF(1)}, .unit_from = OID_WHOLE("2.16.0"), .units = temperature_units},
};

static const struct point inputs[] = {
    {ALARM_STATE, OID("11.2.1.2"), ONE, STATES(alarm), .at = {.point = "input"}, .absent = ABSENT(4, 5, 6)}};
static const struct point io_inputs[] = {{ALARM_STATE, OID("11.4.1.2"), ONE, STATES(alarm),
                                          .at = {.point = "io_unit_input"}, .absent = ABSENT(4, 5, 6)}};

static const struct group groups[] = {
    {POINTS(plant)},
    {.at = {.part = PART_BATTERY}, POINTS(battery)},
    {OVER({PART_MAINS}), .label = OID("3.4.1.3"), POINTS(mains)},
    {OVER({PART_RECTIFIER}), .label = OID("5.6.1.5"), POINTS(rectifiers)},
    {OVER({PART_LOAD}, {PART_LOAD}), .label = OID("9.6.1.3"), POINTS(contactors)},
    {OVER({PART_LOAD}), .label = OID("9.7.1.2"), POINTS(load_fuses)},
    {.at = {.part = PART_BATTERY},
     OVER({PART_BATTERY}, {PART_STRING}),
     .label = OID("10.18.4.1.3"),
     POINTS(strings)},
    {.at = {.part = PART_BATTERY},
     OVER({PART_BATTERY}, {PART_SENSOR}),
     .label = OID("10.18.3.1.3"),
     POINTS(string_temperatures)},
    {.at = {.part = PART_BATTERY},
     OVER({PART_BATTERY}, {PART_BREAKER}),
     .label = OID("10.18.5.1.3"),
     POINTS(string_fuses)},
    {.at = {.part = PART_BATTERY},
     OVER({PART_BATTERY}, {PART_SENSOR}),
     .label = OID("10.19.3.1.3"),
     POINTS(monitor_temperatures)},
    {OVER({PART_CONTACT}, {PART_CONTACT}), .label = OID("11.2.1.3"), POINTS(inputs)},
    {OVER({PART_CONTACT}, {PART_CONTACT}), .label = OID("11.4.1.3"), POINTS(io_inputs)},
};

static const struct fact facts[] = {{FACT_NAME, OID("2.5.0")},
                                    {FACT_MODEL, OID("2.6.0")},
                                    {FACT_SERIAL, OID("2.7.0")},
                                    {FACT_FIRMWARE, OID("13.8.2.1.8.1")},
                                    {FACT_FIRMWARE, OID("13.8.2.1.8.2")}};

const struct driver driver_eltek_enexus = {
    .name = "eltek_enexus",
    .title = "Eltek DC plant with Smartpack2, Smartpack S, Compack controller",
    .manufacturer = "Eltek",
    .class = CLASS_DC,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "SP2-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.12148.10"}, {.probe = "1.3.6.1.4.1.12148.10.2"}},
    .oid_base = "1.3.6.1.4.1.12148.10",
    FACTS(facts),
    GROUPS(groups),
};
