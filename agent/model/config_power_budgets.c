/* SPDX-License-Identifier: Apache-2.0 */
/* Budgets: their levels, and the times of the week at which others hold. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/power_build.h"
#include "model/quantity.h"

enum { DAYS = 7, DAY_MIN = 24 * 60 };

static bool set_level(struct power_build *build, const struct entry *entry, const char *key,
                      const struct setting *setting, struct budget_level *level) {
    static const enum dimension dimensions[] = {DIMENSION_RATIO, DIMENSION_ACTIVE_POWER, DIMENSION_CURRENT,
                                                DIMENSION_APPARENT_POWER, DIMENSION_NONE};
    enum dimension dimension = DIMENSION_NONE;
    char why[256];
    if (!setting_given(setting))
        return true;
    if (quantity_read(setting->text, dimensions, &level->value, &dimension, why, sizeof(why)) != 0) {
        entry_add_mistake(entry, key, setting, &build->build->mistakes, "%s", why);
        return false;
    }
    level->unit = dimension == DIMENSION_RATIO          ? BUDGET_RATIO
                  : dimension == DIMENSION_ACTIVE_POWER ? BUDGET_WATTS
                  : dimension == DIMENSION_CURRENT      ? BUDGET_AMPERES
                                                        : BUDGET_VOLTAMPERES;
    if (level->value > 0 && (level->unit != BUDGET_RATIO || level->value <= 1))
        return true;
    entry_add_mistake(entry, key, setting, &build->build->mistakes, "%.60s is out of bounds: %s",
                      setting->text,
                      level->unit == BUDGET_RATIO ? "above 0 % and at most 100 % of what can be used"
                                                  : "it must be above 0");
    return false;
}

/* Both levels; of what is not given there is none. */
static void set_levels(struct power_build *build, const struct entry *entry, const struct setting *warning,
                       const struct setting *critical, struct budget_level levels[2]) {
    struct mistakes *mistakes = &build->build->mistakes;
    bool right = set_level(build, entry, "warning", warning, &levels[0]);
    right &= set_level(build, entry, "critical", critical, &levels[1]);
    if (!right || levels[0].unit == BUDGET_NONE || levels[1].unit == BUDGET_NONE)
        return;
    if (levels[0].unit != levels[1].unit)
        entry_add_mistake(entry, "critical", critical, mistakes,
                          "%.40s and the warning's %.40s must be in one unit", critical->text, warning->text);
    else if (levels[0].value >= levels[1].value)
        entry_add_mistake(entry, "warning", warning, mistakes, "%.40s must be below the critical %.40s",
                          warning->text, critical->text);
}

/* --- times --- */

static const char *const day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

static int find_day(const char *text, size_t size) {
    for (int i = 0; day_words[i]; i++)
        if (size == 3 && strncmp(day_words[i], text, 3) == 0)
            return i;
    return -1;
}

/* "mon-fri", "sat", "fri-mon,wed": a bit per day; 0 for anything else. */
static uint8_t read_days(const char *text) {
    uint8_t days = 0;
    for (;;) {
        size_t size = strcspn(text, "-,");
        int first = find_day(text, size), last = first;
        text += size;
        if (*text == '-') {
            size = strcspn(++text, ",");
            last = find_day(text, size);
            text += size;
        }
        if (first < 0 || last < 0)
            return 0;
        for (int day = first;; day = (day + 1) % DAYS) {
            days |= (uint8_t)(1 << day);
            if (day == last)
                break;
        }
        if (!*text)
            return days;
        text++;
    }
}

/* "09:00" to "24:00" into minutes; -1 for anything else. */
static int read_time(const char *text) {
    bool formed = strlen(text) == 5 && text[2] == ':';
    for (size_t i = 0; formed && i < 5; i++)
        formed = i == 2 || (text[i] >= '0' && text[i] <= '9');
    if (!formed || text[3] > '5')
        return -1;
    int minutes = ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
    return minutes <= DAY_MIN ? minutes : -1;
}

static void set_time(struct power_build *build, const struct period_settings *settings, const char *key,
                     const struct setting *setting, uint16_t *minutes) {
    int read = read_time(setting->text);
    *minutes = read >= 0 ? (uint16_t)read : 0;
    if (read < 0 && setting_given(setting))
        entry_add_mistake(&settings->entry, key, setting, &build->build->mistakes,
                          "\"%.40s\" must be a time of day in quotes, from \"00:00\" to \"24:00\"",
                          setting->text);
}

static void set_period(struct power_build *build, const struct period_settings *settings,
                       struct budget_period *period) {
    struct budget_level levels[2] = {0};
    struct mistakes *mistakes = &build->build->mistakes;
    period->days = setting_given(&settings->days) ? read_days(settings->days.text) : (1 << DAYS) - 1;
    if (period->days == 0)
        entry_add_mistake(&settings->entry, "days", &settings->days, mistakes,
                          "\"%.60s\" must be days, such as mon-fri or sat,sun", settings->days.text);
    set_time(build, settings, "from", &settings->from, &period->from_min);
    set_time(build, settings, "to", &settings->to, &period->to_min);
    if (strcmp(settings->from.text, settings->to.text) == 0 && setting_given(&settings->from))
        entry_add_mistake(&settings->entry, "to", &settings->to, mistakes,
                          "\"%.10s\" is when it begins: write \"00:00\" to \"24:00\" for the whole day",
                          settings->to.text);
    if (!setting_given(&settings->warning) && !setting_given(&settings->critical))
        entry_add_mistake(&settings->entry, "critical", &settings->critical, mistakes,
                          "is missing: a period has a warning or a critical level");
    set_levels(build, &settings->entry, &settings->warning, &settings->critical, levels);
    period->warning = levels[0];
    period->critical = levels[1];
}

/* A stretch of the week; a period over midnight or over several days is several. */
struct stretch {
    uint32_t from_min, to_min; /* since Monday 00:00 */
    size_t period;
};

static int compare_stretches(const void *a, const void *b) {
    const struct stretch *x = a, *y = b;
    return (x->from_min > y->from_min) - (x->from_min < y->from_min);
}

static size_t add_stretches(const struct budget_period *period, size_t number, struct stretch *stretches) {
    enum { WEEK_MIN = DAYS * DAY_MIN };
    size_t n = 0;
    for (uint32_t day = 0; day < DAYS; day++) {
        if ((period->days >> day & 1) == 0)
            continue;
        uint32_t from = day * DAY_MIN + period->from_min, to = day * DAY_MIN + period->to_min;
        if (period->to_min <= period->from_min)
            to += DAY_MIN;
        stretches[n++] = (struct stretch){from, to < WEEK_MIN ? to : WEEK_MIN, number};
        if (to > WEEK_MIN)
            stretches[n++] = (struct stretch){0, to - WEEK_MIN, number};
    }
    return n;
}

static void check_overlap(struct power_build *build, const struct budget_settings *settings,
                          const struct power_budget *budget) {
    const struct period_settings *written = settings->times.items;
    struct stretch *stretches = power_take(build, budget->n_periods * 2 * DAYS, sizeof(*stretches));
    size_t n = 0;
    for (size_t i = 0; stretches && i < budget->n_periods; i++)
        n += add_stretches(&budget->periods[i], i, stretches + n);
    if (n > 0)
        qsort(stretches, n, sizeof(*stretches), compare_stretches);
    for (size_t i = 1; i < n; i++) {
        const struct stretch *before = &stretches[i - 1], *now = &stretches[i];
        if (now->from_min >= before->to_min)
            continue;
        size_t later = now->period > before->period ? now->period : before->period;
        size_t earlier = now->period > before->period ? before->period : now->period;
        entry_add_mistake(&written[later].entry, "from", &written[later].from, &build->build->mistakes,
                          "it overlaps with the times on line %u, %s at %02u:%02u",
                          written[earlier].entry.at.line, day_words[now->from_min / DAY_MIN],
                          now->from_min % DAY_MIN / 60, now->from_min % 60);
        break;
    }
    free(stretches);
}

/* --- all of them --- */

static void set_budget(struct power_build *build, const struct budget_settings *settings,
                       struct power_budget *budget) {
    const struct period_settings *times = settings->times.items;
    struct budget_level levels[2] = {0};
    budget->name = config_copy(build->build, settings->entry.key);
    budget->deadband = settings->deadband.value;
    budget->on_delay_ms = settings->on_delay.number;
    budget->off_delay_ms = settings->off_delay.number;
    set_levels(build, &settings->entry, &settings->warning, &settings->critical, levels);
    budget->warning = levels[0];
    budget->critical = levels[1];
    size_t n = build->build->mistakes.n;
    budget->periods = power_take(build, settings->times.n, sizeof(*budget->periods));
    for (; budget->periods && budget->n_periods < settings->times.n; budget->n_periods++)
        set_period(build, &times[budget->n_periods], &budget->periods[budget->n_periods]);
    if (!setting_given(&settings->warning) && !setting_given(&settings->critical) && settings->times.n == 0)
        entry_add_mistake(&settings->entry, "critical", &settings->critical, &build->build->mistakes,
                          "is missing: a budget has a warning or a critical level");
    if (build->build->mistakes.n == n)
        check_overlap(build, settings, budget);
}

void power_build_budgets(struct power_build *build) {
    const struct setting_list *list = &build->settings->budgets;
    const struct budget_settings *settings = list->items;
    struct power_config *power = build->power;
    power->budgets = power_take(build, list->n, sizeof(*power->budgets));
    build->budgets.names = power_take(build, list->n, sizeof(*build->budgets.names));
    if (!power->budgets || !build->budgets.names)
        return;
    for (size_t i = 0; i < list->n; i++) {
        const struct setting name = {.at = settings[i].entry.at, .text = settings[i].entry.key};
        set_budget(build, &settings[i], &power->budgets[power->n_budgets++]);
        power_add_name(&build->budgets, &name, (uint32_t)i);
    }
    power_sort_names(&build->budgets);
}

void power_choose_budget(struct power_build *build, uint32_t number) {
    const struct setting *setting = &build->written[number]->budget;
    struct power_config *power = build->power;
    uint32_t budget =
        setting_given(setting) ? power_find_name(&build->budgets, setting->text) : POWER_NO_NODE;
    if (budget != POWER_NO_NODE) {
        power->nodes[number].budget = &power->budgets[budget];
        return;
    }
    if (!setting_given(setting))
        return;
    const char **names = power_take(build, power->n_budgets, sizeof(*names));
    for (size_t i = 0; names && i < power->n_budgets; i++)
        names[i] = power->budgets[i].name;
    if (names)
        power_refuse_unknown(build, number, "budget", setting, "budget", setting->text, names,
                             power->n_budgets);
    free(names);
}
