/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section `power`: collects its nodes from the configuration and the files of `topology`, and has each
 * step do its part. What all steps share stands here, too.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time_zone.h"
#include "model/power_build.h"

/* --- what the steps share --- */

static struct spot whole_file(const struct power_build *build) {
    return (struct spot){build->build->path, 0, 0};
}

void power_refuse(struct power_build *build, uint32_t node, const char *key, const struct setting *setting,
                  const char *format, ...) {
    char what[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    entry_add_mistake(&build->written[node]->entry, key, setting, &build->build->mistakes, "%s", what);
}

void power_warn(struct power_build *build, uint32_t node, const char *key, const struct setting *setting,
                const char *format, ...) {
    char what[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    entry_add_mistake(&build->written[node]->entry, key, setting, &build->build->warnings, "%s", what);
}

void power_refuse_unknown(struct power_build *build, uint32_t node, const char *key,
                          const struct setting *setting, const char *kind, const char *word,
                          const char *const *words, size_t n) {
    const struct entry *entry = &build->written[node]->entry;
    char path[64];
    if (entry->list)
        snprintf(path, sizeof(path), "%s[%zu].%s", entry->list, entry->index, key);
    else
        snprintf(path, sizeof(path), "%s", key);
    mistakes_add_unknown(&build->build->mistakes, &setting->at, path, kind, word, words, n);
}

void *power_take(struct power_build *build, size_t n, size_t size) {
    void *memory = calloc(n + 1, size);
    struct spot whole = whole_file(build);
    if (!memory)
        mistakes_add(&build->build->mistakes, &whole, "power", "out of memory");
    return memory;
}

struct spot power_keep_spot(struct power_build *build, const struct spot *at) {
    struct power_config *power = build->power;
    struct spot kept = {NULL, at->line, at->column};
    for (size_t i = power->n_files; i-- > 0 && !kept.file;) /* rows of one file stand together */
        if (strcmp(power->files[i], at->file) == 0)
            kept.file = power->files[i];
    if (kept.file || power->n_files > build->build->n_topologies)
        return kept;
    char *copy = config_copy(build->build, at->file);
    if (copy)
        power->files[power->n_files++] = copy;
    kept.file = copy;
    return kept;
}

static int compare_indexed(const void *a, const void *b) {
    const struct indexed_name *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

void power_add_name(struct name_index *index, const struct setting *name, uint32_t number) {
    char *normal = index->names && setting_given(name) ? text_normalize(name->text) : NULL;
    if (normal)
        index->names[index->n++] = (struct indexed_name){normal, number};
}

void power_sort_names(struct name_index *index) {
    if (index->n > 0)
        qsort(index->names, index->n, sizeof(*index->names), compare_indexed);
}

static void free_names(struct name_index *index) {
    for (size_t i = 0; i < index->n; i++)
        free(index->names[i].name);
    free(index->names);
}

uint32_t power_find_name(const struct name_index *index, const char *name) {
    char *normal = text_normalize(name);
    size_t low = 0, high = normal ? index->n : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(index->names[middle].name, normal) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = normal && low < index->n && strcmp(index->names[low].name, normal) == 0;
    free(normal);
    return found ? index->names[low].number : POWER_NO_NODE;
}

/* --- nodes and devices as written --- */

static void collect_devices(struct power_build *build) {
    const struct build *from = build->build;
    const struct device_settings *listed = from->settings.devices.items;
    size_t most = from->settings.devices.n;
    for (size_t i = 0; i < from->n_inventories; i++)
        most += from->inventories[i].n;
    build->devices.names = power_take(build, most, sizeof(*build->devices.names));
    build->device_settings = power_take(build, most, sizeof(*build->device_settings));
    build->device_configs = power_take(build, most, sizeof(*build->device_configs));
    build->device_names = power_take(build, most, sizeof(*build->device_names));
    if (!build->devices.names || !build->device_settings || !build->device_configs || !build->device_names)
        return;
    for (size_t i = 0; i < from->settings.devices.n; i++)
        build->device_settings[build->n_devices++] = &listed[i];
    for (size_t i = 0; i < from->n_inventories; i++)
        for (size_t k = 0; k < from->inventories[i].n; k++)
            build->device_settings[build->n_devices++] = &from->inventories[i].devices[k];
    /* Those of this gateway stand in the same order. */
    const struct site_config *config = from->config;
    for (size_t i = 0, here = 0; i < build->n_devices; i++) {
        power_add_name(&build->devices, &build->device_settings[i]->name, (uint32_t)i);
        build->device_names[i] = build->device_settings[i]->name.text;
        if (here < config->n_devices && config->devices[here].name &&
            strcmp(config->devices[here].name, build->device_settings[i]->name.text) == 0)
            build->device_configs[i] = &config->devices[here++];
    }
    power_sort_names(&build->devices);
}

static void collect_nodes(struct power_build *build) {
    const struct build *from = build->build;
    const struct power_node_settings *listed = build->settings->nodes.items;
    for (size_t i = 0; i < build->settings->nodes.n; i++)
        build->written[build->n_written++] = &listed[i];
    for (size_t i = 0; i < from->n_topologies; i++)
        for (size_t k = 0; k < from->topologies[i].n; k++)
            build->written[build->n_written++] = &from->topologies[i].nodes[k];
    for (size_t i = 0; i < build->n_written; i++) {
        power_add_name(&build->nodes, &build->written[i]->name, (uint32_t)i);
        build->node_names[i] = build->written[i]->name.text;
    }
    power_sort_names(&build->nodes);
}

static void check_names(struct power_build *build) {
    struct named *names = power_take(build, build->n_written, sizeof(*names));
    for (size_t i = 0; names && i < build->n_written; i++)
        names[i] = (struct named){&build->written[i]->entry, &build->written[i]->name};
    if (names)
        config_check_names(build->build, names, build->n_written);
    free(names);
}

/* --- what it says as a whole --- */

/* FNV-1a. */
static uint64_t add_to_digest(uint64_t digest, const struct text *text) {
    for (size_t i = 0; i < text->size; i++)
        digest = (digest ^ (unsigned char)text->data[i]) * 0x100000001b3;
    return digest;
}

/* Which nodes were left out depends on who reads the devices: so the nodes that stay count, too. */
static void make_digest(struct power_build *build) {
    struct text text = {0};
    uint64_t digest = 0xcbf29ce484222325;
    schema_write(&settings_of_power, build->settings, &text);
    digest = add_to_digest(digest, &text);
    for (size_t i = 0; i < build->power->n_nodes; i++) {
        text_clear(&text);
        schema_write(&settings_of_power_node, build->written[i], &text);
        text_add_char(&text, build->power->nodes[i].elsewhere ? '-' : '+');
        digest = add_to_digest(digest, &text);
    }
    build->power->digest = digest;
    text_done(&text);
}

static bool is_given(const struct power_settings *settings) {
    struct text text = {0};
    schema_write(&settings_of_power, settings, &text);
    bool given = text.size > 0 || text.failed;
    text_done(&text);
    return given;
}

/* --- all of it --- */

static void make_nodes(struct power_build *build) {
    struct power_config *power = build->power;
    power->n_nodes = build->n_written;
    for (uint32_t i = 0; i < build->n_written; i++) {
        power_build_node(build, i);
        power_choose_budget(build, i);
        power_build_points(build, i);
    }
    size_t n_mistakes = build->build->mistakes.n;
    for (uint32_t i = 0; i < build->n_written; i++)
        power_build_links(build, i);
    build->has_all_links = build->build->mistakes.n == n_mistakes;
    /* What was refused would be said to be missing. */
    if (build->build->read_whole && power_order(build)) {
        power_choose_gateways(build);
        power_check(build);
    }
    if (build->build->mistakes.n == 0) {
        power_prune(build);
        make_digest(build);
    }
}

static void check_time_zone(struct power_build *build) {
    const struct setting *setting = &build->settings->time_zone;
    struct time_zone *zone = NULL;
    int error = time_zone_load(setting->text, &zone);
    char *nearest = error ? time_zone_nearest(setting->text) : NULL;
    if (nearest)
        mistakes_add(&build->build->mistakes, &setting->at, "power.time_zone",
                     "unknown time zone \"%.60s\"; did you mean \"%s\"?", setting->text, nearest);
    else if (error == ERROR_ARGUMENT || error == ERROR_NOT_FOUND)
        mistakes_add(&build->build->mistakes, &setting->at, "power.time_zone",
                     "unknown time zone \"%.60s\": /usr/share/zoneinfo (package tzdata) lacks it",
                     setting->text);
    else if (error)
        mistakes_add(&build->build->mistakes, &setting->at, "power.time_zone", "\"%.60s\" cannot be read: %s",
                     setting->text, error == ERROR_GARBLED ? "its file is broken" : file_error_text(error));
    free(nearest);
    time_zone_free(zone);
}

static void set_times(struct power_build *build) {
    const struct power_settings *settings = build->settings;
    struct power_config *power = build->power;
    check_time_zone(build);
    power->time_zone = config_copy(build->build, settings->time_zone.text);
    power->contract_watts = settings->contract.value;
    power->publish_ms = settings->publish.number;
    power->fresh_ms = settings->fresh.number;
    power->held_ms = settings->held.number;
}

static void make(struct power_build *build) {
    size_t most = build->settings->nodes.n, n_files = build->build->n_topologies + 1;
    for (size_t i = 0; i < build->build->n_topologies; i++)
        most += build->build->topologies[i].n;
    if (most > POWER_NODES_MOST) {
        mistakes_add(&build->build->mistakes, &(struct spot){build->build->path, 0, 0}, "power",
                     "%zu nodes; at most %d are possible", most, POWER_NODES_MOST);
        return;
    }
    build->written = power_take(build, most, sizeof(*build->written));
    build->nodes.names = power_take(build, most, sizeof(*build->nodes.names));
    build->node_names = power_take(build, most, sizeof(*build->node_names));
    build->power->nodes = power_take(build, most, sizeof(*build->power->nodes));
    build->power->files = power_take(build, n_files, sizeof(*build->power->files));
    if (!build->written || !build->nodes.names || !build->node_names || !build->power->nodes ||
        !build->power->files)
        return;
    set_times(build);
    collect_devices(build);
    collect_nodes(build);
    check_names(build);
    power_build_budgets(build);
    power_build_rules(build);
    make_nodes(build);
}

void config_build_power(struct build *from) {
    struct power_build build = {.build = from, .settings = &from->settings.power};
    if (!is_given(build.settings))
        return;
    build.power = from->config->power = power_take(&build, 1, sizeof(*build.power));
    if (build.power)
        make(&build);
    free_names(&build.nodes);
    free_names(&build.devices);
    free_names(&build.budgets);
    free(build.node_names);
    free(build.device_names);
    free(build.device_settings);
    free(build.device_configs);
    free(build.written);
}
