/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server Technology PRO1, PRO2 and PRO3X rack PDUs (Sentry4-MIB).
 *
 * Source: Sentry4-MIB. Firmware seen in a recording: 8.0n (C2S42CE with a linked second unit). Confirmed by a
 * recording of a real device; outlets by the manual only.
 *
 * Rows are unit, cord and then line, phase, protector, branch or outlet; linked units follow the master as
 * unit 2. -1 means not available, -410 no temperature sensor. Most values have a status of their own. What a
 * row of the phase table is between its label says: "AA:L1-N" is to neutral, "AA:L1-L2" between phases,
 * "AA:L1-R" the one phase of a single-phase or DC unit. All temperatures come in one scale that the unit
 * states. The sequence number of a line is L1 to L3, 4 is the neutral.
 */
#include "driver.h"

/* The value is measured: normal, tripped or beyond a limit; not while lost, unread or settling. */
#define MEASURED ANY_OF(0, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)

static const struct meaning unit_states[] = {
    {0, UNIT_RUNNING}, {11, UNIT_FAULT}, {12, UNIT_FAULT}, {13, UNIT_FAULT}, {21, UNIT_FAULT}};
static const struct meaning on_states[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning outlet_states[] = {{1, OUTLET_ON}, {2, OUTLET_OFF}};
static const struct meaning protector_states[] = {
    {0, BREAKER_CLOSED}, {12, BREAKER_TRIPPED}, {13, BREAKER_TRIPPED}};
static const struct unit_name temperature_units[] = {
    {0, .unit = CELSIUS}, {1, .unit = FAHRENHEIT}, {.unit = UNIT_UNSTATED}};

static const struct point units[] = {
    {UNIT_STATE, OID("2.3.1.1"), ONE, STATES(unit_states), .absent = ABSENT(1, 2, 5, 6, 7)},
};

static const struct point cords[] = {
    {SOURCE_AVAILABLE_STATE, OID("3.3.1.1"), ONE, STATES(on_states), .absent = ABSENT(0)},
    {CURRENT_RATING, OID("3.2.1.10"), AMPERE, .rate = RATE_ONCE},
    {APPARENT_POWER_RATING, OID("3.2.1.12"), VOLTAMPERE, .rate = RATE_ONCE},
    {ACTIVE_POWER, OID("3.3.1.3"), WATT, .at = {.phase = PHASE_TOTAL}, .valid = {OID("3.3.1.4"), MEASURED}},
    {APPARENT_POWER, OID("3.3.1.5"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL},
     .valid = {OID("3.3.1.6"), MEASURED}},
    {LOAD, OID("3.3.1.7"), PERCENT, .div = 10},
    {POWER_FACTOR, OID("3.3.1.8"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL},
     .valid = {OID("3.3.1.9"), MEASURED}},
    {ACTIVE_ENERGY, OID("3.3.1.10"), KILOWATT_HOUR, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {FREQUENCY, OID("3.3.1.11"), HERTZ, .div = 10},
    {CURRENT_UNBALANCE, OID("3.3.1.12"), PERCENT, .div = 10, .valid = {OID("3.3.1.13"), MEASURED}},
};

static const struct point lines[] = {
    {CURRENT, OID("4.3.1.3"), AMPERE, .div = 100, .key = 1, .at = {.phase = PHASE_L1},
     .valid = {OID("4.3.1.4"), MEASURED}},
    {CURRENT, OID("4.3.1.3"), AMPERE, .div = 100, .key = 2, .at = {.phase = PHASE_L2},
     .valid = {OID("4.3.1.4"), MEASURED}},
    {CURRENT, OID("4.3.1.3"), AMPERE, .div = 100, .key = 3, .at = {.phase = PHASE_L3},
     .valid = {OID("4.3.1.4"), MEASURED}},
    {NEUTRAL_CURRENT, OID("4.3.1.3"), AMPERE, .div = 100, .key = 4, .valid = {OID("4.3.1.4"), MEASURED}},
    {LOAD, OID("4.3.1.5"), PERCENT, .div = 10, .key = 1, .at = {.phase = PHASE_L1}},
    {LOAD, OID("4.3.1.5"), PERCENT, .div = 10, .key = 2, .at = {.phase = PHASE_L2}},
    {LOAD, OID("4.3.1.5"), PERCENT, .div = 10, .key = 3, .at = {.phase = PHASE_L3}},
};

static const struct point to_neutral[] = {
    {VOLTAGE, OID("5.3.1.3"), VOLT, .div = 10, .valid = {OID("5.3.1.4"), MEASURED}},
};
static const struct point between_lines[] = {
    {LINE_VOLTAGE, OID("5.3.1.3"), VOLT, .div = 10, .valid = {OID("5.3.1.4"), MEASURED}},
};
/* Beside a wye's lines, which have the same current at the same place, this one repeats it. */
static const struct point pair_current[] = {
    {CURRENT, OID("5.3.1.6"), AMPERE, .div = 100},
};
static const struct point phase_powers[] = {
    {CURRENT_CREST_FACTOR, OID("5.3.1.7"), ONE, .div = 10},
    {ACTIVE_POWER, OID("5.3.1.8"), WATT},
    {APPARENT_POWER, OID("5.3.1.9"), VOLTAMPERE},
    {POWER_FACTOR, OID("5.3.1.10"), ONE, .div = 100, .valid = {OID("5.3.1.11"), MEASURED}},
    {ACTIVE_ENERGY, OID("5.3.1.13"), KILOWATT_HOUR, .div = 10},
};

static const struct point protectors[] = {
    {BREAKER_STATE, OID("6.3.1.1"), ONE, STATES(protector_states), .absent = ABSENT(1, 2, 5, 6, 7)},
    {CURRENT_RATING, OID("6.2.1.7"), AMPERE, .rate = RATE_ONCE},
};

static const struct point branches[] = {
    {SOURCE_AVAILABLE_STATE, OID("7.3.1.1"), ONE, STATES(on_states), .absent = ABSENT(0)},
    {CURRENT, OID("7.3.1.3"), AMPERE, .div = 100, .valid = {OID("7.3.1.4"), MEASURED}},
    {LOAD, OID("7.3.1.5"), PERCENT, .div = 10},
    {CURRENT_RATING, OID("7.2.1.6"), AMPERE, .rate = RATE_ONCE},
};

static const struct point outlets[] = {
    {OUTLET_STATE, OID("8.3.1.1"), ONE, STATES(outlet_states), .absent = ABSENT(0)},
    {CURRENT, OID("8.3.1.3"), AMPERE, .div = 100, .valid = {OID("8.3.1.4"), MEASURED}},
    {LOAD, OID("8.3.1.5"), PERCENT, .div = 10},
    {VOLTAGE, OID("8.3.1.6"), VOLT, .div = 10},
    {ACTIVE_POWER, OID("8.3.1.7"), WATT, .valid = {OID("8.3.1.8"), MEASURED}},
    {APPARENT_POWER, OID("8.3.1.9"), VOLTAMPERE},
    {POWER_FACTOR, OID("8.3.1.10"), ONE, .div = 100, .valid = {OID("8.3.1.11"), MEASURED}},
    {CURRENT_CREST_FACTOR, OID("8.3.1.12"), ONE, .div = 10},
    {ACTIVE_ENERGY, OID("8.3.1.14"), WATT_HOUR},
};

static const struct point temperatures[] = {
    {AIR_TEMPERATURE, OID("9.3.1.1"), CELSIUS, .div = 10, .absent = ABSENT(-410),
     .valid = {OID("9.3.1.2"), MEASURED}, .unit_from = OID_WHOLE("9.1.10.0"), .units = temperature_units},
};
static const struct point humidities[] = {
    {RELATIVE_HUMIDITY, OID("10.3.1.1"), PERCENT, .valid = {OID("10.3.1.2"), MEASURED}},
};

#define PHASES OVER({PART_UNIT}, {PART_INLET}, {PART_NONE})
#define IN_CORD(part) OVER({PART_UNIT}, {PART_INLET}, {part})

static const struct group groups[] = {
    {OVER({PART_UNIT}), .label = OID("2.2.1.3"), POINTS(units)},
    {OVER({PART_UNIT}, {PART_INLET}), .label = OID("3.2.1.3"), POINTS(cords)},
    {OVER({PART_UNIT}, {PART_INLET}, {.key = true}), POINTS(lines)},
    {PHASES, .only = {OID("5.2.1.4"), .pattern = "*:L#-N", .captures = {PART_PHASE_LINE}},
     POINTS(to_neutral)},
    {PHASES, .only = {OID("5.2.1.4"), .pattern = "*:L#-N", .captures = {PART_PHASE_LINE}},
     POINTS(phase_powers)},
    {PHASES, .only = {OID("5.2.1.4"), .pattern = "*:L#-R", .captures = {PART_PHASE_LINE}},
     POINTS(to_neutral)},
    {PHASES, .only = {OID("5.2.1.4"), .pattern = "*:L#-R", .captures = {PART_PHASE_LINE}},
     POINTS(phase_powers)},
    {PHASES, .only = {OID("5.2.1.4"), .pattern = "*:L#-L#", .captures = {PART_PHASE_PAIR}},
     POINTS(between_lines)},
    {PHASES, .only = {OID("5.2.1.4"), .pattern = "*:L#-L#", .captures = {PART_PHASE_PAIR}},
     POINTS(pair_current)},
    {PHASES, .only = {OID("5.2.1.4"), .pattern = "*:L#-L#", .captures = {PART_PHASE_PAIR}},
     POINTS(phase_powers)},
    {IN_CORD(PART_BREAKER), .label = OID("6.2.1.4"), POINTS(protectors)},
    {IN_CORD(PART_BRANCH), .label = OID("7.2.1.4"), POINTS(branches)},
    {IN_CORD(PART_OUTLET), .label = OID("8.2.1.3"), POINTS(outlets)},
    {OVER({PART_UNIT}, {PART_SENSOR}), .label = OID("9.2.1.3"), POINTS(temperatures)},
    {OVER({PART_UNIT}, {PART_SENSOR}), POINTS(humidities)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("2.2.1.5.1")}, {FACT_SERIAL, OID("2.2.1.4.1")}, {FACT_FIRMWARE, OID("1.1.3.0")}};

const struct driver driver_servertech_sentry4 = {
    .name = "servertech_sentry4",
    .title = "Server Technology PRO1, PRO2 and PRO3X rack PDU (Sentry4)",
    .manufacturer = "Server Technology",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "Sentry4-MIB",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.1718.4"}, {.probe = "1.3.6.1.4.1.1718.4.1.3.3.1"}},
    .oid_base = "1.3.6.1.4.1.1718.4.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
