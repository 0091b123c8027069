/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes about the devices while the poller runs. A device is told by its number, which stays its own
 * until the last of its batches is back, so that nobody behind the poller ever sees two devices under one
 * number. What differs between two configurations is config_changes.c's; in what order it is done is
 * command/reload.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "acquire/describe.h"
#include "acquire/device.h"
#include "model/config_changes.h"

/* --- numbers --- */

static int poller_grow_numbers(struct poller *poller) {
    size_t room = poller->room_numbers == 0 ? 16 : poller->room_numbers * 2;
    struct device **larger = reallocarray(poller->numbered, room, sizeof(struct device *));
    if (larger == NULL)
        return ERROR_MEMORY;
    for (size_t i = poller->room_numbers; i < room; i++)
        larger[i] = NULL;
    poller->numbered = larger;
    poller->room_numbers = room;
    return 0;
}

int poller_take_number(struct poller *poller, struct device *device) {
    size_t number = poller->lowest_free;
    while (number < poller->room_numbers && poller->numbered[number] != NULL)
        number++;
    int error = number == poller->room_numbers ? poller_grow_numbers(poller) : 0;
    if (error != 0)
        return error;
    poller->numbered[number] = device;
    poller->lowest_free = number + 1;
    device->number = (uint32_t)number;
    return 0;
}

static struct device *poller_find(const struct poller *poller, uint32_t number) {
    struct device *device = number < poller->room_numbers ? poller->numbered[number] : NULL;
    return device != NULL && device->config != NULL ? device : NULL;
}

/* --- the end of a device --- */

void device_free(struct device *device) {
    if (device == NULL)
        return;
    struct poller *poller = device->poller;
    if (device->number < poller->room_numbers && poller->numbered[device->number] == device) {
        poller->numbered[device->number] = NULL;
        if (device->number < poller->lowest_free)
            poller->lowest_free = device->number;
    }
    device_free_batches(device);
    device_view_release(device->view);
    plan_release(device->plan);
    free(device->records);
    free(device->choice);
    free(device);
}

static bool all_batches_are_back(const struct device *device) {
    uint32_t n = 0;
    for (const struct batch *batch = device->free; batch != NULL; batch = batch->next)
        n++;
    return n == device->n_batches;
}

void poller_bury(struct poller *poller) {
    for (struct device **at = &poller->leaving; *at != NULL;) {
        struct device *device = *at;
        if (!all_batches_are_back(device)) {
            at = &device->next_leaving;
            continue;
        }
        *at = device->next_leaving;
        device_free(device);
    }
}

/* Behind every batch that was given away before. Where memory is short its readings are remembered longer. */
static void say_farewell(struct device *device) {
    device->most_batches = device->n_batches + 1;
    struct batch *batch = device->view != NULL ? device_take_batch(device, (struct plan_range){0}) : NULL;
    if (batch == NULL)
        return;
    batch->farewell = true;
    device_hand_over(device, batch);
}

void poller_remove(struct poller *poller, uint32_t number) {
    struct device *device = poller_find(poller, number);
    if (device == NULL)
        return;
    poller_delist(device);
    device_detach(device);
    struct device *last = poller->devices[--poller->n_devices];
    poller->devices[device->place] = last;
    last->place = device->place;
    say_farewell(device);
    device->config = NULL;
    device->next_leaving = poller->leaving;
    poller->leaving = device;
}

/* --- a device that changes --- */

/* It may be another device by now, or let others in: as if it had not been read before. */
static void device_begin_anew(struct device *device) {
    device_detach(device);
    device->attached = false;
    /* Nothing is parked. */
    memset(device->records, 0, device->plan->n_requests * sizeof(*device->records));
    device->driver = device->config->driver;
    device->due = 0;
    health_begin_anew(&device->health);
    device->punctuality = (struct punctuality){0};
    device->refusal = device->lateness = (struct complaint){0};
    device->trouble.next_ms = 0; /* what is wrong now is said at once, and that it is over too */
}

bool poller_adopt(struct poller *poller, uint32_t number, struct device_config *config, unsigned what) {
    struct device *device = poller_find(poller, number);
    if (device == NULL)
        return false;
    device->config = config;
    config->number = number;
    if ((what & DEVICE_BEGINS_ANEW) != 0)
        device_begin_anew(device);
    else
        device_keep_trap(device);
    return true;
}

static int device_relabel(struct device *device) {
    struct device_view *view = describe_relabelled(device->view, device->config, device->generation + 1);
    if (view == NULL)
        return ERROR_MEMORY;
    device_view_release(device->view);
    device->view = view;
    device->generation++;
    /* What is read once has not been said under these labels. */
    if (device->polls[LANE_ROUTINE].active)
        device->due = (uint8_t)(device->due | 1u << RATE_ONCE);
    else
        device_poll(device, RATE_ONCE, 0);
    return 0;
}

int poller_renew(struct poller *poller, uint32_t number, unsigned what) {
    struct device *device = poller_find(poller, number);
    int error = 0;
    if (device == NULL)
        return 0;
    if ((what & DEVICE_INTERVALS) != 0) {
        poller_delist(device);
        poller_enlist(poller, device);
        device_size_batches(device);
        device->punctuality = (struct punctuality){0}; /* what was measured was of the intervals before */
    }
    if ((what & DEVICE_DRIVER) != 0 && !device->attached && !device_is_polled(device))
        error = device_begin(device); /* its class is another: its health is said under the new one */
    else if ((what & DEVICE_LABELS) != 0)
        error = device_relabel(device);
    return error;
}
