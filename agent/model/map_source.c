/* SPDX-License-Identifier: Apache-2.0 */
/* Where a value of a map is read: registers, bits and texts by their number in the manual, or an OID. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/driver_walk.h"
#include "model/map_build.h"

enum { N_KINDS = 5, KEY_SIZE = 80 };

/* The ways to write a source. */
struct way {
    const char *key;
    const struct setting *setting;
    enum source_kind kind;
};

static void list_ways(const struct source_settings *settings, struct way ways[N_KINDS]) {
    const struct way all[N_KINDS] = {{"holding", &settings->holding, SOURCE_HOLDING},
                                     {"input", &settings->input, SOURCE_INPUT},
                                     {"coil", &settings->coil, SOURCE_COIL},
                                     {"discrete", &settings->discrete, SOURCE_DISCRETE},
                                     {"oid", &settings->oid, SOURCE_OID}};
    memcpy(ways, all, sizeof(all));
}

struct source_build {
    const struct map_build *build;
    const struct entry *entry;
    const char *prefix;
    const struct source_settings *settings;
};

static bool refuse(const struct source_build *from, const char *key, const struct setting *setting,
                   const char *what) {
    char path[KEY_SIZE];
    snprintf(path, sizeof(path), "%s%s", from->prefix, key);
    entry_add_mistake(from->entry, path, setting, from->build->mistakes, "%s", what);
    return false;
}

bool map_source_given(const struct source_settings *settings) {
    struct way ways[N_KINDS];
    bool given = setting_given(&settings->type) || setting_given(&settings->bit) ||
                 setting_given(&settings->text) || setting_given(&settings->word_order);
    list_ways(settings, ways);
    for (size_t i = 0; i < N_KINDS; i++)
        given |= setting_given(ways[i].setting);
    return given;
}

/* Whole OIDs begin with the base, or with 1.3.6.1; others are below the base already. */
const char *map_oid(const struct map_build *build, const struct entry *entry, const char *key,
                    const struct setting *setting) {
    const char *text = setting->text + (*setting->text == '.'), *base = build->driver->oid_base;
    size_t size = strlen(base);
    if (walk_oid_length(text) == 0) {
        entry_add_mistake(entry, key, setting, build->mistakes,
                          "\"%.100s\" must be an OID in numbers, such as 1.3.6.1.4.1.99999.1.2.0",
                          setting->text);
        return NULL;
    }
    if (strncmp(text, base, size) == 0 && text[size] == '.')
        return map_copy(build, text + size + 1);
    if (strncmp(text, "1.3.6.1.", 8) == 0) {
        entry_add_mistake(entry, key, setting, build->mistakes, "%.100s is not below oid_base, %.100s", text,
                          base);
        return NULL;
    }
    return map_copy(build, text);
}

static bool set_register(const struct source_build *from, const struct way *way, struct source *source) {
    const struct source_settings *settings = from->settings;
    bool bits = way->kind == SOURCE_COIL || way->kind == SOURCE_DISCRETE;
    source->address = (uint16_t)way->setting->number;
    source->low_word_first =
        setting_given(&settings->word_order) ? settings->word_order.number == 1 : from->build->low_word_first;
    if (source->address < from->build->driver->first_register)
        return refuse(from, way->key, way->setting,
                      "0 is before the first register: first_register says that the list counts from 1");
    if (bits && (setting_given(&settings->type) || setting_given(&settings->text) ||
                 setting_given(&settings->bit) || setting_given(&settings->word_order)))
        return refuse(from, way->key, way->setting,
                      "coils and discrete inputs are single bits: no type and no word_order");
    source->wire = BIT;
    source->bit = (uint8_t)settings->bit.number;
    if (bits || (setting_given(&settings->bit) && !setting_given(&settings->type)))
        return true;
    if (setting_given(&settings->text)) {
        source->wire = TEXT;
        source->words = (uint8_t)settings->text.number;
        source->bit = 0;
        return !setting_given(&settings->type) && !setting_given(&settings->bit)
                   ? true
                   : refuse(from, "text", &settings->text, "goes without type and bit");
    }
    if (!setting_given(&settings->type))
        return refuse(from, "type", way->setting,
                      "is missing: u16, s16, u32, s32, u64, s64, f32, f64, low_byte or high_byte; or write "
                      "\"bit\"");
    source->wire = (enum wire)(U16 + settings->type.number);
    if ((source->wire == BIT) != setting_given(&settings->bit))
        return refuse(from, "bit", source->wire == BIT ? way->setting : &settings->bit,
                      source->wire == BIT ? "is missing: which bit, 0 (lowest) to 15"
                                          : "is for registers of type bit");
    return true;
}

static bool set_oid(const struct source_build *from, const struct way *way, struct source *source) {
    const struct source_settings *settings = from->settings;
    char path[KEY_SIZE];
    snprintf(path, sizeof(path), "%soid", from->prefix);
    source->oid = map_oid(from->build, from->entry, path, way->setting);
    if (setting_given(&settings->type) || setting_given(&settings->text) ||
        setting_given(&settings->word_order))
        return refuse(from, "oid", way->setting, "SNMP says types itself: no type, text or word_order");
    if (settings->stride.n > 0)
        return refuse(from, "oid", way->setting, "rows of SNMP tables have no stride");
    if (setting_given(&settings->bit)) {
        source->wire = BIT;
        source->bit = (uint8_t)settings->bit.number;
    }
    return source->oid != NULL;
}

bool map_source(const struct map_build *build, const struct entry *entry, const char *prefix,
                const struct source_settings *settings, struct source *source) {
    const struct source_build from = {build, entry, prefix, settings};
    const struct way *way = NULL;
    struct way ways[N_KINDS];
    bool snmp = build->driver->protocol == PROTOCOL_SNMP;
    list_ways(settings, ways);
    for (size_t i = 0; i < N_KINDS; i++) {
        if (!setting_given(ways[i].setting))
            continue;
        if (way)
            return refuse(&from, ways[i].key, ways[i].setting, "a value is read at one place only");
        way = &ways[i];
    }
    if (!way)
        return refuse(&from, snmp ? "oid" : "holding", &settings->holding,
                      snmp ? "is missing: where the value is"
                           : "is missing: where the value is (holding, input, coil or discrete)");
    if (snmp != (way->kind == SOURCE_OID))
        return refuse(&from, way->key, way->setting,
                      snmp ? "is for Modbus, but the protocol is SNMP"
                           : "is for SNMP, but the protocol is Modbus");
    source->kind = way->kind;
    const struct setting *strides = settings->stride.items;
    if (settings->stride.n > build->depth)
        return refuse(&from, "stride", strides, "goes with what repeats: one number per \"repeat\"");
    for (size_t i = 0; i < settings->stride.n; i++) {
        int64_t stride = 0;
        text_to_code(strides[i].text, &stride);
        source->stride[i] = (uint16_t)stride;
    }
    return snmp ? set_oid(&from, way, source) : set_register(&from, way, source);
}
