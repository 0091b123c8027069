/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a node that rules are held against (power.md sections 5 and 6). */
#include "judge/rule_figures.h"

#include <math.h>

enum { FORECAST_FROM_S = 180 };

#define LOW_VOLTAGE_MOST 1000.0 /* IEC 60038: low voltage */
#define LOAD_LEAST 0.1          /* of what it can carry, for shares and gaps to mean something */
#define DEAD_BELOW 0.10

/* --- volts --- */

/* Sums tell the volts of three-phase nodes between phase and neutral. */
static double nominal_volts(const struct power_node *node) {
    return node->phases == PHASES ? node->rating.volts / sqrt(3) : node->rating.volts;
}

static double highest_volts(const struct judged *judged, uint32_t node) {
    const struct power_node *of = &judged->power->nodes[node];
    const struct node_sum *sum = &judged->sums[node];
    double highest = (double)NAN;
    bool all = true;
    for (int phase = 0; phase < (of->phases == PHASES ? PHASES : 1); phase++) {
        highest = fmax(highest, fabs(sum->phase_volts[phase]));
        all = all && !isnan(sum->phase_volts[phase]);
    }
    if ((sum->flags & SUM_HAS_VOLTS) != 0 && of->rating.volts > 0) {
        double ratio = highest / nominal_volts(of);
        return all || ratio >= DEAD_BELOW ? ratio : (double)NAN;
    }
    /* No voltage is read: what its sources and switches say. */
    switch ((enum node_supply)judged->supply[node]) {
    case SUPPLY_DEAD:
        return 0;
    case SUPPLY_LIVE:
    case SUPPLY_BATTERY:
        return 1;
    case SUPPLY_UNDETERMINED:
        break;
    }
    return (double)NAN;
}

static double worst_deviation(const struct judged *judged, uint32_t node) {
    const struct power_node *of = &judged->power->nodes[node];
    const struct node_sum *sum = &judged->sums[node];
    double worst = (double)NAN;
    if ((sum->flags & SUM_HAS_VOLTS) != 0)
        for (int phase = 0; phase < PHASES; phase++)
            worst = fmax(worst, fabs(fabs(sum->phase_volts[phase]) / nominal_volts(of) - 1));
    return worst;
}

/* --- loads --- */

static struct node_figure load(const struct judged *judged, uint32_t node) {
    return (struct node_figure){.value = judged->ratio[node],
                                .is_lower_bound = judged->loads[node].is_lower_bound};
}

static struct node_figure budget(const struct judged *judged, uint32_t node, bool critical) {
    const struct budget_state *state = &judged->budgets[node];
    double level = critical ? state->critical : state->warning;
    double value = state->unit == BUDGET_NONE ? (double)NAN : isinf(level) ? 0 : state->value / level;
    return (struct node_figure){.value = value, .is_lower_bound = state->is_lower_bound && !isinf(level)};
}

static struct node_figure failover(const struct judged *judged, uint32_t node) {
    const struct contingency_result *results =
        judged->contingency != NULL ? contingency_results(judged->contingency) : NULL;
    if (results == NULL || !results[node].is_known)
        return (struct node_figure){.value = (double)NAN};
    const struct contingency_result *result = &results[node];
    double ratio = result->first != POWER_NO_NODE   ? result->first_ratio
                   : result->worst != POWER_NO_NODE ? 1 - result->worst_headroom
                                                    : 0;
    return (struct node_figure){.value = ratio, .is_lower_bound = result->is_lower_bound};
}

static double redundancy(const struct judged *judged, uint32_t node) {
    enum redundancy_state state =
        judged->contingency != NULL ? contingency_redundancy(judged->contingency, node) : REDUNDANCY_UNKNOWN;
    if (state == REDUNDANCY_UNKNOWN)
        return (double)NAN;
    return state == REDUNDANCY_LOST || state == REDUNDANCY_PLANNED ? state : 0;
}

/* What it can carry, in W or about that; NAN: not rated. */
static double carriable(const struct judged *judged, uint32_t node) {
    const struct usable *usable = &judged->usable[node];
    const struct power_node *of = &judged->power->nodes[node];
    double most = fmin(usable->watts, usable->voltamperes);
    if (isfinite(usable->amperes) && of->rating.volts > 0)
        most = fmin(most, usable->amperes * of->rating.volts * (of->phases == PHASES ? sqrt(3) : 1));
    return isfinite(most) ? most : (double)NAN;
}

static bool is_whole(const struct node_sum *sum) {
    return sum->unknown == 0 && sum->held == 0 && !isnan(sum->watts) && (sum->flags & SUM_LOWER_BOUND) == 0;
}

/* Of two feeds, each measured for this node alone. */
static double split(const struct judged *judged, uint32_t node) {
    const struct topology *topology = judged->topology;
    const struct edge_run *run = &topology->sources[node];
    double watts[2], most = carriable(judged, node);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t from = topology->edges[run->first + i].from;
        if (topology->fed[from].n != 1 || !is_whole(&judged->sums[from]) ||
            (judged->sums[from].flags & SUM_MEASURED) == 0 || judged->supply[from] != SUPPLY_LIVE)
            return (double)NAN;
        watts[i] = judged->sums[from].watts;
        most = isnan(most) ? carriable(judged, from) : most;
    }
    double total = watts[0] + watts[1];
    if (isnan(most) || !(total > 0))
        return (double)NAN;
    return total > LOAD_LEAST * most ? fabs(watts[0] / total - 0.5) : 0;
}

static double gap(const struct judged *judged, uint32_t node) {
    const struct topology *topology = judged->topology;
    const struct node_sum *own = &judged->sums[node];
    double most = carriable(judged, node), below = 0;
    if (!is_whole(own) || !(own->watts > LOAD_LEAST * (isnan(most) ? 0 : most)))
        return (double)NAN;
    const struct edge_run *run = &topology->fed[node];
    for (uint32_t i = run->first; i < run->first + run->n; i++) {
        uint32_t edge = topology->by_source[i], to = topology->edges[edge].to;
        if (!is_whole(&judged->sums[to]))
            return (double)NAN;
        below += (double)judged->carries[edge] * judged->sums[to].watts;
    }
    return fabs(own->watts - below) / own->watts;
}

static struct node_figure frozen(const struct judged *judged, uint32_t node, struct node_past *past) {
    const struct node_sum *sum = &judged->sums[node];
    if (!is_whole(sum))
        return (struct node_figure){.value = (double)NAN};
    if (sum->newest_ms == past->newest_ms)
        return (struct node_figure){.is_old = true};
    bool is_same = sum->watts == past->watts && sum->watts != 0 && past->newest_ms != 0;
    past->newest_ms = sum->newest_ms;
    past->watts = sum->watts;
    return (struct node_figure){.value = is_same};
}

/* --- states --- */

static double position(const struct judged *judged, uint32_t node) {
    uint8_t condition = judged->present[node].condition;
    bool is_open = condition == CONDITION_OPEN;
    if (!is_open && condition != CONDITION_NORMAL)
        return (double)NAN;
    return is_open != judged->power->nodes[node].normally_open;
}

static double selected(const struct judged *judged, uint32_t node) {
    const struct node_present *present = &judged->present[node];
    return present->condition == CONDITION_SELECTS ? present->selected : (double)NAN;
}

static struct node_figure forecast(const struct judged *judged) {
    const struct demand *demand = judged->demand;
    if (demand == NULL || demand->is_partial || isnan(demand->forecast_watts))
        return (struct node_figure){.value = (double)NAN};
    if (demand->elapsed_s < FORECAST_FROM_S)
        return (struct node_figure){.value = 0};
    return (struct node_figure){.value = demand->forecast_watts / judged->power->contract_watts,
                                .is_kept = true};
}

static bool is_bus(enum power_kind kind) {
    return kind == POWER_INTAKE || kind == POWER_BUS || kind == POWER_BUSWAY || kind == POWER_DC_BUS ||
           kind == POWER_TAP_OFF || kind == POWER_BREAKER || kind == POWER_PDU;
}

/* Demand is of all intakes together: said of the first. */
static bool is_first_intake(const struct topology *topology, uint32_t node) {
    for (uint32_t i = 0; i < node; i++)
        if (topology->power->nodes[i].kind == POWER_INTAKE)
            return false;
    return true;
}

bool node_has_figure(const struct topology *topology, uint32_t node, enum rule_figure figure) {
    const struct power_node *of = &topology->power->nodes[node];
    bool is_rated = of->rating.amperes > 0 || of->rating.watts > 0 || of->rating.voltamperes > 0;
    switch (figure) {
    case FIGURE_VOLTS:
        return true;
    case FIGURE_DEVIATION:
        return of->rating.volts > 0 && of->rating.volts <= LOW_VOLTAGE_MOST;
    case FIGURE_LOAD:
        return is_rated;
    case FIGURE_TRIP:
        return of->trip.curve != CURVE_NONE;
    case FIGURE_WARNING:
    case FIGURE_CRITICAL:
        return of->budget != NULL;
    case FIGURE_FAILOVER:
        return topology->fed[node].n > 0 || topology->cooled[node].n > 0;
    case FIGURE_REDUNDANCY:
        return of->redundancy.rule != REDUNDANCY_NONE;
    case FIGURE_SPLIT:
        return topology->sources[node].n == 2;
    case FIGURE_GAP:
        return of->n_meters > 0 && topology->fed[node].n > 0 && is_bus(of->kind);
    case FIGURE_FROZEN:
        return of->n_meters > 0;
    case FIGURE_POSITION:
        return of->breaker != NULL;
    case FIGURE_SELECTED:
        return topology->sources[node].n > 1;
    case FIGURE_UNSEEN:
        return of->elsewhere;
    case FIGURE_FORECAST:
        return topology->power->contract_watts > 0 && is_first_intake(topology, node);
    case N_RULE_FIGURES:
        break;
    }
    return false;
}

struct node_figure node_figure(const struct judged *judged, uint32_t node, enum rule_figure figure,
                               struct node_past *past) {
    switch (figure) {
    case FIGURE_VOLTS:
        return (struct node_figure){.value = highest_volts(judged, node)};
    case FIGURE_DEVIATION:
        return (struct node_figure){.value = worst_deviation(judged, node)};
    case FIGURE_LOAD:
        return load(judged, node);
    case FIGURE_TRIP: /* of more current it would be earlier */
        return (struct node_figure){.value = judged->trips[node].earliest_s,
                                    .is_lower_bound = (judged->sums[node].flags & SUM_LOWER_BOUND) != 0};
    case FIGURE_WARNING:
    case FIGURE_CRITICAL:
        return budget(judged, node, figure == FIGURE_CRITICAL);
    case FIGURE_FAILOVER:
        return failover(judged, node);
    case FIGURE_REDUNDANCY:
        return (struct node_figure){.value = redundancy(judged, node)};
    case FIGURE_SPLIT:
        return (struct node_figure){.value = split(judged, node)};
    case FIGURE_GAP:
        return (struct node_figure){.value = gap(judged, node)};
    case FIGURE_FROZEN:
        return frozen(judged, node, past);
    case FIGURE_POSITION:
        return (struct node_figure){.value = position(judged, node)};
    case FIGURE_SELECTED:
        return (struct node_figure){.value = selected(judged, node)};
    case FIGURE_UNSEEN:
        return (struct node_figure){.value = judged->sums[node].unknown >= 1};
    case FIGURE_FORECAST:
        return forecast(judged);
    case N_RULE_FIGURES:
        break;
    }
    return (struct node_figure){.value = (double)NAN};
}
