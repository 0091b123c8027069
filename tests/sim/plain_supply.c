/* SPDX-License-Identifier: Apache-2.0 */
/* Who is still fed, and cooled, after a loss; and whether a supply is redundant. */
#include "tests/sim/plain_losses.h"

#include <math.h>
#include <string.h>

static const struct power_node *node_of(const struct plain *plain, uint32_t node) {
    return &plain->input->topology->power->nodes[node];
}

static enum node_condition condition_of(const struct plain *plain, uint32_t node) {
    return topology_condition(node_of(plain, node), &plain->input->present[node]);
}

bool plain_has_modules(const struct topology *topology, uint32_t node) {
    const struct power_node *nodes = topology->power->nodes;
    for (size_t i = 0; nodes[node].kind == POWER_UPS && i < nodes[node].n_sources; i++)
        if (nodes[nodes[node].sources[i].node].kind == POWER_UPS_MODULE)
            return true;
    return false;
}

static bool holds_itself(const struct plain *plain, uint32_t number) {
    const struct power_node *node = node_of(plain, number);
    if ((node->kind != POWER_UPS && node->kind != POWER_UPS_MODULE && node->kind != POWER_BBU) ||
        condition_of(plain, number) == CONDITION_BYPASS)
        return false;
    for (size_t i = 0; i < node->n_sources; i++)
        if (topology_is_storage(node_of(plain, node->sources[i].node)->kind))
            return false;
    return true;
}

/* The source of a UPS on bypass: the static bypass, else the last that is no battery. */
static uint32_t bypass_of(const struct plain *plain, uint32_t number) {
    const struct power_node *node = node_of(plain, number);
    for (uint32_t i = 0; i < node->n_sources; i++)
        if (node_of(plain, node->sources[i].node)->kind == POWER_STATIC_BYPASS)
            return i;
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < node->n_sources; i++)
        if (!topology_is_storage(node_of(plain, node->sources[i].node)->kind))
            last = i;
    return last;
}

/* Rule 8: sets `taken` of the node's links; sources are settled. */
static void take(const struct plain *plain, const uint8_t *supply, uint32_t number, bool *taken) {
    const struct power_node *node = node_of(plain, number);
    struct edge_run run = plain->input->topology->sources[number];
    enum node_condition condition = condition_of(plain, number);
    bool is_ups = node->kind == POWER_UPS;
    bool only_battery = condition == CONDITION_ON_BATTERY;
    bool any = false, from_storage = false;
    for (int storage = only_battery; storage < 2 && !any; storage++)
        for (uint32_t i = 0; i < run.n; i++) {
            uint32_t from = node->sources[i].node;
            bool on_bypass = is_ups && condition == CONDITION_BYPASS;
            taken[run.first + i] = supply[from] != SUPPLY_DEAD &&
                                   (on_bypass ? bypass_of(plain, number) == i
                                              : topology_is_storage(node_of(plain, from)->kind) == storage);
            any = any || taken[run.first + i];
            from_storage = storage == 1 && condition != CONDITION_BYPASS;
        }
    bool takes = false;
    for (uint32_t i = run.first; i < run.first + run.n; i++)
        takes = takes || plain->input->carries[i] > 0;
    for (uint32_t i = 0; i < run.n && condition == CONDITION_SELECTS && !takes; i++)
        taken[run.first + i] = taken[run.first + i] && i == plain->input->present[number].selected;
    bool one = node->kind == POWER_UPS ? !plain_has_modules(plain->input->topology, number)
                                       : node->behaviour == POWER_PREFERS || condition == CONDITION_SELECTS;
    if (!one || !any || from_storage)
        return;
    uint32_t chosen = UINT32_MAX;
    for (uint32_t i = run.first; i < run.first + run.n && chosen == UINT32_MAX; i++)
        if (taken[i] && plain->input->carries[i] > 0)
            chosen = i;
    for (uint32_t i = run.first; i < run.first + run.n; i++) {
        if (taken[i] && chosen == UINT32_MAX)
            chosen = i;
        taken[i] = i == chosen;
    }
}

/* Rules 7 to 9. */
static void settle(const struct plain *plain, const struct plain_loss *loss, uint8_t *supply, bool *taken,
                   bool *own) {
    const struct topology *topology = plain->input->topology;
    for (uint32_t n = 0; n < topology->n_nodes; n++) {
        struct edge_run run = topology->sources[n];
        enum node_condition condition = condition_of(plain, n);
        bool stands_by = condition == CONDITION_STANDBY && !loss->started[n];
        bool conducts = topology_conducts(node_of(plain, n), condition);
        own[n] = false;
        memset(taken + run.first, 0, run.n * sizeof(*taken));
        supply[n] = SUPPLY_DEAD;
        if (loss->lost[n] || (!conducts && !loss->started[n]) || (stands_by && !conducts))
            continue;
        if (run.n == 0) {
            own[n] = condition == CONDITION_ON_BATTERY && holds_itself(plain, n);
            supply[n] = own[n] ? SUPPLY_BATTERY : SUPPLY_LIVE;
            continue;
        }
        take(plain, supply, n, taken);
        bool takes = false, live = false, storage = false, had = false;
        for (uint32_t i = run.first; i < run.first + run.n; i++) {
            uint32_t from = topology->edges[i].from;
            takes = takes || taken[i];
            had = had || plain->input->carries[i] > 0;
            storage = storage || (taken[i] && topology_is_storage(node_of(plain, from)->kind));
            live = live || (taken[i] && supply[from] != SUPPLY_BATTERY &&
                            !topology_is_storage(node_of(plain, from)->kind));
        }
        bool says = condition == CONDITION_ON_BATTERY && !had;
        own[n] = (!takes && (says || holds_itself(plain, n))) || storage;
        supply[n] = live ? SUPPLY_LIVE : takes || own[n] ? SUPPLY_BATTERY : SUPPLY_DEAD;
    }
}

/* Rule 11. */
static void start_upwards(const struct plain *plain, struct plain_loss *loss, uint32_t number) {
    const struct power_node *node = node_of(plain, number);
    for (size_t i = 0; i < node->n_sources; i++) {
        uint32_t from = node->sources[i].node;
        enum node_condition condition = condition_of(plain, from);
        if (loss->at_once[from] != SUPPLY_DEAD || loss->lost[from] || condition == CONDITION_OPEN ||
            condition == CONDITION_OUT)
            continue;
        loss->started[from] = loss->started[from] || condition == CONDITION_STANDBY;
        start_upwards(plain, loss, from);
    }
}

void plain_settle(const struct plain *plain, struct plain_loss *loss) {
    const struct topology *topology = plain->input->topology;
    static const struct plain_loss nothing;
    bool taken_before[PLAIN_EDGES];
    uint8_t before[PLAIN_NODES];
    settle(plain, &nothing, before, taken_before, loss->own_before);
    settle(plain, loss, loss->at_once, loss->taken_at_once, loss->own_at_once);
    for (uint32_t n = 0; n < topology->n_nodes; n++) {
        bool died = before[n] != SUPPLY_DEAD && loss->at_once[n] == SUPPLY_DEAD && !loss->lost[n];
        if (died || (loss->own_at_once[n] && !loss->own_before[n]))
            start_upwards(plain, loss, n);
    }
    settle(plain, loss, loss->after, loss->taken, loss->own);
}

/* HEAT: which coolers run, and which of them are taken. */
void plain_settle_heat(const struct plain *plain, const uint8_t *supply, const struct plain_loss *loss,
                       bool *alive, bool *runs, bool *taken) {
    const struct topology *topology = plain->input->topology;
    bool called[PLAIN_NODES] = {false};
    for (int round = 0; round < 3; round++) /* in the second what is missed calls for what stands by */
        for (uint32_t n = 0; n < topology->n_nodes; n++) {
            struct edge_run run = topology->coolers[n];
            enum node_condition condition = condition_of(plain, n);
            bool any = run.n == 0, missed = false;
            for (uint32_t i = run.first; i < run.first + run.n; i++) {
                uint32_t from = topology->pipes[i].from;
                any = any || runs[from];
                missed = missed || (plain->pipe_taken[i] && !runs[from]);
            }
            for (uint32_t i = run.first; i < run.first + run.n; i++)
                if (missed && round == 1 && !loss->lost[n] && supply[n] != SUPPLY_DEAD)
                    called[topology->pipes[i].from] = true;
            bool on = condition == CONDITION_STANDBY
                          ? called[n]
                          : condition != CONDITION_OPEN && condition != CONDITION_OUT;
            bool was_off = plain->input->supply[n] == SUPPLY_DEAD && condition != CONDITION_STANDBY;
            alive[n] = !was_off && !loss->lost[n] && supply[n] != SUPPLY_DEAD && on && any;
            runs[n] = topology->cooled[n].n > 0 && alive[n];
            for (uint32_t i = run.first; i < run.first + run.n; i++)
                taken[i] = alive[n] && runs[topology->pipes[i].from];
        }
}

/* --- redundancy --- */

struct counted {
    unsigned live, standing_by, out, undetermined, all;
    double greatest[POWER_SOURCES_MOST]; /* what those can carry */
};

/* A node's sources, or coolers, as redundancy counts them. */
static struct counted count_sources(const struct plain *plain, const struct edge *links, struct edge_run run,
                                    bool heat) {
    struct counted counted = {.all = run.n};
    for (uint32_t i = run.first; i < run.first + run.n; i++) {
        uint32_t from = links[i].from;
        const struct power_node *node = node_of(plain, from);
        uint8_t supply = plain->input->supply[from];
        enum node_condition condition = condition_of(plain, from);
        bool live = heat ? plain->runs[from] : supply == SUPPLY_LIVE && !topology_is_storage(node->kind);
        counted.undetermined += supply == SUPPLY_UNDETERMINED;
        counted.live += live;
        counted.standing_by += !live && condition == CONDITION_STANDBY;
        if (live || condition == CONDITION_STANDBY) {
            double capacity = heat ? plain->input->usable[from].watts : plain->capacity[from];
            unsigned k = counted.live + counted.standing_by - 1;
            for (; k > 0 && counted.greatest[k - 1] < capacity; k--)
                counted.greatest[k] = counted.greatest[k - 1];
            counted.greatest[k] = capacity;
        }
    }
    return counted;
}

static bool loss_breaks(const struct plain *plain, const struct plain_loss *loss, uint32_t node, bool heat,
                        bool *unsure) {
    const struct topology *topology = plain->input->topology;
    struct edge_run run = heat ? topology->coolers[node] : topology->sources[node];
    const struct edge *links = heat ? topology->pipes : topology->edges;
    bool away = false, exceeds = false, doubtful = false;
    if (loss->after[node] == SUPPLY_DEAD && plain->input->supply[node] != SUPPLY_DEAD)
        return true;
    for (uint32_t i = run.first; i < run.first + run.n; i++) {
        uint32_t from = links[i].from;
        bool before = heat ? plain->pipe_taken[i] : plain->input->carries[i] > 0;
        bool taken = heat ? loss->pipe_taken[i] : loss->taken[i];
        away = away || (before && !taken);
        exceeds = exceeds || (taken && loss->ratios[heat][from] > 1 + 1e-9);
        doubtful = doubtful || (taken && loss->unsure[heat][from]);
    }
    *unsure = *unsure || (away && doubtful);
    return (heat && plain->alive[node] && !loss->alive[node]) || (away && exceeds);
}

enum redundancy_state plain_redundancy(const struct plain *plain, const struct plain_loss *losses,
                                       uint32_t number) {
    const struct topology *topology = plain->input->topology;
    const struct power_node *node = node_of(plain, number);
    if (node->redundancy.rule == REDUNDANCY_NONE)
        return REDUNDANCY_NOT_ASKED;
    bool plus = node->redundancy.rule == REDUNDANCY_N_PLUS;
    uint32_t k = plus ? node->redundancy.spare : 1;
    bool heat = (node->kind == POWER_HEADER || node->n_sources == 0) &&
                topology->coolers[number].n + topology->cooled[number].n > 0;
    const struct edge *links = heat ? topology->pipes : topology->edges;
    struct edge_run run = heat ? topology->coolers[number] : topology->sources[number];
    struct counted counted = count_sources(plain, links, run, heat);
    bool lost = heat ? !plain->alive[number] : plain->input->supply[number] == SUPPLY_DEAD,
         unsure = counted.undetermined > 0;
    enum node_condition condition = condition_of(plain, number);
    bool blocked = condition == CONDITION_OPEN || condition == CONDITION_OUT;
    lost = lost && (blocked || !(counted.all > 0 && counted.standing_by == counted.all));
    const struct plain_flow *load = heat ? &plain->heat[number] : &plain->load[number];
    if (plus && node->units > 1) {
        uint32_t units = node->units - plain->input->present[number].units_out;
        lost = lost || units <= k;
        unsure = false;
        for (int of_heat = 0; of_heat < 2; of_heat++) {
            const struct plain_flow *carried = of_heat ? &plain->heat[number] : &plain->load[number];
            double spare, ratio = plain_ratio(plain, number, carried, of_heat, 1, &spare);
            lost = lost || (carried->known && units > k && ratio * units / (units - k) > 1 + 1e-9);
            unsure = unsure || (ratio >= 0 && (!carried->known || carried->bound));
        }
    } else {
        lost = lost || counted.live + counted.standing_by < k + 1;
        if (k > 1) {
            double rest = 0;
            for (uint32_t i = k; i < counted.live + counted.standing_by; i++)
                rest += counted.greatest[i];
            lost = lost || load->of[heat ? F_WATTS : F_VA] > rest * (1 + 1e-9);
            unsure = unsure || !load->known || load->bound;
        }
        for (uint32_t i = 0; i < topology->n_nodes; i++) {
            bool is_source = false;
            for (uint32_t e = run.first; e < run.first + run.n; e++)
                is_source = is_source || links[e].from == i;
            if (i != number && (is_source || !plus))
                lost = loss_breaks(plain, &losses[i], number, heat, &unsure) || lost;
        }
    }
    return lost ? REDUNDANCY_LOST : unsure ? REDUNDANCY_UNKNOWN : REDUNDANCY_KEPT;
}
