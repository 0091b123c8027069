/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers devices by bus, judges each bus, and looks for what would help one that carries too much. */
#include "acquire/forecast.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { BUS_NAME_SIZE = 512 };

/* --- plans, one per driver and variant */

/* What a Modbus driver asks for where the device does not say otherwise: as many parts as it can have. */
static int build_plan(struct forecast *forecast, const struct device_config *config,
                      const struct plan **plan) {
    for (size_t i = 0; i < forecast->n_plans; i++) {
        if (forecast->plans[i]->driver != config->driver || forecast->variants[i] != config->variant)
            continue;
        *plan = forecast->plans[i];
        return 0;
    }
    struct image *image = image_new();
    if (image == NULL)
        return ERROR_MEMORY;
    image_set_variant(image, config->variant);
    image_seal(image);
    forecast->variants[forecast->n_plans] = config->variant;
    int error = plan_build(config->driver, image, false, &forecast->plans[forecast->n_plans]);
    image_free(image);
    if (error == 0)
        *plan = forecast->plans[forecast->n_plans++];
    return error;
}

/* --- units */

/* What is tried on a bus to see whether it would help. */
struct trial {
    uint32_t baud;       /* 0: its own */
    int64_t interval_ms; /* the shortest there is */
    size_t n;            /* of its devices: the first */
};

static bool rate_is_asked(const struct driver *driver, int rate) {
    if (driver == NULL)
        return rate == RATE_NORMAL;
    for (size_t i = 0; i < driver->n_groups; i++)
        for (size_t k = 0; k < driver->groups[i].n_points; k++)
            if (driver->groups[i].points[k].rate == (enum rate)rate)
                return true;
    return false;
}

/* The longest rest that a device on the gateway wants: the gateway's, after each request. */
static int64_t gateway_pause_us(const struct forecast *forecast, const struct forecast_bus *bus) {
    int64_t longest_us = 0;
    for (size_t i = bus->first; i < bus->first + bus->n; i++) {
        const struct driver *driver = forecast->devices[i].config->driver;
        if (driver != NULL && driver->manners.pause_ms * INT64_C(1000) > longest_us)
            longest_us = driver->manners.pause_ms * INT64_C(1000);
    }
    return longest_us;
}

static struct timing_unit make_unit(const struct forecast_device *device, const struct trial *trial,
                                    int64_t pause_us) {
    const struct device_config *config = device->config;
    struct timing_unit unit = {.n = 1, .timeout_us = config->timeout_ms * 1000};
    struct line_settings line = config->url.line;
    bool serial = config->url.transport == TRANSPORT_MODBUS_SERIAL;
    if (serial && config->driver != NULL)
        unit.rest_us = config->driver->manners.pause_ms * INT64_C(1000);
    if (trial->baud != 0)
        line.baud = trial->baud;
    for (int rate = 0; rate < RATE_ONCE; rate++) {
        int64_t interval_ms = config->interval_ms[rate];
        interval_ms = interval_ms < trial->interval_ms ? trial->interval_ms : interval_ms;
        unit.polls[rate].interval_us = interval_ms * 1000;
        const struct plan_request least = {.rate = (enum rate)rate};
        if (device->plan == NULL && rate_is_asked(config->driver, rate))
            timing_add_request(&unit, NULL, &least, 0);
    }
    for (size_t i = 0; device->plan != NULL && i < device->plan->n_requests; i++)
        timing_add_request(&unit, serial ? &line : NULL, &device->plan->requests[i], pause_us);
    return unit;
}

static bool same_unit(const struct timing_unit *a, const struct timing_unit *b) {
    for (int rate = 0; rate < RATE_ONCE; rate++) {
        const struct timing_poll *x = &a->polls[rate], *y = &b->polls[rate];
        if (x->interval_us != y->interval_us || x->n != y->n || x->all_us != y->all_us ||
            x->longest_us != y->longest_us)
            return false;
    }
    return a->timeout_us == b->timeout_us && a->rest_us == b->rest_us;
}

static uint32_t add_unit(struct timing_bus *timing, const struct timing_unit *unit) {
    for (size_t i = timing->n_units; i-- > 0;) {
        if (!same_unit(&timing->units[i], unit))
            continue;
        timing->units[i].n++;
        return (uint32_t)i;
    }
    timing->units[timing->n_units] = *unit;
    return (uint32_t)timing->n_units++;
}

/* The bus as a trial would make it. `timing->units` has room for one unit per device. */
static void judge_trial(struct forecast *forecast, const struct forecast_bus *bus, const struct trial *trial,
                        struct timing_bus *timing) {
    bool serial = bus->url->transport == TRANSPORT_MODBUS_SERIAL;
    int64_t pause_us = serial ? 0 : gateway_pause_us(forecast, bus);
    timing->n_units = 0;
    for (size_t i = bus->first; i < bus->first + trial->n; i++) {
        struct timing_unit unit = make_unit(&forecast->devices[i], trial, pause_us);
        forecast->devices[i].unit = add_unit(timing, &unit);
    }
    timing_judge(timing);
}

/* --- help */

static uint32_t find_baud(struct forecast *forecast, const struct forecast_bus *bus,
                          struct timing_bus *timing) {
    static const uint32_t bauds[] = {9600, 19200, 38400, 57600, 115200};
    for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]); i++) {
        const struct trial trial = {.baud = bauds[i], .n = bus->n};
        if (bauds[i] <= bus->url->line.baud)
            continue;
        judge_trial(forecast, bus, &trial, timing);
        if (timing->worst <= 1)
            return bauds[i];
    }
    return 0;
}

static int64_t find_interval(struct forecast *forecast, const struct forecast_bus *bus,
                             struct timing_bus *timing) {
    static const int64_t seconds[] = {1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 300, 600};
    for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
        const struct trial trial = {.interval_ms = seconds[i] * 1000, .n = bus->n};
        judge_trial(forecast, bus, &trial, timing);
        if (timing->worst <= 1)
            return trial.interval_ms;
    }
    return 0;
}

/* By halving: more devices never take less time. */
static uint32_t find_moved(struct forecast *forecast, const struct forecast_bus *bus,
                           struct timing_bus *timing) {
    size_t stays = 0, goes = bus->n;
    while (goes - stays > 1) {
        const struct trial trial = {.n = stays + (goes - stays) / 2};
        judge_trial(forecast, bus, &trial, timing);
        if (timing->worst <= 1)
            stays = trial.n;
        else
            goes = trial.n;
    }
    return stays == 0 ? 0 : (uint32_t)(bus->n - stays);
}

static int judge_bus(struct forecast *forecast, struct forecast_bus *bus) {
    struct timing_bus other = {.units = calloc(bus->n, sizeof(*other.units))};
    bus->timing.units = calloc(bus->n, sizeof(*bus->timing.units));
    if (other.units == NULL || bus->timing.units == NULL) {
        free(other.units);
        return ERROR_MEMORY;
    }
    const struct trial as_it_is = {.n = bus->n};
    judge_trial(forecast, bus, &as_it_is, &bus->timing);
    if (bus->timing.worst > 1) {
        if (bus->url->transport == TRANSPORT_MODBUS_SERIAL)
            bus->help.baud = find_baud(forecast, bus, &other);
        bus->help.interval_ms = find_interval(forecast, bus, &other);
        bus->help.n_moved = find_moved(forecast, bus, &other);
        judge_trial(forecast, bus, &as_it_is, &bus->timing); /* the devices' units once more */
        forecast->kept = false;
    }
    free(other.units);
    return 0;
}

/* --- buses */

struct named {
    char *bus;
    size_t number;
};

static int compare_named(const void *left, const void *right) {
    const struct named *a = left, *b = right;
    int order = strcmp(a->bus, b->bus);
    return order != 0 ? order : a->number < b->number ? -1 : a->number > b->number;
}

static int compare_buses(const void *left, const void *right) {
    const struct forecast_bus *a = left, *b = right;
    if (a->timing.worst != b->timing.worst)
        return a->timing.worst > b->timing.worst ? -1 : 1;
    return a->first < b->first ? -1 : a->first > b->first;
}

static int add_device(struct forecast *forecast, const struct device_config *config, struct named *named) {
    struct forecast_bus *bus = forecast->n_buses > 0 ? &forecast->buses[forecast->n_buses - 1] : NULL;
    struct forecast_device *device = &forecast->devices[forecast->n_devices];
    device->config = config;
    if (bus == NULL || strcmp(bus->name, named->bus) != 0) {
        bus = &forecast->buses[forecast->n_buses++];
        bus->name = named->bus;
        bus->url = &config->url;
        bus->first = forecast->n_devices;
        named->bus = NULL;
    }
    bus->n++;
    forecast->n_devices++;
    if (config->driver == NULL || config->driver->protocol != PROTOCOL_MODBUS)
        return 0;
    return build_plan(forecast, config, &device->plan);
}

/* What is behind a gateway is not known; nor what an SNMP agent's tables hold. */
static void mark_unknown(struct forecast *forecast, struct forecast_bus *bus) {
    bool line_behind = bus->url->transport == TRANSPORT_MODBUS_RTU_TCP ||
                       (bus->url->transport == TRANSPORT_MODBUS_TCP && bus->n > 1);
    for (size_t i = bus->first; i < bus->first + bus->n; i++) {
        struct forecast_device *device = &forecast->devices[i];
        device->at_least = line_behind || device->plan == NULL;
        bus->at_least |= device->at_least;
    }
}

static int gather(struct forecast *forecast, const struct site_config *config, struct named *named) {
    char text[BUS_NAME_SIZE];
    int error = 0;
    for (size_t i = 0; i < config->n_devices; i++) {
        device_url_write_bus(&config->devices[i].url, text, sizeof(text));
        named[i] = (struct named){strdup(text), i};
        if (named[i].bus == NULL)
            return ERROR_MEMORY;
    }
    qsort(named, config->n_devices, sizeof(*named), compare_named);
    for (size_t i = 0; error == 0 && i < config->n_devices; i++)
        error = add_device(forecast, &config->devices[named[i].number], &named[i]);
    for (size_t i = 0; error == 0 && i < forecast->n_buses; i++) {
        mark_unknown(forecast, &forecast->buses[i]);
        error = judge_bus(forecast, &forecast->buses[i]);
    }
    qsort(forecast->buses, forecast->n_buses, sizeof(*forecast->buses), compare_buses);
    for (size_t i = 0; i < forecast->n_buses; i++)
        for (size_t k = 0; k < forecast->buses[i].n; k++)
            forecast->devices[forecast->buses[i].first + k].bus = (uint32_t)i;
    return error;
}

int forecast_new(const struct site_config *config, struct forecast **made) {
    size_t n = config->n_devices;
    struct forecast *forecast = calloc(1, sizeof(*forecast));
    struct named *named = calloc(n + 1, sizeof(*named));
    int error = ERROR_MEMORY;
    if (forecast != NULL) {
        forecast->kept = true;
        forecast->devices = calloc(n + 1, sizeof(*forecast->devices));
        forecast->buses = calloc(n + 1, sizeof(*forecast->buses));
        forecast->variants = calloc(n + 1, sizeof(*forecast->variants));
        forecast->plans = calloc(n + 1, sizeof(struct plan *)); /* each device may have a driver of its own */
    }
    if (named != NULL && forecast != NULL && forecast->devices != NULL && forecast->buses != NULL &&
        forecast->plans != NULL && forecast->variants != NULL)
        error = gather(forecast, config, named);
    for (size_t i = 0; named != NULL && i < n; i++)
        free(named[i].bus);
    free(named);
    if (error != 0) {
        forecast_free(forecast);
        return error;
    }
    *made = forecast;
    return 0;
}

void forecast_free(struct forecast *forecast) {
    if (forecast == NULL)
        return;
    for (size_t i = 0; i < forecast->n_buses; i++) {
        free(forecast->buses[i].name);
        free(forecast->buses[i].timing.units);
    }
    for (size_t i = 0; i < forecast->n_plans; i++)
        plan_release(forecast->plans[i]);
    free(forecast->plans);
    free(forecast->variants);
    free(forecast->buses);
    free(forecast->devices);
    free(forecast);
}

const struct timing_unit *forecast_unit(const struct forecast *forecast,
                                        const struct forecast_device *device) {
    return &forecast->buses[device->bus].timing.units[device->unit];
}
