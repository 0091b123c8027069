/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the site: what is to be an alarm, or how a default one is to be. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/power_build.h"
#include "model/quantity.h"

static const char prefix[] = "facility_";
enum { PREFIX_SIZE = sizeof(prefix) - 1 };

/* One rule while it is made. */
struct making {
    struct power_build *build;
    const struct rule_settings *settings;
    struct power_rule *rule;
};

static void refuse(const struct making *making, const char *key, const struct setting *setting,
                   const char *what) {
    entry_add_mistake(&making->settings->entry, key, setting, &making->build->build->mistakes, "%s", what);
}

static void refuse_unknown(const struct making *making, const char *key, const struct setting *setting,
                           const char *kind, const char *const *words, size_t n) {
    char path[64];
    snprintf(path, sizeof(path), "alarms[%zu].%s", making->settings->entry.index, key);
    mistakes_add_unknown(&making->build->build->mistakes, &setting->at, path, kind, setting->text, words, n);
}

/* --- what it is about --- */

static void set_quantity(const struct making *making) {
    const struct setting *setting = &making->settings->quantity;
    const char *names[N_QUANTITIES], *word = setting->text;
    size_t n = 0;
    if (!setting_given(setting))
        return;
    if (strncmp(word, prefix, PREFIX_SIZE) == 0)
        word += PREFIX_SIZE;
    for (int i = QUANTITY_NONE + 1; i < N_QUANTITIES; i++) {
        const struct quantity_info *info = catalog_quantity((enum quantity)i);
        if (info->kind == KIND_TEXT)
            continue;
        names[n++] = info->name + PREFIX_SIZE;
        if (strcmp(info->name + PREFIX_SIZE, word) == 0) {
            making->rule->quantity = (enum quantity)i;
            return;
        }
    }
    const char *nearest = text_nearest(word, names, n);
    entry_add_mistake(&making->settings->entry, "quantity", setting, &making->build->build->mistakes,
                      "unknown quantity \"%.100s\"%s%s%s", setting->text, nearest ? "; did you mean \"" : "",
                      nearest ? nearest : ": `hallwatch drivers --metrics` lists them", nearest ? "\"?" : "");
}

static char *set_text(const struct making *making, const struct setting *setting) {
    return setting_given(setting) ? config_copy(making->build->build, setting->text) : NULL;
}

static char *set_word(const struct making *making, const char *key, const struct setting *setting,
                      const char *(*word_of)(int), int n_words, int *which) {
    const char *words[N_PARTS];
    size_t n = 0;
    for (int i = 1; i < n_words && setting_given(setting); i++) {
        words[n++] = word_of(i);
        if (strcmp(words[n - 1], setting->text) != 0)
            continue;
        *which = i;
        return set_text(making, setting);
    }
    if (setting_given(setting))
        refuse_unknown(making, key, setting, key, words, n);
    return NULL;
}

static const char *part_word(int part) {
    return catalog_part((enum part)part);
}

static const char *phase_word(int phase) {
    return catalog_phase((enum phase)phase);
}

static const char *side_word(int side) {
    return catalog_side((enum side)side);
}

static void set_labels(const struct making *making) {
    const struct rule_settings *settings = making->settings;
    struct power_rule *rule = making->rule;
    int part = PART_NONE, other;
    rule->has_class = setting_given(&settings->class);
    rule->class = rule->has_class ? (enum device_class)(settings->class.number + 1) : CLASS_NONE;
    rule->device = set_text(making, &settings->device);
    rule->hall = set_text(making, &settings->hall);
    rule->row = set_text(making, &settings->row);
    rule->rack = set_text(making, &settings->rack);
    rule->feed = set_text(making, &settings->feed);
    rule->point = set_text(making, &settings->point);
    free(set_word(making, "part", &settings->part, part_word, N_PARTS, &part));
    rule->part = (enum part)part;
    rule->phase = set_word(making, "phase", &settings->phase, phase_word, N_PHASES, &other);
    rule->side = set_word(making, "side", &settings->side, side_word, N_SIDES, &other);
}

/* --- what it is held to --- */

static bool set_state(const struct making *making, const char *key, const struct setting *setting) {
    enum { WORDS_MOST = 32 };
    const char *words[WORDS_MOST];
    size_t n = 0;
    const struct state_word *state = catalog_quantity(making->rule->quantity)->states;
    for (; state && state->word && n < WORDS_MOST; state++) {
        words[n++] = state->word;
        making->rule->limit = state->code;
        if (strcmp(state->word, setting->text) == 0)
            return true;
    }
    refuse_unknown(making, key, setting, "state", words, n);
    return false;
}

/* A number of what the quantity is; of a default rule, whose quantity is not said here, any. */
static void set_number(const struct making *making, const char *key, const struct setting *setting,
                       enum dimension wanted, double *value) {
    const enum dimension dimensions[] = {wanted, DIMENSION_NONE};
    enum dimension dimension;
    char why[256];
    bool any = making->rule->quantity == QUANTITY_NONE;
    if (!any && (wanted == DIMENSION_NONE || wanted == DIMENSION_DATA)) {
        if (text_to_number(setting->text, value) != 0)
            refuse(making, key, setting, "must be a plain number: what is counted has no unit");
        return;
    }
    if (quantity_read(setting->text, any ? NULL : dimensions, value, &dimension, why, sizeof(why)) != 0)
        refuse(making, key, setting, why);
}

static void set_test(const struct making *making) {
    const struct rule_settings *settings = making->settings;
    struct power_rule *rule = making->rule;
    static const char *const keys[] = {"above", "below", "is", "is_not"}; /* of enum condition_test */
    const struct setting *tests[] = {&settings->above, &settings->below, &settings->is, &settings->is_not};
    const struct setting *given = NULL;
    for (size_t i = 0; i < 4; i++) {
        if (!setting_given(tests[i]))
            continue;
        if (given)
            refuse(making, keys[i], tests[i], "a rule has one of above, below, is and is_not");
        given = tests[i];
        rule->test = (enum condition_test)i;
    }
    if (!given && setting_given(&settings->quantity))
        refuse(making, "above", &settings->above, "is missing: above, below, is or is_not");
    if (!given)
        return;
    const struct quantity_info *info = rule->quantity ? catalog_quantity(rule->quantity) : NULL;
    bool is_state = info && info->kind == KIND_STATE, is_word = rule->test >= TEST_IS;
    if (is_state && !is_word)
        refuse(making, keys[rule->test], given, "the quantity is a state: write is or is_not, and a word");
    else if (!is_state && is_word && (info || !setting_given(&settings->quantity)))
        refuse(making, keys[rule->test], given, "only of a quantity that is a state: write above or below");
    else if (is_state)
        set_state(making, keys[rule->test], given);
    else if (info || !setting_given(&settings->quantity))
        set_number(making, keys[rule->test], given, info ? info->dimension : DIMENSION_NONE, &rule->limit);
}

static void set_deadband(const struct making *making) {
    const struct setting *setting = &making->settings->deadband;
    struct power_rule *rule = making->rule;
    if (!setting_given(setting) || (!rule->quantity && setting_given(&making->settings->quantity)))
        return;
    const struct quantity_info *info = rule->quantity ? catalog_quantity(rule->quantity) : NULL;
    enum dimension dimension = info ? info->dimension : DIMENSION_NONE;
    if (dimension == DIMENSION_TEMPERATURE)
        dimension = DIMENSION_TEMPERATURE_DIFFERENCE;
    if (info && info->kind == KIND_STATE)
        refuse(making, "deadband", setting, "a state has none: leave this out");
    else
        set_number(making, "deadband", setting, dimension, &rule->deadband);
    if (rule->deadband < 0)
        refuse(making, "deadband", setting, "must not be below 0");
}

/* --- all of it --- */

static void set_rule(const struct making *making) {
    const struct rule_settings *settings = making->settings;
    struct power_rule *rule = making->rule;
    *rule = (struct power_rule){
        .name = config_copy(making->build->build, settings->name.text),
        .at = power_keep_spot(making->build, &settings->entry.at),
        .of_default = !setting_given(&settings->quantity),
        .disabled = setting_given(&settings->enabled) && settings->enabled.number == 0,
        .limit = NAN,
        .deadband = NAN,
        .on_delay_ms = setting_given(&settings->on_delay) ? settings->on_delay.number : -1,
        .off_delay_ms = setting_given(&settings->off_delay) ? settings->off_delay.number : -1,
        .priority = (uint8_t)settings->priority.number,
        .latches = settings->latches.number == 1,
        .latches_given = setting_given(&settings->latches),
        .response = set_text(making, &settings->response),
    };
    set_quantity(making);
    set_labels(making);
    set_test(making);
    set_deadband(making);
    /* What was refused would be said to be missing. */
    if (making->build->build->read_whole && setting_given(&settings->quantity) &&
        !setting_given(&settings->priority))
        refuse(making, "priority", &settings->priority, "is missing: 1 (act within minutes) to 4 (journal)");
}

void power_build_rules(struct power_build *build) {
    const struct setting_list *list = &build->settings->alarms;
    const struct rule_settings *settings = list->items;
    struct power_config *power = build->power;
    struct named *names = power_take(build, list->n, sizeof(*names));
    power->rules = power_take(build, list->n, sizeof(*power->rules));
    for (size_t i = 0; names && power->rules && i < list->n; i++) {
        const struct making making = {build, &settings[i], &power->rules[power->n_rules++]};
        names[i] = (struct named){&settings[i].entry, &settings[i].name};
        set_rule(&making);
    }
    if (names && power->rules)
        config_check_names(build->build, names, list->n);
    free(names);
}
