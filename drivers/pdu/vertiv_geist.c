/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vertiv Geist rack PDUs with an IMD card (GU, MG, rPDU; VERTIV-V5-MIB).
 *
 * Source: VERTIV-V5-MIB. Firmware seen in a recording: 3.4.0 (MG02E4W1, three phases with neutral). Confirmed
 * by a recording of a real device; outlets, delta and sensors by the manual only.
 *
 * The meter says whether it is wired as wye or delta: of a wye the phase table is to neutral and the line
 * table carries nothing; of a delta the phase table is between phases and the line table carries the line
 * currents. All tables but the first speak of the first PDU. Highest and lowest values stand beside the
 * present ones, in columns of no name. Temperatures come in the scale that the card states. The air flow of
 * an AFHT3 probe is a number without unit and is left out.
 */
#include "driver.h"

static const struct meaning outlet_states[] = {{1, OUTLET_ON},      {2, OUTLET_OFF},     {3, OUTLET_PENDING},
                                               {4, OUTLET_PENDING}, {5, OUTLET_PENDING}, {6, OUTLET_PENDING}};
static const struct unit_name temperature_units[] = {
    {0, .unit = FAHRENHEIT}, {1, .unit = CELSIUS}, {.unit = UNIT_UNSTATED}};

static const struct point device[] = {
    {ALARMS_ACTIVE, OID("1.13.0"), ONE},
};

static const struct point totals[] = {
    {ACTIVE_POWER, OID("3.1.1.9"), WATT},
    {APPARENT_POWER, OID("3.1.1.10"), VOLTAMPERE},
    {POWER_FACTOR, OID("3.1.1.11"), PERCENT},
    {ACTIVE_ENERGY, OID("3.1.1.12"), WATT_HOUR},
};

static const struct point phase_voltage[] = {{VOLTAGE, OID("3.2.1.4"), VOLT, .div = 10}};
static const struct point pair_voltage[] = {{LINE_VOLTAGE, OID("3.2.1.4"), VOLT, .div = 10}};
static const struct point phases[] = {
    {CURRENT, OID("3.2.1.8"), AMPERE, .div = 100}, {ACTIVE_POWER, OID("3.2.1.12"), WATT},
    {APPARENT_POWER, OID("3.2.1.13"), VOLTAMPERE}, {POWER_FACTOR, OID("3.2.1.14"), PERCENT},
    {ACTIVE_ENERGY, OID("3.2.1.15"), WATT_HOUR},   {CURRENT_CREST_FACTOR, OID("3.2.1.19"), ONE, .div = 100},
};
static const struct point lines[] = {
    {CURRENT, OID("3.4.1.4"), AMPERE, .div = 100},
};

static const struct point breakers[] = {
    {CURRENT, OID("3.3.1.4"), AMPERE, .div = 100}, {VOLTAGE, OID("3.3.1.8"), VOLT, .div = 10},
    {ACTIVE_POWER, OID("3.3.1.12"), WATT},         {APPARENT_POWER, OID("3.3.1.13"), VOLTAMPERE},
    {POWER_FACTOR, OID("3.3.1.14"), PERCENT},      {ACTIVE_ENERGY, OID("3.3.1.15"), WATT_HOUR},
};

static const struct point switched_outlets[] = {
    {OUTLET_STATE, OID("3.5.1.4"), ONE, STATES(outlet_states), .absent = ABSENT(7)},
};
static const struct point metered_outlets[] = {
    {VOLTAGE, OID("3.6.1.4"), VOLT, .div = 10},
    {CURRENT, OID("3.6.1.8"), AMPERE, .div = 100},
    {ACTIVE_POWER, OID("3.6.1.12"), WATT},
    {APPARENT_POWER, OID("3.6.1.13"), VOLTAMPERE},
    {POWER_FACTOR, OID("3.6.1.14"), PERCENT},
    {ACTIVE_ENERGY, OID("3.6.1.15"), WATT_HOUR},
    {CURRENT_CREST_FACTOR, OID("3.6.1.19"), ONE, .div = 100},
};

/* Probes of four kinds, each with a numbering of its own; a probe may be partially (2) there. */
static const struct point temperature_probes[] = {
    {AIR_TEMPERATURE, OID("4.1.5"), CELSIUS, .div = 10, .unit_from = OID_WHOLE("1.7.0"),
     .units = temperature_units},
};
static const struct point airflow_probes[] = {
    {AIR_TEMPERATURE, OID("5.1.5"), CELSIUS, .div = 10, .unit_from = OID_WHOLE("1.7.0"),
     .units = temperature_units},
    {RELATIVE_HUMIDITY, OID("5.1.7"), PERCENT},
    {DEW_POINT, OID("5.1.8"), CELSIUS, .div = 10, .unit_from = OID_WHOLE("1.7.0"),
     .units = temperature_units},
};
static const struct point triple_probes[] = {
    {AIR_TEMPERATURE, OID("8.1.6"), CELSIUS, .div = 10, .unit_from = OID_WHOLE("1.7.0"),
     .units = temperature_units},
    {RELATIVE_HUMIDITY, OID("8.1.7"), PERCENT},
    {DEW_POINT, OID("8.1.8"), CELSIUS, .div = 10, .unit_from = OID_WHOLE("1.7.0"),
     .units = temperature_units},
    {AIR_TEMPERATURE, OID("8.1.11"), CELSIUS, .div = 10, .unit_from = OID_WHOLE("1.7.0"),
     .units = temperature_units, .at = {.point = "t3hd_a"}, .valid = {OID("8.1.9"), ANY_OF(1)}},
    {AIR_TEMPERATURE, OID("8.1.14"), CELSIUS, .div = 10, .unit_from = OID_WHOLE("1.7.0"),
     .units = temperature_units, .at = {.point = "t3hd_b"}, .valid = {OID("8.1.12"), ANY_OF(1)}},
};
static const struct point humidity_probes[] = {
    {AIR_TEMPERATURE, OID("9.1.5"), CELSIUS, .div = 10, .unit_from = OID_WHOLE("1.7.0"),
     .units = temperature_units},
    {RELATIVE_HUMIDITY, OID("9.1.6"), PERCENT},
    {DEW_POINT, OID("9.1.7"), CELSIUS, .div = 10, .unit_from = OID_WHOLE("1.7.0"),
     .units = temperature_units},
};

static const struct group groups[] = {
    {POINTS(device)},
    {OVER({PART_INPUT}), .at = {.phase = PHASE_TOTAL}, .label = OID("3.1.1.4"), POINTS(totals),
     .valid = {OID("3.1.1.5"), ANY_OF(1)}},
    {OVER({PART_PHASE_LINE}), .at = {.part = PART_INPUT}, .only = {OID_WHOLE("3.1.1.6.1"), ANY_OF(0)},
     POINTS(phase_voltage)},
    {OVER({PART_PHASE_LINE}), .at = {.part = PART_INPUT}, .only = {OID_WHOLE("3.1.1.6.1"), ANY_OF(0)},
     POINTS(phases)},
    {OVER({PART_PHASE_PAIR}), .at = {.part = PART_INPUT}, .only = {OID_WHOLE("3.1.1.6.1"), ANY_OF(1)},
     POINTS(pair_voltage)},
    {OVER({PART_PHASE_PAIR}), .at = {.part = PART_INPUT}, .only = {OID_WHOLE("3.1.1.6.1"), ANY_OF(1)},
     POINTS(phases)},
    {OVER({PART_PHASE_LINE}), .at = {.part = PART_INPUT}, .only = {OID_WHOLE("3.1.1.6.1"), ANY_OF(1)},
     POINTS(lines)},
    {OVER({PART_BREAKER}), .label = OID("3.3.1.3"), POINTS(breakers)},
    {OVER({PART_OUTLET}), .label = OID("3.5.1.3"), POINTS(switched_outlets)},
    {OVER({PART_OUTLET}), .label = OID("3.6.1.3"), POINTS(metered_outlets)},
    {OVER({PART_SENSOR}), .at = {.point = "rt"}, .label = OID("4.1.3"), POINTS(temperature_probes),
     .valid = {OID("4.1.4"), ANY_OF(1, 2)}},
    {OVER({PART_SENSOR}), .at = {.point = "afht3"}, .label = OID("5.1.3"), POINTS(airflow_probes),
     .valid = {OID("5.1.4"), ANY_OF(1, 2)}},
    {OVER({PART_SENSOR}), .at = {.point = "t3hd"}, .label = OID("8.1.3"), POINTS(triple_probes),
     .valid = {OID("8.1.4"), ANY_OF(1, 2)}},
    {OVER({PART_SENSOR}), .at = {.point = "thd"}, .label = OID("9.1.3"), POINTS(humidity_probes),
     .valid = {OID("9.1.4"), ANY_OF(1, 2)}},
};

static const struct fact facts[] = {{FACT_MODEL, OID("1.8.0")},
                                    {FACT_SERIAL, OID("1.10.0")},
                                    {FACT_FIRMWARE, OID("1.2.0")},
                                    {FACT_NAME, OID("1.3.0")}};

const struct driver driver_vertiv_geist = {
    .name = "vertiv_geist",
    .title = "Vertiv Geist rack PDU (GU, MG, rPDU) with IMD card",
    .manufacturer = "Vertiv",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "VERTIV-V5-MIB, issue 2018",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.21239.42.1", .probe = "1.3.6.1.4.1.21239.5.2.3.1.1"},
                    {.sys_object_id = "1.3.6.1.4.1.21239.5.2", .probe = "1.3.6.1.4.1.21239.5.2.3.1.1"},
                    {.probe = "1.3.6.1.4.1.21239.5.2.3.1.1"}},
    .oid_base = "1.3.6.1.4.1.21239.5.2",
    FACTS(facts),
    GROUPS(groups),
};
