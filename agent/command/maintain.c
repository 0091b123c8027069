/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hallwatch maintain`: takes a node out of service for a while, or back, and lists which are. It writes to
 * the operators' journal, which the running agent reads; it asks no agent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/time_zone.h"
#include "command/command.h"
#include "command/operator_journal.h"
#include "command/options.h"
#include "command/prove_time.h"
#include "command/table.h"

enum { DAY_MS = 24 * 3600 * 1000, TIME_SIZE = 32 };

static const char name[] = "maintain";

struct request {
    const char *node, *until, *by, *why, *gateway, *config;
    bool end;
};

static int refuse(const char *what) {
    fprintf(stderr, "hallwatch maintain: %s; see hallwatch maintain --help\n", what);
    return STATUS_USAGE;
}

/* --- times --- */

static int64_t offset_ms(const struct time_zone *zone, int64_t utc_ms) {
    return (int64_t)time_zone_offset(zone, utc_ms / 1000) * 1000;
}

/* "18:00": when it is so late next, by the site's clocks. -1: it is no such text. */
static int64_t next_time_of_day(const struct time_zone *zone, const char *text, int64_t now_ms) {
    struct tm tm = {0};
    const char *end = strptime(text, "%H:%M", &tm);
    if (!end || *end)
        return -1;
    int64_t local_ms = now_ms + offset_ms(zone, now_ms);
    int64_t day_ms = local_ms - local_ms % DAY_MS;
    int64_t at_ms = day_ms + (tm.tm_hour * 60 + tm.tm_min) * INT64_C(60000);
    at_ms += at_ms <= local_ms ? DAY_MS : 0;
    return at_ms - offset_ms(zone, at_ms - offset_ms(zone, now_ms));
}

/* Wall clock, of a duration from now, a time of day, or a date and time by the site's clocks or, with Z, UTC.
 */
static int64_t parse_until(const struct time_zone *zone, const char *text, int64_t now_ms) {
    int64_t ms;
    size_t size = strlen(text);
    if (text_to_duration_ms(text, &ms) == 0)
        return now_ms + ms;
    ms = next_time_of_day(zone, text, now_ms);
    if (ms >= 0)
        return ms;
    ms = strpbrk(text, "-:") ? prove_time_of(text) : INT64_MIN; /* a number alone is no time to people */
    if (ms == INT64_MIN || (size > 0 && text[size - 1] == 'Z'))
        return ms;
    int64_t utc_ms = ms - offset_ms(zone, ms);
    return ms - offset_ms(zone, utc_ms);
}

static void write_time(const struct time_zone *zone, int64_t utc_ms, char text[TIME_SIZE]) {
    time_t local = (time_t)((utc_ms + offset_ms(zone, utc_ms)) / 1000);
    struct tm tm;
    if (!gmtime_r(&local, &tm) || strftime(text, TIME_SIZE, "%Y-%m-%d %H:%M", &tm) == 0)
        strcpy(text, "?");
}

/* Of the site; UTC where it cannot be read. */
static struct time_zone *zone_of(const struct site_config *config) {
    struct time_zone *zone = NULL;
    if (config->power)
        time_zone_load(config->power->time_zone, &zone);
    return zone;
}

/* --- an order --- */

static int refuse_node(const struct site_config *config, const char *node) {
    const struct power_config *power = config->power;
    const char **names = calloc(power->n_nodes + 1, sizeof(char *));
    for (size_t i = 0; names && i < power->n_nodes; i++)
        names[i] = power->nodes[i].name;
    const char *nearest = names ? text_nearest(node, names, power->n_nodes) : NULL;
    struct text given = {0};
    text_add_printable(&given, node);
    fprintf(stderr, "hallwatch maintain: there is no node \"%s\"%s%s%s\n", given.data ? given.data : "",
            nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
    text_done(&given);
    free(names);
    return STATUS_USAGE;
}

static int set_until(const struct time_zone *zone, const struct request *request,
                     struct journal_order *order) {
    int64_t until_ms = parse_until(zone, request->until, order->time_ms);
    if (until_ms == INT64_MIN)
        return refuse("--until must be a duration such as 2h, a time such as 18:00, or 2026-11-27T18:00");
    if (until_ms <= order->time_ms)
        return refuse("--until is past");
    if (until_ms > order->time_ms + (int64_t)MAINTENANCE_DAYS_MOST * DAY_MS)
        return refuse("--until is more than 30 days from now: order it again then");
    order->until_ms = until_ms;
    return STATUS_OK;
}

static int give_order(const struct request *request, const struct site_config *config,
                      const struct time_zone *zone) {
    struct journal_order order = {.kind = request->end ? ORDER_END : ORDER_MAINTAIN};
    const char *why = request->end && !request->why ? "done" : request->why;
    char until[TIME_SIZE];
    int status = operator_order_fill(name, &order, request->node, request->by, why);
    if (status != STATUS_OK)
        return status;
    if (!config->power)
        return refuse("the configuration has no power section, and so no nodes");
    uint32_t node = power_find(config->power, request->node);
    if (node == POWER_NO_NODE)
        return refuse_node(config, request->node);
    snprintf(order.of, sizeof(order.of), "%s", config->power->nodes[node].name);
    if (!request->end)
        status = set_until(zone, request, &order);
    if (status == STATUS_OK)
        status = operator_journal_add(name, config->spool.folder, &order);
    if (status != STATUS_OK)
        return status;
    write_time(zone, order.until_ms, until);
    if (request->end)
        printf("%s is back in service\n", order.of);
    else
        printf("%s is out of service until %s\n", order.of, until);
    return STATUS_OK;
}

/* --- the list --- */

static int list(const struct site_config *config, const struct time_zone *zone) {
    struct maintenance maintenance = {0};
    struct table table;
    int status = operator_journal_read(name, config->spool.folder, clock_wall_ms(), &maintenance);
    if (status != STATUS_OK)
        return status;
    table_init(&table, "llll");
    const char *const heads[] = {"node", "until", "by", "why"};
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        table_add(&table, "%s", heads[i]);
    for (size_t i = 0; i < maintenance.n; i++) {
        const struct journal_order *order = &maintenance.orders[i];
        char until[TIME_SIZE];
        write_time(zone, order->until_ms, until);
        table_add(&table, "%s", order->of);
        table_add(&table, "%s", until);
        table_add(&table, "%s", order->by);
        table_add(&table, "%s", order->why);
    }
    if (maintenance.n > 0)
        table_print(&table, stdout);
    else
        puts("nothing is out of service");
    table_done(&table);
    maintenance_done(&maintenance);
    return STATUS_OK;
}

/* --- the command --- */

static int read_request(int argc, char **argv, struct request *request) {
    const char *others[2] = {NULL, NULL};
    const struct option options[] = {
        {"until", .value = &request->until}, {"by", .value = &request->by},
        {"why", .value = &request->why},     {"gateway", .value = &request->gateway},
        {"end", .flag = &request->end},
    };
    int n = options_read(argc, argv, options, sizeof(options) / sizeof(options[0]), others, 0, 2);
    if (n < 0)
        return STATUS_USAGE;
    bool is_order = request->until || request->end;
    if (request->until && request->end)
        return refuse("--until and --end exclude each other");
    if (!is_order && (n == 2 || request->by || request->why))
        return refuse("--until or --end is missing");
    if (is_order && n == 0)
        return refuse("a node must be named");
    request->node = is_order ? others[0] : NULL;
    request->config = is_order ? others[1] : others[0];
    return STATUS_OK;
}

static int run(int argc, char **argv) {
    struct request request = {0};
    struct site_config *config;
    int status = read_request(argc, argv, &request);
    if (status == STATUS_OK)
        status = operator_config_load(name, request.config, request.gateway, &config);
    if (status != STATUS_OK)
        return status;
    struct time_zone *zone = zone_of(config);
    status = request.node ? give_order(&request, config, zone) : list(config, zone);
    time_zone_free(zone);
    config_free(config);
    return status;
}

const struct command command_maintain = {
    .name = name,
    .summary = "take a node out of service for a while, or list which are",
    .help =
        "maintain [CONFIG]\n"
        "       hallwatch maintain NODE --until TIME|DURATION --by NAME --why TEXT [CONFIG]\n"
        "       hallwatch maintain NODE --end --by NAME [--why TEXT] [CONFIG]\n\n"
        "A node that is out of service raises no alarms that maintenance explains, counts as lost in what a "
        "further\n"
        "loss would do, and comes back by itself. Every order is added to operator.jsonl in the folder of "
        "CONFIG's\n"
        "spool, with the time and your user number; the running agent takes it up within a second. Without "
        "a node:\n"
        "lists what is out of service, until when, and why.\n\n"
        "  --until WHEN    a duration (90min, 2h, 3d), a time (18:00, 2026-11-27T18:00) by the site's "
        "clocks; at\n"
        "                  most 30 days\n"
        "  --end           it is back in service now\n"
        "  --by NAME       who says so\n"
        "  --why TEXT      what is done there\n"
        "  --gateway NAME  as of `hallwatch check`\n"
        "  CONFIG          default: " SERVICE_CONFIG "\n\n"
        "Exit status: 0 done, 1 the journal cannot be read or written, 2 wrong arguments or "
        "configuration.\n",
    .run = run,
};
