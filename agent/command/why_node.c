/* SPDX-License-Identifier: Apache-2.0 */
/* Puts each figure of a node into a formula. */
#include "command/why_node.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command/status_digest.h"
#include "model/human.h"

enum { CHILDREN_MOST = 12 };

/* --- power --- */

static void add_children(const struct why *why, uint32_t node) {
    const struct topology *topology = why->judged->topology;
    const struct edge_run *run = &topology->fed[node];
    for (uint32_t i = 0; i < run->n && i < CHILDREN_MOST; i++) {
        uint32_t edge = topology->by_source[run->first + i], child = topology->edges[edge].to;
        text_add_format(why->text, "%*s%s ", WHY_LABEL, "", i ? "+" : "=");
        why_add_watts(why, why->judged->sums[child].watts);
        text_add_format(why->text, " x %.0f %% of ", (double)why->judged->carries[edge] * 100);
        why_add_name(why, child);
        text_add_char(why->text, '\n');
    }
    if (run->n > CHILDREN_MOST)
        text_add_format(why->text, "%*s+ %u more\n", WHY_LABEL, "", run->n - CHILDREN_MOST);
}

/* A node that takes all that its sources carry is known by their meters. */
static void add_own_sources(const struct why *why, uint32_t node) {
    const struct topology *topology = why->judged->topology;
    const struct edge_run *run = &topology->sources[node];
    for (uint32_t i = 0; i < run->n; i++) {
        uint32_t source = topology->edges[run->first + i].from;
        text_add_format(why->text, "%*s%s ", WHY_LABEL, "", i ? "+" : "=");
        why_add_watts(why, why->judged->sums[source].watts);
        text_add_string(why->text, " of ");
        why_add_name(why, source);
        text_add_char(why->text, '\n');
    }
}

static void add_meters(const struct why *why, const struct power_node *node) {
    for (size_t i = 0; i < node->n_meters; i++) {
        const struct power_point *meter = &node->meters[i];
        text_add_string(why->text, meter->sign < 0 ? " - " : i ? " + " : " ");
        text_add_printable(why->text, meter->device);
        text_add_string(why->text, meter->part != PART_NONE || meter->name ? ":" : "");
        text_add_string(why->text, catalog_part(meter->part));
        for (uint8_t k = 0; k < meter->depth; k++)
            text_add_format(why->text, "/%u", meter->id[k]);
    }
}

static void add_coverage(const struct why *why, const struct node_sum *sum) {
    double skew_s = (double)(sum->newest_ms - sum->oldest_ms) / 1000;
    text_add_format(why->text, "%*s%.0f %% measured, %.0f %% held over, %.0f %% not known", WHY_LABEL, "",
                    (double)sum->measured * 100, (double)sum->held * 100, (double)sum->unknown * 100);
    if (sum->newest_ms > 0) {
        text_add_string(why->text, "; inputs within ");
        why_add_span(why, skew_s);
    }
    text_add_char(why->text, '\n');
}

static bool is_same(double a, double b) {
    return fabs(a - b) <= 1e-9 * fabs(b);
}

/* Where the voltamperes come from: calculated as power.md section 6 has it, or told by the meter. */
static const char *apparent_words(const struct node_sum *sum) {
    double product = 0;
    if (sum->flags & SUM_VA_IS_BOUND)
        return ", at most: the sum, for some var is not known\n";
    if (is_same(sum->voltamperes, hypot(sum->watts, sum->vars)))
        return " = sqrt(P^2 + Q^2)\n";
    for (size_t i = 0; i < PHASES; i++)
        product += isnan(sum->phase_volts[i]) ? 0 : fabs(sum->phase_volts[i] * sum->phase_amperes[i]);
    return is_same(sum->voltamperes, product) ? " = the sum of V x A\n" : ", as metered\n";
}

static void add_apparent(const struct why *why, const struct node_sum *sum) {
    static const char *const phases[PHASES] = {"L1", "L2", "L3"};
    if (isfinite(sum->voltamperes)) {
        why_begin(why, "apparent");
        why_add_quantity(why, BUDGET_VOLTAMPERES, sum->voltamperes);
        text_add_string(why->text, apparent_words(sum));
    }
    if (!(sum->flags & SUM_HAS_AMPERES))
        return;
    why_begin(why, "current");
    text_add_format(why->text, "%.4g A", sum->amperes);
    for (size_t i = 0; i < PHASES && sum->flags & SUM_HAS_PHASES; i++)
        if (isfinite(sum->phase_amperes[i]))
            text_add_format(why->text, "%s%s %.4g A", i ? ", " : " in the highest of ", phases[i],
                            sum->phase_amperes[i]);
    text_add_string(why->text, sum->flags & SUM_A_IS_BOUND ? "; at most: a sum of amounts\n" : "\n");
}

static void add_power(const struct why *why, uint32_t number) {
    const struct power_node *node = &why->judged->power->nodes[number];
    const struct node_sum *sum = &why->judged->sums[number];
    if (node->kind == POWER_HEADER && node->n_meters == 0) /* pipes: what they carry is heat */
        return;
    why_begin(why, "power");
    text_add_string(why->text, sum->flags & SUM_LOWER_BOUND && isfinite(sum->watts) ? "at least " : "");
    why_add_watts(why, sum->watts);
    if (node->elsewhere)
        text_add_string(why->text, ", as its own gateway says");
    else if (node->n_meters > 0 && sum->flags & SUM_MEASURED)
        text_add_string(why->text, ", of its meters:");
    else if (node->n_meters > 0)
        text_add_string(why->text, ", for its meters say nothing:");
    if (node->n_meters > 0 && !node->elsewhere)
        add_meters(why, node);
    bool feeds = why->judged->topology->fed[number].n > 0;
    if (!(sum->flags & SUM_MEASURED) && !node->elsewhere) {
        text_add_string(why->text, feeds               ? ", of what it feeds\n"
                                   : isnan(sum->watts) ? ": nothing measures it\n"
                                                       : ", of what feeds it\n");
        if (feeds)
            add_children(why, number);
        else if (isfinite(sum->watts))
            add_own_sources(why, number);
    } else {
        text_add_char(why->text, '\n');
    }
    add_coverage(why, sum);
    add_apparent(why, sum);
}

/* --- use --- */

static const char *mean_words(enum power_kind kind) {
    bool is_fast = kind == POWER_UPS || kind == POWER_UPS_MODULE || kind == POWER_GENERATOR;
    return is_fast ? "the highest of the last second" : "the mean of the last minute";
}

static void add_usable(const struct why *why, uint32_t number) {
    const struct power_node *node = &why->judged->power->nodes[number];
    const struct node_present *present = &why->judged->present[number];
    const struct usable *usable = &why->judged->usable[number];
    static const char *const standards[] = {[STANDARD_IEC_60947_2] = "IEC 60947-2",
                                            [STANDARD_IEC_60898] = "IEC 60898",
                                            [STANDARD_UL_489] = "UL 489",
                                            [STANDARD_NONE] = "no standard"};
    const struct {
        double rated, usable;
        enum budget_unit unit;
    } rows[] = {{node->rating.watts, usable->watts, BUDGET_WATTS},
                {node->rating.voltamperes, usable->voltamperes, BUDGET_VOLTAMPERES},
                {node->rating.amperes, usable->amperes, BUDGET_AMPERES}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!(rows[i].rated > 0))
            continue;
        text_add_format(why->text, "%*susable ", WHY_LABEL, "");
        why_add_quantity(why, rows[i].unit, rows[i].usable);
        text_add_string(why->text, " = ");
        why_add_quantity(why, rows[i].unit, rows[i].rated);
        text_add_string(why->text, " rated");
        if (rows[i].unit == BUDGET_AMPERES || node->continuous_ratio < 1) /* a breaker's standard says it */
            text_add_format(why->text, " x %.3g lasting (%s)", node->continuous_ratio,
                            standards[node->standard]);
        if (rows[i].unit == BUDGET_AMPERES || node->derating < 1)
            text_add_format(why->text, " x %.3g for temperature", node->derating);
        if (node->units > 1)
            text_add_format(why->text, " x %u of %u units in service",
                            node->units > present->units_out ? node->units - present->units_out : 0,
                            node->units);
        text_add_char(why->text, '\n');
    }
}

static void add_use(const struct why *why, uint32_t number) {
    const struct power_node *node = &why->judged->power->nodes[number];
    const struct node_load *load = &why->judged->loads[number];
    const struct usable *usable = &why->judged->usable[number];
    if (isinf(usable->watts) && isinf(usable->voltamperes) && isinf(usable->amperes))
        return;
    double highest = fmax(load->phase_amperes[0], fmax(load->phase_amperes[1], load->phase_amperes[2]));
    why_begin(why, "used");
    if (isnan(why->judged->ratio[number]))
        text_add_string(why->text, "not known: its load is not");
    else
        text_add_format(why->text, "%s%.1f %%", load->is_lower_bound ? "at least " : "",
                        why->judged->ratio[number] * 100);
    text_add_string(why->text, " = the greatest of load / usable;");
    text_add_string(why->text, " load ");
    why_add_watts(why, load->watts);
    if (isfinite(load->voltamperes)) {
        text_add_string(why->text, ", ");
        why_add_quantity(why, BUDGET_VOLTAMPERES, load->voltamperes);
    }
    if (isfinite(highest))
        text_add_format(why->text, ", %.4g A", highest);
    text_add_format(why->text, ", %s\n", mean_words(node->kind));
    add_usable(why, number);
}

/* --- budget, trip --- */

static void add_level(const struct why *why, const char *name, const struct budget_level *level,
                      double in_force, enum budget_unit unit) {
    if (!isfinite(in_force))
        return;
    text_add_format(why->text, "%*s%s above ", WHY_LABEL, "", name);
    why_add_quantity(why, unit, in_force);
    if (level->unit == BUDGET_RATIO)
        text_add_format(why->text, " = %.4g %% of usable", level->value * 100);
    text_add_char(why->text, '\n');
}

/* "mon-fri 09:00-18:00" */
static void add_period(const struct why *why, const struct budget_period *period) {
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const char *separator = "";
    for (unsigned i = 0; i < 7; i++) {
        if (!(period->days & 1U << i))
            continue;
        text_add_format(why->text, "%s%s", separator, days[i]);
        separator = " ";
    }
    text_add_format(why->text, " %02u:%02u-%02u:%02u", period->from_min / 60, period->from_min % 60,
                    period->to_min / 60, period->to_min % 60);
}

/* Minutes since Monday 00:00 at the site. */
static unsigned week_minute(const struct judge_time *time) {
    enum { WEEK_MIN = 7 * 24 * 60, THURSDAY_MIN = 3 * 24 * 60 /* 1970-01-01 */ };
    int64_t minutes = (time->wall_ms / 1000 + time->zone_offset_s) / 60 + THURSDAY_MIN;
    return (unsigned)((minutes % WEEK_MIN + WEEK_MIN) % WEEK_MIN);
}

static void add_budget(const struct why *why, uint32_t number) {
    const struct power_budget *budget = why->judged->power->nodes[number].budget;
    const struct budget_state *state = &why->judged->budgets[number];
    if (!budget)
        return;
    const struct budget_period *period = budget_period_at(budget, week_minute(&why->time));
    why_begin(why, "budget");
    text_add_printable(why->text, budget->name);
    text_add_string(why->text, ", uses ");
    why_add_quantity(why, state->unit, state->value);
    text_add_string(why->text, state->value > state->critical  ? ": CRITICAL"
                               : state->value > state->warning ? ": WARNING"
                               : isnan(state->value)           ? ""
                                                               : ": kept");
    if (isfinite(state->headroom)) {
        text_add_string(why->text, ", left ");
        why_add_quantity(why, state->unit, state->headroom);
    }
    text_add_string(why->text, "; ");
    if (period)
        add_period(why, period);
    else
        text_add_string(why->text, budget->n_periods ? "no period of the week holds now" : "at all times");
    text_add_char(why->text, '\n');
    add_level(why, "warning", period ? &period->warning : &budget->warning, state->warning, state->unit);
    add_level(why, "critical", period ? &period->critical : &budget->critical, state->critical, state->unit);
    text_add_format(why->text, "%*sdeadband %.3g %%, raised after ", WHY_LABEL, "", budget->deadband * 100);
    why_add_span(why, (double)budget->on_delay_ms / 1000);
    text_add_string(why->text, ", ended after ");
    why_add_span(why, (double)budget->off_delay_ms / 1000);
    text_add_char(why->text, '\n');
}

static void add_trip(const struct why *why, uint32_t number) {
    const struct power_node *node = &why->judged->power->nodes[number];
    const struct trip_time *trip = &why->judged->trips[number];
    static const char *const curves[] = {[CURVE_NONE] = "",
                                         [CURVE_THERMAL_MAGNETIC] = "thermal-magnetic",
                                         [CURVE_ELECTRONIC] = "electronic",
                                         [CURVE_HYDRAULIC_MAGNETIC] = "hydraulic-magnetic"};
    if (node->trip.curve == CURVE_NONE)
        return;
    why_begin(why, "trip");
    if (isnan(trip->earliest_s))
        text_add_string(why->text, "not known: its current is not");
    else if (isinf(trip->earliest_s))
        text_add_string(why->text, "not at this current");
    else {
        text_add_string(why->text, "earliest in ");
        why_add_span(why, trip->earliest_s);
        text_add_string(why->text, ", ");
        text_add_string(why->text, isinf(trip->latest_s) ? "perhaps never" : "latest in ");
        why_add_span(why, trip->latest_s);
        text_add_format(why->text, ", by L%u", trip->pole + 1U);
    }
    double setting = node->trip.setting_amperes > 0 ? node->trip.setting_amperes : node->rating.amperes;
    text_add_format(why->text, "; %s, set to %.4g A", curves[node->trip.curve], setting);
    if (node->trip.delay_seconds > 0)
        text_add_format(why->text, ", %.3g s at six times that", node->trip.delay_seconds);
    text_add_char(why->text, '\n');
}

void why_add_node(const struct why *why, uint32_t number) {
    const struct power_node *node = &why->judged->power->nodes[number];
    text_add_printable(why->text, node->name);
    text_add_format(why->text, ": %s", power_kind_word(node->kind));
    const struct {
        const char *label, *value;
    } labels[] = {{"hall", node->hall}, {"row", node->row}, {"rack", node->rack}, {"feed", node->feed}};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (!*labels[i].value)
            continue;
        text_add_format(why->text, ", %s ", labels[i].label);
        text_add_printable(why->text, labels[i].value);
    }
    text_add_string(why->text, ", configured at ");
    why_add_spot(why, &node->at);
    text_add_string(why->text, "\n\n");
    why_add_supply(why, number);
    add_power(why, number);
    why_add_inputs(why, number);
    add_use(why, number);
    add_budget(why, number);
    add_trip(why, number);
    why_add_losses(why, number);
}
