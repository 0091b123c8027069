/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One device on the field loop, as poller.c (schedule), device_attach.c (from configuration to plan) and
 * device_poll.c (one poll after the other) share it. Nobody else includes this.
 */
#ifndef HALLWATCH_ACQUIRE_DEVICE_H
#define HALLWATCH_ACQUIRE_DEVICE_H

#include "acquire/discovery.h"
#include "acquire/health.h"
#include "acquire/identify.h"
#include "acquire/link_modbus_tcp.h"
#include "acquire/link_snmp.h"
#include "acquire/poller.h"
#include "base/log.h"
#include "base/resolve.h"

/* A device's turn at one rate, in the schedule's wheel. */
struct turn {
    struct device *device;
    enum rate rate;
    uint32_t interval_ticks;
    int64_t due_tick;
    struct turn *next;
};

enum { N_TURNS = N_RATES }; /* the turn of RATE_ONCE serves attaching and health */

struct poll {
    bool active, answered;
    enum rate rate;
    uint32_t at;                 /* request under way */
    struct link_request request; /* the link reads it until it answers */
    struct batch *batch;
    int64_t started_us;
};

struct device {
    struct poller *poller;
    const struct device_config *config;
    uint32_t number, generation;
    const struct driver *driver;
    char *choice; /* why the driver was chosen */
    struct link *link;
    struct resolve *resolve;
    struct identify *identify;
    struct discovery *discovery;
    bool attaching, stale_plan; /* the plan should be made anew */
    struct plan *plan;
    struct device_view *view;
    int64_t *parked_until_ms; /* per request */
    struct health health;
    struct complaint trouble, refusal, lateness;
    struct poll poll;
    uint8_t due; /* rates whose turn came while another was under way */
    struct batch *free;
    uint32_t n_batches;
    struct turn turns[N_TURNS];
    int64_t attached_ms, health_said_ms;
};

struct poller {
    uv_loop_t *loop;
    struct poller_options options;
    struct poller_events events;
    struct modbus_service *modbus;
    struct snmp_service *snmp;
    struct device **devices;
    size_t n_devices, room_devices;
    struct plan **plans; /* one of each shape, to be shared; references */
    size_t n_plans, room_plans;
    uv_timer_t timer;
    uint32_t tick_ms;
    int64_t tick, started_ms; /* tick number; monotonic time of tick 0 */
    struct turn **wheel;
    bool stopping;
};

int64_t poller_now_ms(const struct poller *poller);
/* Puts a turn into the wheel at its due_tick. */
void poller_schedule(struct poller *poller, struct turn *turn);
/* The plan to use for one just made: it or an equal one that is shared. Takes the reference, gives one back.
 */
struct plan *poller_share_plan(struct poller *poller, struct plan *plan);

/* device_attach.c: resolve, open, recognise, discover, plan. Ends in device_attached or device_not_attached.
 */
void device_attach(struct device *device);
void device_detach(struct device *device); /* stops everything under way and closes the link */

/* device_poll.c */
void device_poll(struct device *device, enum rate rate);
/* Sends the health series when their time has come, or at once. */
void device_say_health(struct device *device, bool now);
/* Fails or succeeds as a whole: health, complaints. */
void device_failed(struct device *device, int error, const char *detail);
void device_answers(struct device *device);
/* Batches for every rate, as many as five seconds may need. */
int device_make_batches(struct device *device);
void device_free_batches(struct device *device);

#endif
