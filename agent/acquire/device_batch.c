/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The batches of a device: made when they are first needed, then used again. There are never more than five
 * seconds of its polls, so a publisher that stands still costs readings, not memory without end.
 */
#include <stdlib.h>
#include <string.h>

#include "acquire/device.h"

enum { POOL_MS = 5000 };

static struct batch *batch_new(struct device *device, uint32_t room) {
    struct batch *batch = calloc(1, sizeof(*batch) + room * (sizeof(double) + 2));
    if (batch == NULL)
        return NULL;
    batch->owner = device;
    batch->room = room;
    batch->values = (double *)(batch + 1);
    batch->qualities = (uint8_t *)(batch->values + room);
    batch->ranks = batch->qualities + room;
    device->n_batches++;
    return batch;
}

static void batch_free(struct device *device, struct batch *batch) {
    free(batch);
    device->n_batches--;
}

void device_size_batches(struct device *device) {
    device->most_batches = 2; /* health, and what is read once */
    for (int rate = 0; rate < RATE_ONCE; rate++)
        if (device->plan->series_of[rate].n > 0)
            device->most_batches += 1 + (uint32_t)(POOL_MS / device->config->interval_ms[rate]);
}

void device_free_batches(struct device *device) {
    while (device->free != NULL) {
        struct batch *batch = device->free;
        device->free = batch->next;
        batch_free(device, batch);
    }
}

void batch_give_back(struct batch *batch) {
    struct device *device = batch->owner;
    device_view_release(batch->view);
    batch->view = NULL;
    batch->next = device->free;
    device->free = batch;
}

/* Of a device that has batches of several sizes the smallest that will do, so that they stay few. */
static struct batch *take_free(struct device *device, uint32_t room) {
    struct batch **best = NULL;
    for (struct batch **at = &device->free; *at != NULL; at = &(*at)->next)
        if ((*at)->room >= room && (best == NULL || (*at)->room < (*best)->room))
            best = at;
    if (best == NULL)
        return NULL;
    struct batch *batch = *best;
    *best = batch->next;
    return batch;
}

struct batch *device_take_batch(struct device *device, struct plan_range range) {
    struct batch *batch = take_free(device, range.n);
    if (batch == NULL) {
        if (device->n_batches >= device->most_batches)
            device_free_batches(device); /* too small, all of them */
        batch = device->n_batches < device->most_batches ? batch_new(device, range.n) : NULL;
    }
    if (batch == NULL)
        return NULL;
    batch->next = NULL;
    batch->view = device_view_hold(device->view);
    batch->first = range.first;
    batch->n = range.n;
    batch->urgent = batch->is_news = false;
    batch->farewell = false;
    memset(batch->qualities, QUALITY_ABSENT, range.n);
    return batch;
}

void device_hand_over(struct device *device, struct batch *batch) {
    const struct poller_events *events = &device->poller->events;
    if (events->batch != NULL)
        events->batch(events->context, batch);
    else
        batch_give_back(batch);
}
