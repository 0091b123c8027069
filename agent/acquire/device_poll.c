/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One poll after the other: the requests of one rate are asked one by one, answers decoded into a batch, the
 * batch handed over when the last has come. What each failure means:
 *
 *   refused     the unit is alive: the request is halved until the culprit is alone, then that one is parked
 * for a while time-out    the rest of the poll is given up; the third such poll in a row makes the device
 * silent (health.c) unreachable the same garbled     counted; the next request is asked
 */
#include <stdlib.h>
#include <string.h>

#include "acquire/device.h"
#include "base/clock.h"

enum {
    POOL_MS = 5000,           /* a device's batches last that long at its rate */
    PARK_MS = 10 * 60 * 1000, /* a refused point is tried again after this */
    HEALTH_MS = 10 * 1000,    /* how often health is published */
    REDISCOVER_MS = 60 * 60 * 1000,
};

/* --- batches
 * ---------------------------------------------------------------------------------------------------- */

static struct batch *batch_new(struct device *device, uint32_t room) {
    struct batch *batch = calloc(1, sizeof(*batch) + room * (sizeof(double) + 1));
    if (batch == NULL)
        return NULL;
    batch->owner = device;
    batch->room = room;
    batch->values = (double *)(batch + 1);
    batch->qualities = (uint8_t *)(batch->values + room);
    return batch;
}

int device_make_batches(struct device *device) {
    uint32_t room = N_HEALTH_SERIES, wanted = 2;
    for (int rate = 0; rate < N_RATES; rate++) {
        if (device->plan->series_of[rate].n == 0)
            continue;
        room = device->plan->series_of[rate].n > room ? device->plan->series_of[rate].n : room;
        if (rate != RATE_ONCE)
            wanted += 1 + (uint32_t)(POOL_MS / device->config->interval_ms[rate]);
    }
    /* Batches of an older, smaller shape are freed when they come back (batch_give_back). */
    device_free_batches(device);
    device->n_batches = 0;
    for (; device->n_batches < wanted; device->n_batches++) {
        struct batch *batch = batch_new(device, room);
        if (batch == NULL)
            return ERROR_MEMORY;
        batch->next = device->free;
        device->free = batch;
    }
    return 0;
}

void device_free_batches(struct device *device) {
    while (device->free != NULL) {
        struct batch *batch = device->free;
        device->free = batch->next;
        free(batch);
    }
}

void batch_give_back(struct batch *batch) {
    struct device *device = batch->owner;
    device_view_release(batch->view);
    batch->view = NULL;
    batch->next = device->free;
    device->free = batch;
}

/* An empty batch for that range of series; NULL where all are still with the publisher. */
static struct batch *device_take_batch(struct device *device, struct plan_range range) {
    struct batch *batch = device->free;
    while (batch != NULL && batch->room < range.n) {
        device->free = batch->next;
        free(batch);
        batch = device->free;
    }
    if (batch == NULL)
        return NULL;
    device->free = batch->next;
    batch->next = NULL;
    batch->view = device_view_hold(device->view);
    batch->first = range.first;
    batch->n = range.n;
    batch->urgent = false;
    memset(batch->qualities, QUALITY_ABSENT, range.n);
    return batch;
}

static void device_hand_over(struct device *device, struct batch *batch) {
    const struct poller_events *events = &device->poller->events;
    if (events->batch != NULL)
        events->batch(events->context, batch);
    else
        batch_give_back(batch);
}

/* --- health
 * ----------------------------------------------------------------------------------------------------- */

void device_say_health(struct device *device, bool now) {
    int64_t now_ms = poller_now_ms(device->poller);
    if (device->plan == NULL || device->poller->options.once ||
        (!now && now_ms - device->health_said_ms < HEALTH_MS))
        return;
    if (now_ms - device->attached_ms > REDISCOVER_MS)
        device->stale_plan = true;
    struct batch *batch = device_take_batch(device, device->plan->health);
    if (batch == NULL)
        return;
    health_write(&device->health, batch->values);
    memset(batch->qualities, QUALITY_GOOD, batch->n);
    if (device->health.last_success_ms == 0)
        batch->qualities[HEALTH_SERIES_LAST_SUCCESS] = QUALITY_ABSENT;
    batch->urgent = true;
    batch->time_ms = clock_wall_ms();
    device->health_said_ms = now_ms;
    device_hand_over(device, batch);
}

void device_failed(struct device *device, int error, const char *detail) {
    int64_t now_ms = poller_now_ms(device->poller);
    const struct device_config *config = device->config;
    bool silent = health_fail(&device->health, now_ms, config->interval_ms[RATE_NORMAL],
                              (device->number + (uint32_t)now_ms) * 2654435761U >> 16);
    if (!device->poller->options.once &&
        (device->health.state == HEALTH_NEW || device->health.state == HEALTH_SILENT))
        log_complain(&device->trouble, now_ms, config->name, "no answer from %s: %s%s%s", config->url_text,
                     error_word(error), detail != NULL ? ", " : "", detail != NULL ? detail : "");
    if (silent) {
        device->stale_plan = true; /* what comes back may be another model */
        device_say_health(device, true);
    }
}

void device_answers(struct device *device) {
    int64_t now_ms = poller_now_ms(device->poller);
    bool again = health_succeed(&device->health, now_ms, clock_wall_ms());
    if (!again)
        return;
    log_relieve(&device->trouble, now_ms, device->config->name, "answers");
    device_say_health(device, true);
}

/* --- one poll
 * --------------------------------------------------------------------------------------------------- */

static void poll_ask(struct device *device);

static void poll_end(struct device *device, int error, const char *detail) {
    struct poll poll = device->poll;
    const struct poller_events *events = &device->poller->events;
    device->poll = (struct poll){0};
    device->health.duration_us = (uint32_t)(clock_monotonic_us() - poll.started_us);
    if (poll.answered)
        device_answers(device);
    else if (error != 0)
        device_failed(device, error, detail);
    bool any = false;
    for (uint32_t i = 0; i < poll.batch->n && !any; i++)
        any = poll.batch->qualities[i] != QUALITY_ABSENT;
    poll.batch->time_ms = clock_wall_ms();
    if (any)
        device_hand_over(device, poll.batch);
    else
        batch_give_back(poll.batch);
    if (device->poller->options.once) {
        enum rate next = poll.rate == RATE_ONCE ? RATE_NORMAL : (enum rate)(poll.rate + 1);
        if (error == 0 && next < RATE_ONCE)
            device_poll(device, next);
        else if (events->finished != NULL)
            events->finished(events->context, device, error, detail);
        return;
    }
    for (int rate = 0; rate < RATE_ONCE && !device->poll.active; rate++) {
        if ((device->due >> rate & 1) != 0) {
            device->due = (uint8_t)(device->due & ~(1u << rate));
            device_poll(device, (enum rate)rate);
        }
    }
}

/* The unit said no to this request: halve it, or park what is left. True where a halved one is to be asked
 * again. */
static bool poll_refused(struct device *device, const struct link_answer *answer) {
    struct plan *split = NULL;
    uint32_t at = device->poll.at;
    int64_t now_ms = poller_now_ms(device->poller);
    const struct plan_request *request = &device->plan->requests[at];
    int64_t *parked = calloc(device->plan->n_requests + 1, sizeof(*parked));
    if (parked == NULL || plan_split(device->plan, at, &split) != 0) {
        free(parked);
        device->parked_until_ms[at] = now_ms + PARK_MS;
        device->health.parked += request->n_items;
        log_complain(&device->refusal, now_ms, device->config->name,
                     "refuses %s (code %u); tried again every 10 minutes",
                     catalog_quantity(device->plan->items[request->first_item].point->quantity)->name,
                     answer->exception);
        return false;
    }
    memcpy(parked, device->parked_until_ms, (at + 1) * sizeof(*parked));
    memcpy(parked + at + 2, device->parked_until_ms + at + 1,
           (device->plan->n_requests - at - 1) * sizeof(*parked));
    free(device->parked_until_ms);
    device->parked_until_ms = parked;
    plan_release(device->plan);
    device->plan = split;
    return true;
}

/* A refusal that blames what was asked, not the moment. Modbus 1 to 3; of SNMP every error-status but
 * resourceUnavailable. */
static bool refusal_blames_request(const struct plan_request *request, const struct link_answer *answer) {
    if (answer->error == ERROR_TOO_BIG)
        return true;
    return answer->error == ERROR_REFUSED &&
           (request->function == 0 ? answer->exception != 13 : answer->exception <= 3);
}

static void poll_answered(void *context, const struct link_answer *answer) {
    struct device *device = context;
    const struct poller_events *events = &device->poller->events;
    const struct plan_request *request = &device->plan->requests[device->poll.at];
    if (events->answered != NULL)
        events->answered(events->context, device, request, answer);
    if (answer->error == 0) {
        struct batch *batch = device->poll.batch;
        struct readings readings = {batch->first, batch->n, batch->values, batch->qualities, {0}};
        decode_answer(device->plan, request, answer, &readings);
        for (int i = 0; i < N_BAD_REASONS; i++)
            device->health.bad[i] += readings.bad[i];
        device->poll.answered = true;
    } else {
        health_count(&device->health, answer->error);
        device->poll.answered |= answer->error == ERROR_REFUSED || answer->error == ERROR_TOO_BIG;
        if (answer->error == ERROR_TIMEOUT || answer->error == ERROR_UNREACHABLE ||
            answer->error == ERROR_CLOSED || answer->error == ERROR_BUSY) {
            poll_end(device, answer->error, answer->detail);
            return;
        }
        if (refusal_blames_request(request, answer) && poll_refused(device, answer)) {
            poll_ask(device);
            return;
        }
    }
    device->poll.at++;
    poll_ask(device);
}

/* Whether a parked request sits this poll out; a new chance when its time has come. */
static bool poll_parked(struct device *device, uint32_t at) {
    if (device->parked_until_ms[at] == 0)
        return false;
    if (poller_now_ms(device->poller) < device->parked_until_ms[at])
        return true;
    device->parked_until_ms[at] = 0;
    device->health.parked -= device->plan->requests[at].n_items;
    return false;
}

/* Asks the request at poll.at, or ends the poll behind the last. */
static void poll_ask(struct device *device) {
    const struct plan_range *range = &device->plan->requests_of[device->poll.rate];
    while (device->poll.at < range->first + range->n && poll_parked(device, device->poll.at))
        device->poll.at++;
    if (device->poll.at >= range->first + range->n) {
        poll_end(device, 0, NULL);
        return;
    }
    const struct plan_request *ask = &device->plan->requests[device->poll.at];
    device->poll.request = (struct link_request){
        .ask = ask->function == 0 ? ASK_GET : ASK_REGISTERS,
        .function = ask->function,
        .address = ask->address,
        .count = ask->count,
        .oids = device->plan->oids + ask->first_oid,
        .n_oids = ask->n_oids,
        .timeout_ms = (uint32_t)device->config->timeout_ms,
    };
    int error = link_ask(device->link, &device->poll.request, poll_answered, device);
    if (error != 0)
        poll_end(device, error, "the request could not be sent");
}

void device_poll(struct device *device, enum rate rate) {
    const struct poller_options *options = &device->poller->options;
    int64_t now_ms = poller_now_ms(device->poller);
    if (device->plan == NULL || device->attaching)
        return;
    if (device->plan->requests_of[rate].n == 0 && !options->once)
        return;
    if (device->health.state == HEALTH_SILENT || !health_may_ask(&device->health, now_ms))
        return;
    if (device->poll.active) {
        if (device->poll.rate == rate) {
            device->health.errors[HEALTH_MISSED]++;
            log_complain(&device->lateness, now_ms, device->config->name,
                         "answers slower than its interval of %lld ms",
                         (long long)device->config->interval_ms[rate]);
        }
        device->due = (uint8_t)(device->due | (device->poll.rate == rate ? 0 : 1u << rate));
        return;
    }
    struct batch *batch = device_take_batch(device, device->plan->series_of[rate]);
    if (batch == NULL) {
        device->health.errors[HEALTH_DROPPED] += device->plan->series_of[rate].n;
        return;
    }
    device->poll = (struct poll){.active = true,
                                 .rate = rate,
                                 .at = device->plan->requests_of[rate].first,
                                 .batch = batch,
                                 .started_us = clock_monotonic_us()};
    poll_ask(device);
}
