/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a forecast as tables. */
#include "command/plan_table.h"

#include <string.h>

#include "base/text.h"
#include "command/table.h"
#include "model/human.h"

const char *plan_rate_word(enum rate rate) {
    static const char *const words[N_RATES] = {
        [RATE_FAST] = "fast", [RATE_NORMAL] = "normal", [RATE_SLOW] = "slow", [RATE_ONCE] = "once"};
    return words[rate];
}

/* --- cells */

static const char *plural(size_t n) {
    return n == 1 ? "" : "s";
}

static void write_us(int64_t us, char *text, size_t size) {
    if (us >= TIMING_NEVER_US)
        snprintf(text, size, "never");
    else
        human_write_duration((double)us / 1e6, text, size);
}

/* "1.05 s", "1.05 s+" where it is the least. */
static void add_us(struct table *table, int64_t us, bool at_least) {
    char text[32];
    write_us(us, text, sizeof(text));
    table_add(table, "%s%s", text, at_least && us < TIMING_NEVER_US ? "+" : "");
}

static void add_headings(struct table *table, const char *const *headings) {
    for (size_t i = 0; i < table->n_columns; i++)
        table_add(table, "%s", headings[i]);
}

/* "rtu:/dev/ttyUSB0, 9600 8N1" */
static void write_bus(const struct forecast_bus *bus, struct text *text) {
    const struct line_settings *line = &bus->url->line;
    text_add_printable(text, bus->name);
    if (bus->url->transport == TRANSPORT_MODBUS_SERIAL)
        text_add_format(text, " %u 8%c%u", line->baud, line->parity, line->stop_bits);
}

/* --- what cannot be kept */

static const char *other_place(const struct device_url *url) {
    return url->transport == TRANSPORT_MODBUS_SERIAL ? "another line" : "another gateway";
}

static void write_help(const struct forecast_bus *bus, struct text *text) {
    const struct forecast_help *help = &bus->help;
    const char *separator = "";
    char span[32];
    if (help->baud != 0) {
        text_add_format(text, "%u baud", help->baud);
        separator = ", or ";
    }
    if (help->interval_ms != 0) {
        human_write_duration((double)help->interval_ms / 1000, span, sizeof(span));
        text_add_format(text, "%san interval of %s", separator, span);
        separator = ", or ";
    }
    if (help->n_moved != 0)
        text_add_format(text, "%s%u of its devices on %s", separator, help->n_moved, other_place(bus->url));
    if (text->size == 0)
        text_add_string(text, "fewer devices, longer intervals and, on a line, a higher speed together");
}

static void print_broken(const struct forecast_bus *bus, FILE *out) {
    const struct timing_bus *timing = &bus->timing;
    struct text name = {0}, help = {0};
    char cycle[32], interval[32];
    write_bus(bus, &name);
    write_help(bus, &help);
    write_us(timing->cycle_us, cycle, sizeof(cycle));
    write_us(timing->shortest_us, interval, sizeof(interval));
    fprintf(out, "%s cannot keep what is promised:\n", name.data);
    fprintf(out,
            "  to ask its %zu device%s once takes %s%s, and the fastest are asked every %s (%.0f %% of its "
            "time)\n",
            bus->n, plural(bus->n), bus->at_least ? "at least " : "", cycle, interval, 100 * timing->share);
    fprintf(out, "  what would help: %s\n\n", help.data);
    text_done(&name);
    text_done(&help);
}

/* --- all buses */

/* The oldest values among those asked for most often. */
static void find_oldest(const struct timing_bus *timing, int64_t *age_us, int64_t *age_dead_us) {
    *age_us = *age_dead_us = 0;
    for (size_t i = 0; i < timing->n_units; i++)
        for (int rate = 0; rate < RATE_ONCE; rate++) {
            const struct timing_poll *poll = &timing->units[i].polls[rate];
            if (poll->n == 0 || poll->interval_us != timing->shortest_us)
                continue;
            *age_us = poll->age_us > *age_us ? poll->age_us : *age_us;
            *age_dead_us = poll->age_dead_us > *age_dead_us ? poll->age_dead_us : *age_dead_us;
        }
}

/* Of buses with one device each, thousands of which are alike, one line tells. */
static bool alike(const struct forecast_bus *a, const struct forecast_bus *b) {
    return a->n == 1 && b->n == 1 && a->url->transport == b->url->transport && a->at_least == b->at_least &&
           a->timing.worst == b->timing.worst && a->timing.share == b->timing.share &&
           a->timing.cycle_us == b->timing.cycle_us && a->timing.shortest_us == b->timing.shortest_us;
}

static void add_bus(struct table *table, const struct forecast_bus *bus, size_t n_alike) {
    const struct timing_bus *timing = &bus->timing;
    struct text name = {0};
    int64_t age_us, age_dead_us;
    bool shared = bus->n > 1;
    write_bus(bus, &name);
    if (n_alike > 1)
        text_add_format(&name, " and %zu alike", n_alike - 1);
    find_oldest(timing, &age_us, &age_dead_us);
    table_add(table, "%s", name.data);
    table_add(table, "%zu", bus->n * n_alike);
    add_us(table, timing->cycle_us, bus->at_least);
    add_us(table, timing->shortest_us, false);
    table_add(table, timing->share < 0.1 ? "%.1f %%%s" : "%.0f %%%s", 100 * timing->share,
              bus->at_least ? "+" : "");
    add_us(table, age_us, bus->at_least);
    if (shared)
        add_us(table, age_dead_us, bus->at_least);
    else
        table_add(table, "%s", "");
    table_add(table, "%s", timing->worst > 1 ? "cannot be kept" : "kept");
    text_done(&name);
}

static void print_buses(const struct forecast *forecast, FILE *out) {
    static const char *const headings[] = {"BUS",  "DEVICES", "CYCLE",    "EVERY",
                                           "USED", "OLDEST",  "ONE DEAD", "PROMISE"};
    struct table table;
    size_t n_alike;
    table_init(&table, "lrrrrrrl");
    add_headings(&table, headings);
    for (size_t i = 0; i < forecast->n_buses; i += n_alike) {
        n_alike = 1;
        while (i + n_alike < forecast->n_buses && alike(&forecast->buses[i], &forecast->buses[i + n_alike]))
            n_alike++;
        add_bus(&table, &forecast->buses[i], n_alike);
    }
    table_print(&table, out);
    table_done(&table);
}

static void print_notes(bool at_least, FILE *out) {
    fputs(
        "\nThe promise: each poll ends before the next is due, so no value gets older than two intervals.\n",
        out);
    fprintf(out, "Worst case: everything is due at once, and every answer takes %d ms to begin.\n",
            TIMING_TURNAROUND_US / 1000);
    if (at_least)
        fputs("+  at least: the rows of an SNMP agent's tables are known once it has answered, the line "
              "behind a\n"
              "   gateway is not known at all. `hallwatch status` shows what is measured.\n",
              out);
}

void plan_table_print(const struct site_config *config, const struct forecast *forecast, FILE *out) {
    size_t n_broken = 0;
    bool at_least = false;
    for (size_t i = 0; i < forecast->n_buses; i++) {
        n_broken += forecast->buses[i].timing.worst > 1;
        at_least |= forecast->buses[i].at_least;
    }
    fprintf(out, "site %s: %zu device%s on %zu bus%s; ", config->site, forecast->n_devices,
            plural(forecast->n_devices), forecast->n_buses, forecast->n_buses == 1 ? "" : "es");
    if (n_broken > 0)
        fprintf(out, "%zu cannot keep what is promised\n\n", n_broken);
    else
        fputs("every promise can be kept\n\n", out);
    for (size_t i = 0; i < n_broken; i++)
        print_broken(&forecast->buses[i], out);
    print_buses(forecast, out);
    print_notes(at_least, out);
}

/* --- one device */

/* "holding 2700 to 2791" by the manual's numbers; "32 objects". */
static void add_request(struct table *table, const struct plan *plan, const struct plan_request *request) {
    static const char *const kinds[] = {"", "coil", "discrete", "holding", "input"};
    unsigned first = request->address + plan->driver->first_register;
    if (request->count == 1)
        table_add(table, "%s %u", kinds[request->function], first);
    else
        table_add(table, "%s %u to %u", kinds[request->function], first, first + request->count - 1);
}

static void print_requests(const struct forecast_device *device, FILE *out) {
    static const char *const headings[] = {"REQUEST", "RATE", "ASKS FOR", "VALUES", "HOLDS THE BUS"};
    const struct device_config *config = device->config;
    bool serial = config->url.transport == TRANSPORT_MODBUS_SERIAL;
    struct table table;
    table_init(&table, "rllrr");
    add_headings(&table, headings);
    for (size_t i = 0; i < device->plan->n_requests; i++) {
        const struct plan_request *request = &device->plan->requests[i];
        table_add(&table, "%zu", i + 1);
        table_add(&table, "%s", plan_rate_word(request->rate));
        add_request(&table, device->plan, request);
        table_add(&table, "%u", request->n_items);
        add_us(&table, timing_request_us(serial ? &config->url.line : NULL, request), device->at_least);
    }
    table_print(&table, out);
    table_done(&table);
}

static void print_rates(const struct forecast_device *device, const struct timing_unit *unit, bool shared,
                        FILE *out) {
    static const char *const headings[] = {"RATE", "EVERY", "DONE WITHIN", "OLDEST", "ONE DEAD", "PROMISE"};
    struct table table;
    table_init(&table, "lrrrrl");
    add_headings(&table, headings);
    for (int rate = 0; rate < RATE_ONCE; rate++) {
        const struct timing_poll *poll = &unit->polls[rate];
        if (poll->n == 0)
            continue;
        table_add(&table, "%s", plan_rate_word((enum rate)rate));
        add_us(&table, poll->interval_us, false);
        add_us(&table, poll->done_us, device->at_least);
        add_us(&table, poll->age_us, device->at_least);
        if (shared)
            add_us(&table, poll->age_dead_us, device->at_least);
        else
            table_add(&table, "%s", "");
        table_add(&table, "%s", poll->kept ? "kept" : "cannot be kept");
    }
    table_print(&table, out);
    table_done(&table);
}

static void print_points(const struct forecast_device *device, const struct timing_unit *unit, FILE *out) {
    static const char *const headings[] = {"READING", "PLACE", "RATE", "REQUEST", "OLDEST"};
    const struct plan *plan = device->plan;
    struct table table;
    table_init(&table, "lllrr");
    add_headings(&table, headings);
    for (size_t i = 0; i < plan->n_requests; i++) {
        const struct plan_request *request = &plan->requests[i];
        for (uint32_t k = 0; k < request->n_items; k++) {
            char title[80], place[80];
            const struct series *series = &plan->list->series[plan->items[request->first_item + k].series];
            human_write_title(series->quantity, title, sizeof(title));
            human_write_place(&series->place, place, sizeof(place));
            table_add(&table, "%s", title);
            table_add(&table, "%s", place);
            table_add(&table, "%s", plan_rate_word(request->rate));
            table_add(&table, "%zu", i + 1);
            if (request->rate == RATE_ONCE)
                table_add(&table, "%s", "");
            else
                add_us(&table, unit->polls[request->rate].age_us, device->at_least);
        }
    }
    table_print(&table, out);
    table_done(&table);
}

void plan_table_print_device(const struct forecast *forecast, const struct forecast_device *device,
                             FILE *out) {
    const struct forecast_bus *bus = &forecast->buses[device->bus];
    const struct timing_unit *unit = forecast_unit(forecast, device);
    const struct device_config *config = device->config;
    struct text line = {0};
    text_add_printable(&line, config->name);
    text_add_format(&line, ": driver %s, on ", config->driver ? config->driver->name : "not yet known");
    write_bus(bus, &line);
    if (bus->n > 1)
        text_add_format(&line, " with %zu other device%s", bus->n - 1, plural(bus->n - 1));
    fprintf(out, "%s\n\n", line.data);
    text_done(&line);
    print_rates(device, unit, bus->n > 1, out);
    if (device->plan != NULL) {
        fputc('\n', out);
        print_requests(device, out);
        fputc('\n', out);
        print_points(device, unit, out);
    }
    print_notes(device->at_least, out);
}
