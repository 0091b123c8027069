/* SPDX-License-Identifier: Apache-2.0 */
/* The present state: loads, voltages, what flows over each link. */
#include "tests/sim/plain_losses.h"

#include <math.h>
#include <string.h>

static const struct power_node *node_of(const struct plain *plain, uint32_t node) {
    return &plain->input->topology->power->nodes[node];
}

bool plain_is_cooler(const struct topology *topology, uint32_t node) {
    enum power_kind kind = topology->power->nodes[node].kind;
    return kind == POWER_CHILLER || kind == POWER_HEADER || kind == POWER_CDU || kind == POWER_AIR_UNIT;
}

/* Rule 6, upwards. */
void plain_to_source(const struct topology *topology, const struct edge *edge, const double *fed,
                     double *out) {
    const struct power_node *from = &topology->power->nodes[edge->from];
    const struct power_node *to = &topology->power->nodes[edge->to];
    memset(out, 0, FIGURES * sizeof(*out));
    out[F_WATTS] = fed[F_WATTS];
    out[F_VA] = fed[F_VA];
    if (from->phases != 3) {
        out[F_L1] = fed[F_L1] + fed[F_L1 + 1] + fed[F_L1 + 2];
    } else if (to->phases == 3) {
        for (int i = 0; i < PHASES; i++)
            out[F_L1 + edge->phase[i]] += fed[F_L1 + i];
    } else if (to->phases == 0) {
        for (int i = 0; i < PHASES; i++)
            out[F_L1 + i] = fed[F_L1] / 3;
    } else if (to->line_to_line) {
        out[F_L1 + edge->phase[0]] = out[F_L1 + (edge->phase[0] + 1) % 3] = fed[F_L1] / sqrt(3);
    } else {
        out[F_L1 + edge->phase[0]] = fed[F_L1];
    }
}

/* Rule 6, downwards: all of the source's load, or of a part of it, as the fed node has it. */
static void to_fed(const struct topology *topology, const struct edge *edge, const double *source,
                   double *out) {
    const struct power_node *from = &topology->power->nodes[edge->from];
    const struct power_node *to = &topology->power->nodes[edge->to];
    memset(out, 0, FIGURES * sizeof(*out));
    out[F_WATTS] = source[F_WATTS];
    out[F_VA] = source[F_VA];
    if (to->phases == 0)
        out[F_L1] = source[F_L1] + source[F_L1 + 1] + source[F_L1 + 2];
    else if (to->phases == 1)
        out[F_L1] = source[F_L1 + (from->phases == 3 ? edge->phase[0] : 0)] *
                    (to->line_to_line && from->phases == 3 ? sqrt(3) : 1);
    else
        for (int i = 0; i < PHASES; i++)
            out[F_L1 + i] = from->phases == 3 ? source[F_L1 + edge->phase[i]] : source[F_L1] / 3;
}

/* Rule 2: between phases of three-phase nodes; 0: none. */
static double nominal(const struct plain *plain, uint32_t number) {
    const struct power_node *node = node_of(plain, number);
    if (node->rating.volts > 0)
        return node->rating.volts;
    for (size_t i = 0; i < node->n_sources; i++) {
        const struct power_node *source = node_of(plain, node->sources[i].node);
        double volts = nominal(plain, node->sources[i].node);
        if (volts <= 0 || source->kind == POWER_TRANSFORMER || (source->phases == 0) != (node->phases == 0))
            continue;
        if (source->phases == 3 && node->phases != 3)
            return node->line_to_line ? volts : volts / sqrt(3);
        return source->phases != 3 && node->phases == 3 ? volts * sqrt(3) : volts;
    }
    return 0;
}

/* Rules 1 and 2. */
static void read_load(struct plain *plain, uint32_t number) {
    const struct power_node *node = node_of(plain, number);
    const struct node_load *read = &plain->input->loads[number];
    const struct node_sum *sum = &plain->input->sums[number];
    struct plain_flow *load = &plain->load[number];
    int n = node->phases == 3 ? 3 : 1;
    double *volts = plain->volts[number];
    double normal = nominal(plain, number) / (n == 3 ? sqrt(3) : 1), amperes = 0, phases = 0;
    bool has_volts = true;
    for (int i = 0; i < n; i++) {
        volts[i] = normal;
        bool between = node->phases == 1 && node->line_to_line;
        if ((sum->flags & SUM_HAS_VOLTS) && !between && fabs(sum->phase_volts[i]) >= 1 &&
            fabs(sum->phase_volts[i]) >= normal / 2)
            volts[i] = fabs(sum->phase_volts[i]);
        has_volts = has_volts && volts[i] > 0;
        amperes += fabs(read->phase_amperes[i]);
        phases += fabs(read->phase_amperes[i]) * volts[i];
    }
    bool by_phase = !isnan(amperes) && has_volts;
    double va = fabs(read->voltamperes);
    if (isnan(va))
        va = by_phase ? phases : fabs(read->watts);
    load->known = !isnan(va);
    load->bound = load->known && read->is_lower_bound;
    for (int i = 0; i < n && !has_volts && load->known && amperes > 0; i++)
        if (volts[i] <= 0)
            volts[i] = va / amperes;
    by_phase = !isnan(amperes) && volts[0] > 0 && (n == 1 || (volts[1] > 0 && volts[2] > 0));
    if (!load->known)
        return;
    load->of[F_WATTS] = isnan(read->watts) ? va : fabs(read->watts);
    load->of[F_VA] = va;
    for (int i = 0; i < n; i++)
        load->of[F_L1 + i] = by_phase ? fabs(read->phase_amperes[i]) * volts[i] : va / n;
}

static unsigned carrying_from(const struct contingency_input *input, uint32_t node) {
    unsigned n = 0;
    for (uint32_t i = 0; i < input->topology->n_edges; i++)
        n += input->topology->edges[i].from == node && input->carries[i] > 0;
    return n;
}

/* Rule 4 a to c, of the links over which `node` takes; `own`: whose load is known not only by 5. */
static void flows_by_load(struct plain *plain, uint32_t node, const bool *own) {
    const struct contingency_input *input = plain->input;
    struct edge_run run = input->topology->sources[node];
    struct plain_flow rest = plain->load[node];
    unsigned n = 0;
    double carries = 0;
    for (uint32_t i = run.first; i < run.first + run.n; i++)
        n += input->carries[i] > 0;
    for (uint32_t i = run.first; i < run.first + run.n; i++) {
        const struct edge *edge = &input->topology->edges[i];
        if (!(input->carries[i] > 0))
            continue;
        if (!(n == 1 && rest.known) && own[edge->from] && carrying_from(input, edge->from) == 1) {
            const struct plain_flow *source = &plain->load[edge->from];
            to_fed(input->topology, edge, source->of, plain->flow[i].of);
            plain->flow[i].known = true;
            plain->flow[i].bound = source->bound;
            for (int k = 0; k < FIGURES; k++)
                rest.of[k] -= plain->flow[i].of[k];
        } else {
            carries += (double)input->carries[i];
        }
    }
    for (uint32_t i = run.first; i < run.first + run.n && rest.known; i++)
        if (input->carries[i] > 0 && !plain->flow[i].known) {
            plain->flow[i] = rest;
            for (int k = 0; k < FIGURES; k++)
                plain->flow[i].of[k] = fmax(0, rest.of[k]) * (double)input->carries[i] / carries;
        }
}

/* What `node` feeds, in its own phases; `missing`: of how many links nothing is known. */
static struct plain_flow fed_sum(const struct plain *plain, uint32_t node, unsigned *missing) {
    const struct contingency_input *input = plain->input;
    struct plain_flow sum = {.known = true};
    *missing = 0;
    for (uint32_t i = 0; i < input->topology->n_edges; i++) {
        double part[FIGURES];
        if (input->topology->edges[i].from != node || !(input->carries[i] > 0))
            continue;
        if (!plain->flow[i].known) {
            ++*missing;
            continue;
        }
        plain_to_source(input->topology, &input->topology->edges[i], plain->flow[i].of, part);
        for (int k = 0; k < FIGURES; k++)
            sum.of[k] += part[k];
        sum.bound = sum.bound || plain->flow[i].bound;
    }
    return sum;
}

/* Rule 5, what it takes; then rule 4 d for what it feeds. */
static void flows_by_source(struct plain *plain, uint32_t node) {
    const struct contingency_input *input = plain->input;
    const struct topology *topology = input->topology;
    struct plain_flow *load = &plain->load[node];
    if (!load->known) {
        struct edge_run run = topology->sources[node];
        bool missing = false, bound = false;
        for (uint32_t i = run.first; i < run.first + run.n; i++) {
            if (!(input->carries[i] > 0))
                continue;
            missing = missing || !plain->flow[i].known;
            bound = bound || plain->flow[i].bound;
            load->known = load->known || plain->flow[i].known;
            for (int k = 0; k < FIGURES; k++)
                load->of[k] += plain->flow[i].of[k];
        }
        bool estimated = false;
        for (uint32_t i = run.first; i < run.first + run.n; i++)
            estimated = estimated || plain->estimated[i];
        load->known = load->known && (!(missing || estimated) || load->of[F_VA] > 0);
        load->bound = load->known && (missing || bound);
        for (int k = 0; k < FIGURES && !load->known; k++)
            load->of[k] = 0;
    }
    unsigned missing;
    struct plain_flow sum = fed_sum(plain, node, &missing);
    for (uint32_t i = 0; i < topology->n_edges && load->of[F_VA] > 0; i++) {
        double rest[FIGURES];
        if (topology->edges[i].from != node || !(input->carries[i] > 0) || plain->flow[i].known)
            continue;
        for (int k = 0; k < FIGURES; k++)
            rest[k] = fmax(0, load->of[k] - sum.of[k]) / missing;
        to_fed(topology, &topology->edges[i], rest, plain->flow[i].of);
        plain->flow[i].known = plain->flow[i].bound = plain->estimated[i] = true;
    }
}

static bool makes_heat(const struct plain *plain, uint32_t node) {
    enum node_condition condition = topology_condition(node_of(plain, node), &plain->input->present[node]);
    return condition != CONDITION_OPEN && condition != CONDITION_OUT &&
           plain->input->supply[node] != SUPPLY_DEAD;
}

/* HEAT at present. */
static void present_heat(struct plain *plain) {
    const struct topology *topology = plain->input->topology;
    static const struct plain_loss nothing;
    plain_settle_heat(plain, plain->input->supply, &nothing, plain->alive, plain->runs, plain->pipe_taken);
    for (uint32_t n = topology->n_nodes; n-- > 0;) {
        struct plain_flow *heat = &plain->heat[n];
        double sum = 0, count = 0;
        bool all = true;
        struct edge_run run = topology->coolers[n];
        if (topology->cooled[n].n == 0)
            *heat = makes_heat(plain, n) ? plain->load[n] : (struct plain_flow){0};
        else if (heat->bound && !heat->known)
            heat->known = false;
        else
            heat->known = true;
        for (uint32_t i = run.first; i < run.first + run.n; i++)
            if (plain->pipe_taken[i]) {
                double watts = plain->input->usable[topology->pipes[i].from].watts;
                count++;
                all = all && isfinite(watts);
                sum += watts;
            }
        for (uint32_t i = run.first; i < run.first + run.n; i++)
            if (plain->pipe_taken[i]) {
                uint32_t from = topology->pipes[i].from;
                double share = all && sum > 0 ? plain->input->usable[from].watts / sum : 1 / count;
                plain->heat[from].bound = plain->heat[from].bound || heat->bound || !heat->known;
                plain->heat[from].known = plain->heat[from].known || heat->known;
                plain->heat[from].of[F_WATTS] += heat->known ? share * heat->of[F_WATTS] : 0;
            }
    }
}

double plain_ratio(const struct plain *plain, uint32_t number, const struct plain_flow *load, bool heat,
                   double part, double *spare_watts) {
    const struct topology *topology = plain->input->topology;
    const struct power_node *node = node_of(plain, number);
    const struct usable *usable = &plain->input->usable[number];
    const double *volts = plain->volts[number];
    bool cools = plain_is_cooler(topology, number), has_amperes = isfinite(usable->amperes);
    bool has_pipes = topology->coolers[number].n + topology->cooled[number].n > 0;
    int n = node->phases == 3 ? 3 : 1;
    double limits[FIGURES], highest = -1;
    for (int i = 0; i < FIGURES; i++)
        limits[i] = (double)INFINITY;
    for (int i = 0; i < n; i++)
        has_amperes = has_amperes && volts[i] > 0;
    if (heat == cools && (!heat || has_pipes))
        limits[F_WATTS] = usable->watts;
    if (!heat && (node->rating.voltamperes > 0 || !has_amperes))
        limits[F_VA] = usable->voltamperes;
    for (int i = 0; i < n && has_amperes && !heat; i++)
        limits[F_L1 + i] = usable->amperes * volts[i];
    for (int i = 0; i < FIGURES; i++)
        if (isfinite(limits[i]) && load->of[i] / (limits[i] * part) > highest) {
            highest = load->of[i] / (limits[i] * part);
            *spare_watts = limits[i] * part - load->of[i];
        }
    return highest;
}

/* NAN: unknown; 0: not rated. */
static double present_ratio(const struct plain *plain, uint32_t node, bool heat) {
    const struct plain_flow *load = heat ? &plain->heat[node] : &plain->load[node];
    double spare, ratio = plain_ratio(plain, node, load, heat, 1, &spare);
    return ratio < 0 ? 0 : load->known ? ratio : (double)NAN;
}

void plain_present(struct plain *plain, const struct contingency_input *input) {
    const struct topology *topology = input->topology;
    bool own[PLAIN_NODES];
    memset(plain, 0, sizeof(*plain));
    plain->input = input;
    for (uint32_t i = 0; i < topology->n_nodes; i++) {
        read_load(plain, i);
        own[i] = plain->load[i].known;
        plain->capacity[i] = isfinite(input->usable[i].watts) && !plain_is_cooler(topology, i)
                                 ? input->usable[i].watts
                                 : input->usable[i].voltamperes;
    }
    for (uint32_t i = topology->n_nodes; i-- > 0;) {
        unsigned missing = 0;
        if (!plain->load[i].known && topology->fed[i].n > 0) {
            struct plain_flow sum = fed_sum(plain, i, &missing);
            if (missing == 0)
                plain->load[i] = sum;
        }
        flows_by_load(plain, i, own);
    }
    for (uint32_t i = 0; i < topology->n_nodes; i++)
        flows_by_source(plain, i);
    present_heat(plain);
    for (uint32_t i = 0; i < topology->n_nodes; i++) {
        double power = present_ratio(plain, i, false), heat = present_ratio(plain, i, true);
        plain->ratio[i] = isnan(power) || isnan(heat) ? (double)NAN : fmax(power, heat);
    }
}
