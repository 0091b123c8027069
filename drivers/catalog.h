/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocabulary that all drivers share: quantities, units, places and published states.
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

/* One published code of a state quantity. */
struct state_word {
    int16_t code;
    const char *word; /* lower case, underscores */
};

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
    const struct state_word *states; /* of KIND_STATE, ended by a NULL word */
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

/* The word of a published state code, or NULL where the quantity has no such code. */
const char *catalog_state_word(enum quantity quantity, double code);

/* Published state codes. */
enum { LOAD_STATE_LOW = 1, LOAD_STATE_NORMAL, LOAD_STATE_NEAR_OVERLOAD, LOAD_STATE_OVERLOAD };
enum { BREAKER_UNKNOWN, BREAKER_CLOSED, BREAKER_OPEN, BREAKER_TRIPPED };
enum { OUTLET_ON = 1, OUTLET_OFF, OUTLET_PENDING };
enum { SOURCE_NONE_LIVE, SOURCE_A, SOURCE_B };
enum {
    UPS_ONLINE = 1,
    UPS_ON_BATTERY,
    UPS_BYPASS,
    UPS_MAINTENANCE_BYPASS,
    UPS_ECO,
    UPS_BOOST_TRIM,
    UPS_OFF,
    UPS_TEST,
    UPS_OTHER
};
enum {
    BATTERY_UNKNOWN,
    BATTERY_NORMAL,
    BATTERY_LOW,
    BATTERY_DEPLETED,
    BATTERY_CHARGING,
    BATTERY_FAULT,
    BATTERY_REPLACE,
    BATTERY_ABSENT
};
enum { TEST_PASSED = 1, TEST_WARNING, TEST_FAILED, TEST_ABORTED, TEST_RUNNING, TEST_NONE };
enum { UNIT_RUNNING = 1, UNIT_STANDBY, UNIT_OFF, UNIT_FAULT };
enum { LEAK_DRY, LEAK_WET, LEAK_SENSOR_FAULT };
enum { STATE_NO, STATE_YES }; /* alarm clear/active, source available, door open, contact closed, smoke */
enum { SUPPLY_OK = 1, SUPPLY_FAULT };
enum { LEVEL_NORMAL = 1, LEVEL_MIDDLE, LEVEL_LOW };
enum { SUPPLY_IS_LIVE = 1, SUPPLY_IS_BATTERY, SUPPLY_IS_DEAD, SUPPLY_IS_UNDETERMINED };
enum { SUM_IS_WHOLE = 1, SUM_IS_LOWER_BOUND, SUM_IS_UNKNOWN };
enum { BUDGET_IS_KEPT = 1, BUDGET_IS_WARNING, BUDGET_IS_CRITICAL, BUDGET_IS_UNKNOWN };
enum { REDUNDANCY_IS_KEPT = 1, REDUNDANCY_IS_LOST, REDUNDANCY_IS_PLANNED, REDUNDANCY_IS_UNKNOWN };
enum {
    CONDITION_IS_NORMAL,
    CONDITION_IS_ACTIVE,
    CONDITION_IS_RETURNED,
    CONDITION_IS_SUPPRESSED,
    CONDITION_IS_OUT
};
enum { DEVICE_NEW = 1, DEVICE_ALIVE, DEVICE_FAILING, DEVICE_SILENT, DEVICE_HELD };

/* What is numbered, or named, inside a device: the label `component`. */
enum part {
    PART_NONE,
    PART_UNIT, /* one device of a chain behind one address */
    PART_INPUT,
    PART_OUTPUT,
    PART_BYPASS,
    PART_INLET,
    PART_OUTLET,
    PART_BANK,
    PART_BRANCH,
    PART_BREAKER,
    PART_CIRCUIT,
    PART_MODULE,
    PART_BATTERY,
    PART_POWER_SUPPLY,
    PART_SENSOR,
    PART_FAN,
    PART_PUMP,
    PART_COMPRESSOR,
    PART_VALVE,
    PART_LOOP,
    PART_HEAT_EXCHANGER,
    PART_RESERVOIR,
    PART_ZONE,
    PART_RECTIFIER,
    PART_INVERTER,
    PART_CONVERTER,
    PART_SOLAR,
    PART_STRING, /* of battery blocks in series */
    PART_CELL,
    PART_LOAD, /* a branch that feeds consumers of a DC plant */
    PART_CONTACT,
    PART_NODE, /* one wireless meter behind a gateway */
    PART_HUMIDIFIER,
    PART_HEATER,
    PART_FILTER,
    PART_CONDENSER,
    PART_EVAPORATOR,
    PART_GENERATOR,
    PART_MAINS,
    PART_TANK,
    PART_SHELF,
    PART_PANEL,
    PART_CONTROLLER,
    PART_PHASE_LINE, /* numbered 1..3; becomes the label phase: L1, L2, L3 */
    PART_PHASE_PAIR, /* numbered 1..3; becomes the label phase: L1-L2, L2-L3, L3-L1 */
    /* Of the gateway itself; they have names and no numbers: place.point becomes the label component_id. */
    PART_SINK,
    PART_SPOOL,
    N_PARTS
};

enum phase {
    PHASE_NONE,
    PHASE_L1,
    PHASE_L2,
    PHASE_L3,
    PHASE_N,
    PHASE_TOTAL,
    PHASE_L1_L2,
    PHASE_L2_L3,
    PHASE_L3_L1,
    N_PHASES
};
enum side { SIDE_NONE, SIDE_PRIMARY, SIDE_SECONDARY, N_SIDES };

/* The label's text; "" for the first enumerator of each. */
const char *catalog_part(enum part part);
bool catalog_part_is_named(enum part part); /* by place.point, in the place of numbers */
const char *catalog_phase(enum phase phase);
const char *catalog_side(enum side side);

enum { PLACE_DEPTH = 3 }; /* numbers in one component_id, outer to inner */

/* Where in the device: becomes the labels component, component_id, phase, side and point. */
struct place {
    enum part part;
    uint8_t depth;            /* numbers used in id */
    uint32_t id[PLACE_DEPTH]; /* outer to inner: unit 2, outlet 17 */
    enum phase phase;
    enum side side;
    /* "supply", "return", "inlet", "setpoint" ..., or an alarm's slug; NULL = none. Static text. */
    const char *point;
};

/* Less than, equal to or greater than 0, in an order of no meaning. */
int place_compare(const struct place *a, const struct place *b);
bool place_equal(const struct place *a, const struct place *b);

/* Writes component_id ("2/17"; "" without numbers) into `text` of `size` bytes, always terminated. */
void place_write_id(const struct place *place, char *text, size_t size);

#endif
