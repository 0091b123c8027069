/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells states: breakers, UPS modes, selected sources, machines and their modules. One series tells one
 * thing of one node, the one that is more exactly meant.
 */
#include <string.h>

#include "judge/input_bind.h"

/* Which kinds ask for what; where the point names no part, which parts may say it, the better ones first. */
enum { PARTS_MOST = 7 };
static const struct {
    enum tell tell;
    enum quantity quantity;
    uint32_t kinds;              /* a bit each; 0: all */
    enum part parts[PARTS_MOST]; /* ended by N_PARTS */
} asked[] = {
    {TELL_MODE,
     UPS_MODE_STATE,
     1u << POWER_UPS | 1u << POWER_UPS_MODULE | 1u << POWER_BBU | 1u << POWER_SHELF | 1u << POWER_DC_BUS,
     {PART_NONE, PART_OUTPUT, PART_UNIT, N_PARTS}},
    {TELL_SOURCE,
     TRANSFER_SWITCH_SOURCE_STATE,
     1u << POWER_STS | 1u << POWER_ATS,
     {PART_NONE, PART_OUTPUT, PART_UNIT, N_PARTS}},
    {TELL_AVAILABLE,
     SOURCE_AVAILABLE_STATE,
     1u << POWER_INTAKE,
     {PART_MAINS, PART_NONE, PART_INPUT, PART_INLET, N_PARTS}},
    {TELL_AVAILABLE, SOURCE_AVAILABLE_STATE, 1u << POWER_GENERATOR, {PART_GENERATOR, PART_NONE, N_PARTS}},
    {TELL_UNIT, UNIT_STATE, 1u << POWER_GENERATOR, {PART_GENERATOR, PART_NONE, N_PARTS}},
    {TELL_UNIT,
     UNIT_STATE,
     1u << POWER_CHILLER | 1u << POWER_CDU | 1u << POWER_AIR_UNIT,
     {PART_NONE, PART_UNIT, N_PARTS}},
    {TELL_UNIT, UNIT_STATE, 1u << POWER_UPS_MODULE, {N_PARTS}},
    {TELL_FITTED, MODULES_FITTED, 0, {PART_NONE, PART_RECTIFIER, PART_MODULE, PART_INVERTER, N_PARTS}},
    {TELL_ACTIVE, MODULES_ACTIVE, 0, {PART_NONE, PART_RECTIFIER, PART_MODULE, PART_INVERTER, N_PARTS}},
};

static bool is_here(const struct place *place, const struct power_point *point) {
    return place->part == point->part && place->depth >= point->depth &&
           memcmp(place->id, point->id, point->depth * sizeof(point->id[0])) == 0;
}

/* How exactly the place is meant, 0: not at all. */
static int merit(const struct series *series, const struct power_point *point, const enum part *parts,
                 const char *kind_word) {
    const struct place *place = &series->place;
    const char *name = place->point ? place->point : "";
    int named = point->name ? 3 * (strcmp(name, point->name) == 0)
                            : (*name == 0 ? 3 : 2 * (strcmp(name, kind_word) == 0));
    if (named == 0)
        return 0;
    if (point->part != PART_NONE)
        return is_here(place, point) ? 100 + named : 0;
    for (int i = 0; parts[i] != N_PARTS; i++)
        if (parts[i] == place->part)
            return 10 * (PARTS_MOST - i) + named;
    return 0;
}

static bool add_best(const struct device_view *view, const struct power_point *point, enum quantity quantity,
                     const enum part *parts, const char *kind_word, struct bound bound,
                     struct bounds *bounds) {
    int best = 0;
    for (size_t i = 0; i < view->n_series; i++) {
        int found =
            view->series[i].quantity == quantity ? merit(&view->series[i], point, parts, kind_word) : 0;
        if (found <= best)
            continue;
        best = found;
        bound.series = (uint32_t)i;
    }
    if (best > 0)
        input_bind_add(bounds, bound);
    return best > 0;
}

/* Units that tell each for itself: modules of a UPS, supplies of a shelf. */
static void add_parts(const struct device_view *view, const struct power_node *node, uint32_t number,
                      struct bounds *bounds) {
    bool has_modules = node->kind == POWER_UPS || node->kind == POWER_SHELF || node->kind == POWER_DC_BUS;
    for (size_t i = 0; has_modules && i < view->n_series; i++) {
        const struct series *series = &view->series[i];
        enum part part = series->place.part;
        bool is_module = series->quantity == UNIT_STATE &&
                         (part == PART_MODULE || part == PART_RECTIFIER || part == PART_INVERTER);
        bool is_supply = series->quantity == POWER_SUPPLY_STATE && node->kind == POWER_SHELF;
        if ((is_module || is_supply) && series->place.depth > 0 && !series->place.point)
            input_bind_add(
                bounds, (struct bound){
                            .series = (uint32_t)i, .target = number, .what = TELL_PART, .kind = BOUND_TELL});
    }
}

void input_bind_device(const struct device_view *view, const struct power_node *node, uint32_t number,
                       const struct power_point *point, struct bounds *bounds) {
    const char *kind_word = power_kind_word(node->kind);
    bool has_counts = false;
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        if (asked[i].kinds != 0 && !(asked[i].kinds >> node->kind & 1))
            continue;
        const struct bound bound = {.target = number, .what = (uint8_t)asked[i].tell, .kind = BOUND_TELL};
        bool found = add_best(view, point, asked[i].quantity, asked[i].parts, kind_word, bound, bounds);
        has_counts |= found && asked[i].tell == TELL_ACTIVE;
    }
    if (!has_counts && point->part == PART_NONE)
        add_parts(view, node, number, bounds);
}

void input_bind_breaker(const struct device_view *view, uint32_t number, const struct power_point *point,
                        struct bounds *bounds) {
    /* An outlet of a rack PDU, a plain contact on remote I/O: closed is what lets power through. */
    static const enum quantity quantities[] = {BREAKER_STATE, OUTLET_STATE, CONTACT_STATE};
    static const enum part parts[] = {PART_BREAKER, PART_NONE,   PART_INPUT, PART_OUTPUT,
                                      PART_MAINS,   PART_OUTLET, N_PARTS};
    const struct bound bound = {.target = number, .what = TELL_BREAKER, .kind = BOUND_TELL};
    for (size_t i = 0; i < sizeof(quantities) / sizeof(quantities[0]); i++)
        if (add_best(view, point, quantities[i], parts, "breaker", bound, bounds))
            return;
}

void input_bind_elsewhere(const struct device_view *view, uint32_t number, struct bounds *bounds) {
    static const struct {
        enum quantity quantity;
        enum tell tell;
    } tells[] = {{SUPPLY_STATE, TELL_SUPPLY},
                 {BREAKER_STATE, TELL_BREAKER},
                 {UPS_MODE_STATE, TELL_MODE},
                 {TRANSFER_SWITCH_SOURCE_STATE, TELL_SOURCE}};
    for (size_t i = 0; i < view->n_series; i++)
        for (size_t k = 0; k < sizeof(tells) / sizeof(tells[0]); k++)
            if (view->series[i].quantity == tells[k].quantity)
                input_bind_add(bounds, (struct bound){.series = (uint32_t)i,
                                                      .target = number,
                                                      .what = (uint8_t)tells[k].tell,
                                                      .kind = BOUND_TELL});
}

void input_bind_up(const struct device_view *view, struct bounds *bounds) {
    for (size_t i = 0; i < view->n_series; i++)
        if (view->series[i].quantity == DEVICE_UP)
            input_bind_add(bounds, (struct bound){.series = (uint32_t)i, .kind = BOUND_UP});
}
