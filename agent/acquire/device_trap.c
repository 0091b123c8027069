/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device does about a trap of its own: what it is asked often is read at once, whatever the schedule
 * says. One that was silent is back, and tried at once. One that says it has started may have got other
 * tables; it is discovered again.
 */
#include "acquire/device.h"

enum { STARTS_MS = 60 * 1000 }; /* discovery costs many requests: once for traps that say so time and again */

void device_place_trap(struct device *device) {
    struct trap_service *traps = device->poller->traps;
    const struct device_config *config = device->config;
    if (traps == NULL || config->snmp == NULL)
        return;
    device->trap.owner = device;
    device->trap.name = config->name;
    device->trap.credentials = config->snmp;
    int error = trap_intake_place(trap_service_intake(traps), &device->trap,
                                  (const struct sockaddr *)&device->address);
    if (error != 0)
        log_write(LOG_WARNING, config->name, "its traps are not received: %s", error_word(error));
}

void device_keep_trap(struct device *device) {
    if (device->trap.owner == NULL)
        return;
    device->trap.name = device->config->name;
    device->trap.credentials = device->config->snmp;
}

void device_forget_trap(struct device *device) {
    if (device->poller->traps != NULL)
        trap_intake_forget(trap_service_intake(device->poller->traps), &device->trap);
}

/* A poll under way may have read before the trap what it was about: then its rate comes once more behind it.
 */
static void poll_at_once(struct device *device) {
    if (device->polls[LANE_URGENT].active)
        device->due |= 1u << RATE_FAST;
    else
        device_poll(device, RATE_FAST, 0);
    if (device->polls[LANE_ROUTINE].active)
        device->due |= 1u << RATE_NORMAL;
    else
        device_poll(device, RATE_NORMAL, 0);
}

void device_read_again_in(struct device *device, int64_t ms) {
    int64_t now_ms = poller_now_ms(device->poller);
    device->rediscover_ms = now_ms + ms;
    if (!device->started)
        return;
    bool too_soon = device->started_ms != 0 && device->started_ms + STARTS_MS > now_ms;
    device->started = false;
    device->started_ms = too_soon ? device->started_ms + STARTS_MS : now_ms;
    device->rediscover_ms = device->started_ms;
}

static void react(struct device *device) {
    if (!health_is_up(&device->health))
        device->health.next_ms = poller_now_ms(device->poller);
    if (device->attached)
        poll_at_once(device);
    /* Where it is polled just now, this follows the poll. */
    device_attach(device);
}

void device_trapped(void *context, struct trap_sender *sender, bool cold_start) {
    struct device *device = sender->owner;
    (void)context;
    /* One that is about to be attached is read whole anyway; a reading under way may have begun too early. */
    device->started |= cold_start && (device->attached || device->attaching);
    if (cold_start && device->attached && !device->attaching)
        device_read_again_in(device, 0);
    if (device->attaching && !device->attached)
        device->trapped = true; /* everything is read at its end */
    else
        react(device);
}

void device_trapped_meanwhile(struct device *device) {
    if (!device->trapped)
        return;
    device->trapped = false;
    react(device);
}
