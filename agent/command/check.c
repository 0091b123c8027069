/* SPDX-License-Identifier: Apache-2.0 */
/* `hallwatch check`: all mistakes of a configuration, or what it holds. Asks no device and no sink. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "command/check_addresses.h"
#include "command/command.h"
#include "command/options.h"
#include "command/variants.h"
#include "model/config.h"

/* By name: each remote I/O device has a driver of its own. */
static void add_driver(struct text *text, const struct site_config *config, const char *name) {
    size_t n = 0;
    for (size_t i = 0; i < config->n_devices; i++)
        n += config->devices[i].driver && strcmp(config->devices[i].driver->name, name) == 0;
    if (n > 0)
        text_add_format(text, "%s%zu %s", text->size ? ", " : "", n, name);
}

/* "12 apc_rpdu2, 3 to be recognised" */
static void add_drivers(struct text *text, const struct site_config *config) {
    size_t unknown = 0;
    for (size_t i = 0; i < n_drivers; i++)
        add_driver(text, config, all_drivers[i]->name);
    for (size_t i = 0; i < config->n_maps; i++)
        add_driver(text, config, config->maps[i]->name);
    for (size_t i = 0; i < config->n_devices; i++)
        unknown += !config->devices[i].driver;
    if (unknown)
        text_add_format(text, "%s%zu to be recognised", text->size ? ", " : "", unknown);
}

static void print_summary(const struct site_config *config, const char *path) {
    struct text drivers = {0};
    add_drivers(&drivers, config);
    printf("%s: ok, %zu device%s", path, config->n_devices, config->n_devices == 1 ? "" : "s");
    if (drivers.size > 0)
        printf(" (%s)", drivers.data);
    printf(", %zu sink%s", config->n_sinks, config->n_sinks == 1 ? "" : "s");
    if (config->power)
        printf(", %zu node%s", config->power->n_nodes, config->power->n_nodes == 1 ? "" : "s");
    printf("\n");
    text_done(&drivers);
}

static int run(int argc, char **argv) {
    const char *path, *gateway = NULL;
    bool for_systemd = false;
    const struct option options[] = {{"gateway", .value = &gateway}, {"systemd", .flag = &for_systemd}};
    struct site_config *config;
    int error = 0;
    if (options_read(argc, argv, options, 2, &path, 1, 1) < 0)
        return STATUS_USAGE;
    if ((for_systemd ? config_load_without_secrets : config_load_to_check)(path, gateway, stderr, &config) !=
        0)
        return STATUS_USAGE;
    if (config->warnings)
        fputs(config->warnings, stderr);
    variants_warn(config->devices, config->n_devices);
    if (for_systemd)
        error = check_write_addresses(config, path, stdout);
    else
        print_summary(config, path);
    config_free(config);
    return error ? STATUS_FAILED : STATUS_OK;
}

const struct command command_check = {
    .name = "check",
    .summary = "say whether a configuration is right, and every mistake in it",
    .help =
        "check CONFIG [--gateway NAME] [--systemd]\n\n"
        "Reads the configuration CONFIG, its inventories, device maps and secrets as `hallwatch run` would "
        "and prints "
        "every\n"
        "mistake as file:line:column; what is odd and can be lived with, too. Asks no device and no sink. Of "
        "credentials\n"
        "which systemd hands over to the service alone it says that they were not looked at.\n\n"
        "  --gateway NAME  check as the gateway NAME; default: the configuration's, else the host's name\n"
        "  --systemd       print a drop-in for the unit of the service instead of a summary: with whom it "
        "may talk,\n"
        "                  which are its devices, sinks and name servers; names are resolved for it\n\n"
        "Exit status: 0 the configuration is right, 1 a name has no address (--systemd), 2 it is not "
        "right.\n",
    .run = run,
};
