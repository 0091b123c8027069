/* SPDX-License-Identifier: Apache-2.0 */
/* Adding, and what the sums amount to. */
#include "judge/sum_tally.h"

#include <math.h>
#include <string.h>

void sum_unknown(struct node_sum *sum) {
    *sum = (struct node_sum){.watts = (double)NAN,
                             .vars = (double)NAN,
                             .voltamperes = (double)NAN,
                             .joules = (double)NAN,
                             .amperes = (double)NAN,
                             .unknown = 1,
                             .flags = SUM_LOWER_BOUND};
    for (unsigned i = 0; i < PHASES; i++)
        sum->phase_watts[i] = sum->phase_vars[i] = sum->phase_amperes[i] = sum->phase_volts[i] = (double)NAN;
}

void sum_dead(struct node_sum *sum) {
    sum->watts = sum->vars = sum->voltamperes = sum->amperes = 0;
    for (unsigned i = 0; i < PHASES; i++)
        sum->phase_watts[i] = sum->phase_vars[i] = sum->phase_amperes[i] = 0;
    sum->measured = 1;
    sum->held = sum->unknown = 0;
    sum->flags &= ~(uint32_t)SUM_LOWER_BOUND;
}

double sum_highest(const double *phase_amperes) {
    return fmax(fmax(phase_amperes[0], phase_amperes[1]), phase_amperes[2]);
}

float sum_rest(double measured, double held) {
    double rest = 1 - measured - held;
    return rest < 1e-6 ? 0 : (float)rest;
}

void tally_begin(struct tally *tally) {
    memset(tally, 0, sizeof(*tally));
    for (unsigned i = 0; i < PHASES; i++)
        tally->volts[i] = (double)NAN;
}

static void add_weight(struct tally *tally, const struct sum_part *part) {
    double measured = (double)part->sum->measured, held = (double)part->sum->held;
    if (isnan(part->weight)) {
        tally->n_plain += 1;
        tally->plain_measured += measured;
        tally->plain_held += held;
        return;
    }
    /* What takes nothing is an input, too. */
    double weight = fmax(fabs(part->weight * part->share), 1);
    tally->n_weighed += 1;
    tally->weight += weight;
    tally->measured += weight * measured;
    tally->held += weight * held;
}

static void add_time(struct tally *tally, const struct node_sum *sum) {
    if (sum->oldest_ms == 0)
        return;
    if (tally->oldest_ms == 0 || sum->oldest_ms < tally->oldest_ms)
        tally->oldest_ms = sum->oldest_ms;
    if (sum->newest_ms > tally->newest_ms)
        tally->newest_ms = sum->newest_ms;
}

static void add_energy(struct tally *tally, const struct sum_part *part) {
    tally->resets += part->sum->energy_resets;
    if (part->sum->flags & SUM_HAS_ENERGY)
        tally->joules += part->share * part->sum->joules;
    else
        tally->lacks_joules = true;
}

static void add_straight(struct tally *tally, const struct sum_part *part) {
    const struct node_sum *sum = part->sum;
    unsigned n = part->phases == PHASES ? PHASES : 1;
    tally->n_straight++;
    for (unsigned i = 0; i < n; i++) {
        unsigned to = part->map[i];
        double watts = n == 1 ? sum->watts : sum->phase_watts[i];
        double vars = n == 1 ? sum->vars : sum->phase_vars[i];
        double amperes = n == 1 ? sum->amperes : sum->phase_amperes[i];
        tally->lacks_phases |= isnan(watts);
        tally->lacks_phase_vars |= isnan(vars);
        tally->lacks_amperes |= isnan(amperes);
        tally->phase_watts[to] += part->share * watts;
        tally->phase_vars[to] += part->share * vars;
        tally->phase_amperes[to] += fmax(part->share, 0) * amperes;
        if (isnan(tally->volts[to]))
            tally->volts[to] = sum->phase_volts[i];
    }
}

static void add_pair(struct tally *tally, const struct sum_part *part) {
    tally->n_pair[part->map[0]]++;
    tally->lacks_phases = true;
    tally->lacks_amperes |= isnan(part->sum->amperes);
    tally->pair_amperes[part->map[0]] += part->share * part->sum->amperes;
}

static void add_apart(struct tally *tally, const struct sum_part *part) {
    tally->n_apart++;
    tally->apart_voltamperes += part->share * part->sum->voltamperes;
    for (unsigned i = 0; i < PHASES; i++) {
        tally->phase_watts[i] += part->share * part->sum->watts / PHASES;
        tally->phase_vars[i] += part->share * part->sum->vars / PHASES;
    }
    tally->lacks_phase_vars |= isnan(part->sum->vars);
}

void tally_add(struct tally *tally, const struct sum_part *part) {
    const struct node_sum *sum = part->sum;
    bool has_any = !isnan(sum->watts) || !isnan(sum->amperes) || !isnan(sum->voltamperes);
    tally->n++;
    add_weight(tally, part);
    add_energy(tally, part);
    tally->flags |= sum->flags & (SUM_LOWER_BOUND | SUM_VA_IS_BOUND | SUM_A_IS_BOUND);
    if (isnan(sum->watts)) {
        tally->flags |= SUM_LOWER_BOUND;
        tally->is_unbounded |= part->share < 0;
    }
    if (!has_any)
        return;
    add_time(tally, sum);
    if (!isnan(sum->watts)) {
        tally->is_known = true;
        tally->watts += part->share * sum->watts;
    }
    tally->lacks_vars |= isnan(sum->vars);
    tally->vars += part->share * sum->vars;
    tally->lacks_voltamperes |= isnan(sum->voltamperes);
    tally->voltamperes += fmax(part->share, 0) * sum->voltamperes;
    if (part->kind == ADDS_STRAIGHT)
        add_straight(tally, part);
    else if (part->kind == ADDS_AS_PAIR)
        add_pair(tally, part);
    else
        add_apart(tally, part);
    tally->is_single = tally->n == 1 && part->share == 1 && part->kind == ADDS_STRAIGHT;
}

/* --- what it comes to --- */

static double nominal_volts(const struct power_node *node) {
    if (node->rating.volts <= 0)
        return (double)NAN;
    return node->phases == PHASES ? node->rating.volts / sqrt(3) : node->rating.volts;
}

/*
 * The current of a phase between whose neighbours loads stand: those in phase with it, and of two pairs, one
 * 30 degrees before and one behind (power.md section 6, for like power factors).
 */
static double with_pairs(const struct tally *tally, unsigned phase) {
    double after = tally->pair_amperes[phase], before = tally->pair_amperes[(phase + PHASES - 1) % PHASES];
    double along = tally->phase_amperes[phase] + (after + before) * sqrt(3) / 2,
           across = (after - before) / 2;
    return sqrt(along * along + across * across);
}

static bool has_pairs(const struct tally *tally) {
    return tally->n_pair[0] + tally->n_pair[1] + tally->n_pair[2] > 0;
}

/* Amperes add as a bound only, but for one load a conductor. */
static bool amperes_are_bound(const struct tally *tally) {
    for (unsigned i = 0; i < PHASES; i++)
        if (tally->n_pair[i] > 1)
            return true;
    return tally->n_apart > 0 || tally->n_straight > 1 || (tally->n_straight > 0 && has_pairs(tally)) ||
           (tally->flags & SUM_A_IS_BOUND) != 0;
}

static void end_amperes(const struct tally *tally, const struct power_node *node, struct node_sum *sum) {
    unsigned n = node->phases == PHASES ? PHASES : 1;
    bool is_measured = tally->is_single && !tally->lacks_amperes;
    bool is_exact = !is_measured && !tally->lacks_phases && !tally->lacks_phase_vars, is_bound = false;
    for (unsigned i = 0; i < n; i++) {
        double volts = sum->phase_volts[i], nominal = isnan(volts) ? nominal_volts(node) : volts;
        double watts = tally->phase_watts[i], vars = tally->phase_vars[i];
        if (is_exact && volts != 0 && !isnan(volts)) {
            sum->phase_amperes[i] = sqrt(watts * watts + vars * vars) / fabs(volts);
            continue;
        }
        double apart = tally->n_apart ? tally->apart_voltamperes / n / fabs(nominal) : 0;
        sum->phase_amperes[i] = tally->lacks_amperes ? (double)NAN : with_pairs(tally, i) + apart;
        is_bound |= amperes_are_bound(tally);
    }
    sum->amperes = sum_highest(sum->phase_amperes);
    if (is_bound)
        sum->flags |= SUM_A_IS_BOUND;
}

static void end_phases(const struct tally *tally, const struct power_node *node, struct node_sum *sum) {
    unsigned n = node->phases == PHASES ? PHASES : 1;
    for (unsigned i = 0; i < n; i++) {
        sum->phase_volts[i] = tally->volts[i];
        if (!tally->lacks_phases)
            sum->phase_watts[i] = tally->phase_watts[i];
        if (!tally->lacks_phases && !tally->lacks_phase_vars)
            sum->phase_vars[i] = tally->phase_vars[i];
    }
    if (n == 1 && !isnan(sum->watts)) {
        sum->phase_watts[0] = sum->watts;
        sum->phase_vars[0] = sum->vars;
    }
}

static void end_voltamperes(const struct tally *tally, struct node_sum *sum) {
    if (!tally->lacks_vars)
        sum->vars = tally->vars;
    if (tally->is_single) { /* as it was measured */
        sum->voltamperes = tally->lacks_voltamperes ? (double)NAN : tally->voltamperes;
        return;
    }
    sum->flags &= ~(uint32_t)SUM_VA_IS_BOUND;
    if (!tally->lacks_vars) {
        sum->voltamperes = sqrt(tally->watts * tally->watts + tally->vars * tally->vars);
    } else if (!tally->lacks_voltamperes) {
        sum->voltamperes = tally->voltamperes;
        sum->flags |= SUM_VA_IS_BOUND;
    }
}

static void end_coverage(const struct tally *tally, const struct power_node *node, struct node_sum *sum,
                         double *weight) {
    double each = tally->n_weighed > 0 ? tally->weight / tally->n_weighed : 1;
    double all = tally->weight + each * tally->n_plain;
    double measured = (tally->measured + each * tally->plain_measured) / all;
    double held = (tally->held + each * tally->plain_held) / all;
    sum->measured = (float)measured;
    sum->held = (float)held;
    sum->unknown = sum_rest(measured, held);
    double rating = node->rating.watts > 0 ? node->rating.watts : node->rating.voltamperes;
    *weight = tally->n_weighed > 0 ? all : rating > 0 ? rating : (double)NAN;
}

static void end_flags(struct node_sum *sum) {
    static const struct {
        uint32_t flag;
        size_t at;
    } has[] = {{SUM_HAS_PHASES, offsetof(struct node_sum, phase_watts)},
               {SUM_HAS_VARS, offsetof(struct node_sum, vars)},
               {SUM_HAS_AMPERES, offsetof(struct node_sum, amperes)},
               {SUM_HAS_VOLTS, offsetof(struct node_sum, phase_volts)},
               {SUM_HAS_ENERGY, offsetof(struct node_sum, joules)}};
    for (size_t i = 0; i < sizeof(has) / sizeof(has[0]); i++) {
        double value;
        memcpy(&value, (const char *)sum + has[i].at, sizeof(value));
        sum->flags &= ~has[i].flag;
        if (!isnan(value))
            sum->flags |= has[i].flag;
    }
}

/* Nothing goes through: nothing is taken, and that is known. */
static void sum_nothing(const struct power_node *node, struct node_sum *sum) {
    unsigned n = node->phases == PHASES ? PHASES : 1;
    sum_unknown(sum);
    sum->watts = sum->vars = sum->voltamperes = sum->amperes = 0;
    for (unsigned i = 0; i < n; i++)
        sum->phase_watts[i] = sum->phase_vars[i] = sum->phase_amperes[i] = 0;
    sum->measured = 1;
    sum->unknown = 0;
    sum->flags = 0;
    end_flags(sum);
}

void tally_end(const struct tally *tally, const struct power_node *node, struct node_sum *sum,
               double *weight) {
    if (tally->n == 0) {
        sum_nothing(node, sum);
        *weight = 1;
        return;
    }
    sum_unknown(sum);
    sum->flags = tally->flags & ~(uint32_t)SUM_A_IS_BOUND;
    end_coverage(tally, node, sum, weight);
    sum->oldest_ms = tally->oldest_ms;
    sum->newest_ms = tally->newest_ms;
    sum->energy_resets = tally->resets;
    if (!tally->lacks_joules)
        sum->joules = tally->joules;
    if (tally->is_known && !tally->is_unbounded)
        sum->watts = tally->watts;
    if (tally->n_straight + tally->n_apart > 0 || has_pairs(tally)) {
        end_voltamperes(tally, sum);
        end_phases(tally, node, sum);
        end_amperes(tally, node, sum);
    }
    end_flags(sum);
}
