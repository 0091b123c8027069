/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rittal rack PDUs (metered, switched, managed), PDU-Controller and inline meters with CMC III firmware.
 *
 * Sources: RITTAL-CMC-III-MIB; names of the variables from a recording of a real PDU-Controller (V7.17.30),
 * which confirms them, but for those that begin with "Unit." or that meter single sockets: these are known
 * from public programs for single-phase and managed PDUs only.
 *
 * All readings are rows of one table of variables, found by their names: sensor/rittal_cmc3.c says how. The
 * first number of a place is the device on the controller's bus. Power factors carry the maker's sign.
 * "Custom" energy is the counter that people may reset. A fuse says OK or not; what else than alarm it may
 * say no source explains.
 */
#include "driver.h"

static const struct unit_name units[] = {{.text = "V", .unit = VOLT},
                                         {.text = "A", .unit = AMPERE},
                                         {.text = "mA", .unit = MILLIAMPERE},
                                         {.text = "W", .unit = WATT},
                                         {.text = "kW", .unit = KILOWATT},
                                         {.text = "VA", .unit = VOLTAMPERE},
                                         {.text = "kVA", .unit = KILOVOLTAMPERE},
                                         {.text = "var", .unit = VAR},
                                         {.text = "kWh", .unit = KILOWATT_HOUR},
                                         {.text = "kVAh", .unit = KILOVOLTAMPERE_HOUR},
                                         {.text = "Hz", .unit = HERTZ},
                                         {.text = "%", .unit = PERCENT},
                                         {.text = "degree C", .unit = CELSIUS},
                                         {.text = "\302\260C", .unit = CELSIUS},
                                         {.text = "", .unit = ONE},
                                         {.unit = UNIT_UNSTATED}};

static const struct meaning unit_states[] = {{1, UNIT_RUNNING}, {2, UNIT_FAULT}, {3, UNIT_FAULT}};
static const struct meaning relay[] = {{0, OUTLET_OFF}, {1, OUTLET_ON}};
static const struct meaning fuse[] = {{4, BREAKER_CLOSED}, {5, BREAKER_TRIPPED}};
static const struct meaning door[] = {{12, STATE_YES}, {13, STATE_NO}};
static const struct meaning contact[] = {{0, STATE_NO}, {1, STATE_YES}};

static const struct point variables[] = {
    {FREQUENCY, .only = {OID("4.2.2.1.3"), .pattern = "Total.Frequency.Value"}},
    {NEUTRAL_CURRENT, .only = {OID("4.2.2.1.3"), .pattern = "Total.Neutral Current.Value"}},
    {ACTIVE_POWER, .at = {.phase = PHASE_TOTAL},
     .only = {OID("4.2.2.1.3"), .pattern = "Total.Power.Active.Value"}},
    {ACTIVE_ENERGY, .at = {.phase = PHASE_TOTAL},
     .only = {OID("4.2.2.1.3"), .pattern = "Total.Energy.Active.Value"}},
    {ACTIVE_ENERGY, .at = {.phase = PHASE_TOTAL, .point = "custom"},
     .only = {OID("4.2.2.1.3"), .pattern = "Total.Energy.Active Custom.Value"}},
    {FREQUENCY, .only = {OID("4.2.2.1.3"), .pattern = "Unit.Frequency.Value"}},
    {NEUTRAL_CURRENT, .only = {OID("4.2.2.1.3"), .pattern = "Unit.Neutral Current.Value"}},
    {ACTIVE_POWER, .at = {.phase = PHASE_TOTAL},
     .only = {OID("4.2.2.1.3"), .pattern = "Unit.Power.Active.Value"}},
    {ACTIVE_ENERGY, .at = {.phase = PHASE_TOTAL},
     .only = {OID("4.2.2.1.3"), .pattern = "Unit.Energy.Active.Value"}},
    {ACTIVE_ENERGY, .at = {.phase = PHASE_TOTAL, .point = "custom"},
     .only = {OID("4.2.2.1.3"), .pattern = "Unit.Energy.Active Custom.Value"}},
    {VOLTAGE, .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Voltage.Value", .captures = {PART_PHASE_LINE}}},
    {VOLTAGE_THD,
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Voltage.THD.Value", .captures = {PART_PHASE_LINE}}},
    {CURRENT, .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Current.Value", .captures = {PART_PHASE_LINE}}},
    {CURRENT_THD,
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Current.THD.Value", .captures = {PART_PHASE_LINE}}},
    {POWER_FACTOR,
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Power.Factor.Value", .captures = {PART_PHASE_LINE}}},
    {ACTIVE_POWER,
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Power.Active.Value", .captures = {PART_PHASE_LINE}}},
    {REACTIVE_POWER,
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Power.Reactive.Value", .captures = {PART_PHASE_LINE}}},
    {APPARENT_POWER,
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Power.Apparent.Value", .captures = {PART_PHASE_LINE}}},
    {ACTIVE_ENERGY,
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Energy.Active.Value", .captures = {PART_PHASE_LINE}}},
    {APPARENT_ENERGY,
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Energy.Apparent.Value", .captures = {PART_PHASE_LINE}}},
    {ACTIVE_ENERGY, .at = {.point = "custom"},
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Energy.Active Custom.Value",
              .captures = {PART_PHASE_LINE}}},
    {BREAKER_STATE, .unit = ONE, STATES(fuse), .absent = ABSENT(1, 21, 22, 27),
     .only = {OID("4.2.2.1.3"), .pattern = "Phase L#.Fuses.Fuse #.Status",
              .captures = {PART_PHASE_LINE, PART_BREAKER}}},
    {OUTLET_STATE, .unit = ONE, STATES(relay),
     .only = {OID("4.2.2.1.3"), .pattern = "Sockets.Socket #.General.Relay", .captures = {PART_OUTLET}}},
    {CURRENT,
     .only = {OID("4.2.2.1.3"), .pattern = "Sockets.Socket #.Current.Value", .captures = {PART_OUTLET}}},
    {POWER_FACTOR,
     .only = {OID("4.2.2.1.3"), .pattern = "Sockets.Socket #.Power.Factor.Value", .captures = {PART_OUTLET}}},
    {ACTIVE_POWER,
     .only = {OID("4.2.2.1.3"), .pattern = "Sockets.Socket #.Power.Active.Value", .captures = {PART_OUTLET}}},
    {APPARENT_POWER, .only = {OID("4.2.2.1.3"), .pattern = "Sockets.Socket #.Power.Apparent.Value",
                              .captures = {PART_OUTLET}}},
    {ACTIVE_ENERGY, .only = {OID("4.2.2.1.3"), .pattern = "Sockets.Socket #.Energy.Active.Value",
                             .captures = {PART_OUTLET}}},
    {AIR_TEMPERATURE, .at = {.part = PART_SENSOR},
     .only = {OID("4.2.2.1.3"), .pattern = "Temperature.Value"}},
    {RELATIVE_HUMIDITY, .at = {.part = PART_SENSOR}, .only = {OID("4.2.2.1.3"), .pattern = "Humidity.Value"}},
    {DOOR_STATE, .unit = ONE, STATES(door), .absent = ABSENT(1, 21, 22, 27), .at = {.part = PART_SENSOR},
     .only = {OID("4.2.2.1.3"), .pattern = "Access.Status"}},
    {CONTACT_STATE, .unit = ONE, STATES(contact), .at = {.part = PART_CONTACT},
     .only = {OID("4.2.2.1.3"), .pattern = "Input.Value"}},
};

static const struct point unit[] = {{UNIT_STATE, OID("2.1.0"), ONE, STATES(unit_states)}};

static const struct group groups[] = {
    {POINTS(unit)},
    {OVER({PART_INPUT}, {PART_NONE}), POINTS(variables), .value = OID("4.2.2.1.11"),
     .valid = {OID("4.2.2.1.14"), ANY_OF(2, 3, 4, 5)}, .scale = {SCALE_FACTOR, OID("4.2.2.1.7")},
     .unit_from = OID("4.2.2.1.5"), .units = units},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("4.1.2.1.2.1")}, {FACT_SERIAL, OID("2.6.0")}, {FACT_FIRMWARE, OID("2.4.0")}};

const struct driver driver_rittal_pdu = {
    .name = "rittal_pdu",
    .title = "Rittal rack PDU, PDU-Controller or inline meter with CMC III firmware",
    .manufacturer = "Rittal",
    .class = CLASS_PDU,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "RITTAL-CMC-III-MIB; names of the variables as recorded",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.2606.7", .sys_descr = "*PDU*"},
                    {.sys_object_id = "1.3.6.1.4.1.2606.7", .sys_descr = "*RCM*"}},
    .oid_base = "1.3.6.1.4.1.2606.7",
    FACTS(facts),
    GROUPS(groups),
};
