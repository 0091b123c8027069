/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tripp Lite (Eaton) rack transfer switches behind PowerAlert (PDUMH20ATNET and others).
 *
 * Source: TRIPPLITE-PRODUCTS (tlpAts); RFC 1628 for the number of alarms. Firmware seen in a recording:
 * PowerAlert 20.2.1 (PDUMH20ATNET). Confirmed by a recording of a real device for inputs and output; the
 * switch itself, outlets and circuits by the manual only.
 *
 * Every table counts the devices behind the card first, that of inputs then sources A and B. Whether a
 * voltage is between lines is said in a column that single-phase devices may leave out: those are to neutral.
 * Voltages of outputs between lines are left out. Objects that a model does not support do not exist.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{1, OUTLET_OFF}, {2, OUTLET_ON}};
static const struct meaning breaker_states[] = {{0, BREAKER_OPEN}, {1, BREAKER_CLOSED}};
static const struct meaning unit_states[] = {{1, UNIT_OFF}, {2, UNIT_RUNNING}};
static const struct meaning sources[] = {{0, SOURCE_A}, {1, SOURCE_B}};
static const struct meaning source_a[] = {{0, STATE_NO}, {1, STATE_YES}, {2, STATE_NO}, {3, STATE_YES}};
static const struct meaning source_b[] = {{0, STATE_NO}, {1, STATE_NO}, {2, STATE_YES}, {3, STATE_YES}};
static const struct meaning faults[] = {{1, STATE_YES}, {2, STATE_NO}};

static const struct point alarms[] = {
    {ALARMS_ACTIVE, OID("2.1.33.1.6.1.0"), ONE},
};

static const struct point device[] = {
    {TRANSFER_SWITCH_SOURCE_STATE, OID("4.1.850.1.1.3.4.3.1.1.1.13"), ONE, STATES(sources)},
    {TRANSFERS, OID("4.1.850.1.1.3.4.3.1.1.1.14"), ONE},
    {SOURCE_AVAILABLE_STATE, OID("4.1.850.1.1.3.4.3.1.1.1.12"), ONE, STATES(source_a),
     .at = {.part = PART_INPUT, .depth = 1, .id = {1}}},
    {UNIT_STATE, OID("4.1.850.1.1.3.4.2.1.1.1"), ONE, STATES(unit_states), .absent = ABSENT(0)},
    {ALARM_STATE, OID("4.1.850.1.1.3.4.2.1.1.12"), ONE, STATES(faults), .at = {.point = "general_fault"}},
    {DEVICE_TEMPERATURE, OID("4.1.850.1.1.3.4.2.1.1.6"), CELSIUS},
    {ACTIVE_POWER, OID("4.1.850.1.1.3.4.2.1.1.9"), WATT, .at = {.part = PART_OUTPUT, .phase = PHASE_TOTAL}},
    {POWER_RATING, OID("4.1.850.1.1.3.4.2.1.1.5"), WATT, .rate = RATE_ONCE},
    {CURRENT_RATING, OID("4.1.850.1.1.3.4.3.1.1.1.15"), AMPERE, .at = {.part = PART_INPUT},
     .rate = RATE_ONCE},
};

static const struct point second_source[] = {
    {SOURCE_AVAILABLE_STATE, OID("4.1.850.1.1.3.4.3.1.1.1.12"), ONE, STATES(source_b),
     .at = {.part = PART_INPUT, .depth = 1, .id = {2}}},
};

static const struct point inputs[] = {
    {FREQUENCY, OID("4.1.850.1.1.3.4.3.1.2.1.4"), HERTZ, .div = 10},
    {VOLTAGE, OID("4.1.850.1.1.3.4.3.1.2.1.5"), VOLT, .div = 10,
     .valid = {OID("4.1.850.1.1.3.4.3.1.2.1.3"), ANY_OF(0)}},
    {CURRENT, OID("4.1.850.1.1.3.4.3.1.2.1.8"), AMPERE, .div = 100},
};
static const struct point input_pairs[] = {
    {LINE_VOLTAGE, OID("4.1.850.1.1.3.4.3.1.2.1.5"), VOLT, .div = 10,
     .only = {OID("4.1.850.1.1.3.4.3.1.2.1.3"), ANY_OF(1)}},
};

static const struct point outputs[] = {
    {VOLTAGE, OID("4.1.850.1.1.3.4.3.2.1.1.4"), VOLT, .div = 10,
     .valid = {OID("4.1.850.1.1.3.4.3.2.1.1.3"), ANY_OF(0)}},
    {CURRENT, OID("4.1.850.1.1.3.4.3.2.1.1.5"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("4.1.850.1.1.3.4.3.2.1.1.8"), WATT},
    {POWER_FACTOR, OID("4.1.850.1.1.3.4.3.2.1.1.9"), PERCENT},
    {FREQUENCY, OID("4.1.850.1.1.3.4.3.2.1.1.11"), HERTZ, .div = 10},
    {APPARENT_POWER, OID("4.1.850.1.1.3.4.3.2.1.1.12"), KILOVOLTAMPERE, .div = 100},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("4.1.850.1.1.3.4.3.3.1.1.4"), ONE, STATES(outlet_states), .absent = ABSENT(0)},
    {VOLTAGE, OID("4.1.850.1.1.3.4.3.3.1.1.7"), VOLT, .div = 10},
    {CURRENT, OID("4.1.850.1.1.3.4.3.3.1.1.8"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("4.1.850.1.1.3.4.3.3.1.1.9"), WATT},
};

static const struct point circuits[] = {
    {VOLTAGE, OID("4.1.850.1.1.3.4.3.4.1.1.3"), VOLT, .div = 10},
    {CURRENT, OID("4.1.850.1.1.3.4.3.4.1.1.4"), AMPERE, .div = 100},
    {CURRENT_RATING, OID("4.1.850.1.1.3.4.3.4.1.1.5"), AMPERE, .div = 100, .rate = RATE_ONCE},
    {ACTIVE_POWER, OID("4.1.850.1.1.3.4.3.4.1.1.8"), WATT},
    {POWER_FACTOR, OID("4.1.850.1.1.3.4.3.4.1.1.9"), PERCENT},
    {LOAD, OID("4.1.850.1.1.3.4.3.4.1.1.10"), PERCENT, .div = 100},
};

static const struct point breakers[] = {
    {BREAKER_STATE, OID("4.1.850.1.1.3.4.3.5.1.1.2"), ONE, STATES(breaker_states), .absent = ABSENT(2)},
};

static const struct point heatsinks[] = {
    {DEVICE_TEMPERATURE, OID("4.1.850.1.1.3.4.3.6.1.1.3"), CELSIUS, .div = 10,
     .valid = {OID("4.1.850.1.1.3.4.3.6.1.1.2"), ANY_OF(1)}, .at = {.point = "heatsink"}},
};

static const struct group groups[] = {
    {POINTS(alarms)},
    {OVER({PART_UNIT}), POINTS(device)},
    {OVER({PART_UNIT}), .only = {OID("4.1.850.1.1.3.4.3.1.1.1.12"), ANY_OF(0, 1, 2, 3)},
     POINTS(second_source)},
    {OVER({PART_UNIT}, {PART_INPUT}, {PART_PHASE_LINE}), POINTS(inputs)},
    {OVER({PART_UNIT}, {PART_INPUT}, {PART_PHASE_PAIR}), POINTS(input_pairs)},
    {OVER({PART_UNIT}, {PART_OUTPUT}), POINTS(outputs)},
    {OVER({PART_UNIT}, {PART_OUTLET}), .label = OID("4.1.850.1.1.3.4.3.3.1.1.2"), POINTS(outlets)},
    {OVER({PART_UNIT}, {PART_CIRCUIT}), POINTS(circuits)},
    {OVER({PART_UNIT}, {PART_BREAKER}), POINTS(breakers)},
    {OVER({PART_UNIT}, {PART_SENSOR}), POINTS(heatsinks)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("4.1.850.1.1.1.2.1.5.1")},
                                    {FACT_NAME, OID("4.1.850.1.1.1.2.1.6.1")},
                                    {FACT_FIRMWARE, OID("4.1.850.1.1.2.1.1.4.1")},
                                    {FACT_SERIAL, OID("4.1.850.1.1.2.1.1.5.1")}};

const struct driver driver_tripplite_ats = {
    .name = "tripplite_ats",
    .title = "Tripp Lite rack transfer switch behind PowerAlert",
    .manufacturer = "Tripp Lite",
    .class = CLASS_SWITCH,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "TRIPPLITE-PRODUCTS, tlpAts groups",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.850", .probe = "1.3.6.1.4.1.850.1.1.3.4.3.1.2.1.5"}},
    .oid_base = "1.3.6.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
