/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is judged in which order: sums first, then what follows from a node's own sum (load, use, budget, time
 * to trip), then what a loss would do, then alarms. Each rule is another file's.
 */
#include "judge/judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "judge/alarm_row.h"
#include "judge/alarms.h"
#include "judge/judge_report.h"
#include "judge/node_series.h"
#include "judge/without_out.h"

enum { TURN_MS = 1000 /* within which every node is looked at, changed or not: time passes for all */ };

struct judge {
    const struct site_config *config;
    const struct power_config *power;
    struct alarm_board *board;
    struct topology *topology;
    struct sums *sums;
    struct contingency *contingency;
    struct without_out *without_out;
    struct alarms *alarms;
    struct node_series *series;
    struct alarm_rows *rows;
    struct judge_report *report;
    /* Per node. */
    struct node_load *loads;
    struct usable *usable;
    double *ratio;
    struct budget_state *budgets;
    struct trip_heat *heats;
    struct trip_time *trips;
    int64_t *judged_ms; /* monotonic: when its figures were judged; 0: never */
    uint32_t *changed, *stamps;
    size_t n_changed;
    uint32_t stamp, turn; /* turn: the node that is looked at next though nothing of it has changed */
    double turns_owed;
    struct demand demand;
    struct judged judged;
    struct judge_time time; /* of the tick */
    int64_t pass_due_ms, demand_due_ms;
    bool has_ticked, is_state_new, is_leaving;
};

/* --- life --- */

static bool make_room(struct judge *judge) {
    size_t n = judge->topology->n_nodes + 1;
    judge->loads = calloc(n, sizeof(*judge->loads));
    judge->usable = calloc(n, sizeof(*judge->usable));
    judge->ratio = calloc(n, sizeof(*judge->ratio));
    judge->budgets = calloc(n, sizeof(*judge->budgets));
    judge->heats = calloc(n, sizeof(*judge->heats));
    judge->trips = calloc(n, sizeof(*judge->trips));
    judge->judged_ms = calloc(n, sizeof(*judge->judged_ms));
    judge->changed = calloc(n, sizeof(*judge->changed));
    judge->stamps = calloc(n, sizeof(*judge->stamps));
    return judge->loads && judge->usable && judge->ratio && judge->budgets && judge->heats && judge->trips &&
           judge->judged_ms && judge->changed && judge->stamps;
}

static bool make_parts(struct judge *judge, uint32_t generation) {
    judge->sums = sums_new(judge->topology);
    judge->contingency = contingency_new(judge->topology);
    judge->without_out = without_out_new(judge->topology);
    judge->series = node_series_new(judge->config, judge->topology, generation);
    judge->rows = alarm_rows_new();
    judge->report = judge_report_new(judge->config, generation);
    return judge->sums && judge->contingency && judge->without_out && judge->series && judge->rows &&
           judge->report && alarms_new(judge->config, judge->topology, judge->board, &judge->alarms) == 0;
}

static void show_parts(struct judge *judge) {
    judge->judged = (struct judged){
        .power = judge->power,
        .topology = judge->topology,
        .loads = judge->loads,
        .usable = judge->usable,
        .ratio = judge->ratio,
        .budgets = judge->budgets,
        .trips = judge->trips,
        .contingency = judge->contingency,
        .demand = judge->power->contract_watts > 0 ? &judge->demand : NULL,
        .changed = judge->changed,
    };
}

static void show_sums(struct judge *judge) {
    judge->judged.sums = sums_of(judge->sums);
    judge->judged.present = sums_present(judge->sums);
    judge->judged.supply = sums_supply(judge->sums);
    judge->judged.carries = sums_carries(judge->sums);
}

int judge_new(const struct site_config *config, struct alarm_board *board, uint32_t generation,
              struct judge **judge) {
    struct judge *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->config = config;
    new->power = config->power;
    new->board = board;
    if (topology_new(new->power, &new->topology) != 0 || !make_room(new) || !make_parts(new, generation)) {
        judge_free(new);
        return ERROR_MEMORY;
    }
    alarm_rows_skip(new->rows, board);
    show_parts(new);
    show_sums(new);
    *judge = new;
    return 0;
}

void judge_free(struct judge *judge) {
    if (!judge)
        return;
    alarms_free(judge->alarms);
    judge_report_free(judge->report);
    alarm_rows_free(judge->rows);
    node_series_free(judge->series);
    contingency_free(judge->contingency);
    without_out_free(judge->without_out);
    sums_free(judge->sums);
    topology_free(judge->topology);
    free(judge->loads);
    free(judge->usable);
    free(judge->ratio);
    free(judge->budgets);
    free(judge->heats);
    free(judge->trips);
    free(judge->judged_ms);
    free(judge->changed);
    free(judge->stamps);
    free(judge);
}

/* --- one tick --- */

void judge_take(struct judge *judge, const struct batch *batch, const struct judge_time *time) {
    sums_synchronize(judge->sums, time->wall_ms, time->monotonic_ms);
    if (sums_take(judge->sums, batch, time->wall_ms))
        judge->is_state_new = true;
    alarms_take(judge->alarms, batch, time);
}

static void note_changed(struct judge *judge, uint32_t node) {
    if (judge->stamps[node] == judge->stamp)
        return;
    judge->stamps[node] = judge->stamp;
    judge->changed[judge->n_changed++] = node;
}

/* The nodes that the sums say, and those whose turn it is. */
static void gather_changed(struct judge *judge, int64_t elapsed_ms) {
    size_t n, n_nodes = judge->topology->n_nodes;
    const uint32_t *changed = sums_changed(judge->sums, &n);
    judge->stamp++;
    judge->n_changed = 0;
    for (size_t i = 0; i < n; i++)
        note_changed(judge, changed[i]);
    judge->turns_owed =
        fmin((double)n_nodes, judge->turns_owed + (double)n_nodes * (double)elapsed_ms / TURN_MS);
    for (; judge->turns_owed >= 1; judge->turns_owed--) {
        note_changed(judge, judge->turn);
        judge->turn = (judge->turn + 1) % (uint32_t)n_nodes;
    }
}

/* Minutes since Monday 00:00 at the site. */
static unsigned week_minute(const struct judge_time *time) {
    enum { WEEK_MIN = 7 * 24 * 60, THURSDAY_MIN = 3 * 24 * 60 /* 1970-01-01 */ };
    int64_t minutes = (time->wall_ms / 1000 + time->zone_offset_s) / 60 + THURSDAY_MIN;
    return (unsigned)((minutes % WEEK_MIN + WEEK_MIN) % WEEK_MIN);
}

static void judge_node(struct judge *judge, uint32_t number, unsigned week_min) {
    const struct power_node *node = &judge->power->nodes[number];
    const struct node_sum *sum = &judge->judged.sums[number];
    int64_t now_ms = judge->time.monotonic_ms, before_ms = judge->judged_ms[number];
    double elapsed_s = before_ms ? (double)(now_ms - before_ms) / 1000 : 0;
    judge->judged_ms[number] = now_ms;
    sums_load(judge->sums, number, &judge->loads[number]);
    judge->usable[number] = usable_of(node, &judge->judged.present[number]);
    struct usable electric = usable_electric(node, &judge->usable[number]);
    judge->ratio[number] = usable_ratio(&electric, &judge->loads[number]);
    budget_judge(node, sum, &electric, week_min, elapsed_s, &judge->budgets[number]);
    trip_advance(node, sum, elapsed_s, &judge->heats[number], &judge->trips[number]);
}

static void judge_demand(struct judge *judge) {
    struct demand_reading reading = {0};
    if (!judge->judged.demand || judge->time.monotonic_ms < judge->demand_due_ms)
        return;
    judge->demand_due_ms = judge->time.monotonic_ms + 1000;
    for (uint32_t i = 0; i < judge->topology->n_nodes; i++) {
        const struct node_sum *sum = &judge->judged.sums[i];
        if (judge->power->nodes[i].kind != POWER_INTAKE)
            continue;
        reading.watts += sum->watts;
        reading.joules += sum->flags & SUM_HAS_ENERGY ? sum->joules : (double)NAN;
        reading.energy_resets += sum->energy_resets;
        reading.is_lower_bound |= (sum->flags & SUM_LOWER_BOUND) != 0;
    }
    demand_advance(&judge->demand, &reading, judge->time.wall_ms, judge->time.zone_offset_s,
                   judge->time.monotonic_ms);
}

static bool judge_losses(struct judge *judge) {
    if (judge->time.monotonic_ms < judge->pass_due_ms && !judge->is_state_new)
        return false;
    const struct judged *judged = &judge->judged;
    const struct contingency_input input = {.topology = judge->topology,
                                            .present = judged->present,
                                            .supply = judged->supply,
                                            .carries = judged->carries,
                                            .sums = judged->sums,
                                            .loads = judged->loads,
                                            .usable = judged->usable};
    contingency_pass(judge->contingency, without_out_of(judge->without_out, judge->contingency, &input));
    judge->judged.passes++;
    judge->is_state_new = false;
    judge->pass_due_ms = judge->time.monotonic_ms + JUDGE_PASS_MS;
    return true;
}

/* Whose time out of service has run out. */
static void bring_back(struct judge *judge) {
    for (uint32_t node = alarms_next_back(judge->alarms); node != POWER_NO_NODE;
         node = alarms_next_back(judge->alarms)) {
        sums_set_out(judge->sums, node, false);
        judge->is_state_new = true;
    }
}

bool judge_tick(struct judge *judge, const struct judge_time *time) {
    int64_t elapsed_ms = judge->has_ticked ? time->monotonic_ms - judge->time.monotonic_ms : TURN_MS;
    judge->time = *time;
    judge->has_ticked = true;
    sums_synchronize(judge->sums, time->wall_ms, time->monotonic_ms);
    if (sums_age(judge->sums, time->wall_ms))
        judge->is_state_new = true;
    sums_settle(judge->sums, time->wall_ms);
    show_sums(judge);
    gather_changed(judge, elapsed_ms);
    judge->judged.n_changed = judge->n_changed;
    unsigned week_min = week_minute(time);
    for (size_t i = 0; i < judge->n_changed; i++)
        judge_node(judge, judge->changed[i], week_min);
    judge_demand(judge);
    bool has_passed = judge_losses(judge);
    alarms_judge_nodes(judge->alarms, &judge->judged, time);
    alarms_settle(judge->alarms, &judge->judged, time);
    bring_back(judge);
    alarm_rows_note(judge->rows, judge->board, time->wall_ms);
    alarm_rows_repeat(judge->rows, judge->board, time->wall_ms, time->monotonic_ms);
    node_series_note(judge->series, &judge->judged);
    return has_passed;
}

/* --- what comes out --- */

struct batch *judge_next_batch(struct judge *judge) {
    struct batch *batch = alarm_rows_next(judge->rows);
    if (!batch && judge->is_leaving)
        return node_series_farewell(judge->series, &judge->time);
    if (!batch && judge->has_ticked)
        batch = judge_report_next(judge->report, judge->alarms, &judge->time);
    if (!batch && judge->has_ticked)
        batch = node_series_next(judge->series, &judge->judged, &judge->time);
    return batch;
}

void judge_leave(struct judge *judge) {
    judge->is_leaving = true;
}

const struct judged *judge_look(const struct judge *judge) {
    return &judge->judged;
}

void judge_explain(const struct judge *judge, uint32_t node, sums_show *show, void *context) {
    sums_explain(judge->sums, node, show, context);
}

void judge_note_durations(struct judge *judge, double tick_s, double pass_s) {
    judge_report_note(judge->report, tick_s, pass_s);
}

/* --- orders, and what is kept --- */

bool judge_set_out(struct judge *judge, const char *name, int64_t until_ms, const char *by, const char *why,
                   const struct judge_time *time) {
    uint32_t node = power_find(judge->power, name);
    if (node == POWER_NO_NODE)
        return false;
    sums_set_out(judge->sums, node, until_ms > time->wall_ms);
    alarms_set_out(judge->alarms, node, until_ms, by, why, time);
    judge->is_state_new = true;
    return true;
}

bool judge_reset(struct judge *judge, const char *alarm, const char *by, const char *why,
                 const struct judge_time *time) {
    return alarms_reset(judge->alarms, alarm, by, why, time);
}

void judge_restore(struct judge *judge, const struct alarm_record *record, const struct judge_time *time) {
    alarms_restore(judge->alarms, record, time);
    alarm_rows_skip(judge->rows, judge->board);
}

/* Keys: over_warning/NODE, over_critical/NODE, demand_peak, demand_month. */
#define OVER_WARNING "over_warning/"
#define OVER_CRITICAL "over_critical/"

static void keep_of(const char *prefix, const char *name, double value, judge_keep *keep, void *context) {
    char *key;
    if (!(value > 0) || asprintf(&key, "%s%s", prefix, name) < 0)
        return;
    keep(context, key, value);
    free(key);
}

void judge_list_figures(const struct judge *judge, judge_keep *keep, void *context) {
    for (uint32_t i = 0; i < judge->topology->n_nodes; i++) {
        keep_of(OVER_WARNING, judge->power->nodes[i].name, judge->budgets[i].over_warning_s, keep, context);
        keep_of(OVER_CRITICAL, judge->power->nodes[i].name, judge->budgets[i].over_critical_s, keep, context);
    }
    keep_of("demand_peak", "", judge->demand.month_peak_watts, keep, context);
    keep_of("demand_month", "", judge->demand.month, keep, context);
}

void judge_restore_figure(struct judge *judge, const char *key, double value) {
    bool is_critical = strncmp(key, OVER_CRITICAL, strlen(OVER_CRITICAL)) == 0;
    bool is_warning = strncmp(key, OVER_WARNING, strlen(OVER_WARNING)) == 0;
    if (!(value >= 0) || value > 1e12)
        return;
    if (is_critical || is_warning) {
        uint32_t node = power_find(judge->power, strchr(key, '/') + 1);
        if (node == POWER_NO_NODE)
            return;
        *(is_critical ? &judge->budgets[node].over_critical_s : &judge->budgets[node].over_warning_s) = value;
    } else if (strcmp(key, "demand_peak") == 0) {
        judge->demand.month_peak_watts = value;
    } else if (strcmp(key, "demand_month") == 0) {
        judge->demand.month = (int32_t)fmin(value, 1e6);
    }
}
