/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallwatch read: everything one device says, once, through the same poller that the running agent uses. What
 * is printed is what would be published; --raw adds what the device really sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/poller.h"
#include "base/log.h"
#include "base/text.h"
#include "command/command.h"
#include "command/options.h"
#include "command/reading_table.h"
#include "command/variants.h"
#include "model/device_map.h"

struct choice {
    bool json, raw;
    const char *driver, *map, *variant, *community, *config, *gateway, *target;
};

struct reading {
    struct poller *poller;
    struct reading_table table;
    int error;
    char why[512];
    bool finished;
};

static void on_batch(void *context, struct batch *batch) {
    struct reading *reading = context;
    reading_table_add(&reading->table, batch);
    batch_give_back(batch);
}

static void on_answered(void *context, const struct device *device, const struct plan_request *request,
                        const struct link_answer *answer) {
    struct reading *reading = context;
    reading_table_add_raw(&reading->table, device_plan_of(device), request, answer);
}

static void on_finished(void *context, const struct device *device, int error, const char *why) {
    struct reading *reading = context;
    if (reading->finished)
        return;
    reading->finished = true;
    reading->error = error;
    snprintf(reading->why, sizeof(reading->why), "%s", why != NULL ? why : error_word(error));
    reading_table_describe(&reading->table, device_plan_of(device), device_view_of(device),
                           device_choice_of(device));
    if (error == 0 && !reading->table.with_raw && reading_table_is_empty(&reading->table)) {
        reading->error = ERROR_REFUSED;
        snprintf(reading->why, sizeof(reading->why),
                 "it gives none of the readings of driver %s: is it another device?",
                 reading->table.view->driver);
    }
    poller_stop(reading->poller);
}

static int status_of(int error) {
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

static int read_device(const struct choice *options, const char *site, struct device_config *device) {
    uv_loop_t loop;
    struct reading reading = {.table = {.with_raw = options->raw}};
    struct poller_options poller = {.site = site, .once = true, .with_raw = options->raw};
    struct poller_events events = {.context = &reading,
                                   .batch = on_batch,
                                   .answered = options->raw ? on_answered : NULL,
                                   .finished = on_finished};
    if (uv_loop_init(&loop) != 0)
        return STATUS_FAILED;
    int error = poller_new(&loop, &poller, &events, &reading.poller);
    if (error == 0)
        error = poller_add(reading.poller, device);
    if (error == 0)
        error = poller_start(reading.poller);
    if (error == 0)
        uv_run(&loop, UV_RUN_DEFAULT);
    else
        log_write(LOG_ERROR, "agent", "cannot start: %s", error_word(error));
    int status = error != 0 ? STATUS_FAILED : status_of(reading.error);
    if (error == 0 && reading.error != 0)
        log_write(LOG_ERROR, device->name, "%s", reading.why);
    else if (error == 0 && !(options->json ? reading_table_print_json(&reading.table, stdout)
                                           : reading_table_print(&reading.table, stdout)))
        status = STATUS_FAILED;
    reading_table_done(&reading.table);
    poller_free(reading.poller);
    uv_loop_close(&loop);
    return status;
}

/* What to read */

static int read_configured(const struct choice *options) {
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
        status = read_device(options, config->site, found);
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
static bool choose_driver(const struct choice *options, struct device_config *device) {
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

static int read_url(const struct choice *options) {
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
    if (device.driver == NULL && device_url_is_modbus(&device.url))
        log_write(LOG_ERROR, options->target,
                  "a Modbus device does not say what it is: name its --driver or --map");
    else if (device.driver != NULL && transport != TRANSPORT_REPLAY && snmp != (transport == TRANSPORT_SNMP))
        log_write(LOG_ERROR, options->target, "driver %s speaks %s", device.driver->name,
                  snmp ? "SNMP" : "Modbus");
    else
        status = read_device(options, "", &device);
    driver_release(device.driver);
    device_url_done(&device.url);
    return status;
}

static int run(int argc, char **argv) {
    struct choice options = {0};
    const struct option known[] = {
        {"json", .flag = &options.json},      {"raw", .flag = &options.raw},
        {"driver", .value = &options.driver}, {"community", .value = &options.community},
        {"map", .value = &options.map},       {"variant", .value = &options.variant},
        {"config", .value = &options.config}, {"gateway", .value = &options.gateway},
    };
    if (options_read(argc, argv, known, sizeof(known) / sizeof(known[0]), &options.target, 1, 1) < 0)
        return STATUS_USAGE;
    bool of_url =
        options.driver != NULL || options.map != NULL || options.variant != NULL || options.community != NULL;
    if (options.config != NULL ? of_url : options.gateway != NULL) {
        fputs("hallwatch read: --driver, --map, --variant and --community go with a URL, --gateway with "
              "--config\n",
              stderr);
        return STATUS_USAGE;
    }
    if ((options.driver != NULL && options.map != NULL) ||
        (options.variant != NULL && options.driver == NULL)) {
        fputs("hallwatch read: --driver and --map exclude each other, --variant goes with --driver\n",
              stderr);
        return STATUS_USAGE;
    }
    return options.config != NULL ? read_configured(&options) : read_url(&options);
}

const struct command command_read = {
    .name = "read",
    .summary = "read everything one device says, once",
    .help = "read [--json] [--raw] [--driver NAME [--variant NAME] | --map FILE] [--community TEXT] URL\n"
            "       hallwatch read [--json] [--raw] --config CONFIG [--gateway NAME] DEVICE\n\n"
            "Reads everything one device says, once, as `hallwatch run` would, and prints it.\n\n"
            "  URL               snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, replay:FILE, or Modbus RTU:\n"
            "                    modbus+rtu://HOST:PORT/UNIT, rtu:LINE:SPEED:FORMAT/UNIT "
            "(rtu:/dev/ttyS0:9600:8E1/1)\n"
            "  --driver NAME     the driver; without it an SNMP device is recognised\n"
            "  --variant NAME    of a driver with variants, which of them it is; hallwatch drivers NAME "
            "lists them\n"
            "  --map FILE        a device map instead of a driver\n"
            "  --community TEXT  SNMP v2c community; default: public; v1 and v3 need a configuration\n"
            "  --config CONFIG   take DEVICE, its driver and its credentials from a configuration\n"
            "  --gateway NAME    as the gateway NAME of that configuration\n"
            "  --json            one JSON object per reading and line\n"
            "  --raw             add the register or object and what the device sent; show points without a "
            "stated unit\n\n"
            "Exit status: 0 read, 1 failed, 2 wrong arguments or configuration, 3 unreachable, 4 refused.\n",
    .run = run,
};
