/* SPDX-License-Identifier: Apache-2.0 */
/* Sorts the devices of a status document by bus, and says where time goes. */
#include "command/status_buses.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/health.h"
#include "base/text.h"
#include "command/table.h"
#include "model/human.h"

enum { BUSES_SAID_MOST = 10, TAKERS_MOST = 3, FAILED_SAID_MOST = 20 };

/* The devices of one bus, those that need most of its time first. */
struct bus {
    const char *name;
    const struct status_line **lines;
    size_t n, n_up, n_late;
    const struct status_line *latest; /* NULL: none is late */
    double needed;                    /* share of its time */
};

struct buses {
    struct bus *bus;
    size_t n;
    const struct status_line **lines;
};

static double needed(const struct status_line *line) {
    return isnan(line->digest.bus_time) ? 0 : line->digest.bus_time;
}

static bool is_up(const struct status_line *line) {
    return json_is_true(json_object_get(line->device, "up"));
}

static int compare_lines(const void *left, const void *right) {
    const struct status_line *a = *(const struct status_line *const *)left;
    const struct status_line *b = *(const struct status_line *const *)right;
    int order = strcmp(status_text(a->device, "bus"), status_text(b->device, "bus"));
    if (order == 0 && needed(a) != needed(b))
        order = needed(a) > needed(b) ? -1 : 1;
    return order != 0 ? order : a->number < b->number ? -1 : a->number > b->number;
}

static int compare_by_lateness(const void *left, const void *right) {
    const struct bus *a = left, *b = right;
    double x = a->latest ? a->latest->digest.lateness_s : 0, y = b->latest ? b->latest->digest.lateness_s : 0;
    return x != y ? (x > y ? -1 : 1) : strcmp(a->name, b->name);
}

static int compare_by_need(const void *left, const void *right) {
    const struct bus *a = left, *b = right;
    return a->needed != b->needed ? (a->needed > b->needed ? -1 : 1) : strcmp(a->name, b->name);
}

static void bus_add(struct bus *bus, const struct status_line *line) {
    bool late = line->digest.lateness_s > 0;
    bus->n++;
    bus->n_up += is_up(line);
    bus->n_late += late;
    bus->needed += needed(line);
    if (late && (!bus->latest || line->digest.lateness_s > bus->latest->digest.lateness_s))
        bus->latest = line;
}

static bool buses_gather(const struct status_line *lines, size_t n, struct buses *buses) {
    *buses = (struct buses){.bus = calloc(n + 1, sizeof(*buses->bus)),
                            .lines = calloc(n + 1, sizeof(struct status_line *))};
    if (!buses->bus || !buses->lines)
        return false;
    for (size_t i = 0; i < n; i++)
        buses->lines[i] = &lines[i];
    qsort(buses->lines, n, sizeof(struct status_line *), compare_lines);
    for (size_t i = 0; i < n; i++) {
        const char *name = status_text(buses->lines[i]->device, "bus");
        struct bus *bus = buses->n ? &buses->bus[buses->n - 1] : NULL;
        if (!bus || strcmp(bus->name, name) != 0) {
            bus = &buses->bus[buses->n++];
            *bus = (struct bus){.name = name, .lines = &buses->lines[i]};
        }
        bus_add(bus, buses->lines[i]);
    }
    return true;
}

static void buses_done(struct buses *buses) {
    free(buses->bus);
    free(buses->lines);
}

/* --- late devices */

/* "every 5 s instead of 2 s" */
static void add_pace(struct text *text, const struct digest *digest) {
    char comes[32], asked[32];
    human_write_duration(digest->interval_s, comes, sizeof(comes));
    human_write_duration(digest->interval_s - digest->lateness_s, asked, sizeof(asked));
    text_add_format(text, "comes every %s instead of %s", comes, asked);
}

static void add_takers(struct text *text, const struct bus *bus) {
    double rest = bus->needed;
    size_t n = 0;
    text_add_string(text, "  what takes its time: ");
    for (; n < bus->n && n < TAKERS_MOST && needed(bus->lines[n]) > 0; n++) {
        text_add_string(text, n ? ", " : "");
        text_add_printable(text, status_text(bus->lines[n]->device, "name"));
        text_add_format(text, " %.0f %%", 100 * needed(bus->lines[n]));
        rest -= needed(bus->lines[n]);
    }
    size_t others = bus->n_up > n ? bus->n_up - n : 0, down = bus->n - bus->n_up;
    if (others > 0)
        text_add_format(text, ", %zu other%s %.0f %%", others, others == 1 ? "" : "s", 100 * rest);
    if (down > 0)
        text_add_format(text, "; %zu silent, each try a time-out", down);
    text_add_char(text, '\n');
}

static void print_late_bus(const struct bus *bus, FILE *out) {
    const struct digest *latest = &bus->latest->digest;
    struct text text = {0};
    if (bus->n == 1) {
        char latency[32];
        human_write_duration(latest->latency_s, latency, sizeof(latency));
        text_add_printable(&text, status_text(bus->latest->device, "name"));
        text_add_string(&text, " is late: it ");
        add_pace(&text, latest);
        text_add_format(&text, "; its last poll took %s, it needs %.0f %% of the time\n", latency,
                        100 * bus->needed);
    } else {
        text_add_printable(&text, bus->name);
        text_add_format(&text, ": %zu of %zu devices late; all together they need %.0f %% of its time\n",
                        bus->n_late, bus->n, 100 * bus->needed);
        text_add_string(&text, "  the latest: ");
        text_add_printable(&text, status_text(bus->latest->device, "name"));
        text_add_char(&text, ' ');
        add_pace(&text, latest);
        text_add_char(&text, '\n');
        add_takers(&text, bus);
    }
    if (!text.failed)
        fputs(text.data, out);
    text_done(&text);
}

void status_print_late(const struct status_line *lines, size_t n, FILE *out) {
    struct buses buses;
    size_t said = 0, late = 0;
    if (buses_gather(lines, n, &buses)) {
        qsort(buses.bus, buses.n, sizeof(*buses.bus), compare_by_lateness);
        for (size_t i = 0; i < buses.n && buses.bus[i].latest; i++, late++)
            if (said < BUSES_SAID_MOST && ++said)
                print_late_bus(&buses.bus[i], out);
        if (late > said)
            fprintf(out, "and late devices on %zu more buses: the table below names them\n", late - said);
        if (late > 0)
            fputc('\n', out);
    }
    buses_done(&buses);
}

/* --- shared buses */

void status_print_buses(const struct status_line *lines, size_t n, FILE *out) {
    static const char *const headings[] = {"SHARED BUS", "DEVICES", "UP", "LATE", "NEEDED"};
    struct buses buses;
    struct table table;
    bool any = false;
    table_init(&table, "lrrrr");
    for (size_t i = 0; i < table.n_columns; i++)
        table_add(&table, "%s", headings[i]);
    if (buses_gather(lines, n, &buses)) {
        qsort(buses.bus, buses.n, sizeof(*buses.bus), compare_by_need);
        for (size_t i = 0; i < buses.n; i++) {
            const struct bus *bus = &buses.bus[i];
            if (bus->n < 2 || !*bus->name)
                continue;
            any = true;
            table_add(&table, "%s", bus->name);
            table_add(&table, "%zu", bus->n);
            table_add(&table, "%zu", bus->n_up);
            table_add(&table, "%zu", bus->n_late);
            table_add(&table, "%.0f %%", 100 * bus->needed);
        }
    }
    if (any) {
        fputc('\n', out);
        table_print(&table, out);
    }
    table_done(&table);
    buses_done(&buses);
}

/* --- errors */

static bool has_errors(const struct digest *digest) {
    for (int kind = 0; kind < N_HEALTH_ERRORS; kind++)
        if (digest->errors[kind] > 0)
            return true;
    return false;
}

/* "TIMEOUT" */
static void add_kind(struct table *table, enum health_error kind) {
    char heading[32] = "";
    const char *word = health_error_word(kind);
    for (size_t i = 0; word[i] && i + 1 < sizeof(heading); i++)
        heading[i] = (char)(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 'a' + 'A' : word[i]);
    table_add(table, "%s", heading);
}

static void add_errors(struct table *table, const struct status_line *line) {
    char state[32] = "";
    if (line->digest.condition > 0)
        human_write_value(DEVICE_STATE, line->digest.condition, state, sizeof(state));
    table_add(table, "%s", status_text(line->device, "name"));
    table_add(table, "%s", state);
    for (int kind = 0; kind < N_HEALTH_ERRORS; kind++)
        if (line->digest.errors[kind] > 0)
            table_add(table, "%.0f", line->digest.errors[kind]);
        else
            table_add(table, "%s", "");
}

void status_print_errors(const struct status_line *lines, size_t n, FILE *out) {
    char alignment[N_HEALTH_ERRORS + 3] = "ll";
    struct table table;
    size_t said = 0, failed = 0;
    memset(alignment + 2, 'r', N_HEALTH_ERRORS);
    table_init(&table, alignment);
    table_add(&table, "%s", "FAILED REQUESTS");
    table_add(&table, "%s", "STATE");
    for (int kind = 0; kind < N_HEALTH_ERRORS; kind++)
        add_kind(&table, (enum health_error)kind);
    for (size_t i = 0; i < n; i++) {
        if (!has_errors(&lines[i].digest))
            continue;
        if (++failed <= FAILED_SAID_MOST) {
            add_errors(&table, &lines[i]);
            said++;
        }
    }
    if (failed > 0) {
        fputc('\n', out);
        table_print(&table, out);
    }
    if (failed > said)
        fprintf(out, "and %zu more devices; --json has them all\n", failed - said);
    table_done(&table);
}

/* --- links */

/* "3 wrong id"; nothing where it never happened. */
static void add_event(struct text *text, const char *reason, double n) {
    if (!(n > 0))
        return;
    text_add_format(text, "%s%.0f ", text->size ? ", " : "", n);
    for (; *reason; reason++)
        text_add_char(text, *reason == '_' ? ' ' : *reason);
}

/* "serial" of facility_serial_events_total */
static void add_link(struct table *table, const char *metric) {
    static const char prefix[] = "facility_", suffix[] = "_events_total";
    const char *begin = strncmp(metric, prefix, strlen(prefix)) == 0 ? metric + strlen(prefix) : metric;
    const char *end = strstr(begin, suffix);
    table_add(table, "%.*s", (int)(end ? (size_t)(end - begin) : strlen(begin)), begin);
}

void status_print_links(const json_t *document, FILE *out) {
    json_t *links = json_object_get(document, "links");
    struct table table;
    bool any = false;
    table_init(&table, "ll");
    table_add(&table, "%s", "LINKS");
    table_add(&table, "%s", "WHAT HAPPENED");
    for (void *link = json_object_iter(links); link; link = json_object_iter_next(links, link)) {
        json_t *events = json_object_iter_value(link);
        struct text text = {0};
        for (void *event = json_object_iter(events); event; event = json_object_iter_next(events, event))
            add_event(&text, json_object_iter_key(event), json_number_value(json_object_iter_value(event)));
        if (text.size > 0 && !text.failed) {
            add_link(&table, json_object_iter_key(link));
            table_add(&table, "%s", text.data);
            any = true;
        }
        text_done(&text);
    }
    if (any) {
        fputc('\n', out);
        table_print(&table, out);
    }
    table_done(&table);
}
