/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps one slot per number, made anew when the device, node or alarm gets a new view. */
#include "model/latest.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/numbered.h"

struct slot {
    struct device_view *view;
    double *values;
    int64_t *times_ms;
    uint8_t *qualities;
    int64_t newest_ms;
    bool is_told;
    const char *trouble;
};

struct latest {
    pthread_mutex_t lock;
    struct numbered slots; /* of struct slot *, by the view's number; NULL: nothing said yet */
};

struct latest *latest_new(void) {
    struct latest *latest = calloc(1, sizeof(*latest));
    if (latest && pthread_mutex_init(&latest->lock, NULL) != 0) {
        free(latest);
        return NULL;
    }
    if (latest)
        latest->slots.size = sizeof(struct slot *);
    return latest;
}

static void slot_free(struct slot *slot) {
    if (!slot)
        return;
    device_view_release(slot->view);
    free(slot->values);
    free(slot->times_ms);
    free(slot->qualities);
    free(slot);
}

static void done(void *thing) {
    slot_free(*(struct slot **)thing);
}

void latest_free(struct latest *latest) {
    if (!latest)
        return;
    numbered_done(&latest->slots, done);
    pthread_mutex_destroy(&latest->lock);
    free(latest);
}

static struct slot *slot_new(struct device_view *view) {
    struct slot *slot = calloc(1, sizeof(*slot));
    if (!slot)
        return NULL;
    slot->view = device_view_hold(view);
    slot->values = calloc(view->n_series + 1, sizeof(*slot->values));
    slot->times_ms = calloc(view->n_series + 1, sizeof(*slot->times_ms));
    slot->qualities = calloc(view->n_series + 1, sizeof(*slot->qualities));
    if (slot->values && slot->times_ms && slot->qualities)
        return slot;
    slot_free(slot);
    return NULL;
}

/* The slot for a batch of this view; NULL where memory is short or the view is an old one. */
static struct slot *slot_for(struct latest *latest, struct device_view *view) {
    struct slot **place = numbered_make(&latest->slots, view->number), *slot = place ? *place : NULL;
    if (!place)
        return NULL;
    if (slot && slot->view == view)
        return slot;
    if (slot && slot->view->generation > view->generation)
        return NULL;
    if (slot && slot->view->list == view->list) { /* the same series, with other labels */
        device_view_release(slot->view);
        slot->view = device_view_hold(view);
        return slot;
    }
    struct slot *fresh = slot_new(view);
    if (!fresh)
        return NULL;
    slot_free(slot);
    *place = fresh;
    return fresh;
}

bool latest_is_health(enum quantity quantity) {
    return quantity >= DEVICE_UP && quantity <= POINTS_PARKED;
}

/* "missed" and "dropped" are counted too, but say what the agent did and not what became of the device. */
static bool is_fault(const char *reason) {
    static const enum error faults[] = {ERROR_TIMEOUT, ERROR_UNREACHABLE, ERROR_REFUSED, ERROR_GARBLED,
                                        ERROR_HELD};
    for (size_t i = 0; reason && i < sizeof(faults) / sizeof(faults[0]); i++) {
        if (strcmp(reason, error_word(faults[i])) == 0)
            return true;
    }
    return false;
}

/* What the agent counts of the device. */
static void note_trouble(struct slot *slot, const struct batch *batch, uint32_t i) {
    const struct series *series = &slot->view->series[batch->first + i];
    if (series->quantity == POLL_ERRORS && batch->values[i] > slot->values[batch->first + i] &&
        is_fault(series->reason))
        slot->trouble = series->reason;
}

static void take(struct slot *slot, const struct batch *batch, uint32_t n) {
    /* The series of a device's health are a batch of their own. */
    bool health = n > 0 && latest_is_health(slot->view->series[batch->first].quantity);
    bool says_all = health || !device_view_is_device(slot->view), any = false;
    slot->is_told = batch->is_told;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t number = batch->first + i;
        if (batch->qualities[i] == QUALITY_ABSENT) {
            if (says_all)
                slot->qualities[number] = QUALITY_ABSENT;
            continue;
        }
        if (health)
            note_trouble(slot, batch, i);
        slot->values[number] = batch->values[i];
        slot->times_ms[number] = batch->time_ms;
        slot->qualities[number] = batch->qualities[i] == QUALITY_ENDED ? QUALITY_STALE : batch->qualities[i];
        any = true;
    }
    if (any && !health)
        slot->newest_ms = batch->time_ms;
}

static void forget(struct latest *latest, uint32_t number) {
    struct slot **place = numbered_find(&latest->slots, number);
    if (!place)
        return;
    slot_free(*place);
    *place = NULL;
}

void latest_update(struct latest *latest, const struct batch *batch) {
    pthread_mutex_lock(&latest->lock);
    if (batch->farewell)
        forget(latest, batch->view->number);
    struct slot *slot = batch->farewell ? NULL : slot_for(latest, batch->view);
    if (slot && batch->first < slot->view->n_series) {
        size_t room = slot->view->n_series - batch->first;
        take(slot, batch, batch->n < room ? batch->n : (uint32_t)room);
    }
    pthread_mutex_unlock(&latest->lock);
}

bool latest_show(struct latest *latest, uint32_t number, latest_look *look, void *context) {
    pthread_mutex_lock(&latest->lock);
    struct slot **place = numbered_find(&latest->slots, number);
    const struct slot *slot = place ? *place : NULL;
    if (slot) {
        const struct latest_device device = {.view = slot->view,
                                             .values = slot->values,
                                             .times_ms = slot->times_ms,
                                             .qualities = slot->qualities,
                                             .newest_ms = slot->newest_ms,
                                             .is_told = slot->is_told,
                                             .trouble = slot->trouble};
        look(context, &device);
    }
    pthread_mutex_unlock(&latest->lock);
    return slot != NULL;
}

bool latest_next(struct latest *latest, uint32_t *number) {
    bool found = false;
    pthread_mutex_lock(&latest->lock);
    while (!found && numbered_next(&latest->slots, number)) {
        struct slot **place = numbered_find(&latest->slots, *number);
        found = *place != NULL;
        *number += !found;
    }
    pthread_mutex_unlock(&latest->lock);
    return found;
}

bool latest_find(const struct latest_device *device, enum quantity quantity, double *value) {
    for (size_t i = 0; i < device->view->n_series; i++) {
        if (device->view->series[i].quantity == quantity && device->qualities[i] != QUALITY_ABSENT) {
            *value = device->values[i];
            return true;
        }
    }
    return false;
}
