/* SPDX-License-Identifier: Apache-2.0 */
/* Counts nodes and finds the worst of them. */
#include "judge/judge_summary.h"

#include <math.h>

#include "judge/demand.h"

static bool is_of_cooling(enum power_kind kind) {
    return kind == POWER_CHILLER || kind == POWER_HEADER || kind == POWER_CDU || kind == POWER_AIR_UNIT;
}

static void count_redundancy(const struct judged *judged, uint32_t node, struct power_summary *summary) {
    const struct power_node *config = &judged->power->nodes[node];
    struct power_redundancy_counts *counts =
        is_of_cooling(config->kind) ? &summary->cooling : &summary->power;
    if (config->redundancy.rule == REDUNDANCY_NONE || config->elsewhere)
        return;
    enum redundancy_state state =
        judged->passes > 0 ? contingency_redundancy(judged->contingency, node) : REDUNDANCY_UNKNOWN;
    counts->kept += state == REDUNDANCY_KEPT;
    counts->lost += state == REDUNDANCY_LOST;
    counts->planned += state == REDUNDANCY_PLANNED;
    counts->unknown += state == REDUNDANCY_UNKNOWN;
    if (state == REDUNDANCY_LOST && !counts->first_lost)
        counts->first_lost = config->name;
}

static void count_node(const struct judged *judged, uint32_t node, struct power_summary *summary) {
    const struct topology *topology = judged->topology;
    bool is_fed = topology->sources[node].n > 0 || topology->fed[node].n > 0;
    summary->n_dead += is_fed && judged->supply[node] == SUPPLY_DEAD;
    summary->n_on_battery += judged->supply[node] == SUPPLY_BATTERY;
    summary->n_undetermined += judged->supply[node] == SUPPLY_UNDETERMINED;
    summary->n_unknown += isnan(judged->sums[node].watts) && is_fed;
}

/* What stands at the ends of the network is what is to be measured: each weighs what it takes, or is rated.
 */
static void weigh(const struct judged *judged, uint32_t node, struct power_summary *summary,
                  double *weights) {
    const struct node_sum *sum = &judged->sums[node];
    double weight = isfinite(sum->watts) ? fabs(sum->watts) : judged->power->nodes[node].rating.watts;
    double share = (double)sum->measured + (double)sum->held + (double)sum->unknown;
    if (judged->topology->fed[node].n > 0 || judged->topology->sources[node].n == 0)
        return;
    weight = weight > 0 ? weight : 1;
    *weights += weight;
    summary->measured += weight * (double)sum->measured;
    summary->held += weight * (double)sum->held;
    summary->unknown += weight * (share > 0 ? (double)sum->unknown : 1);
}

static const char *name_of(const struct judged *judged, uint32_t node) {
    return node == POWER_NO_NODE ? NULL : judged->power->nodes[node].name;
}

static void find_worst_loss(const struct judged *judged, struct power_summary *summary) {
    const struct contingency_result *worst =
        judged->passes > 0 ? contingency_worst(judged->contingency) : NULL;
    const struct contingency_result *results =
        judged->passes > 0 ? contingency_results(judged->contingency) : NULL;
    for (uint32_t i = 0; results && i < judged->topology->n_nodes; i++)
        summary->loss.n_exceeding_losses += results[i].n_exceeded > 0;
    if (!worst || worst->worst == POWER_NO_NODE)
        return;
    summary->loss.lost = name_of(judged, worst->lost);
    summary->loss.worst = name_of(judged, worst->worst);
    summary->loss.headroom = worst->worst_headroom;
    summary->loss.headroom_watts = worst->worst_watts;
    summary->loss.n_exceeded = worst->n_exceeded;
    summary->loss.n_dropped = worst->n_dropped;
    summary->loss.dropped_watts = worst->dropped_watts;
    summary->loss.is_lower_bound = worst->is_lower_bound;
}

static void tell_demand(const struct judged *judged, struct power_summary *summary) {
    const struct demand *demand = judged->demand;
    if (!demand)
        return;
    summary->demand.contract_watts = judged->power->contract_watts;
    summary->demand.forecast_watts = demand->forecast_watts;
    summary->demand.last_watts = demand->last_watts;
    summary->demand.month_peak_watts = demand->month_peak_watts > 0 ? demand->month_peak_watts : (double)NAN;
    summary->demand.left_s = demand->elapsed_s < DEMAND_BLOCK_S ? DEMAND_BLOCK_S - demand->elapsed_s : 0;
    summary->demand.is_estimated = demand->is_estimated;
    summary->demand.is_partial = demand->is_partial;
}

void judge_summarize(const struct judged *judged, const struct judge_time *time,
                     struct power_summary *summary) {
    double weights = 0;
    *summary = (struct power_summary){.time_ms = time->wall_ms, .n_nodes = judged->topology->n_nodes};
    for (uint32_t i = 0; i < judged->topology->n_nodes; i++) {
        count_redundancy(judged, i, summary);
        if (judged->power->nodes[i].elsewhere)
            continue;
        count_node(judged, i, summary);
        weigh(judged, i, summary, &weights);
    }
    summary->measured = weights > 0 ? summary->measured / weights : (double)NAN;
    summary->held = weights > 0 ? summary->held / weights : (double)NAN;
    summary->unknown = weights > 0 ? summary->unknown / weights : (double)NAN;
    find_worst_loss(judged, summary);
    tell_demand(judged, summary);
}
