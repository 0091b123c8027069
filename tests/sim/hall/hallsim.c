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

#include "server.h"

static const char help[] =
    "usage: hallsim [option]...\n"
    "\n"
    "What it serves; each may be given more than once, and every device gets a loopback address of its own:\n"
    "  --hall SPEC          a modelled hall, e.g. rows=2,racks=4,kw=10,outlets=24,liquid=0.25,share=0.65\n"
    "  --modbus N           N meters for benchmarks, with --registers K plain registers besides (default "
    "50)\n"
    "  --snmp N             N rack PDUs for benchmarks, each with about --values K readings (default 80)\n"
    "  --recording FILE     a recording (.snmprec or .registers); after it its --address A[/UNIT] and "
    "--driver NAME\n"
    "How:\n"
    "  --first-address A    default 127.1.0.1; the other devices follow\n"
    "  --modbus-port P, --snmp-port P, --community C   default any free port, and public\n"
    "  --snmp-v3 USER[:AUTH:PASSPHRASE[:PRIVACY:PASSPHRASE]]   who may ask in SNMPv3, e.g.\n"
    "                       watch:SHA-256:authsecret:AES-128:privsecret; up to 8 times; v2c is answered too\n"
    "  --seed N             another hall of the same shape\n"
    "  --dead N             every Nth device is silent\n"
    "  --fault ORDER        something is wrong with some of them from the start, see below; may be repeated\n"
    "  --load ORDER         the racks' load, see below\n"
    "  --interval-ms N      how often the devices are expected to be polled (default 1000)\n"
    "  --interval-of WHO=N  another interval for some, by name, driver or protocol; up to 3 times\n"
    "  --inventory FILE     writes hallwatch's inventory of all devices; --gateway NAME is their gateway\n"
    "  --config FILE        writes a configuration of hallwatch for that inventory, without sinks\n"
    "  --control PATH       a local socket: send one line, get JSON; SIGUSR1 prints the counts\n"
    "When it listens it prints: ready modbus=PORT snmp=PORT devices=N\n"
    "\n"
    "On the control socket: counts | devices | reset (begins the poll statistics anew) | fault ORDER |\n"
    "load ORDER | trap WHO ADDRESS:PORT [KIND] | trap-flood WHO ADDRESS:PORT N [KIND] | user USER:... (as "
    "--snmp-v3: adds one, or changes the one of that name)\n"
    "`polls` in the counts is about devices without a fault; `returns` is about those whose fault was taken\n"
    "away: the time until they were asked again. `accepted` counts connections, also those reset at once; "
    "while\n"
    "every Modbus device has vanished nobody listens, and nothing is counted.\n"
    "\n"
    "A trap (linkDown) leaves from the device's own address, to 127.0.0.0/8; of a flood N, the devices in "
    "turn.\n"
    "KIND is v1, v2c (default), v3, inform, truncated, garbled, or stranger: from an address of nobody.\n"
    "\n"
    "A load is ordered as `training HERTZ SWING [EVERY SECONDS]` (all racks swing together by this share of\n"
    "their design power, peak to peak, and drop by a quarter of it for so many SECONDS, EVERY so many: "
    "default\n"
    "300 8, 0 0 = never), `checkpoint` (one now) or `steady`. Power follows at once, heat within 20 s.\n"
    "\n";

enum { FAULTS_MOST = 64, INTERVALS_MOST = 3 };

struct options {
    struct server_options server;
    unsigned registers, values, interval_ms;
    const char *intervals[INTERVALS_MOST]; /* of some: WHO=N */
    size_t n_intervals;
    struct fault_order faults[FAULTS_MOST];
    size_t n_faults;
    const char *inventory, *config, *gateway;
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
    INVENTORY,
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
                                             {"inventory", required_argument, NULL, INVENTORY},
                                             {"config", required_argument, NULL, CONFIG},
                                             {"gateway", required_argument, NULL, GATEWAY},
                                             {"control", required_argument, NULL, CONTROL},
                                             {"help", no_argument, NULL, HELP},
                                             {0}};

static void write_help(FILE *file) {
    fputs(help, file);
    fault_write_help(file);
}

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
    case INVENTORY:
        options->inventory = text;
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
    write_help(stderr);
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

static bool write_inventory(const struct site *site, const struct options *options,
                            const struct server *server) {
    if (options->inventory == NULL)
        return true;
    FILE *file = fopen(options->inventory, "w");
    if (file != NULL)
        site_write_inventory(site, file, options->gateway, server_modbus_port(server),
                             server_snmp_port(server));
    if (file != NULL && fclose(file) == 0)
        return true;
    fprintf(stderr, "hallsim: %s: %s\n", options->inventory, strerror(errno));
    return false;
}

static int serve(struct site *site, const struct options *options) {
    struct server *server = server_new(site, &options->server);
    if (server == NULL)
        return 1;
    bool served = write_inventory(site, options, server) &&
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
            write_help(stdout);
            return 0;
        }
    allow_many_descriptors();
    if (take_options(argc, argv, &options, &site) && set_intervals(&site, &options) &&
        index_devices(&site, &options))
        status = serve(&site, &options);
    site_done(&site);
    return status;
}
