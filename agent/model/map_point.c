/* SPDX-License-Identifier: Apache-2.0 */
/* One point of a map, or one input of remote I/O by its quantity: from its settings to struct point. */
#include <string.h>

#include "base/text.h"
#include "model/map_build.h"

bool map_absent(const struct map_build *build, const struct setting_list *codes, struct absent *absent) {
    const struct setting *settings = codes->items;
    int64_t *values = codes->n > 0 ? map_take(build, codes->n, sizeof(*values)) : NULL;
    for (size_t i = 0; values && i < codes->n; i++)
        text_to_code(settings[i].text, &values[i]);
    *absent = (struct absent){.n = (uint8_t)codes->n, .values = values};
    return values || codes->n == 0;
}

/* All codes are numbers, or all are texts, as some agents send them. */
static bool codes_are_numbers(const struct point_settings *settings) {
    const struct setting_pair *pairs = settings->states.items;
    int64_t code;
    for (size_t i = 0; i < settings->states.n; i++)
        if (text_to_code(pairs[i].key.text, &code) != 0)
            return false;
    return true;
}

static bool refuse_code(const struct map_build *build, const struct setting *key, const char *what) {
    mistakes_add(build->mistakes, &key->at, "states", "\"%.60s\" %s", key->text, what);
    return false;
}

static bool set_states(const struct map_build *build, const struct point_settings *settings,
                       struct point *point) {
    const struct setting_pair *pairs = settings->states.items;
    size_t n = settings->states.n;
    bool numbers = codes_are_numbers(settings), right = true;
    struct meaning *states = map_take(build, n, sizeof(*states));
    struct text_meaning *texts = map_take(build, n, sizeof(*texts));
    if (!states || !texts)
        return false;
    for (size_t i = 0; i < n; i++) {
        int64_t raw = 0;
        right &= map_state(build, &pairs[i].value, point->quantity, &texts[i].published);
        states[i].published = texts[i].published;
        texts[i].raw = map_copy(build, pairs[i].key.text);
        if (numbers && (text_to_code(pairs[i].key.text, &raw) != 0 || raw < INT32_MIN || raw > INT32_MAX))
            right = refuse_code(build, &pairs[i].key, "is no code of 32 bits");
        states[i].raw = (int32_t)raw;
        for (size_t k = 0; k < i; k++)
            if (numbers ? states[k].raw == states[i].raw : strcmp(pairs[k].key.text, pairs[i].key.text) == 0)
                right = refuse_code(build, &pairs[i].key, "has a meaning already");
    }
    if (!numbers && build->driver->protocol != PROTOCOL_SNMP)
        right = refuse_code(build, &pairs[0].key, "and all codes of registers must be whole numbers");
    if (numbers) {
        point->states = states;
        point->n_states = (uint8_t)n;
    } else {
        point->state_texts = texts;
        point->n_state_texts = (uint8_t)n;
    }
    return right;
}

static void list_words(struct text *list, enum quantity quantity) {
    const struct state_word *state = catalog_states(quantity);
    for (; state && state->word; state++)
        text_add_format(list, "%s%s", list->size ? ", " : "", state->word);
}

static bool check_states(const struct map_build *build, const struct point_settings *settings,
                         const struct point *point) {
    const char *name = map_quantity_name(point->quantity);
    bool bit = point->source.wire == BIT && catalog_state_word(point->quantity, 0) &&
               catalog_state_word(point->quantity, 1);
    struct text list = {0};
    if (settings->states.n > 0 || bit)
        return true;
    list_words(&list, point->quantity);
    entry_add_mistake(&settings->entry, "states", &settings->quantity, build->mistakes,
                      "is missing: what the device's codes mean; %s can be %s", name,
                      list.data ? list.data : "");
    text_done(&list);
    return false;
}

static bool set_state_meaning(const struct map_build *build, const struct point_settings *settings,
                              struct point *point) {
    const struct setting *numbers[] = {&settings->scale, &settings->offset, &settings->raw, &settings->value};
    static const char *const keys[] = {"scale", "offset", "raw", "value"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (!setting_given(numbers[i]))
            continue;
        entry_add_mistake(&settings->entry, keys[i], numbers[i], build->mistakes,
                          "%s is a state: it has \"states\" instead", map_quantity_name(point->quantity));
        return false;
    }
    return settings->states.n > 0 ? set_states(build, settings, point) : check_states(build, settings, point);
}

static bool set_number_meaning(const struct map_build *build, const struct point_settings *settings,
                               struct point *point) {
    const struct setting_pair *pairs = settings->states.items;
    if (settings->states.n > 0) {
        mistakes_add(build->mistakes, &pairs[0].key.at, "states", "%s is no state",
                     map_quantity_name(point->quantity));
        return false;
    }
    return map_scale(build, settings, point);
}

bool map_point(const struct map_build *build, const struct point_settings *settings, struct point *point) {
    point->quantity = map_quantity(build, settings);
    bool known = point->quantity != QUANTITY_NONE;
    bool right = map_source(build, &settings->entry, "", &settings->source, &point->source);
    right &= known && map_unit(build, settings, point->quantity, &point->unit);
    right &= map_place(build, &settings->entry, &settings->at, &point->at);
    right &= map_absent(build, &settings->absent, &point->absent);
    if (setting_given(&settings->rate))
        point->rate = (enum rate)settings->rate.number;
    if (!right)
        return false;
    return catalog_quantity(point->quantity)->kind == KIND_STATE ? set_state_meaning(build, settings, point)
                                                                 : set_number_meaning(build, settings, point);
}
