/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of the week, in the unit that binds, and the time above them. */
#include "judge/budget.h"

#include <math.h>

enum { MINUTES_A_DAY = 24 * 60, DAYS_A_WEEK = 7 };

/* --- which levels hold now --- */

static bool is_day(const struct budget_period *period, unsigned day) {
    return (period->days >> (day % DAYS_A_WEEK) & 1) != 0;
}

static bool holds(const struct budget_period *period, unsigned week_min) {
    unsigned day = week_min / MINUTES_A_DAY, minute = week_min % MINUTES_A_DAY;
    if (period->from_min < period->to_min)
        return is_day(period, day) && minute >= period->from_min && minute < period->to_min;
    return (is_day(period, day) && minute >= period->from_min) ||
           (is_day(period, day + DAYS_A_WEEK - 1) && minute < period->to_min);
}

const struct budget_period *budget_period_at(const struct power_budget *budget, unsigned week_min) {
    for (size_t i = 0; i < budget->n_periods; i++)
        if (holds(&budget->periods[i], week_min))
            return &budget->periods[i];
    return NULL;
}

/* --- what is used, and of what --- */

struct measure {
    enum budget_unit unit;
    double value, usable;
};

static double value_in(const struct node_sum *sum, enum budget_unit unit) {
    return unit == BUDGET_WATTS ? sum->watts : unit == BUDGET_VOLTAMPERES ? sum->voltamperes : sum->amperes;
}

/* Of what is rated, that which is used most: percent are percent of it. */
static struct measure binding(const struct node_sum *sum, const struct usable *usable) {
    const struct measure all[] = {
        {BUDGET_AMPERES, value_in(sum, BUDGET_AMPERES), usable->amperes},
        {BUDGET_VOLTAMPERES, value_in(sum, BUDGET_VOLTAMPERES), usable->voltamperes},
        {BUDGET_WATTS, value_in(sum, BUDGET_WATTS), usable->watts}};
    struct measure most = {BUDGET_NONE, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (!isfinite(all[i].usable))
            continue;
        bool is_first = most.unit == BUDGET_NONE || isnan(most.value);
        if (is_first || all[i].value / all[i].usable > most.value / most.usable)
            most = all[i];
    }
    return most;
}

static double level_in(const struct budget_level *level, const struct measure *measure) {
    if (level->unit == BUDGET_RATIO)
        return level->value * measure->usable;
    return level->unit == measure->unit ? level->value : (double)INFINITY;
}

/* What so much more of `unit` is in W, loaded as the node is now: evenly over the phases that it has. */
static double in_watts(const struct power_node *node, const struct node_sum *sum, enum budget_unit unit,
                       double amount) {
    if (unit == BUDGET_WATTS)
        return amount;
    if (unit == BUDGET_VOLTAMPERES)
        return sum->voltamperes > 0 ? amount * sum->watts / sum->voltamperes : (double)NAN;
    double amperes = 0;
    unsigned n = 0;
    for (unsigned i = 0; i < PHASES; i++) {
        if (isnan(sum->phase_amperes[i]))
            continue;
        amperes += sum->phase_amperes[i];
        n++;
    }
    if (n == 0 && sum->amperes > 0) /* one circuit, or direct current */
        return amount * sum->watts / sum->amperes;
    if (amperes <= 0)
        return (double)NAN;
    unsigned phases = node->phases == 3 ? n : 1;
    return amount * phases * sum->watts / amperes;
}

static void note_time(double value, double level, double elapsed_s, double *over_s) {
    if (value > level)
        *over_s += elapsed_s;
}

void budget_judge(const struct power_node *node, const struct node_sum *sum, const struct usable *usable,
                  unsigned week_min, double elapsed_s, struct budget_state *state) {
    const double over_warning_s = state->over_warning_s, over_critical_s = state->over_critical_s;
    *state = (struct budget_state){.value = (double)NAN,
                                   .warning = (double)INFINITY,
                                   .critical = (double)INFINITY,
                                   .headroom = (double)NAN,
                                   .headroom_watts = (double)NAN,
                                   .over_warning_s = over_warning_s,
                                   .over_critical_s = over_critical_s,
                                   .is_lower_bound = (sum->flags & SUM_LOWER_BOUND) != 0};
    if (!node->budget)
        return;
    const struct budget_period *period = budget_period_at(node->budget, week_min);
    const struct budget_level *warning = period ? &period->warning : &node->budget->warning;
    const struct budget_level *critical = period ? &period->critical : &node->budget->critical;
    const struct budget_level *first = critical->unit != BUDGET_NONE ? critical : warning;
    struct measure measure = {first->unit, 0, 0};
    if (first->unit == BUDGET_RATIO)
        measure = binding(sum, usable);
    else
        measure.value = value_in(sum, first->unit);
    if (measure.unit == BUDGET_NONE)
        return;
    state->unit = measure.unit;
    state->value = measure.value;
    state->warning = level_in(warning, &measure);
    state->critical = level_in(critical, &measure);
    double highest = isfinite(state->critical) ? state->critical : state->warning;
    state->headroom = highest - measure.value;
    state->headroom_watts = in_watts(node, sum, measure.unit, state->headroom);
    note_time(measure.value, state->warning, elapsed_s, &state->over_warning_s);
    note_time(measure.value, state->critical, elapsed_s, &state->over_critical_s);
}
