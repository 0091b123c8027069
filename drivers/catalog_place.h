/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a device something is: parts, phases, sides. Part of catalog.h. */
#ifndef HALLWATCH_DRIVERS_CATALOG_PLACE_H
#define HALLWATCH_DRIVERS_CATALOG_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
