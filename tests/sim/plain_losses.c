/* SPDX-License-Identifier: Apache-2.0 */
/* Losses: how much each node carries after them, and what exceeds. */
#include "tests/sim/plain_losses.h"

#include <math.h>
#include <string.h>

static const struct power_node *node_of(const struct plain *plain, uint32_t node) {
    return &plain->input->topology->power->nodes[node];
}

/* What is left of the usable capacity of a node: rule 19. */
static double part_left(const struct plain *plain, const struct plain_loss *loss, uint32_t node) {
    double units = (double)node_of(plain, node)->units - plain->input->present[node].units_out;
    return loss->unit[node] && units > 0 ? (units - 1) / units : 1;
}

/* Rule 16: shares of the links taken; rule 15 is for those who take as before. */
static void share_out(const struct plain *plain, const struct plain_loss *loss, uint32_t node,
                      double shares[POWER_SOURCES_MOST]) {
    const struct topology *topology = plain->input->topology;
    struct edge_run run = topology->sources[node];
    bool parallel = node_of(plain, node)->behaviour == POWER_PARALLEL || plain_has_modules(topology, node);
    double sum = 0, n = 0;
    for (uint32_t i = 0; i < run.n; i++) {
        if (!loss->taken[run.first + i])
            continue;
        uint32_t from = topology->edges[run.first + i].from;
        n++;
        sum += plain->capacity[from] * part_left(plain, loss, from);
    }
    parallel = parallel && isfinite(sum) && sum > 0;
    for (uint32_t i = 0; i < run.n; i++) {
        uint32_t from = topology->edges[run.first + i].from;
        shares[i] = !loss->taken[run.first + i] ? 0
                    : parallel                  ? plain->capacity[from] * part_left(plain, loss, from) / sum
                                                : 1 / n;
    }
}

static void add_to_source(const struct plain *plain, struct plain_loss *loss, uint32_t edge,
                          const double *change) {
    const struct edge *link = &plain->input->topology->edges[edge];
    double part[FIGURES];
    plain_to_source(plain->input->topology, link, change, part);
    for (int k = 0; k < FIGURES; k++)
        loss->change[link->from][k] += part[k];
}

/* Rules 14 to 16: `more`: what the node takes more. */
static void move(const struct plain *plain, struct plain_loss *loss, uint32_t node, const double *more) {
    const struct topology *topology = plain->input->topology;
    struct edge_run run = topology->sources[node];
    bool same = true, takes = false, flows = false, a_unit = false;
    double all[FIGURES] = {0}, present_va = 0, carries = 0, shares[POWER_SOURCES_MOST];
    for (uint32_t i = run.first; i < run.first + run.n; i++) {
        const struct plain_flow *flow = &plain->flow[i];
        bool before = plain->input->carries[i] > 0;
        same = same && before == loss->taken[i];
        takes = takes || loss->taken[i];
        a_unit = a_unit || (loss->taken[i] && loss->unit[topology->edges[i].from]);
        flows = flows || flow->known;
        for (int k = 0; k < FIGURES && flow->known; k++)
            all[k] += flow->of[k];
        present_va += flow->known ? flow->of[F_VA] : 0;
        carries += (double)plain->input->carries[i];
    }
    bool parallel = node_of(plain, node)->behaviour == POWER_PARALLEL || plain_has_modules(topology, node);
    share_out(plain, loss, node, shares);
    bool again = takes && (!same || (parallel && a_unit));
    for (int k = 0; k < FIGURES; k++)
        all[k] = fmax(0, (flows ? all[k] : plain->load[node].of[k]) + more[k]);
    for (uint32_t i = run.first; i < run.first + run.n; i++) {
        const struct plain_flow *flow = &plain->flow[i];
        double change[FIGURES];
        for (int k = 0; k < FIGURES; k++) {
            double was = flow->known ? flow->of[k] : 0;
            double share = present_va > 0 ? (flow->known ? flow->of[F_VA] : 0) / present_va
                           : carries > 0  ? (double)plain->input->carries[i]
                                          : 0;
            change[k] = !takes ? -was : again ? all[k] * shares[i - run.first] - was : more[k] * share;
        }
        add_to_source(plain, loss, i, change);
    }
    if (again && !same && (flows ? false : !plain->load[node].known || plain->load[node].bound))
        loss->result.is_lower_bound = true;
}

/* Rule 17: what it goes on without. */
static void step_down(const struct plain *plain, const struct plain_loss *loss, uint32_t number,
                      double *change) {
    const struct power_node *node = node_of(plain, number);
    const struct topology *topology = plain->input->topology;
    struct edge_run run = topology->sources[number];
    uint32_t spare = node->redundancy.rule == REDUNDANCY_N_PLUS ? node->redundancy.spare
                     : node->redundancy.rule == REDUNDANCY_2N   ? run.n / 2
                                                                : 0;
    uint32_t needs = spare < run.n ? run.n - spare : 1, before = 0, now = 0;
    for (uint32_t i = run.first; i < run.first + run.n; i++) {
        before += plain->input->carries[i] > 0;
        now += loss->taken[i];
    }
    if (node->on_loss != POWER_STEPS_DOWN || now >= needs || now == 0 || before < needs ||
        !plain->load[number].known)
        return;
    double own[FIGURES];
    memcpy(own, plain->load[number].of, sizeof(own));
    for (uint32_t i = 0; i < topology->n_edges; i++) {
        double part[FIGURES];
        if (topology->edges[i].from != number || !plain->flow[i].known)
            continue;
        plain_to_source(topology, &topology->edges[i], plain->flow[i].of, part);
        for (int k = 0; k < FIGURES; k++)
            own[k] -= part[k];
    }
    for (int k = 0; k < FIGURES; k++)
        change[k] -= (1 - node->step_down) * fmax(0, own[k]);
}

/* Rule 18. */
static void recharge(const struct plain *plain, const struct plain_loss *loss, uint32_t number,
                     double *more) {
    const struct power_node *node = node_of(plain, number);
    bool held = loss->own_at_once[number] && !loss->own_before[number];
    if (!held || loss->after[number] != SUPPLY_LIVE)
        return;
    double capacity = plain->capacity[number];
    if (!isfinite(capacity))
        capacity = plain->load[number].of[F_VA];
    int n = node->phases == 3 ? 3 : 1;
    more[F_WATTS] += CONTINGENCY_RECHARGE * capacity;
    more[F_VA] += CONTINGENCY_RECHARGE * capacity;
    for (int i = 0; i < n; i++)
        more[F_L1 + i] += CONTINGENCY_RECHARGE * capacity / n;
}

/* Rules 13 to 19, what is fed first. */
static void carry(const struct plain *plain, struct plain_loss *loss) {
    for (uint32_t n = plain->input->topology->n_nodes; n-- > 0;) {
        double more[FIGURES];
        double *change = loss->change[n];
        const double *was = plain->load[n].of;
        step_down(plain, loss, n, change);
        for (int k = 0; k < FIGURES; k++) {
            if (loss->after[n] == SUPPLY_DEAD)
                change[k] = -was[k];
            else if (plain->load[n].known && was[k] + change[k] < 0)
                change[k] = -was[k];
        }
        memcpy(more, change, sizeof(more));
        recharge(plain, loss, n, more);
        move(plain, loss, n, more);
    }
}

/* HEAT after the loss. */
static void carry_heat(const struct plain *plain, struct plain_loss *loss) {
    const struct topology *topology = plain->input->topology;
    plain_settle_heat(plain, loss->after, loss, loss->alive, loss->runs, loss->pipe_taken);
    for (uint32_t n = topology->n_nodes; n-- > 0;) {
        struct edge_run run = topology->coolers[n];
        double was = plain->heat[n].known ? plain->heat[n].of[F_WATTS] : 0;
        double sums[2] = {0}, counts[2] = {0};
        if (topology->cooled[n].n == 0)
            loss->heat_change[n] =
                loss->alive[n] || (!loss->lost[n] && loss->after[n] != SUPPLY_DEAD) ? 0 : -was;
        double now = fmax(0, was + loss->heat_change[n]);
        for (int after = 0; after < 2; after++)
            for (uint32_t i = run.first; i < run.first + run.n; i++) {
                uint32_t from = topology->pipes[i].from;
                if (!(after ? loss->pipe_taken[i] : plain->pipe_taken[i]))
                    continue;
                counts[after]++;
                sums[after] += plain->input->usable[from].watts * (after ? part_left(plain, loss, from) : 1);
            }
        for (uint32_t i = run.first; i < run.first + run.n; i++)
            for (int after = 0; after < 2; after++) {
                uint32_t from = topology->pipes[i].from;
                double watts = plain->input->usable[from].watts * (after ? part_left(plain, loss, from) : 1);
                double share =
                    isfinite(sums[after]) && sums[after] > 0 ? watts / sums[after] : 1 / counts[after];
                if (after ? loss->pipe_taken[i] : plain->pipe_taken[i])
                    loss->heat_change[from] += after ? now * share : -was * share;
            }
        if (counts[0] > 0 && counts[1] < 1 && topology->cooled[n].n == 0 && loss->after[n] != SUPPLY_DEAD &&
            !loss->lost[n]) {
            loss->result.n_uncooled++;
            loss->result.uncooled_watts += was;
        }
    }
}

/* Rules 20 and 21, of one node: of its electricity, or of its heat. */
static double judge(const struct plain *plain, struct plain_loss *loss, uint32_t n, bool heat) {
    const struct plain_flow *load = heat ? &plain->heat[n] : &plain->load[n];
    struct contingency_result *result = &loss->result;
    double change[FIGURES] = {loss->heat_change[n]}, spare = 0;
    struct plain_flow after = *load;
    if (heat ? !loss->alive[n] : loss->after[n] == SUPPLY_DEAD)
        return 0;
    if (!heat)
        memcpy(change, loss->change[n], sizeof(change));
    bool more = loss->unit[n];
    for (int k = 0; k < FIGURES; k++) {
        after.of[k] = fmax(0, load->of[k] + change[k]);
        more = more || change[k] > 1e-6 + 1e-9 * load->of[k];
    }
    double ratio = plain_ratio(plain, n, &after, heat, part_left(plain, loss, n), &spare);
    if (ratio < 0)
        return 0;
    loss->unsure[heat][n] = !load->known || load->bound;
    loss->ratios[heat][n] = ratio;
    if (more) {
        loss->judged[n] = true;
        result->n_exceeded += ratio > 1 + 1e-9;
    }
    if (more && (result->worst == POWER_NO_NODE || 1 - ratio < result->worst_headroom)) {
        result->worst = n;
        result->worst_headroom = 1 - ratio;
        double watts = after.of[F_WATTS];
        result->worst_watts = ratio > 0 && watts > 1e-6 ? watts * (1 / ratio - 1) : spare;
        result->first = ratio > 1 + 1e-9 ? n : POWER_NO_NODE;
        result->first_ratio = ratio;
    }
    return load->known || ratio > 1 + 1e-9 ? ratio : (double)NAN;
}

/* Rules 10 to 12. */
static void count(const struct plain *plain, struct plain_loss *loss) {
    const struct topology *topology = plain->input->topology;
    struct contingency_result *result = &loss->result;
    for (uint32_t n = 0; n < topology->n_nodes; n++) {
        uint8_t before = plain->input->supply[n];
        struct edge_run run = topology->sources[n];
        if (loss->at_once[n] == SUPPLY_BATTERY && before != SUPPLY_BATTERY) {
            result->n_on_battery++;
            if (loss->own_at_once[n] && node_of(plain, n)->autonomy_ms > 0)
                result->battery_s = fmin(result->battery_s, (double)node_of(plain, n)->autonomy_ms / 1000);
            for (uint32_t i = run.first; i < run.first + run.n; i++) {
                const struct power_node *source = node_of(plain, topology->edges[i].from);
                if (loss->taken_at_once[i] && topology_is_storage(source->kind) && source->autonomy_ms > 0)
                    result->battery_s = fmin(result->battery_s, (double)source->autonomy_ms / 1000);
            }
        }
        result->n_interrupted += before != SUPPLY_DEAD && !loss->lost[n] && loss->at_once[n] == SUPPLY_DEAD &&
                                 loss->after[n] != SUPPLY_DEAD;
        if (loss->started[n])
            result->start_s = fmax(result->start_s, (double)node_of(plain, n)->start_ms / 1000);
        if (topology->fed[n].n == 0 && before != SUPPLY_DEAD && loss->after[n] == SUPPLY_DEAD &&
            !loss->lost[n]) {
            result->n_dropped++;
            result->dropped_watts += plain->load[n].of[F_WATTS];
        }
    }
}

void plain_lose(const struct plain *plain, const uint32_t *lost, size_t n_lost, struct plain_loss *loss) {
    memset(loss, 0, sizeof(*loss));
    loss->result = (struct contingency_result){
        .first = POWER_NO_NODE, .worst = POWER_NO_NODE, .battery_s = (double)NAN, .start_s = (double)NAN};
    for (size_t i = 0; i < n_lost; i++) {
        uint32_t node = lost[i] & ~CONTINGENCY_ONE_UNIT;
        bool several = node_of(plain, node)->units > 1 + plain->input->present[node].units_out;
        *((lost[i] & CONTINGENCY_ONE_UNIT) && several ? &loss->unit[node] : &loss->lost[node]) = true;
    }
    plain_settle(plain, loss);
    carry(plain, loss);
    carry_heat(plain, loss);
    count(plain, loss);
    for (uint32_t i = 0; i < plain->input->topology->n_nodes; i++) {
        double power = judge(plain, loss, i, false), heat = judge(plain, loss, i, true);
        loss->ratio[i] = isnan(power) || isnan(heat) ? (double)NAN : fmax(power, heat);
    }
}
