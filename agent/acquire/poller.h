/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The poller: owns the devices on the field loop, keeps their schedule, and hands over what they say.
 * Everything here runs on the loop's thread and waits for nothing. No device's fault delays another device's
 * poll: each has a link and deadlines of its own, and a poll that is still under way when the next is due is
 * counted and skipped, never queued.
 */
#ifndef HALLWATCH_ACQUIRE_POLLER_H
#define HALLWATCH_ACQUIRE_POLLER_H

#include <uv.h>

#include "acquire/plan.h"
#include "acquire/trap.h"
#include "model/config.h"

struct poller;
struct device;
struct identify_finding;

struct poller_events {
    void *context;
    /* One poll's readings; given away. NULL: nobody wants them and they are given back at once. */
    void (*batch)(void *context, struct batch *batch);
    /* Once per tick: batches that came back empty, linked by `next`; NULL where none. May be NULL itself. */
    struct batch *(*take_back)(void *context);
    /* For `read`: an answer before it is decoded, and the end of a first attempt to read everything. May be
     * NULL. */
    void (*answered)(void *context, const struct device *device, const struct plan_request *request,
                     const struct link_answer *answer);
    void (*finished)(void *context, const struct device *device, int error, const char *why);
    /* For `identify`: where it is there, a device is recognised, whatever driver it is configured with, and
     * not read. May be NULL. */
    void (*identified)(void *context, const struct device *device, const struct identify_finding *finding);
};

struct poller_options {
    const char *site;
    const char *gateway;             /* whose links' counters are said too; NULL: they are not */
    const struct trap_config *traps; /* until poller_new returns; NULL: none are received */
    bool once;                       /* read everything once, then finish */
    bool with_raw;                   /* keep points without a stated unit */
    bool aligned; /* polls stand at whole multiples of their interval of the wall clock, not spread over it */
};

/* `config`, `options` and `events` are copied; what they point to is borrowed until poller_free. */
int poller_new(uv_loop_t *loop, const struct poller_options *options, const struct poller_events *events,
               struct poller **poller);

/*
 * Before poller_start or while it runs. The device gets the lowest number that is free. Its first attempt is
 * spread over its interval. 0, ERROR_MEMORY or ERROR_TOO_BIG.
 */
int poller_add(struct poller *poller, struct device_config *config);

/*
 * Another configuration of a device that is read, in two steps, since the first must be taken for all devices
 * before the configuration before may go, and the second costs more. `what` are the bits of config_changes.h.
 *
 * First: the device goes on with it; where it is another one by now, its link is closed. Device and number
 * stay; one whose number is not known is left to poller_add, and false returned.
 */
bool poller_adopt(struct poller *poller, uint32_t number, struct device_config *config, unsigned what);
/*
 * Then: what follows from it: views, and turns in the schedule. Nothing of what did not change is touched.
 * ERROR_MEMORY: it goes on as it was.
 */
int poller_renew(struct poller *poller, uint32_t number, unsigned what);

/*
 * Stops reading a device and says a farewell behind its last batch. Its configuration is not used any more;
 * its number and memory are free when all its batches have come back.
 */
void poller_remove(struct poller *poller, uint32_t number);

int poller_start(struct poller *poller);

/* Closes links and timers; afterwards the loop must run until it has nothing left, then poller_free. NULL is
 * fine. */
void poller_stop(struct poller *poller);
void poller_free(struct poller *poller);

/* On the loop's thread: an empty batch back to its device. */
void batch_give_back(struct batch *batch);

/* What became of traps so far; on the loop's thread. All zero where none are received. */
struct trap_counts poller_trap_counts(const struct poller *poller);

/* For messages. */
const struct device_config *device_config_of(const struct device *device);
const struct plan *device_plan_of(const struct device *device);        /* NULL before it is attached */
const struct device_view *device_view_of(const struct device *device); /* the same */
const char *device_choice_of(const struct device *device); /* why its driver was chosen; "" if configured */

#endif
