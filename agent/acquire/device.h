/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One device on the field loop, as poller.c (ownership), poller_reload.c (what changes while it runs),
 * device_attach.c (from configuration to plan), device_link.c (its links), device_poll.c (one poll after the
 * other), device_batch.c (where readings gather) and device_health.c (what is said of it) share it. Nobody
 * else includes this.
 */
#ifndef HALLWATCH_ACQUIRE_DEVICE_H
#define HALLWATCH_ACQUIRE_DEVICE_H

#include "acquire/discovery.h"
#include "acquire/health.h"
#include "acquire/identify.h"
#include "acquire/link_modbus_rtu.h"
#include "acquire/link_modbus_tcp.h"
#include "acquire/link_snmp.h"
#include "acquire/poller.h"
#include "acquire/punctuality.h"
#include "acquire/sample_clock.h"
#include "acquire/schedule.h"
#include "acquire/trap.h"
#include "base/log.h"
#include "base/resolve.h"

/* What is remembered of one request of the plan. */
struct request_record {
    int64_t parked_until_ms; /* 0: asked at every poll */
    uint8_t failures;        /* polls in a row in which it brought nothing */
};

/* Fast points are polled in the urgent lane, everything else in the other. */
enum lane { LANE_ROUTINE, LANE_URGENT, N_LANES };

struct poll {
    bool active;
    bool answered; /* a request brought values */
    bool failed;   /* one failed, and not because of what it asked for */
    bool lost;     /* the rest was given up */
    enum rate rate;
    uint8_t silences; /* requests in a row */
    uint8_t exception;
    int error; /* of the last request that failed, with what the link says of it */
    const char *detail;
    uint32_t at;                 /* the request that is under way, or comes next */
    struct link_request request; /* the link reads it until it answers */
    uint32_t n_parked;           /* values given up in this poll; the first of them: */
    uint32_t parked_item;
    struct batch *batch;
    int64_t started_us;
    int64_t held_us;    /* for how long its requests held the bus */
    int64_t instant_ms; /* of the wall clock, that its readings are to be of; 0 = none */
};

struct device {
    struct poller *poller;
    const struct device_config *config; /* NULL: it is leaving */
    struct device *next_leaving;
    size_t place; /* in the poller's devices */
    uint32_t number, generation;
    const struct driver *driver;
    char *choice; /* why the driver was chosen */
    struct link *link;
    struct link *second; /* through which it is read again while it is polled; NULL = not under way */
    struct resolve *resolve;
    struct identify *identify;
    struct discovery *discovery;
    struct image *image;             /* read, to be made a plan when no poll is under way */
    struct sockaddr_storage address; /* of the link */
    bool attaching, admitted;        /* on its way to a plan; among those that are read at present */
    struct device *next_found;       /* in the poller's queue */
    struct probe *probe;
    bool attached; /* the plan is the device's, to be polled; else of its health alone, or of what it was */
    struct plan *plan;
    struct device_view *view;
    struct request_record *records; /* of the plan's requests */
    struct health health;
    struct punctuality punctuality;
    struct complaint trouble, refusal, lateness;
    struct poll polls[N_LANES];
    struct poll *asked; /* whose request is under way; NULL = none */
    uint8_t due;        /* rates whose turn came while another of their lane was under way */
    struct batch *free; /* of n_batches the empty ones */
    uint32_t n_batches, most_batches;
    struct turn turns[N_RATES];            /* that of RATE_ONCE serves attaching and health */
    int64_t rediscover_ms, health_said_ms; /* monotonic */
    uint64_t missed_said;                  /* polls missed when health was said last */
    struct trap_sender trap;
    bool trapped;       /* by a trap while it was attaching */
    bool started;       /* a trap says so, and it has not been read again since */
    int64_t started_ms; /* monotonic: when it was or will be read again for that; 0 = never */
};

struct poller {
    uv_loop_t *loop;
    struct poller_options options;
    struct poller_events events;
    struct modbus_service *modbus;
    struct rtu_service *lines;
    struct snmp_service *snmp;
    struct trap_service *traps; /* NULL: none are received */
    struct device **devices;
    size_t n_devices, room_devices;
    struct device **numbered; /* all by number, those that leave too; NULL = the number is free */
    size_t room_numbers, lowest_free;
    struct device *leaving; /* read no more; some of their batches are still with the publisher */
    bool started;
    struct device *first_found, *last_found; /* that answer, and wait to be read */
    size_t n_admitted;
    struct plan **plans; /* one of each shape, to be shared; references */
    size_t n_plans, room_plans;
    uv_timer_t timer;
    struct schedule schedule;
    struct sample_clock sample_clock;
    struct complaint clock_set_back;
    int64_t expected_ms; /* monotonic: when the timer was to go off */
    int64_t patience_ms; /* until then nobody's silence counts */
    struct complaint backlog;
    struct device *gateway; /* that says the links' counters; NULL = none */
    bool stopping;
};

int64_t poller_now_ms(const struct poller *poller);
/* What readings of now are stamped with. */
int64_t poller_sample_ms(struct poller *poller);
/* Gives a device its turns, and takes them away. */
void poller_enlist(struct poller *poller, struct device *device);
void poller_delist(struct device *device);
/* The plan to use for one just made: it or an equal one. Takes the reference, gives one back. */
struct plan *poller_share_plan(struct poller *poller, struct plan *plan);

/* --- poller_reload.c */

/* The lowest free number becomes the device's. 0 or ERROR_MEMORY. */
int poller_take_number(struct poller *poller, struct device *device);
/* Frees those whose batches are all back. */
void poller_bury(struct poller *poller);
/* After poller_stop; every batch must be back. */
void device_free(struct device *device);

/* --- device_attach.c */

/* Before anything is known of the device: a plan and a view of its health alone. */
int device_begin(struct device *device);
/* Resolve, open, probe, recognise, discover, plan, then a first poll of everything. Does nothing before its
 * time.
 */
void device_attach(struct device *device);
/* Recognises and discovers it: its turn among those that were found has come. */
void device_read(struct device *device);
/* Stops what attaching has under way; of a device that is polled, its reading again. */
void device_give_up_attaching(struct device *device);
void device_detach(struct device *device); /* stops everything under way and closes the link */

/* --- device_found.c */

/* The device answers: device_read comes when its turn has come. */
void device_wait_to_be_read(struct device *device);
/* It does not wait any more, where it did. */
void device_read_no_more(struct device *device);
/* Goes on with as many as may be read at once. Called once per tick. */
void device_read_found(struct poller *poller);

/* --- device_link.c */

/* A link to where the device is known to be. `why` is left alone where there is nothing to add. */
int device_open_link(struct device *device, struct link **link, char *why, size_t size);
/* What it can mean that the link of a device to be attached failed so; `detail` where there is nothing to
 * add. */
const char *device_link_trouble(const struct device *device, const struct link *link, int error,
                                const char *detail);

/* --- device_trap.c */

/* Its traps come from the address of its link from now on; or from nowhere. */
void device_place_trap(struct device *device);
void device_forget_trap(struct device *device);
/* It goes on with another configuration that says the same of its address and credentials. */
void device_keep_trap(struct device *device);
/* It sent a trap, and may be polled for that now. A trap_event. */
void device_trapped(void *context, struct trap_sender *sender, bool cold_start);
/* An attempt to attach has failed, perhaps because the trap that came since was of its start. */
void device_trapped_meanwhile(struct device *device);
/* When it is discovered again: then, or as soon as may be where a trap says that it has started. */
void device_read_again_in(struct device *device, int64_t ms);

/* --- device_poll.c */

/* `instant_ms`: of the wall clock, that the readings are to be of; 0 = none. */
void device_poll(struct device *device, enum rate rate, int64_t instant_ms);
bool device_is_polled(const struct device *device);
/* The schedule was late by this many polls of a rate: they are counted and not caught up. */
void device_skip_polls(struct device *device, enum rate rate, uint32_t n);

/* --- device_batch.c */

/* For the series of the device's present plan; those of an earlier one go when they come back. */
void device_size_batches(struct device *device);
/* An empty batch for that range of series; NULL where all are still with the publisher, or memory is short.
 */
struct batch *device_take_batch(struct device *device, struct plan_range range);
/* Gives it to whoever wants the readings. */
void device_hand_over(struct device *device, struct batch *batch);
void device_free_batches(struct device *device);

/* --- gateway_report.c */

/* Where the options name a gateway. 0 or ERROR_MEMORY. */
int gateway_report_begin(struct poller *poller);
/* Does nothing before its time. */
void gateway_report_say(struct poller *poller);
void gateway_report_end(struct poller *poller);

/* --- device_health.c */

/* Sends the health series when their time has come, or at once; none before the device has had its chance. */
void device_say_health(struct device *device, bool now);
/* A poll, or an attempt to attach, failed or succeeded as a whole: health, complaints. */
void device_failed(struct device *device, int error, const char *detail);
void device_answers(struct device *device);
/*
 * After a poll: whether the device did its part, and which values it had to give up. Where it failed as a
 * whole, poll->detail says why; `why` is room for that.
 */
void device_judge(struct device *device, struct poll *poll, char *why, size_t size);

#endif
