/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From configuration to plan: resolve the host, open the link, probe whether the device is there at all,
 * recognise it where no driver is named, discover its rows, build the plan and the view. Each step ends in
 * the next or in attach_failed; the schedule tries again later. Whether the device is well is said by the
 * polls that follow.
 *
 * Now and then a device that answers is read again, through a link of its own beside the one of its polls,
 * which go on. What has changed is taken over between two polls.
 *
 * A probe is one small request and no memory, so a whole dark hall can be probed at once; those that answer
 * are read some at a time (device_found.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/describe.h"
#include "acquire/device.h"
#include "acquire/pattern.h"
#include "base/clock.h"

/* A probe under way. */
struct probe {
    struct wanted wanted;
    struct oid name;
    struct link_request request;
};

static void attach_identify(struct device *device);
static void attach_discover(struct device *device);

static uint32_t attach_timeout_ms(const struct device *device) {
    return (uint32_t)device->config->timeout_ms;
}

enum { REDISCOVER_MS = 60 * 60 * 1000, BUSY_MS = 60 * 1000 };

/* What the device is read through. */
static struct link *attach_link(const struct device *device) {
    return device->second != NULL ? device->second : device->link;
}

/* The link may be closed from inside its callback: it is the last that happens there. */
static void attach_ended(struct device *device) {
    if (device->second != NULL)
        link_close(device->second);
    device->second = NULL;
    device->attaching = false;
    device->poller->n_admitted -= device->admitted;
    device->admitted = false;
}

/* A driver for what no driver is known for: it has nothing but its health. */
static const struct driver unrecognised = {.name = "", .title = ""};

static void attach_say_failed(struct device *device, int error, const char *detail) {
    detail = device_link_trouble(device, attach_link(device), error, detail);
    attach_ended(device);
    if (error == ERROR_BUSY && device->health.state != HEALTH_ALIVE) {
        device_read_again_in(device, BUSY_MS);
        return; /* its bus has no time for it now, which is not its fault */
    }
    health_count(&device->health, error);
    /* Its polls tell how it is; that it is another device they would not notice. */
    if (device->attached && error != ERROR_NOT_FOUND) {
        device_read_again_in(device, REDISCOVER_MS);
        return;
    }
    device->attached = false;
    device_failed(device, error, detail);
    if (device->poller->options.once && device->poller->events.finished != NULL)
        device->poller->events.finished(device->poller->events.context, device, error, detail);
}

static void attach_failed(struct device *device, int error, const char *detail) {
    attach_say_failed(device, error, detail);
    device_trapped_meanwhile(device);
}

/* --- link --- */

/* It is there, and its turn among those that are read has come. */
void device_read(struct device *device) {
    device->admitted = true;
    device->poller->n_admitted++;
    if (device->driver == NULL || device->poller->events.identified != NULL)
        attach_identify(device);
    else
        attach_discover(device);
}

/* A refusal is an answer. */
static void attach_probed(void *context, const struct link_answer *answer) {
    struct device *device = context;
    free(device->probe);
    device->probe = NULL;
    if (answer->error == 0 || answer->error == ERROR_REFUSED || answer->error == ERROR_TOO_BIG)
        device_wait_to_be_read(device);
    else
        attach_failed(device, answer->error, answer->detail);
}

static void attach_probe(struct device *device) {
    struct probe *probe = calloc(1, sizeof(*probe));
    if (probe == NULL) {
        attach_failed(device, ERROR_MEMORY, NULL);
        return;
    }
    device->probe = probe;
    wanted_probe(device->driver, &probe->wanted);
    probe->name = (struct oid){probe->wanted.part, probe->wanted.n};
    probe->request = (struct link_request){.ask = probe->wanted.n > 0 ? ASK_GET : ASK_REGISTERS,
                                           .function = probe->wanted.function,
                                           .address = probe->wanted.address,
                                           .count = probe->wanted.count,
                                           .oids = &probe->name,
                                           .n_oids = 1,
                                           .timeout_ms = attach_timeout_ms(device),
                                           .probe = true};
    int error = link_ask(attach_link(device), &probe->request, attach_probed, device);
    if (error == 0)
        return;
    device->probe = NULL;
    free(probe);
    attach_failed(device, error, "the request could not be sent");
}

/* One that is up is known to be there; one that is read once is read at once. */
static void attach_go_on(struct device *device) {
    if (device->poller->options.once)
        device_read(device);
    else if (health_is_up(&device->health))
        device_wait_to_be_read(device);
    else
        attach_probe(device);
}

static void attach_open_and_go_on(struct device *device, struct link **link) {
    char why[300] = "its link could not be opened";
    int error = device_open_link(device, link, why, sizeof(why));
    if (error != 0)
        attach_failed(device, error, why);
    else
        attach_go_on(device);
}

/* The name of a device that does not answer may have got another address. */
static void attach_resolved(void *context, int error, const struct sockaddr_storage *address) {
    struct device *device = context;
    device->resolve = NULL;
    if (error != 0) {
        attach_failed(device, ERROR_UNREACHABLE,
                      error == ERROR_NOT_FOUND ? "there is no host of that name"
                                               : "its host name cannot be resolved");
        return;
    }
    if (device->link != NULL && memcmp(&device->address, address, sizeof(*address)) != 0) {
        link_close(device->link);
        device->link = NULL;
    }
    device->address = *address;
    device_place_trap(device);
    if (device->link == NULL)
        attach_open_and_go_on(device, &device->link);
    else
        attach_go_on(device);
}

static void attach_open(struct device *device) {
    const struct device_url *url = &device->config->url;
    bool named = url->transport != TRANSPORT_REPLAY && url->transport != TRANSPORT_MODBUS_SERIAL;
    if (device->attached)
        attach_open_and_go_on(device, &device->second);
    else if (named && resolve_start(device->poller->loop, url->host, url->port, attach_resolved, device,
                                    &device->resolve) != 0)
        attach_failed(device, ERROR_MEMORY, NULL);
    else if (!named && device->link != NULL)
        attach_go_on(device);
    else if (!named)
        attach_open_and_go_on(device, &device->link);
}

/* --- recognise --- */

/* Where only that is wanted: it is over. */
static void attach_say_finding(struct device *device, const struct identify_finding *finding) {
    const struct poller_events *events = &device->poller->events;
    const char *why = device_link_trouble(device, attach_link(device), finding->error, finding->why);
    events->identified(events->context, device, finding);
    attach_ended(device);
    if (events->finished != NULL)
        events->finished(events->context, device, finding->error, why);
}

/* Its link does not know its manners. The new one is there before the old one goes: they may share a line. */
static void attach_open_anew(struct device *device) {
    char why[300] = "its link could not be opened";
    struct link **place = device->second != NULL ? &device->second : &device->link, *link = NULL;
    int error = device_open_link(device, &link, why, sizeof(why));
    link_close(*place);
    *place = link;
    if (error != 0)
        attach_failed(device, error, why);
    else
        attach_discover(device);
}

static void attach_identified(void *context, const struct identify_finding *finding) {
    struct device *device = context;
    device->identify = NULL;
    if (device->poller->events.identified != NULL) {
        attach_say_finding(device, finding);
        return;
    }
    if (finding->driver == NULL) {
        attach_failed(device, finding->error, finding->why);
        return;
    }
    device->driver = finding->driver;
    free(device->choice);
    device->choice = strdup(finding->why);
    if (device->driver->protocol == PROTOCOL_MODBUS && device->driver->manners.pause_ms > 0)
        attach_open_anew(device);
    else
        attach_discover(device);
}

static void attach_identify(struct device *device) {
    const struct identify_options options = {.protocol = device_url_protocol(&device->config->url),
                                             .timeout_ms = attach_timeout_ms(device),
                                             .first = device->driver,
                                             .survey = device->poller->events.identified != NULL};
    int error = identify_start(attach_link(device), &options, attach_identified, device, &device->identify);
    if (error != 0)
        attach_failed(device, error, NULL);
}

/* --- discover, plan, describe --- */

static void attach_take_plan(struct device *device, struct plan *plan, struct request_record *records) {
    if (plan == device->plan) {
        plan_release(plan);
        free(records);
        return;
    }
    plan_release(device->plan);
    free(device->records);
    device->plan = plan;
    device->records = records;
    device->health.parked = 0;
    device_size_batches(device);
}

/*
 * Takes the plan; keeps the present one and the present view where nothing has changed, so that its series go
 * on.
 */
static int attach_adopt(struct device *device, struct plan *plan, const struct image *image) {
    plan = poller_share_plan(device->poller, plan);
    struct device_view *view = describe_device(device->config, device->poller->options.site, plan, image,
                                               device->number, device->generation + 1);
    struct request_record *records = calloc(plan->n_requests + 1, sizeof(*records));
    if (view == NULL || records == NULL) {
        plan_release(plan);
        device_view_release(view);
        free(records);
        return ERROR_MEMORY;
    }
    attach_take_plan(device, plan, records);
    if (device->view != NULL && describe_equal(device->view, view)) {
        device_view_release(view);
        return 0;
    }
    device_view_release(device->view);
    device->view = view;
    device->generation++;
    return 0;
}

int device_begin(struct device *device) {
    const struct driver *driver = device->driver != NULL ? device->driver : &unrecognised;
    struct image *image = image_new();
    struct plan *plan;
    int error = image == NULL ? ERROR_MEMORY : plan_of_health(driver, &plan);
    if (error == 0) {
        image_seal(image);
        error = attach_adopt(device, plan, image);
    }
    image_free(image);
    return error;
}

static void attach_wrong_device(struct device *device) {
    char why[200];
    snprintf(
        why, sizeof(why),
        "it answers none of the points of driver %s: is it another device, or may this reader not see them?",
        device->driver->name);
    attach_failed(device, ERROR_NOT_FOUND, why);
}

/* Of a device that was not polled so far everything is read at once; the schedule goes on from there. */
static void attach_done(struct device *device) {
    bool again = device->attached;
    attach_ended(device);
    device->attached = true;
    device_read_again_in(device, REDISCOVER_MS);
    device_poll(device, RATE_ONCE, 0);
    for (int rate = 0; rate < RATE_ONCE && !device->poller->options.once && !again; rate++)
        device_poll(device, (enum rate)rate, 0);
}

/* From the image to the plan. Not while a poll goes by the present one. */
static void attach_plan(struct device *device) {
    struct image *image = device->image;
    struct plan *plan = NULL;
    char why[300];
    device->image = NULL;
    if (identify_contradicts(device->driver, image, why, sizeof(why))) {
        image_free(image);
        attach_failed(device, ERROR_NOT_FOUND, why);
        return;
    }
    int error = plan_build(device->driver, image, device->poller->options.with_raw, &plan);
    if (error == 0)
        error = attach_adopt(device, plan, image);
    image_free(image);
    if (error == ERROR_NOT_FOUND)
        attach_wrong_device(device);
    else if (error == ERROR_TOO_BIG)
        attach_failed(device, error, "it lists more values than any device has: is it one?");
    else if (error != 0)
        attach_failed(device, error, NULL);
    else
        attach_done(device);
}

static void attach_discovered(void *context, struct image *image, int error, const char *detail) {
    struct device *device = context;
    device->discovery = NULL;
    device->image = image;
    if (error != 0)
        attach_failed(device, error, detail);
    else if (!device_is_polled(device))
        attach_plan(device);
}

static void attach_discover(struct device *device) {
    int error = discovery_start(attach_link(device), device->driver, device->config->variant,
                                attach_timeout_ms(device), attach_discovered, device, &device->discovery);
    if (error != 0)
        attach_failed(device, error, NULL);
}

void device_attach(struct device *device) {
    int64_t now_ms = poller_now_ms(device->poller);
    if (device->image != NULL && !device_is_polled(device)) {
        attach_plan(device);
        return;
    }
    if (device->attaching || (device->attached && now_ms < device->rediscover_ms) ||
        (!device->attached && device_is_polled(device)) || !health_may_ask(&device->health, now_ms))
        return;
    device->attaching = true;
    device->trapped = false;
    attach_open(device);
}

void device_give_up_attaching(struct device *device) {
    resolve_stop(device->resolve);
    device->resolve = NULL;
    /* A closed link forgets its request; only then may those who wait for it go. */
    if (device->attaching)
        attach_ended(device);
    device_read_no_more(device);
    free(device->probe);
    identify_stop(device->identify);
    discovery_stop(device->discovery);
    image_free(device->image);
    device->probe = NULL;
    device->identify = NULL;
    device->discovery = NULL;
    device->image = NULL;
}

void device_detach(struct device *device) {
    device_forget_trap(device);
    if (device->link != NULL)
        link_close(device->link);
    device->link = NULL;
    device_give_up_attaching(device);
    for (int lane = 0; lane < N_LANES; lane++) {
        if (device->polls[lane].batch != NULL)
            batch_give_back(device->polls[lane].batch);
        device->polls[lane] = (struct poll){0};
    }
    device->asked = NULL;
}
