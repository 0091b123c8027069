/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps per device the view of its last batch, which of its series had values and in which spool. What an
 * ending looks like to a receiver is the encoders' affair.
 */
#include "publish/endings.h"

#include <stdlib.h>
#include <string.h>

#include "base/numbered.h"
#include "publish/view_cache.h"

struct slot {
    struct device_view *view;
    uint8_t *seen; /* per series: the spools that had values of it, as bits */
    int64_t last_ms;
};

struct endings {
    struct numbered slots;     /* of struct slot, by the view's number; without a view: nothing came yet */
    struct device_view *ended; /* whose ending was told last */
    double *values;
    uint8_t *qualities; /* N_SPOOLS rows of them */
    size_t room;
};

struct endings *endings_new(void) {
    struct endings *endings = calloc(1, sizeof(*endings));
    if (endings)
        endings->slots.size = sizeof(struct slot);
    return endings;
}

static void clear(void *thing) {
    struct slot *slot = thing;
    device_view_release(slot->view);
    free(slot->seen);
    *slot = (struct slot){0};
}

void endings_free(struct endings *endings) {
    if (!endings)
        return;
    numbered_done(&endings->slots, clear);
    device_view_release(endings->ended);
    free(endings->values);
    free(endings->qualities);
    free(endings);
}

/* --- what two views have in common --- */

static bool is_same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_same_series(const struct series *a, const struct series *b) {
    return a->quantity == b->quantity && place_equal(&a->place, &b->place) &&
           is_same_text(a->reason, b->reason);
}

static bool has_same_labels(const struct device_view *a, const struct device_view *b) {
    struct labels one, other;
    view_write_labels(a, &one);
    view_write_labels(b, &other);
    if (one.n != other.n)
        return false;
    for (size_t i = 0; i < one.n; i++)
        if (strcmp(one.label[i].name, other.label[i].name) != 0 ||
            strcmp(one.label[i].value, other.label[i].value) != 0)
            return false;
    return true;
}

/* Gives what goes on under the new view to `seen`, and takes it from the old one. Both are mostly in one
 * order. */
static void carry_over(struct slot *slot, const struct device_view *view, uint8_t *seen) {
    size_t next = 0;
    for (size_t i = 0; i < slot->view->n_series; i++) {
        for (size_t tries = 0; slot->seen[i] && tries < view->n_series; tries++) {
            size_t at = (next + tries) % view->n_series;
            if (!is_same_series(&slot->view->series[i], &view->series[at]))
                continue;
            seen[at] = slot->seen[i];
            slot->seen[i] = 0;
            next = at + 1;
        }
    }
}

/* --- what ends --- */

static bool reserve(struct endings *endings, size_t n) {
    if (n <= endings->room)
        return true;
    double *values = calloc(n, sizeof(double));
    uint8_t *qualities = calloc(n, N_SPOOLS);
    if (!values || !qualities) {
        free(values);
        free(qualities);
        return false;
    }
    free(endings->values);
    free(endings->qualities);
    endings->values = values;
    endings->qualities = qualities;
    endings->room = n;
    return true;
}

/* Fills the qualities of one spool's row; whether any series ends there. */
static bool mark(const struct slot *slot, enum spool_kind kind, uint8_t *qualities) {
    bool any = false;
    for (size_t i = 0; i < slot->view->n_series; i++) {
        /* Of both: where it waits behind the readings, no reading comes after it. */
        enum spool_kind in = slot->seen[i] >> SPOOL_READINGS & 1 ? SPOOL_READINGS : SPOOL_URGENT;
        bool ends = slot->seen[i] && in == kind;
        qualities[i] = ends ? QUALITY_ENDED : QUALITY_ABSENT;
        any |= ends;
    }
    return any;
}

/* All series that `slot` has seen. */
static size_t end_all(struct endings *endings, const struct slot *slot, struct batch ended[N_SPOOLS]) {
    size_t n = 0, size = slot->view->n_series;
    if (!reserve(endings, size))
        return 0;
    device_view_hold(slot->view);
    device_view_release(endings->ended);
    endings->ended = slot->view;
    for (unsigned kind = 0; kind < N_SPOOLS; kind++) {
        uint8_t *qualities = endings->qualities + kind * endings->room;
        if (mark(slot, (enum spool_kind)kind, qualities))
            ended[n++] = (struct batch){.view = slot->view,
                                        .time_ms = slot->last_ms + 1,
                                        .n = (uint32_t)size,
                                        .urgent = kind == SPOOL_URGENT,
                                        .values = endings->values,
                                        .qualities = qualities};
    }
    return n;
}

/* The device goes on under another view. Values of both may not be of one time: info series go on. */
static size_t change(struct endings *endings, struct slot *slot, const struct batch *batch,
                     struct batch ended[N_SPOOLS]) {
    struct slot next = {.view = batch->view, .seen = calloc(batch->view->n_series + 1, 1)};
    if (!next.seen)
        return 0;
    if (has_same_labels(slot->view, next.view))
        carry_over(slot, next.view, next.seen);
    size_t n = batch->time_ms > slot->last_ms + 1 ? end_all(endings, slot, ended) : 0;
    device_view_hold(next.view);
    clear(slot);
    *slot = next;
    return n;
}

static bool is_published(const struct batch *batch, uint32_t i) {
    return batch->qualities[i] == QUALITY_GOOD || batch->qualities[i] == QUALITY_SUBSTITUTED;
}

static void see(struct slot *slot, const struct batch *batch) {
    uint8_t bit = (uint8_t)(1u << (batch->urgent ? SPOOL_URGENT : SPOOL_READINGS));
    uint32_t end = batch->first + batch->n;
    for (uint32_t i = batch->first; i < end && i < slot->view->n_series; i++)
        if (is_published(batch, i - batch->first))
            slot->seen[i] |= bit;
    if (batch->time_ms > slot->last_ms)
        slot->last_ms = batch->time_ms;
}

size_t endings_note(struct endings *endings, const struct batch *batch, struct batch ended[N_SPOOLS]) {
    struct slot *slot = numbered_make(&endings->slots, batch->view->number);
    size_t n = 0;
    if (!slot ||
        batch->view->alarm) /* it says itself that it ends; its number may be another's after a reload */
        return 0;
    if (batch->farewell) {
        n = slot->view ? end_all(endings, slot, ended) : 0;
        clear(slot);
        return n;
    }
    if (slot->view != batch->view && slot->view)
        n = change(endings, slot, batch, ended);
    if (!slot->view) {
        slot->seen = calloc(batch->view->n_series + 1, 1);
        slot->view = slot->seen ? device_view_hold(batch->view) : NULL;
    }
    if (slot->view == batch->view)
        see(slot, batch);
    return n;
}
