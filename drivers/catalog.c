/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue's tables: every quantity with its name, kind, unit and physical range; the published
 * words of states, parts, phases. What uses them is elsewhere; what a device has is in drivers.
 */
#include "catalog.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct state_word load_words[] = {{LOAD_STATE_LOW, "low"},
                                               {LOAD_STATE_NORMAL, "normal"},
                                               {LOAD_STATE_NEAR_OVERLOAD, "near_overload"},
                                               {LOAD_STATE_OVERLOAD, "overload"},
                                               {0, NULL}};
static const struct state_word breaker_words[] = {{BREAKER_UNKNOWN, "unknown"},
                                                  {BREAKER_CLOSED, "closed"},
                                                  {BREAKER_OPEN, "open"},
                                                  {BREAKER_TRIPPED, "tripped"},
                                                  {0, NULL}};
static const struct state_word outlet_words[] = {
    {OUTLET_ON, "on"}, {OUTLET_OFF, "off"}, {OUTLET_PENDING, "pending"}, {0, NULL}};
static const struct state_word source_words[] = {
    {SOURCE_NONE_LIVE, "none"}, {SOURCE_A, "a"}, {SOURCE_B, "b"}, {0, NULL}};
static const struct state_word yes_words[] = {{STATE_NO, "no"}, {STATE_YES, "yes"}, {0, NULL}};
static const struct state_word ups_mode_words[] = {
    {UPS_ONLINE, "online"}, {UPS_ON_BATTERY, "battery"},
    {UPS_BYPASS, "bypass"}, {UPS_MAINTENANCE_BYPASS, "maintenance_bypass"},
    {UPS_ECO, "eco"},       {UPS_BOOST_TRIM, "boost_trim"},
    {UPS_OFF, "off"},       {UPS_TEST, "test"},
    {UPS_OTHER, "other"},   {0, NULL}};
static const struct state_word battery_words[] = {
    {BATTERY_UNKNOWN, "unknown"},   {BATTERY_NORMAL, "normal"},     {BATTERY_LOW, "low"},
    {BATTERY_DEPLETED, "depleted"}, {BATTERY_CHARGING, "charging"}, {BATTERY_FAULT, "fault"},
    {BATTERY_REPLACE, "replace"},   {BATTERY_ABSENT, "absent"},     {0, NULL}};
static const struct state_word test_words[] = {{TEST_PASSED, "passed"},
                                               {TEST_WARNING, "warning"},
                                               {TEST_FAILED, "failed"},
                                               {TEST_ABORTED, "aborted"},
                                               {TEST_RUNNING, "running"},
                                               {TEST_NONE, "none"},
                                               {0, NULL}};
static const struct state_word unit_words[] = {{UNIT_RUNNING, "running"},
                                               {UNIT_STANDBY, "standby"},
                                               {UNIT_OFF, "off"},
                                               {UNIT_FAULT, "fault"},
                                               {0, NULL}};
static const struct state_word leak_words[] = {
    {LEAK_DRY, "dry"}, {LEAK_WET, "leak"}, {LEAK_SENSOR_FAULT, "sensor_fault"}, {0, NULL}};
static const struct state_word supply_words[] = {{SUPPLY_OK, "ok"}, {SUPPLY_FAULT, "fault"}, {0, NULL}};
static const struct state_word device_words[] = {{DEVICE_NEW, "new"},         {DEVICE_ALIVE, "alive"},
                                                 {DEVICE_FAILING, "failing"}, {DEVICE_SILENT, "silent"},
                                                 {DEVICE_HELD, "held"},       {0, NULL}};
static const struct state_word level_words[] = {
    {LEVEL_NORMAL, "normal"}, {LEVEL_MIDDLE, "middle"}, {LEVEL_LOW, "low"}, {0, NULL}};

static const struct quantity_info quantities[N_QUANTITIES] = {
    [ACTIVE_POWER] = {"facility_active_power_watts", "active power", KIND_GAUGE, DIMENSION_ACTIVE_POWER, "W",
                      -1e+09, 1e+09, .human = "kW", .human_per = 1000},
    [APPARENT_POWER] = {"facility_apparent_power_voltamperes", "apparent power; adds only as an upper bound",
                        KIND_GAUGE, DIMENSION_APPARENT_POWER, "VA", -1e+09, 1e+09, .human = "kVA",
                        .human_per = 1000},
    [REACTIVE_POWER] = {"facility_reactive_power_vars", "reactive power, its sign as the maker gives it",
                        KIND_GAUGE, DIMENSION_REACTIVE_POWER, "var", -1e+09, 1e+09, .human = "kvar",
                        .human_per = 1000},
    [POWER_FACTOR] = {"facility_power_factor_ratio", "true power factor, magnitude", KIND_GAUGE,
                      DIMENSION_RATIO, "1", 0, 1, .magnitude = true},
    [DISPLACEMENT_POWER_FACTOR] = {"facility_displacement_power_factor_ratio",
                                   "displacement power factor, magnitude", KIND_GAUGE, DIMENSION_RATIO, "1",
                                   0, 1, .magnitude = true},
    [VOLTAGE] = {"facility_voltage_volts", "voltage, phase to neutral, or DC with its sign", KIND_GAUGE,
                 DIMENSION_VOLTAGE, "V", -400000, 400000},
    [LINE_VOLTAGE] = {"facility_line_voltage_volts", "voltage between two phases", KIND_GAUGE,
                      DIMENSION_VOLTAGE, "V", -400000, 400000},
    [CURRENT] = {"facility_current_amperes", "current", KIND_GAUGE, DIMENSION_CURRENT, "A", -100000, 100000},
    [NEUTRAL_CURRENT] = {"facility_neutral_current_amperes", "current in the neutral", KIND_GAUGE,
                         DIMENSION_CURRENT, "A", -100000, 100000},
    [RESIDUAL_CURRENT] = {"facility_residual_current_amperes", "residual or earth current", KIND_GAUGE,
                          DIMENSION_CURRENT, "A", -100000, 100000},
    [FREQUENCY] = {"facility_frequency_hertz", "frequency, 0 when dead", KIND_GAUGE, DIMENSION_FREQUENCY,
                   "Hz", 0, 400},
    [ACTIVE_ENERGY] = {"facility_active_energy_joules_total", "active energy imported", KIND_COUNTER,
                       DIMENSION_ACTIVE_ENERGY, "J", 0, 1e+19, .human = "kWh", .human_per = 3.6e+06},
    [EXPORTED_ENERGY] = {"facility_exported_energy_joules_total", "active energy exported", KIND_COUNTER,
                         DIMENSION_ACTIVE_ENERGY, "J", 0, 1e+19, .human = "kWh", .human_per = 3.6e+06},
    [REACTIVE_ENERGY] = {"facility_reactive_energy_varseconds_total", "reactive energy imported",
                         KIND_COUNTER, DIMENSION_REACTIVE_ENERGY, "var.s", 0, 1e+19, .human = "kvarh",
                         .human_per = 3.6e+06},
    [EXPORTED_REACTIVE_ENERGY] = {"facility_exported_reactive_energy_varseconds_total",
                                  "reactive energy exported", KIND_COUNTER, DIMENSION_REACTIVE_ENERGY,
                                  "var.s", 0, 1e+19, .human = "kvarh", .human_per = 3.6e+06},
    [APPARENT_ENERGY] = {"facility_apparent_energy_voltampereseconds_total", "apparent energy", KIND_COUNTER,
                         DIMENSION_APPARENT_ENERGY, "VA.s", 0, 1e+19, .human = "kVAh", .human_per = 3.6e+06},
    [VOLTAGE_THD] = {"facility_voltage_thd_ratio", "total harmonic distortion of the voltage", KIND_GAUGE,
                     DIMENSION_RATIO, "1", 0, 10, .human = "%", .human_per = 0.01},
    [CURRENT_THD] = {"facility_current_thd_ratio", "total harmonic distortion of the current", KIND_GAUGE,
                     DIMENSION_RATIO, "1", 0, 100, .human = "%", .human_per = 0.01},
    [CURRENT_CREST_FACTOR] = {"facility_current_crest_factor_ratio", "crest factor of the current",
                              KIND_GAUGE, DIMENSION_RATIO, "1", 0, 100},
    [CURRENT_K_FACTOR] = {"facility_current_k_factor", "K factor of a current (UL 1561), 1 for a pure sine",
                          KIND_GAUGE, DIMENSION_NONE, "1", 0, 100},
    [VOLTAGE_UNBALANCE] = {"facility_voltage_unbalance_ratio",
                           "largest deviation from the mean voltage over the mean", KIND_GAUGE,
                           DIMENSION_RATIO, "1", 0, 10, .human = "%", .human_per = 0.01},
    [CURRENT_UNBALANCE] = {"facility_current_unbalance_ratio",
                           "largest deviation from the mean current over the mean", KIND_GAUGE,
                           DIMENSION_RATIO, "1", 0, 10, .human = "%", .human_per = 0.01},
    [LOAD] = {"facility_load_ratio", "load over rating", KIND_GAUGE, DIMENSION_RATIO, "1", 0, 10,
              .human = "%", .human_per = 0.01},
    [CURRENT_RATING] = {"facility_current_rating_amperes", "rated current: nameplate or breaker", KIND_GAUGE,
                        DIMENSION_CURRENT, "A", 0, 100000},
    [POWER_RATING] = {"facility_power_rating_watts", "rated power", KIND_GAUGE, DIMENSION_ACTIVE_POWER, "W",
                      0, 1e+09, .human = "kW", .human_per = 1000},
    [APPARENT_POWER_RATING] = {"facility_apparent_power_rating_voltamperes", "rated apparent power",
                               KIND_GAUGE, DIMENSION_APPARENT_POWER, "VA", 0, 1e+09, .human = "kVA",
                               .human_per = 1000},
    [VOLTAGE_RATING] = {"facility_voltage_rating_volts", "rated voltage", KIND_GAUGE, DIMENSION_VOLTAGE, "V",
                        -400000, 400000},
    [FREQUENCY_RATING] = {"facility_frequency_rating_hertz", "rated frequency", KIND_GAUGE,
                          DIMENSION_FREQUENCY, "Hz", 0, 500},
    [CURRENT_HEADROOM] = {"facility_current_headroom_amperes",
                          "current left before the device itself raises its overload alarm", KIND_GAUGE,
                          DIMENSION_CURRENT, "A", -100000, 100000},
    [PEAK_CURRENT] = {"facility_peak_current_amperes", "highest current since the device was last reset",
                      KIND_GAUGE, DIMENSION_CURRENT, "A", 0, 100000},
    [DEMAND] = {"facility_demand_watts", "block demand", KIND_GAUGE, DIMENSION_ACTIVE_POWER, "W", -1e+09,
                1e+09, .human = "kW", .human_per = 1000},
    [PEAK_DEMAND] = {"facility_peak_demand_watts", "highest block demand of the period", KIND_GAUGE,
                     DIMENSION_ACTIVE_POWER, "W", -1e+09, 1e+09, .human = "kW", .human_per = 1000},
    [LOAD_STATE] = {"facility_load_state", "the device's own judgement of its load", KIND_STATE,
                    DIMENSION_NONE, "1", 1, 4, .states = load_words},
    [BREAKER_STATE] = {"facility_breaker_state", "breaker or over-current protector", KIND_STATE,
                       DIMENSION_NONE, "1", 0, 3, .states = breaker_words, .fast = true},
    [OUTLET_STATE] = {"facility_outlet_state", "relay of an outlet", KIND_STATE, DIMENSION_NONE, "1", 1, 3,
                      .states = outlet_words},
    [OUTLET_CYCLES] = {"facility_outlet_cycles_total", "switching cycles of an outlet", KIND_COUNTER,
                       DIMENSION_NONE, "1", 0, 1e+12},
    [TRANSFER_SWITCH_SOURCE_STATE] = {"facility_transfer_switch_source_state",
                                      "source that a transfer switch has selected", KIND_STATE,
                                      DIMENSION_NONE, "1", 0, 2, .states = source_words, .fast = true},
    [TRANSFERS] = {"facility_transfers_total", "transfers between sources", KIND_COUNTER, DIMENSION_NONE, "1",
                   0, 1e+12},
    [SOURCE_AVAILABLE_STATE] = {"facility_source_available_state", "a source is there", KIND_STATE,
                                DIMENSION_NONE, "1", 0, 1, .states = yes_words, .fast = true},
    [UPS_MODE_STATE] = {"facility_ups_mode_state", "what feeds the UPS output", KIND_STATE, DIMENSION_NONE,
                        "1", 1, 9, .states = ups_mode_words, .fast = true},
    [UPS_BATTERY_STATE] = {"facility_ups_battery_state", "the battery as the UPS judges it", KIND_STATE,
                           DIMENSION_NONE, "1", 0, 7, .states = battery_words},
    [UPS_ALARMS_ACTIVE] = {"facility_ups_alarms_active", "alarms that the UPS has raised", KIND_GAUGE,
                           DIMENSION_NONE, "1", 0, 10000},
    [BATTERY_TEST_RESULT_STATE] = {"facility_battery_test_result_state", "result of the last battery test",
                                   KIND_STATE, DIMENSION_NONE, "1", 1, 6, .states = test_words},
    [BATTERY_CHARGE] = {"facility_battery_charge_ratio", "charge left", KIND_GAUGE, DIMENSION_RATIO, "1", 0,
                        1, .human = "%", .human_per = 0.01},
    [BATTERY_HEALTH] = {"facility_battery_health_ratio", "capacity left over capacity when new", KIND_GAUGE,
                        DIMENSION_RATIO, "1", 0, 1.5, .human = "%", .human_per = 0.01},
    [BATTERY_RUNTIME] = {"facility_battery_runtime_seconds", "runtime left at the present load", KIND_GAUGE,
                         DIMENSION_TIME, "s", 0, 2.592e+06, .human = "min", .human_per = 60},
    [SECONDS_ON_BATTERY] = {"facility_seconds_on_battery",
                            "time since the load went to battery; 0 when it is not", KIND_GAUGE,
                            DIMENSION_TIME, "s", 0, 2.592e+06},
    [BATTERY_VOLTAGE] = {"facility_battery_voltage_volts", "battery voltage", KIND_GAUGE, DIMENSION_VOLTAGE,
                         "V", -2000, 2000},
    [BATTERY_CURRENT] = {"facility_battery_current_amperes", "battery current, positive while discharging",
                         KIND_GAUGE, DIMENSION_CURRENT, "A", -100000, 100000},
    [BATTERY_TEMPERATURE] = {"facility_battery_temperature_celsius", "battery temperature", KIND_GAUGE,
                             DIMENSION_TEMPERATURE, "Cel", -60, 150},
    [BATTERY_CAPACITY] = {"facility_battery_capacity_coulombs", "charge that a full battery holds",
                          KIND_GAUGE, DIMENSION_CHARGE, "C", 0, 1e+10, .human = "Ah", .human_per = 3600},
    [BATTERY_CAPACITY_LEFT] = {"facility_battery_capacity_left_coulombs", "charge that the battery holds now",
                               KIND_GAUGE, DIMENSION_CHARGE, "C", 0, 1e+10, .human = "Ah", .human_per = 3600},
    [BATTERY_CYCLES] = {"facility_battery_cycles_total", "cycles of charge and discharge", KIND_COUNTER,
                        DIMENSION_NONE, "1", 0, 1e+09},
    [BATTERY_PACKS] = {"facility_battery_packs", "battery packs fitted", KIND_GAUGE, DIMENSION_NONE, "1", 0,
                       10000},
    [BATTERY_PACKS_BAD] = {"facility_battery_packs_bad", "battery packs that the device judges bad",
                           KIND_GAUGE, DIMENSION_NONE, "1", 0, 10000},
    [UPS_EFFICIENCY] = {"facility_ups_efficiency_ratio", "output power over input power", KIND_GAUGE,
                        DIMENSION_RATIO, "1", 0, 1, .human = "%", .human_per = 0.01},
    [POWER_SUPPLY_STATE] = {"facility_power_supply_state", "a power supply of the device", KIND_STATE,
                            DIMENSION_NONE, "1", 1, 2, .states = supply_words},
    [MODULES_FITTED] = {"facility_modules_fitted", "power modules, rectifiers or inverters fitted",
                        KIND_GAUGE, DIMENSION_NONE, "1", 0, 10000},
    [MODULES_ACTIVE] = {"facility_modules_active", "power modules, rectifiers or inverters at work",
                        KIND_GAUGE, DIMENSION_NONE, "1", 0, 10000},
    [INPUT_FAULTS] = {"facility_input_faults_total", "times that the input was out of tolerance",
                      KIND_COUNTER, DIMENSION_NONE, "1", 0, 1e+12},
    [COOLANT_TEMPERATURE] = {"facility_coolant_temperature_celsius", "temperature of a liquid loop",
                             KIND_GAUGE, DIMENSION_TEMPERATURE, "Cel", -60, 150},
    [AIR_TEMPERATURE] = {"facility_air_temperature_celsius", "air temperature", KIND_GAUGE,
                         DIMENSION_TEMPERATURE, "Cel", -60, 150},
    [DEVICE_TEMPERATURE] = {"facility_device_temperature_celsius", "temperature inside a device", KIND_GAUGE,
                            DIMENSION_TEMPERATURE, "Cel", -60, 300},
    [TEMPERATURE_SETPOINT] = {"facility_temperature_setpoint_celsius", "temperature set-point", KIND_GAUGE,
                              DIMENSION_TEMPERATURE, "Cel", -60, 150},
    [HUMIDITY_SETPOINT] = {"facility_humidity_setpoint_ratio", "relative humidity set-point", KIND_GAUGE,
                           DIMENSION_RATIO, "1", 0, 1, .human = "%", .human_per = 0.01},
    [COOLANT_FLOW] = {"facility_coolant_flow_cubic_meters_per_second", "flow of a liquid loop", KIND_GAUGE,
                      DIMENSION_FLOW, "m3/s", 0, 50, .human = "L/min", .human_per = 1.0 / 60000},
    [COOLANT_FLOW_SETPOINT] = {"facility_coolant_flow_setpoint_cubic_meters_per_second",
                               "flow set-point of a liquid loop", KIND_GAUGE, DIMENSION_FLOW, "m3/s", 0, 50,
                               .human = "L/min", .human_per = 1.0 / 60000},
    [AIR_FLOW] = {"facility_air_flow_cubic_meters_per_second", "air flow", KIND_GAUGE, DIMENSION_FLOW, "m3/s",
                  0, 500, .human = "m3/h", .human_per = 1.0 / 3600},
    [COOLANT_PRESSURE] = {"facility_coolant_pressure_pascals", "gauge pressure of a liquid loop", KIND_GAUGE,
                          DIMENSION_PRESSURE, "Pa", -100000, 1e+07, .human = "kPa", .human_per = 1000},
    [DIFFERENTIAL_PRESSURE] = {"facility_differential_pressure_pascals", "pressure difference", KIND_GAUGE,
                               DIMENSION_PRESSURE, "Pa", -1e+07, 1e+07, .human = "kPa", .human_per = 1000},
    [AIR_PRESSURE] = {"facility_air_pressure_pascals", "air pressure", KIND_GAUGE, DIMENSION_PRESSURE, "Pa",
                      -1e+06, 1e+06, .human = "Pa", .human_per = 1},
    [FILTER_DIFFERENTIAL_PRESSURE] = {"facility_filter_differential_pressure_pascals",
                                      "pressure difference over a filter", KIND_GAUGE, DIMENSION_PRESSURE,
                                      "Pa", -1e+07, 1e+07, .human = "kPa", .human_per = 1000},
    [THERMAL_POWER] = {"facility_thermal_power_watts", "heat carried away, or cooling capacity", KIND_GAUGE,
                       DIMENSION_ACTIVE_POWER, "W", -1e+09, 1e+09, .human = "kW", .human_per = 1000},
    [THERMAL_ENERGY] = {"facility_thermal_energy_joules_total", "heat carried away", KIND_COUNTER,
                        DIMENSION_ACTIVE_ENERGY, "J", 0, 1e+19, .human = "kWh", .human_per = 3.6e+06},
    [FAN_SPEED_RATIO] = {"facility_fan_speed_ratio", "fan speed over full speed", KIND_GAUGE, DIMENSION_RATIO,
                         "1", 0, 1.5, .human = "%", .human_per = 0.01},
    [FAN_SPEED] = {"facility_fan_speed_hertz", "fan speed", KIND_GAUGE, DIMENSION_FREQUENCY, "Hz", 0, 1000,
                   .human = "rpm", .human_per = 1.0 / 60},
    [PUMP_SPEED_RATIO] = {"facility_pump_speed_ratio", "pump speed over full speed", KIND_GAUGE,
                          DIMENSION_RATIO, "1", 0, 1.5, .human = "%", .human_per = 0.01},
    [PUMP_SPEED] = {"facility_pump_speed_hertz", "pump speed", KIND_GAUGE, DIMENSION_FREQUENCY, "Hz", 0, 1000,
                    .human = "rpm", .human_per = 1.0 / 60},
    [PUMP_STATE] = {"facility_pump_state", "a pump", KIND_STATE, DIMENSION_NONE, "1", 1, 4,
                    .states = unit_words, .fast = true},
    [VALVE_POSITION] = {"facility_valve_position_ratio", "valve opening", KIND_GAUGE, DIMENSION_RATIO, "1", 0,
                        1.1, .human = "%", .human_per = 0.01},
    [DAMPER_POSITION] = {"facility_damper_position_ratio", "damper opening", KIND_GAUGE, DIMENSION_RATIO, "1",
                         0, 1.1, .human = "%", .human_per = 0.01},
    [COOLING_DEMAND] = {"facility_cooling_demand_ratio", "cooling asked for over cooling possible",
                        KIND_GAUGE, DIMENSION_RATIO, "1", 0, 2, .human = "%", .human_per = 0.01},
    [FREE_COOLING] = {"facility_free_cooling_ratio", "share of free cooling in what is possible", KIND_GAUGE,
                      DIMENSION_RATIO, "1", 0, 1.5, .human = "%", .human_per = 0.01},
    [HEATING_DEMAND] = {"facility_heating_demand_ratio", "heating asked for over heating possible",
                        KIND_GAUGE, DIMENSION_RATIO, "1", 0, 1.5, .human = "%", .human_per = 0.01},
    [HUMIDIFICATION_DEMAND] = {"facility_humidification_demand_ratio",
                               "humidification asked for over what is possible", KIND_GAUGE, DIMENSION_RATIO,
                               "1", 0, 1.5, .human = "%", .human_per = 0.01},
    [DEHUMIDIFICATION_DEMAND] = {"facility_dehumidification_demand_ratio",
                                 "dehumidification asked for over what is possible", KIND_GAUGE,
                                 DIMENSION_RATIO, "1", 0, 1.5, .human = "%", .human_per = 0.01},
    [COOLING_PERFORMANCE] = {"facility_cooling_performance_ratio",
                             "heat carried away over electrical power (EER, COP)", KIND_GAUGE,
                             DIMENSION_RATIO, "1", 0, 1000},
    [COMPRESSOR_STATE] = {"facility_compressor_state", "a compressor", KIND_STATE, DIMENSION_NONE, "1", 1, 4,
                          .states = unit_words},
    [COMPRESSOR_LOAD] = {"facility_compressor_load_ratio", "load of a compressor", KIND_GAUGE,
                         DIMENSION_RATIO, "1", 0, 2, .human = "%", .human_per = 0.01},
    [COMPRESSOR_STARTS] = {"facility_compressor_starts_total", "starts of a compressor", KIND_COUNTER,
                           DIMENSION_NONE, "1", 0, 1e+12},
    [COMPRESSOR_SPEED] = {"facility_compressor_speed_hertz", "speed of a compressor", KIND_GAUGE,
                          DIMENSION_FREQUENCY, "Hz", 0, 1000},
    [REFRIGERANT_SUCTION_PRESSURE] = {"facility_refrigerant_suction_pressure_pascals",
                                      "refrigerant pressure before the compressor", KIND_GAUGE,
                                      DIMENSION_PRESSURE, "Pa", -100000, 2e+07, .human = "kPa",
                                      .human_per = 1000},
    [REFRIGERANT_DISCHARGE_PRESSURE] = {"facility_refrigerant_discharge_pressure_pascals",
                                        "refrigerant pressure after the compressor", KIND_GAUGE,
                                        DIMENSION_PRESSURE, "Pa", -100000, 2e+07, .human = "kPa",
                                        .human_per = 1000},
    [SUPERHEAT] = {"facility_superheat_kelvin", "superheat of the refrigerant", KIND_GAUGE,
                   DIMENSION_TEMPERATURE_DIFFERENCE, "K", -100, 100},
    [REFRIGERANT_TEMPERATURE] = {"facility_refrigerant_temperature_celsius", "refrigerant temperature",
                                 KIND_GAUGE, DIMENSION_TEMPERATURE, "Cel", -100, 200},
    [RESERVOIR_LEVEL] = {"facility_reservoir_level_ratio", "level of a reservoir", KIND_GAUGE,
                         DIMENSION_RATIO, "1", 0, 1.1, .human = "%", .human_per = 0.01},
    [RESERVOIR_STATE] = {"facility_reservoir_state", "level of a reservoir by its switches", KIND_STATE,
                         DIMENSION_NONE, "1", 1, 3, .states = level_words},
    [COOLANT_CONDUCTIVITY] = {"facility_coolant_conductivity_siemens_per_meter", "conductivity of a coolant",
                              KIND_GAUGE, DIMENSION_CONDUCTIVITY, "S/m", 0, 100},
    [LEAK_STATE] = {"facility_leak_state", "a leak sensor", KIND_STATE, DIMENSION_NONE, "1", 0, 2,
                    .states = leak_words, .fast = true},
    [LEAK_DISTANCE] = {"facility_leak_distance_meters", "where along its rope a leak is", KIND_GAUGE,
                       DIMENSION_LENGTH, "m", 0, 10000},
    [UNIT_STATE] = {"facility_unit_state", "what a machine is doing", KIND_STATE, DIMENSION_NONE, "1", 1, 4,
                    .states = unit_words},
    [ALARM_STATE] = {"facility_alarm_state", "an alarm of the device; point names it", KIND_STATE,
                     DIMENSION_NONE, "1", 0, 1, .states = yes_words},
    [RUNTIME] = {"facility_runtime_seconds_total", "time a part has run", KIND_COUNTER, DIMENSION_TIME, "s",
                 0, 1e+10, .human = "h", .human_per = 3600},
    [RELATIVE_HUMIDITY] = {"facility_relative_humidity_ratio", "relative humidity", KIND_GAUGE,
                           DIMENSION_RATIO, "1", 0, 1, .human = "%", .human_per = 0.01},
    [DEW_POINT] = {"facility_dew_point_celsius", "dew point", KIND_GAUGE, DIMENSION_TEMPERATURE, "Cel", -100,
                   100},
    [ABSOLUTE_HUMIDITY] = {"facility_absolute_humidity_grams_per_cubic_meter", "absolute humidity",
                           KIND_GAUGE, DIMENSION_DENSITY, "g/m3", 0, 1000},
    [SMOKE_STATE] = {"facility_smoke_state", "a smoke detector", KIND_STATE, DIMENSION_NONE, "1", 0, 1,
                     .states = yes_words, .fast = true},
    [DOOR_STATE] = {"facility_door_state", "a door is open", KIND_STATE, DIMENSION_NONE, "1", 0, 1,
                    .states = yes_words},
    [CONTACT_STATE] = {"facility_contact_state", "a contact is closed", KIND_STATE, DIMENSION_NONE, "1", 0, 1,
                       .states = yes_words},
    [AIRFLOW_VELOCITY] = {"facility_airflow_velocity_meters_per_second", "air speed", KIND_GAUGE,
                          DIMENSION_SPEED, "m/s", -200, 200},
    [FUEL_LEVEL] = {"facility_fuel_level_ratio", "level of a fuel tank", KIND_GAUGE, DIMENSION_RATIO, "1", 0,
                    1.1, .human = "%", .human_per = 0.01},
    [ENGINE_SPEED] = {"facility_engine_speed_hertz", "speed of an engine", KIND_GAUGE, DIMENSION_FREQUENCY,
                      "Hz", 0, 1000, .human = "rpm", .human_per = 1.0 / 60},
    [OIL_PRESSURE] = {"facility_oil_pressure_pascals", "gauge pressure of lubricating oil", KIND_GAUGE,
                      DIMENSION_PRESSURE, "Pa", -100000, 1e+08, .human = "kPa", .human_per = 1000},
    [RADIO_LINK_QUALITY] = {"facility_radio_link_quality_ratio", "quality of a wireless link", KIND_GAUGE,
                            DIMENSION_RATIO, "1", 0, 1, .human = "%", .human_per = 0.01},
    [ALARMS_ACTIVE] = {"facility_alarms_active", "alarms of the device that are active", KIND_GAUGE,
                       DIMENSION_NONE, "1", 0, 1e+06},
    [DEVICE_UP] = {"facility_device_up", "1 while the device answers", KIND_GAUGE, DIMENSION_NONE, "1", 0, 1},
    [DEVICE_LAST_SUCCESS] = {"facility_device_last_success_timestamp_seconds",
                             "when the device last answered, since 1970", KIND_GAUGE, DIMENSION_TIME, "s", 0,
                             1e+11},
    [DEVICE_STATE] = {"facility_device_state", "how the agent fares with the device", KIND_STATE,
                      DIMENSION_NONE, "1", 1, 5, .states = device_words},
    [POLL_DURATION] = {"facility_poll_duration_seconds", "from a poll's first request to its last reply",
                       KIND_GAUGE, DIMENSION_TIME, "s", 0, 1e+06, .human = "ms", .human_per = 0.001},
    [POLL_INTERVAL] = {"facility_poll_interval_seconds",
                       "longest time of late between two good polls, of the rate furthest behind", KIND_GAUGE,
                       DIMENSION_TIME, "s", 0, 1e+06},
    [POLL_LATENESS] = {"facility_poll_lateness_seconds",
                       "by how much that is longer than asked for; 0 while no turn is missed", KIND_GAUGE,
                       DIMENSION_TIME, "s", 0, 1e+06},
    [BUS_TIME] = {"facility_bus_time_ratio",
                  "share of its bus's time that the device needs; a bus cannot give more than 1", KIND_GAUGE,
                  DIMENSION_RATIO, "1", 0, 1e+06, .human = "%", .human_per = 0.01},
    [SAMPLE_SKEW] =
        {"facility_sample_skew_seconds",
         "how long after the instant they stand for the latest readings were taken; of aligned polls",
         KIND_GAUGE, DIMENSION_TIME, "s", -3600, 3600, .human = "ms", .human_per = 0.001},
    [POLL_ERRORS] = {"facility_poll_errors_total", "requests that failed, by reason", KIND_COUNTER,
                     DIMENSION_NONE, "1", 0, 1e+18},
    [READINGS_BAD] = {"facility_reading_bad_total", "readings that were implausible, by reason", KIND_COUNTER,
                      DIMENSION_NONE, "1", 0, 1e+18},
    [POINTS_PARKED] = {"facility_points_parked", "points that the device refuses at present", KIND_GAUGE,
                       DIMENSION_NONE, "1", 0, 1e+06},
    [MODBUS_EVENTS] = {"facility_modbus_events_total", "what happened on Modbus TCP connections, by reason",
                       KIND_COUNTER, DIMENSION_NONE, "1", 0, 1e+18},
    [SERIAL_EVENTS] = {"facility_serial_events_total", "what happened on serial lines, by reason",
                       KIND_COUNTER, DIMENSION_NONE, "1", 0, 1e+18},
    [TRAP_EVENTS] = {"facility_trap_events_total",
                     "SNMP traps and informs, and what became of them, by reason", KIND_COUNTER,
                     DIMENSION_NONE, "1", 0, 1e+18},
    [SNMP_EVENTS] = {"facility_snmp_events_total", "SNMP datagrams that were no answer, by reason",
                     KIND_COUNTER, DIMENSION_NONE, "1", 0, 1e+18},
    [FACT_MANUFACTURER] = {"manufacturer", "who made the device", KIND_TEXT, DIMENSION_NONE, "", 0, 0},
    [FACT_MODEL] = {"model", "the device's model", KIND_TEXT, DIMENSION_NONE, "", 0, 0},
    [FACT_SERIAL] = {"serial", "the device's serial number", KIND_TEXT, DIMENSION_NONE, "", 0, 0},
    [FACT_FIRMWARE] = {"firmware", "the device's firmware", KIND_TEXT, DIMENSION_NONE, "", 0, 0},
    [FACT_NAME] = {"name", "what people named the device", KIND_TEXT, DIMENSION_NONE, "", 0, 0},
};

static const char *const parts[N_PARTS] = {[PART_NONE] = "",
                                           [PART_UNIT] = "unit",
                                           [PART_INPUT] = "input",
                                           [PART_OUTPUT] = "output",
                                           [PART_BYPASS] = "bypass",
                                           [PART_INLET] = "inlet",
                                           [PART_OUTLET] = "outlet",
                                           [PART_BANK] = "bank",
                                           [PART_BRANCH] = "branch",
                                           [PART_BREAKER] = "breaker",
                                           [PART_CIRCUIT] = "circuit",
                                           [PART_MODULE] = "module",
                                           [PART_BATTERY] = "battery",
                                           [PART_POWER_SUPPLY] = "power_supply",
                                           [PART_SENSOR] = "sensor",
                                           [PART_FAN] = "fan",
                                           [PART_PUMP] = "pump",
                                           [PART_COMPRESSOR] = "compressor",
                                           [PART_VALVE] = "valve",
                                           [PART_LOOP] = "loop",
                                           [PART_HEAT_EXCHANGER] = "heat_exchanger",
                                           [PART_RESERVOIR] = "reservoir",
                                           [PART_ZONE] = "zone",
                                           [PART_RECTIFIER] = "rectifier",
                                           [PART_INVERTER] = "inverter",
                                           [PART_CONVERTER] = "converter",
                                           [PART_SOLAR] = "solar",
                                           [PART_STRING] = "string",
                                           [PART_CELL] = "cell",
                                           [PART_LOAD] = "load",
                                           [PART_CONTACT] = "contact",
                                           [PART_NODE] = "node",
                                           [PART_HUMIDIFIER] = "humidifier",
                                           [PART_HEATER] = "heater",
                                           [PART_FILTER] = "filter",
                                           [PART_CONDENSER] = "condenser",
                                           [PART_EVAPORATOR] = "evaporator",
                                           [PART_GENERATOR] = "generator",
                                           [PART_MAINS] = "mains",
                                           [PART_TANK] = "tank",
                                           [PART_SHELF] = "shelf",
                                           [PART_PANEL] = "panel",
                                           [PART_CONTROLLER] = "controller",
                                           [PART_PHASE_LINE] = "",
                                           [PART_PHASE_PAIR] = ""};
static const char *const phases[N_PHASES] = {"", "L1", "L2", "L3", "N", "total", "L1-L2", "L2-L3", "L3-L1"};
static const char *const sides[N_SIDES] = {"", "primary", "secondary"};

const struct quantity_info *catalog_quantity(enum quantity quantity) {
    assert(quantity > QUANTITY_NONE && quantity < N_QUANTITIES);
    return &quantities[quantity];
}

enum quantity catalog_find_quantity(const char *name) {
    for (int i = QUANTITY_NONE + 1; i < N_QUANTITIES; i++)
        if (strcmp(quantities[i].name, name) == 0)
            return (enum quantity)i;
    return QUANTITY_NONE;
}

const char *catalog_state_word(enum quantity quantity, double code) {
    const struct state_word *word = catalog_quantity(quantity)->states;
    for (; word != NULL && word->word != NULL; word++)
        if (fabs(word->code - code) < 0.5)
            return word->word;
    return NULL;
}

const char *catalog_part(enum part part) {
    return parts[part];
}

const char *catalog_phase(enum phase phase) {
    return phases[phase];
}

const char *catalog_side(enum side side) {
    return sides[side];
}

int place_compare(const struct place *a, const struct place *b) {
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    for (unsigned i = 0; i < a->depth; i++)
        if (a->id[i] != b->id[i])
            return a->id[i] < b->id[i] ? -1 : 1;
    if (a->phase != b->phase)
        return a->phase < b->phase ? -1 : 1;
    if (a->side != b->side)
        return a->side < b->side ? -1 : 1;
    return strcmp(a->point != NULL ? a->point : "", b->point != NULL ? b->point : "");
}

bool place_equal(const struct place *a, const struct place *b) {
    return place_compare(a, b) == 0;
}

void place_write_id(const struct place *place, char *text, size_t size) {
    size_t used = 0;
    assert(size > 0);
    text[0] = 0;
    for (unsigned i = 0; i < place->depth && used < size; i++) {
        int n = snprintf(text + used, size - used, i == 0 ? "%u" : "/%u", place->id[i]);
        used += n > 0 ? (size_t)n : 0;
    }
}
