/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings against those of the sources, and budgets against ratings. */
#include <math.h>

#include "model/power_build.h"

static const struct setting *first_of(const struct setting_list *list) {
    static const struct setting none = {.text = ""};
    return list->n > 0 ? list->items : &none;
}

/* It stands between two voltages. What is rated in volts is what it feeds. */
static bool transforms(enum power_kind kind) {
    return kind == POWER_TRANSFORMER || kind == POWER_UPS || kind == POWER_UPS_MODULE ||
           kind == POWER_SHELF || kind == POWER_BBU || kind == POWER_BATTERY || kind == POWER_BESS ||
           kind == POWER_DC_BUS;
}

/* The voltage of a circuit of that source: between phases, or of one phase to neutral. */
static bool is_voltage_of(const struct power_node *node, const struct power_node *source) {
    static const double tolerance = 0.1; /* 400 V on 415 V is one system, 400 V on 480 V is not */
    double line = source->rating.volts, own = node->rating.volts;
    bool is_single = node->phases == 1 && source->phases == 3;
    return fabs(own - line) <= tolerance * line ||
           (is_single && fabs(own * sqrt(3) - line) <= tolerance * line);
}

static void check_voltage(struct power_build *build, uint32_t number) {
    const struct power_node *node = &build->power->nodes[number];
    for (size_t i = 0; i < node->n_sources && node->rating.volts > 0 && !transforms(node->kind); i++) {
        const struct power_node *source = &build->power->nodes[node->sources[i].node];
        if (source->rating.volts > 0 && !is_voltage_of(node, source))
            power_warn(build, number, "rating", first_of(&build->written[number]->rating),
                       "%.6g V on \"%.100s\" of %.6g V, without a transformer between", node->rating.volts,
                       source->name, source->rating.volts);
    }
}

/* What one source, or all in parallel, can carry. */
static void check_rating(struct power_build *build, uint32_t number, const char *unit, double own,
                         double (*of)(const struct power_node *node)) {
    const struct power_node *node = &build->power->nodes[number];
    bool together = node->behaviour == POWER_PARALLEL || node->kind == POWER_RACK || node->kind == POWER_LOAD;
    double sum = 0;
    for (size_t i = 0; i < node->n_sources; i++) {
        const struct power_node *source = &build->power->nodes[node->sources[i].node];
        double rating = of(source);
        if (own <= 0 || rating <= 0)
            return; /* not known */
        sum += rating;
        if (together || own <= rating)
            continue;
        power_warn(build, number, "rating", first_of(&build->written[number]->rating),
                   "%.6g %s, above the %.6g %s of its source \"%.100s\"", own, unit, rating, unit,
                   source->name);
        return;
    }
    if (together && node->n_sources > 0 && own > sum)
        power_warn(build, number, "rating", first_of(&build->written[number]->rating),
                   "%.6g %s, above the %.6g %s of all its sources", own, unit, sum, unit);
}

static double amperes_of(const struct power_node *node) {
    return node->rating.amperes * node->units;
}

static double watts_of(const struct power_node *node) {
    return node->rating.watts * node->units;
}

static double voltamperes_of(const struct power_node *node) {
    return node->rating.voltamperes * node->units;
}

static bool is_of_usable(const struct power_budget *budget) {
    bool is = budget->warning.unit == BUDGET_RATIO || budget->critical.unit == BUDGET_RATIO;
    for (size_t i = 0; i < budget->n_periods && !is; i++)
        is = budget->periods[i].warning.unit == BUDGET_RATIO ||
             budget->periods[i].critical.unit == BUDGET_RATIO;
    return is;
}

static bool is_rated(const struct power_rating *rating) {
    return rating->amperes > 0 || rating->watts > 0 || rating->voltamperes > 0;
}

void power_check_ratings(struct power_build *build) {
    for (uint32_t i = 0; i < build->power->n_nodes; i++) {
        const struct power_node *node = &build->power->nodes[i];
        check_voltage(build, i);
        if (!transforms(node->kind))
            check_rating(build, i, "A", amperes_of(node), amperes_of);
        check_rating(build, i, "W", watts_of(node), watts_of);
        check_rating(build, i, "VA", voltamperes_of(node), voltamperes_of);
        if (node->budget && is_of_usable(node->budget) && !is_rated(&node->rating))
            power_refuse(build, i, "rating", first_of(&build->written[i]->rating),
                         "is missing: the budget \"%.100s\" is in percent of it", node->budget->name);
    }
}
