/* SPDX-License-Identifier: Apache-2.0 */
/* The one device that a command is about: named by its URL, or out of a configuration. */
#include "command/one_device.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "command/command.h"
#include "command/variants.h"
#include "model/device_map.h"

int one_device_status(int error) {
    switch (error) {
    case 0:
        return STATUS_OK;
    case ERROR_TIMEOUT:
    case ERROR_UNREACHABLE:
    case ERROR_CLOSED:
        return STATUS_UNREACHABLE;
    case ERROR_REFUSED:
    case ERROR_DENIED:
    case ERROR_NOT_FOUND:
        return STATUS_REFUSED;
    default:
        return STATUS_FAILED;
    }
}

static int use_configured(const struct one_device *options, one_device_use use, void *context) {
    struct site_config *config = NULL;
    int status = STATUS_USAGE;
    if (config_load(options->config, options->gateway, stderr, &config) != 0)
        return STATUS_USAGE;
    const char **names = calloc(config->n_devices, sizeof(*names));
    struct device_config *found = NULL;
    for (size_t i = 0; names != NULL && i < config->n_devices; i++) {
        names[i] = config->devices[i].name;
        if (text_same_name(names[i], options->target))
            found = &config->devices[i];
    }
    if (found != NULL) {
        variants_warn(found, 1);
        status = use(context, config->site, found);
    } else if (names != NULL) {
        const char *near = text_nearest(options->target, names, config->n_devices);
        log_write(LOG_ERROR, options->target, "no such device in %s%s%s%s", options->config,
                  near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                  near != NULL ? "\"?" : "");
    }
    free(names);
    config_free(config);
    return status;
}

static const struct driver *find_driver(const char *name) {
    const struct driver *driver = driver_find(name);
    if (driver != NULL)
        return driver;
    const char **names = calloc(n_drivers, sizeof(*names));
    for (size_t i = 0; names != NULL && i < n_drivers; i++)
        names[i] = all_drivers[i]->name;
    const char *near = names != NULL ? text_nearest(name, names, n_drivers) : NULL;
    log_write(LOG_ERROR, name, "no such driver%s%s%s", near != NULL ? "; did you mean \"" : "",
              near != NULL ? near : "", near != NULL ? "\"?" : "; hallwatch drivers lists them");
    free(names);
    return NULL;
}

/* The driver that is named, or that of a device map; NULL: recognise it. False after saying what is wrong. */
static bool choose_driver(const struct one_device *options, struct device_config *device) {
    struct mistakes mistakes = {.out = stderr};
    if (options->map != NULL)
        device->driver = device_map_load(options->map, &mistakes);
    if (mistakes_finish(&mistakes) != 0)
        return false;
    if (options->driver != NULL && (device->driver = find_driver(options->driver)) == NULL)
        return false;
    if (device->driver != NULL && device->driver->wired) {
        log_write(LOG_ERROR, options->target,
                  "what its inputs mean stands in a configuration: name it with --config");
        return false;
    }
    if (options->variant != NULL && !variants_find(device->driver, options->variant, &device->variant))
        return false;
    if (device->driver != NULL)
        variants_warn(device, 1);
    return true;
}

static int use_url(const struct one_device *options, one_device_use use, void *context) {
    char why[256];
    const struct snmp_credentials given = {.version = SNMP_V2C, .community = (char *)options->community};
    struct device_config device = {
        .name = (char *)options->target,
        .url_text = (char *)options->target,
        .snmp = options->community != NULL ? &given : &snmp_credentials_public,
        .hall = (char *)"",
        .row = (char *)"",
        .rack = (char *)"",
        .feed = (char *)"",
        .interval_ms = {1000, 1000, 1000, 1000},
        .timeout_ms = 2000,
    };
    if (!choose_driver(options, &device)) {
        driver_release(device.driver);
        return STATUS_USAGE;
    }
    if (device_url_parse(options->target, &device.url, why, sizeof(why)) != 0) {
        log_write(LOG_ERROR, options->target, "%s", why);
        driver_release(device.driver);
        return STATUS_USAGE;
    }
    int status = STATUS_USAGE;
    enum transport transport = device.url.transport;
    bool snmp = device.driver != NULL && device.driver->protocol == PROTOCOL_SNMP;
    if (device.driver != NULL && transport != TRANSPORT_REPLAY && snmp != (transport == TRANSPORT_SNMP))
        log_write(LOG_ERROR, options->target, "driver %s speaks %s", device.driver->name,
                  snmp ? "SNMP" : "Modbus");
    else
        status = use(context, "", &device);
    driver_release(device.driver);
    device_url_done(&device.url);
    return status;
}

int one_device_find(const struct one_device *options, const char *command, one_device_use use,
                    void *context) {
    bool of_url = options->driver != NULL || options->map != NULL || options->variant != NULL ||
                  options->community != NULL;
    if (options->config != NULL ? of_url : options->gateway != NULL) {
        fprintf(stderr,
                "hallwatch %s: --driver, --map, --variant and --community go with a URL, --gateway with "
                "--config\n",
                command);
        return STATUS_USAGE;
    }
    if ((options->driver != NULL && options->map != NULL) ||
        (options->variant != NULL && options->driver == NULL)) {
        fprintf(stderr, "hallwatch %s: --driver and --map exclude each other, --variant goes with --driver\n",
                command);
        return STATUS_USAGE;
    }
    return options->config != NULL ? use_configured(options, use, context) : use_url(options, use, context);
}
