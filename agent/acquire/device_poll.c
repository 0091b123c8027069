/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Polls: the requests of one rate are asked one by one, answers decoded into a batch, the batch handed over
 * when the last has come. A device has two lanes. Fast points (leaks, breakers, pumps) are polled in the
 * urgent one, everything else in the routine one; a device is asked one thing at a time, and between two
 * requests the urgent lane goes first, here and in the queue of its bus. What each failure means:
 *
 *   refused      the unit is alive: the request is halved until the culprit is alone, then that one is parked
 *                for a while
 *   time-out     one more request is asked; when that is not answered either, the rest is given up
 *   unreachable  the rest is given up
 *   held         another master has the device: the rest is given up
 *   any other    the next request is asked
 *
 * A request that keeps failing while others are answered is treated like a refused one. Three polls in a row
 * that bring nothing make the device silent (health.c).
 */
#include <stdlib.h>
#include <string.h>

#include "acquire/device.h"
#include "base/clock.h"

enum {
    PARK_MS = 10 * 60 * 1000, /* a refused value is tried again after this */
    FAILURES_MOST = 3,        /* of one request, in polls in a row, while the device answers others */
    DOUBTFUL_FAILURES =
        2,             /* polls in a row that failed; from then on it gets its turns as a silent unit does */
    SILENCES_MOST = 2, /* requests in a row; one where the poll before failed too */
};

static void device_go_on(struct device *device);

static struct poll *poll_of(struct device *device, enum rate rate) {
    return &device->polls[rate == RATE_FAST ? LANE_URGENT : LANE_ROUTINE];
}

bool device_is_polled(const struct device *device) {
    return device->polls[LANE_ROUTINE].active || device->polls[LANE_URGENT].active;
}

/* --- the end of a poll --- */

static void poll_hand_over(struct device *device, const struct poll *poll) {
    struct batch *batch = poll->batch;
    bool any = false;
    for (uint32_t i = 0; i < batch->n && !any; i++)
        any = batch->qualities[i] != QUALITY_ABSENT;
    batch->time_ms = poller_sample_ms(device->poller);
    if (any && poll->instant_ms != 0)
        device->health.skew_ms = clock_wall_ms() - poll->instant_ms;
    if (any)
        device_hand_over(device, batch);
    else
        batch_give_back(batch);
}

/* Of a device that is read once: the next rate, or the end. */
static void poll_go_on_once(struct device *device, const struct poll *poll) {
    const struct poller_events *events = &device->poller->events;
    enum rate next = poll->rate == RATE_ONCE ? RATE_NORMAL : (enum rate)(poll->rate + 1);
    int error = poll->lost || (poll->failed && !poll->answered) ? poll->error : 0;
    if (error == 0 && next < RATE_ONCE)
        device_poll(device, next, 0);
    else if (events->finished != NULL)
        events->finished(events->context, device, error, poll->detail);
}

/* What became due meanwhile. */
static void poll_go_on_due(struct device *device, const struct poll *lane) {
    for (int rate = 0; rate < N_RATES && !lane->active; rate++) {
        if ((device->due >> rate & 1) == 0 || poll_of(device, (enum rate)rate) != lane)
            continue;
        device->due = (uint8_t)(device->due & ~(1u << rate));
        device_poll(device, (enum rate)rate, 0);
    }
}

static void poll_end(struct device *device, struct poll *lane) {
    struct poll poll = *lane;
    char why[200];
    *lane = (struct poll){0};
    int64_t now_us = clock_monotonic_us();
    device->health.duration_us = (uint32_t)(now_us - poll.started_us);
    punctuality_polled(&device->punctuality, poll.rate, poll.answered, poll.held_us, now_us);
    device_judge(device, &poll, why, sizeof(why));
    poll_hand_over(device, &poll);
    if (device->poller->options.once) {
        poll_go_on_once(device, &poll);
        return;
    }
    device_attach(device);
    poll_go_on_due(device, lane);
}

/* --- requests that fail --- */

/* Puts a halved request in the place of request `at`; both halves inherit its record. False where it is one
 * value. */
static bool poll_halve(struct device *device, uint32_t at) {
    struct plan *plan = device->plan, *split = NULL;
    struct request_record *records = calloc(plan->n_requests + 1, sizeof(*records));
    if (records == NULL || plan_split(plan, at, &split) != 0) {
        free(records);
        return false;
    }
    memcpy(records, device->records, (at + 1) * sizeof(*records));
    memcpy(records + at + 1, device->records + at, (plan->n_requests - at) * sizeof(*records));
    free(device->records);
    device->records = records;
    device->plan = split;
    plan_release(plan);
    for (int lane = 0; lane < N_LANES; lane++)
        device->polls[lane].at += device->polls[lane].at > at;
    return true;
}

static void poll_park(struct device *device, struct poll *poll) {
    uint32_t at = poll->at;
    const struct plan_request *request = &device->plan->requests[at];
    device->records[at].parked_until_ms = poller_now_ms(device->poller) + PARK_MS;
    device->records[at].failures = 0;
    device->health.parked += request->n_items;
    if (poll->n_parked == 0)
        poll->parked_item = request->first_item;
    poll->n_parked += request->n_items;
}

/* A refusal that blames what was asked, not the moment. Modbus 1 to 3; of SNMP every error-status but
 * resourceUnavailable. */
static bool refusal_blames_request(const struct plan_request *request, const struct link_answer *answer) {
    if (answer->error == ERROR_TOO_BIG)
        return true;
    return answer->error == ERROR_REFUSED &&
           (request->function == 0 ? answer->exception != 13 : answer->exception <= 3);
}

/* The device is there but has nothing fresh to say: an old value is not repeated, and nothing is refused. */
static bool refusal_is_stale(const struct device *device, const struct link_answer *answer) {
    return answer->error == ERROR_REFUSED && answer->exception < 16 &&
           (device->plan->driver->manners.stale_exceptions >> answer->exception & 1) != 0;
}

static void poll_stale(struct device *device, struct poll *poll) {
    health_count(&device->health, ERROR_REFUSED);
    poll->answered = true;
    poll->silences = 0;
    poll->at++;
}

/* Whether the rest of the poll is given up. */
static bool poll_is_lost(const struct device *device, const struct poll *poll, int error) {
    if (error == ERROR_TIMEOUT)
        return poll->silences >= (device->health.state == HEALTH_FAILING ? 1 : SILENCES_MOST);
    return error == ERROR_UNREACHABLE || error == ERROR_CLOSED || error == ERROR_BUSY ||
           error == ERROR_DENIED || error == ERROR_HELD;
}

/* What to do next after a request failed: ask it again in halves, the next one, or none. */
static void poll_failed(struct device *device, struct poll *poll, const struct link_answer *answer) {
    struct request_record *record = &device->records[poll->at];
    bool alive = device->health.state == HEALTH_ALIVE;
    health_count(&device->health, answer->error);
    poll->error = answer->error;
    poll->detail = answer->detail;
    poll->exception = answer->exception;
    poll->silences = (uint8_t)(answer->error == ERROR_TIMEOUT ? poll->silences + 1 : 0);
    if (record->failures <= FAILURES_MOST)
        record->failures++;
    bool blamed = refusal_blames_request(&device->plan->requests[poll->at], answer) ||
                  (record->failures > FAILURES_MOST && alive && answer->error != ERROR_BUSY);
    poll->failed |= !blamed;
    bool halved = blamed && poll_halve(device, poll->at);
    if (blamed && !halved)
        poll_park(device, poll);
    if (!halved)
        poll->at++;
    poll->lost = poll_is_lost(device, poll, answer->error);
}

/* --- requests --- */

static void poll_take(struct device *device, struct poll *poll, const struct link_answer *answer) {
    const struct plan_request *request = &device->plan->requests[poll->at];
    struct batch *batch = poll->batch;
    struct readings readings = {batch->first, batch->n, batch->values, batch->qualities, {0}, batch->ranks};
    decode_answer(device->plan, request, answer, &readings);
    for (int i = 0; i < N_BAD_REASONS; i++)
        device->health.bad[i] += readings.bad[i];
    device->records[poll->at].failures = 0;
    poll->answered = true;
    poll->silences = 0;
    poll->at++;
}

/* A unit that was silent last, on a bus where silence has had its share: it is no more alive than before. */
static void poll_has_no_turn(struct poll *poll) {
    poll->lost = poll->failed = true;
    poll->error = ERROR_TIMEOUT;
    poll->detail = "it was silent, and so were others of its bus, which all together get a tenth of its time";
}

static void poll_answered(void *context, const struct link_answer *answer) {
    struct device *device = context;
    const struct poller_events *events = &device->poller->events;
    struct poll *poll = device->asked;
    device->asked = NULL;
    poll->held_us += punctuality_held_us(answer, poll->request.timeout_ms);
    if (events->answered != NULL)
        events->answered(events->context, device, &device->plan->requests[poll->at], answer);
    if (answer->error == ERROR_BUSY && poll->request.probe)
        poll_has_no_turn(poll);
    else if (refusal_is_stale(device, answer))
        poll_stale(device, poll);
    else if (answer->error != 0)
        poll_failed(device, poll, answer);
    else
        poll_take(device, poll, answer);
    device_go_on(device);
}

/* Whether a parked request sits this poll out; a new chance when its time has come. */
static bool poll_parked(struct device *device, uint32_t at) {
    struct request_record *record = &device->records[at];
    if (record->parked_until_ms == 0)
        return false;
    if (poller_now_ms(device->poller) < record->parked_until_ms)
        return true;
    record->parked_until_ms = 0;
    device->health.parked -= device->plan->requests[at].n_items;
    return false;
}

/* Whether the poll has a request left to ask; poll->at is it. */
static bool poll_goes_on(struct device *device, struct poll *poll) {
    const struct plan_range *range = &device->plan->requests_of[poll->rate];
    while (poll->at < range->first + range->n && poll_parked(device, poll->at))
        poll->at++;
    return !poll->lost && poll->at < range->first + range->n;
}

static void poll_ask(struct device *device, struct poll *poll) {
    const struct plan_request *ask = &device->plan->requests[poll->at];
    poll->request = (struct link_request){
        .ask = ask->function != 0 ? ASK_REGISTERS
               : ask->rows > 0    ? ASK_BULK
                                  : ASK_GET,
        .function = ask->function,
        .address = ask->address,
        .count = ask->count,
        .oids = device->plan->oids + ask->first_oid,
        .n_oids = ask->n_oids,
        .repetitions = ask->rows,
        .timeout_ms = (uint32_t)device->config->timeout_ms,
        .urgent = poll->rate == RATE_FAST,
        .probe = device->health.state == HEALTH_FAILING && device->health.failures >= DOUBTFUL_FAILURES,
    };
    device->asked = poll;
    int error = link_ask(device->link, &poll->request, poll_answered, device);
    if (error == 0)
        return;
    device->asked = NULL;
    poll->lost = poll->failed = true;
    poll->error = error;
    poll->detail = "the request could not be sent";
}

/* Asks what comes next, of the urgent lane first; ends the polls that have no more to ask. */
static void device_go_on(struct device *device) {
    while (device->asked == NULL && device_is_polled(device)) {
        bool urgent = device->polls[LANE_URGENT].active;
        struct poll *poll = &device->polls[urgent ? LANE_URGENT : LANE_ROUTINE];
        if (poll_goes_on(device, poll))
            poll_ask(device, poll);
        else
            poll_end(device, poll);
    }
}

/* --- polls --- */

void device_skip_polls(struct device *device, enum rate rate, uint32_t n) {
    if (device->attached && device->plan->requests_of[rate].n > 0)
        device->health.errors[HEALTH_MISSED] += n;
}

/* Its turn has come while another poll of its lane is under way. */
static void poll_wait(struct device *device, const struct poll *lane, enum rate rate) {
    bool waited = (device->due >> rate & 1) != 0;
    int64_t interval_ms = device->config->interval_ms[rate];
    if (lane->rate != rate) {
        device->health.errors[HEALTH_MISSED] += waited;
        device->due = (uint8_t)(device->due | 1u << rate);
        return;
    }
    if (clock_monotonic_us() - lane->started_us < interval_ms * 1000 / 2)
        return; /* the first after attaching: it came out of turn */
    device->health.errors[HEALTH_MISSED]++;
    log_complain(&device->lateness, poller_now_ms(device->poller), device->config->name,
                 "answers slower than its interval of %lld ms", (long long)interval_ms);
}

static struct batch *poll_take_batch(struct device *device, enum rate rate) {
    struct poller *poller = device->poller;
    struct batch *batch = device_take_batch(device, device->plan->series_of[rate]);
    if (batch != NULL) {
        log_relieve(&poller->backlog, poller_now_ms(poller), "agent", "publishing keeps up again");
        batch->urgent = rate == RATE_FAST;
        return batch;
    }
    device->health.errors[HEALTH_DROPPED] += device->plan->series_of[rate].n;
    log_complain(&poller->backlog, poller_now_ms(poller), "agent",
                 "readings of %s are dropped: publishing is more than 5 s behind", device->config->name);
    return NULL;
}

void device_poll(struct device *device, enum rate rate, int64_t instant_ms) {
    struct poll *lane = poll_of(device, rate);
    if (!device->attached || !health_may_ask(&device->health, poller_now_ms(device->poller)))
        return;
    if (device->plan->requests_of[rate].n == 0 && !device->poller->options.once)
        return;
    if (lane->active) {
        poll_wait(device, lane, rate);
        return;
    }
    struct batch *batch = poll_take_batch(device, rate);
    if (batch == NULL)
        return;
    *lane = (struct poll){.active = true,
                          .rate = rate,
                          .at = device->plan->requests_of[rate].first,
                          .batch = batch,
                          .started_us = clock_monotonic_us(),
                          .instant_ms = instant_ms};
    device_go_on(device);
}
