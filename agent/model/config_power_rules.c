/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the site: what is to be an alarm, or how a default one is to be. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/alarm_names.h"
#include "model/power_build.h"
#include "model/quantity.h"

static const char prefix[] = "facility_";
enum { PREFIX_SIZE = sizeof(prefix) - 1 };

/* What a rule is held against, for its limit. */
enum measure {
    MEASURE_UNKNOWN, /* its mistake was said */
    MEASURE_NONE,    /* a default alarm without a limit */
    MEASURE_STATE,
    MEASURE_NUMBER
};

/* One rule while it is made. */
struct making {
    struct power_build *build;
    const struct rule_settings *settings;
    struct power_rule *rule;
    enum measure measure;
    enum quantity state;      /* of MEASURE_STATE */
    enum dimension dimension; /* of MEASURE_NUMBER */
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

static void choose_measure(struct making *making) {
    enum quantity quantity = making->rule->quantity;
    if (quantity == QUANTITY_NONE)
        return;
    const struct quantity_info *info = catalog_quantity(quantity);
    making->measure = info->kind == KIND_STATE ? MEASURE_STATE : MEASURE_NUMBER;
    making->state = quantity;
    making->dimension = info->dimension;
}

/* A rule that names no quantity is a default one. */
static void choose_default(struct making *making) {
    const struct setting *name = &making->settings->name;
    const struct alarm_name *alarm = alarm_name_find(name->text);
    if (alarm) {
        making->measure = alarm->state ? MEASURE_STATE : alarm->limit ? MEASURE_NUMBER : MEASURE_NONE;
        making->state = alarm->state;
        making->dimension = alarm->limit;
        return;
    }
    if (!setting_given(name))
        return;
    const char **names = power_take(making->build, n_alarm_names, sizeof(*names));
    for (size_t i = 0; names && i < n_alarm_names; i++)
        names[i] = alarm_names[i].name;
    const char *nearest = names ? text_nearest(name->text, names, n_alarm_names) : NULL;
    entry_add_mistake(&making->settings->entry, "name", name, &making->build->build->mistakes,
                      "no default alarm is called \"%.60s\"%s%s%s", name->text,
                      nearest ? "; did you mean \"" : ": write \"quantity\" for one of the site's own",
                      nearest ? nearest : "", nearest ? "\"?" : "");
    free(names);
}

static void set_state(const struct making *making, const char *key, const struct setting *setting) {
    enum { WORDS_MOST = 32 };
    const char *words[WORDS_MOST];
    size_t n = 0;
    const struct state_word *state = catalog_states(making->state);
    for (; state && state->word && n < WORDS_MOST; state++) {
        words[n++] = state->word;
        making->rule->limit = state->code;
        if (strcmp(state->word, setting->text) == 0)
            return;
    }
    refuse_unknown(making, key, setting, "state", words, n);
}

static void set_number(const struct making *making, const char *key, const struct setting *setting,
                       enum dimension wanted, double *value) {
    const enum dimension dimensions[] = {wanted, DIMENSION_NONE};
    enum dimension dimension;
    char why[256];
    if (wanted == DIMENSION_NONE || wanted == DIMENSION_DATA) {
        if (text_to_number(setting->text, value) != 0)
            refuse(making, key, setting, "must be a plain number: what is counted has no unit");
        return;
    }
    if (quantity_read(setting->text, dimensions, value, &dimension, why, sizeof(why)) != 0)
        refuse(making, key, setting, why);
}

static void set_limit(const struct making *making, const char *key, const struct setting *setting) {
    bool is_word = making->rule->test >= TEST_IS;
    if (making->measure == MEASURE_NONE)
        refuse(making, key, setting, "this default alarm has no limit: leave this out");
    else if (making->measure == MEASURE_STATE && !is_word)
        refuse(making, key, setting, "the quantity is a state: write is or is_not, and a word");
    else if (making->measure == MEASURE_NUMBER && is_word)
        refuse(making, key, setting, "only of a quantity that is a state: write above or below");
    else if (making->measure == MEASURE_STATE)
        set_state(making, key, setting);
    else if (making->measure == MEASURE_NUMBER)
        set_number(making, key, setting, making->dimension, &making->rule->limit);
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
    if (given)
        set_limit(making, keys[rule->test], given);
    else if (setting_given(&settings->quantity))
        refuse(making, "above", &settings->above, "is missing: above, below, is or is_not");
}

static void set_deadband(const struct making *making) {
    const struct setting *setting = &making->settings->deadband;
    bool is_level = making->dimension == DIMENSION_TEMPERATURE;
    if (!setting_given(setting) || making->measure == MEASURE_UNKNOWN)
        return;
    if (making->measure != MEASURE_NUMBER)
        refuse(making, "deadband", setting, "only a number has one: leave this out");
    else
        set_number(making, "deadband", setting,
                   is_level ? DIMENSION_TEMPERATURE_DIFFERENCE : making->dimension, &making->rule->deadband);
    if (making->rule->deadband < 0)
        refuse(making, "deadband", setting, "must not be below 0");
}

/* --- all of it --- */

static void set_rule(struct making *making) {
    const struct rule_settings *settings = making->settings;
    struct power_rule *rule = making->rule;
    *rule = (struct power_rule){
        .name = config_copy(making->build->build, settings->name.text),
        .at = power_keep_spot(making->build, &settings->entry.at),
        .of_default = !setting_given(&settings->quantity),
        .disabled = setting_given(&settings->enabled) && settings->enabled.number == 0,
        .limit = (double)NAN,
        .deadband = (double)NAN,
        .on_delay_ms = setting_given(&settings->on_delay) ? settings->on_delay.number : -1,
        .off_delay_ms = setting_given(&settings->off_delay) ? settings->off_delay.number : -1,
        .priority = (uint8_t)settings->priority.number,
        .latches = settings->latches.number == 1,
        .latches_given = setting_given(&settings->latches),
        .response = set_text(making, &settings->response),
    };
    set_quantity(making);
    choose_measure(making);
    if (rule->of_default)
        choose_default(making);
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
        struct making making = {build, &settings[i], &power->rules[power->n_rules++]};
        names[i] = (struct named){&settings[i].entry, &settings[i].name};
        set_rule(&making);
    }
    if (names && power->rules)
        config_check_names(build->build, names, list->n);
    free(names);
}
