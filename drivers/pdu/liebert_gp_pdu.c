/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Liebert / Vertiv power distribution behind a GP card: MPX and MPH rack PDUs (LIEBERT-GP-PDU-MIB), and PPC,
 * FPC, PMP, RDC floor and cabinet units (LIEBERT-GP-POWER-MIB).
 *
 * Source: LIEBERT-GP-PDU-MIB, LIEBERT-GP-POWER-MIB. Confirmed by recordings of an MPH-NCV27A (RPC2) and of an
 * FPC of 300 kVA (OpenComms Web card); outlets and three-phase branches of the PDU by the MIB only.
 *
 * A PDU's parts are numbered PDU, then power source, branch, receptacle. Hundredths before tenths before
 * whole units. A floor unit's rows are told apart by the well-known point that they refer to: source 1 and 2,
 * PDU source 1 and 2 (published as inputs 3 and 4), output to the load, system output. Percents of an alarm
 * limit are no load: not read. A PDU's energy is in tenths of a kWh (MIB; LibreNMS has none). The MIB gives
 * powers in W and VA. A recorded three-phase cabinet sends 138 beside 3 x 118 V and 390 A: kW. So three lines
 * mean thousands, one or two the MIB's own units (no recording). Its energy, 12768 "Wh", would be five
 * minutes of that load: of three lines its unit is open, it is shown raw and not published.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{1, OUTLET_OFF}, {2, OUTLET_ON}, {3, OUTLET_PENDING}};
static const struct meaning doors[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning contacts[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning leaks[] = {{1, LEAK_DRY}, {2, LEAK_WET}, {3, LEAK_WET}, {4, LEAK_SENSOR_FAULT}};

/* Rows of the measurement tables. What the MIB calls W and VA are kW and kVA where there are three lines. */
static const struct point rows[] = {
    {FREQUENCY, OID("3.5.2.2.1.6"), HERTZ},
    {NEUTRAL_CURRENT, OID("3.5.2.2.1.12"), AMPERE},
    {RESIDUAL_CURRENT, OID("3.5.2.2.1.13"), AMPERE, .div = 10},
    {POWER_FACTOR, OID("3.5.2.2.1.9"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {LOAD, OID("3.5.2.2.1.11"), PERCENT, .div = 10},
    {VOLTAGE_RATING, OID("3.5.2.2.1.4"), VOLT},
    {FREQUENCY_RATING, OID("3.5.2.2.1.5"), HERTZ},
    {CURRENT_RATING, OID("3.5.2.2.1.14"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("3.5.2.2.1.8"), KILOWATT, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {ACTIVE_POWER, OID("3.5.2.2.1.8"), WATT, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
    {APPARENT_POWER, OID("3.5.2.2.1.7"), KILOVOLTAMPERE, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {APPARENT_POWER, OID("3.5.2.2.1.7"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
    {ACTIVE_ENERGY, OID("3.5.2.2.1.10"), UNIT_UNSTATED, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {ACTIVE_ENERGY, OID("3.5.2.2.1.10"), WATT_HOUR, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
};
static const struct point lines[] = {
    {VOLTAGE, OID("3.5.2.3.1.5"), VOLT},
    {CURRENT, OID("3.5.2.3.1.6"), AMPERE},
    {LOAD, OID("3.5.2.3.1.7"), PERCENT},
    {POWER_FACTOR, OID("3.5.2.3.1.14"), ONE, .div = 100},
    {VOLTAGE_THD, OID("3.5.2.3.1.10"), PERCENT, .div = 10},
    {CURRENT_THD, OID("3.5.2.3.1.11"), PERCENT, .div = 10},
    {CURRENT_K_FACTOR, OID("3.5.2.3.1.12"), ONE, .div = 10},
    {CURRENT_CREST_FACTOR, OID("3.5.2.3.1.13"), ONE, .div = 10},
    {ACTIVE_POWER, OID("3.5.2.3.1.9"), KILOWATT, .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {ACTIVE_POWER, OID("3.5.2.3.1.9"), WATT, .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
    {APPARENT_POWER, OID("3.5.2.3.1.8"), KILOVOLTAMPERE, .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(3)}},
    {APPARENT_POWER, OID("3.5.2.3.1.8"), VOLTAMPERE, .only = {OID_OF("3.5.2.2.1.3", 1), ANY_OF(1, 2)}},
};
static const struct point pairs[] = {{LINE_VOLTAGE, OID("3.5.2.3.1.4"), VOLT}};

/* Rack PDUs: a power source, its lines, the receptacle branches, their lines, the receptacles. */
static const struct point sources[] = {
    {ACTIVE_POWER, OID("3.8.30.20.1.65"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("3.8.30.20.1.90"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("3.8.30.20.1.95"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("3.8.30.20.1.50"), KILOWATT_HOUR, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {NEUTRAL_CURRENT, OID("3.8.30.20.1.70"), AMPERE, .div = 10},
    {RESIDUAL_CURRENT, OID("3.8.30.20.1.100"), MILLIAMPERE},
    {VOLTAGE_RATING, OID("3.8.30.20.1.30"), VOLT},
    {CURRENT_RATING, OID("3.8.30.20.1.35"), AMPERE, .div = 10},
    {FREQUENCY_RATING, OID("3.8.30.20.1.40"), HERTZ},
};
static const struct point source_lines[] = {
    {VOLTAGE, OID("3.8.30.40.1.19"), VOLT, .div = 10},
    {VOLTAGE, OID("3.8.30.40.1.20"), VOLT},
    {CURRENT, OID("3.8.30.40.1.22"), AMPERE, .div = 100},
    {CURRENT, OID("3.8.30.40.1.21"), AMPERE, .div = 10},
    {CURRENT_HEADROOM, OID("3.8.30.40.1.62"), AMPERE, .div = 100},
    {CURRENT_HEADROOM, OID("3.8.30.40.1.38"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("3.8.30.40.1.63"), WATT},
    {APPARENT_POWER, OID("3.8.30.40.1.65"), VOLTAMPERE},
    {POWER_FACTOR, OID("3.8.30.40.1.67"), ONE, .div = 100},
};
static const struct point source_pairs[] = {
    {LINE_VOLTAGE, OID("3.8.30.40.1.61"), VOLT, .div = 10},
    {LINE_VOLTAGE, OID("3.8.30.40.1.60"), VOLT},
};
static const struct point branches[] = {
    {CURRENT, OID("3.8.40.20.1.130"), AMPERE, .div = 100},
    {CURRENT_HEADROOM, OID("3.8.40.20.1.150"), AMPERE, .div = 100},
    {VOLTAGE, OID("3.8.40.20.1.100"), VOLT, .div = 10},
    {LINE_VOLTAGE, OID("3.8.40.20.1.170"), VOLT, .div = 10},
    {ACTIVE_POWER, OID("3.8.40.20.1.115"), WATT},
    {APPARENT_POWER, OID("3.8.40.20.1.120"), VOLTAMPERE},
    {POWER_FACTOR, OID("3.8.40.20.1.125"), ONE, .div = 100},
    {ACTIVE_ENERGY, OID("3.8.40.20.1.85"), KILOWATT_HOUR, .div = 10},
    {VOLTAGE_RATING, OID("3.8.40.20.1.70"), VOLT},
    {CURRENT_RATING, OID("3.8.40.20.1.75"), AMPERE, .div = 10},
    {FREQUENCY_RATING, OID("3.8.40.20.1.80"), HERTZ},
};
static const struct point branch_lines[] = {
    {VOLTAGE, OID("3.8.40.40.1.19"), VOLT, .div = 10},   {VOLTAGE, OID("3.8.40.40.1.20"), VOLT},
    {CURRENT, OID("3.8.40.40.1.21"), AMPERE, .div = 10}, {ACTIVE_POWER, OID("3.8.40.40.1.22"), WATT},
    {APPARENT_POWER, OID("3.8.40.40.1.23"), VOLTAMPERE},
};
static const struct point outlets[] = {
    {OUTLET_STATE, OID("3.8.50.20.1.95"), ONE, STATES(outlet_states), .absent = ABSENT(0)},
    {VOLTAGE, OID("3.8.50.20.1.56"), VOLT, .div = 10},
    {VOLTAGE, OID("3.8.50.20.1.55"), VOLT},
    {CURRENT, OID("3.8.50.20.1.61"), AMPERE, .div = 100},
    {CURRENT, OID("3.8.50.20.1.60"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("3.8.50.20.1.65"), WATT},
    {APPARENT_POWER, OID("3.8.50.20.1.70"), VOLTAMPERE},
    {POWER_FACTOR, OID("3.8.50.20.1.75"), ONE, .div = 100},
    {FREQUENCY, OID("3.8.50.20.1.80"), HERTZ, .div = 10},
    {ACTIVE_ENERGY, OID("3.8.50.20.1.85"), KILOWATT_HOUR, .div = 10},
};
static const struct point sensors[] = {
    {AIR_TEMPERATURE, OID("3.8.60.15.1.70"), CELSIUS, .div = 10, .absent = ABSENT(2147483647)},
    {AIR_TEMPERATURE, OID("3.8.60.15.1.40"), FAHRENHEIT, .div = 10, .absent = ABSENT(2147483647)},
    {RELATIVE_HUMIDITY, OID("3.8.60.15.1.95"), PERCENT, .div = 10},
    {DIFFERENTIAL_PRESSURE, OID("3.8.60.15.1.140"), PASCAL, .div = 10, .absent = ABSENT(2147483647)},
    {DOOR_STATE, OID("3.8.60.15.1.120"), ONE, STATES(doors), .absent = ABSENT(0)},
    {CONTACT_STATE, OID("3.8.60.15.1.130"), ONE, STATES(contacts), .absent = ABSENT(0)},
    {LEAK_STATE, OID("3.8.60.15.1.165"), ONE, STATES(leaks), .absent = ABSENT(0)},
};
static const struct point card[] = {{ALARMS_ACTIVE, OID("3.2.2.0"), ONE}};

static const struct group groups[] = {
    {POINTS(card)},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {1}},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.1"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {1}},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.1"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {1}},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.1"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {2}},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.2"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {2}},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.2"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {2}},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.2"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {3}},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.3"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {3}},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.3"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {3}},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.3"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {4}},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.4"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {4}},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.4"}},
    {.at = {.part = PART_INPUT, .depth = 1, .id = {4}},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.4"}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.5"}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.5"}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.5"}},
    {.at = {.part = PART_OUTPUT, .point = "system"},
     OVER({PART_NONE}),
     POINTS(rows),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.9"}},
    {.at = {.part = PART_OUTPUT, .point = "system"},
     OVER({PART_NONE}, {PART_PHASE_LINE}),
     POINTS(lines),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.9"}},
    {.at = {.part = PART_OUTPUT, .point = "system"},
     OVER({PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(pairs),
     .only = {OID_OF("3.5.2.2.1.2", 1), .oid = "1.3.6.1.4.1.476.1.42.3.5.2.1.9"}},
    {OVER({PART_UNIT}, {PART_INPUT}), .label = OID("3.8.30.20.1.15"), POINTS(sources)},
    {OVER({PART_UNIT}, {PART_INPUT}, {PART_PHASE_LINE}), .at = {.part = PART_INPUT}, POINTS(source_lines)},
    {OVER({PART_UNIT}, {PART_INPUT}, {PART_PHASE_PAIR}), .at = {.part = PART_INPUT}, POINTS(source_pairs)},
    {OVER({PART_UNIT}, {PART_BRANCH}), .label = OID("3.8.40.20.1.8"), POINTS(branches)},
    {OVER({PART_UNIT}, {PART_BRANCH}, {PART_PHASE_LINE}), .at = {.part = PART_BRANCH}, POINTS(branch_lines)},
    {OVER({PART_UNIT}, {PART_BRANCH}, {PART_OUTLET}), .label = OID("3.8.50.20.1.10"), POINTS(outlets)},
    {OVER({PART_UNIT}, {PART_SENSOR}, {PART_SENSOR}), .label = OID("3.8.60.15.1.20"), POINTS(sensors)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("3.8.30.20.1.20")},    {FACT_SERIAL, OID("3.8.30.20.1.55")},
    {FACT_FIRMWARE, OID("3.8.30.20.1.60")}, {FACT_MODEL, OID("2.4.2.1.4.1")},
    {FACT_SERIAL, OID("2.4.2.1.7.1")},      {FACT_MODEL, OID("2.1.2.0")},
    {FACT_MODEL, OID("2.1.5.0")},
};

const struct driver driver_liebert_gp_pdu = {
    .name = "liebert_gp_pdu",
    .title = "Liebert / Vertiv MPX and MPH rack PDU; PPC, FPC, PMP and RDC floor power distribution",
    .manufacturer = "Vertiv",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "LIEBERT-GP-PDU-MIB, LIEBERT-GP-POWER-MIB",
    /* Farther down than the probe of the UPS, whose table a floor PDU has, too. */
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.476.1.42", .probe = "1.3.6.1.4.1.476.1.42.3.8.20"},
                    {.sys_object_id = "1.3.6.1.4.1.476.1.42", .probe = "1.3.6.1.4.1.476.1.42.3.8.30"},
                    {.sys_object_id = "1.3.6.1.4.1.476.1.42", .probe = "1.3.6.1.4.1.476.1.42.3.8.40"},
                    {.sys_object_id = "1.3.6.1.4.1.476.1.42", .sys_descr = "*FPC*"},
                    {.sys_object_id = "1.3.6.1.4.1.476.1.42", .sys_descr = "*PPC*"},
                    {.sys_object_id = "1.3.6.1.4.1.476.1.42", .sys_descr = "*PMP*"},
                    {.sys_object_id = "1.3.6.1.4.1.476.1.42", .sys_descr = "*PDU*"},
                    {.sys_object_id = "1.3.6.1.4.1.476.1.42", .sys_descr = "*RDC*"}},
    .oid_base = "1.3.6.1.4.1.476.1.42",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1, 2147483647, 4294967295)}),
    FACTS(facts),
    GROUPS(groups),
};
