/* SPDX-License-Identifier: Apache-2.0 */
/* Plans compared, and a plan with one request halved: how a refused block is narrowed down to the culprit.
 * Pure. */
#include <stdlib.h>
#include <string.h>

#include "acquire/oid.h"
#include "acquire/plan.h"

static bool item_equal(const struct plan_item *a, const struct plan_item *b) {
    return a->point == b->point && a->source == b->source && a->valid == b->valid && a->absent == b->absent &&
           a->conversion.numerator == b->conversion.numerator &&
           a->conversion.offset == b->conversion.offset &&
           a->conversion.denominator == b->conversion.denominator && a->series == b->series &&
           a->position == b->position && a->valid_at == b->valid_at && a->rank == b->rank &&
           a->scale_at == b->scale_at && a->raw_only == b->raw_only;
}

static bool request_equal(const struct plan_request *a, const struct plan_request *b) {
    return a->rate == b->rate && a->function == b->function && a->address == b->address &&
           a->count == b->count && a->rows == b->rows && a->n_oids == b->n_oids && a->n_items == b->n_items;
}

bool plan_equal(const struct plan *a, const struct plan *b) {
    if (a->driver != b->driver || a->n_series != b->n_series || a->n_items != b->n_items ||
        a->n_requests != b->n_requests || a->n_oids != b->n_oids)
        return false;
    for (size_t i = 0; i < a->n_oids; i++)
        if (oid_compare(&a->oids[i], &b->oids[i]) != 0)
            return false;
    for (size_t i = 0; i < a->n_series; i++)
        if (a->list->series[i].quantity != b->list->series[i].quantity ||
            !place_equal(&a->list->series[i].place, &b->list->series[i].place))
            return false;
    for (size_t i = 0; i < a->n_items; i++)
        if (!item_equal(&a->items[i], &b->items[i]))
            return false;
    for (size_t i = 0; i < a->n_requests; i++)
        if (!request_equal(&a->requests[i], &b->requests[i]))
            return false;
    return true;
}

static void *copy_array(const void *array, size_t n, size_t more, size_t size) {
    void *copy = calloc(n + more + 1, size);
    if (copy != NULL && n > 0)
        memcpy(copy, array, n * size);
    return copy;
}

static struct plan *plan_copy(const struct plan *plan) {
    struct plan *copy = calloc(1, sizeof(*copy));
    if (copy == NULL)
        return NULL;
    *copy = *plan;
    atomic_init(&copy->references, 1);
    copy->list = series_list_hold(plan->list);
    copy->items = copy_array(plan->items, plan->n_items, 0, sizeof(*plan->items));
    copy->requests = copy_array(plan->requests, plan->n_requests, 1, sizeof(*plan->requests));
    copy->oids = copy_array(plan->oids, plan->n_oids, 0, sizeof(*plan->oids));
    copy->parts = copy_array(plan->parts, plan->n_parts, 0, sizeof(*plan->parts));
    if (copy->items == NULL || copy->requests == NULL || copy->oids == NULL || copy->parts == NULL) {
        plan_release(copy);
        return NULL;
    }
    for (size_t i = 0; i < plan->n_oids; i++)
        copy->oids[i].part = copy->parts + (plan->oids[i].part - plan->parts);
    return copy;
}

/* The item, counted from the request's first, at which the second half begins; 0 where all are one value. */
static uint32_t split_point(const struct plan *plan, const struct plan_request *request) {
    const struct plan_item *items = plan->items + request->first_item;
    for (uint32_t at = request->n_items / 2; at < request->n_items; at++)
        if (at > 0 && items[at].position != items[at - 1].position)
            return at;
    for (uint32_t at = request->n_items / 2; at > 0; at--)
        if (items[at].position != items[at - 1].position)
            return at;
    return 0;
}

/* The register behind the last that these items need, counted from the request's first. */
static uint16_t items_end(const struct plan_item *items, uint32_t n) {
    unsigned end = 0;
    for (uint32_t i = 0; i < n; i++) {
        unsigned value = items[i].position + source_width(items[i].source), scale = 0;
        if (items[i].scale_at != PLAN_NONE)
            scale = items[i].scale_at + source_width(&items[i].scale->source);
        end = value > end ? value : end;
        end = scale > end ? scale : end;
    }
    return (uint16_t)end;
}

/* Cuts `rest` off the end of `request`, beginning at its item number `at`. */
static void request_cut(struct plan *plan, struct plan_request *request, uint32_t at,
                        struct plan_request *rest) {
    struct plan_item *items = plan->items + request->first_item;
    uint16_t begin = items[at].position;
    *rest = *request;
    rest->first_item += at;
    rest->n_items -= at;
    request->n_items = at;
    for (uint32_t i = at; i < at + rest->n_items; i++) {
        items[i].position = (uint16_t)(items[i].position - begin);
        if (items[i].scale_at != PLAN_NONE)
            items[i].scale_at = items[i].scale_at < begin ? PLAN_NONE : (uint16_t)(items[i].scale_at - begin);
        if (items[i].valid_at != PLAN_NONE)
            items[i].valid_at = (uint16_t)(items[i].valid_at - begin);
    }
    if (request->function == 0) {
        rest->first_oid += begin;
        rest->n_oids -= begin;
        request->n_oids = begin;
    } else {
        rest->address = (uint16_t)(rest->address + begin);
        rest->count = items_end(items + at, rest->n_items);
        request->count = items_end(items, at);
    }
}

int plan_split(const struct plan *plan, size_t at, struct plan **split) {
    uint32_t cut = split_point(plan, &plan->requests[at]);
    if (cut == 0)
        return ERROR_NOT_FOUND;
    struct plan *copy = plan_copy(plan);
    if (copy == NULL)
        return ERROR_MEMORY;
    struct plan_request *request = &copy->requests[at];
    memmove(request + 2, request + 1, (copy->n_requests - at - 1) * sizeof(*request));
    request_cut(copy, request, cut, request + 1);
    copy->n_requests++;
    copy->requests_of[request->rate].n++;
    for (int rate = 0; rate < N_RATES; rate++)
        if (copy->requests_of[rate].first > at)
            copy->requests_of[rate].first++;
    *split = copy;
    return 0;
}
