/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agent says of a device, in the log and in its health series. What successes and failures mean is
 * health's; here they get words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/describe.h"
#include "acquire/device.h"
#include "base/clock.h"

enum { HEALTH_MS = 10 * 1000 };

/* What did not happen again since health was said last. */
static void say_what_is_over(struct device *device, int64_t now_ms) {
    const struct health *health = &device->health;
    if (health->errors[HEALTH_MISSED] == device->missed_said)
        log_relieve(&device->lateness, now_ms, device->config->name, "answers within its interval again");
    if (health->parked == 0)
        log_relieve(&device->refusal, now_ms, device->config->name, "gives all its values again");
    device->missed_said = health->errors[HEALTH_MISSED];
}

static void say_punctuality(struct device *device) {
    punctuality_report(&device->punctuality, device->config->interval_ms, clock_monotonic_us(),
                       &device->health.punctuality);
}

void device_say_health(struct device *device, bool now) {
    int64_t now_ms = poller_now_ms(device->poller);
    bool unknown = device->health.failures == 0 && device->health.last_success_ms == 0;
    if (unknown || device->poller->options.once || (!now && now_ms - device->health_said_ms < HEALTH_MS))
        return;
    struct batch *batch = device_take_batch(device, device->plan->health);
    if (batch == NULL)
        return;
    say_punctuality(device);
    health_write(&device->health, batch->values);
    memset(batch->qualities, QUALITY_GOOD, batch->n);
    if (device->health.last_success_ms == 0) {
        batch->qualities[HEALTH_SERIES_LAST_SUCCESS] = QUALITY_ABSENT;
        batch->qualities[HEALTH_SERIES_DURATION] = QUALITY_ABSENT;
    }
    if (!health_is_up(&device->health))
        memset(batch->qualities + HEALTH_SERIES_INTERVAL, QUALITY_ABSENT, 3);
    if (!device->poller->options.aligned || device->health.last_success_ms == 0)
        batch->qualities[HEALTH_SERIES_SKEW] = QUALITY_ABSENT;
    batch->time_ms = poller_sample_ms(device->poller);
    device->health_said_ms = now_ms;
    device_hand_over(device, batch);
    if (!now)
        say_what_is_over(device, now_ms);
}

/* What happened, for people; the URL follows. */
static const char *trouble_text(int error) {
    if (error == ERROR_TIMEOUT || error == ERROR_UNREACHABLE || error == ERROR_CLOSED)
        return "no answer from";
    if (error == ERROR_HELD)
        return "is left alone, only tried now and then,";
    return error == ERROR_GARBLED ? "answers that break the protocol from" : "no readings from";
}

void device_failed(struct device *device, int error, const char *detail) {
    struct health *health = &device->health;
    int64_t now_ms = poller_now_ms(device->poller);
    const struct device_config *config = device->config;
    bool news = health_fail(health, error, now_ms, (device->number + (uint32_t)now_ms) * 2654435761U >> 16);
    char silence[60];
    if (detail == NULL && error == ERROR_TIMEOUT) {
        snprintf(silence, sizeof(silence), "nothing within %lld ms", (long long)config->timeout_ms);
        detail = silence;
    }
    if (!health_is_up(health)) {
        /* What comes back may be another model. */
        device_give_up_attaching(device);
        device->attached = false;
        if (news && error == ERROR_HELD)
            device->trouble = (struct complaint){0}; /* it is another trouble now */
        device->driver = config->driver;
        device->punctuality = (struct punctuality){0};
        if (!device->poller->options.once)
            log_complain(&device->trouble, now_ms, config->name, "%s %s: %s", trouble_text(error),
                         config->url_text, detail != NULL ? detail : error_word(error));
    }
    if (news || (health->state == HEALTH_NEW && health->failures == 1))
        device_say_health(device, true);
}

void device_answers(struct device *device) {
    int64_t now_ms = poller_now_ms(device->poller);
    if (!health_succeed(&device->health, clock_wall_ms()))
        return;
    log_relieve(&device->trouble, now_ms, device->config->name, "answers");
    device_say_health(device, true);
}

/* Codes of Modbus application protocol V1.1b3, 7; error-status of RFC 3416, 3. */
static const char *refusal_text(bool modbus, unsigned code) {
    static const char *const exceptions[] = {
        [1] = "illegal function", [2] = "illegal data address",   [3] = "illegal data value",
        [4] = "device failure",   [5] = "acknowledged for later", [6] = "busy",
    };
    static const char *const statuses[] = {
        [1] = "tooBig", [2] = "noSuchName", [5] = "genErr", [6] = "noAccess", [13] = "resourceUnavailable",
    };
    size_t n = modbus ? sizeof(exceptions) / sizeof(exceptions[0]) : sizeof(statuses) / sizeof(statuses[0]);
    const char *text = code < n ? (modbus ? exceptions : statuses)[code] : NULL;
    return text != NULL ? text : "not said why";
}

/* Why the request brought nothing: "illegal data address (exception 2)". */
static void write_reason(const struct poll *poll, bool modbus, char *text, size_t size) {
    if (poll->error == ERROR_REFUSED)
        snprintf(text, size, "%s (%s %u)", refusal_text(modbus, poll->exception),
                 modbus ? "exception" : "error-status", poll->exception);
    else
        snprintf(text, size, "%s", poll->detail != NULL ? poll->detail : error_word(poll->error));
}

static void say_parked(struct device *device, const struct poll *poll, const char *reason) {
    const struct plan *plan = device->plan;
    const struct plan_request *request = plan->requests;
    while (poll->parked_item - request->first_item >= request->n_items)
        request++;
    const struct plan_item *item = &plan->items[poll->parked_item];
    char *source = describe_source(plan, request, item);
    log_complain(&device->refusal, poller_now_ms(device->poller), device->config->name,
                 "gives no %s, %s: %s; %u of its %zu values are left out, tried again every 10 min",
                 catalog_quantity(item->point->quantity)->name, source != NULL ? source : "", reason,
                 device->health.parked, plan->n_items);
    free(source);
}

void device_judge(struct device *device, struct poll *poll, char *why, size_t size) {
    if (poll->error != 0)
        write_reason(poll, device->plan->driver->protocol == PROTOCOL_MODBUS, why, size);
    if (device->health.parked >= device->plan->n_items) {
        snprintf(why, size, "it refuses every value of driver %s: is it another device?",
                 device->plan->driver->name);
        poll->error = ERROR_REFUSED;
        poll->failed = true;
        poll->answered = false;
    } else if (poll->n_parked > 0 && !device->poller->options.once) {
        say_parked(device, poll, why);
    }
    if (poll->error == ERROR_REFUSED)
        poll->detail = why;
    if (poll->answered)
        device_answers(device);
    else if (poll->failed)
        device_failed(device, poll->error, poll->detail);
}
