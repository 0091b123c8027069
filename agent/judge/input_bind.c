/* SPDX-License-Identifier: Apache-2.0 */
/* The meters: parts by preference, places of one part as sets, series as slots. */
#include "judge/input_bind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SETS_MOST = 256 /* places of one part: outlets of a PDU, circuits of a panel */ };

void input_bind_add(struct bounds *bounds, struct bound bound) {
    if (bounds->n == bounds->room) {
        size_t room = bounds->room ? 2 * bounds->room : 32;
        struct bound *grown = reallocarray(bounds->bounds, room, sizeof(*grown));
        if (!grown || room > UINT16_MAX) {
            if (grown)
                bounds->bounds = grown;
            bounds->failed = true;
            return;
        }
        bounds->bounds = grown;
        bounds->room = room;
    }
    bounds->bounds[bounds->n++] = bound;
}

/* --- which slot a series fills --- */

enum sort { SORT_POWER, SORT_CURRENT, SORT_VOLTAGE, SORT_ANY, N_SORTS };

/* By quantity: of the whole, of a phase, between two phases. */
static const struct {
    enum quantity quantity;
    int whole, phase, pair; /* -1: not taken */
    enum sort sort;
    const char *point; /* NULL: none */
} meanings[] = {
    {ACTIVE_POWER, SLOT_W, SLOT_PHASE_W, -1, SORT_POWER, NULL},
    {REACTIVE_POWER, SLOT_VAR, SLOT_PHASE_VAR, -1, SORT_POWER, NULL},
    {APPARENT_POWER, SLOT_VA, SLOT_PHASE_VA, -1, SORT_POWER, NULL},
    {ACTIVE_ENERGY, SLOT_J, SLOT_PHASE_J, -1, SORT_POWER, NULL},
    {CURRENT, SLOT_A, SLOT_PHASE_A, SLOT_PAIR_A, SORT_CURRENT, NULL},
    {VOLTAGE, SLOT_V, SLOT_PHASE_V, -1, SORT_VOLTAGE, NULL},
    {LINE_VOLTAGE, -1, -1, SLOT_LINE_V, SORT_VOLTAGE, NULL},
    {BATTERY_VOLTAGE, SLOT_V, -1, -1, SORT_VOLTAGE, NULL}, /* of direct current: the battery is on the bus */
    /* As node views of other gateways have it (node_figures.c). */
    {ACTIVE_POWER, SLOT_W_AT_LEAST, -1, -1, SORT_ANY, "at_least"},
    {APPARENT_POWER, SLOT_VA_BOUND, -1, -1, SORT_ANY, "bound"},
    {CURRENT, SLOT_A_BOUND, SLOT_PHASE_A_BOUND, -1, SORT_ANY, "bound"},
    {CURRENT, SLOT_A, -1, -1, SORT_ANY, "highest"},
    {MEASURED_RATIO, SLOT_MEASURED, -1, -1, SORT_ANY, NULL},
    {HELD_RATIO, SLOT_HELD, -1, -1, SORT_ANY, NULL},
    {UNKNOWN_RATIO, SLOT_UNKNOWN, -1, -1, SORT_ANY, NULL},
    {INPUT_SKEW, SLOT_SKEW, -1, -1, SORT_ANY, NULL},
    {CLOCK_ERROR, SLOT_CLOCK_ERROR, -1, -1, SORT_ANY, NULL},
};

struct choice {
    const struct device_view *view;
    const struct power_node *node;
    const struct power_point *point; /* NULL: the view is the node's own */
    enum part part[N_SORTS];         /* N_PARTS: none says such a thing */
    uint32_t id[SETS_MOST][PLACE_DEPTH];
    uint8_t depth[SETS_MOST];
    unsigned n_sets; /* of numbered places; 0: it has none */
    bool has_total;  /* which is told beside several numbers, and is meant */
};

static bool same_text(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static int slot_among(const struct place *place, int whole, int phase, int pair) {
    if (place->phase == PHASE_NONE || place->phase == PHASE_TOTAL)
        return whole;
    if (place->phase >= PHASE_L1 && place->phase <= PHASE_L3)
        return phase < 0 ? -1 : phase + (int)(place->phase - PHASE_L1);
    if (place->phase >= PHASE_L1_L2 && place->phase <= PHASE_L3_L1)
        return pair < 0 ? -1 : pair + (int)(place->phase - PHASE_L1_L2);
    return -1;
}

/* The slot of a series for a meter, -1: none. What has a name of its own is another thing than the plain
 * one, unless the point names it. */
static int slot_of(const struct choice *choice, const struct series *series, enum sort *sort) {
    const struct power_point *point = choice->point;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].quantity != series->quantity || (point && meanings[i].sort == SORT_ANY) ||
            (series->quantity == BATTERY_VOLTAGE && choice->node->phases != 0))
            continue;
        if (!same_text(series->place.point, point ? point->name : meanings[i].point))
            continue;
        *sort = point ? meanings[i].sort : SORT_ANY;
        return slot_among(&series->place, meanings[i].whole, meanings[i].phase, meanings[i].pair);
    }
    return -1;
}

/* --- which part is meant --- */

enum { ORDER_MOST = 12 };
typedef const enum part part_order[ORDER_MOST]; /* ended by N_PARTS */

static part_order consumer_order = {PART_NONE,  PART_INLET, PART_INPUT, PART_UNIT, PART_OUTPUT,
                                    PART_MAINS, PART_PANEL, PART_LOAD,  N_PARTS};
static part_order giver_order = {PART_NONE,     PART_OUTPUT, PART_LOAD,  PART_SHELF, PART_RECTIFIER,
                                 PART_INVERTER, PART_INLET,  PART_INPUT, PART_UNIT,  N_PARTS};
static part_order generator_order = {PART_GENERATOR, PART_NONE, PART_OUTPUT, PART_INPUT, N_PARTS};
static part_order intake_order = {PART_MAINS, PART_NONE, PART_INLET, PART_INPUT, PART_OUTPUT, N_PARTS};
static part_order bypass_order = {PART_BYPASS, PART_NONE, PART_OUTPUT, PART_INPUT, N_PARTS};
/* Mains are alternating; the input of a distribution is not. */
static part_order direct_voltage_order = {PART_NONE,    PART_OUTPUT, PART_LOAD, PART_SHELF,
                                          PART_BATTERY, PART_INPUT,  N_PARTS};
static part_order voltage_order = {PART_NONE, PART_INPUT, PART_INLET, PART_OUTPUT, PART_MAINS, N_PARTS};

static const enum part *order_of(enum power_kind kind) {
    static const enum part *const orders[N_POWER_KINDS] = {
        [POWER_INTAKE] = intake_order,       [POWER_GENERATOR] = generator_order,
        [POWER_TRANSFORMER] = giver_order,   [POWER_UPS] = giver_order,
        [POWER_UPS_MODULE] = giver_order,    [POWER_BATTERY] = giver_order,
        [POWER_BESS] = giver_order,          [POWER_STS] = giver_order,
        [POWER_ATS] = giver_order,           [POWER_DC_BUS] = giver_order,
        [POWER_SHELF] = giver_order,         [POWER_BBU] = giver_order,
        [POWER_STATIC_BYPASS] = bypass_order};
    return orders[kind] ? orders[kind] : consumer_order;
}

/* A value of the part that has no number counts for currents and voltages: makers number the totals only. */
static bool is_meant(const struct place *place, const struct power_point *point, enum sort sort) {
    if (place->depth < point->depth)
        return place->depth == 0 && sort != SORT_POWER;
    return memcmp(place->id, point->id, point->depth * sizeof(point->id[0])) == 0;
}

static bool says(const struct choice *choice, enum part part, enum sort sort) {
    for (size_t i = 0; i < choice->view->n_series; i++) {
        const struct series *series = &choice->view->series[i];
        enum sort of;
        if (series->place.part != part || slot_of(choice, series, &of) < 0 || of != sort)
            continue;
        if (choice->point->part != part || is_meant(&series->place, choice->point, sort))
            return true;
    }
    return false;
}

static enum part first_that_says(const struct choice *choice, const enum part *order, enum sort sort) {
    for (; *order != N_PARTS; order++)
        if (says(choice, *order, sort))
            return *order;
    return N_PARTS;
}

static void choose_parts(struct choice *choice) {
    const enum part *order = order_of(choice->node->kind);
    const enum part *volts = choice->node->phases == 0 ? direct_voltage_order : voltage_order;
    enum part named = choice->point->part;
    for (enum sort sort = SORT_POWER; sort <= SORT_VOLTAGE; sort++) {
        bool is_direct = sort == SORT_VOLTAGE && choice->node->phases == 0; /* not what a rectifier takes */
        if (named == PART_NONE)
            choice->part[sort] = first_that_says(choice, is_direct ? volts : order, sort);
        else
            choice->part[sort] = says(choice, named, sort) ? named : N_PARTS;
    }
    if (choice->part[SORT_VOLTAGE] == N_PARTS)
        choice->part[SORT_VOLTAGE] = first_that_says(choice, volts, SORT_VOLTAGE);
}

/* --- sets --- */

static int find_set(const struct choice *choice, const struct place *place) {
    for (unsigned i = 0; i < choice->n_sets; i++)
        if (choice->depth[i] == place->depth &&
            memcmp(choice->id[i], place->id, place->depth * sizeof(place->id[0])) == 0)
            return (int)i;
    return -1;
}

static bool is_of(const struct choice *choice, const struct series *series, enum sort sort) {
    enum sort of;
    return series->place.part == choice->part[sort] && slot_of(choice, series, &of) >= 0 && of == sort &&
           (choice->point->part == PART_NONE || is_meant(&series->place, choice->point, sort));
}

/* Numbers of the places that say power, or current where none does; unless the device adds them up itself. */
static void choose_sets(struct choice *choice) {
    enum sort sort = choice->part[SORT_POWER] != N_PARTS ? SORT_POWER : SORT_CURRENT;
    bool has_total = false;
    for (size_t i = 0; i < choice->view->n_series && choice->n_sets < SETS_MOST; i++) {
        const struct place *place = &choice->view->series[i].place;
        if (!is_of(choice, &choice->view->series[i], sort))
            continue;
        has_total |= place->depth == 0 && (place->phase == PHASE_NONE || place->phase == PHASE_TOTAL);
        if (place->depth == 0 || find_set(choice, place) >= 0)
            continue;
        memcpy(choice->id[choice->n_sets], place->id, sizeof(place->id));
        choice->depth[choice->n_sets++] = place->depth;
    }
    choice->has_total = has_total && choice->n_sets > 1;
    if (choice->has_total)
        choice->n_sets = 0;
}

/* Which set a series belongs to, -1: none. */
static int set_of(const struct choice *choice, const struct series *series, enum sort sort) {
    const struct place *place = &series->place;
    if (!choice->point || sort == SORT_ANY)
        return 0;
    if (place->part != choice->part[sort])
        return -1;
    if (choice->point->part == place->part && !is_meant(place, choice->point, sort))
        return -1;
    if (choice->has_total && place->depth > 0 && sort != SORT_VOLTAGE)
        return -1;
    if (choice->n_sets <= 1)
        return 0;
    int found = find_set(choice, place);
    return found < 0 && sort == SORT_VOLTAGE ? 0 : found;
}

/* What is more exactly meant: a total before what has no phase, a number before none. */
static int merit(const struct place *place) {
    return (place->phase == PHASE_TOTAL ? 2 : 0) + (place->depth > 0);
}

static bool make_sets(const struct choice *choice, struct meter *meter) {
    uint32_t n = choice->n_sets > 1 ? choice->n_sets : 1;
    struct meter_set *sets = calloc(n, sizeof(*sets));
    if (!sets)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        sets[i].last_watts = (double)NAN;
        for (unsigned k = 0; k < 1 + PHASES; k++)
            sets[i].last_joules[k] = (double)NAN;
        if (choice->n_sets > 0) {
            sets[i].depth = choice->depth[i];
            memcpy(sets[i].id, choice->id[i], sizeof(sets[i].id));
        }
        for (uint32_t k = 0; k < meter->n_sets; k++) {
            const struct meter_set *old = &meter->sets[k];
            if (old->depth == sets[i].depth && memcmp(old->id, sets[i].id, sizeof(old->id)) == 0)
                sets[i] = *old;
        }
        memset(sets[i].at, 0, sizeof(sets[i].at));
    }
    free(meter->sets);
    meter->sets = sets;
    meter->n_sets = n;
    return true;
}

static void add_set(const struct choice *choice, uint32_t number, unsigned set, struct bounds *bounds) {
    int32_t best[N_SLOTS];
    memset(best, -1, sizeof(best));
    for (size_t i = 0; i < choice->view->n_series; i++) {
        const struct series *series = &choice->view->series[i];
        enum sort sort;
        int slot = slot_of(choice, series, &sort);
        if (slot < 0 || set_of(choice, series, sort) != (int)set)
            continue;
        if (best[slot] < 0 || merit(&series->place) > merit(&choice->view->series[best[slot]].place))
            best[slot] = (int32_t)i;
    }
    for (unsigned slot = 0; slot < N_SLOTS; slot++)
        if (best[slot] >= 0)
            input_bind_add(bounds, (struct bound){.series = (uint32_t)best[slot],
                                                  .target = number,
                                                  .set = (uint16_t)set,
                                                  .what = (uint8_t)slot,
                                                  .kind = BOUND_METER});
}

void input_bind_meter(const struct device_view *view, const struct power_node *node, uint32_t number,
                      struct meter *meter, struct bounds *bounds) {
    struct choice choice = {.view = view, .node = node, .point = meter->point};
    if (meter->point) {
        choose_parts(&choice);
        choose_sets(&choice);
    }
    if (!make_sets(&choice, meter)) {
        bounds->failed = true;
        return;
    }
    for (unsigned i = 0; i < meter->n_sets; i++)
        add_set(&choice, number, i, bounds);
}
