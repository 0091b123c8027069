/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the devices, the services that carry their requests, and the plans that devices of one shape share;
 * gives each device its turns. When a turn comes is schedule.c's, what is done in it device_attach.c's and
 * device_poll.c's.
 */
#include "acquire/poller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/device.h"
#include "base/clock.h"

enum {
    DEVICES_MOST = 20000,
    AHEAD_SAID_MS = 1000,   /* by which readings are stamped later than the clock says */
    STALL_MS = 100,         /* later than that the timer goes off only where the loop was held up */
    PATIENCE_MOST_MS = 500, /* with silence after a stall */
    ATTACH_MS =
        1000, /* how often it is looked whether a device is to be attached, or its health to be said */
};

int64_t poller_now_ms(const struct poller *poller) {
    return (int64_t)uv_now(poller->loop);
}

/* SNMPv3 knows gateways by the name. */
static int poller_start_traps(struct poller *poller) {
    char name[600];
    snprintf(name, sizeof(name), "%s/%s", poller->options.site, poller->options.gateway);
    return trap_service_new(poller->loop, poller->options.traps, name, device_trapped, NULL, &poller->traps);
}

int poller_new(uv_loop_t *loop, const struct poller_options *options, const struct poller_events *events,
               struct poller **made) {
    struct poller *poller = calloc(1, sizeof(*poller));
    if (poller == NULL)
        return ERROR_MEMORY;
    poller->loop = loop;
    poller->options = *options;
    poller->events = *events;
    int error = modbus_service_new(loop, &poller->modbus);
    if (error == 0)
        error = rtu_service_new(loop, &poller->lines);
    if (error == 0)
        error = snmp_service_new(loop, &poller->snmp);
    if (error == 0 && options->traps != NULL)
        error = poller_start_traps(poller);
    if (error == 0)
        error = gateway_report_begin(poller);
    if (error == 0 && uv_timer_init(loop, &poller->timer) != 0)
        error = ERROR_SYSTEM;
    if (error != 0) {
        trap_service_free(poller->traps);
        modbus_service_free(poller->modbus);
        rtu_service_free(poller->lines);
        if (poller->snmp != NULL)
            snmp_service_free(poller->snmp);
        poller_free(poller);
        return error;
    }
    poller->timer.data = poller;
    *made = poller;
    return 0;
}

/* A device of a poller that runs gets its plan, view and turns. */
static int poller_begin(struct poller *poller, struct device *device) {
    int error = poller->options.once ? 0 : device_begin(device);
    if (error == 0)
        poller_enlist(poller, device);
    return error;
}

int poller_add(struct poller *poller, struct device_config *config) {
    if (poller->n_devices == DEVICES_MOST)
        return ERROR_TOO_BIG;
    if (poller->n_devices == poller->room_devices) {
        size_t room = poller->room_devices == 0 ? 16 : poller->room_devices * 2;
        struct device **larger = reallocarray(poller->devices, room, sizeof(struct device *));
        if (larger == NULL)
            return ERROR_MEMORY;
        poller->devices = larger;
        poller->room_devices = room;
    }
    struct device *device = calloc(1, sizeof(*device));
    if (device == NULL)
        return ERROR_MEMORY;
    device->poller = poller;
    device->config = config;
    device->driver = config->driver;
    int error = poller_take_number(poller, device);
    if (error == 0 && poller->started)
        error = poller_begin(poller, device);
    if (error != 0) {
        device_free(device);
        return error;
    }
    config->number = device->number;
    device->place = poller->n_devices;
    poller->devices[poller->n_devices++] = device;
    return 0;
}

struct plan *poller_share_plan(struct poller *poller, struct plan *plan) {
    struct plan *equal = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < poller->n_plans; i++) {
        struct plan *each = poller->plans[i];
        if (equal == NULL && plan_equal(each, plan))
            equal = each;
        else if (atomic_load(&each->references) == 1) { /* nobody's but ours */
            plan_release(each);
            continue;
        }
        poller->plans[kept++] = each;
    }
    poller->n_plans = kept;
    if (equal != NULL) {
        plan_release(plan);
        return plan_hold(equal);
    }
    if (poller->n_plans == poller->room_plans) {
        size_t room = poller->room_plans == 0 ? 16 : poller->room_plans * 2;
        struct plan **larger = reallocarray(poller->plans, room, sizeof(struct plan *));
        if (larger == NULL)
            return plan; /* it works unshared too */
        poller->plans = larger;
        poller->room_plans = room;
    }
    poller->plans[poller->n_plans++] = plan_hold(plan);
    return plan;
}

/* The turn of RATE_ONCE serves attaching and health. */
static void poller_run_turn(const struct occurrence *occurrence) {
    struct device *device = occurrence->turn->owner;
    enum rate rate = (enum rate)(occurrence->turn - device->turns);
    if (rate == RATE_ONCE) {
        device_attach(device);
        device_say_health(device, false);
        return;
    }
    if (!occurrence->late)
        device_poll(device, rate, occurrence->instant_ms);
    if (occurrence->skipped > 0)
        device_skip_polls(device, rate, occurrence->skipped);
}

static void poller_take_back(struct poller *poller) {
    struct batch *batch =
        poller->events.take_back != NULL ? poller->events.take_back(poller->events.context) : NULL;
    while (batch != NULL) {
        struct batch *next = batch->next;
        batch_give_back(batch);
        batch = next;
    }
    poller_bury(poller);
}

/*
 * Time-outs of what links wait for. After a stall of our own the answers are here and only not read yet: that
 * is nobody's silence, and they are read first.
 */
static void poller_tick_links(struct poller *poller, int64_t now_ms) {
    int64_t late_ms = now_ms - poller->expected_ms;
    if (late_ms > STALL_MS)
        poller->patience_ms = now_ms + (late_ms < PATIENCE_MOST_MS ? late_ms : PATIENCE_MOST_MS);
    if (now_ms < poller->patience_ms)
        return;
    modbus_service_tick(poller->modbus, now_ms);
    snmp_service_tick(poller->snmp, now_ms);
}

static void poller_on_timer(uv_timer_t *timer) {
    struct poller *poller = timer->data;
    struct occurrence occurrence;
    int64_t now_ms = poller_now_ms(poller);
    poller_take_back(poller);
    poller_tick_links(poller, now_ms);
    if (poller->traps != NULL)
        trap_service_tick(poller->traps, now_ms);
    gateway_report_say(poller);
    device_read_found(poller);
    schedule_advance(&poller->schedule, now_ms, clock_wall_ms());
    while (!poller->stopping && schedule_next(&poller->schedule, &occurrence))
        poller_run_turn(&occurrence);
    if (poller->stopping)
        return;
    uv_update_time(poller->loop);
    int64_t wait_ms = schedule_wait_ms(&poller->schedule, poller_now_ms(poller));
    poller->expected_ms = poller_now_ms(poller) + wait_ms;
    uv_timer_start(timer, poller_on_timer, (uint64_t)wait_ms, 0);
}

int64_t poller_sample_ms(struct poller *poller) {
    struct sample_clock *clock = &poller->sample_clock;
    int64_t wall_ms = clock_wall_ms(), now_ms = clock_monotonic_ms();
    int64_t time_ms = sample_clock_ms(clock, wall_ms, now_ms);
    if (time_ms - wall_ms > AHEAD_SAID_MS)
        log_complain(
            &poller->clock_set_back, now_ms, "agent",
            "the clock was set back: readings are stamped %lld s later than it says, and less and less, "
            "so that none is earlier than one before",
            (long long)(time_ms - wall_ms) / 1000);
    else if (!clock->is_ahead)
        log_relieve(&poller->clock_set_back, now_ms, "agent", "readings are stamped by the clock again");
    return time_ms;
}

void poller_delist(struct device *device) {
    for (int rate = 0; rate < N_RATES; rate++)
        schedule_remove(&device->turns[rate]);
}

void poller_enlist(struct poller *poller, struct device *device) {
    struct turn *turns[RATE_ONCE];
    bool once = poller->options.once;
    for (int rate = 0; rate < N_RATES; rate++)
        device->turns[rate].owner = device;
    for (int rate = 0; rate < RATE_ONCE; rate++)
        turns[rate] = &device->turns[rate];
    schedule_add_spread(&poller->schedule, &device->turns[RATE_ONCE], ATTACH_MS, device->number, once);
    if (!once)
        schedule_add(&poller->schedule, turns, device->config->interval_ms, RATE_ONCE, device->number);
}

int poller_start(struct poller *poller) {
    uv_update_time(poller->loop);
    schedule_init(&poller->schedule, poller->options.aligned, poller_now_ms(poller), clock_wall_ms());
    for (size_t i = 0; i < poller->n_devices; i++) {
        int error = poller_begin(poller, poller->devices[i]);
        if (error != 0)
            return error;
    }
    poller->started = true;
    poller->expected_ms = poller_now_ms(poller) + SCHEDULE_TICK_MS;
    return uv_timer_start(&poller->timer, poller_on_timer, SCHEDULE_TICK_MS, 0) == 0 ? 0 : ERROR_SYSTEM;
}

void poller_stop(struct poller *poller) {
    if (poller == NULL || poller->stopping)
        return;
    poller->stopping = true;
    poller_take_back(poller);
    for (size_t i = 0; i < poller->n_devices; i++)
        device_detach(poller->devices[i]);
    modbus_service_free(poller->modbus);
    rtu_service_free(poller->lines);
    snmp_service_free(poller->snmp);
    trap_service_free(poller->traps);
    poller->traps = NULL;
    poller->modbus = NULL;
    poller->lines = NULL;
    poller->snmp = NULL;
    uv_close((uv_handle_t *)&poller->timer, NULL);
}

void poller_free(struct poller *poller) {
    if (poller == NULL)
        return;
    poller_take_back(poller);
    for (size_t i = 0; i < poller->room_numbers; i++)
        device_free(poller->numbered[i]);
    free(poller->numbered);
    for (size_t i = 0; i < poller->n_plans; i++)
        plan_release(poller->plans[i]);
    gateway_report_end(poller);
    free(poller->plans);
    free(poller->devices);
    free(poller);
}

struct trap_counts poller_trap_counts(const struct poller *poller) {
    return poller->traps != NULL ? trap_service_counts(poller->traps) : (struct trap_counts){0};
}

const struct device_config *device_config_of(const struct device *device) {
    return device->config;
}

const struct plan *device_plan_of(const struct device *device) {
    return device->plan;
}

const struct device_view *device_view_of(const struct device *device) {
    return device->view;
}

const char *device_choice_of(const struct device *device) {
    return device->choice != NULL ? device->choice : "";
}
