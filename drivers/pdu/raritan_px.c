/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raritan PX2, PX3 and PX4 rack PDUs (PDU2-MIB).
 *
 * Source: PDU2-MIB. Firmware seen in recordings: 3.0.4 (PX2), 4.2.0 (PX3-5493U-K2). Confirmed by
 * recordings.
 *
 * The device describes itself: the last piece of a sensor's index is its type, DecimalDigits gives the
 * scale and Units the unit. Old firmware leaves out the Units and IsAvailable columns; then the unit is the
 * one its web page shows, and a row that answers counts. Value is unsigned and wraps below zero, except
 * energies, which only count up. (The Signed column holds the same number; firmware 3.0.4 lacks it.) A
 * protector tells open and closed, not why it opened. The voltage of a pole (type 4) is not read: the
 * sources do not say whether it is against neutral; type 25 is. An inlet's voltage is read where its number
 * of poles says what it is: 2 are one phase, 3 (a delta) and 4 three, between which it is measured: Raritan's
 * guide to the MIB shows 397 V.
 */
#include "driver.h"

static const struct unit_name units[] = {
    {1, .unit = VOLT},        {2, .unit = AMPERE},
    {3, .unit = WATT},        {4, .unit = VOLTAMPERE},
    {5, .unit = WATT_HOUR},   {6, .unit = VOLTAMPERE_HOUR},
    {7, .unit = CELSIUS},     {8, .unit = HERTZ},
    {9, .unit = PERCENT},     {10, .unit = METER_PER_SECOND},
    {11, .unit = PASCAL},     {12, .unit = PSI},
    {14, .unit = FAHRENHEIT}, {19, .unit = REVOLUTION_PER_MINUTE},
    {23, .unit = VAR},        {-1, .unit = ONE},
    {.unit = UNIT_UNSTATED},
};

static const struct meaning protector_states[] = {{0, BREAKER_OPEN}, {1, BREAKER_CLOSED}};
static const struct meaning outlet_states[] = {{7, OUTLET_ON}, {8, OUTLET_OFF}};
static const struct meaning leak_states[] = {{9, LEAK_WET}, {11, LEAK_WET}, {10, LEAK_DRY}, {4, LEAK_DRY}};
static const struct meaning smoke_states[] = {{9, STATE_YES}, {11, STATE_YES}, {10, STATE_NO}, {4, STATE_NO}};

/* Sensors by type. An inlet's powers and energies are totals over its poles. */
static const struct point inlets[] = {
    {CURRENT, .key = 1, .unit = AMPERE, .wraps = true},
    {CURRENT_UNBALANCE, .key = 3, .unit = PERCENT, .wraps = true},
    {VOLTAGE, .key = 4, .unit = VOLT, .wraps = true, .only = {OID_OF("3.3.3.1.5", 2), ANY_OF(2)}},
    {LINE_VOLTAGE, .key = 4, .unit = VOLT, .wraps = true, .only = {OID_OF("3.3.3.1.5", 2), ANY_OF(3, 4)}},
    {ACTIVE_POWER, .key = 5, .unit = WATT, .wraps = true, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, .key = 6, .unit = VOLTAMPERE, .wraps = true, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, .key = 7, .unit = ONE, .wraps = true},
    {ACTIVE_ENERGY, .key = 8, .unit = WATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_ENERGY, .key = 9, .unit = VOLTAMPERE_HOUR, .at = {.phase = PHASE_TOTAL}},
    {FREQUENCY, .key = 23, .unit = HERTZ, .wraps = true},
    {RESIDUAL_CURRENT, .key = 26, .unit = AMPERE, .wraps = true},
    {REACTIVE_POWER, .key = 29, .unit = VAR, .wraps = true, .at = {.phase = PHASE_TOTAL}},
};

static const struct point poles[] = {
    {CURRENT, .key = 1, .unit = AMPERE, .wraps = true},
    {ACTIVE_POWER, .key = 5, .unit = WATT, .wraps = true},
    {APPARENT_POWER, .key = 6, .unit = VOLTAMPERE, .wraps = true},
    {POWER_FACTOR, .key = 7, .unit = ONE, .wraps = true},
    {ACTIVE_ENERGY, .key = 8, .unit = WATT_HOUR},
    {APPARENT_ENERGY, .key = 9, .unit = VOLTAMPERE_HOUR},
    {VOLTAGE, .key = 25, .unit = VOLT, .wraps = true},
    {REACTIVE_POWER, .key = 29, .unit = VAR, .wraps = true},
};

/* Of outlets and protectors. */
static const struct point sensors[] = {
    {CURRENT, .key = 1, .unit = AMPERE, .wraps = true},
    {VOLTAGE, .key = 4, .unit = VOLT, .wraps = true},
    {ACTIVE_POWER, .key = 5, .unit = WATT, .wraps = true},
    {APPARENT_POWER, .key = 6, .unit = VOLTAMPERE, .wraps = true},
    {POWER_FACTOR, .key = 7, .unit = ONE, .wraps = true},
    {ACTIVE_ENERGY, .key = 8, .unit = WATT_HOUR},
    {APPARENT_ENERGY, .key = 9, .unit = VOLTAMPERE_HOUR},
    {FREQUENCY, .key = 23, .unit = HERTZ, .wraps = true},
    {RESIDUAL_CURRENT, .key = 26, .unit = AMPERE, .wraps = true},
    {REACTIVE_POWER, .key = 29, .unit = VAR, .wraps = true},
};

static const struct point protector_trips[] = {
    {BREAKER_STATE, OID("5.3.3.1.3"), ONE, STATES(protector_states), .key = 15, .absent = ABSENT(-1)},
};
static const struct point outlet_relays[] = {
    {OUTLET_STATE, OID("5.4.3.1.3"), ONE, STATES(outlet_states), .key = 14, .absent = ABSENT(-1)},
};

/* External sensors carry their type in a column. */
static const struct point external[] = {
    {AIR_TEMPERATURE, .unit = CELSIUS, .only = {OID("3.6.3.1.2"), ANY_OF(10)}},
    {RELATIVE_HUMIDITY, .unit = PERCENT, .only = {OID("3.6.3.1.2"), ANY_OF(11)}},
    {AIRFLOW_VELOCITY, .unit = METER_PER_SECOND, .only = {OID("3.6.3.1.2"), ANY_OF(12)}},
    {DIFFERENTIAL_PRESSURE, .unit = PASCAL, .only = {OID("3.6.3.1.2"), ANY_OF(13)}},
};
static const struct point external_states[] = {
    {LEAK_STATE, OID("5.5.3.1.3"), ONE, STATES(leak_states), .only = {OID("3.6.3.1.2"), ANY_OF(17)},
     .absent = ABSENT(-1)},
    {SMOKE_STATE, OID("5.5.3.1.3"), ONE, STATES(smoke_states), .only = {OID("3.6.3.1.2"), ANY_OF(18)},
     .absent = ABSENT(-1)},
};

static const struct group groups[] = {
    {OVER({PART_UNIT}, {PART_INLET}, {.key = true}), .label = OID("3.3.3.1.3"), POINTS(inlets),
     .value = OID("5.2.3.1.4"), .valid = {OID("5.2.3.1.2"), ANY_OF(1)},
     .scale = {SCALE_DIGITS, OID("3.3.4.1.7")}, .unit_from = OID("3.3.4.1.6"), .units = units},
    {OVER({PART_UNIT}, {PART_INLET}, {PART_PHASE_LINE}, {.key = true}), .at = {.part = PART_INLET},
     POINTS(poles), .value = OID("5.2.4.1.4"), .valid = {OID("5.2.4.1.2"), ANY_OF(1)},
     .scale = {SCALE_DIGITS, OID("3.3.6.1.7")}, .unit_from = OID("3.3.6.1.6"), .units = units},
    {OVER({PART_UNIT}, {PART_BREAKER}, {.key = true}), .label = OID("3.4.3.1.3"), POINTS(sensors),
     .value = OID("5.3.3.1.4"), .valid = {OID("5.3.3.1.2"), ANY_OF(1)},
     .scale = {SCALE_DIGITS, OID("3.4.4.1.7")}, .unit_from = OID("3.4.4.1.6"), .units = units},
    {OVER({PART_UNIT}, {PART_BREAKER}, {.key = true}), POINTS(protector_trips)},
    {OVER({PART_UNIT}, {PART_OUTLET}, {.key = true}), .label = OID("3.5.3.1.3"), POINTS(sensors),
     .value = OID("5.4.3.1.4"), .valid = {OID("5.4.3.1.2"), ANY_OF(1)},
     .scale = {SCALE_DIGITS, OID("3.5.4.1.7")}, .unit_from = OID("3.5.4.1.6"), .units = units},
    {OVER({PART_UNIT}, {PART_OUTLET}, {.key = true}), POINTS(outlet_relays)},
    {OVER({PART_UNIT}, {PART_SENSOR}), .label = OID("3.6.3.1.4"), POINTS(external), .value = OID("5.5.3.1.4"),
     .valid = {OID("5.5.3.1.2"), ANY_OF(1)}, .scale = {SCALE_DIGITS, OID("3.6.3.1.17")},
     .unit_from = OID("3.6.3.1.16"), .units = units},
    {OVER({PART_UNIT}, {PART_SENSOR}), POINTS(external_states)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("3.2.1.1.3.1")},
                                    {FACT_SERIAL, OID("3.2.1.1.4.1")},
                                    {FACT_FIRMWARE, OID("3.2.3.1.6.1.1.1")}};

const struct driver driver_raritan_px = {
    .name = "raritan_px",
    .title = "Raritan PX2, PX3, PX4 rack PDU",
    .manufacturer = "Raritan",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PDU2-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.13742.6"}},
    .oid_base = "1.3.6.1.4.1.13742.6",
    FACTS(facts),
    GROUPS(groups),
};
