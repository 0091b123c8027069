/* SPDX-License-Identifier: Apache-2.0 */
/* The published words of parts, phases and sides, and what is done with places. */
#include "catalog_place.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

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
                                           [PART_PHASE_PAIR] = "",
                                           [PART_SINK] = "sink",
                                           [PART_SPOOL] = "spool"};
static const char *const phases[N_PHASES] = {"", "L1", "L2", "L3", "N", "total", "L1-L2", "L2-L3", "L3-L1"};
static const char *const sides[N_SIDES] = {"", "primary", "secondary"};

const char *catalog_part(enum part part) {
    return parts[part];
}

bool catalog_part_is_named(enum part part) {
    return part == PART_SINK || part == PART_SPOOL;
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
