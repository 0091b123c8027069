/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rittal Liquid Cooling Packages (LCP Rack, LCP Inline) with a CMC III controller.
 *
 * Sources: RITTAL-CMC-III-MIB; names of the variables from a recording of a real LCP (V3.17.10), which
 * confirms them.
 *
 * The controller's table of variables holds its own sensors (device 1), those of the LCP and of whatever
 * else is on its CAN bus; sensor/rittal_cmc3.c says how it is read. The server side is air, the water is the
 * building's: primary. "Server in" is what the LCP blows out, "server out" what it takes in, as the device
 * words it. Value as integer is newer than value as text. The dew point group is left out: without its
 * sensor it says 0 degC of good quality. The water control group repeats what stands elsewhere. Which level
 * of the condensate pump's variable is on no source says; its status is read.
 */
#include "driver.h"

static const struct unit_name units[] = {{.text = "degree C", .unit = CELSIUS},
                                         {.text = "\302\260C", .unit = CELSIUS},
                                         {.text = "%", .unit = PERCENT},
                                         {.text = "l/min", .unit = LITER_PER_MINUTE},
                                         {.text = "W", .unit = WATT},
                                         {.text = "kW", .unit = KILOWATT},
                                         {.text = "V", .unit = VOLT},
                                         {.text = "A", .unit = AMPERE},
                                         {.text = "mA", .unit = MILLIAMPERE},
                                         {.text = "", .unit = ONE},
                                         {.unit = UNIT_UNSTATED}};

static const struct meaning unit_states[] = {{1, UNIT_RUNNING}, {2, UNIT_FAULT}, {3, UNIT_FAULT}};
static const struct meaning door[] = {{12, STATE_YES}, {13, STATE_NO}};
static const struct meaning contact[] = {{0, STATE_NO}, {1, STATE_YES}};
static const struct meaning pump[] = {{10, UNIT_OFF}, {11, UNIT_RUNNING}, {4, UNIT_RUNNING}, {3, UNIT_FAULT}};
static const struct meaning leak[] = {{3, LEAK_SENSOR_FAULT},  {4, LEAK_DRY},
                                      {5, LEAK_WET},           {21, LEAK_SENSOR_FAULT},
                                      {24, LEAK_SENSOR_FAULT}, {25, LEAK_SENSOR_FAULT}};

static const struct point variables[] = {
    {AIR_TEMPERATURE, .at = {.point = "server_in_top"},
     .only = {OID("4.2.2.1.3"), .pattern = "Air Temp.Server In.Top.Value"}},
    {AIR_TEMPERATURE, .at = {.point = "server_in_center"},
     .only = {OID("4.2.2.1.3"), .pattern = "Air Temp.Server In.Center.Value"}},
    {AIR_TEMPERATURE, .at = {.point = "server_in_bottom"},
     .only = {OID("4.2.2.1.3"), .pattern = "Air Temp.Server In.Bottom.Value"}},
    {AIR_TEMPERATURE, .at = {.point = "server_in_average"},
     .only = {OID("4.2.2.1.3"), .pattern = "Air Temp.Server In.Average.Value"}},
    {AIR_TEMPERATURE, .at = {.point = "server_out_top"},
     .only = {OID("4.2.2.1.3"), .pattern = "Air Temp.Server Out.Top.Value"}},
    {AIR_TEMPERATURE, .at = {.point = "server_out_center"},
     .only = {OID("4.2.2.1.3"), .pattern = "Air Temp.Server Out.Center.Value"}},
    {AIR_TEMPERATURE, .at = {.point = "server_out_bottom"},
     .only = {OID("4.2.2.1.3"), .pattern = "Air Temp.Server Out.Bottom.Value"}},
    {AIR_TEMPERATURE, .at = {.point = "server_out_average"},
     .only = {OID("4.2.2.1.3"), .pattern = "Air Temp.Server Out.Average.Value"}},
    {TEMPERATURE_SETPOINT, .at = {.point = "server_in"}, .rate = RATE_SLOW,
     .only = {OID("4.2.2.1.3"), .pattern = "Air Temp.Server In.Average.Setpoint"}},
    {FAN_SPEED_RATIO,
     .only = {OID("4.2.2.1.3"), .pattern = "Fans.Current Speed.Fan#.Value", .captures = {PART_FAN}}},
    {FAN_SPEED_RATIO, .at = {.point = "control"},
     .only = {OID("4.2.2.1.3"), .pattern = "Fans.Internal Control.Fan#", .captures = {PART_FAN}}},
    {COOLANT_TEMPERATURE, .at = {.side = SIDE_PRIMARY, .point = "inlet"},
     .only = {OID("4.2.2.1.3"), .pattern = "Water.Temperatures.In.Value"}},
    {COOLANT_TEMPERATURE, .at = {.side = SIDE_PRIMARY, .point = "outlet"},
     .only = {OID("4.2.2.1.3"), .pattern = "Water.Temperatures.Out.Value"}},
    {COOLANT_FLOW, .at = {.side = SIDE_PRIMARY}, .rate = RATE_FAST,
     .only = {OID("4.2.2.1.3"), .pattern = "Water.Flowrate.Value"}},
    {VALVE_POSITION, .only = {OID("4.2.2.1.3"), .pattern = "Control Valve.Current Value.Valve#.Value",
                              .captures = {PART_VALVE}}},
    {VALVE_POSITION, .at = {.point = "control"},
     .only = {OID("4.2.2.1.3"), .pattern = "Control Valve.Internal Control.Valve#",
              .captures = {PART_VALVE}}},
    {THERMAL_POWER, .only = {OID("4.2.2.1.3"), .pattern = "Cooling Capacity.Value"}},
    {LEAK_STATE, .unit = ONE, STATES(leak), .absent = ABSENT(1, 22, 27),
     .only = {OID("4.2.2.1.3"), .pattern = "Leakage Sensor.Status"}},
    {LEAK_STATE, .unit = ONE, STATES(leak), .absent = ABSENT(1, 22, 27), .at = {.point = "condensate"},
     .only = {OID("4.2.2.1.3"), .pattern = "Condensate Sensor.Status"}},
    {PUMP_STATE, .unit = ONE, STATES(pump), .absent = ABSENT(1, 27),
     .at = {.part = PART_PUMP, .point = "condensate"},
     .only = {OID("4.2.2.1.3"), .pattern = "Condensate Pump.Status"}},
    {AIR_TEMPERATURE, .at = {.part = PART_SENSOR},
     .only = {OID("4.2.2.1.3"), .pattern = "Temperature.Value"}},
    {AIR_TEMPERATURE, .at = {.part = PART_SENSOR, .point = "door"},
     .only = {OID("4.2.2.1.3"), .pattern = "Door Opening.Automatic.Temperature.Value"}},
    {RELATIVE_HUMIDITY, .at = {.part = PART_SENSOR}, .only = {OID("4.2.2.1.3"), .pattern = "Humidity.Value"}},
    {DEVICE_TEMPERATURE, .only = {OID("4.2.2.1.3"), .pattern = "System.Temperature.Value"}},
    {VOLTAGE, .at = {.point = "24v"}, .only = {OID("4.2.2.1.3"), .pattern = "System.Supply 24V.Value"}},
    {VOLTAGE, .at = {.point = "5v"}, .only = {OID("4.2.2.1.3"), .pattern = "System.Supply 5V0.Value"}},
    {VOLTAGE, .at = {.point = "3v3"}, .only = {OID("4.2.2.1.3"), .pattern = "System.Supply 3V3.Value"}},
    {CURRENT, .at = {.point = "can1"}, .only = {OID("4.2.2.1.3"), .pattern = "System.CAN1 Current.Value"}},
    {CURRENT, .at = {.point = "can2"}, .only = {OID("4.2.2.1.3"), .pattern = "System.CAN2 Current.Value"}},
    {CONTACT_STATE, .unit = ONE, STATES(contact),
     .only = {OID("4.2.2.1.3"), .pattern = "Input #.Value", .captures = {PART_CONTACT}}},
    {DOOR_STATE, .unit = ONE, STATES(door), .absent = ABSENT(1, 21, 22, 27), .at = {.part = PART_SENSOR},
     .only = {OID("4.2.2.1.3"), .pattern = "Access.Status"}},
};

static const struct point unit[] = {{UNIT_STATE, OID("2.1.0"), ONE, STATES(unit_states)}};

static const struct group groups[] = {
    {POINTS(unit)},
    {OVER({PART_UNIT}, {PART_NONE}), POINTS(variables), .value = OID("4.2.2.1.11"),
     .valid = {OID("4.2.2.1.14"), ANY_OF(2, 3, 4, 5)}, .scale = {SCALE_FACTOR, OID("4.2.2.1.7")},
     .unit_from = OID("4.2.2.1.5"), .units = units},
};

static const struct fact facts[] = {
    {FACT_MODEL, OID("4.1.2.1.2.1")}, {FACT_SERIAL, OID("2.6.0")}, {FACT_FIRMWARE, OID("2.4.0")}};

const struct driver driver_rittal_lcp = {
    .name = "rittal_lcp",
    .title = "Rittal Liquid Cooling Package (LCP) with CMC III controller",
    .manufacturer = "Rittal",
    .class = CLASS_LIQUID,
    .protocol = PROTOCOL_SNMP,
    .recorded = true,
    .sources = "RITTAL-CMC-III-MIB; names of the variables as recorded",
    .recognition = {{.sys_object_id = "1.3.6.1.4.1.2606.7", .sys_descr = "*LCP*"}},
    .oid_base = "1.3.6.1.4.1.2606.7",
    FACTS(facts),
    GROUPS(groups),
};
