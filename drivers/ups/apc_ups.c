/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APC / Schneider Electric UPSes behind a Network Management Card or PowerChute: Smart-UPS (SU, SUA, SMT,
 * SMX, SRT, Ultra), Matrix, Symmetra (LX, PX, three-phase), Smart-UPS VT, Galaxy with an NMC, Easy UPS.
 *
 * Source: PowerNet-MIB, groups 318.1.1.1 (ups), 318.1.1.10 and 318.1.1.25 (probes at the card). Firmware seen
 * in recordings: AOS 3.7.3, 6.2.0, 6.4.x, 6.6.4, 6.7.2, 7.0.8, PowerChute Business Edition. No recording of a
 * device with the phase tables (318.1.1.1.9): those are from the MIB; their rows carry one index more than
 * the MIB says (input or output, then always 1, then the phase), as other readers of these cards know.
 *
 * Tenths before whole units; -1 means not supported. A temperature of 255 and a runtime of 2^32-1 mean not
 * present. What the MIB calls the battery's temperature is the UPS's internal one. Where a card has lost its
 * UPS (upsCommStatus) it repeats the last values: they do not count then. A single-phase UPS has its values
 * once, without a phase, even where its card fills the phase tables; those then serve what the older objects
 * lack. Whether the phase tables' voltages are against neutral is said by their orientation column; a split
 * phase mixes both and is left out. Efficiency is negative where it cannot be said.
 */
#include "driver.h"

static const struct meaning battery_states[] = {
    {1, BATTERY_UNKNOWN}, {2, BATTERY_NORMAL}, {3, BATTERY_LOW}, {4, BATTERY_FAULT}, {5, BATTERY_ABSENT}};
static const struct meaning modes[] = {
    {2, UPS_ONLINE},      {3, UPS_ON_BATTERY}, {4, UPS_BOOST_TRIM}, {5, UPS_OFF},     {6, UPS_BYPASS},
    {7, UPS_OFF},         {8, UPS_OTHER},      {9, UPS_BYPASS},     {10, UPS_BYPASS}, {11, UPS_OFF},
    {12, UPS_BOOST_TRIM}, {13, UPS_ECO},       {14, UPS_OTHER},     {15, UPS_TEST},   {16, UPS_BYPASS},
    {17, UPS_OTHER},      {18, UPS_ECO},       {19, UPS_TEST},      {20, UPS_ECO},    {21, UPS_TEST},
    {22, UPS_TEST},       {23, UPS_TEST},      {24, UPS_TEST},      {25, UPS_OTHER},  {26, UPS_OTHER},
    {27, UPS_OTHER},      {28, UPS_TEST}};
static const struct meaning test_results[] = {
    {1, TEST_PASSED}, {2, TEST_FAILED}, {3, TEST_ABORTED}, {4, TEST_RUNNING}};
static const struct meaning second_is_yes[] = {{1, STATE_NO}, {2, STATE_YES}};
static const struct meaning contacts[] = {{1, STATE_YES}, {2, STATE_NO}};
static const struct meaning modules[] = {{3, UNIT_OFF}, {4, UNIT_RUNNING}, {5, UNIT_FAULT}, {6, UNIT_FAULT}};
static const struct unit_name degrees[] = {{1, .unit = CELSIUS}, {2, .unit = FAHRENHEIT}, {0}};

static const struct point ups[] = {
    {UPS_MODE_STATE, OID("1.4.1.1.0"), ONE, STATES(modes), .absent = ABSENT(-1, 1)},
    {UPS_EFFICIENCY, OID("1.4.3.5.0"), PERCENT, .div = 10, .absent = ABSENT(-1, -2, -3, -4, -5, -6, -7, -8)},
    {DEVICE_TEMPERATURE, OID("1.4.1.4.0"), CELSIUS},
    {APPARENT_POWER_RATING, OID("1.4.2.6.0"), KILOVOLTAMPERE},
};
static const struct point card[] = {
    {ALARM_STATE, OID("1.8.1.0"), ONE, STATES(second_is_yes), .at = {.point = "ups_communication_lost"}},
};

static const struct point battery[] = {
    {UPS_BATTERY_STATE, OID("1.2.1.1.0"), ONE, STATES(battery_states)},
    {SECONDS_ON_BATTERY, OID("1.2.1.2.0"), SECOND, .div = 100},
    {BATTERY_RUNTIME, OID("1.2.2.3.0"), SECOND, .div = 100, .absent = ABSENT(-1, 4294967295)},
    {BATTERY_CHARGE, OID("1.2.3.1.0"), PERCENT, .div = 10},
    {BATTERY_CHARGE, OID("1.2.2.1.0"), PERCENT},
    {BATTERY_TEMPERATURE, OID("1.2.3.13.0"), CELSIUS, .div = 10},
    {BATTERY_TEMPERATURE, OID("1.2.3.2.0"), CELSIUS, .div = 10, .absent = ABSENT(-1, 2550)},
    {BATTERY_TEMPERATURE, OID("1.2.2.2.0"), CELSIUS, .absent = ABSENT(-1, 255)},
    {BATTERY_VOLTAGE, OID("1.2.3.4.0"), VOLT, .div = 10},
    {BATTERY_VOLTAGE, OID("1.2.2.8.0"), VOLT},
    {BATTERY_CURRENT, OID("1.2.3.5.0"), AMPERE, .div = 10},
    {BATTERY_CURRENT, OID("1.2.2.9.0"), AMPERE},
    {VOLTAGE_RATING, OID("1.2.3.3.0"), VOLT, .div = 10},
    {VOLTAGE_RATING, OID("1.2.2.7.0"), VOLT},
    {BATTERY_PACKS, OID("1.2.2.5.0"), ONE},
    {BATTERY_PACKS_BAD, OID("1.2.2.6.0"), ONE},
    {ALARM_STATE, OID("1.2.2.4.0"), ONE, STATES(second_is_yes), .at = {.point = "replace"}},
    {BATTERY_TEST_RESULT_STATE, OID("1.7.2.3.0"), ONE, STATES(test_results)},
};

static const struct point input[] = {
    {VOLTAGE, OID("1.3.3.1.0"), VOLT, .div = 10},
    {VOLTAGE, OID("1.3.2.1.0"), VOLT},
    {FREQUENCY, OID("1.3.3.4.0"), HERTZ, .div = 10},
    {FREQUENCY, OID("1.3.2.4.0"), HERTZ},
    {ACTIVE_POWER, OID("1.3.2.12.0"), KILOWATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("1.3.2.11.0"), KILOVOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("1.3.3.5.0"), KILOWATT_HOUR, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("1.3.2.15.0"), KILOWATT_HOUR, .at = {.phase = PHASE_TOTAL}},
};
static const struct point bypass[] = {
    {VOLTAGE, OID("1.3.3.6.0"), VOLT, .div = 10},
    {FREQUENCY, OID("1.3.3.7.0"), HERTZ, .div = 10},
    {ACTIVE_POWER, OID("1.3.2.14.0"), KILOWATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("1.3.2.13.0"), KILOVOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
};
static const struct point output[] = {
    {VOLTAGE, OID("1.4.3.1.0"), VOLT, .div = 10},
    {VOLTAGE, OID("1.4.2.1.0"), VOLT},
    {FREQUENCY, OID("1.4.3.2.0"), HERTZ, .div = 10},
    {FREQUENCY, OID("1.4.2.2.0"), HERTZ},
    {LOAD, OID("1.4.3.3.0"), PERCENT, .div = 10},
    {LOAD, OID("1.4.2.3.0"), PERCENT},
    {CURRENT, OID("1.4.3.4.0"), AMPERE, .div = 10},
    {CURRENT, OID("1.4.2.4.0"), AMPERE},
    {ACTIVE_POWER, OID("1.4.2.8.0"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("1.4.2.9.0"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {REACTIVE_POWER, OID("1.4.2.20.0"), VAR, .at = {.phase = PHASE_TOTAL}},
    {NEUTRAL_CURRENT, OID("1.4.2.11.0"), AMPERE},
    {ACTIVE_ENERGY, OID("1.4.3.6.0"), KILOWATT_HOUR, .div = 100, .at = {.phase = PHASE_TOTAL}},
    {ACTIVE_ENERGY, OID("1.4.2.12.0"), KILOWATT_HOUR, .at = {.phase = PHASE_TOTAL}},
    {FREQUENCY_RATING, OID("1.4.2.7.0"), HERTZ},
};

/* Phase tables. An input's or output's row says what its phases are and how they are measured. */
static const struct point input_row[] = {{FREQUENCY, OID("1.9.2.2.1.4"), HERTZ, .div = 10}};
static const struct point output_row[] = {{FREQUENCY, OID("1.9.3.2.1.4"), HERTZ, .div = 10}};
static const struct point input_phases[] = {
    {VOLTAGE, OID("1.9.2.3.1.14"), VOLT, .only = {OID_OF("1.9.2.2.1.2", 1), ANY_OF(2, 3)}},
    {VOLTAGE, OID("1.9.2.3.1.3"), VOLT, .only = {OID_OF("1.9.2.2.1.3", 1), ANY_OF(4)}},
    {CURRENT, OID("1.9.2.3.1.6"), AMPERE, .div = 10, .only = {OID_OF("1.9.2.2.1.2", 1), ANY_OF(2, 3)}},
    {ACTIVE_POWER, OID("1.9.2.3.1.9"), WATT, .only = {OID_OF("1.9.2.2.1.2", 1), ANY_OF(2, 3)}},
    {APPARENT_POWER, OID("1.9.2.3.1.12"), KILOVOLTAMPERE, .only = {OID_OF("1.9.2.2.1.2", 1), ANY_OF(2, 3)}},
    {POWER_FACTOR, OID("1.9.2.3.1.13"), ONE, .div = 100, .only = {OID_OF("1.9.2.2.1.2", 1), ANY_OF(2, 3)}},
};
static const struct point input_pairs[] = {
    {LINE_VOLTAGE, OID("1.9.2.3.1.3"), VOLT, .only = {OID_OF("1.9.2.2.1.3", 1), ANY_OF(5)}}};
static const struct point input_single[] = {
    {CURRENT, OID("1.9.2.3.1.6"), AMPERE, .div = 10, .only = {OID_OF("1.9.2.2.1.2", 1), ANY_OF(1)}},
    {ACTIVE_POWER, OID("1.9.2.3.1.9"), WATT, .at = {.phase = PHASE_TOTAL},
     .only = {OID_OF("1.9.2.2.1.2", 1), ANY_OF(1)}},
};
static const struct point output_phases[] = {
    {VOLTAGE, OID("1.9.3.3.1.22"), VOLT},
    {VOLTAGE, OID("1.9.3.3.1.3"), VOLT, .only = {OID_OF("1.9.3.2.1.3", 1), ANY_OF(4)}},
    {CURRENT, OID("1.9.3.3.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("1.9.3.3.1.13"), WATT},
    {APPARENT_POWER, OID("1.9.3.3.1.7"), VOLTAMPERE},
    {APPARENT_POWER, OID("1.9.3.3.1.20"), KILOVOLTAMPERE},
    {LOAD, OID("1.9.3.3.1.10"), PERCENT},
    {POWER_FACTOR, OID("1.9.3.3.1.19"), ONE, .div = 100},
    {ACTIVE_ENERGY, OID("1.9.3.3.1.23"), KILOWATT_HOUR, .div = 100},
};
static const struct point output_pairs[] = {{LINE_VOLTAGE, OID("1.9.3.3.1.3"), VOLT}};
static const struct point output_single[] = {
    {CURRENT, OID("1.9.3.3.1.4"), AMPERE, .div = 10},
    {ACTIVE_POWER, OID("1.9.3.3.1.13"), WATT, .at = {.phase = PHASE_TOTAL}},
    {APPARENT_POWER, OID("1.9.3.3.1.7"), VOLTAMPERE, .at = {.phase = PHASE_TOTAL}},
    {POWER_FACTOR, OID("1.9.3.3.1.19"), ONE, .div = 100, .at = {.phase = PHASE_TOTAL}},
};

static const struct point power_modules[] = {
    {UNIT_STATE, OID("1.13.2.2.1.2"), ONE, STATES(modules), .absent = ABSENT(-1, 1, 2)}};

/* Probes and contacts that are plugged into the card. */
static const struct point universal_probes[] = {{AIR_TEMPERATURE, OID("25.1.2.1.6"), CELSIUS},
                                                {RELATIVE_HUMIDITY, OID("25.1.2.1.7"), PERCENT}};
static const struct point monitor_probes[] = {
    {AIR_TEMPERATURE, OID("10.2.3.2.1.4"), CELSIUS, .unit_from = OID("10.2.3.2.1.5"), .units = degrees},
    {RELATIVE_HUMIDITY, OID("10.2.3.2.1.6"), PERCENT}};
static const struct point universal_contacts[] = {
    {CONTACT_STATE, OID("25.2.2.1.5"), ONE, STATES(contacts), .absent = ABSENT(-1, 3, 4)}};
static const struct point monitor_contacts[] = {
    {ALARM_STATE, OID("10.2.3.4.1.3"), ONE, STATES(second_is_yes), .absent = ABSENT(-1, 3)}};

static const struct group groups[] = {
    {POINTS(card)},
    {POINTS(ups), .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_BATTERY}, POINTS(battery), .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_INPUT}, POINTS(input), .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_BYPASS}, POINTS(bypass), .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_OUTPUT}, POINTS(output), .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_NONE}),
     POINTS(input_row),
     .only = {OID("1.9.2.2.1.5"), ANY_OF(1, 2)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_NONE}, {PART_NONE}, {PART_PHASE_LINE}),
     POINTS(input_phases),
     .only = {OID_OF("1.9.2.2.1.5", 1), ANY_OF(1, 2)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_NONE}, {PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(input_pairs),
     .only = {OID_OF("1.9.2.2.1.5", 1), ANY_OF(1, 2)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_INPUT},
     OVER({PART_NONE}, {PART_NONE}, {PART_NONE}),
     POINTS(input_single),
     .only = {OID_OF("1.9.2.2.1.5", 1), ANY_OF(1, 2)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_BYPASS},
     OVER({PART_NONE}),
     POINTS(input_row),
     .only = {OID("1.9.2.2.1.5"), ANY_OF(3)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_BYPASS},
     OVER({PART_NONE}, {PART_NONE}, {PART_PHASE_LINE}),
     POINTS(input_phases),
     .only = {OID_OF("1.9.2.2.1.5", 1), ANY_OF(3)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_BYPASS},
     OVER({PART_NONE}, {PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(input_pairs),
     .only = {OID_OF("1.9.2.2.1.5", 1), ANY_OF(3)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_BYPASS},
     OVER({PART_NONE}, {PART_NONE}, {PART_NONE}),
     POINTS(input_single),
     .only = {OID_OF("1.9.2.2.1.5", 1), ANY_OF(3)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}),
     POINTS(output_row),
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}, {PART_NONE}, {PART_PHASE_LINE}),
     POINTS(output_phases),
     .only = {OID_OF("1.9.3.2.1.2", 1), ANY_OF(2, 3)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}, {PART_NONE}, {PART_PHASE_PAIR}),
     POINTS(output_pairs),
     .only = {OID_OF("1.9.3.2.1.3", 1), ANY_OF(5)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {.at = {.part = PART_OUTPUT},
     OVER({PART_NONE}, {PART_NONE}, {PART_NONE}),
     POINTS(output_single),
     .only = {OID_OF("1.9.3.2.1.2", 1), ANY_OF(1)},
     .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {OVER({PART_MODULE}), POINTS(power_modules), .valid = {OID_WHOLE("1.8.1.0"), ANY_OF(1)}},
    {OVER({PART_SENSOR}, {PART_SENSOR}), .label = OID("25.1.2.1.3"), POINTS(universal_probes),
     .valid = {OID("25.1.2.1.10"), ANY_OF(2)}},
    {OVER({PART_SENSOR}), .label = OID("10.2.3.2.1.2"), POINTS(monitor_probes),
     .valid = {OID("10.2.3.2.1.3"), ANY_OF(2)}},
    {OVER({PART_CONTACT}, {PART_CONTACT}), .label = OID("25.2.2.1.3"), POINTS(universal_contacts),
     .valid = {OID("25.2.2.1.7"), ANY_OF(2)}},
    {OVER({PART_CONTACT}), .label = OID("10.2.3.4.1.2"), POINTS(monitor_contacts)},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("1.1.1.1.0")},
    {FACT_SERIAL, OID("1.1.2.3.0")},
    {FACT_FIRMWARE, OID("1.1.2.1.0")},
    {FACT_NAME, OID("1.1.1.2.0")},
};

const struct driver driver_apc_ups = {
    .name = "apc_ups",
    .title = "APC / Schneider Electric UPS (Smart-UPS, Matrix, Symmetra, Galaxy, Easy UPS) behind an NMC",
    .manufacturer = "APC",
    .class = CLASS_UPS,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "PowerNet-MIB, groups ups, emu2 and uio",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.318.1.3", .probe = "1.3.6.1.4.1.318.1.1.1.1.1.1.0"},
                    {.probe = "1.3.6.1.4.1.318.1.1.1.2.1"}},
    .oid_base = "1.3.6.1.4.1.318.1.1",
    .absent = ABSENT_OF({WIRE_NONE, ABSENT(-1)}),
    FACTS(facts),
    GROUPS(groups),
};
