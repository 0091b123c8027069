/* SPDX-License-Identifier: Apache-2.0 */
/* `hallwatch drivers`: the devices that are supported, one driver's page, and the catalogue of metrics. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "command/command.h"
#include "command/driver_page.h"
#include "command/options.h"
#include "command/table.h"
#include "model/device_map.h"

static void print_table(const struct table *table, bool markdown) {
    if (markdown)
        table_print_markdown(table, stdout);
    else
        table_print(table, stdout);
}

static void print_drivers(bool markdown) {
    struct table table;
    table_init(&table, "lllll");
    static const char *const headings[] = {"driver", "class", "protocol", "confirmed by", "devices"};
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
        table_add(&table, "%s", headings[i]);
    for (size_t i = 0; i < n_drivers; i++) {
        const struct driver *driver = all_drivers[i];
        table_add(&table, markdown ? "`%s`" : "%s", driver->name);
        table_add(&table, "%s", catalog_class(driver->class));
        table_add(&table, "%s", driver_protocol_text(driver));
        table_add(&table, "%s", driver_evidence_text(driver));
        table_add(&table, "%s", driver->title);
    }
    print_table(&table, markdown);
    table_done(&table);
}

/* "0 to 1", "from 0", "any". */
static void add_range(struct table *table, const struct quantity_info *info) {
    struct text range = {0};
    bool has_least = isfinite(info->least), has_most = isfinite(info->most);
    if (info->kind == KIND_STATE) {
        table_add(table, "%s", "");
        return;
    }
    if (has_least) {
        text_add_string(&range, has_most ? "" : "from ");
        text_add_number(&range, info->least);
    }
    if (has_most) {
        text_add_string(&range, has_least ? " to " : "up to ");
        text_add_number(&range, info->most);
    }
    table_add(table, "%s", range.data ? range.data : "any");
    text_done(&range);
}

static void add_meaning(struct table *table, enum quantity quantity) {
    const char *words = catalog_quantity(quantity)->meaning;
    const struct state_word *states = catalog_states(quantity);
    struct text meaning = {0};
    text_add_string(&meaning, words ? words : "");
    for (const struct state_word *state = states; state && state->word; state++)
        text_add_format(&meaning, "%s%d %s", state == states ? ": " : ", ", state->code, state->word);
    table_add(table, "%s", meaning.data ? meaning.data : "");
    text_done(&meaning);
}

static void print_metrics(bool markdown) {
    static const char *const kinds[] = {
        [KIND_GAUGE] = "gauge", [KIND_COUNTER] = "counter", [KIND_STATE] = "state", [KIND_TEXT] = "text"};
    static const char *const headings[] = {"metric", "kind", "unit", "range", "meaning"};
    struct table table;
    table_init(&table, "lllll");
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
        table_add(&table, "%s", headings[i]);
    for (int quantity = QUANTITY_NONE + 1; quantity < N_QUANTITIES; quantity++) {
        const struct quantity_info *info = catalog_quantity((enum quantity)quantity);
        if (info->kind == KIND_TEXT)
            continue;
        table_add(&table, markdown ? "`%s`" : "%s", info->name);
        table_add(&table, "%s", kinds[info->kind]);
        table_add(&table, "%s", info->unit);
        add_range(&table, info);
        add_meaning(&table, (enum quantity)quantity);
    }
    print_table(&table, markdown);
    table_done(&table);
}

static int refuse_driver(const char *name) {
    const char **names = calloc(n_drivers + 1, sizeof(*names));
    const char *nearest = NULL;
    for (size_t i = 0; names && i < n_drivers; i++)
        names[i] = all_drivers[i]->name;
    if (names)
        nearest = text_nearest(name, names, n_drivers);
    if (nearest)
        fprintf(stderr, "hallwatch drivers: unknown driver \"%s\"; did you mean \"%s\"?\n", name, nearest);
    else
        fprintf(stderr, "hallwatch drivers: unknown driver \"%s\"; hallwatch drivers lists them\n", name);
    free(names);
    return STATUS_USAGE;
}

static int print_driver(const struct driver *driver, bool json) {
    if (json)
        driver_page_print_json(driver, stdout);
    else
        driver_page_print(driver, stdout);
    return STATUS_OK;
}

static int print_map(const char *file, bool json) {
    struct mistakes mistakes = {.out = stderr};
    const struct driver *map = device_map_load(file, &mistakes);
    if (mistakes_finish(&mistakes) != 0)
        return STATUS_USAGE;
    print_driver(map, json);
    driver_release(map);
    return STATUS_OK;
}

static int run(int argc, char **argv) {
    bool metrics = false, markdown = false, json = false;
    const char *name = NULL, *map = NULL;
    const struct option options[] = {{"metrics", .flag = &metrics},
                                     {"markdown", .flag = &markdown},
                                     {"json", .flag = &json},
                                     {"map", .value = &map}};
    int n = options_read(argc, argv, options, sizeof(options) / sizeof(options[0]), &name, 0, 1);
    if (n < 0)
        return STATUS_USAGE;
    if ((name && map) || ((name || map) && (metrics || markdown)) || (json && !name && !map)) {
        fputs("hallwatch drivers: --metrics and --markdown go without NAME and --map, --json with one of "
              "them\n",
              stderr);
        return STATUS_USAGE;
    }
    const struct driver *driver = name ? driver_find(name) : NULL;
    if (map)
        return print_map(map, json);
    if (name)
        return driver ? print_driver(driver, json) : refuse_driver(name);
    if (metrics)
        print_metrics(markdown);
    else
        print_drivers(markdown);
    return STATUS_OK;
}

const struct command command_drivers = {
    .name = "drivers",
    .summary = "list the supported devices, a driver's points, or the metrics",
    .help = "drivers [--markdown]\n"
            "       hallwatch drivers NAME [--json]\n"
            "       hallwatch drivers --map FILE [--json]\n"
            "       hallwatch drivers --metrics [--markdown]\n\n"
            "Lists all drivers; or, of the driver NAME, the models, how it is recognised, where its numbers "
            "come\n"
            "from and every point: metric, place, published unit, the manual's unit and scale, source and "
            "rate.\n\n"
            "  --json      one JSON object per point\n"
            "  --map FILE  the same of a device map, or every mistake in it\n"
            "  --metrics   the catalogue of metrics: kind, unit, physical range, meaning and states\n"
            "  --markdown  the table as Markdown, as README.md holds it\n",
    .run = run,
};
