/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocabulary that all drivers share: quantities and units here, places and published states in the two
 * files that this one includes.
 *
 * A quantity fixes the metric's name, its dimension, the one unit in which it is published, whether it is a
 * level, a running total or a state, and the range that is physically possible. A unit is what a maker's
 * manual prints; it has a dimension and an exact conversion to the published unit. Sources: the house's
 * catalogue of canonical names, ranges as power engineers expect them (a 250 MW campus and a -48 V plant
 * are both right).
 *
 * This file knows nothing of devices, protocols or the agent.
 */
#ifndef HALLWATCH_DRIVERS_CATALOG_H
#define HALLWATCH_DRIVERS_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog_place.h"
#include "catalog_states.h"

enum dimension {
    DIMENSION_NONE, /* counts, states, alarms, texts */
    DIMENSION_RATIO,
    DIMENSION_ACTIVE_POWER,
    DIMENSION_APPARENT_POWER,
    DIMENSION_REACTIVE_POWER,
    DIMENSION_ACTIVE_ENERGY,
    DIMENSION_APPARENT_ENERGY,
    DIMENSION_REACTIVE_ENERGY,
    DIMENSION_VOLTAGE,
    DIMENSION_CURRENT,
    DIMENSION_FREQUENCY,
    DIMENSION_TIME,
    DIMENSION_TEMPERATURE,
    DIMENSION_TEMPERATURE_DIFFERENCE,
    DIMENSION_FLOW,
    DIMENSION_PRESSURE,
    DIMENSION_LENGTH,
    DIMENSION_SPEED,
    DIMENSION_CONDUCTIVITY,
    DIMENSION_DENSITY,
    DIMENSION_CHARGE,
    DIMENSION_DATA,
};

/* What a manual prints. UNIT_UNSTATED: no source says; such a point is shown raw and never published. */
enum unit {
    UNIT_UNSTATED,
    ONE, /* a count, a state, a plain number or a ratio of 1 */
    PERCENT,
    WATT,
    KILOWATT,
    MEGAWATT,
    MILLIWATT,
    TON_OF_REFRIGERATION, /* US: 12000 Btu(IT)/h */
    VOLTAMPERE,
    KILOVOLTAMPERE,
    MEGAVOLTAMPERE,
    VAR,
    KILOVAR,
    JOULE,
    WATT_HOUR,
    KILOWATT_HOUR,
    MEGAWATT_HOUR,
    VOLTAMPERE_HOUR,
    KILOVOLTAMPERE_HOUR,
    VAR_HOUR,
    KILOVAR_HOUR,
    VOLT,
    MILLIVOLT,
    KILOVOLT,
    AMPERE,
    MILLIAMPERE,
    AMPERE_HOUR,
    HERTZ,
    REVOLUTION_PER_MINUTE,
    SECOND,
    MILLISECOND,
    MINUTE,
    HOUR,
    DAY,
    CELSIUS,
    FAHRENHEIT,
    KELVIN_ABSOLUTE,
    KELVIN,                /* a difference */
    FAHRENHEIT_DIFFERENCE, /* a difference */
    CUBIC_METER_PER_SECOND,
    CUBIC_METER_PER_HOUR,
    LITER_PER_SECOND,
    LITER_PER_MINUTE,
    LITER_PER_HOUR,
    GALLON_PER_MINUTE, /* US liquid gallon */
    CUBIC_FOOT_PER_MINUTE,
    PASCAL,
    HECTOPASCAL,
    KILOPASCAL,
    BAR,
    MILLIBAR,
    PSI,
    INCH_OF_WATER, /* conventional, 4 degC */
    METER,
    FOOT,
    METER_PER_SECOND,
    SIEMENS_PER_METER,
    MICROSIEMENS_PER_CENTIMETER,
    GRAM_PER_CUBIC_METER,
    N_UNITS
};

enum quantity {
    QUANTITY_NONE,
    ACTIVE_POWER,
    APPARENT_POWER,
    REACTIVE_POWER,
    POWER_FACTOR,
    DISPLACEMENT_POWER_FACTOR,
    VOLTAGE,
    LINE_VOLTAGE,
    CURRENT,
    NEUTRAL_CURRENT,
    RESIDUAL_CURRENT,
    FREQUENCY,
    ACTIVE_ENERGY,
    EXPORTED_ENERGY,
    REACTIVE_ENERGY,
    EXPORTED_REACTIVE_ENERGY,
    APPARENT_ENERGY,
    VOLTAGE_THD,
    CURRENT_THD,
    CURRENT_CREST_FACTOR,
    CURRENT_K_FACTOR,
    VOLTAGE_UNBALANCE,
    CURRENT_UNBALANCE,
    LOAD,
    CURRENT_RATING,
    POWER_RATING,
    APPARENT_POWER_RATING,
    VOLTAGE_RATING,
    FREQUENCY_RATING,
    CURRENT_HEADROOM,
    PEAK_CURRENT,
    DEMAND,
    PEAK_DEMAND,
    LOAD_STATE,
    BREAKER_STATE,
    OUTLET_STATE,
    OUTLET_CYCLES,
    TRANSFER_SWITCH_SOURCE_STATE,
    TRANSFERS,
    SOURCE_AVAILABLE_STATE,
    UPS_MODE_STATE,
    UPS_BATTERY_STATE,
    UPS_ALARMS_ACTIVE,
    BATTERY_TEST_RESULT_STATE,
    BATTERY_CHARGE,
    BATTERY_HEALTH,
    BATTERY_RUNTIME,
    SECONDS_ON_BATTERY,
    BATTERY_VOLTAGE,
    BATTERY_CURRENT,
    BATTERY_TEMPERATURE,
    BATTERY_CAPACITY,
    BATTERY_CAPACITY_LEFT,
    BATTERY_CYCLES,
    BATTERY_PACKS,
    BATTERY_PACKS_BAD,
    UPS_EFFICIENCY,
    POWER_SUPPLY_STATE,
    MODULES_FITTED,
    MODULES_ACTIVE,
    INPUT_FAULTS,
    COOLANT_TEMPERATURE,
    AIR_TEMPERATURE,
    DEVICE_TEMPERATURE,
    TEMPERATURE_SETPOINT,
    HUMIDITY_SETPOINT,
    COOLANT_FLOW,
    COOLANT_FLOW_SETPOINT,
    AIR_FLOW,
    COOLANT_PRESSURE,
    DIFFERENTIAL_PRESSURE,
    AIR_PRESSURE,
    FILTER_DIFFERENTIAL_PRESSURE,
    THERMAL_POWER,
    THERMAL_ENERGY,
    FAN_SPEED_RATIO,
    FAN_SPEED,
    PUMP_SPEED_RATIO,
    PUMP_SPEED,
    PUMP_STATE,
    VALVE_POSITION,
    DAMPER_POSITION,
    COOLING_DEMAND,
    FREE_COOLING,
    HEATING_DEMAND,
    HUMIDIFICATION_DEMAND,
    DEHUMIDIFICATION_DEMAND,
    COOLING_PERFORMANCE,
    COMPRESSOR_STATE,
    COMPRESSOR_LOAD,
    COMPRESSOR_STARTS,
    COMPRESSOR_SPEED,
    REFRIGERANT_SUCTION_PRESSURE,
    REFRIGERANT_DISCHARGE_PRESSURE,
    SUPERHEAT,
    REFRIGERANT_TEMPERATURE,
    RESERVOIR_LEVEL,
    RESERVOIR_STATE,
    COOLANT_CONDUCTIVITY,
    LEAK_STATE,
    LEAK_DISTANCE,
    UNIT_STATE,
    ALARM_STATE,
    RUNTIME,
    RELATIVE_HUMIDITY,
    DEW_POINT,
    ABSOLUTE_HUMIDITY,
    SMOKE_STATE,
    DOOR_STATE,
    CONTACT_STATE,
    AIRFLOW_VELOCITY,
    FUEL_LEVEL,
    ENGINE_SPEED,
    OIL_PRESSURE,
    RADIO_LINK_QUALITY,
    ALARMS_ACTIVE,
    /* What the agent says of a device (health). */
    DEVICE_UP,
    DEVICE_LAST_SUCCESS,
    DEVICE_STATE,
    POLL_DURATION,
    POLL_INTERVAL,
    POLL_LATENESS,
    BUS_TIME,
    SAMPLE_SKEW,
    POLL_ERRORS,
    READINGS_BAD,
    POINTS_PARKED,
    /* What the gateway says of itself. */
    MODBUS_EVENTS,
    SERIAL_EVENTS,
    SNMP_EVENTS,
    TRAP_EVENTS,
    SINK_UP,
    SINK_WAITING_ROWS,
    SINK_WAITING_READINGS,
    SINK_BACKLOG_READINGS,
    SINK_WAITING_AGE,
    SINK_RATE,
    SINK_READINGS,
    SINK_EVENTS,
    SPOOL_UP,
    SPOOL_MEMORY,
    SPOOL_DISK,
    SPOOL_QUOTA,
    SPOOL_WRITTEN,
    PROCESS_MEMORY,
    PROCESS_TIME,
    /* What the judge says of nodes of the topology, of alarms and of itself. */
    SUPPLY_STATE,
    SUM_STATE,
    MEASURED_RATIO,
    HELD_RATIO,
    UNKNOWN_RATIO,
    INPUT_SKEW,
    USABLE_LOAD,
    POWER_HEADROOM,
    HEADROOM_RATIO,
    BUDGET_STATE,
    BUDGET_LOAD,
    OVER_BUDGET_TIME,
    FAILOVER_LOAD,
    REDUNDANCY_STATE,
    TIME_TO_TRIP,
    DEMAND_FORECAST,
    ALARM_CONDITION_STATE,
    ALARM_PRIORITY,
    ALARM_SINCE,
    ALARM_CHANGES,
    ALARMS_STANDING,
    CLOCK_ERROR,
    JUDGE_TIME,
    /* Texts: facts of a device, published as labels of one info series and never as readings. */
    FACT_MANUFACTURER,
    FACT_MODEL,
    FACT_SERIAL,
    FACT_FIRMWARE,
    FACT_NAME,
    N_QUANTITIES
};

enum quantity_kind { KIND_GAUGE, KIND_COUNTER, KIND_STATE, KIND_TEXT };

struct quantity_info {
    const char *name;    /* the metric: "facility_active_power_watts" */
    const char *meaning; /* one line for the reference */
    enum quantity_kind kind;
    enum dimension dimension;
    const char *unit;   /* the published unit's symbol: "W", "J", "1" ... */
    double least, most; /* physically possible, both included */
    bool magnitude;     /* the maker's sign says nothing: publish |value| (power factor) */
    bool fast;          /* people act on it within seconds: polled at the fast rate, before others */
    const char *human;  /* unit for people, "kW"; NULL = as published */
    double human_per;   /* how many published units one of them is: 1000 */
};

struct unit_info {
    const char *symbol; /* "kWh", "degF": the name used in device maps and shown by --raw */
    enum dimension dimension;
    int64_t numerator, shift,
        denominator; /* published = (printed x numerator + shift) / denominator, exact */
};

/* Never NULL for a valid enumerator; asserts otherwise. */
const struct quantity_info *catalog_quantity(enum quantity quantity);
const struct unit_info *catalog_unit(enum unit unit);

/* The quantity of a metric's name or QUANTITY_NONE; the unit of a symbol or UNIT_UNSTATED. */
enum quantity catalog_find_quantity(const char *name);
enum unit catalog_find_unit(const char *symbol);

/* The states of a quantity, ended by a NULL word; NULL where it is none of KIND_STATE. */
const struct state_word *catalog_states(enum quantity quantity);

/* The word of a published state code, or NULL where the quantity has no such code. */
const char *catalog_state_word(enum quantity quantity, double code);

#endif
