/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schedule. Time advances in ticks (wake-ups are the cost at low rates); each device's turn at each of
 * its rates sits in a wheel of ticks and comes at the same phase every interval, so polls are spread and
 * their spacing does not drift. After a stall the turns that were missed are skipped, not caught up.
 */
#include "acquire/poller.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/device.h"
#include "base/clock.h"

enum {
    TICK_MOST_MS = 50,
    TICK_LEAST_MS = 10,
    WHEEL_SLOTS = 1024,
    DEVICES_MOST = 20000,
    ATTACH_MS =
        1000, /* how often it is looked whether a device is to be attached, or its health to be said */
};

int64_t poller_now_ms(const struct poller *poller) {
    return (int64_t)uv_now(poller->loop);
}

int poller_new(uv_loop_t *loop, const struct poller_options *options, const struct poller_events *events,
               struct poller **made) {
    struct poller *poller = calloc(1, sizeof(*poller));
    if (poller == NULL)
        return ERROR_MEMORY;
    poller->loop = loop;
    poller->options = *options;
    poller->events = *events;
    poller->wheel = calloc(WHEEL_SLOTS, sizeof(*poller->wheel));
    int error = poller->wheel == NULL ? ERROR_MEMORY : modbus_service_new(loop, &poller->modbus);
    if (error == 0)
        error = rtu_service_new(loop, &poller->lines);
    if (error == 0)
        error = snmp_service_new(loop, &poller->snmp);
    if (error == 0)
        error = gateway_report_begin(poller);
    if (error == 0 && uv_timer_init(loop, &poller->timer) != 0)
        error = ERROR_SYSTEM;
    if (error != 0) {
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

int poller_add(struct poller *poller, const struct device_config *config) {
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
    device->number = (uint32_t)poller->n_devices;
    poller->devices[poller->n_devices++] = device;
    return 0;
}

void poller_schedule(struct poller *poller, struct turn *turn) {
    struct turn **slot = &poller->wheel[turn->due_tick % WHEEL_SLOTS];
    turn->next = *slot;
    *slot = turn;
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

/*
 * One turn: the device does what is due and gets its next turn, at the same phase. One that is late by more
 * than half its interval is left out: the next would follow on its heels.
 */
static void turn_run(struct poller *poller, struct turn *turn) {
    struct device *device = turn->device;
    uint32_t skipped = 2 * (poller->now_tick - turn->due_tick) > turn->interval_ticks;
    if (skipped == 0 && turn->rate != RATE_ONCE) {
        device_poll(device, turn->rate);
    } else if (skipped == 0) {
        device_attach(device);
        device_say_health(device, false);
    }
    for (turn->due_tick += turn->interval_ticks; turn->due_tick <= poller->now_tick; skipped++)
        turn->due_tick += turn->interval_ticks;
    if (skipped > 0 && turn->rate != RATE_ONCE)
        device_skip_polls(device, turn->rate, skipped);
    poller_schedule(poller, turn);
}

static void poller_take_back(struct poller *poller) {
    struct batch *batch =
        poller->events.take_back != NULL ? poller->events.take_back(poller->events.context) : NULL;
    while (batch != NULL) {
        struct batch *next = batch->next;
        batch_give_back(batch);
        batch = next;
    }
}

static void poller_run_tick(struct poller *poller, int64_t tick) {
    struct turn **slot = &poller->wheel[tick % WHEEL_SLOTS];
    struct turn *turn = *slot;
    *slot = NULL;
    while (turn != NULL) {
        struct turn *next = turn->next;
        if (turn->due_tick <= tick)
            turn_run(poller, turn);
        else
            poller_schedule(poller, turn);
        turn = next;
    }
}

static void poller_on_timer(uv_timer_t *timer) {
    struct poller *poller = timer->data;
    int64_t now_ms = poller_now_ms(poller);
    poller->now_tick = (now_ms - poller->started_ms) / poller->tick_ms;
    poller_take_back(poller);
    modbus_service_tick(poller->modbus, now_ms);
    snmp_service_tick(poller->snmp, now_ms);
    gateway_report_say(poller);
    /* After a stall longer than the wheel every slot is looked at once. */
    if (poller->now_tick - poller->tick > WHEEL_SLOTS)
        poller->tick = poller->now_tick - WHEEL_SLOTS;
    while (poller->tick < poller->now_tick && !poller->stopping)
        poller_run_tick(poller, ++poller->tick);
    if (poller->stopping)
        return;
    uv_update_time(poller->loop);
    int64_t next_ms = poller->started_ms + (poller->tick + 1) * poller->tick_ms - poller_now_ms(poller);
    uv_timer_start(timer, poller_on_timer, next_ms > 0 ? (uint64_t)next_ms : 0, 0);
}

/* Never below the interval: a driver may have asked for no less. */
static uint32_t ticks_of(const struct poller *poller, int64_t ms) {
    int64_t ticks = (ms + poller->tick_ms - 1) / poller->tick_ms;
    return ticks < 1 ? 1 : ticks > INT32_MAX ? INT32_MAX : (uint32_t)ticks;
}

/* Whether every interval is a whole number of such ticks, and ten of them at least so that polls can spread.
 */
static bool tick_fits(const struct poller *poller, uint32_t tick_ms) {
    for (size_t i = 0; i < poller->n_devices; i++)
        for (int rate = 0; rate < RATE_ONCE; rate++) {
            int64_t interval_ms = poller->devices[i]->config->interval_ms[rate];
            if (interval_ms % tick_ms != 0 || interval_ms < 10 * (int64_t)tick_ms)
                return false;
        }
    return true;
}

/* Golden-ratio steps spread neighbours far apart, whatever their number. */
static int64_t spread_over(const struct device *device, uint32_t interval_ticks) {
    return (int64_t)((uint64_t)(device->number * 2654435761U) * interval_ticks >> 32);
}

/*
 * A device's turns. Its shortest interval gives it a phase, at which that one is polled undisturbed; longer
 * ones follow a tick later, and find it on its way or done.
 */
static void poller_enlist(struct poller *poller, struct device *device) {
    bool once = poller->options.once;
    uint32_t base_ticks = UINT32_MAX;
    bool taken = false;
    for (int rate = 0; rate < N_TURNS; rate++) {
        int64_t interval_ms = rate == RATE_ONCE ? ATTACH_MS : device->config->interval_ms[rate];
        struct turn *turn = &device->turns[rate];
        *turn = (struct turn){.device = device, .rate = (enum rate)rate};
        turn->interval_ticks = ticks_of(poller, interval_ms);
        if (rate != RATE_ONCE && turn->interval_ticks < base_ticks)
            base_ticks = turn->interval_ticks;
    }
    for (int rate = 0; rate < N_TURNS; rate++) {
        struct turn *turn = &device->turns[rate];
        turn->due_tick = 1 + (once ? 0 : spread_over(device, turn->interval_ticks));
        if (rate != RATE_ONCE) {
            bool behind = taken || turn->interval_ticks != base_ticks;
            turn->due_tick += spread_over(device, base_ticks) - (turn->due_tick - 1) % base_ticks + behind;
            taken |= !behind;
        }
        if (rate == RATE_ONCE || !once)
            poller_schedule(poller, turn);
    }
}

int poller_start(struct poller *poller) {
    uv_update_time(poller->loop);
    poller->started_ms = poller_now_ms(poller);
    poller->tick_ms = poller->options.once ? TICK_LEAST_MS : TICK_MOST_MS;
    while (poller->tick_ms > TICK_LEAST_MS && !tick_fits(poller, poller->tick_ms))
        poller->tick_ms--;
    for (size_t i = 0; i < poller->n_devices; i++) {
        int error = poller->options.once ? 0 : device_begin(poller->devices[i]);
        if (error != 0)
            return error;
        poller_enlist(poller, poller->devices[i]);
    }
    return uv_timer_start(&poller->timer, poller_on_timer, poller->tick_ms, 0) == 0 ? 0 : ERROR_SYSTEM;
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
    poller->modbus = NULL;
    poller->lines = NULL;
    poller->snmp = NULL;
    uv_close((uv_handle_t *)&poller->timer, NULL);
}

void poller_free(struct poller *poller) {
    if (poller == NULL)
        return;
    poller_take_back(poller);
    for (size_t i = 0; i < poller->n_devices; i++) {
        struct device *device = poller->devices[i];
        device_free_batches(device);
        device_view_release(device->view);
        plan_release(device->plan);
        free(device->records);
        free(device->choice);
        free(device);
    }
    for (size_t i = 0; i < poller->n_plans; i++)
        plan_release(poller->plans[i]);
    gateway_report_end(poller);
    free(poller->plans);
    free(poller->devices);
    free(poller->wheel);
    free(poller);
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
