/* SPDX-License-Identifier: Apache-2.0 */
/* Life, and which devices the nodes ask for. */
#include "judge/inputs_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { FRESH_MS = 15000, HELD_MS = 60000 /* where the configuration says nothing */ };

/* --- life --- */

static bool queue_init(struct node_queue *queue, size_t n) {
    queue->nodes = calloc(n + 1, sizeof(*queue->nodes));
    queue->is_in = calloc(n + 1, 1);
    return queue->nodes && queue->is_in;
}

void inputs_note(struct node_queue *queue, uint32_t node) {
    if (queue->is_in[node])
        return;
    queue->is_in[node] = 1;
    queue->nodes[queue->n++] = node;
}

static uint32_t queue_next(struct node_queue *queue) {
    if (queue->next == queue->n) {
        queue->next = queue->n = 0;
        return POWER_NO_NODE;
    }
    uint32_t node = queue->nodes[queue->next++];
    queue->is_in[node] = 0;
    return node;
}

/* The name as it is compared; NULL when out of memory. What is no UTF-8 has been refused long before. */
static char *use_name(const char *name, bool elsewhere) {
    char *normal = text_normalize(name);
    if (!normal || !elsewhere)
        return normal;
    struct text text = {0};
    text_add_char(&text, '/');
    text_add_string(&text, normal);
    free(normal);
    return text.failed ? NULL : text.data;
}

static int compare_uses(const void *a, const void *b) {
    const struct use *one = a, *other = b;
    int order = strcmp(one->name, other->name);
    if (order != 0)
        return order;
    if (one->kind != other->kind)
        return one->kind < other->kind ? -1 : 1;
    return one->target < other->target ? -1 : one->target > other->target;
}

static bool add_use(struct inputs *inputs, const char *name, enum use_kind kind, uint32_t target) {
    char *kept = use_name(name, kind == USE_ELSEWHERE);
    if (kept)
        inputs->uses[inputs->n_uses++] = (struct use){kept, kind, target};
    return kept != NULL;
}

const struct power_point *inputs_device(const struct power_node *node, struct power_point *whole) {
    if (node->device || node->n_meters == 0)
        return node->device;
    *whole = (struct power_point){.device = node->meters[0].device};
    return whole;
}

static bool add_node(struct inputs *inputs, uint32_t number) {
    const struct power_node *node = &inputs->power->nodes[number];
    struct power_point whole;
    inputs->first_meter[number] = inputs->n_meters;
    if (node->elsewhere) {
        inputs->meters[inputs->n_meters++] = (struct meter){.node = number, .sign = 1};
        return add_use(inputs, node->name, USE_ELSEWHERE, number);
    }
    for (size_t i = 0; i < node->n_meters; i++) {
        const struct power_point *point = &node->meters[i];
        inputs->meters[inputs->n_meters] =
            (struct meter){.node = number, .point = point, .sign = point->sign < 0 ? -1 : 1};
        if (!add_use(inputs, point->device, USE_METER, inputs->n_meters++))
            return false;
    }
    const struct power_point *device = inputs_device(node, &whole);
    return (!device || add_use(inputs, device->device, USE_DEVICE, number)) &&
           (!node->breaker || add_use(inputs, node->breaker->device, USE_BREAKER, number));
}

static bool make_room(struct inputs *inputs) {
    size_t n_nodes = inputs->power->n_nodes, n_meters = n_nodes;
    for (size_t i = 0; i < n_nodes; i++)
        n_meters += inputs->power->nodes[i].n_meters;
    inputs->meters = calloc(n_meters + 1, sizeof(*inputs->meters));
    inputs->uses = calloc(n_meters + 2 * n_nodes + 1, sizeof(*inputs->uses));
    inputs->first_meter = calloc(n_nodes + 1, sizeof(*inputs->first_meter));
    inputs->tells = calloc(n_nodes + 1, sizeof(*inputs->tells));
    return inputs->meters && inputs->uses && inputs->first_meter && inputs->tells &&
           queue_init(&inputs->metered, n_nodes) && queue_init(&inputs->told, n_nodes);
}

struct inputs *inputs_new(const struct power_config *power) {
    struct inputs *inputs = calloc(1, sizeof(*inputs));
    if (!inputs)
        return NULL;
    inputs->power = power;
    inputs->fresh_ms = power->fresh_ms > 0 ? power->fresh_ms : FRESH_MS;
    inputs->held_ms = power->held_ms > 0 ? power->held_ms : HELD_MS;
    bool is_made = make_room(inputs);
    for (uint32_t i = 0; is_made && i < power->n_nodes; i++) {
        memset(inputs->tells[i].code, -1, sizeof(inputs->tells[i].code));
        is_made = add_node(inputs, i);
    }
    if (!is_made) {
        inputs_free(inputs);
        return NULL;
    }
    inputs->first_meter[power->n_nodes] = inputs->n_meters;
    qsort(inputs->uses, inputs->n_uses, sizeof(*inputs->uses), compare_uses);
    return inputs;
}

void inputs_free_binding(struct binding *binding) {
    if (!binding)
        return;
    device_view_release(binding->view);
    free(binding->bounds);
    free(binding->readings);
    free(binding);
}

void inputs_free(struct inputs *inputs) {
    if (!inputs)
        return;
    for (size_t i = 0; i < inputs->n_bindings; i++)
        inputs_free_binding(inputs->bindings[i]);
    for (size_t i = 0; inputs->meters && i < inputs->n_meters; i++)
        free(inputs->meters[i].sets);
    for (size_t i = 0; i < inputs->n_uses; i++)
        free(inputs->uses[i].name);
    free(inputs->bindings);
    free(inputs->meters);
    free(inputs->first_meter);
    free(inputs->tells);
    free(inputs->uses);
    free(inputs->metered.nodes);
    free(inputs->metered.is_in);
    free(inputs->told.nodes);
    free(inputs->told.is_in);
    free(inputs);
}

/* --- what was said --- */

uint32_t inputs_next_metered(struct inputs *inputs) {
    return queue_next(&inputs->metered);
}

uint32_t inputs_next_told(struct inputs *inputs) {
    return queue_next(&inputs->told);
}

const struct meter *inputs_meters(const struct inputs *inputs, uint32_t node, uint32_t *n) {
    *n = inputs->first_meter[node + 1] - inputs->first_meter[node];
    return &inputs->meters[inputs->first_meter[node]];
}

bool inputs_is_metered(const struct inputs *inputs, uint32_t node) {
    return inputs->first_meter[node + 1] > inputs->first_meter[node];
}

const struct node_tells *inputs_tells(const struct inputs *inputs, uint32_t node) {
    return &inputs->tells[node];
}

const struct reading *inputs_read(const struct meter *meter, const struct meter_set *set, unsigned slot) {
    if (!meter->binding || set->at[slot] == 0)
        return NULL;
    const struct reading *reading = &meter->binding->readings[set->at[slot] - 1];
    return reading->state == READING_NONE ? NULL : reading;
}

static bool is_of(const struct inputs *inputs, const struct bound *bound, uint32_t node) {
    if (bound->kind == BOUND_METER)
        return inputs->meters[bound->target].node == node;
    return bound->kind == BOUND_TELL && bound->target == node;
}

void inputs_explain(const struct inputs *inputs, uint32_t node, inputs_show *show, void *context) {
    for (size_t i = 0; i < inputs->n_bindings; i++) {
        const struct binding *binding = inputs->bindings[i];
        for (size_t k = 0; binding && k < binding->n; k++)
            if (is_of(inputs, &binding->bounds[k], node) && binding->readings[k].quality != QUALITY_ABSENT)
                show(context, binding->view, &binding->view->series[binding->bounds[k].series],
                     &binding->readings[k]);
    }
}
