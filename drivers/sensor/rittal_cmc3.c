/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rittal CMC III processing units (PU, PU Compact) with their sensors on the CAN bus.
 *
 * Sources: RITTAL-CMC-III-MIB; names of the variables from recordings of three real units (V3.15.70,
 * V3.17.30), which confirm them.
 *
 * Every reading of every attached device is a row of one table of variables, by device and running number;
 * rows move with the configuration, so a row is found by its name. Unit and scale stand beside the value (a
 * negative scale divides). The quality column says "no value" from 21 on; warning and alarm are qualities of
 * good values. States are read from the Status variables, whose codes the MIB explains, except contacts.
 * What people named is a variable of its own and cannot be tied to its row. A plug of a power strip (PSM) has
 * one number more than a place holds: the port that its strip hangs on is its point. An LCP or a PDU behind
 * such a unit is not read here: its own controller says in sysDescr what it is and has a driver of its own.
 */
#include "driver.h"

static const struct unit_name units[] = {{.text = "degree C", .unit = CELSIUS},
                                         {.text = "\302\260C", .unit = CELSIUS},
                                         {.text = "%", .unit = PERCENT},
                                         {.text = "V", .unit = VOLT},
                                         {.text = "A", .unit = AMPERE},
                                         {.text = "mA", .unit = MILLIAMPERE},
                                         {.text = "", .unit = ONE},
                                         {.unit = UNIT_UNSTATED}};

static const struct meaning unit_states[] = {{1, UNIT_RUNNING}, {2, UNIT_FAULT}, {3, UNIT_FAULT}};
static const struct meaning relay[] = {{0, OUTLET_OFF}, {1, OUTLET_ON}};
static const struct meaning contact[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning door[] = {{12, STATE_YES}, {13, STATE_NO}};
static const struct meaning alarm[] = {{4, STATE_NO}, {5, STATE_YES}};
static const struct meaning leak[] = {{3, LEAK_SENSOR_FAULT},  {4, LEAK_DRY},
                                      {5, LEAK_WET},           {21, LEAK_SENSOR_FAULT},
                                      {24, LEAK_SENSOR_FAULT}, {25, LEAK_SENSOR_FAULT}};

static const struct point variables[] = {
    {AIR_TEMPERATURE, .only = {OID("4.2.2.1.3"), .pattern = "Temperature.Value"}},
    {AIR_TEMPERATURE, .at = {.point = "door"},
     .only = {OID("4.2.2.1.3"), .pattern = "Door Opening.Automatic.Temperature.Value"}},
    {RELATIVE_HUMIDITY, .only = {OID("4.2.2.1.3"), .pattern = "Humidity.Value"}},
    {DEVICE_TEMPERATURE, .at = {.part = PART_UNIT},
     .only = {OID("4.2.2.1.3"), .pattern = "System.Temperature.Value"}},
    {VOLTAGE, .at = {.part = PART_UNIT, .point = "24v"},
     .only = {OID("4.2.2.1.3"), .pattern = "System.Supply 24V.Value"}},
    {VOLTAGE, .at = {.part = PART_UNIT, .point = "5v"},
     .only = {OID("4.2.2.1.3"), .pattern = "System.Supply 5V0.Value"}},
    {VOLTAGE, .at = {.part = PART_UNIT, .point = "3v3"},
     .only = {OID("4.2.2.1.3"), .pattern = "System.Supply 3V3.Value"}},
    {CURRENT, .at = {.part = PART_UNIT, .point = "can1"},
     .only = {OID("4.2.2.1.3"), .pattern = "System.CAN1 Current.Value"}},
    {CURRENT, .at = {.part = PART_UNIT, .point = "can2"},
     .only = {OID("4.2.2.1.3"), .pattern = "System.CAN2 Current.Value"}},
    {CURRENT,
     .only = {OID("4.2.2.1.3"), .pattern = "PSM_P#_#.Unit.Value", .captures = {PART_BANK, PART_BANK}}},
    {OUTLET_STATE, .unit = ONE, STATES(relay), .at = {.point = "p1"},
     .only = {OID("4.2.2.1.3"), .pattern = "PSM_P1_#.Plug#.Relay", .captures = {PART_BANK, PART_OUTLET}}},
    {OUTLET_STATE, .unit = ONE, STATES(relay), .at = {.point = "p2"},
     .only = {OID("4.2.2.1.3"), .pattern = "PSM_P2_#.Plug#.Relay", .captures = {PART_BANK, PART_OUTLET}}},
    {CONTACT_STATE, .unit = ONE, STATES(contact),
     .only = {OID("4.2.2.1.3"), .pattern = "Input #.Value", .captures = {PART_CONTACT}}},
    {CONTACT_STATE, .unit = ONE, STATES(contact), .at = {.point = "output"},
     .only = {OID("4.2.2.1.3"), .pattern = "Output #.Relay", .captures = {PART_CONTACT}}},
    {CONTACT_STATE, .unit = ONE, STATES(contact), .at = {.part = PART_CONTACT, .point = "output"},
     .only = {OID("4.2.2.1.3"), .pattern = "Output.Relay"}},
    {DOOR_STATE, .unit = ONE, STATES(door), .absent = ABSENT(1, 21, 22, 27),
     .only = {OID("4.2.2.1.3"), .pattern = "Access.Status"}},
    {SMOKE_STATE, .unit = ONE, STATES(alarm), .absent = ABSENT(1, 21, 22, 27),
     .only = {OID("4.2.2.1.3"), .pattern = "Smoke.Status"}},
    {LEAK_STATE, .unit = ONE, STATES(leak), .absent = ABSENT(1, 22, 27),
     .only = {OID("4.2.2.1.3"), .pattern = "Leakage.Status"}},
    {ALARM_STATE, .unit = ONE, STATES(alarm), .absent = ABSENT(1, 21, 22, 27), .at = {.point = "vandalism"},
     .only = {OID("4.2.2.1.3"), .pattern = "Vandalism.Status"}},
    {ALARM_STATE, .unit = ONE, STATES(alarm), .absent = ABSENT(1, 21, 22, 27), .at = {.point = "motion"},
     .only = {OID("4.2.2.1.3"), .pattern = "Motion.Status"}},
    {ALARM_STATE, .unit = ONE, STATES(alarm), .absent = ABSENT(1, 21, 22, 27),
     .at = {.point = "door_opening"},
     .only = {OID("4.2.2.1.3"), .pattern = "Door Opening.Automatic.Alarm.Status"}},
};

static const struct point unit[] = {{UNIT_STATE, OID("2.1.0"), ONE, STATES(unit_states)}};

static const struct group groups[] = {
    {POINTS(unit)},
    {OVER({PART_SENSOR}, {PART_NONE}), POINTS(variables), .value = OID("4.2.2.1.11"),
     .valid = {OID("4.2.2.1.14"), ANY_OF(2, 3, 4, 5)}, .scale = {SCALE_FACTOR, OID("4.2.2.1.7")},
     .unit_from = OID("4.2.2.1.5"), .units = units},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("4.1.2.1.2.1")}, {FACT_SERIAL, OID("2.6.0")}, {FACT_FIRMWARE, OID("2.4.0")}};

const struct driver driver_rittal_cmc3 = {
    .name = "rittal_cmc3",
    .title = "Rittal CMC III processing unit and its sensors",
    .manufacturer = "Rittal",
    .class = CLASS_SENSOR,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "RITTAL-CMC-III-MIB; names of the variables as recorded",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.2606.7", .sys_descr = "*CMC*"},
                    {.probe = "1.3.6.1.4.1.2606.7.4.2.2.1.11"}},
    .oid_base = "1.3.6.1.4.1.2606.7",
    FACTS(facts),
    GROUPS(groups),
};
