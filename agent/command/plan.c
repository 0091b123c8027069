/* SPDX-License-Identifier: Apache-2.0 */
/* `hallwatch plan`: whether a configuration's lines and gateways can carry what it asks of them. */
#include <stdlib.h>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "command/command.h"
#include "command/options.h"
#include "command/plan_table.h"

void plan_warn(const struct site_config *config) {
    struct forecast *forecast;
    if (forecast_new(config, &forecast) != 0)
        return;
    for (size_t i = 0; i < forecast->n_buses && forecast->buses[i].timing.worst > 1; i++) {
        const struct forecast_bus *bus = &forecast->buses[i];
        log_write(LOG_WARNING, bus->name,
                  "its %zu device%s may be late: up to %.0f %% of its time is asked for; `hallwatch plan` "
                  "says more",
                  bus->n, bus->n == 1 ? "" : "s", 100 * bus->timing.share);
    }
    forecast_free(forecast);
}

static const struct forecast_device *find_device(const struct forecast *forecast, const char *name) {
    const char **names = calloc(forecast->n_devices + 1, sizeof(*names));
    const struct forecast_device *found = NULL;
    for (size_t i = 0; names != NULL && i < forecast->n_devices; i++) {
        names[i] = forecast->devices[i].config->name;
        if (text_same_name(names[i], name))
            found = &forecast->devices[i];
    }
    if (found == NULL) {
        const char *near = names != NULL ? text_nearest(name, names, forecast->n_devices) : NULL;
        log_write(LOG_ERROR, name, "no such device%s%s%s", near != NULL ? "; did you mean \"" : "",
                  near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    free(names);
    return found;
}

static bool device_kept(const struct timing_unit *unit) {
    for (int rate = 0; rate < RATE_ONCE; rate++)
        if (unit->polls[rate].n > 0 && !unit->polls[rate].kept)
            return false;
    return true;
}

static int show_device(const struct forecast *forecast, const char *name, bool json) {
    const struct forecast_device *device = find_device(forecast, name);
    if (device == NULL)
        return STATUS_USAGE;
    if (json)
        plan_json_print_device(forecast, device, stdout);
    else
        plan_table_print_device(forecast, device, stdout);
    return device_kept(forecast_unit(forecast, device)) ? STATUS_OK : STATUS_FAILED;
}

static int show_all(const struct site_config *config, const struct forecast *forecast, bool json) {
    if (json)
        plan_json_print(config, forecast, stdout);
    else
        plan_table_print(config, forecast, stdout);
    return forecast->kept ? STATUS_OK : STATUS_FAILED;
}

static int run(int argc, char **argv) {
    const char *others[2] = {NULL, NULL}, *gateway = NULL;
    bool json = false;
    const struct option options[] = {{"gateway", .value = &gateway}, {"json", .flag = &json}};
    struct site_config *config;
    struct forecast *forecast;
    if (options_read(argc, argv, options, 2, others, 1, 2) < 0)
        return STATUS_USAGE;
    if (config_load_without_secrets(others[0], gateway, stderr, &config) != 0)
        return STATUS_USAGE;
    int error = forecast_new(config, &forecast);
    if (error != 0) {
        log_write(LOG_ERROR, "plan", "%s", error_word(error));
        config_free(config);
        return STATUS_FAILED;
    }
    int status =
        others[1] != NULL ? show_device(forecast, others[1], json) : show_all(config, forecast, json);
    forecast_free(forecast);
    config_free(config);
    return status;
}

const struct command command_plan = {
    .name = "plan",
    .summary = "say before it runs whether each line and gateway can carry what is asked of it",
    .help = "plan CONFIG [NAME] [--json] [--gateway NAME]\n\n"
            "Computes for every bus (a serial line, a gateway, an SNMP agent) how long it takes to ask for\n"
            "everything once, how much of its time that is and how old values can become, from speed and "
            "format,\n"
            "the drivers' requests, pauses and intervals. Says which promises cannot be kept and what would "
            "help.\n"
            "With NAME, of one device: its requests and every point's greatest age. Asks no device.\n\n"
            "  CYCLE     to ask every device of the bus for everything once\n"
            "  EVERY     the shortest interval on the bus\n"
            "  USED      share of the bus's time that is asked for; above 100 % polls are left out\n"
            "  OLDEST    how old a value of that interval can become, when everything is due at once\n"
            "  ONE DEAD  the same while one device of a shared bus is silent: a time-out more\n"
            "  PROMISE   each poll ends before the next is due: no value gets older than two intervals\n\n"
            "  --json          one JSON document\n"
            "  --gateway NAME  the devices of gateway NAME; default: the configuration's, else the host's "
            "name\n\n"
            "Exit status: 0 every promise can be kept, 1 one cannot, 2 wrong arguments or configuration.\n",
    .run = run,
};
