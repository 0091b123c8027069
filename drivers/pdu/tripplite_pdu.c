/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tripp Lite (Eaton) rack PDUs behind PowerAlert: WEBCARDLX, PDUs with "LX" or "NETLX" in their name.
 *
 * Source: TRIPPLITE-PRODUCTS (tlpPdu). Firmware seen in a recording: PowerAlert 20.2.1 (PDUMV30HVNETLX).
 * Confirmed by a recording of a real device of one phase; three phases, breakers and heatsinks by the manual
 * only.
 *
 * Every table counts the devices behind the card first. Whether a voltage is between lines is said in a
 * column that single-phase devices may leave out: those are to neutral. Outputs are numbered lines; which
 * phase one is of is not published. Voltages of outputs between lines are left out. Objects that a model does
 * not support do not exist. The phase imbalance does not say of what and is left out.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{1, OUTLET_OFF}, {2, OUTLET_ON}};
static const struct meaning breaker_states[] = {{0, BREAKER_OPEN}, {1, BREAKER_CLOSED}};
static const struct meaning unit_states[] = {{1, UNIT_OFF}, {2, UNIT_RUNNING}};

static const struct point device[] = {
    {UNIT_STATE, OID("3.2.2.1.1.1"), ONE, STATES(unit_states), .absent = ABSENT(0)},
    {DEVICE_TEMPERATURE, OID("3.2.2.1.1.6"), CELSIUS},
    {ACTIVE_POWER, OID("3.2.2.1.1.9"), WATT, .at = {.part = PART_OUTPUT, .phase = PHASE_TOTAL}},
    {POWER_RATING, OID("3.2.2.1.1.5"), WATT, .rate = RATE_ONCE},
    {CURRENT_RATING, OID("3.2.3.1.1.1.10"), AMPERE, .at = {.part = PART_INPUT}, .rate = RATE_ONCE},
};

static const struct point inputs[] = {
    {FREQUENCY, OID("3.2.3.1.2.1.3"), HERTZ, .div = 10},
    {VOLTAGE, OID("3.2.3.1.2.1.4"), VOLT, .div = 10, .valid = {OID("3.2.3.1.2.1.2"), ANY_OF(0)}},
    {CURRENT, OID("3.2.3.1.2.1.7"), AMPERE, .div = 100},
};
static const struct point input_pairs[] = {
    {LINE_VOLTAGE, OID("3.2.3.1.2.1.4"), VOLT, .div = 10, .only = {OID("3.2.3.1.2.1.2"), ANY_OF(1)}},
};

static const struct point outputs[] = {
    {VOLTAGE, OID("3.2.3.2.1.1.4"), VOLT, .div = 10, .valid = {OID("3.2.3.2.1.1.3"), ANY_OF(0)}},
    {CURRENT, OID("3.2.3.2.1.1.5"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("3.2.3.2.1.1.8"), WATT},
    {POWER_FACTOR, OID("3.2.3.2.1.1.9"), PERCENT},
    {FREQUENCY, OID("3.2.3.2.1.1.11"), HERTZ, .div = 10},
    {APPARENT_POWER, OID("3.2.3.2.1.1.12"), KILOVOLTAMPERE, .div = 100},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("3.2.3.3.1.1.4"), ONE, STATES(outlet_states), .absent = ABSENT(0)},
    {VOLTAGE, OID("3.2.3.3.1.1.7"), VOLT, .div = 10},
    {CURRENT, OID("3.2.3.3.1.1.8"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("3.2.3.3.1.1.9"), WATT},
};

static const struct point circuits[] = {
    {VOLTAGE, OID("3.2.3.4.1.1.3"), VOLT, .div = 10},
    {CURRENT, OID("3.2.3.4.1.1.4"), AMPERE, .div = 100},
    {CURRENT_RATING, OID("3.2.3.4.1.1.5"), AMPERE, .div = 100, .rate = RATE_ONCE},
    {ACTIVE_POWER, OID("3.2.3.4.1.1.8"), WATT},
    {POWER_FACTOR, OID("3.2.3.4.1.1.9"), PERCENT},
    {LOAD, OID("3.2.3.4.1.1.10"), PERCENT, .div = 100},
};

static const struct point breakers[] = {
    {BREAKER_STATE, OID("3.2.3.5.1.1.2"), ONE, STATES(breaker_states), .absent = ABSENT(2)},
};

static const struct point heatsinks[] = {
    {DEVICE_TEMPERATURE, OID("3.2.3.6.1.1.3"), CELSIUS, .div = 10, .valid = {OID("3.2.3.6.1.1.2"), ANY_OF(1)},
     .at = {.point = "heatsink"}},
};

static const struct group groups[] = {
    {OVER({PART_UNIT}), POINTS(device)},
    {OVER({PART_UNIT}, {PART_PHASE_LINE}), .at = {.part = PART_INPUT}, POINTS(inputs)},
    {OVER({PART_UNIT}, {PART_PHASE_PAIR}), .at = {.part = PART_INPUT}, POINTS(input_pairs)},
    {OVER({PART_UNIT}, {PART_OUTPUT}), POINTS(outputs)},
    {OVER({PART_UNIT}, {PART_OUTLET}), .label = OID("3.2.3.3.1.1.2"), POINTS(outlets)},
    {OVER({PART_UNIT}, {PART_CIRCUIT}), POINTS(circuits)},
    {OVER({PART_UNIT}, {PART_BREAKER}), POINTS(breakers)},
    {OVER({PART_UNIT}, {PART_SENSOR}), POINTS(heatsinks)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("1.2.1.5.1")},
                                    {FACT_NAME, OID("1.2.1.6.1")},
                                    {FACT_FIRMWARE, OID("2.1.1.4.1")},
                                    {FACT_SERIAL, OID("2.1.1.5.1")}};

const struct driver driver_tripplite_pdu = {
    .name = "tripplite_pdu",
    .title = "Tripp Lite rack PDU behind PowerAlert",
    .manufacturer = "Tripp Lite",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "TRIPPLITE-PRODUCTS, tlpPdu groups",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.850", .probe = "1.3.6.1.4.1.850.1.1.3.2.3.2.1.1.4"}},
    .oid_base = "1.3.6.1.4.1.850.1.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
