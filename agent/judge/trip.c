/* SPDX-License-Identifier: Apache-2.0 */
/* Breakers as thermal images. The formulas and the standards' points: trip.h. */
#include "judge/trip.h"

#include <math.h>

/* What a node's breaker is held to. */
struct curve {
    double amperes;       /* the setting */
    double k_low, k_high; /* not yet, and surely */
    double conventional_s;
    double tau_s;
    double used_s; /* electronic: I^2 t in units of the setting, 36 tr; else 0 */
    bool forgets;
};

/* UL 489: the most that is allowed at twice the rating. */
static double seconds_at_twice(double amperes) {
    static const struct {
        double amperes, minutes;
    } most[] = {{30, 2},   {50, 4},    {100, 6},   {150, 8},   {225, 10},  {400, 12},  {600, 14},
                {800, 16}, {1000, 18}, {1200, 20}, {1600, 22}, {2000, 24}, {2500, 26}, {5000, 28}};
    for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++)
        if (amperes <= most[i].amperes)
            return most[i].minutes * 60;
    return 30 * 60;
}

/* tau of a breaker that, cold, needs `seconds` at `x`. */
static double tau_of(double seconds, double x, double k) {
    return seconds / log(x * x / (x * x - k * k));
}

static void set_standard(enum breaker_standard standard, struct curve *curve) {
    double hour = 3600, a = curve->amperes;
    switch (standard) {
    case STANDARD_IEC_60898:
        curve->k_low = 1.13;
        curve->k_high = 1.45;
        curve->conventional_s = a <= 63 ? hour : 2 * hour;
        curve->tau_s = tau_of(a <= 32 ? 60 : 120, 2.55, curve->k_high);
        return;
    case STANDARD_UL_489:
        curve->k_low = 1.00;
        curve->k_high = 1.35;
        curve->conventional_s = a <= 50 ? hour : 2 * hour;
        break;
    case STANDARD_IEC_60947_2:
    case STANDARD_NONE:
        curve->k_low = 1.05;
        curve->k_high = 1.30;
        curve->conventional_s = a <= 63 ? hour : 2 * hour;
        break;
    }
    curve->tau_s = tau_of(seconds_at_twice(a), 2, curve->k_high);
}

/* False where the node has none. */
static bool find_curve(const struct power_node *node, struct curve *curve) {
    const struct power_trip *trip = &node->trip;
    *curve =
        (struct curve){.amperes = trip->setting_amperes > 0 ? trip->setting_amperes : node->rating.amperes};
    if (trip->curve == CURVE_NONE || !(curve->amperes > 0))
        return false;
    set_standard(node->standard, curve);
    if (trip->curve == CURVE_ELECTRONIC) {
        curve->used_s = 36 * trip->delay_seconds;
        curve->tau_s = curve->used_s / (curve->k_low * curve->k_low);
    }
    if (trip->time_constant_s > 0)
        curve->tau_s = trip->time_constant_s;
    curve->forgets = trip->no_thermal_memory || trip->curve == CURVE_HYDRAULIC_MAGNETIC;
    return curve->tau_s > 0;
}

/* What is reached with time, at a constant current. */
static double approach(double heat, double end, double elapsed_s, double tau_s) {
    return end + (heat - end) * exp(-elapsed_s / tau_s);
}

/* One bound of the heat after `elapsed_s` at x; `k`: where that breaker would have tripped. */
static double advance(const struct curve *curve, double heat, double x, double k, double elapsed_s) {
    double most = curve->used_s > 0 ? 1 : k * k;
    if (x <= k && curve->forgets)
        return 0;
    if (curve->used_s > 0)
        heat = x > k ? heat + x * x * elapsed_s / curve->used_s : approach(heat, 0, elapsed_s, curve->tau_s);
    else
        heat = approach(heat, x * x, elapsed_s, curve->tau_s);
    return heat < most ? heat : most;
}

static double time_left(const struct curve *curve, double heat, double x, double k) {
    if (!(x > k))
        return (double)INFINITY;
    double left_s = curve->used_s > 0 ? (1 - heat) * curve->used_s / (x * x)
                                      : curve->tau_s * log((x * x - heat) / (x * x - k * k));
    return left_s > 0 ? left_s : 0;
}

/* Where nothing is known of the past: cold, or after long at its setting, where an electronic one has used
 * nothing. */
static void begin(const struct curve *curve, struct trip_heat *heat) {
    for (int i = 0; i < PHASES; i++) {
        heat->low[i] = 0;
        heat->high[i] = curve->used_s > 0 || curve->forgets ? 0 : 1;
    }
    heat->begun = true;
}

/* A pole whose current is not known has been without any, or at its setting. */
static void widen(const struct curve *curve, struct trip_heat *heat, int pole, double elapsed_s) {
    heat->low[pole] = advance(curve, heat->low[pole], 0, curve->k_high, elapsed_s);
    heat->high[pole] = advance(curve, heat->high[pole], 1, curve->k_low, elapsed_s);
}

/* `flags`: of the sum. What is known of the current only in part may have been at the setting. */
static void judge_pole(const struct curve *curve, struct trip_heat *heat, int pole, double x, uint32_t flags,
                       double elapsed_s, struct trip_time *time) {
    double *low = &heat->low[pole], *high = &heat->high[pole];
    bool is_bound = (flags & SUM_A_IS_BOUND) != 0, is_least = (flags & SUM_LOWER_BOUND) != 0;
    *low = advance(curve, *low, is_bound ? 0 : x, curve->k_high, elapsed_s);
    *high = advance(curve, *high, is_least ? fmax(x, 1) : x, curve->k_low, elapsed_s);
    double earliest_s = time_left(curve, *high, x, curve->k_low), latest_s = (double)INFINITY;
    if (x >= curve->k_high && !is_bound)
        latest_s = fmin(time_left(curve, *low, x, curve->k_high), curve->conventional_s);
    bool is_hotter = *high > heat->high[time->pole];
    if (pole == 0 || earliest_s < time->earliest_s || (earliest_s == time->earliest_s && is_hotter)) {
        time->earliest_s = earliest_s;
        time->pole = (uint8_t)pole;
    }
    time->latest_s = pole == 0 ? latest_s : fmin(latest_s, time->latest_s);
}

void trip_advance(const struct power_node *node, const struct node_sum *sum, double elapsed_s,
                  struct trip_heat *heat, struct trip_time *time) {
    struct curve curve;
    bool all = true;
    *time = (struct trip_time){(double)NAN, (double)NAN, 0};
    if (!find_curve(node, &curve))
        return;
    if (!heat->begun)
        begin(&curve, heat);
    for (int pole = 0; pole < (node->phases == 3 ? PHASES : 1); pole++) {
        double x =
            sum->flags & SUM_HAS_AMPERES ? fabs(sum->phase_amperes[pole]) / curve.amperes : (double)NAN;
        if (isfinite(x) && all)
            judge_pole(&curve, heat, pole, x, sum->flags, elapsed_s, time);
        else if (isfinite(x))
            judge_pole(&curve, heat, pole, x, sum->flags, elapsed_s, &(struct trip_time){0});
        else
            widen(&curve, heat, pole, elapsed_s);
        all = all && isfinite(x);
    }
    if (!all)
        *time = (struct trip_time){(double)NAN, (double)NAN, 0};
}
