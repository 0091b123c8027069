/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a site's buses can carry, from its configuration alone: devices are gathered by bus, their requests
 * taken from their drivers, and each bus is judged (timing.h). Nothing is asked of any device, so two things
 * are not known and said to be so: which rows an SNMP agent's tables have, and how fast the line behind a
 * gateway is. What is found then is the least. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_FORECAST_H
#define HALLWATCH_ACQUIRE_FORECAST_H

#include "acquire/timing.h"

struct forecast_device {
    const struct device_config *config;
    uint32_t bus, unit;      /* in the forecast's buses; in the units of that bus */
    const struct plan *plan; /* its requests; NULL: not known before the device has answered */
    bool at_least;           /* its figures are the least */
};

/* What would make a bus keep every promise; 0 where that alone does not. */
struct forecast_help {
    uint32_t baud;
    int64_t interval_ms; /* of all its devices, where theirs is shorter */
    uint32_t n_moved;    /* devices that go to another line, those named last first */
};

struct forecast_bus {
    char *name; /* "rtu:/dev/ttyUSB0" */
    const struct device_url *url;
    size_t first, n; /* its devices */
    bool at_least;
    struct timing_bus timing;
    struct forecast_help help;
};

struct forecast {
    struct forecast_device *devices; /* by bus, in the order of the configuration */
    size_t n_devices;
    struct forecast_bus *buses; /* those that keep the least of what they promise first */
    size_t n_buses;
    bool kept; /* every promise */
    struct plan **plans;
    uint32_t *variants; /* that the plans are of */
    size_t n_plans;
};

/* Borrows the configuration. 0, ERROR_MEMORY, or what plan_build says of a driver. */
int forecast_new(const struct site_config *config, struct forecast **forecast);
void forecast_free(struct forecast *forecast); /* NULL is fine */

/* The device's unit on its bus: what was found for it. */
const struct timing_unit *forecast_unit(const struct forecast *forecast,
                                        const struct forecast_device *device);

#endif
