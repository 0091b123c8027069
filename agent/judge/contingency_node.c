/* SPDX-License-Identifier: Apache-2.0 */
/* One node as losses start from it: its voltage, what it carries and can carry, and how it behaves. */
#include <math.h>

#include "judge/contingency_inside.h"

static const double root_3 = 1.7320508075688772;
/* A measured voltage is believed from half of the nominal one on. */
static const double volts_least_share = 0.5, volts_least = 1;

/* --- voltage --- */

static double volts_of_source(const struct power_node *source, const struct power_node *node, double volts) {
    if (source->kind == POWER_TRANSFORMER || (source->phases == 0) != (node->phases == 0))
        return 0;
    if (source->phases == 3 && node->phases == 1)
        return node->line_to_line ? volts : volts / root_3;
    return source->phases == 1 && node->phases == 3 ? volts * root_3 : volts;
}

void contingency_find_volts(const struct topology *topology, double *volts) {
    for (uint32_t i = 0; i < topology->n_nodes; i++) {
        const struct power_node *node = &topology->power->nodes[i];
        const struct edge_run *sources = &topology->sources[i];
        volts[i] = node->rating.volts;
        for (uint32_t k = 0; k < sources->n && !(volts[i] > 0); k++) {
            uint32_t from = topology->edges[sources->first + k].from;
            volts[i] = volts_of_source(&topology->power->nodes[from], node, volts[from]);
        }
    }
}

static int count_phases(const struct power_node *node) {
    return node->phases == 3 ? PHASES : 1;
}

/* Of each phase, measured or else nominal; 0: not known. */
static void phase_volts(const struct power_node *node, const struct node_sum *sum, double nominal,
                        double *volts) {
    double expected = node->phases == 3 ? nominal / root_3 : nominal;
    for (int i = 0; i < PHASES; i++) {
        double measured = sum->flags & SUM_HAS_VOLTS ? sum->phase_volts[i] : (double)NAN;
        bool is_like = measured >= volts_least && measured >= volts_least_share * expected &&
                       !(node->phases == 1 && node->line_to_line);
        volts[i] = is_like ? measured : expected;
    }
}

/* --- load and limit of electricity --- */

static bool is_there(double value) {
    return isfinite(value);
}

/* Amperes of each phase; false where any is missing. A node of one phase has them in the first. */
static bool find_amperes(const struct power_node *node, const struct node_load *load, double *amperes) {
    bool all = true;
    for (int i = 0; i < count_phases(node); i++) {
        amperes[i] = fabs(load->phase_amperes[i]);
        for (int k = 0; node->phases != 3 && k < PHASES && !is_there(amperes[i]); k++)
            amperes[i] = fabs(load->phase_amperes[k]);
        all = all && is_there(amperes[i]);
    }
    return all;
}

static void find_load(const struct power_node *node, const struct node_load *load, double *volts,
                      struct present_node *present) {
    double amperes[PHASES] = {0}, *of = present->load.of, sum = 0, total = 0;
    int n = count_phases(node);
    bool has_amperes = find_amperes(node, load, amperes);
    double watts = fabs(load->watts), voltamperes = fabs(load->voltamperes);
    double apparent = is_there(voltamperes) ? voltamperes : watts;
    for (int i = 0; i < n; i++) {
        sum += amperes[i];
        total += amperes[i] * volts[i];
    }
    for (int i = 0; i < n && has_amperes; i++) /* no voltage is known: what its VA say */
        if (!(volts[i] > 0) && is_there(apparent) && sum > 0)
            volts[i] = apparent / sum;
    if (!is_there(voltamperes))
        voltamperes = has_amperes && total > 0 ? total : watts;
    if (!is_there(voltamperes))
        return;
    of[FLOW_W] = is_there(watts) ? watts : voltamperes;
    of[FLOW_VA] = voltamperes;
    for (int i = 0; i < n; i++)
        of[FLOW_PHASE + i] = has_amperes && volts[i] > 0 ? amperes[i] * volts[i] : voltamperes / n;
    present->flags |= PRESENT_KNOWN | (load->is_lower_bound ? PRESENT_LOWER : 0);
}

/* Of what can carry nothing (no unit of it is in service) so much that any load exceeds it. */
static double inverse_of(double usable) {
    const double most = 1e30;
    if (isnan(usable) || isinf(usable))
        return 0;
    return usable * most > 1 ? 1 / usable : most;
}

static void find_limit(const struct power_node *node, const struct usable *usable, const double *volts,
                       struct present_node *present) {
    double *inverse = present->inverse.of;
    int n = count_phases(node);
    inverse[FLOW_W] = power_kind_cools(node->kind) ? 0 : inverse_of(usable->watts);
    for (int i = 0; i < n; i++) /* without a voltage amperes cannot be judged */
        inverse[FLOW_PHASE + i] = volts[i] > 0 ? inverse_of(usable->amperes * volts[i]) : 0;
    /* Where no VA were given, they only repeat what the amperes say. */
    if (node->rating.voltamperes > 0 || !(inverse[FLOW_PHASE] > 0))
        inverse[FLOW_VA] = inverse_of(usable->voltamperes);
    present->capacity = (double)INFINITY;
    if (inverse[FLOW_W] > 0)
        present->capacity = usable->watts;
    else if (usable->voltamperes > 0)
        present->capacity = usable->voltamperes;
    for (int i = 0; i < FLOWS; i++)
        if (inverse[i] > 0)
            present->flags |= PRESENT_RATED;
}

/* --- flags --- */

static enum power_kind source_kind(const struct topology *topology, uint32_t node, uint32_t k) {
    return topology->power->nodes[topology->edges[topology->sources[node].first + k].from].kind;
}

/* A UPS whose battery is a node of its own has none beside, and none on bypass. */
static bool has_battery(const struct topology *topology, uint32_t node, enum node_condition condition) {
    enum power_kind kind = topology->power->nodes[node].kind;
    if ((kind != POWER_UPS && kind != POWER_UPS_MODULE && kind != POWER_BBU) || condition == CONDITION_BYPASS)
        return false;
    for (uint32_t k = 0; k < topology->sources[node].n; k++)
        if (topology_is_storage(source_kind(topology, node, k)))
            return false;
    return true;
}

static bool has_modules(const struct topology *topology, uint32_t node) {
    for (uint32_t k = 0; k < topology->sources[node].n; k++)
        if (source_kind(topology, node, k) == POWER_UPS_MODULE)
            return true;
    return false;
}

/* A UPS takes from one input, or from its modules; others as configured. */
static uint32_t behaviour_of(const struct topology *topology, uint32_t number,
                             enum node_condition condition) {
    const struct power_node *node = &topology->power->nodes[number];
    if (node->kind == POWER_UPS)
        return has_modules(topology, number) ? PRESENT_PARALLEL : PRESENT_PREFERS;
    if (node->behaviour == POWER_PREFERS || condition == CONDITION_SELECTS)
        return PRESENT_PREFERS;
    return node->behaviour == POWER_PARALLEL ? PRESENT_PARALLEL : 0;
}

/* On bypass a UPS takes from its static bypass, else from its last source that is no battery. */
static uint64_t allowed_of(const struct topology *topology, uint32_t number, enum node_condition condition) {
    uint64_t last = 0;
    if (topology->power->nodes[number].kind != POWER_UPS || condition != CONDITION_BYPASS)
        return UINT64_MAX;
    for (uint32_t k = 0; k < topology->sources[number].n; k++) {
        enum power_kind kind = source_kind(topology, number, k);
        if (kind == POWER_STATIC_BYPASS)
            return UINT64_C(1) << k;
        last = topology_is_storage(kind) ? last : UINT64_C(1) << k;
    }
    return last;
}

/* Sources below which a node steps down: what its rule needs, else all. */
static uint32_t needed_of(const struct power_node *node, uint32_t n_sources) {
    uint32_t spare = 0;
    if (node->redundancy.rule == REDUNDANCY_2N)
        spare = n_sources / 2;
    else if (node->redundancy.rule == REDUNDANCY_N_PLUS)
        spare = node->redundancy.spare;
    return n_sources > spare ? n_sources - spare : 1;
}

/* What keeps a node from running. */
static uint32_t stop_of(enum node_condition condition) {
    if (condition == CONDITION_STANDBY)
        return PRESENT_STANDBY;
    return condition == CONDITION_OPEN || condition == CONDITION_OUT ? PRESENT_BLOCKED : 0;
}

static uint32_t flags_of(const struct topology *topology, uint32_t number, enum node_condition condition) {
    const struct power_node *node = &topology->power->nodes[number];
    uint32_t flags = 0;
    if (!topology_conducts(node, condition)) /* what cools is fed whether it runs or not */
        flags |= stop_of(condition);
    if (condition == CONDITION_ON_BATTERY)
        flags |= PRESENT_ON_BATTERY;
    if (has_battery(topology, number, condition))
        flags |= PRESENT_HOLDS;
    if (topology_is_storage(node->kind))
        flags |= PRESENT_IS_BATTERY;
    if (node->on_loss == POWER_STEPS_DOWN)
        flags |= PRESENT_STEPS_DOWN;
    flags |= behaviour_of(topology, number, condition);
    bool is_of_cooling = node->kind == POWER_HEADER || node->n_sources == 0;
    if (node->redundancy.rule != REDUNDANCY_NONE && !is_of_cooling)
        flags |= PRESENT_HAS_RULE;
    if (node->redundancy.rule == REDUNDANCY_2N)
        flags |= PRESENT_OF_PATH;
    return flags;
}

void contingency_prepare_node(const struct contingency *contingency, uint32_t number,
                              struct present_node *present) {
    const struct contingency_input *input = contingency->input;
    const struct power_node *node = &contingency->topology->power->nodes[number];
    double volts[PHASES];
    *present = (struct present_node){.supply = input->supply[number]};
    enum node_condition condition = topology_condition(node, &input->present[number]);
    present->flags = flags_of(contingency->topology, number, condition);
    present->allowed = allowed_of(contingency->topology, number, condition);
    present->n_needed = (uint8_t)needed_of(node, contingency->topology->sources[number].n);
    phase_volts(node, &input->sums[number], contingency->volts[number], volts);
    find_load(node, &input->loads[number], volts, present);
    find_limit(node, &input->usable[number], volts, present);
    for (int i = 0; i < PHASES; i++)
        present->volts[i] = volts[i];
    uint32_t out = input->present[number].units_out;
    present->units = node->units > out ? node->units - out : 0;
}

void contingency_prepare_cooler(const struct contingency *contingency, uint32_t number,
                                struct present_node *present) {
    const struct contingency_input *input = contingency->input;
    const struct power_node *node = &contingency->topology->power->nodes[number];
    const struct present_node *power = &contingency->power.present[number];
    const struct usable *usable = &input->usable[number];
    bool is_of_cooling = node->kind == POWER_HEADER || node->n_sources == 0;
    *present = (struct present_node){.supply = SUPPLY_DEAD,
                                     .capacity = (double)INFINITY,
                                     .units = power->units,
                                     .allowed = UINT64_MAX,
                                     .flags = PRESENT_PARALLEL | (power->flags & PRESENT_OF_PATH)};
    present->flags |= stop_of(topology_condition(node, &input->present[number]));
    if (!(present->flags & PRESENT_STANDBY) && node->n_sources > 0 && power->supply == SUPPLY_DEAD)
        present->flags |= PRESENT_BLOCKED;
    if (node->redundancy.rule != REDUNDANCY_NONE && is_of_cooling)
        present->flags |= PRESENT_HAS_RULE;
    if (!power_kind_cools(node->kind) || !(usable->watts > 0) || !isfinite(usable->watts))
        return;
    present->capacity = usable->watts;
    present->inverse.of[FLOW_W] = 1 / usable->watts;
    present->flags |= PRESENT_RATED;
}
