/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC / Schneider rack transfer switches (AP77xx, AP44xx) and APC transfer switches with a generator.
 *
 * Source: PowerNet-MIB (atsStatus 318.1.1.8, xATS 318.1.1.17, xATSGenerator 318.1.1.18). Firmware seen in a
 * recording: AOS 6.4.6, switch 4.1.9 (AP4423). Confirmed by a recording for the switch's states and for the
 * voltages of the generator's switch; tables of inputs and outputs by the manual only.
 *
 * -1 means not supported. What the voltage of a phase is between is said per source and output; split phases
 * are left out. Input currents are amperes, output currents tenths. Source 1 of a generator's switch is the
 * mains, source 2 the generator; voltages of a three-wire service are between lines only. Engine temperature
 * and oil pressure depend on a setting and are left out, as are the generator's own voltages, which the
 * switch measures too.
 */
#include "driver.h"

static const struct meaning load_states[] = {
    {1, LOAD_STATE_NORMAL}, {2, LOAD_STATE_LOW}, {3, LOAD_STATE_NEAR_OVERLOAD}, {4, LOAD_STATE_OVERLOAD}};
static const struct meaning selected[] = {{1, SOURCE_A}, {2, SOURCE_B}};
static const struct meaning selected_by_generator_switch[] = {
    {1, SOURCE_NONE_LIVE}, {2, SOURCE_A}, {3, SOURCE_B}};
static const struct meaning bad_first[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning good_first[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning qualities[] = {{1, STATE_YES}, {2, STATE_NO}, {3, STATE_NO},
                                           {4, STATE_NO},  {5, STATE_NO}, {6, STATE_NO}};
static const struct meaning positions[] = {{1, BREAKER_OPEN}, {2, BREAKER_CLOSED}, {3, BREAKER_TRIPPED}};
static const struct meaning switch_states[] = {{1, UNIT_FAULT}, {2, UNIT_RUNNING}};
static const struct meaning supply_states[] = {{1, SUPPLY_FAULT}, {2, SUPPLY_OK}};
static const struct meaning levels[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning engine_states[] = {{2, UNIT_OFF},     {3, UNIT_STANDBY}, {4, UNIT_RUNNING},
                                               {5, UNIT_RUNNING}, {6, UNIT_RUNNING}, {7, UNIT_RUNNING},
                                               {8, UNIT_FAULT},   {9, UNIT_OFF},     {10, UNIT_FAULT}};

#define INPUT_NUMBER(n)                                                                                      \
    {                                                                                                        \
        .part = PART_INPUT, .depth = 1, .id = { n }                                                          \
    }
#define SUPPLY(name)                                                                                         \
    { .part = PART_POWER_SUPPLY, .point = (name) }

static const struct point device[] = {
    {TRANSFER_SWITCH_SOURCE_STATE, OID("8.5.1.2.0"), ONE, STATES(selected)},
    {UNIT_STATE, OID("8.5.1.10.0"), ONE, STATES(switch_states)},
    {CURRENT_RATING, OID("8.1.9.0"), AMPERE, .rate = RATE_ONCE},
    {SOURCE_AVAILABLE_STATE, OID("8.5.1.12.0"), ONE, STATES(good_first), .at = INPUT_NUMBER(1)},
    {SOURCE_AVAILABLE_STATE, OID("8.5.1.13.0"), ONE, STATES(good_first), .at = INPUT_NUMBER(2)},
    {ALARM_STATE, OID("8.5.1.3.0"), ONE, STATES(bad_first), .at = {.point = "redundancy_lost"}},
    {ALARM_STATE, OID("8.5.1.4.0"), ONE, STATES(bad_first), .at = {.point = "over_current"}},
    {ALARM_STATE, OID("8.5.1.14.0"), ONE, STATES(good_first), .at = {.point = "phases_out_of_sync"}},
    {ALARM_STATE, OID("8.5.1.15.0"), ONE, STATES(bad_first), .at = {.point = "output_voltage"}},
    {ALARM_STATE, OID("8.5.1.16.0"), ONE, STATES(bad_first), .at = {.point = "hardware"}},
    {POWER_SUPPLY_STATE, OID("8.5.1.5.0"), ONE, STATES(supply_states), .at = SUPPLY("5v")},
    {POWER_SUPPLY_STATE, OID("8.5.1.6.0"), ONE, STATES(supply_states), .at = SUPPLY("24v_a")},
    {POWER_SUPPLY_STATE, OID("8.5.1.7.0"), ONE, STATES(supply_states), .at = SUPPLY("24v_b")},
    {POWER_SUPPLY_STATE, OID("8.5.1.8.0"), ONE, STATES(supply_states), .at = SUPPLY("12v")},
    {POWER_SUPPLY_STATE, OID("8.5.1.9.0"), ONE, STATES(supply_states), .at = SUPPLY("minus_12v")},
    {POWER_SUPPLY_STATE, OID("8.5.1.17.0"), ONE, STATES(supply_states), .at = SUPPLY("3_3v")},
    {POWER_SUPPLY_STATE, OID("8.5.1.18.0"), ONE, STATES(supply_states), .at = SUPPLY("1v")},
    {POWER_SUPPLY_STATE, OID("8.5.1.19.0"), ONE, STATES(supply_states), .at = SUPPLY("boost_a")},
    {POWER_SUPPLY_STATE, OID("8.5.1.20.0"), ONE, STATES(supply_states), .at = SUPPLY("boost_b")},
};

static const struct point inputs[] = {
    {FREQUENCY, OID("8.5.3.2.1.4"), HERTZ},
};
static const struct point input_phases[] = {
    {VOLTAGE, OID("8.5.3.3.1.3"), VOLT, .only = {OID_OF("8.5.3.2.1.3", 1), ANY_OF(2, 4)}},
    {CURRENT, OID("8.5.3.3.1.6"), AMPERE},
    {ACTIVE_POWER, OID("8.5.3.3.1.9"), WATT},
};
static const struct point input_pairs[] = {
    {LINE_VOLTAGE, OID("8.5.3.3.1.3"), VOLT, .only = {OID_OF("8.5.3.2.1.3", 1), ANY_OF(5)}},
};

static const struct point outputs[] = {
    {FREQUENCY, OID("8.5.4.2.1.4"), HERTZ},
};
static const struct point output_phases[] = {
    {VOLTAGE, OID("8.5.4.3.1.3"), VOLT, .only = {OID_OF("8.5.4.2.1.3", 1), ANY_OF(2, 4)}},
    {CURRENT, OID("8.5.4.3.1.4"), AMPERE, .div = 10},
    {APPARENT_POWER, OID("8.5.4.3.1.7"), VOLTAMPERE},
    {LOAD, OID("8.5.4.3.1.10"), PERCENT},
    {LOAD_STATE, OID("8.5.4.3.1.19"), ONE, STATES(load_states)},
};
static const struct point output_pairs[] = {
    {LINE_VOLTAGE, OID("8.5.4.3.1.3"), VOLT, .only = {OID_OF("8.5.4.2.1.3", 1), ANY_OF(5)}},
};
static const struct point banks[] = {
    {CURRENT, OID("8.5.4.5.1.4"), AMPERE, .div = 10},
    {LOAD_STATE, OID("8.5.4.5.1.5"), ONE, STATES(load_states)},
    {APPARENT_POWER, OID("8.5.4.5.1.9"), VOLTAMPERE},
};

static const struct point mains[] = {
    {SOURCE_AVAILABLE_STATE, OID("17.4.1.4.0"), ONE, STATES(qualities)},
    {BREAKER_STATE, OID("17.4.1.2.0"), ONE, STATES(positions)},
    {FREQUENCY, OID("17.4.1.3.0"), HERTZ, .div = 10},
};
static const struct point mains_pairs[] = {{LINE_VOLTAGE, OID("17.4.1.7.1.2"), VOLT, .div = 10}};
static const struct point mains_lines[] = {{VOLTAGE, OID("17.4.1.7.1.3"), VOLT, .div = 10}};

static const struct point generator[] = {
    {SOURCE_AVAILABLE_STATE, OID("17.4.2.4.0"), ONE, STATES(qualities)},
    {BREAKER_STATE, OID("17.4.2.2.0"), ONE, STATES(positions)},
    {FREQUENCY, OID("17.4.2.3.0"), HERTZ, .div = 10},
    {UNIT_STATE, OID("18.1.2.2.0"), ONE, STATES(engine_states), .absent = ABSENT(-1, 1, 11)},
    {BATTERY_VOLTAGE, OID("18.1.3.1.0"), VOLT, .div = 10},
    {ENGINE_SPEED, OID("18.1.3.4.0"), REVOLUTION_PER_MINUTE},
    {ALARM_STATE, OID("18.1.3.5.0"), ONE, STATES(levels), .absent = ABSENT(-1, 3),
     .at = {.point = "oil_low"}},
    {ALARM_STATE, OID("18.1.3.6.0"), ONE, STATES(levels), .absent = ABSENT(-1, 3),
     .at = {.point = "coolant_low"}},
    {RUNTIME, OID("18.1.6.1.0"), HOUR},
    {ACTIVE_ENERGY, OID("18.1.6.3.0"), KILOWATT_HOUR},
    {FUEL_LEVEL, OID("18.1.7.3.0"), PERCENT},
};
static const struct point generator_pairs[] = {{LINE_VOLTAGE, OID("17.4.2.7.1.2"), VOLT, .div = 10}};
static const struct point generator_lines[] = {{VOLTAGE, OID("17.4.2.7.1.3"), VOLT, .div = 10}};

static const struct point load[] = {
    {TRANSFER_SWITCH_SOURCE_STATE, OID("17.3.1.1.0"), ONE, STATES(selected_by_generator_switch)},
    {FREQUENCY, OID("17.4.3.1.0"), HERTZ, .div = 10},
    {ACTIVE_POWER, OID("17.4.3.2.0"), KILOWATT, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("17.4.3.3.0"), KILOVOLTAMPERE, .div = 10, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("17.4.3.4.0"), PERCENT, .at = {.phase = PHASE_TOTAL}},
};
static const struct point load_pairs[] = {{LINE_VOLTAGE, OID("17.4.3.12.1.2"), VOLT, .div = 10}};
static const struct point load_lines[] = {{VOLTAGE, OID("17.4.3.12.1.3"), VOLT, .div = 10}};

static const struct group groups[] = {
    {POINTS(device)},
    {OVER({PART_INPUT}), .label = OID("8.5.3.2.1.6"), POINTS(inputs)},
    {OVER({PART_INPUT}, {PART_PHASE_LINE}), POINTS(input_phases)},
    {OVER({PART_INPUT}, {PART_PHASE_PAIR}), POINTS(input_pairs)},
    {OVER({PART_OUTPUT}), POINTS(outputs)},
    {OVER({PART_OUTPUT}, {PART_PHASE_LINE}), POINTS(output_phases)},
    {OVER({PART_OUTPUT}, {PART_PHASE_PAIR}), POINTS(output_pairs)},
    {OVER({PART_NONE}), .at = {.part = PART_BANK, .depth = 1, .id = {1}},
     .only = {OID("8.5.4.5.1.3"), ANY_OF(2)}, POINTS(banks)},
    {OVER({PART_NONE}), .at = {.part = PART_BANK, .depth = 1, .id = {2}},
     .only = {OID("8.5.4.5.1.3"), ANY_OF(3)}, POINTS(banks)},
    {.at = {.part = PART_MAINS}, POINTS(mains)},
    {OVER({PART_PHASE_PAIR}), .at = {.part = PART_MAINS}, POINTS(mains_pairs)},
    {OVER({PART_PHASE_LINE}), .at = {.part = PART_MAINS}, POINTS(mains_lines)},
    {.at = {.part = PART_GENERATOR}, POINTS(generator)},
    {OVER({PART_PHASE_PAIR}), .at = {.part = PART_GENERATOR}, POINTS(generator_pairs)},
    {OVER({PART_PHASE_LINE}), .at = {.part = PART_GENERATOR}, POINTS(generator_lines)},
    {.at = {.part = PART_OUTPUT}, POINTS(load)},
    {OVER({PART_PHASE_PAIR}), .at = {.part = PART_OUTPUT}, POINTS(load_pairs)},
    {OVER({PART_PHASE_LINE}), .at = {.part = PART_OUTPUT}, POINTS(load_lines)},
};

static const struct fact facts[] = {{FACT_MODEL, OID("8.1.5.0")},    {FACT_MODEL, OID("17.1.7.0")},
                                    {FACT_SERIAL, OID("8.1.6.0")},   {FACT_SERIAL, OID("17.1.8.0")},
                                    {FACT_FIRMWARE, OID("8.1.2.0")}, {FACT_FIRMWARE, OID("17.1.3.0")}};

const struct driver driver_apc_ats = {
    .name = "apc_ats",
    .title = "APC / Schneider Electric transfer switch (AP77xx, AP44xx; with generator)",
    .manufacturer = "APC",
    .class = CLASS_SWITCH,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PowerNet-MIB, ats and xATS groups",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.318.1.3", .probe = "1.3.6.1.4.1.318.1.1.8.5.1.2.0"},
                    {.sys_object_id = "1.3.6.1.4.1.318.1.3", .probe = "1.3.6.1.4.1.318.1.1.17.3.1.1.0"}},
    .oid_base = "1.3.6.1.4.1.318.1.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
