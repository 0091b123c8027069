/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hallsim: a whole data hall on loopback in one process, for tests, benchmarks and the quick start. This file
 * owns the options and the order of the start; site makes the devices, server talks.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "help.h"
#include "server.h"

enum { FAULTS_MOST = 64, INTERVALS_MOST = 3 };

struct options {
    struct server_options server;
    unsigned registers, values, interval_ms;
    const char *intervals[INTERVALS_MOST]; /* of some: WHO=N */
    size_t n_intervals;
    struct fault_order faults[FAULTS_MOST];
    size_t n_faults;
    const char *inventory, *wiring, *topology, *config, *gateway;
};

enum {
    HALL = 1000,
    MODBUS_FARM,
    REGISTERS,
    SNMP_FARM,
    VALUES,
    RECORDING,
    ADDRESS,
    DRIVER,
    FIRST_ADDRESS,
    MODBUS_PORT,
    SNMP_PORT,
    COMMUNITY,
    SNMP_V3,
    SEED,
    DEAD,
    FAULT,
    LOAD,
    INTERVAL,
    INTERVAL_OF,
    SCRIPT,
    SPEED,
    INVENTORY,
    WIRING,
    TOPOLOGY,
    CONFIG,
    GATEWAY,
    CONTROL,
    HELP
};

static const struct option long_options[] = {{"hall", required_argument, NULL, HALL},
                                             {"modbus", required_argument, NULL, MODBUS_FARM},
                                             {"registers", required_argument, NULL, REGISTERS},
                                             {"snmp", required_argument, NULL, SNMP_FARM},
                                             {"values", required_argument, NULL, VALUES},
                                             {"recording", required_argument, NULL, RECORDING},
                                             {"address", required_argument, NULL, ADDRESS},
                                             {"driver", required_argument, NULL, DRIVER},
                                             {"first-address", required_argument, NULL, FIRST_ADDRESS},
                                             {"modbus-port", required_argument, NULL, MODBUS_PORT},
                                             {"snmp-port", required_argument, NULL, SNMP_PORT},
                                             {"community", required_argument, NULL, COMMUNITY},
                                             {"snmp-v3", required_argument, NULL, SNMP_V3},
                                             {"seed", required_argument, NULL, SEED},
                                             {"dead", required_argument, NULL, DEAD},
                                             {"fault", required_argument, NULL, FAULT},
                                             {"load", required_argument, NULL, LOAD},
                                             {"interval-ms", required_argument, NULL, INTERVAL},
                                             {"interval-of", required_argument, NULL, INTERVAL_OF},
                                             {"script", required_argument, NULL, SCRIPT},
                                             {"speed", required_argument, NULL, SPEED},
                                             {"inventory", required_argument, NULL, INVENTORY},
                                             {"wiring", required_argument, NULL, WIRING},
                                             {"topology", required_argument, NULL, TOPOLOGY},
                                             {"config", required_argument, NULL, CONFIG},
                                             {"gateway", required_argument, NULL, GATEWAY},
                                             {"control", required_argument, NULL, CONTROL},
                                             {"help", no_argument, NULL, HELP},
                                             {0}};

static bool to_number(const char *text, unsigned long most, unsigned long *number) {
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *number <= most && text[0] != '-')
        return true;
    fprintf(stderr, "hallsim: %s is no number of 0 to %lu\n", text, most);
    return false;
}

static bool to_loopback(const char *text, uint32_t *address) {
    struct in_addr parsed;
    if (inet_pton(AF_INET, text, &parsed) == 1 && ntohl(parsed.s_addr) >> 24 == 127) {
        *address = ntohl(parsed.s_addr);
        return true;
    }
    fprintf(stderr, "hallsim: %s is no address of 127.0.0.0/8\n", text);
    return false;
}

static bool add_fault(const char *text, struct options *options) {
    const char *problem = "too many of them";
    if (options->n_faults < FAULTS_MOST && fault_read(text, &options->faults[options->n_faults], &problem)) {
        options->n_faults++;
        return true;
    }
    fprintf(stderr, "hallsim: --fault %s: %s\n", text, problem);
    return false;
}

static bool add_interval(const char *text, struct options *options) {
    if (options->n_intervals == INTERVALS_MOST) {
        fprintf(stderr, "hallsim: --interval-of: at most %d of them\n", INTERVALS_MOST);
        return false;
    }
    options->intervals[options->n_intervals++] = text;
    return true;
}

static bool is_load(const char *text) {
    struct training_spec spec = {0};
    bool begins_with_checkpoint;
    if (training_read(text, &spec, &begins_with_checkpoint))
        return true;
    fprintf(stderr, "hallsim: --load %s: there is no such order\n", text);
    return false;
}

static bool add_user(const char *text, struct site *site) {
    const char *problem;
    if (usm_add_user(&site->users, text, &problem))
        return true;
    fprintf(stderr, "hallsim: --snmp-v3: %s\n", problem);
    return false;
}

static bool add_every_nth_dead(unsigned n, struct options *options) {
    char order[32];
    snprintf(order, sizeof order, "*:/%u dead", n);
    return n == 0 || add_fault(order, options);
}

/* Options whose value is a number; what they set is the caller's. */
static bool take_number(int option, const char *text, struct options *options, struct site *site) {
    unsigned long n, most = option == SEED                                 ? UINT32_MAX
                            : option == SPEED                              ? 100
                            : option == MODBUS_PORT || option == SNMP_PORT ? UINT16_MAX
                                                                           : 1000000;
    if (!to_number(text, most, &n))
        return false;
    switch (option) {
    case MODBUS_FARM:
        return site_add_modbus_farm(site, (unsigned)n, options->registers);
    case REGISTERS:
        options->registers = (unsigned)n;
        return true;
    case SNMP_FARM:
        return site_add_snmp_farm(site, (unsigned)n, options->values);
    case VALUES:
        options->values = (unsigned)n;
        return true;
    case MODBUS_PORT:
        options->server.modbus_port = (uint16_t)n;
        return true;
    case SNMP_PORT:
        options->server.snmp_port = (uint16_t)n;
        return true;
    case SEED:
        site->seed = n;
        return true;
    case SPEED:
        site->speed = options->server.speed = n ? (double)n : 1;
        return true;
    case DEAD:
        return add_every_nth_dead((unsigned)n, options);
    default:
        options->interval_ms = n ? (unsigned)n : 1;
        return true;
    }
}

static bool take_option(int option, const char *text, struct options *options, struct site *site) {
    switch (option) {
    case HALL:
        return site_add_hall(site, text);
    case RECORDING:
        return site_add_recording(site, text);
    case ADDRESS:
        return site_set_address(site, text);
    case DRIVER:
        return site_set_driver(site, text);
    case FIRST_ADDRESS:
        return to_loopback(text, &site->next_address);
    case INTERVAL_OF:
        return add_interval(text, options);
    case LOAD:
        options->server.load = text;
        return is_load(text);
    case SNMP_V3:
        return add_user(text, site);
    case FAULT:
        return add_fault(text, options);
    case COMMUNITY:
        options->server.community = text;
        return true;
    case SCRIPT:
        options->server.script = text;
        return true;
    case INVENTORY:
        options->inventory = text;
        return true;
    case WIRING:
        options->wiring = text;
        return true;
    case TOPOLOGY:
        options->topology = text;
        return true;
    case CONFIG:
        options->config = text;
        return true;
    case GATEWAY:
        options->gateway = text;
        return true;
    case CONTROL:
        options->server.control = text;
        return true;
    default:
        return take_number(option, text, options, site);
    }
}

/*
 * Settings are taken first, then the devices are made in their order: people write `--snmp 10 --values 80`.
 */
static bool take_options(int argc, char **argv, struct options *options, struct site *site) {
    for (int round = 0; round < 2; round++) {
        int option;
        optind = 1;
        while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
            bool makes_devices =
                option == HALL || option == MODBUS_FARM || option == SNMP_FARM || option == RECORDING;
            bool of_recording = option == ADDRESS || option == DRIVER;
            if (option == '?')
                return false;
            if (makes_devices || of_recording ? round == 0 : round == 1)
                continue;
            if (!take_option(option, optarg, options, site))
                return false;
        }
    }
    if (optind == argc && site->devices.n > 0)
        return true;
    help_write(stderr);
    return false;
}

/* Gives all their interval, and then some, by `WHO=N`, another. */
static bool set_intervals(struct site *site, const struct options *options) {
    for (size_t i = 0; i < site->devices.n; i++)
        site->devices.list[i]->interval_ms = options->interval_ms;
    for (size_t i = 0; i < options->n_intervals; i++) {
        const char *equals = strchr(options->intervals[i], '=');
        unsigned long interval_ms;
        if (equals == NULL || !to_number(equals + 1, 3600000, &interval_ms) || interval_ms == 0) {
            fprintf(stderr, "hallsim: --interval-of %s: give WHO=N\n", options->intervals[i]);
            return false;
        }
        char who[NAME_MOST];
        snprintf(who, sizeof who, "%.*s", (int)(equals - options->intervals[i]), options->intervals[i]);
        for (size_t k = 0; k < site->devices.n; k++)
            if (device_is_named(site->devices.list[k], who))
                site->devices.list[k]->interval_ms = (unsigned)interval_ms;
    }
    return true;
}

/* Gives faults, SNMPv3 users and places in the index to devices that are all there. */
static bool index_devices(struct site *site, const struct options *options) {
    const struct device *twice;
    for (size_t i = 0; i < options->n_faults; i++) {
        const struct fault_order *order = &options->faults[i];
        if (fault_set(&site->devices, order, 0) == 0 && order->every == 0) {
            fprintf(stderr, "hallsim: --fault %s %s: there is no such device\n", order->pattern,
                    order->fault.word);
            return false;
        }
    }
    for (size_t i = 0, n_agents = 0; i < site->devices.n && site->users.n > 0; i++)
        if (site->devices.list[i]->protocol == SNMP)
            site->devices.list[i]->user = n_agents++ % site->users.n;
    if (devices_index(&site->devices, &twice))
        return true;
    fprintf(stderr, "hallsim: %s: its address is taken, or out of memory\n", twice ? twice->name : "devices");
    return false;
}

/* Each Modbus device may have several connections. */
static void allow_many_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void put_inventory(const struct site *site, FILE *file, const struct options *options,
                          const struct server *server) {
    site_write_inventory(site, file, options->gateway, server_modbus_port(server), server_snmp_port(server));
}

static void put_wiring(const struct site *site, FILE *file, const struct options *options,
                       const struct server *server) {
    (void)options;
    (void)server;
    site_write_wiring(site, file);
}

static void put_topology(const struct site *site, FILE *file, const struct options *options,
                         const struct server *server) {
    (void)options;
    (void)server;
    site_write_topology(site, file);
}

/* Writes the files that were asked for. */
static bool write_files(const struct site *site, const struct options *options, const struct server *server) {
    const struct {
        const char *path;
        void (*put)(const struct site *, FILE *, const struct options *, const struct server *);
    } files[] = {{options->inventory, put_inventory},
                 {options->wiring, put_wiring},
                 {options->topology, put_topology}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        FILE *file = files[i].path ? fopen(files[i].path, "w") : NULL;
        if (file != NULL)
            files[i].put(site, file, options, server);
        if (files[i].path == NULL || (file != NULL && fclose(file) == 0))
            continue;
        fprintf(stderr, "hallsim: %s: %s\n", files[i].path, strerror(errno));
        return false;
    }
    return true;
}

static int serve(struct site *site, const struct options *options) {
    struct server *server = server_new(site, &options->server);
    if (server == NULL)
        return 1;
    bool served = write_files(site, options, server) &&
                  (options->config == NULL ||
                   site_write_config(site, options->config, options->inventory, options->gateway));
    if (served) {
        printf("ready modbus=%u snmp=%u devices=%zu\n", server_modbus_port(server), server_snmp_port(server),
               site->devices.n);
        fflush(stdout);
        served = server_run(server);
    }
    server_free(server);
    return served ? 0 : 1;
}

int main(int argc, char **argv) {
    struct options options = {
        .server = {.community = "public"}, .interval_ms = 1000, .registers = 50, .values = 80, .gateway = ""};
    struct site site = {.seed = 1, .next_address = 0x7f010001};
    int status = 2;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            help_write(stdout);
            return 0;
        }
    allow_many_descriptors();
    if (take_options(argc, argv, &options, &site) && set_intervals(&site, &options) &&
        index_devices(&site, &options))
        status = serve(&site, &options);
    site_done(&site);
    return status;
}
