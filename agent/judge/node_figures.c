/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what is told of nodes, and its values. */
#include "judge/node_figures.h"

#include <math.h>

/* What a node must have for a figure to be told. */
enum need {
    NEEDS_PHASES = 1 << 0,
    NEEDS_RATING = 1 << 1,
    NEEDS_BUDGET = 1 << 2,
    NEEDS_CURVE = 1 << 3,
    NEEDS_CONTRACT = 1 << 4,
    NEEDS_RULE = 1 << 5
};

/* States first. */
enum figure {
    SUPPLY,
    REDUNDANCY,
    WATTS,
    WATTS_AT_LEAST,
    WATTS_L1,
    WATTS_L2,
    WATTS_L3,
    VARS,
    VOLTAMPERES,
    VOLTAMPERES_BOUND,
    AMPERES_L1,
    AMPERES_L2,
    AMPERES_L3,
    AMPERES_BOUND_L1,
    AMPERES_BOUND_L2,
    AMPERES_BOUND_L3,
    AMPERES,
    AMPERES_BOUND,
    JOULES,
    SUM_IS,
    MEASURED,
    HELD,
    UNKNOWN,
    SKEW,
    USED,
    FAILOVER,
    BUDGET_IS,
    BUDGET_USED,
    WATTS_LEFT,
    SHARE_LEFT,
    OVER_WARNING,
    OVER_CRITICAL,
    TRIPS_EARLIEST,
    TRIPS_LATEST,
    LAST_DEMAND,
    FORECAST,
    MONTH_PEAK,
    N_ALL
};
_Static_assert((int)WATTS == N_STATE_FIGURES && (int)N_ALL == N_FIGURES, "as the header says");
#define TOTAL .place.phase = PHASE_TOTAL
#define L1 .place.phase = PHASE_L1
#define L2 .place.phase = PHASE_L2
#define L3 .place.phase = PHASE_L3
#define AT_LEAST .place.point = "at_least"
#define BOUND .place.point = "bound"
static const struct {
    struct series series;
    unsigned needs;
} figures[N_FIGURES] = {
    [SUPPLY] = {{SUPPLY_STATE}, 0},
    [REDUNDANCY] = {{REDUNDANCY_STATE}, NEEDS_RULE},
    [WATTS] = {{ACTIVE_POWER, TOTAL}, 0},
    [WATTS_AT_LEAST] = {{ACTIVE_POWER, TOTAL, AT_LEAST}, 0},
    [WATTS_L1] = {{ACTIVE_POWER, L1}, NEEDS_PHASES},
    [WATTS_L2] = {{ACTIVE_POWER, L2}, NEEDS_PHASES},
    [WATTS_L3] = {{ACTIVE_POWER, L3}, NEEDS_PHASES},
    [VARS] = {{REACTIVE_POWER, TOTAL}, 0},
    [VOLTAMPERES] = {{APPARENT_POWER, TOTAL}, 0},
    [VOLTAMPERES_BOUND] = {{APPARENT_POWER, TOTAL, BOUND}, 0},
    [AMPERES_L1] = {{CURRENT, L1}, NEEDS_PHASES},
    [AMPERES_L2] = {{CURRENT, L2}, NEEDS_PHASES},
    [AMPERES_L3] = {{CURRENT, L3}, NEEDS_PHASES},
    [AMPERES_BOUND_L1] = {{CURRENT, L1, BOUND}, NEEDS_PHASES},
    [AMPERES_BOUND_L2] = {{CURRENT, L2, BOUND}, NEEDS_PHASES},
    [AMPERES_BOUND_L3] = {{CURRENT, L3, BOUND}, NEEDS_PHASES},
    [AMPERES] = {{CURRENT, .place.point = "highest"}, 0},
    [AMPERES_BOUND] = {{CURRENT, BOUND}, 0},
    [JOULES] = {{ACTIVE_ENERGY, TOTAL}, 0},
    [SUM_IS] = {{SUM_STATE}, 0},
    [MEASURED] = {{MEASURED_RATIO}, 0},
    [HELD] = {{HELD_RATIO}, 0},
    [UNKNOWN] = {{UNKNOWN_RATIO}, 0},
    [SKEW] = {{INPUT_SKEW}, 0},
    [USED] = {{USABLE_LOAD}, NEEDS_RATING},
    [FAILOVER] = {{FAILOVER_LOAD}, NEEDS_RATING},
    [BUDGET_IS] = {{BUDGET_STATE}, NEEDS_BUDGET},
    [BUDGET_USED] = {{BUDGET_LOAD}, NEEDS_BUDGET},
    [WATTS_LEFT] = {{POWER_HEADROOM}, NEEDS_BUDGET},
    [SHARE_LEFT] = {{HEADROOM_RATIO}, NEEDS_BUDGET},
    [OVER_WARNING] = {{OVER_BUDGET_TIME, .place.point = "warning"}, NEEDS_BUDGET},
    [OVER_CRITICAL] = {{OVER_BUDGET_TIME, .place.point = "critical"}, NEEDS_BUDGET},
    [TRIPS_EARLIEST] = {{TIME_TO_TRIP, .place.point = "earliest"}, NEEDS_CURVE},
    [TRIPS_LATEST] = {{TIME_TO_TRIP, .place.point = "latest"}, NEEDS_CURVE},
    [LAST_DEMAND] = {{DEMAND}, NEEDS_CONTRACT},
    [FORECAST] = {{DEMAND_FORECAST}, NEEDS_CONTRACT},
    [MONTH_PEAK] = {{PEAK_DEMAND}, NEEDS_CONTRACT},
};

unsigned figures_needed(const struct power_config *power, const struct power_node *node) {
    const struct power_rating *rating = &node->rating;
    bool is_rated = rating->amperes > 0 || rating->watts > 0 || rating->voltamperes > 0;
    return (node->phases == 3 ? NEEDS_PHASES : 0) | (is_rated ? NEEDS_RATING : 0) |
           (node->budget ? NEEDS_BUDGET : 0) | (node->trip.curve != CURVE_NONE ? NEEDS_CURVE : 0) |
           (node->kind == POWER_INTAKE && power->contract_watts > 0 ? NEEDS_CONTRACT : 0) |
           (node->redundancy.rule != REDUNDANCY_NONE ? NEEDS_RULE : 0);
}

const struct series *figures_series(unsigned figure, unsigned has) {
    return figures[figure].needs & ~has ? NULL : &figures[figure].series;
}

static uint8_t supply_word(uint8_t supply) {
    static const uint8_t words[] = {[SUPPLY_LIVE] = SUPPLY_IS_LIVE,
                                    [SUPPLY_BATTERY] = SUPPLY_IS_BATTERY,
                                    [SUPPLY_DEAD] = SUPPLY_IS_DEAD,
                                    [SUPPLY_UNDETERMINED] = SUPPLY_IS_UNDETERMINED};
    return words[supply];
}

/* 0: it has no rule. */
static uint8_t redundancy_word(const struct judged *judged, uint32_t node) {
    static const uint8_t words[] = {[REDUNDANCY_UNKNOWN] = REDUNDANCY_IS_UNKNOWN,
                                    [REDUNDANCY_KEPT] = REDUNDANCY_IS_KEPT,
                                    [REDUNDANCY_LOST] = REDUNDANCY_IS_LOST,
                                    [REDUNDANCY_PLANNED] = REDUNDANCY_IS_PLANNED,
                                    [REDUNDANCY_NOT_ASKED] = 0};
    if (judged->passes == 0)
        return REDUNDANCY_IS_UNKNOWN;
    return words[contingency_redundancy(judged->contingency, node)];
}

static void write_power(const struct node_sum *sum, double *values) {
    bool is_bound = (sum->flags & SUM_A_IS_BOUND) != 0, is_least = (sum->flags & SUM_LOWER_BOUND) != 0;
    values[is_least ? WATTS_AT_LEAST : WATTS] = sum->watts;
    if (!is_least) { /* parts and totals of what is not whole would be taken for whole */
        values[VARS] = sum->vars;
        values[JOULES] = sum->joules;
        values[sum->flags & SUM_VA_IS_BOUND ? VOLTAMPERES_BOUND : VOLTAMPERES] = sum->voltamperes;
        values[is_bound ? AMPERES_BOUND : AMPERES] = sum->amperes;
    }
    for (unsigned i = 0; i < PHASES && !is_least; i++) {
        values[WATTS_L1 + i] = sum->phase_watts[i];
        values[(is_bound ? AMPERES_BOUND_L1 : AMPERES_L1) + i] = sum->phase_amperes[i];
    }
    values[SUM_IS] = isnan(sum->watts) ? SUM_IS_UNKNOWN : is_least ? SUM_IS_LOWER_BOUND : SUM_IS_WHOLE;
    values[MEASURED] = (double)sum->measured;
    values[HELD] = (double)sum->held;
    values[UNKNOWN] = (double)sum->unknown;
    if (sum->oldest_ms > 0)
        values[SKEW] = (double)(sum->newest_ms - sum->oldest_ms) / 1000;
}

static void write_budget(const struct budget_state *budget, double *values) {
    double highest = isfinite(budget->critical) ? budget->critical : budget->warning;
    bool is_over = budget->value > budget->warning, is_known = !budget->is_lower_bound;
    values[OVER_WARNING] = budget->over_warning_s;
    values[OVER_CRITICAL] = budget->over_critical_s;
    values[BUDGET_IS] = isnan(budget->value) || budget->unit == BUDGET_NONE ? BUDGET_IS_UNKNOWN
                        : budget->value > budget->critical                  ? BUDGET_IS_CRITICAL
                        : is_over                                           ? BUDGET_IS_WARNING
                        : is_known                                          ? BUDGET_IS_KEPT
                                                                            : BUDGET_IS_UNKNOWN;
    if (!is_known || !(highest > 0) || isinf(highest))
        return;
    values[BUDGET_USED] = budget->value / highest;
    values[SHARE_LEFT] = budget->headroom / highest;
    values[WATTS_LEFT] = budget->headroom_watts;
}

void figures_write(const struct judged *judged, uint32_t node, double *values) {
    uint32_t lost;
    write_power(&judged->sums[node], values);
    write_budget(&judged->budgets[node], values);
    if (!judged->loads[node].is_lower_bound)
        values[USED] = judged->ratio[node];
    if (judged->passes > 0)
        values[FAILOVER] = contingency_failover_ratio(judged->contingency, node, &lost);
    if (!(judged->sums[node].flags &
          SUM_LOWER_BOUND)) /* of more current it would be earlier; the latest holds */
        values[TRIPS_EARLIEST] = judged->trips[node].earliest_s;
    values[TRIPS_LATEST] = judged->trips[node].latest_s;
    if (!judged->demand)
        return;
    values[LAST_DEMAND] = judged->demand->last_watts;
    values[FORECAST] = judged->demand->forecast_watts;
    values[MONTH_PEAK] =
        judged->demand->month_peak_watts > 0 ? judged->demand->month_peak_watts : (double)NAN;
}

void figures_write_states(const struct judged *judged, uint32_t node, double *values) {
    values[SUPPLY] = supply_word(judged->supply[node]);
    values[REDUNDANCY] = redundancy_word(judged, node);
}
