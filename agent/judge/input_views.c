/* SPDX-License-Identifier: Apache-2.0 */
/* Which views are bound: by number, anew with each generation; what the old one said goes on to count. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "judge/input_bind.h"
#include "judge/inputs_inside.h"

enum { VIEWS_MOST = ALARM_NUMBERS /* the numbers of devices and nodes are below */ };

static bool reserve(struct inputs *inputs, uint32_t number) {
    if (number < inputs->n_bindings)
        return true;
    size_t n = inputs->n_bindings ? inputs->n_bindings : 256;
    while (n <= number)
        n *= 2;
    struct binding **grown = reallocarray(inputs->bindings, n, sizeof(struct binding *));
    if (!grown)
        return false;
    memset(grown + inputs->n_bindings, 0, (n - inputs->n_bindings) * sizeof(struct binding *));
    inputs->bindings = grown;
    inputs->n_bindings = n;
    return true;
}

/* --- who asks for it --- */

static int compare_name(const void *key, const void *use) {
    return strcmp(key, ((const struct use *)use)->name);
}

/* The first of the uses of that name, and how many there are. */
static const struct use *find_uses(const struct inputs *inputs, const struct device_view *view, size_t *n) {
    struct text name = {0};
    char *normal = text_normalize(view->node ? view->node : view->device);
    *n = 0;
    if (view->node)
        text_add_char(&name, '/');
    text_add_string(&name, normal ? normal : "");
    free(normal);
    const struct use *first =
        name.failed || !name.data || inputs->n_uses == 0
            ? NULL
            : bsearch(name.data, inputs->uses, inputs->n_uses, sizeof(*inputs->uses), compare_name);
    const struct use *end = inputs->uses + inputs->n_uses;
    while (first && first > inputs->uses && strcmp(first[-1].name, name.data) == 0)
        first--;
    while (first && first + *n < end && strcmp(first[*n].name, name.data) == 0)
        ++*n;
    text_done(&name);
    return first;
}

static void bind_use(struct inputs *inputs, const struct device_view *view, const struct use *use,
                     struct bounds *bounds) {
    struct power_point whole;
    uint32_t meter = use->kind == USE_METER ? use->target : inputs->first_meter[use->target];
    uint32_t number = use->kind == USE_METER ? inputs->meters[meter].node : use->target;
    const struct power_node *node = &inputs->power->nodes[number];
    switch (use->kind) {
    case USE_METER:
        input_bind_meter(view, node, meter, &inputs->meters[meter], bounds);
        break;
    case USE_ELSEWHERE:
        input_bind_meter(view, node, meter, &inputs->meters[meter], bounds);
        input_bind_elsewhere(view, number, bounds);
        break;
    case USE_DEVICE:
        input_bind_device(view, node, number, inputs_device(node, &whole), bounds);
        break;
    case USE_BREAKER:
        input_bind_breaker(view, number, node->breaker, bounds);
        break;
    }
}

/* --- from one view to the next --- */

static int compare_bounds(const void *a, const void *b) {
    const struct bound *one = a, *other = b;
    return one->series < other->series ? -1 : one->series > other->series;
}

static bool is_same(const struct bound *a, const struct bound *b) {
    return a->kind == b->kind && a->target == b->target && a->what == b->what && a->set == b->set;
}

/* What the old view said still counts: the series that said it have another number only. */
static void carry_over(const struct binding *old, struct binding *new) {
    for (size_t i = 0; i < new->n; i++) {
        for (size_t k = 0; k < old->n; k++) {
            const struct series *was = &old->view->series[old->bounds[k].series];
            if (is_same(&new->bounds[i], &old->bounds[k]) &&
                place_equal(&was->place, &new->view->series[new->bounds[i].series].place))
                new->readings[i] = old->readings[k];
        }
    }
}

static void attach(struct inputs *inputs, struct binding *binding) {
    for (size_t i = 0; i < binding->n; i++) {
        const struct bound *bound = &binding->bounds[i];
        if (bound->kind != BOUND_METER)
            continue;
        struct meter *meter = &inputs->meters[bound->target];
        meter->binding = binding;
        meter->sets[bound->set].at[bound->what] = (uint16_t)(i + 1);
    }
}

static void detach(struct inputs *inputs, struct binding *binding) {
    for (size_t i = 0; i < binding->n; i++) {
        const struct bound *bound = &binding->bounds[i];
        if (bound->kind == BOUND_METER && inputs->meters[bound->target].binding == binding)
            inputs->meters[bound->target].binding = NULL;
        binding->readings[i].state = READING_NONE;
        inputs_note_bound(inputs, binding, i);
    }
}

static struct binding *binding_new(struct inputs *inputs, struct device_view *view) {
    struct binding *binding = calloc(1, sizeof(*binding));
    struct bounds bounds = {0};
    size_t n_uses;
    const struct use *uses = find_uses(inputs, view, &n_uses);
    for (size_t i = 0; i < n_uses; i++)
        bind_use(inputs, view, &uses[i], &bounds);
    if (bounds.n > 0)
        input_bind_up(view, &bounds);
    if (binding)
        binding->readings = calloc(bounds.n + 1, sizeof(*binding->readings));
    if (!binding || !binding->readings || bounds.failed) {
        free(bounds.bounds);
        inputs_free_binding(binding);
        return NULL;
    }
    if (bounds.n > 0)
        qsort(bounds.bounds, bounds.n, sizeof(*bounds.bounds), compare_bounds);
    binding->view = device_view_hold(view);
    binding->bounds = bounds.bounds;
    binding->n = bounds.n;
    binding->due_ms = INT64_MAX;
    return binding;
}

static const char *name_of(const struct device_view *view) {
    return view->node ? view->node : view->device;
}

struct binding *inputs_bind(struct inputs *inputs, struct device_view *view) {
    if (view->alarm || view->gateway || view->number >= VIEWS_MOST || !reserve(inputs, view->number))
        return NULL;
    struct binding *old = inputs->bindings[view->number];
    if (old && old->view == view)
        return old;
    bool is_same_device = old && strcmp(name_of(old->view), name_of(view)) == 0;
    if (is_same_device && old->view->generation > view->generation)
        return NULL;
    struct binding *new = binding_new(inputs, view);
    inputs->bindings[view->number] = new;
    if (old && is_same_device && new) {
        carry_over(old, new);
        new->due_ms = old->due_ms;
    }
    if (old)
        detach(inputs, old);
    inputs_free_binding(old);
    if (new) {
        attach(inputs, new);
        for (size_t i = 0; i < new->n; i++)
            inputs_note_bound(inputs, new, i);
    }
    return new;
}

void inputs_unbind(struct inputs *inputs, const struct device_view *view) {
    struct binding *old = view->number < inputs->n_bindings ? inputs->bindings[view->number] : NULL;
    if (!old || strcmp(name_of(old->view), name_of(view)) != 0)
        return;
    inputs->bindings[view->number] = NULL;
    detach(inputs, old);
    inputs_free_binding(old);
}
