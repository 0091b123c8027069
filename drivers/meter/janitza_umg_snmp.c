/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Janitza UMG 96 power analysers with SNMP.
 *
 * Source: JANITZA-MIB-UMG96. Confirmed by a recording of a real UMG96.
 *
 * Janitza uses the same object numbers for another table in its larger meters (JANITZA-MIB: four phases,
 * other columns), so a probe tells: here the user's variables are in group 7, there in group 9. The MIB
 * prints the sums' units as W and kWh whatever they are; var, VA and kvarh are meant. cos phi is that of the
 * fundamental: with the recorded distortion P / S is smaller. Reactive energy is a net of both directions
 * and may be negative; then it is left out, since a counter cannot go down. Inputs 4 to 6 are further current
 * transformers; of what, the site knows. A probe that is not fitted says -1000. The sixteen variables of
 * the user's own program mean what the user means.
 */
#include "driver.h"

static const struct point phases[] = {
    {VOLTAGE, OID("1.1.0"), VOLT, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE, OID("1.2.0"), VOLT, .div = 10, .at = {.phase = PHASE_L2}},
    {VOLTAGE, OID("1.3.0"), VOLT, .div = 10, .at = {.phase = PHASE_L3}},
    {LINE_VOLTAGE, OID("1.4.0"), VOLT, .div = 10, .at = {.phase = PHASE_L1_L2}},
    {LINE_VOLTAGE, OID("1.5.0"), VOLT, .div = 10, .at = {.phase = PHASE_L2_L3}},
    {LINE_VOLTAGE, OID("1.6.0"), VOLT, .div = 10, .at = {.phase = PHASE_L3_L1}},
    {CURRENT, OID("1.7.0"), MILLIAMPERE, .at = {.phase = PHASE_L1}},
    {CURRENT, OID("1.8.0"), MILLIAMPERE, .at = {.phase = PHASE_L2}},
    {CURRENT, OID("1.9.0"), MILLIAMPERE, .at = {.phase = PHASE_L3}},
    {ACTIVE_POWER, OID("1.13.0"), WATT, .at = {.phase = PHASE_L1}},
    {ACTIVE_POWER, OID("1.14.0"), WATT, .at = {.phase = PHASE_L2}},
    {ACTIVE_POWER, OID("1.15.0"), WATT, .at = {.phase = PHASE_L3}},
    {REACTIVE_POWER, OID("1.16.0"), VAR, .at = {.phase = PHASE_L1}},
    {REACTIVE_POWER, OID("1.17.0"), VAR, .at = {.phase = PHASE_L2}},
    {REACTIVE_POWER, OID("1.18.0"), VAR, .at = {.phase = PHASE_L3}},
    {APPARENT_POWER, OID("1.19.0"), VOLTAMPERE, .at = {.phase = PHASE_L1}},
    {APPARENT_POWER, OID("1.20.0"), VOLTAMPERE, .at = {.phase = PHASE_L2}},
    {APPARENT_POWER, OID("1.21.0"), VOLTAMPERE, .at = {.phase = PHASE_L3}},
    {DISPLACEMENT_POWER_FACTOR, OID("1.22.0"), ONE, .div = 1000, .at = {.phase = PHASE_L1}},
    {DISPLACEMENT_POWER_FACTOR, OID("1.23.0"), ONE, .div = 1000, .at = {.phase = PHASE_L2}},
    {DISPLACEMENT_POWER_FACTOR, OID("1.24.0"), ONE, .div = 1000, .at = {.phase = PHASE_L3}},
    {ACTIVE_ENERGY, OID("3.1.0"), KILOWATT_HOUR, .div = 10, .at = {.phase = PHASE_L1}},
    {ACTIVE_ENERGY, OID("3.2.0"), KILOWATT_HOUR, .div = 10, .at = {.phase = PHASE_L2}},
    {ACTIVE_ENERGY, OID("3.3.0"), KILOWATT_HOUR, .div = 10, .at = {.phase = PHASE_L3}},
    {REACTIVE_ENERGY, OID("3.4.0"), KILOVAR_HOUR, .div = 10, .at = {.phase = PHASE_L1}, .adjusted = true},
    {REACTIVE_ENERGY, OID("3.5.0"), KILOVAR_HOUR, .div = 10, .at = {.phase = PHASE_L2}, .adjusted = true},
    {REACTIVE_ENERGY, OID("3.6.0"), KILOVAR_HOUR, .div = 10, .at = {.phase = PHASE_L3}, .adjusted = true},
    {VOLTAGE_THD, OID("5.1.0"), PERCENT, .div = 10, .at = {.phase = PHASE_L1}},
    {VOLTAGE_THD, OID("5.2.0"), PERCENT, .div = 10, .at = {.phase = PHASE_L2}},
    {VOLTAGE_THD, OID("5.3.0"), PERCENT, .div = 10, .at = {.phase = PHASE_L3}},
    {CURRENT_THD, OID("5.4.0"), PERCENT, .div = 10, .at = {.phase = PHASE_L1}},
    {CURRENT_THD, OID("5.5.0"), PERCENT, .div = 10, .at = {.phase = PHASE_L2}},
    {CURRENT_THD, OID("5.6.0"), PERCENT, .div = 10, .at = {.phase = PHASE_L3}},
};

static const struct point totals[] = {
    {ACTIVE_POWER, OID("2.1.0"), WATT},
    {REACTIVE_POWER, OID("2.2.0"), VAR},
    {APPARENT_POWER, OID("2.3.0"), VOLTAMPERE},
    {DISPLACEMENT_POWER_FACTOR, OID("2.4.0"), ONE, .div = 1000},
    {ACTIVE_ENERGY, OID("4.1.0"), KILOWATT_HOUR, .div = 10},
    {REACTIVE_ENERGY, OID("4.2.0"), KILOVAR_HOUR, .div = 10, .adjusted = true},
};

static const struct point others[] = {
    {FREQUENCY, OID("6.1.0"), HERTZ, .div = 100, .at = {.part = PART_INPUT}},
    {CURRENT, OID("1.10.0"), MILLIAMPERE, .at = {.part = PART_CIRCUIT, .depth = 1, .id = {4}}},
    {CURRENT, OID("1.11.0"), MILLIAMPERE, .at = {.part = PART_CIRCUIT, .depth = 1, .id = {5}}},
    {CURRENT, OID("1.12.0"), MILLIAMPERE, .at = {.part = PART_CIRCUIT, .depth = 1, .id = {6}}},
    {AIR_TEMPERATURE, OID("6.2.0"), CELSIUS, .div = 10, .absent = ABSENT(-1000),
     .at = {.part = PART_SENSOR, .depth = 1, .id = {1}}},
    {AIR_TEMPERATURE, OID("6.3.0"), CELSIUS, .div = 10, .absent = ABSENT(-1000),
     .at = {.part = PART_SENSOR, .depth = 1, .id = {2}}},
};

static const struct group groups[] = {
    {.at = {.part = PART_INPUT}, POINTS(phases)},
    {.at = {.part = PART_INPUT, .phase = PHASE_TOTAL}, POINTS(totals)},
    {POINTS(others)},
};

static enum verdict drop_below_zero(const struct point *point, double *number) {
    (void)point;
    return *number < 0 ? DROP : KEEP;
}

const struct driver driver_janitza_umg_snmp = {
    .name = "janitza_umg_snmp",
    .title = "Janitza UMG 96 power analyser over SNMP",
    .manufacturer = "Janitza",
    .class = CLASS_METER,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "JANITZA-MIB-UMG96",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.34278", .probe = "1.3.6.1.4.1.34278.7.9"}},
    .oid_base = "1.3.6.1.4.1.34278",
    GROUPS(groups),
    .adjust = drop_below_zero,
};
