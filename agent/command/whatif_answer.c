/* SPDX-License-Identifier: Apache-2.0 */
/* Loses, and then loses once more from there: what redundancy is left. */
#include "command/whatif_answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "judge/without_out.h"

static struct contingency_input input_of(const struct judged *judged) {
    return (struct contingency_input){.topology = judged->topology,
                                      .present = judged->present,
                                      .supply = judged->supply,
                                      .carries = judged->carries,
                                      .sums = judged->sums,
                                      .loads = judged->loads,
                                      .usable = judged->usable};
}

/* The state after the losses, as if it had been measured. */
struct later {
    struct node_present *present;
    struct node_load *loads;
    struct usable *usable;
    uint8_t *supply;
    float *carries;
};

static void *copy(const void *from, size_t n, size_t size) {
    void *to = calloc(n + 1, size);
    if (to && from)
        memcpy(to, from, n * size);
    return to;
}

static bool later_init(struct later *later, const struct contingency_input *now) {
    size_t n = now->topology->n_nodes;
    *later = (struct later){.present = copy(now->present, n, sizeof(*later->present)),
                            .loads = copy(now->loads, n, sizeof(*later->loads)),
                            .usable = copy(now->usable, n, sizeof(*later->usable)),
                            .supply = copy(NULL, n, sizeof(*later->supply)),
                            .carries = copy(NULL, now->topology->n_edges, sizeof(*later->carries))};
    return later->present && later->loads && later->usable && later->supply && later->carries;
}

static void later_done(struct later *later) {
    free(later->present);
    free(later->loads);
    free(later->usable);
    free(later->supply);
    free(later->carries);
}

static bool is_lost(const struct whatif_answer *answer, uint32_t node) {
    for (size_t i = 0; i < answer->n_lost; i++)
        if (answer->lost[i] == node)
            return true;
    return false;
}

/* What had its redundancy and has it no more. */
static int find_redundancy(struct whatif_answer *answer, const struct contingency *now) {
    const struct judged *judged = answer->judged;
    struct contingency *then = contingency_new(judged->topology);
    struct later later;
    bool is_there = later_init(&later, answer->now) && then;
    if (is_there) {
        struct contingency_input input = *answer->now;
        contingency_write_after(now, later.present, later.loads, later.supply, later.carries);
        input.present = later.present;
        input.loads = later.loads;
        input.usable = later.usable;
        input.supply = later.supply;
        input.carries = later.carries;
        for (uint32_t i = 0; i < judged->topology->n_nodes; i++)
            later.usable[i] = usable_of(&judged->power->nodes[i], &later.present[i]);
        contingency_pass(then, &input);
    }
    for (uint32_t i = 0; is_there && i < judged->topology->n_nodes; i++)
        answer->loses_redundancy[i] = !is_lost(answer, i) &&
                                      contingency_redundancy(now, i) == REDUNDANCY_KEPT &&
                                      contingency_redundancy(then, i) == REDUNDANCY_LOST;
    later_done(&later);
    contingency_free(then);
    return is_there ? 0 : ERROR_MEMORY;
}

/* From an unknown past: when the first that exceeds would trip. */
static struct trip_time find_trip(const struct whatif_answer *answer, const struct contingency *contingency) {
    uint32_t first = answer->result.first;
    struct trip_time time = {(double)NAN, (double)NAN, 0};
    struct trip_heat heat = {0};
    struct contingency_node look;
    if (first == POWER_NO_NODE)
        return time;
    contingency_look(contingency, first, &look);
    struct node_sum sum = {.flags = SUM_HAS_AMPERES};
    memcpy(sum.phase_amperes, look.amperes, sizeof(sum.phase_amperes));
    trip_advance(&answer->judged->power->nodes[first], &sum, 0, &heat, &time);
    return time;
}

int whatif_answer(const struct judged *judged, const uint32_t *lost, size_t n_lost,
                  struct whatif_answer *answer) {
    size_t n = judged->topology->n_nodes;
    *answer = (struct whatif_answer){.judged = judged,
                                     .present = input_of(judged),
                                     .lost = lost,
                                     .n_lost = n_lost,
                                     .contingency = contingency_new(judged->topology),
                                     .without_out = without_out_new(judged->topology),
                                     .ratio = calloc(n + 1, sizeof(double)),
                                     .after = calloc(n + 1, sizeof(uint8_t)),
                                     .loses_redundancy = calloc(n + 1, sizeof(bool))};
    bool is_there = answer->contingency && answer->without_out && answer->ratio && answer->after &&
                    answer->loses_redundancy;
    int error = is_there ? 0 : ERROR_MEMORY;
    if (!error) {
        answer->now = without_out_of(answer->without_out, answer->contingency, &answer->present);
        contingency_pass(answer->contingency, answer->now); /* what is kept at present */
        contingency_lose(answer->contingency, answer->now, lost, n_lost, &answer->result, answer->ratio,
                         answer->after);
        answer->trips = find_trip(answer, answer->contingency);
        error = find_redundancy(answer, answer->contingency);
    }
    if (error)
        whatif_answer_done(answer);
    return error;
}

void whatif_answer_done(struct whatif_answer *answer) {
    contingency_free(answer->contingency);
    without_out_free(answer->without_out);
    free(answer->ratio);
    free(answer->after);
    free(answer->loses_redundancy);
    *answer = (struct whatif_answer){0};
}

bool whatif_is_changed(const struct contingency_node *look) {
    return !(fabs(look->after - look->before) <= 1e-6 * fabs(look->after));
}

struct contingency_node whatif_look(const struct whatif_answer *answer, uint32_t node) {
    struct contingency_node look;
    contingency_look(answer->contingency, node, &look);
    return look;
}

static bool is_in_part(const struct whatif_answer *answer, uint32_t node) {
    const struct node_load *load = &answer->now->loads[node];
    if (!load->is_lower_bound || (isnan(load->watts) && isnan(load->voltamperes)))
        return false;
    struct contingency_node look = whatif_look(answer, node);
    return look.limit != LIMIT_NONE && whatif_is_changed(&look);
}

/* Nothing is known of a load that matters: of what is rated, or takes it for itself. */
static bool is_blank(const struct contingency_input *now, uint32_t node) {
    const struct node_load *load = &now->loads[node];
    const struct usable *usable = &now->usable[node];
    bool is_rated = !isinf(usable->watts) || !isinf(usable->voltamperes) || !isinf(usable->amperes);
    bool is_end = now->topology->fed[node].n == 0 && now->topology->sources[node].n > 0;
    return (is_rated || is_end) && isnan(load->watts) && isnan(load->voltamperes);
}

bool whatif_is_in(const struct whatif_answer *answer, enum whatif_list list, uint32_t node) {
    const struct topology *topology = answer->judged->topology;
    uint8_t before = answer->now->supply[node], after = answer->after[node];
    switch (list) {
    case WHATIF_DROPPED:
        return after == SUPPLY_DEAD && before != SUPPLY_DEAD && topology->fed[node].n == 0 &&
               topology->sources[node].n > 0 && !is_lost(answer, node);
    case WHATIF_ON_BATTERY:
        return after == SUPPLY_BATTERY && before != SUPPLY_BATTERY;
    case WHATIF_REDUNDANCY:
        return answer->loses_redundancy[node];
    case WHATIF_UNKNOWN:
        return before == SUPPLY_UNDETERMINED || (before != SUPPLY_DEAD && is_blank(answer->now, node));
    case WHATIF_IN_PART:
        return is_in_part(answer, node);
    case N_WHATIF_LISTS:
        break;
    }
    return false;
}

struct ranked {
    uint32_t node;
    double ratio;
};

static int compare(const void *left, const void *right) {
    const struct ranked *a = left, *b = right;
    if (a->ratio != b->ratio)
        return a->ratio > b->ratio ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node;
}

size_t whatif_sort(const struct whatif_answer *answer, double ratio, uint32_t *nodes) {
    size_t n = 0, n_nodes = answer->judged->topology->n_nodes;
    struct ranked *ranked = calloc(n_nodes + 1, sizeof(*ranked));
    for (uint32_t i = 0; ranked && i < n_nodes; i++)
        if (answer->ratio[i] > ratio)
            ranked[n++] = (struct ranked){i, answer->ratio[i]};
    if (n > 0)
        qsort(ranked, n, sizeof(*ranked), compare);
    for (size_t i = 0; i < n; i++)
        nodes[i] = ranked[i].node;
    free(ranked);
    return n;
}
