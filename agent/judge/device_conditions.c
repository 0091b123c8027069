/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules over the series of devices. Binding looks at every rule for every series of a view, once; after that
 * a batch walks the bound series that it covers.
 */
#include "judge/device_conditions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "judge/silence.h"

/* --- which series a rule is about --- */

static bool is_named(const char *wanted, const char *have) {
    return wanted == NULL || (have != NULL && text_same_name(wanted, have));
}

static bool fits_site(const struct power_rule *site, const struct device_watch *watch) {
    const struct device_view *view = watch->view;
    const struct device_config *config = watch->config;
    if (site == NULL)
        return true;
    return is_named(site->device, view->device) &&
           is_named(site->hall, config != NULL ? config->hall : view->hall) &&
           is_named(site->row, config != NULL ? config->row : view->row) &&
           is_named(site->rack, config != NULL ? config->rack : view->rack) &&
           is_named(site->feed, config != NULL ? config->feed : view->feed);
}

static bool fits_node(const struct alarms *alarms, const struct rule *rule,
                      const struct device_watch *watch) {
    if (rule->kinds == 0 && !rule->unless_rated)
        return true;
    bool is_of_kind = rule->kinds == 0;
    for (size_t i = 0; i < watch->n_nodes; i++) {
        const struct power_node *node = &alarms->power->nodes[watch->nodes[i]];
        bool is_rated = node->rating.watts > 0 || node->rating.voltamperes > 0 || node->rating.amperes > 0;
        if (rule->unless_rated && node->kind == POWER_UPS && is_rated)
            return false;
        is_of_kind = is_of_kind || (rule->kinds & OF_KIND(node->kind)) != 0;
    }
    return is_of_kind;
}

static bool fits_device(const struct alarms *alarms, const struct rule *rule,
                        const struct device_watch *watch) {
    if (rule->is_disabled || (rule->on != ON_SERIES && rule->on != ON_ALL))
        return false;
    if (rule->classes != 0 && (rule->classes & OF_CLASS(watch->class)) == 0)
        return false;
    return fits_site(rule->site, watch) && fits_node(alarms, rule, watch);
}

static bool fits_place(const struct rule *rule, const struct series *series) {
    const struct place *place = &series->place;
    const char *point = place->point != NULL ? place->point : "";
    if (series->quantity != rule->quantity || (rule->part != PART_NONE && rule->part != place->part))
        return false;
    if (rule->points != NULL && !rule_has_point(rule->points, point))
        return false;
    const struct power_rule *site = rule->site;
    return site == NULL || ((site->phase == NULL || strcmp(site->phase, catalog_phase(place->phase)) == 0) &&
                            (site->side == NULL || strcmp(site->side, catalog_side(place->side)) == 0) &&
                            (site->point == NULL || strcmp(site->point, point) == 0));
}

/* To open is what such a breaker does. */
static bool is_normally_open(const struct alarms *alarms, const struct rule *rule,
                             const struct device_watch *watch, uint32_t series) {
    if (!rule->only_opened)
        return false;
    uint32_t node = alarms_node_of(alarms, watch, &watch->view->series[series].place);
    return node != POWER_NO_NODE && alarms->power->nodes[node].normally_open;
}

/* An alarm of the device's own that a rule names by its point is not one of the many. */
static bool is_taken(const struct alarms *alarms, const struct rule *rule, const struct device_watch *watch,
                     const struct series *series) {
    if (!rule->is_generic)
        return false;
    for (size_t i = 0; i < alarms->set.n; i++) {
        const struct rule *other = &alarms->set.rules[i];
        if (!other->is_generic && other->quantity == rule->quantity && fits_device(alarms, other, watch) &&
            fits_place(other, series))
            return true;
    }
    return false;
}

/* The series that a value is compared with: at the same point, else at one of those named, else at none. */
static uint32_t find_reference(const struct rule *rule, const struct device_view *view, uint32_t of) {
    const char *point = view->series[of].place.point;
    uint32_t best = NO_SERIES;
    int best_rank = 0;
    for (uint32_t i = 0; i < view->n_series; i++) {
        const struct place *place = &view->series[i].place;
        if (view->series[i].quantity != rule->reference)
            continue;
        bool is_same_part = place->part == view->series[of].place.part;
        int rank = 0;
        if (place->point != NULL && point != NULL && strcmp(place->point, point) == 0)
            rank = 4;
        else if (place->point != NULL && rule->reference_points != NULL &&
                 rule_has_point(rule->reference_points, place->point))
            rank = 3;
        else if (place->point == NULL || rule->reference_points == NULL)
            rank = 2;
        rank = rank * 2 + (rank > 0 && is_same_part);
        if (rank > best_rank) {
            best_rank = rank;
            best = i;
        }
    }
    return best;
}

/* Of a machine as a whole: not of one of its modules or functions. */
static uint32_t find_unless(const struct rule *rule, const struct device_view *view) {
    for (uint32_t i = 0; rule->unless != QUANTITY_NONE && i < view->n_series; i++)
        if (view->series[i].quantity == rule->unless && view->series[i].place.depth == 0 &&
            view->series[i].place.point == NULL)
            return i;
    return NO_SERIES;
}

/* Of a CDU's flow: what its node was designed for. */
static float design_flow(const struct alarms *alarms, const struct device_watch *watch) {
    for (size_t i = 0; i < watch->n_nodes; i++)
        if (alarms->power->nodes[watch->nodes[i]].design_flow > 0)
            return (float)alarms->power->nodes[watch->nodes[i]].design_flow;
    return NAN;
}

/* Whether the device has all that the rule compares. */
static bool complete(const struct alarms *alarms, const struct device_watch *watch, struct bound *bound) {
    const struct rule *rule = bound->rule;
    bound->reference = NO_SERIES;
    bound->constant = NAN;
    bound->unless = find_unless(rule, watch->view);
    if (rule->reference == QUANTITY_NONE)
        return true;
    if (rule->quantity == COOLANT_FLOW)
        bound->constant = design_flow(alarms, watch);
    if (isnan(bound->constant))
        bound->reference = find_reference(rule, watch->view, bound->series);
    return !isnan(bound->constant) || bound->reference != NO_SERIES;
}

/* --- binding --- */

static struct bound *find_bound(struct device_watch *watch, const struct alarms *alarms,
                                const struct rule *rule, uint32_t key) {
    for (size_t i = 0; i < watch->n_bound; i++) {
        struct bound *bound = &watch->bounds[i];
        if (bound->rule == rule && alarms->abouts[bound->condition].key == key)
            return bound;
    }
    return NULL;
}

static int add_bound(struct device_watch *watch, const struct bound *bound) {
    if (watch->n_bound == watch->bounds_room) {
        size_t room = watch->bounds_room == 0 ? 16 : watch->bounds_room * 2;
        struct bound *grown = realloc(watch->bounds, room * sizeof(struct bound));
        if (grown == NULL)
            return ERROR_MEMORY;
        watch->bounds = grown;
        watch->bounds_room = room;
    }
    watch->bounds[watch->n_bound++] = *bound;
    return 0;
}

static int bind_one(struct alarms *alarms, struct device_watch *watch, const struct rule *rule,
                    uint32_t series, const struct judge_time *time) {
    struct bound bound = {.rule = rule, .series = series};
    if (!complete(alarms, watch, &bound))
        return 0;
    const struct device_view *view = watch->view;
    const char *name = view->gateway != NULL ? view->gateway : view->device;
    const struct place *place = rule->on == ON_ALL ? NULL : &view->series[series].place;
    uint32_t key = alarm_key(rule->life.name, name, place), shown = place != NULL ? series : NO_SERIES;
    struct bound *known = find_bound(watch, alarms, rule, key);
    if (known != NULL) {
        bound.condition = known->condition;
        bound.seen_closed = known->seen_closed;
        *known = bound;
        alarms->abouts[bound.condition].series = shown;
        return 0;
    }
    struct about about = {.rule = rule,
                          .node = alarms_node_of(alarms, watch, &view->series[series].place),
                          .device = (uint32_t)(watch - alarms->devices),
                          .series = shown,
                          .group = NO_GROUP,
                          .key = key};
    bound.condition = alarms_add(alarms, &about, rule->life.on_delay_ms, rule->life.off_delay_ms, time);
    if (bound.condition == ALARM_NO_CONDITION)
        return ERROR_MEMORY;
    const struct alarm *restored = alarm_engine_look(alarms->engine, bound.condition);
    bound.seen_closed = restored != NULL && restored->is_up;
    return add_bound(watch, &bound);
}

static int bind_rule(struct alarms *alarms, struct device_watch *watch, const struct rule *rule,
                     const struct judge_time *time) {
    if (!fits_device(alarms, rule, watch))
        return 0;
    uint32_t last = NO_SERIES;
    int error = 0;
    for (uint32_t i = 0; i < watch->view->n_series && error == 0; i++) {
        if (!fits_place(rule, &watch->view->series[i]) || is_normally_open(alarms, rule, watch, i) ||
            is_taken(alarms, rule, watch, &watch->view->series[i]))
            continue;
        last = i;
        if (rule->on == ON_SERIES)
            error = bind_one(alarms, watch, rule, i, time);
    }
    return error == 0 && rule->on == ON_ALL && last != NO_SERIES ? bind_one(alarms, watch, rule, last, time)
                                                                 : error;
}

static int compare_bounds(const void *left, const void *right) {
    const struct bound *a = left, *b = right;
    if (a->series != b->series)
        return a->series < b->series ? -1 : 1;
    return (a->condition > b->condition) - (a->condition < b->condition);
}

/* What was bound and is not any more stands at the end: series NO_SERIES. */
static void sort_bounds(struct alarms *alarms, struct device_watch *watch, int64_t now_ms) {
    if (watch->n_bound > 0)
        qsort(watch->bounds, watch->n_bound, sizeof(struct bound), compare_bounds);
    watch->n_bounds = watch->n_bound;
    while (watch->n_bounds > 0 && watch->bounds[watch->n_bounds - 1].series == NO_SERIES) {
        watch->n_bounds--;
        alarm_engine_end(alarms->engine, watch->bounds[watch->n_bounds].condition, now_ms);
    }
}

static enum device_class class_of(const struct device_view *view) {
    for (int class = CLASS_NONE + 1; view->class != NULL && class < N_CLASSES; class ++)
        if (strcmp(view->class, catalog_class((enum device_class) class)) == 0)
            return (enum device_class) class;
    return CLASS_NONE;
}

/* Place names are kept in words, for the view they are of goes. */
static void forget_view(struct alarms *alarms, struct device_watch *watch) {
    for (size_t i = 0; i < watch->n_bound; i++) {
        struct bound *bound = &watch->bounds[i];
        alarms->abouts[bound->condition].series = NO_SERIES;
        bound->series = NO_SERIES;
    }
    device_view_release(watch->view);
    watch->view = NULL;
}

int device_conditions_bind(struct alarms *alarms, struct device_watch *watch, struct device_view *view,
                           const struct judge_time *time) {
    double *values = malloc((view->n_series + 1) * sizeof(double));
    if (values == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i <= view->n_series; i++)
        values[i] = (double)NAN;
    free(watch->values);
    watch->values = values;
    forget_view(alarms, watch);
    watch->view = device_view_hold(view);
    watch->class = class_of(view);
    int error = 0;
    for (size_t i = 0; i < alarms->set.n && error == 0; i++)
        error = bind_rule(alarms, watch, &alarms->set.rules[i], time);
    sort_bounds(alarms, watch, time->monotonic_ms);
    silence_bind(watch);
    if (silence_tells_more_than_health(view))
        alarms_end_restored(alarms, (uint32_t)(watch - alarms->devices), time);
    if (error != 0) { /* with the next batch anew */
        forget_view(alarms, watch);
        watch->n_bounds = 0;
    }
    return error;
}

/* --- a batch --- */

static double nearest_nominal_hz(double hz) {
    return hz < 55 ? 50 : 60;
}

/* One that is clear says it for all; one that is unknown leaves all unknown. */
static double value_of_all(const struct bound *bound, const struct device_watch *watch) {
    double breached = (double)NAN;
    bool is_unknown = false;
    for (uint32_t i = 0; i <= bound->series; i++) {
        if (!fits_place(bound->rule, &watch->view->series[i]))
            continue;
        double value = watch->values[i];
        enum finding finding = rule_find(bound->rule, value);
        if (finding == FINDING_CLEAR)
            return value;
        is_unknown = is_unknown || finding == FINDING_UNKNOWN;
        breached = value;
    }
    return is_unknown ? (double)NAN : breached;
}

static double value_of(const struct bound *bound, const struct device_watch *watch, double value) {
    double reference =
        bound->reference != NO_SERIES ? watch->values[bound->reference] : (double)bound->constant;
    switch (bound->rule->value) {
    case VALUE_PLAIN:
        return bound->rule->on == ON_ALL ? value_of_all(bound, watch) : value;
    case VALUE_ABOVE_REFERENCE:
        return value - reference;
    case VALUE_OF_REFERENCE:
        return reference > 0 ? value / reference : (double)NAN;
    case VALUE_OFF_50_60_HZ:
        return value - nearest_nominal_hz(value);
    }
    return value;
}

static bool does_not_hold(const struct bound *bound, const struct device_watch *watch) {
    double state = bound->unless != NO_SERIES ? watch->values[bound->unless] : (double)NAN;
    return state >= 0 && state < 32 && (bound->rule->unless_states & OF_STATE((unsigned)state)) != 0;
}

/* Found open is a position; seen to open is an event. */
static enum finding find_opened(struct bound *bound, double state, enum finding finding) {
    if (state == BREAKER_CLOSED)
        bound->seen_closed = true;
    return state == BREAKER_OPEN && !bound->seen_closed ? FINDING_CLEAR : finding;
}

static void judge(struct alarms *alarms, const struct device_watch *watch, struct bound *bound, double value,
                  int64_t now_ms) {
    double compared = isnan(value) ? value : value_of(bound, watch, value);
    enum finding finding = rule_find(bound->rule, compared);
    if (bound->rule->only_opened)
        finding = find_opened(bound, value, finding);
    if (finding == FINDING_BREACHED && does_not_hold(bound, watch))
        finding = FINDING_CLEAR;
    alarm_engine_offer(alarms->engine, bound->condition, finding, compared, bound->rule->limit, now_ms);
}

void device_conditions_take(struct alarms *alarms, struct device_watch *watch, const struct batch *batch,
                            int64_t now_ms) {
    uint32_t end = batch->first + batch->n;
    if (end > watch->view->n_series)
        return;
    for (uint32_t i = batch->first; i < end; i++) {
        uint8_t quality = batch->qualities[i - batch->first];
        if (quality != QUALITY_ABSENT)
            watch->values[i] = quality == QUALITY_GOOD || quality == QUALITY_SUBSTITUTED
                                   ? batch->values[i - batch->first]
                                   : (double)NAN;
    }
    size_t low = 0, high = watch->n_bounds;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (watch->bounds[middle].series < batch->first)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < watch->n_bounds && watch->bounds[low].series < end; low++) {
        struct bound *bound = &watch->bounds[low];
        if (batch->qualities[bound->series - batch->first] != QUALITY_ABSENT)
            judge(alarms, watch, bound, watch->values[bound->series], now_ms);
    }
}

void device_conditions_lose(struct alarms *alarms, struct device_watch *watch, int64_t now_ms) {
    if (watch->view == NULL)
        return;
    for (size_t i = 0; i < watch->view->n_series; i++)
        watch->values[i] = (double)NAN;
    for (size_t i = 0; i < watch->n_bounds; i++)
        alarm_engine_offer(alarms->engine, watch->bounds[i].condition, FINDING_UNKNOWN, 0, 0, now_ms);
}

void device_conditions_end(struct alarms *alarms, struct device_watch *watch, int64_t now_ms) {
    for (size_t i = 0; i < watch->n_bound; i++)
        alarm_engine_end(alarms->engine, watch->bounds[i].condition, now_ms);
    for (size_t i = 0; i < 2; i++)
        if (watch->silent[i] != ALARM_NO_CONDITION)
            alarm_engine_end(alarms->engine, watch->silent[i], now_ms);
    watch->has_left = true;
}
