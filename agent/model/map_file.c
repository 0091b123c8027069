/* SPDX-License-Identifier: Apache-2.0 */
/* From the settings of a map's file to a driver: what it is, its manners, facts, groups and repeats. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/driver_walk.h"
#include "model/map_build.h"
#include "model/yaml_document.h"

enum { READINGS_MOST = 16000 }; /* of one device, all repeats unrolled */

struct file_build {
    struct map_build build;
    struct map_settings settings;
    struct entry whole; /* for mistakes about the file's own keys */
};

static void refuse(const struct file_build *file, const char *key, const struct setting *setting,
                   const char *what) {
    entry_add_mistake(&file->whole, key, setting, file->build.mistakes, "%s", what);
}

/* --- what the device is --- */

static void set_snmp(struct file_build *file) {
    struct map_settings *settings = &file->settings;
    struct driver *driver = file->build.driver;
    static const char why[] = "is for Modbus, but the protocol is SNMP";
    if (setting_given(&settings->first_register))
        refuse(file, "first_register", &settings->first_register, why);
    if (setting_given(&settings->word_order))
        refuse(file, "word_order", &settings->word_order, why);
    driver->oid_base = "1.3.6.1";
    if (!setting_given(&settings->oid_base))
        return;
    const char *base = settings->oid_base.text + (*settings->oid_base.text == '.');
    if (strncmp(base, "1.3.6.1.", 8) != 0 || walk_oid_length(base) == 0)
        refuse(file, "oid_base", &settings->oid_base, "must be an OID in numbers, below 1.3.6.1");
    else
        driver->oid_base = map_copy(&file->build, base);
}

static void set_modbus(struct file_build *file) {
    struct map_settings *settings = &file->settings;
    if (setting_given(&settings->oid_base))
        refuse(file, "oid_base", &settings->oid_base, "is for SNMP, but the protocol is Modbus");
    if (!setting_given(&settings->first_register))
        refuse(
            file, "first_register", &settings->first_register,
            "is missing: 0 where the list gives the number 0 to the first register (as on the wire), 1 where "
            "it gives 1 (40001, 30001)");
    file->build.driver->first_register = (uint16_t)settings->first_register.number;
    file->build.low_word_first = settings->word_order.number == 1;
}

static void set_manners(struct file_build *file) {
    const struct manner_settings *settings = &file->settings.manners;
    file->build.driver->manners = (struct manners){
        .most_registers = (uint16_t)settings->most_registers.number,
        .widest_gap = (uint16_t)settings->widest_gap.number,
        .pause_ms = (uint16_t)settings->pause.number,
        .shortest_ms = (uint32_t)settings->refresh.number,
        .timeout_ms = (uint32_t)settings->timeout.number,
        .most_varbinds = (uint16_t)settings->most_varbinds.number,
        .most_repetitions = (uint16_t)settings->most_repetitions.number,
    };
}

static void set_absent(struct file_build *file) {
    const struct absent_settings *settings = &file->settings.absent;
    const struct {
        const struct setting_list *codes;
        enum wire wire;
    } all[] = {{&settings->any, WIRE_NONE}, {&settings->u16, U16}, {&settings->s16, S16},
               {&settings->u32, U32},       {&settings->s32, S32}, {&settings->u64, U64},
               {&settings->s64, S64}};
    enum { N_ALL = sizeof(all) / sizeof(all[0]) };
    struct driver *driver = file->build.driver;
    struct wire_absent *of = map_take(&file->build, N_ALL, sizeof(*of));
    for (size_t i = 0; of && i < N_ALL; i++) {
        if (all[i].codes->n == 0)
            continue;
        of[driver->absent.n].wire = all[i].wire;
        map_absent(&file->build, all[i].codes, &of[driver->absent.n].absent);
        driver->absent.n++;
    }
    driver->absent.of = of;
}

static void set_facts(struct file_build *file) {
    const struct fact_settings *settings = &file->settings.facts;
    const struct {
        const struct source_settings *source;
        enum quantity quantity;
        const char *prefix;
    } all[] = {{&settings->manufacturer, FACT_MANUFACTURER, "facts.manufacturer."},
               {&settings->model, FACT_MODEL, "facts.model."},
               {&settings->serial, FACT_SERIAL, "facts.serial."},
               {&settings->firmware, FACT_FIRMWARE, "facts.firmware."},
               {&settings->name, FACT_NAME, "facts.name."}};
    enum { N_ALL = sizeof(all) / sizeof(all[0]) };
    struct driver *driver = file->build.driver;
    struct fact *facts = map_take(&file->build, N_ALL, sizeof(*facts));
    for (size_t i = 0; facts && i < N_ALL; i++) {
        if (!map_source_given(all[i].source))
            continue;
        facts[driver->n_facts].quantity = all[i].quantity;
        map_source(&file->build, &file->whole, all[i].prefix, all[i].source, &facts[driver->n_facts].source);
        driver->n_facts++;
    }
    driver->facts = facts;
}

/* --- groups --- */

static void check_words_of_repeat(const struct file_build *file, const struct repeat_settings *settings) {
    bool snmp = file->build.driver->protocol == PROTOCOL_SNMP;
    const struct {
        const char *key;
        const struct setting *setting;
        bool for_snmp;
    } all[] = {{"count", &settings->count, false},
               {"first", &settings->first, false},
               {"stride", &settings->stride, false},
               {"fixed", &settings->fixed, true},
               {"number_from", &settings->number_from, true}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (setting_given(all[i].setting) && all[i].for_snmp != snmp)
            entry_add_mistake(&settings->entry, all[i].key, all[i].setting, file->build.mistakes,
                              "is for %s, but the protocol is %s", snmp ? "Modbus" : "SNMP",
                              snmp ? "SNMP" : "Modbus");
    if (!snmp && !setting_given(&settings->count))
        entry_add_mistake(&settings->entry, "count", &settings->count, file->build.mistakes,
                          "is missing: how many there are at most");
}

static void set_repeat(struct file_build *file, const struct repeat_settings *settings,
                       struct repeat *repeat) {
    const struct map_build *build = &file->build;
    bool fixed = setting_given(&settings->fixed);
    check_words_of_repeat(file, settings);
    if (setting_given(&settings->part))
        map_part(build, &settings->entry, &settings->part, true, &repeat->part);
    repeat->most = (uint16_t)settings->count.number;
    repeat->first = (uint16_t)(fixed ? settings->fixed.number : settings->first.number);
    repeat->stride = (uint16_t)settings->stride.number;
    repeat->fixed = fixed;
    bool phases = repeat->part == PART_PHASE_LINE || repeat->part == PART_PHASE_PAIR;
    if (phases && (repeat->first > 0 ? repeat->first : 1) + repeat->most > 4)
        entry_add_mistake(&settings->entry, "count", &settings->count, build->mistakes,
                          "there are three phases");
    if (fixed && repeat->part != PART_NONE)
        entry_add_mistake(&settings->entry, "part", &settings->part, build->mistakes,
                          "a fixed piece of the index numbers nothing: write \"part: none\"");
    if (setting_given(&settings->number_from) && build->driver->protocol == PROTOCOL_SNMP) {
        const char *oid = map_oid(build, &settings->entry, "number_from", &settings->number_from);
        repeat->number = (struct source){.kind = oid ? SOURCE_OID : SOURCE_NONE, .oid = oid};
    }
    if (map_source_given(&settings->fitted) && build->driver->protocol == PROTOCOL_MODBUS)
        map_source(build, &settings->entry, "fitted.", &settings->fitted, &repeat->fitted);
    else if (map_source_given(&settings->fitted))
        entry_add_mistake(&settings->entry, "fitted", &settings->fitted.oid, build->mistakes,
                          "is for Modbus: SNMP tables say themselves which rows they have");
}

static void set_points(struct file_build *file, const struct setting_list *list, size_t number,
                       struct group *group) {
    const struct point_settings *settings = list->items;
    struct point *points = map_take(&file->build, list->n, sizeof(*points));
    const struct point_settings **written =
        map_take(&file->build, list->n, sizeof(const struct point_settings *));
    if (!points || !written)
        return;
    for (size_t i = 0; i < list->n; i++) {
        written[i] = &settings[i];
        map_point(&file->build, &settings[i], &points[i]);
    }
    file->build.written[number].points = written;
    group->points = points;
    group->n_points = list->n;
}

static void set_group(struct file_build *file, const struct group_settings *settings, size_t number,
                      struct group *group) {
    const struct repeat_settings *repeats = settings->repeat.items;
    struct repeat *over = map_take(&file->build, settings->repeat.n + 1, sizeof(*over));
    size_t readings = settings->points.n;
    if (!over)
        return;
    for (size_t i = 0; i < settings->repeat.n; i++) {
        set_repeat(file, &repeats[i], &over[i]);
        if (readings <= READINGS_MOST)
            readings *= over[i].most > 0 ? over[i].most : 1;
    }
    if (readings > READINGS_MOST)
        mistakes_add(file->build.mistakes, &settings->entry.at, "groups",
                     "repeats to %zu readings or more; a device has at most %d", readings, READINGS_MOST);
    if (settings->repeat.n == 0)
        mistakes_add(file->build.mistakes, &settings->entry.at, "groups",
                     "\"repeat\" is empty: single values stand under \"points\"");
    file->build.written[number].group = &settings->entry;
    group->over = over;
    group->depth = (uint8_t)settings->repeat.n;
    file->build.depth = group->depth;
    map_place(&file->build, &settings->entry, &settings->at, &group->at);
    if (map_source_given(&settings->label))
        map_source(&file->build, &settings->entry, "label.", &settings->label, &group->label);
    set_points(file, &settings->points, number, group);
}

static size_t count_points(const struct map_settings *settings) {
    const struct group_settings *groups = settings->groups.items;
    size_t n = settings->points.n;
    for (size_t i = 0; i < settings->groups.n; i++)
        n += groups[i].points.n;
    return n;
}

static void set_groups(struct file_build *file) {
    const struct map_settings *settings = &file->settings;
    const struct group_settings *listed = settings->groups.items;
    struct driver *driver = file->build.driver;
    size_t n_points = count_points(settings), n = settings->groups.n + (settings->points.n > 0), at = 0;
    struct group *groups = map_take(&file->build, n + 1, sizeof(*groups));
    file->build.written = map_take(&file->build, n + 1, sizeof(*file->build.written));
    if (n_points == 0 || n_points > MAP_POINTS_MOST)
        mistakes_add(file->build.mistakes, &file->whole.at, "",
                     n_points == 0 ? "there is nothing to read: write \"points\" or \"groups\""
                                   : "has more points than a map can have (4096)");
    if (!groups || !file->build.written || n_points > MAP_POINTS_MOST)
        return;
    if (settings->points.n > 0)
        set_points(file, &settings->points, at++, &groups[0]);
    for (size_t i = 0; i < settings->groups.n; i++, at++)
        set_group(file, &listed[i], at, &groups[at]);
    driver->groups = groups;
    driver->n_groups = n;
}

/* --- the file --- */

static void set_driver(struct file_build *file) {
    const struct map_settings *settings = &file->settings;
    struct driver *driver = file->build.driver;
    driver->name = map_copy(&file->build, settings->name.text);
    if (driver_find(settings->name.text))
        refuse(file, "name", &settings->name, "is the name of a driver: `hallwatch drivers` lists them");
    driver->title = map_copy(&file->build, settings->title.text);
    driver->sources = map_copy(&file->build, settings->sources.text);
    if (setting_given(&settings->manufacturer))
        driver->manufacturer = map_copy(&file->build, settings->manufacturer.text);
    driver->class = (enum device_class)(CLASS_NONE + 1 + settings->class.number);
    driver->protocol = (enum protocol)settings->protocol.number;
    if (driver->protocol == PROTOCOL_SNMP)
        set_snmp(file);
    else
        set_modbus(file);
    set_manners(file);
    set_absent(file);
    set_facts(file);
    set_groups(file);
}

static void keep_text(struct file_build *file) {
    struct text text = {0};
    schema_write(&settings_of_map, &file->settings, &text);
    if (text.failed)
        text_done(&text);
    map_set_text(file->build.driver, text.data);
}

/* Only what the schema takes whole is looked at further: what it refused would be said to be missing. */
static void read_map(struct file_build *file, const struct node *root) {
    struct mistakes *mistakes = file->build.mistakes;
    size_t before = mistakes->n;
    schema_read(&settings_of_map, root, &file->settings, mistakes);
    if (mistakes->n > before)
        return;
    set_driver(file);
    if (mistakes->n == before)
        map_check(&file->build);
    keep_text(file);
}

const struct driver *device_map_parse(const char *name, const char *data, size_t size,
                                      struct mistakes *mistakes) {
    size_t before = mistakes->n;
    struct file_build file = {.build = {.file = name, .mistakes = mistakes, .driver = map_new(name)},
                              .whole = {.at = {name, 1, 1}}};
    struct node *root = NULL;
    if (!file.build.driver)
        mistakes_add(mistakes, &(struct spot){name, 0, 0}, "", "out of memory");
    else
        root = yaml_document_parse(name, data, size, mistakes);
    if (root) {
        read_map(&file, root);
        schema_done(&settings_of_map, &file.settings);
    }
    yaml_document_free(root);
    if (mistakes->n == before)
        return file.build.driver;
    driver_release(file.build.driver);
    return NULL;
}
