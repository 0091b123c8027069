/* SPDX-License-Identifier: Apache-2.0 */
/* The words and numbers of a map: the catalogue's quantities, units, states and places, and exact scales. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/driver_rules.h"
#include "model/map_build.h"

static const char prefix[] = "facility_";
enum { PREFIX_SIZE = sizeof(prefix) - 1 };

/* --- quantities and units --- */

const char *map_quantity_name(enum quantity quantity) {
    return catalog_quantity(quantity)->name + PREFIX_SIZE;
}

/* What devices tell: neither texts nor what the agent says of itself. */
static size_t list_quantities(const char *names[N_QUANTITIES]) {
    size_t n = 0;
    for (int i = QUANTITY_NONE + 1; i < N_QUANTITIES; i++)
        if (driver_rules_may_tell((enum quantity)i))
            names[n++] = map_quantity_name((enum quantity)i);
    return n;
}

/* The quantity that was meant: one that goes on with a unit where the word ends, else one spelt alike. */
static const char *nearest_quantity(const char *word) {
    const char *names[N_QUANTITIES];
    size_t n = list_quantities(names), size = strlen(word);
    for (size_t i = 0; size > 0 && i < n; i++)
        if (strncmp(names[i], word, size) == 0 && names[i][size] == '_')
            return names[i];
    return text_nearest(word, names, n);
}

enum quantity map_quantity(const struct map_build *build, const struct point_settings *settings) {
    const struct setting *setting = &settings->quantity;
    if (!setting_given(setting)) {
        entry_add_mistake(&settings->entry, "quantity", setting, build->mistakes,
                          "is missing: `hallwatch drivers --metrics` lists them");
        return QUANTITY_NONE;
    }
    const char *word = setting->text;
    if (strncmp(word, prefix, PREFIX_SIZE) == 0)
        word += PREFIX_SIZE;
    for (int i = QUANTITY_NONE + 1; i < N_QUANTITIES; i++)
        if (driver_rules_may_tell((enum quantity)i) && strcmp(map_quantity_name((enum quantity)i), word) == 0)
            return (enum quantity)i;
    const char *nearest = nearest_quantity(word);
    if (nearest)
        entry_add_mistake(&settings->entry, "quantity", setting, build->mistakes,
                          "unknown quantity \"%.100s\"; did you mean \"%s\"?", setting->text, nearest);
    else
        entry_add_mistake(&settings->entry, "quantity", setting, build->mistakes,
                          "unknown quantity \"%.100s\": `hallwatch drivers --metrics` lists them",
                          setting->text);
    return QUANTITY_NONE;
}

static void refuse_unit(const struct map_build *build, const struct point_settings *settings,
                        enum quantity quantity) {
    struct text list = {0};
    for (int i = UNIT_UNSTATED + 1; i < N_UNITS; i++)
        if (driver_rules_unit_fits((enum unit)i, quantity))
            text_add_format(&list, "%s%s", list.size ? ", " : "", catalog_unit((enum unit)i)->symbol);
    const char *name = map_quantity_name(quantity), *known = list.data ? list.data : "";
    if (setting_given(&settings->unit))
        entry_add_mistake(&settings->entry, "unit", &settings->unit, build->mistakes,
                          "\"%.40s\" is no unit of %s; there are: %s", settings->unit.text, name, known);
    else
        entry_add_mistake(&settings->entry, "unit", &settings->unit, build->mistakes,
                          "is missing: %s comes in %s; unstated: shown by read --raw, never published", name,
                          known);
    text_done(&list);
}

bool map_unit(const struct map_build *build, const struct point_settings *settings, enum quantity quantity,
              enum unit *unit) {
    const struct quantity_info *info = catalog_quantity(quantity);
    const struct setting *setting = &settings->unit;
    *unit = ONE;
    if (!setting_given(setting) && (info->kind == KIND_STATE || info->dimension == DIMENSION_NONE))
        return true;
    if (info->kind == KIND_STATE) {
        entry_add_mistake(&settings->entry, "unit", setting, build->mistakes, "%s is a state and has no unit",
                          map_quantity_name(quantity));
        return false;
    }
    *unit = UNIT_UNSTATED;
    if (strcmp(setting->text, "unstated") == 0)
        return true;
    *unit = setting_given(setting) ? catalog_find_unit(setting->text) : UNIT_UNSTATED;
    if (*unit != UNIT_UNSTATED && driver_rules_unit_fits(*unit, quantity))
        return true;
    refuse_unit(build, settings, quantity);
    return false;
}

bool map_state(const struct map_build *build, const struct setting *word, enum quantity quantity,
               int32_t *code) {
    enum { WORDS_MOST = 32 };
    const char *words[WORDS_MOST];
    size_t n = 0;
    const struct state_word *state = catalog_states(quantity);
    for (; state && state->word && n < WORDS_MOST; state++) {
        words[n++] = state->word;
        *code = state->code;
        if (strcmp(state->word, word->text) == 0)
            return true;
    }
    char kind[100];
    snprintf(kind, sizeof(kind), "state of %.80s", map_quantity_name(quantity));
    mistakes_add_unknown(build->mistakes, &word->at, "", kind, word->text, words, n);
    return false;
}

/* --- places --- */

static bool find_word(const struct map_build *build, const struct entry *entry, const char *key,
                      const struct setting *setting, const char *const *words, size_t n, size_t *found) {
    for (*found = 0; *found < n; ++*found)
        if (*words[*found] && strcmp(words[*found], setting->text) == 0)
            return true;
    const char *nearest = text_nearest(setting->text, words, n);
    struct text list = {0};
    for (size_t i = 0; i < n && !nearest; i++)
        if (*words[i])
            text_add_format(&list, "%s%s", list.size ? ", " : "", words[i]);
    entry_add_mistake(entry, key, setting, build->mistakes, "unknown %s \"%.60s\"%s%s%s", key, setting->text,
                      nearest ? "; did you mean \"" : "; known: ",
                      nearest     ? nearest
                      : list.data ? list.data
                                  : "",
                      nearest ? "\"?" : "");
    text_done(&list);
    return false;
}

bool map_part(const struct map_build *build, const struct entry *entry, const struct setting *part,
              bool repeats, enum part *found) {
    const char *words[N_PARTS];
    size_t at = 0;
    if (repeats && strcmp(part->text, "none") == 0) {
        *found = PART_NONE;
        return true;
    }
    for (size_t i = 0; i < N_PARTS; i++)
        words[i] = catalog_part((enum part)i);
    words[PART_SINK] = words[PART_SPOOL] = ""; /* no device has them */
    words[PART_PHASE_LINE] = repeats ? "phase" : "";
    words[PART_PHASE_PAIR] = repeats ? "phase_pair" : "";
    if (!find_word(build, entry, "part", part, words, N_PARTS, &at))
        return false;
    *found = (enum part)at;
    return true;
}

/* "2", or "1/4" of outer to inner. */
static bool set_numbers(const struct map_build *build, const struct entry *entry,
                        const struct setting *setting, struct place *place) {
    const char *at = setting->text;
    while (place->depth < PLACE_DEPTH) {
        char *end;
        unsigned long number = strtoul(at, &end, 10);
        if (*at < '0' || *at > '9' || end - at > 9)
            break;
        place->id[place->depth++] = (uint32_t)number;
        if (!*end)
            return true;
        if (*end != '/')
            break;
        at = end + 1;
    }
    entry_add_mistake(entry, "number", setting, build->mistakes,
                      "must be a number, or up to %d with slashes from outer to inner: 2/17", PLACE_DEPTH);
    return false;
}

bool map_place(const struct map_build *build, const struct entry *entry,
               const struct place_settings *settings, struct place *place) {
    const char *phases[N_PHASES], *sides[N_SIDES];
    size_t at = 0;
    bool right = true;
    for (size_t i = 0; i < N_PHASES; i++)
        phases[i] = catalog_phase((enum phase)i);
    for (size_t i = 0; i < N_SIDES; i++)
        sides[i] = catalog_side((enum side)i);
    if (setting_given(&settings->part))
        right &= map_part(build, entry, &settings->part, false, &place->part);
    if (setting_given(&settings->number))
        right &= set_numbers(build, entry, &settings->number, place);
    if (setting_given(&settings->phase)) {
        right &= find_word(build, entry, "phase", &settings->phase, phases, N_PHASES, &at);
        place->phase = at < N_PHASES ? (enum phase)at : PHASE_NONE;
    }
    if (setting_given(&settings->side)) {
        right &= find_word(build, entry, "side", &settings->side, sides, N_SIDES, &at);
        place->side = at < N_SIDES ? (enum side)at : SIDE_NONE;
    }
    if (setting_given(&settings->point))
        place->point = map_copy(build, settings->point.text);
    return right;
}
