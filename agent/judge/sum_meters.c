/* SPDX-License-Identifier: Apache-2.0 */
/* What one place of a meter says, put in the terms of a node; the places of all meters are added up. */
#include "judge/sum_meters.h"

#include <math.h>

#include "judge/sum_tally.h"

/* Below this a meter shows nothing but its own noise. */
static const double noise_watts = 50, noise_share = 0.005, noise_amperes = 0.5;

struct look {
    const struct power_node *node;
    const struct meter *meter;
    const struct meter_set *set;
};

static const struct reading *reading_of(const struct look *look, unsigned slot) {
    return inputs_read(look->meter, look->set, slot);
}

static double value_of(const struct look *look, unsigned slot) {
    const struct reading *reading = reading_of(look, slot);
    return reading ? reading->value : (double)NAN;
}

/* Of a node with one conductor: the whole, else the node's phase, else the only phase that is told. */
static unsigned conductor_slot(const struct look *look, unsigned whole, unsigned phase) {
    unsigned own = phase + look->node->phase % PHASES;
    if (look->set->at[whole] > 0)
        return whole;
    for (unsigned i = 0; look->set->at[own] == 0 && i < PHASES; i++)
        if (look->set->at[phase + i] > 0)
            return phase + i;
    return own;
}

static bool has_phases(const struct look *look) {
    return look->node->phases == PHASES;
}

static double whole_of(const struct look *look, unsigned whole, unsigned phase) {
    if (!has_phases(look))
        return value_of(look, conductor_slot(look, whole, phase));
    if (look->set->at[whole] > 0)
        return value_of(look, whole);
    double sum = 0;
    for (unsigned i = 0; i < PHASES; i++)
        sum += value_of(look, phase + i);
    return sum;
}

/* --- one place --- */

static void look_at_currents(const struct look *look, struct node_sum *sum) {
    if (!has_phases(look)) {
        unsigned slot = conductor_slot(look, SLOT_A, SLOT_PHASE_A);
        sum->phase_amperes[0] = look->set->at[slot] ? value_of(look, slot) : value_of(look, SLOT_PAIR_A);
    }
    for (unsigned i = 0; has_phases(look) && i < PHASES; i++) {
        double pair = value_of(look, SLOT_PAIR_A + i);
        double before = value_of(look, SLOT_PAIR_A + (i + PHASES - 1) % PHASES);
        sum->phase_amperes[i] = value_of(look, SLOT_PHASE_A + i);
        if (look->set->at[SLOT_PHASE_A + i] ==
            0) /* power.md section 6: of two pairs, for like power factors */
            sum->phase_amperes[i] = sqrt(pair * pair + before * before + pair * before);
    }
    sum->amperes = sum_highest(sum->phase_amperes);
}

static void look_at_bounds(const struct look *look, struct node_sum *sum) {
    if (look->meter->point)
        return;
    if (isnan(sum->amperes) && look->set->at[SLOT_A_BOUND] + look->set->at[SLOT_PHASE_A_BOUND] > 0) {
        for (unsigned i = 0; has_phases(look) && i < PHASES; i++)
            sum->phase_amperes[i] = value_of(look, SLOT_PHASE_A_BOUND + i);
        if (!has_phases(look))
            sum->phase_amperes[0] = value_of(look, SLOT_A_BOUND);
        sum->amperes = sum_highest(sum->phase_amperes);
        sum->flags |= SUM_A_IS_BOUND;
    }
    const struct reading *exact = reading_of(look, SLOT_VA), *bound = reading_of(look, SLOT_VA_BOUND);
    if (bound && (!exact || exact->time_ms < bound->time_ms)) {
        sum->voltamperes = bound->value;
        sum->flags |= SUM_VA_IS_BOUND;
    }
}

static void look_at_volts(const struct look *look, struct node_sum *sum) {
    if (!has_phases(look)) {
        unsigned slot = conductor_slot(look, SLOT_V, SLOT_PHASE_V);
        sum->phase_volts[0] = look->set->at[slot] ? value_of(look, slot) : value_of(look, SLOT_LINE_V);
    }
    for (unsigned i = 0; has_phases(look) && i < PHASES; i++) {
        sum->phase_volts[i] = value_of(look, SLOT_PHASE_V + i);
        if (look->set->at[SLOT_PHASE_V + i] == 0)
            sum->phase_volts[i] = value_of(look, SLOT_LINE_V + i) / sqrt(3);
    }
}

/* Volts times amperes, of all conductors. */
static double from_volts(const struct look *look, const struct node_sum *sum) {
    double voltamperes = 0;
    for (unsigned i = 0; i < (has_phases(look) ? PHASES : 1); i++)
        voltamperes += fabs(sum->phase_volts[i] * sum->phase_amperes[i]);
    return voltamperes;
}

static void look_at_power(const struct look *look, struct node_sum *sum) {
    sum->watts = whole_of(look, SLOT_W, SLOT_PHASE_W);
    sum->vars = whole_of(look, SLOT_VAR, SLOT_PHASE_VAR);
    sum->voltamperes = whole_of(look, SLOT_VA, SLOT_PHASE_VA);
    for (unsigned i = 0; has_phases(look) && i < PHASES; i++) {
        sum->phase_watts[i] = value_of(look, SLOT_PHASE_W + i);
        sum->phase_vars[i] = value_of(look, SLOT_PHASE_VAR + i);
    }
    if (look->node->phases == 0) { /* direct current has no var */
        if (isnan(sum->watts))
            sum->watts = from_volts(look, sum);
        sum->vars = isnan(sum->watts) ? (double)NAN : 0;
    }
    if (isnan(sum->voltamperes))
        sum->voltamperes = sqrt(sum->watts * sum->watts + sum->vars * sum->vars);
    if (isnan(sum->voltamperes))
        sum->voltamperes = from_volts(look, sum);
}

/* The reading by which the place is judged to be measured: its power's; of phases the one in the worst state;
 * else its current's. NULL: unknown. */
static const struct reading *witness_of(const struct look *look) {
    static const struct {
        unsigned whole, phase;
    } witnesses[] = {{SLOT_W, SLOT_PHASE_W}, {SLOT_A, SLOT_PHASE_A}, {SLOT_VA, SLOT_PHASE_VA}};
    for (size_t i = 0; i < sizeof(witnesses) / sizeof(witnesses[0]); i++) {
        unsigned whole = witnesses[i].whole, phase = witnesses[i].phase;
        if (!has_phases(look))
            whole = conductor_slot(look, whole, phase);
        if (look->set->at[whole] > 0)
            return reading_of(look, whole);
        if (look->set->at[phase] == 0)
            continue;
        const struct reading *worst = reading_of(look, phase);
        for (unsigned k = 1; worst && k < PHASES; k++) {
            const struct reading *other = reading_of(look, phase + k);
            if (!other || other->state == READING_HELD)
                worst = other;
        }
        return worst;
    }
    return NULL;
}

/*
 * Between which times the inputs of another gateway's node lie, by our clock: as it says, and so much more to
 * both sides as its clock may be wrong (power.md section 1). One that does not say how wrong it may be is
 * taken for one that is not synchronized (base/clock.h).
 */
static void widen_by_clock(const struct look *look, int64_t time_ms, struct node_sum *sum) {
    static const double unsynchronized_s = 16;
    double skew_s = value_of(look, SLOT_SKEW), error_s = value_of(look, SLOT_CLOCK_ERROR);
    int64_t error_ms = (int64_t)ceil(1000 * (isnan(error_s) ? unsynchronized_s : error_s));
    sum->newest_ms = time_ms + error_ms;
    sum->oldest_ms = time_ms - error_ms - (skew_s > 0 ? (int64_t)(skew_s * 1000) : 0);
}

/* Another gateway's node: what it says of how much it knows; an old word of that is held over, too. */
static const struct reading *look_elsewhere(const struct look *look, struct node_sum *sum) {
    const struct reading *whole = reading_of(look, SLOT_W), *least = reading_of(look, SLOT_W_AT_LEAST);
    bool is_least = least && (!whole || least->time_ms > whole->time_ms ||
                              (whole->state == READING_HELD && least->state == READING_FRESH));
    if (is_least) {
        sum->watts = least->value;
        sum->flags |= SUM_LOWER_BOUND;
    }
    const struct reading *witness = is_least ? least : whole;
    double measured = value_of(look, SLOT_MEASURED), held = value_of(look, SLOT_HELD);
    if (!witness)
        return NULL;
    measured = isnan(measured) ? 1 : fmin(fmax(measured, 0), 1);
    held = isnan(held) ? 0 : fmin(fmax(held, 0), 1 - measured);
    if (witness->state == READING_HELD) {
        held += measured;
        measured = 0;
    }
    sum->measured = (float)measured;
    sum->held = (float)held;
    sum->unknown = sum_rest(measured, held);
    if (sum->unknown > 0)
        sum->flags |= SUM_LOWER_BOUND;
    widen_by_clock(look, witness->time_ms, sum);
    return witness;
}

static const struct reading *look_at(const struct look *look, struct node_sum *sum) {
    sum_unknown(sum);
    sum->flags = 0;
    look_at_currents(look, sum);
    look_at_volts(look, sum);
    look_at_power(look, sum);
    look_at_bounds(look, sum);
    sum->energy_resets = look->set->resets;
    if (look->set->has_joules) {
        sum->joules = look->set->joules;
        sum->flags |= SUM_HAS_ENERGY;
    }
    if (!look->meter->point)
        return look_elsewhere(look, sum);
    const struct reading *witness = witness_of(look);
    if (!witness)
        return NULL;
    sum->measured = witness->state == READING_FRESH;
    sum->held = witness->state == READING_HELD;
    sum->unknown = 0;
    sum->oldest_ms = sum->newest_ms = witness->time_ms;
    return witness;
}

/* --- all of them --- */

static double weight_of(const struct power_node *node, const struct meter_set *set, uint32_t n_meters) {
    double rating = node->rating.watts > 0 ? node->rating.watts : node->rating.voltamperes;
    if (!isnan(set->last_watts))
        return fabs(set->last_watts);
    return rating > 0 ? rating / n_meters : (double)NAN;
}

static bool draws_power(const struct power_node *node, const struct node_sum *sum) {
    double rating = node->rating.watts > 0 ? node->rating.watts : node->rating.voltamperes;
    if (!isnan(sum->watts))
        return fabs(sum->watts) > fmax(noise_watts, noise_share * rating);
    return sum->amperes > fmax(noise_amperes, noise_share * node->rating.amperes);
}

/* Places that say nothing at all are unknown whole. A counter does not go away because it is not read. */
static void add_unknown(const struct meter *meter, const struct meter_set *set, double weight,
                        struct tally *tally) {
    struct node_sum unknown;
    sum_unknown(&unknown);
    unknown.energy_resets = set->resets;
    if (set->has_joules) {
        unknown.joules = set->joules;
        unknown.flags |= SUM_HAS_ENERGY;
    }
    tally_add(tally, &(struct sum_part){
                         .sum = &unknown, .share = meter->sign, .weight = weight, .kind = ADDS_STRAIGHT});
}

static void add_set(const struct look *look, uint32_t n_meters, struct tally *tally, int64_t *draws_ms) {
    struct node_sum sum;
    double weight = weight_of(look->node, look->set, n_meters);
    const struct reading *witness = look_at(look, &sum);
    if (!witness) {
        add_unknown(look->meter, look->set, weight, tally);
        return;
    }
    if (witness->state == READING_FRESH && witness->seen_ms > *draws_ms && draws_power(look->node, &sum))
        *draws_ms = witness->seen_ms;
    tally_add(tally, &(struct sum_part){.sum = &sum,
                                        .share = look->meter->sign,
                                        .weight = weight,
                                        .kind = ADDS_STRAIGHT,
                                        .phases = look->node->phases,
                                        .map = {0, has_phases(look), has_phases(look) ? 2 : 0}});
}

bool sum_meters(const struct power_node *node, const struct meter *meters, uint32_t n, struct node_sum *sum,
                double *weight, int64_t *draws_ms) {
    const struct meter_set unheard = {.last_watts = (double)NAN};
    struct tally tally;
    *draws_ms = 0;
    tally_begin(&tally);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < meters[i].n_sets; k++) {
            const struct look look = {node, &meters[i], &meters[i].sets[k]};
            add_set(&look, n, &tally, draws_ms);
        }
        if (meters[i].n_sets == 0)
            add_unknown(&meters[i], &unheard, weight_of(node, &unheard, n), &tally);
    }
    tally_end(&tally, node, sum, weight);
    sum->flags |= SUM_MEASURED;
    return !isnan(sum->watts) || !isnan(sum->amperes) || !isnan(sum->voltamperes);
}
