/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raritan Dominion PX, the first generation (PDU-MIB, 13742.4).
 *
 * Source: PDU-MIB of Raritan. Firmware seen in a recording: 1.5.7 (12 outlets, one phase). Confirmed by a
 * recording of a real device; three phases and breakers by the manual only.
 *
 * What an inlet's pole table is between says the number of poles: 3 are a delta, whose voltages are between
 * lines, 1 and 4 have a neutral, which is a pole of its own labelled "N". Powers of poles count only on
 * inline meters and energies only where the device says that it supports them; elsewhere these columns hold
 * 0. External sensors carry type, digits and unit; the unbalance, which comes as text, is left out, and so
 * are the totals that the inlet table replaced.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{0, OUTLET_OFF}, {1, OUTLET_ON}, {2, OUTLET_PENDING}};
static const struct meaning breaker_states[] = {{0, BREAKER_CLOSED}, {1, BREAKER_TRIPPED}};
static const struct meaning leak_states[] = {{9, LEAK_WET}, {11, LEAK_WET}, {10, LEAK_DRY}, {4, LEAK_DRY}};
static const struct meaning alarm_states[] = {{9, STATE_YES}, {11, STATE_YES}, {10, STATE_NO}, {4, STATE_NO}};
static const struct unit_name units[] = {
    {7, .unit = CELSIUS}, {9, .unit = PERCENT},     {10, .unit = METER_PER_SECOND}, {11, .unit = PASCAL},
    {12, .unit = PSI},    {14, .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};

static const struct point device[] = {
    {DEVICE_TEMPERATURE, OID("1.3.1.5.0"), CELSIUS, .div = 10},
};

static const struct point inlets[] = {
    {CURRENT_RATING, OID("1.20.2.1.4"), MILLIAMPERE, .rate = RATE_ONCE},
    {ACTIVE_POWER, OID("1.20.2.1.9"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("1.20.2.1.10"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("1.20.2.1.11"), PERCENT, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("1.20.2.1.12"), WATT_HOUR, .at = {.phase = PHASE_TOTAL},
     .only = {OID_WHOLE("1.1.32.0"), .pattern = "Yes"}},
};

static const struct point poles[] = {
    {CURRENT, OID("1.21.2.1.3"), MILLIAMPERE},
    {VOLTAGE, OID("1.21.2.1.4"), MILLIVOLT, .only = {OID_OF("1.20.2.1.3", 1), ANY_OF(1, 4)}},
    {ACTIVE_POWER, OID("1.21.2.1.7"), WATT, .only = {OID_WHOLE("1.1.35.0"), .pattern = "Yes"}},
    {APPARENT_POWER, OID("1.21.2.1.8"), VOLTAMPERE, .only = {OID_WHOLE("1.1.35.0"), .pattern = "Yes"}},
    {POWER_FACTOR, OID("1.21.2.1.9"), PERCENT, .only = {OID_WHOLE("1.1.35.0"), .pattern = "Yes"}},
    {ACTIVE_ENERGY, OID("1.21.2.1.11"), WATT_HOUR, .only = {OID_WHOLE("1.1.35.0"), .pattern = "Yes"}},
};
static const struct point pairs[] = {
    {LINE_VOLTAGE, OID("1.21.2.1.4"), MILLIVOLT, .only = {OID_OF("1.20.2.1.3", 1), ANY_OF(3)}},
};
static const struct point neutral[] = {
    {NEUTRAL_CURRENT, OID("1.21.2.1.3"), MILLIAMPERE},
};

static const struct point breakers[] = {
    {BREAKER_STATE, OID("1.5.2.1.3"), ONE, STATES(breaker_states)},
    {CURRENT_RATING, OID("1.5.2.1.4"), MILLIAMPERE, .rate = RATE_ONCE},
    {CURRENT, OID("1.5.2.1.5"), MILLIAMPERE},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("1.2.2.1.3"), ONE, STATES(outlet_states), .absent = ABSENT(INT32_MIN)},
    {CURRENT, OID("1.2.2.1.4"), MILLIAMPERE},
    {VOLTAGE, OID("1.2.2.1.6"), MILLIVOLT},
    {ACTIVE_POWER, OID("1.2.2.1.7"), WATT},
    {APPARENT_POWER, OID("1.2.2.1.8"), VOLTAMPERE},
    {POWER_FACTOR, OID("1.2.2.1.9"), PERCENT},
    {CURRENT_RATING, OID("1.2.2.1.30"), MILLIAMPERE, .rate = RATE_ONCE},
    {ACTIVE_ENERGY, OID("1.2.2.1.31"), WATT_HOUR, .only = {OID_WHOLE("1.1.32.0"), .pattern = "Yes"}},
};

/* A probe counts while its state says that it measures: 2 to 6. */
static const struct point probes[] = {
    {AIR_TEMPERATURE, OID("3.3.1.41"), CELSIUS, .only = {OID("3.3.1.2"), ANY_OF(10)},
     .absent = ABSENT(INT32_MIN)},
    {RELATIVE_HUMIDITY, OID("3.3.1.41"), PERCENT, .only = {OID("3.3.1.2"), ANY_OF(11)}},
    {AIRFLOW_VELOCITY, OID("3.3.1.41"), METER_PER_SECOND, .only = {OID("3.3.1.2"), ANY_OF(12)}},
    {DIFFERENTIAL_PRESSURE, OID("3.3.1.41"), PASCAL, .only = {OID("3.3.1.2"), ANY_OF(13)},
     .absent = ABSENT(INT32_MIN)},
};
static const struct point detectors[] = {
    {LEAK_STATE, OID("3.3.1.40"), ONE, STATES(leak_states), .only = {OID("3.3.1.2"), ANY_OF(17)}},
    {SMOKE_STATE, OID("3.3.1.40"), ONE, STATES(alarm_states), .only = {OID("3.3.1.2"), ANY_OF(18)}},
    {ALARM_STATE, OID("3.3.1.40"), ONE, STATES(alarm_states), .at = {.point = "contact"},
     .only = {OID("3.3.1.2"), ANY_OF(20)}},
};

static const struct group groups[] = {
    {POINTS(device)},
    {OVER({PART_INLET}), POINTS(inlets)},
    {OVER({PART_INLET}, {PART_NONE}),
     .only = {OID("1.21.2.1.2"), .pattern = "L#", .captures = {PART_PHASE_LINE}}, POINTS(poles)},
    {OVER({PART_INLET}, {PART_PHASE_PAIR}), POINTS(pairs)},
    {OVER({PART_INLET}, {PART_NONE}), .only = {OID("1.21.2.1.2"), .pattern = "N"}, POINTS(neutral)},
    {OVER({PART_BREAKER}), .label = OID("1.5.2.1.2"), POINTS(breakers)},
    {OVER({PART_OUTLET}), .label = OID("1.2.2.1.2"), POINTS(outlets)},
    {OVER({PART_SENSOR}), .label = OID("3.3.1.4"), POINTS(probes),
     .valid = {OID("3.3.1.40"), ANY_OF(2, 3, 4, 5, 6)}, .scale = {SCALE_DIGITS, OID("3.3.1.17")},
     .unit_from = OID("3.3.1.16"), .units = units},
    {OVER({PART_SENSOR}), POINTS(detectors)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("1.1.12.0")},
                                    {FACT_SERIAL, OID("1.1.2.0")},
                                    {FACT_FIRMWARE, OID("1.1.1.0")},
                                    {FACT_NAME, OID("1.1.13.0")}};

const struct driver driver_raritan_px1 = {
    .name = "raritan_px1",
    .title = "Raritan Dominion PX rack PDU, first generation",
    .manufacturer = "Raritan",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PDU-MIB of Raritan",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.13742.4"}},
    .oid_base = "1.3.6.1.4.1.13742.4",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
