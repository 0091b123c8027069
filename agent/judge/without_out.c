/* SPDX-License-Identifier: Apache-2.0 */
/* Loses what is out of service and told to be on, and takes what follows for the present. */
#include "judge/without_out.h"

#include <stdlib.h>
#include <string.h>

struct without_out {
    struct contingency_input input;
    uint32_t *out; /* those nodes */
    size_t n_out;
    struct node_present *present;
    struct node_load *loads;
    uint8_t *supply, *after;
    float *carries;
    double *ratio;
};

struct without_out *without_out_new(const struct topology *topology) {
    struct without_out *without = calloc(1, sizeof(*without));
    size_t n = topology->n_nodes + (size_t)1;
    if (!without)
        return NULL;
    without->out = calloc(n, sizeof(*without->out));
    without->present = calloc(n, sizeof(*without->present));
    without->loads = calloc(n, sizeof(*without->loads));
    without->supply = calloc(n, 1);
    without->after = calloc(n, 1);
    without->carries = calloc(topology->n_edges + (size_t)1, sizeof(*without->carries));
    without->ratio = calloc(n, sizeof(*without->ratio));
    if (without->out && without->present && without->loads && without->supply && without->after &&
        without->carries && without->ratio)
        return without;
    without_out_free(without);
    return NULL;
}

void without_out_free(struct without_out *without) {
    if (!without)
        return;
    free(without->out);
    free(without->present);
    free(without->loads);
    free(without->supply);
    free(without->after);
    free(without->carries);
    free(without->ratio);
    free(without);
}

const struct contingency_input *without_out_of(struct without_out *without, struct contingency *contingency,
                                               const struct contingency_input *present) {
    const struct topology *topology = present->topology;
    struct contingency_result result;
    without->n_out = 0;
    for (uint32_t i = 0; i < topology->n_nodes; i++) {
        const struct node_present *node = &present->present[i];
        if (node->condition == CONDITION_OUT &&
            topology_condition(&topology->power->nodes[i], node) != CONDITION_OUT)
            without->out[without->n_out++] = i;
    }
    if (without->n_out == 0)
        return present;
    contingency_lose(contingency, present, without->out, without->n_out, &result, without->ratio,
                     without->after);
    memcpy(without->present, present->present, topology->n_nodes * sizeof(*without->present));
    memcpy(without->loads, present->loads, topology->n_nodes * sizeof(*without->loads));
    contingency_write_after(contingency, without->present, without->loads, without->supply, without->carries);
    for (size_t i = 0; i < without->n_out; i++) {
        struct node_present *node = &without->present[without->out[i]];
        node->condition = node->was_known = CONDITION_OUT;
    }
    without->input = *present;
    without->input.present = without->present;
    without->input.loads = without->loads;
    without->input.supply = without->supply;
    without->input.carries = without->carries;
    return &without->input;
}
