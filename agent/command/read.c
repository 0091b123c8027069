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
#include "command/one_device.h"
#include "command/options.h"
#include "command/reading_table.h"

struct choice {
    bool json, raw;
    struct one_device device;
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

static int read_device(void *context, const char *site, struct device_config *device) {
    const struct choice *options = context;
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
    int status = error != 0 ? STATUS_FAILED : one_device_status(reading.error);
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

static int run(int argc, char **argv) {
    struct choice options = {0};
    struct one_device *device = &options.device;
    const struct option known[] = {
        {"json", .flag = &options.json},      {"raw", .flag = &options.raw},
        {"driver", .value = &device->driver}, {"community", .value = &device->community},
        {"map", .value = &device->map},       {"variant", .value = &device->variant},
        {"config", .value = &device->config}, {"gateway", .value = &device->gateway},
    };
    if (options_read(argc, argv, known, sizeof(known) / sizeof(known[0]), &device->target, 1, 1) < 0)
        return STATUS_USAGE;
    return one_device_find(device, argv[0], read_device, &options);
}

const struct command command_read = {
    .name = "read",
    .summary = "read everything one device says, once",
    .help =
        "read [--json] [--raw] [--driver NAME [--variant NAME] | --map FILE] [--community TEXT] URL\n"
        "       hallwatch read [--json] [--raw] --config CONFIG [--gateway NAME] DEVICE\n\n"
        "Reads everything one device says, once, as `hallwatch run` would, and prints it.\n\n"
        "  URL               snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, replay:FILE, or Modbus RTU:\n"
        "                    modbus+rtu://HOST:PORT/UNIT, rtu:LINE:SPEED:FORMAT/UNIT "
        "(rtu:/dev/ttyS0:9600:8E1/1)\n"
        "  --driver NAME     the driver; without it the device is recognised, as by `hallwatch identify`\n"
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
